"""The edit leaves as OTIO with exact frames; the contact sheet shows every shot."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import opentimelineio as otio

from apex_director.video import Caption, contact_sheet, to_otio

from .pictures import board, dissolve, shot, song


def test_otio_reads_back_with_every_shot_transition_and_marker() -> None:
    storyboard = board((shot(0, 0, 50), shot(1, 50, 120, "p1", transition=dissolve(12))))
    storyboard = replace(storyboard, format=replace(storyboard.format, rate=Fraction(24000, 1001)))
    text = to_otio(storyboard, "final_video.mp4", song(5.0))
    timeline = otio.adapters.read_from_string(text, "otio_json")
    track = timeline.video_tracks()[0]
    clips = list(track.find_clips())
    assert [c.name for c in clips] == ["s000", "s001"]
    assert [c.source_range.duration.value for c in clips] == [50, 70]
    assert clips[0].media_reference.target_url == "final_video.mp4"
    assert clips[0].metadata["apex_director"]["reason"] == "because"
    assert abs(clips[0].source_range.duration.rate - 24000 / 1001) < 1e-9
    assert timeline.metadata["apex_director"]["rate"] == "24000/1001"
    dissolves = [i for i in track if isinstance(i, otio.schema.Transition)]
    assert [(t.in_offset.value, t.out_offset.value) for t in dissolves] == [(6, 6)]
    kinds = [m.metadata["apex_director"]["kind"] for m in track.markers]
    assert kinds.count("section") == 1
    assert kinds.count("downbeat") == 3
    assert track.duration().value == 120


def test_contact_sheet_holds_every_picture() -> None:
    rng = np.random.default_rng(1)
    pictures = [np.full((90, 160, 3), rng.integers(60, 250, 3), np.uint8) for _ in range(7)]
    captions = [
        *(Caption(number=f"{k}", time="0:01", section="verse", detail="wide") for k in range(6)),
        "s007  0:09  chorus\nclose up, pan",
    ]
    sheet = contact_sheet(pictures, captions, title="Song", width=1200, palette=("#ff8800",))
    assert sheet.shape[1] == 1200
    assert sheet.dtype == np.uint8
    for picture in pictures:
        same = (np.abs(sheet.astype(int) - picture[0, 0]) < 2).all(axis=2)
        assert same.sum() > 20_000
