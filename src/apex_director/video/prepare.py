"""What the compositor looks up in a scene, worked out once per worker."""

from __future__ import annotations

from collections import OrderedDict
from weakref import WeakKeyDictionary, ref

import numpy as np
from numba import njit

from apex_director.core.errors import AssemblyError
from apex_director.images.model import Layer, Scene

from .baking import Bake, baked
from .model import F32, U8, U32, PreparedScene

TILE = 16
MIP = 8

_surveys: WeakKeyDictionary[Scene, tuple[tuple[U8, ...], tuple[F32, ...], F32]] = (
    WeakKeyDictionary()
)
"""What was found in each scene that is still in use: a scene's pixels never change."""
MOST_BAKED = 3
"""Baked scenes kept for the next segment: each is as large as the scene itself."""
_baked: OrderedDict[tuple[ref[Scene], Bake], PreparedScene] = OrderedDict()


def prepare(scene: Scene, bake: Bake | None = None) -> PreparedScene:
    """Alpha bounds of 16-pixel tiles, and 1/8 mips for the light buffer.

    With ``bake`` the layers are graded first; the last few such scenes are kept.

    Raises
    ------
    AssemblyError
        The layers do not share one canvas of uint8 RGBA.
    """
    shape = scene.layers[0].rgba.shape if scene.layers else ()
    for layer in scene.layers:
        if layer.rgba.shape != shape or layer.rgba.dtype != np.uint8 or layer.rgba.ndim != 3:
            raise AssemblyError(
                f"layer {layer.name} is not uint8 RGBA of the canvas' size",
                where=f"scene {scene.family}",
                what_to_do="Draw all layers of a scene on one canvas.",
            )
    return _prepared(scene) if bake is None else _prepared_baked(scene, bake)


def _prepared_baked(scene: Scene, bake: Bake) -> PreparedScene:
    key = (ref(scene), bake)
    found = _baked.pop(key, None) or _prepared(baked(scene, bake))
    _baked[key] = found
    for old in [k for k in _baked if k[0]() is None]:
        _baked.pop(old, None)
    while len(_baked) > MOST_BAKED:
        _baked.popitem(last=False)
    return found


def _prepared(scene: Scene) -> PreparedScene:
    if scene not in _surveys:
        surveyed = [_surveyed(layer) for layer in scene.layers]
        mips = tuple(mip for _, mip in surveyed)
        bounds = tuple(bounds for bounds, _ in surveyed)
        _surveys[scene] = (bounds, mips, _flatten(scene, mips))
    bounds, mips, rest = _surveys[scene]
    return PreparedScene(
        scene=scene,
        pixels=tuple(_packed(layer.rgba) for layer in scene.layers),
        bounds=bounds,
        mips=mips,
        rest=rest,
    )


def _packed(rgba: U8) -> U32:
    """The four bytes of a pixel as one word, R lowest (little-endian, as every CPU we run on)."""
    return np.ascontiguousarray(rgba).view(np.uint32)[..., 0]


@njit(cache=True)
def _survey(rgba: U8, added: bool, bounds: U8, mip: F32) -> None:
    """Fill the tile bounds (an additive layer counts its light, never opaque) and the 1/8 mip."""
    h, w = rgba.shape[:2]
    bounds[0], bounds[1] = 255, 0
    sums = np.zeros((mip.shape[1], 4), np.uint32)
    for my in range(mip.shape[0]):
        sums[:] = 0
        ty = my * MIP // TILE
        for y in range(my * MIP, my * MIP + MIP):
            row = rgba[min(y, h - 1)]
            for x in range(mip.shape[1] * MIP):
                p = row[min(x, w - 1)]
                cell = sums[x // MIP]
                cell[0] += p[0]
                cell[1] += p[1]
                cell[2] += p[2]
                cell[3] += p[3]
                cover = max(p[0], max(p[1], p[2])) if added else p[3]
                tx = min(x, w - 1) // TILE
                bounds[0, ty, tx] = min(bounds[0, ty, tx], cover)
                bounds[1, ty, tx] = max(bounds[1, ty, tx], cover)
        for mx in range(mip.shape[1]):
            for k in range(4):
                mip[my, mx, k] = np.float32(sums[mx, k]) / np.float32(255 * MIP * MIP)
    if added:
        bounds[0] = 0


def _surveyed(layer: Layer) -> tuple[U8, F32]:
    h, w = layer.rgba.shape[:2]
    bounds = np.empty((2, -(-h // TILE), -(-w // TILE)), np.uint8)
    mip = np.empty((-(-h // MIP), -(-w // MIP), 4), np.float32)
    _survey(np.ascontiguousarray(layer.rgba), layer.blend == "add", bounds, mip)
    return bounds, mip


def _flatten(scene: Scene, mips: tuple[F32, ...]) -> F32:
    """All layers in their place [shape=(canvas_h / 8, canvas_w / 8, 3)], behind any water only."""
    last = scene.water.after if scene.water else len(mips) - 1
    out = np.zeros((*mips[0].shape[:2], 3), dtype=np.float32)
    for layer, mip in zip(scene.layers[: last + 1], mips, strict=False):
        keep = 1.0 - mip[..., 3:] if layer.blend == "over" else np.float32(1.0)
        out = out * keep + mip[..., :3]
    return np.minimum(out, np.float32(1.0))
