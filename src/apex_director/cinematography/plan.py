"""From brief and analysis to a storyboard: the rule-based director."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from apex_director.audio.model import AudioAnalysis
from apex_director.core.errors import ValidationFailed
from apex_director.core.ids import seed_for
from apex_director.core.time import frame_at

from . import reasons
from .colours import lift, picture_palette, production_palette
from .form import Stretch
from .grammar import Composed, Moment, compose
from .joins import Border, flow_of, liking_for, transition, why
from .lexicon import Concept, read_concept
from .model import (
    Brief,
    Format,
    PicturePlan,
    SectionPlan,
    Shot,
    Storyboard,
    TitleCard,
    Transition,
    TransitionKind,
)
from .motifs import Scenery, Treatment, treat, view
from .pacing import Piece, Song, pieces, prepare
from .pictures import Slot, picture_seed, share_out, slots_for
from .prompts import light_side, negative, sentence
from .styles import Look, look_for
from .treatment import logline, section_note

TITLE_AT_S, TITLE_S = 0.5, 3.5
SHORT_SONG_S = 10.0  # below it the title takes a share of the song
RISE = 0.15  # a next section this much stronger is built up to
STRONG = frozenset({"section", "bar line", "phrase", "silence"})  # what a transition may lie on


@dataclass(frozen=True, kw_only=True)
class Director:
    """What one plan is made from, gathered once."""

    brief: Brief
    fmt: Format
    look: Look
    concept: Concept
    song: Song
    cut: tuple[Piece, ...]
    treatment: Treatment
    palette: tuple[str, ...]
    looks_at: tuple[Slot, ...]
    views: Mapping[Slot, Scenery]

    @property
    def form(self) -> tuple[Stretch, ...]:
        return self.song.stretches


def plan(
    brief: Brief, analysis: AudioAnalysis, fmt: Format, lyrics: tuple[TitleCard, ...] = ()
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

    Raises
    ------
    ValidationFailed
        The format holds no frame, ``max_shots`` or ``shots_per_minute`` is not positive, or the
        palette has a word that is no colour.
    """
    _check_brief(brief, fmt)
    look, concept = look_for(brief), read_concept(brief.concept)
    song = prepare(analysis, fmt)
    pace = look.pace * (1.12 - 0.24 * analysis.mood.arousal)
    cut = pieces(song, pace, brief.seed, brief.shots_per_minute)
    treatment = treat(
        analysis, look, concept, song.stretches, brief.seed, read_concept(brief.title)
    )
    slots = slots_for(
        song.stretches,
        cut,
        treatment.climax,
        float(fmt.total_frames / fmt.rate),
        brief.max_shots,
    )
    director = Director(
        brief=brief,
        fmt=fmt,
        look=look,
        concept=concept,
        song=song,
        cut=cut,
        treatment=treatment,
        palette=production_palette(look, analysis, treatment.seed, concept.colours),
        looks_at=share_out(song.stretches, cut, slots, treatment.climax),
        views=_views(song.stretches, treatment, slots),
    )
    return _storyboard(director, analysis, lyrics)


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


def _storyboard(
    director: Director, analysis: AudioAnalysis, lyrics: Sequence[TitleCard]
) -> Storyboard:
    composed, moments = _compose_all(director)
    names = {s: f"p{i + 1:03d}" for i, s in enumerate(dict.fromkeys(director.looks_at))}
    pictures = tuple(
        _picture(director, slot, name, [c for c in composed if c.slot == slot])
        for slot, name in names.items()
    )
    return Storyboard(
        title=director.brief.title.strip(),
        artist=director.brief.artist.strip(),
        logline=logline(director.treatment, director.form, director.concept),
        genre=director.look.genre,
        style=director.look.style or director.brief.style.strip(),
        seed=director.brief.seed,
        format=director.fmt,
        palette=director.palette,
        grade=director.look.grade,
        sections=_sections(director),
        pictures=pictures,
        shots=_shots(director, composed, moments, names),
        titles=(*_title(director), *_lyrics(lyrics, director.fmt)),
        grid_verdict=analysis.grid.verdict,
        reactivity=round(director.look.reactivity * (0.8 + 0.4 * analysis.mood.arousal), 3),
        warnings=_warnings(director, analysis),
    )


def _views(
    form: Sequence[Stretch], treatment: Treatment, slots: Sequence[Slot]
) -> dict[Slot, Scenery]:
    """What each picture shows."""
    counts = Counter(slot.stretch for slot in slots)
    return {
        slot: view(
            form[slot.stretch],
            treatment.sceneries[slot.stretch],
            treatment.world,
            slot.number,
            counts[slot.stretch],
        )
        for slot in slots
    }


