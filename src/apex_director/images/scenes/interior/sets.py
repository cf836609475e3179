"""How a room is furnished: the maker that places things, their materials, the lamp, the people."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import overload

import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.interior import forms as forms
from apex_director.images.scenes.interior import furniture as fur
from apex_director.images.scenes.interior import light as il
from apex_director.images.scenes.interior.build import Store
from apex_director.images.scenes.interior.cards import Card, Lit, figure_card
from apex_director.images.scenes.interior.plan import (
    BALLROOM,
    LOFT,
    Room,
    lamp_level,
)
from apex_director.images.scenes.interior.plants import plant_card
from apex_director.images.scenes.interior.shell import ART_SIZE
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.palette import ScenePalette, mix

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
PEOPLE = ("walker", "couple", "dancer", "band")


@dataclass(kw_only=True)
class Furnished:
    """All that was put into a room; objects from ``near_from`` on belong to the nearest layer."""

    store: Store
    mats: dict[str, int]
    near_from: int = 0
    cards: list[Card] = field(default_factory=list)
    arts: list[list[float]] = field(default_factory=list)
    subject: tuple[float, float, float] = (0.0, 1.0, 3.0)
    lamp: tuple[float, float, float] | None = None

    def art_table(self) -> F64:
        """Pictures and doors as the shell wants them."""
        return np.asarray(self.arts, np.float64).reshape(-1, ART_SIZE)


@dataclass(frozen=True, kw_only=True, eq=False)
class Maker:
    """What every set is furnished with."""

    spec: SceneSpec
    pal: ScenePalette
    room: Room
    rng: np.random.Generator
    out: Furnished

    def mat(self, name: str) -> int:
        return self.out.mats[name]

    @overload
    def ids(self, one: str, two: str, /) -> tuple[int, int]: ...

    @overload
    def ids(self, one: str, two: str, three: str, /) -> tuple[int, int, int]: ...

    def ids(self, *names: str) -> tuple[int, ...]:
        """Materials by name."""
        return tuple(self.out.mats[name] for name in names)

    def either(self, a: str, b: str, chance: float = 0.5) -> str:
        """``a`` by ``chance``, else ``b``."""
        return a if self.rng.random() < chance else b

    @property
    def deep(self) -> float:
        return self.room.get(il.DEEP)

    def x_at(self, share: float, z: float) -> float:
        """The x that stands at ``share`` of the canvas's width at depth ``z``."""
        w = self.spec.canvas[0]
        return (share * w - self.room.get(il.VX)) / self.room.pixels(z)

    def toward(self, x: float, z: float, tx: float, tz: float) -> float:
        """The turn by which a piece at (x, z) faces (tx, tz)."""
        return math.atan2(-(tx - x), -(tz - z))

    def lit(self, x: float, y: float, z: float) -> Lit:
        """The light at a place for cut-outs."""
        room, c = self.room, self.room.colours
        t, wins, sun = room.table, room.wins, room.sun
        front = il.sky_light(x, y, z, 0.0, 0.3, -1.0, t, wins, 0.4)
        back = il.sky_light(x, y, z, 0.0, 0.2, 1.0, t, wins, 0.4)
        side = max(il.sky_light(x, y, z, s, 0.2, 0.3, t, wins, 0.2) for s in (-1.0, 1.0))
        direct = il.sun_through(x, y, z, t, wins, sun)
        lamp = il.lamp_light(x, y, z, 0.0, 0.0, -1.0, sun) + 0.5 * il.lamp_light(
            x, y, z, float(np.sign(sun[il.LAMP_X] - x)), 0.0, -0.2, sun
        )
        towards = (0.0, 0.0)
        for win in wins:
            u = 0.5 * (win[il.U0] + win[il.U1])
            wx = u if win[il.SIDE] == 0 else (t[il.XL] if win[il.SIDE] == 1 else t[il.XR])
            wz = t[il.DEEP] if win[il.SIDE] == 0 else u
            near = 1.0 / (0.4 + (wx - x) ** 2 + (wz - z) ** 2)
            towards = (towards[0] + (wx - x) * near, towards[1] - 0.6 * near)
        if sun[il.LAMP_ON] > 0 and abs(sun[il.LAMP_X] - x) < 1.6:
            towards = (float(sun[il.LAMP_X] - x), -0.3)
        ambient = c[3] * 1.2 + c[0] * np.float32(0.9 * front) + c[4] * np.float32(0.8 * lamp)
        through = c[0] * np.float32(0.8 * back) + c[1] * np.float32(0.22 * direct)
        rim = (
            c[0] * np.float32(1.2 * max(back, side))
            + c[1] * np.float32(0.35 * direct)
            + c[4] * np.float32(0.7 * lamp)
        )
        return Lit(front=ambient.astype(np.float32), through=through.astype(np.float32),
                   rim=rim.astype(np.float32), side=towards)  # fmt: skip

    def plant(
        self,
        kind: str,
        x: float,
        z: float,
        height: float,
        y: float = 0.0,
        *,
        near: bool = False,
        salt: int = 0,
    ) -> None:
        """A plant whose stems leave (x, y)."""
        green = mix(np.asarray([0.055, 0.11, 0.045], np.float32), self.pal.accent2, 0.10)
        if kind == "twigs":
            green = np.asarray([0.16, 0.11, 0.07], np.float32)
        self.out.cards.append(
            plant_card(kind, x, z, y, height, self.spec.seed + salt, self.room.pixels(z),
                       self.lit(x, y + 0.5 * height, z), green, near=near)
        )  # fmt: skip

    def potted(
        self, kind: str, x: float, z: float, height: float, *, near: bool = False, salt: int = 0
    ) -> None:
        """A plant in its pot on the floor."""
        radius = 0.15 + 0.05 * height
        earth = fur.pot(self.out.store, x, z, self.mat("clay"), radius, radius * 1.7)
        self.plant(kind, x, z + 0.01, height, earth - 0.02, near=near, salt=salt)

    def picture(
        self, side: float, u: float, v: float, wide: float, tall: float, kind: float = 0.0
    ) -> None:
        """Hang a picture about (u, v) of a wall, unless a window is there."""
        for win in self.room.wins:
            clear = win[il.U0] - 0.25 > u + wide / 2 or win[il.U1] + 0.25 < u - wide / 2
            if win[il.SIDE] == side and not clear:
                return
        row = [
            side,
            u - wide / 2,
            u + wide / 2,
            v - tall / 2,
            v + tall / 2,
            kind,
            float(self.rng.integers(1, 9999)),
        ]
        self.out.arts.append(row)

    def person(
        self, kind: str, x: float, z: float, height: float = 1.72, *, near: bool = False
    ) -> None:
        """Someone standing at (x, z); the picture is about them."""
        coat = mix(np.asarray([0.035, 0.035, 0.045], np.float32), self.pal.accent, 0.10)
        lit = self.lit(x, 1.1, z)
        card = figure_card(
            kind, x, z, height, self.spec.seed, self.room.pixels(z), lit, coat, near=near
        )
        # nobody stands half out of a narrow picture
        low, high = self.x_at(0.09, z) - card.x0, self.x_at(0.91, z) - card.x1
        aside = min(max(0.0, low), high) if low < high else 0.5 * (low + high)
        self.out.cards.append(replace(card, x0=card.x0 + aside, x1=card.x1 + aside))
        x += aside
        self.out.subject = (x, 0.62 * height, z)


