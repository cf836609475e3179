"""What a picture is judged by: the look that was wanted, what was measured, and the choice.

Every measure is a float in [0, 1], 1 being good; None says it could not be measured (nothing
coloured to judge a harmony by, no level line to judge a tilt by).
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

RGB8 = NDArray[np.uint8]
Strategy = Literal["composite", "aesthetic", "technical"]
FULL_WARMTH = 0.16  # mean OKLab b over the range from cold to warm
FULL_SATURATION = 0.10  # mean OKLab chroma that reads as half vivid
STRATEGIES: tuple[Strategy, ...] = ("composite", "aesthetic", "technical")


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a picture should look like; None and an empty palette ask for nothing.

    ``palette`` are hex colours, ``key`` 0 dark to 1 bright (mean OKLab lightness), ``warmth`` 0
    cold to 1 warm (0.5 neutral), ``contrast`` 0 flat to 1 hard, ``saturation`` 0 grey to 1 vivid.
    """

    palette: tuple[str, ...] = ()
    key: float | None = None
    warmth: float | None = None
    contrast: float | None = None
    saturation: float | None = None


@dataclass(frozen=True, kw_only=True)
class Technical:
    """How well the picture is made; 1 is free of the fault."""

    sharpness: float | None
    noise: float
    exposure: float
    banding: float
    compression: float
    artefacts: float


@dataclass(frozen=True, kw_only=True)
class Composition:
    """How the picture is arranged (the parts of contract X14)."""

    thirds: float | None
    lines: float | None
    symmetry: float | None
    depth: float | None
    framing: float | None


@dataclass(frozen=True, kw_only=True)
class Aesthetic:
    """How the picture is composed and coloured."""

    composition: Composition
    color_harmony: float | None
    subject_contrast: float | None


@dataclass(frozen=True, kw_only=True)
class Style:
    """How close the picture is to the look that was wanted; None where the look asks nothing."""

    palette: float | None
    light: float | None
    grade: float | None


@dataclass(frozen=True, kw_only=True)
class Score:
    """The judgement of one picture.

    A part is None where the strategy did not ask for it, ``style`` also where no look was given.
    ``custom`` holds what the scorers of others said, by name. ``reasons`` are the faults and
    strengths that made the figure, the heaviest first, in a person's words.
    """

    overall: float
    technical: Technical | None
    aesthetic: Aesthetic | None
    style: Style | None
    strategy: Strategy
    custom: Mapping[str, float] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Scored:
    """A candidate with its judgement; ``fingerprint`` as core.fingerprint makes it, None where
    nothing is compared.
    """

    score: Score
    fingerprint: Any = None
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which candidate is kept and why. ``accepted`` says whether it reaches the threshold and is no
    duplicate; ``duplicates`` pairs a candidate with the earlier candidate (its index) or the
    earlier accepted picture (its name) that it repeats.
    """

    index: int
    reason: str
    accepted: bool
    duplicates: tuple[tuple[int, int | str], ...] = ()


@runtime_checkable
class Scorer(Protocol):
    """A measure of one's own: pixels in, 0 to 1 out, 1 being good."""

    name: str

    def score(self, rgb: RGB8) -> float: ...


@runtime_checkable
class FileScorer(Protocol):
    """A measure of one's own over a file (contract P64)."""

    def score_image(
        self, image_path: str, criteria: Mapping[str, Any]
    ) -> Awaitable[Mapping[str, Any]]: ...
