"""Sound written to a file of its own: WAV or FLAC, block by block."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame

from apex_director.core.errors import AssemblyError, ValidationFailed

from .disk import beside
from .model import F32

KINDS = {".wav": ("wav", "pcm_s16le", "s16"), ".flac": ("flac", "flac", "s16")}
_PIECE = 1 << 16  # samples handed to the encoder at a time


def require_sound_target(path: Path) -> None:
    """Prove that a file's name ends as a sound we can write.

    Raises
    ------
    ValidationFailed
        It does not.
    """
    if path.suffix.lower() not in KINDS:
        raise ValidationFailed(
            f"'{path.name}' is no name for a sound file",
            where=str(path),
            what_to_do="Let it end in .wav or .flac.",
        )


def write_sound(path: Path, blocks: Iterable[F32], *, sample_rate: int, layout: str) -> int:
    """Write samples as 16-bit WAV or FLAC, by the file's ending, as a whole or not at all.

    Parameters
    ----------
    blocks : iterable of float32 [shape=(n, channels)]
        Full scale is 1; what lies beyond is clipped.
    sample_rate : int
        In Hz.
    layout : str
        The speakers, in FFmpeg's words.

    Returns
    -------
    int
        Samples per channel.

    Raises
    ------
    ValidationFailed
        The name ends neither in .wav nor in .flac.
    AssemblyError
        The encoder does not take this rate or this number of channels.
    OutputUnwritable
        The operating system refused to write.
    """
    require_sound_target(path)
    container, codec, kind = KINDS[path.suffix.lower()]
    # A WAV beyond 4 GB says so in the RF64 way; most players read both.
    options = {"rf64": "auto"} if container == "wav" else {}
    with beside(path) as part:
        try:
            with av.open(str(part), mode="w", format=container, options=options) as out:
                stream: Any = out.add_stream(codec, rate=sample_rate)
                stream.layout, stream.format = layout, kind
                return _encode(out, stream, blocks, sample_rate, layout)
        except (av.error.FFmpegError, ValueError) as error:
            if isinstance(error, OSError) and error.errno and error.errno > 0:
                raise
            raise AssemblyError(
                f"a {container} file takes no {layout} sound at {sample_rate} Hz",
                where=str(path),
                what_to_do="Let the name end in .wav or .flac, whichever it does not now.",
                log=str(error),
            ) from error


def _encode(out: Any, stream: Any, blocks: Iterable[F32], sample_rate: int, layout: str) -> int:
    count = 0
    for block in blocks:
        codes = np.rint(np.clip(block, -1.0, 32767 / 32768) * 32768).astype(np.int16)
        for start in range(0, len(codes), _PIECE):
            piece = np.ascontiguousarray(codes[start : start + _PIECE])
            frame = AudioFrame.from_ndarray(piece.reshape(1, -1), format="s16", layout=layout)
            frame.sample_rate, frame.pts = sample_rate, count
            frame.time_base = Fraction(1, sample_rate)
            count += len(piece)
            out.mux(stream.encode(frame))
    out.mux(stream.encode(None))
    return count
