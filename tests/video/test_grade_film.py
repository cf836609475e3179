"""The grade on its way through a film: scenes baked, tables of the last pass, lens, looks."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from apex_director.cinematography.model import Brief, Grade, HueRange, Wheels
from apex_director.cinematography.plan_rules import check
from apex_director.cinematography.styles import directors, genres, look_for
from apex_director.core.color import ciede2000, srgb_to_lab
from apex_director.core.errors import PlanInvalid
from apex_director.images.model import Layer, Particles, Scene
from apex_director.video import prepare as preparing
from apex_director.video.baking import SIZE, bake_for, baked, compile_grade
from apex_director.video.camera import rest_path
from apex_director.video.compositor import compose, new_sheet
from apex_director.video.finish import finish, last_colours, make_finish, vignette_shade
from apex_director.video.grading import PLAIN, apply_colour
from apex_director.video.lens import Lens, lens_of, look_through, through_lens
from apex_director.video.lut import Cube, apply_cube, sample_points
from apex_director.video.model import Moment
from apex_director.video.prepare import MOST_BAKED, prepare
from apex_director.video.tetra import look_up_layer, pack
from apex_director.video.texture import sharpen_layer

from .pictures import board, scene, shot

W, H = 160, 90
STRONG = replace(
    PLAIN,
    exposure=0.2,
    contrast=62,
    saturation=1.1,
    skin=0.5,
    wheels=Wheels(shadows=(-0.3, 0.1, 0.3), highlights=(0.4, 0.1, -0.3)),
    selective=(HueRange(hue=140, width=45, saturation=0.5),),
)
NOW = Moment(
    frame=0, seconds=7.0, shot_seconds=0.0, low=0.5, mid=0.4, high=0.4, loudness=0.5, beat=0.2,
    bar=0.0, travel=7.0,
)  # fmt: skip


def filmed(made: Scene, bake: object = None) -> np.ndarray:
    """A frame at rest, as composed [float64, 0..1]."""
    sheet = new_sheet(W, H)
    compose(prepare(made, bake), rest_path(), 0, NOW, 1, sheet)  # type: ignore[arg-type]
    return sheet.frame.view(np.uint8).reshape(H, W, 4)[..., :3] / 255.0


def apart(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    return ciede2000(srgb_to_lab(one), srgb_to_lab(two))


def test_a_compiled_grade_is_the_grade() -> None:
    colours = np.random.default_rng(1).random((20_000, 3))
    off = np.abs(apply_cube(colours, compile_grade(STRONG)) - apply_colour(colours, STRONG)) * 255
    assert compile_grade(STRONG).size == SIZE
    assert off.mean() < 0.3
    assert np.percentile(off, 99) < 2.5


def test_a_layer_is_looked_up_within_a_code_and_without_bias() -> None:
    """Identity within one code value; elsewhere the dither averages to the exact answer."""
    rgba = np.random.default_rng(2).integers(0, 256, (64, 80, 4)).astype(np.uint8)
    rgba[..., 3] = 255
    below, out = np.zeros((8, 10, 3), np.float32), np.empty_like(rgba)
    same = sample_points(SIZE).astype(np.float32)
    look_up_layer(rgba, below, 8, pack(same), SIZE, False, 0, out)
    assert np.abs(out.astype(int) - rgba).max() <= 1
    assert (out == rgba).mean() > 0.95
    flat = np.full((128, 128, 4), 255, np.uint8)
    flat[..., :3] = (90, 120, 200)
    graded = np.empty_like(flat)
    cube = compile_grade(STRONG)
    look_up_layer(flat, below, 8, pack(cube.table), SIZE, False, 3, graded)
    exact = apply_cube(flat[0, 0, :3] / 255.0, cube) * 255
    assert np.abs(graded[..., :3].mean(axis=(0, 1)) - exact).max() < 0.05
    assert np.ptp(graded[..., :3].astype(int), axis=(0, 1)).max() <= 1


@pytest.mark.parametrize("look", [STRONG, replace(PLAIN, contrast=75, saturation=0.0, skin=0.01)])
def test_layers_graded_and_laid_are_layers_laid_and_graded(look: Grade) -> None:
    """With light added, soft edges and water: mean CIEDE2000 under 1."""
    made = scene(W, H, 1)
    bake = bake_for(look)
    assert bake is not None
    assert bake.cube is not None
    wanted = apply_cube(filmed(made), bake.cube)
    off = apart(filmed(made, bake), wanted)
    assert off.mean() < 1.0
    assert np.percentile(off, 95) < 3.0


def test_light_over_a_bright_sky_is_graded_in_its_place() -> None:
    """A glow added to a bright sky: alone it is dark and a strong contrast would swallow it."""
    sky, glow = np.full((112, 200, 4), 255, np.uint8), np.zeros((112, 200, 4), np.uint8)
    sky[..., :3] = (110, 120, 140)
    glow[30:80, 60:140, :3] = (40, 36, 24)
    made = Scene(
        family="t", width=W, height=H, overscan=1.25,
        layers=(Layer(name="sky", rgba=sky, parallax=0), Layer(name="glow", rgba=glow, parallax=0,
                blend="add")),
    )  # fmt: skip
    bake = bake_for(replace(PLAIN, contrast=85, skin=0.01))
    assert bake is not None
    assert bake.cube is not None
    wanted, lit = apply_cube(filmed(made), bake.cube), (slice(40, 55), slice(60, 100))
    middle = [part[lit].mean(axis=(0, 1)) for part in (filmed(made, bake), wanted)]
    assert apart(middle[0], middle[1]) < 0.25


def test_baking_keeps_cover_and_leaves_the_scene_alone() -> None:
    made = scene(W, H, 3)
    kept = [layer.rgba.copy() for layer in made.layers]
    bake = bake_for(replace(STRONG, sharpen=0.6, denoise=0.6))
    assert bake is not None
    graded = baked(made, bake)
    for before, after, copy in zip(made.layers, graded.layers, kept, strict=True):
        assert (before.rgba == copy).all()
        assert (after.rgba[..., 3] == copy[..., 3]).all()
        if after.blend == "over":
            assert (after.rgba[..., :3] <= after.rgba[..., 3:]).all()
    assert baked(made, bake).layers[0].rgba.tobytes() == graded.layers[0].rgba.tobytes()
    assert graded.particles[0].color != made.particles[0].color
    assert graded.water != made.water
    assert graded.light != made.light


def test_sharpening_leaves_edges_of_the_cover_alone() -> None:
    """A flat silhouette stays flat, its soft edge too; what is drawn on it gets crisper."""
    rgba = np.zeros((60, 80, 4), np.uint8)
    ramp = np.clip(np.arange(80) * 32 - 900, 0, 255).astype(np.uint8)
    rgba[..., 3] = ramp
    rgba[..., :3] = np.round(ramp * 0.5)[:, None]
    assert np.abs(sharpen_layer(rgba, 1.0).astype(int) - rgba).max() <= 1
    drawn = rgba.copy()
    drawn[:, 60:, :3] = 90
    crisp = sharpen_layer(drawn, 1.0).astype(int)
    assert crisp[30, 59, 0] > 130
    assert crisp[30, 60, 0] < 88


def test_a_grey_grade_leaves_no_colour_in_anything() -> None:
    made = replace(
        scene(W, H, 1),
        particles=(Particles(kind="fireflies", after=5, count=300, color=(1.0, 0.3, 0.1)),),
    )
    bake = bake_for(replace(PLAIN, saturation=0.0, skin=0.01, contrast=70))
    frame = filmed(made, bake)
    assert np.ptp(frame, axis=-1).max() <= 2.5 / 255


def test_what_treats_channels_alone_bakes_nothing() -> None:
    for look in (PLAIN, Grade(slope=(1.1, 1, 0.9), exposure=0.3, contrast=60, saturation=0.8)):
        assert bake_for(look) is None
        assert make_finish(look, 64).bake is None
    assert make_finish(PLAIN, 64).plain
    swap = Cube(table=sample_points(3)[..., ::-1].astype(np.float32))
    assert bake_for(replace(PLAIN, lut_strength=0.0), swap) is None
    look = make_finish(STRONG, 64, swap)
    assert look.plain
    assert look.bake is not None
    assert look.bake.cube != compile_grade(STRONG)
    assert look.tint == (1.0, 1.0, 1.0)


@pytest.fixture
def nothing_baked() -> Iterator[None]:
    preparing._baked.clear()
    yield
    preparing._baked.clear()


@pytest.mark.usefixtures("nothing_baked")
def test_baked_scenes_are_kept_a_few_at_a_time() -> None:
    bake = bake_for(STRONG)
    made = [scene(64, 36, k, rich=False) for k in range(MOST_BAKED + 1)]
    first = prepare(made[0], bake)
    assert prepare(made[0], bake) is first
    assert prepare(made[0]).scene is made[0]
    for other in made[1:]:
        prepare(other, bake)
    assert len(preparing._baked) == MOST_BAKED
    again = prepare(made[0], bake)
    assert again is not first
    assert all((a == b).all() for a, b in zip(again.pixels, first.pixels, strict=True))
    del made, other
    prepare(scene(64, 36, 99, rich=False), bake)
    assert len(preparing._baked) == 1


def test_the_last_pass_shows_what_the_pure_functions_say() -> None:
    """Table, saturation, vignette: the planes of a flat frame against the reference."""
    look = Grade(
        slope=(1.1, 1.0, 0.9), exposure=0.4, contrast=58, brightness=54, saturation=0.7,
        vignette=0.5, grain=0.0, bloom=0.0,
    )  # fmt: skip
    made = make_finish(look, W)
    frame = np.full((H, W), 0xFF000000 | 200 << 16 | 120 << 8 | 60, np.uint32)
    planes = (np.zeros((H, W), np.uint8), *(np.zeros((H // 2, W // 2), np.uint8) for _ in "uv"))
    light = np.zeros((3, -(-H // 8), -(-W // 8)), np.float32)
    finish(frame, light, made, 0, planes)  # type: ignore[arg-type]
    colours = frame.view(np.uint8).reshape(H, W, 4)[..., :3]
    wanted = apply_colour(colours / 255.0, look)
    assert np.abs(last_colours(colours, made) - wanted).max() < 1e-6
    shaded = wanted * vignette_shade(0.5, W, H)[..., None]
    luma = 16 + 219 * (shaded @ [0.2126, 0.7152, 0.0722])
    assert np.abs(planes[0] - luma).max() < 0.6


def test_a_lens_bends_and_parts_but_never_looks_beyond_the_frame() -> None:
    y, x = np.mgrid[0:H, 0:W]
    chart = np.repeat(((x // 8 + y // 8) % 2 * 0.8 + 0.1)[..., None], 3, axis=-1)
    assert lens_of(PLAIN) is None
    assert through_lens(chart, None) is chart
    for lens in (Lens(distortion=1.0), Lens(distortion=-1.0), Lens(aberration=1.0)):
        bent = through_lens(chart, lens)
        assert np.abs(bent - chart).mean() > 0.005
        middle = (slice(H // 2 - 4, H // 2 + 4), slice(W // 2 - 4, W // 2 + 4))
        parted = np.ptp(bent, axis=-1)
        assert parted[middle].max() < 0.02
        assert (parted.max() > 0.1) == (lens.aberration > 0)
    corner = np.zeros((H, W, 3))
    corner[:3, :3] = 1.0
    assert through_lens(corner, Lens(distortion=1.0))[0, 0].min() > 0.9


def test_a_lens_bends_frame_and_light_alike() -> None:
    frame = np.zeros((H, W), np.uint32)
    frame[8:16, 16:24] = 0xFFFFFFFF
    light = np.zeros((3, -(-H // 8), -(-W // 8)), np.float32)
    light[:, 1, 2] = 1.0
    kept = light.copy()
    assert look_through(None, frame, light) is light
    bent = look_through(Lens(distortion=1.0), frame, light)
    assert (light == kept).all()
    assert bent.shape == light.shape
    rows, cols = np.mgrid[0:H, 0:W]
    lit = (frame & 255).astype(float)
    at = (rows * lit).sum() / lit.sum() / 8, (cols * lit).sum() / lit.sum() / 8
    small = np.mgrid[0 : bent.shape[1], 0 : bent.shape[2]]
    glow = [float((axis * bent[0]).sum() / bent[0].sum()) for axis in small]
    assert at[0] - 0.5 == pytest.approx(glow[0], abs=0.3)
    assert at[1] - 0.5 == pytest.approx(glow[1], abs=0.3)


def neutral_picture() -> np.ndarray:
    """Greys, skin, foliage, sky and a few strong colours, from dark to light."""
    colours = np.array(
        [(128, 128, 128), (225, 180, 150), (115, 82, 68), (87, 108, 67), (90, 120, 190),
         (175, 54, 60), (231, 199, 31), (60, 70, 90)]
    ) / 255.0  # fmt: skip
    steps = np.linspace(0.25, 1.15, 24)[:, None, None]
    return np.clip(colours[None] * steps, 0.0, 1.0)


def looks() -> dict[str, Grade]:
    made = {name: look_for(Brief(genre=name)).grade for name in genres()}
    return made | {name: look_for(Brief(style=name)).grade for name in directors()}


def tones(picture: np.ndarray) -> np.ndarray:
    """Mean, shadow and highlight colour [shape=(3, 3)], in CIELAB."""
    flat = picture.reshape(-1, 3)
    order = np.argsort(flat @ [0.2126, 0.7152, 0.0722])
    quarter = len(order) // 4
    parts = (flat, flat[order[:quarter]], flat[order[-quarter:]])
    return srgb_to_lab(np.stack([part.mean(axis=0) for part in parts]))


def test_looks_can_be_told_apart() -> None:
    """On one neutral picture: median of all pairs of genres at least 6, none alike."""
    toned = {name: tones(apply_colour(neutral_picture(), look)) for name, look in looks().items()}
    for names in (genres(), directors()):
        between = [
            float(ciede2000(toned[a], toned[b]).mean()) for a, b in itertools.combinations(names, 2)
        ]
        assert np.median(between) >= 6.0
        assert min(between) >= 2.5


@pytest.mark.parametrize("name", list(looks()))
def test_no_look_crushes_clips_or_bands(name: str) -> None:
    look = looks()[name]
    ramp = np.repeat(np.linspace(0, 1, 256)[:, None], 3, axis=1)
    luma = apply_colour(ramp, look) @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(luma) > 0).all(), "tones keep their order"
    assert (np.diff(luma) * 255).max() < 2.6, "no step is stretched to where it shows"
    assert luma[26] - luma[0] > 0.018, "dark greys stay apart"
    assert luma[255] - luma[230] > 0.015, "and light ones"
    assert luma[255] > 0.85


def test_skin_stays_skin_in_every_look() -> None:
    from apex_director.core.color import linear_to_oklab, srgb_to_linear

    for name, look in looks().items():
        if look.saturation < 0.3:
            continue
        for skin in ((225, 180, 150), (194, 150, 130), (150, 105, 80)):
            lab = linear_to_oklab(srgb_to_linear(apply_colour(np.array([skin]) / 255.0, look)))[0]
            turned = np.degrees(np.arctan2(lab[2], lab[1]))
            assert -10 < turned < 105, f"{name} turns skin to {turned:.0f} degrees"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"exposure": 3.0}, "exposure"),
        ({"contrast": -1.0}, "contrast"),
        ({"sharpen": 1.5}, "sharpen"),
        ({"distortion": -1.5}, "distortion"),
        ({"wheels": Wheels(midtones=(0, 0, 2))}, r"wheels.midtones\[2\]"),
        ({"selective": (HueRange(hue=10), HueRange(hue=10, width=0.0))}, r"selective\[1\].width"),
        ({"lut": "look.png"}, "lut"),
        ({"lut_strength": float("nan")}, "lut_strength"),
    ],
)
def test_a_plan_is_told_what_its_grade_may_be(change: dict[str, object], field: str) -> None:
    made = board((shot(0, 0, 24),), grade=replace(STRONG, **change))  # type: ignore[arg-type]
    check(replace(made, grade=STRONG))
    with pytest.raises(PlanInvalid) as caught:
        check(made)
    assert re.search(f"grade.{field}", caught.value.where)
