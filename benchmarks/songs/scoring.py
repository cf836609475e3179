"""One song's analysis against its truth: every measure 0..1 unless it says otherwise.

Source: Raffel et al., mir_eval, ISMIR 2014.
"""

from __future__ import annotations

import warnings
from typing import Any

import mir_eval
import numpy as np
from numpy.typing import NDArray

from apex_director.audio.model import AudioAnalysis

F64 = NDArray[np.float64]
Scores = dict[str, float]
Truth = dict[str, Any]
IGNORED_S = 5.0  # beats before are not judged, as is the custom
_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_LABELS = frozenset({"intro", "verse", "pre_chorus", "chorus", "bridge", "outro"})
_BANDS = (("kick", "low"), ("snare", "mid"), ("hat", "high"))
_STEP_S = 0.05
_ASKED = {
    "sections": ("B.5", "B3", "pairF", "V"), "named": ("names",), "key": ("key",),
    "chords": ("root", "majmin"), "drums": ("kick", "snare", "hat"), "silence": ("silence",),
    "vocals": ("vocals",), "drops": ("drops",), "meter": ("metre",),
}  # fmt: skip


def judged(times: Any, truth: Truth) -> F64:
    """Times that count: past the first seconds, outside stretches played freely."""
    out = np.asarray(times, dtype=np.float64)
    out = out[out >= IGNORED_S]
    for part in truth.get("free", ()):
        out = out[(out < part["start"]) | (out >= part["end"])]
    return out


def of_beats(beats: Any, downbeats: Any, bpm: float | None, truth: Truth) -> Scores:
    """Beats, bars and tempo; nothing found counts as 0."""
    true, mine = judged(truth["beats"], truth), judged(beats, truth)
    out = {"F": 0.0, "CMLt": 0.0, "AMLt": 0.0}
    if len(mine) > 1 and len(true) > 1:
        out["F"] = float(mir_eval.beat.f_measure(true, mine))
        _, out["CMLt"], _, out["AMLt"] = map(float, mir_eval.beat.continuity(true, mine))
    if truth.get("downbeats"):
        bars, found = judged(truth["downbeats"], truth), judged(downbeats, truth)
        out["downF"] = float(mir_eval.beat.f_measure(bars, found)) if len(found) else 0.0
    if truth.get("tempo"):
        ratio = (bpm or 1e-9) / truth["tempo"]
        out["T1"] = float(abs(ratio - 1) < 0.04)
        out["T2"] = float(min(abs(ratio / k - 1) for k in (1, 2, 0.5, 3, 1 / 3)) < 0.04)
    return out


def of_analysis(heard: AudioAnalysis, truth: Truth) -> Scores:
    """Everything but the beats themselves, as far as the truth says it."""
    out: Scores = {}
    if truth.get("sections"):
        out |= _sections(heard, truth)
    if truth.get("key"):
        out["key"] = _key(heard, truth["key"])
    if truth.get("chords"):
        out |= _chords(heard, truth["chords"])
    if truth.get("drums"):
        out |= _drums(heard, truth["drums"])
    if truth.get("silence"):
        out["silence"] = frames_f(truth["silence"], heard.silence, heard.duration_s)
    if truth.get("vocals"):
        out["vocals"] = frames_f(truth["vocals"], heard.vocals, heard.duration_s)
    if truth.get("drops"):
        out["drops"] = _drops(heard, truth)
    if truth.get("meter") and len(truth["beats"]) > 7:
        out |= _metre(heard, truth)
    return out


def nothing(truth: Truth) -> Scores:
    """The scores of a song that could not be heard: 0 for all its truth could have told."""
    out = of_beats([], [], None, truth) if truth.get("beats") else {}
    for told, measures in _ASKED.items():
        if truth.get(told):
            out |= dict.fromkeys(measures, 0.0)
    return out


def _sections(heard: AudioAnalysis, truth: Truth) -> Scores:
    true = truth["sections"]
    end = max(true[-1]["end"], heard.duration_s)
    bounds = np.array([[s["start"], s["end"]] for s in true], dtype=np.float64)
    groups = [str(s.get("group") or s["label"]) for s in true]
    mine = np.array([[s.start_s, s.end_s] for s in heard.sections], dtype=np.float64)
    mine = mine[mine[:, 1] > mine[:, 0]]
    labels = [s.group for s in heard.sections if s.end_s > s.start_s]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        a, la = mir_eval.util.adjust_intervals(bounds, groups, t_min=0.0, t_max=end)
        b, lb = mir_eval.util.adjust_intervals(mine, labels, t_min=0.0, t_max=end)
        out = {
            "B.5": float(mir_eval.segment.detection(a, b, window=0.5, trim=True)[2]),
            "B3": float(mir_eval.segment.detection(a, b, window=3.0, trim=True)[2]),
            "pairF": float(mir_eval.segment.pairwise(a, la, b, lb)[2]),
            "V": float(mir_eval.segment.vmeasure(a, la, b, lb)[2]),
        }
    if truth.get("named"):
        out["names"] = _names(heard, true)
    return out


