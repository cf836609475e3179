"""Loudness against FFmpeg's own meter."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from apex_director.media import LoudnessMeter, samples, through
from apex_director.media.model import F32

from .conftest import encode_sound


def music(rate: int, channels: int, seconds: float) -> F32:
    """Chords with a beat, louder in the second half [shape=(n, channels)]."""
    t = np.arange(int(rate * seconds)) / rate
    rng = np.random.default_rng(5)
    sound = np.zeros((len(t), channels))
    for c in range(channels):
        for partial in (110.0, 277.2 + c, 659.3, 0.31 * rate):
            sound[:, c] += 0.15 * np.sin(2 * np.pi * partial * t + rng.uniform(0, 6))
        sound[:, c] += rng.normal(0, 0.02, len(t))
    sound *= (0.4 + 0.6 * np.exp(-8 * (t % 0.5)))[:, None]
    sound *= np.where(t < seconds / 2, 0.25, 0.9)[:, None]
    return sound.astype(np.float32)


def reference(path: Path) -> dict[str, float]:
    """FFmpeg's ebur128 filter over a whole file."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        graph = av.filter.Graph()
        source = graph.add_abuffer(template=stream)
        meter = graph.add("ebur128", "peak=true:metadata=1")
        sink = graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        graph.configure()
        last: dict[str, str] = {}

        def drain() -> None:
            while True:
                try:
                    last.update(dict(sink.pull().metadata))
                except (av.error.BlockingIOError, av.error.EOFError):
                    return

        for frame in container.decode(stream):
            frame.pts = None
            source.push(frame)
            drain()
        source.push(None)
        drain()
    return {k.removeprefix("lavfi.r128."): float(v) for k, v in last.items()}


@pytest.mark.parametrize(
    ("rate", "layout", "channels"),
    [(44100, "stereo", 2), (48000, "5.1", 6), (96000, "mono", 1), (11025, "mono", 1)],
)
def test_it_agrees_with_ffmpeg(tmp_path: Path, rate: int, layout: str, channels: int) -> None:
    path = encode_sound(
        tmp_path / "m.wav", "pcm_f32le", "wav", music(rate, channels, 12.0), rate, layout
    )
    stream = samples(path, block_s=0.7)
    meter = LoudnessMeter(stream.sample_rate, stream.channels)
    assert sum(map(len, through(stream, meter))) == 12 * rate
    got, want = meter.result(), reference(path)
    assert got.integrated_lufs == pytest.approx(want["I"], abs=0.1)
    assert got.range_lu == pytest.approx(want["LRA"], abs=0.1)
    assert got.true_peak_dbtp == pytest.approx(20 * np.log10(want["true_peak"]), abs=0.15)
    assert len(got.momentary) == 120
    assert got.momentary[-1] == pytest.approx(want["M"], abs=0.1)


def test_blocks_may_be_cut_anywhere() -> None:
    sound = music(44100, 2, 6.0)
    whole, pieces = LoudnessMeter(44100, 2), LoudnessMeter(44100, 2)
    whole.push(sound)
    for part in np.array_split(sound, 37):
        pieces.push(part)
    assert whole.result().integrated_lufs == pieces.result().integrated_lufs
    assert np.array_equal(whole.result().momentary, pieces.result().momentary)


def test_silence_and_nothing_have_no_loudness() -> None:
    meter = LoudnessMeter(44100, 2)
    assert meter.result().integrated_lufs is None
    meter.push(np.full((44100 * 5, 2), np.nan, dtype=np.float32))
    reading = meter.result()
    assert reading.integrated_lufs is None
    assert reading.range_lu is None
    assert reading.true_peak_dbtp is None
    assert reading.momentary.max() == -120.0


def test_gain_moves_the_reading_by_as_much() -> None:
    readings = []
    for gain in (1.0, 0.5):
        meter = LoudnessMeter(48000, 2)
        meter.push(np.asarray(music(48000, 2, 8.0) * np.float32(gain)))
        readings.append(meter.result())
    shift = 20 * np.log10(2)
    assert readings[0].integrated_lufs - readings[1].integrated_lufs == pytest.approx(
        shift, abs=0.01
    )
    assert readings[0].true_peak_dbtp - readings[1].true_peak_dbtp == pytest.approx(shift, abs=0.01)
    assert readings[0].range_lu == pytest.approx(readings[1].range_lu, abs=0.05)
