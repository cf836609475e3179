import numpy as np
import pytest

from apex_director.audio.borders import borders_of
from apex_director.audio.labels import Part, label
from apex_director.audio.lengths import joined, least_bars


def _form(sounds, form, bars=8):
    """Parts by letter: A soft chords, B loud band with hats, C a lone high line."""
    bar = 4 * 60 / 120
    rng = np.random.default_rng(2)
    out = rng.normal(0, 0.0005, int((len(form) * bars * bar + 0.5) * sounds.rate))
    drums = {k: sounds.drum(k, rng) for k in ("kick", "snare", "hat")}
    for part, letter in enumerate(form):
        for k in range(bars * 4):
            t = (part * bars * 4 + k) * 0.5 + 0.1
            root = 48 + (0, 9, 5, 7)[k // 4 % 4] + (2 if letter == "C" else 0)
            sounds.put(out, drums["kick"], t, 0.8 if k % 4 == 0 else 0.4)
            if letter == "A":
                sounds.put(out, sounds.note(root + 4, 0.5, slope=2), t, 0.5)
            elif letter == "B":
                sounds.put(out, drums["snare" if k % 2 else "hat"], t)
                sounds.put(out, drums["hat"], t + 0.25)
                for step in (0, 4, 7):
                    sounds.put(out, sounds.note(root + step, 0.5, slope=0.7), t, 0.8)
            else:
                sounds.put(out, sounds.note(root + 31, 0.5, harmonics=3), t, 0.6)
    return out * 0.7 / np.abs(out).max(), bars * bar


def test_boundaries_repeats_and_energy(sounds, hear):
    samples, length = _form(sounds, "ABABCB")
    found = hear(samples).sections
    starts = np.array([s.start_s for s in found])
    for k in range(1, 6):
        assert np.abs(starts - k * length).min() < 2.1
    middles = [length * (k + 0.5) for k in range(6)]
    at = [next(s for s in found if s.start_s <= t < s.end_s) for t in middles]
    groups = [s.group for s in at]
    assert groups[0] == groups[2]
    assert groups[1] == groups[3] == groups[5]
    assert len(set(groups)) == 3
    assert at[1].label == at[3].label == "chorus"
    assert at[1].energy > at[0].energy + 0.2


@pytest.mark.parametrize("seconds", [0.02, 1.0, 7.0, 25.0])
def test_sections_tile_the_song(sounds, hear, seconds):
    samples = sounds.band_piece(112, 40).samples[: int(seconds * sounds.rate)]
    heard = hear(samples)
    assert heard.sections[0].start_s == 0
    assert heard.sections[-1].end_s == heard.duration_s
    for left, right in zip(heard.sections, heard.sections[1:], strict=False):
        assert left.end_s == right.start_s


def _labels(groups, energy, sung=None, lengths=None, rising=(), drops=()):
    lengths = lengths or [20.0] * len(groups)
    times = [0.0, *np.cumsum(lengths)]
    return label(
        [
            Part(
                group=group,
                start_s=times[i],
                end_s=times[i + 1],
                energy=energy[i],
                sung=(sung or [0.5] * len(groups))[i],
                rising=float(i in rising),
                drop=i in drops,
            )
            for i, group in enumerate(groups)
        ]
    )


FULL = [0, 1, 2, 3, 1, 2, 3, 4, 3, 5]
FULL_ENERGY = [0.2, 0.4, 0.6, 0.9, 0.4, 0.6, 0.9, 0.5, 1.0, 0.1]
FULL_LENGTHS = [10, 24, 8, 20, 24, 8, 20, 16, 20, 8]
FULL_NAMES = [
    "intro", "verse", "pre_chorus", "chorus", "verse", "pre_chorus", "chorus", "bridge",
    "chorus", "outro",
]  # fmt: skip


@pytest.mark.parametrize("sung", [None, [0.0] * 10])
def test_a_song_form_by_rule_with_and_without_a_voice(sung):
    assert _labels(FULL, FULL_ENERGY, sung, FULL_LENGTHS) == FULL_NAMES


def test_what_follows_the_chorus_each_time_as_loud_is_its_post_chorus():
    got = _labels(
        [0, 1, 2, 0, 1, 2, 3, 1, 2],
        [0.4, 0.9, 0.9, 0.4, 0.9, 0.9, 0.3, 1.0, 0.9],
        sung=[0.7, 0.7, 0.0] * 2 + [0.7, 0.7, 0.0],
        lengths=[30, 20, 9, 30, 20, 9, 16, 20, 9],
    )
    assert [i for i, name in enumerate(got) if name == "post_chorus"] == [2, 5]
    assert got[6:] == ["bridge", "chorus", "outro"]


def test_drops_are_choruses_and_build_ups_lead_to_them():
    got = _labels(
        [0, 1, 2, 3, 1, 2, 3, 0],
        [0.5, 0.7, 0.6, 1.0, 0.7, 0.6, 1.0, 0.4],
        sung=[0.0] * 8,
        lengths=[15, 30, 15, 30, 30, 15, 30, 15],
        rising=(2, 5),
        drops=(3, 6),
    )
    assert got == [
        "intro", "verse", "pre_chorus", "chorus", "verse", "pre_chorus", "chorus", "outro",
    ]  # fmt: skip


def test_half_a_song_still_has_verse_and_chorus():
    assert _labels([0, 1, 2], [0.2, 0.5, 0.9], lengths=[8, 22, 22]) == [
        "intro",
        "verse",
        "chorus",
    ]


def test_a_part_without_voice_in_a_sung_song_is_instrumental():
    got = _labels([0, 1, 2, 0, 1], [0.4, 0.9, 0.5, 0.4, 0.9], sung=[0.6, 0.6, 0.0, 0.6, 0.6])
    assert got[2] == "instrumental"


def test_one_sound_all_through_claims_no_form():
    assert _labels([0, 0, 0], [0.5, 0.5, 0.5]) == ["section"] * 3


def test_least_lengths_hold_in_whole_phrases_and_shrink_with_the_song():
    assert least_bars("chorus", 2.0, 240.0) == 8
    assert least_bars("chorus", 1.4, 240.0) == 8
    assert least_bars("pre_chorus", 2.0, 240.0) == 4
    assert least_bars("chorus", 2.0, 100.0) == 4
    assert least_bars("instrumental", 2.0, 240.0) == 0


def test_a_part_too_short_for_its_name_joins_the_neighbour_it_differs_from_least():
    kept = joined(
        ["verse", "chorus", "verse", "chorus"],
        [0, 1, 2, 1],
        [8, 8, 2, 8],
        [0.9, 0.8, 0.1],
        bar_s=2.0,
        duration_s=240.0,
    )
    assert [(k.first, k.stop, k.label) for k in kept] == [
        (0, 1, "verse"),
        (1, 2, "chorus"),
        (2, 4, "chorus"),
    ]


def test_borders_are_chosen_together_and_prefer_whole_phrases():
    rng = np.random.default_rng(4)
    change = 0.05 * rng.random(64)
    change[[8, 24, 32, 48]] = 0.5
    change[[9, 23]] = 0.45  # as strong nearly, but off the phrase
    edges = np.arange(65) * 2.0
    assert borders_of(change, edges, 4, 6.0) == [8, 24, 32, 48]
    assert borders_of(np.full(64, 0.2), edges, 4, 6.0) == []


def test_a_change_of_chords_alone_is_found_where_the_sound_goes_on(sounds, hear):
    rng = np.random.default_rng(3)
    out = rng.normal(0, 0.0005, 66 * sounds.rate)
    drums = {k: sounds.drum(k, rng) for k in ("kick", "snare", "hat")}
    for beat in range(128):
        part = beat // 32
        root = 48 + ((0, 9, 5, 7), (2, 4, 11, 4))[part % 2][beat // 4 % 4]
        sounds.put(out, drums["snare" if beat % 2 else "kick"], beat * 0.5 + 0.1, 0.6)
        sounds.put(out, drums["hat"], beat * 0.5 + 0.35, 0.5)
        for step in (0, 4, 7):
            sounds.put(out, sounds.note(root + step, 0.5), beat * 0.5 + 0.1, 0.7)
    found = hear(out * 0.7 / np.abs(out).max()).sections
    starts = np.array([s.start_s for s in found])
    for wanted in (16.1, 32.1, 48.1):
        assert np.abs(starts - wanted).min() < 2.1
    at = [next(s for s in found if s.start_s <= t < s.end_s).group for t in (8, 24, 40, 56)]
    assert at[0] == at[2] != at[1] == at[3]
