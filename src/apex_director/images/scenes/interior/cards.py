"""Upright cut-outs that stand in a room: people against the light, and the shadow masks all of them
throw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.figures import draw_scaled, rim
from apex_director.images.scenes.interior.people import OWN
from apex_director.images.scenes.silhouette import rasterise

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
_MASK = 160  # pixels across a shadow mask


@dataclass(frozen=True, kw_only=True, eq=False)
class Card:
    """A cut-out upright at depth ``z`` over [x0, x1] and [y0, y1] metres.

    ``rgba`` is premultiplied linear light [h, w, 4] or, for people, coverage alone in its last
    channel; ``near`` cards belong to the nearest furniture.
    """

    z: float
    x0: float
    x1: float
    y0: float
    y1: float
    rgba: F32
    near: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Lit:
    """How a place is lit: from the windows, from all round, from the lamp; and where the windows
    are (picture direction, y down).
    """

    front: F32
    through: F32
    rim: F32
    side: tuple[float, float]


def figure_card(
    kind: str, x: float, z: float, height: float, seed: int, pixels: float, lit: Lit, coat: F32,
    *, near: bool = False, foot: float = 0.0,
) -> Card:  # fmt: skip
    """A person as a silhouette with the windows' light along its edges.

    ``pixels`` per metre at its depth.
    """
    own = OWN.get(kind)
    tall = max(8, round(height * pixels))
    if own is not None:
        cover = rasterise(own(np.random.default_rng([seed, 411])), tall)
    else:
        cover = draw_scaled(kind, height * pixels, seed)
    wide = rim(cover, (lit.side[0], 0.35 * lit.side[1]), max(1.0, tall * 0.020))
    thin = rim(cover, (lit.side[0] * 0.6, -0.8), max(0.8, tall * 0.006))
    body = coat * np.minimum(lit.front, 0.45)  # people stay silhouettes, even by a lamp
    up = np.linspace(1.0, 0.25, cover.shape[0], dtype=np.float32)[:, None]  # the light is high
    edge = (wide * np.float32(0.10) + thin * np.float32(0.26)) * up
    rgb = cover[..., None] * body + edge[..., None] * lit.rim
    half = 0.5 * cover.shape[1] / pixels
    return Card(
        z=z,
        x0=x - half,
        x1=x + half,
        y0=foot,
        y1=foot + cover.shape[0] / pixels,
        near=near,
        rgba=np.concatenate([rgb, cover[..., None]], axis=-1).astype(np.float32),
    )


def shadow_masks(cards: Sequence[Card], most: int = 6) -> tuple[F64, F32]:
    """Cards as the light kernels want them: rows of z, x0, x1, y0, y1, mask; masks, sharp and
    soft.
    """
    cards = list(cards)[:most]
    rows = np.zeros((len(cards), 6))
    masks = np.zeros((max(1, len(cards)), 2, _MASK, _MASK), np.float32)
    for k, card in enumerate(cards):
        grow_x, grow_y = 0.16 * (card.x1 - card.x0), 0.16 * (card.y1 - card.y0)
        rows[k] = (
            card.z,
            card.x0 - grow_x,
            card.x1 + grow_x,
            card.y0 - grow_y,
            card.y1 + grow_y,
            k,
        )
        inner = round(_MASK / 1.32)
        small = cv2.resize(card.rgba[..., 3], (inner, inner), interpolation=cv2.INTER_AREA)
        at = (_MASK - inner) // 2
        masks[k, 0, at : at + inner, at : at + inner] = small
        masks[k, 1] = cv2.GaussianBlur(masks[k, 0], (0, 0), 6.0)
        masks[k, 0] = cv2.GaussianBlur(masks[k, 0], (0, 0), 0.7)
    return rows, masks
