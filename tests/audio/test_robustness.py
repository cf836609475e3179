"""Whatever file a person hands over: an analysis of all of it, or one clear error."""

from __future__ import annotations

import json
import wave
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest

from apex_director.core.errors import ApexError, InputUnusable
from apex_director.productions.listening import document_of, hear

RATE = 44100
REFUSED = {"empty", "text", "no_sound", "no_samples", "index_missing", "half_a_header"}
BEATLESS = {"one_sample", "fifty_ms", "silence", "noise", "click", "offset", "no_numbers"}
DAMAGED = {"truncated_mp3", "corrupted_mp3"}
KEEP_THEIR_BEAT = {
    "clipped", "over_full_scale", "faint", "antiphase", "one_side", "eight_channels", "192_khz",
    "some_no_numbers", "infinite", "rubbish_tags", "film", "dashes", "strange_name", "wrong_ending",
}  # fmt: skip


def _encoded(path: Path, sound: np.ndarray, codec: str, layout: str, rate: int = RATE) -> Path:
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=rate, layout=layout)
        packed = np.ascontiguousarray(sound, dtype=np.float32).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(packed, format="flt", layout=layout)
        frame.sample_rate, frame.pts = rate, 0
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def _wav(path: Path, sound: np.ndarray, layout: str = "mono", rate: int = RATE) -> Path:
    return _encoded(path, sound, "pcm_f32le", layout, rate)


