"""Titles and lyrics: scripts, line breaks, safe areas, contrast, and the files lyrics come in."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from apex_director.cinematography.model import TitleCard
from apex_director.core.errors import InputUnusable
from apex_director.video import lyric_cards, parse_lyrics, safe_area
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
