"""The look laid over a plan's grade: a .cube file, kept beside the plan under its content."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from apex_director import media, video
from apex_director.cinematography.model import Storyboard
from apex_director.core.errors import InputUnusable
from apex_director.core.ids import bytes_hash

from .given import look_bytes
from .request import MusicVideoRequest

_NAMED = 12  # characters of the hash that names a look


def dressed(request: MusicVideoRequest, storyboard: Storyboard, folder: Path) -> Storyboard:
    """The plan with the look that is asked for, or else the one it names, copied into a folder.

    The copy is named by its content, so whatever is named by the grade is named by the look.

    Raises
    ------
    InputUnusable
        The look cannot be read, or is none.
    """
    source = _source(request, storyboard)
    if source is None:
        return storyboard
    content = look_bytes(source)
    cube = video.read_cube(content, where=str(source))
    name = f"look-{bytes_hash([content])[:_NAMED]}.cube"
    media.write_text_atomic(folder / name, video.write_cube(cube))
    strength = request.lut_strength if request.lut_path else storyboard.grade.lut_strength
    return replace(storyboard, grade=replace(storyboard.grade, lut=name, lut_strength=strength))


def _source(request: MusicVideoRequest, storyboard: Storyboard) -> Path | None:
    if request.lut_path:
        return Path(request.lut_path)
    if request.plan_path and storyboard.grade.lut:
        return Path(request.plan_path).parent / storyboard.grade.lut
    return None


def look_file(plan: str | Path, storyboard: Storyboard) -> Path | None:
    """Where the look of a written plan lies."""
    return Path(plan).parent / storyboard.grade.lut if storyboard.grade.lut else None


@lru_cache(maxsize=2)
def _look_at(path: str, stamp: int) -> video.Cube:
    return video.read_cube(Path(path).read_bytes(), where=path)


def look_of(plan: str | Path, storyboard: Storyboard) -> video.Cube | None:
    """The look of a written plan, kept while its file stays as it is.

    Raises
    ------
    InputUnusable
        It is gone, or is none.
    """
    path = look_file(plan, storyboard)
    if path is None:
        return None
    if not path.is_file():
        raise InputUnusable(
            "the look of the plan is gone",
            where=str(path),
            what_to_do="Start again; nothing that was finished is lost.",
        )
    return _look_at(str(path), path.stat().st_mtime_ns)
