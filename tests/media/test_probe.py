"""What a person hands over, and what is said about it."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from apex_director.core.errors import AudioDecodeError, InputUnusable
from apex_director.media import require_audio, samples
from apex_director.media.probe import probe
from apex_director.media.tags import repaired


@pytest.mark.parametrize("name", ["notes.mp3", "noise.mp3", "empty.wav", "noise.bin", "zeros.ogg"])
def test_what_is_no_music_is_refused_with_all_three_facts(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    noise = np.random.default_rng(0).integers(0, 256, 200_000, dtype=np.uint8).tobytes()
    path.write_bytes(
        {"notes": b"Dear diary, no music today.\n" * 400, "empty": b"", "zeros": bytes(99999)}.get(
            name.split(".")[0], noise
        )
    )
    with pytest.raises(AudioDecodeError) as caught:
        samples(path)
    assert caught.value.what
    assert caught.value.where == str(path)
    assert caught.value.what_to_do
    assert caught.value.exit_code == 3


def test_missing_paths_and_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputUnusable, match="no such file"):
        probe(tmp_path / "absent.mp3")
    with pytest.raises(InputUnusable, match="folder"):
        probe(tmp_path)


def test_a_picture_without_sound_is_refused_when_sound_is_wanted(make_segments) -> None:
    info = probe(make_segments([3])[0])
    assert info.video is not None
    assert (info.video.width, info.video.height, info.video.rate) == (192, 108, 24)
    with pytest.raises(AudioDecodeError, match="no sound"):
        require_audio(info)


def test_cover_art_is_no_moving_picture(tmp_path: Path, click_file) -> None:
    plain = click_file("plain.mp3", "libmp3lame", "mp3", 44100, "stereo")
    path = tmp_path / "with_cover.mp3"
    with av.open(str(plain)) as source, av.open(str(path), "w", format="mp3") as out:
        sound = out.add_stream_from_template(source.streams.audio[0])
        cover = out.add_stream("mjpeg", rate=1)
        cover.width = cover.height = 64
        cover.pix_fmt = "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        for packet in source.demux(audio=0):
            if packet.size:
                packet.stream = sound
                out.mux(packet)
        picture = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
        for piece in (picture, None):
            for packet in cover.encode(piece):
                out.mux(packet)
    info = probe(path)
    assert info.audio is not None
    assert info.video is None


@pytest.mark.parametrize(
    ("stored", "meant"),
    [
        ("Привет", "Привет"),
        ("Привет".encode().decode("latin-1"), "Привет"),
        ("Привет".encode("cp1251").decode("latin-1"), "Привет"),
        ("Привет".encode("cp1251").decode("utf-8", "surrogateescape"), "Привет"),
        ("Beyoncé", "Beyoncé"),
        ("Sigur Rós — Ágætis byrjun", "Sigur Rós — Ágætis byrjun"),
        ("Café".encode("cp1252").decode("utf-8", "surrogateescape"), "Café"),
        ("夜に駆ける", "夜に駆ける"),
        ("  spaced\x00 ", "spaced"),
    ],
)
def test_tags_in_odd_encodings_are_repaired(stored: str, meant: str) -> None:
    assert repaired(stored) == meant


def test_undecodable_tags_in_a_file_do_not_crash(tmp_path: Path, click_file) -> None:
    path = click_file("tagged.wav", "pcm_s16le", "wav", 8000, "mono")
    text = "Ночь".encode("cp1251") + b"\xff\xfe\x81"
    chunk = b"LIST" + (4 + 8 + 8).to_bytes(4, "little") + b"INFO" + b"INAM"
    path.write_bytes(path.read_bytes() + chunk + (8).to_bytes(4, "little") + text + b"\0")
    assert probe(path).audio is not None
    assert probe(path).tags.get("title", "").startswith("Ночь")
