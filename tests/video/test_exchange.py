"""The edit leaves in every format with exact frames, opens elsewhere, and comes back."""

from __future__ import annotations

import re
import warnings
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from xml.etree import ElementTree as ET

import numpy as np
import opentimelineio as otio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apex_director.cinematography.model import Storyboard, Transition, TransitionKind
from apex_director.core.errors import InputUnusable, ValidationFailed
from apex_director.core.time import timecode
from apex_director.core.timeline import Span
from apex_director.video import (
    TIMELINE_WRITERS,
    Caption,
    contact_sheet,
    cut_list,
    edited,
    read_edit,
)

from .pictures import board, dissolve, shot, song

RATES = [Fraction(24), Fraction(25), Fraction(24000, 1001), Fraction(30000, 1001)]
LENGTHS = (50, 70, 1, 333, 1786, 47, 1801)


def _board(rate: Fraction) -> Storyboard:
    edges = np.cumsum([0, *LENGTHS]).tolist()
    shots = tuple(shot(k, edges[k], edges[k + 1]) for k in range(len(LENGTHS)))
    made = board((*shots[:1], replace(shots[1], transition=dissolve(12)), *shots[2:]))
    fmt = replace(made.format, rate=rate, total_frames=edges[-1])
    return replace(made, format=fmt, title="Café & <Night>\nat = sea", artist="")


def _cut(rate: Fraction) -> tuple[Storyboard, dict[str, str]]:
    storyboard = _board(rate)
    cut = cut_list(storyboard, "final_video.mp4", song(20.0), [Span(start=60, end=90)])
    return storyboard, {name: write(cut) for name, (write, _) in TIMELINE_WRITERS.items()}


def _expected(storyboard: Storyboard) -> list[tuple[str, int, int]]:
    return [(s.shot_id, s.start, s.end) for s in storyboard.shots]


def _clips(timeline: otio.schema.Timeline, rate: Fraction) -> list[tuple[str, int, int]]:
    """Name, in and out of each clip on the track and in its source: both must be the same."""
    track = timeline.video_tracks()[0]
    out = []
    for clip in track.find_clips():
        place, source = track.range_of_child(clip), clip.source_range
        values = [place.start_time, place.end_time_exclusive()]
        assert all(abs(v.rate - float(rate)) < 1e-3 for v in values), (values, rate)
        assert all(v.value == round(v.value) for v in values)
        assert [source.start_time.value, source.duration.value] == [
            place.start_time.value,
            place.duration.value,
        ]
        out.append((clip.name, int(values[0].value), int(values[1].value)))
    return out


def _adapter(name: str, text: str, **options: object) -> otio.schema.Timeline:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = otio.adapters.read_from_string(text, name, **options)
    if isinstance(found, otio.schema.SerializableCollection):
        found = next(iter(found.find_children(descended_from_type=otio.schema.Timeline)))
    return found


@pytest.mark.parametrize("rate", RATES, ids=str)
def test_other_readers_see_every_in_and_out_point(rate: Fraction) -> None:
    storyboard, texts = _cut(rate)
    wanted = _expected(storyboard)
    assert _clips(_adapter("otio_json", texts["otio"]), rate) == wanted
    assert _clips(_adapter("cmx_3600", texts["edl"], rate=float(rate)), rate) == wanted
    assert _clips(_adapter("fcp_xml", texts["fcp7"]), rate) == wanted
    if rate.denominator == 1:  # that adapter truncates the others to whole rates
        origin = 3600 * round(rate)
        timeline = _adapter("fcpx_xml", texts["fcpxml"])
        clips = [c for c in timeline.find_clips() if c.name != "song"]
        spans = [(c.name, c.trimmed_range_in_parent()) for c in clips]
        found = [
            (name, s.start_time.value - origin, s.end_time_exclusive().value - origin)
            for name, s in spans
        ]
        assert found == wanted


