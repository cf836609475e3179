"""What a studio keeps of one production for the next: the song as AAC, and pictures in layers.

A shot made anew then costs its own picture and its own frames: the shots beside it, which their
transitions show once more, are not drawn again.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

from apex_director import media
from apex_director.core.errors import StorageError
from apex_director.core.ids import content_hash

from .folders import NEXT_PLAN, Work, touch, trim
from .model import Payload, Ports, Report
from .request import file_hash
from .rerolling import keep_expected

LAYERS_BYTES = 4 * 2**30  # of pictures in layers; one of 1080p takes about 100 MB
LAYERS_SHARE = 5  # and at most a fifth of what is free
SOUNDS_BYTES = 500 * 2**20  # of songs as AAC; a minute takes two megabytes
_GOING = ".going-"
"""What a folder that is being removed is called, so that nobody takes it half gone."""
TAKE = "take_key"
"""What a stored scene's manifest names its pixels by."""


def sound_kept(ports: Ports, song: Path, frames: int, rate: Fraction) -> Path | None:
    """Where a studio keeps a song as AAC, by its bytes, the video's length and the code's version.

    None where that version is not known.
    """
    if not ports.cut:
        return None
    key = content_hash(file_hash(song), frames, rate, ports.cut)
    return ports.home / "cache" / "sounds" / f"{key}.m4a"


def trim_sounds(kept: Path) -> None:
    """Mark a song as used just now, and let go of those used longest ago."""
    if kept.is_file():
        touch(kept)
        trim(kept.parent, SOUNDS_BYTES, keep=frozenset({kept.name}))


def layers_kept(home: Path, take_key: str) -> bool:
    """Whether the layers of a picture are kept."""
    return bool(take_key) and _kept(home, take_key).is_dir()


def take_layers(home: Path, take_key: str, folder: Path) -> bool:
    """Give kept layers to a job, which then owns them alone; False where there are none."""
    if not take_key:
        return False
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _kept(home, take_key).replace(folder)
    except OSError:
        return False
    try:
        media.read_layers(folder)
    except StorageError:  # removed half-way by a process that died
        shutil.rmtree(folder, ignore_errors=True)
        return False
    return True


def tidy(ports: Ports, payload: Payload, report: Report) -> Payload:
    """Remove what a delivered job no longer needs, its working masters and the sound it cut; its
    pictures in layers are kept for the next job as far as there is room.

    Payload: ``plan_path``, the plan it was asked to render, if any.
    """
    work = Work(home=ports.home, job_id=payload["job_id"])
    for folder in sorted(work.layers.glob("*")):
        _keep(ports.home, folder)
    shutil.rmtree(work.layers, ignore_errors=True)
    _trim_layers(ports.home)
    if Path(payload["plan_path"]).name == NEXT_PLAN:
        keep_expected(Path(payload["plan_path"]))
    for pattern in ("master*.mp4", "song_*.wav"):
        for path in work.folder.glob(pattern):
            path.unlink(missing_ok=True)
    return {}


def _kept(home: Path, take_key: str) -> Path:
    return home / "cache" / "layers" / take_key


def _keep(home: Path, folder: Path) -> None:
    """Move a picture's layers to where the next job finds them, under what names their pixels."""
    with suppress(OSError, StorageError):  # what cannot be kept is removed with the others
        named = str(media.read_layers(folder)[0].get(TAKE, ""))
        if not named:
            return
        target = _kept(home, named)
        target.parent.mkdir(parents=True, exist_ok=True)
        folder.replace(target)
        touch(target)


def _trim_layers(home: Path) -> None:
    """Let go of the layers used longest ago, beyond what may be kept."""
    place = home / "cache" / "layers"
    if not place.is_dir():
        return
    found = []
    for folder in place.iterdir():
        if folder.name.startswith(_GOING):
            shutil.rmtree(folder, ignore_errors=True)
            continue
        with suppress(OSError):
            held = sum(path.stat().st_size for path in folder.iterdir())
            found.append((folder.stat().st_mtime, folder.name, held))
    total = sum(held for _, _, held in found)
    limit = min(LAYERS_BYTES, (media.free_bytes(place) + total) // LAYERS_SHARE)
    for _, name, held in sorted(found):
        if total <= limit:
            return
        going = place / f"{_GOING}{os.getpid()}-{name}"
        with suppress(OSError):  # another job has just taken it
            (place / name).replace(going)
            shutil.rmtree(going, ignore_errors=True)
        total -= held
