"""Colours a song suggests, from what was measured: key, mood, brightness and energy."""

from __future__ import annotations

import math

import numpy as np

from ..core.color import linear_to_srgb, oklab_to_linear, to_hex
from .model import AudioAnalysis

_WARM, _COOL = 60.0, 250.0  # degrees in OKLab
_SPREAD = 75.0


def palette_of(analysis: AudioAnalysis) -> list[str]:
    """Five hex colours from dark to light.

    Valence turns the hue from cool to warm, the circle of fifths shifts it, arousal sets chroma,
    brightness sets lightness. The same song gives the same colours.
    """
    valence, arousal = round(analysis.mood.valence, 4), round(analysis.mood.arousal, 4)
    bright = round(analysis.spectrum.brightness, 4)
    richness = round(analysis.spectrum.timbre_complexity, 4)
    fifth = (analysis.tone.tonic or 0) * 7 % 12 / 12 - 0.5 if analysis.tone.tonic is not None else 0
    hue = _COOL + (_WARM + 360 - _COOL) * valence + 50 * fifth
    chroma = 0.03 + 0.11 * arousal
    light = np.linspace(0.22, 0.78 + 0.14 * bright, 5)
    turns = _SPREAD * (0.4 + richness) * np.array([-0.5, -0.25, 0.0, 0.6, 1.0])
    return [
        _shown(float(lightness), chroma * weight, hue + float(turn))
        for lightness, weight, turn in zip(light, (0.6, 0.9, 1.0, 1.0, 0.5), turns, strict=True)
    ]


def _shown(light: float, chroma: float, degrees: float) -> str:
    angle = math.radians(degrees)
    lab = (light, chroma * math.cos(angle), chroma * math.sin(angle))
    return to_hex(linear_to_srgb(oklab_to_linear(lab)))
