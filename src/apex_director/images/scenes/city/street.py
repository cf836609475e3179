"""Street level: the wet asphalt that mirrors the facades, lamp posts in a row."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.lamps import glow_at
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.noise import fbm
from apex_director.images.scenes.palette import ScenePalette
from apex_director.images.scenes.shapes import strokes
from apex_director.images.scenes.sky import unit

F32 = NDArray[np.float32]

WET = {"rain": 0.85, "storm": 0.9, "mist": 0.5, "snow": 0.25}
DRY = {"day": 0.10, "golden_hour": 0.22, "dawn": 0.30}
LAMP_HEIGHT = 0.085


@dataclass(frozen=True, kw_only=True)
class StreetView:
    """The eye in the street: horizon row 0..1, height, focal length in pixels, half a street."""

    horizon: float
    eye: float
    scale: float
    avenue: float


def wet_street(
    spec: SceneSpec, view: StreetView, ground: F32, out: F32, win: F32, neon: F32
) -> None:
    """Mirror each column about the foot of its own wall, in place.

    A vertical wall on level ground reflects exactly so; waves displace more near the viewer.

    Parameters
    ----------
    ground : float32 [shape=(w,)]
        Row of the first wall's foot in each column.
    """
    w, h = spec.canvas
    rng = np.random.default_rng([spec.seed, 5])
    top = round(view.horizon * h)
    rows = np.arange(top, h, dtype=np.float32)
    foot = np.where(ground > 0, ground, h).astype(np.float32)
    deep = (rows - view.horizon * h) / h
    wobble = _waves(rng, h - top, 1.2) * deep * h * 0.05
    source = 2 * foot[None, :] - rows[:, None] + wobble[:, None]
    sway = _waves(rng, h - top, 0.9) * deep * h * 0.045
    column = np.arange(w, dtype=np.float32)[None, :] + sway[:, None]
    below = np.clip(rows[:, None] - foot[None, :] + 0.5, 0.0, 1.0)
    fresnel = WET.get(spec.weather, DRY.get(spec.time_of_day, 0.42)) * (
        0.30 + 0.6 * np.exp(-deep * 5.0)
    )
    strength = (below * fresnel[:, None] * _puddles(spec, view, h - top))[..., None]
    strength = (strength * out[top:, :, 3:]).astype(np.float32)
    long = max(1.0, unit(spec) * 0.006)
    out[top:, :, :3] *= 1.0 - strength * np.float32(0.55)
    for light in (out, win, neon):
        seen = cv2.remap(
            np.ascontiguousarray(light[..., :3]),
            column.astype(np.float32),
            source.astype(np.float32),
            cv2.INTER_LINEAR,
        )
        light[top:, :, :3] += (
            cv2.GaussianBlur(seen, (0, 0), long * 0.35, None, long * 1.6) * strength
        )


def _waves(rng: np.random.Generator, rows: int, sigma: float) -> F32:
    white = rng.standard_normal((rows, 1)).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(white, (0, 0), sigma), np.float32)[:, 0]


def _puddles(spec: SceneSpec, view: StreetView, rows: int) -> F32:
    """How wet the street is at each point, drawn in perspective: 0.35 to 1."""
    w, h = spec.canvas
    down = (np.arange(rows, dtype=np.float32) + 1.0)[:, None]
    z = np.float32(view.eye * view.scale) / down
    x = ((np.arange(w, dtype=np.float32) - w / 2) / np.float32(view.scale))[None, :] * z
    spots = fbm((x * 30).astype(np.float32), (z * 12).astype(np.float32), spec.seed + 3, 3)
    near = np.clip(down / (0.02 * h), 0.0, 1.0)
    return np.asarray(1.0 - near * np.clip(0.35 - spots * 1.4, 0.0, 0.65), np.float32)


def street_life(
    spec: SceneSpec, view: StreetView, pal: ScenePalette, dark: float, out: F32, neon: F32
) -> None:
    """Lamp posts along both kerbs, in place; far ones first."""
    w, h = spec.canvas
    lamp = np.asarray([1.0, 0.66, 0.32], np.float32) * np.float32(dark * 0.8)
    lines, heads = [], []
    for k in range(11, 0, -1):
        z = 0.12 + 0.2 * k
        for side in (-1.0, 1.0):
            post, head = _post(view, (w, h), side, z)
            lines += post
            heads.append((head, 0.0065 / z * view.scale))
    cover = strokes(h, w, lines)[..., None]
    out[..., :3] = out[..., :3] * (1 - cover) + cover * pal.shadow * np.float32(0.6)
    out[..., 3:] = np.maximum(out[..., 3:], cover)
    neon *= 1 - cover
    for (x, y), size in heads:
        glow_at(neon, x, y, size, lamp)


def _post(
    view: StreetView, size: tuple[int, int], side: float, z: float
) -> tuple[list[tuple[NDArray[np.float64], float, float]], tuple[float, float]]:
    """Strokes of one lamp post and where its head shines."""
    w, h = size
    s = view.scale / z

    def at(x: float, y: float) -> tuple[float, float]:
        return w / 2 + x * s, view.horizon * h + (view.eye - y) * s

    x = side * view.avenue * 0.86
    arm = [
        (x, LAMP_HEIGHT * 0.93),
        (x - side * 0.006, LAMP_HEIGHT * 0.99),
        (x - side * 0.03, LAMP_HEIGHT),
    ]
    pole = np.asarray([at(x, 0.0), at(x, LAMP_HEIGHT * 0.93)])
    thick = max(0.9, 0.0032 * s)
    bend = np.asarray([at(*p) for p in arm])
    return [(pole, thick * 1.3, thick), (bend, thick, thick * 0.9)], at(
        x - side * 0.03, LAMP_HEIGHT - 0.002
    )
