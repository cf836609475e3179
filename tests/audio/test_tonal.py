import numpy as np
import pytest

TRIADS = {"maj": (0, 4, 7), "min": (0, 3, 7)}


def _song(sounds, chords, seconds=2.0, detune=0.0, times=2):
    out = np.zeros(int(len(chords) * times * seconds * sounds.rate) + sounds.rate)
    for i, (root, kind) in enumerate(chords * times):
        for step in TRIADS[kind]:
            sounds.put(out, sounds.note(root + step + detune, seconds), i * seconds, 0.4)
        sounds.put(out, sounds.note(root - 12 + detune, seconds), i * seconds, 0.4)
    return out


C_MAJOR = [(60, "maj"), (57, "min"), (53, "maj"), (55, "maj"), (60, "maj")]
E_MINOR = [(64, "min"), (57, "min"), (59, "min"), (60, "maj"), (64, "min")]


@pytest.mark.parametrize("detune", [0.0, 0.3, -0.4])
@pytest.mark.parametrize(("chords", "key"), [(C_MAJOR, (0, "major")), (E_MINOR, (4, "minor"))])
def test_key_at_any_tuning(sounds, hear, chords, key, detune):
    tone = hear(_song(sounds, chords, detune=detune)).tone
    assert (tone.tonic, tone.mode) == key
    assert tone.confidence > 0.1
    assert sum(tone.chroma) == pytest.approx(1.0)


def test_coarse_chords_and_their_rhythm(sounds, hear):
    heard = hear(_song(sounds, C_MAJOR))
    wanted = ["C:maj", "A:min", "F:maj", "G:maj", "C:maj"] * 2
    right = 0
    for i, name in enumerate(wanted):
        now = [c for c in heard.tone.chords if c.start_s <= 2 * i + 1 < c.end_s]
        right += now[0].name == name
    assert right >= 8
    assert 0.3 < heard.harmonic_rhythm < 0.8


def test_drums_alone_have_no_key(sounds, hear):
    rng = np.random.default_rng(1)
    out = np.zeros(sounds.rate * 20)
    for i in range(38):
        sounds.put(out, sounds.drum(("snare", "hat")[i % 2], rng), i / 2)
    tone = hear(out).tone
    assert tone.tonic is None
    assert tone.mode is None
    assert tone.chords == ()