@pytest.mark.parametrize("rate", RATES, ids=str)
def test_fcpxml_is_exact_by_its_own_arithmetic(rate: Fraction) -> None:
    storyboard, texts = _cut(rate)
    root = ET.fromstring(texts["fcpxml"].encode())

    def frames(text: str | None) -> Fraction:
        assert text is not None
        number = re.fullmatch(r"(\d+)(?:/(\d+))?s", text)
        assert number is not None
        return Fraction(int(number[1]), int(number[2] or 1)) * rate

    origin = 3600 * round(rate)
    sequence = root.find(".//sequence")
    assert sequence is not None
    assert frames(sequence.get("tcStart")) == origin
    assert frames(root.find(".//format").get("frameDuration")) == 1  # type: ignore[union-attr]
    clips = root.findall(".//spine/asset-clip")
    found = [
        (
            clip.get("name"),
            frames(clip.get("offset")) - origin,
            frames(clip.get("offset")) - origin + frames(clip.get("duration")),
        )
        for clip in clips
    ]
    assert found == _expected(storyboard)
    assert [frames(c.get("start")) for c in clips] == [s.start for s in storyboard.shots]
    for clip in clips:  # a marker stands inside its clip, in the clip's own time
        first, length = frames(clip.get("start")), frames(clip.get("duration"))
        marks = [frames(m.get("start")) for m in clip.findall("marker")]
        assert all(first <= m < first + length and m.denominator == 1 for m in marks)


@pytest.mark.parametrize("rate", RATES, ids=str)
@pytest.mark.parametrize("name", ["otio", "edl", "fcpxml", "fcp7"])
def test_an_untouched_edit_comes_back_as_the_same_plan(name: str, rate: Fraction) -> None:
    storyboard, texts = _cut(rate)
    suffix = "." + TIMELINE_WRITERS[name][1].rsplit(".", 1)[-1]
    again, notes = edited(storyboard, read_edit(texts[name], suffix, rate))
    assert again == storyboard
    assert notes == ()


def test_markers_of_beats_sections_and_flashes_travel() -> None:
    storyboard, texts = _cut(RATES[2])
    marks = _adapter("otio_json", texts["otio"]).video_tracks()[0].markers
    kinds = [m.metadata["apex_director"]["kind"] for m in marks]
    assert {k: kinds.count(k) for k in set(kinds)} == {
        "section": len(storyboard.sections),
        "downbeat": 10,
        "beat": 30,
        "flash": 1,
    }
    flash = next(m for m in marks if m.metadata["apex_director"]["kind"] == "flash")
    assert (flash.marked_range.start_time.value, flash.marked_range.duration.value) == (60, 30)
    fcp = _adapter("fcp_xml", texts["fcp7"])
    assert len(fcp.tracks.markers) == len(marks)
    assert texts["edl"].count("* LOC:") == len(marks)
    assert texts["fcpxml"].count("<marker ") == len(marks)
    assert "flashing" in texts["edl"]


def test_media_is_relative_and_text_is_safe() -> None:
    storyboard, texts = _cut(RATES[0])
    assert not any("file://" in text or "/home" in text for text in texts.values())
    assert texts["edl"].splitlines()[0] == "TITLE: Café & <Night> at = sea"
    named = replace(storyboard, title="=1+1", shots=storyboard.shots)
    cut = cut_list(named, "final video é.mp4", song(5.0))
    assert "final%20video%20%C3%A9.mp4" in TIMELINE_WRITERS["fcpxml"][0](cut)
    event = replace(cut.events[0], comment="=HYPERLINK(1)")
    table = TIMELINE_WRITERS["csv"][0](replace(cut, events=(event,)))
    assert ",'=HYPERLINK(1)" in table
    fast = replace(cut, rate=Fraction(120))
    with pytest.raises(ValidationFailed, match="count 120"):
        TIMELINE_WRITERS["edl"][0](fast)


def test_cuts_moved_in_an_editor_come_back() -> None:
    storyboard, texts = _cut(RATES[2])
    timeline = _adapter("otio_json", texts["otio"])
    track = timeline.video_tracks()[0]
    rate = float(RATES[2])
    first, second, third = list(track.find_clips())[:3]
    track.remove(third)  # a shot of one frame is dropped
    grown = otio.opentime.TimeRange(
        first.source_range.start_time, otio.opentime.RationalTime(60, rate)
    )
    first.source_range = grown
    shrunk = otio.opentime.RationalTime(61, rate)
    second.source_range = otio.opentime.TimeRange(second.source_range.start_time, shrunk)
    text = otio.adapters.write_to_string(timeline, "otio_json")
    again, notes = edited(storyboard, read_edit(text, ".otio", RATES[2]))
    assert [(s.shot_id, s.start, s.end) for s in again.shots[:3]] == [
        ("s000", 0, 60),
        ("s001", 60, 121),
        ("s003", 121, 454),
    ]
    assert again.shots[1].transition == storyboard.shots[1].transition
    assert again.shots[-1].end == storyboard.format.total_frames
    assert "left out: s002" in notes


