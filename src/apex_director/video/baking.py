"""Grading a scene once instead of every frame: its layers, its water, its particles, its light."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np

from apex_director.cinematography.model import Grade
from apex_director.images.model import Layer, Scene, Water

from .grading import apply_colour, needs_cube
from .lut import Cube, apply_cube, sample_points
from .model import F32, U8
from .tetra import U64, look_up_layer, pack
from .texture import denoise_layer, sharpen_layer

SIZE = 33
"""Entries a side of the table a whole grade is compiled into."""
CELL = 8
"""What lies below a layer is looked at in cells of this many pixels."""
WET = 0.55
"""Share of the mirrored picture in what is seen in water, on the whole."""

Triple = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class Bake:
    """What is done to the layers of a scene before they are filmed. ``cube`` is the whole grade
    from primary to colour table; None leaves the colours to the last pass.
    """

    cube: Cube | None
    sharpen: float = 0.0
    denoise: float = 0.0


def bake_for(grade: Grade, lut: Cube | None = None) -> Bake | None:
    """How scenes are baked for a grade; None where the last pass alone can do it."""
    cube = compile_grade(grade, lut) if needs_cube(grade, lut) else None
    if cube is None and not grade.sharpen and not grade.denoise:
        return None
    return Bake(cube=cube, sharpen=grade.sharpen, denoise=grade.denoise)


def compile_grade(grade: Grade, lut: Cube | None = None) -> Cube:
    """A grade up to and including its colour table, as one table of 33 entries a side."""
    colour = replace(
        grade, vignette=0.0, grain=0.0, bloom=0.0, sharpen=0.0, denoise=0.0, aberration=0.0,
        distortion=0.0, lut="",
    )  # fmt: skip
    return _compiled(colour, lut)


@lru_cache(maxsize=8)
def _compiled(grade: Grade, lut: Cube | None) -> Cube:
    return Cube(table=apply_colour(sample_points(SIZE), grade, lut).astype(np.float32))


@lru_cache(maxsize=8)
def _packed(cube: Cube) -> U64:
    return pack(cube.table)


def baked(scene: Scene, bake: Bake) -> Scene:
    """The scene as its grade shows it; the input is left untouched."""
    layers = _graded(scene, bake.cube) if bake.cube else list(scene.layers)
    layers = [_finished(layer, bake) for layer in layers]
    if bake.cube is None:
        return replace(scene, layers=tuple(layers))
    cube = bake.cube
    return replace(
        scene,
        layers=tuple(layers),
        water=scene.water and replace(scene.water, tint=_colour(cube, scene.water.tint)),
        particles=tuple(replace(p, color=_colour(cube, p.color)) for p in scene.particles),
        light=scene.light and replace(scene.light, color=_colour(cube, scene.light.color)),
    )


def _graded(scene: Scene, cube: Cube) -> list[Layer]:
    """Each layer graded over what lies below it when the camera rests."""
    rows, cols = -(-scene.canvas_height // CELL), -(-scene.canvas_width // CELL)
    below = np.zeros((rows, cols, 3), np.float32)
    out = []
    for k, layer in enumerate(scene.layers):
        rgba = np.ascontiguousarray(layer.rgba)
        made = np.empty_like(rgba)
        added = layer.blend == "add"
        look_up_layer(rgba, below, CELL, _packed(cube), cube.size, added, k, made)
        out.append(replace(layer, rgba=made))
        below = _laid(below, rgba, added)
        if scene.water and scene.water.after == k:
            below = _wet(below, scene.water)
    return out


def _laid(below: F32, rgba: U8, added: bool) -> F32:
    """The small picture with one more layer over it."""
    size = (below.shape[1], below.shape[0])
    small = cv2.resize(rgba, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255.0
    keep = np.float32(1.0) if added else 1.0 - small[..., 3:]
    return np.ascontiguousarray(np.minimum(below * keep + small[..., :3], 1.0), dtype=np.float32)


def _wet(below: F32, water: Water) -> F32:
    """The small picture with its upper part mirrored in the water."""
    rows = below.shape[0]
    top, end = round(water.horizon * rows), min(round(water.bottom * rows), rows)
    if not 0 < top < end:
        return below
    source = np.clip(2 * top - 1 - np.arange(top, end), 0, top - 1)
    out = below.copy()
    tint = np.asarray(water.tint, dtype=np.float32)
    out[top:end] = below[source] * np.float32(WET) + tint * np.float32(1.0 - WET)
    return out


def _finished(layer: Layer, bake: Bake) -> Layer:
    rgba = layer.rgba
    if bake.denoise > 0.0:
        rgba = denoise_layer(rgba, bake.denoise)
    if bake.sharpen > 0.0:
        rgba = sharpen_layer(rgba, bake.sharpen)
    return layer if rgba is layer.rgba else replace(layer, rgba=rgba)


def _colour(cube: Cube, rgb: Triple) -> Triple:
    """One colour as the grade shows it; light brighter than white keeps how much brighter it is."""
    over = max(1.0, *rgb)
    r, g, b = (float(v) * over for v in apply_cube(np.asarray(rgb) / over, cube))
    return (r, g, b)
