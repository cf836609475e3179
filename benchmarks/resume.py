"""Kill a music video at random moments, resume it each time, and compare with an undisturbed one.

    .venv/bin/python benchmarks/resume.py [SONG] [--kills 20] [--preset preview]

Rounds go on until every kill is spent; each round is one video in a studio of its own, killed and
resumed
until it is finished. Prints the kills, whether every frame equals the undisturbed video's, and how
many
finished segments were rendered again (a rendered file gets a new inode).
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from apex_director.media.decode import video_frames

ROOT = Path(__file__).parents[1]


def apex(song: Path, folder: Path, preset: str) -> subprocess.Popen[bytes]:
    words = ["music-video", str(song), "-o", str(folder / "out"), "--preset", preset, "--resume"]
    return subprocess.Popen(
        [sys.executable, "-m", "apex_director.cli", *words],
        env=os.environ | {"APEX_HOME": str(folder / "studio")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def frames(folder: Path) -> list[str]:
    return [
        hashlib.sha256(f.y.tobytes() + f.u.tobytes() + f.v.tobytes()).hexdigest()
        for f in video_frames(folder / "out" / "final_video.mp4")
    ]


def segments(folder: Path) -> dict[str, int]:
    cache = folder / "studio" / "cache" / "segments"
    return {p.name: p.stat().st_ino for p in cache.glob("*.mp4")} if cache.is_dir() else {}


def one_video(
    song: Path, folder: Path, preset: str, kills: int, longest_s: float, rng: random.Random
) -> tuple[int, int]:
    """Kill and resume until the video is finished: (kills spent, segments rendered again)."""
    spent = again = 0
    while True:
        before = segments(folder)
        process = apex(song, folder, preset)
        try:
            _, said = process.communicate(
                timeout=rng.uniform(0.3, longest_s) if spent < kills else None
            )
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            spent += 1
            print(f"    killed; {len(segments(folder))} segments stand", flush=True)
            said = b""
        after = segments(folder)
        again += sum(after.get(name) != inode for name, inode in before.items())
        if process.returncode == 0:
            return spent, again
        if process.returncode > 0:
            raise SystemExit(f"a resumed run failed:\n{said.decode()}")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "song", nargs="?", type=Path, default=ROOT / "examples" / "harbour_lights.ogg"
    )
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--preset", default="preview")
    args = parser.parse_args()
    rng = random.Random(7)
    with tempfile.TemporaryDirectory() as scratch:
        calm = Path(scratch) / "undisturbed"
        one_video(args.song, calm, args.preset, 0, 0.0, rng)  # compiles kernels, if need be
        began = time.monotonic()
        (calm / "out" / "final_video.mp4").unlink()
        one_video(args.song, Path(scratch) / "timed", args.preset, 0, 0.0, rng)
        took = time.monotonic() - began
        one_video(args.song, calm, args.preset, 0, 0.0, rng)  # assembled again from the cache
        reference = frames(calm)
        spent = again = rounds = 0
        equal = True
        while spent < args.kills:
            rounds += 1
            folder = Path(scratch) / f"killed-{rounds}"
            print(f"  video {rounds}", flush=True)
            n, m = one_video(args.song, folder, args.preset, args.kills - spent, took, rng)
            spent, again = spent + n, again + m
            equal = equal and frames(folder) == reference
    print(f"undisturbed             {took:.1f} s, {len(reference)} frames")
    print(f"killed                  {spent} times over {rounds} videos")
    print(f"equal frame for frame   {'yes' if equal else 'NO'}")
    print(f"segments rendered twice {again}")
    return 0 if equal and not again else 1


if __name__ == "__main__":
    raise SystemExit(main())
