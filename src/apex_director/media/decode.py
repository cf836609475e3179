"""Sound and pictures out of files, block by block and frame by frame, whatever is broken."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from apex_director.core.errors import AudioDecodeError, VideoDecodeError

from .model import F32, U8, DecodedFrame
from .probe import describe, is_cover, open_input, require_audio

_SHORT_BY = 0.25  # s: encoders may promise this much more than they hold
_DECLARES_DURATION = {"flac", "mov", "matroska", "aiff", "w64", "caf", "asf", "mp3"}


class SampleStream:
    """The decoded samples of one file as float32 blocks [shape=(n, channels)] at its own rate.

    May be iterated again; ``decoded`` (samples per channel) and ``warnings`` belong to the last
    finished iteration. ``damaged`` is true when packets were skipped or the file ended early.
    """

    def __init__(self, path: Path, block_s: float) -> None:
        self.path, self.block_s = path, block_s
        self.decoded = 0
        self.warnings: list[str] = []
        self.damaged = False
        with open_input(path) as container:
            require_audio(describe(container, path))
            self._promised = _promised_seconds(container, path)
            self._trims_end = "mov" in container.format.name
            self._ogg = container.format.name == "ogg"
            first = next(_frames(container, []), None)
        if first is None or not first.sample_rate:
            raise AudioDecodeError(
                "no sound could be decoded from it",
                where=str(path),
                what_to_do="Check that it plays elsewhere, or export the song again.",
            )
        self.sample_rate = first.sample_rate
        self.channels = len(first.layout.channels)
        self.layout = first.layout.name

    def __iter__(self) -> Iterator[F32]:
        """Decode from the beginning.

        Yields
        ------
        float32 [shape=(n, channels)]
            About ``block_s`` seconds each; NaN and infinities are handed on as they are.
        """
        self.decoded, self.warnings, self.damaged = 0, [], False
        skipped: list[str] = []
        size = max(1, int(self.block_s * self.sample_rate))
        held: list[F32] = []
        count = 0
        with open_input(self.path) as container:
            parts = _packed(_frames(container, skipped), self.sample_rate, self.layout)
            for part in self._without_padding(parts):
                self.decoded += len(part)
                held.append(part)
                count += len(part)
                if count >= size:
                    yield np.concatenate(held)
                    held, count = [], 0
        if held:
            yield np.concatenate(held)
        self._judge(skipped)

    def _without_padding(self, parts: Iterator[F32]) -> Iterator[F32]:
        """Parts up to the end an MP4's index names; the encoder filled its last packet."""
        left = round((self._promised or 0) * self.sample_rate) if self._trims_end else 0
        if left <= 0:
            yield from parts
            return
        for part in parts:
            if len(part) > left > 0:
                yield part[:left]
            elif left > 0:
                yield part
            left -= len(part)

    def _judge(self, skipped: list[str]) -> None:
        if skipped:
            self.damaged = True
            self.warnings.append(
                f"{len(skipped)} damaged piece(s) of the file were skipped; the rest was decoded"
            )
        got = self.decoded / self.sample_rate
        if self._promised is not None and got < self._promised - max(
            _SHORT_BY, 0.002 * self._promised
        ):
            self.damaged = True
            self.warnings.append(
                f"the file ends early: {got:.1f} s of {self._promised:.1f} s could be decoded"
            )
        elif self._ogg and not _ogg_is_whole(self.path):
            self.damaged = True
            self.warnings.append(f"the file ends early: its end is missing, {got:.1f} s are left")


def _promised_seconds(container: Any, path: Path) -> float | None:
    """The duration the file itself declares, or None where FFmpeg only guessed it."""
    names = set(container.format.name.split(","))
    stream = container.streams.audio[0]
    if "wav" in names:
        return _riff_seconds(path)
    if not names & _DECLARES_DURATION or stream.duration is None:
        return None
    if "mp3" in names:
        with path.open("rb") as handle:
            head = handle.read(1 << 20)
        if not any(mark in head for mark in (b"Xing", b"Info", b"VBRI")):
            return None
    return float(stream.duration * stream.time_base)


def _ogg_is_whole(path: Path) -> bool:
    """Whether an Ogg file ends with a page marked as the last of its stream (RFC 3533, 6)."""
    longest = 27 + 255 + 255 * 255
    with path.open("rb") as handle:
        size = handle.seek(0, 2)
        handle.seek(max(0, size - 2 * longest))
        tail = handle.read()
    at = tail.rfind(b"OggS")
    return at < 0 or (at + 5 < len(tail) and bool(tail[at + 5] & 4))


