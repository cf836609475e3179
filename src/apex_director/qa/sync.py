"""How exactly the cuts lie on the music: the scorecard of a cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from .model import Marks, Sync

F64 = NDArray[np.float64]
ONE_FRAME = 1.0 + 1e-9
WEIGHTS = {"timing": 0.5, "sections": 0.25, "accents": 0.15, "downbeats": 0.10}
ENOUGH = {"timing": 1.0, "sections": 1.0, "accents": 0.5, "downbeats": 0.5}
"""The share that counts in full: not every accent wants a cut, nor every cut a bar's beginning."""
FEWEST_ACCENTS = 4  # of fewer no share can be told
GRADES = ((0.9, "tight"), (0.75, "good"), (0.5, "uneven"), (0.0, "off"))
MEANS = {
    "tight": "The cut sits on the music",
    "good": "The cut follows the music",
    "uneven": "Cut and music meet about half of the time",
    "off": "The cut does not follow the music",
}


def measure_sync(
    cut_frames: Sequence[int],
    beats_s: Sequence[float],
    downbeats_s: Sequence[float],
    rate: Fraction,
    *,
    marks: Marks | None = None,
    transition_frames: Sequence[int] = (),
) -> Sync:
    """Distances of cuts from the nearest analysed beat, and what of the music they meet.

    The first frame is no cut. A cut can only lie on a whole frame, so half a frame is the least one
    can promise. Without beats the cuts are held against phrase ends and strong onsets.

    Parameters
    ----------
    cut_frames : sequence of int
        First frame of every shot; where a transition leads to it, the transition's middle.
    beats_s, downbeats_s : sequence of float
        Beats that can be trusted, in seconds; empty where there are none.
    marks : Marks, optional
        Section changes, phrases, accents and drops.
    transition_frames : sequence of int
        Those of the cuts that are the middle of a transition.
    """
    known = marks or Marks()
    cuts = _frames(cut_frames)
    if not len(cuts):
        return replace(_sections(Sync(), cuts, known, beats_s, rate), summary="There is no cut.")
    sync = _against_beats(Sync(cuts=len(cuts)), cuts, beats_s, downbeats_s, rate)
    if not len(beats_s):
        sync = _against_phrases(sync, cuts, known, rate)
    sync = _sections(sync, cuts, known, beats_s, rate)
    sync = _accents(sync, cuts, known, rate)
    blends = _frames(transition_frames)
    if len(blends) and len(beats_s):
        on = float((_distances(blends, beats_s, rate) <= ONE_FRAME).mean())
        sync = replace(sync, transitions=len(blends), transitions_on_beat=round(on, 4))
    return _graded(replace(sync, transitions=len(blends)))


def _frames(numbers: Sequence[int]) -> F64:
    return np.array(sorted({n for n in numbers if n > 0}), dtype=np.float64)


def _against_beats(
    sync: Sync, cuts: F64, beats_s: Sequence[float], downbeats_s: Sequence[float], rate: Fraction
) -> Sync:
    if not len(beats_s):
        return sync
    errors = _distances(cuts, beats_s, rate)
    bars = _distances(cuts, downbeats_s, rate)
    frame_ms = 1000.0 / float(rate)
    median, p95 = float(np.median(errors)), float(np.percentile(errors, 95))
    return replace(
        sync,
        measured_against="beats",
        median_frames=median,
        worst_frames=float(errors.max()),
        p95_ms=p95 * frame_ms,
        within_one_frame=float((errors <= ONE_FRAME).mean()),
        downbeat_share=float((bars <= ONE_FRAME).mean()),
        median_ms=round(median * frame_ms, 2),
        worst_ms=round(float(errors.max()) * frame_ms, 2),
        p95_frames=round(p95, 4),
    )


def _against_phrases(sync: Sync, cuts: F64, marks: Marks, rate: Fraction) -> Sync:
    points = sorted({*marks.phrases_s, *marks.onsets_s, *marks.changes_s})
    if not points:
        return sync
    errors = _distances(cuts, points, rate)
    return replace(
        sync,
        measured_against="phrases",
        phrase_median_ms=round(float(np.median(errors)) * 1000.0 / float(rate), 2),
        phrase_share=round(float((errors <= ONE_FRAME).mean()), 4),
    )


