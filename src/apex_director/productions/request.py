"""What a person asks of a music video, checked and normalised; and the key a resume goes by."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from apex_director.core.errors import InputUnusable, ValidationFailed
from apex_director.core.frame import PictureSize, parse_size, size_for
from apex_director.core.ids import bytes_hash, content_hash
from apex_director.core.time import parse_rate

from .presets import Preset, preset_named

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
    """The request with paths resolved and every value checked; nothing is decoded.

    Raises
    ------
    ValidationFailed
        An option is not one we offer; ``where`` names it.
    InputUnusable
        A named file does not exist, or is a folder.
    """
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
    song = existing_file(request.audio_path, "the song")
    output = request.output_dir or str(Path.cwd() / f"{song.stem}_video")
    lyrics, plan = request.lyrics_path, request.plan_path
    if lyrics and Path(lyrics).suffix.lower() not in {".lrc", ".srt"}:
        raise ValidationFailed(
            "lyrics come as .lrc or .srt",
            where=lyrics,
            what_to_do="Save them in one of these formats.",
        )
    return replace(
        request,
        audio_path=str(song),
        output_dir=str(Path(output).expanduser().resolve()),
        lyrics_path=str(existing_file(lyrics, "the lyrics")) if lyrics else "",
        plan_path=str(existing_file(plan, "the plan")) if plan else "",
    )


def existing_file(text: str, what: str) -> Path:
    """A path that names a readable file.

    Raises
    ------
    InputUnusable
        Nothing is there, or a folder, or it may not be read.
    """
    path = Path(text).expanduser()
    try:
        path = path.resolve()
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
    except (OSError, ValueError) as error:
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
    """The key of contract D22: song bytes, normalised options (plan and lyrics by content), output
    folder.
    """
    options: dict[str, Any] = asdict(request)
    for field in ("audio_path", "stop_at", "deliver_anyway"):
        options.pop(field)
    for field in ("plan_path", "lyrics_path"):
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
    clean = dict(values)
    if "color_palette" in clean:
        palette = clean["color_palette"]
        clean["color_palette"] = (palette,) if isinstance(palette, str) else tuple(palette)
    if clean.get("target_fps") is not None:
        clean["target_fps"] = str(clean.get("target_fps", ""))
    for field in ("audio_path", "output_dir", "plan_path", "lyrics_path"):
        if field in clean:
            clean[field] = str(clean[field] or "")
    return MusicVideoRequest(**clean)
