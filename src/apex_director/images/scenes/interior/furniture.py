"""The furniture of a room, built of primitives in metres with the feet on the floor."""

from __future__ import annotations

import math
from collections.abc import Sequence

from apex_director.images.scenes.interior.build import Piece, Store, Vec


def armchair(
    store: Store, x: float, z: float, yaw: float, cloth: int, wood: int, style: int
) -> None:
    """A club chair, a wing chair, or a low chair with a wooden frame."""
    p = Piece(store, x, z, yaw)
    if style % 3 == 2:
        _easy_chair(p, cloth, wood)
        return
    wing = style % 3 == 1
    back = 1.12 if wing else 0.86
    for sx in (-1, 1):
        for sz in (-1, 1):
            p.rod(wood, (sx * 0.30, 0.15, sz * 0.30), (sx * 0.33, 0.0, sz * 0.33), 0.022, 0.013)
    p.box(cloth, (0, 0.25, 0.02), (0.72, 0.20, 0.74), 0.06, 0.03)
    p.box(cloth, (0, 0.41, -0.06), (0.54, 0.17, 0.66), 0.07, 0.015)
    p.box(cloth, (0, 0.5 * back + 0.14, 0.33), (0.62, back - 0.28, 0.17), 0.08, 0.03, tip=0.16)
    p.box(cloth, (0, 0.62, 0.235), (0.50, 0.42, 0.14), 0.07, 0.015, tip=0.16)
    for s in (-1, 1):
        p.box(cloth, (s * 0.36, 0.40, 0.0), (0.15, 0.40, 0.76), 0.06, 0.03)
        p.rod(cloth, (s * 0.365, 0.585, -0.34), (s * 0.365, 0.60, 0.28), 0.082, 0.08, 0.04)
        if wing:
            p.box(cloth, (s * 0.315, 0.86, 0.25), (0.09, 0.46, 0.30), 0.045, 0.05)
    p.done()


def _easy_chair(p: Piece, cloth: int, wood: int) -> None:
    for s in (-1, 1):
        p.rod(wood, (s * 0.33, 0.0, -0.36), (s * 0.33, 0.55, -0.30), 0.017, 0.020)
        p.rod(wood, (s * 0.33, 0.0, 0.38), (s * 0.33, 0.53, 0.30), 0.017, 0.020)
        p.box(wood, (s * 0.33, 0.555, -0.01), (0.065, 0.03, 0.70), 0.014, tip=0.02)
        p.rod(wood, (s * 0.33, 0.27, -0.34), (s * 0.33, 0.22, 0.34), 0.017)
    p.box(cloth, (0, 0.36, -0.02), (0.58, 0.15, 0.64), 0.06, 0.01, tip=-0.10)
    p.box(cloth, (0, 0.66, 0.34), (0.58, 0.62, 0.14), 0.06, 0.01, tip=0.32)
    p.rod(wood, (-0.33, 0.52, 0.31), (0.33, 0.52, 0.31), 0.015)
    p.done()


def sofa(store: Store, x: float, z: float, yaw: float, cloth: int, wood: int, accent: int) -> None:
    """A three-seater with loose cushions."""
    p = Piece(store, x, z, yaw)
    for sx in (-1, 1):
        for sz in (-1, 1):
            p.rod(wood, (sx * 0.88, 0.14, sz * 0.3), (sx * 0.9, 0.0, sz * 0.33), 0.022, 0.014)
    p.box(cloth, (0, 0.24, 0.0), (1.96, 0.19, 0.80), 0.05, 0.02)
    p.box(cloth, (0, 0.55, 0.34), (1.90, 0.55, 0.18), 0.08, 0.02, tip=0.12)
    for k in (-1, 0, 1):
        p.box(cloth, (k * 0.57, 0.41, -0.05), (0.56, 0.17, 0.68), 0.07, 0.004)
        p.box(cloth, (k * 0.57, 0.66, 0.24), (0.54, 0.42, 0.16), 0.08, 0.004, tip=0.18)
    for s in (-1, 1):
        p.box(cloth, (s * 0.94, 0.42, 0.0), (0.17, 0.46, 0.82), 0.07, 0.03)
    p.box(accent, (-0.62, 0.66, 0.06), (0.42, 0.40, 0.14), 0.06, turn=0.25, tip=0.35)
    p.done()


