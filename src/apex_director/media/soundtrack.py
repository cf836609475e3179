"""The song inside the finished video: its own packets where that is exact, AAC otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import zip_longest
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from apex_director.core.errors import AssemblyError

from .decode import SampleStream
from .disk import beside
from .model import F32

COPYABLE = {"aac": "AAC", "mp3": "MP3"}
AAC_KBPS_PER_CHANNEL = 128
# Above this the encoder turns whole blocks down (up to 4 dB where a decoded song passes full
# scale), which is heard; half a decibel off single peaks is not.
AAC_PEAK = 0.95
_LAYOUTS = {1: "mono", 2: "stereo", 3: "2.1", 4: "4.0", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
_SIDE = {"5.1(side)": "5.1", "5.0(side)": "5.0"}  # the encoder's own name for the same six speakers
_EQUAL = 1e-4  # largest sample difference between two decodings of the same packets
Timed = tuple[Fraction, Any]


def delivery_rate(sample_rate: int) -> int:
    """The AAC sample rate of a song: 44.1 and 48 kHz stay, others go to the nearer family."""
    return 44100 if sample_rate % 11025 == 0 else 48000


def first_sample_time(container: Any) -> Fraction:
    """Time stamp of the first sample a decoder hands out, after the encoder's delay was dropped."""
    stream = container.streams.audio[0]
    for packet in container.demux(stream):
        for frame in packet.decode():
            if frame.samples and frame.pts is not None:
                return Fraction(frame.pts) * Fraction(frame.time_base)
    return Fraction(0)


def copied_packets(source: Any, target: Any, shift: Fraction, end: Fraction) -> Iterator[Timed]:
    """The song's packets, moved so that the first decoded sample lies at zero and cut at ``end``
    seconds. What precedes zero is the encoder's delay; the container hides it by an edit list.
    """
    stream = source.streams.audio[0]
    base = Fraction(stream.time_base)
    ticks, stop = round(shift / base), round(end / base)
    for packet in source.demux(stream):
        if not packet.size or packet.pts is None:
            continue
        packet.pts -= ticks
        packet.dts = packet.pts
        if packet.pts >= stop:
            return
        if packet.duration and packet.pts + packet.duration > stop:
            packet.duration = stop - packet.pts
        packet.stream = target
        yield packet.pts * base, packet


def add_aac(container: Any, song: SampleStream) -> tuple[Any, str]:
    """An AAC stream fit for a song, and the name of its speaker layout.

    Every layout the encoder takes is kept; one it does not take is mixed down to stereo.
    """
    rate = delivery_rate(song.sample_rate)
    layout = _SIDE.get(song.layout, song.layout)
    if layout.endswith("channels"):
        layout = _LAYOUTS.get(song.channels, layout)
    if not _encodes(layout, rate):
        layout = "stereo"
    stream = container.add_stream("aac", rate=rate)
    stream.layout = layout
    stream.bit_rate = AAC_KBPS_PER_CHANNEL * 1000 * max(2, len(stream.layout.channels))
    return stream, layout


def keep_aac(song: SampleStream, path: Path, end: Fraction) -> None:
    """Write the song as AAC into a file of its own, cut at ``end`` seconds.

    Raises
    ------
    OutputUnwritable
        The operating system refused to write.
    """
    with beside(path) as part, av.open(str(part), mode="w", format="mp4") as out:
        stream, layout = add_aac(out, song)
        for _, packet in encoded_packets(song, stream, layout, end):
            out.mux(packet)


def _encodes(layout: str, rate: int) -> bool:
    try:
        context: Any = av.CodecContext.create("aac", "w")
        context.sample_rate, context.layout, context.format = rate, layout, "fltp"
        context.open()
    except (av.error.FFmpegError, ValueError):
        return False
    return True


def encoded_packets(song: SampleStream, stream: Any, layout: str, end: Fraction) -> Iterator[Timed]:
    """The song as AAC packets, never louder or softer than it is, cut at ``end`` seconds."""
    source_layout = _LAYOUTS.get(song.channels, song.layout)
    if _SIDE.get(song.layout, song.layout) == layout:
        source_layout = layout
    rate = stream.codec_context.sample_rate
    resampler = AudioResampler(format="fltp", layout=layout, rate=rate, frame_size=1024)
    at = 0
    for block in _until(song, round(end * song.sample_rate)):
        clean = np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0).clip(-AAC_PEAK, AAC_PEAK)
        frame = AudioFrame.from_ndarray(clean.reshape(1, -1), format="flt", layout=source_layout)
        frame.sample_rate, frame.pts = song.sample_rate, at
        frame.time_base = Fraction(1, song.sample_rate)
        at += len(block)
        yield from _encoded(stream, resampler.resample(frame))
    yield from _encoded(stream, resampler.resample(None))
    yield from _encoded(stream, [None])


def _encoded(stream: Any, frames: list[Any]) -> Iterator[Timed]:
    for frame in frames:
        for packet in stream.encode(frame):
            yield Fraction(packet.pts or 0) * Fraction(packet.time_base), packet


def _until(song: SampleStream, limit: int) -> Iterator[F32]:
    for block in song:
        if limit <= 0:
            return
        yield np.ascontiguousarray(block[:limit])
        limit -= len(block)


def same_sound(song: Path, master: Path, seconds: float) -> bool:
    """True when a master's decoded sound equals the song's, sample for sample from the first one,
    over ``seconds`` or until one of them ends (they may end one packet apart).
    """
    first, second = SampleStream(song, 5.0), SampleStream(master, 5.0)
    if (first.sample_rate, first.channels) != (second.sample_rate, second.channels):
        return False
    left = int(seconds * first.sample_rate)
    packet = 4096
    for a, b in zip_longest(first, second):
        if a is None or b is None:
            return (a is None or len(a) <= packet) and (b is None or len(b) <= packet)
        count = min(len(a), len(b), left)
        if not np.allclose(a[:count], b[:count], atol=_EQUAL, rtol=0, equal_nan=True):
            return False
        if len(a) != len(b):
            return abs(len(a) - len(b)) <= packet
        left -= count
        if left <= 0:
            return True
    return True


def require_any(packets: int, song: Path) -> None:
    """Prove that some sound reached the master.

    Raises
    ------
    AssemblyError
        None did.
    """
    if not packets:
        raise AssemblyError("no sound reached the finished video", where=str(song))
