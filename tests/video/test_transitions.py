"""Transitions: centred on the beat, smooth, true to their names, safe, the same from anywhere."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apex_director.cinematography.model import (
    CameraMove,
    Framing,
    Grade,
    Storyboard,
    Transition,
    TransitionKind,
)
from apex_director.core.color import srgb_to_linear
from apex_director.images.model import Layer, Scene
from apex_director.qa import FlashMeter
from apex_director.video import Segment, analysis_slice, plan_segments, render_segment, segment_key
from apex_director.video.blur import smeared, swept
from apex_director.video.camera import layer_view, move_path
from apex_director.video.frames import room_of
from apex_director.video.leak import leaked, make_leak
from apex_director.video.matching import Take, matched
from apex_director.video.model import Part, TransitionSpan
from apex_director.video.segments import transition_spans
from apex_director.video.transitions import CURVES, DIPS, mix_at, swing
from apex_director.video.wipes import brightness_order, wiped

from .pictures import Frames, board, scene, shot, shot_segment, song

W, H = 160, 90
PLAIN = Grade(vignette=0.0, grain=0.0, bloom=0.0)
NEW = tuple(
    k
    for k in TransitionKind
    if k not in DIPS and k not in (TransitionKind.CUT, TransitionKind.CROSSFADE)
)
MELTING = tuple(k for k in TransitionKind if k not in DIPS and k is not TransitionKind.CUT)


def flat(value: int, width: int = W, height: int = H) -> Scene:
    rgba = np.full((round(height * 1.25), round(width * 1.25), 4), value, np.uint8)
    rgba[..., 3] = 255
    layer = Layer(name="flat", rgba=rgba, parallax=0.0)
    return Scene(family="test", width=width, height=height, overscan=1.25, layers=(layer,))


def two(
    kind: TransitionKind, frames: int = 12, curve: str = "ease_in_out", **changes: object
) -> Storyboard:
    into = Transition(kind=kind, frames=frames, curve=curve)
    shots = (shot(0, 0, 30, "p0"), shot(1, 30, 80, "p1", CameraMove.TRUCK, into))
    values: dict[str, object] = {"grade": PLAIN, "reactivity": 0.5, **changes}
    return board(shots, W, H, **values)


def shown(
    storyboard: Storyboard, segment: Segment, scenes: dict[str, Scene], **more: object
) -> list[bytes]:
    sink = Frames(storyboard.format.width, storyboard.format.height)
    render_segment(storyboard, segment, scenes, song(8.0), sink, **more)  # type: ignore[arg-type]
    return sink.kept


def luma(frame: bytes) -> np.ndarray:
    return np.frombuffer(frame, np.uint8)[: W * H].reshape(H, W).astype(np.float64)


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from([k for k in TransitionKind if k is not TransitionKind.CUT]),
    curve=st.sampled_from(CURVES),
    frames=st.integers(2, 90),
    lengths=st.tuples(st.integers(2, 120), st.integers(2, 120)),
)
def test_equal_shares_lie_in_the_frame_of_the_cut(
    kind: TransitionKind, curve: str, frames: int, lengths: tuple[int, int]
) -> None:
    into = Transition(kind=kind, frames=frames, curve=curve)
    cut = lengths[0]
    shots = (shot(0, 0, cut, "p0"), shot(1, cut, cut + lengths[1], "p1", transition=into))
    span = transition_spans(board(shots))[1]
    if span is None:
        return
    assert span.start <= cut < span.end
    mixes = [mix_at(span, f, 24.0) for f in range(span.start, span.end)]
    old = [1.0, *(m.outgoing for m in mixes), 0.0]
    assert all(a >= b - 1e-12 for a, b in pairwise(old))
    if kind in DIPS:
        depth = [m.black + m.white for m in mixes]
        assert abs(int(np.argmax(depth)) + span.start - cut) <= 1
    at = cut - span.start + 1  # of the cut's own frame in `old`
    assert old[at - 1] >= 0.5 - 1e-9
    assert old[min(at + 1, len(old) - 1)] <= 0.5 + 1e-9


@pytest.mark.parametrize("kind", MELTING)
@pytest.mark.parametrize("curve", ["ease_in_out", "ease_in"])
def test_half_of_the_light_has_changed_on_the_beat(kind: TransitionKind, curve: str) -> None:
    storyboard = two(kind, 12, curve, palette=("#000000",))
    segment = shot_segment(storyboard, 1)
    assert segment.transition is not None
    scenes = {"p0": flat(40), "p1": flat(200)}
    if kind is TransitionKind.LIGHT_LEAK:  # its own light comes on top
        storyboard = replace(storyboard, palette=())
        means = [luma(f).mean() for f in shown(storyboard, segment, scenes, tame=1.0)]
    else:
        means = [luma(f).mean() for f in shown(storyboard, segment, scenes)]
    middle = 0.5 * (means[0] + means[30])
    crossed = next(i for i, m in enumerate(means) if m > middle) + segment.start
    assert 30 <= crossed <= 31
    assert all(b >= a - 0.6 for a, b in pairwise(means[: segment.transition.frames + 2]))


def cut_at(segment: Segment, frame: int) -> tuple[Segment, Segment]:
    halves = []
    for start, end in ((segment.start, frame), (frame, segment.end)):
        parts = tuple(
            Part(
                shot=p.shot,
                shot_id=p.shot_id,
                picture_id=p.picture_id,
                start=start,
                end=end,
            )
            for p in segment.parts
        )
        halves.append(replace(segment, start=start, end=end, parts=parts))
    return halves[0], halves[1]


@pytest.mark.parametrize("kind", NEW)
def test_a_transition_is_the_same_wherever_a_segment_begins(kind: TransitionKind) -> None:
    storyboard = two(kind)
    scenes = {"p0": scene(W, H, 1, rich=False), "p1": scene(W, H, 2, rich=False)}
    segment = replace(shot_segment(storyboard, 1), end=40)
    whole = shown(storyboard, segment, scenes)
    left, right = cut_at(segment, 29)
    assert shown(storyboard, left, scenes) + shown(storyboard, right, scenes) == whole
    assert len(set(whole)) == len(whole)


def test_a_key_knows_what_a_transition_is_made_of() -> None:
    def key(storyboard: Storyboard) -> str:
        segment = shot_segment(storyboard, 1)
        heard = analysis_slice(storyboard, segment, song(8.0))
        return segment_key(storyboard, segment, {"p0": "a", "p1": "b"}, heard)

    keys = [key(two(kind)) for kind in TransitionKind]
    keys += [key(two(TransitionKind.WIPE_UP, 10)), key(two(TransitionKind.WIPE_UP, 12, "sine"))]
    assert len(set(keys)) == len(keys)
    other = ("#102030", "#f0e0d0")
    leak, wipe = TransitionKind.LIGHT_LEAK, TransitionKind.LUMA_WIPE
    assert key(two(leak)) != key(two(leak, palette=other))
    assert key(two(wipe)) == key(two(wipe, palette=other))


# --- whip pan


def test_a_whip_gathers_speed_passes_the_cut_fastest_and_comes_to_rest() -> None:
    way = np.array([swing(t) for t in np.linspace(0, 1, 241)])
    speed, push = np.diff(way), np.diff(way, n=2)
    assert abs(way[120] - 0.5) < 1e-12
    assert abs(int(np.argmax(speed)) - 119.5) <= 1
    assert max(speed[0], speed[-1]) < 1e-5
    assert np.abs(push).max() < 0.03 * speed.max()  # no jerk, at the seam either


def packed(rgb: np.ndarray) -> np.ndarray:
    rgba = np.concatenate([rgb, np.full((*rgb.shape[:2], 1), 255, np.uint8)], axis=2)
    return np.ascontiguousarray(rgba).view(np.uint32)[..., 0]


def line_smeared(length: float) -> np.ndarray:
    """Linear light of a bright line after a smear [shape=(width,)]."""
    rgb = np.zeros((8, 400, 3), np.uint8)
    rgb[:, 200] = 255
    frame, light = packed(rgb), np.zeros((3, 1, 50), np.float32)
    smeared(frame, light, length / 400)
    red = (frame & 255).astype(np.float64)
    return np.asarray(srgb_to_linear(red.mean(axis=0) / 255))


def test_a_smear_keeps_the_light_and_leaves_one_trail() -> None:
    for length in (7.5, 30.0, 61.25):
        trail = line_smeared(length)
        assert abs(trail.sum() - 1.0) < 0.06
        lit = np.flatnonzero(trail > 0.4 / length)
        assert len(lit) == lit[-1] - lit[0] + 1  # no copies: one unbroken run
        assert abs(len(lit) - length) <= 1.5
        inside = trail[lit[2:-2]]
        assert inside.std() < 0.12 * inside.mean()


def test_the_strip_moves_between_pixels() -> None:
    x = np.arange(300)
    bump = np.round(20 + 200 * np.exp(-((x - 150) ** 2) / (2 * 9.0**2))).astype(np.uint8)
    rgb = np.repeat(np.broadcast_to(bump, (8, 300))[..., None], 3, axis=2)
    places = []
    for shift in np.arange(0.0, 2.01, 0.25):
        frame, light = packed(rgb.copy()), np.zeros((3, 1, 38), np.float32)
        swept(frame, frame.copy(), light, light, swing=shift / 300, smear=0.02, way=3.0, sign=1)
        level = np.maximum((frame & 255).astype(np.float64).mean(axis=0) - 30, 0)
        places.append((level * x).sum() / level.sum())
    steps = np.diff(places)
    assert np.abs(steps + 0.25).max() < 0.03


@pytest.mark.parametrize("sign", [1, -1])
def test_the_old_shot_leaves_on_one_side_and_the_new_comes_from_the_other(sign: int) -> None:
    storyboard = two(TransitionKind.WHIP_PAN, 16)
    incoming = replace(storyboard.shots[1], move_direction=sign)
    storyboard = replace(storyboard, shots=(storyboard.shots[0], incoming))
    segment = shot_segment(storyboard, 1)
    frames = [luma(f) for f in shown(storyboard, segment, {"p0": flat(30), "p1": flat(220)})][:16]
    sides = [f[:, :40].mean() - f[:, -40:].mean() for f in frames]
    assert max(np.array(sides) * -sign) > 60
    assert min(np.array(sides) * -sign) > -2


# --- match dissolve


def subject_scene(x: float, y: float) -> Scene:
    made = scene(W, H, 3, rich=False)
    return replace(made, subject=(x, y))


@pytest.mark.parametrize(
    ("framings", "places"),
    [
        ((1.5, 1.6), ((0.45, 0.55), (0.55, 0.5))),
        ((1.76, 1.4), ((0.6, 0.6), (0.5, 0.5))),
    ],
)
def test_a_match_keeps_both_subjects_in_one_place(
    framings: tuple[float, float], places: tuple[tuple[float, float], tuple[float, float]]
) -> None:
    storyboard = two(TransitionKind.MATCH_DISSOLVE, 16, reactivity=0.0)
    shots = tuple(
        replace(s, framing=Framing(scale=scale, aim=1.0))
        for s, scale in zip(storyboard.shots, framings, strict=True)
    )
    storyboard = replace(storyboard, shots=shots)
    segment = shot_segment(storyboard, 1)
    scenes = {f"p{k}": subject_scene(*place) for k, place in enumerate(places)}
    room = room_of(storyboard, segment, scenes, song(8.0))
    natural = room_of(
        storyboard,
        replace(segment, transition=None),
        scenes,
        song(8.0),
    )
    span = segment.transition
    assert span is not None
    seen = np.array(
        [[_seen(room.takes[k], f, places[k]) for k in (0, 1)] for f in range(span.start, span.end)]
    )
    apart = np.abs(seen[:, 0, :2] - seen[:, 1, :2]).max(axis=1)
    assert apart[3:-3].max() < 0.02  # of the frame, while both are seen
    growth = np.diff(np.log(seen[:, :, 2]), axis=0)
    assert np.abs(growth[2:-2, 0] - growth[2:-2, 1]).max() < 0.01
    assert np.abs(np.diff(seen, n=2, axis=0)).max() < 0.012  # eased, no jerk
    for k, edge in ((0, span.start), (1, span.end - 1)):
        own = np.array(_seen(natural.takes[k], edge, places[k]))
        assert np.abs(own - _seen(room.takes[k], edge, places[k])).max() < 0.012


def _seen(take: object, frame: int, place: tuple[float, float]) -> tuple[float, float, float]:
    """Where in the frame the subject stands, and how near it is."""
    path, row = take.path, take.row(frame)  # type: ignore[attr-defined]
    zoom, x, y = layer_view(path, row, 1.0)
    return 0.5 + (place[0] - x) * zoom, 0.5 + (place[1] - y) * zoom, zoom


@settings(max_examples=60, deadline=None)
@given(
    places=st.tuples(*[st.floats(0.0, 1.0)] * 4),
    moves=st.tuples(st.sampled_from(list(CameraMove)), st.sampled_from(list(CameraMove))),
    windows=st.tuples(st.floats(0.5, 1.0), st.floats(0.5, 1.0)),
)
def test_a_match_never_shows_a_border(
    places: tuple[float, float, float, float],
    moves: tuple[CameraMove, CameraMove],
    windows: tuple[float, float],
) -> None:
    depths = (0.0, 0.9, 1.3)
    takes = [
        Take(
            path=move_path((move,), 14, Fraction(24), parallaxes=depths),
            subject=places[2 * k : 2 * k + 2],
            parallaxes=depths,
            window=windows,
        )
        for k, move in enumerate(moves)
    ]
    for path in matched(takes[0], takes[1], 0, np.linspace(0.03, 0.97, 14)):
        for row in range(14):
            for depth in depths:
                zoom, x, y = layer_view(path, row, depth)
                for at, window in ((x, windows[0]), (y, windows[1])):
                    assert 0.5 * window / zoom <= at <= 1 - 0.5 * window / zoom


# --- wipes


@pytest.mark.parametrize(
    ("kind", "axis", "way"),
    [
        (TransitionKind.WIPE_LEFT, 1, -1),
        (TransitionKind.WIPE_RIGHT, 1, 1),
        (TransitionKind.WIPE_UP, 0, -1),
        (TransitionKind.WIPE_DOWN, 0, 1),
    ],
)
def test_the_edge_travels_where_its_name_says(kind: TransitionKind, axis: int, way: int) -> None:
    old, new = np.zeros((180, 320, 3), np.uint8), np.full((180, 320, 3), 255, np.uint8)
    light, edges, widths = np.zeros((3, 23, 40), np.float32), [], []
    for share in (0.75, 0.5, 0.25):
        frame = packed(new)
        wiped(kind, share, frame, packed(old), light, light)
        profile = (frame & 255).astype(np.float64).mean(axis=1 - axis)
        if way < 0:
            profile = profile[::-1]
        edges.append(float(profile.sum() / 255))
        widths.append(int(((profile > 2) & (profile < 253)).sum()))
    size = (180, 320)[axis]
    wanted = np.array([0.25, 0.5, 0.75]) * (size + 0.035 * 320) - 0.5 * 0.035 * 320
    assert np.abs(np.array(edges) - wanted).max() < 1.0
    assert all(0.02 * 320 <= w <= 0.04 * 320 for w in widths)


def test_the_light_parts_give_way_first_and_without_blocks() -> None:
    storyboard = two(TransitionKind.LUMA_WIPE, 24)
    x = np.linspace(0, 1, 200)[None, :, None]
    ramp = np.round(30 + 200 * np.broadcast_to(x, (114, 200, 3))).astype(np.uint8)
    rgba = np.concatenate([ramp, np.full((114, 200, 1), 255, np.uint8)], axis=2)
    layer = Layer(name="ramp", rgba=rgba, parallax=0.0)
    light = Scene(family="test", width=W, height=H, overscan=1.25, layers=(layer,))
    frames = shown(storyboard, shot_segment(storyboard, 1), {"p0": light, "p1": flat(0)})
    early, half = luma(frames[9]), luma(frames[12])
    assert early[:, :60].mean() > 35
    assert early[:, -20:].mean() < 60
    # Along the edge no step is greater than its softness explains.
    assert np.abs(np.diff(half, axis=1)).max() < 12
    order = brightness_order(np.random.default_rng(1).random((20, 36, 3), np.float32))
    assert abs(float(np.median(order)) - 0.5) < 0.02


# --- light


def test_a_leak_is_warm_brightest_on_the_beat_and_gone_at_its_ends() -> None:
    span = TransitionSpan(
        kind=TransitionKind.LIGHT_LEAK,
        curve="ease_in",
        start=0,
        end=24,
        nominal=0,
        frames=24,
        outgoing=0,
        incoming=1,
    )
    levels = [mix_at(span, f, 24.0).leak for f in range(24)]
    assert abs(int(np.argmax(levels)) - 19) <= 1  # where ease_in is half-way
    assert max(levels[0], levels[-1]) < 0.08
    assert mix_at(span, 19, 24.0, tame=1.0).leak == 0.0
    dark = np.zeros((3, 34, 60), np.float32)
    for seed in range(4):
        red, green, blue = leaked(dark, make_leak(seed, ("#07131c", "#84c5b8")), 0.5, 0.8)
        assert red.mean() > 1.25 * green.mean() > 1.25 * blue.mean()
        assert red.max() <= 0.8
        assert red.std() > 0.08  # a shape, not a veil
    assert not np.array_equal(
        leaked(dark, make_leak(1, ()), 0.5, 0.5), leaked(dark, make_leak(2, ()), 0.5, 0.5)
    )


def halves(left: int, right: int) -> Scene:
    made = flat(left)
    rgba = made.layers[0].rgba.copy()
    rgba[:, 100:, :3] = right
    return replace(made, layers=(replace(made.layers[0], rgba=rgba),))


WORST = {
    "dark": (flat(20), flat(20)),
    "grey": (flat(110), flat(110)),
    "split": (halves(10, 245), halves(10, 245)),
}


@pytest.mark.parametrize("pair", list(WORST))
@pytest.mark.parametrize("kind", [TransitionKind.LIGHT_LEAK, TransitionKind.WHIP_PAN])
@pytest.mark.parametrize("every", [10, 24])
def test_no_row_of_transitions_counts_as_flashes(
    kind: TransitionKind, pair: str, every: int
) -> None:
    shots = tuple(
        shot(
            k,
            every * k,
            every * (k + 1),
            f"p{k % 2}",
            CameraMove.STATIC,
            Transition(kind=kind, frames=every - 2) if k else None,
            move_direction=1 if k % 2 else -1,
        )
        for k in range(72 // every)
    )
    storyboard = board(shots, W, H, grade=PLAIN, reactivity=0.0)
    scenes = dict(zip(("p0", "p1"), WORST[pair], strict=True))
    meter = FlashMeter(Fraction(24), W, H)
    for segment in plan_segments(storyboard):
        for frame in shown(storyboard, segment, scenes):
            data = np.frombuffer(frame, np.uint8)
            y, u, v = np.split(data, [W * H, W * H * 5 // 4])
            half = (H // 2, W // 2)
            meter.push(y.reshape(H, W), u.reshape(half), v.reshape(half))
    assert meter.spans() == ()
