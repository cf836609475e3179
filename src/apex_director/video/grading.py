"""The grade: colour in its stages, as pure functions on pictures and as tables of the last pass."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from apex_director.cinematography.model import Grade, HueRange, Wheels
from apex_director.core.color import (
    linear_to_oklab,
    linear_to_srgb,
    oklab_to_linear,
    srgb_to_linear,
)
from apex_director.core.errors import AssemblyError

from .gamuts import WORKING, convert
from .lut import Cube, apply_cube
from .model import F32, F64

LUMA = (0.2126, 0.7152, 0.0722)
"""Rec.709 weights, which the ASC CDL names for saturation too."""
PIVOT = 0.4614
"""Contrast turns about 18 % grey, as sRGB encodes it."""
NONE = 50.0
"""Contrast, brightness and saturation of contract X19 that change nothing."""
WHEEL_REACH = 0.30
"""What a wheel turned to 1 adds to its tones, as a share of the way to white (or to black)."""
SKIN_HUE, SKIN_REACH = 53.0, 34.0
"""Degrees of OKLab about which skin of every depth lies, and how far to both sides (measured on
the skin patches of colour charts: 39 to 76).
"""
PLAIN = Grade(vignette=0.0, grain=0.0, bloom=0.0)
"""The grade that changes nothing."""


def grade(
    picture: NDArray[Any],
    settings: Grade | None = None,
    *,
    exposure: float | None = None,
    contrast: float | None = None,
    saturation: float | None = None,
    brightness: float | None = None,
    lut: Cube | None = None,
    lut_strength: float | None = None,
    space: str = WORKING,
    into: str = "",
) -> NDArray[Any]:
    """A picture graded in the four stages of contract X19; the input is left untouched.

    Parameters
    ----------
    picture : RGB [shape=(h, w, 3)], uint8 or floating point in 0..1; the same kind comes back.
    settings : the whole grade; without one nothing but the numbers given here is done.
    exposure : stops, -2..2.
    contrast, saturation, brightness : 0..100, 50 changes nothing. They replace those of `settings`.
    lut, lut_strength : a colour table laid over, 0..1; strength stands for that of `settings`.
    space, into : colour space of the picture and of the result (the same if empty): Rec.709,
        Rec.2020, Rec.601 or DCI-P3. The grade itself works in Rec.709.

    Raises
    ------
    AssemblyError
        The picture is no RGB picture, a number is out of range, or a space is unknown.
    """
    from .finish import finished

    look = _asked(settings or PLAIN, exposure, contrast, saturation, brightness, lut_strength)
    _check_picture(picture)
    whole = picture.dtype == np.uint8
    values = picture / 255.0 if whole else picture.astype(np.float64)
    values = convert(values, space, WORKING)
    values = finished(apply_colour(values, look, lut), look)
    values = convert(np.clip(values, 0.0, 1.0), WORKING, into or space)
    if whole:
        return np.asarray(np.floor(values * 255.0 + 0.5).astype(np.uint8))
    return np.asarray(values.astype(picture.dtype))


def _asked(
    settings: Grade,
    exposure: float | None,
    contrast: float | None,
    saturation: float | None,
    brightness: float | None,
    lut_strength: float | None,
) -> Grade:
    """The settings with the numbers of contract X19 in their place."""
    asked = {
        "exposure": (exposure, -2.0, 2.0),
        "contrast": (contrast, 0.0, 100.0),
        "saturation": (saturation, 0.0, 100.0),
        "brightness": (brightness, 0.0, 100.0),
        "lut_strength": (lut_strength, 0.0, 1.0),
    }
    changes: dict[str, Any] = {}
    for name, (value, low, high) in asked.items():
        if value is None:
            continue
        if not low <= value <= high:
            raise AssemblyError(
                f"{name.replace('_', ' ')} {value:g} is out of range",
                where="grade",
                what_to_do=f"Choose a number from {low:g} to {high:g}.",
            )
        changes[name] = value / NONE if name == "saturation" else float(value)
    return replace(settings, **changes)


def _check_picture(picture: NDArray[Any]) -> None:
    kind = getattr(picture, "dtype", None)
    floats = kind is not None and np.issubdtype(kind, np.floating)
    if kind is None or picture.ndim != 3 or picture.shape[2] != 3 or not picture.size:
        raise AssemblyError(
            "the picture is no array of height x width x 3",
            where="grade",
            what_to_do="Hand over an RGB picture.",
        )
    if kind != np.uint8 and not (floats and np.isfinite(picture).all()):
        raise AssemblyError(
            f"a picture of {kind} cannot be graded",
            where="grade",
            what_to_do="Hand over uint8, or finite floating point in 0..1.",
        )


def apply_colour(rgb: ArrayLike, look: Grade, lut: Cube | None = None) -> F64:
    """Everything a grade does to a colour by itself: primary, secondary, the colour table.

    Parameters
    ----------
    rgb : [shape=(..., 3)] display values in 0..1.
    """
    value = apply_cdl(apply_primary(rgb, look), look)
    value = apply_secondary(value, look)
    if lut is not None and look.lut_strength > 0.0:
        value = np.clip(apply_cube(value, lut, look.lut_strength), 0.0, 1.0)
    return value


def apply_primary(rgb: ArrayLike, look: Grade) -> F64:
    """Exposure, contrast and brightness, each channel alone [shape=(..., 3), 0..1].

    Exposure multiplies light; upwards it bends into white, so that nothing clips. Contrast above 50
    is an S about middle grey with soft ends, below it a flatter line; brightness bends the middle
    and leaves black and white where they are.
    """
    value = np.clip(np.asarray(rgb, dtype=np.float64), 0.0, 1.0)
    if look.exposure:
        value = linear_to_srgb(_exposed(srgb_to_linear(value), 2.0**look.exposure))
    if look.contrast != NONE:
        value = _contrasted(value, 2.0 ** ((look.contrast - NONE) / NONE))
    if look.brightness != NONE:
        value = value ** (2.0 ** ((NONE - look.brightness) / NONE))
    return np.asarray(np.clip(value, 0.0, 1.0))


def _exposed(light: F64, gain: float) -> F64:
    if gain <= 1.0:
        return light * gain
    return np.asarray(gain * light / np.sqrt(1.0 + (gain * gain - 1.0) * light * light))


def _contrasted(value: F64, slope: float) -> F64:
    if slope < 1.0:
        return np.asarray(PIVOT + (value - PIVOT) * slope)
    low = PIVOT * (np.minimum(value, PIVOT) / PIVOT) ** slope
    high = (1.0 - PIVOT) * ((1.0 - np.maximum(value, PIVOT)) / (1.0 - PIVOT)) ** slope
    return np.asarray(np.where(value < PIVOT, low, 1.0 - high))


def apply_cdl(rgb: ArrayLike, grade: Grade) -> F64:
    """Slope, offset, power, then saturation; the input is left untouched.

    Parameters
    ----------
    rgb : [shape=(..., 3)] display values in 0..1.

    Source: ASC Color Decision List 1.2.
    """
    value = np.asarray(rgb, dtype=np.float64) * grade.slope + grade.offset
    value = np.clip(value, 0.0, 1.0) ** np.asarray(grade.power)
    luma = (value @ np.asarray(LUMA))[..., None]
    return np.asarray(np.clip(luma + grade.saturation * (value - luma), 0.0, 1.0))


def apply_secondary(rgb: F64, look: Grade) -> F64:
    """Selective saturation, colour wheels, and skin held at its natural hue in spite of both.

    Greys stay grey but for the wheels.
    """
    value = rgb
    if look.selective:
        value = _selected(value, look.selective)
    held = _skin(value) if look.skin > 0.0 else None
    if look.wheels != Wheels():
        value = _turned(value, look.wheels)
    if held is not None:
        value = _held(value, held * look.skin)
    return value


def _selected(rgb: F64, ranges: tuple[HueRange, ...]) -> F64:
    lab = linear_to_oklab(srgb_to_linear(rgb))
    hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1]))
    factor = np.ones_like(hue)
    for chosen in ranges:
        inside = _bump((hue - chosen.hue + 180.0) % 360.0 - 180.0, chosen.width)
        factor = factor * (1.0 + (chosen.saturation - 1.0) * inside)
    lab[..., 1:] *= factor[..., None]
    return _shown(lab)


def _turned(rgb: F64, wheels: Wheels) -> F64:
    """Each tone pushed to its wheel's colour: up on the way to white, down on the way to black, so
    that nothing clips.
    """
    t = (rgb @ np.asarray(LUMA))[..., None]
    push = (
        (1.0 - t) ** 2 * np.asarray(wheels.shadows)
        + 2.0 * t * (1.0 - t) * np.asarray(wheels.midtones)
        + t**2 * np.asarray(wheels.highlights)
    ) * WHEEL_REACH
    return np.asarray(rgb + np.where(push > 0.0, push * (1.0 - rgb), push * rgb))


def _skin(rgb: F64) -> F64:
    """How much a colour may be skin [shape=(...), 0..1]."""
    lab = linear_to_oklab(srgb_to_linear(rgb))
    hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1]))
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    seen = _ramp(chroma, 0.015, 0.045) * (1.0 - _ramp(chroma, 0.13, 0.20))
    light = _ramp(lab[..., 0], 0.20, 0.40) * (1.0 - _ramp(lab[..., 0], 0.92, 1.0))
    return np.asarray(_bump((hue - SKIN_HUE + 180.0) % 360.0 - 180.0, SKIN_REACH) * seen * light)


def _held(rgb: F64, share: F64) -> F64:
    """Hue drawn to that of skin by a share [shape=(...), 0..1]; chroma and lightness are kept."""
    lab = linear_to_oklab(srgb_to_linear(rgb))
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    a, b = np.cos(np.radians(SKIN_HUE)), np.sin(np.radians(SKIN_HUE))
    mixed_a = lab[..., 1] + share * (chroma * a - lab[..., 1])
    mixed_b = lab[..., 2] + share * (chroma * b - lab[..., 2])
    size = np.maximum(np.hypot(mixed_a, mixed_b), 1e-9)
    lab[..., 1] = mixed_a / size * chroma
    lab[..., 2] = mixed_b / size * chroma
    return _shown(lab)


def _shown(lab: F64) -> F64:
    return np.asarray(np.clip(linear_to_srgb(oklab_to_linear(lab)), 0.0, 1.0))


def _bump(off: F64, width: float) -> F64:
    """1 in the middle, 0 from ``width`` on, smooth at both."""
    near = np.clip(1.0 - np.abs(off) / max(width, 1e-6), 0.0, 1.0)
    return np.asarray(near * near * (3.0 - 2.0 * near))


def _ramp(value: F64, low: float, high: float) -> F64:
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t))


def cdl_table(grade: Grade) -> F32:
    """Primary, slope, offset and power per channel for every 8-bit value [shape=(3, 256), float32,
    0..1].
    """
    plain = replace(grade, saturation=1.0)
    steps = np.repeat(np.arange(256)[:, None] / 255.0, 3, axis=1)
    return np.ascontiguousarray(apply_cdl(apply_primary(steps, plain), plain).T.astype(np.float32))


def is_plain(grade: Grade) -> bool:
    """True when no channel is changed by itself."""
    channels = (grade.slope, grade.offset, grade.power) == ((1, 1, 1), (0, 0, 0), (1, 1, 1))
    return channels and (grade.exposure, grade.contrast, grade.brightness) == (0, NONE, NONE)


def needs_cube(grade: Grade, lut: Cube | None) -> bool:
    """True when channels depend on each other in more than saturation."""
    tables = lut is not None and grade.lut_strength > 0.0
    return tables or bool(grade.selective) or grade.skin > 0.0 or grade.wheels != Wheels()
