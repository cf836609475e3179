"""Light in water: the colours of a sea by the hour, how depth swallows them, the waves' own lens.

Places are fractions of the canvas, lengths short sides; ``level`` 0..1 is how light the open water
is, from the abyss to the surface, and every colour of water is looked up from it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import cast

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.noise import fbm
from apex_director.images.scenes.palette import (
    ScenePalette,
    from_oklab,
    linear_from_hex,
    mix,
    oklab,
    palette_for,
)
from apex_director.images.scenes.silk import ramp
from apex_director.images.scenes.sky import enlarge, pixel_grid, smoothstep, unit

F32 = NDArray[np.float32]
_ONE = np.float32(1.0)
TILE = 512  # texels across the periodic patch of waves
SPAN = 5.0  # world units it covers

# Five levels of water from the abyss to the surface, then sun, near body, two
# corals, kelp.
LOOKS: dict[str, str] = {
    "dawn": "06182b 14405a 3f7d8c a9b9a4 ffe3bd ffe8c6 07141f ff9b7a b58ad0 a8913c",
    "day": "03243d 07506f 1488a2 5ccbc8 e6fbec fff8e0 03161f ff8a5c d477b8 a9a52c",
    "golden_hour": "052630 0f4d53 37847a b7b877 ffe09a ffdc92 061a1c ff8a48 c9708a d79a22",
    "sunset": "0b1434 27335f 6a587f d8866f ffcb8a ffc48a 0a0d20 ff6a55 a565c8 d0803a",
    "dusk": "040d24 0d2850 265a88 7c88b4 e8bcb4 ffcfb0 040a18 f07a9a 6f8ce8 7f8a55",
    "night": "01050d 031626 073248 11606e 7fe6dc cfeeff 01040a 38e8d0 8a70ff 3f9a72",
}
# chroma and lightness of the water, how fast it swallows light, strength of rays, height of waves
WEATHER: dict[str, tuple[float, float, float, float, float]] = {
    "clear": (1.0, 1.0, 1.0, 1.0, 0.55),
    "cloudy": (0.86, 0.90, 1.15, 0.45, 0.70),
    "mist": (0.72, 0.96, 2.3, 0.55, 0.35),
    "rain": (0.80, 0.82, 1.35, 0.30, 0.85),
    "snow": (0.70, 0.94, 1.25, 0.40, 0.50),
    "storm": (0.80, 0.80, 1.6, 0.25, 1.25),
}
MOOD: dict[str, tuple[float, float, float, float]] = {  # chroma, lightness, warm shift, rays
    "calm": (1.0, 1.0, 0.0, 0.9),
    "warm": (1.06, 1.02, 0.012, 1.0),
    "melancholy": (0.80, 0.93, -0.010, 0.7),
    "tense": (0.90, 0.82, -0.006, 0.8),
    "joyful": (1.18, 1.07, 0.006, 1.15),
    "dreamy": (0.95, 1.08, 0.0, 1.1),
    "epic": (1.14, 0.94, 0.004, 1.35),
    "dark": (0.84, 0.72, -0.006, 0.6),
}
_SUN = {
    "dawn": 0.8, "day": 1.0, "golden_hour": 1.05, "sunset": 0.8, "dusk": 0.45, "night": 0.38,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Sea:
    """The water of one picture: its colours (linear, dark to light), clearness and light."""

    table: F32
    sun: F32
    body: F32
    corals: tuple[F32, F32]
    leaf: F32
    murk: float
    rays: float
    rough: float
    power: float
    light: tuple[float, float]
    top: float = 0.86  # level at the canvas's top, at its foot, and added under the light
    foot: float = 0.14
    glow: float = 0.45
    spread: float = 0.55

    def tone(self, level: float) -> F32:
        """The water's colour [3] at one level."""
        place = int(np.clip(level * (len(self.table) - 1), 0, len(self.table) - 1))
        return cast(F32, self.table[place])

    @property
    def extinction(self) -> F32:
        """How fast each channel dies per world unit: what water lacks, it swallows first."""
        open_water = self.tone(0.55)
        share = open_water / max(float(open_water.max()), 1e-4)
        return cast(F32, (np.float32(self.murk) * (1.30 - 0.75 * share)).astype(np.float32))


