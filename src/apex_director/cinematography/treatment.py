"""The film in words: logline, theme, acts with their turning points, motifs and what becomes of
them, a note per section. Everything told is read off what the plan does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from .acts import act_at
from .colours import brightness
from .form import Stretch
from .lexicon import Concept
from .model import Act, MotifPlan, MotifReturn, PaletteStep, PicturePlan, Shot, ShotSize, Treatment
from .motifs import Motif, Scenery, Vision
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
_ROLE = {
    "intro": "the threshold of the film",
    "verse": "where it is told from",
    "pre_chorus": "the breath before",
    "chorus": "what the song longs for",
    "post_chorus": "what the longing leaves",
    "bridge": "its doubt",
    "instrumental": "what it has no words for",
    "outro": "what remains",
    "section": "a stage of its way",
}
CLOSER = 0.35  # of a step of size, on the mean of a section's shots, that is told
BRIGHTER = 0.012  # of OKLab lightness
SIZES = tuple(ShotSize)


@dataclass(frozen=True, kw_only=True)
class Made:
    """A plan's pictures and shots by section, to tell of."""

    pictures: Mapping[str, PicturePlan]
    shots: Mapping[str, Sequence[Shot]]

    def shown(self, section_id: str, motif: Motif) -> list[Shot]:
        """A section's shots of one motif, else all of its shots."""
        own = self.shots.get(section_id, ())
        named = [s for s in own if self.pictures[s.picture_id].motif == motif.name]
        return named or list(own)

    def seen(self, start: int, end: int) -> list[PicturePlan]:
        """What a span of frames shows: the picture of every shot that begins in it, in order."""
        inside = [s for own in self.shots.values() for s in own if start <= s.start < end]
        return [self.pictures[s.picture_id] for s in sorted(inside, key=lambda s: s.start)]


def logline(
    vision: Vision, form: Sequence[Stretch], concept: Concept, who: str, last: Scenery
) -> str:
    """The film in one or two sentences; ``who`` is its figure in the prompts' words, ``last`` what
    its last shot shows.
    """
    first = vision.sceneries[0]
    feel = _FEEL[vision.mood]
    article = "An" if feel[0] in "aeiou" else "A"
    start = f"{article} {feel} film that begins {_where(first)}"
    if last.motif != first.motif:
        start += f" and ends {_where(last)}"
    elif last.time != first.time:
        start += f" and comes back there {table('places')['said']['time'][last.time]}"
    start += f", in the company of {who}." if who else "."
    peak = vision.sceneries[vision.climax]
    times = sum(s.group == form[vision.climax].group for s in form)
    if len(form) > 1:
        kind = named(form[vision.climax], form) if form[vision.climax].label != "section" else ""
        back = {2: "once", 3: "twice"}.get(times, f"{times - 1} times")
        again = f" It comes back {back} to the {peak.motif.name}" if times > 1 else ""
        here = ", boldest" if again else f" It is at its boldest at the {peak.motif.name}"
        start += f"{again}{here} in {kind or 'the peak'}."
    if concept.details:
        start += f" Its prompts also ask for {', '.join(concept.details)}."
    return start


def _where(scenery: Scenery) -> str:
    said = table("places")["said"]["time"][scenery.time]
    return f"{scenery.motif.place} {said}"


def named(stretch: Stretch, form: Sequence[Stretch]) -> str:
    """A section as one speaks of it: ``chorus 2``, or ``bridge`` where there is but one."""
    alone = sum(s.label == stretch.label for s in form) == 1
    label = stretch.label.replace("_", "-")
    return label if alone else f"{label} {stretch.ordinal}"


def section_note(scenery: Scenery, climax: bool) -> str:
    """What a section shows, in a few words."""
    hour = scenery.time.replace("_", " ")
    note = f"{scenery.motif.name}, {hour}, {scenery.weather}, {scenery.mood}"
    if climax:
        return f"{note}; the climax"
    return f"{note}; return {scenery.visits}" if scenery.visits else note


def told(
    vision: Vision,
    form: Sequence[Stretch],
    script: Sequence[PaletteStep],
    peak: int,
    made: Made,
) -> Treatment:
    """The treatment of a plan that was made."""
    acts = vision.world.acts
    return Treatment(
        theme=_theme(vision),
        climax=form[vision.climax].section_id,
        peak=peak,
        acts=tuple(_act(act, vision, form, peak, made) for act in acts),
        motifs=_motifs(vision, form, made),
        palette_script=tuple(script),
    )


def _theme(vision: Vision) -> str:
    first, peak = vision.sceneries[0].motif, vision.sceneries[vision.climax].motif
    stands = table("places")["stands"]
    if first.family == peak.family:
        return f"The film is about {stands[peak.family]} (the {peak.name})."
    return (
        f"The film sets {stands[first.family]} (the {first.name}) against {stands[peak.family]} "
        f"(the {peak.name})."
    )


