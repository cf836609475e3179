"""The next free place in a sliding minute (contract B10): limits are kept by waiting."""

from __future__ import annotations

from collections.abc import Sequence

WINDOW_S = 60.0


def next_place(places: Sequence[float], per_minute: int, now: float) -> float:
    """When the next call may leave, so that no window of a minute ever holds more than the limit.

    Parameters
    ----------
    places : sequence of float
        Times already given away, ascending, in epoch seconds; at least the newest ``per_minute``.
    per_minute : int
        Calls that may leave in any 60 s; at least 1.
    now : float
        The present time.

    Returns
    -------
    float
        ``now`` or later, and never before the last place given away.
    """
    farthest = now + WINDOW_S * (len(places) // per_minute + 1)
    if not places or places[-1] > farthest:  # the clock was set back: those places mean nothing
        return now
    if len(places) < per_minute:
        return max(now, places[-1])
    return max(now, places[-1], places[-per_minute] + WINDOW_S)
