"""What a media file is and how a segment is encoded, in FFmpeg's own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]


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
    color_primaries: str = ""
    color_trc: str = ""


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


@dataclass(frozen=True, kw_only=True, eq=False)
class DecodedFrame:
    """One decoded picture as uint8 4:2:0 planes: ``y`` [shape=(h, w)], ``u`` and ``v``
    [shape=(h/2, w/2)]; ``pts`` in seconds. The planes are read-only views of the decoder's memory.
    """

    index: int
    pts: Fraction
    y: U8
    u: U8
    v: U8


@dataclass(frozen=True, kw_only=True, eq=False)
class LoudnessReading:
    """EBU R 128 figures of a whole signal; None where it is too quiet or too short to gate.

    ``momentary`` is float32 in LUFS at 10 Hz, one value per full 100 ms, never under -120.
    """

    integrated_lufs: float | None
    range_lu: float | None
    true_peak_dbtp: float | None
    momentary: F32


@dataclass(frozen=True, kw_only=True)
class MasterReport:
    """How a master came to be: the audio's codec, whether its packets were copied, and why (not).

    ``audio_seconds`` is what a player hears; ``warnings`` are sentences for the production log.
    """

    audio_codec: str
    audio_copied: bool
    reason: str
    frames: int
    audio_seconds: float = 0.0
    warnings: tuple[str, ...] = ()
