"""The finished file: every frame, and the song exactly where it belongs."""

from __future__ import annotations

import hashlib
import struct
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from apex_director.core.errors import AssemblyError
from apex_director.media import LoudnessMeter, join, samples, video_frames
from apex_director.media.model import DecodedFrame
from apex_director.media.probe import open_input, probe

from .conftest import CLICKS_S, RATE, encode_sound

COUNTS = [40, 1, 55]


def fingerprint(frame: DecodedFrame) -> str:
    return hashlib.md5(frame.y.tobytes() + frame.u.tobytes() + frame.v.tobytes()).hexdigest()


def click_times(path: Path) -> list[float]:
    stream = samples(path)
    rate = stream.sample_rate
    sound = np.abs(np.concatenate(list(stream))[:, 0])
    found = []
    for at in CLICKS_S:
        start = int((at - 0.1) * rate)
        if start + rate // 5 > len(sound):
            break
        found.append((start + int(np.argmax(sound[start : start + rate // 5]))) / rate)
    return found


def edit_lists(path: Path) -> list[int]:
    """Media times of all edit lists: how many ticks of a track a player must not show."""
    data, at, found = path.read_bytes(), 0, []
    while (at := data.find(b"elst", at) + 4) > 3:
        found.append(struct.unpack(">IIIii", data[at : at + 20])[3])
    return found


SONGS = [
    ("a.mp3", "libmp3lame", "mp3", 44100, "stereo", True),
    ("a.m4a", "aac", "mp4", 44100, "stereo", True),
    ("a.aac", "aac", "adts", 44100, "stereo", True),
    ("six.m4a", "aac", "mp4", 48000, "5.1", True),
    ("low.mp3", "libmp3lame", "mp3", 8000, "mono", False),
    ("a.wav", "pcm_s16le", "wav", 44100, "stereo", False),
    ("six.wav", "pcm_s16le", "wav", 48000, "5.1(side)", False),
    ("old.wav", "pcm_u8", "wav", 8000, "mono", False),
    ("fine.flac", "flac", "flac", 192000, "stereo", False),
    ("a.opus", "libopus", "ogg", 48000, "stereo", False),
]


@pytest.mark.parametrize(("name", "codec", "container", "rate", "layout", "copied"), SONGS)
def test_a_click_stays_within_a_millisecond(
    click_file, make_segments, tmp_path, name, codec, container, rate, layout, copied
) -> None:
    song, out = click_file(name, codec, container, rate, layout), tmp_path / "out.mp4"
    report = join(make_segments(COUNTS), song, out, rate=RATE, frame_counts=COUNTS, tags={})
    assert report.audio_copied is copied, report.reason
    before, after = np.array(click_times(song)), np.array(click_times(out))
    assert np.abs(before - after).max() < 0.001
    info = probe(out)
    assert info.audio is not None
    assert info.audio.channels == samples(song).channels
    assert abs(float(info.audio.duration or 0) - 4.0) < 1 / 24
    assert not out.with_name("out.mp4.part").exists()


def test_players_that_only_know_edit_lists_skip_the_encoder_delay(
    click_file, make_segments, tmp_path: Path
) -> None:
    segments, out = make_segments([96]), tmp_path / "out.mp4"
    for name, codec, container, delay in (
        ("a.mp3", "libmp3lame", "mp3", 1105),  # LAME: 576 + 528 + 1 (its own tag)
        ("a.m4a", "aac", "mp4", 1024),
        ("a.wav", "pcm_s16le", "wav", 1024),
    ):
        song = click_file(name, codec, container, 44100, "stereo")
        join(segments, song, out, rate=RATE, frame_counts=[96], tags={})
        assert edit_lists(out)[1] == delay


def coded_sound(path: Path) -> list[tuple[int | None, int | None, bytes]]:
    with open_input(path) as container:
        return [(p.pts, p.duration, bytes(p)) for p in container.demux(audio=0)]


def test_a_kept_song_gives_the_same_master(click_file, make_segments, tmp_path: Path) -> None:
    segments, kept = make_segments(COUNTS), tmp_path / "sounds" / "kept.m4a"
    song, out = click_file("a.wav", "pcm_s16le", "wav", 44100, "stereo"), tmp_path / "out.mp4"

    def joined(where: Path | None) -> bytes:
        join(segments, song, out, rate=RATE, frame_counts=COUNTS, tags={}, kept=where)
        return out.read_bytes()

    joined(None)
    alone, delays = coded_sound(out), edit_lists(out)
    first = joined(kept)
    assert (coded_sound(out), edit_lists(out)) == (alone, delays)
    made = kept.read_bytes()
    assert joined(kept) == first
    kept.write_bytes(made[: len(made) // 2])
    assert joined(kept) == first  # it was damaged, so the song was encoded again
    assert kept.read_bytes() == made


def test_the_joined_frames_are_the_segments_frames(
    click_file, make_segments, tmp_path: Path
) -> None:
    segments, out = make_segments(COUNTS), tmp_path / "out.mp4"
    song = click_file("a.mp3", "libmp3lame", "mp3", 44100, "stereo")
    tags = {"title": "Ночь", "artist": "Åse"}
    report = join(segments, song, out, rate=RATE, frame_counts=COUNTS, tags=tags)
    joined = list(video_frames(out))
    expected = [fingerprint(f) for s in segments for f in video_frames(s)]
    assert [fingerprint(f) for f in joined] == expected
    assert [f.pts * RATE for f in joined] == list(range(96))
    assert report.frames == 96
    info = probe(out)
    assert info.video is not None
    assert info.video.duration == Fraction(96, 24)
    assert (info.tags["title"], info.tags["artist"]) == ("Ночь", "Åse")
    data = out.read_bytes()
    assert data.find(b"moov") < data.find(b"mdat")  # starts to play before it is loaded


def test_equal_inputs_give_equal_masters(click_file, make_segments, tmp_path: Path) -> None:
    song = click_file("a.wav", "pcm_s16le", "wav", 44100, "stereo")
    made = []
    for name in ("one.mp4", "two.mp4"):
        join(make_segments([96]), song, tmp_path / name, rate=RATE, frame_counts=[96], tags={})
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]


def test_a_longer_song_ends_with_the_picture(click_file, make_segments, tmp_path: Path) -> None:
    for name, codec, container in (("a.mp3", "libmp3lame", "mp3"), ("a.wav", "pcm_s16le", "wav")):
        out = tmp_path / "short.mp4"
        song = click_file(name, codec, container, 44100, "stereo")
        join(make_segments([36]), song, out, rate=RATE, frame_counts=[36], tags={})
        info = probe(out)
        assert info.audio is not None
        assert abs(float(info.audio.duration or 0) - 1.5) < 1 / 24


def test_a_truncated_song_is_encoded_as_far_as_it_goes(
    click_file, make_segments, tmp_path: Path
) -> None:
    whole = click_file("whole.mp3", "libmp3lame", "mp3", 44100, "stereo").read_bytes()
    (tmp_path / "cut.mp3").write_bytes(whole[: len(whole) // 2])
    out = tmp_path / "out.mp4"
    frames = round(sum(map(len, samples(tmp_path / "cut.mp3"))) / 44100 * 24)
    report = join(
        make_segments([frames]),
        tmp_path / "cut.mp3",
        out,
        rate=RATE,
        frame_counts=[frames],
        tags={},
    )
    assert not report.audio_copied
    assert any("ends early" in w for w in report.warnings)
    before, after = click_times(tmp_path / "cut.mp3"), click_times(out)
    assert before
    assert np.abs(np.array(before) - np.array(after)).max() < 0.001


def test_segments_that_do_not_fit_are_refused(click_file, make_segments, tmp_path: Path) -> None:
    song = click_file("a.wav", "pcm_s16le", "wav", 44100, "stereo")
    first, second = make_segments([20, 20])
    with pytest.raises(AssemblyError, match="20 frames where 21"):
        join([first, second], song, tmp_path / "o.mp4", rate=RATE, frame_counts=[20, 21], tags={})
    other = make_segments([20], rate=Fraction(25))[0]
    with pytest.raises(AssemblyError, match="other settings"):
        join([second, other], song, tmp_path / "o.mp4", rate=RATE, frame_counts=[20, 20], tags={})
    assert not list(tmp_path.glob("o.mp4*"))


def test_a_hot_song_keeps_its_loudness_when_it_becomes_aac(make_segments, tmp_path: Path) -> None:
    """FFmpeg's encoder turns blocks down whose samples pass 0.95; lossy songs pass even 1."""
    noise = np.random.default_rng(4).normal(0, 0.25, (44100 * 4, 1))
    noise[::4410] = 1.6
    song = encode_sound(
        tmp_path / "hot.wav", "pcm_f32le", "wav", noise.astype(np.float32), 44100, "mono"
    )
    out = tmp_path / "out.mp4"
    join(make_segments([96]), song, out, rate=RATE, frame_counts=[96], tags={})
    readings = []
    for path in (song, out):
        stream = samples(path)
        meter = LoudnessMeter(stream.sample_rate, stream.channels)
        for block in stream:
            meter.push(block)
        readings.append(meter.result().integrated_lufs)
    assert abs(readings[0] - readings[1]) < 0.2
