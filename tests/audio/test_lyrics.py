"""Pasted lyrics find their places: by the voice, the form, the bars; and say where they do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pytest

from apex_director import audio
from apex_director.audio.model import F32, AudioAnalysis, Interval
from apex_director.audio.placing import FULL, MOST, OVERFULL, Chain, best_path, start_chances
from apex_director.audio.syllables import is_english, syllables
from apex_director.audio.verses import VerseLine, read_verses
from apex_director.audio.voice import VOICE_HZ, voice_of

from ..cinematography.songs import analysis, song

FORM = (
    ("intro", "I", 4, 0.3),
    ("verse", "A", 8, 0.4),
    ("chorus", "B", 8, 0.9),
    ("instrumental", "N", 8, 0.5),
    ("verse", "A", 8, 0.4),
    ("chorus", "B", 8, 0.9),
    ("outro", "O", 4, 0.2),
)
SHEET = """[Verse 1]
I was walking by the river
Counting every single boat
Somebody had left a lantern
And the water was my coat

[Chorus]
Carry me over
Carry me over the hill tonight
Nothing will follow
Nothing but silence and light

[Verse 2]
You were standing on the corner
With a suitcase in your hand
There was music from a window
And I could not understand

[Chorus]
"""
BAR = 2.0


def sung(form: Sequence[tuple[str, str, int, float]] = FORM) -> tuple[AudioAnalysis, list[float]]:
    """A song whose lines are sung two bars each in verses and choruses; and where they start."""
    heard = song(form)
    starts = [
        section.start_s + 2 * BAR * k + 0.5
        for section in heard.sections
        if section.label in ("verse", "chorus")
        for k in range(4)
    ]
    voices = tuple(Interval(start_s=t, end_s=t + 2.7) for t in starts)
    return replace(heard, vocals=voices, vocal_confidence=0.8), starts


def errors(lines: Sequence[audio.AlignedLine], starts: Sequence[float]) -> np.ndarray:
    return np.abs([line.start_s - t for line, t in zip(lines, starts, strict=True)])


@pytest.mark.parametrize("headings", [True, False])
def test_lines_start_where_they_are_sung(headings: bool) -> None:
    heard, starts = sung()
    text = SHEET + "\n".join(SHEET.splitlines()[7:11])
    if not headings:
        text = "\n".join(row for row in text.splitlines() if not row.startswith("["))
    lines = audio.align(read_verses(text), heard)
    assert len(lines) == 16
    assert errors(lines, starts).max() < 0.5
    assert all(line.confidence >= 0.4 for line in lines)
    assert all(a.start_s < a.end_s <= b.start_s for a, b in pairwise(lines))


def test_a_stanza_that_is_not_sung_twice_leaves_its_place_to_others() -> None:
    """A voice without words (the second verse is not in the sheet) must not draw the chorus."""
    heard, starts = sung()
    text = "\n\n".join([*SHEET.split("\n\n")[:2], "[Chorus]"])
    lines = audio.align(read_verses(text), heard)
    assert errors(lines, [*starts[:8], *starts[12:]]).max() < 0.5


def test_where_no_voice_is_heard_nothing_is_said_to_be_sure() -> None:
    heard = song(FORM)
    lines = audio.align(read_verses(SHEET), heard)
    assert len(lines) == 16
    assert all(line.confidence < 0.4 for line in lines)
    assert all(a.start_s <= b.start_s for a, b in pairwise(lines))
    assert lines[0].start_s >= heard.sections[1].start_s - 2.0
    assert lines[-1].end_s <= heard.duration_s


@pytest.mark.parametrize("seconds", [1.0, 30.0, 240.0])
@pytest.mark.parametrize("count", [1, 7, 300])
def test_any_lyrics_in_any_song_stay_in_order_and_inside(seconds: float, count: int) -> None:
    silent = analysis(duration_s=seconds, silence=(Interval(start_s=0.0, end_s=seconds),))
    voiced = replace(
        analysis(duration_s=seconds),
        vocals=(Interval(start_s=seconds * 0.2, end_s=seconds * 0.9),),
        vocal_confidence=0.5,
    )
    lines = [VerseLine(text=f"line number {k} of some", stanza=k // 4) for k in range(count)]
    for heard in (silent, voiced):
        placed = audio.align(lines, heard)
        assert [line.text for line in placed] == [line.text for line in lines]
        edges = [(line.start_s, line.end_s) for line in placed]
        assert all(0.0 <= a <= b <= seconds + 1e-3 for a, b in edges)
        assert all(a[1] <= b[0] + 1e-3 for a, b in pairwise(edges))
        assert all(0.0 <= line.confidence <= 1.0 for line in placed)
    assert audio.align([], voiced) == ()


def test_more_lines_than_fit_are_not_to_be_trusted() -> None:
    heard, _ = sung(FORM[1:2])
    lines = audio.align([VerseLine(text="so much to say", stanza=0)] * 60, heard)
    assert {line.confidence for line in lines} == {0.0}


def test_the_chain_finds_the_cheapest_of_all_paths() -> None:
    """Against every path of a small chain, tried one by one."""
    rng = np.random.default_rng(3)
    chain = Chain(
        voiced=np.concatenate([[0.0], np.cumsum(rng.random(9))]),
        begin=rng.random((2, 9)),
        slot=rng.random(4),
        across=rng.random((10, 4)),
        expected=np.array([0.8, 1.4]),
        joined=np.array([False, True]),
        skip=0.7,
        pause=0.3,
    )

    def cost(spans: Sequence[tuple[int, int]]) -> float:
        total, at = 0.0, 0
        for k, (a, b) in enumerate(spans):
            v = chain.voiced
            share = (v[b] - v[a] + chain.least) / (chain.expected[k] + chain.least)
            total += chain.skip * (v[a] - v[at]) + chain.begin[k, a]
            total += min(abs(np.log(share)), MOST) + OVERFULL * max(share - FULL, 0.0)
            total += chain.slot[b - a - 1] + chain.across[b, b - a - 1]
            total += chain.pause if k and a > at else 0.0
            at = b
        return float(total + chain.skip * (chain.voiced[-1] - chain.voiced[at]))

    every = [
        ((a, a + m), (c, c + n))
        for a in range(9) for m in range(1, 5) for c in range(a + m, 9) for n in range(1, 5)
        if c + n <= 9
    ]  # fmt: skip
    found = best_path(chain)
    spans = [(int(a), int(b)) for a, b in zip(found.starts, found.ends, strict=True)]
    costs = {spans_: cost(spans_) for spans_ in every}
    assert found.cost == pytest.approx(min(costs.values()))
    assert cost(spans) == pytest.approx(found.cost)
    chances = start_chances(chain, 1.5)
    weight = {key: np.exp(-1.5 * c) for key, c in costs.items()}
    for line in range(2):
        for cell in range(9):
            want = sum(w for key, w in weight.items() if key[line][0] == cell)
            assert chances[line, cell] == pytest.approx(want / sum(weight.values()), abs=1e-9)


def test_pasted_text_is_read_as_it_is_sung() -> None:
    text = (
        "\ufeff[ti:A song]\r\n[Verse 1: Anna]\r\nLine one here\r\nLine two (x2)\r\n\r\nRefrain:\r\n"
        "Sing it loud\nSing it long\nx2\n\n(Verse 2)\nBridge over water\n\n[Chorus]\n\n"
        "[Guitar Solo]\n\n♪\nBRIDGE\n(ooh ooh)\n"
    )
    lines = read_verses(text)
    told = [(line.stanza, line.part, line.text) for line in lines]
    chorus = [("chorus", "Sing it loud"), ("chorus", "Sing it long")]
    assert told == [
        (0, "verse", "Line one here"),
        (0, "verse", "Line two"),
        (0, "verse", "Line two"),
        *((1, *row) for row in chorus),
        *((2, *row) for row in chorus),
        (3, "verse", "Bridge over water"),
        *((4, *row) for row in chorus),
        (5, "bridge", "(ooh ooh)"),
    ]
    assert read_verses("[Chorus]\n\n[Solo]\n") == ()


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("I was walking down the river in the early morning light", 15),
        ("carry me over the hills tonight", 9),
        ("couldn't she've loved a little table", 9),
        ("camino solo por la orilla del río", 12),
        ("Die Übermütigen laufen über Straßen", 12),
        ("я иду по пустой дороге домой", 11),
        ("你好，世界", 4),
        ("きょうは いい てんき", 8),
        ("안녕하세요", 5),
        ("Ωραία νύχτα", 5),
        ("hmm", 1),
        ("24", 2),
        ("♪ ...", 0),
    ],
)
def test_syllables_are_counted_in_many_scripts(text: str, count: int) -> None:
    english = is_english([text, "the and you"]) and text.isascii() and "por" not in text
    assert abs(syllables(text, english=english) - count) <= 1


@dataclass
class Blocks:
    """Sample blocks made of one array."""

    samples: F32
    sample_rate: int = 44100

    @property
    def channels(self) -> int:
        return int(self.samples.shape[1])

    def __iter__(self) -> Iterator[F32]:
        yield from np.array_split(self.samples, 7)


def test_a_gliding_voice_in_the_middle_is_heard_over_panned_chords() -> None:
    rate, seconds = 44100, 16
    t = np.arange(rate * seconds) / rate
    chord = sum(np.sin(2 * np.pi * f * t) for f in (220.0, 277.2, 329.6, 440.0)) * 0.05
    glide = 2 * np.pi * np.cumsum(330.0 * 2 ** (0.12 * np.sin(2 * np.pi * 1.3 * t))) / rate
    on = ((t % 4.0) > 1.0) & ((t % 4.0) < 3.0)
    voice = sum(np.sin(k * glide) / k for k in range(1, 8)) * on * 0.12
    stereo = np.stack([chord + voice, 0.2 * chord + voice], axis=1).astype(np.float32)
    for samples in (stereo, stereo.mean(axis=1, keepdims=True)):
        heard = voice_of(Blocks(samples)).likely
        assert abs(len(heard) - seconds * VOICE_HZ) <= 1
        inside = on[:: rate // VOICE_HZ][: len(heard)]
        assert heard[: len(inside)][inside].mean() > 0.7
        assert heard[: len(inside)][~inside].mean() < 0.35
    nothing = voice_of(Blocks(np.zeros((rate * 3, 2), np.float32)))
    assert nothing.contrast == 0.0
    assert len(voice_of(Blocks(np.zeros((0, 1), np.float32))).likely) <= 1