def _dyed(colour: F32, level: float, keep: float) -> F32:
    """A cloth of ``colour`` with ``keep`` of its chroma, of a mean albedo ``level``."""
    out = mix(np.full(3, float(colour.mean()), np.float32), colour, keep)
    return np.asarray(out * np.float32(level / max(float(out.mean()), 1e-4)), np.float32)


def _albedo(*rgb: float) -> F32:
    return np.asarray(rgb, np.float32)


def room_materials(spec: SceneSpec, pal: ScenePalette, room: Room, store: Store) -> dict[str, int]:
    """What everything in a room is made of: wood like its floor, cloth in its accents."""
    rng = np.random.default_rng([spec.seed, 31])
    c, make, on = room.colours, store.material, lamp_level(spec)
    cloths = (_dyed(pal.accent, 0.13, 0.75), _dyed(pal.accent2, 0.13, 0.75),
              _albedo(0.20, 0.10, 0.05), _albedo(0.30, 0.27, 0.22),
              _albedo(0.06, 0.10, 0.085))  # fmt: skip
    pick = int(rng.integers(2 if spec.palette else len(cloths)))
    wood = mix(c[7], c[8], float(rng.random())) * np.float32(float(rng.uniform(0.65, 1.1)))
    glaze = mix(cloths[1], np.full(3, 0.5, np.float32), float(rng.random()) * 0.8)
    clay = _albedo(0.28, 0.13, 0.075) if rng.random() < 0.5 else c[6] * np.float32(0.8)
    spines = mix(_albedo(0.20, 0.13, 0.09), pal.accent, 0.2)
    soft = {"rough": 0.9, "shiny": 0.0}
    return {
        "cloth": make(cloths[pick], sheen=0.9, grain=forms.CLOTH, **soft),
        "cloth2": make(cloths[(pick + 1) % 2], sheen=0.8, grain=forms.WEAVE, **soft),
        "leather": make(_albedo(0.13, 0.055, 0.026), sheen=0.2, rough=0.22, shiny=0.035),
        "wood": make(wood, rough=0.14, shiny=0.03, grain=forms.WOOD),
        "dark": make(wood * np.float32(0.35), rough=0.12, shiny=0.03, grain=forms.WOOD),
        "lacquer": make(_albedo(0.012, 0.012, 0.014), rough=0.02, shiny=0.06),
        "ivory": make(_albedo(0.62, 0.58, 0.50), rough=0.1, shiny=0.03, grain=forms.KEYS),
        "brass": make(_albedo(0.30, 0.20, 0.08), rough=0.08, shiny=0.35),
        "iron": make(_albedo(0.03, 0.03, 0.033), rough=0.15, shiny=0.05),
        "black": make(_albedo(0.017, 0.017, 0.02), rough=0.10, shiny=0.05),
        "shade": make(_albedo(0.55, 0.47, 0.36), glow=0.62 * on, thin=0.8, grain=forms.WEAVE,
                      **soft),
        "glaze": make(glaze, rough=0.05, shiny=0.05),
        "clay": make(clay, rough=0.5, shiny=0.01),
        "linen": make(_albedo(0.62, 0.59, 0.54), sheen=0.4, grain=forms.CLOTH, **soft),
        "books": make(spines, rough=0.6, shiny=0.01, grain=forms.BOOKS),
        "paper": make(_albedo(0.5, 0.46, 0.38), rough=0.8, shiny=0.0),
        "stone": make(c[6] * np.float32(0.7), rough=0.5, shiny=0.01),
        "bulb": make(_albedo(0.8, 0.7, 0.5), glow=2.2 * on),
    }  # fmt: skip


