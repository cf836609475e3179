"""Small sounds and pictures made on the spot."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from apex_director.media import SegmentEncoder
from apex_director.media.model import F32, X264

CLICKS_S = (0.5, 2.0, 3.7)
RATE = Fraction(24)
Sound = Callable[..., Path]


def clicks(sample_rate: int, channels: int, seconds: float = 4.0) -> F32:
    """Faint noise with a click at known samples [shape=(n, channels)]."""
    noise = np.random.default_rng(1).normal(0, 1e-3, (int(sample_rate * seconds), channels))
    for at in CLICKS_S:
        noise[int(at * sample_rate) : int(at * sample_rate) + max(2, sample_rate // 6000)] += 0.8
    return noise.astype(np.float32)


def encode_sound(
    path: Path, codec: str, container: str, signal: F32, rate: int, layout: str
) -> Path:
    """Encode float samples [shape=(n, channels)] with PyAV."""
    with av.open(str(path), "w", format=container) as out:
        stream = out.add_stream(codec, rate=rate)
        stream.layout = layout
        if codec in ("aac", "libmp3lame"):
            stream.bit_rate = 192000
        kind = stream.codec_context.codec.audio_formats[0]
        resampler = av.AudioResampler(format=kind, layout=layout, rate=rate)
        packed = np.ascontiguousarray(signal).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(packed, format="flt", layout=layout)
        frame.sample_rate, frame.pts = rate, 0
        for piece in [*resampler.resample(frame), *resampler.resample(None), None]:
            for packet in stream.encode(piece):
                out.mux(packet)
    return path


@pytest.fixture
def click_file(tmp_path: Path) -> Sound:
    """Make a file with clicks at known places."""

    def make(name: str, codec: str, container: str, rate: int, layout: str) -> Path:
        channels = len(av.AudioLayout(layout).channels)
        return encode_sound(tmp_path / name, codec, container, clicks(rate, channels), rate, layout)

    return make


@pytest.fixture
def make_segments(tmp_path: Path) -> Callable[..., list[Path]]:
    """Encode segments of a moving ramp; ``counts`` frames each."""

    def make(counts: list[int], settings: X264 | None = None, rate: Fraction = RATE) -> list[Path]:
        paths, at = [], 0
        for number, count in enumerate(counts):
            path = tmp_path / f"segment{number}.mp4"
            chosen = settings or X264(preset="veryfast")
            with SegmentEncoder(path, 192, 108, rate, chosen) as encoder:
                for _ in range(count):
                    y, u, v = encoder.planes()
                    y[:] = 16 + (np.arange(192) * 2 + at * 3)[None, :] % 200
                    u[:], v[:] = 90 + number * 20, 140
                    encoder.write()
                    at += 1
            paths.append(path)
        return paths

    return make
