"""Corrections of the beat: ranges, taps in the files people have, and the line that is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from apex_director.audio.model import Corrections
from apex_director.core.errors import ApexError, InputUnusable, ValidationFailed
from apex_director.productions import listening
from apex_director.productions.corrections import (
    as_plain,
    corrections_for,
    corrections_of,
    from_plain,
    read_taps,
    within_song,
)
from apex_director.productions.model import Ports
from apex_director.productions.request import (
    MusicVideoRequest,
    checked,
    request_from,
    resume_key,
)

TAPS = (0.5, 1.0, 1.5, 62.25)


@pytest.mark.parametrize(
    "text",
    [
        "0.5\n1.0\n\n1.5\n1:02.25\n",
        "# mine\n0,5\n1,0\n1,5\n0:01:02,25\n",
        "0.500000\t0.500000\t1\n1.000000\t1.000000\t2\n1.5\t1.5\t3\n62.25\t62.25\t4\n",
        "0.5\t0.6\tbeat\n\\\t100.0\t200.0\n1\t1\t\n1.5\t1.5\n62.25\t63\tx y\n",
        "TIME,VALUE,LABEL\n0.5,1,1.1\n1.0,1,1.2\n1.5,1,1.3\n62.25,1,1.4\n",
        "0.5;1\n1.0;2\n1.5;3\n62.25;4\n",
        "[0.5, 1, 1.5, 62.25]",
        '{"taps": ["0.5", "0:01", {"time": 1.5}, 62.25]}',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_taps_are_read_as_people_save_them(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "taps.txt"
    path.write_bytes(text.replace("\n", "\r\n").encode(encoding))
    assert read_taps(path) == TAPS


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("0.5\n1.0\nsoon\n2.0\n2.5\n", "line 3"),
        ("0.5\n1.0\n0.9\n2.0\n2.5\n", "line 3"),
        ("0.5\n1.0\n1.02\n2.0\n2.5\n", "line 3"),
        ("-1\n1.0\n2.0\n3.0\n", "line 1"),
        ("0.5\n1.0\n1.5\n", "taps.txt"),
        ("", "taps.txt"),
        ("0.5\n1.0\nnan\n2.0\n", "line 3"),
        ("[0.5, 1.0, true, 2.0]", "item 3"),
        ("[0.5, 1.0,\n x]", "line 2"),
        ('{"bpm": 120}', "taps.txt"),
        ("\0\1\2\3" * 50, "taps.txt"),
    ],
)
def test_taps_that_are_none_name_their_line(tmp_path: Path, text: str, place: str) -> None:
    path = tmp_path / "taps.txt"
    path.write_text(text)
    with pytest.raises(InputUnusable) as caught:
        read_taps(path)
    assert place in caught.value.where
    assert caught.value.what_to_do


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"tempo": 29.9}, "tempo"),
        ({"tempo": float("nan")}, "tempo"),
        ({"offset_s": 5.1}, "offset"),
        ({"bar_shift": 9}, "bar-shift"),
        ({"taps_s": (1.0, 2.0)}, "taps_s"),
        ({"taps_s": (1.0, 2.0, 1.5, 3.0)}, "taps_s, tap 3"),
        ({"taps_s": (1.0, 2.0, None, 3.0)}, "taps_s"),
    ],
)
def test_corrections_out_of_range_are_refused(said: dict[str, Any], where: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        corrections_for(**said)
    assert caught.value.where == where


def test_a_request_takes_its_taps_out_of_the_file(tmp_path: Path) -> None:
    song, taps = tmp_path / "song.wav", tmp_path / "taps.txt"
    song.write_bytes(b"RIFF")
    taps.write_text("0.5\n1\n1.5\n62.25\n")
    plain = checked(MusicVideoRequest(audio_path=str(song)))
    assert corrections_of(plain) is None
    request = checked(replace(plain, taps_path=str(taps), tempo=120, bar_shift=-1, offset_s=0.02))
    taps.unlink()
    assert checked(request) == request
    beat = corrections_of(request)
    assert beat == Corrections(tempo=120.0, taps_s=TAPS, offset_s=0.02, bar_shift=-1)
    assert from_plain(as_plain(beat)) == beat
    assert as_plain(None) is from_plain(None) is None
    changed = [
        replace(request, **change)
        for change in ({"tempo": 121}, {"offset_s": 0.0}, {"taps_s": ()}, {"bar_shift": 0})
    ]
    assert len({resume_key(one, "song") for one in (request, plain, *changed)}) == 6
    again = request_from({"audio_path": str(song), "taps_s": list(TAPS)})
    assert again.taps_s == TAPS


def test_taps_after_the_song_are_of_another_one() -> None:
    within_song(Corrections(taps_s=TAPS), 62.5)
    within_song(None, 1.0)
    with pytest.raises(InputUnusable, match="1:02"):
        within_song(Corrections(taps_s=TAPS), 60.0)


def test_the_ear_is_told_and_what_it_heard_is_kept_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Corrections | None] = []

    def hear(path: Path, *, corrections: Corrections | None = None, **_: Any) -> Any:
        told.append(corrections)
        raise InputUnusable("no song")

    monkeypatch.setattr(listening, "hear", hear)
    song = tmp_path / "song.wav"
    song.write_bytes(b"RIFF")
    ports = Ports(home=tmp_path, backends=(), workers=1, ear="1")
    request = MusicVideoRequest(audio_path=str(song), tempo=90.0)
    kept: list[Path | None] = []
    for one in (request, replace(request, tempo=None), replace(request, taps_s=TAPS)):
        payload = listening.listening(one, tmp_path / "out.json")
        kept.append(listening._kept_at(ports, song, payload))
        _refused(lambda payload=payload: listening.listen(ports, payload, SimpleNamespace()))
    assert told == [
        Corrections(tempo=90.0),
        None,
        Corrections(tempo=90.0, taps_s=TAPS),
    ]
    assert len(set(kept)) == 3


def _refused(call: Callable[[], object]) -> None:
    with pytest.raises(ApexError):
        call()
