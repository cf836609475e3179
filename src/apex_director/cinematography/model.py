"""The plan of a video, as frozen values in whole frames: pictures, shots, sections, titles, the
storyboard.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Literal


class ShotSize(StrEnum):
    """Contract X16."""

    EXTREME_WIDE = "extreme_wide"
    WIDE = "wide"
    MEDIUM_WIDE = "medium_wide"
    MEDIUM = "medium"
    MEDIUM_CLOSE_UP = "medium_close_up"
    CLOSE_UP = "close_up"
    EXTREME_CLOSE_UP = "extreme_close_up"


class CameraMove(StrEnum):
    """Contract X16a."""

    STATIC = "static"
    PAN = "pan"
    TILT = "tilt"
    DOLLY_IN = "dolly_in"
    DOLLY_OUT = "dolly_out"
    TRUCK = "truck"
    BOOM = "boom"
    CRANE = "crane"
    ZOOM_IN = "zoom_in"
    ZOOM_OUT = "zoom_out"
    DOLLY_ZOOM = "dolly_zoom"
    ORBIT = "orbit"
    TRACKING = "tracking"
    HANDHELD = "handheld"
    WHIP_PAN = "whip_pan"


class TransitionKind(StrEnum):
    """Contract X17, and two made of light: a wipe along the brightness, a light leak."""

    CUT = "cut"
    CROSSFADE = "crossfade"
    DIP_TO_BLACK = "dip_to_black"
    DIP_TO_WHITE = "dip_to_white"
    WHIP_PAN = "whip_pan"
    MATCH_DISSOLVE = "match_dissolve"
    WIPE_LEFT = "wipe_left"
    WIPE_RIGHT = "wipe_right"
    WIPE_UP = "wipe_up"
    WIPE_DOWN = "wipe_down"
    LUMA_WIPE = "luma_wipe"
    LIGHT_LEAK = "light_leak"


FAMILIES = (
    "alpine",
    "ocean",
    "city",
    "forest",
    "dunes",
    "nebula",
    "neon_grid",
    "aurora",
    "meadow",
    "stage",
    "abstract",
    "street",
    "underwater",
    "interior",
    "geometry",
)
"""Scene families the built-in renderer draws; the registry of `images.scenes` is tested to hold
exactly these.
"""

LENS_MM = {
    ShotSize.EXTREME_WIDE: 14,
    ShotSize.WIDE: 24,
    ShotSize.MEDIUM_WIDE: 35,
    ShotSize.MEDIUM: 50,
    ShotSize.MEDIUM_CLOSE_UP: 85,
    ShotSize.CLOSE_UP: 100,
    ShotSize.EXTREME_CLOSE_UP: 135,
}


@dataclass(frozen=True, kw_only=True)
class Brief:
    """What the person asked for. Empty text and None mean: decide from the music."""

    title: str = ""
    artist: str = ""
    genre: str = "cinematic"
    concept: str = ""
    style: str = ""
    palette: tuple[str, ...] = ()
    seed: int = 0
    max_shots: int | None = None
    shots_per_minute: float | None = None


@dataclass(frozen=True, kw_only=True)
class Format:
    """The frame the plan is made for; ``total_frames`` covers the song (within one frame)."""

    width: int
    height: int
    rate: Fraction
    total_frames: int


@dataclass(frozen=True, kw_only=True)
class Transition:
    """How a shot begins. ``frames`` is the whole length, centred on the cut; 0 for a cut.
    ``curve`` as X17.
    """

    kind: TransitionKind = TransitionKind.CUT
    frames: int = 0
    curve: str = "ease_in_out"


@dataclass(frozen=True, kw_only=True)
class Framing:
    """Which part of a picture a shot looks at: centre in 0..1 of the picture, and how far in (1 =
    all of it). ``aim`` 0..1 draws the centre to what the picture is about (its figure, its
    summit): at 1, ``x`` and ``y`` say how far beside it the centre lies, 0.5 being none.
    """

    x: float = 0.5
    y: float = 0.5
    scale: float = 1.0
    aim: float = 0.0


@dataclass(frozen=True, kw_only=True)
class PicturePlan:
    """One distinct picture. Several shots may look at it with other framings and moves (contract
    D26). Its key light comes from the ``light_side``; empty leaves it to the picture.
    """

    picture_id: str
    prompt: str
    negative_prompt: str
    family: str
    motif: str
    seed: int
    palette: tuple[str, ...]
    time_of_day: str
    weather: str
    mood: str
    subject: str
    lighting: str
    backend: str = ""
    light_side: Literal["", "left", "right"] = ""


@dataclass(frozen=True, kw_only=True)
class Shot:
    """Frames ``start`` to ``end`` (half-open) of the video, and why they look as they do."""

    shot_id: str
    start: int
    end: int
    section_id: str
    picture_id: str
    size: ShotSize
    lens_mm: int
    move: CameraMove
    move_amount: float
    move_direction: int
    framing: Framing
    transition: Transition
    energy: float
    seed: int
    reason: str

    @property
    def frames(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, kw_only=True)
class SectionPlan:
    """A section of the song in frames, with what it looks like."""

    section_id: str
    label: str
    group: str
    start: int
    end: int
    energy: float
    motif: str
    family: str
    note: str


@dataclass(frozen=True, kw_only=True)
class Wheels:
    """Colour wheels: what is added to red, green and blue of dark, middle and light tones, each
    -1..1, 0 being none.
    """

    shadows: tuple[float, float, float] = (0.0, 0.0, 0.0)
    midtones: tuple[float, float, float] = (0.0, 0.0, 0.0)
    highlights: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True, kw_only=True)
class HueRange:
    """Colours around ``hue`` (degrees of OKLab, ``width`` to either side) with their strength
    multiplied by ``saturation`` (0 grey, 1 as they are, 2 twice).
    """

    hue: float
    width: float = 30.0
    saturation: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Grade:
    """A grade in four stages (contract X19).

    Primary: ``exposure`` in stops -2..2; ``contrast`` and ``brightness`` 0..100, 50 being none;
    then ASC CDL per channel and ``saturation`` (1 being none).
    Secondary: ``skin`` 0..1 draws skin towards its natural hue, ``selective`` ranges of hue, colour
    ``wheels``.
    Creative: ``lut`` names a .cube file (relative: beside the plan) laid over with ``lut_strength``
    0..1; ``vignette``, ``grain`` and ``bloom`` 0..1.
    Finishing, each 0..1 and 0 being none: ``sharpen``, ``denoise``, chromatic ``aberration``, lens
    ``distortion`` (-1..1, negative is pincushion).
    """

    slope: tuple[float, float, float] = (1.0, 1.0, 1.0)
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)
    power: tuple[float, float, float] = (1.0, 1.0, 1.0)
    saturation: float = 1.0
    vignette: float = 0.3
    grain: float = 0.5
    bloom: float = 0.5
    exposure: float = 0.0
    contrast: float = 50.0
    brightness: float = 50.0
    skin: float = 0.0
    selective: tuple[HueRange, ...] = ()
    wheels: Wheels = Wheels()
    lut: str = ""
    lut_strength: float = 1.0
    sharpen: float = 0.0
    denoise: float = 0.0
    aberration: float = 0.0
    distortion: float = 0.0


@dataclass(frozen=True, kw_only=True)
class CardWord:
    """A word of a card, sung during frames ``start`` to ``end``."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, kw_only=True)
