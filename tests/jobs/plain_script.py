# What a user writes: no function, no guard; the work is still going on when the last line is done.
import asyncio
import functools
import sys
from pathlib import Path

from apex_director.core.ids import new_job_id
from apex_director.jobs.engine import open_engine
from tests.jobs import stories

print("script begins")
home = Path(sys.argv[1])
seconds = float(sys.argv[2])


async def submit() -> str:
    engine = open_engine(
        home, stories.PRODUCTIONS, functools.partial(stories.make_ports, str(home)), workers=2
    )
    job_id = new_job_id()
    engine.start(job_id, "film", stories.payload_for(home / "work", 4, seconds))
    return job_id


print("submitted", asyncio.run(submit()), flush=True)
