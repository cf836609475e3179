"""The ear against exact truth, beside librosa's plain tracker in the same run.

    python benchmarks/audio.py [--songs DIR] [--only PATTERN] [--long] [--json]
    python benchmarks/audio.py FOLDER [--json]

Without FOLDER the project's own set is made (once; kept in DIR or the user's cache folder) and
every bar is judged: ends with 1 where one is missed. With FOLDER, songs with their truth in the
.json beside them are scored. Beats are judged from 5 s on, within 70 ms. Part of the set needs
programs: sudo apt-get install mma fluidsynth timgm6mb-soundfont espeak-ng.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import ear
from songs import making, metering, scoring, tables

SOUNDS = (".ogg", ".mp3", ".flac", ".wav", ".m4a", ".opus", ".aac")
Row = dict[str, Any]


def found_in(folder: Path) -> list[Path]:
    """Sounds with their truth beside them."""
    paths = [p for p in sorted(folder.iterdir()) if p.suffix in SOUNDS]
    return [p for p in paths if p.with_suffix(".json").is_file()]


def row_of(path: Path) -> Row:
    """Everything measured of one song; what fails counts as 0 and is named."""
    truth = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    row: Row = {"song": path.name, "group": str(truth.get("group", "music"))}
    row["metred"] = bool(truth.get("beats"))
    begin = time.process_time()
    try:
        heard = ear.heard(path)
    except Exception as error:
        traceback.print_exc()
        return row | {"failed": str(error), "ours": scoring.nothing(truth), "librosa": {}}
    row["cpu_s"] = time.process_time() - begin
    grid = heard.grid
    row |= {"trust": grid.trust, "verdict": grid.verdict, "source": grid.source}
    ours = scoring.of_analysis(heard, truth)
    if row["metred"]:
        beats = [b.time_s for b in grid.beats]
        ours |= scoring.of_beats(beats, grid.downbeats, grid.bpm, truth)
        begin = time.process_time()
        row["librosa"] = scoring.of_beats(*ear.librosas(path), truth)
        row["librosa"]["cpu_s"] = time.process_time() - begin
    level, peak = truth.get("metered") or metering.metered(path)
    row |= {"ours": ours, "false_drops": _false_drops(heard, truth)}
    mine, top = heard.loudness.integrated_lufs, heard.loudness.true_peak_dbtp
    if level is not None:
        row["lufs_error"] = abs((mine if mine is not None else -70.0) - level)
        row["peak_error"] = abs((top if top is not None else -120.0) - peak)
    row["heard"] = tables.summary(heard, truth)
    return row


def _false_drops(heard: Any, truth: dict[str, Any]) -> int:
    return 0 if truth.get("drops") else sum(e.kind == "drop" for e in heard.events)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", help="score songs with truth beside them")
    parser.add_argument("--songs", type=Path, help="where the project's own pieces are kept")
    parser.add_argument("--only", default="*", help="pieces whose name matches, such as 'mma_*'")
    parser.add_argument("--long", action="store_true", help="also two hours of music")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    folder = options.songs or _cache()
    lacking: dict[str, list[str]] = {}
    if options.folder:
        paths = [p for p in found_in(options.folder) if p.match(options.only)]
    else:
        paths, lacking = making.make_all(folder, only=options.only)
    if not paths:
        print(f"No songs to score in {options.folder or folder}.", file=sys.stderr)
        return 3
    ear.heard(paths[0])
    ear.librosas(paths[0])
    rows = []
    for path in paths:
        rows.append(row_of(path))
        print(f"  {path.name}", file=sys.stderr)
    whole = options.folder is None and options.only == "*"
    cost = ear.speed(folder) | (ear.two_hours(folder) if options.long else {}) if whole else {}
    bars = tables.bars(rows, cost)
    print(json.dumps({"rows": rows, "means": tables.means(rows), "cost": cost, "bars": bars,
                      "left_out": lacking}, default=float)
          if options.json else _report(rows, cost, bars, lacking))  # fmt: skip
    return int(whole and any(bar["held"] is False for bar in bars))


def _report(
    rows: list[Row], cost: dict[str, float], bars: list[Row], lacking: dict[str, list[str]]
) -> str:
    parts = [tables.beats(rows), tables.form(rows), tables.verdicts(rows)]
    if cost:
        parts.append(ear.report(cost))
    parts.append(tables.judged(bars))
    parts += [
        f"Left out for want of {tool}: {', '.join(names)}. Get it with: {making.GET_TOOLS}"
        for tool, names in lacking.items()
    ]
    return "\n\n".join(parts)


def _cache() -> Path:
    import platformdirs

    return Path(platformdirs.user_cache_dir("apex_director")) / "songs"


if __name__ == "__main__":
    raise SystemExit(main())
