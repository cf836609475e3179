"""The step that opens a job: its folders, its output folder, the first lines of its log."""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path

from apex_director import media, video
from apex_director.core.errors import ValidationFailed
from apex_director.version import __version__

from .folders import Work
from .listening import listen
from .model import Payload, Ports, Report

_OUTPUT_WANTED = 20 * 2**20


def begin(ports: Ports, payload: Payload, report: Report) -> Payload:
    """Listen to the song; or, beside it on another core, have the renderer's kernels compiled.

    Payload: ``task`` (``listen`` or ``warm``), and what :func:`listen` takes.
    """
    if payload["task"] == "listen":
        return listen(ports, payload, report)
    video.warm_up()
    return {}


def _prove(output: Path) -> None:
    """Prove that the output folder can be written, and leave no empty one behind."""
    made = [folder for folder in (output, *output.parents) if not folder.exists()]
    media.require_writable(output, _OUTPUT_WANTED)
    for folder in made:
        with contextlib.suppress(OSError):
            folder.rmdir()


def _prove_backend(ports: Ports, name: str) -> None:
    known = [backend.capabilities.name for backend in ports.backends]
    if name and name not in known:
        raise ValidationFailed(
            f"'{name}' is no backend of this studio",
            where="backend",
            what_to_do=f"Choose one of {', '.join(known)}.",
        )


def open_job(ports: Ports, payload: Payload, report: Report) -> Payload:
    """Make the job's folders and prove that the output folder can be written, before any work is
    done.

    Raises
    ------
    OutputUnwritable
        The studio or the output folder cannot be written, or the disk is full.
    ValidationFailed
        There is no backend of the name asked for.
    """
    work = Work(home=ports.home, job_id=payload["job_id"])
    work.make()
    request = payload["request"]
    if request["stop_at"] == "deliver":
        _prove(Path(request["output_dir"]))
    _prove_backend(ports, request["backend_preference"])
    asked = {k: v for k, v in request.items() if v not in ("", None, [], False)}
    work.note(
        "job", f"apex-director {__version__}, options {json.dumps(asked, ensure_ascii=False)}"
    )
    return {"began": time.time(), "version": __version__}
