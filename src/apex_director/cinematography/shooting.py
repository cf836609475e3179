"""From cut and sceneries to shots: how each looks, how it begins, and why."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from apex_director.core.ids import seed_for

from . import reasons
from .acts import act_at
from .colours import lift
from .form import Stretch
from .grammar import Composed, Moment, compose
from .joins import Border, flow_of, liking_for, transition, why
from .lexicon import Concept
from .model import Brief, Format, Shot, Transition, TransitionKind
from .motifs import PEOPLE, Scenery, Vision
from .pacing import Piece, Song
from .pictures import Slot
from .styles import Look

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
    vision: Vision
    palette: tuple[str, ...]
    peak: int
    looks_at: tuple[Slot, ...]
    views: Mapping[Slot, Scenery]

    @property
    def form(self) -> tuple[Stretch, ...]:
        return self.song.stretches


def subject_of(director: Director, slot: Slot) -> str:
    """Who stands in a picture: the scenery's figure, and now and then the place alone or what else
    lives there; those a person asked for take turns where the place can show them.
    """
    scenery = director.views[slot]
    asked = [s for s in director.concept.subjects if s in scenery.motif.subjects]
    if asked:
        return asked[(slot.stretch + slot.number) % len(asked)]
    if slot.number % 2 == 0 or director.concept.subjects:
        return scenery.subject
    strangers = PEOPLE - {scenery.subject, director.vision.hero}
    others = [s for s in scenery.motif.subjects if s != scenery.subject and s not in strangers]
    return others[(slot.number // 2) % len(others)] if others else scenery.subject


def compose_all(director: Director) -> tuple[list[Composed], list[Moment]]:
    """Every shot's size, move and framing, one after the other."""
    composed: list[Composed] = []
    moments: list[Moment] = []
    number = 0
    for i, piece in enumerate(director.cut):
        number = 0 if i == 0 or director.cut[i - 1].stretch != piece.stretch else number + 1
        moment = _moment(director, i, number)
        stretch = moment.stretch
        rng = random.Random(
            seed_for("shot", director.vision.seed, stretch.group, stretch.returns, number)
        )
        moments.append(moment)
        composed.append(compose(moment, composed, director.look, rng))
    return composed, moments


def _moment(director: Director, i: int, number: int) -> Moment:
    piece, slot = director.cut[i], director.looks_at[i]
    marks = director.song.landmarks
    return Moment(
        stretch=director.form[piece.stretch],
        number=number,
        count=sum(p.stretch == piece.stretch for p in director.cut),
        energy=piece.energy,
        seconds=float(piece.frames / director.fmt.rate),
        slot=slot,
        subject=subject_of(director, slot),
        opening=i == 0,
        closing=i == len(director.cut) - 1 and i > 0,
        climax=piece.stretch == director.vision.climax,
        rising=_rises(director.form, piece.stretch),
        tighter=act_at(director.vision.world.acts, piece.start).tightness,
        drop=marks.drop_at(piece.start) is not None,
        peak=piece.start == director.peak and i > 0,
        build=marks.rise(piece.start),
        held=marks.holds(piece.start),
    )


def _rises(form: Sequence[Stretch], at: int) -> bool:
    return at + 1 < len(form) and form[at + 1].energy - form[at].energy >= RISE


def shots_of(
    director: Director,
    composed: Sequence[Composed],
    moments: Sequence[Moment],
    names: Mapping[Slot, str],
) -> tuple[Shot, ...]:
    """The shots of a plan; ``names`` are the pictures' ids."""
    joins = _transitions(director, composed)
    told = [_told(director, i) for i in range(len(director.form))]
    shots = []
    for i, (piece, shown) in enumerate(zip(director.cut, composed, strict=True)):
        scenery = director.views[shown.slot]
        reason = reasons.reason(
            moments[i],
            shown,
            composed[i - 1] if i else None,
            replace(told[piece.stretch], motif=scenery.motif),
            director.song,
            piece,
            moments[i - 1].energy if i else piece.energy,
        )
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
                seed=seed_for("camera", director.vision.seed, i),
                reason=_with_join(reason, joins[i][1]),
            )
        )
    return tuple(shots)


def _with_join(reason: str, join: str) -> str:
    """The reason of a shot, and of the way it begins."""
    return f"{reason.removesuffix('.')}; {join}." if join else reason


def _told(director: Director, at: int) -> reasons.Told:
    """What the reasons of a stretch's shots share."""
    vision, form = director.vision, director.form
    scenery = vision.sceneries[at]
    acts = vision.world.acts
    lifts = [
        lift(stretch, other.time, i == vision.climax, act_at(acts, stretch.start).lift)
        for i, (stretch, other) in enumerate(zip(form, vision.sceneries, strict=True))
        if i <= at and other.motif == scenery.motif
    ]
    first = vision.world.first
    return reasons.Told(
        alone=sum(s.label == form[at].label for s in form) == 1,
        pace=reasons.pace_words(director.song, director.cut, at),
        motif=scenery.motif,
        scenery=scenery,
        brighter=len(lifts) > 1 and lifts[-1] > lifts[0] + 0.004,
        first=first if form[at].section_id in vision.world.finale else None,
        roles=dict(director.concept.roles),
        turns=tuple((a.turn, a.number) for a in acts if a is not acts[-1]),
    )


def _transitions(director: Director, composed: Sequence[Composed]) -> list[tuple[Transition, str]]:
    """How each shot begins, and why."""
    used: Counter[TransitionKind] = Counter()
    out = [(Transition(), "")]
    liking = liking_for(director.look.genre, director.look.style)
    rng = random.Random(seed_for("transitions", director.vision.seed))
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
    same |= subject_of(director, was.slot) == subject_of(director, now.slot) != "none"
    return Border(
        left_frames=left.frames,
        right_frames=right.frames,
        left_energy=left.energy,
        right_energy=right.energy,
        jump=other.energy - one.energy,
        between_sections=left.stretch != right.stretch,
        to_label=other.label,
        silent=any(a <= right.start <= b for a, b in director.song.silence if b - a >= rate),
        strong=right.cut_on in STRONG and not director.song.landmarks.rise(left.start),
        returns=any(director.views[c.slot].motif == motif for c in composed[:i]),
        alike=same and was.slot != now.slot,
        flow=flow_of(was.move, was.direction, now.move, now.direction),
        drop=right.cut_on == "drop",
    )