def _names(heard: AudioAnalysis, true: list[dict[str, Any]]) -> float:
    """Share of time under the right label."""
    right = total = 0.0
    for part in true:
        if part["label"] not in _LABELS:
            continue
        total += part["end"] - part["start"]
        right += sum(
            max(0.0, min(s.end_s, part["end"]) - max(s.start_s, part["start"]))
            for s in heard.sections
            if s.label == part["label"]
        )
    return right / total if total else 0.0


def _key(heard: AudioAnalysis, key: str) -> float:
    tone = heard.tone
    if tone.tonic is None or tone.mode is None:
        return 0.0
    return float(mir_eval.key.weighted_score(key, f"{_NAMES[tone.tonic]} {tone.mode}"))


def _chords(heard: AudioAnalysis, true: list[list[Any]]) -> Scores:
    """Share of time with the right root, and with the right root and mode."""
    out = {"root": 0.0, "majmin": 0.0}
    mine = [c for c in heard.tone.chords if c.end_s > c.start_s]
    if not mine:
        return out
    bounds = np.array([[c[0], c[1]] for c in true], dtype=np.float64)
    names = [c[2] for c in true]
    found = np.array([[c.start_s, c.end_s] for c in mine], dtype=np.float64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found, labels = mir_eval.util.adjust_intervals(
            found, [c.name for c in mine], t_min=bounds[0, 0], t_max=bounds[-1, 1],
            start_label="N", end_label="N",
        )  # fmt: skip
        spans, a, b = mir_eval.util.merge_labeled_intervals(bounds, names, found, labels)
        lengths = mir_eval.util.intervals_to_durations(spans)
        for name, compare in (("root", mir_eval.chord.root), ("majmin", mir_eval.chord.majmin)):
            out[name] = float(mir_eval.chord.weighted_accuracy(compare(a, b), lengths))
    return out


def _drums(heard: AudioAnalysis, drums: dict[str, list[float]]) -> Scores:
    """Strokes found within 50 ms, and of what was found the share that any start explains.

    A band hears more than its drum: a bass note is a true onset of the low band. Alone, ``strict``
    counts it as false.
    """
    out: Scores = {}
    for band in heard.bands:
        drum = next(d for d, name in _BANDS if name == band.name)
        found, true = np.array(band.onsets_s), np.array(drums.get(drum) or [])
        if not len(true):
            continue
        any_ = np.array(drums.get(f"{band.name}_any") or drums[drum])
        hit = mir_eval.onset.f_measure(true, found, window=0.05)
        explained = mir_eval.onset.f_measure(any_, found, window=0.05)
        recall, precision = float(hit[2]), float(explained[1])
        out[drum] = 2 * recall * precision / (recall + precision) if recall * precision else 0.0
        out[f"{drum}_strict"] = float(hit[0])
    return out


def frames_f(true: list[dict[str, float]], found: Any, duration_s: float) -> float:
    """F of stretches of time, in frames of 50 ms."""
    times = np.arange(0, duration_s, _STEP_S) + _STEP_S / 2
    a, b = np.zeros(len(times), dtype=bool), np.zeros(len(times), dtype=bool)
    for part in true:
        a |= (times >= part["start"]) & (times < part["end"])
    for part in found:
        b |= (times >= part.start_s) & (times < part.end_s)
    return float(2 * (a & b).sum() / (a.sum() + b.sum())) if (a | b).any() else 1.0


def _drops(heard: AudioAnalysis, truth: Truth) -> float:
    """F of drops, each within a bar."""
    bar = float(np.median(np.diff(truth["downbeats"])))
    found = np.array([e.start_s for e in heard.events if e.kind == "drop"])
    if not len(found):
        return 0.0
    return float(mir_eval.onset.f_measure(np.array(truth["drops"]), found, window=bar)[0])


def _metre(heard: AudioAnalysis, truth: Truth) -> Scores:
    grid = heard.grid
    out = {"metre": float(grid.meter == truth["meter"])}
    if "compound" in truth:
        out["compound"] = float(grid.compound == truth["compound"])
    swing = truth.get("swing")
    if swing and swing > 0.55:
        out["swing"] = float(grid.swing is not None and abs(grid.swing - swing) < 0.06)
    return out
