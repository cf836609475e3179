"""Small sheets on the big canvas: sparse layers, subjects, spikes of light, made only where they
are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from apex_director.images.model import Layer, Reaction
from apex_director.images.scenes.finish import to_layer
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.palette import ScenePalette, mix
from apex_director.images.scenes.sky import smoothstep, unit

F32 = NDArray[np.float32]
Box = tuple[int, int, int, int]
_BAND = 192


def box_around(spec: SceneSpec, x: float, y: float, reach: float) -> Box:
    """Rows and columns ``y0, y1, x0, x1`` within ``reach`` short sides of a place (0..1 of the
    canvas), cut at the canvas; empty if outside.
    """
    w, h = spec.canvas
    r = reach * unit(spec)
    y0, y1 = max(0, int(y * h - r)), min(h, int(y * h + r) + 1)
    x0, x1 = max(0, int(x * w - r)), min(w, int(x * w + r) + 1)
    return y0, max(y0, y1), x0, max(x0, x1)


def box_grid(spec: SceneSpec, x: float, y: float, box: Box) -> tuple[F32, F32]:
    """Right and up from a place in short sides for a box's pixels: ([1, w], [h, 1])."""
    w, h = spec.canvas
    y0, y1, x0, x1 = box
    u = (np.arange(x0, x1, dtype=np.float32) + np.float32(0.5 - x * w)) / np.float32(unit(spec))
    v = (np.float32(y * h - 0.5) - np.arange(y0, y1, dtype=np.float32)) / np.float32(unit(spec))
    return u[None, :], v[:, None]


def box_layer(
    name: str,
    linear: F32,
    box: Box,
    spec: SceneSpec,
    parallax: float,
    *,
    blend: Literal["over", "add"] = "over",
    drift: tuple[float, float] = (0.0, 0.0),
    reactions: tuple[Reaction, ...] = (),
) -> Layer:
    """A layer that is empty but for a box [shape=(h, w, 3 or 4)] of linear light."""
    w, h = spec.canvas
    y0, y1, x0, x1 = box
    rgba = np.zeros((h, w, 4), np.uint8)
    if blend == "add":
        rgba[..., 3] = 255
    small = to_layer(
        name,
        linear,
        parallax,
        blend=blend,
        drift=drift,
        reactions=reactions,
        seed=spec.seed,
    )
    rgba[y0:y1, x0:x1] = small.rgba
    return replace(small, rgba=rgba)


def bands(rows: int, margin: int = 0) -> Iterator[tuple[slice, slice, slice]]:
    """Horizontal bands of a picture, so that temporary arrays stay small: the band in the picture,
    the same with ``margin`` rows of neighbours, and the band within that.
    """
    for y0 in range(0, rows, _BAND):
        y1 = min(rows, y0 + _BAND)
        a, b = max(0, y0 - margin), min(rows, y1 + margin)
        yield slice(y0, y1), slice(a, b), slice(y0 - a, y1 - a)


def spikes(out: F32, x: float, y: float, colour: F32, size: float, turn: float = 0.0) -> None:
    """Add a bright star with a halo and four diffraction spikes, ``size`` pixels long, in place."""
    reach = int(size) + 2
    h, w = out.shape[:2]
    a, b = max(0, int(y) - reach), min(h, int(y) + reach + 1)
    c, d = max(0, int(x) - reach), min(w, int(x) + reach + 1)
    if a >= b or c >= d:
        return
    dy = (np.arange(a, b, dtype=np.float32) + np.float32(0.5 - y))[:, None]
    dx = (np.arange(c, d, dtype=np.float32) + np.float32(0.5 - x))[None, :]
    cos, sin = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    p, q = np.abs(dx * cos + dy * sin), np.abs(dy * cos - dx * sin)
    thin = np.float32(max(0.65, size * 0.008))
    fade = np.float32(4.0 / size)
    # the last tenth goes to nothing, so that no spike ends in a step
    r: F32 = np.sqrt(dx * dx + dy * dy).astype(np.float32)
    end = smoothstep(1.0, 0.75, (r / np.float32(size)).astype(np.float32))
    rays = np.exp(-p * fade) * np.exp(-((q / thin) ** 2)) + np.exp(-q * fade) * np.exp(
        -((p / thin) ** 2)
    )
    halo = np.exp(-r * np.float32(11.0 / size)) * np.float32(0.35)
    core = np.exp(-((r / (thin * np.float32(1.7))) ** 2)) * np.float32(2.2)
    out[a:b, c:d] += ((rays * np.float32(0.8) + halo + core) * end)[..., None] * colour


def standing_subject(
    spec: SceneSpec, pal: ScenePalette, x: float, ground: float, height: float, side: float
) -> tuple[F32, Box] | None:
    """The subject's silhouette, premultiplied [h, w, 4], with its feet at (``x``, ``ground``) of
    the canvas.

    Parameters
    ----------
    height : float
        Of the figure, in short sides of the canvas.
    side : float
        Where the light stands: -1 left, 1 right; its rim is drawn there.
    """
    from apex_director.images.scenes.figures import draw_figure, rim

    w, h = spec.canvas
    tall = max(12, round(height * unit(spec)))
    cover = draw_figure(spec.subject, tall, spec.seed)
    edge = rim(cover, (side, -0.35), max(0.8, tall * 0.012))
    x0 = round(x * w - cover.shape[1] / 2)
    y0 = round(ground * h) - cover.shape[0]
    a, b = max(0, y0), min(h, y0 + cover.shape[0])
    c, d = max(0, x0), min(w, x0 + cover.shape[1])
    if a >= b or c >= d:
        return None
    cut = np.s_[a - y0 : b - y0, c - x0 : d - x0]
    body = mix(pal.shadow, np.zeros(3, np.float32), 0.45)
    light = pal.rim * np.float32(0.8)
    rgb = body * cover[cut][..., None] + light * edge[cut][..., None]
    return np.concatenate([rgb, cover[cut][..., None]], axis=-1).astype(np.float32), (a, b, c, d)
