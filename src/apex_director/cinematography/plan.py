"""From brief and analysis to a storyboard: the rule-based director."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from apex_director.audio.model import AudioAnalysis
from apex_director.core.errors import ValidationFailed

from .acts import act_at, peak_of
from .cards import lyric_cards, title_cards, warnings_of
from .cast import cast_of, said_of, style_bible
from .colours import picture_palette, production_palette
from .form import Stretch
from .grammar import Composed
from .lexicon import read_concept
from .model import (
    Brief,
    Character,
    Format,
    PaletteStep,
    PicturePlan,
    Place,
    SectionPlan,
    Shot,
    Storyboard,
    TitleCard,
    Treatment,
)
from .motifs import Scenery, Vision, treat, view
from .pacing import pieces, prepare
from .pictures import Slot, picture_seed, share_out, slots_for
from .plan_rules import check_treatment
from .prompts import light_side, negative, sentence
from .script import palette_script
from .shooting import Director, compose_all, shots_of, subject_of
from .styles import look_for
from .treatment import Made, logline, section_note, told

NO_TREATMENT = Treatment()
SLOWEST, HASTE = 1.3, 0.6  # shot lengths beside the look's, and how much arousal takes off them


def plan(
    brief: Brief,
    analysis: AudioAnalysis,
    fmt: Format,
    lyrics: tuple[TitleCard, ...] = (),
    treatment: Treatment = NO_TREATMENT,
) -> Storyboard:
    """Direct a song.

    Parameters
    ----------
    brief : Brief
        What the person asked for; the same brief, analysis and format give the same storyboard.
    fmt : Format
        The frame; shots cover its ``total_frames`` exactly once.
    lyrics : tuple of TitleCard
        Lines to show, passed through where they lie inside the video.
    treatment : Treatment
        A treatment to film in place of our own: what it says of acts, climax, motifs and the
        palette script holds; what it leaves empty is decided here.

    Raises
    ------
    ValidationFailed
        The format holds no frame, ``max_shots`` or ``shots_per_minute`` is not positive, or the
        palette has a word that is no colour.
    PlanInvalid
        The treatment breaks a rule of plans.
    """
    _check_brief(brief, fmt)
    check_treatment(treatment, fmt.total_frames)
    director = _director(brief, analysis, fmt, treatment)
    return _storyboard(director, analysis, lyrics, treatment)


def treatment_for(brief: Brief, analysis: AudioAnalysis, fmt: Format) -> Treatment:
    """The treatment our own director writes for a song: words, and the numbers that its pictures
    follow. Changed by anyone and given to :func:`plan`, the film follows the change.

    Raises
    ------
    ValidationFailed
        As :func:`plan`.
    """
    return plan(brief, analysis, fmt).treatment


def _director(brief: Brief, analysis: AudioAnalysis, fmt: Format, treatment: Treatment) -> Director:
    look, concept = look_for(brief), read_concept(brief.concept)
    song = prepare(analysis, fmt)
    vision = treat(analysis, look, concept, song, brief.seed, read_concept(brief.title), treatment)
    acts = vision.world.acts
    peak = treatment.peak or peak_of(song, vision.climax)
    song = replace(song, forced=(*song.forced, peak, *(a.start for a in acts[1:])))
    pace = look.pace * (SLOWEST - HASTE * analysis.mood.arousal)
    cut = pieces(
        song, lambda frame: pace * act_at(acts, frame).pace, brief.seed, brief.shots_per_minute
    )
    slots = slots_for(
        song.stretches,
        cut,
        vision.climax,
        float(fmt.total_frames / fmt.rate),
        brief.max_shots,
        lambda frame: act_at(acts, frame).density,
    )
    views = _views(song.stretches, vision, slots)

    def air(slot: Slot) -> tuple[str, str]:
        return views[slot].time, vision.sceneries[slot.stretch].weather

    return Director(
        brief=brief,
        fmt=fmt,
        look=look,
        concept=concept,
        song=song,
        cut=cut,
        vision=vision,
        palette=production_palette(look, analysis, vision.seed, concept.colours),
        peak=peak,
        looks_at=share_out(
            song.stretches,
            cut,
            slots,
            vision.climax,
            peak,
            lambda one, other: air(one) == air(other),
        ),
        views=views,
    )


def _check_brief(brief: Brief, fmt: Format) -> None:
    if fmt.total_frames < 1:
        raise ValidationFailed(
            "a video needs at least one frame", where="format", what_to_do="Give a longer song."
        )
    for name, value in (
        ("max_shots", brief.max_shots),
        ("shots_per_minute", brief.shots_per_minute),
    ):
        if value is not None and not 0 < value < float("inf"):
            raise ValidationFailed(
                f"{name} must be more than 0, not {value}",
                where=name,
                what_to_do="Give a positive number, or leave it out to follow the music.",
            )


@dataclass(frozen=True, kw_only=True)
class _Written:
    """What every picture of a film shares: its figures and the palette script."""

    cast: tuple[Character, ...]
    script: tuple[PaletteStep, ...]

    @property
    def figures(self) -> Mapping[str, str]:
        return said_of(self.cast)


def _written(director: Director, treatment: Treatment) -> _Written:
    subjects = [subject_of(director, slot) for slot in director.looks_at]
    vision = director.vision
    own = palette_script(
        director.palette,
        director.form,
        vision.world.acts,
        vision.climax,
        own=director.look.own_palette,
    )
    given = {step.section_id: step for step in treatment.palette_script}
    return _Written(
        cast=cast_of([vision.hero, *subjects], director.concept, director.palette),
        script=tuple(given.get(step.section_id, step) for step in own),
    )


def _storyboard(
    director: Director,
    analysis: AudioAnalysis,
    lyrics: Sequence[TitleCard],
    treatment: Treatment,
) -> Storyboard:
    written = _written(director, treatment)
    composed, moments = compose_all(director)
    names = {s: f"p{i + 1:03d}" for i, s in enumerate(dict.fromkeys(director.looks_at))}
    pictures = tuple(
        _picture(director, written, slot, name, [c for c in composed if c.slot == slot])
        for slot, name in names.items()
    )
    shots = shots_of(director, composed, moments, names)
    subjects = [subject_of(director, slot) for slot in director.looks_at]
    warned = warnings_of(director.brief, analysis, director.form, director.concept, subjects)
    who = written.figures.get(director.vision.hero, "")
    return Storyboard(
        title=director.brief.title.strip(),
        artist=director.brief.artist.strip(),
        logline=logline(
            director.vision,
            director.form,
            director.concept,
            who,
            director.views[composed[-1].slot],
        ),
        genre=director.look.genre,
        style=director.look.style or director.brief.style.strip(),
        seed=director.brief.seed,
        format=director.fmt,
        palette=director.palette,
        grade=director.look.grade,
        sections=_sections(director),
        pictures=pictures,
        shots=shots,
        titles=(*title_cards(director.brief, director.fmt), *lyric_cards(lyrics, director.fmt)),
        grid_verdict=analysis.grid.verdict,
        reactivity=round(director.look.reactivity * (0.8 + 0.4 * analysis.mood.arousal), 3),
        treatment=_told(director, written, pictures, shots, treatment),
        bible=style_bible(
            director.look,
            director.palette,
            written.cast,
            pictures,
            shots,
            _places(director),
        ),
        warnings=(*director.look.warnings, *warned),
    )


def _told(
    director: Director,
    written: _Written,
    pictures: Sequence[PicturePlan],
    shots: Sequence[Shot],
    given: Treatment,
) -> Treatment:
    """The treatment as it was filmed; the words of a given one stay."""
    by_section: dict[str, list[Shot]] = {}
    for shot in shots:
        by_section.setdefault(shot.section_id, []).append(shot)
    made = Made(pictures={p.picture_id: p for p in pictures}, shots=by_section)
    own = told(director.vision, director.form, written.script, director.peak, made)
    return replace(own, theme=given.theme or own.theme, motifs=given.motifs or own.motifs)


def _places(director: Director) -> dict[str, Place]:
    """The film's places by motif, the longest seen first."""
    time: Counter[Slot] = Counter()
    for piece, slot in zip(director.cut, director.looks_at, strict=True):
        time[slot] += piece.frames
    places: dict[str, Place] = {}
    for slot, _ in time.most_common():
        motif = director.views[slot].motif
        places.setdefault(
            f"{motif.family}/{motif.name}",
            Place(name=motif.name, family=motif.family, words=motif.place),
        )
    return places


