"""Names for the parts of a song, by rule, from their repeats, energy and voice."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from .model import Label

END_S = 30.0  # an intro or outro is no longer
_VOICE = 0.15  # share of a section with voice that makes it sung


def label(
    groups: Sequence[int], energy: Sequence[float], sung: Sequence[float], times: Sequence[float]
) -> list[Label]:
    """A label for every section.

    Parameters
    ----------
    groups : repeat group of every section.
    energy, sung : 0..1 per section.
    times : section borders in seconds, one more than sections.

    The group with the most energy, voice and repeats is the chorus; other repeated groups are
    verses; a short one between verse and chorus is a pre-chorus; what comes once in the last two
    thirds is a bridge; the ends are intro and outro; a repeated part without voice in a song with
    voice is instrumental. Where nothing differs from the rest, every part is a plain section.
    """
    count = len(groups)
    if len(set(groups)) < 2:
        return ["section"] * count
    total = times[-1] - times[0]
    chorus = _chorus(groups, energy, sung, times)
    verse = _verse(groups, chorus, times)
    repeats = {g: list(groups).count(g) for g in groups}
    has_voice = max(sung) > _VOICE
    out: list[Label] = []
    for i, group in enumerate(groups):
        middle = (times[i] + times[i + 1]) / 2 - times[0]
        if group == chorus:
            out.append("chorus")
        elif group == verse:
            out.append("verse")
        elif has_voice and sung[i] < _VOICE / 2:
            out.append("instrumental")
        elif repeats[group] == 1 and middle > total / 3:
            out.append("bridge")
        else:
            out.append("verse")
    _pre_choruses(out, groups, times, chorus, verse)
    _ends(out, groups, energy, times)
    return out


def _chorus(
    groups: Sequence[int], energy: Sequence[float], sung: Sequence[float], times: Sequence[float]
) -> int:
    total = times[-1] - times[0]

    def score(group: int) -> float:
        mine = [i for i, g in enumerate(groups) if g == group]
        span = sum(times[i + 1] - times[i] for i in mine)
        mean_energy = sum(energy[i] * (times[i + 1] - times[i]) for i in mine) / span
        voice = sum(sung[i] for i in mine) / len(mine)
        again = min(len(mine), 4) / 4
        long_enough = min(1.0, span / (0.15 * total))
        late = 0.0 if mine == [0] else 0.15
        return (1.2 * mean_energy + 0.5 * voice + 0.8 * again + late) * long_enough

    return max(sorted(set(groups)), key=score)


def _verse(groups: Sequence[int], chorus: int, times: Sequence[float]) -> int | None:
    """The longest other group, repeated ones first."""
    others = sorted(set(groups) - {chorus})
    if not others:
        return None

    def score(group: int) -> tuple[bool, float]:
        mine = [i for i, g in enumerate(groups) if g == group]
        return len(mine) > 1, sum(times[i + 1] - times[i] for i in mine)

    return max(others, key=score)


def _pre_choruses(
    out: list[Label],
    groups: Sequence[int],
    times: Sequence[float],
    chorus: int,
    verse: int | None,
) -> None:
    spans = [b - a for a, b in pairwise(times)]
    typical = sorted(spans)[len(spans) // 2]
    for i in range(1, len(out) - 1):
        between = groups[i - 1] == verse and groups[i + 1] == chorus
        if between and groups[i] not in (chorus, verse) and spans[i] <= 0.8 * typical:
            out[i] = "pre_chorus"


def _ends(
    out: list[Label], groups: Sequence[int], energy: Sequence[float], times: Sequence[float]
) -> None:
    """Short first and last parts that come once or are quieter become intro and outro."""
    if len(out) < 3:
        return
    first_s, last_s = times[1] - times[0], times[-1] - times[-2]
    rises = energy[0] < energy[1] - 0.1
    # a last chorus rings out within itself; only one far quieter is an outro
    fades = energy[-1] < energy[-2] - (0.35 if out[-1] == "chorus" else 0.1)
    once = [
        list(groups).count(g) == 1 and g_label != "chorus"
        for g, g_label in zip(groups, out, strict=True)
    ]
    if first_s <= END_S and (rises or once[0]):
        out[0] = "intro"
    if last_s <= END_S and (fades or once[-1]):
        out[-1] = "outro"
