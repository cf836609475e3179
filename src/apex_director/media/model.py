"""What a media file is and how a segment is encoded, in FFmpeg's own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction


@dataclass(frozen=True, kw_only=True)
class AudioStream:
    """One audio stream; ``start`` and ``duration`` in seconds, ``bit_rate`` in bits per second (0
    unknown).
    """

    codec: str
    profile: str
    sample_rate: int
    channels: int
    layout: str
    bit_rate: int
    start: Fraction
    duration: Fraction | None


@dataclass(frozen=True, kw_only=True)
class VideoStream:
    """One video stream; ``frames`` is 0 where the container does not say."""

    codec: str
    width: int
    height: int
    rate: Fraction
    pix_fmt: str
    frames: int
    duration: Fraction | None
    color_range: str
    color_space: str


@dataclass(frozen=True, kw_only=True)
class MediaInfo:
    """A probed file: container, first audio and first video stream (cover art is not video), tags
    in lower case.
    """

    path: str
    container: str
    size: int
    duration: Fraction | None
    audio: AudioStream | None
    video: VideoStream | None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class X264:
    """Encoder settings of every segment of one video (RENDER presets). ``maxrate_kbps`` 0 means no
    cap.
    """

    preset: str = "fast"
    crf: int = 18
    maxrate_kbps: int = 0
    gop_seconds: float = 2.0