def floor_lamp(store: Store, x: float, z: float, metal: int, shade: int) -> Vec:
    """A standing lamp; where its bulb is."""
    p = Piece(store, x, z)
    p.drum(metal, (0, 0.012, 0), 0.15, 0.024, 0.008)
    p.rod(metal, (0, 0.0, 0), (0, 1.42, 0), 0.011)
    p.cone(shade, (0, 1.52, 0), 0.21, 0.145, 0.28)
    p.done()
    return x, 1.50, z


def table_lamp(store: Store, x: float, y: float, z: float, body: int, shade: int) -> Vec:
    """A lamp with a round foot standing at height ``y``."""
    p = Piece(store, x, z, lift=y)
    p.drum(body, (0, 0.01, 0), 0.075, 0.02)
    p.egg(body, (0, 0.12, 0), (0.085, 0.10, 0.085), 0.03)
    p.rod(body, (0, 0.18, 0), (0, 0.30, 0), 0.012, melt=0.03)
    p.cone(shade, (0, 0.37, 0), 0.165, 0.105, 0.20)
    p.done()
    return x, y + 0.36, z


def round_table(store: Store, x: float, z: float, wood: int, radius: float, tall: float) -> None:
    """A round table on three turned legs or one foot."""
    p = Piece(store, x, z, 0.4)
    p.drum(wood, (0, tall - 0.014, 0), radius, 0.028, 0.012)
    if radius > 0.36:
        p.rod(wood, (0, 0.03, 0), (0, tall - 0.05, 0), 0.045, 0.03, 0.04)
        p.drum(wood, (0, 0.014, 0), radius * 0.55, 0.028, 0.012, 0.06)
    else:
        for k in range(3):
            a = k * 2.094
            c, s = math.cos(a), math.sin(a)
            foot = (c * radius * 0.86, 0.0, s * radius * 0.86)
            p.rod(wood, (c * radius * 0.55, tall - 0.02, s * radius * 0.55), foot, 0.017, 0.010)
    p.done()


def vase(store: Store, x: float, y: float, z: float, glaze: int, style: int) -> float:
    """A vase standing at height ``y``; the height of its mouth."""
    p = Piece(store, x, z, lift=y)
    if style % 3 == 0:
        p.egg(glaze, (0, 0.11, 0), (0.095, 0.115, 0.095), 0.0)
        p.cone(glaze, (0, 0.235, 0), 0.030, 0.042, 0.07, 0.05)
        top = 0.27
    elif style % 3 == 1:
        p.cone(glaze, (0, 0.14, 0), 0.052, 0.082, 0.28, 0.0)
        p.ring(glaze, (0, 0.28, 0), 0.078, 0.007)
        top = 0.28
    else:
        p.egg(glaze, (0, 0.085, 0), (0.115, 0.085, 0.115), 0.0)
        p.rod(glaze, (0, 0.14, 0), (0, 0.30, 0), 0.020, 0.026, 0.06)
        top = 0.31
    p.drum(glaze, (0, 0.008, 0), 0.05, 0.016, 0.005, 0.03)
    p.done()
    return y + top


def books(
    store: Store, x: float, y: float, z: float, mats: Sequence[int], yaw: float, count: int
) -> float:
    """A pile of books; the height of its top."""
    p = Piece(store, x, z, yaw, lift=y)
    top = 0.0
    for k in range(count):
        thick = 0.024 + 0.012 * ((k * 7) % 3)
        size = (0.25 - 0.012 * k, thick, 0.17 - 0.008 * k)
        p.box(mats[k % len(mats)], (0.006 * (k % 2), top + thick / 2, 0), size, 0.004,
              turn=0.12 * ((k * 5) % 4 - 1.5))  # fmt: skip
        top += thick
    p.done()
    return y + top


