"""Peak memory against the length of the song: all processes of a run together.

    .venv/bin/python benchmarks/memory.py [--skip-video] [--skip-analysis]

Makes songs of 3, 20 and 60 minutes from the example song, then prints the peak resident memory of
`apex music-video --preset preview` (3 and 20 minutes, bar 1.3x) and of `apex analyze --json` (3
and 60
minutes, bar 1.5x). Memory shared between processes (mapped layers) counts once per process.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import av
import numpy as np
import psutil

from apex_director.media.decode import samples

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "harbour_lights.ogg"


def lengthened(path: Path, minutes: float) -> Path:
    """The example song over and over, as FLAC, each time a little louder or softer."""
    stream = samples(EXAMPLE)
    once = np.concatenate(list(stream))
    wanted = int(minutes * 60 * stream.sample_rate)
    with av.open(str(path), "w") as container:
        out = container.add_stream("flac", rate=stream.sample_rate, layout="stereo")
        written = turn = 0
        while written < wanted:
            part = (once * (1.0 - 0.06 * (turn % 3)))[: wanted - written]
            for start in range(0, len(part), 65536):
                block = np.ascontiguousarray(part[start : start + 65536])
                pcm = (np.clip(block, -1, 1) * 32767).astype(np.int16)
                frame = av.AudioFrame.from_ndarray(pcm.reshape(1, -1), "s16", "stereo")
                frame.sample_rate, frame.pts = stream.sample_rate, written + start
                container.mux(out.encode(frame))
            written, turn = written + len(part), turn + 1
        container.mux(out.encode(None))
    return path


def peak_mb(words: list[str], home: Path) -> tuple[float, float]:
    """Peak resident memory of the whole process tree in MB, and its run time in seconds."""
    began = time.monotonic()
    process = psutil.Popen(
        [sys.executable, "-m", "apex_director.cli", *words],
        env=os.environ | {"APEX_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    peak = 0
    while process.poll() is None:
        total = 0
        for one in [process, *process.children(recursive=True)]:
            try:
                total += one.memory_info().rss
            except psutil.Error:
                continue
        peak = max(peak, total)
        time.sleep(0.05)
    if process.returncode:
        raise SystemExit(f"apex {' '.join(words)} ended with {process.returncode}")
    return peak / 2**20, time.monotonic() - began


def compare(name: str, short: list[str], long: list[str], home: Path, bar: float) -> bool:
    (a, a_s), (b, b_s) = peak_mb(short, home), peak_mb(long, home)
    print(
        f"{name}: {a:.0f} MB ({a_s:.0f} s) -> {b:.0f} MB ({b_s:.0f} s): {b / a:.2f}x (bar {bar}x)"
    )
    return b / a <= bar


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--skip-video", action="store_true")
    parser.add_argument("--skip-analysis", action="store_true")
    args = parser.parse_args()
    held = True
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        three = lengthened(folder / "three.flac", 3)
        analyze = ["analyze", "--json"]
        peak_mb([*analyze, str(EXAMPLE)], folder / "warm")  # compiled kernels weigh less
        if not args.skip_analysis:
            sixty = lengthened(folder / "sixty.flac", 60)
            held &= compare(
                "analyze, 3 -> 60 min",
                [*analyze, str(three)],
                [*analyze, str(sixty)],
                folder / "a",
                1.5,
            )
        if not args.skip_video:
            twenty = lengthened(folder / "twenty.flac", 20)
            video = ["music-video", "--preset", "preview", "-o"]
            held &= compare(
                "music-video at preview, 3 -> 20 min",
                [*video, str(folder / "out3"), str(three)],
                [*video, str(folder / "out20"), str(twenty)],
                folder / "v",
                1.3,
            )
    return 0 if held else 1


if __name__ == "__main__":
    raise SystemExit(main())
