"""Run as a program by the tests: open an engine in a process that may be killed at any moment."""

from __future__ import annotations

import functools
import sys
import time
from pathlib import Path

from apex_director.jobs.engine import open_engine
from tests.jobs import stories

word, home, job_id = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
engine = open_engine(
    home, stories.PRODUCTIONS, functools.partial(stories.make_ports, str(home)), workers=2
)
print("open", flush=True)
if word == "run":
    shots, seconds = int(sys.argv[4]), float(sys.argv[5])
    work = stories.payload_for(home / "work" / job_id, shots, seconds)
    print(engine.run(job_id, "film", work), flush=True)
elif word == "resume":
    print(engine.resume(job_id), flush=True)
elif word == "serve":
    engine.keep_taking_up()
    time.sleep(float(sys.argv[4]))
elif word == "idle":
    time.sleep(float(sys.argv[4]))
engine.close()
