"""What is this file? Opens it, names its streams and tags, and says in one sentence what is wrong
with it.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer

from apex_director.core.errors import AudioDecodeError, InputUnusable

from .model import AudioStream, MediaInfo, VideoStream
from .tags import read_tags

_RANGES = {0: "", 1: "tv", 2: "pc"}
_SPACES = {0: "gbr", 1: "bt709", 5: "bt470bg", 6: "smpte170m", 9: "bt2020nc"}
_PRIMARIES = {1: "bt709", 5: "bt470bg", 6: "smpte170m", 9: "bt2020"}
_TRANSFERS = {1: "bt709", 6: "smpte170m", 13: "iec61966-2-1", 16: "smpte2084"}
FORMATS = "mp3, wav, flac, ogg, opus, m4a or aac"
# Opening a film decodes pictures, to be sure of what they are; who wants packets knows that.
_UNDECODED = {
    "options": {"analyzeduration": "1", "probesize": "32", "fpsprobesize": "0"},
    "stream_options": [{"threads": "1", "skip_frame": "all"}],
}


def open_input(path: Path, *, packets_only: bool = False) -> InputContainer:
    """Open a media file for reading; the caller closes it.

    Parameters
    ----------
    packets_only : bool
        It is one of our own films, and none of its pictures will be decoded: a fiftieth of the
        time.

    Raises
    ------
    InputUnusable
        It does not exist, is a folder, is empty, or may not be read.
    AudioDecodeError
        It holds nothing FFmpeg knows.
    """
    _require_file(path)
    try:
        how: dict[str, Any] = _UNDECODED if packets_only else {}
        found: InputContainer = av.open(
            str(path.absolute()), mode="r", metadata_errors="surrogateescape", **how
        )
        return found
    except PermissionError as error:
        raise InputUnusable(
            "you may not read it", where=str(path), what_to_do="Check the file's rights."
        ) from error
    except (av.error.FFmpegError, UnicodeError, ValueError, OSError) as error:
        raise AudioDecodeError(
            "this is not a media file we can read, or it is damaged from its beginning",
            where=str(path),
            what_to_do=f"Give a song as {FORMATS}.",
            log=str(error),
        ) from error


def _require_file(path: Path) -> None:
    if path.is_dir():
        raise InputUnusable(
            "this is a folder, not a song", where=str(path), what_to_do="Name one file in it."
        )
    if not path.exists():
        raise InputUnusable(
            "there is no such file", where=str(path), what_to_do="Check the path's spelling."
        )
    if path.is_file() and path.stat().st_size == 0:
        raise AudioDecodeError(
            "the file is empty", where=str(path), what_to_do="Copy or export the song again."
        )


def _seconds(stream: Any) -> Fraction | None:
    if stream.duration is None or stream.time_base is None or stream.duration <= 0:
        return None
    return Fraction(stream.duration) * Fraction(stream.time_base)


def _audio(stream: Any) -> AudioStream:
    context = stream.codec_context
    start = Fraction(stream.start_time or 0) * Fraction(stream.time_base or 0)
    if context is None:
        return AudioStream(
            codec="unknown",
            profile="",
            sample_rate=0,
            channels=0,
            layout="",
            bit_rate=0,
            start=start,
            duration=_seconds(stream),
        )
    return AudioStream(
        codec=context.codec.canonical_name,
        profile=str(context.profile or ""),
        sample_rate=context.sample_rate or 0,
        channels=context.channels or 0,
        layout=context.layout.name if context.channels else "",
        bit_rate=context.bit_rate or 0,
        start=start,
        duration=_seconds(stream),
    )


def _video(stream: Any) -> VideoStream:
    context = stream.codec_context
    rate = stream.average_rate or stream.guessed_rate or Fraction(0)
    return VideoStream(
        codec=context.codec.canonical_name if context else "unknown",
        width=context.width if context else 0,
        height=context.height if context else 0,
        rate=Fraction(rate),
        pix_fmt=str(context.pix_fmt or "") if context else "",
        frames=stream.frames or 0,
        duration=_seconds(stream),
        color_range=_RANGES.get(context.color_range, "") if context else "",
        color_space=_SPACES.get(context.colorspace, "") if context else "",
        color_primaries=_PRIMARIES.get(context.color_primaries, "") if context else "",
        color_trc=_TRANSFERS.get(context.color_trc, "") if context else "",
    )


def is_cover(stream: Any) -> bool:
    """True for a picture stored beside the music, which is no moving picture."""
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def describe(container: InputContainer, path: Path) -> MediaInfo:
    """The streams and tags of an opened file."""
    audio = next(iter(container.streams.audio), None)
    video = next((s for s in container.streams.video if not is_cover(s)), None)
    whole = container.duration
    return MediaInfo(
        path=str(path),
        container=container.format.name,
        size=path.stat().st_size,
        duration=Fraction(whole, av.time_base) if whole and whole > 0 else None,
        audio=_audio(audio) if audio is not None else None,
        video=_video(video) if video is not None else None,
        tags=read_tags(container.metadata, *([audio.metadata] if audio is not None else [])),
    )


def probe(path: str | Path) -> MediaInfo:
    """Name a file's container, first audio and first video stream, duration and tags.

    Raises
    ------
    InputUnusable
        It does not exist, is a folder, or may not be read.
    AudioDecodeError
        It is empty or holds nothing FFmpeg knows.
    """
    with open_input(Path(path)) as container:
        info = describe(container, Path(path))
    if info.audio is None and info.video is None:
        raise AudioDecodeError(
            "there is neither sound nor picture in it",
            where=str(path),
            what_to_do=f"Give a song as {FORMATS}.",
        )
    return info


def require_audio(info: MediaInfo) -> AudioStream:
    """The file's audio stream, when it has one that we can decode.

    Raises
    ------
    AudioDecodeError
        It has no audio, or its codec is unknown.
    """
    if info.audio is None:
        raise AudioDecodeError(
            "there is no sound in it" + (", only a picture" if info.video else ""),
            where=info.path,
            what_to_do=f"Give a song as {FORMATS}.",
        )
    if info.audio.codec == "unknown":
        raise AudioDecodeError(
            "its sound is stored in a way nothing here can decode",
            where=info.path,
            what_to_do=f"Export the song again as {FORMATS}.",
        )
    return info.audio
