"""Signs that stand out over a street: boxes of light, neon tubes, rows of lamps; their marks are
bars, rings, waves and arrows that say nothing.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.street.sheet import Sheet
from apex_director.images.scenes.street.town import Sign

F32 = NDArray[np.float32]

_DARK = np.asarray([0.016, 0.016, 0.020], np.float32)
_DEEP = 0.20  # metres a box of light is thick
_SUPER = 2


def hang_sign(sheet: Sheet, sign: Sign, second: F32, colour: F32) -> None:
    """One sign with its bracket and its side."""
    view = sheet.view
    _, _, scale = view.place(sign.x0, max(sign.y0, 0.1), sign.z)
    if scale <= 0:
        return
    wide, tall = sign.x1 - sign.x0, sign.y1 - sign.y0
    dense = float(np.clip(scale * 1.1, 14.0, 190.0))
    rng = np.random.default_rng([sign.look, 5])
    size = max(6, round(wide * dense)), max(6, round(tall * dense))
    picture, glow = face(rng, size, colour, second)
    y0, y1, z = sign.y0, sign.y1, sign.z
    out = 1.0 if sign.x0 > 0 else -1.0
    wall = sign.x1 if out > 0 else sign.x0
    for y in (y0 + 0.12 * tall, y1 - 0.12 * tall):
        sheet.line(np.asarray([(wall, y, z), (wall + out * 0.5, y, z)]), 0.05, _DARK)
    for x in (sign.x0, sign.x1):  # the side that the eye sees
        if (x - view.x) * (1 if x == sign.x0 else -1) > 0:
            quad = np.asarray([(x, y1, z), (x, y1, z + _DEEP), (x, y0, z + _DEEP), (x, y0, z)])
            sheet.polygon(quad, _DARK * np.float32(1.6), colour * np.float32(0.05))
    if y0 > view.eye:
        under = np.asarray([(sign.x0, y0, z), (sign.x1, y0, z), (sign.x1, y0, z + _DEEP),
                            (sign.x0, y0, z + _DEEP)])  # fmt: skip
        sheet.polygon(under, _DARK)
    corners = np.asarray([(sign.x0, y1, z), (sign.x1, y1, z), (sign.x1, y0, z), (sign.x0, y0, z)])
    sheet.card(picture, glow, corners)


def face(
    rng: np.random.Generator, size: tuple[int, int], colour: F32, second: F32
) -> tuple[F32, F32]:
    """A sign's face [h, w, 4] and its light [h, w, 3]."""
    w, h = size
    W, H = w * _SUPER, h * _SUPER
    kind = int(rng.choice((0, 0, 1, 2, 2, 2, 3)))
    square = h < 1.5 * w
    panel, ink = np.zeros((H, W), np.float32), np.zeros((H, W), np.float32)
    ink2 = np.zeros((H, W), np.float32)
    edge = 0.07 * W
    if square and kind < 2:
        cv2.circle(panel, (W // 2, H // 2), int(0.48 * min(W, H)), 1.0, -1, cv2.LINE_AA)
    else:
        panel[:] = 1.0
    cells = 1 if square else max(2, round(h / w * float(rng.uniform(0.85, 1.2))))
    for i in range(cells):
        top = edge * 1.6 + (H - 3.2 * edge) * i / cells
        side = min((H - 3.2 * edge) / cells, W - 2 * edge) * 0.80
        centre = (W / 2, top + (H - 3.2 * edge) / cells / 2)
        _mark(rng, ink if i % 3 or kind == 1 else ink2, centre, side, max(1.0, W * 0.055))
    if kind >= 2:  # neon: tubes before a dark board
        step = max(1, round(W * 0.04))
        if square:
            cv2.circle(ink2, (W // 2, H // 2), int(0.44 * min(W, H)), 1.0, step, cv2.LINE_AA)
        else:
            cv2.rectangle(ink2, (int(edge), int(edge)), (int(W - edge), int(H - edge)), 1.0, step,
                          cv2.LINE_AA)  # fmt: skip
    small = [cv2.resize(m, (w, h), interpolation=cv2.INTER_AREA) for m in (panel, ink, ink2)]
    shape, a, b = (np.asarray(m, np.float32)[..., None] for m in small)
    picture = np.concatenate([shape * _DARK, shape], axis=-1)
    white = np.ones(3, np.float32)
    if kind < 2:
        v = np.linspace(1.08, 0.86, h, dtype=np.float32)[:, None, None]
        share = (0.74, 0.10) if kind == 0 else (0.30, 0.30)  # coloured, or pale
        pale = colour * np.float32(share[0]) + white * np.float32(share[1])
        marks = np.clip(a + b, 0, 1)
        body = pale * (1 - marks) + _DARK * marks
        border = _border(h, w, 0.05)[..., None]
        return picture, (shape * border * v * body * np.float32(1.5)).astype(np.float32)
    tube = _tube(a, colour, w) + _tube(b, second, w)
    return picture, (shape * tube).astype(np.float32)


def _border(h: int, w: int, share: float) -> F32:
    y = np.minimum(np.arange(h) + 0.5, h - np.arange(h) - 0.5)[:, None]
    x = np.minimum(np.arange(w) + 0.5, w - np.arange(w) - 0.5)[None, :]
    return np.asarray(np.clip(np.minimum(x, y) - share * w + 0.5, 0.0, 1.0), np.float32)


def _tube(mask: F32, colour: F32, w: int) -> F32:
    """Glass full of light: a pale core in a coloured halo on the board."""
    flat = np.ascontiguousarray(mask[..., 0])
    near = cv2.GaussianBlur(flat, (0, 0), max(0.6, w * 0.03))
    wide = cv2.GaussianBlur(flat, (0, 0), max(0.9, w * 0.12))
    core = np.clip(mask, 0, 1) ** 2
    return np.asarray(
        core * (colour * np.float32(2.2) + np.float32(0.35))
        + (near * np.float32(0.75) + wide * np.float32(0.65))[..., None] * colour,
        np.float32,
    )


def _mark(
    rng: np.random.Generator, ink: F32, centre: tuple[float, float], side: float, thick: float
) -> None:
    """One mark of a sign, drawn in place."""
    x, y = centre
    r = side * 0.5
    t = max(1, round(thick))
    kind = int(rng.integers(8))

    def run(points: list[tuple[float, float]], closed: bool = False) -> None:
        at = np.round(np.asarray([(x + a * r, y + b * r) for a, b in points]) * 16).astype(np.int32)
        cv2.polylines(ink, [at], closed, 1.0, t, cv2.LINE_AA, 4)

    if kind == 0:
        cv2.circle(ink, (round(x), round(y)), round(r * 0.72), 1.0, t, cv2.LINE_AA)
        cv2.circle(ink, (round(x), round(y)), max(1, round(r * 0.26)), 1.0, -1, cv2.LINE_AA)
    elif kind == 1:
        for k, long in enumerate(rng.uniform(0.3, 0.85, 4)):
            run([(-long, -0.66 + 0.44 * k), (long, -0.66 + 0.44 * k)])
    elif kind == 2:
        s = np.linspace(-0.85, 0.85, 17)
        for lift in (-0.35, 0.15, 0.62):
            run([(float(a), lift + 0.16 * float(np.sin(a * 7))) for a in s])
    elif kind == 3:
        for lift in (-0.55, 0.0, 0.55):
            run([(-0.6, lift - 0.28), (0.0, lift + 0.16), (0.6, lift - 0.28)])
    elif kind == 4:
        run([(0.0, -0.8), (0.75, 0.0), (0.0, 0.8), (-0.75, 0.0)], closed=True)
        run([(-0.3, 0.0), (0.3, 0.0)])
    elif kind == 5:
        for k, tall in enumerate(rng.uniform(0.25, 0.85, 5)):
            run([(-0.7 + 0.35 * k, 0.8), (-0.7 + 0.35 * k, 0.8 - 1.6 * tall)])
    elif kind == 6:
        a = np.linspace(0.6, 2 * np.pi - 0.6, 24) + float(rng.uniform(0, 6.28))
        run([(0.7 * float(np.cos(v)), 0.7 * float(np.sin(v))) for v in a])
        cv2.circle(ink, (round(x), round(y)), max(1, round(r * 0.3)), 1.0, t, cv2.LINE_AA)
    else:
        run([(-0.65, -0.5), (0.65, -0.5)])
        run([(0.0, -0.5), (0.0, 0.75)])
        run([(-0.5, 0.15), (0.5, 0.15)])