def sideboard(
    store: Store, x: float, z: float, yaw: float, wood: int, dark: int, wide: float
) -> float:
    """A low cabinet with doors on splayed legs; the height of its top."""
    p = Piece(store, x, z, yaw)
    p.box(wood, (0, 0.46, 0), (wide, 0.46, 0.44), 0.012)
    doors = max(2, round(wide / 0.52))
    for k in range(doors):
        u = (k + 0.5) / doors - 0.5
        p.box(wood, (u * (wide - 0.06), 0.46, -0.222), ((wide - 0.06) / doors - 0.012, 0.38, 0.012),
              0.004)  # fmt: skip
        p.rod(
            dark,
            (u * (wide - 0.06) + 0.06, 0.56, -0.232),
            (u * (wide - 0.06) + 0.06, 0.50, -0.232),
            0.006,
        )
    for sx in (-1, 1):
        for sz in (-1, 1):
            p.rod(
                dark,
                (sx * (wide / 2 - 0.14), 0.24, sz * 0.14),
                (sx * (wide / 2 - 0.08), 0.0, sz * 0.18),
                0.020,
                0.012,
            )
    p.done()
    return 0.69


def record_player(
    store: Store, x: float, y: float, z: float, yaw: float, wood: int, black: int, metal: int
) -> None:
    """A turntable with a record, its arm on the groove and its lid up."""
    p = Piece(store, x, z, yaw, lift=y)
    p.box(wood, (0, 0.05, 0), (0.46, 0.075, 0.36), 0.008)
    p.drum(black, (-0.045, 0.096, 0), 0.152, 0.016, 0.003)
    p.drum(metal, (-0.045, 0.106, 0), 0.048, 0.004, 0.001)
    p.drum(metal, (0.18, 0.11, 0.11), 0.026, 0.05)
    p.rod(metal, (0.18, 0.135, 0.11), (0.155, 0.125, -0.06), 0.006)
    p.rod(metal, (0.155, 0.125, -0.06), (0.085, 0.115, -0.10), 0.006, 0.009)
    for sx in (-1, 1):
        p.drum(black, (sx * 0.19, 0.006, 0.13), 0.022, 0.014)
        p.drum(black, (sx * 0.19, 0.006, -0.13), 0.022, 0.014)
    p.done()


def speaker(store: Store, x: float, y: float, z: float, yaw: float, wood: int, black: int) -> None:
    """A loudspeaker box with two cones."""
    p = Piece(store, x, z, yaw, lift=y)
    p.box(wood, (0, 0.21, 0), (0.26, 0.42, 0.26), 0.01)
    p.box(black, (0, 0.21, -0.128), (0.23, 0.39, 0.014), 0.004)
    p.ring(wood, (0, 0.14, -0.136), 0.085, 0.008, tip=1.5708)
    p.ring(wood, (0, 0.31, -0.136), 0.04, 0.006, tip=1.5708)
    p.done()


def bookcase(
    store: Store, x: float, z: float, yaw: float, wood: int, shelf: int, size: Vec
) -> None:
    """A tall case full of books."""
    wide, tall, deep = size
    p = Piece(store, x, z, yaw)
    p.box(shelf, (0, tall / 2, 0.02), (wide - 0.06, tall - 0.12, deep - 0.05), 0.002)
    for s in (-1, 1):
        p.box(wood, (s * (wide / 2 - 0.015), tall / 2, 0), (0.03, tall, deep), 0.004)
    p.box(wood, (0, tall - 0.02, 0), (wide + 0.04, 0.04, deep + 0.03), 0.006)
    p.box(wood, (0, 0.05, 0), (wide, 0.10, deep), 0.004)
    rows = max(2, int((tall - 0.12) / 0.34))
    for k in range(1, rows):
        y = tall / 2 - (tall - 0.12) / 2 + (tall - 0.12) * k / rows
        p.box(wood, (0, y + 0.012, -0.01), (wide - 0.04, 0.026, deep - 0.02), 0.003)
    p.done()


def upright_piano(
    store: Store, x: float, z: float, yaw: float, lacquer: int, keys: int, metal: int
) -> None:
    """An upright piano with open lid, music desk, and a stool."""
    p = Piece(store, x, z, yaw)
    p.box(lacquer, (0, 0.62, 0.16), (1.46, 1.20, 0.30), 0.012)
    p.box(lacquer, (0, 1.235, 0.15), (1.50, 0.03, 0.36), 0.010)
    p.box(lacquer, (0, 0.66, -0.14), (1.46, 0.05, 0.40), 0.010)
    p.box(keys, (0, 0.70, -0.21), (1.26, 0.022, 0.15), 0.003)
    p.box(lacquer, (0, 0.75, -0.08), (1.40, 0.05, 0.10), 0.012)
    for s in (-1, 1):
        p.box(lacquer, (s * 0.70, 0.72, -0.16), (0.07, 0.10, 0.36), 0.012)
        p.rod(lacquer, (s * 0.68, 0.64, -0.29), (s * 0.68, 0.06, -0.27), 0.035, 0.022, 0.02)
        p.box(lacquer, (s * 0.68, 0.05, -0.10), (0.07, 0.10, 0.50), 0.012)
    p.box(lacquer, (0, 0.97, 0.0), (0.66, 0.26, 0.015), 0.005, tip=0.22)
    p.box(keys, (0.05, 0.98, -0.02), (0.40, 0.24, 0.006), 0.002, tip=0.22)
    for k in (-1, 0, 1):
        p.rod(metal, (k * 0.07, 0.07, -0.03), (k * 0.07, 0.06, -0.12), 0.012)
    p.done()
    stool(store, *_beside(x, z, yaw, 0.0, -0.62), lacquer, metal)


