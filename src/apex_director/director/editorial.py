"""The cut handed to an editor, and taken back."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from apex_director.audio.schema import from_x6
from apex_director.core.errors import InputUnusable

from .delivered import ANALYSIS, Delivered, delivered

REPORT = "quality_report.json"
EDITED_PLAN = "cinematography_plan.edited.json"


def export_timelines(
    where: str, formats: Sequence[str] = (), *, home: str | None = None, output_dir: str = ""
) -> list[str]:
    """Write the timelines of a delivered video.

    Parameters
    ----------
    where : a job's id, an output folder, or a plan file in one.
    formats : of otio, edl, fcpxml, fcp7, csv, json; all where none is named.
    output_dir : where they shall lie; beside the video where not given, as their media is named
        relative to them.

    Returns
    -------
    list of str
        The files written.

    Raises
    ------
    ApexError
        There is no such video, or a format is none we write.
    """
    from apex_director.productions.editorial import FORMATS, flash_spans, write_timelines

    found = delivered(where, home=home)
    folder = Path(output_dir).expanduser().resolve() if output_dir else found.folder
    paths = write_timelines(
        folder,
        found.storyboard(),
        _analysis(found),
        media_name=_relative(found.folder / found.video, folder),
        flashes=flash_spans(found.document(REPORT)),
        formats=tuple(dict.fromkeys(formats)) or FORMATS,
    )
    return [str(path) for path in paths]


def _relative(path: Path, folder: Path) -> str:
    import os

    return Path(os.path.relpath(path, folder)).as_posix()


def _analysis(found: Delivered) -> Any:
    try:
        text = (found.folder / ANALYSIS).read_text(encoding="utf-8")
        return from_x6(json.loads(text))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputUnusable(
            "the song's analysis is missing or broken",
            where=str(found.folder / ANALYSIS),
            what_to_do="Make the video again; it writes the analysis anew.",
        ) from error


def _command(found: Delivered, plan: Path) -> str:
    """What renders a plan as the video was rendered, in its place."""
    asked = found.job.payload.get("request", {}) if found.job else {}
    words = ["apex", "music-video", str(asked.get("audio_path") or "SONG"), "--plan", str(plan)]
    words += ["-o", str(found.folder)]
    for option, name in (
        ("--preset", "quality_preset"),
        ("--aspect", "aspect"),
        ("--resolution", "target_resolution"),
    ):
        if asked.get(name):
            words += [option, str(asked[name])]
    return shlex.join(words)


def import_edit(
    where: str, timeline: str, *, home: str | None = None, output: str = ""
) -> dict[str, Any]:
    """A timeline that was changed in an editor becomes a plan to be rendered.

    Parameters
    ----------
    where : the video it was exported from: a job's id, an output folder, or a plan file in one.
    timeline : .otio, .edl, .fcpxml or .xml (FCP7).
    output : the plan to write; ``cinematography_plan.edited.json`` beside the video where not
        given.

    Returns
    -------
    dict
        ``plan``, ``render`` (the command that renders it), ``shots``, ``changed`` (shots that are
        new, moved, longer, shorter or begin otherwise) and ``notes``.

    Raises
    ------
    ApexError
        It cannot be read, or is no edit of this video.
    """
    from apex_director.cinematography.schema import from_json, to_json
    from apex_director.productions.editorial import edited_plan, take_along
    from apex_director.productions.rerolling import save_plan

    found = delivered(where, home=home)
    before = found.storyboard()
    plan, notes = edited_plan(before, Path(timeline).expanduser())
    target = Path(output).expanduser().resolve() if output else found.folder / EDITED_PLAN
    from_json(to_json(plan), where=str(target))  # what could not be rendered is not written
    save_plan(target, plan)
    if before.grade.lut:
        take_along(found.plan.parent / before.grade.lut, target.parent)
    known = {(s.shot_id, s.start, s.end, s.transition) for s in before.shots}
    changed = [
        s.shot_id for s in plan.shots if (s.shot_id, s.start, s.end, s.transition) not in known
    ]
    return {
        "plan": str(target),
        "render": _command(found, target),
        "shots": len(plan.shots),
        "changed": changed,
        "notes": list(notes),
    }
