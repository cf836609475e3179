"""Lyrics of a request: any encoding, timed or pasted, into cards and a file to correct."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from apex_director import video
from apex_director.audio.lyrics import AlignedLine
from apex_director.core.errors import ApexError, InputUnusable
from apex_director.productions.given import decoded, lyrics_from
from apex_director.productions.request import MusicVideoRequest, checked
from apex_director.productions.singing import (
    BLOCK_LETTERS,
    FILE,
    SURE,
    _shown,
    kept_lrc,
    put_lyrics,
    sung,
)

from ..audio.test_lyrics import SHEET
from ..audio.test_lyrics import sung as heard_song

WORDS = "Über den Flüssen – ça va, où êtes-vous?"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_words_are_read_in_the_encoding_they_are_in(encoding: str) -> None:
    assert decoded(WORDS.encode(encoding)) == WORDS


def test_scripts_without_a_mark_are_read_as_utf8() -> None:
    for words in ("Привет, мир", "你好，世界", "שלום"):
        assert decoded(words.encode()) == words


@pytest.fixture
def request_for(tmp_path: Path) -> MusicVideoRequest:
    song = tmp_path / "song.wav"
    song.write_bytes(b"RIFF")
    return MusicVideoRequest(audio_path=str(song))


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("a.txt", b""),
        ("a.txt", b"[Chorus]\n\n[Solo]\n"),
        ("a.txt", b"\x00\x01\x02\x03\x04\x05\x06\x07" * 40),
        ("a.txt", b"x" * 301),
        ("a.txt", b"la\n" * 1001),
        ("a.lrc", b"[ti:only tags]\n"),
        ("a.lrc", b"[offset:soon]\n[00:01]x"),
        ("a.srt", b"no times here"),
        ("a.doc", b"words"),
        ("none.txt", None),
    ],
)
def test_unusable_lyrics_are_refused_before_anybody_listens(
    request_for: MusicVideoRequest, tmp_path: Path, name: str, raw: bytes | None
) -> None:
    if raw is not None:
        (tmp_path / name).write_bytes(raw)
    with pytest.raises(ApexError) as caught:
        checked(replace(request_for, lyrics_path=str(tmp_path / name)))
    assert name in caught.value.where
    assert caught.value.what_to_do


def test_a_look_or_plan_that_is_none_is_refused_before_anybody_listens(
    request_for: MusicVideoRequest, tmp_path: Path
) -> None:
    (tmp_path / "look.cube").write_text("LUT_3D_SIZE two\n")
    with pytest.raises(InputUnusable, match=r"look\.cube"):
        checked(replace(request_for, lut_path=str(tmp_path / "look.cube")))
    (tmp_path / "plan.json").write_text("{}")
    with pytest.raises(ApexError, match=r"plan\.json"):
        checked(replace(request_for, plan_path=str(tmp_path / "plan.json")))


def test_an_lrc_without_times_is_plain_text(tmp_path: Path) -> None:
    path = tmp_path / "a.lrc"
    path.write_text("[ti:Song]\nFirst line\nSecond line\n")
    assert lyrics_from(path).lines == ()
    path.write_text("[00:01.00]First line\nSecond line\n")
    assert [line.text for line in lyrics_from(path).lines] == ["First line"]


def test_pasted_lyrics_are_aligned_and_come_back_exactly(
    request_for: MusicVideoRequest, tmp_path: Path
) -> None:
    analysis, starts = heard_song()
    path = tmp_path / "song.txt"
    path.write_text(SHEET)
    request = replace(request_for, lyrics_path=str(path), audio_path=str(tmp_path / "gone.wav"))
    words = sung(request, analysis, title="A song", artist="")
    assert words.drawn
    assert f"--lyrics {FILE}" in words.warnings[0]
    (tmp_path / FILE).write_text(words.lrc)
    again = sung(replace(request, lyrics_path=str(tmp_path / FILE)), analysis, title="", artist="")
    assert (again.lrc, again.warnings) == ("", ())
    assert len(again.shown) == 16
    assert max(abs(a.start_s - t) for a, t in zip(again.shown, starts, strict=True)) < 0.5
    for mine, read in zip(words.shown, again.shown, strict=True):
        assert mine.text == read.text
        assert mine.start_s == pytest.approx(read.start_s, abs=0.006)
    assert sung(request_for, analysis, title="", artist="").shown == ()


def test_words_nobody_hears_are_blocks_with_a_warning(
    request_for: MusicVideoRequest, tmp_path: Path
) -> None:
    analysis, _ = heard_song()
    path = tmp_path / "song.txt"
    path.write_text(SHEET)
    request = replace(request_for, lyrics_path=str(path), audio_path=str(tmp_path / "gone.wav"))
    words = sung(request, replace(analysis, vocals=()), title="", artist="")
    assert all(line.loose for line in words.shown)
    assert len(words.shown) == 4
    assert "blocks" in words.warnings[0]
    cards = video.lyric_cards(words.shown, Fraction(24), 4000, karaoke=True)
    assert all(card.words == () for card in cards)
    path.write_text("\n".join(f"line number {k}" for k in range(200)))
    many = sung(request, analysis, title="", artist="")
    assert not many.drawn
    assert "200 lines" in many.warnings[0]


def test_unsure_lines_stand_together_and_sure_ones_alone() -> None:
    def line(k: int, sure: float, stanza: int, text: str = "") -> AlignedLine:
        return AlignedLine(
            start_s=4.0 * k, end_s=4.0 * k + 3, text=text or f"line {k}", confidence=sure,
            stanza=stanza,
        )  # fmt: skip

    low, high = SURE - 0.01, SURE
    lines = [line(0, high, 0), line(1, low, 0), line(2, low, 0), line(3, low, 1), line(4, high, 1)]
    shown = list(_shown(lines))
    assert [(s.text, s.loose) for s in shown] == [
        ("line 0", False),
        ("line 1 / line 2", True),
        ("line 3", True),
        ("line 4", False),
    ]
    assert (shown[1].start_s, shown[1].end_s) == (4.0, 11.0)
    long = [line(k, 0.0, 0, text=f"{k} " + "word " * 14) for k in range(9)]
    blocks = list(_shown(long))
    assert all(len(block.text) <= BLOCK_LETTERS + 20 for block in blocks)
    assert " / ".join(b.text for b in blocks) == " / ".join(a.text for a in long)


def test_corrected_lyrics_are_never_written_over(tmp_path: Path) -> None:
    mine = video.lyrics_lrc((), note="aligned by ear; correct the times, then give it back with "
                            "--lyrics lyrics.lrc")  # fmt: skip
    path = tmp_path / FILE
    put_lyrics(path, mine)
    path.write_text(mine + "[00:01.00]corrected\n")
    assert "corrected" in kept_lrc(tmp_path / "cinematography_plan.json")
    put_lyrics(path, mine)
    assert path.read_text() == mine
    assert "corrected" in (tmp_path / "lyrics.previous.lrc").read_text()
    path.write_text("[00:01.00]not ours\n")
    assert kept_lrc(tmp_path / "cinematography_plan.json") == ""


def test_every_correction_is_kept_whatever_the_editor_wrote(tmp_path: Path) -> None:
    path = tmp_path / FILE
    put_lyrics(path, "[00:01.00]ours")
    path.write_bytes("[00:02.00]größer".encode("utf-16"))
    put_lyrics(path, "[00:03.00]ours")
    put_lyrics(path, "[00:04.00]ours")
    put_lyrics(path, "[00:04.00]ours")
    kept = sorted(p.name for p in tmp_path.iterdir())
    assert kept == [FILE, "lyrics.previous-2.lrc", "lyrics.previous.lrc"]
    assert (tmp_path / "lyrics.previous.lrc").read_text(encoding="utf-16") == "[00:02.00]größer"