def _riff_seconds(path: Path) -> float | None:
    """The duration a WAV header declares; FFmpeg believes the size of the file instead."""
    with path.open("rb") as handle:
        if handle.read(12)[:4] != b"RIFF":
            return None
        bytes_per_second = 0
        while len(head := handle.read(8)) == 8:
            name, size = struct.unpack("<4sI", head)
            if name == b"data":
                streamed = size in (0, 0xFFFFFFFF) or not bytes_per_second
                return None if streamed else size / bytes_per_second
            body = handle.read(size + size % 2) if size < 1 << 20 else b""
            if name == b"fmt " and len(body) >= 16:
                bytes_per_second = struct.unpack("<I", body[8:12])[0]
            elif not body:
                return None
    return None


def _frames(container: Any, skipped: list[str]) -> Iterator[AudioFrame]:
    """Every frame of the first audio stream; packets that cannot be decoded are skipped."""
    stream = container.streams.audio[0]
    try:
        for packet in container.demux(stream):
            try:
                yield from packet.decode()
            except av.error.EOFError:
                return
            except av.error.FFmpegError as error:
                skipped.append(str(error))
    except av.error.EOFError:
        return
    except av.error.FFmpegError as error:
        skipped.append(str(error))


def _packed(frames: Iterator[AudioFrame], rate: int, layout: str) -> Iterator[F32]:
    """Frames as packed float32 [shape=(n, channels)]; a change of format inside the file is
    converted to the first one.
    """
    resampler, kind = None, None
    for frame in frames:
        now = (frame.format.name, frame.layout.name, frame.sample_rate)
        if resampler is None or now != kind:
            if resampler is not None:
                yield from _drained(resampler, None)
            # Packed on purpose: planar frames of eight channels crash when turned into arrays.
            resampler, kind = AudioResampler(format="flt", layout=layout, rate=rate), now
        frame.pts = None
        yield from _drained(resampler, frame)
    if resampler is not None:
        yield from _drained(resampler, None)


def _drained(resampler: AudioResampler, frame: AudioFrame | None) -> Iterator[F32]:
    for out in resampler.resample(frame):
        channels = len(out.layout.channels)
        if out.samples:
            yield np.asarray(out.to_ndarray(), dtype=np.float32).reshape(-1, channels)


def samples(path: str | Path, *, block_s: float = 20.0) -> SampleStream:
    """Open a file's sound for streaming; memory stays bounded by one block.

    Raises
    ------
    InputUnusable
        The file does not exist, is a folder, or may not be read.
    AudioDecodeError
        Nothing in it can be decoded as sound.
    """
    return SampleStream(Path(path), block_s)


def _plane(plane: Any, width: int, height: int) -> U8:
    array = np.frombuffer(plane, dtype=np.uint8)
    return array[: plane.line_size * height].reshape(height, plane.line_size)[:, :width]


def planes_of(frame: av.VideoFrame) -> tuple[U8, U8, U8]:
    """The three planes of a yuv420p frame as views without the padding of their rows."""
    w, h = frame.width, frame.height
    cw, ch = (w + 1) // 2, (h + 1) // 2
    return (
        _plane(frame.planes[0], w, h),
        _plane(frame.planes[1], cw, ch),
        _plane(frame.planes[2], cw, ch),
    )


def video_frames(path: str | Path) -> Iterator[DecodedFrame]:
    """Every picture of the first video stream, in display order, as 4:2:0 planes.

    Raises
    ------
    VideoDecodeError
        The file has no picture that can be decoded.
    """
    with open_input(Path(path)) as container:
        stream = next((s for s in container.streams.video if not is_cover(s)), None)
        if stream is None or stream.codec_context is None:
            raise VideoDecodeError(
                "there is no moving picture in it",
                where=str(path),
                what_to_do="Give a video file.",
            )
        stream.thread_type = "AUTO"
        base = Fraction(stream.time_base or 1)
        for index, frame in enumerate(container.decode(stream)):
            picture = frame if frame.format.name == "yuv420p" else frame.reformat(format="yuv420p")
            y, u, v = planes_of(picture)
            for plane in (y, u, v):
                plane.flags.writeable = False
            yield DecodedFrame(index=index, pts=Fraction(frame.pts or 0) * base, y=y, u=u, v=v)


def frame_rgb(path: str | Path, index: int) -> U8:
    """One frame of a video as display RGB [shape=(h, w, 3), uint8].

    Raises
    ------
    VideoDecodeError
        The video has no such frame.
    """
    from .picture import rgb_from_planes

    for frame in video_frames(path):
        if frame.index == index:
            return rgb_from_planes(frame.y, frame.u, frame.v)
    raise VideoDecodeError(
        f"it has no frame {index}", where=str(path), what_to_do="Ask for an earlier frame."
    )