def test_an_editors_edl_with_dissolve_reorder_and_reuse() -> None:
    storyboard = _board(Fraction(25))
    lines = ["TITLE: x", "FCM: NON-DROP FRAME"]

    def row(number: int, kind: str, source: tuple[int, int], record: tuple[int, int]) -> str:
        times = [*source, *(90000 + f for f in record)]
        shown = " ".join(timecode(t, Fraction(25)) for t in times)
        return f"{number:03d}  AX       V     {kind} {shown}"

    lines += [row(1, "C   ", (50, 150), (0, 100)), "* FROM CLIP NAME: s001"]
    lines += [row(2, "C   ", (150, 150), (100, 100)), row(2, "D 020", (0, 120), (100, 220))]
    lines += ["* FROM CLIP NAME: s001", "* TO CLIP NAME: s000"]
    lines += [row(3, "C   ", (60, 4000), (220, 4088)), "* FROM CLIP NAME: s001"]
    again, _ = edited(storyboard, read_edit("\n".join(lines), ".edl", Fraction(25)))
    found = [(s.shot_id, s.start, s.end) for s in again.shots]
    assert found == [("s001", 0, 110), ("s000", 110, 220), ("s001-2", 220, 4088)]
    assert again.shots[1].transition == Transition(
        kind=TransitionKind.CROSSFADE, frames=20, curve="sine"
    )
    assert again.shots[2].transition == Transition()


def test_a_clip_of_another_name_is_told() -> None:
    storyboard, texts = _cut(RATES[0])
    text = texts["edl"].replace("FROM CLIP NAME: s003", "FROM CLIP NAME: b-roll")
    again, notes = edited(storyboard, read_edit(text, ".edl", RATES[0]))
    assert again == storyboard
    assert notes == ("'b-roll' is no shot; taken as s003, which it shows",)


def test_drop_frame_timecode_is_counted_as_frames() -> None:
    text = "FCM: DROP FRAME\n001  AX  V  C  00:00:00;00 00:01:00;02 01:00:00;00 01:01:00;02\n"
    edit = read_edit(text, ".edl", Fraction(30000, 1001))
    assert (edit.cuts[0].start, edit.cuts[0].end) == (0, 1800)


@pytest.mark.parametrize(
    ("text", "suffix", "message"),
    [
        ("hello", ".mov", "no timeline we read"),
        ("hello", ".otio", "no OpenTimelineIO"),
        ("hello", ".fcpxml", "no XML"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><xmeml/>', ".xml", "entities"),
        ("<xmeml/>", ".xml", "no sequence"),
        ("TITLE: x", ".edl", "no clip"),
        ("001 AX V C 00:00:00:00 00:00:02:30 01:00:00:00 01:00:02:30", ".edl", "no timecode"),
    ],
)
def test_what_cannot_be_read_is_told(text: str, suffix: str, message: str) -> None:
    with pytest.raises(InputUnusable, match=message):
        read_edit(text, suffix, Fraction(24), where="cut")


def test_an_edit_at_another_rate_is_refused() -> None:
    _, texts = _cut(Fraction(24))
    for name in ("otio", "fcpxml", "fcp7"):
        suffix = "." + TIMELINE_WRITERS[name][1].rsplit(".", 1)[-1]
        with pytest.raises(InputUnusable, match="24 frames a second"):
            read_edit(texts[name], suffix, Fraction(24000, 1001))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whatever_comes_back_covers_the_song_once(data: st.DataObject) -> None:
    """Clips cut, moved and dropped at random still give a plan without gaps or overlaps."""
    storyboard = _board(Fraction(24))
    total = storyboard.format.total_frames
    edges = sorted(data.draw(st.sets(st.integers(0, total + 50), min_size=2, max_size=9)))
    names = [s.shot_id for s in storyboard.shots]
    lines = []
    for number, (a, b) in enumerate(pairwise(edges), start=1):
        if data.draw(st.booleans()) or number == 1:
            times = [0, b - a, 86400 + a, 86400 + b]
            shown = " ".join(timecode(t, Fraction(24)) for t in times)
            lines += [f"{number:03d}  AX  V  C  {shown}"]
            lines += [f"* FROM CLIP NAME: {data.draw(st.sampled_from(names))}"]
    again, _ = edited(storyboard, read_edit("\n".join(lines), ".edl", Fraction(24)))
    at = 0
    for one in again.shots:
        assert one.start == at
        assert one.end > one.start
        at = one.end
    assert at == total
    assert len({s.shot_id for s in again.shots}) == len(again.shots)
    assert {s.picture_id for s in again.shots} == {p.picture_id for p in again.pictures}


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
