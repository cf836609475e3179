"""A stretch of a song, to the sample, with soft ends and nothing lost between them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from apex_director.core.errors import AssemblyError
from apex_director.media.decode import samples
from apex_director.media.probe import probe
from apex_director.media.stretch import write_stretch
from tests.e2e.songs import write_wav

SR = 22050


@pytest.fixture
def noise(tmp_path: Path) -> tuple[Path, np.ndarray]:
    path = tmp_path / "noise.wav"
    write_wav(path, np.random.default_rng(1).uniform(-1, 1, (8 * SR, 2)), SR)
    return path, np.concatenate(list(samples(path)))


def test_it_is_the_song_to_the_sample(noise: tuple[Path, np.ndarray], tmp_path: Path) -> None:
    path, whole = noise
    out = tmp_path / "part.wav"
    start, end = Fraction(61, 24), Fraction(170, 24)
    count = write_stretch(path, out, start=start, end=end, fade_in_s=0.010, fade_out_s=1.0)
    part = np.concatenate(list(samples(out)))
    first, last = round(start * SR), round(end * SR)
    assert count == len(part) == last - first
    rise, fall = round(0.010 * SR), SR
    assert np.array_equal(part[rise:-fall], whole[first + rise : last - fall])
    assert abs(part[0]).max() < 1e-3
    assert abs(part[-1]).max() < 1e-3
    middle = abs(
        part[-SR // 2 - 200 : -SR // 2 + 200] / whole[last - SR // 2 - 200 : last - SR // 2 + 200]
    )
    assert np.median(middle) == pytest.approx(0.5, abs=0.01)
    assert probe(out).audio.codec == "pcm_f32le"  # type: ignore[union-attr]


def test_beyond_the_song_there_is_nothing(noise: tuple[Path, np.ndarray], tmp_path: Path) -> None:
    path, whole = noise
    out = tmp_path / "part.wav"
    got = write_stretch(path, out, start=Fraction(7), end=Fraction(9), fade_in_s=0, fade_out_s=0)
    assert got == SR
    assert np.array_equal(np.concatenate(list(samples(out))), whole[7 * SR :])
    with pytest.raises(AssemblyError):
        write_stretch(path, out, start=Fraction(9), end=Fraction(10), fade_in_s=0, fade_out_s=0)