class TitleCard:
    """Text over the picture, frames ``start`` to ``end``.

    The role ``title`` or ``lyric`` is drawn; a ``caption`` is a line of lyrics for the side files
    alone. Where ``words`` stand, each is lit up as it is sung; joined by spaces they are ``text``.
    """

    start: int
    end: int
    text: str
    subtext: str = ""
    role: Literal["title", "lyric", "caption"] = "title"
    words: tuple[CardWord, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Act:
    """One of three acts: frames ``start`` to ``end``, in words and in numbers a plan is made by.

    ``turn`` is the frame its turning point lies on. The pictures of an act go through ``hours`` in
    order and keep to its ``weather`` (empty: as the sections have it); ``tightness`` is added to
    how close its shots are, in size steps; ``pace`` and ``density`` multiply its shot lengths and
    its number of pictures; ``lift`` is added to the lightness of its pictures (OKLab) and
    ``strength`` multiplies their colour.
    """

    number: int
    title: str
    start: int
    end: int
    intent: str
    turning_point: str
    turn: int
    hours: tuple[str, ...]
    weather: str = ""
    tightness: float = 0.0
    pace: float = 1.0
    density: float = 1.0
    lift: float = 0.0
    strength: float = 1.0


@dataclass(frozen=True, kw_only=True)
class MotifReturn:
    """What has become of a motif when a section comes (back) to it."""

    section_id: str
    change: str


@dataclass(frozen=True, kw_only=True)
class MotifPlan:
    """A place that the repeat groups ``groups`` of the song own, and what it stands for."""

    name: str
    family: str
    groups: tuple[str, ...]
    meaning: str
    returns: tuple[MotifReturn, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PaletteStep:
    """The colours of a section, dark to light, which its pictures start from, and why these."""

    section_id: str
    colours: tuple[str, ...]
    why: str


@dataclass(frozen=True, kw_only=True)
class Treatment:
    """The film in words, with the numbers its pictures are made by; none of it where it is empty.

    ``climax`` names the section of the film's peak, which comes on frame ``peak``.
    """

    theme: str = ""
    climax: str = ""
    peak: int = 0
    acts: tuple[Act, ...] = ()
    motifs: tuple[MotifPlan, ...] = ()
    palette_script: tuple[PaletteStep, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Character:
    """A figure of the film. ``words`` are what every prompt calls it; ``wardrobe`` its colours."""

    name: str
    subject: str
    look: str
    wardrobe: tuple[str, ...]
    words: str


@dataclass(frozen=True, kw_only=True)
class Place:
    """A place of the film; ``words`` are what every prompt calls it."""

    name: str
    family: str
    words: str


@dataclass(frozen=True, kw_only=True)
class ColorRoles:
    """The colours of a style bible by what they do (contract X13)."""

    primary: str = ""
    secondary: str = ""
    accent: str = ""
    neutral: str = ""
    skin_tones: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StyleBible:
    """What stays the same through the film (contract X13), and who and where it is about."""

    overall_style: str = ""
    color_palette: ColorRoles = ColorRoles()
    lighting_profile: str = ""
    camera_profile: str = ""
    mood_descriptors: tuple[str, ...] = ()
    characters: tuple[Character, ...] = ()
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Storyboard:
    """The plan a person can read and edit, and render from.

    Shots cover 0 to ``format.total_frames`` exactly once, in order.
    """

    version: int = 1
    title: str
    artist: str
    logline: str
    genre: str
    style: str
    seed: int
    format: Format
    palette: tuple[str, ...]
    grade: Grade
    sections: tuple[SectionPlan, ...]
    pictures: tuple[PicturePlan, ...]
    shots: tuple[Shot, ...]
    titles: tuple[TitleCard, ...] = ()
    grid_verdict: str = "firm"
    reactivity: float = 1.0
    treatment: Treatment = Treatment()
    bible: StyleBible = StyleBible()
    warnings: tuple[str, ...] = field(default=())
