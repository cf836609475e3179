"""What a person asks of a music video, checked and normalised; and the key a resume goes by."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from apex_director.core.errors import InputUnusable, OutputUnwritable, ValidationFailed
from apex_director.core.frame import ASPECTS, PictureSize, parse_size, size_for
from apex_director.core.ids import bytes_hash, content_hash
from apex_director.core.time import parse_rate

from .corrections import corrections_of
from .given import check_look, check_plan, lyrics_from
from .presets import Preset, preset_named

KIND = "music_video"
VERBS = ("analyze", "plan", "estimate", "generate", "assemble", "qc", "deliver")
MIN_SONG_S, MAX_SONG_S, MAX_ANALYSIS_S = 1.0, 3600.0, 7200.0  # contract D28


@dataclass(frozen=True, kw_only=True)
class MusicVideoRequest:
    """One music video wanted (contract P14, X2). None and empty text mean: decide from the music.

    Raises
    ------
    ValidationFailed
        From :func:`checked`, when a value is not one we offer.
    """

    audio_path: str
    output_dir: str = ""
    genre: str = "cinematic"
    quality_preset: str = "high"
    max_shots: int | None = None
    artist_name: str = ""
    song_title: str = ""
    concept: str = ""
    director_style: str = ""
    color_palette: tuple[str, ...] = ()
    aspect: str = "16:9"
    target_resolution: str = ""
    target_fps: str = ""
    shots_per_minute: float | None = None
    seed: int = 0
    lyrics_path: str = ""
    plan_path: str = ""
    stop_at: str = "deliver"
    deliver_anyway: bool = False
    backend_preference: str = ""
    candidates: int = 1
    min_score: float = 0.0
    approved: bool = False
    budget_usd: float | None = None
    lut_path: str = ""
    lut_strength: float = 1.0
    lyrics_nudge_s: float = 0.0
    karaoke: bool = False
    burn_lyrics: bool = True
    teaser_s: float | None = None
    canvas_s: float | None = None
    also: tuple[str, ...] = ()
    only_cutdowns: bool = False
    tempo: float | None = None
    offset_s: float = 0.0
    taps_path: str = ""
    taps_s: tuple[float, ...] = ()
    bar_shift: int = 0


_TEXTS = (
    *("audio_path", "output_dir", "genre", "quality_preset", "artist_name", "song_title"),
    *("concept", "director_style", "aspect", "target_resolution", "target_fps"),
    *("lyrics_path", "plan_path", "stop_at", "backend_preference", "lut_path"),
    "taps_path",
)
_MAYBE = type(None)
_KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    **dict.fromkeys(_TEXTS, ((str,), "text")),
    "max_shots": ((int, _MAYBE), "whole number"),
    "shots_per_minute": ((int, float, _MAYBE), "number"),
    "seed": ((int,), "whole number"),
    "color_palette": ((tuple,), "list of colours"),
    "deliver_anyway": ((bool,), "True or False"),
    "candidates": ((int,), "whole number"),
    "min_score": ((int, float), "number"),
    "approved": ((bool,), "True or False"),
    "budget_usd": ((int, float, _MAYBE), "number of US dollars"),
    "lut_strength": ((int, float), "number"),
    "lyrics_nudge_s": ((int, float), "number of seconds"),
    "karaoke": ((bool,), "True or False"),
    "burn_lyrics": ((bool,), "True or False"),
    "teaser_s": ((int, float, _MAYBE), "number of seconds"),
    "canvas_s": ((int, float, _MAYBE), "number of seconds"),
    "also": ((tuple,), "list of aspects"),
    "only_cutdowns": ((bool,), "True or False"),
    "tempo": ((int, float, _MAYBE), "number of beats a minute"),
    "offset_s": ((int, float), "number of seconds"),
    "taps_s": ((tuple,), "list of seconds"),
    "bar_shift": ((int,), "whole number of beats"),
}
_PATHS = frozenset(
    {"audio_path", "output_dir", "lyrics_path", "plan_path", "lut_path", "taps_path"}
)
TEASER_S, CANVAS_S, NUDGE_S = (5.0, 120.0), (3.0, 8.0), (-10.0, 10.0)
_RANGES = (
    ("lut_strength", "lut-strength", (0.0, 1.0), ""),
    ("lyrics_nudge_s", "lyrics-nudge", NUDGE_S, " seconds"),
    ("teaser_s", "teaser", TEASER_S, " seconds"),
    ("canvas_s", "canvas", CANVAS_S, " seconds"),
)
LUT_SUFFIXES = frozenset({".cube"})
LYRICS_SUFFIXES = frozenset({".lrc", ".srt", ".txt"})
_LONGEST = {"concept": 5000} | dict.fromkeys(_PATHS, 4096)
_LONGEST_ELSE = 300  # characters


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """The picture format a request comes down to."""

    preset: Preset
    size: PictureSize
    rate: Fraction


def delivery_of(request: MusicVideoRequest) -> Delivery:
    """Preset, picture size and rate; ``target_resolution`` and ``target_fps`` win over it."""
    preset = preset_named(request.quality_preset)
    size = size_for(request.aspect, preset.short_side)
    if request.target_resolution:
        size = parse_size(request.target_resolution)
    rate = parse_rate(request.target_fps) if request.target_fps else preset.rate
    return Delivery(preset=preset, size=size, rate=rate)


def checked(request: MusicVideoRequest) -> MusicVideoRequest:
    """The request with paths resolved, every value checked and every file beside the song read
    once; the song itself is not decoded. Taps are taken out of their file.

    Raises
    ------
    ValidationFailed
        An option is not one we offer; ``where`` names it.
    InputUnusable
        A named file does not exist, is a folder, or does not hold what it should.
    PlanInvalid
        The plan has errors.
    """
    _check_kinds(request)
    _check_texts(request)
    delivery_of(request)
    if request.stop_at not in VERBS:
        raise ValidationFailed(
            f"'{request.stop_at}' is no stage",
            where="stop-at",
            what_to_do=f"Choose one of {', '.join(VERBS)}.",
        )
    if request.max_shots is not None and request.max_shots < 1:
        raise ValidationFailed(
            "at least one shot is needed", where="max-shots", what_to_do="Give 1 or more."
        )
    if request.shots_per_minute is not None and not 0.5 <= request.shots_per_minute <= 120:
        raise ValidationFailed(
            f"{request.shots_per_minute} cuts a minute cannot be cut",
            where="shots-per-minute",
            what_to_do="Give 0.5 to 120.",
        )
    _check_takes(request)
    _check_ranges(request)
    _check_versions(request)
    _check_lyrics(request)
    if not -(2**63) <= request.seed < 2**63:
        raise ValidationFailed(
            f"{request.seed} is too large for a seed",
            where="seed",
            what_to_do="Give a number of at most 18 digits.",
        )
    song = existing_file(request.audio_path, "the song")
    lyrics, plan = request.lyrics_path, request.plan_path
    if lyrics and Path(lyrics).suffix.lower() not in LYRICS_SUFFIXES:
        raise ValidationFailed(
            "lyrics come as .lrc or .srt, or as plain text in .txt",
            where=lyrics,
            what_to_do="Save them in one of these formats.",
        )
    taps = str(existing_file(request.taps_path, "the file of taps")) if request.taps_path else ""
    beat = corrections_of(replace(request, taps_path=taps))
    resolved = replace(
        request,
        audio_path=str(song),
        output_dir=str(_output_folder(request.output_dir or f"{song.stem}_video")),
        lyrics_path=str(existing_file(lyrics, "the file of lyrics")) if lyrics else "",
        plan_path=str(existing_file(plan, "the plan")) if plan else "",
        lut_path=str(_lut_file(request.lut_path)) if request.lut_path else "",
        also=tuple(dict.fromkeys(request.also)),
        taps_path="",
        taps_s=beat.taps_s if beat else (),
    )
    _check_files(resolved)
    return resolved


def _check_files(request: MusicVideoRequest) -> None:
    """Refuse files that do not hold what they should, before anybody listens to the song."""
    if request.lyrics_path:
        lyrics_from(Path(request.lyrics_path))
    if request.lut_path:
        check_look(Path(request.lut_path))
    if request.plan_path:
        check_plan(Path(request.plan_path), look=not request.lut_path)


def _lut_file(text: str) -> Path:
    if Path(text).suffix.lower() not in LUT_SUFFIXES:
        raise ValidationFailed(
            "a look comes as .cube",
            where=text,
            what_to_do="Export it as a .cube file (Adobe or Resolve, 1D or 3D).",
        )
    return existing_file(text, "the look (.cube)")


def _check_ranges(request: MusicVideoRequest) -> None:
    if request.lut_strength != 1.0 and not (request.lut_path or request.plan_path):
        raise ValidationFailed(
            "there is no look it could be the strength of",
            where="lut-strength",
            what_to_do="Name one with --lut look.cube, or leave it out.",
        )
    for field, option, (low, high), unit in _RANGES:
        value = getattr(request, field)
        if value is not None and not low <= value <= high:
            raise ValidationFailed(
                f"{value:g}{unit} is out of range",
                where=option,
                what_to_do=f"Give {low:g} to {high:g}{unit}.",
            )


def _check_lyrics(request: MusicVideoRequest) -> None:
    """Refuse what is said of lyrics where there are none."""
    said = {
        "karaoke": request.karaoke,
        "lyrics-nudge": request.lyrics_nudge_s != 0,
        "no-burn-lyrics": not request.burn_lyrics and not request.plan_path,
    }
    for option, given in said.items():
        if given and not request.lyrics_path:
            raise ValidationFailed(
                "there are no lyrics it could be done with",
                where=option,
                what_to_do="Name them with --lyrics song.lrc (or .srt, .txt), or leave it out.",
            )


def _check_versions(request: MusicVideoRequest) -> None:
    """Refuse aspects we do not offer, and cut-downs alone where there are none."""
    for aspect in request.also:
        if not isinstance(aspect, str) or aspect not in ASPECTS:
            raise ValidationFailed(
                f"'{aspect}' is no aspect we offer",
                where="also",
                what_to_do=f"Choose of {', '.join(ASPECTS)}.",
            )
    if request.only_cutdowns and request.teaser_s is None and request.canvas_s is None:
        raise ValidationFailed(
            "no cut-down is asked for",
            where="only-cutdowns",
            what_to_do="Say which: --teaser 30, --canvas 6 or both.",
        )


def _check_takes(request: MusicVideoRequest) -> None:
    if not 1 <= request.candidates <= 8:
        raise ValidationFailed(
            f"{request.candidates} takes of every picture are not made",
            where="candidates",
            what_to_do="Give 1 to 8.",
        )
    if not 0.0 <= request.min_score <= 1.0:
        raise ValidationFailed(
            f"{request.min_score} is no score", where="min-score", what_to_do="Give 0 to 1."
        )
    if request.budget_usd is not None and not 0.0 <= request.budget_usd <= 100_000.0:
        raise ValidationFailed(
            f"{request.budget_usd} is no budget we can keep",
            where="budget",
            what_to_do="Give US dollars, such as 5.",
        )


def _check_kinds(request: MusicVideoRequest) -> None:
    """Refuse values of the wrong kind, which a script may hold in its hands."""
    for field, (kinds, word) in _KINDS.items():
        value = getattr(request, field)
        good = isinstance(value, kinds) and not (isinstance(value, bool) and bool not in kinds)
        if not good:
            raise ValidationFailed(
                f"{value!r} is no {word}", where=field, what_to_do=f"Give a {word}."
            )
    for color in request.color_palette:
        if not isinstance(color, str):
            raise ValidationFailed(
                f"{color!r} is no text",
                where="color_palette",
                what_to_do="Give names or '#rrggbb'.",
            )


def _check_texts(request: MusicVideoRequest) -> None:
    """Refuse texts that are too long to set or to understand, or are no text at all."""
    for field in _TEXTS:
        value = getattr(request, field)
        longest = _LONGEST.get(field, _LONGEST_ELSE)
        if len(value) > longest:
            raise ValidationFailed(
                f"{len(value)} characters are too many",
                where=field,
                what_to_do=f"Give {longest} at most.",
            )
        _check_encodable(value, field)


def _check_encodable(text: str, where: str) -> None:
    """Refuse bytes that are no UTF-8, which a terminal may hand on, and NUL."""
    try:
        text.encode()
    except UnicodeEncodeError:
        fault = "it holds bytes that are no text (not UTF-8)"
    else:
        if "\0" not in text:
            return
        fault = "it holds a zero byte"
    shown = text.encode("utf-8", "replace").decode().replace("\0", "?")
    if where in _PATHS:
        raise InputUnusable(fault, where=shown, what_to_do="Rename the file or the folder.")
    raise ValidationFailed(fault, where=where, what_to_do="Type it again.")


def _output_folder(text: str) -> Path:
    try:
        return Path(text).expanduser().resolve()
    except (OSError, RuntimeError) as error:
        raise OutputUnwritable(
            "there is no such place (the current folder may have been removed)",
            where=text,
            what_to_do="Name a whole path with -o.",
        ) from error


def existing_file(text: str, what: str) -> Path:
    """A path that names a readable file.

    Raises
    ------
    InputUnusable
        Nothing is there, or a folder, or it may not be read.
    """
    _check_encodable(text, "audio_path")
    try:
        path = Path(text).expanduser().resolve()
        if path.is_dir():
            raise InputUnusable(
                f"{what} is a folder", where=text, what_to_do="Name one file in it."
            )
        if not path.is_file():
            raise InputUnusable(
                f"{what} does not exist", where=text, what_to_do="Check the path and its spelling."
            )
        with path.open("rb"):
            return path
    except (OSError, ValueError, RuntimeError) as error:
        raise InputUnusable(
            f"{what} cannot be opened ({error.__class__.__name__})",
            where=text,
            what_to_do="Check the path and that you may read the file.",
        ) from error


def file_hash(path: str | Path) -> str:
    """SHA-256 (hex) of a file, read in blocks of 1 MB."""
    with Path(path).open("rb") as handle:
        return bytes_hash(iter(lambda: handle.read(1 << 20), b""))


def resume_key(request: MusicVideoRequest, song_hash: str) -> str:
    """The key of contract D22: song bytes, normalised options (plan, lyrics and look by
    content, taps by their times), output folder.
    """
    options: dict[str, Any] = asdict(request)
    for field in ("audio_path", "stop_at", "deliver_anyway", "approved", "budget_usd"):
        options.pop(field)
    for field in ("plan_path", "lyrics_path", "lut_path"):
        options[field] = file_hash(options[field]) if options[field] else ""
    return content_hash(song_hash, options)


def request_from(values: dict[str, Any]) -> MusicVideoRequest:
    """A request from plain values (options of P14, a stored payload).

    Raises
    ------
    ValidationFailed
        An option is unknown, or has a value of the wrong kind.
    """
    known = MusicVideoRequest.__dataclass_fields__
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise ValidationFailed(
            f"unknown option {unknown[0]!r}",
            where=unknown[0],
            what_to_do=f"Known options: {', '.join(known)}.",
        )
    if not values.get("audio_path"):
        raise ValidationFailed("no song is named", where="audio_path", what_to_do="Name one.")
    clean = {name: value for name, value in values.items() if value is not None}
    if isinstance(palette := clean.get("color_palette"), (str, list)):
        clean["color_palette"] = (palette,) if isinstance(palette, str) else tuple(palette)
    if isinstance(also := clean.get("also"), (str, list)):
        parts = also.split(",") if isinstance(also, str) else also
        clean["also"] = tuple(p.strip() if isinstance(p, str) else p for p in parts)
    if isinstance(taps := clean.get("taps_s"), list):
        clean["taps_s"] = tuple(taps)
    if isinstance(rate := clean.get("target_fps"), (int, float, Fraction)):
        clean["target_fps"] = str(rate)
    for field in _PATHS & set(clean):
        if isinstance(clean[field], os.PathLike):
            clean[field] = os.fspath(clean[field])
    return MusicVideoRequest(**clean)
