"""The palette script: which colours each section starts from, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .acts import act_at
from .colours import accent_of, accent_word, colour_words
from .form import Stretch
from .model import Act, PaletteStep
from .styles import hex_of, oklab_of

ACCENT: Mapping[str, float] = {
    "intro": 0.62,
    "verse": 0.76,
    "pre_chorus": 0.95,
    "chorus": 1.16,
    "post_chorus": 1.1,
    "bridge": 0.6,
    "instrumental": 1.0,
    "outro": 0.72,
}
"""How strong a section's accent is beside the production's own."""

BODY: Mapping[str, float] = {"intro": 0.9, "verse": 0.95, "chorus": 1.04, "bridge": 0.74}
"""How strong its other colours are."""

FREE_FROM, FREE_SPAN = 0.8, 0.35  # accent of a section without a label: by its energy
OWN_SHARE = 0.5  # a person's own colours are changed half as far
CLIMAX_STRENGTH = 1.06


def palette_script(
    palette: Sequence[str],
    form: Sequence[Stretch],
    acts: Sequence[Act],
    climax: int,
    *,
    own: bool,
) -> tuple[PaletteStep, ...]:
    """A step for every section: the production's palette with its accent held back or opened.

    Parameters
    ----------
    own : bool
        The palette is the person's, and is changed less.
    """
    labs = np.stack([oklab_of(c) for c in palette])
    accent = accent_of(palette)
    name = accent_word(palette[accent])
    steps = []
    for i, stretch in enumerate(form):
        act = act_at(acts, stretch.start)
        factors = np.full(len(labs), BODY.get(stretch.label, 1.0) * act.strength)
        factors[accent] = _accent(stretch) * act.strength
        factors *= CLIMAX_STRENGTH if i == climax else 1.0
        if own:
            factors = 1.0 + OWN_SHARE * (factors - 1.0)
        made = labs.copy()
        made[:, 1:] *= factors[:, None]
        colours = tuple(hex_of(lab) for lab in made)
        steps.append(
            PaletteStep(
                section_id=stretch.section_id,
                colours=colours,
                why=_why(stretch, name, colours, i, climax, len(form)),
            )
        )
    return tuple(steps)


def _accent(stretch: Stretch) -> float:
    return ACCENT.get(stretch.label, FREE_FROM + FREE_SPAN * stretch.energy)


def _why(
    stretch: Stretch, accent: str, colours: Sequence[str], at: int, climax: int, count: int
) -> str:
    others = [w for w in colour_words(colours) if w != accent] or [accent]
    body = " and ".join(others[:2])
    if at == climax and count > 1:
        return f"{accent} at its fullest over {body}: nothing in the film is brighter"
    if stretch.label == "bridge":
        return f"{body}, almost without {accent}, so that it is missed"
    if stretch.label in {"chorus", "post_chorus"}:
        more = "again, and more of it" if stretch.returns else "for the first time"
        return f"{accent} opens over {body} {more}"
    if stretch.label == "outro":
        return f"{body} as at the beginning; the {accent} fades"
    if _accent(stretch) < 1.0:
        later = "for what is to come" if at < climax else "as after a flame"
        return f"{body}; the {accent} is held back {later}"
    return f"{accent} and {body} in balance"