def _beside(x: float, z: float, yaw: float, across: float, along: float) -> tuple[float, float]:
    c, s = math.cos(yaw), math.sin(yaw)
    return x + across * c + along * s, z - across * s + along * c


def stool(store: Store, x: float, z: float, seat: int, leg: int, tall: float = 0.50) -> None:
    """A round stool on four legs."""
    p = Piece(store, x, z, 0.6)
    p.drum(seat, (0, tall - 0.03, 0), 0.18, 0.06, 0.024)
    for k in range(4):
        a = k * 1.5708
        c, s = math.cos(a), math.sin(a)
        p.rod(leg, (c * 0.11, tall - 0.05, s * 0.11), (c * 0.17, 0.0, s * 0.17), 0.016, 0.011)
    p.ring(leg, (0, 0.2, 0), 0.145, 0.007)
    p.done()


GRAND = ((-0.74, -0.62), (0.74, -0.62), (0.75, -0.10), (0.72, 0.22), (0.60, 0.50), (0.40, 0.66),
         (0.22, 0.78), (0.10, 1.00), (-0.04, 1.16), (-0.24, 1.25), (-0.46, 1.22), (-0.63, 1.06),
         (-0.72, 0.80), (-0.74, 0.30))  # fmt: skip


def grand_piano(
    store: Store, x: float, z: float, yaw: float, lacquer: int, keys: int, metal: int
) -> None:
    """A grand piano, its lid propped open, and a bench before it."""
    p = Piece(store, x, z, yaw)
    p.prism(lacquer, (0, 0.82, 0), GRAND, 0.30, 0.015)
    inner = [(0.90 * a, 0.90 * b + 0.03) for a, b in GRAND[2::2]]
    p.prism(metal, (0, 0.972, 0), inner, 0.012, 0.002)
    p.box(lacquer, (0, 0.715, -0.70), (1.48, 0.07, 0.34), 0.012)
    p.box(keys, (0, 0.765, -0.73), (1.22, 0.022, 0.16), 0.003)
    for s in (-1, 1):
        p.box(lacquer, (s * 0.69, 0.80, -0.72), (0.12, 0.14, 0.34), 0.02)
    for a, b in ((-0.58, -0.45), (0.58, -0.45), (-0.25, 0.92)):
        p.rod(lacquer, (a, 0.70, b), (a, 0.05, b), 0.062, 0.035)
        p.drum(metal, (a, 0.03, b), 0.03, 0.06, 0.012)
    p.box(lacquer, (0, 1.10, -0.36), (0.66, 0.24, 0.015), 0.005, tip=0.3)
    p.rod(metal, (0, 0.70, -0.38), (0, 0.12, -0.36), 0.02)
    p.box(metal, (0, 0.11, -0.40), (0.22, 0.04, 0.14), 0.01)
    p.done()
    _open_lid(store, x, z, yaw, lacquer, metal)
    bench(store, *_beside(x, z, yaw, 0.0, -1.16), yaw, lacquer)


def _open_lid(store: Store, x: float, z: float, yaw: float, lacquer: int, metal: int) -> None:
    """The lid on its prop, hinged along the straight side: turned so that tipping it is opening."""
    p = Piece(store, x, z, yaw)
    outline = [(-b, a + 0.74) for a, b in GRAND if b > -0.3]
    p.prism(lacquer, (-0.74, 0.985, 0.0), outline, 0.024, 0.006, turn=math.pi / 2, tip=-0.72)
    p.rod(metal, (0.62, 0.98, 0.10), (0.30, 1.90, 0.10), 0.010)
    p.done()


