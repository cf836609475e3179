"""The colours of a scene: named looks by time of day, a song's own palette, OKLab arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.model import SceneSpec

F32 = NDArray[np.float32]
LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)  # ITU-R BT.709

_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_FROM_LAB = np.linalg.inv(_TO_LAB)
_FROM_LMS = np.linalg.inv(_TO_LMS)


@dataclass(frozen=True, eq=False)
class ScenePalette:
    """Linear Rec.709 colours, each float32 [shape=(3,)]; ``sky`` goes from zenith to horizon."""

    sky: tuple[F32, F32, F32, F32, F32]
    sun: F32
    fog: F32
    shadow: F32
    rim: F32
    accent: F32
    accent2: F32
    water: F32


# Per time of day one or more looks: five sky stops zenith to horizon, then sun, fog, shadow, rim,
# accent, accent2, water; display-referred hex.
LOOKS: dict[str, tuple[str, ...]] = {
    "dawn": (
        "27406f 5a76a8 a893b8 efb4a4 ffdcae ffe2b8 d3a9a6 1f2a45 ffd9b0 ff9d7a 7fb2d9 2a4a68",
        "1f3a5c 4a7a98 8fb4b8 e6c9ac ffe6b4 ffeac4 b9bdb8 1b2f3c ffe4bc ffb26b 6fc2c4 22505c",
    ),
    "day": (
        "1f5fae 3f86cf 72addf a9cfe8 dcebef fff3dc b5cfdf 24364a fff1d0 ffc35a 4fb3d9 1a5a7a",
        "1a4f9c 3a78c4 6aa6dc a4c8e4 e4e6dc fff0d0 b9c9cf 2a3440 fff0d4 ff9f5a 5ad1c0 17606e",
    ),
    "golden_hour": (
        "32508c 6a7fae b79d9f eab878 ffd58a ffcf7a dca86f 33283a ffc872 ff8c3a 5fa0b8 2c4c5e",
        "3a4a86 7a74a0 c4927f f2a65a ffcb70 ffc25e d9955f 30233a ffbe62 ff7a3a 78a0c8 33445e",
    ),
    "sunset": (
        "231f56 523078 a53f7d ef6a5c ffb35c ffc070 c2667a 1c1433 ffb070 ff5a5a 8a5ad9 2a2250",
        "1d2a5e 40447f 8a5080 e0685a ffa04e ffb45c b0625f 1a1a30 ffa65a ff6a3c 4f86c6 1f2f55",
        "2a1246 5f1f66 b53067 f4564e ff9a4a ffb060 b34a66 1a0c2a ffa060 ffd23f c03fb0 2a143f",
    ),
    "dusk": (
        "101a42 26306a 56458c a85f94 f0927c ffc79a 7a5c8c 0f1230 ff9f8a ff6f91 5f8fe0 16204a",
        "0c1c3c 1d3a62 3f5f86 88809a e6a07a ffd09a 66718c 0c1628 ffb488 ff9350 58b6c8 12304c",
    ),
    "night": (
        "040817 08132c 0f2146 1a3560 2c5078 dfe9ff 1f3a5c 04070f a9c4ee 6fa8ff 9c7bff 061226",
        "05070f 0b1024 171b3c 2a2b56 3f4270 f2ecff 2d2f52 05060d b9b4ea b48cff 5ad0ff 0a0f24",
    ),
}

_FAMILY_SHIFT: dict[str, tuple[float, float]] = {  # OKLab a, b added to fog and horizon
    "dunes": (0.014, 0.008),
    "ocean": (-0.012, -0.014),
    "forest": (-0.018, 0.006),
    "meadow": (-0.012, 0.014),
    "aurora": (-0.020, -0.010),
}

LEAST_NIGHT = 0.92  # a dark mood darkens a night no further than this
HOUR_SHARE = 0.32
"""How far a song's palette leans to the light of the hour where there is sky and weather."""
_MADE_OF_LIGHT = frozenset({"neon_grid", "abstract", "nebula", "stage"})