def _sections(
    sync: Sync, cuts: F64, marks: Marks, beats_s: Sequence[float], rate: Fraction
) -> Sync:
    """Section changes with a cut on them, and with one less than half a beat away."""
    changes = marks.changes_s
    if not changes:
        return sync
    away = _distances(np.asarray(changes) * float(rate), cuts / float(rate), rate)
    beat = float(np.median(np.diff(beats_s))) if len(beats_s) > 1 else 0.5
    near = max(ONE_FRAME, 0.5 * beat * float(rate) - 1e-6)
    return replace(
        sync,
        section_changes=len(changes),
        section_hits=round(float((away <= ONE_FRAME).mean()), 4),
        section_near=round(float((away < near).mean()), 4),
    )


def _accents(sync: Sync, cuts: F64, marks: Marks, rate: Fraction) -> Sync:
    strong = sorted({*marks.accents_s, *marks.drops_s})
    if not strong:
        return sync
    cut_s = cuts / float(rate)
    hit = _distances(np.asarray(strong) * float(rate), cut_s, rate) <= ONE_FRAME
    met = _distances(cuts, sorted({*marks.onsets_s, *strong}), rate) <= ONE_FRAME
    drops = _distances(np.asarray(marks.drops_s) * float(rate), cut_s, rate) <= ONE_FRAME
    return replace(
        sync,
        accents=len(strong),
        accent_hits=round(float(hit.mean()), 4),
        cuts_on_accents=round(float(met.mean()), 4),
        drops=len(marks.drops_s),
        drop_hits=round(float(drops.mean()), 4) if len(marks.drops_s) else None,
    )


def _distances(frames: F64, times: Sequence[float] | F64, rate: Fraction) -> F64:
    """Frames from each frame number to the nearest of the times; infinite where there is none."""
    if not len(times):
        return np.full(len(frames), np.inf)
    marks = np.sort(np.asarray(times, dtype=np.float64)) * float(rate)
    right = np.clip(np.searchsorted(marks, frames), 0, len(marks) - 1)
    left = np.clip(right - 1, 0, len(marks) - 1)
    return np.asarray(np.minimum(np.abs(marks[left] - frames), np.abs(marks[right] - frames)))


def _graded(sync: Sync) -> Sync:
    """The weighted mean of what is known, each share against what counts as enough of it."""
    timing = sync.within_one_frame if sync.measured_against == "beats" else sync.phrase_share
    if timing is None:
        return replace(sync, summary="There is nothing in the music to measure the cuts against.")
    shares = {
        "timing": timing,
        "sections": sync.section_hits,
        "accents": sync.accent_hits if sync.accents >= FEWEST_ACCENTS else None,
        "downbeats": sync.downbeat_share,
    }
    known = {name: share for name, share in shares.items() if share is not None}
    total = sum(WEIGHTS[name] for name in known)
    score = sum(WEIGHTS[n] * min(1.0, share / ENOUGH[n]) for n, share in known.items()) / total
    grade = next(word for least, word in GRADES if score >= least)
    return replace(
        sync,
        score=round(score, 4),
        grade=grade,
        summary=f"{MEANS[grade]} ({grade}): {_told(sync, timing)}.",
    )


def _told(sync: Sync, timing: float) -> str:
    """What the grade stands on, in counts."""
    of_cuts = f"{round(timing * sync.cuts)} of {sync.cuts} cuts"
    if sync.measured_against == "beats":
        said = [
            f"{of_cuts} lie within a frame of a beat, half of them within {sync.median_ms:.0f} ms"
        ]
        if sync.downbeat_share is not None:
            said.append(f"{round(sync.downbeat_share * sync.cuts)} begin a bar")
    else:
        said = [f"the song has no steady beat, so {of_cuts} lie on a phrase or a strong onset"]
    met = []
    if sync.section_hits is not None:
        hits = round(sync.section_hits * sync.section_changes)
        met.append(f"{hits} of {sync.section_changes} section changes")
    if sync.accent_hits is not None:
        met.append(f"{round(sync.accent_hits * sync.accents)} of {sync.accents} strong accents")
    if met:
        said.append(f"{' and '.join(met)} have a cut")
    return "; ".join(said)
