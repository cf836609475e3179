"""The film in words: its logline, and a note per section."""

from __future__ import annotations

from collections.abc import Sequence

from .form import Stretch
from .lexicon import Concept
from .motifs import Scenery, Treatment
from .styles import table

_FEEL = {
    "calm": "quiet",
    "warm": "warm",
    "melancholy": "melancholy",
    "tense": "restless",
    "joyful": "bright",
    "dreamy": "dreamlike",
    "epic": "soaring",
    "dark": "dark",
}


def logline(treatment: Treatment, form: Sequence[Stretch], concept: Concept) -> str:
    """The film in one or two sentences."""
    first, last = treatment.sceneries[0], treatment.sceneries[-1]
    who = table("places")["said"]["subject"][treatment.hero]
    feel = _FEEL[treatment.mood]
    article = "An" if feel[0] in "aeiou" else "A"
    start = f"{article} {feel} film that begins {_where(first)}"
    if last.motif != first.motif:
        start += f" and ends {_where(last)}"
    elif last.time != first.time:
        start += f" and comes back there {table('places')['said']['time'][last.time]}"
    start += f", in the company of {who}." if who else "."
    peak = treatment.sceneries[treatment.climax]
    times = sum(s.group == form[treatment.climax].group for s in form)
    if len(form) > 1:
        label = form[treatment.climax].label.replace("_", "-")
        kind = f"{label} {form[treatment.climax].ordinal}" if label != "section" else "the peak"
        back = {2: "once", 3: "twice"}.get(times, f"{times - 1} times")
        again = f" It comes back {back} to the {peak.motif.name}" if times > 1 else ""
        here = ", boldest" if again else f" It is at its boldest at the {peak.motif.name}"
        start += f"{again}{here} in {kind}."
    if concept.details:
        start += f" It keeps {', '.join(concept.details)} in mind."
    return start


def _where(scenery: Scenery) -> str:
    said = table("places")["said"]["time"][scenery.time]
    return f"{scenery.motif.place} {said}"


def section_note(scenery: Scenery, climax: bool) -> str:
    """What a section shows, in a few words."""
    hour = scenery.time.replace("_", " ")
    note = f"{scenery.motif.name}, {hour}, {scenery.weather}, {scenery.mood}"
    if climax:
        return f"{note}; the climax"
    return f"{note}; return {scenery.visits}" if scenery.visits else note
