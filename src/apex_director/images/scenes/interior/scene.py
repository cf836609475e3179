"""The room with window light: a drawing room, a loft, a seat by the window, a ballroom, a wall that
the sun falls on; lit by what really comes through the panes, with dust, curtains and reflections.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.model import Layer, Light, Particles, Reaction, Scene
from apex_director.images.scenes.finish import srgb, to_layer, tone
from apex_director.images.scenes.interior import light as il
from apex_director.images.scenes.interior.cards import Card, shadow_masks
from apex_director.images.scenes.interior.dust import air, veil
from apex_director.images.scenes.interior.outside import drops, night_lamps, outside
from apex_director.images.scenes.interior.plan import (
    BALLROOM,
    LOFT,
    SALON,
    WALL_LIGHT,
    WINDOW,
    Room,
    plan_room,
)
from apex_director.images.scenes.interior.rooms import furnish
from apex_director.images.scenes.interior.sets import Furnished
from apex_director.images.scenes.interior.shell import back_wall, tunnel
from apex_director.images.scenes.interior.trace import drape, draw_forms
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.palette import ScenePalette, mix, palette_for
from apex_director.images.scenes.sky import unit

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
DEPTHS = {"view": 0.10, "drops": 0.40, "wall": 0.42, "curtain": 0.46, "room": 0.56, "things": 0.64,
          "air": 0.60, "near": 0.95, "front": 1.45}  # fmt: skip
_DUST = {"clear": 0.017, "cloudy": 0.022, "mist": 0.055, "rain": 0.03, "snow": 0.03, "storm": 0.02}
_AIR_OF = {WINDOW: 0.45, BALLROOM: 0.55, LOFT: 0.3, WALL_LIGHT: 0.5}
_HAZE_MOOD = {"dreamy": 1.7, "epic": 1.4, "melancholy": 1.15, "joyful": 0.9, "tense": 1.2}
_AIR_SHRINK, _AIR_STEPS = 5, 30
NOT_HERE = ("boat", "car", "birds", "deer", "balloon")


@dataclass(frozen=True, kw_only=True, eq=False)
class _Tables:
    """What every kernel takes."""

    room: Room
    prims: F64
    objs: F64
    corners: F64
    mats: F64
    arts: F64
    cards: F64
    masks: F32


@dataclass(kw_only=True, eq=False)
class _Sheets:
    """Linear light of one depth: what is always there, the key light, the lamp."""

    base: F32
    key: F32
    lamp: F32


def paint(spec: SceneSpec) -> Scene:
    """Draw a room of nine to twelve layers."""
    pal = palette_for(spec)
    room = plan_room(spec, pal)
    made = furnish(spec, pal, room)
    prims, objs, corners, mats = made.store.tables()
    cards, masks = shadow_masks(made.cards)
    tables = _Tables(room=room, prims=prims, objs=objs, corners=corners, mats=mats,
                     arts=made.art_table(), cards=cards, masks=masks)  # fmt: skip
    lamp_lit = bool(room.sun[il.LAMP_ON] > 0.45)
    view = outside(spec, pal, room)
    layers = [to_layer("view", view, DEPTHS["view"], seed=spec.seed)]
    particles = _weather(spec)
    lamps = night_lamps(spec, pal, room)
    wet = drops(spec, view, room)
    layers += [layer for layer in (lamps, wet) if layer is not None]
    layers += _lit_pair("wall", _back(spec, tables), DEPTHS["wall"], spec, lamp_lit)
    layers += _curtains(spec, pal, tables)
    layers += _lit_pair("room", _tunnel(spec, tables), DEPTHS["room"], spec, lamp_lit)
    split = made.near_from
    things, depth = _things(spec, tables, made, (0, split), False)
    whole, before = _beams(spec, tables, depth)
    layers.append(_air(spec, room, made, whole))
    veil(things, before, np.float32(0.7))
    layers.append(to_layer("things", things, DEPTHS["things"], seed=spec.seed))
    dust = len(layers) - 1
    if split < len(objs) or any(card.near for card in made.cards):
        near, _ = _things(spec, tables, made, (split, len(objs)), True)
        layers.append(to_layer("near things", near, DEPTHS["near"], seed=spec.seed))
    layers.append(_front(spec, pal, room))
    particles.append(_motes(spec, room, dust, lamp_lit))
    return Scene(
        family="interior", width=spec.width, height=spec.height, overscan=spec.overscan,
        layers=tuple(layers), particles=tuple(particles), light=_key(spec, room, made, lamp_lit),
        subject=_interest(spec, room, made),
        not_drawn=spec.not_drawn + ((spec.subject,) if spec.subject in NOT_HERE else ()),
    )  # fmt: skip


def _blank(spec: SceneSpec) -> _Sheets:
    w, h = spec.canvas
    return _Sheets(base=np.zeros((h, w, 4), np.float32), key=np.zeros((h, w, 3), np.float32),
                   lamp=np.zeros((h, w, 3), np.float32))  # fmt: skip


def _lit_pair(
    name: str, sheets: _Sheets, depth: float, spec: SceneSpec, lamp_lit: bool
) -> list[Layer]:
    """A sheet at rest, and above it the light that the music moves: added, it gives the whole."""
    still = sheets.base
    living = sheets.lamp if lamp_lit else sheets.key
    still[..., :3] += sheets.key if lamp_lit else sheets.lamp
    below = to_layer(name, still, depth, seed=spec.seed)
    if float(living.max(initial=0.0)) < 0.01:
        return [below]
    still[..., :3] += living
    full = to_layer(name, still, depth, seed=spec.seed)
    more = full.rgba - np.minimum(full.rgba, below.rgba)
    more[..., 3] = 255
    reactions = (
        (
            Reaction(kind="breathe", amount=0.035),
            Reaction(kind="gain", band="low", amount=0.10, floor=0.96),
        )
        if lamp_lit
        else (Reaction(kind="gain", band="loudness", amount=0.30, floor=0.85),)
    )
    light = Layer(name=f"{name} light", rgba=more, parallax=depth, blend="add", reactions=reactions)
    return [below, light]


def _back(spec: SceneSpec, t: _Tables) -> _Sheets:
    """The end wall, painted a little beyond its corners, so that the camera finds no gap there."""
    w, h = spec.canvas
    room, sheets = t.room, _blank(spec)
    x0, y0 = room.at(room.get(il.XL), room.get(il.HIGH), room.get(il.DEEP))
    x1, y1 = room.at(room.get(il.XR), 0.0, room.get(il.DEEP))
    more = (0.022 if room.kind == LOFT else 0.05) * unit(spec)  # side windows look past it
    box = np.asarray(
        [max(0, y0 - more), min(h, y1 + more), max(0, x0 - more), min(w, x1 + more)], np.int64
    )
    back_wall(
        room.table,
        room.wins,
        room.sun,
        room.colours,
        t.arts,
        t.prims,
        t.objs,
        t.corners,
        t.cards,
        t.masks,
        box,
        sheets.base,
        sheets.key,
        sheets.lamp,
    )
    return sheets


def _tunnel(spec: SceneSpec, t: _Tables) -> _Sheets:
    room, sheets = t.room, _blank(spec)
    tunnel(
        room.table,
        room.wins,
        room.sun,
        room.colours,
        t.arts,
        t.prims,
        t.objs,
        t.corners,
        t.cards,
        t.masks,
        sheets.base,
        sheets.key,
        sheets.lamp,
    )
    return sheets


def _things(
    spec: SceneSpec, t: _Tables, made: Furnished, objs: tuple[int, int], near: bool
) -> tuple[F32, F32]:
    """Furniture and cut-outs of one range of depth, lit as they stand; and their distances."""
    w, h = spec.canvas
    room, sheets = t.room, _blank(spec)
    depth, seen = np.full((h, w), 99.0, np.float32), np.zeros((h, w), np.int32)
    box = _union(spec, room, t.objs[objs[0] : objs[1]])
    if box is not None:
        draw_forms(
            *objs,
            room.table,
            room.wins,
            room.sun,
            room.colours,
            t.prims,
            t.objs,
            t.corners,
            t.mats,
            t.cards,
            t.masks,
            box,
            sheets.base,
            sheets.key,
            sheets.lamp,
            depth,
            seen,
        )
        a, b, c, d = box
        sheets.base[a:b, c:d, :3] += sheets.key[a:b, c:d] + sheets.lamp[a:b, c:d]
    for card in sorted((c for c in made.cards if c.near == near), key=lambda c: -c.z):
        _lay_card(sheets.base, depth, card, room)
    return sheets.base, depth


def _union(spec: SceneSpec, room: Room, objs: F64) -> NDArray[np.int64] | None:
    """Rows and columns that hold the boxes of objects."""
    w, h = spec.canvas
    spots = [
        room.at(
            row[2 + 3 * (i & 1)], row[3 + 3 * (i >> 1 & 1)], max(float(row[4 + 3 * (i >> 2)]), 0.3)
        )
        for row in objs
        for i in range(8)
    ]
    if not spots:
        return None
    x, y = np.asarray(spots).T
    box = [
        max(0, int(y.min()) - 2),
        min(h, int(y.max()) + 3),
        max(0, int(x.min()) - 2),
        min(w, int(x.max()) + 3),
    ]
    return np.asarray(box, np.int64) if box[0] < box[1] and box[2] < box[3] else None


def _lay_card(sheet: F32, depth: F32, card: Card, room: Room) -> None:
    """A cut-out laid into the furniture where it belongs in depth."""
    left, top = room.at(card.x0, card.y1, card.z)
    k = room.pixels(card.z)
    wide, tall = (card.x1 - card.x0) * k, (card.y1 - card.y0) * k
    # placed to the fraction of a pixel, so that one composition holds at every size
    h, w = sheet.shape[:2]
    x0, y0, x1, y1 = (
        int(np.floor(left)),
        int(np.floor(top)),
        int(np.ceil(left + wide)),
        int(np.ceil(top + tall)),
    )
    a, b, c, d = max(0, y0), min(h, y1 + 1), max(0, x0), min(w, x1 + 1)
    if a >= b or c >= d:
        return
    sx, sy = wide / card.rgba.shape[1], tall / card.rgba.shape[0]
    move = np.asarray(
        [[sx, 0, left - c + 0.5 * sx - 0.5], [0, sy, top - a + 0.5 * sy - 0.5]], np.float32
    )
    art = cv2.warpAffine(card.rgba, move, (d - c, b - a), flags=cv2.INTER_LINEAR)
    part = sheet[a:b, c:d]
    before = (depth[a:b, c:d] > card.z)[..., None]
    over = art + part * (1 - art[..., 3:])
    under = part + art * (1 - part[..., 3:])
    part[:] = np.where(before, over, under)
    np.minimum(
        depth[a:b, c:d], np.where(art[..., 3] > 0.5, np.float32(card.z), 99.0), out=depth[a:b, c:d]
    )


def _curtains(spec: SceneSpec, pal: ScenePalette, t: _Tables) -> list[Layer]:
    """What hangs before the windows of the end wall; it sways a little."""
    w, h = spec.canvas
    room = t.room
    hung = [win for win in room.wins if win[il.SIDE] == 0 and win[il.LEFT] + win[il.RIGHT] > 0]
    if not hung:
        return []
    rng = np.random.default_rng([spec.seed, 43])
    sheet = np.zeros((h, w, 4), np.float32)
    heavy = room.kind == BALLROOM or (rng.random() < 0.25 and room.kind == SALON)
    white = np.asarray([0.80, 0.77, 0.72], np.float32)
    dyed = pal.accent / max(float(pal.accent.max()), 1e-3) * np.float32(0.42)
    cloth = mix(dyed, white, 0.10) * np.float32(0.5) if heavy else mix(white, dyed, 0.16)
    swept = 1.0 if heavy or rng.random() < 0.3 else 0.0
    for win in hung:
        drape(win, room.table, room.wins, room.sun, room.colours, cloth.astype(np.float32),
              0.85 if heavy else 0.0, swept, sheet)  # fmt: skip
    sway = (Reaction(kind="sway", band="loudness", amount=0.0022 if not heavy else 0.001),)
    return [to_layer("curtain", sheet, DEPTHS["curtain"], reactions=sway, seed=spec.seed)]


def _beams(spec: SceneSpec, t: _Tables, depth: F32) -> tuple[F32, F32]:
    """Light that the air scatters before the walls, and before what stands at ``depth``, smooth
    [canvas_h, canvas_w, 3].
    """
    w, h = spec.canvas
    room = t.room
    thick = _DUST.get(spec.weather, 0.04) * _HAZE_MOOD.get(spec.mood, 1.0)
    thick *= _AIR_OF.get(room.kind, 1.0)
    size = (-(-h // _AIR_SHRINK), -(-w // _AIR_SHRINK))
    whole, before = np.zeros(size, np.float32), np.zeros(size, np.float32)
    if float(room.colours[1].max()) * thick > 0.004:
        # widened, so that edges find their own depth when enlarged
        room_for = [(0, n * _AIR_SHRINK - m) for n, m in zip(size, (h, w), strict=True)]
        cells = np.pad(depth, room_for, mode="edge")
        cells = cells.reshape(size[0], _AIR_SHRINK, size[1], _AIR_SHRINK).min(axis=(1, 3))
        far = np.asarray(cv2.erode(cells, np.ones((5, 5), np.uint8)), np.float32)
        air(room.table, room.wins, room.sun, t.cards, t.masks, far, _AIR_SHRINK, _AIR_STEPS,
            whole, before)  # fmt: skip
    tint = room.colours[1] * np.float32(thick)
    return _widen(whole[..., None] * tint, spec), _widen(before[..., None] * tint, spec)


def _widen(small: F32, spec: SceneSpec) -> F32:
    """A sheet made at the size of the air's, smooth at full size."""
    w, h = spec.canvas
    soft = cv2.GaussianBlur(small.astype(np.float32), (0, 0), 1.2)
    size = (small.shape[1] * _AIR_SHRINK, small.shape[0] * _AIR_SHRINK)
    big = cv2.resize(soft, size, interpolation=cv2.INTER_CUBIC)[:h, :w]
    return np.asarray(np.maximum(big, 0.0), np.float32)


