"""A request for a picture, what a backend is, and what comes back: a scene of layers that one
camera can film.

A flat picture (cloud, local model) is a scene of one layer; the procedural backend returns several.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from apex_director.core.provenance import Provenance
from apex_director.providers.model import Call, Cost, Quote

RGBA8 = NDArray[np.uint8]
BandName = Literal["low", "mid", "high", "loudness", "beat", "bar"]
ParticleKind = Literal[
    "snow", "rain", "fireflies", "dust", "sparks", "stars",
    "birds", "traffic", "bubbles", "leaves", "petals", "embers", "sand",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class GenerationRequest:
    """One picture wanted (contract P55). ``width`` and ``height`` are those of the finished video
    in pixels.
    """

    prompt: str = field(kw_only=False)
    scene_id: str | None = field(default=None, kw_only=False)
    negative_prompt: str = ""
    width: int = 1920
    height: int = 1080
    steps: int = 50
    guidance_scale: float = 9.0
    quality_level: int = 3
    style: str = ""
    seed: int = 0
    references: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What a backend can do; the cascade drops what it cannot, and says so in the trail.

    ``seed``: the same seed gives the same picture exactly, more or less, or is not taken.
    ``negative_prompt``: a field of its own, words folded into the prompt, or not taken.
    ``model`` is the id that will be sent, ``key_name`` the variable its key comes from (never the
    key), ``per_minute`` 0 no limit, ``usd_per_image`` the list price of its usual picture.
    ``in_process``: the model is loaded into our own process.
    ``owns_ids``: a lost call can be found again, because we choose its id or the provider lists it.
    """

    name: str
    max_width: int
    max_height: int
    seed: Literal["exact", "best_effort", "none"]
    negative_prompt: Literal["native", "folded", "none"]
    layered: bool
    max_references: int = 0
    usd_per_image: float = 0.0
    needs: str = ""
    model: str = ""
    aspects: tuple[str, ...] = ()  # "16:9" ...; empty: any
    priority: int = 100
    quality_level: int = 3
    per_minute: int = 0
    timeout_s: float = 180.0
    tries: int = 3
    key_name: str = ""
    owns_ids: bool = False
    in_process: bool = False

    @property
    def paid(self) -> bool:
        """Whether a call costs money, or may: an unknown price is one."""
        return self.usd_per_image != 0.0