def _bytes(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def _film(path: Path, sound: np.ndarray | None) -> Path:
    with av.open(str(path), "w") as out:
        picture = out.add_stream("mpeg4", rate=10)
        picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
        voice = out.add_stream("aac", rate=RATE, layout="mono") if sound is not None else None
        for k in range(30):
            gray = np.full((48, 64, 3), 8 * k, np.uint8)
            out.mux(picture.encode(av.VideoFrame.from_ndarray(gray, format="rgb24")))
        out.mux(picture.encode(None))
        if voice is not None and sound is not None:
            packed = np.asarray(sound, dtype=np.float32).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(packed, format="flt", layout="mono")
            frame.sample_rate, frame.pts = RATE, 0
            out.mux([*voice.encode(frame), *voice.encode(None)])
    return path


def _spoilt(path: Path, music: np.ndarray, *, keep: float) -> Path:
    """An MP3 cut off after ``keep`` of its bytes, or with a hole where all are kept."""
    data = bytearray(_encoded(path, music, "libmp3lame", "mono").read_bytes())
    if keep < 1:
        return _bytes(path, bytes(data[: int(len(data) * keep)]))
    hole = len(data) // 10
    noise = np.random.default_rng(3).integers(0, 256, hole, dtype=np.uint8)
    data[4 * hole : 5 * hole] = noise.tobytes()
    return _bytes(path, bytes(data))


def _faster(music: np.ndarray, rate: int) -> np.ndarray:
    """The same sound with more samples a second."""
    return np.interp(np.arange(0, len(music), RATE / rate), np.arange(len(music)), music)


def _no_samples(path: Path) -> Path:
    with wave.open(str(path), "wb") as handle:
        handle.setparams((2, 2, RATE, 0, "NONE", ""))
    return path


def _tagged(path: Path, music: np.ndarray) -> Path:
    """An MP3 behind a tag of rubbish and before the rest of another."""
    sound = _encoded(path, music, "libmp3lame", "mono").read_bytes()
    rubbish = np.random.default_rng(4).integers(0, 128, 3000, dtype=np.uint8).tobytes()
    size = bytes([0, 0, len(rubbish) >> 7 & 0x7F, len(rubbish) & 0x7F])
    return _bytes(path, b"ID3\x03\x00\x00" + size + rubbish + sound + b"TAG" + b"\xff" * 125)


MAKERS: dict[str, Callable[[Path, np.ndarray], Path]] = {
    "empty": lambda at, _: _bytes(at / "a.mp3", b""),
    "text": lambda at, _: _bytes(at / "a.mp3", b"la la la\n" * 500),
    "half_a_header": lambda at, _: _bytes(at / "a.wav", b"RIFF\x24\x08\x00\x00WAVEfm"),
    "no_samples": lambda at, _: _no_samples(at / "a.wav"),
    "no_sound": lambda at, _: _film(at / "a.mp4", None),
    "index_missing": lambda at, music: _bytes(
        at / "b.m4a", _encoded(at / "a.m4a", music, "aac", "mono").read_bytes()[:20000]
    ),
    "one_sample": lambda at, _: _wav(at / "a.wav", np.array([0.5])),
    "fifty_ms": lambda at, music: _wav(at / "a.wav", music[:2205]),
    "silence": lambda at, _: _wav(at / "a.wav", np.zeros(RATE * 3)),
    "noise": lambda at, _: _wav(at / "a.wav", np.random.default_rng(1).normal(0, 0.1, RATE * 5)),
    "click": lambda at, _: _wav(at / "a.wav", np.eye(1, RATE * 4, 50000)[0]),
    "offset": lambda at, _: _wav(at / "a.wav", np.full(RATE * 4, 0.6)),
    "no_numbers": lambda at, _: _wav(at / "a.wav", np.full(RATE * 2, np.nan)),
    "some_no_numbers": lambda at, music: _wav(
        at / "a.wav", np.where(np.arange(len(music)) % 20011 < 9, np.nan, music)
    ),
    "infinite": lambda at, music: _wav(
        at / "a.wav", np.where(np.arange(len(music)) == 70000, np.inf, music)
    ),
    "clipped": lambda at, music: _wav(at / "a.wav", np.clip(40 * music, -1, 1)),
    "over_full_scale": lambda at, music: _wav(at / "a.wav", 16 * music),
    "faint": lambda at, music: _wav(at / "a.wav", 1e-3 * music),
    "antiphase": lambda at, music: _wav(at / "a.wav", np.stack([music, -music], axis=1), "stereo"),
    "one_side": lambda at, music: _wav(
        at / "a.wav", np.stack([music, 0 * music], axis=1), "stereo"
    ),
    "eight_channels": lambda at, music: _wav(
        at / "a.wav", np.stack([0 * music] * 6 + [music] * 2, axis=1), "7.1"
    ),
    "4_khz": lambda at, music: _wav(at / "a.wav", music[::11], rate=4000),
    "192_khz": lambda at, music: _wav(at / "a.wav", _faster(music, 192000), rate=192000),
    "truncated_mp3": lambda at, music: _spoilt(at / "a.mp3", music, keep=0.6),
    "corrupted_mp3": lambda at, music: _spoilt(at / "a.mp3", music, keep=1.0),
    "rubbish_tags": lambda at, music: _tagged(at / "a.mp3", music),
    "film": lambda at, music: _film(at / "a.mp4", music),
    "dashes": lambda at, music: _wav(at / "-i --o.wav", music),
    "strange_name": lambda at, music: _wav(at / "a b %03d 'ü'\n?.wav", music),
    "wrong_ending": lambda at, music: _wav(at / "a.wav", music).rename(at / "a.mp3"),
}


@pytest.fixture(scope="module")
def music(sounds: SimpleNamespace) -> np.ndarray:
    """Nine seconds at 120 BPM, at 44 100 Hz."""
    samples = sounds.band_piece(120, 9).samples
    return np.asarray(np.repeat(samples, RATE // sounds.rate) * 0.5)


def _heard(path: Path) -> tuple[dict, object]:
    info, analysis = hear(path, shortest_s=0.0, longest_s=60.0, report=lambda _progress: None)
    return document_of(info, analysis, Fraction(24)), analysis


@pytest.mark.parametrize("name", [n for n in MAKERS if n not in REFUSED])
def test_every_file_with_samples_is_analysed_whole(name, music, tmp_path) -> None:
    document, analysis = _heard(MAKERS[name](tmp_path, music))
    json.dumps(document, allow_nan=False)
    end = analysis.duration_s
    edges = [(s.start_s, s.end_s) for s in analysis.sections]
    assert edges[0][0] == 0
    assert edges[-1][1] == pytest.approx(end)
    assert all(a[1] == b[0] for a, b in pairwise(edges))
    times = [b.time_s for b in analysis.grid.beats]
    assert times == sorted(times)
    assert all(0 <= t <= end for t in times)
    if name in BEATLESS:
        assert analysis.grid.verdict == "none"
        assert analysis.warnings
    if name in KEEP_THEIR_BEAT:
        grid = analysis.grid
        assert grid.reliable
        tempi = [grid.bpm, *(a.bpm for a in grid.alternatives)]
        assert any(bpm == pytest.approx(120, rel=0.03) for bpm in tempi)
    if name in DAMAGED:
        assert analysis.warnings
        assert 4.0 < end < 9.2


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_cannot_be_heard_is_refused_in_words(name, music, tmp_path) -> None:
    path = MAKERS[name](tmp_path, music)
    with pytest.raises(InputUnusable) as caught:
        _heard(path)
    error: ApexError = caught.value
    assert error.exit_code == 3
    assert error.what
    assert error.where == str(path)
    assert error.what_to_do