def _views(form: Sequence[Stretch], vision: Vision, slots: Sequence[Slot]) -> dict[Slot, Scenery]:
    """What each picture shows."""
    counts = Counter(slot.stretch for slot in slots)
    return {
        slot: view(
            form[slot.stretch],
            vision.sceneries[slot.stretch],
            vision.world,
            slot.number,
            counts[slot.stretch],
        )
        for slot in slots
    }


def _picture(
    director: Director, written: _Written, slot: Slot, name: str, seen: Sequence[Composed]
) -> PicturePlan:
    scenery, vision = director.views[slot], director.vision
    stretch = director.form[slot.stretch]
    subject = subject_of(director, slot)
    angle = slot.number + (scenery.visits if scenery.same_hour else 0)
    palette = picture_palette(
        written.script[slot.stretch].colours,
        director.look.own_palette,
        scenery,
        stretch,
        slot.stretch == vision.climax,
        0.05 * ((slot.number % 3) - 1),
        act_at(vision.world.acts, stretch.start).lift,
    )
    widest = min((c.size for c in seen), key=list(type(seen[0].size)).index)
    return PicturePlan(
        picture_id=name,
        prompt=sentence(
            scenery,
            subject,
            angle,
            widest,
            palette,
            director.look,
            director.concept,
            figures=written.figures,
            side=light_side(vision.seed),
        ),
        negative_prompt=negative(director.look),
        family=scenery.motif.family,
        motif=scenery.motif.name,
        seed=picture_seed(vision.film, scenery, slot.number),
        palette=palette,
        time_of_day=scenery.time,
        weather=scenery.weather,
        mood=scenery.mood,
        subject=subject,
        lighting=scenery.light,
        light_side=light_side(vision.seed),
    )


def _sections(director: Director) -> tuple[SectionPlan, ...]:
    rows = zip(director.form, director.vision.sceneries, strict=True)
    return tuple(
        SectionPlan(
            section_id=stretch.section_id,
            label=stretch.label,
            group=stretch.group,
            start=stretch.start,
            end=stretch.end,
            energy=round(stretch.energy, 3),
            motif=scenery.motif.name,
            family=scenery.motif.family,
            note=section_note(scenery, i == director.vision.climax),
        )
        for i, (stretch, scenery) in enumerate(rows)
    )
