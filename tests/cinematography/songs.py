"""Analyses of songs that were never sung, exact by construction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from apex_director.audio.model import (
    ENVELOPE_HZ,
    AudioAnalysis,
    Band,
    Beat,
    Grid,
    Interval,
    Loudness,
    Mood,
    MusicEvent,
    Section,
    Spectrum,
    Tone,
    TrustWindow,
    Verdict,
)

POP_FORM: tuple[tuple[str, str, int, float], ...] = (
    ("intro", "I", 4, 0.25),
    ("verse", "A", 16, 0.42),
    ("chorus", "B", 16, 0.82),
    ("verse", "A", 16, 0.46),
    ("chorus", "B", 16, 0.88),
    ("bridge", "C", 8, 0.35),
    ("chorus", "B", 16, 0.95),
    ("outro", "O", 8, 0.2),
)
"""Label, repeat group, bars, energy."""


def song(
    form: Sequence[tuple[str, str, int, float]] = POP_FORM,
    *,
    bpm: float = 120.0,
    meter: int = 4,
    verdict: Verdict = "firm",
    valence: float = 0.5,
    arousal: float = 0.5,
    tonic: int = 0,
    mode: str = "minor",
    events: tuple[MusicEvent, ...] = (),
    windows: tuple[TrustWindow, ...] = (),
    onsets: tuple[float, ...] = (),
) -> AudioAnalysis:
    """A song of whole bars whose loudness is its sections' energy."""
    beat_s = 60.0 / bpm
    beats = tuple(
        Beat(time_s=i * beat_s, bar=i // meter, position=i % meter + 1, strength=0.8)
        for i in range(sum(bars for _, _, bars, _ in form) * meter)
    )
    sections, at = [], 0.0
    for i, (label, group, bars, energy) in enumerate(form):
        end = at + bars * meter * beat_s
        sections.append(
            Section(
                section_id=f"{label}_{i}",
                start_s=at,
                end_s=end,
                label=label,  # type: ignore[arg-type]
                group=group,
                energy=energy,
                confidence=0.9,
            )
        )
        at = end
    return analysis(
        duration_s=at,
        sections=tuple(sections),
        beats=beats,
        bpm=bpm,
        meter=meter,
        verdict=verdict,
        valence=valence,
        arousal=arousal,
        tonic=tonic,
        mode=mode,
        phrases=tuple(s.start_s for s in sections[1:]),
        onsets=onsets,
        events=events,
        windows=windows,
    )


def analysis(
    *,
    duration_s: float,
    sections: tuple[Section, ...] = (),
    beats: tuple[Beat, ...] = (),
    bpm: float | None = None,
    meter: int = 4,
    verdict: Verdict = "firm",
    valence: float = 0.5,
    arousal: float = 0.5,
    tonic: int = 0,
    mode: str = "minor",
    phrases: tuple[float, ...] = (),
    onsets: tuple[float, ...] = (),
    silence: tuple[Interval, ...] = (),
    events: tuple[MusicEvent, ...] = (),
    windows: tuple[TrustWindow, ...] = (),
) -> AudioAnalysis:
    """Any analysis, with the loudness its sections' energies give."""
    envelope = np.zeros(max(1, round(duration_s * ENVELOPE_HZ)), np.float32)
    for section in sections:
        envelope[round(section.start_s * ENVELOPE_HZ) : round(section.end_s * ENVELOPE_HZ)] = (
            section.energy
        )
    bands = tuple(
        Band(
            name=name,  # type: ignore[arg-type]
            onsets_s=onsets,
            strengths=(0.9,) * len(onsets),
            envelope=envelope,
        )
        for name in ("low", "mid", "high")
    )
    return AudioAnalysis(
        sample_rate=44100,
        channels=2,
        duration_s=duration_s,
        grid=Grid(
            beats=beats,
            bpm=bpm,
            bpm_curve=(),
            meter=meter,
            trust={"firm": 0.9, "loose": 0.55, "none": 0.2}[verdict],
            verdict=verdict,
            regularity=0.9,
            windows=windows,
        ),
        sections=sections,
        bands=bands,  # type: ignore[arg-type]
        loudness_envelope=envelope,
        tone=Tone(
            tonic=tonic,
            mode=mode,  # type: ignore[arg-type]
            confidence=0.8,
            chroma=(1 / 12,) * 12,
        ),
        loudness=Loudness(
            integrated_lufs=-14.0,
            range_lu=6.0,
            true_peak_dbtp=-1.0,
            momentary=np.full(max(1, round(duration_s * 10)), -14, np.float32),
        ),
        mood=Mood(valence=valence, arousal=arousal, features={}),
        spectrum=Spectrum(brightness=0.5, energy=0.5, timbre_complexity=0.5),
        silence=silence,
        vocals=(),
        vocal_confidence=0.5,
        phrases_s=phrases,
        events=events,
    )
