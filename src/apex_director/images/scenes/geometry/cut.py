"""Cut paper: Bauhaus tiles of arcs, tunnels of turned frames, huge parts of letters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apex_director.images.model import BandName, Layer, Reaction
from apex_director.images.scenes.finish import to_layer
from apex_director.images.scenes.geometry.paper import Poster, coverage, cut_layer, on_paper
from apex_director.images.scenes.palette import mix, oklab
from apex_director.images.scenes.sky import pixel_grid, unit

F32 = NDArray[np.float32]
_ONE = np.float32(1.0)
MOTIFS = ("quarter", "half", "arcs", "disc", "leaf", "rings", "wedge", "bars")


def motif(kind: str, x: F32, y: F32, cell: float) -> list[tuple[F32, int]]:
    """Signed distances (short sides, inside positive) of a motif's parts and the ink each takes
    (0 or 1), in a square of side ``cell`` with ``x``, ``y`` from its lower left corner.
    """
    c = np.float32(cell)
    mx, my = x - c / 2, y - c / 2
    corner = np.sqrt(x * x + y * y)
    middle = np.sqrt(mx * mx + my * my)
    if kind == "quarter":
        return [(c - corner, 0)]
    if kind == "half":
        r = np.sqrt(mx * mx + y * y)
        return [(c / 2 - r, 0), (c / 4 - r, 1)]
    if kind == "arcs":
        return [(c * np.float32(k) - corner, n % 2) for n, k in enumerate((1.0, 0.78, 0.56, 0.34))]
    if kind == "disc":
        return [(c * np.float32(0.42) - middle, 0)]
    if kind == "leaf":
        other = np.sqrt((x - c) ** 2 + (y - c) ** 2)
        return [(np.minimum(c - corner, c - other), 0)]
    if kind == "rings":
        return [(c * np.float32(k) - middle, n % 2) for n, k in enumerate((0.5, 0.37, 0.24, 0.11))]
    if kind == "wedge":
        return [((x - y) * np.float32(0.7071), 0)]
    wide = c / 5
    return [(wide / 2 - np.abs(y - wide * np.float32(k + 0.5)), 0) for k in (0, 2, 4)]


@dataclass(frozen=True, kw_only=True)
class _Tile:
    """A square of the tiling: rows and columns, how many cells wide, its motif, turn and inks."""

    col: int
    row: int
    wide: int
    kind: str
    turn: int
    ground: int
    inks: tuple[int, int]


def tile_layers(
    poster: Poster, rng: np.random.Generator
) -> tuple[list[Layer], tuple[float, float]]:
    """A floor of tiles, raised tiles upon it and a few great ones on top."""
    spec = poster.spec
    w, h = spec.canvas
    size = unit(spec)
    cells = round(5.2 * poster.density**0.7) + 0.0
    # whole pixels: tiles that share one would show the ground between them
    cell = max(4, round(size / cells / spec.overscan * 1.12)) / size
    cols, rows = (
        int(np.ceil(w / size / cell / 2)) * 2 + 2,
        int(np.ceil(h / size / cell / 2)) * 2 + 2,
    )
    origin = (-cols / 2 * cell, -rows / 2 * cell)
    floor, raised = [], []
    for row in range(rows):
        for col in range(cols):
            tile = _Tile(col=col, row=row, wide=1, kind=str(rng.choice(MOTIFS, p=_LIKELY)),
                         turn=int(rng.integers(4)), ground=int(rng.choice((-1, -1, -1, 0, 1, 2,
                         3))),
                         inks=_pair(rng))  # fmt: skip
            floor.append(tile)
            if rng.random() < 0.16:
                raised.append(_Tile(col=col, row=row, wide=1, kind=str(rng.choice(("half",
                "quarter", "disc", "leaf"))),
                                    turn=int(rng.integers(4)), ground=-2,
                                    inks=_pair(rng)))  # fmt: skip
    side = poster.side
    mid_col, mid_row = cols // 2, rows // 2
    reach = max(1, round(w / size / cell / spec.overscan / 5.5))
    great = [
        _Tile(col=mid_col + round(-side * reach - 1.0), row=mid_row - 1, wide=2, kind="arcs",
              turn=int(rng.integers(4)), ground=-2, inks=(int(rng.integers(3)), 3)),
        _Tile(col=mid_col + round(side * (reach + 1) - 0.5), row=mid_row - 2, wide=2,
              kind=str(rng.choice(("half", "quarter"))), turn=int(rng.integers(4)), ground=-2,
              inks=_pair(rng)),
    ]  # fmt: skip
    picture = np.empty((h, w, 3), np.float32)
    picture[:] = poster.ground
    for tile in floor:
        _lay_tile(poster, picture, None, tile, origin, cell)
    layers = [to_layer("tiles", on_paper(poster, picture), 0.08, seed=spec.seed)]
    groups: tuple[tuple[str, list[_Tile], float, float, BandName], ...] = (
        ("raised", raised, 0.32, 0.016, "mid"),
        ("great", great, 0.72, 0.034, "low"),
    )
    for name, tiles, parallax, lift, band in groups:
        colour, cover = np.zeros((h, w, 3), np.float32), np.zeros((h, w), np.float32)
        for tile in tiles:
            _lay_tile(poster, colour, cover, tile, origin, cell)
        move = (Reaction(kind="sway", band=band, amount=0.004 + 0.004 * parallax),
                Reaction(kind="rise", band="low", amount=0.003 + 0.003 * parallax))  # fmt: skip
        layers.append(cut_layer(poster, name, cover, colour, parallax, lift, move))
    layers.append(_front_arc(poster, rng, cell))
    first = great[0]
    x = (origin[0] + (first.col + 1) * cell) * size / w + 0.5
    y = 0.5 - (origin[1] + (first.row + 1) * cell) * size / h
    return layers, (float(np.clip(x, 0.2, 0.8)), float(np.clip(y, 0.2, 0.8)))


_LIKELY = (0.24, 0.18, 0.14, 0.08, 0.12, 0.08, 0.10, 0.06)


def _pair(rng: np.random.Generator) -> tuple[int, int]:
    first = int(rng.integers(4))
    return first, (first + 1 + int(rng.integers(3))) % 4


def _lay_tile(
    poster: Poster,
    colour: F32,
    cover: F32 | None,
    tile: _Tile,
    origin: tuple[float, float],
    cell: float,
) -> None:
    """Print a tile into flat colour, or with ``cover`` only its shape, in place."""
    spec = poster.spec
    w, h = spec.canvas
    size = unit(spec)
    x0, y0 = origin[0] + tile.col * cell, origin[1] + tile.row * cell
    span = cell * tile.wide
    left, right = w / 2 + x0 * size, w / 2 + (x0 + span) * size
    top, foot = h / 2 - (y0 + span) * size, h / 2 - y0 * size
    a, b = max(0, int(np.floor(top))), min(h, int(np.ceil(foot)))
    c, d = max(0, int(np.floor(left))), min(w, int(np.ceil(right)))
    if a >= b or c >= d:
        return
    px = (np.arange(c, d, dtype=np.float32) + np.float32(0.5))[None, :]
    py = (np.arange(a, b, dtype=np.float32) + np.float32(0.5))[:, None]
    inside = np.clip(px + 0.5 - left, 0, 1) * np.clip(right - px + 0.5, 0, 1)
    inside = inside * np.clip(py + 0.5 - top, 0, 1) * np.clip(foot - py + 0.5, 0, 1)
    x, y = (px - np.float32(left)) / np.float32(size), (np.float32(foot) - py) / np.float32(size)
    for _ in range(tile.turn):
        x, y = y, np.float32(span) - x
    part = colour[a:b, c:d]
    if cover is None and tile.ground >= 0:
        part += (poster.ink(tile.ground) - part) * inside[..., None]
    under = poster.ground if tile.ground < 0 else poster.ink(tile.ground)
    for n, (distance, which) in enumerate(motif(tile.kind, x, y, span)):
        ink = poster.ink(tile.inks[which])
        if np.abs(oklab(ink) - oklab(under)).max() < 0.12 and which == 0:
            ink = poster.ink(tile.inks[0] + 1)
        share = coverage(distance, size) * inside
        if cover is None:
            part += (ink - part) * share[..., None]
        else:
            grown = cover[a:b, c:d]
            if n == 0:
                grown[:] = np.maximum(grown, share)
                part[share > 0] = ink
            else:
                part += (ink - part) * share[..., None]


def _front_arc(poster: Poster, rng: np.random.Generator, cell: float) -> Layer:
    """One bold arc across the near corner, cropped by the picture."""
    spec = poster.spec
    size = unit(spec)
    corner = (0.5 + poster.side * 0.5 / spec.overscan, 0.5 + 0.5 / spec.overscan)
    u, v = pixel_grid(spec, corner)
    r = np.sqrt(u * u + v * v)
    out, thick = cell * 2.5, cell * float(rng.uniform(0.42, 0.7))
    cover = coverage(np.minimum(np.float32(out) - r, r - np.float32(out - thick)), size)
    move = (Reaction(kind="sway", band="loudness", amount=0.006),)
    return cut_layer(poster, "arc", cover, poster.ink(int(rng.integers(4))), 1.05, 0.05, move)


def tunnel_layers(
    poster: Poster, rng: np.random.Generator
) -> tuple[list[Layer], tuple[float, float]]:
    """Frames one behind another, each turned a little more, down to a lit core."""
    spec = poster.spec
    w, h = spec.canvas
    size = unit(spec)
    shape = str(rng.choice(("square", "square", "circle", "hexagon", "arch")))
    if shape == "arch" and w > 1.2 * h:
        shape = "square"
    middle = (0.5 - poster.side * 0.085, 0.47)
    u, v = pixel_grid(spec, middle)
    glow = np.exp(-np.sqrt(u * u + v * v) / np.float32(0.16))
    core = mix(poster.ink(1), _lighter(poster), 0.75)
    back = mix(poster.ink(1), _darker(poster), 0.10)
    field = back + (core - back) * np.clip(glow * np.float32(1.7), 0, 1)[..., None]
    field = field * (_ONE + np.float32(0.35) * glow)[..., None]
    layers = [to_layer("core", on_paper(poster, field), 0.02, seed=spec.seed)]
    rings = 6
    step = float(rng.uniform(0.12, 0.24)) * float(rng.choice((-1.0, 1.0))) * poster.wild
    run = [0, 3, 1, 4, 2, 3] if rng.random() < 0.5 else [3, 4, 3, 0, 3, 4]
    shift = int(rng.integers(3))
    for k in range(rings):
        depth = (rings - 1 - k) / (rings - 1)  # 1 far, 0 near
        open_to = 0.115 * (6.4 ** (1 - depth)) ** 0.86 + 0.02
        turn = step * (rings - k) * (0.16 if shape == "arch" else 0.55)
        home = (1 - depth) ** 0.8  # near frames stand about the middle of the picture
        away = (u + np.float32((middle[0] - 0.5) * w / size * home),
                v - np.float32((middle[1] - 0.5) * h / size * home))  # fmt: skip
        inside = _aperture(shape, *away, open_to, turn, w / h)
        cover = coverage(-inside, size)
        colour = _frame_ink(poster, run[k], shift)
        lit = np.float32(1.0) + np.float32(0.30) * np.exp(
            -np.maximum(-inside, 0) / np.float32(0.06)
        ) * np.float32(depth)
        dusk = np.float32(0.72 + 0.28 * (1 - depth) ** 0.5)
        flat = colour * (lit * dusk)[..., None]
        trim = np.clip(
            coverage(-inside, size)
            - coverage(-inside - np.float32(0.010 + 0.012 * (1 - depth)), size),
            0,
            1,
        )
        flat = (
            flat
            + (_frame_ink(poster, run[k] + 2, shift) - flat) * (trim * np.float32(0.9))[..., None]
        )
        gap, hair = (
            np.float32(0.030 + 0.045 * (1 - depth)),
            np.float32(0.0022 + 0.004 * (1 - depth)),
        )
        line = coverage(hair - np.abs(-inside - gap), size) * np.float32(0.85)
        flat = flat + (_frame_ink(poster, run[k] + 1, shift) - flat) * line[..., None]
        parallax = (0.10, 0.22, 0.38, 0.58, 0.82, 1.12)[k]
        band: BandName = "mid" if k % 2 else "low"
        move = (Reaction(kind="rise", band=band, amount=0.002 + 0.0035 * parallax),
                Reaction(kind="sway", band="loudness",
                         amount=0.002 + 0.004 * parallax))  # fmt: skip
        layers.append(cut_layer(poster, f"frame {k}", cover, flat.astype(np.float32), parallax,
                                0.012 + 0.030 * (1 - depth), move, dark=0.72))  # fmt: skip
    return layers, middle


def _lighter(poster: Poster) -> F32:
    return max((poster.ground, poster.figure), key=lambda c: float(oklab(c)[0]))


def _darker(poster: Poster) -> F32:
    return min((poster.ground, poster.figure), key=lambda c: float(oklab(c)[0]))


def _frame_ink(poster: Poster, n: int, shift: int) -> F32:
    run = (poster.inks[shift], poster.inks[(shift + 1) % 3], poster.inks[(shift + 2) % 3],
           poster.ground, poster.figure)  # fmt: skip
    return run[n % 5]


def _aperture(shape: str, u: F32, v: F32, size: float, turn: float, aspect: float) -> F32:
    """Signed distance to an opening, inside positive, stretched a little with the picture."""
    c, s = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    x, y = u * c + v * s, v * c - u * s
    k = float(np.clip(aspect, 0.58, 2.0)) ** 0.5
    px, py = np.float32(size * k), np.float32(size / k)
    if shape == "circle":
        return np.asarray(
            (_ONE - np.sqrt((x / px) ** 2 + (y / py) ** 2)) * np.float32(size), np.float32
        )
    if shape == "hexagon":
        far = np.maximum(np.abs(x) * np.float32(0.866) + np.abs(y) * np.float32(0.5), np.abs(y))
        return np.asarray(np.float32(size * max(1.0, k * 0.92)) - far, np.float32)
    if shape == "arch":
        up = y - py * np.float32(0.30)
        round_top = np.sqrt(x * x + np.maximum(up, 0.0) ** 2)
        return np.asarray(np.minimum(px * np.float32(0.86) - np.where(up > 0, round_top, np.abs(x)),
                                     up + py * np.float32(1.25)), np.float32)  # fmt: skip
    q = np.float32(size * 0.10)
    dx, dy = np.abs(x) - px + q, np.abs(y) - py + q
    out = np.sqrt(np.maximum(dx, 0.0) ** 2 + np.maximum(dy, 0.0) ** 2)
    return np.asarray(q - out - np.minimum(np.maximum(dx, dy), 0.0), np.float32)


def glyph_layers(
    poster: Poster, rng: np.random.Generator
) -> tuple[list[Layer], tuple[float, float]]:
    """Bowls, stems, spines and dots of letters, enormous and cropped, overlapping sheets."""
    spec = poster.spec
    w, h = spec.canvas
    size = unit(spec)
    wide, high = w / size / 2 / spec.overscan, h / size / 2 / spec.overscan
    side = poster.side
    u, v = pixel_grid(spec, (0.5, 0.5))
    u, v = np.broadcast_arrays(u, v)
    field = np.broadcast_to(poster.ground, (h, w, 3))
    field = field + (poster.ink(0) - field) * _half_plane(u, v, side, wide, rng, size)[..., None]
    layers = [to_layer("ground", on_paper(poster, field.astype(np.float32)), 0.05, seed=spec.seed)]
    stem = float(rng.uniform(0.17, 0.23))
    tilt = float(rng.choice((0.0, 0.0, 0.16))) * side
    kind = int(rng.integers(3))
    fit = min(1.0, 0.55 + 0.45 * wide / 0.8)
    spots = ((side * wide * 0.18, high * 0.58), (side * wide * 0.46, high * 0.66),
             (side * wide * 0.34, high * 0.04))  # fmt: skip
    if kind == 0:  # b and n
        at = -side * wide * 0.42
        parts = [
            ("bowl", _bowl(u, v, at, -high * 0.30, 0.46 * fit, stem, -side, tilt), 3, 0.22, 0.020),
            ("stem", _stem(u, v, at, 0.0, stem * 0.5, high * 1.6, tilt), 1, 0.40, 0.026),
            ("arch", _arch(u, v, side * wide * 0.72, -high * 0.30, 0.30 * fit, stem * 0.85), 2,
            0.62,
             0.034),
            ("dot", _disc(u, v, *spots[0], stem * 0.70), 1, 0.84, 0.040),
        ]  # fmt: skip
    elif kind == 1:  # S
        parts = [
            ("stem", _stem(u, v, -side * wide * 0.84, 0.0, stem * 0.62, high * 1.6, tilt), 1, 0.22,
             0.020),
            ("spine", _spine(u, v, -side * wide * 0.10, 0.0, 0.46 * fit, stem * 1.05), 3, 0.42,
            0.030),
            ("bowl", _bowl(u, v, side * wide * 0.92, -high * 0.10, 0.40 * fit, stem, side, 0.0), 2,
             0.62, 0.034),
            ("dot", _disc(u, v, *spots[1], stem * 0.62), 1, 0.84, 0.040),
        ]  # fmt: skip
    else:  # O and k
        parts = [
            ("ring", _ring(u, v, side * wide * 0.34, high * 0.04, 0.56 * fit, stem * 1.1), 3, 0.22,
             0.022),
            ("leg", _leg(u, v, -side * wide * 0.36, -high * 0.1, stem * 0.50, -side), 1, 0.42,
            0.028),
            ("arch", _arch(u, v, -side * wide * 0.62, high * 0.30, 0.25 * fit, stem * 0.8), 2, 0.62,
             0.034),
            ("dot", _disc(u, v, *spots[2], stem * 0.66), 1, 0.84, 0.040),
        ]  # fmt: skip
    corner = _ring(u, v, side * wide * 1.10 if kind else -side * wide * 1.14,
                   -high * 1.10 if kind != 1 else high * 1.16, 0.52, stem * 0.8)  # fmt: skip
    parts.append(("terminal", corner, 3 if kind == 1 else 2 if kind == 0 else 0, 1.06, 0.050))
    bands: tuple[BandName, ...] = ("low", "mid", "loudness", "low", "mid")
    for (name, distance, ink, parallax, lift), band in zip(parts, bands, strict=True):
        move = (Reaction(kind="sway", band=band, amount=0.003 + 0.005 * parallax),
                Reaction(kind="rise", band="low", amount=0.003 + 0.003 * parallax))  # fmt: skip
        cover = coverage(np.asarray(distance, np.float32), size)
        layers.append(cut_layer(poster, name, cover, poster.ink(ink), parallax, lift, move))
    if spec.subject == "none":
        return layers, (0.5 - side * 0.15, 0.46)
    return layers, (0.5 + spots[kind][0] * size / w, 0.5 - spots[kind][1] * size / h)


def _half_plane(
    u: F32, v: F32, side: float, wide: float, rng: np.random.Generator, size: float
) -> F32:
    lean = float(rng.uniform(0.0, 0.35))
    line = (u * np.float32(side) - np.float32(wide * 0.22)) + v * np.float32(lean)
    return coverage(np.asarray(line / np.hypot(1.0, lean), np.float32), size)


def _bowl(
    u: F32, v: F32, x0: float, y0: float, r: float, stem: float, side: float, tilt: float
) -> F32:
    """Half a ring with stress: thick at its side, thin where it meets the stem."""
    x = (u - np.float32(x0) - np.float32(tilt) * v) * np.float32(-side)
    y = v - np.float32(y0)
    outer = np.float32(r) - np.hypot(x, y)
    inner = np.hypot((x + np.float32(stem * 0.30)) / np.float32(0.88), y / np.float32(1.06))
    inner = (inner - np.float32(r - stem * 0.86)) * np.float32(0.9)
    return np.asarray(np.minimum(np.minimum(outer, inner), x), np.float32)


def _stem(u: F32, v: F32, x0: float, y0: float, half: float, tall: float, tilt: float) -> F32:
    lean = np.float32(1.0 / np.hypot(1.0, tilt))
    across = np.abs(u - np.float32(x0) - np.float32(tilt) * v) * lean
    return np.asarray(
        np.minimum(np.float32(half) - across, np.float32(tall) - np.abs(v - np.float32(y0))),
        np.float32,
    )


def _spine(u: F32, v: F32, x0: float, y0: float, r: float, thick: float) -> F32:
    """Two half rings, one over the other: the spine of an S."""
    x, y = u - np.float32(x0), v - np.float32(y0)
    q = np.float32(r * 0.62)
    upper = np.abs(np.hypot(x, y - q) - q)
    lower = np.abs(np.hypot(x, y + q) - q)
    top = np.where((x < 0) | (y > q), upper, np.float32(9.0))
    low = np.where((x > 0) | (y < -q), lower, np.float32(9.0))
    cap_t = np.hypot(x - q, y - q)
    cap_l = np.hypot(x + q, y + q)
    near = np.minimum(np.minimum(top, low), np.minimum(cap_t, cap_l))
    return np.asarray(np.float32(thick / 2) - near, np.float32)


def _arch(u: F32, v: F32, x0: float, y0: float, r: float, thick: float) -> F32:
    """The shoulder of an n: a half ring on two legs."""
    x, y = u - np.float32(x0), v - np.float32(y0)
    ring = np.abs(np.hypot(x, np.maximum(y, 0.0)) - np.float32(r))
    return np.asarray(np.float32(thick / 2) - ring, np.float32)


def _disc(u: F32, v: F32, x0: float, y0: float, r: float) -> F32:
    return np.asarray(np.float32(r) - np.hypot(u - np.float32(x0), v - np.float32(y0)), np.float32)


def _ring(u: F32, v: F32, x0: float, y0: float, r: float, thick: float) -> F32:
    """A whole O with stress: its counter is narrower and leans."""
    x, y = u - np.float32(x0), v - np.float32(y0)
    outer = np.float32(r) - np.hypot(x, y)
    lean = x * np.float32(0.966) + y * np.float32(0.259)
    rise = y * np.float32(0.966) - x * np.float32(0.259)
    hole = np.hypot(lean / np.float32(0.86), rise / np.float32(1.08)) - np.float32(r - thick)
    return np.asarray(np.minimum(outer, hole * np.float32(0.9)), np.float32)


def _leg(u: F32, v: F32, x0: float, y0: float, half: float, side: float) -> F32:
    """The diagonal of a k, from edge to edge."""
    x, y = (u - np.float32(x0)) * np.float32(side), v - np.float32(y0)
    return np.asarray(
        np.float32(half) - np.abs(x * np.float32(0.819) + y * np.float32(0.574)), np.float32
    )
