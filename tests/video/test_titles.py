"""Titles and lyrics: scripts, line breaks, safe areas, contrast, and the files lyrics come in."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from apex_director.cinematography.model import CardWord, TitleCard
from apex_director.core.errors import InputUnusable
from apex_director.video import captions, lyric_cards, parse_lyrics, safe_area
from apex_director.video.lettering import FONTS, TEXT, Style, break_lines, line_width, set_line
from apex_director.video.model import LyricLine
from apex_director.video.titles import draw_titles, make_titles

LRC = """[ti:Song]
[ar:Artist]
[offset:+500]
[00:01.00]<00:01.00>First <00:01.40>line
[00:03.50][00:09.5]Again
[00:06.00]
[00:12.00]Last
"""


def drawn(card: TitleCard, width: int, height: int, frame: int, back: int = 90) -> np.ndarray:
    picture = np.full((height, width, 4), back, np.uint8)
    packed = picture.view(np.uint32)[..., 0]
    draw_titles(make_titles((card,), width, height), frame, 24.0, packed)
    return packed.view(np.uint8).reshape(height, width, 4)[..., :3].astype(int)


@pytest.mark.parametrize(("width", "height"), [(640, 360), (360, 640), (360, 360), (840, 360)])
@pytest.mark.parametrize("role", ["title", "lyric"])
def test_type_stays_in_the_safe_area_at_every_aspect(width: int, height: int, role: str) -> None:
    words = "The longest road that anyone has ever walked to come back home again at night"
    card = TitleCard(start=0, end=96, text=words, subtext="An artist of note", role=role)  # type: ignore[arg-type]
    changed = drawn(card, width, height, 48) > 150
    rows, columns = np.nonzero(changed.any(axis=2))
    left, top, right, bottom = safe_area(width, height)
    assert len(rows) > 100
    assert columns.min() >= left * width - 1
    assert columns.max() <= right * width + 1
    assert rows.min() >= top * height
    assert rows.max() <= bottom * height + 1


@pytest.mark.parametrize("back", [10, 128, 250])
def test_type_stands_out_on_any_background(back: int) -> None:
    card = TitleCard(start=0, end=96, text="Light", role="lyric")
    picture = drawn(card, 1280, 720, 48, back)[..., 1]
    rows, columns = np.nonzero(picture != back)
    box = picture[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    letters = box[box >= 235] if back < 235 else box[box >= 240]
    assert letters.size > 0.03 * box.size
    # Relative luminance of the shadow against the letters (WCAG 2.x, large text: 3 to 1).
    near = np.percentile(box, 8) / 255
    ratio = (0.9 + 0.05) / (near**2.2 + 0.05)
    assert ratio > 3.0


def test_titles_fade_in_and_out_and_are_absent_elsewhere() -> None:
    card = TitleCard(start=10, end=90, text="Song", subtext="Artist")
    strength = [int(np.abs(drawn(card, 320, 180, f) - 90).sum()) for f in (9, 12, 50, 87, 90)]
    assert strength[0] == strength[-1] == 0
    assert 0 < strength[1] < strength[2]
    assert 0 < strength[3] < strength[2]


@pytest.mark.parametrize(
    "text", ["Ωραία νύχτα", "Привет, мир", "नमस्ते दुनिया", "سلام عالم", "שלום", "เพลงรัก", "Ünïcödé"]
)
def test_bundled_fonts_draw_many_scripts(text: str) -> None:
    """No character may fall back to the empty box of a missing glyph."""
    style = Style(family=TEXT, size=40.0)
    made, boxes = (set_line(t, style, 4.0).pixels for t in (text, "\U000e0fff" * len(text)))
    assert (made >> 24).max() > 200
    assert made.shape != boxes.shape or not np.array_equal(made, boxes)
    for char in {c for c in text if c.isalpha()}:
        one, none = (set_line(c, style, 4.0).pixels for c in (char, "\U000e0fff"))
        assert one.shape != none.shape or not np.array_equal(one, none)


def test_right_to_left_words_keep_their_order() -> None:
    style = Style(family=TEXT, size=40.0)
    both = set_line("אב גד", style, 4.0).pixels
    first, second = (set_line(t, style, 4.0).pixels for t in ("אב", "גד"))
    ink = (both & 255).astype(float).sum(axis=0)
    right_half = ink[len(ink) // 2 :].sum()
    a, b = ((p & 255).astype(float).sum() for p in (first, second))
    # The first word stands on the right.
    assert abs(right_half - a) < abs(right_half - b)


def test_lines_break_evenly() -> None:
    style = Style(family=TEXT, size=30.0)
    text = "one two three four five six"
    lines = break_lines(text, style, 0.6 * line_width(text, style), 2)
    assert lines is not None
    assert len(lines) == 2
    assert " ".join(lines) == text
    widths = [line_width(line, style) for line in lines]
    assert max(widths) / min(widths) < 1.35
    assert break_lines(text, style, 10.0, 2) is None


def test_fonts_are_small_and_carry_their_licence() -> None:
    files = list(FONTS.iterdir())
    assert sum(f.stat().st_size for f in files) < 1_500_000
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text()


def test_lrc_with_offset_repeats_and_word_stamps() -> None:
    lines = parse_lyrics("\ufeff" + LRC.replace("\n", "\r\n"), ".lrc")
    assert [(line.start_s, line.text) for line in lines] == [
        (0.5, "First line"),
        (3.0, "Again"),
        (9.0, "Again"),
        (11.5, "Last"),
    ]
    assert lines[1].end_s == 5.5
    assert [(w.start_s, w.end_s, w.text) for w in lines[0].words] == [
        (0.5, pytest.approx(0.9), "First"),
        (pytest.approx(0.9), pytest.approx(2.9), "line"),
    ]
    assert lines[1].words == ()


def test_word_stamps_end_lines_join_syllables_and_move_with_repeats() -> None:
    text = "[00:10.00][00:20.00]<00:10.00>Hel<00:10.50>lo <00:11.00>my dear <00:12.00>\n"
    first, again = parse_lyrics(text, ".lrc")
    assert (first.text, first.end_s) == ("Hello my dear", 12.0)
    times = [(w.text, w.start_s, w.end_s) for w in first.words]
    assert [t[0] for t in times] == ["Hello", "my", "dear"]
    assert times[0][1:] == (10.0, 11.0)
    assert times[1][1] == 11.0
    assert times[2][2] == pytest.approx(12.0, abs=0.6)
    assert [w.start_s for w in again.words] == [w.start_s + 10.0 for w in first.words]


def test_karaoke_cards_carry_words_inside_them_and_obey_the_nudge() -> None:
    lines = parse_lyrics(LRC, ".lrc")
    plain = lyric_cards(lines, Fraction(24), 400)
    assert all(card.words == () for card in plain)
    cards = lyric_cards(lines, Fraction(24), 400, karaoke=True, nudge_s=1.0, burn=False)
    assert {card.role for card in cards} == {"caption"}
    assert cards[0].start - plain[0].start == 24
    for card in cards:
        assert " ".join(w.text for w in card.words) == card.text
        assert card.start <= card.words[0].start
        assert card.words[-1].end <= card.end
        assert all(a.end <= b.start for a, b in pairwise(card.words))
    gone = lyric_cards(lines, Fraction(24), 400, nudge_s=-10.0)
    assert [card.text for card in gone] == ["Again", "Last"]


@pytest.mark.parametrize("text", ["Sing along tonight my dear", "שלום עולם יפה"])
def test_karaoke_lights_words_up_in_reading_order(text: str) -> None:
    words = tuple(
        CardWord(start=12 + 24 * k, end=36 + 24 * k, text=w) for k, w in enumerate(text.split())
    )
    end = words[-1].end + 24
    card = TitleCard(start=0, end=end, text=text, role="lyric", words=words)
    bright = [
        (drawn(card, 960, 540, f) > 225).all(axis=2) for f in (6, words[0].end, words[-1].end)
    ]
    assert bright[0].sum() == 0
    assert 0 < bright[1].sum() < bright[2].sum()
    columns = np.nonzero(bright[1].any(axis=0))[0], np.nonzero(bright[2].any(axis=0))[0]
    if text[0] == "S":
        assert abs(columns[0].min() - columns[1].min()) <= 1
        assert columns[0].max() < columns[1].max() - 60
    else:
        assert abs(columns[0].max() - columns[1].max()) <= 1
        assert columns[0].min() > columns[1].min() + 60


def test_captions_are_not_drawn() -> None:
    assert make_titles((TitleCard(start=0, end=9, text="x", role="caption"),), 320, 180) == ()


def test_side_files_hold_every_line_and_come_back() -> None:
    rate = Fraction(24000, 1001)
    cards = lyric_cards(parse_lyrics(LRC, ".lrc"), rate, 400, karaoke=True)
    cards = (TitleCard(start=0, end=20, text="Title"), *cards)
    srt = captions(cards, "srt", rate)
    again = parse_lyrics(srt, ".srt")
    assert [line.text for line in again] == ["First line", "Again", "Again", "Last"]
    for card, line in zip(cards[1:], again, strict=True):
        assert line.start_s == pytest.approx(float(card.start / rate), abs=6e-4)
        assert line.end_s == pytest.approx(float(card.end / rate), abs=6e-4)
    assert captions(cards, "vtt", rate).startswith("WEBVTT")
    lrc = captions(cards, "lrc", rate, title="So\nng", artist="Me")
    assert lrc.startswith("[ti:So ng]\n[ar:Me]\n[00:00.")
    words = parse_lyrics(lrc, ".lrc")[0].words
    expected = [float(w.start / rate) for w in cards[1].words]
    assert [w.start_s for w in words] == pytest.approx(expected, abs=0.006)


def test_ass_karaoke_times_add_up_and_text_cannot_open_tags() -> None:
    rate = Fraction(30)
    words = (
        CardWord(start=10, end=17, text="{\\b1}Oh"),
        CardWord(start=20, end=41, text="no"),
    )
    card = TitleCard(start=3, end=60, text="{\\b1}Oh no", role="lyric", words=words)
    text = captions((card,), "ass", rate, width=1080, height=1920)
    line = next(row for row in text.splitlines() if row.startswith("Dialogue"))
    assert "PlayResX: 1080" in text
    assert re.findall(r"\{\\(k|kf)(\d+)\}", line) == [
        ("k", "23"),
        ("kf", "24"),
        ("k", "10"),
        ("kf", "70"),
    ]
    assert "{\\b1}" not in line


def test_srt_is_read_without_its_markup() -> None:
    first = "1\n00:00:01,000 --> 00:00:02,500\n<i>Hello</i>\nthere\n\n"
    text = first + "2\n00:00:03,000 --> 00:00:04,000\nBye\n"
    assert parse_lyrics(text, ".SRT") == (
        LyricLine(start_s=1.0, end_s=2.5, text="Hello there"),
        LyricLine(start_s=3.0, end_s=4.0, text="Bye"),
    )


@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        ("no times at all", ".lrc"),
        ("", ".srt"),
        ("hello", ".srt"),
        ("x", ".txt"),
        ("[offset:a]\n[00:01]x", ".lrc"),
    ],
)
def test_unusable_lyrics_say_what_to_do(text: str, suffix: str) -> None:
    with pytest.raises(InputUnusable) as caught:
        parse_lyrics(text, suffix)
    assert caught.value.what_to_do
    assert "lyrics" in caught.value.where


def test_cards_never_overlap_nor_leave_the_video() -> None:
    lines = [LyricLine(start_s=s, end_s=s + 3.0, text=str(s)) for s in (0.0, 1.0, 1.01, 5.0, 90.0)]
    cards = lyric_cards(lines, Fraction(24), 200)
    assert all(c.role == "lyric" and 0 <= c.start < c.end <= 200 for c in cards)
    assert all(a.end <= b.start for a, b in pairwise(cards))
    assert cards[-1].text == "5.0"
