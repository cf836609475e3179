"""Why a shot looks as it does, in one sentence a person can argue with."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from .grammar import SIZES, Composed, Moment
from .model import CameraMove
from .motifs import Motif, Scenery
from .pacing import Piece, Song


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
    """What the reasons of a section's shots share; ``motif`` is that of the shot's own picture."""

    alone: bool
    pace: str
    motif: Motif
    scenery: Scenery
    brighter: bool


def reason(
    moment: Moment,
    composed: Composed,
    before: Composed | None,
    told: Told,
    song: Song,
    piece: Piece,
) -> str:
    """The sentence of one shot: where in the song, how long, what is seen and why."""
    name = moment.stretch.label.replace("_", "-").capitalize()
    number = "" if told.alone else f" {moment.stretch.ordinal}"
    length = said_length(piece.frames, song)
    if piece.cut_on not in {"start", "section"}:
        length += f", cut on a {piece.cut_on}"
    if moment.number == 0:
        length = told.pace if moment.count > 1 else f"one shot of {length}"
    picture = _picture(moment, composed, before, told)
    return (
        f"{name}{number} at energy {piece.energy:.2f}: {length}; {picture}"
        f"{_ending(moment, composed)}."
    )


def _picture(moment: Moment, composed: Composed, before: Composed | None, told: Told) -> str:
    place = f"the {told.motif.name}"
    step = SIZES.index(composed.size) - SIZES.index(before.size) if before else 0
    way = "closer" if step > 0 else "wider" if step < 0 else "at the same size"
    if before is None:
        return f"the film opens wide on {place}"
    if moment.number == 0 or moment.closing:
        return _arrival(moment, place, way, told)
    if before.slot == composed.slot:
        return f"the same picture {way}, far enough for the cut to be seen"
    if composed.slot.stretch < moment.slot.stretch:
        return f"a look back at {place} as seen before, {way}"
    if told.motif.family != told.scenery.motif.family:
        return f"on to {place} near by, {way}"
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
    if moment.climax:
        back = "back at" if told.scenery.visits else "now"
        return f"{back} {place} at its boldest, {way}{light}, for this is the climax"
    if told.scenery.visits:
        hour = told.scenery.time.replace("_", " ")
        changed = f"seen from another side, {told.scenery.weather}, {hour}"
        if not told.scenery.same_hour:
            changed = f"in the light of {hour}, {told.scenery.weather}"
        return f"the {told.motif.name} motif returns {way}{light}, {changed}"
    return f"a first look at {place} before its details"


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
