"""Best of several takes: which is kept, why, and whether to try again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from apex_director.core.errors import ValidationFailed
from apex_director.core.fingerprint import Fingerprint, distance

from .quality.model import Choice, Look, Score, Scored

DUPLICATE = 0.06  # fingerprint distance: copies resized or compressed stay below
LEVEL = 0.005  # scores closer than this are the same
TELLING = 0.02  # a difference smaller than this is not told
TOLD = 2  # differences named in a reason

_WORDS: dict[tuple[str, ...], tuple[str, float]] = {
    ("technical", "sharpness"): ("sharper", 0.12),
    ("technical", "noise"): ("less noise", 0.09),
    ("technical", "exposure"): ("better exposed", 0.09),
    ("technical", "compression"): ("fewer blocks", 0.07),
    ("technical", "banding"): ("smoother gradients", 0.05),
    ("technical", "artefacts"): ("fewer artefacts", 0.05),
    ("aesthetic", "composition", "thirds"): ("better placed on the thirds", 0.04),
    ("aesthetic", "composition", "lines"): ("more level", 0.03),
    ("aesthetic", "composition", "symmetry"): ("better balanced", 0.03),
    ("aesthetic", "composition", "depth"): ("deeper", 0.02),
    ("aesthetic", "composition", "framing"): ("less cut off by the frame", 0.02),
    ("aesthetic", "color_harmony"): ("hues in better order", 0.09),
    ("aesthetic", "subject_contrast"): ("a subject that stands out more", 0.09),
    ("style", "palette"): ("closer to the palette", 0.13),
    ("style", "light"): ("closer to the light wanted", 0.06),
    ("style", "grade"): ("closer to the grade wanted", 0.06),
}
"""What a higher measure is called, and about how much it moves the composite score."""

CUSTOM_SHARE = 0.2


def choose(
    candidates: Sequence[Scored],
    *,
    threshold: float,
    look: Look | None = None,
    accepted: Mapping[str, Fingerprint] | None = None,
) -> Choice:
    """Keep the best of several takes of one picture.

    The highest score wins; among scores level within `LEVEL` the closer to the look where one was
    asked for, then the earlier take. A take that repeats an accepted picture stands behind every
    one that does not and is never accepted.

    Parameters
    ----------
    threshold : float
        Overall score from which a take is accepted.
    accepted : mapping of name to fingerprint, optional
        Pictures of this production that were accepted before.

    Raises
    ------
    ValidationFailed
        There is nothing to choose from.
    """
    if not candidates:
        raise ValidationFailed(
            "there is no take to choose from",
            where="candidates",
            what_to_do="Generate at least one picture first.",
        )
    pairs = tuple(_duplicates(candidates, accepted or {}))
    repeating = {index for index, other in pairs if isinstance(other, str)}
    order = _ranked(candidates, repeating, look)
    best = order[0]
    overall = candidates[best].score.overall
    fine = overall >= threshold and best not in repeating
    return Choice(
        index=best,
        reason=_reason(candidates, order, pairs, threshold),
        accepted=fine,
        duplicates=pairs,
    )


def again(choice: Choice, made: int, limit: int) -> bool:
    """Whether to draw another take: none was accepted, and fewer than ``limit`` were made."""
    return not choice.accepted and made < limit


def _ranked(candidates: Sequence[Scored], repeating: set[int], look: Look | None) -> list[int]:
    """Indices, best first."""
    left = sorted(
        range(len(candidates)),
        key=lambda i: (i in repeating, -candidates[i].score.overall, i),
    )
    top = candidates[left[0]].score.overall
    level = [
        i
        for i in left
        if top - candidates[i].score.overall <= LEVEL and (i in repeating) == (left[0] in repeating)
    ]
    first = min(level, key=lambda i: (-_style(candidates[i].score) if look else 0.0, i))
    return [first, *(i for i in left if i != first)]


def _style(score: Score) -> float:
    """Mean closeness to the look, rounded so that a hair's breadth decides nothing."""
    if score.style is None:
        return 0.0
    known = [
        v for v in (score.style.palette, score.style.light, score.style.grade) if v is not None
    ]
    return round(sum(known) / len(known), 2) if known else 0.0


def _duplicates(
    candidates: Sequence[Scored], accepted: Mapping[str, Fingerprint]
) -> Iterator[tuple[int, int | str]]:
    """Each take with the first it repeats: an accepted picture, else an earlier take."""
    for index, candidate in enumerate(candidates):
        if candidate.fingerprint is None:
            continue
        for name, known in accepted.items():
            if distance(candidate.fingerprint, known) < DUPLICATE:
                yield index, name
                break
        else:
            for earlier in range(index):
                other = candidates[earlier].fingerprint
                if other is not None and distance(candidate.fingerprint, other) < DUPLICATE:
                    yield index, earlier
                    break


def _reason(
    candidates: Sequence[Scored],
    order: Sequence[int],
    pairs: Sequence[tuple[int, int | str]],
    threshold: float,
) -> str:
    best, count = order[0], len(candidates)
    overall = candidates[best].score.overall
    if count == 1:
        text = f"kept the only take: {overall:.2f}"
    else:
        told = _differences(candidates[best].score, candidates[order[1]].score)
        rest = f"{overall:.2f} against {candidates[order[1]].score.overall:.2f}"
        text = f"kept take {best + 1} of {count}: {', '.join(told) or rest}"
    if overall < threshold:
        text += f"; {overall:.2f} is below the {threshold:.2f} wanted"
    for index, other in pairs:
        twin = f"picture {other}" if isinstance(other, str) else f"take {other + 1}"
        text += f"; take {index + 1} repeats {twin}"
    return text


def _differences(best: Score, other: Score) -> list[str]:
    """In what the better one is better, the weightiest first."""
    gains: list[tuple[float, str]] = []
    for path, (words, weight) in _WORDS.items():
        one, two = _at(best, path), _at(other, path)
        if one is not None and two is not None and one - two > TELLING:
            gains.append(((one - two) * weight, f"{words} ({one:.2f} against {two:.2f})"))
    for name, one in best.custom.items():
        two = other.custom.get(name)
        if two is not None and one - two > TELLING:
            text = f"higher in {name} ({one:.2f} against {two:.2f})"
            gains.append(((one - two) * CUSTOM_SHARE, text))
    return [text for _, text in sorted(gains, key=lambda g: (-g[0], g[1]))[:TOLD]]


def _at(score: Score, path: Sequence[str]) -> float | None:
    value: object = score
    for name in path:
        if value is None:
            return None
        value = getattr(value, name)
    return value if isinstance(value, float) else None
