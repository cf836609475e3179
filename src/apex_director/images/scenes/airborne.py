"""What is in the air: flocks that fly, petals, leaves and sand on the wind, a balloon."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from apex_director.images.model import Layer, Particles
from apex_director.images.scenes.finish import srgb, tone
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.palette import ScenePalette, luminance, mix

F32 = NDArray[np.float32]

DISTANT = 0.34
"""Layers up to this parallax are far: what flies is before them and behind the others."""
GUSTS = {"clear": 1.0, "mist": 0.4, "cloudy": 1.3, "rain": 1.6, "snow": 1.2, "storm": 3.0}
"""How strongly each weather blows, for petals, leaves and sand."""
GORES = 9
"""Strips of cloth that are seen of a balloon."""
_NO_FLOCK = ("rain", "storm", "snow")


def far_end(layers: Sequence[Layer]) -> int:
    """Index of the last of the far layers that a scene begins with."""
    near = [k for k, layer in enumerate(layers) if layer.parallax > DISTANT]
    return max(0, (near[0] if near else len(layers)) - 1)


def display(colour: F32) -> tuple[float, float, float]:
    """Display code values of linear light, for particles and lights."""
    r, g, b = srgb(tone(colour))
    return float(r), float(g), float(b)


def flock(
    spec: SceneSpec,
    pal: ScenePalette,
    layers: Sequence[Layer],
    horizon: float,
    x: float,
    few: int = 0,
) -> tuple[Particles, ...]:
    """Birds over ``horizon`` about canvas column ``x``, if they are the subject; else ``few`` small
    ones far off, by day and in fair weather.
    """
    wanted = spec.subject == "birds"
    if not wanted and (few == 0 or spec.weather in _NO_FLOCK or spec.time_of_day == "night"):
        return ()
    wide, high = (0.27, 0.34) if wanted else (0.20, 0.20)
    if spec.width < spec.height:
        wide, high = 0.36, high * 0.6
    middle = float(np.clip(x, 0.1 + wide, 0.9 - wide))
    low = horizon - 0.02 if wanted else horizon - 0.05
    dark = mix(pal.shadow * np.float32(0.7), pal.sky[3], 0.12 if wanted else 0.30)
    return (
        Particles(
            kind="birds",
            after=far_end(layers),
            count=13 if wanted else few,
            color=display(dark),
            area=(middle - wide, max(0.11, low - high), middle + wide, low),
            size=1.25 if wanted else 0.62,
            wind=1.0 if spec.seed % 2 else -1.0,
        ),
    )


def blown(
    spec: SceneSpec, kind: str, after: int, count: int, colour: F32, *, size: float = 1.0,
    area: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0),
) -> Particles:  # fmt: skip
    """Petals, leaves, sand or embers on this weather's wind, to a side the seed chooses."""
    return Particles(
        kind=kind,  # type: ignore[arg-type]
        after=after,
        count=count,
        color=display(colour),
        band="loudness",
        area=area,
        size=size,
        wind=GUSTS.get(spec.weather, 1.0) * (1.0 if spec.seed % 2 else -1.0),
    )


def paint_balloon(
    cover: F32, pal: ScenePalette, side: float, power: float, seed: int, glow: float = 0.0
) -> F32:
    """A balloon's silhouette ``cover`` [h, w] as cloth in strips, premultiplied light [h, w, 4].

    Parameters
    ----------
    side : float
        Where the light stands, -1 left to 1 right.
    power : float
        How bright it is there, the sky being about one by day.
    glow : float
        Light of the burner inside, 0..1.
    """
    h, w = cover.shape
    rows = (np.arange(h, dtype=np.float32) / np.float32(h))[:, None]
    wide = np.maximum(cover.sum(axis=1), np.float32(1.0))[:, None]
    x = ((np.arange(w, dtype=np.float32) + np.float32(0.5 - w / 2)) / wide * np.float32(2.0)).clip(
        -0.999, 0.999
    )
    turn = np.arcsin(x) / np.float32(np.pi) + np.float32(0.5)  # 0..1 over the half we see
    place = turn * np.float32(GORES)
    seam = np.minimum(place % 1, 1 - place % 1) * wide * np.cos(np.arcsin(x)) / np.float32(GORES)
    odd = np.clip(np.sin(place * np.float32(np.pi)) * wide * np.float32(0.06), -1.0, 1.0)
    band = np.clip(1 - np.abs(rows - np.float32(0.30)) / np.float32(0.055), 0.0, 1.0) > 0
    one, two, three = _cloths(pal, seed)
    cloth = one + (two - one) * (np.float32(0.5) + np.float32(0.5) * odd)[..., None]
    cloth = np.where(band[..., None], three, cloth)
    cloth = cloth * (np.float32(0.82) + np.float32(0.18) * np.clip(seam, 0, 1))[..., None]
    fall = np.clip((rows - np.float32(0.05)) / np.float32(0.65), 0.0, 1.0)
    lift = np.clip(np.cos(fall * np.float32(2.4)), -0.4, 1.0)
    facing = np.clip(x * np.float32(0.85 * side) + np.float32(0.30) + lift * 0.35, 0.0, 1.3)
    light = mix(pal.sun, pal.rim, 0.4) * np.float32(power * 0.8)
    sky = mix(pal.sky[2], pal.sky[3], 0.5)
    inner = np.exp(-(((rows - np.float32(0.62)) / np.float32(0.24)) ** 2)) * np.float32(glow)
    warm = np.array([1.0, 0.55, 0.20], np.float32) * np.float32(1.3)
    lit = facing[..., None] * light + sky * np.float32(0.55) + inner[..., None] * warm
    colour = cloth * lit
    basket = np.clip((rows - np.float32(0.735)) * np.float32(h), 0.0, 1.0)[..., None]
    wicker = pal.shadow * np.float32(0.8)
    colour = colour + (wicker - colour) * basket
    return np.concatenate([colour * cover[..., None], cover[..., None]], axis=-1).astype(np.float32)


def _cloths(pal: ScenePalette, seed: int) -> tuple[F32, F32, F32]:
    """Three colours of cloth: the palette's accents and a pale one, at daylight albedos."""
    pale = mix(pal.rim, np.ones(3, np.float32), 0.5)
    out = [
        colour * np.float32(level / max(float(luminance(colour)), 1e-3))
        for colour, level in ((pal.accent, 0.24), (pale, 0.52), (pal.accent2, 0.16))
    ]
    first, second, third = (np.minimum(c, np.float32(0.8)) for c in out)
    return (first, second, third) if seed % 2 else (third, second, first)