def sea_for(spec: SceneSpec, light: tuple[float, float]) -> Sea:
    """The water by hour, weather, mood and the song's palette."""
    chroma, lift, murk, rays, rough = WEATHER.get(spec.weather, WEATHER["clear"])
    mc, ml, warm, mr = MOOD.get(spec.mood, MOOD["calm"])
    if spec.time_of_day == "night":
        lift, ml = max(lift, 1.0) * 1.06, max(ml, 0.95)
    if spec.palette:
        stops, sun, body, corals = _of_song(palette_for(spec))
        leaf = mix(corals[0], stops[3], 0.4)
    else:
        c = [linear_from_hex(x) for x in LOOKS.get(spec.time_of_day, LOOKS["dusk"]).split()]
        veer = float(np.random.default_rng([spec.seed & 0x7FFFFFFF, 811]).uniform(-0.018, 0.018))
        c = [_tuned(x, chroma * mc, lift * ml, warm, veer) for x in c]
        stops, sun, body, corals, leaf = c[:5], c[5], c[6], (c[7], c[8]), c[9]
    power = _SUN.get(spec.time_of_day, 0.6)
    return Sea(
        table=ramp(stops, 1024),
        sun=sun,
        body=body,
        corals=corals,
        leaf=leaf,
        murk=0.085 * murk,
        rays=rays * mr * power,
        rough=rough,
        power=max(0.33, power * (0.55 + 0.45 * rays)),
        light=light,
    )


def _of_song(pal: ScenePalette) -> tuple[list[F32], F32, F32, tuple[F32, F32]]:
    deep = mix(pal.shadow, pal.sky[0], 0.5)
    stops = [deep, pal.sky[0], mix(pal.sky[1], pal.sky[2], 0.5), pal.sky[3], pal.sky[4]]
    body = mix(pal.shadow, np.zeros(3, np.float32), 0.35)
    return stops, pal.sun, body, (pal.accent, pal.accent2)


def _tuned(rgb: F32, chroma: float, light: float, warm: float, veer: float) -> F32:
    lab = oklab(rgb)
    lab[0] *= light
    lab[1:] *= chroma
    lab[2] += (warm + veer) * min(1.0, float(lab[0]) * 1.5)
    lab[1] -= 0.4 * veer * min(1.0, float(lab[0]) * 1.5)
    return from_oklab(lab)


def level_at(spec: SceneSpec, sea: Sea, x: F32, y: F32) -> F32:
    """Level of the open water at places ``x``, ``y`` in fractions of the canvas (any shape)."""
    w, h = spec.canvas
    size = float(unit(spec))
    t = np.clip(_ONE - y, 0.0, 1.5)
    base = np.float32(sea.foot) + np.float32(sea.top - sea.foot) * t ** np.float32(1.35)
    du = (x - np.float32(sea.light[0])) * np.float32(w / size)
    dv = (y - np.float32(sea.light[1])) * np.float32(h / size)
    far = np.sqrt(du * du + (dv * np.float32(0.82)) ** 2 + np.float32(0.004))
    near = np.exp(-far / np.float32(sea.spread))
    # away from the light the column darkens even near the surface
    shade = np.float32(0.66) + np.float32(0.34) * np.exp(-far * np.float32(0.75))
    return cast(F32, (base * shade + np.float32(sea.glow) * near).astype(np.float32))


def water_colour(sea: Sea, level: F32) -> F32:
    """Colour [..., 3] of water; beyond 1 it is the sun's own light."""
    level = np.ascontiguousarray(level, np.float32)
    out = np.empty((*level.shape, 3), np.float32)
    _coloured(level.ravel(), sea.table, sea.sun, out.reshape(-1, 3))
    return out


@njit(cache=True)
def _coloured(level: F32, table: F32, sun: F32, out: F32) -> None:
    last, zero = np.float32(len(table) - 1), np.float32(0.0)
    for i in range(level.size):
        k = int(min(max(level[i], zero), _ONE) * last)
        over = max(level[i] - _ONE, zero)
        for c in range(3):
            out[i, c] = table[k, c] + over * sun[c]


def open_water(spec: SceneSpec, sea: Sea) -> F32:
    """The water without anything in it [canvas_h, canvas_w, 3], alive with slow clouds of haze."""
    shrink = 4
    x, y = _fractions(spec, shrink)
    level = level_at(spec, sea, x, y)
    u, v = pixel_grid(spec, (0.5, 0.5), shrink)
    haze = fbm(u * np.float32(1.3), v * np.float32(1.9), spec.seed + 901, 4)
    level = level * (_ONE + np.float32(0.07) * haze)
    big = enlarge(level.astype(np.float32), spec, shrink)
    return water_colour(sea, np.maximum(big, 0.0))


