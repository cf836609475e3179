"""Starts the fake services in a process of their own, and talks to their control side."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class Server:
    """The fake services; a context manager.

    Parameters
    ----------
    state : Path or None
        Where the books are kept, so that they survive a restart.
    port : int
        0 takes a free one.
    """

    def __init__(self, state: Path | None = None, port: int = 0) -> None:
        self.state, self.port = state, port
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start, or start again on the same port with the same books."""
        command = [sys.executable, "-m", "tests.servers", "--port", str(self.port)]
        command += ["--parent", str(os.getpid())]
        command += ["--state", str(self.state)] if self.state else []
        env = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        assert self._process.stdout is not None
        self.port = int(json.loads(self._process.stdout.readline())["port"])

    def stop(self) -> None:
        """End the process at once, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._process = None

    def base(self, protocol: str) -> str:
        """The base address to configure a backend with, version folder included where users
        configure it so.
        """
        folder = {"openrouter": "/api/v1", "openai": "/v1"}.get(protocol, "")
        return f"http://127.0.0.1:{self.port}/{protocol}{folder}"

    def fault(self, route: str, kind: str, *, times: int = 1, **facts: Any) -> None:
        """Let the next ``times`` requests of a route go wrong (-1: all): tests.servers.faults."""
        self._talk("/_control", {"route": route, "kind": kind, "times": times, **facts})

    def mix(self, route: str, seed: int, faults: list[dict[str, Any]]) -> None:
        """Random faults: each ``{"kind", "share", ...}`` strikes with that share (0..1)."""
        self._talk("/_control", {"mix": {"route": route, "seed": seed, "faults": faults}})

    def calm(self) -> None:
        """No more faults; what was seen stays."""
        self._talk("/_control", {"reset": "faults"})

    def reset(self) -> None:
        """No faults, nothing seen, nothing booked."""
        self._talk("/_control", {"reset": "all"})

    def seen(self, route: str = "") -> list[dict[str, Any]]:
        """Requests in order: route, method, path, query, headers, data, digest, fault, status,
        billed (micro-dollars), made, key (digest).
        """
        rows: list[dict[str, Any]] = self._talk(f"/_seen?route={route}")["seen"]
        return rows

    def count(self, route: str) -> int:
        """How many requests a route has seen."""
        return len(self.seen(route))

    def books(self) -> dict[str, Any]:
        """``{billed, made, routes{name{requests, billed, made}}, keys{...}}`` in micro-dollars."""
        books: dict[str, Any] = self._talk("/_seen?since=999999999")["books"]
        return books

    def _talk(self, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with contextlib.closing(opener.open(request, timeout=30)) as answer:
            return json.loads(answer.read())
