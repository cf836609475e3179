"""Read `audio_analysis.json` (contract X6) back into an analysis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..core.errors import ValidationFailed
from .model import (
    F32,
    AudioAnalysis,
    Band,
    Beat,
    Chord,
    Grid,
    Interval,
    Loudness,
    Mood,
    MusicEvent,
    Section,
    Spectrum,
    TempoAlternative,
    Tone,
    TrustWindow,
)
from .tonal_names import NAMES


def from_x6(data: Mapping[str, Any]) -> AudioAnalysis:
    """An analysis from the object `to_x6` gave; what older files lack takes its default.

    Raises
    ------
    ValidationFailed
        A key is missing or holds something else; ``where`` names it.
    """
    try:
        return _read(data)
    except KeyError as problem:
        raise _unreadable(f"the key {problem} is missing") from problem
    except (TypeError, ValueError, AttributeError, IndexError) as problem:
        raise _unreadable(f"a value is of the wrong kind ({problem})") from problem


def _unreadable(what: str) -> ValidationFailed:
    return ValidationFailed(
        f"this is no audio analysis: {what}",
        where="audio_analysis.json",
        what_to_do="Write it again with: apex analyze SONG --json",
    )


def _read(data: Mapping[str, Any]) -> AudioAnalysis:
    file, sound, mood = data["file_info"], data["spectral_info"], data["mood_info"]
    curves = data["envelopes"]
    return AudioAnalysis(
        sample_rate=int(file["sample_rate"]),
        channels=int(file["channels"]),
        duration_s=float(file["duration"]),
        grid=_grid(data["beat_info"]),
        sections=tuple(_section(s) for s in data["section_info"]["sections"]),
        bands=(_band(data, "low"), _band(data, "mid"), _band(data, "high")),
        loudness_envelope=_series(curves["loudness"]),
        tone=_tone(data["key_info"]),
        loudness=_loudness(data["loudness_info"]),
        mood=Mood(
            valence=float(mood["valence"]),
            arousal=float(mood["arousal"]),
            features={str(k): float(v) for k, v in mood["evidence"].items()},
        ),
        spectrum=Spectrum(
            brightness=float(sound["brightness"]),
            energy=float(sound["energy"]),
            timbre_complexity=float(sound["timbre_complexity"]),
            confidence=float(sound["confidence"]),
        ),
        silence=_intervals(data["silence"]),
        vocals=_intervals(data["vocal_info"]["intervals"]),
        vocal_confidence=float(data["vocal_info"]["confidence"]),
        phrases_s=_floats(data["phrases"]),
        harmonic_rhythm=float(data["key_info"]["harmonic_rhythm"]),
        events=tuple(_event(e) for e in data.get("events", ())),
        energy_arc=tuple(
            (float(p["time"]), float(p["energy"])) for p in data.get("energy_arc", ())
        ),
        bass_envelope=_series(curves.get("bass", ())),
        warnings=tuple(map(str, data["warnings"])),
    )


def _grid(info: Mapping[str, Any]) -> Grid:
    rows = zip(info["beats"], info["bars"], info["positions"], info["strengths"], strict=True)
    return Grid(
        beats=tuple(
            Beat(time_s=float(t), bar=int(b), position=int(p), strength=float(s))
            for t, b, p, s in rows
        ),
        bpm=None if info["bpm"] is None else float(info["bpm"]),
        bpm_curve=tuple((float(p["time"]), float(p["bpm"])) for p in info["tempo_curve"]),
        meter=int(info["meter"]),
        trust=float(info["grid"]["trust"]),
        verdict=info["grid"]["verdict"],
        regularity=float(info["regularity"]),
        alternatives=tuple(
            TempoAlternative(bpm=float(a["bpm"]), confidence=float(a["confidence"]))
            for a in info["tempo_alternatives"]
        ),
        windows=tuple(
            TrustWindow(start_s=float(w["start"]), end_s=float(w["end"]), trust=float(w["trust"]))
            for w in info["grid"].get("windows", ())
        ),
        compound=bool(info.get("compound", False)),
        swing=_maybe(info.get("swing")),
        source=info["grid"].get("source", "flux"),
    )


def _event(row: Mapping[str, Any]) -> MusicEvent:
    return MusicEvent(
        kind=row["kind"],
        start_s=float(row["start"]),
        end_s=float(row["end"]),
        strength=float(row["strength"]),
    )


def _section(row: Mapping[str, Any]) -> Section:
    return Section(
        section_id=str(row["section_id"]),
        start_s=float(row["start_time"]),
        end_s=float(row["end_time"]),
        label=row["label"],
        group=str(row["repeat_group"]),
        energy=float(row["energy"]),
        confidence=float(row["confidence"]),
    )


def _band(data: Mapping[str, Any], name: Any) -> Band:
    onsets = data["onset_info"]
    return Band(
        name=name,
        onsets_s=_floats(onsets[name]),
        strengths=_floats(onsets["strengths"][name]),
        envelope=_series(data["envelopes"][name]),
    )


def _tone(info: Mapping[str, Any]) -> Tone:
    return Tone(
        tonic=None if info["key"] is None else NAMES.index(info["key"]),
        mode=info["mode"],
        confidence=float(info["confidence"]),
        chroma=_floats(info["chroma_vector"]),
        chords=tuple(
            Chord(
                start_s=float(c["start"]),
                end_s=float(c["end"]),
                name=str(c["name"]),
                confidence=float(c["confidence"]),
            )
            for c in info["chords"]
        ),
    )


def _loudness(info: Mapping[str, Any]) -> Loudness:
    return Loudness(
        integrated_lufs=_maybe(info["integrated_lufs"]),
        range_lu=_maybe(info["range_lu"]),
        true_peak_dbtp=_maybe(info["true_peak_dbtp"]),
        momentary=_series(info["momentary"]),
    )


def _maybe(value: Any) -> float | None:
    return None if value is None else float(value)


def _floats(values: Sequence[Any]) -> tuple[float, ...]:
    return tuple(float(v) for v in values)


def _series(values: Sequence[Any]) -> F32:
    return np.asarray(values, dtype=np.float32)


def _intervals(rows: Sequence[Mapping[str, Any]]) -> tuple[Interval, ...]:
    return tuple(Interval(start_s=float(r["start"]), end_s=float(r["end"])) for r in rows)
