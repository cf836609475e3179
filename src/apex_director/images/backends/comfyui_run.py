"""One picture's way through a ComfyUI server: queued once, waited for, found again if lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from apex_director.core.errors import ApexError
from apex_director.providers import OutcomeUnknown, Refused, Unbilled
from apex_director.providers.http import Wire
from apex_director.providers.model import Call, Cost

from .comfyui_graph import REFERENCES, Template, fill
from .comfyui_server import WHERE, Work, find, stop, submit, upload

LOOKS = (0.0, 0.3, 0.7, 1.5, 3.0)  # seconds before each look for a prompt whose answer was lost
POLL_S, SLOWEST_POLL_S = 0.25, 2.0
PATIENCE_S = 60.0  # seconds a server may be away, as when it is started anew
BUSY = {408, 429, 503}  # statuses that say the prompt was not taken


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a run needs. ``cost`` is what a picture is booked at, None for nothing: it decides what
    may be asked for anew after its outcome was lost.
    """

    wire: Wire
    template: Template
    cost: Cost | None
    timeout_s: float
    clock: Callable[[], float]
    sleep: Callable[[float], None]

    @property
    def paid(self) -> bool:
        return self.cost is not None


def start(run: Run, values: Mapping[str, Any], references: list[bytes], call: Call) -> str:
    """Queue the filled-in workflow once and say so.

    Parameters
    ----------
    values : mapping
        By the names a workflow may bind.
    references : list of bytes
        Pictures, in the order of ``reference``, ``reference_2`` ...

    Returns
    -------
    str
        The id the server knows it by.

    Raises
    ------
    Unbilled, OutcomeUnknown
        Its answer was lost and the server has it not, or cannot be asked.
    Refused
        The workflow has errors.
    """
    filled = dict(values)
    # A name of its own has the picture saved anew, also where the server has all else cached.
    filled["filename_prefix"] = f"apex_{call.id[:8]}"
    bound = [name for name in REFERENCES if run.template.binds(name)]
    for name, content in zip(bound, references, strict=False):
        filled[name] = upload(run.wire, content)
    try:
        prompt_id = submit(run.wire, fill(run.template, filled), call)
    except (Unbilled, OutcomeUnknown) as lost:
        if isinstance(lost, Unbilled) and lost.status in BUSY:
            raise
        prompt_id = _looked_for(run, call, lost)
    call.accepted(prompt_id, server=run.wire.base_url)
    return prompt_id


def _looked_for(run: Run, call: Call, lost: ApexError) -> str:
    """The id of a prompt whose answer was lost, if the server has it: it may still be checking the
    workflow, so one look is not enough.
    """
    away = 0
    for pause in LOOKS:
        run.sleep(pause)
        try:
            if find(run.wire, call.id).state != "gone":
                return call.id
            away = 0
        except Unbilled:
            away += 1
            if away == 2:
                raise lost from None
    raise Unbilled(
        "the server did not get the workflow", where=WHERE, what_to_do="Try again.", lost=True
    )


def awaited(run: Run, prompt_id: str, *, known: bool) -> Mapping[str, Any]:
    """The history of a prompt, once it has ended.

    Parameters
    ----------
    prompt_id : str
        As the server knows it.
    known : bool
        Whether the server has said that it has it.

    Raises
    ------
    Unbilled
        It is not there (``lost``), or cannot be asked for now.
    OutcomeUnknown
        What is paid for has been forgotten by the server.
    Refused
        What is free took too long, and was stopped.
    """
    started = seen = run.clock()
    pause = POLL_S
    while True:
        work = Work(state="waiting")
        try:
            work = find(run.wire, prompt_id)
            seen = run.clock()
        except Unbilled:
            if run.clock() - seen > PATIENCE_S:
                raise
        if work.state == "done":
            return work.entry
        if work.state == "gone":
            _gone(run, prompt_id, known=known)
        known = known or seen > started or work.state == "running"
        if run.clock() - started > run.timeout_s:
            _late(run, prompt_id, work)
        run.sleep(pause)
        pause = min(SLOWEST_POLL_S, pause * 1.5)


def _gone(run: Run, prompt_id: str, *, known: bool) -> NoReturn:
    """The server knows nothing of the prompt: it was started anew, or never got it."""
    if known and run.paid:
        raise OutcomeUnknown(
            f"the server has forgotten the picture {prompt_id}",
            where=WHERE,
            what_to_do="See whether it was made, then: apex cost resolve",
        )
    what = "the server knows nothing of the picture" if known else "the server did not get it"
    raise Unbilled(what, where=WHERE, what_to_do="Try again.", lost=True)


def _late(run: Run, prompt_id: str, work: Work) -> NoReturn:
    """Not done in time: what is paid for is asked for again later, what is free is stopped."""
    what = f"the picture {prompt_id} is still {work.state} after {run.timeout_s:g} s"
    cure = "Raise backends.comfyui.timeout_s, or lower its steps or megapixels."
    if run.paid:
        raise Unbilled(what, where=WHERE, what_to_do=cure)
    stop(run.wire, prompt_id)
    raise Refused(what, where=WHERE, what_to_do=cure)
