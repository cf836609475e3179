"""Compile the kernels once, before workers start, so that none of them has to."""

from __future__ import annotations

from fractions import Fraction
from typing import get_args

import numpy as np

from apex_director.audio.model import (
    ENVELOPE_HZ,
    AudioAnalysis,
    Band,
    Grid,
    Loudness,
    Mood,
    Spectrum,
    Tone,
)
from apex_director.cinematography.model import (
    CameraMove,
    Format,
    Framing,
    Grade,
    Shot,
    ShotSize,
    Storyboard,
    TitleCard,
    Transition,
    TransitionKind,
    Wheels,
)
from apex_director.images.model import Layer, Light, ParticleKind, Particles, Scene, Water

from .frames import render_segment
from .model import U8
from .segments import plan_segments

SIDE = 64


class _Nowhere:
    """A sink that forgets its frames."""

    def __init__(self) -> None:
        half = (SIDE // 2, SIDE // 2)
        self._planes = (
            np.zeros((SIDE, SIDE), np.uint8),
            np.zeros(half, np.uint8),
            np.zeros(half, np.uint8),
        )

    def planes(self) -> tuple[U8, U8, U8]:
        return self._planes

    def write(self) -> None:
        """Nothing is kept."""


def warm_up() -> None:
    """Draw a few tiny frames that use every kernel; afterwards they lie in the kernel cache."""
    kinds = ("crossfade", "wipe_left", "luma_wipe", "whip_pan")
    grades = (
        Grade(),
        Grade(slope=(1.1, 1.0, 0.9)),
        Grade(wheels=Wheels(shadows=(0.1, 0.0, 0.0))),
    )
    for number, kind in enumerate(kinds):
        board = _board(grades[number % len(grades)], TransitionKind(kind))
        scenes = {"a": _scene(), "b": _scene()}
        for segment in plan_segments(board):
            render_segment(board, segment, scenes, quiet_song(), _Nowhere())


def _scene() -> Scene:
    rgba = np.full((80, 80, 4), 255, np.uint8)
    rgba[:40, :, 3] = 0
    rgba[:40, :, :3] = 0
    lane = (0.5, 0.5, 0.2, 1.0, 1.0, 8.0)
    return Scene(
        family="warm",
        width=SIDE,
        height=SIDE,
        overscan=1.25,
        layers=(
            Layer(name="back", rgba=np.full((80, 80, 4), 255, np.uint8), parallax=0.0),
            Layer(name="light", rgba=rgba, parallax=0.0, blend="add"),
            Layer(name="front", rgba=rgba, parallax=1.0),
        ),
        water=Water(after=1, horizon=0.5),
        particles=tuple(
            Particles(kind=kind, after=2, count=3, color=(1, 1, 1), lines=(lane,))
            for kind in get_args(ParticleKind)
        ),
        light=Light(x=0.5, y=0.3, color=(1.0, 0.9, 0.8), rays=0.5),
    )


def _board(grade: Grade, kind: TransitionKind) -> Storyboard:
    shots = tuple(
        Shot(
            shot_id=p,
            start=4 * k,
            end=4 * k + 4,
            section_id="",
            picture_id=p,
            size=ShotSize.WIDE,
            lens_mm=24,
            move=CameraMove.STATIC,
            move_amount=0.0,
            move_direction=1,
            framing=Framing(),
            transition=Transition(kind=kind, frames=4 * k),
            energy=0.0,
            seed=1,
            reason="",
        )
        for k, p in enumerate("ab")
    )
    return Storyboard(
        title="",
        artist="",
        logline="",
        genre="",
        style="",
        seed=1,
        format=Format(width=SIDE, height=SIDE, rate=Fraction(24), total_frames=8),
        palette=(),
        grade=grade,
        sections=(),
        pictures=(),
        shots=shots,
        titles=(TitleCard(start=0, end=8, text="A", subtext="B"),),
    )


def quiet_song(seconds: float = 1.0) -> AudioAnalysis:
    """An analysis in which nothing is heard, for warming up and for measuring."""
    quiet = np.zeros(max(1, round(seconds * ENVELOPE_HZ)), np.float32)
    low, mid, high = (
        Band(name=n, onsets_s=(), strengths=(), envelope=quiet) for n in ("low", "mid", "high")
    )
    return AudioAnalysis(
        sample_rate=8000,
        channels=1,
        duration_s=seconds,
        grid=Grid(
            beats=(), bpm=None, bpm_curve=(), meter=4, trust=0.0, verdict="none", regularity=0.0
        ),
        sections=(),
        bands=(low, mid, high),
        loudness_envelope=quiet,
        tone=Tone(tonic=None, mode=None, confidence=0.0, chroma=(0.0,) * 12),
        loudness=Loudness(
            integrated_lufs=None, range_lu=None, true_peak_dbtp=None, momentary=quiet
        ),
        mood=Mood(valence=0.0, arousal=0.0, features={}),
        spectrum=Spectrum(brightness=0.0, energy=0.0, timbre_complexity=0.0),
        silence=(),
        vocals=(),
        vocal_confidence=0.0,
        phrases_s=(),
    )