_MOOD: dict[str, tuple[float, float, float]] = {  # chroma factor, lightness factor, warm shift (b)
    "calm": (1.0, 1.0, 0.0),
    "warm": (1.06, 1.0, 0.007),
    "melancholy": (0.84, 0.95, -0.012),
    "tense": (0.92, 0.84, -0.006),
    "joyful": (1.16, 1.05, 0.008),
    "dreamy": (0.94, 1.07, 0.0),
    "epic": (1.14, 0.96, 0.004),
    "dark": (0.85, 0.74, -0.006),
}

_WEATHER: dict[str, tuple[float, float, float]] = {  # chroma, lightness, how far the sky greys
    "clear": (1.0, 1.0, 0.0),
    "cloudy": (0.92, 0.97, 0.16),
    "mist": (0.84, 1.0, 0.30),
    "rain": (0.66, 0.80, 0.42),
    "snow": (0.62, 1.02, 0.40),
    "storm": (0.70, 0.66, 0.38),
}


def luminance(rgb: F32) -> F32:
    """Relative luminance of linear Rec.709 colours [shape=(..., 3)]."""
    return cast(F32, rgb @ LUMA)


def linear_from_hex(code: str) -> F32:
    """Linear float32 [shape=(3,)] of a display colour such as ``#ff8040``."""
    digits = code.lstrip("#")
    c = np.array([int(digits[i : i + 2], 16) for i in (0, 2, 4)]) / 255.0
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4).astype(np.float32)


def oklab(rgb: F32) -> F32:
    """Linear Rec.709 to OKLab, any leading shape. Source: B. Ottosson, 2020."""
    lms = np.cbrt(np.maximum(rgb, 0.0) @ _TO_LMS.T)
    return cast(F32, (lms @ _TO_LAB.T).astype(np.float32))


def from_oklab(lab: F32) -> F32:
    """OKLab to linear Rec.709, negative light clipped."""
    lms = (lab @ _FROM_LAB.T) ** 3
    return np.maximum(lms @ _FROM_LMS.T, 0.0).astype(np.float32)


def mix(a: F32, b: F32, t: float) -> F32:
    """A colour ``t`` of the way from ``a`` to ``b`` in OKLab."""
    return from_oklab((oklab(a) * (1.0 - t) + oklab(b) * t).astype(np.float32))


def _ramp(colours: Sequence[F32], t: float) -> F32:
    place = t * (len(colours) - 1)
    i = min(int(place), len(colours) - 2)
    return mix(colours[i], colours[i + 1], place - i)


def _from_look(look: str) -> ScenePalette:
    c = [linear_from_hex(code) for code in look.split()]
    return ScenePalette((c[0], c[1], c[2], c[3], c[4]), *c[5:])


_SKY_SPAN: dict[str, tuple[float, float]] = {
    "dawn": (0.22, 0.98),
    "day": (0.38, 1.0),
    "golden_hour": (0.24, 0.98),
    "sunset": (0.10, 0.94),
    "dusk": (0.04, 0.86),
    "night": (0.0, 0.52),
}


def _chroma(rgb: F32) -> float:
    lab = oklab(rgb)
    return float(np.hypot(lab[1], lab[2]))


def _from_song(codes: Sequence[str], time_of_day: str) -> ScenePalette:
    colours = sorted((linear_from_hex(code) for code in codes), key=lambda c: float(luminance(c)))
    if len(colours) == 1:
        colours = [colours[0] * np.float32(0.1), colours[0]]
    low, high = _SKY_SPAN.get(time_of_day, (0.1, 0.9))
    sky = [_ramp(colours, low + (high - low) * t) for t in (0.0, 0.22, 0.46, 0.74, 1.0)]
    vivid = sorted(colours, key=_chroma, reverse=True)
    white = np.ones(3, np.float32)
    lightest = colours[-1]
    return ScenePalette(
        (sky[0], sky[1], sky[2], sky[3], sky[4]),
        sun=mix(lightest, white, 0.45),
        fog=mix(sky[3], sky[2], 0.45),
        shadow=colours[0] * np.float32(0.55),
        rim=mix(lightest, white, 0.15),
        accent=vivid[0],
        accent2=vivid[1],
        water=mix(colours[0], sky[1], 0.4),
    )


