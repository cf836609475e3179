"""Why a shot looks as it does, in one sentence a person can argue with."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median

from .grammar import SIZES, Composed, Moment
from .model import CameraMove
from .motifs import Motif, Scenery
from .pacing import Piece, Song
from .styles import table


def beats_of(frames: int, song: Song) -> float | None:
    """Length in beats; None where the grid cannot be trusted."""
    return frames / float(song.fmt.rate) / song.beat_s if song.beats else None


def said_length(frames: int, song: Song) -> str:
    """``2 bars``, ``2 beats`` or ``6.5 s``."""
    beats = beats_of(frames, song)
    if beats is None or abs(beats - round(beats)) > 0.2 or round(beats) < 1:
        return f"{frames / float(song.fmt.rate):.1f} s"
    whole = round(beats)
    if song.meter > 1 and whole % song.meter == 0:
        return _counted(whole // song.meter, "bar")
    return _counted(whole, "beat")


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def pace_words(song: Song, cut: tuple[Piece, ...], stretch: int) -> str:
    """How a section's shots compare with the verses' (or with the whole song's)."""
    own = [p.frames for p in cut if p.stretch == stretch]
    verses = [p.frames for p in cut if song.stretches[p.stretch].label == "verse"]
    if not own:
        return "no shot of its own"
    if song.stretches[stretch].label == "verse" or not verses:
        return f"shots of about {said_length(int(median(own)), song)}"
    ratio = median(own) / median(verses)
    if ratio < 0.4:
        return "less than half the verse's shot length"
    if ratio < 0.62:
        return "half the verse's shot length"
    if ratio < 0.9:
        return "shorter shots than the verse"
    if ratio <= 1.15:
        return "the verse's shot length"
    return "longer shots than the verse"


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the reasons of a section's shots share; ``motif`` is that of the shot's own picture,
    ``first`` the film's first motif where the section takes it up; ``roles`` are what a
    person calls its figures; ``turns`` are the frames on which acts end, and their numbers.
    """

    alone: bool
    pace: str
    motif: Motif
    scenery: Scenery
    brighter: bool
    first: Motif | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    turns: tuple[tuple[int, int], ...] = ()


FAR = 2  # steps of size that need a reason of their own
RISEN = 0.07  # a change of energy between two shots that is told
_ACTS = {1: "one", 2: "two", 3: "three"}


def reason(
    moment: Moment,
    composed: Composed,
    before: Composed | None,
    told: Told,
    song: Song,
    piece: Piece,
    was: float,
) -> str:
    """The sentence of one shot: where in the song, how long, what is seen and why.

    ``was`` is the energy of the shot before it.
    """
    name = moment.stretch.label.replace("_", "-").capitalize()
    number = "" if told.alone else f" {moment.stretch.ordinal}"
    length = said_length(piece.frames, song)
    if piece.cut_on not in {"start", "section"}:
        length += f", cut on a {piece.cut_on}"
    if moment.number == 0 and piece.cut_on != "drop":
        length = told.pace if moment.count > 1 else f"one shot of {length}"
    picture = _picture(moment, composed, before, told)
    return (
        f"{name}{number}{_bar(song, piece)} at energy {piece.energy:.2f}: {length}; {picture}"
        f"{_why(moment, composed, before, piece.energy - was, told)}"
        f"{_turn(told, piece)}{_ending(moment, composed)}."
    )


def _bar(song: Song, piece: Piece) -> str:
    """Where in the song's bars a shot begins; nothing where it has none there."""
    at = bisect_left(song.beats, piece.start, key=lambda m: m.frame)
    near = [m for m in song.beats[max(0, at - 1) : at + 1] if abs(m.frame - piece.start) <= 1]
    if not near or near[0].bar < 0:
        return ""
    mark = near[0]
    return f", bar {mark.bar + 1}" + (f" beat {mark.position}" if mark.position != 1 else "")


def _picture(moment: Moment, composed: Composed, before: Composed | None, told: Told) -> str:
    place = f"the {told.motif.name}"
    step = SIZES.index(composed.size) - SIZES.index(before.size) if before else 0
    way = "closer" if step > 0 else "wider" if step < 0 else "at the same size"
    if before is None:
        return f"the film opens wide on {place}"
    if moment.peak and not moment.closing and moment.number:
        return f"{place} at its boldest, {way}, for this is the climax"
    if moment.number == 0 or moment.closing:
        return _arrival(moment, place, way, told)
    if before.slot == composed.slot:
        return f"the same picture {way}, far enough for the cut to be seen"
    if told.first == told.motif != told.scenery.motif:
        return f"{place} of the film's beginning beside its chorus, {way}"
    if composed.slot.stretch < moment.slot.stretch:
        return f"a look back at {place} as seen before, {way}"
    if told.motif.family != told.scenery.motif.family:
        return f"on to {place}, the other world of this section, {way}"
    if told.motif != told.scenery.motif:
        return f"on to {place}, another side of this world, {way}"
    if composed.slot.stretch < before.slot.stretch:
        return f"a look back at {place} as it was, {way}"
    if composed.slot.stretch > before.slot.stretch:
        return f"{place} as it is now, {way}"
    return f"another view of {place}, {way}"


def _arrival(moment: Moment, place: str, way: str, told: Told) -> str:
    """How a section's first picture, and the film's last, are told."""
    if moment.closing:
        return f"the film leaves {place}, wide, as the song ends"
    light = " and brighter" if told.brighter else ""
    if moment.climax and moment.peak:
        back = "back at" if told.scenery.visits else "now"
        return f"{back} {place} at its boldest, {way}{light}, for this is the climax"
    if told.scenery.visits:
        hour = told.scenery.time.replace("_", " ")
        changed = f"seen from another side, {told.scenery.weather}, {hour}"
        if not told.scenery.same_hour:
            changed = f"in the light of {hour}, {told.scenery.weather}"
        return f"the {told.motif.name} motif returns {way}{light}, {changed}"
    return f"a first look at {place} before its details"


def _why(
    moment: Moment, composed: Composed, before: Composed | None, rise: float, told: Told
) -> str:
    """What in the music or in the picture asks for this size."""
    if before is None or moment.closing or moment.number == 0 or moment.peak:
        return ""
    step = SIZES.index(composed.size) - SIZES.index(before.size)
    if moment.drop:
        return ", thrown open on the drop" if step < 0 else ", on the drop"
    if moment.build:
        return ", as the build-up draws everything together"
    if moment.held:
        return ", held while the music falls away"
    if abs(rise) >= RISEN and (step > 0) == (rise > 0):
        return ", as the energy rises" if rise > 0 else ", as the energy falls"
    plain = str(table("places")["said"]["subject"][moment.subject]).rpartition(" ")[2]
    figure = told.roles.get(moment.subject, plain)
    if composed.past:
        return f", past the {figure} to the place itself" if figure else ", at its other side"
    if step >= FAR:
        return f", to be near the {figure}" if figure else ", for the detail"
    return ", to see where we are" if step <= -FAR else ""


def _turn(told: Told, piece: Piece) -> str:
    """Where an act has just ended, which one."""
    number = dict(told.turns).get(piece.start)
    return f"; here act {_ACTS.get(number, number)} is over" if number else ""


_ENDINGS = {
    CameraMove.DOLLY_IN: ", pushing in towards the next section",
    CameraMove.ZOOM_IN: ", closing in on the next section",
}


def _ending(moment: Moment, composed: Composed) -> str:
    if moment.rising and moment.number == moment.count - 1:
        return _ENDINGS.get(composed.move, "")
    if composed.move is CameraMove.STATIC:
        return ", the camera at rest"
    return ""
