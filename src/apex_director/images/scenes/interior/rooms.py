"""What stands in each of the five rooms: furniture, plants, pictures and people, by the seed."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.interior import furniture as fur
from apex_director.images.scenes.interior import light as il
from apex_director.images.scenes.interior.build import Piece, Store
from apex_director.images.scenes.interior.cards import figure_card
from apex_director.images.scenes.interior.plan import (
    BALLROOM,
    LOFT,
    SALON,
    WALL_LIGHT,
    WINDOW,
    Room,
)
from apex_director.images.scenes.interior.sets import (
    PEOPLE,
    Furnished,
    Maker,
    cast,
    light_lamp,
    room_materials,
    sun_spot,
)
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.palette import ScenePalette, mix

F32 = NDArray[np.float32]


def furnish(spec: SceneSpec, pal: ScenePalette, room: Room) -> Furnished:
    """Put a set into the room, and whoever is in it."""
    store = Store()
    out = Furnished(store=store, mats=room_materials(spec, pal, room, store))
    maker = Maker(
        spec=spec, pal=pal, room=room, rng=np.random.default_rng([spec.seed, 97]), out=out
    )
    {SALON: _salon, LOFT: _loft, WINDOW: _by_window, BALLROOM: _ballroom, WALL_LIGHT: _wall_light}[
        room.kind
    ](maker)
    return out


def _salon(m: Maker) -> None:
    """A chair by the light, a lamp and a table; a piano, books or nothing much along the wall."""
    s, room, store, rng = m.room.side, m.room, m.out.store, m.rng
    deep, win = m.deep, room.wins[0]
    mid = 0.5 * float(win[il.U0] + win[il.U1])
    z = deep - 1.55
    x = m.x_at(0.5 - s * (0.258 if not room.tall else 0.232), z)
    behind = (0.05, 0.85) if room.tall else (0.72, 0.55)
    lamp = fur.floor_lamp(store, x - s * behind[0], z + behind[1], *m.ids("brass", "shade"))
    light_lamp(m, lamp, 1.0)
    m.out.subject = (x, 0.6, z)
    which = int(rng.integers(4))
    if which == 1 and not room.tall:
        body = m.either("lacquer", "dark")
        fur.upright_piano(store, x - s * 0.2, deep - 0.38, 0.0, *m.ids(body, "ivory", "brass"))
        fur.guitar(store, x + s * 1.35, deep - 0.5, -s * 0.3, *m.ids("wood", "dark", "iron"))
    elif which == 2 and room.share > 1.2:
        yaw = m.toward(x, z, mid, deep - 3.5) * 0.5
        fur.sofa(store, x + s * 0.15, z + 0.55, yaw, *m.ids("cloth", "dark", "cloth2"))
        fur.round_table(store, x + s * 0.5, z - 0.75, m.mat("wood"), 0.42, 0.38)
        fur.books(store, x + s * 0.42, 0.38, z - 0.75, m.ids("paper", "cloth2"), 0.4, 3)
    else:
        _reading_corner(m, x, z, mid)
    if rng.random() < 0.75:
        table = room.table
        table[il.RUG_X], table[il.RUG_Z] = x + s * 0.55, z - 0.35
        table[il.RUG_A], table[il.RUG_B] = 1.75, 1.15
        table[il.RUG_ROUND] = float(rng.random() < 0.35)
    m.picture(0.0, x + s * 0.55, 1.75, 0.72, 0.92)
    if room.share > 1.6:
        m.picture(0.0, x + s * 1.5, 1.8, 0.5, 0.64)
    edge = float(win[il.U0] if s > 0 else win[il.U1])
    m.potted(m.either("ficus", "palm"), edge - s * 0.42, deep - 0.52, float(rng.uniform(1.1, 1.5)))
    m.out.near_from = len(store.objs)
    if m.spec.subject in ("dancer", "band"):
        sx, sz = sun_spot(m)
        cast(m, 0.6 * sx + 0.4 * mid, max(sz, 0.60 * deep))
    else:
        cast(m, mid - s * 0.28 * float(win[il.U1] - win[il.U0]), deep - 0.62)


def _reading_corner(m: Maker, x: float, z: float, mid: float) -> None:
    """An armchair turned to the window, a little table with flowers, perhaps a bookcase."""
    s, store, rng = m.room.side, m.out.store, m.rng
    cloth = m.either("leather", "cloth", 0.25)
    yaw = m.toward(x, z, mid - s * 0.3, m.deep - 2.6)
    fur.armchair(store, x, z, yaw, *m.ids(cloth, "dark"), style=int(rng.integers(3)))
    tx, tz = x + s * 0.82, z - 0.12
    fur.round_table(store, tx, tz, m.mat("wood"), 0.26, 0.54)
    mouth = fur.vase(store, tx, 0.54, tz, m.mat("glaze"), int(rng.integers(3)))
    m.plant(m.either("tulips", "twigs"), tx, tz + 0.02, 0.5, mouth - 0.03)
    if m.room.share > 1.3 and rng.random() < 0.55:
        size = (1.3, min(2.5, m.room.get(il.HIGH) - 0.8), 0.34)
        shelf = m.x_at(0.5 - s * 0.435, m.deep - 0.2)
        fur.bookcase(store, shelf, m.deep - 0.22, 0.0, *m.ids("dark", "books"), size=size)


def _loft(m: Maker) -> None:
    """Columns, a sofa, plants, an easel of light down the floor."""
    s, room, store, rng = m.room.side, m.room, m.out.store, m.rng
    deep, high = m.deep, room.get(il.HIGH)
    far = room.get(il.XL) if s > 0 else room.get(il.XR)
    shade = m.mat("bulb")
    lamps = [fur.pendant(store, far + s * 1.5, high - 1.5, z, high, m.mat("iron"), shade)
             for z in (deep - 1.6, deep - 4.6, deep - 7.6) if z > 2.2]  # fmt: skip
    light_lamp(m, lamps[-1] if lamps else (0.0, high - 1.5, deep - 2.0), 1.7)
    z = deep * 0.50
    yaw = m.toward(far, 0.0, far + s * 4.0, -0.8)
    fur.sofa(
        store,
        far + s * 0.62,
        z,
        yaw,
        m.mat("leather") if rng.random() < 0.5 else m.mat("cloth"),
        m.mat("dark"),
        m.mat("cloth2"),
    )
    fur.round_table(store, far + s * 1.55, z - 0.1, m.mat("wood"), 0.40, 0.40)
    fur.books(store, far + s * 1.5, 0.40, z - 0.1, (m.mat("paper"), m.mat("cloth2")), 0.4, 3)
    fur.bookcase(
        store, far + s * 0.22, z + 2.3, yaw, m.mat("dark"), m.mat("books"), (1.7, 2.1, 0.34)
    )
    m.potted("monstera", far + s * 0.55, z - 1.7, 1.0)
    wall = room.get(il.XR) if s > 0 else room.get(il.XL)
    m.potted("ficus", wall - s * 0.45, deep - 2.2, 1.5, salt=3)
    if room.share > 0.9:
        fur.guitar(store, far + s * 0.5, z + 1.25, yaw, m.mat("wood"), m.mat("dark"), m.mat("iron"))
    side_wall = il.LEFT_WALL if s > 0 else il.RIGHT_WALL
    for k in range(3):
        m.picture(side_wall, z - 0.7 + 0.95 * k, 1.85 + 0.1 * (k % 2), 0.7, 0.9)
    m.out.near_from = len(store.objs)
    first = room.wins[0]
    depth = 0.5 * float(first[il.U0] + first[il.U1]) - 2.2 * (1 if deep > 7 else 0)
    mid = 0.5 * (room.get(il.XL) + room.get(il.XR))
    place = max(depth * 0.75, 3.2)
    m.out.subject = (mid, 1.0, place + 1.5)
    cast(m, mid + s * 0.35, place, still=False)


def _by_window(m: Maker) -> None:
    """At the window, against the light: a desk or a piano; someone looks out or plays."""
    s, room, store, rng = m.room.side, m.room, m.out.store, m.rng
    deep, win = m.deep, room.wins[0]
    mid, wide = 0.5 * float(win[il.U0] + win[il.U1]), float(win[il.U1] - win[il.U0])
    subject = m.spec.subject
    someone = subject in PEOPLE or (subject == "none" and rng.random() < 0.55)
    plays = rng.random() < 0.5
    if subject == "band" or (subject == "none" and plays):
        lamp = _at_the_piano(m, mid + s * 0.12 * wide, deep - 0.95, someone)
    else:
        lamp = _at_the_desk(m, mid + s * 0.18 * wide, deep - 0.95, min(1.7, wide * 0.75))
        if someone:
            kind = {"couple": "couple", "dancer": "dancer"}.get(subject, "stander")
            m.person(kind, mid - s * 0.26 * wide, deep - 0.62, 1.70)
    light_lamp(m, lamp, 0.55)
    leaves = m.either("monstera", "palm")
    place = mid - s * (0.5 * wide + 0.22)
    m.potted(leaves, place, deep - 0.6, float(rng.uniform(0.9, 1.3)), salt=5)
    if win[il.V0] > 0.6 and rng.random() < 0.5:
        fur.radiator(store, mid - s * 0.1 * wide, deep - 0.10, 0.0, m.mat("stone"), 18)
    m.out.near_from = len(store.objs)
    near = deep * 0.40
    style = int(rng.integers(3))
    if style == 0:
        fx = m.x_at(0.5 - s * 0.40, near)
        yaw = m.toward(fx, near, mid, deep)
        fur.armchair(store, fx, near, yaw, *m.ids("cloth", "dark"), style=int(rng.integers(2)))
    elif style == 1:
        m.potted("monstera", m.x_at(0.5 - s * 0.46, near), near, 1.05, near=True, salt=9)


def _at_the_piano(m: Maker, x: float, z: float, someone: bool) -> tuple[float, float, float]:
    """An upright piano seen from its end, and who plays it; where its lamp is."""
    s, store = m.room.side, m.out.store
    fur.upright_piano(
        store, x + s * 0.10, z - 0.05, s * 1.5708, *m.ids("lacquer", "ivory", "brass")
    )
    sit = x - s * 0.52  # over the stool
    m.out.subject = (sit, 1.0, z)
    if someone:
        coat = mix(np.asarray([0.03, 0.03, 0.04], np.float32), m.pal.accent, 0.1)
        kind = "pianist" if s > 0 else "pianist_left"
        lit, pixels = m.lit(sit, 1.0, z), m.room.pixels(z)
        place = (sit + s * 0.25, z - 0.08)
        m.out.cards.append(figure_card(kind, *place, 1.30, m.spec.seed, pixels, lit, coat))
    return fur.table_lamp(store, x + s * 0.2, 1.25, z + 0.1, *m.ids("brass", "shade"))


def _at_the_desk(m: Maker, x: float, z: float, wide: float) -> tuple[float, float, float]:
    """A desk with books, flowers and a cup, a chair before it; where its lamp is."""
    s, store, rng = m.room.side, m.out.store, m.rng
    top = fur.desk(store, x, z + 0.42, 0.0, m.mat("wood"), wide)
    pile = m.ids("paper", "cloth2", "cloth")
    tops = fur.books(store, x - s * 0.34, top, z + 0.5, pile, 0.3, 4)
    fur.mug(store, x + s * 0.12, top, z + 0.28, m.mat("glaze"))
    mouth = fur.vase(store, x - s * 0.34, tops, z + 0.5, m.mat("glaze"), int(rng.integers(3)))
    m.plant(m.either("tulips", "twigs"), x - s * 0.34, z + 0.52, 0.55, mouth - 0.03)
    fur.chair(store, x + s * 0.05, z - 0.15, math.pi + 0.45 * s, *m.ids("dark", "wood"))
    m.out.subject = (x, 1.1, z)
    return fur.table_lamp(store, x + s * 0.30 * wide, top, z + 0.5, *m.ids("brass", "shade"))


def _ballroom(m: Maker) -> None:
    """Space and reflections: a grand piano, one chair, a chandelier."""
    s, room, store, rng = m.room.side, m.room, m.out.store, m.rng
    deep, high = m.deep, room.get(il.HIGH)
    mid = 0.5 * (room.get(il.XL) + room.get(il.XR))
    lamp = _chandelier(m, mid, high - 1.55, deep - 2.6, high)
    light_lamp(m, lamp, 2.4, 0.4)
    z = deep - 2.7
    share = 0.5 + s * (0.26 if not room.tall else 0.10)
    x = m.x_at(share, z)
    if room.tall and m.spec.subject in PEOPLE:  # a narrow hall is theirs
        fur.chair(store, x, z, s * 0.6, m.mat("dark"), m.mat("cloth"))
    else:
        fur.grand_piano(store, x, z, -s * 1.15, m.mat("lacquer"), m.mat("ivory"), m.mat("brass"))
    if not room.tall and rng.random() < 0.7:
        cx = m.x_at(0.5 - s * 0.31, deep - 1.3)
        fur.chair(store, cx, deep - 1.3, s * 0.5, m.mat("dark"), m.mat("cloth"))
    m.out.near_from = len(store.objs)
    m.out.subject = (x, 1.0, z)
    win = room.wins[len(room.wins) // 2]
    px = float(win[il.POOL_X]) * 0.5 + 0.25 * float(win[il.U0] + win[il.U1])
    at = max(deep * 0.60, 2.6)
    cast(m, px * 0.6 - s * 0.35, deep - 1.2 if m.spec.subject == "band" else at)


def _chandelier(m: Maker, x: float, y: float, z: float, top: float) -> tuple[float, float, float]:
    """Two rings of candles under a rod."""
    p = Piece(m.out.store, x, z, 0.2)
    brass, bulb = m.mat("brass"), m.mat("bulb")
    p.rod(brass, (0, y - 0.15, 0), (0, top, 0), 0.014)
    p.egg(brass, (0, y - 0.12, 0), (0.07, 0.12, 0.07))
    for radius, lift, count in ((0.62, 0.0, 10), (0.36, 0.26, 6)):
        p.ring(brass, (0, y + lift, 0), radius, 0.014)
        for k in range(count):
            a = 6.2832 * k / count
            c, s = math.cos(a) * radius, math.sin(a) * radius
            p.rod(brass, (c, y + lift, s), (c, y + lift + 0.07, s), 0.014)
            p.rod(bulb, (c, y + lift + 0.08, s), (c, y + lift + 0.14, s), 0.014, 0.006)
            if k % 2 == 0:
                p.rod(brass, (0, y - 0.10, 0), (c, y + lift, s), 0.008)
    p.done()
    return x, y + 0.1, z


def _pool_on_wall(m: Maker) -> float:
    """The x about which the sun falls on the end wall through the first window of a side."""
    win, sun = m.room.wins[0], m.room.sun
    wall = m.room.get(il.XL if win[il.SIDE] == il.LEFT_WALL else il.XR)
    back = (m.deep - 0.5 * float(win[il.U0] + win[il.U1])) / max(-float(sun[il.SZ]), 0.05)
    return wall - float(sun[il.SX]) * back


def _wall_light(m: Maker) -> None:
    """A sideboard with a record player, or a bed, under the light that falls on the wall."""
    s, room, store, rng = m.room.side, m.room, m.out.store, m.rng
    deep = m.deep
    centre = m.x_at(0.5 - s * 0.07, deep)
    bed = rng.random() < 0.34 and room.share > 0.9 and m.spec.subject not in PEOPLE
    lamp = _bedside(m, centre) if bed else _music_corner(m, centre)
    light_lamp(m, lamp, 0.55)
    m.out.near_from = len(store.objs)
    near = deep * 0.52
    if room.share > 1.2 and rng.random() < 0.6:
        fx = m.x_at(0.5 - s * 0.40, near)
        yaw = m.toward(fx, near, centre + s * 1.5, deep)
        fur.armchair(store, fx, near, yaw, *m.ids("cloth", "dark"), style=2)
    cast(m, _pool_on_wall(m) - 0.35 * s, deep - 0.85)


def _bedside(m: Maker, x: float) -> tuple[float, float, float]:
    """A made bed, a picture, a night table; where its lamp is."""
    s, store, deep = m.room.side, m.out.store, m.deep
    fur.bed(store, x - s * 0.2, deep - 1.12, 0.0, *m.ids("wood", "linen", "cloth"))
    table = x + s * 1.05
    fur.round_table(store, table, deep - 0.4, m.mat("wood"), 0.24, 0.50)
    m.picture(0.0, x - s * 0.2, 1.72, 0.9, 0.62)
    m.potted("ficus", x - s * 1.5, deep - 0.4, 1.3, salt=2)
    m.out.subject = (x, 0.9, deep - 1.12)
    return fur.table_lamp(store, table, 0.50, deep - 0.4, *m.ids("glaze", "shade"))


def _music_corner(m: Maker, x: float) -> tuple[float, float, float]:
    """A record player on a sideboard, records, flowers, a guitar or a loudspeaker; where its lamp
    is.
    """
    s, store, rng = m.room.side, m.out.store, m.rng
    z = m.deep - 0.30
    wide = 1.7 if m.room.share > 0.9 else 1.35
    top = fur.sideboard(store, x, z, 0.0, *m.ids("wood", "dark"), wide=wide)
    deck = x - s * 0.12 * wide
    fur.record_player(store, deck, top, z, 0.0, *m.ids("dark", "black", "brass"))
    lamp = fur.table_lamp(store, x - s * 0.40 * wide, top, z + 0.02, *m.ids("glaze", "shade"))
    flowers = x + s * 0.30 * wide
    mouth = fur.vase(store, flowers, top, z + 0.02, m.mat("glaze"), int(rng.integers(3)))
    m.plant(m.either("twigs", "tulips", 0.6), flowers, z + 0.02, 0.72, mouth - 0.03)
    fur.books(store, x + s * 0.12 * wide, top, z, m.ids("paper", "cloth2", "cloth"), 0.2, 4)
    beside = x - s * (wide * 0.5 + 0.36)
    if rng.random() < 0.5:
        fur.guitar(store, beside, m.deep - 0.42, s * 0.15, *m.ids("wood", "dark", "iron"))
    else:
        fur.speaker(store, beside, 0.0, m.deep - 0.3, 0.0, *m.ids("wood", "black"))
    m.picture(0.0, x - s * 0.1 * wide, 1.62, 0.62, 0.80)
    place = x + s * (wide * 0.5 + 0.52)
    tall = float(rng.uniform(0.9, 1.3))
    m.potted(m.either("monstera", "palm"), place, m.deep - 0.45, tall, salt=4)
    m.out.subject = (x, 0.95, z)
    return lamp
