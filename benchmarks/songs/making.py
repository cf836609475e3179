"""Pieces as files, each with its truth beside it, made once and kept."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import numpy as np

from . import files, metering
from .catalogue import ENTRIES, Entry
from .drums import RATE

GET_TOOLS = "sudo apt-get install mma fluidsynth timgm6mb-soundfont espeak-ng"
_JUDGES = frozenset({"scoring", "tables"})  # they judge pieces and make none
_SILENT_DBFS, _SILENT_S = -60.0, 0.5


def make_all(folder: Path, *, only: str = "*") -> tuple[list[Path], dict[str, list[str]]]:
    """Make what is not there yet.

    Returns the files, and the names of pieces left out by the tool they lack.
    """
    folder.mkdir(parents=True, exist_ok=True)
    code = _code()
    made, lacking = [], {}
    for entry in ENTRIES:
        if not fnmatch(entry.name, only):
            continue
        path, tools = folder / entry.file, entry.missing()
        if tools:
            for tool in tools:
                lacking.setdefault(tool, []).append(entry.name)
            continue
        if not _is_made(path, code):
            _make(entry, path, code)
        made.append(path)
    return made, lacking


def _make(entry: Entry, path: Path, code: str) -> None:
    begin = time.process_time()
    sound, truth = entry.make(entry.seed)
    sound = _faded(sound)
    files.write(path, sound, entry.format)
    facts: dict[str, Any] = {
        "group": entry.kind,
        "duration": round(len(sound) / RATE, 4),
        "silence": silent(sound),
        "metered": metering.metered(path),
        **truth,
        "made_by": code,
    }
    path.with_suffix(".json").write_text(json.dumps(facts), encoding="utf-8")
    spent = time.process_time() - begin
    print(f"  made {path.name} ({spent:.1f} CPU s)", file=sys.stderr)


def _is_made(path: Path, code: str) -> bool:
    try:
        told = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        return path.is_file() and told.get("made_by") == code
    except (OSError, ValueError):
        return False


def _code() -> str:
    """The generator's own fingerprint: other code makes other pieces."""
    paths = sorted(Path(__file__).parent.glob("*.py"))
    text = b"".join(p.read_bytes() for p in paths if p.stem not in _JUDGES)
    return hashlib.sha256(text).hexdigest()[:16]


def _faded(sound: files.F32) -> files.F32:
    n = min(len(sound), RATE // 20)
    sound[-n:] *= np.linspace(1, 0, n, dtype=np.float32)[:, None]
    return sound


def silent(sound: files.F32) -> list[dict[str, float]]:
    """Stretches of half a second and more whose level stays under -60 dBFS."""
    window = RATE // 100
    n = len(sound) // window
    power = (sound[: n * window] ** 2).reshape(n, window, -1).mean(axis=1).max(axis=1)
    quiet = np.concatenate([[False], power < 10 ** (_SILENT_DBFS / 10), [False]])
    edges = np.flatnonzero(np.diff(quiet.astype(int)))
    return [
        {"start": a / 100, "end": b / 100}
        for a, b in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
        if (b - a) / 100 >= _SILENT_S
    ]