def light_lamp(
    maker: Maker, at: tuple[float, float, float], power: float, down: float = 1.0
) -> None:
    """The lamp stands at ``at`` and burns as the hour wants it."""
    sun = maker.room.sun
    sun[il.LAMP_X], sun[il.LAMP_Y], sun[il.LAMP_Z] = at
    sun[il.LAMP_ON], sun[il.LAMP_DOWN] = lamp_level(maker.spec) * power, down
    maker.out.lamp = at


def sun_spot(maker: Maker, index: int = 0) -> tuple[float, float]:
    """Where the light of a window lies on the floor."""
    win = maker.room.wins[index]
    return float(win[il.POOL_X]), float(win[il.POOL_Z])


def cast(m: Maker, x: float, z: float, *, still: bool = True) -> bool:
    """Place the subject if it is a person; whether anyone came. A whole band needs a hall."""
    kind = m.spec.subject
    if kind not in PEOPLE:
        return False
    if kind == "walker" and still:
        kind = "stander"
    if kind == "band" and (m.room.kind not in (LOFT, BALLROOM) or m.room.tall):
        kind = str(
            np.random.default_rng([m.spec.seed, 17]).choice(("guitarist", "singer", "bassist"))
        )
    if kind == "band":
        x = 0.5 * (m.room.get(il.XL) + m.room.get(il.XR))
    m.person(kind, x, z, 1.66 if kind in ("couple", "band") else 1.72)
    return True
