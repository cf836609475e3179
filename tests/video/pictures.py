"""Small scenes, songs and storyboards made from nothing, for the tests of the cut."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from apex_director.audio.model import (
    AudioAnalysis,
    Band,
    Beat,
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
    PicturePlan,
    SectionPlan,
    Shot,
    ShotSize,
    Storyboard,
    Transition,
    TransitionKind,
)
from apex_director.images.model import Layer, Light, Particles, Reaction, Scene, Water
from apex_director.video import Segment, plan_segments


def song(seconds: float = 8.0, bpm: float = 120.0, verdict: str = "firm") -> AudioAnalysis:
    """A song with a beat, a bass that follows it and a slow swell."""
    beats = tuple(
        Beat(time_s=t, bar=k // 4, position=k % 4 + 1, strength=1.0 if k % 4 == 0 else 0.6)
        for k, t in enumerate(np.arange(0, seconds, 60 / bpm))
    )
    t = (np.arange(int(seconds * 50)) + 0.5) / 50
    phase = np.mod(t, 60 / bpm)
    low = np.exp(-phase / 0.15).astype(np.float32)
    swell = (0.5 + 0.4 * np.sin(0.7 * t)).astype(np.float32)
    hits = tuple(b.time_s for b in beats)
    grid = Grid(
        beats=beats,
        bpm=bpm,
        bpm_curve=((0.0, bpm),),
        meter=4,
        trust=0.9,
        verdict=verdict,  # type: ignore[arg-type]
        regularity=1.0,
    )
    return AudioAnalysis(
        sample_rate=48000,
        channels=2,
        duration_s=seconds,
        grid=grid,
        sections=(),
        bands=(
            Band(name="low", onsets_s=hits, strengths=(1.0,) * len(hits), envelope=low),
            Band(name="mid", onsets_s=(), strengths=(), envelope=swell),
            Band(name="high", onsets_s=(), strengths=(), envelope=swell * 0.5),
        ),
        loudness_envelope=swell,
        tone=Tone(tonic=None, mode=None, confidence=0.0, chroma=(1 / 12,) * 12),
        loudness=Loudness(
            integrated_lufs=-14.0, range_lu=5.0, true_peak_dbtp=-1.0, momentary=swell
        ),
        mood=Mood(valence=0.5, arousal=0.5, features={}),
        spectrum=Spectrum(brightness=0.5, energy=0.5, timbre_complexity=0.5),
        silence=(),
        vocals=(),
        vocal_confidence=0.0,
        phrases_s=(),
    )


def shot_segment(storyboard: Storyboard, number: int) -> Segment:
    """All of a shot with the transition into it, as one segment."""
    pieces = [s for s in plan_segments(storyboard) if s.parts[-1].shot == number]
    parts = (*pieces[0].parts[:-1], replace(pieces[0].parts[-1], end=pieces[-1].end))
    titles = tuple(dict.fromkeys(t for piece in pieces for t in piece.titles))
    return replace(pieces[0], end=pieces[-1].end, parts=parts, titles=titles)


def scene(width: int = 320, height: int = 180, seed: int = 1, *, rich: bool = True) -> Scene:
    """A lake under a sky: gradient, hills in noise, a sun that adds light, water, particles."""
    overscan = 1.25
    cw, ch = round(width * overscan / 2) * 2, round(height * overscan / 2) * 2
    rng = np.random.Generator(np.random.PCG64(seed))
    y, x = np.mgrid[0:ch, 0:cw] / np.array([ch, cw]).reshape(2, 1, 1)
    layers = [_sky(y, rng), _sun(x, y, cw / ch)]
    for k, parallax in enumerate((0.25, 0.5, 0.9, 1.3)):
        layers.append(_hill(x, y, rng, 0.45 + 0.13 * k, parallax, 0.55 - 0.12 * k))
    return Scene(
        family="test",
        width=width,
        height=height,
        overscan=overscan,
        layers=tuple(layers),
        water=Water(after=3, horizon=0.62) if rich else None,
        particles=(
            Particles(kind="fireflies", after=4, count=30, color=(1.0, 0.9, 0.5)),
            Particles(kind="snow", after=5, count=200, color=(0.9, 0.95, 1.0)),
        )
        if rich
        else (),
        light=Light(x=0.62, y=0.3, color=(1.0, 0.8, 0.55), strength=0.6, rays=0.5 if rich else 0.0),
    )


def _sky(y: np.ndarray, rng: np.random.Generator) -> Layer:
    rgb = np.stack([60 + 150 * y, 70 + 90 * y, 130 + 30 * y], axis=-1)
    rgb = np.clip(rgb + rng.uniform(-0.5, 0.5, rgb.shape), 0, 255)
    alpha = np.full((*y.shape, 1), 255.0)
    rgba = np.round(np.concatenate([rgb, alpha], axis=-1)).astype(np.uint8)
    return Layer(name="sky", rgba=rgba, parallax=0.0)


def _sun(x: np.ndarray, y: np.ndarray, aspect: float) -> Layer:
    d = np.hypot((x - 0.62) * aspect, y - 0.3)
    level = np.clip((0.08 - d) * 60, 0, 1)[..., None] * np.array([250, 220, 160, 0])
    return Layer(
        name="sun",
        rgba=level.astype(np.uint8),
        parallax=0.0,
        blend="add",
        reactions=(Reaction(kind="gain", band="low", amount=0.4, floor=0.8),),
    )


def _hill(
    x: np.ndarray,
    y: np.ndarray,
    rng: np.random.Generator,
    top: float,
    parallax: float,
    light: float,
) -> Layer:
    edge = top + sum(
        0.05 / k * np.sin(2 * np.pi * k * x[0] * 1.7 + rng.uniform(0, 6)) for k in (1, 2, 5, 9)
    )
    cover = np.clip((y - edge[None]) * y.shape[0] + 0.5, 0, 1)[..., None]
    tone = np.array([90, 110, 150]) * light + rng.uniform(-6, 6, (*y.shape, 1))
    rgba = np.concatenate([np.clip(tone, 0, 255) * cover, 255 * cover], axis=-1)
    return Layer(name=f"hill{parallax}", rgba=np.round(rgba).astype(np.uint8), parallax=parallax)


def shot(
    number: int,
    start: int,
    end: int,
    picture: str = "p0",
    move: CameraMove = CameraMove.DOLLY_IN,
    transition: Transition | None = None,
    **changes: object,
) -> Shot:
    """A shot with everyday values."""
    values: dict[str, object] = {
        "shot_id": f"s{number:03d}",
        "start": start,
        "end": end,
        "section_id": "a",
        "picture_id": picture,
        "size": ShotSize.WIDE,
        "lens_mm": 24,
        "move": move,
        "move_amount": 1.0,
        "move_direction": 1,
        "framing": Framing(),
        "transition": transition or Transition(),
        "energy": 0.5,
        "seed": 11 + number,
        "reason": "because",
    }
    return Shot(**{**values, **changes})  # type: ignore[arg-type]


def board(
    shots: tuple[Shot, ...], width: int = 320, height: int = 180, **changes: object
) -> Storyboard:
    """A storyboard of the given shots at 24 frames per second."""
    total = shots[-1].end
    pictures = tuple(
        PicturePlan(
            picture_id=p,
            prompt="a lake",
            negative_prompt="",
            family="alpine",
            motif="lake",
            seed=1,
            palette=(),
            time_of_day="dusk",
            weather="clear",
            mood="calm",
            subject="none",
            lighting="soft_diffused",
        )
        for p in dict.fromkeys(s.picture_id for s in shots)
    )
    section = SectionPlan(
        section_id="a",
        label="verse",
        group="A",
        start=0,
        end=total,
        energy=0.5,
        motif="lake",
        family="alpine",
        note="",
    )
    values: dict[str, object] = {
        "title": "Song",
        "artist": "Artist",
        "logline": "A lake.",
        "genre": "cinematic",
        "style": "",
        "seed": 5,
        "format": Format(width=width, height=height, rate=Fraction(24), total_frames=total),
        "palette": (),
        "grade": Grade(slope=(1.02, 1.0, 0.97), power=(1.05, 1.0, 0.98), saturation=1.1),
        "sections": (section,),
        "pictures": pictures,
        "shots": shots,
    }
    return Storyboard(**{**values, **changes})  # type: ignore[arg-type]


def dissolve(frames: int, kind: TransitionKind = TransitionKind.CROSSFADE) -> Transition:
    """A transition of a length."""
    return Transition(kind=kind, frames=frames)


class Frames:
    """A sink that keeps every frame, as one array of Y, U and V bytes."""

    def __init__(self, width: int, height: int) -> None:
        self._y = np.zeros((height, width), np.uint8)
        self._u = np.zeros((height // 2, width // 2), np.uint8)
        self._v = np.zeros((height // 2, width // 2), np.uint8)
        self.kept: list[bytes] = []

    def planes(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return self._y, self._u, self._v

    def write(self) -> None:
        self.kept.append(self._y.tobytes() + self._u.tobytes() + self._v.tobytes())
