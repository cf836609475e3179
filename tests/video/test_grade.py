"""The grade as pure functions: what each stage promises, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from apex_director import video
from apex_director.cinematography.model import Grade, HueRange, Wheels
from apex_director.core.color import linear_to_oklab, srgb_to_linear
from apex_director.core.errors import AssemblyError
from apex_director.video import Cube
from apex_director.video.gamuts import SPACES, between, convert, to_xyz
from apex_director.video.grading import (
    LUMA,
    PLAIN,
    SKIN_HUE,
    apply_cdl,
    apply_colour,
    apply_primary,
    apply_secondary,
    cdl_table,
)
from apex_director.video.lut import sample_points

GREYS = np.repeat(np.linspace(0.0, 1.0, 33)[:, None], 3, axis=1)
LIGHT_SKIN, DARK_SKIN = (194, 150, 130), (115, 82, 68)  # patches 2 and 1 of the ColorChecker


def picture(seed: int = 1, height: int = 40, width: int = 56) -> np.ndarray:
    noise = np.random.default_rng(seed).integers(0, 256, (height, width, 3))
    return noise.astype(np.uint8)


def hue(rgb: np.ndarray) -> np.ndarray:
    lab = linear_to_oklab(srgb_to_linear(rgb))
    return np.degrees(np.arctan2(lab[..., 2], lab[..., 1]))


def chroma(rgb: np.ndarray) -> np.ndarray:
    lab = linear_to_oklab(srgb_to_linear(rgb))
    return np.hypot(lab[..., 1], lab[..., 2])


def test_nothing_asked_is_nothing_done() -> None:
    shot = picture()
    kept = shot.copy()
    assert (video.grade(shot) == shot).all()
    assert (video.grade(shot, exposure=0, contrast=50, saturation=50, brightness=50) == shot).all()
    assert (shot == kept).all()
    for kind in (np.float32, np.float64):
        values = (shot / 255.0).astype(kind)
        graded = video.grade(values)
        assert graded.dtype == kind
        assert np.abs(graded - values).max() < 1e-6


def test_a_grade_leaves_its_input_alone_and_gives_back_its_kind() -> None:
    look = Grade(contrast=60, wheels=Wheels(shadows=(0.2, 0, 0)), sharpen=0.5, denoise=0.5,
                 aberration=1.0, distortion=0.5)  # fmt: skip
    shot = picture()
    kept = shot.copy()
    one, two = video.grade(shot, look), video.grade(shot, look)
    assert one.dtype == np.uint8
    assert one.shape == shot.shape
    assert (one == two).all()
    assert (shot == kept).all()
    assert not (one == shot).all()


def test_cdl_is_the_published_formula() -> None:
    """ASC CDL 1.2: out = clamp(in * slope + offset) ** power; then saturation by Rec.709 luma."""
    look = replace(PLAIN, slope=(1.2, 1.0, 0.8), offset=(0.05, -0.1, 0.0), power=(1.1, 1.0, 0.9))
    out = apply_cdl([[0.5, 0.4, 0.3], [0.9, 0.05, 1.0]], look)
    assert np.allclose(out[0], [0.65**1.1, 0.3, 0.24**0.9])
    assert np.allclose(out[1], [1.0, 0.0, 0.8**0.9])
    half = apply_cdl([[0.8, 0.4, 0.2]], replace(PLAIN, saturation=0.5))
    luma = 0.2126 * 0.8 + 0.7152 * 0.4 + 0.0722 * 0.2
    assert np.allclose(half, luma + 0.5 * (np.array([[0.8, 0.4, 0.2]]) - luma))


@pytest.mark.parametrize("stops", [-2.0, -1.0, 0.5, 1.0, 2.0])
def test_exposure_counts_stops_and_never_clips(stops: float) -> None:
    """Dark greys change by the stops asked for; upwards white stays white, and order is kept."""
    out = apply_primary(GREYS, replace(PLAIN, exposure=stops))[:, 0]
    assert (np.diff(out) > 0).all()
    dark = apply_primary(np.full((1, 3), 0.1), replace(PLAIN, exposure=stops))
    gained = np.log2(srgb_to_linear(dark) / srgb_to_linear(np.full((1, 3), 0.1)))
    assert np.allclose(gained, stops, atol=0.01)
    assert out[-1] == pytest.approx(1.0) if stops > 0 else out[-1] < 1.0


@pytest.mark.parametrize("contrast", [0.0, 30.0, 70.0, 100.0])
def test_contrast_turns_about_middle_grey_with_soft_ends(contrast: float) -> None:
    look = replace(PLAIN, contrast=contrast)
    steps = np.linspace(0, 1, 1001)
    out = apply_primary(np.repeat(steps[:, None], 3, axis=1), look)[:, 0]
    slope = np.diff(out) / np.diff(steps)
    middle = srgb_to_linear(apply_primary(np.full((1, 3), 0.4614), look))[0, 0]
    assert middle == pytest.approx(0.18, abs=0.001)
    assert (slope >= -1e-9).all()
    if contrast > 50:
        assert slope[461] > 1.2
        assert slope[:20].max() < 0.7
        assert slope[-20:].max() < 0.7
    else:
        assert slope.max() < 1.0


def test_brightness_bends_the_middle_alone() -> None:
    for value, brighter in ((80.0, True), (20.0, False)):
        out = apply_primary(GREYS, replace(PLAIN, brightness=value))[:, 0]
        assert out[0] == 0.0
        assert out[-1] == 1.0
        assert (out[1:-1] > GREYS[1:-1, 0]).all() == brighter


def test_the_secondary_leaves_greys_grey() -> None:
    ranges = (HueRange(hue=30, saturation=0.0), HueRange(hue=200, saturation=3.0))
    look = replace(PLAIN, skin=1.0, selective=ranges)
    assert np.abs(apply_secondary(GREYS, look) - GREYS).max() < 1e-3


def test_selective_saturation_takes_its_hue_and_no_other() -> None:
    red, green, blue = np.eye(3)[:, None, :] * 0.6 + 0.2
    look = replace(PLAIN, selective=(HueRange(hue=float(hue(green)[0]), width=40, saturation=0.0),))
    assert chroma(apply_secondary(green, look))[0] < 0.01
    for other in (red, blue):
        assert np.abs(apply_secondary(other, look) - other).max() < 0.004


def test_selective_saturation_has_no_edge() -> None:
    """Round the circle of hues, neighbours stay neighbours."""
    turn = np.radians(np.arange(0, 360, 0.5))
    circle = 0.5 + 0.3 * np.stack([np.cos(turn), np.cos(turn - 2.1), np.cos(turn - 4.2)], axis=-1)
    look = replace(PLAIN, selective=(HueRange(hue=140, width=25, saturation=0.0),))
    before = np.abs(np.diff(circle, axis=0)).max()
    assert np.abs(np.diff(apply_secondary(circle, look), axis=0)).max() < 5 * before


def test_wheels_colour_their_own_tones_and_clip_nothing() -> None:
    push = (0.0, 0.0, 1.0)
    darks = apply_secondary(GREYS, replace(PLAIN, wheels=Wheels(shadows=push)))
    lights = apply_secondary(GREYS, replace(PLAIN, wheels=Wheels(highlights=push)))
    gained = darks[:, 2] - GREYS[:, 2], lights[:, 2] - GREYS[:, 2]
    assert gained[0][4] > 4 * gained[0][28]
    assert gained[1][24] > 2 * gained[1][4]
    for wheels in (Wheels(shadows=(-1, -1, -1)), Wheels(midtones=(1, 1, 1)),
                   Wheels(highlights=(1, -1, 1))):  # fmt: skip
        out = apply_secondary(GREYS, replace(PLAIN, wheels=wheels))
        assert out.min() >= 0.0
        assert out.max() <= 1.0
        assert (np.diff(out, axis=0) > -1e-9).all()


@pytest.mark.parametrize("skin", [LIGHT_SKIN, DARK_SKIN])
def test_skin_is_held_where_wheels_would_turn_it(skin: tuple[int, int, int]) -> None:
    face = np.array([skin]) / 255.0
    wheels = Wheels(shadows=(-0.4, 0.2, 0.3), midtones=(-0.3, 0.2, 0.1))
    free = apply_secondary(face, replace(PLAIN, wheels=wheels))
    held = apply_secondary(face, replace(PLAIN, wheels=wheels, skin=1.0))
    assert abs(hue(held)[0] - SKIN_HUE) < 0.6 * abs(hue(free)[0] - SKIN_HUE)
    blue = np.array([[0.2, 0.3, 0.8]])
    assert np.allclose(
        apply_secondary(blue, replace(PLAIN, skin=1.0)), apply_secondary(blue, PLAIN), atol=1e-3
    )


def test_a_colour_table_is_laid_over_by_its_strength() -> None:
    swap = Cube(table=sample_points(5)[..., ::-1].astype(np.float32))
    shot = picture()
    assert (video.grade(shot, lut=swap) == shot[..., ::-1]).all()
    assert (video.grade(shot, lut=swap, lut_strength=0.0) == shot).all()
    mixed = video.grade(shot, lut=swap, lut_strength=0.5).astype(int)
    wanted = (shot.astype(int) + shot[..., ::-1].astype(int)) / 2
    assert np.abs(mixed - wanted).max() <= 0.5


def test_numbers_replace_those_of_the_settings() -> None:
    shot = picture()
    assert (video.grade(shot, replace(PLAIN, saturation=2.0), saturation=50) == shot).all()
    grey = video.grade(shot, saturation=0)
    luma = (shot / 255.0) @ np.asarray(LUMA)
    assert np.abs(grey / 255.0 - luma[..., None]).max() <= 0.5 / 255 + 1e-6


def test_what_treats_channels_alone_stands_in_the_table() -> None:
    look = replace(PLAIN, exposure=0.5, contrast=60, brightness=45, slope=(1.1, 1, 0.9))
    steps = np.repeat(np.arange(256)[:, None] / 255.0, 3, axis=1)
    assert np.abs(cdl_table(look).T - apply_colour(steps, look)).max() < 1e-6


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ({"exposure": 2.5}, "exposure 2.5"),
        ({"contrast": -1}, "contrast -1"),
        ({"saturation": 101}, "saturation 101"),
        ({"brightness": float("nan")}, "brightness nan"),
        ({"lut_strength": 2}, "lut strength 2"),
        ({"space": "Rec.801"}, "Rec.801"),
        ({"into": "sRGBish"}, "sRGBish"),
    ],
)
def test_what_cannot_be_done_is_said(numbers: dict[str, object], said: str) -> None:
    with pytest.raises(AssemblyError, match=said):
        video.grade(picture(), **numbers)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "shot",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((0, 4, 3), np.uint8),
        np.zeros((4, 4, 3), np.int32),
        np.full((4, 4, 3), np.nan),
    ],
)
def test_what_is_no_picture_is_refused(shot: np.ndarray) -> None:
    with pytest.raises(AssemblyError):
        video.grade(shot)


def test_spaces_are_those_of_the_standards() -> None:
    """BT.709's matrix to XYZ (ITU-R BT.709-6), and BT.709 to BT.2020 (ITU-R BT.2087-0)."""
    xyz = to_xyz(SPACES["Rec.709"])
    assert np.allclose(xyz[1], [0.2126, 0.7152, 0.0722], atol=1e-4)
    assert np.allclose(xyz.sum(axis=1), [0.9505, 1.0, 1.0891], atol=1e-3)
    published = [[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]]
    assert np.allclose(between(SPACES["Rec.709"], SPACES["Rec.2020"]), published, atol=1e-4)


@pytest.mark.parametrize("name", list(SPACES))
def test_spaces_agree_on_white_and_lead_there_and_back(name: str) -> None:
    inside = 0.3 + 0.4 * np.random.default_rng(2).random((50, 3))
    assert np.allclose(convert(np.ones((1, 3)), "Rec.709", name), 1.0, atol=1e-6)
    back = convert(convert(inside, "Rec.709", name.lower()), name, "Rec.709")
    assert np.abs(back - inside).max() < 1e-6
    shown = convert(np.eye(3), name, "Rec.709")
    assert shown.min() >= 0.0
    assert shown.max() <= 1.0
