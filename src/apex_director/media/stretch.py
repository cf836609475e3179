"""A stretch of a song as a file of its own, exact to the sample, with soft ends."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from apex_director.core.errors import AssemblyError

from .decode import SampleStream, samples
from .disk import beside
from .model import F32


def write_stretch(
    song: str | Path,
    out: str | Path,
    *,
    start: Fraction,
    end: Fraction,
    fade_in_s: float,
    fade_out_s: float,
) -> int:
    """Write the samples of a song between two times as 32-bit float WAV, faded at both ends.

    Nothing is lost: values beyond full scale, which lossy songs decode to, stay as they are.

    Parameters
    ----------
    start, end : Fraction
        In seconds from the first decoded sample; the nearest samples are taken.
    fade_in_s, fade_out_s : float
        Length of the raised-cosine fades; each at most half of what is written.

    Returns
    -------
    int
        Samples per channel.

    Raises
    ------
    InputUnusable, AudioDecodeError
        The song cannot be read.
    AssemblyError
        The song ends before the stretch begins.
    OutputUnwritable
        The operating system refused to write.
    """
    heard = samples(song, block_s=5.0)
    first, last = (round(t * heard.sample_rate) for t in (start, end))
    blocks = _faded(heard, first, last, fade_in_s, fade_out_s)
    with beside(Path(out)) as part:
        count = _write(part, heard, blocks)
        if not count:
            raise AssemblyError("the song ends before the stretch begins", where=str(song))
    return count


def _faded(
    song: SampleStream, first: int, last: int, fade_in_s: float, fade_out_s: float
) -> Iterator[F32]:
    length = last - first
    fades = [min(round(s * song.sample_rate), length // 2) for s in (fade_in_s, fade_out_s)]
    at = 0
    for block in song:
        a, b = max(first - at, 0), min(last - at, len(block))
        at += len(block)
        if a < b:
            place = np.arange(b - a, dtype=np.float64) + (at - len(block) + a - first)
            ends = _rise(place + 0.5, fades[0]), _rise(length - place - 0.5, fades[1])
            yield np.asarray(block[a:b] * (ends[0] * ends[1])[:, None], dtype=np.float32)
        if at >= last:
            return


def _rise(place: NDArray[np.float64], fade: int) -> F32:
    """0 at a border, 1 from ``fade`` samples on."""
    t = np.clip(place / fade, 0.0, 1.0) if fade else np.ones_like(place)
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * t), dtype=np.float32)


def _write(part: Path, song: SampleStream, blocks: Iterator[F32]) -> int:
    count = 0
    with av.open(str(part), mode="w", format="wav") as out:
        stream = out.add_stream("pcm_f32le", rate=song.sample_rate)
        stream.layout = song.layout
        for block in blocks:
            row = np.ascontiguousarray(block).reshape(1, -1)
            frame = AudioFrame.from_ndarray(row, format="flt", layout=song.layout)
            frame.sample_rate, frame.pts = song.sample_rate, count
            frame.time_base = Fraction(1, song.sample_rate)
            count += len(block)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return count
