"""Sound out of files, whole and broken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from apex_director.core.errors import VideoDecodeError
from apex_director.media import frame_rgb, samples, video_frames

from .conftest import clicks, encode_sound


@pytest.mark.parametrize(
    ("rate", "layout", "channels"),
    [(8000, "mono", 1), (44100, "stereo", 2), (48000, "5.1", 6), (48000, "7.1", 8)],
)
def test_blocks_hold_the_samples_that_were_stored(click_file, rate, layout, channels) -> None:
    stream = samples(click_file("s.wav", "pcm_f32le", "wav", rate, layout), block_s=1.5)
    blocks = list(stream)
    assert [b.dtype for b in blocks] == [np.float32] * 3
    assert stream.decoded == 4 * rate
    assert stream.warnings == []
    assert np.array_equal(np.concatenate(blocks), clicks(rate, channels))
    assert np.array_equal(np.concatenate(list(stream)), clicks(rate, channels))  # and once more


def test_lossy_files_have_exactly_the_song_length(click_file) -> None:
    for name, codec, container in (("a.mp3", "libmp3lame", "mp3"), ("a.m4a", "aac", "mp4")):
        stream = samples(click_file(name, codec, container, 44100, "stereo"))
        assert sum(map(len, stream)) == 4 * 44100


@pytest.mark.parametrize(
    ("name", "codec", "container"),
    [("t.mp3", "libmp3lame", "mp3"), ("t.flac", "flac", "flac"), ("t.wav", "pcm_s16le", "wav")],
)
def test_a_truncated_file_is_used_as_far_as_it_goes(
    click_file, tmp_path: Path, name: str, codec: str, container: str
) -> None:
    whole = click_file("whole_" + name, codec, container, 44100, "stereo").read_bytes()
    path = tmp_path / name
    path.write_bytes(whole[: len(whole) // 2])
    stream = samples(path)
    got = sum(map(len, stream)) / 44100
    assert 1.5 < got < 2.5
    assert stream.damaged
    assert any(f"the file ends early: {got:.1f} s of 4.0 s" in w for w in stream.warnings)


def test_an_ogg_file_without_its_last_page_is_said_to_end_early(click_file, tmp_path: Path) -> None:
    whole = click_file("whole.ogg", "flac", "ogg", 44100, "stereo")
    stream = samples(whole)
    assert sum(map(len, stream)) == 4 * 44100
    assert stream.warnings == []
    path = tmp_path / "t.ogg"
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    stream = samples(path)
    assert 1.0 < sum(map(len, stream)) / 44100 < 3.0
    assert stream.damaged
    assert any("the file ends early" in w for w in stream.warnings)


def test_a_damaged_stretch_costs_a_stretch_not_the_song(click_file, tmp_path: Path) -> None:
    data = bytearray(click_file("clean.mp3", "libmp3lame", "mp3", 44100, "stereo").read_bytes())
    data[30000:36000] = np.random.default_rng(3).integers(0, 256, 6000, dtype=np.uint8).tobytes()
    path = tmp_path / "damaged.mp3"
    path.write_bytes(bytes(data))
    stream = samples(path)
    sound = np.concatenate(list(stream))
    assert 3.5 < len(sound) / 44100 <= 4.05
    assert stream.warnings


def test_an_mp3_without_a_header_promises_nothing(tmp_path: Path) -> None:
    """FFmpeg only guesses its length from the first bit rate, and no warning may come of that."""
    loud = np.concatenate([clicks(44100, 2, 4.0), np.zeros((44100 * 6, 2), np.float32)])
    data = encode_sound(tmp_path / "v.mp3", "libmp3lame", "mp3", loud, 44100, "stereo").read_bytes()
    for mark in (b"Xing", b"Info"):
        data = data.replace(mark, b"\0\0\0\0")
    (tmp_path / "bare.mp3").write_bytes(data)
    stream = samples(tmp_path / "bare.mp3")
    assert sum(map(len, stream)) > 9.9 * 44100
    assert stream.warnings == []


def test_frames_come_back_in_order_and_in_colour(make_segments) -> None:
    path = make_segments([30])[0]
    frames = list(video_frames(path))
    assert [f.index for f in frames] == list(range(30))
    assert [f.pts * 24 for f in frames] == list(range(30))
    assert not frames[0].y.flags.writeable
    expected = 16 + (np.arange(192) * 2 + 20 * 3) % 200
    assert np.abs(frames[20].y.astype(int) - expected).mean() < 2.0
    assert frame_rgb(path, 3).shape == (108, 192, 3)
    with pytest.raises(VideoDecodeError, match="no frame 99"):
        frame_rgb(path, 99)
