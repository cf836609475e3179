"""What listening costs: CPU beside librosa's in the same run, import, memory at two hours.

    python benchmarks/ear.py [--long] [--json]

The song is 3:30 of the benchmark's own rock piece as MP3. Ours is the whole analysis, decoding and
loudness included, warm; librosa's is ``load`` and ``beat_track`` alone. ``--long`` also analyses
two hours of synthesised music in a process of its own. Ends with 1 where a bar is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from apex_director.config import use_kernel_cache  # noqa: E402

use_kernel_cache()

import numpy as np  # noqa: E402

from apex_director.audio.model import AudioAnalysis, Loudness  # noqa: E402

SONG_S, TWO_HOURS_S = 210.0, 7200.0
RATIO_BAR, MEMORY_BAR_MB = 3.0, 300.0
_RATE = 44100
OURS = "apex_director.productions.listening apex_director.audio.listen apex_director.media.loudness"
_IMPORTED = "import time; t=time.process_time(); {}; print(time.process_time()-t)"
_LIBROSA = "import librosa; librosa.load, librosa.beat.beat_track, librosa.onset.onset_strength"


def heard(path: Path) -> AudioAnalysis:
    """The whole analysis, read as the product reads."""
    from apex_director.productions.listening import hear

    _, analysis = hear(path, shortest_s=0.0, longest_s=1e6, report=lambda _progress: None)
    return analysis


def librosas(path: Path) -> tuple[list[float], list[float], float]:
    """Beats, downbeats (every fourth beat) and tempo of librosa's plain tracker."""
    import librosa

    rate = 22050
    if path.suffix in (".m4a", ".aac"):  # librosa alone opens none: our decoder, its resampler
        from apex_director import media

        stream = media.samples(path)
        mono = np.concatenate([block.mean(axis=1) for block in stream])
        samples = librosa.resample(mono, orig_sr=stream.sample_rate, target_sr=rate)
    else:
        samples, _ = librosa.load(path, sr=rate)
    tempo, beats = librosa.beat.beat_track(y=samples, sr=rate, units="time")
    times = [float(t) for t in beats]
    return times, times[::4], float(np.atleast_1d(tempo)[0])


def cpu(works: tuple[Callable[[Path], Any], ...], path: Path, *, runs: int = 5) -> list[float]:
    """CPU seconds of the quickest run of each, taken in turns so that a busy machine is fair."""
    spent = np.zeros((runs, len(works)))
    for run in range(runs):
        for k, work in enumerate(works):
            begin = time.process_time()
            work(path)
            spent[run, k] = time.process_time() - begin
    return [float(s) for s in spent.min(axis=0)]


def speed(folder: Path) -> dict[str, float]:
    """CPU seconds for a song of 3:30, ours and librosa's, and for the imports."""
    song = _long_song(folder)
    heard(song)
    librosas(song)
    ours, theirs = cpu((heard, librosas), song)
    return {
        "ours_cpu_s": ours,
        "librosa_cpu_s": theirs,
        "ratio": ours / theirs,
        "share_of_song": ours / SONG_S,
        "import_cpu_s": _import_cost(f"import {OURS.replace(' ', ', ')}"),
        "librosa_import_cpu_s": _import_cost(_LIBROSA),
    }


def _import_cost(statement: str) -> float:
    words = [sys.executable, "-c", _IMPORTED.format(statement)]
    done = [subprocess.run(words, capture_output=True, text=True, check=True) for _ in range(3)]
    return min(float(d.stdout.split()[-1]) for d in done)


def _long_song(folder: Path) -> Path:
    """The rock piece until 3:30, each turn a little softer."""
    from apex_director import media
    from songs import files

    path = folder / "three_thirty.mp3"
    if not path.is_file():
        once = np.concatenate(list(media.samples(piece(folder))))
        turns = int(SONG_S * _RATE) // len(once) + 1
        whole = np.concatenate([once * (1 - 0.1 * k) for k in range(turns)])
        files.write(path, whole[: int(SONG_S * _RATE)], files.MP3)
    return path


def piece(folder: Path) -> Path:
    """The rock piece of the set, made if it is not there."""
    from songs.making import make_all

    return make_all(folder, only="rock")[0][0]


