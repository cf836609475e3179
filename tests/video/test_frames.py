"""Frames depend on their absolute number alone; the last pass writes legal BT.709 pictures."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from apex_director.cinematography.model import (
    CameraMove,
    Grade,
    Storyboard,
    TitleCard,
    TransitionKind,
)
from apex_director.core.errors import AssemblyError
from apex_director.images.model import Layer, Scene
from apex_director.video import Segment, plan_segments, render_segment, still
from apex_director.video.grading import apply_cdl
from apex_director.video.model import Part

from .pictures import Frames, board, dissolve, scene, shot, shot_segment, song

W, H = 160, 90
PLAIN = Grade(vignette=0.0, grain=0.0, bloom=0.0)


def small() -> tuple[Storyboard, dict[str, Scene]]:
    storyboard = board(
        (
            shot(0, 0, 24, "p0"),
            shot(1, 24, 48, "p1", CameraMove.HANDHELD, dissolve(8)),
        ),
        W,
        H,
        titles=(TitleCard(start=2, end=40, text="Lake", subtext="Someone"),),
    )
    return storyboard, {"p0": scene(W, H, 1), "p1": scene(W, H, 2)}


def shown(
    storyboard: Storyboard, segment: Segment, scenes: dict[str, Scene], **more: object
) -> list[bytes]:
    width, height = storyboard.format.width, storyboard.format.height
    sink = Frames(width, height)
    render_segment(storyboard, segment, scenes, song(8.0), sink, **more)  # type: ignore[arg-type]
    return sink.kept


def luma(frame: bytes, width: int = W, height: int = H) -> np.ndarray:
    return np.frombuffer(frame, np.uint8)[: width * height].reshape(height, width)


def cut_at(segment: Segment, frame: int) -> tuple[Segment, Segment]:
    """The same frames in two segments."""
    halves = []
    for start, end in ((segment.start, frame), (frame, segment.end)):
        parts = tuple(
            Part(
                shot=p.shot,
                shot_id=p.shot_id,
                picture_id=p.picture_id,
                start=max(p.start, start),
                end=min(p.end, end),
            )
            for p in segment.parts
            if p.start < end and p.end > start
        )
        halves.append(replace(segment, start=start, end=end, parts=parts))
    return halves[0], halves[1]


def test_pixels_do_not_depend_on_segment_boundaries() -> None:
    storyboard, scenes = small()
    first, second = (shot_segment(storyboard, number) for number in (0, 1))
    assert (first.end, second.start) == (20, 20)
    for segment, cut in ((first, 7), (second, 23), (second, 40)):
        left, right = cut_at(segment, cut)
        # A piece that begins in the middle of a dissolve still needs both pictures.
        if segment.transition and cut < segment.transition.end:
            right = replace(right, parts=segment.parts)
        pieces = shown(storyboard, left, scenes) + shown(storyboard, right, scenes)
        assert pieces == shown(storyboard, segment, scenes)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    storyboard, scenes = small()
    segment = shot_segment(storyboard, 1)
    assert shown(storyboard, segment, scenes) == shown(storyboard, segment, scenes)
    other = replace(storyboard, seed=99)
    assert shown(other, segment, scenes)[-1] != shown(storyboard, segment, scenes)[-1]


def test_a_key_that_holds_means_pixels_that_hold() -> None:
    """Words and the video's length beyond the last frames' fade change no pixel."""
    storyboard, scenes = small()
    segment = plan_segments(storyboard)[0]
    other = replace(storyboard, title="Other", logline="Other", grid_verdict="loose")
    assert shown(other, segment, scenes) == shown(storyboard, segment, scenes)


def test_a_dissolve_goes_from_one_picture_to_the_other() -> None:
    dark, bright = flat(30), flat(200)
    storyboard = board(
        (shot(0, 0, 30, "p0"), shot(1, 30, 90, "p1", transition=dissolve(10))), W, H, grade=PLAIN
    )
    segment = shot_segment(storyboard, 1)
    means = [luma(f).mean() for f in shown(storyboard, segment, {"p0": dark, "p1": bright})][:30]
    assert means[0] < 50
    assert means[11] > 180
    assert all(b >= a - 0.5 for a, b in pairwise(means[:11]))
    assert abs((means[4] + means[5]) / 2 - (means[0] + means[11]) / 2) < 12


def test_dips_reach_black_and_never_flash_white() -> None:
    for kind in (TransitionKind.DIP_TO_BLACK, TransitionKind.DIP_TO_WHITE):
        storyboard = board(
            (shot(0, 0, 30, "p0"), shot(1, 30, 90, "p1", transition=dissolve(24, kind))),
            W,
            H,
            grade=PLAIN,
        )
        segment = shot_segment(storyboard, 1)
        scenes = {"p0": flat(100), "p1": flat(110)}
        means = [luma(f).mean() for f in shown(storyboard, segment, scenes)][:40]
        if kind is TransitionKind.DIP_TO_BLACK:
            assert min(means) < 20
        else:
            assert 150 < max(means) < 200
            assert max(np.abs(np.diff(means))) < 22
        calm = [luma(f).mean() for f in shown(storyboard, segment, scenes, tame=1.0)][:40]
        assert max(calm) <= max(means)


def test_the_video_goes_out_at_its_end() -> None:
    storyboard, scenes = small()
    last = shown(storyboard, plan_segments(storyboard)[-1], scenes)
    assert luma(last[-1]).mean() < 20
    assert luma(last[-12]).mean() > 40


def test_taming_calms_what_the_music_does() -> None:
    storyboard, scenes = small()
    storyboard = replace(storyboard, grade=PLAIN, titles=())
    segment = plan_segments(storyboard)[0]

    def unrest(tame: float) -> float:
        frames = shown(storyboard, segment, scenes, tame=tame)
        sun = [luma(f)[18:36, 90:112].astype(float).mean() for f in frames]
        return float(np.abs(np.diff(sun, n=2)).sum())

    assert unrest(1.0) < 0.8 * unrest(0.0)


def flat(value: int, color: tuple[float, float, float] = (1, 1, 1)) -> Scene:
    rgba = np.empty((114, 200, 4), np.uint8)
    rgba[..., :3] = np.round(value * np.asarray(color))
    rgba[..., 3] = 255
    layer = Layer(name="flat", rgba=rgba, parallax=0.0)
    return Scene(family="test", width=W, height=H, overscan=1.25, layers=(layer,))


@pytest.mark.parametrize("color", [(1, 1, 1), (1, 0, 0), (0, 1, 0), (0, 0, 1), (0.5, 0.25, 0.75)])
def test_colour_is_limited_range_bt709(color: tuple[float, float, float]) -> None:
    storyboard = board((shot(0, 0, 48, "p0"),), W, H, grade=PLAIN)
    frame = np.frombuffer(
        shown(storyboard, plan_segments(storyboard)[0], {"p0": flat(255, color)})[2], np.uint8
    )
    r, g, b = np.round(255 * np.asarray(color)) / 255
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    wanted = (16 + 219 * y, 128 + 224 * (b - y) / 1.8556, 128 + 224 * (r - y) / 1.5748)
    planes = frame[: W * H], frame[W * H : W * H * 5 // 4], frame[W * H * 5 // 4 :]
    for plane, value in zip(planes, wanted, strict=True):
        assert abs(plane.astype(float).mean() - value) < 0.8
        assert plane.std() < 0.6


def test_grain_is_fine_and_differs_from_frame_to_frame() -> None:
    storyboard = board((shot(0, 0, 48, "p0"),), W, H, grade=replace(PLAIN, grain=1.0))
    frames = shown(storyboard, plan_segments(storyboard)[0], {"p0": flat(120)})
    a, b = luma(frames[3]).astype(float), luma(frames[4]).astype(float)
    assert 1.2 < a.std() < 1.7
    assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 0.1


def test_a_padded_plane_is_written_line_by_line() -> None:
    storyboard, scenes = small()

    class Padded(Frames):
        def __init__(self) -> None:
            super().__init__(W, H)
            self.whole = [np.full((n, 256), 7, np.uint8) for n in (H, H // 2, H // 2)]
            self._y, self._u, self._v = (
                self.whole[0][:, :W],
                self.whole[1][:, : W // 2],
                self.whole[2][:, : W // 2],
            )

    sink = Padded()
    segment = plan_segments(storyboard)[0]
    render_segment(storyboard, segment, scenes, song(8.0), sink)
    assert sink.kept == shown(storyboard, segment, scenes)
    assert (sink.whole[0][:, W:] == 7).all()


def test_cdl_leaves_its_input_alone_and_follows_the_formula() -> None:
    picture = np.full((2, 2, 3), 0.5)
    kept = picture.copy()
    grade = Grade(slope=(1.2, 1.0, 0.8), offset=(0.05, 0, 0), power=(1.1, 1, 0.9), saturation=1.0)
    graded = apply_cdl(picture, grade)
    assert (picture == kept).all()
    assert np.allclose(graded[0, 0], [0.65**1.1, 0.5, 0.4**0.9])
    grey = apply_cdl(picture * [1, 0.5, 0.2], replace(grade, saturation=0.0))
    assert np.allclose(grey.std(axis=-1), 0)


def test_a_still_agrees_with_the_film() -> None:
    made = scene(W, H, 1, rich=False)
    picture = still(made, PLAIN, W, H)
    assert picture.shape == (H, W, 3)
    assert picture.dtype == np.uint8
    storyboard = board((shot(0, 0, 48, "p0", CameraMove.STATIC),), W, H, grade=PLAIN)
    frame = luma(shown(storyboard, plan_segments(storyboard)[0], {"p0": made})[5])
    weights = picture.astype(float) @ [0.2126, 0.7152, 0.0722] / 255 * 219 + 16
    assert abs(weights.mean() - frame.mean()) < 3.0


def test_missing_pictures_and_wrong_planes_are_named() -> None:
    storyboard, scenes = small()
    segment = plan_segments(storyboard)[0]
    with pytest.raises(AssemblyError, match="p0"):
        render_segment(storyboard, segment, {}, song(), Frames(W, H))
    with pytest.raises(AssemblyError, match="160x90"):
        render_segment(storyboard, segment, scenes, song(), Frames(W, H + 2))
