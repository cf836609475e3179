"""Energy over a song, the held bass, and how it goes away and comes back."""

from dataclasses import replace

import numpy as np
import pytest

from apex_director.audio import listen, sliced, warming
from apex_director.audio.bands import bass_envelope
from apex_director.audio.model import ENVELOPE_HZ, MusicEvent

BAR = 4 * 60 / 128
FIRST_S = 0.1


@pytest.fixture(scope="module")
def club(sounds, hear):
    """Eight bars each: full beat, held chords, a build-up with a roll and a riser, full beat."""
    rate, rng = sounds.rate, np.random.default_rng(11)
    out = rng.normal(0, 0.0005, int((32 * BAR + 1) * rate))
    drums = {k: sounds.drum(k, rng) for k in ("kick", "snare", "hat")}
    for bar in range(32):
        t, part = FIRST_S + bar * BAR, bar // 8
        root = 45 + (0, 5, 3, 7)[bar % 4]
        for step in (12, 15, 19):
            sounds.put(out, sounds.note(root + step, BAR, plucked=False), t, 0.25)
        for beat in range(4):
            when = t + beat * BAR / 4
            if part in (0, 3):
                sounds.put(out, drums["kick"], when)
                sounds.put(out, sounds.note(root - 12, BAR / 8, harmonics=4), when + BAR / 8, 1.4)
                sounds.put(out, drums["hat"], when + BAR / 8, 0.7)
                if beat % 2:
                    sounds.put(out, drums["snare"], when, 0.7)
        if part == 2:
            strokes = (4, 4, 4, 4, 8, 8, 16, 16)[bar % 8]
            for k in range(strokes):
                loud = 0.15 + 0.5 * (bar % 8 + k / strokes) / 8
                sounds.put(out, drums["snare"], t + k * BAR / strokes, loud)
    rise = np.linspace(0, 1, int(8 * BAR * rate))
    hiss = np.diff(rng.standard_normal(len(rise) + 1)) * rise**2
    sounds.put(out, hiss, FIRST_S + 16 * BAR, 0.12)
    return hear(out * 0.7 / np.abs(out).max())


def test_a_breakdown_a_build_up_and_a_drop(club):
    by_kind = {e.kind: e for e in club.events}
    assert len(club.events) == 3
    assert set(by_kind) == {"breakdown", "build_up", "drop"}
    drop, build, fall = (by_kind[k] for k in ("drop", "build_up", "breakdown"))
    assert drop.start_s == pytest.approx(FIRST_S + 24 * BAR, abs=0.2)
    assert drop.end_s - drop.start_s == pytest.approx(BAR, abs=0.05)
    assert build.end_s == drop.start_s
    assert 4 * BAR - 0.2 < build.end_s - build.start_s < 8 * BAR + 0.2
    assert fall.start_s == pytest.approx(FIRST_S + 8 * BAR, abs=BAR + 0.2)
    assert fall.end_s <= build.start_s
    assert club.sections[-1].start_s == pytest.approx(drop.start_s, abs=0.2)


def test_the_arc_has_a_value_a_bar_and_follows_the_form(club):
    times = np.array([t for t, _ in club.energy_arc])
    energy = np.array([e for _, e in club.energy_arc])
    assert np.all(np.diff(times) > 0)
    assert np.median(np.diff(times)) == pytest.approx(BAR, abs=0.05)
    assert energy.min() >= 0
    assert energy.max() <= 1
    part = np.clip((times - FIRST_S + 0.1) // (8 * BAR), 0, 3)
    full, held, last = (energy[part == k][1:-1].mean() for k in (0, 1, 3))
    assert full > held + 0.4
    assert last > held + 0.4


def test_without_a_beat_the_arc_goes_in_steps_and_nothing_drops(sounds, hear):
    heard = hear(sounds.unmetred("drone", 20.0))
    assert heard.events == ()
    assert [t for t, _ in heard.energy_arc] == [2.0 * k for k in range(10)]


def test_kicks_alone_hardly_show_in_the_held_bass(sounds, hear):
    rng = np.random.default_rng(2)
    kicks = rng.normal(0, 0.0005, 12 * sounds.rate)
    both = kicks.copy()
    for k in range(23):
        stroke = sounds.drum("kick", rng)
        sounds.put(kicks, stroke, k / 2)
        sounds.put(both, stroke, k / 2)
    for k in range(3):
        sounds.put(both, sounds.note(33, 2.0, harmonics=4, plucked=False), 6 + 2 * k, 2.0)
    alone, held = (hear(x).bass_envelope for x in (kicks, both))
    assert len(held) == pytest.approx(12 * ENVELOPE_HZ, abs=2)
    assert np.median(alone) < 0.25
    assert np.median(held[6 * ENVELOPE_HZ + 10 : -20]) > 0.8
    assert np.median(held[: 6 * ENVELOPE_HZ]) < 0.4


def test_silence_has_no_bass():
    assert not bass_envelope(np.full(200, -120.0, dtype=np.float32)).any()
    assert len(bass_envelope(np.zeros(0, dtype=np.float32))) == 0


def test_a_stretch_keeps_what_happens_in_it(club):
    start = FIRST_S + 20 * BAR
    part = sliced(club, start, FIRST_S + 28 * BAR)
    assert [e.kind for e in part.events] == ["build_up", "drop"]
    assert part.events[0].start_s == 0
    assert part.events[1].start_s == pytest.approx(4 * BAR, abs=0.2)
    assert part.energy_arc[0][0] == 0
    assert len(part.bass_envelope) == pytest.approx(8 * BAR * ENVELOPE_HZ, abs=2)
    later = sliced(
        replace(club, events=(MusicEvent(kind="drop", start_s=1.0, end_s=3.0, strength=1.0),)),
        2.0,
        20.0,
    )
    assert later.events == ()


def test_compiling_is_told_as_a_stage_of_its_own_and_only_once(sounds, monkeypatch):
    said, warmed = [], []
    monkeypatch.setattr(listen, "cold", lambda: not warmed)
    monkeypatch.setattr(listen, "warm_up", lambda: warmed.append(True))
    samples = sounds.band_piece(112, 8).samples
    for _ in range(2):
        listen.analyse(
            sounds.blocks(samples),
            loudness=lambda: _quiet(),
            progress=lambda share, what: said.append((share, what)),
        )
    assert [s for s in said if s[1] == "compiling, once"] == [(0.0, "compiling, once")]
    assert said[0] == (0.0, "compiling, once")


def test_what_was_compiled_here_is_not_cold(rock):
    assert rock.analysis.duration_s == 40
    assert not warming.cold()


def _quiet():
    from apex_director.audio.model import Loudness

    return Loudness(
        integrated_lufs=None, range_lu=None, true_peak_dbtp=None, momentary=np.zeros(0, np.float32)
    )
