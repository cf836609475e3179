import json
from fractions import Fraction

import numpy as np
import pytest

from apex_director import audio
from apex_director.audio import to_x6
from apex_director.audio.features import FrontEnd


def _odd(sounds, name):
    music = sounds.band_piece(110, 12).samples
    rng = np.random.default_rng(0)
    rate = sounds.rate
    return {
        "empty": (np.zeros((0, 1)), 44100),
        "one sample": (np.full((1, 2), 0.5), 44100),
        "50 ms": (music[:1100], rate),
        "1 s": (music[:rate], rate),
        "silence": (np.zeros((44100 * 3, 2)), 44100),
        "noise": (rng.normal(0, 0.1, rate * 4), rate),
        "click": (np.eye(1, rate * 4, 30000)[0], rate),
        "offset": (np.full(rate * 4, 0.5), rate),
        "clipped": (np.clip(music * 30, -1, 1), rate),
        "-60 dB": (music * 1e-3, rate),
        "-110 dB": (music * 3e-6, rate),
        "no numbers": (np.full(rate * 2, np.nan), rate),
        "antiphase": (np.stack([music, -music], axis=1), rate),
        "8 channels": (np.stack([music] * 8, axis=1), rate),
        "4 kHz": (music[::5][:8000], 4000),
        "192 kHz": (np.repeat(music[: rate * 2], 9), 192000),
    }[name]


ODD = [
    "empty", "one sample", "50 ms", "1 s", "silence", "noise", "click", "offset", "clipped",
    "-60 dB", "-110 dB", "no numbers", "antiphase", "8 channels", "4 kHz", "192 kHz",
]  # fmt: skip
BEATLESS = {"empty", "one sample", "50 ms", "1 s", "silence", "noise", "click", "offset"}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.filterwarnings("error")
def test_odd_sound_is_analysed_whole(sounds, hear, name):
    samples, rate = _odd(sounds, name)
    heard = hear(samples, rate)
    assert heard.duration_s == len(samples) / rate
    assert heard.sections[0].start_s == 0
    assert heard.sections[-1].end_s == heard.duration_s
    data = to_x6(heard, path="x", format="wav", rate=Fraction(25), total_frames=0, timestamp="now")
    json.dumps(data, allow_nan=False)
    if name in BEATLESS:
        assert heard.grid.verdict == "none"
        assert heard.grid.beats == ()
        assert len(heard.sections) == 1
        assert heard.warnings


def test_the_cause_is_in_the_warnings(sounds, hear):
    said = {n: " ".join(hear(*_odd(sounds, n)).warnings) for n in ("silence", "clipped", "4 kHz")}
    assert "silent" in said["silence"]
    assert "clipped" in said["clipped"]
    assert "4000 Hz" in said["4 kHz"]


def test_clipped_and_antiphase_music_keeps_its_beat(sounds, hear):
    for name in ("clipped", "antiphase", "-60 dB"):
        samples, rate = _odd(sounds, name)
        assert hear(samples, rate).grid.bpm == pytest.approx(110, rel=0.01), name


def test_block_size_does_not_matter_and_runs_agree(sounds, hear):
    samples = sounds.band_piece(112, 15).samples
    stereo = np.stack([samples, 0.8 * samples], axis=1)
    one, two, three = hear(stereo, block=331), hear(stereo, block=10**6), hear(stereo, block=331)
    assert [b.time_s for b in one.grid.beats] == [b.time_s for b in three.grid.beats]
    assert np.allclose(
        [b.time_s for b in one.grid.beats], [b.time_s for b in two.grid.beats], atol=1e-4
    )
    assert [s.label for s in one.sections] == [s.label for s in two.sections]


def test_progress_rises_to_one(sounds):
    seen = []
    samples = sounds.band_piece(112, 12).samples
    from apex_director.audio.model import Loudness

    quiet = Loudness(
        integrated_lufs=None, range_lu=None, true_peak_dbtp=None, momentary=np.zeros(0, np.float32)
    )
    audio.analyse(
        sounds.blocks(samples, block=40000),
        loudness=lambda: quiet,
        progress=lambda share, what: seen.append((share, what)),
    )
    shares = [s for s, _ in seen]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(seen) > 6


def test_two_hours_fit_in_memory(sounds):
    front = FrontEnd()
    samples = sounds.band_piece(112, 20).samples.astype(np.float32)
    for _ in range(2):
        front.push(samples)
    features = front.finish()
    held = sum(getattr(features, name).nbytes for name in features.__dataclass_fields__)
    assert held / 40 * 7200 < 90e6  # bytes for two hours


def test_the_face_is_light():
    import subprocess
    import sys

    code = (
        "import sys, apex_director.audio\n"
        "print([m for m in ('numba','scipy','soxr') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
