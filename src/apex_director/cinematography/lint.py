"""A second look at a storyboard: what a good editor would object to."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from statistics import median

from .colours import brightness
from .model import Shot, Storyboard, TransitionKind

LONG_SHOT_S = 24.0
SHORT_SHOT_S = 0.33
SAME_LIGHT = 0.01  # of OKLab lightness; less is not seen


def review(storyboard: Storyboard) -> tuple[str, ...]:
    """Warnings in the order of the film; empty for a plan without objections."""
    told: list[str] = []
    for left, right in pairwise(storyboard.shots):
        told += _neighbours(left, right)
    told += _lengths(storyboard)
    told += _choruses(storyboard)
    kinds = Counter(s.transition.kind for s in storyboard.shots)
    if kinds[TransitionKind.DIP_TO_WHITE] > 2:
        told.append(f"{kinds[TransitionKind.DIP_TO_WHITE]} dips to white tire the eye.")
    used = {s.picture_id for s in storyboard.shots}
    idle = [p.picture_id for p in storyboard.pictures if p.picture_id not in used]
    if idle:
        told.append(f"No shot looks at {', '.join(idle)}.")
    return tuple(told)


def _neighbours(left: Shot, right: Shot) -> list[str]:
    pair = f"{left.shot_id} and {right.shot_id}"
    if left.picture_id == right.picture_id and left.framing == right.framing:
        return [f"{pair} show the same picture in the same framing: the cut looks like a fault."]
    if left.size == right.size and left.move == right.move:
        return [f"{pair} have the same size and the same move."]
    if left.picture_id == right.picture_id and left.size == right.size:
        return [f"{pair} show the same picture at the same size."]
    return []


def _lengths(storyboard: Storyboard) -> list[str]:
    rate, told = storyboard.format.rate, []
    for shot in storyboard.shots:
        seconds = float(shot.frames / rate)
        if seconds > LONG_SHOT_S:
            told.append(f"{shot.shot_id} stands for {seconds:.0f} seconds.")
        if seconds < SHORT_SHOT_S and len(storyboard.shots) > 1:
            told.append(f"{shot.shot_id} is over in {seconds:.2f} seconds.")
    return told


def _choruses(storyboard: Storyboard) -> list[str]:
    labels = {s.section_id: s.label for s in storyboard.sections}
    pictures = {p.picture_id: p for p in storyboard.pictures}
    chorus = [s for s in storyboard.shots if labels.get(s.section_id) == "chorus"]
    verse = [s for s in storyboard.shots if labels.get(s.section_id) == "verse"]
    if not chorus or not verse:
        return []
    told = []
    if median(s.frames for s in chorus) > median(s.frames for s in verse):
        told.append("The chorus is cut slower than the verse.")

    def mean(shots: list[Shot]) -> float:
        return sum(brightness(pictures[s.picture_id].palette) for s in shots) / len(shots)

    if mean(chorus) < mean(verse) - SAME_LIGHT:
        told.append("The chorus is darker than the verse.")
    return told
