"""Who and where the film is about, in the same words in every prompt; and its style bible (contract
X13).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from .colours import accent_of, accent_word
from .lexicon import Concept
from .model import Character, ColorRoles, PicturePlan, Place, Shot, StyleBible
from .motifs import PEOPLE
from .styles import Look, blend, oklab_of, table

SKIN = ("#4a2c20", "#a36a4b", "#e6b796")  # deep, middle and light, in plain light
SKIN_LIGHT = 0.12  # how far the film's brightest colour falls on them
MOST_MOVES = 3  # that a camera profile names
TIGHT_FROM, WIDE_TO = 0.35, -0.25  # tightness of a look that is told


def cast_of(
    subjects: Iterable[str], concept: Concept, palette: Sequence[str]
) -> tuple[Character, ...]:
    """The figures of a film in the order of their weight; people wear the film's own colours, all
    of them the same two, for they belong to one film.
    """
    return tuple(
        _character(subject, concept, palette)
        for subject, _ in Counter(s for s in subjects if s != "none").most_common()
    )


def _character(subject: str, concept: Concept, palette: Sequence[str]) -> Character:
    plain = str(table("places")["said"]["subject"][subject])
    role = concept.role(subject)
    words = f"{plain.rsplit(' ', 1)[0]} {role}" if role else plain
    wardrobe = wardrobe_of(palette) if subject in PEOPLE else ()
    colours = list(dict.fromkeys(map(accent_word, wardrobe)))
    return Character(
        name=f"the {role or subject}",
        subject=subject,
        look=str(table("places")["figure"][subject]),
        wardrobe=wardrobe,
        words=f"{words} in {' and '.join(colours)}" if colours else words,
    )


def wardrobe_of(palette: Sequence[str]) -> tuple[str, ...]:
    """The accent, to be found in any picture, over the darker of the palette's body colours."""
    accent = accent_of(palette)
    return (palette[accent], palette[1 if accent != 1 else 0])


def said_of(cast: Sequence[Character]) -> Mapping[str, str]:
    """Subject to the words that every prompt calls it."""
    return {"none": ""} | {figure.subject: figure.words for figure in cast}


def style_bible(
    look: Look,
    palette: Sequence[str],
    cast: Sequence[Character],
    pictures: Sequence[PicturePlan],
    shots: Sequence[Shot],
    places: Mapping[str, Place],
) -> StyleBible:
    """The bible of a film whose pictures and shots are known; it tells what they do."""
    style = f", after {look.style.replace('_', ' ')}" if look.style else ""
    genre = look.genre.replace("_", " ")
    return StyleBible(
        overall_style=f"{genre}{style}: {', '.join(w for w in look.words if w)}",
        color_palette=_roles(palette),
        lighting_profile=_lighting(pictures),
        camera_profile=_camera(look, shots),
        mood_descriptors=tuple(dict.fromkeys(p.mood for p in _by_weight(pictures, shots))),
        characters=tuple(cast),
        places=tuple(places.values()),
    )


def _by_weight(pictures: Sequence[PicturePlan], shots: Sequence[Shot]) -> list[PicturePlan]:
    time: Counter[str] = Counter()
    for shot in shots:
        time[shot.picture_id] += shot.frames
    return sorted(pictures, key=lambda p: -time[p.picture_id])


def _roles(palette: Sequence[str]) -> ColorRoles:
    accent = accent_of(palette)
    body = [c for i, c in enumerate(palette) if i != accent]
    plain = min((body[0], body[-1]), key=lambda c: float(np.hypot(*oklab_of(c)[1:])))
    middle = [c for c in body if c not in (body[0], body[-1])] or body
    return ColorRoles(
        primary=middle[0],
        secondary=middle[-1],
        accent=palette[accent],
        neutral=plain,
        skin_tones=blend(SKIN, (palette[-1],) * len(SKIN), SKIN_LIGHT),
    )


def _lighting(pictures: Sequence[PicturePlan]) -> str:
    lights = [name for name, _ in Counter(p.lighting for p in pictures).most_common(3)]
    hours = list(dict.fromkeys(p.time_of_day for p in pictures))
    side = next((p.light_side for p in pictures if p.light_side), "")
    key = f"key light always from the {side}; " if side else ""
    way = " to ".join((hours[0], hours[-1])) if len(hours) > 1 else hours[0]
    said = table("places")["said"]["light"]
    return f"{key}{', '.join(said[light] for light in lights)}; {way.replace('_', ' ')}"


def _camera(look: Look, shots: Sequence[Shot]) -> str:
    used = sorted({shot.lens_mm for shot in shots})
    lenses = f"{used[0]} to {used[-1]} mm" if len(used) > 1 else f"{used[0]} mm"
    moves = [move for move, _ in Counter(s.move for s in shots).most_common(MOST_MOVES)]
    where = "on the axis" if look.centred > 0.5 else "a third beside the middle"
    near = look.tightness
    far = "near" if near > TIGHT_FROM else "far" if near < WIDE_TO else "at a middle distance"
    ways = ", ".join(m.value.replace("_", " ") for m in moves)
    return f"{lenses}; {ways}; figures {where}, mostly {far}"
