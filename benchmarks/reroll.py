"""One shot changed in a three-minute song, against rendering the whole video.

    .venv/bin/python benchmarks/reroll.py [--preset high] [--minutes 3] [--shot N]

Makes a song from the example song, renders its video, then gives one shot of usual length another
prompt with `apex reroll`. Prints CPU seconds (user and system, all processes, kernels and byte code
compiled before) and the wall time of both, and their ratio; the bar is 1/20 of the whole. Ends with
1 where it is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from memory import lengthened

BAR = 1 / 20
PROMPT = "a lighthouse on a cliff above a stormy sea at night"


def apex(home: Path, *words: str) -> tuple[dict[str, Any], float, float]:
    """Run a command; its JSON, CPU seconds of all its processes, wall seconds."""
    settings = {"APEX_HOME": str(home), "PYTHONPYCACHEPREFIX": str(home.with_name("byte_code"))}
    settings["PYTHONDONTWRITEBYTECODE"] = ""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "apex_director.cli", *words, "--json"],
        env=os.environ | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"apex {' '.join(words)} ended with {done.returncode}: {done.stdout}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return json.loads(done.stdout), cpu, time.monotonic() - began


def usual_shot(plan: Path) -> dict[str, Any]:
    """The shot whose length is the median of all."""
    shots = json.loads(plan.read_text(encoding="utf-8"))["shots"]
    return sorted(shots, key=lambda shot: shot["end"] - shot["start"])[len(shots) // 2]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--preset", default="high")
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--shot", default="")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="apex-reroll-") as folder:
        home, out = Path(folder) / "studio", Path(folder) / "video"
        warm = lengthened(Path(folder) / "warm.flac", 0.1)
        apex(home, "music-video", str(warm), "-o", f"{out}_warm", "--preset", "preview")
        apex(home, "reroll", f"{out}_warm", "1", "--prompt", PROMPT)
        song = lengthened(Path(folder) / "song.flac", args.minutes)
        words = ("music-video", str(song), "-o", str(out), "--preset", args.preset)
        _, whole, whole_wall = apex(home, *words, "--genre", "cinematic")
        shot = usual_shot(out / "cinematography_plan.json")
        name = args.shot or shot["shot_id"]
        told, once, once_wall = apex(home, "reroll", str(out), name, "--prompt", PROMPT)
        told = told["reroll"]
    frames = f"{told['frames_to_render']} of {told['frames_in_all']} frames"
    cuts = f"{told['segments_to_cut']} of {told['segments_in_all']} cuts"
    print(f"whole video: {whole:.1f} CPU-s, {whole_wall:.0f} s")
    print(f"reroll of {name} ({frames}, {cuts}): {once:.1f} CPU-s, {once_wall:.0f} s")
    print(f"ratio: 1/{whole / once:.1f} (bar 1/{1 / BAR:.0f}), wall 1/{whole_wall / once_wall:.1f}")
    return 0 if once / whole <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
