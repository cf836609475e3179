"""How long a part must be to bear its name, and what becomes of those that are shorter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .model import Label

# Contract X15: seconds, in a song of usual length.
LEAST_S: dict[Label, float] = {
    "intro": 8.0,
    "verse": 16.0,
    "pre_chorus": 8.0,
    "chorus": 16.0,
    "post_chorus": 8.0,
    "bridge": 12.0,
    "outro": 8.0,
}
WHOLE_SONG_S = 210.0  # a shorter song has shorter parts, in proportion
PHRASE = 4  # bars; parts are counted in phrases, so that a fast song keeps its eight-bar chorus


@dataclass(frozen=True, kw_only=True)
class Named:
    """Consecutive parts under one name: the first and the part after the last, and their group."""

    first: int
    stop: int
    label: Label
    group: int


def least_bars(label: Label, bar_s: float, duration_s: float) -> int:
    """Bars a part of that name lasts at least: X15's seconds in whole phrases, to the nearest up to
    two phrases, down beyond.
    """
    bars = LEAST_S.get(label, 0.0) * min(1.0, duration_s / WHOLE_SONG_S) / max(bar_s, 1e-6)
    phrases = bars / PHRASE
    return PHRASE * int(phrases + 0.5 if phrases <= 2 else phrases)


def joined(
    labels: Sequence[Label],
    groups: Sequence[int],
    bars: Sequence[int],
    change: Sequence[float],
    *,
    bar_s: float,
    duration_s: float,
) -> list[Named]:
    """Parts of which none is too short for its name: one that is joins its neighbour of the same
    name or group, or the one it differs from less.

    Parameters
    ----------
    bars : length of every part in bars.
    change : how much changes where each part after the first begins, one fewer than parts.
    """
    parts = [
        Named(first=i, stop=i + 1, label=name, group=group)
        for i, (name, group) in enumerate(zip(labels, groups, strict=True))
    ]

    def length(part: Named) -> int:
        return sum(bars[part.first : part.stop])

    def lack(part: Named) -> float:
        least = least_bars(part.label, bar_s, duration_s)
        return length(part) / least if least else 1.0

    while len(parts) > 1:
        short = min(range(len(parts)), key=lambda i: (lack(parts[i]), i))
        if lack(parts[short]) >= 1:
            break
        near = [i for i in (short - 1, short + 1) if 0 <= i < len(parts)]
        other = min(near, key=lambda i: _apart(parts[short], parts[i], change))
        a, b = sorted((short, other))
        longer = max(parts[a], parts[b], key=length)
        parts[a : b + 1] = [
            Named(first=parts[a].first, stop=parts[b].stop, label=longer.label, group=longer.group)
        ]
    return parts


def _apart(part: Named, other: Named, change: Sequence[float]) -> tuple[bool, bool, float]:
    border = max(part.first, other.first)
    return part.label != other.label, part.group != other.group, change[border - 1]