def bench(store: Store, x: float, z: float, yaw: float, wood: int) -> None:
    """A piano bench."""
    p = Piece(store, x, z, yaw)
    p.box(wood, (0, 0.47, 0), (0.72, 0.08, 0.36), 0.03)
    for sx in (-1, 1):
        for sz in (-1, 1):
            p.rod(wood, (sx * 0.30, 0.45, sz * 0.13), (sx * 0.31, 0.0, sz * 0.14), 0.024, 0.016)
    p.done()


def desk(store: Store, x: float, z: float, yaw: float, wood: int, wide: float = 1.5) -> float:
    """A writing table with a drawer; the height of its top."""
    p = Piece(store, x, z, yaw)
    p.box(wood, (0, 0.735, 0), (wide, 0.034, 0.68), 0.008)
    p.box(wood, (0, 0.67, 0), (wide - 0.16, 0.10, 0.56), 0.006)
    for sx in (-1, 1):
        for sz in (-1, 1):
            p.rod(
                wood,
                (sx * (wide / 2 - 0.09), 0.70, sz * 0.27),
                (sx * (wide / 2 - 0.07), 0.0, sz * 0.29),
                0.032,
                0.017,
            )
    p.done()
    return 0.752


def chair(store: Store, x: float, z: float, yaw: float, wood: int, seat: int) -> None:
    """A wooden chair with a curved back."""
    p = Piece(store, x, z, yaw)
    p.box(seat, (0, 0.45, 0), (0.43, 0.045, 0.43), 0.02)
    for s in (-1, 1):
        p.rod(wood, (s * 0.18, 0.44, -0.17), (s * 0.20, 0.0, -0.20), 0.019, 0.013)
        p.rod(wood, (s * 0.18, 0.0, 0.23), (s * 0.185, 0.46, 0.19), 0.014, 0.019)
        p.rod(wood, (s * 0.185, 0.46, 0.19), (s * 0.20, 0.90, 0.27), 0.018, 0.014)
    p.box(wood, (0, 0.84, 0.262), (0.44, 0.11, 0.026), 0.012, tip=0.16)
    p.box(wood, (0, 0.66, 0.232), (0.38, 0.05, 0.020), 0.009, tip=0.16)
    p.done()


def bed(store: Store, x: float, z: float, yaw: float, wood: int, sheet: int, cover: int) -> None:
    """A double bed with a thrown-back blanket and pillows."""
    p = Piece(store, x, z, yaw)
    p.box(wood, (0, 0.22, 0), (1.64, 0.14, 2.06), 0.02)
    p.box(wood, (0, 0.52, 1.03), (1.70, 0.86, 0.06), 0.03)
    for sx in (-1, 1):
        for sz in (-1, 1):
            p.rod(wood, (sx * 0.76, 0.2, sz * 0.95), (sx * 0.76, 0.0, sz * 0.95), 0.03, 0.02)
    p.box(sheet, (0, 0.40, 0), (1.58, 0.24, 2.0), 0.08)
    p.box(cover, (0.02, 0.475, -0.32), (1.70, 0.16, 1.42), 0.075, 0.02)
    p.box(cover, (0.84, 0.32, -0.32), (0.06, 0.32, 1.36), 0.03, 0.05)
    p.box(cover, (-0.82, 0.34, -0.32), (0.06, 0.28, 1.36), 0.03, 0.05)
    p.rod(cover, (-0.78, 0.535, 0.40), (0.80, 0.545, 0.34), 0.075, 0.065, 0.06)
    for s in (-1, 1):
        p.egg(sheet, (s * 0.39, 0.60, 0.74), (0.34, 0.12, 0.22), 0.03, tip=0.55)
    p.egg(cover, (0.12, 0.62, 0.56), (0.24, 0.10, 0.17), 0.01, tip=0.6)
    p.done()


def pot(
    store: Store, x: float, z: float, clay: int, radius: float, tall: float, y: float = 0.0
) -> float:
    """A flower pot; the height of its earth."""
    p = Piece(store, x, z, lift=y)
    p.cone(clay, (0, tall / 2, 0), radius * 0.74, radius, tall)
    p.ring(clay, (0, tall - 0.01, 0), radius * 0.97, 0.012)
    p.done()
    return y + tall