@dataclass(frozen=True, kw_only=True)
class Reaction:
    """How music moves a layer.

    ``kind``: ``gain`` multiplies an additive layer's light by ``floor + amount * band``; ``sway``
    shifts it sideways,
    ``rise`` upwards by ``amount`` of the picture height times the band; ``twinkle`` is a slow
    seeded flicker of
    relative size ``amount``; ``breathe`` a slow sine of it (light that is added, alone). ``bob``
    needs no music: it rocks a layer up and down by ``amount`` of the picture height, and sideways
    by half of that, as a boat lies in a swell. A layer may carry several.
    """

    kind: Literal["gain", "sway", "rise", "twinkle", "breathe", "bob"]
    band: BandName = "loudness"
    amount: float = 0.3
    floor: float = 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Layer:
    """One sheet of a scene.

    Parameters
    ----------
    rgba : uint8 [shape=(canvas_h, canvas_w, 4)]
        Premultiplied by alpha, display-referred (graded picture code values, sRGB-like), dithered
        when quantised.
        For ``blend="add"`` alpha is ignored and colour is added as light.
    parallax : float
        How strongly the camera moves it: 0 nailed to infinity, 1 the plane of interest, above 1
        nearer.
    drift : (x, y)
        Steady motion of its own, in picture heights per second (clouds: about 0.002). Edges are
        clamped.
    """

    name: str
    rgba: RGBA8
    parallax: float
    blend: Literal["over", "add"] = "over"
    drift: tuple[float, float] = (0.0, 0.0)
    reactions: tuple[Reaction, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Water:
    """A moving reflecting surface, drawn after layer ``after`` (index into ``Scene.layers``, back
    to front).

    Everything composed so far is mirrored about ``horizon`` and rippled; rows from ``horizon`` to
    ``bottom`` (both in
    0..1 of the canvas height) are filled. ``tint`` is the deep colour (display RGB 0..1) seen
    where the view is steep;
    ``clarity`` 0..1 how much is reflected near the viewer, ``ripple`` 0..1 the size of waves,
    ``glitter`` 0..1.
    """

    after: int
    horizon: float
    bottom: float = 1.0
    tint: tuple[float, float, float] = (0.02, 0.05, 0.10)
    clarity: float = 0.5
    ripple: float = 0.4
    glitter: float = 0.3


@dataclass(frozen=True, kw_only=True)
class Particles:
    """Small moving things in front of layer ``after``: count at full density for a 1080-line
    picture.

    ``area`` (left, top, right, bottom; 0..1 of the canvas) holds them. ``size`` scales each of
    them; ``wind`` is how they are blown: 1 to the right, -1 to the left, more in a storm (leaves,
    petals, sand, embers), or the side a flock turns to (birds). ``color`` is theirs in front of the
    scene: dark for birds, that of headlights for traffic (tail-lights are red).

    ``lines`` are the lanes of ``traffic``, each ``(x0, y0, x1, y1, way, reach)`` in 0..1 of the
    canvas: from its far end to its near end, ``way`` 1 coming nearer (headlights) or -1 leaving
    (tail-lights); at the far end a car is ``reach`` times smaller and slower than at the near one
    (1: a road seen from the side). Traffic moves with layer ``after``, as if painted on it.
    """

    kind: ParticleKind
    after: int
    count: int
    color: tuple[float, float, float]
    band: BandName = "high"
    area: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    size: float = 1.0
    wind: float = 1.0
    lines: tuple[tuple[float, float, float, float, float, float], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Light:
    """The key light on the canvas (0..1), for bloom, rays and pulses. ``rays`` 0..1 is the
    strength of light shafts.
    """

    x: float
    y: float
    color: tuple[float, float, float]
    strength: float = 0.5
    rays: float = 0.0
    band: BandName = "low"


@dataclass(frozen=True, kw_only=True, eq=False)
class Scene:
    """A picture in depth, ready to be filmed.

    ``layers`` go back to front and share one canvas of ``canvas_width`` x ``canvas_height``, which
    is the finished
    picture of ``width`` x ``height`` times ``overscan`` (>= 1.2) about the same centre.
    ``subject`` is the point of
    interest (0..1 of the canvas) that framings may keep. ``not_drawn`` lists prompt words that had
    no effect.
    """

    family: str
    width: int
    height: int
    overscan: float
    layers: tuple[Layer, ...]
    water: Water | None = None
    particles: tuple[Particles, ...] = ()
    light: Light | None = None
    subject: tuple[float, float] = (0.5, 0.5)
    not_drawn: tuple[str, ...] = ()

    @property
    def canvas_width(self) -> int:
        return int(self.layers[0].rgba.shape[1])

    @property
    def canvas_height(self) -> int:
        return int(self.layers[0].rgba.shape[0])


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What really went to a backend, after everything it does not understand was left out."""

    prompt: str = ""
    negative_prompt: str = ""
    seed: int | None = None
    width: int = 0
    height: int = 0
    references: int = 0
    extras: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False)
class Drawn:
    """What a backend answered with.

    ``original`` are the provider's own bytes, untouched, so that its provenance marks survive;
    empty for a scene of layers. ``dropped`` names what of the request had no effect, ``notes`` what
    a person should know (a revised prompt, a watermark, a model that was replaced).
    """

    scene: Scene
    original: bytes = b""
    media_type: str = ""
    model: str = ""
    sent: Sent = field(default_factory=Sent)
    dropped: tuple[str, ...] = ()
    provider_id: str = ""
    cost: Cost = field(default_factory=Cost)
    notes: tuple[str, ...] = ()
    licence: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class GenerationResult:
    """A made picture and how it came to be."""

    scene: Scene
    provenance: Provenance
    drawn: Drawn


@dataclass(frozen=True, kw_only=True)
class Health:
    """What a backend answered when it was asked how it is, at no cost."""

    healthy: bool
    status: str = ""  # "ready", "needs X", "unhealthy", "retired"
    cure: str = ""
    response_s: float | None = None


class Bytes(Protocol):
    """A store of bytes by content, which pictures that were paid for are kept in."""

    def put(self, content: bytes) -> str:
        """Keep them; their SHA-256 (hex)."""
        ...

    def get(self, digest: str) -> bytes: ...


class ImageBackend(Protocol):
    """One way to make pictures. ``generate`` raises an ApexError that names what happened and the
    way out (see providers/outcomes.py for what it means for money).
    """

    @property
    def capabilities(self) -> Capabilities: ...

    def ready(self) -> str:
        """Empty when it can be used now, else the reason and the cure; asks nobody."""
        ...

    def quote(self, request: GenerationRequest) -> Quote:
        """What one picture will cost, and the model that will draw it."""
        ...

    def check(self) -> Health:
        """Ask how it is, with a call that costs nothing where there is one."""
        ...

    def generate(self, request: GenerationRequest, call: Call) -> Drawn:
        """Make one picture. ``request`` is already within the capabilities."""
        ...
