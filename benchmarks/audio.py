"""Beats of every song in a folder, ours beside librosa's, against the truth in the .json beside it.

    python benchmarks/audio.py FOLDER [--json]

Columns: beat F (+-70 ms), AMLt, downbeat F (librosa: every fourth beat), tempo within 4 % (T1), and
octave-free (T2), all with the first 5 s ignored; CPU seconds, warm, decoding included. Ours is the
whole analysis with loudness; librosa's is decoding, resampling and beat_track alone.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from apex_director.config import use_kernel_cache  # noqa: E402

use_kernel_cache()

import numpy as np  # noqa: E402

IGNORED_S = 5.0
WARM_S = 12.0
SOUNDS = (".ogg", ".mp3", ".flac", ".wav", ".m4a", ".opus", ".aac")
Found = tuple[list[float], list[float], float | None]


def ours(path: Path) -> Found:
    """Beats, downbeats and tempo of the whole analysis."""
    from apex_director import audio, media
    from apex_director.audio.model import Loudness

    stream = media.samples(path)
    meter = media.LoudnessMeter(stream.sample_rate, stream.channels)

    class Tee:
        sample_rate, channels = stream.sample_rate, stream.channels

        def __iter__(self) -> Any:
            for block in stream:
                meter.push(block)
                yield block

    def loudness() -> Loudness:
        r = meter.result()
        return Loudness(
            integrated_lufs=r.integrated_lufs,
            range_lu=r.range_lu,
            true_peak_dbtp=r.true_peak_dbtp,
            momentary=r.momentary,
        )

    grid = audio.analyse(Tee(), loudness=loudness).grid
    return [b.time_s for b in grid.beats], list(grid.downbeats), grid.bpm


def librosas(path: Path) -> Found:
    """The same from librosa's beat_track; every fourth beat as downbeat.

    Decoded by our reader, because librosa alone opens no m4a; resampled by librosa.
    """
    import librosa

    from apex_director import media

    stream = media.samples(path)
    mono = np.concatenate([block.mean(axis=1) for block in stream])
    rate = 22050
    samples = librosa.resample(mono, orig_sr=stream.sample_rate, target_sr=rate)
    tempo, beats = librosa.beat.beat_track(y=samples, sr=rate, units="time")
    times = [float(t) for t in beats]
    return times, times[::4], float(np.atleast_1d(tempo)[0])


def scores(found: Found, truth: dict[str, Any]) -> dict[str, float | None]:
    """The measures of one song; None where the truth does not say."""
    import mir_eval

    beats, downbeats, bpm = found
    true = mir_eval.beat.trim_beats(np.array(truth["beats"]), IGNORED_S)
    mine = mir_eval.beat.trim_beats(np.array(beats), IGNORED_S)
    out: dict[str, float | None] = {
        "F": float(mir_eval.beat.f_measure(true, mine)) if len(mine) else 0.0,
        "AMLt": float(mir_eval.beat.continuity(true, mine)[3]) if len(mine) > 1 else 0.0,
        "downF": None,
        "T1": None,
        "T2": None,
    }
    if truth.get("downbeats"):
        true = mir_eval.beat.trim_beats(np.array(truth["downbeats"]), IGNORED_S)
        mine = mir_eval.beat.trim_beats(np.array(downbeats), IGNORED_S)
        out["downF"] = float(mir_eval.beat.f_measure(true, mine)) if len(mine) else 0.0
    if truth.get("tempo"):
        ratio = (bpm or 1e-9) / truth["tempo"]
        out["T1"] = float(abs(ratio - 1) < 0.04)
        out["T2"] = float(min(abs(ratio / k - 1) for k in (1, 2, 0.5, 3, 1 / 3)) < 0.04)
    return out


def timed(tracker: Callable[[Path], Found], path: Path) -> tuple[Found, float]:
    begin = time.process_time()
    found = tracker(path)
    return found, time.process_time() - begin


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    songs = [p for p in sorted(options.folder.iterdir()) if p.suffix in SOUNDS]
    songs = [p for p in songs if p.with_suffix(".json").is_file()]
    if not songs:
        print(f"No songs with truth beside them in {options.folder}.", file=sys.stderr)
        return 3
    begin = time.process_time()
    ours(songs[0])
    print(
        f"first song, kernels compiled or loaded: {time.process_time() - begin:.1f} CPU s",
        file=sys.stderr,
    )
    librosas(songs[0])
    rows = []
    for path in songs:
        truth = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        row: dict[str, Any] = {"song": path.name}
        for name, tracker in (("ours", ours), ("librosa", librosas)):
            found, cpu = timed(tracker, path)
            row[name] = {**scores(found, truth), "cpu_s": cpu}
        rows.append(row)
        print(f"  {path.name}", file=sys.stderr)
    print(json.dumps(rows) if options.json else table(rows))
    return 0


def table(rows: list[dict[str, Any]]) -> str:
    """Each measure as ours / librosa's, and the means."""
    keys = ("F", "AMLt", "downF", "T1", "T2", "cpu_s")
    lines = ["song".ljust(30) + "".join(k.rjust(15) for k in keys)]
    for row in [*rows, {"song": "mean", **{n: _mean(rows, n, keys) for n in ("ours", "librosa")}}]:
        cells = (f"{_cell(row['ours'][k])} / {_cell(row['librosa'][k])}".rjust(15) for k in keys)
        lines.append(str(row["song"])[:29].ljust(30) + "".join(cells))
    return "\n".join(lines)


def _mean(rows: list[dict[str, Any]], name: str, keys: tuple[str, ...]) -> dict[str, float | None]:
    known = {k: [r[name][k] for r in rows if r[name][k] is not None] for k in keys}
    return {k: float(np.mean(v)) if v else None for k, v in known.items()}


def _cell(value: float | None) -> str:
    return "   - " if value is None else f"{value:5.3f}"


if __name__ == "__main__":
    raise SystemExit(main())