def _subject(director: Director, slot: Slot) -> str:
    """Who stands in a picture: the scenery's figure, and now and then the place alone; those a
    person asked for take turns where the place can show them.
    """
    scenery = director.views[slot]
    asked = [s for s in director.concept.subjects if s in scenery.motif.subjects]
    if asked:
        return asked[(slot.stretch + slot.number) % len(asked)]
    if slot.number % 2 == 0 or director.concept.subjects:
        return scenery.subject
    others = [s for s in scenery.motif.subjects if s != scenery.subject]
    return others[(slot.number // 2) % len(others)] if others else scenery.subject


def _compose_all(director: Director) -> tuple[list[Composed], list[Moment]]:
    composed: list[Composed] = []
    moments: list[Moment] = []
    counts = Counter(p.stretch for p in director.cut)
    number = 0
    for i, (piece, slot) in enumerate(zip(director.cut, director.looks_at, strict=True)):
        number = 0 if i == 0 or director.cut[i - 1].stretch != piece.stretch else number + 1
        stretch = director.form[piece.stretch]
        rng = random.Random(
            seed_for("shot", director.treatment.seed, stretch.group, stretch.returns, number)
        )
        moment = Moment(
            stretch=stretch,
            number=number,
            count=counts[piece.stretch],
            energy=piece.energy,
            seconds=float(piece.frames / director.fmt.rate),
            slot=slot,
            subject=_subject(director, slot),
            opening=i == 0,
            closing=i == len(director.cut) - 1 and i > 0,
            climax=piece.stretch == director.treatment.climax,
            rising=_rises(director.form, piece.stretch),
        )
        moments.append(moment)
        composed.append(compose(moment, composed[-1] if composed else None, director.look, rng))
    return composed, moments


def _rises(form: Sequence[Stretch], at: int) -> bool:
    return at + 1 < len(form) and form[at + 1].energy - form[at].energy >= RISE


def _picture(director: Director, slot: Slot, name: str, seen: Sequence[Composed]) -> PicturePlan:
    scenery = director.views[slot]
    stretch = director.form[slot.stretch]
    subject = _subject(director, slot)
    angle = slot.number + (scenery.visits if scenery.same_hour else 0)
    palette = picture_palette(
        director.palette,
        director.look.own_palette,
        scenery,
        stretch,
        slot.stretch == director.treatment.climax,
        0.05 * ((slot.number % 3) - 1),
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
            side=light_side(director.treatment.seed),
        ),
        negative_prompt=negative(director.look),
        family=scenery.motif.family,
        motif=scenery.motif.name,
        seed=picture_seed(director.treatment.seed, scenery, slot.number),
        palette=palette,
        time_of_day=scenery.time,
        weather=scenery.weather,
        mood=scenery.mood,
        subject=subject,
        lighting=scenery.light,
        light_side=light_side(director.treatment.seed),
    )


def _shots(
    director: Director,
    composed: Sequence[Composed],
    moments: Sequence[Moment],
    names: dict[Slot, str],
) -> tuple[Shot, ...]:
    joins = _transitions(director, composed)
    told = [_told(director, i) for i in range(len(director.form))]
    shots = []
    for i, (piece, shown) in enumerate(zip(director.cut, composed, strict=True)):
        scenery = director.views[shown.slot]
        before = composed[i - 1] if i else None
        shots.append(
            Shot(
                shot_id=f"s{i + 1:03d}",
                start=piece.start,
                end=piece.end,
                section_id=moments[i].stretch.section_id,
                picture_id=names[shown.slot],
                size=shown.size,
                lens_mm=director.look.lens[shown.size],
                move=shown.move,
                move_amount=shown.amount,
                move_direction=shown.direction,
                framing=shown.framing,
                transition=joins[i][0],
                energy=piece.energy,
                seed=seed_for("camera", director.treatment.seed, i),
                reason=_with_join(
                    reasons.reason(
                        moments[i],
                        shown,
                        before,
                        replace(told[piece.stretch], motif=scenery.motif),
                        director.song,
                        piece,
                    ),
                    joins[i][1],
                ),
            )
        )
    return tuple(shots)


def _with_join(reason: str, join: str) -> str:
    """The reason of a shot, and of the way it begins."""
    return f"{reason.removesuffix('.')}; {join}." if join else reason


def _told(director: Director, at: int) -> reasons.Told:
    """What the reasons of a stretch's shots share."""
    scenery = director.treatment.sceneries[at]
    lifts = [
        lift(stretch, other.time, i == director.treatment.climax)
        for i, (stretch, other) in enumerate(
            zip(director.form, director.treatment.sceneries, strict=True)
        )
        if i <= at and other.motif == scenery.motif
    ]
    alone = sum(s.label == director.form[at].label for s in director.form) == 1
    return reasons.Told(
        alone=alone,
        pace=reasons.pace_words(director.song, director.cut, at),
        motif=scenery.motif,
        scenery=scenery,
        brighter=len(lifts) > 1 and lifts[-1] > lifts[0] + 0.004,
    )


def _transitions(director: Director, composed: Sequence[Composed]) -> list[tuple[Transition, str]]:
    """How each shot begins, and why."""
    used: Counter[TransitionKind] = Counter()
    out = [(Transition(), "")]
    liking = liking_for(director.look.genre, director.look.style)
    rng = random.Random(seed_for("transitions", director.treatment.seed))
    for i in range(1, len(director.cut)):
        border = _border(director, composed, i)
        rate = float(director.fmt.rate)
        made = transition(border, rate, director.song.beat_s, used, rng.random(), liking)
        used[made.kind] += 1
        out.append((made, why(made, border)))
    return out


def _border(director: Director, composed: Sequence[Composed], i: int) -> Border:
    """What lies between shot ``i`` and the one before it."""
    left, right = director.cut[i - 1], director.cut[i]
    one, other = director.form[left.stretch], director.form[right.stretch]
    was, now = composed[i - 1], composed[i]
    rate = float(director.fmt.rate)
    motif = director.views[now.slot].motif
    same = director.views[was.slot].motif == motif
    same |= _subject(director, was.slot) == _subject(director, now.slot) != "none"
    return Border(
        left_frames=left.frames,
        right_frames=right.frames,
        left_energy=left.energy,
        right_energy=right.energy,
        jump=other.energy - one.energy,
        between_sections=left.stretch != right.stretch,
        to_label=other.label,
        silent=any(a <= right.start <= b for a, b in director.song.silence if b - a >= rate),
        strong=right.cut_on in STRONG,
        returns=any(director.views[c.slot].motif == motif for c in composed[:i]),
        alike=same and was.slot != now.slot,
        flow=flow_of(was.move, was.direction, now.move, now.direction),
    )


def _sections(director: Director) -> tuple[SectionPlan, ...]:
    rows = zip(director.form, director.treatment.sceneries, strict=True)
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
            note=section_note(scenery, i == director.treatment.climax),
        )
        for i, (stretch, scenery) in enumerate(rows)
    )