class Endless:
    """The same minutes of music over and over, gain and noise changing, in blocks of 20 s."""

    sample_rate, channels = _RATE, 2

    def __init__(self, once: np.ndarray, seconds: float) -> None:
        self.once, self.left = once, int(seconds * _RATE)
        self.duration_s = seconds

    def __iter__(self) -> Iterator[np.ndarray]:
        at, turn = 0, 0
        while self.left > 0:
            block = self.once[at : at + min(20 * _RATE, self.left)] * np.float32(
                1 - 0.2 * (turn % 4)
            )
            self.left -= len(block)
            at += len(block)
            if at >= len(self.once):
                at, turn = 0, turn + 1
            yield block


def two_hours(folder: Path, seconds: float = TWO_HOURS_S) -> dict[str, float]:
    """Peak memory over what the imports take, and CPU, in a process of its own."""
    words = [sys.executable, __file__, "--stream", str(seconds), "--songs", str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def _stream(folder: Path, seconds: float) -> dict[str, float]:
    """Analyse a synthesised stream here and tell what it took.

    The base holds the imports and the minute of music that is played over and over.
    """
    import importlib

    import psutil

    from apex_director import media

    for name in OURS.split():
        importlib.import_module(name)
    once = np.concatenate(list(media.samples(piece(folder))))[: 60 * _RATE].copy()
    base = psutil.Process().memory_info().rss / 2**20
    begin = time.process_time()
    analysis = _analysed(Endless(once, seconds))
    spent = time.process_time() - begin
    peak = _peak_mb()
    assert abs(analysis.duration_s - seconds) < 0.1
    return {"seconds": seconds, "base_mb": base, "above_mb": peak - base, "cpu_s": spent}


def _peak_mb() -> float:
    """Most memory this process held; on Linux its own, for ru_maxrss begins with its parent's."""
    import resource

    status = Path("/proc/self/status")
    if status.is_file():
        line = next(n for n in status.read_text().splitlines() if n.startswith("VmHWM"))
        return float(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _analysed(blocks: Endless) -> AudioAnalysis:
    from apex_director import audio, media

    meter = media.LoudnessMeter(blocks.sample_rate, blocks.channels)

    class Tee:
        sample_rate, channels, duration_s = _RATE, 2, blocks.duration_s

        def __iter__(self) -> Iterator[np.ndarray]:
            for block in blocks:
                meter.push(block)
                yield block

    def loudness() -> Loudness:
        r = meter.result()
        return Loudness(
            integrated_lufs=r.integrated_lufs, range_lu=r.range_lu,
            true_peak_dbtp=r.true_peak_dbtp, momentary=r.momentary,
        )  # fmt: skip

    return audio.analyse(Tee(), loudness=loudness)


def report(figures: dict[str, float]) -> str:
    """The figures in words."""
    lines = [
        f"3:30 as MP3, warm: ours {figures['ours_cpu_s']:.2f} CPU s (1/"
        f"{1 / figures['share_of_song']:.0f} of the song), librosa's load and beat_track "
        f"{figures['librosa_cpu_s']:.2f}: {figures['ratio']:.2f} times",
        f"import: ours {figures['import_cpu_s']:.2f} CPU s, librosa "
        f"{figures['librosa_import_cpu_s']:.2f}",
    ]
    if "above_mb" in figures:
        lines.append(
            f"two hours: {figures['above_mb']:.0f} MB above {figures['base_mb']:.0f} MB, "
            f"{figures['cpu_s']:.0f} CPU s"
        )
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--long", action="store_true", help="also two hours of music")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--songs", type=Path, help="where the pieces are kept")
    parser.add_argument("--stream", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args()
    folder = options.songs or Path(tempfile.gettempdir()) / "apex-ear"
    if options.stream:
        print(json.dumps(_stream(folder, options.stream)))
        return 0
    figures = speed(folder) | (two_hours(folder) if options.long else {})
    print(json.dumps(figures) if options.json else report(figures))
    missed = figures["ratio"] > RATIO_BAR or figures.get("above_mb", 0.0) > MEMORY_BAR_MB
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main())
