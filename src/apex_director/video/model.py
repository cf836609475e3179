"""The values of the cut: segments, curves, camera paths, the sink frames are written into."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from apex_director.cinematography.model import TitleCard, TransitionKind
from apex_director.images.model import BandName, Scene

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

RENDERER_VERSION = "2"
"""Raised with every change that alters a pixel; it is part of every segment's key."""


@dataclass(frozen=True, kw_only=True)
class TransitionSpan:
    """A transition on the timeline, shortened to what its two shots can give.

    ``start`` to ``end`` are absolute frames; ``outgoing`` is None where the video begins. The curve
    runs over ``frames`` frames from ``nominal``, which lies before ``start`` only where the video
    begins.
    """

    kind: TransitionKind
    curve: str
    start: int
    end: int
    nominal: int
    frames: int
    outgoing: int | None
    incoming: int


@dataclass(frozen=True, kw_only=True)
class Part:
    """Frames ``start`` to ``end`` in which shot number ``shot`` is seen within a segment."""

    shot: int
    shot_id: str
    picture_id: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Segment:
    """Frames ``start`` to ``end`` that are rendered, encoded and cached as one file."""

    index: int
    start: int
    end: int
    parts: tuple[Part, ...]
    transition: TransitionSpan | None = None
    titles: tuple[TitleCard, ...] = ()

    @property
    def frames(self) -> int:
        return self.end - self.start

    @property
    def picture_ids(self) -> tuple[str, ...]:
        """The pictures this segment needs, each once, in order of appearance."""
        return tuple(dict.fromkeys(p.picture_id for p in self.parts))


@dataclass(frozen=True, kw_only=True, eq=False)
class Curves:
    """What the music does, one value per frame from ``start`` on, each 0..1.

    ``beat`` and ``bar`` are pulses that decay from each beat and downbeat; ``bar_phase`` runs from
    0 to 1 through each bar; ``downbeat`` is 1 on the frame a bar begins. ``travel`` [seconds] is
    the integral of an energy-dependent speed since the beginning of the song. ``kick`` is the bass
    on the beat, softened: what nudges the camera.
    """

    start: int
    low: F32
    mid: F32
    high: F32
    loudness: F32
    beat: F32
    bar: F32
    bar_phase: F32
    downbeat: F32
    travel: F64
    kick: F32

    def band(self, name: BandName) -> F32:
        """The curve a reaction names."""
        found: F32 = getattr(self, name)
        return found


@dataclass(frozen=True, kw_only=True, eq=False)
class CameraPath:
    """Where the camera is, one row per frame from ``start`` on.

    ``zoom`` is the lens (1 shows the whole canvas), ``x`` and ``y`` the looked-at point in 0..1 of
    the canvas: these move every layer alike. ``dolly``, ``tx`` and ``ty`` (parts of the canvas
    width and height) move a layer by its parallax.
    """

    start: int
    zoom: F64
    x: F64
    y: F64
    dolly: F64
    tx: F64
    ty: F64


@dataclass(frozen=True, kw_only=True, eq=False)
class PreparedScene:
    """A scene with what the compositor looks up: packed pixels, alpha bounds of tiles, 1/8 mips.

    ``pixels`` are uint32 views [shape=(canvas_h, canvas_w)] of the layers, ``bounds`` uint8
    [shape=(2, tiles_h, tiles_w)] the least and greatest alpha of each 16-pixel tile, ``mips``
    float32 [shape=(canvas_h / 8, canvas_w / 8, 4)] in 0..1, ``rest`` the flat picture of the mips.
    """

    scene: Scene
    pixels: tuple[U32, ...]
    bounds: tuple[U8, ...]
    mips: tuple[F32, ...]
    rest: F32

    @property
    def parallaxes(self) -> tuple[float, ...]:
        return tuple(layer.parallax for layer in self.scene.layers)


@dataclass(frozen=True, kw_only=True)
class LyricWord:
    """A word of a line with its time in seconds."""

    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True, kw_only=True)
class LyricLine:
    """A line of lyrics with its time in seconds, and those of its words where they are known.

    ``loose``: its time is a guess, so its words are not lit up one by one.
    """

    start_s: float
    end_s: float
    text: str
    words: tuple[LyricWord, ...] = ()
    loose: bool = False


class FrameSink(Protocol):
    """Takes finished frames: write into the planes, then call ``write``."""

    def planes(self) -> tuple[U8, U8, U8]:
        """Luma [shape=(h, w)] and chroma [shape=(h / 2, w / 2)] of the next frame."""
        ...

    def write(self) -> Any:
        """Hand the frame over."""
        ...


OnFrame = Callable[[int], None]
"""Called with the absolute number of each frame once it is handed over."""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Where in time a frame stands and what the music does there.

    ``seconds`` since the beginning, ``shot_seconds`` since the shot's middle; levels 0..1, already
    scaled by how strongly the video shall react.
    """

    frame: int
    seconds: float
    shot_seconds: float
    low: float
    mid: float
    high: float
    loudness: float
    beat: float
    bar: float
    travel: float

    def band(self, name: BandName) -> float:
        level: float = getattr(self, name)
        return level


@dataclass(frozen=True, kw_only=True)
class View:
    """How a layer is seen: canvas pixels at the frame's middle, canvas pixels per frame pixel."""

    cx: float
    cy: float
    step: float
    gain: float
