"""What a production is to the engine that runs it: named steps over plain values, and a story.

A *story* is a plain function ``produce(runner, payload) -> payload`` that says which steps follow
which.
A *step* is a plain function ``(ports, payload, report) -> payload``; payloads are JSON values, and
anything
large is a path to a file named by its content. Steps may be run again after a crash, so they write
beside
and rename. The durable engine and the inline engine both are Runners; neither knows any story.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from apex_director.core.money import Usd

if TYPE_CHECKING:
    from apex_director.assets import Library
    from apex_director.images.model import ImageBackend
    from apex_director.providers.model import Desk

Payload = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Progress:
    """One thing to tell the person who waits.

    ``stage`` is a name of contract B20; ``fraction`` 0..1 of the whole job, never falling;
    ``done`` of ``total``
    counts ``unit`` (shots, frames); ``fps`` and ``eta_s`` where they can be measured; ``warning``
    is kept with the job, ``notice`` is said on a line of its own.
    """

    stage: str
    fraction: float
    message: str = ""
    done: int = 0
    total: int = 0
    unit: str = ""
    fps: float | None = None
    eta_s: float | None = None
    warning: str = ""
    notice: str = ""


Report = Callable[[Progress], None]


@dataclass(frozen=True, kw_only=True)
class Ports:
    """The outside world of a production, built once by bootstrap and bound in every process.

    ``desk`` books every paid call, ``library`` keeps what was made, ``daily_cap`` and
    ``job_cap`` are what one day and one job may cost.

    ``ear``, ``eye`` and ``cut`` name the code that hears songs, draws pictures and films them
    (hashes of its sources), so that nothing made by other code is taken for the same; without an
    ``ear`` no analysis is kept.
    """

    home: Path
    backends: tuple[ImageBackend, ...]
    workers: int
    ear: str = ""
    eye: str = ""
    cut: str = ""
    desk: Desk | None = None
    library: Library | None = None
    daily_cap: Usd | None = None
    job_cap: Usd | None = None


Step = Callable[[Ports, Payload, Report], Payload]
Steps = Mapping[str, Step]


class Runner(Protocol):
    """What an engine offers a story."""

    @property
    def job_id(self) -> str: ...

    @property
    def resumed(self) -> bool:
        """Whether results of an earlier attempt are used."""
        ...

    def step(self, name: str, payload: Payload) -> Payload:
        """Run one named step, once for all: after a crash its stored result is returned."""
        ...

    def map(
        self,
        name: str,
        payloads: Sequence[Payload],
        on_done: Callable[[int, Payload], None] | None = None,
        on_progress: Callable[[int, Progress], None] | None = None,
        hands: int | None = None,
    ) -> list[Payload]:
        """Run a step for many payloads in parallel; results in the payloads' order. Finished ones
        stay finished.

        ``on_done(index, result)`` is called in the story's thread as each ends;
        ``on_progress(index, progress)`` with what a running one reports. ``hands``: the step mostly
        waits for somebody else's machine, and so many may run at once, beside the workers; not
        given, it works, and every worker takes part.
        """
        ...

    def report(self, progress: Progress) -> None:
        """Tell whoever watches this job."""
        ...


Story = Callable[[Runner, Payload], Payload]


@dataclass(frozen=True, kw_only=True)
class Production:
    """A story and the steps it names; ``kind`` is the job's kind (``music_video``)."""

    kind: str
    story: Story
    steps: Steps