def _adjust(rgb: F32, chroma: float, light: float, warm: float) -> F32:
    lab = oklab(rgb)
    lab[0] *= light
    lab[1:] *= chroma
    lab[2] += warm * min(1.0, float(lab[0]) * 1.6)
    return from_oklab(lab)


def _tint(rgb: F32, a: float, b: float) -> F32:
    lab = oklab(rgb)
    lab[1] += a * lab[0]
    lab[2] += b * lab[0]
    return from_oklab(lab)


def _leaning(pal: ScenePalette, hour: ScenePalette, share: float) -> ScenePalette:
    """A song's palette part of the way to the light of the hour, no greyer than the two were."""

    def lean(a: F32, b: F32) -> F32:
        lab = oklab(a) * (1.0 - share) + oklab(b) * share
        wanted = _chroma(a) * (1.0 - share) + _chroma(b) * share
        lab[1:] *= min(2.5, wanted / max(float(np.hypot(lab[1], lab[2])), 1e-4))
        return from_oklab(lab.astype(np.float32))

    top, high, mid, low, rim = (lean(a, b) for a, b in zip(pal.sky, hour.sky, strict=True))
    return replace(
        pal,
        sky=(top, high, mid, low, rim),
        sun=lean(pal.sun, hour.sun),
        fog=lean(pal.fog, hour.fog),
        water=lean(pal.water, hour.water),
    )


_NIGHT_SIGHT = {"rain": 1.36, "storm": 1.45, "snow": 1.12, "mist": 1.12, "cloudy": 1.14}
"""Lightness given back to a night in the open (1.1 where it is clear), or nothing could be made out
on a small screen."""


def palette_for(spec: SceneSpec) -> ScenePalette:
    """The colours of a scene from its own palette or the look of its hour, then weather and mood.

    Raises nothing: unknown words fall back to dusk, clear and calm.
    """
    looks = LOOKS.get(spec.time_of_day, LOOKS["dusk"])
    hour = _from_look(looks[spec.seed % len(looks)])
    if spec.palette:
        pal = _from_song(spec.palette, spec.time_of_day)
        if spec.family not in _MADE_OF_LIGHT:
            pal = _leaning(pal, hour, HOUR_SHARE)
    else:
        pal = hour
        a, b = _FAMILY_SHIFT.get(spec.family, (0.0, 0.0))
        sky = (*pal.sky[:3], _tint(pal.sky[3], a / 2, b / 2), _tint(pal.sky[4], a, b))
        pal = replace(pal, sky=sky, fog=_tint(pal.fog, a, b))
    wc, wl, grey = _WEATHER.get(spec.weather, _WEATHER["clear"])
    mc, ml, warm = _MOOD.get(spec.mood, _MOOD["calm"])
    if spec.time_of_day == "night" and spec.family not in _MADE_OF_LIGHT:
        wl *= _NIGHT_SIGHT.get(spec.weather, 1.1)
        ml = max(ml, LEAST_NIGHT)
    veil = from_oklab(oklab(pal.fog) * np.array([1.04, 0.55, 0.55], np.float32))

    def tune(rgb: F32, haze: float = 0.0) -> F32:
        return _adjust(mix(rgb, veil, grey * haze), wc * mc, wl * ml, warm)

    top, high, mid, low, rim = pal.sky
    return ScenePalette(
        (tune(top, 0.55), tune(high, 0.8), tune(mid, 1.0), tune(low, 1.0), tune(rim, 1.0)),
        sun=tune(pal.sun, 0.3),
        fog=tune(pal.fog, 0.8),
        shadow=tune(pal.shadow),
        rim=tune(pal.rim, 0.4),
        accent=tune(pal.accent),
        accent2=tune(pal.accent2),
        water=tune(pal.water, 0.3),
    )