def _fractions(spec: SceneSpec, shrink: int) -> tuple[F32, F32]:
    w, h = spec.canvas
    x = (np.arange(-(-w // shrink), dtype=np.float32) + np.float32(0.5)) * np.float32(shrink / w)
    y = (np.arange(-(-h // shrink), dtype=np.float32) + np.float32(0.5)) * np.float32(shrink / h)
    return x[None, :], y[:, None]


def drowned(sea: Sea, colour: F32, depth: F32 | float, level: F32) -> F32:
    """A colour [..., 3] seen through ``depth`` world units of water of that level."""
    through = np.exp(-np.asarray(depth, np.float32)[..., None] * sea.extinction)
    veil = water_colour(sea, level)
    return cast(F32, (veil + (colour - veil) * through).astype(np.float32))


@dataclass(frozen=True, kw_only=True, eq=False)
class Waves:
    """A periodic patch of sea: slopes and the light it gathers below, each as mip levels of one
    size [levels, TILE, TILE].
    """

    slope_x: F32
    slope_z: F32
    caustic: F32


@lru_cache(maxsize=2)
def waves_for(seed: int, rough: float) -> Waves:
    """The waves of a seed; ``rough`` 0..1.3 is their steepness.

    The caustic is a count of rays of a bundle refracted by the surface (mean 1).
    Source: H. W. Jensen's photon counting, on a plane.
    """
    calm = _patch(seed)
    steep = np.float32(0.10 + 0.16 * rough)
    return Waves(slope_x=calm.slope_x * steep, slope_z=calm.slope_z * steep, caustic=calm.caustic)


@lru_cache(maxsize=2)
def _patch(seed: int) -> Waves:
    """The waves of a seed with slopes of one on the whole."""
    rng = np.random.default_rng([seed & 0x7FFFFFFF, 77])
    fine = TILE * 2
    k = np.fft.fftfreq(fine, 1.0 / fine).astype(np.float32)
    kx, kz = k[None, : fine // 2 + 1].copy(), k[:, None]
    kx[0, -1] = fine // 2
    size = np.sqrt(kx * kx + kz * kz)
    wind = rng.uniform(0, np.pi)
    along = np.abs(kx * np.cos(wind) + kz * np.sin(wind)) / np.maximum(size, 1)
    amp = np.where(size >= 2.0, np.maximum(size, 1.0) ** -2.35, 0.0)
    amp *= np.exp(-((size / 56.0) ** 2)) * (0.45 + 0.55 * along)
    phase = rng.normal(size=size.shape) + 1j * rng.normal(size=size.shape)
    spectrum = amp * phase
    slope_x = np.fft.irfft2(spectrum * (1j * kx), s=(fine, fine)).astype(np.float32)
    slope_z = np.fft.irfft2(spectrum * (1j * kz), s=(fine, fine)).astype(np.float32)
    scale = np.float32(1.0 / max(float(np.sqrt((slope_x**2 + slope_z**2).mean())), 1e-12))
    slope_x *= scale
    slope_z *= scale
    light = _gathered(slope_x, slope_z, 15.5)
    return Waves(slope_x=_mips(_half(slope_x)), slope_z=_mips(_half(slope_z)), caustic=_mips(light))


def _half(field: F32) -> F32:
    return cast(F32, cv2.resize(field, (TILE, TILE), interpolation=cv2.INTER_AREA))


def _gathered(slope_x: F32, slope_z: F32, reach: float) -> F32:
    """Rays per texel [TILE, TILE] when each is thrown ``reach`` texels per unit of slope."""
    n = slope_x.shape[0]
    at = np.arange(n, dtype=np.float32) * np.float32(TILE / n)
    x = (at[None, :] - slope_x * np.float32(reach)).ravel()
    z = (at[:, None] - slope_z * np.float32(reach)).ravel()
    x0, z0 = np.floor(x), np.floor(z)
    fx, fz = x - x0, z - z0
    ix, iz = x0.astype(np.int64), z0.astype(np.int64)
    out = np.zeros(TILE * TILE)
    for dx in (0, 1):
        for dz in (0, 1):
            place = ((iz + dz) % TILE) * TILE + (ix + dx) % TILE
            share = (fx if dx else 1 - fx) * (fz if dz else 1 - fz)
            out += np.bincount(place, weights=share, minlength=TILE * TILE)
    light = (out * (TILE / n) ** 2).reshape(TILE, TILE).astype(np.float32)
    wide = np.pad(light, 8, mode="wrap")
    return cast(F32, cv2.GaussianBlur(wide, (0, 0), 0.9)[8:-8, 8:-8])


def _mips(field: F32) -> F32:
    """The patch at full size, then blurred by 1.2, 2.4 ... texels; it wraps, so in frequencies."""
    out = [np.ascontiguousarray(field, np.float32)]
    spectrum = np.fft.rfft2(field)
    fx, fz = np.fft.rfftfreq(TILE)[None, :], np.fft.fftfreq(TILE)[:, None]
    power = -2.0 * np.pi**2 * (fx * fx + fz * fz)
    for level in range(1, 7):
        soft = np.fft.irfft2(spectrum * np.exp(power * (0.6 * 2**level) ** 2), s=(TILE, TILE))
        out.append(np.ascontiguousarray(soft, np.float32))
    return np.stack(out)


def sampled(mips: F32, x: F32, z: F32, footprint: F32) -> F32:
    """A patch at world points, blurred to ``footprint`` world units (all of one 2-D shape)."""
    scale = np.float32(TILE / SPAN)
    level = np.log2(np.maximum(footprint * scale, np.float32(1e-3)))
    level = np.clip(level, 0.0, len(mips) - 1.001).astype(np.float32)
    out = np.empty(x.shape, np.float32)
    _trilinear(mips, x, z, np.broadcast_to(level, x.shape), scale, out)
    return out


@njit(cache=True)
def _texel(patch: F32, fx: np.float32, fz: np.float32) -> np.float32:
    """Between four texels of a patch that wraps."""
    x0, z0 = int(np.floor(fx)), int(np.floor(fz))
    wx, wz = fx - np.float32(x0), fz - np.float32(z0)
    x0, z0 = x0 & (TILE - 1), z0 & (TILE - 1)
    x1, z1 = (x0 + 1) & (TILE - 1), (z0 + 1) & (TILE - 1)
    a = patch[z0, x0] + (patch[z0, x1] - patch[z0, x0]) * wx
    b = patch[z1, x0] + (patch[z1, x1] - patch[z1, x0]) * wx
    return np.float32(a + (b - a) * wz)


@njit(cache=True)
def _trilinear(mips: F32, x: F32, z: F32, level: F32, scale: np.float32, out: F32) -> None:
    for j in range(x.shape[0]):
        for i in range(x.shape[1]):
            fx, fz = x[j, i] * scale, z[j, i] * scale
            k = min(int(level[j, i]), len(mips) - 2)
            w = level[j, i] - np.float32(k)
            a = _texel(mips[k], fx, fz)
            out[j, i] = a + (_texel(mips[k + 1], fx, fz) - a) * w


def god_rays(
    spec: SceneSpec, sea: Sea, source: tuple[float, float], salt: int, *, count: float,
    reach: float, fan: float = 0.72, start: float = 0.30,
) -> F32:  # fmt: skip
    """Shafts that fan from ``source`` (canvas fractions, mostly above it) as light [h, w, 3].

    Parameters
    ----------
    count : float
        Shafts per radian, about.
    reach : float
        Short sides after which they have lost most of their light.
    fan : float
        Half width of the fan in radians; 9 and more go all round.
    start : float
        Short sides from the source at which they are whole.
    """
    shrink = 3
    u, v = pixel_grid(spec, source, shrink)
    r = np.sqrt(u * u + v * v)
    inverse = _ONE / np.maximum(r, np.float32(1e-4))
    cx: F32 = np.asarray(u * inverse, np.float32)
    cy: F32 = np.asarray(-v * inverse, np.float32)  # on a circle the noise has no seam
    f = np.float32(count)
    slow: F32 = np.asarray(_ONE + r * np.float32(0.10), np.float32) * f * np.float32(0.42)
    broad = fbm(cx * slow, cy * slow, salt + spec.seed, 2)
    along: F32 = np.asarray(cx * f * np.float32(1.5) + r * np.float32(0.12), np.float32)
    fine = fbm(along, cy * f * np.float32(1.5), spec.seed + salt + 7, 3)
    shaft = smoothstep(-0.05, 0.85, broad) * (
        np.float32(0.45) + np.float32(0.9) * np.clip(fine, -0.45, 1)
    )
    shaft += np.float32(0.30) * smoothstep(0.25, 0.85, fine)
    fall = np.exp(-r / np.float32(reach)) * smoothstep(0.02, start, r)
    if fan < 9.0:
        fall = fall * np.exp(-((np.arctan2(cx, cy) / np.float32(fan)) ** 2))
    haze = fbm(u * np.float32(2.2), v * np.float32(1.5), spec.seed + salt + 11, 3)
    amount = np.maximum(shaft, 0.0) * fall * (_ONE + np.float32(0.30) * haze)
    big = np.maximum(enlarge(amount.astype(np.float32), spec, shrink), 0.0)
    tint = mix(sea.tone(0.92), sea.sun, 0.45)
    # light is added to encoded values: its square is what the eye takes for linear
    soft = big / (_ONE + np.float32(0.9) * big)
    return np.asarray(soft[..., None] ** 1.45 * tint * np.float32(0.62 * sea.rays), np.float32)


def with_light(sea: Sea, **changes: float) -> Sea:
    """The same sea with another balance of ``top``, ``foot``, ``glow``, ``spread``, ``murk``."""
    return replace(sea, **changes)  # type: ignore[arg-type]
