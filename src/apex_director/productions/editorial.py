"""A delivered cut for other editors: its timelines, and the plan of one that comes back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from apex_director import media, video
from apex_director.audio.model import AudioAnalysis
from apex_director.cinematography.model import Storyboard
from apex_director.core.errors import InputUnusable, ValidationFailed
from apex_director.core.timeline import Span

from .folders import copy

FORMATS = ("otio", "edl", "fcpxml", "fcp7", "csv", "json")
MOST_BYTES = 64 * 2**20  # of a timeline that is read; a long film's is a few


def flash_spans(report: Mapping[str, Any]) -> tuple[Span, ...]:
    """The spans of frames a quality report warns of."""
    rows = report.get("flashes") or ()
    return tuple(
        Span(start=int(row["start"]), end=int(row["end"])) for row in rows if isinstance(row, dict)
    )


def write_timelines(
    folder: Path,
    storyboard: Storyboard,
    analysis: AudioAnalysis,
    *,
    media_name: str,
    flashes: Iterable[Span] = (),
    formats: Sequence[str] = FORMATS,
    mark: str = "",
) -> list[Path]:
    """Write a cut in every format wanted.

    Parameters
    ----------
    media_name : the finished video, relative to the folder.
    mark : what stands in the names after ``timeline`` (``_9x16``).

    Returns
    -------
    list of Path
        What was written; a rate that an EDL cannot count is left out where several are wanted.

    Raises
    ------
    ValidationFailed
        A format is none we write, or cannot hold the rate and was asked for alone.
    """
    cut = video.cut_list(storyboard, media_name, analysis, flashes)
    made = []
    for name in formats:
        if name not in FORMATS:
            raise ValidationFailed(
                f"'{name}' is no timeline we write",
                where="format",
                what_to_do=f"Choose of {', '.join(FORMATS)}.",
            )
        write, file_name = video.TIMELINE_WRITERS[name]
        try:
            text = write(cut)
        except ValidationFailed:
            if len(formats) == 1:
                raise
            continue
        path = folder / file_name.replace("timeline", f"timeline{mark}", 1)
        media.write_text_atomic(path, text)
        made.append(path)
    return made


def take_along(look: Path, folder: Path) -> None:
    """Copy the look that a plan names beside a plan that is written elsewhere."""
    if look.is_file() and look.parent != folder:
        folder.mkdir(parents=True, exist_ok=True)
        copy(look, folder / look.name)


def edited_plan(
    storyboard: Storyboard, timeline: Path, *, most_bytes: int = MOST_BYTES
) -> tuple[Storyboard, tuple[str, ...]]:
    """The plan with the cuts of a timeline that was changed in an editor, and what was mended.

    Raises
    ------
    InputUnusable
        The file cannot be read, or is no edit of this plan.
    """
    where = str(timeline)
    try:
        if timeline.stat().st_size > most_bytes:
            raise InputUnusable(
                "the file is too large for a timeline",
                where=where,
                what_to_do="Export the timeline alone, without media in it.",
            )
        text = timeline.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputUnusable(
            f"the timeline cannot be read ({error.__class__.__name__})",
            where=where,
            what_to_do="Check the path, and that it was exported as text.",
        ) from error
    edit = video.read_edit(text, timeline.suffix, storyboard.format.rate, where=where)
    plan, notes = video.edited(storyboard, edit, where=where)
    return plan, notes
