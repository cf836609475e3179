"""Pictures into H.264 segments that can be joined without being encoded again."""

from __future__ import annotations

import math
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av

from apex_director.core.errors import AssemblyError

from .decode import planes_of
from .disk import discard, part_of, settle, sweep, unwritable
from .model import U8, X264

BT709 = 1  # colour primaries, transfer and matrix of ITU-R BT.709 (ISO/IEC 23091-2)
_CPU_AVX_512F = 13  # OpenCV's number of that feature, which its Python names leave out
LIMITED = 1  # video range, 16..235


def _has_avx512() -> bool:
    """Whether x264 would use its AVX-512 code here. Its macroblock-tree kernel reads past the row
    where the width is no multiple of 128 pixels, and equal frames then give unequal bytes.
    """
    import cv2

    return bool(cv2.checkHardwareSupport(_CPU_AVX_512F))


def x264_options(settings: X264, rate: Fraction) -> dict[str, str]:
    """The encoder's options: one thread and no clock, so that equal frames give equal bytes."""
    keyint = max(1, math.floor(rate * Fraction(settings.gop_seconds)))
    params = [f"keyint={keyint}", "open-gop=0", "threads=1", "lookahead-threads=1", "stitchable=1"]
    if _has_avx512():
        params.append("asm=avx2,fma3,bmi2,lzcnt")
    if settings.maxrate_kbps:
        params += [
            f"vbv-maxrate={settings.maxrate_kbps}",
            f"vbv-bufsize={settings.maxrate_kbps * 2}",
        ]
    return {
        "preset": settings.preset,
        "crf": str(settings.crf),
        "x264-params": ":".join(params),
    }


class SegmentEncoder:
    """One segment of a video, written frame by frame straight into the encoder's memory.

    Used as a context: ``planes()`` gives the next frame's writable planes, ``write()`` encodes it.
    The file appears under its name when the context ends well; otherwise nothing is left.
    """

    def __init__(
        self, path: str | Path, width: int, height: int, rate: Fraction, settings: X264
    ) -> None:
        self.path, self.width, self.height, self.rate = Path(path), width, height, rate
        self.settings, self.frames = settings, 0
        self._part = part_of(self.path)
        self._container: Any = None
        self._stream: Any = None
        self._frame: av.VideoFrame | None = None

    def __enter__(self) -> Self:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            sweep(self.path)
            self._open()
        except OSError as error:
            self._abandon()
            raise unwritable(error, self.path) from error
        return self

    def _open(self) -> None:
        self._container = av.open(str(self._part), mode="w", format="mp4")
        options = x264_options(self.settings, self.rate)
        stream = self._container.add_stream("libx264", rate=self.rate, options=options)
        stream.width, stream.height, stream.pix_fmt = self.width, self.height, "yuv420p"
        stream.time_base = 1 / self.rate
        context = stream.codec_context
        context.time_base, context.thread_count = 1 / self.rate, 1
        context.color_range = LIMITED
        context.color_primaries = context.color_trc = context.colorspace = BT709
        self._stream = stream

    def planes(self) -> tuple[U8, U8, U8]:
        """The next frame's planes, writable: y [shape=(h, w)], u and v [shape=(h/2, w/2)], uint8,
        limited-range BT.709. Their first content is undefined: write all of them.
        """
        self._frame = av.VideoFrame(self.width, self.height, "yuv420p")
        return planes_of(self._frame)

    def write(self) -> None:
        """Encode the frame whose planes were filled last.

        Raises
        ------
        OutputUnwritable
            The operating system refused to write.
        AssemblyError
            No planes were asked for, or the encoder failed.
        """
        frame, self._frame = self._frame, None
        if frame is None:
            raise AssemblyError("a frame was to be written before it was drawn", where="encoder")
        frame.pts, frame.time_base, frame.duration = self.frames, 1 / self.rate, 1
        frame.color_range, frame.colorspace = LIMITED, BT709
        frame.color_primaries = frame.color_trc = BT709
        self._mux(frame)
        self.frames += 1

    def _mux(self, frame: av.VideoFrame | None) -> None:
        try:
            for packet in self._stream.encode(frame):
                self._container.mux(packet)
        except OSError as error:
            raise unwritable(error, self.path) from error
        except (av.error.FFmpegError, ValueError) as error:
            raise AssemblyError(
                "the video encoder failed", where=str(self.path), log=str(error)
            ) from error

    def _finish(self) -> None:
        if not self.frames:
            raise AssemblyError("a segment without frames was encoded", where=str(self.path))
        self._mux(None)
        try:
            container, self._container = self._container, None
            container.close()
            require_frames(self._part, self.frames)
            settle(self._part, self.path)
        except OSError as error:
            raise unwritable(error, self.path) from error

    def _abandon(self) -> None:
        container, self._container = self._container, None
        if container is not None:
            # What matters now is the error that brought us here.
            with suppress(av.error.FFmpegError, OSError, ValueError):
                container.close()
        discard(self._part)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self._abandon()
            return
        try:
            self._finish()
        except BaseException:
            self._abandon()
            raise


def require_frames(path: Path, frames: int) -> None:
    """Prove that a written file's index holds all its frames (a full disk may show only now).

    Raises
    ------
    AssemblyError
        It does not.
    """
    try:
        with av.open(str(path)) as container:
            found = container.streams.video[0].frames
    except (av.error.FFmpegError, IndexError) as error:
        raise AssemblyError(
            "a written video cannot be read back",
            where=str(path),
            what_to_do="Check the disk and its free space.",
            log=str(error),
        ) from error
    if found != frames:
        raise AssemblyError(
            f"a written video holds {found} of {frames} frames",
            where=str(path),
            what_to_do="Check the disk and its free space.",
        )