GUITAR = (
    (0.0, -0.24),
    (0.11, -0.235),
    (0.175, -0.18),
    (0.19, -0.10),
    (0.165, -0.03),
    (0.125, 0.02),
    (0.115, 0.06),
    (0.13, 0.12),
    (0.135, 0.17),
    (0.105, 0.225),
    (0.05, 0.245),
    (0.0, 0.247),
)


def guitar(store: Store, x: float, z: float, yaw: float, wood: int, neck: int, metal: int) -> None:
    """An acoustic guitar leaning in its stand."""
    p = Piece(store, x, z, yaw)
    ring = list(GUITAR) + [(-a, b) for a, b in reversed(GUITAR[1:-1])]
    flat = 1.5708 - 0.20
    p.prism(wood, (0, 0.36, 0.0), [(a, -b) for a, b in ring], 0.095, 0.02, tip=-flat)
    lean = math.sin(0.20)
    p.drum(neck, (0, 0.40, -0.046 + 0.04 * lean), 0.047, 0.010, 0.001, tip=-flat)
    p.rod(neck, (0, 0.58, -0.005), (0, 0.98, 0.085), 0.026, 0.021)
    p.box(neck, (0, 1.045, 0.10), (0.075, 0.16, 0.02), 0.006, tip=0.20)
    p.box(neck, (0, 0.27, -0.065), (0.15, 0.022, 0.014), 0.004, tip=0.2)
    for s in (-1, 1):
        p.rod(metal, (s * 0.02, 0.16, 0.03), (s * 0.16, 0.0, -0.12), 0.009)
        for k in range(3):
            y = 1.0 + 0.045 * k
            p.rod(metal, (s * 0.04, y, 0.095), (s * 0.065, y, 0.095), 0.007)
    p.rod(metal, (0, 0.42, 0.10), (0, 0.0, 0.20), 0.010)
    p.rod(metal, (-0.14, 0.13, -0.06), (0.14, 0.13, -0.06), 0.010)
    p.done()


def radiator(store: Store, x: float, z: float, yaw: float, iron: int, ribs: int) -> None:
    """An old ribbed radiator."""
    p = Piece(store, x, z, yaw)
    wide = ribs * 0.062
    for k in range(ribs):
        u = (k + 0.5) * 0.062 - wide / 2
        p.rod(iron, (u, 0.12, 0), (u, 0.60, 0), 0.027, melt=0.006)
    p.rod(iron, (-wide / 2, 0.16, 0), (wide / 2, 0.16, 0), 0.02)
    p.rod(iron, (-wide / 2, 0.57, 0), (wide / 2, 0.57, 0), 0.02)
    for s in (-1, 1):
        p.rod(iron, (s * (wide / 2 - 0.03), 0.1, 0), (s * (wide / 2 - 0.03), 0.0, 0), 0.022)
    p.done()


def column(store: Store, x: float, z: float, stone: int, tall: float) -> None:
    """A slender cast-iron column."""
    p = Piece(store, x, z)
    p.drum(stone, (0, 0.06, 0), 0.17, 0.12, 0.03)
    p.rod(stone, (0, 0.1, 0), (0, tall - 0.25, 0), 0.085, 0.075, 0.04)
    p.cone(stone, (0, tall - 0.16, 0), 0.08, 0.2, 0.2, 0.05)
    p.box(stone, (0, tall - 0.03, 0), (0.44, 0.06, 0.44), 0.01)
    p.done()


def pendant(store: Store, x: float, y: float, z: float, top: float, metal: int, shade: int) -> Vec:
    """A lamp that hangs from the ceiling; where its bulb is."""
    p = Piece(store, x, z)
    p.rod(metal, (0, y + 0.14, 0), (0, top, 0), 0.006)
    p.cone(metal, (0, y + 0.08, 0), 0.21, 0.05, 0.15)
    p.egg(shade, (0, y + 0.0, 0), (0.05, 0.055, 0.05))
    p.done()
    return x, y, z


def mug(store: Store, x: float, y: float, z: float, glaze: int) -> None:
    """A cup."""
    p = Piece(store, x, z, lift=y)
    p.drum(glaze, (0, 0.048, 0), 0.04, 0.096, 0.012)
    p.ring(glaze, (0.045, 0.05, 0), 0.024, 0.006, tip=1.5708)
    p.done()
