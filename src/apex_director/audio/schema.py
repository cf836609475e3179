"""`audio_analysis.json` (contract X6): an analysis as plain data. `reading.py` is the way back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from ..core.time import frames_for
from .colors import palette_of
from .model import ENVELOPE_HZ, F32, AudioAnalysis, Interval, Loudness, Section
from .reading import from_x6
from .tonal_names import NAMES

__all__ = ["confidences", "from_x6", "to_x6"]
WEIGHTS = {"beat": 0.25, "harmonic": 0.25, "spectral": 0.20, "sections": 0.20, "quantization": 0.10}
SYNC_TOLERANCE_S = 0.040  # sound before picture that passes, EBU R 37
_TIME, _SHARE, _ENVELOPE = 6, 4, 3  # decimals


def to_x6(
    analysis: AudioAnalysis,
    *,
    path: str,
    format: str,
    rate: Fraction,
    total_frames: int,
    cut_frames: Sequence[int] | None = None,
    timestamp: str,
) -> dict[str, Any]:
    """Every key of X6; what could not be measured is null.

    Parameters
    ----------
    analysis : AudioAnalysis
        What was heard.
    path, format : str
        The song's file and container.
    rate : Fraction
        Frames per second of the production.
    total_frames : int
        Its length; 0 takes the song's own.
    cut_frames : sequence of int
        Frames the picture changes at; without them the beats themselves are measured.
    timestamp : str
        ISO 8601.
    """
    steps = _quantization(analysis, rate, total_frames, cut_frames)
    scores = confidences(analysis, steps["sync_quality"])
    return {
        "file_info": {
            "path": path,
            "format": format,
            "sample_rate": analysis.sample_rate,
            "duration": analysis.duration_s,
            "channels": analysis.channels,
        },
        "beat_info": _beats(analysis),
        "key_info": _key(analysis),
        "spectral_info": _spectral(analysis),
        "section_info": _sections(analysis.sections),
        "onset_info": _onsets(analysis),
        "vocal_info": {
            "intervals": _intervals(analysis.vocals),
            "confidence": _share(analysis.vocal_confidence),
        },
        "silence": _intervals(analysis.silence),
        "phrases": _times(analysis.phrases_s),
        "loudness_info": _loudness(analysis.loudness),
        "mood_info": {
            "valence": _share(analysis.mood.valence),
            "arousal": _share(analysis.mood.arousal),
            "evidence": {k: round(float(v), 6) for k, v in analysis.mood.features.items()},
        },
        "envelopes": {
            "rate_hz": ENVELOPE_HZ,
            **{band.name: _rounded(band.envelope, _ENVELOPE) for band in analysis.bands},
            "loudness": _rounded(analysis.loudness_envelope, _ENVELOPE),
            "bass": _rounded(analysis.bass_envelope, _ENVELOPE),
        },
        "events": [
            {
                "kind": e.kind,
                "start": round(e.start_s, _TIME),
                "end": round(e.end_s, _TIME),
                "strength": _share(e.strength),
            }
            for e in analysis.events
        ],
        "energy_arc": [
            {"time": round(t, _TIME), "energy": _share(e)} for t, e in analysis.energy_arc
        ],
        "quantization_info": steps,
        "confidence_scores": scores,
        "overall_confidence": _share(sum(WEIGHTS[k] * scores[k] for k in WEIGHTS)),
        "analysis_timestamp": timestamp,
        "warnings": list(analysis.warnings),
    }


def confidences(analysis: AudioAnalysis, sync_quality: float | None) -> dict[str, float]:
    """How far each group can be relied on, 0..1; what was not found counts as 0."""
    spans = analysis.sections
    total = max(sum(s.duration_s for s in spans), 1e-9)
    return {
        "beat": _share(analysis.grid.trust),
        "harmonic": _share(analysis.tone.confidence),
        "spectral": _share(analysis.spectrum.confidence),
        "sections": _share(sum(s.confidence * s.duration_s for s in spans) / total),
        "quantization": sync_quality if sync_quality is not None else 0.0,
    }


def _beats(analysis: AudioAnalysis) -> dict[str, Any]:
    grid = analysis.grid
    return {
        "bpm": None if grid.bpm is None else round(grid.bpm, 4),
        "confidence": _share(grid.trust),
        "num_beats": len(grid.beats),
        "duration": analysis.duration_s,
        "beats": _times([b.time_s for b in grid.beats]),
        "downbeats": _times(grid.downbeats),
        "bars": [b.bar for b in grid.beats],
        "positions": [b.position for b in grid.beats],
        "strengths": [_share(b.strength) for b in grid.beats],
        "tempo_curve": [{"time": round(t, _TIME), "bpm": round(b, 4)} for t, b in grid.bpm_curve],
        "regularity": _share(grid.regularity),
        "meter": grid.meter,
        "compound": grid.compound,
        "swing": None if grid.swing is None else _share(grid.swing),
        "tempo_alternatives": [
            {"bpm": round(a.bpm, 4), "confidence": _share(a.confidence)} for a in grid.alternatives
        ],
        "grid": {
            "verdict": grid.verdict,
            "trust": _share(grid.trust),
            "source": grid.source,
            "windows": [
                {
                    "start": round(w.start_s, _TIME),
                    "end": round(w.end_s, _TIME),
                    "trust": _share(w.trust),
                }
                for w in grid.windows
            ],
        },
    }


def _key(analysis: AudioAnalysis) -> dict[str, Any]:
    tone = analysis.tone
    return {
        "key": None if tone.tonic is None else NAMES[tone.tonic],
        "mode": tone.mode,
        "confidence": _share(tone.confidence),
        "chroma_vector": [round(float(v), 6) for v in tone.chroma],
        "harmonic_rhythm": _share(analysis.harmonic_rhythm),
        "chords": [
            {
                "start": round(c.start_s, _TIME),
                "end": round(c.end_s, _TIME),
                "name": c.name,
                "confidence": _share(c.confidence),
            }
            for c in tone.chords
        ],
    }


def _spectral(analysis: AudioAnalysis) -> dict[str, Any]:
    sound = analysis.spectrum
    return {
        "brightness": _share(sound.brightness),
        "energy": _share(sound.energy),
        "timbre_complexity": _share(sound.timbre_complexity),
        "color_palette": palette_of(analysis),
        "loudness_lufs": _known(analysis.loudness.integrated_lufs),
        "valence": _share(analysis.mood.valence),
        "confidence": _share(sound.confidence),
    }


def _sections(sections: Sequence[Section]) -> dict[str, Any]:
    return {
        "num_sections": len(sections),
        "structure_type": _structure(sections),
        "form": "".join(s.group for s in sections),
        "complexity_score": _complexity(sections),
        "sections": [
            {
                "section_id": s.section_id,
                "start_time": round(s.start_s, _TIME),
                "end_time": round(s.end_s, _TIME),
                "duration": round(round(s.end_s, _TIME) - round(s.start_s, _TIME), _TIME),
                "label": s.label,
                "repeat_group": s.group,
                "energy": _share(s.energy),
                "confidence": _share(s.confidence),
            }
            for s in sections
        ],
    }


def _structure(sections: Sequence[Section]) -> str:
    """The form in one word, from repeats and labels."""
    labels = [s.label for s in sections]
    groups = [s.group for s in sections]
    if len(sections) < 2:
        return "single"
    if len(set(groups)) == len(groups):
        return "through_composed"
    if labels.count("chorus") > 1 and "verse" in labels:
        return "verse_chorus"
    return "strophic" if len(set(groups)) == 1 else "sectional"


def _complexity(sections: Sequence[Section]) -> float:
    """Entropy of the time spent in each repeat group, over that of eight equal groups, 0..1."""
    total = sum(s.duration_s for s in sections)
    if total <= 0:
        return 0.0
    spent = {
        g: sum(s.duration_s for s in sections if s.group == g) for g in {s.group for s in sections}
    }
    shares = [spent[g] / total for g in sorted(spent)]
    return _share(min(1.0, -sum(p * math.log(p) for p in shares if p > 0) / math.log(8)))


def _onsets(analysis: AudioAnalysis) -> dict[str, Any]:
    return {
        **{band.name: _times(band.onsets_s) for band in analysis.bands},
        "strengths": {b.name: [_share(s) for s in b.strengths] for b in analysis.bands},
    }


def _loudness(loudness: Loudness) -> dict[str, Any]:
    return {
        "integrated_lufs": _known(loudness.integrated_lufs),
        "range_lu": _known(loudness.range_lu),
        "true_peak_dbtp": _known(loudness.true_peak_dbtp),
        "momentary": _rounded(
            np.maximum(np.nan_to_num(loudness.momentary, neginf=-120.0), -120), 2
        ),
    }


def _quantization(
    analysis: AudioAnalysis, rate: Fraction, total_frames: int, cuts: Sequence[int] | None
) -> dict[str, Any]:
    """How well whole frames meet the music: cuts against beats, or beats against frames.

    Without a grid, cuts are held against the phrase points instead.
    """
    frames = total_frames or frames_for(analysis.duration_s, rate)
    times = _times([b.time_s for b in analysis.grid.beats]) if analysis.grid.reliable else []
    out: dict[str, Any] = {
        "target_fps": float(rate),
        "rate": f"{rate.numerator}/{rate.denominator}",
        "total_frames": frames,
        "quantization_error": None,
        "beat_alignment_rate": None,
        "sync_quality": None,
        "measured_on": None,
    }
    points = np.array(times or _times(analysis.phrases_s) if cuts is not None else times) * float(
        rate
    )
    inner = np.array([c for c in cuts or () if 0 < c < frames], dtype=np.float64)
    if not len(points) or (cuts is not None and not len(inner)):
        return out
    if cuts is None:
        away = np.abs(points - np.floor(points + 0.5))
    else:
        away = np.abs(inner[:, None] - points[None, :]).min(axis=1)
    error = float(away.mean() / float(rate))
    out["quantization_error"] = round(error, _TIME)
    out["beat_alignment_rate"] = _share(float((away <= 0.5 + 1e-9).mean()))
    out["sync_quality"] = _share(max(0.0, 1 - error / SYNC_TOLERANCE_S))
    out["measured_on"] = "beats" if cuts is None else "cuts"
    return out


def _times(values: Sequence[float]) -> list[float]:
    return [round(float(v), _TIME) for v in values]


def _share(value: float) -> float:
    return round(float(value), _SHARE)


def _known(value: float | None) -> float | None:
    return round(float(value), 3) if value is not None and math.isfinite(value) else None


def _rounded(values: F32, decimals: int) -> list[float]:
    # Equal values share one object: an hour of envelopes would else be 700,000 of them.
    steps = np.rint(np.asarray(values, dtype=np.float64) * 10**decimals).astype(np.int32)
    known = {int(k): round(int(k) / 10**decimals, decimals) for k in np.unique(steps)}
    return [known[int(k)] for k in steps]


def _intervals(spans: Sequence[Interval]) -> list[dict[str, float]]:
    return [{"start": round(s.start_s, _TIME), "end": round(s.end_s, _TIME)} for s in spans]