def _air(spec: SceneSpec, room: Room, made: Furnished, glow: F32) -> Layer:
    """Shafts of light in the dust and the lamp's halo: added light. ``glow`` is changed."""
    w, h = spec.canvas
    if made.lamp is not None and room.sun[il.LAMP_ON] > 0.0:
        x, y = room.at(*made.lamp)
        rows, cols = -(-h // _AIR_SHRINK), -(-w // _AIR_SHRINK)
        yy = (np.arange(rows, dtype=np.float32) + 0.5)[:, None] * _AIR_SHRINK - np.float32(y)
        xx = (np.arange(cols, dtype=np.float32) + 0.5)[None, :] * _AIR_SHRINK - np.float32(x)
        far = np.sqrt(xx * xx + yy * yy) / np.float32(room.pixels(made.lamp[2]))
        halo = np.exp(-far / np.float32(0.55)) * np.float32(0.085 * room.sun[il.LAMP_ON])
        glow += _widen(halo[..., None] * room.colours[4], spec)
    gain = Reaction(kind="gain", band="loudness", amount=0.55, floor=0.70)
    return to_layer(
        "air",
        glow,
        DEPTHS["air"],
        blend="add",
        reactions=(gain, Reaction(kind="breathe", amount=0.06)),
        seed=spec.seed,
    )


def _front(spec: SceneSpec, pal: ScenePalette, room: Room) -> Layer:
    """The dark door frame we look past, out of focus, on the side away from the windows."""
    w, h = spec.canvas
    rng = np.random.default_rng([spec.seed, 83])
    body = mix(room.colours[5], pal.shadow, 0.7) * room.colours[3] * np.float32(0.8)
    x = (np.arange(w, dtype=np.float32) + 0.5) / np.float32(w)
    far = x if room.side > 0 else 1.0 - x
    soft = np.float32(0.006 * unit(spec) / w)
    edge = np.float32((0.028 + 0.030 * rng.random()) * min(1.0, room.share))
    cover = 0.5 - 0.5 * np.tanh((far - edge) / soft)
    inner = 0.5 - 0.5 * np.tanh((far - edge * 0.62) / soft)  # the frame's own bevel
    glint = (cover - inner) * np.float32(0.035)
    sheet = np.zeros((h, w, 4), np.float32)
    seen = np.flatnonzero(cover > 1e-4)
    if len(seen):
        a, b = int(seen[0]), int(seen[-1]) + 1
        sheet[:, a:b, 3] = cover[a:b]
        sheet[:, a:b, :3] = cover[a:b, None] * body + glint[a:b, None] * room.colours[0]
    return to_layer("front", sheet, DEPTHS["front"], seed=spec.seed)


def _weather(spec: SceneSpec) -> list[Particles]:
    """What falls outside; the wall hides it but for the panes."""
    if spec.weather == "snow":
        return [Particles(kind="snow", after=0, count=900, color=(0.9, 0.93, 0.98))]
    if spec.weather in ("rain", "storm"):
        return [
            Particles(kind="rain", after=0, count=1100, color=(0.72, 0.78, 0.86), band="loudness")
        ]
    return []


def _display(colour: F32) -> tuple[float, float, float]:
    code = srgb(tone(colour.astype(np.float32)))
    return float(code[0]), float(code[1]), float(code[2])


def _motes(spec: SceneSpec, room: Room, after: int, lamp_lit: bool) -> Particles:
    """Dust in the light: where the beams are."""
    w = spec.canvas[0]
    win = room.wins[0]
    if win[il.SIDE] == 0:
        x = room.at(0.5 * (win[il.U0] + win[il.U1]), 1.0, room.get(il.DEEP))[0] / w
        pool = room.at(float(win[il.POOL_X]), 0.0, max(float(win[il.POOL_Z]), 1.0))[0] / w
        x = 0.6 * x + 0.4 * float(np.clip(pool, 0.1, 0.9))
    else:
        x = 0.5
    area = (max(0.0, x - 0.30), 0.15, min(1.0, x + 0.30), 0.92)
    colour = room.colours[4] if lamp_lit else room.colours[1] + room.colours[0]
    code = _display(colour / np.float32(max(float(colour.max()), 1e-3)))
    return Particles(kind="dust", after=after, count=150, color=code, band="high", area=area)


def _key(spec: SceneSpec, room: Room, made: Furnished, lamp_lit: bool) -> Light:
    """The brightest pane, or the lamp."""
    w, h = spec.canvas
    win = room.wins[0]
    if lamp_lit and made.lamp is not None:
        x, y = room.at(*made.lamp)
        colour, strength, rays = room.colours[4], 0.32, 0.0
    else:
        u, v = 0.5 * (win[il.U0] + win[il.U1]), 0.35 * win[il.V0] + 0.65 * win[il.V1]
        side = room.get(il.XL if win[il.SIDE] == 1 else il.XR)
        at = (u, v, room.get(il.DEEP)) if win[il.SIDE] == 0 else (side, v, max(float(u), 0.8))
        x, y = room.at(*at)
        colour, strength = room.colours[1] + room.colours[0], 0.40
        rays = 0.08 if room.kind in (SALON, WINDOW, BALLROOM) else 0.04
    return Light(x=float(np.clip(x / w, 0.03, 0.97)), y=float(np.clip(y / h, 0.03, 0.97)),
                 color=_display(colour / np.float32(max(float(colour.max()), 1e-3))),
                 strength=strength, rays=rays, band="loudness")  # fmt: skip


def _interest(spec: SceneSpec, room: Room, made: Furnished) -> tuple[float, float]:
    w, h = spec.canvas
    x, y = room.at(*made.subject)
    return float(np.clip(x / w, 0.15, 0.85)), float(np.clip(y / h, 0.15, 0.85))
