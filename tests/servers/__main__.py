"""``python -m tests.servers --port 0 --state FILE``: prints ``{"port": N}``, serves until ended."""

from __future__ import annotations

import argparse
import json
import os
import threading
import time
from pathlib import Path

from .service import serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.servers")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--state", type=Path)
    parser.add_argument("--parent", type=int, help="end when this process is gone")
    told = parser.parse_args()
    http = serve(told.port, told.state)
    print(json.dumps({"port": http.server_address[1]}), flush=True)
    if told.parent:
        threading.Thread(target=_watch, args=(told.parent,), daemon=True).start()
    http.serve_forever(poll_interval=0.2)


def _watch(parent: int) -> None:
    while True:
        time.sleep(1.0)
        try:
            os.kill(parent, 0)
        except OSError:
            os._exit(0)


if __name__ == "__main__":
    main()
