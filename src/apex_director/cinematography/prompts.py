"""Prompts: one English sentence per picture that any backend can draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from apex_director.core.ids import seed_for

from .colours import colour_words
from .lexicon import Concept
from .model import LENS_MM, ShotSize
from .motifs import Scenery
from .styles import Look, table

WIDE_SIZES = (ShotSize.EXTREME_WIDE, ShotSize.WIDE, ShotSize.MEDIUM_WIDE)
ANGLES = ("", "from a low angle", "from high up", "in profile", "framed by the foreground")
"""How the views of one place differ for a painter who does not see our seeds."""

WIDE_LENS, LONG_LENS = 0.8, 1.25
"""Focal lengths beside a size's usual one from which on a painter is told of them."""

NEVER = "text, letters, watermark, logo, border, collage, blurry, distorted anatomy, extra limbs"


def sentence(
    scenery: Scenery,
    subject: str,
    view: int,
    size: ShotSize,
    palette: Sequence[str],
    look: Look,
    concept: Concept,
    *,
    figures: Mapping[str, str],
    side: str = "",
) -> str:
    """Size, subject, place, hour, weather, light and the side it comes from, mood, the person's own
    words, lens, colours, look. ``figures`` are the words of the film's bible for each subject.
    """
    said = table("places")["said"]
    who = figures.get(subject, said["subject"][subject]) or (
        "the open view" if size in WIDE_SIZES else "the light"
    )
    angle = ANGLES[view % len(ANGLES)]
    parts = [
        f"{said['size'][size.value]} of {who} {scenery.motif.place} {said['time'][scenery.time]}"
        f"{angle and ' ' + angle}",
        said["weather"][scenery.weather],
        f"{said['light'][scenery.light]}{side and f' from the {side}'}, {scenery.mood} mood",
    ]
    if concept.details:
        parts.append(f"with {' and '.join(concept.details)}")
    lens = look.lens[size] / LENS_MM[size]
    if lens <= WIDE_LENS or lens >= LONG_LENS:
        parts.append("wide lens" if lens < 1.0 else "long lens")
    colours = colour_words(palette)
    tones = ", ".join(colours[:-1]) + f" and {colours[-1]}" if len(colours) > 1 else colours[0]
    return f"{', '.join(parts)}; tones of {tones}; {', '.join(look.words)}."


def light_side(seed: int) -> Literal["left", "right"]:
    """Where the key light of a whole production comes from."""
    return "left" if seed_for("light", seed) % 2 else "right"


def negative(look: Look) -> str:
    """What no picture may show."""
    colour = "" if look.grade.saturation > 0.2 else ", saturated colour"
    return NEVER + colour
