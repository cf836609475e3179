"""Skies: the gradient and its glow, clouds in two decks, stars, the sun and a moon with seas.

Places are fractions of the canvas; sizes are fractions of its short side, so that one spec draws
one composition at every resolution.
"""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.noise import fbm, warped
from apex_director.images.scenes.palette import ScenePalette, from_oklab, mix, oklab

F32 = NDArray[np.float32]

STOPS = np.array([1.0, 0.62, 0.36, 0.16, 0.0])  # elevation of the five sky stops
SUN_LIGHT = {"dawn": 3.0, "day": 3.6, "golden_hour": 2.9, "sunset": 2.2, "dusk": 2.2, "night": 1.2}
_WARP_SEED, _BANK_SEED, _STAR_SEED, _MOON_SEED = 1301, 2203, 3301, 4507


def unit(spec: SceneSpec) -> int:
    """The canvas's short side in pixels."""
    return min(spec.canvas)


def smoothstep(low: float, high: float, x: F32) -> F32:
    """Hermite ramp from 0 at ``low`` to 1 at ``high``."""
    t = np.clip((x - np.float32(low)) / np.float32(high - low), 0.0, 1.0)
    return cast(F32, t * t * (np.float32(3.0) - np.float32(2.0) * t))


def pixel_grid(spec: SceneSpec, origin: tuple[float, float], shrink: int = 1) -> tuple[F32, F32]:
    """Right and up from ``origin`` (0..1 of the canvas) in short sides: ([1, w], [h, 1])."""
    w, h = spec.canvas
    size = np.float32(unit(spec))
    x = (np.arange(-(-w // shrink), dtype=np.float32) + np.float32(0.5)) * np.float32(shrink)
    y = (np.arange(-(-h // shrink), dtype=np.float32) + np.float32(0.5)) * np.float32(shrink)
    return (
        ((x - np.float32(origin[0] * w)) / size)[None, :],
        ((np.float32(origin[1] * h) - y) / size)[:, None],
    )


def enlarge(picture: F32, spec: SceneSpec, shrink: int) -> F32:
    """A picture made at ``1/shrink`` brought to the canvas, cubic, aligned at pixel centres."""
    w, h = spec.canvas
    big = cv2.resize(
        picture,
        (picture.shape[1] * shrink, picture.shape[0] * shrink),
        interpolation=cv2.INTER_CUBIC,
    )
    return cast(F32, big[:h, :w])


def pchip(x: NDArray[np.floating], y: F32, at: F32) -> F32:
    """Monotone cubic through knots ``x`` [n] rising, ``y`` [n, c].

    Source: Fritsch and Carlson, 1980 (harmonic mean slopes).
    """
    width = np.diff(x)[:, None]
    slope = np.diff(y, axis=0) / width
    before, after = slope[:-1], slope[1:]
    same = before * after > 0
    both = np.where(same, before + after, 1.0)
    inner = np.where(same, 2 * before * after / both, 0.0)
    grad = np.concatenate([slope[:1], inner, slope[-1:]])
    i = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(x) - 2)
    t = np.clip((at - x[i]) / width[i, 0], 0.0, 1.0)[:, None]
    h = width[i]
    out = (
        (1 + 2 * t) * (1 - t) ** 2 * y[i]
        + t * (1 - t) ** 2 * h * grad[i]
        + t * t * (3 - 2 * t) * y[i + 1]
        + t * t * (t - 1) * h * grad[i + 1]
    )
    return cast(F32, out.astype(np.float32))


def sky_column(pal: ScenePalette, elevation: F32) -> F32:
    """Linear sky colour [n, 3] at elevations 0 (horizon) to 1 (top of the canvas)."""
    labs = np.stack([oklab(c) for c in pal.sky])[::-1]
    ground = oklab(mix(pal.sky[4], pal.fog, 0.5))
    knots = np.concatenate([[-1.0], STOPS[::-1]])
    return from_oklab(pchip(knots, np.concatenate([ground[None], labs]), elevation))


def _glow(spec: SceneSpec, pal: ScenePalette, light: tuple[float, float]) -> F32:
    shrink = 2
    u, v = pixel_grid(spec, light, shrink)
    power = np.float32(0.55 if spec.time_of_day == "day" else SUN_LIGHT[spec.time_of_day] / 3.0)
    veil = {"clear": 1.0, "cloudy": 0.8, "mist": 0.9}.get(spec.weather, 0.35)
    near = np.exp(-np.sqrt(u * u + v * v + np.float32(0.0004)) * np.float32(9.0))
    wide = np.exp(-np.sqrt((u * np.float32(0.85)) ** 2 + (v * np.float32(1.9)) ** 2) * 2.6)
    amount = (np.float32(0.55) * near + np.float32(0.34) * wide) * power * np.float32(veil)
    warm = mix(pal.sun, pal.sky[4], 0.35)
    glow = amount[..., None] * warm + (np.float32(0.5 * veil) * near * near)[..., None] * pal.sun
    return enlarge(glow.astype(np.float32), spec, shrink)


def paint_sky(
    spec: SceneSpec, pal: ScenePalette, horizon: float, light: tuple[float, float] | None
) -> F32:
    """The sky as opaque linear light [shape=(canvas_h, canvas_w, 3)], without disc, stars, clouds.

    ``horizon`` is the row and ``light`` the place of sun or moon, in fractions of the canvas.
    """
    w, h = spec.canvas
    elevation = (horizon * h - np.arange(h, dtype=np.float32) - 0.5) / max(horizon * h, 1.0)
    column = sky_column(pal, elevation.astype(np.float32))
    sky = np.repeat(column[:, None, :], w, axis=1)
    # the air is never even: a slow unevenness of a few percent keeps the gradient alive
    u, v = pixel_grid(spec, (0.5, horizon), 8)
    uneven = fbm(u * np.float32(1.1), v * np.float32(2.2), spec.seed + 77, 3)
    sky *= enlarge(np.float32(1.0) + np.float32(0.045) * uneven, spec, 8)[..., None]
    if light is not None:
        sky += _glow(spec, pal, light)
    return np.maximum(sky, 0.0)


def _high_deck(spec: SceneSpec, horizon: float, amount: float) -> tuple[F32, F32, F32]:
    """Density, side light and elevation of the thin deck, at half size."""
    u, v = pixel_grid(spec, (0.5, horizon), 2)
    elev = np.maximum(v, 0.0)
    depth = np.float32(1.0) / (elev + np.float32(0.09))
    turn = np.float32(((spec.seed * 7919) % 100) / 100 * 0.7 - 0.35)
    px = u * depth * np.float32(0.62) + turn * depth
    pz = np.broadcast_to(depth * np.float32(1.5), px.shape)
    wind = np.float32(0.5)
    body = warped(px * wind, pz, spec.seed + _WARP_SEED, 6, 0.9)
    gaps = fbm(px * np.float32(0.33), pz * np.float32(0.4), spec.seed + _WARP_SEED + 9, 2)
    threshold = 0.62 - 0.95 * amount
    raw = body + np.float32(0.55) * gaps
    density = smoothstep(threshold, threshold + 0.75, raw) * smoothstep(0.005, 0.10, elev)
    ahead = np.roll(raw, 7, axis=0)
    side = np.clip((raw - ahead) * np.float32(1.4), -1.0, 1.0)
    return density, side, np.broadcast_to(elev, density.shape)


def _cloud_bank(
    spec: SceneSpec, horizon: float, light: tuple[float, float], amount: float
) -> tuple[F32, F32]:
    """Coverage and light -1..1 of heaped clouds standing on the horizon, at half size."""
    u, v = pixel_grid(spec, (0.5, horizon), 2)
    seed = spec.seed + _BANK_SEED
    lift = fbm(u * np.float32(1.3), np.zeros_like(u), seed, 3)
    top = np.float32(0.05 + 0.22 * amount) * (np.float32(0.75) + lift)
    ux = np.broadcast_to(u * np.float32(3.4), (v.shape[0], u.shape[1]))
    vy = np.broadcast_to(v * np.float32(5.0), ux.shape)
    body = fbm(ux, vy, seed + 5, 2) * np.float32(0.55)
    scale, weight = np.float32(2.1), np.float32(0.42)
    for octave in range(4):  # billows: folded noise makes round heads and sharp creases
        body = body + weight * (
            np.float32(0.55) - np.abs(fbm(ux * scale, vy * scale, seed + 20 + octave, 1))
        )
        scale *= np.float32(2.05)
        weight *= np.float32(0.55)
    heap = body * np.float32(0.16) + (top - v)
    cover = smoothstep(0.0, 0.035, heap) * smoothstep(-0.02, 0.02, v)
    relief = cv2.GaussianBlur(body, (0, 0), max(1.0, unit(spec) / 900))
    gx = cv2.Sobel(relief, cv2.CV_32F, 1, 0, ksize=3)
    gy = cv2.Sobel(relief, cv2.CV_32F, 0, 1, ksize=3)
    k = np.float32(unit(spec) / 1350 * 3.2)
    lu, lv = pixel_grid(spec, light, 2)
    far = np.sqrt(lu * lu + lv * lv) + np.float32(0.05)
    lit = (gx * lu / far + gy * -lv / far) * k  # brighter where the heap faces the light
    return cover, np.clip(lit, -1.0, 1.0)


def paint_clouds(
    spec: SceneSpec,
    pal: ScenePalette,
    horizon: float,
    light: tuple[float, float] | None,
    amount: float,
) -> F32:
    """Clouds as premultiplied linear light [shape=(canvas_h, canvas_w, 4)], ``amount`` 0..1."""
    place = light or (0.5, horizon - 0.3)
    density, side, elev = _high_deck(spec, horizon, amount)
    u, v = pixel_grid(spec, place, 2)
    toward = np.exp(-np.sqrt(u * u + (v * np.float32(1.4)) ** 2) * np.float32(2.2))
    power = np.float32(SUN_LIGHT.get(spec.time_of_day, 2.0) * 0.30)
    dull = np.float32({"rain": 0.45, "storm": 0.3, "snow": 0.6}.get(spec.weather, 1.0))
    base = mix(pal.sky[2], pal.sky[3], 0.5) * (np.float32(0.92) - np.float32(0.25) * (1 - dull))
    lit = mix(pal.sun, pal.sky[4], 0.45) * power * dull
    thin = np.exp(-density * np.float32(2.2))
    shine = (np.float32(0.30) + np.float32(0.75) * toward) * (
        np.float32(0.55) + np.float32(0.8) * thin * toward + np.float32(0.45) * side
    )
    colour = base + np.maximum(shine, 0.0)[..., None] * lit
    near_horizon = np.exp(-elev * np.float32(7.0))[..., None]
    colour += (pal.sky[4] * np.float32(0.97) - colour) * near_horizon * np.float32(0.75)
    alpha = density * np.float32(0.55 + 0.4 * amount)
    cover, relief = _cloud_bank(spec, horizon, place, amount)
    strength = np.float32(0.82) * float(np.clip((amount - 0.02) / 0.2, 0.0, 1.0))
    cover = cover * strength
    if light is not None:  # a veil too thick before the disc would turn it grey
        gap = np.exp(-(u * u + v * v) / np.float32(0.014)) * np.float32(0.6)
        cover, alpha = cover * (1 - gap), alpha * (1 - gap)
    dark = mix(mix(pal.sky[1], pal.sky[3], 0.48), pal.shadow, 0.10 + 0.28 * float(1 - dull))
    glow = np.clip(np.float32(0.42) + np.float32(0.6) * relief + np.float32(0.5) * toward, 0, 2)
    heaped = dark + (glow * (np.float32(0.25) + np.float32(0.55) * toward))[..., None] * lit
    edge = cover * (strength - cover) * np.float32(4.0) * toward
    heaped += (edge * np.float32(0.9))[..., None] * lit
    haze = np.exp(-elev * np.float32(13.0))[..., None]
    heaped += (mix(pal.sky[4], pal.fog, 0.35) - heaped) * haze * np.float32(0.85)
    rest = (np.float32(1.0) - cover)[..., None]
    small = np.concatenate(
        [
            heaped * cover[..., None] + colour * alpha[..., None] * rest,
            cover[..., None] + alpha[..., None] * rest,
        ],
        axis=-1,
    )
    big = enlarge(small.astype(np.float32), spec, 2)
    return np.maximum(big, 0.0, out=big)


def _splat(out: F32, x: float, y: float, colour: F32, sigma: float) -> None:
    reach = int(np.ceil(sigma * 3.2)) + 1
    x0, y0 = int(x) - reach, int(y) - reach
    h, w = out.shape[:2]
    a, b = max(0, y0), min(h, y0 + 2 * reach + 1)
    c, d = max(0, x0), min(w, x0 + 2 * reach + 1)
    if a >= b or c >= d:
        return
    gy = np.exp(-((np.arange(a, b) + 0.5 - y) ** 2) / (2 * sigma * sigma))
    gx = np.exp(-((np.arange(c, d) + 0.5 - x) ** 2) / (2 * sigma * sigma))
    out[a:b, c:d] += (gy[:, None] * gx[None, :]).astype(np.float32)[..., None] * colour


def paint_stars(spec: SceneSpec, horizon: float, amount: float) -> F32:
    """Stars as additive linear light [shape=(canvas_h, canvas_w, 3)]; ``amount`` 0..1.

    Brightness follows a power law, so that many are faint and few are lamps; a faint band of
    star dust crosses the sky, and the air near the horizon swallows them.
    """
    w, h = spec.canvas
    out = np.zeros((h, w, 3), np.float32)
    if amount <= 0:
        return out
    rng = np.random.default_rng((spec.seed + _STAR_SEED) & 0x7FFFFFFF)
    scale = unit(spec) / 1350
    area = (w * h * horizon) / (unit(spec) ** 2)
    count = int(1500 * amount * area)
    xs, ys = rng.random(count), rng.random(count)
    tilt, mid = rng.uniform(-0.5, 0.5), rng.uniform(0.25, 0.6)
    band = np.exp(-(((ys - mid) - tilt * (xs - 0.5)) ** 2) / 0.02)
    keep = rng.random(count) < 0.45 + 0.55 * band
    flux = 0.05 * (1 - rng.random(count)) ** -0.85
    warm = rng.random(count)
    air = np.clip((1.0 - ys) * 2.4, 0.0, 1.0)
    for i in np.flatnonzero(keep):
        light = min(float(flux[i] * air[i]), 2.6) * (0.5 + 0.5 * amount)
        tint = np.array([0.72 + 0.5 * warm[i], 0.9, 1.22 - 0.5 * warm[i]], np.float32)
        sigma = max(0.5, (0.60 + 0.24 * min(light, 2.0)) * scale)
        _splat(out, xs[i] * w, ys[i] * h * horizon, tint * np.float32(light), sigma)
    _star_dust(out, spec, horizon, amount, tilt, mid)
    return out


def _star_dust(
    out: F32, spec: SceneSpec, horizon: float, amount: float, tilt: float, mid: float
) -> None:
    w, h = spec.canvas
    u, v = pixel_grid(spec, (0.5, horizon), 4)
    y = np.float32(1.0) - v / np.float32(horizon * h / unit(spec))
    x = u * np.float32(unit(spec) / w)
    away = (y - np.float32(mid)) - np.float32(tilt) * x
    cloud = fbm(u * np.float32(2.2), v * np.float32(2.2), spec.seed + _STAR_SEED, 5)
    band = np.exp(-(away**2) / np.float32(0.018)) * np.clip(np.float32(0.5) + cloud, 0.0, 2.0)
    rift = np.exp(-((away + np.float32(0.04) * cloud) ** 2) / np.float32(0.0014))
    band *= (np.float32(1.0) - np.float32(0.6) * rift) * np.clip(np.float32(2.2) * (1 - y), 0, 1)
    dust = np.maximum(band, 0.0)[..., None] * np.array([0.017, 0.019, 0.027], np.float32)
    out += np.maximum(enlarge((dust * np.float32(amount)).astype(np.float32), spec, 4), 0.0)


def _moon_face(u: F32, v: F32, seed: int) -> F32:
    """Albedo of the moon on its unit disc: dark seas, bright rays, a little relief."""
    r2 = np.minimum(u * u + v * v, 1.0)
    bulge = np.float32(1.0) + np.float32(0.35) * r2  # the sphere turns away at its limb
    x, y = u * bulge, v * bulge
    seas = smoothstep(-0.05, 0.45, fbm(x * np.float32(1.25), y * np.float32(1.25), seed, 5))
    seas *= smoothstep(1.05, 0.35, r2) * np.float32(0.9) + np.float32(0.1)
    fine = fbm(x * np.float32(7.0), y * np.float32(7.0), seed + 31, 4)
    rays = np.zeros_like(r2)
    rng = np.random.default_rng(seed & 0x7FFFFFFF)
    for _ in range(14):
        cx, cy = rng.uniform(-0.75, 0.75, 2)
        size = rng.uniform(0.02, 0.075)
        d = np.sqrt((x - np.float32(cx)) ** 2 + (y - np.float32(cy)) ** 2) / np.float32(size)
        rays += np.exp(-((d - np.float32(1.0)) ** 2) * 4) * np.float32(0.10)
        rays -= np.exp(-(d**2) * 2) * np.float32(0.07)
        rays += np.exp(-d * np.float32(0.55)) * np.float32(0.07)
    shade = np.float32(1.0) - np.float32(0.22) * r2**2
    face = np.float32(0.98) - np.float32(0.50) * seas + np.float32(0.09) * fine + rays
    return cast(F32, face * shade)


def paint_disc(
    spec: SceneSpec, pal: ScenePalette, x: float, y: float, radius: float, moon: bool
) -> F32:
    """Sun or moon as premultiplied HDR light [shape=(canvas_h, canvas_w, 4)].

    ``x``, ``y`` in fractions of the canvas, ``radius`` in fractions of its short side.
    """
    w, h = spec.canvas
    out = np.zeros((h, w, 4), np.float32)
    px = radius * unit(spec)
    cx, cy = x * w, y * h
    edge = 0.022 if moon else {"day": 0.5, "golden_hour": 0.12}.get(spec.time_of_day, 0.03)
    soft = max(1.0, px * edge)
    reach = int(px + soft) + 4
    a, b = max(0, int(cy) - reach), min(h, int(cy) + reach)
    c, d = max(0, int(cx) - reach), min(w, int(cx) + reach)
    if a >= b or c >= d or px < 0.5:
        return out
    u = ((np.arange(c, d, dtype=np.float32) + np.float32(0.5 - cx)) / np.float32(px))[None, :]
    v = ((np.arange(a, b, dtype=np.float32) + np.float32(0.5 - cy)) / np.float32(px))[:, None]
    r = np.sqrt(u * u + v * v)
    cover = np.clip((np.float32(1.0) - r) * np.float32(px / soft) + np.float32(0.5), 0.0, 1.0)
    if moon:
        u, v = np.broadcast_arrays(u, v)
        face = _moon_face(np.ascontiguousarray(u), np.ascontiguousarray(v), spec.seed + _MOON_SEED)
        light = face[..., None] * (mix(pal.sun, np.ones(3, np.float32), 0.5) * np.float32(1.0))
    else:
        limb = np.sqrt(np.maximum(np.float32(1.0) - r * r, 0.0))
        heat = np.float32(SUN_LIGHT.get(spec.time_of_day, 3.0))
        low = mix(pal.sun, pal.accent, 0.25)
        light = (pal.sun * limb[..., None] + low * (np.float32(1.0) - limb[..., None])) * heat
    out[a:b, c:d, :3] = light * cover[..., None]
    out[a:b, c:d, 3] = cover
    return out
