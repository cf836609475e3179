import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from apex_director.audio import from_x6, to_x6
from apex_director.audio.model import Beat, MusicEvent, TrustWindow
from apex_director.audio.schema import WEIGHTS
from apex_director.core.errors import ValidationFailed

KEYS = {
    "file_info": "path format sample_rate duration channels",
    "beat_info": "bpm confidence num_beats duration beats downbeats tempo_curve regularity meter "
    "tempo_alternatives grid",
    "key_info": "key mode confidence chroma_vector harmonic_rhythm chords",
    "spectral_info": "brightness energy timbre_complexity color_palette loudness_lufs valence",
    "section_info": "num_sections structure_type complexity_score sections",
    "quantization_info": "target_fps total_frames quantization_error beat_alignment_rate "
    "sync_quality",
    "confidence_scores": "beat harmonic spectral sections quantization",
    "onset_info": "low mid high",
    "vocal_info": "intervals",
    "loudness_info": "integrated_lufs range_lu true_peak_dbtp",
    "mood_info": "valence arousal evidence",
    "envelopes": "rate_hz low mid high loudness bass",
}
PLAIN = {"silence", "events", "energy_arc", "overall_confidence", "analysis_timestamp", "warnings"}


def _x6(analysis, rate=Fraction(24), **more):
    return to_x6(
        analysis,
        path="song.ogg",
        format="vorbis",
        rate=rate,
        total_frames=0,
        timestamp="2026-01-01T00:00:00+00:00",
        **more,
    )


def test_every_key_of_the_contract(rock):
    data = _x6(rock.analysis)
    assert data.keys() >= PLAIN
    for group, names in KEYS.items():
        assert set(names.split()) <= data[group].keys(), group
    section = data["section_info"]["sections"][0]
    wanted = "section_id start_time end_time duration label confidence repeat_group energy"
    assert set(wanted.split()) <= section.keys()
    assert data["envelopes"]["rate_hz"] == 50
    assert data["beat_info"]["num_beats"] == len(rock.analysis.grid.beats) > 60


def test_there_and_back_keeps_everything(rock):
    data = _x6(rock.analysis)
    back = from_x6(json.loads(json.dumps(data, allow_nan=False)))
    assert _x6(back) == data
    assert back.duration_s == rock.analysis.duration_s
    assert [b.bar for b in back.grid.beats] == [b.bar for b in rock.analysis.grid.beats]
    assert back.phrases_s == pytest.approx(rock.analysis.phrases_s, abs=1e-6)
    for mine, other in zip(back.bands, rock.analysis.bands, strict=True):
        assert np.allclose(mine.envelope, other.envelope, atol=6e-4)
        assert mine.onsets_s == pytest.approx(other.onsets_s, abs=1e-6)


def test_what_the_ear_learned_later_goes_there_and_back(rock):
    taught = replace(
        rock.analysis,
        grid=replace(
            rock.analysis.grid,
            windows=(TrustWindow(start_s=0.0, end_s=20.0, trust=0.75),),
            compound=True,
            swing=0.62,
            source="network",
        ),
        events=(MusicEvent(kind="drop", start_s=8.5, end_s=10.5, strength=0.9),),
    )
    back = from_x6(json.loads(json.dumps(_x6(taught), allow_nan=False)))
    assert back.events == taught.events
    for name in ("windows", "compound", "swing", "source"):
        assert getattr(back.grid, name) == getattr(taught.grid, name), name
    assert [t for t, _ in back.energy_arc] == pytest.approx(
        [t for t, _ in rock.analysis.energy_arc], abs=1e-6
    )
    assert np.allclose(back.bass_envelope, rock.analysis.bass_envelope, atol=6e-4)


def test_a_file_from_before_reads_with_defaults(rock):
    data = _x6(rock.analysis)
    for group, name in (
        ("beat_info", "compound"),
        ("beat_info", "swing"),
        ("envelopes", "bass"),
    ):
        del data[group][name]
    del data["beat_info"]["grid"]["windows"], data["beat_info"]["grid"]["source"]
    del data["events"], data["energy_arc"]
    old = from_x6(data)
    assert (old.grid.windows, old.grid.compound, old.grid.swing) == ((), False, None)
    assert (old.events, old.energy_arc, len(old.bass_envelope)) == ((), (), 0)
    assert len(old.sections) == len(rock.analysis.sections)


def test_silence_goes_there_and_back_with_unknowns_null(hear):
    data = _x6(hear(np.zeros(22050 * 3)))
    assert data["beat_info"]["bpm"] is None
    assert data["key_info"]["key"] is None
    assert data["quantization_info"]["quantization_error"] is None
    assert _x6(from_x6(json.loads(json.dumps(data, allow_nan=False)))) == data


def test_overall_confidence_is_the_stated_sum(rock):
    data = _x6(rock.analysis)
    scores = data["confidence_scores"]
    assert sum(WEIGHTS.values()) == pytest.approx(1)
    total = sum(WEIGHTS[k] * scores[k] for k in WEIGHTS)
    assert data["overall_confidence"] == pytest.approx(total, abs=1e-4)


def test_quantisation_is_measured_at_the_rate(rock):
    grid = rock.analysis.grid
    exact = tuple(
        Beat(time_s=i / 2, bar=i // 4, position=i % 4 + 1, strength=1.0) for i in range(1, 60)
    )
    ideal = replace(rock.analysis, grid=replace(grid, beats=exact))
    assert _x6(ideal)["quantization_info"]["quantization_error"] == 0
    assert _x6(ideal)["quantization_info"]["total_frames"] == 960
    film = _x6(ideal, rate=Fraction(24000, 1001))["quantization_info"]
    assert 0.005 < film["quantization_error"] < 0.0157
    on = _x6(ideal, cut_frames=[0, 24, 48, 120])["quantization_info"]
    assert (on["beat_alignment_rate"], on["sync_quality"]) == (1.0, 1.0)
    off = _x6(ideal, cut_frames=[0, 27, 48, 120])["quantization_info"]
    assert off["beat_alignment_rate"] == pytest.approx(2 / 3, abs=1e-3)


def test_the_palette_answers_to_the_music(rock):
    mood = rock.analysis.mood
    calm = replace(rock.analysis, mood=replace(mood, valence=0.1, arousal=0.1))
    wild = replace(rock.analysis, mood=replace(mood, valence=0.9, arousal=0.9))
    one, two = (_x6(a)["spectral_info"]["color_palette"] for a in (calm, wild))
    assert len(one) == len(two) == 5
    assert not set(one) & set(two)


@pytest.mark.parametrize("break_it", ["drop", "kind", "list"])
def test_a_broken_file_is_named_in_one_sentence(rock, break_it):
    data = _x6(rock.analysis)
    if break_it == "drop":
        del data["beat_info"]["positions"]
    elif break_it == "kind":
        data["file_info"]["sample_rate"] = "fast"
    else:
        data["section_info"] = []
    with pytest.raises(ValidationFailed, match="no audio analysis"):
        from_x6(data)
