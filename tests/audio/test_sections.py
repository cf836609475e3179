import numpy as np
import pytest

from apex_director.audio.labels import label


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


def _labels(groups, energy, sung=None, lengths=None):
    lengths = lengths or [20.0] * len(groups)
    times = [0.0, *np.cumsum(lengths)]
    return label(list(groups), energy, sung or [0.5] * len(groups), times)


def test_a_song_form_by_rule():
    got = _labels(
        [0, 1, 2, 3, 1, 2, 3, 4, 3, 5],
        [0.2, 0.4, 0.6, 0.9, 0.4, 0.6, 0.9, 0.5, 1.0, 0.1],
        lengths=[10, 24, 8, 20, 24, 8, 20, 16, 20, 8],
    )
    assert got == [
        "intro", "verse", "pre_chorus", "chorus", "verse", "pre_chorus", "chorus", "bridge",
        "chorus", "outro",
    ]  # fmt: skip


def test_a_part_without_voice_in_a_sung_song_is_instrumental():
    got = _labels([0, 1, 2, 0, 1], [0.4, 0.9, 0.5, 0.4, 0.9], sung=[0.6, 0.6, 0.0, 0.6, 0.6])
    assert got[2] == "instrumental"


def test_one_sound_all_through_claims_no_form():
    assert _labels([0, 0, 0], [0.5, 0.5, 0.5]) == ["section"] * 3
