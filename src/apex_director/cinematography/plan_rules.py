"""The rules a storyboard must keep to be rendered; the first breach is told with its place."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from apex_director.core.color import parse_hex
from apex_director.core.errors import PlanInvalid, ValidationFailed
from apex_director.core.frame import PictureSize

from .model import (
    FAMILIES,
    Act,
    Grade,
    PicturePlan,
    Shot,
    Storyboard,
    Transition,
    TransitionKind,
    Treatment,
)
from .vocabulary import CURVES, LIGHTINGS, MOODS, SUBJECTS, TIMES, VERDICTS, WEATHERS

PLAN_VERSION = 1
MAX_SCALE = 4.0  # beyond it a framing shows single pixels of the canvas
MAX_SEED = 2**63 - 1
GRADE_RANGES = {
    "saturation": (0, 4),
    "exposure": (-2, 2),
    "contrast": (0, 100),
    "brightness": (0, 100),
    "skin": (0, 1),
    "lut_strength": (0, 1),
    "vignette": (0, 1),
    "grain": (0, 1),
    "bloom": (0, 1),
    "sharpen": (0, 1),
    "denoise": (0, 1),
    "aberration": (0, 1),
    "distortion": (-1, 1),
}
"""What the numbers of a grade may be (contract X19)."""


def check(storyboard: Storyboard, *, where: str = "plan") -> None:
    """Hold a storyboard against every rule of plans.

    Raises
    ------
    PlanInvalid
        A rule is broken; the message names the field, what is wrong and what to do.
    """
    tell = _teller(where)
    if storyboard.version != PLAN_VERSION:
        tell(
            "version",
            f"version {storyboard.version} is not one we read",
            f"Write version {PLAN_VERSION}.",
        )
    _check_format(storyboard, tell)
    _check_look(storyboard, tell)
    _check_pictures(storyboard, tell)
    _check_sections(storyboard, tell)
    _check_shots(storyboard, tell)
    _check_transitions(storyboard.shots, tell)
    _check_titles(storyboard, tell)
    check_treatment(storyboard.treatment, storyboard.format.total_frames, where=where)
    _check_bible(storyboard, tell)


Tell = Callable[[str, str, str], None]


def _teller(where: str) -> Tell:
    def tell(path: str, what: str, what_to_do: str) -> None:
        raise PlanInvalid(what, where=f"{where}: {path}", what_to_do=what_to_do)

    return tell


def _choice(tell: Tell, path: str, value: str, choices: Sequence[str], noun: str) -> None:
    if value not in choices:
        tell(path, f"'{value}' is no {noun} we know", f"Choose one of {', '.join(choices)}.")


def _between(tell: Tell, path: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        tell(
            path,
            f"{value:g} is out of range",
            f"Write a number from {low:g} to {high:g}.",
        )


def _unique(tell: Tell, path: str, ids: Iterable[str], noun: str) -> None:
    seen: set[str] = set()
    for i, name in enumerate(ids):
        if name in seen:
            tell(f"{path}[{i}]", f"the {noun} '{name}' stands twice", f"Give each {noun} its own.")
        seen.add(name)


def _colours(tell: Tell, path: str, palette: Sequence[str]) -> None:
    for i, text in enumerate(palette):
        try:
            parse_hex(text)
        except ValidationFailed:
            tell(f"{path}[{i}]", f"'{text}' is no colour", "Write it like #1b2a4c.")


def _check_format(storyboard: Storyboard, tell: Tell) -> None:
    fmt = storyboard.format
    try:
        PictureSize(width=fmt.width, height=fmt.height)
    except ValidationFailed as problem:
        tell("format", problem.what, problem.what_to_do)
    if not 1 <= fmt.rate <= 120:
        tell("format.rate", f"{fmt.rate} is no frame rate from 1 to 120", 'Write it like "24/1".')
    if fmt.total_frames < 1:
        tell("format.total_frames", "a video needs at least one frame", "Write 1 or more.")


def _check_look(storyboard: Storyboard, tell: Tell) -> None:
    _choice(tell, "grid_verdict", storyboard.grid_verdict, VERDICTS, "grid verdict")
    _between(tell, "reactivity", storyboard.reactivity, 0, 2)
    _colours(tell, "palette", storyboard.palette)
    _check_grade(storyboard.grade, tell)


def _check_grade(grade: Grade, tell: Tell) -> None:
    for name, triple, low, high in (
        ("slope", grade.slope, 0.0, 4.0),
        ("offset", grade.offset, -1.0, 1.0),
        ("power", grade.power, 0.1, 4.0),
    ):
        for i, value in enumerate(triple):
            _between(tell, f"grade.{name}[{i}]", value, low, high)
    for name, (low, high) in GRADE_RANGES.items():
        _between(tell, f"grade.{name}", getattr(grade, name), low, high)
    for name in ("shadows", "midtones", "highlights"):
        for i, value in enumerate(getattr(grade.wheels, name)):
            _between(tell, f"grade.wheels.{name}[{i}]", value, -1, 1)
    for i, chosen in enumerate(grade.selective):
        for name, low, high in (("hue", -360, 360), ("width", 1, 180), ("saturation", 0, 4)):
            _between(tell, f"grade.selective[{i}].{name}", getattr(chosen, name), low, high)
    _check_lut(grade.lut, tell)


def _check_lut(lut: str, tell: Tell) -> None:
    if lut and (not lut.lower().endswith(".cube") or not lut.isprintable()):
        tell("grade.lut", f"'{lut}' names no .cube file", "Name one, or leave it empty.")


def _check_pictures(storyboard: Storyboard, tell: Tell) -> None:
    _unique(tell, "pictures", (p.picture_id for p in storyboard.pictures), "picture_id")
    for i, picture in enumerate(storyboard.pictures):
        _check_picture(picture, f"pictures[{i}]", tell)


def _check_picture(picture: PicturePlan, path: str, tell: Tell) -> None:
    for field, value, choices, noun in (
        ("family", picture.family, FAMILIES, "scene family"),
        ("time_of_day", picture.time_of_day, TIMES, "time of day"),
        ("weather", picture.weather, WEATHERS, "weather"),
        ("mood", picture.mood, MOODS, "mood"),
        ("subject", picture.subject, SUBJECTS, "subject"),
        ("lighting", picture.lighting, LIGHTINGS, "lighting"),
    ):
        _choice(tell, f"{path}.{field} (picture {picture.picture_id})", value, choices, noun)
    if (
        not picture.picture_id
        or any(c in picture.picture_id for c in "/\\\0")
        or (picture.picture_id.startswith("."))
    ):
        tell(
            f"{path}.picture_id",
            f"'{picture.picture_id}' cannot name a file",
            "Use letters, digits and dashes.",
        )
    if not picture.prompt.strip():
        tell(
            f"{path}.prompt (picture {picture.picture_id})",
            "the prompt is empty",
            "Say in one sentence what the picture shows.",
        )
    if len(picture.palette) not in (0, 3, 4, 5, 6):
        tell(
            f"{path}.palette (picture {picture.picture_id})",
            f"{len(picture.palette)} colours are no palette",
            "Give three to six from dark to light, or none.",
        )
    _colours(tell, f"{path}.palette", picture.palette)
    _between(tell, f"{path}.seed", picture.seed, 0, MAX_SEED)


def _check_sections(storyboard: Storyboard, tell: Tell) -> None:
    _unique(tell, "sections", (s.section_id for s in storyboard.sections), "section_id")
    total = storyboard.format.total_frames
    for i, section in enumerate(storyboard.sections):
        path = f"sections[{i}] (section {section.section_id})"
        if not 0 <= section.start < section.end <= total:
            tell(
                path,
                f"frames {section.start} to {section.end} are no stretch of 0 to {total}",
                "Let start come before end, inside the video.",
            )
        _choice(tell, f"{path}.family", section.family, FAMILIES, "scene family")
        _between(tell, f"{path}.energy", section.energy, 0, 1)
    for i, (left, right) in enumerate(pairwise(storyboard.sections)):
        if right.start < left.end:
            tell(
                f"sections[{i + 1}].start",
                f"section {right.section_id} begins before {left.section_id} ends",
                f"Write {left.end}.",
            )


def _check_shots(storyboard: Storyboard, tell: Tell) -> None:
    shots, total = storyboard.shots, storyboard.format.total_frames
    if not shots:
        tell("shots", "the plan has no shots", "Add at least one that covers the whole video.")
    _unique(tell, "shots", (s.shot_id for s in shots), "shot_id")
    pictures = {p.picture_id for p in storyboard.pictures}
    sections = {s.section_id for s in storyboard.sections}
    at, before = 0, ""
    for i, shot in enumerate(shots):
        _check_shot(shot, f"shots[{i}]", pictures, sections, tell)
        _check_place(shot, i, at, before, tell)
        at, before = shot.end, shot.shot_id
    if at != total:
        last = len(shots) - 1
        kind = f"ends at frame {at}, the video at {total}"
        tell(f"shots[{last}].end", f"the last shot {before} {kind}", f"Write {total}.")


def _check_place(shot: Shot, i: int, at: int, before: str, tell: Tell) -> None:
    if shot.end <= shot.start:
        tell(
            f"shots[{i}].end",
            f"shot {shot.shot_id} holds no frame ({shot.start} to {shot.end})",
            "Let end be greater than start.",
        )
    if shot.start == at:
        return
    if not before:
        tell(
            f"shots[{i}].start",
            f"the first shot {shot.shot_id} starts at {shot.start}",
            "Write 0.",
        )
    kind = "overlaps" if shot.start < at else "leaves a gap after"
    tell(
        f"shots[{i}].start",
        f"shot {shot.shot_id} starts at {shot.start} and {kind} {before}, which ends at {at}",
        f"Write {at}, or move the end of {before}.",
    )


def _check_shot(shot: Shot, path: str, pictures: set[str], sections: set[str], tell: Tell) -> None:
    named = f"(shot {shot.shot_id})"
    _choice(tell, f"{path}.picture_id {named}", shot.picture_id, sorted(pictures), "picture")
    _choice(tell, f"{path}.section_id {named}", shot.section_id, sorted(sections), "section")
    _choice(tell, f"{path}.transition.curve {named}", shot.transition.curve, CURVES, "curve")
    framing = shot.framing
    for field, value, low, high in (
        ("framing.x", framing.x, 0.0, 1.0),
        ("framing.y", framing.y, 0.0, 1.0),
        ("framing.scale", framing.scale, 1.0, MAX_SCALE),
        ("framing.aim", framing.aim, 0.0, 1.0),
        ("move_amount", shot.move_amount, 0.0, 1.0),
        ("move_direction", shot.move_direction, -1, 1),
        ("energy", shot.energy, 0.0, 1.0),
        ("lens_mm", shot.lens_mm, 4, 1200),
        ("seed", shot.seed, 0, MAX_SEED),
    ):
        _between(tell, f"{path}.{field} {named}", value, low, high)


_HALFWAY = {"ease_in": 0.5 ** (1 / 3), "ease_out": 1.0 - 0.5 ** (1 / 3), "gamma": 0.5 ** (1 / 2.2)}
"""The part of a transition before its cut, where its curve is not symmetrical: half the change has
happened there.
"""
_EVEN = (TransitionKind.DIP_TO_BLACK, TransitionKind.DIP_TO_WHITE, TransitionKind.WHIP_PAN)


def sides(transition: Transition) -> tuple[int, int]:
    """How many frames of a transition lie before its cut and from it on."""
    even = transition.kind in _EVEN
    half = 0.5 if even else _HALFWAY.get(transition.curve, 0.5)
    before = math.floor(half * transition.frames)
    return before, transition.frames - before


def _check_transitions(shots: Sequence[Shot], tell: Tell) -> None:
    for i, shot in enumerate(shots):
        _check_transition(shot, shots[i - 1] if i else None, i, tell)
    for i, (left, right) in enumerate(pairwise(shots)):
        taken = sides(left.transition)[1] + sides(right.transition)[0]
        if left.transition.frames and right.transition.frames and taken > left.frames:
            tell(
                f"shots[{i + 1}].transition.frames (shot {right.shot_id})",
                f"the transitions at both ends of {left.shot_id} meet inside its "
                f"{left.frames} frames",
                "Shorten one of them.",
            )


def _check_transition(shot: Shot, before: Shot | None, i: int, tell: Tell) -> None:
    path, kind = f"shots[{i}].transition.frames (shot {shot.shot_id})", shot.transition.kind
    frames = shot.transition.frames
    if kind is TransitionKind.CUT:
        if frames:
            tell(path, f"a cut has no length, not {frames} frames", "Write 0.")
        return
    if before is None:
        tell(path, "the first shot has nothing to come from", "Make its transition a cut.")
        return
    if frames < 2:
        tell(path, f"a {kind} of {frames} frames cannot be seen", "Write 2 or more.")
    room = min(shot.frames, before.frames)
    if frames >= room:
        tell(
            path,
            f"a {kind} of {frames} frames does not fit: the shorter of {before.shot_id} "
            f"and {shot.shot_id} has {room}",
            f"Write less than {room}.",
        )


def _check_titles(storyboard: Storyboard, tell: Tell) -> None:
    total = storyboard.format.total_frames
    for i, card in enumerate(storyboard.titles):
        if not 0 <= card.start < card.end <= total:
            tell(
                f"titles[{i}]",
                f"frames {card.start} to {card.end} are no stretch of 0 to {total}",
                "Let start come before end, inside the video.",
            )
        if not card.text.strip():
            tell(f"titles[{i}].text", "the text is empty", "Write the words or remove the card.")


ACT_RANGES = {
    "tightness": (-3, 3),
    "pace": (0.25, 4),
    "density": (0.25, 4),
    "lift": (-0.2, 0.2),
    "strength": (0, 2),
}
"""What the numbers of an act may be."""


def check_treatment(treatment: Treatment, total: int, *, where: str = "plan") -> None:
    """Hold a treatment for a video of ``total`` frames against the rules of plans.

    Raises
    ------
    PlanInvalid
        A rule is broken; the message names the field, what is wrong and what to do.
    """
    tell = _teller(where)
    at = 0
    for i, act in enumerate(treatment.acts):
        path = f"treatment.acts[{i}]"
        if act.start != at or act.end <= act.start:
            tell(
                f"{path}.start",
                f"act {act.number} holds frames {act.start} to {act.end}",
                f"Let it start at {at}, where the one before it ends, and end later.",
            )
        _check_act(act, path, total, tell)
        at = act.end
    if treatment.acts and at != total:
        last = len(treatment.acts) - 1
        tell(
            f"treatment.acts[{last}].end",
            f"the last act ends at frame {at}, the video at {total}",
            f"Write {total}.",
        )
    _between(tell, "treatment.peak", treatment.peak, 0, total)
    for i, motif in enumerate(treatment.motifs):
        _choice(tell, f"treatment.motifs[{i}].family", motif.family, FAMILIES, "scene family")
    for i, step in enumerate(treatment.palette_script):
        path = f"treatment.palette_script[{i}].colours"
        if len(step.colours) not in (3, 4, 5, 6):
            tell(path, f"{len(step.colours)} colours are no palette", "Give three to six.")
        _colours(tell, path, step.colours)


def _check_act(act: Act, path: str, total: int, tell: Tell) -> None:
    if not act.hours:
        tell(f"{path}.hours", "an act needs an hour", f"Name one of {', '.join(TIMES)}.")
    for hour in act.hours:
        _choice(tell, f"{path}.hours", hour, TIMES, "time of day")
    if act.weather:
        _choice(tell, f"{path}.weather", act.weather, WEATHERS, "weather")
    _between(tell, f"{path}.turn", act.turn, 0, total)
    for name, (low, high) in ACT_RANGES.items():
        _between(tell, f"{path}.{name}", getattr(act, name), low, high)


def _check_bible(storyboard: Storyboard, tell: Tell) -> None:
    roles = storyboard.bible.color_palette
    named = [roles.primary, roles.secondary, roles.accent, roles.neutral]
    _colours(tell, "bible.color_palette", [c for c in named if c])
    _colours(tell, "bible.color_palette.skin_tones", roles.skin_tones)
    for i, figure in enumerate(storyboard.bible.characters):
        path = f"bible.characters[{i}]"
        _choice(tell, f"{path}.subject", figure.subject, SUBJECTS, "subject")
        _colours(tell, f"{path}.wardrobe", figure.wardrobe)
    for i, place in enumerate(storyboard.bible.places):
        _choice(tell, f"bible.places[{i}].family", place.family, FAMILIES, "scene family")
