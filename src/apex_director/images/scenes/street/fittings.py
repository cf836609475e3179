"""What hangs and stands in a street: awnings over shops, lamp posts, wires, strings of lanterns,
traffic lights, vapour from a manhole.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.noise import fbm
from apex_director.images.scenes.street.light import Lights
from apex_director.images.scenes.street.sheet import Sheet
from apex_director.images.scenes.street.town import Awning, Town

F32 = NDArray[np.float32]

_IRON = np.asarray([0.018, 0.019, 0.022], np.float32)
_LAMP_HIGH = 7.0
GLOBE_HIGH = 3.3


def _lit(lights: Lights, albedo: F32, share: float = 1.0) -> F32:
    """A colour under the light of the sky and the street."""
    return np.asarray(
        albedo * (lights.table[1] * np.float32(share) + lights.table[2] * np.float32(2.0)),
        np.float32,
    )


def stretch_awning(sheet: Sheet, cloth: Awning, snow: bool) -> None:
    """Striped cloth from over the window out to a hanging edge, lit from the shop beneath."""
    rng = np.random.default_rng([cloth.seed, 3])
    lights = sheet.lights
    high, low, drop = 2.95, 2.42, 0.26
    x0, x1 = cloth.x, cloth.x - cloth.side * cloth.out
    z0, z1 = cloth.z0, cloth.z1
    dyes = ((0.30, 0.05, 0.05), (0.04, 0.15, 0.10), (0.05, 0.08, 0.22), (0.32, 0.22, 0.06),
            (0.20, 0.20, 0.21))  # fmt: skip
    dye = np.asarray(dyes[int(rng.integers(len(dyes)))], np.float32)
    pale = np.asarray([0.42, 0.40, 0.36], np.float32) if rng.random() < 0.6 else dye
    warm = lights.table[3] * np.float32(0.10 + 0.22 * lights.dark)
    view = sheet.view
    if view.eye < low:  # from beneath
        under = np.asarray([(x0, high, z0), (x0, high, z1), (x1, low, z1), (x1, low, z0)])
        sheet.polygon(under, _lit(lights, dye, 0.25), dye * warm * np.float32(1.6))
    cheek = np.asarray(
        [(x0, high, z0), (x1, low, z0), (x1, low - drop, z0), (x0, low - drop * 0.2, z0)]
    )
    sheet.polygon(cheek, _lit(lights, dye, 0.6), dye * warm * np.float32(0.8))
    top = 1.0 if snow else 0.0
    stripes = max(3, round((z1 - z0) / 0.42))
    for i in range(stripes):
        a, b = z0 + (z1 - z0) * i / stripes, z0 + (z1 - z0) * (i + 1) / stripes
        mid = (a + b) / 2
        quad = np.asarray([(x1, low, a), (x1, low, b), (x1, low - drop * 0.8, b),
                           (x1, low - drop, mid), (x1, low - drop * 0.8, a)])  # fmt: skip
        colour = dye if i % 2 else pale
        sheet.polygon(quad, _lit(lights, colour, 0.9), colour * warm * np.float32(0.35))
    rim = np.asarray([(x1, low, z0), (x1, low, z1)])
    white = lights.table[1] * np.float32(0.75)
    edge = white if top else _lit(lights, pale, 1.6)
    sheet.line(rim, 0.10 if top else 0.035, np.asarray(edge, np.float32))


def stand_lamp(sheet: Sheet, x: float, z: float, arm: float) -> None:
    """A lamp post with a curved arm; its head shines when it is dark."""
    dark = sheet.lights.dark
    pole = np.asarray([(x, 0.0, z), (x, _LAMP_HIGH * 0.9, z)])
    iron = _lit(sheet.lights, np.asarray([0.05, 0.05, 0.055], np.float32))
    sheet.line(np.asarray([(x, 0.0, z), (x, 0.9, z)]), 0.20, iron)
    sheet.line(pole, 0.11, iron)
    t = np.linspace(0, np.pi / 2, 7)
    bend = np.stack(
        [x + arm * (1 - np.cos(t)), _LAMP_HIGH * 0.9 + 0.75 * np.sin(t), np.full(7, z)], 1
    )
    sheet.line(bend, 0.075, iron)
    head = (x + arm * 1.18, _LAMP_HIGH * 0.9 + 0.72, z)
    box = np.asarray(
        [
            (head[0] - 0.32, head[1] + 0.1, z),
            (head[0] + 0.32, head[1] + 0.1, z),
            (head[0] + 0.24, head[1] - 0.03, z),
            (head[0] - 0.24, head[1] - 0.03, z),
        ]
    )
    sheet.polygon(box, iron)
    if dark > 0.3:
        sheet.lamp(head[0], head[1] - 0.08, z, 0.16, sheet.lights.table[8] * np.float32(1.9 * dark))


def stand_globe(sheet: Sheet, x: float, z: float) -> None:
    """A low lamp with a globe, such as musicians gather under."""
    iron = _lit(sheet.lights, np.asarray([0.04, 0.04, 0.045], np.float32))
    sheet.line(np.asarray([(x, 0.0, z), (x, 0.7, z)]), 0.17, iron)
    sheet.line(np.asarray([(x, 0.7, z), (x, GLOBE_HIGH - 0.18, z)]), 0.085, iron)
    t = np.linspace(0, 2 * np.pi, 25)[:-1]
    ring = np.stack([x + 0.2 * np.cos(t), GLOBE_HIGH + 0.2 * np.sin(t), np.full(24, z)], 1)
    lamp = sheet.lights.table[8] * np.float32(0.35 + 0.65 * sheet.lights.dark)
    sheet.polygon(ring, lamp * np.float32(0.3), lamp * np.float32(1.5))
    sheet.lamp(x, GLOBE_HIGH, z, 0.16, lamp * np.float32(0.8))


def pool_of_light(sheet: Sheet, x: float, z: float, strength: float) -> None:
    """What such a lamp lays on the wet ground round its foot."""
    col, row, scale = sheet.view.place(x, 0.0, z)
    if scale <= 0:
        return
    wide, flat = 2.6 * scale, 2.6 * scale * sheet.view.eye * scale / sheet.view.focal
    h, w = sheet.light.shape[:2]
    y0, y1 = max(0, int(row - 2 * flat)), min(h, int(row + 2 * flat) + 1)
    x0, x1 = max(0, int(col - 2 * wide)), min(w, int(col + 2 * wide) + 1)
    if y0 >= y1 or x0 >= x1:
        return
    dy = ((np.arange(y0, y1, dtype=np.float32) - np.float32(row)) / np.float32(flat))[:, None]
    dx = ((np.arange(x0, x1, dtype=np.float32) - np.float32(col)) / np.float32(wide))[None, :]
    spot = np.exp(-(dx * dx + dy * dy) * np.float32(1.6)) * np.float32(strength)
    sheet.light[y0:y1, x0:x1] += spot[..., None] * sheet.lights.table[8]


def string_wire(sheet: Sheet, half: float, wire: tuple[float, float, float]) -> None:
    """A cable from house to house that hangs through, no thinner than most of a pixel."""
    high, z, sag = wire
    x = np.linspace(-half, half, 17)
    hang = (1 - (x / half) ** 2) * sag
    lean = 0.25 * float(np.sin(z * 1.7)) * x / half
    sheet.line(np.stack([x, high - hang + lean, z + 0.6 * x / half], 1), 0.022, _IRON, 0.7)


def lantern_strings(town: Town, colours: list[F32]) -> list[tuple[float, float, float, float, F32]]:
    """Strings of lanterns across an alley: depth, height, tilt, slant, colour."""
    rng = np.random.default_rng([int(town.end * 100), 9])
    strings: list[tuple[float, float, float, float, F32]] = []
    for k in range(9):
        z, high = 6.2 + 4.2 * k + float(rng.uniform(-0.6, 0.6)), float(rng.uniform(3.2, 4.1))
        tilt, shift = float(rng.uniform(-0.3, 0.3)), float(rng.uniform(-0.8, 0.8))
        strings.append((z, high, tilt, shift, colours[int(rng.integers(len(colours)))]))
    return strings


def hang_lanterns(
    sheet: Sheet, half: float, string: tuple[float, float, float, float, F32]
) -> None:
    """One string of paper lanterns."""
    z, high, tilt, shift, colour = string
    x = np.linspace(-half, half, 13)
    y = high + tilt * x - 0.5 * (1 - (x / half) ** 2)
    zs = z + shift * x / half
    sheet.line(np.stack([x, y, zs], 1), 0.016, _IRON, 0.6)
    for i in range(1, 12, 2):
        _lantern(sheet, (float(x[i]), float(y[i]) - 0.26, float(zs[i])), colour)


def _lantern(sheet: Sheet, at: tuple[float, float, float], colour: F32) -> None:
    """A ball of paper on ribs with a lamp inside, brightest below its middle."""
    x, y, z = at
    _, _, scale = sheet.view.place(x, y, z)
    if scale <= 0:
        return
    size = int(np.clip(0.46 * scale * 1.2, 10, 260))
    v = (np.arange(size, dtype=np.float32) + np.float32(0.5)) / np.float32(size) * 2 - 1
    px, py = v[None, :] / np.float32(0.84), v[:, None] / np.float32(0.80)
    square = px * px + py * py
    ball = np.clip((1 - square) * np.float32(size * 0.2), 0, 1)
    caps = (np.abs(v)[:, None] > 0.74) & (np.abs(v)[:, None] < 0.90) & (np.abs(v)[None, :] < 0.30)
    ribs = 1 - np.float32(0.22) * np.exp(-((np.mod(py * 3.5, 1.0) - 0.5) ** 2) * 60)
    heart = np.exp(-(px * px * 1.4 + (py - np.float32(0.2)) ** 2 * 1.8))
    power = np.float32(0.30 + 0.70 * sheet.lights.dark)
    white = colour * np.float32(0.72) + np.asarray([0.30, 0.24, 0.14], np.float32)
    shade = (np.float32(0.18) + np.float32(0.95) * heart) * ribs * ball * (1 - caps)
    glow = shade[..., None] * (colour * (1 - heart[..., None]) + white * heart[..., None]) * power
    cover = np.maximum(ball, caps.astype(np.float32))
    body = cover[..., None] * np.where(caps[..., None], _IRON, colour * np.float32(0.12))
    picture = np.concatenate([body, cover[..., None]], axis=-1).astype(np.float32)
    corners = np.asarray([(x - 0.23, y + 0.23, z), (x + 0.23, y + 0.23, z),
                          (x + 0.23, y - 0.23, z), (x - 0.23, y - 0.23, z)])  # fmt: skip
    sheet.card(picture, np.ascontiguousarray(glow, np.float32), corners)


def stand_signal(sheet: Sheet, x: float, z: float, arm: float, state: int) -> None:
    """A traffic light on a mast with an arm over the road; ``state`` 0 red, 1 amber, 2 green."""
    iron = _lit(sheet.lights, np.asarray([0.04, 0.042, 0.045], np.float32))
    sheet.line(np.asarray([(x, 0.0, z), (x, 4.75, z)]), 0.12, iron)
    sheet.line(np.asarray([(x, 4.6, z), (x + arm * 0.5, 4.72, z), (x + arm, 4.75, z)]), 0.08, iron)
    for px, py in ((x + arm * 0.96, 4.2), (x + np.sign(arm) * 0.22, 2.7)):
        _signal_head(sheet, float(px), py, z, state, iron)


def _signal_head(sheet: Sheet, x: float, y: float, z: float, state: int, iron: F32) -> None:
    box = np.asarray([(x - 0.19, y + 0.55, z), (x + 0.19, y + 0.55, z), (x + 0.19, y - 0.55, z),
                      (x - 0.19, y - 0.55, z)])  # fmt: skip
    sheet.polygon(box, iron * np.float32(0.5))
    colours = ((1.0, 0.06, 0.03), (1.0, 0.55, 0.05), (0.08, 1.0, 0.45))
    t = np.linspace(0, 2 * np.pi, 21)[:-1]
    for k, c in enumerate(colours):
        cy = y + 0.34 - 0.34 * k
        ring = np.stack([x + 0.125 * np.cos(t), cy + 0.125 * np.sin(t), np.full(20, z)], 1)
        dim = np.asarray(c, np.float32) * np.float32(0.008)
        lit = np.asarray(c, np.float32) * np.float32(1.6)
        sheet.polygon(ring, dim, lit if k == state else None)
        if k == state:
            sheet.lamp(x, cy, z, 0.10, np.asarray(c, np.float32) * np.float32(0.55))


def vapour(sheet: Sheet, x: float, z: float, seed: int, colour: F32, strength: float) -> F32:
    """Steam rising from the ground at a place, as light [h, w, 3] of the whole picture."""
    out = np.zeros_like(sheet.light)
    col, row, scale = sheet.view.place(x, 0.0, z)
    if scale <= 0:
        return out
    tall, wide = 3.6 * scale, 1.5 * scale
    y0, y1 = max(0, int(row - tall)), min(out.shape[0], int(row + 0.1 * scale))
    x0, x1 = max(0, int(col - wide)), min(out.shape[1], int(col + wide))
    if y0 >= y1 or x0 >= x1:
        return out
    up = ((row - np.arange(y0, y1, dtype=np.float32)) / np.float32(tall))[:, None]
    off = ((np.arange(x0, x1, dtype=np.float32) - np.float32(col)) / np.float32(wide))[None, :]
    bend = fbm(np.zeros_like(up), (up * np.float32(2.2)).astype(np.float32), seed, 2) * np.float32(
        0.35
    )
    body = np.exp(
        -(((off - bend * up) / (np.float32(0.10) + np.float32(0.42) * np.maximum(up, 0))) ** 2)
    )
    curl = fbm(
        (off * np.float32(3.2)).astype(np.float32),
        (up * np.float32(5.0)).astype(np.float32),
        seed + 1,
        4,
    )
    rise = np.clip(up * 6, 0, 1) * np.clip(1 - up, 0, 1) ** 1.5
    amount = body * rise * np.clip(np.float32(0.55) + np.float32(0.75) * curl, 0, 2)
    out[y0:y1, x0:x1] = (amount * np.float32(strength))[..., None] * colour
    return out
