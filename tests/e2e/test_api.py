"""The public API from a plain script, with no guard around it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Studio

pytestmark = [pytest.mark.e2e]
SCRIPT = """
import asyncio, json, sys, time
import apex_director as apex

async def main():
    apex.initialize(sys.argv[2])
    await apex.start_orchestrator()
    job = await apex.submit_music_video_job(
        sys.argv[1], sys.argv[3], quality_preset="preview", max_shots=2
    )
    first = apex.get_job_status(job)
    await apex.stop_orchestrator()
    last, system = apex.get_job_status(job), apex.get_system_status()
    print(json.dumps({"first": first, "last": last, "system": system}))

asyncio.run(main())
try:
    apex.get_job_status("no-such-job")
except KeyError as error:
    assert isinstance(error, apex.JobNotFound)
"""


def test_a_plain_script_makes_a_video(studio: Studio, song: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    out = tmp_path / "out"
    done = subprocess.run(
        [sys.executable, str(script), str(song), str(studio.home), str(out)],
        env=studio.environment(),
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["first"]["status"] in {"pending", "queued", "processing"}
    assert said["last"]["status"] == "completed"
    assert said["last"]["output_path"] == str(out / "final_video.mp4")
    assert said["system"]["jobs"]["completed_jobs"] == 1
    assert said["system"]["performance"]["success_rate"] == 1.0