def _title(director: Director) -> tuple[TitleCard, ...]:
    text, subtext = director.brief.title.strip(), director.brief.artist.strip()
    if not text and not subtext:
        return ()
    if not text:
        text, subtext = subtext, ""
    rate, total = director.fmt.rate, director.fmt.total_frames
    seconds = float(total / rate)
    share = min(1.0, seconds / SHORT_SONG_S)
    start = min(frame_at(TITLE_AT_S * share, rate), total - 1)
    end = min(total, start + max(1, frame_at(TITLE_S * max(share, 0.15), rate)))
    return (TitleCard(start=start, end=end, text=text, subtext=subtext, role="title"),)


def _lyrics(cards: Sequence[TitleCard], fmt: Format) -> tuple[TitleCard, ...]:
    """Lyric cards with words, cut to the video."""
    kept = (
        replace(c, start=max(0, c.start), end=min(c.end, fmt.total_frames))
        for c in cards
        if c.text.strip()
    )
    return tuple(c for c in kept if c.start < c.end)


def _warnings(director: Director, analysis: AudioAnalysis) -> tuple[str, ...]:
    told = list(director.look.warnings)
    if analysis.grid.verdict == "none":  # in the ear's own words, so that a person reads it once
        told.append(
            "No steady beat was found; cuts follow phrases, strong onsets and changes of sound."
        )
    groups = len({s.group for s in director.form})
    cap = director.brief.max_shots
    if cap and cap < groups:
        told.append(
            f"--max-shots {cap} is less than the song's {groups} motifs, so sections share "
            "pictures."
        )
    if director.concept.subjects:
        shown = Counter(_subject(director, slot) for slot in director.looks_at)
        lost = [s for s in director.concept.subjects if s not in shown]
        if lost:
            told.append(
                f"The figure of the film is the {shown.most_common(1)[0][0]}; "
                f"{', '.join(lost)} of the concept could not be shown as well."
            )
    return tuple(told)
