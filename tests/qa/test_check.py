"""The whole check: a good master passes, each fault is found by its own check."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

import numpy as np
import pytest

from apex_director.qa import check_master, measure_sync, report_to_json
from apex_director.qa.model import Check, MasterFacts, Report

from .pictures import RATE, Clip, Planes, grey, pan, planes, strobe

FRAMES = 240
BEATS = tuple(i * 0.5 for i in range(21))
GOOD = MasterFacts(
    rate=RATE,
    width=320,
    height=180,
    expected_frames=FRAMES,
    song_duration_s=10.0,
    container_frames=FRAMES,
    video_codec="h264",
    pix_fmt="yuv420p",
    color_range="tv",
    color_space="bt709",
    color_primaries="bt709",
    color_trc="bt709",
    video_duration_s=10.0,
    audio_codec="mp3",
    audio_channels=2,
    audio_duration_s=10.0,
    audio_copied=True,
    cuts=(0, 24, 48, 96, 144),
    beats_s=BEATS,
    downbeats_s=BEATS[::4],
    grid_verdict="firm",
    song_lufs=-9.0,
    master_lufs=-9.02,
    song_peak_dbtp=0.4,
    master_peak_dbtp=0.5,
)


@lru_cache(maxsize=1)
def panning() -> list[Planes]:
    return list(planes(pan(3), FRAMES))


def checked(clip: Clip, facts: MasterFacts = GOOD, frames: int = FRAMES) -> Report:
    return check_master(planes(clip, frames), facts)


def found(report: Report, name: str) -> Check:
    (check,) = (c for c in report.checks if c.id == name)
    return check


def test_a_good_master_passes() -> None:
    seen: list[tuple[int, int]] = []
    report = check_master(panning(), GOOD, lambda *now: seen.append(now))
    assert report.verdict == "pass", [c for c in report.checks if c.verdict != "pass"]
    assert report.overall_quality_score == 1.0
    assert seen[0][1] == FRAMES
    assert len(seen) == 20


@pytest.mark.parametrize(
    ("name", "change", "verdict"),
    [
        ("duration", {"song_duration_s": 10.06}, "block"),
        ("duration", {"container_frames": 239}, "block"),
        ("duration", {"audio_duration_s": 9.9}, "block"),
        ("streams", {"color_space": ""}, "block"),
        ("streams", {"audio_codec": ""}, "block"),
        ("sync", {"beats_s": tuple(b + 0.1 for b in BEATS)}, "block"),
        ("sync", {"beats_s": tuple(b + 0.1 for b in BEATS), "grid_verdict": "loose"}, "warn"),
        ("sync", {"cuts": (24, 48, 96, 115)}, "warn"),
        ("loudness_unchanged", {"master_lufs": -9.8}, "warn"),
        ("loudness_unchanged", {"master_lufs": -14.0}, "block"),
        ("loudness_unchanged", {"master_lufs": None}, "block"),
        ("true_peak", {"master_peak_dbtp": 2.5}, "warn"),
    ],
)
def test_each_fault_is_found_by_its_check(name: str, change: dict, verdict: str) -> None:
    report = check_master(panning(), replace(GOOD, **change))
    assert found(report, name).verdict == verdict
    assert [c.id for c in report.checks if c.verdict != "pass"] == [name]
    assert report.verdict == verdict
    assert report.overall_quality_score < 1.0


def test_a_song_without_a_beat_or_sound_is_not_blamed() -> None:
    facts = replace(GOOD, grid_verdict="none", beats_s=(), song_lufs=None, master_lufs=None)
    assert check_master(panning(), facts).verdict == "pass"


@pytest.mark.parametrize(
    ("name", "clip", "verdict"),
    [
        ("flashes", lambda i: strobe(4)(i) if i > 120 else pan(3)(i), "block"),
        ("black", lambda i: grey(0) if 100 <= i < 160 else pan(3)(i), "block"),
        ("black", lambda i: grey(0) if 100 <= i < 130 else pan(3)(i), "warn"),
        ("freeze", lambda i: pan(3)(min(i, 80)), "block"),
        ("motion", lambda i: pan(3)(40 * (i // 24)), "block"),
    ],
)
def test_faults_of_the_picture_are_found_and_placed(name: str, clip: Clip, verdict: str) -> None:
    report = checked(clip)
    check = found(report, name)
    assert check.verdict == verdict
    assert report.verdict == "block" if verdict == "block" else "warn"
    if name != "motion":
        assert "frames" in check.where[0]


def test_fades_at_both_ends_are_no_fault() -> None:
    def clip(i: int) -> np.ndarray:
        gain = min(1.0, i / 40, (FRAMES - 1 - i) / 40)
        return (pan(3)(i) * gain).astype(np.uint8)

    assert found(checked(clip), "black").verdict == "pass"


def test_sync_is_measured_in_frames() -> None:
    sync = measure_sync([0, 12, 25, 48], BEATS, BEATS[::4], Fraction(24))
    assert sync.median_frames == 0.0
    assert sync.worst_frames == 1.0
    assert sync.within_one_frame == 1.0
    assert sync.downbeat_share == pytest.approx(1 / 3)
    assert sync.p95_ms == pytest.approx(0.9 * 1000 / 24)
    assert measure_sync([], BEATS, (), Fraction(24)).median_frames is None


def test_the_report_has_the_promised_shape() -> None:
    report = report_to_json(checked(strobe(4), replace(GOOD, expected_frames=40), 40))
    assert json.loads(json.dumps(report)) == report
    assert list(report) == ["verdict", "overall_quality_score", "checks", "sync"]
    keys = ["id", "measured", "limit", "unit", "verdict", "reason", "where"]
    assert all(list(check) == keys for check in report["checks"])
    assert list(report["sync"]) == [
        "median_frames",
        "worst_frames",
        "p95_ms",
        "within_one_frame",
        "downbeat_share",
        "measured_against",
        "cuts",
        "median_ms",
        "worst_ms",
        "p95_frames",
        "phrase_share",
        "phrase_median_ms",
        "section_changes",
        "section_hits",
        "section_near",
        "accents",
        "accent_hits",
        "cuts_on_accents",
        "drops",
        "drop_hits",
        "transitions",
        "transitions_on_beat",
        "score",
        "grade",
        "summary",
    ]