def _act(act: Act, vision: Vision, form: Sequence[Stretch], peak: int, made: Made) -> Act:
    """The act with its words, where a person has not written them."""
    if act.turning_point:
        return act
    seen = made.seen(act.start, act.end)
    hours = list(dict.fromkeys(p.time_of_day.replace("_", " ") for p in seen)) or [*act.hours]
    way = f"from {hours[0]} to {hours[-1]}" if len(hours) > 1 else f"at {hours[0]}"
    weather = Counter(p.weather for p in seen).most_common(1)[0][0] if seen else act.weather
    intent = f"{act.intent}; {way}, mostly {table('places')['said']['weather'][weather]}"
    last = act.number == len(vision.world.acts)
    here = act.start <= peak < act.end
    if here and not last:
        intent += f"; the climax comes already here, {_climax(vision, form, peak)}"
    turn = _climax(vision, form, peak) if last and here else _turn(act.turn, vision, form)
    return replace(act, intent=intent, turning_point=turn)


def _turn(frame: int, vision: Vision, form: Sequence[Stretch]) -> str:
    """What happens on the border between two acts."""
    at = max(i for i, s in enumerate(form) if s.start <= frame)
    now, stretch = vision.sceneries[at], form[at]
    label = named(stretch, form)
    if stretch.start != frame:
        hour = act_at(vision.world.acts, frame).hours[0].replace("_", " ")
        return f"inside {label} the light turns to {hour} at the {now.motif.name}"
    was = vision.sceneries[at - 1]
    rise = stretch.energy - form[at - 1].energy
    way = "rises" if rise > 0.05 else "falls" if rise < -0.05 else "goes on"
    if was.motif == now.motif:
        return f"with {label} the music {way} and the {now.motif.name} is seen with other eyes"
    back = "comes back to" if now.visits else "leaves for"
    return f"with {label} the music {way} and the film {back} the {now.motif.name}"


def _climax(vision: Vision, form: Sequence[Stretch], peak: int) -> str:
    stretch, scenery = form[vision.climax], vision.sceneries[vision.climax]
    label = named(stretch, form)
    what = f"the {scenery.motif.name} at its boldest and brightest"
    where = f"inside {label}" if peak != stretch.start else f"with {label}"
    first = vision.world.first
    if stretch.section_id in vision.world.finale and first != scenery.motif:
        what += f", and the {first.name} of the beginning beside it in the same light"
    return f"{where}, {what}"


def _motifs(vision: Vision, form: Sequence[Stretch], made: Made) -> tuple[MotifPlan, ...]:
    order: dict[Motif, list[int]] = {}
    for at, scenery in enumerate(vision.sceneries):
        order.setdefault(scenery.motif, []).append(at)
    stands = table("places")["stands"]
    out = []
    for motif, places in order.items():
        labels = dict.fromkeys(form[at].label for at in places)
        roles = ", ".join(_ROLE.get(label, _ROLE["section"]) for label in labels)
        out.append(
            MotifPlan(
                name=motif.name,
                family=motif.family,
                groups=tuple(dict.fromkeys(form[at].group for at in places)),
                meaning=f"{stands[motif.family]}; {roles}",
                returns=tuple(
                    MotifReturn(
                        section_id=form[at].section_id,
                        change=_change(motif, vision, form, places[:n], at, made),
                    )
                    for n, at in enumerate(places)
                ),
            )
        )
    return tuple(out)


def _change(
    motif: Motif,
    vision: Vision,
    form: Sequence[Stretch],
    earlier: Sequence[int],
    at: int,
    made: Made,
) -> str:
    """What has become of a motif since its last time."""
    now = vision.sceneries[at]
    hour = now.time.replace("_", " ")
    if not earlier:
        return f"introduced: {hour}, {now.weather}, {now.mood}"
    was = vision.sceneries[earlier[-1]]
    changed = []
    if was.time != now.time:
        changed.append(f"{was.time.replace('_', ' ')} has become {hour}")
    if was.weather != now.weather:
        changed.append(f"{was.weather} has become {now.weather}")
    if was.subject != now.subject:
        changed.append(f"{_figure(was.subject)} gives way to {_figure(now.subject)}")
    before, here = (made.shown(form[i].section_id, motif) for i in (earlier[-1], at))
    if before and here:
        changed += _nearer(before, here, made)
    if form[at].section_id in vision.world.finale and vision.world.first != motif:
        changed.append(f"joined by the {vision.world.first.name}")
    return ", ".join(changed) or "seen from another side"


def _figure(subject: str) -> str:
    return str(table("places")["said"]["subject"][subject]) or "the empty place"


def _nearer(before: Sequence[Shot], here: Sequence[Shot], made: Made) -> list[str]:
    out = []
    step = fmean(SIZES.index(s.size) for s in here) - fmean(SIZES.index(s.size) for s in before)
    light = _light(here, made) - _light(before, made)
    if abs(step) >= CLOSER:
        out.append("closer" if step > 0 else "wider")
    if abs(light) >= BRIGHTER:
        out.append("brighter" if light > 0 else "darker")
    return out


def _light(shots: Sequence[Shot], made: Made) -> float:
    return fmean(brightness(made.pictures[s.picture_id].palette) for s in shots)
