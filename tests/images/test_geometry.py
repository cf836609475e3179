"""Geometry: whole posters, small, and the fields they are made of."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from apex_director.images.model import Scene
from apex_director.images.scenes import paint
from apex_director.images.scenes.geometry.cut import MOTIFS, motif
from apex_director.images.scenes.geometry.fields import lattice, stripe_colour
from apex_director.images.scenes.geometry.paper import poster_for
from apex_director.images.scenes.model import MOODS, SUBJECTS, TIMES, WEATHERS, SceneSpec
from apex_director.images.scenes.palette import linear_from_hex, oklab

COMPOSITIONS = range(5)


def spec(**changes: object) -> SceneSpec:
    facts: dict[str, object] = {
        "family": "geometry", "seed": 11, "width": 160, "height": 90, "time_of_day": "day",
    }  # fmt: skip
    return SceneSpec(**{**facts, **changes})  # type: ignore[arg-type]


@cache
def painted(wanted: SceneSpec) -> Scene:
    return paint(wanted)


def scene(**changes: object) -> Scene:
    return painted(spec(**changes))


def at_rest(made: Scene) -> NDArray[np.float32]:
    """The layers laid over one another at rest [canvas_h, canvas_w, 3], 0..1."""
    out = np.zeros((made.canvas_height, made.canvas_width, 3), np.float32)
    for layer in made.layers:
        sheet = layer.rgba.astype(np.float32) / 255
        keep = 1.0 if layer.blend == "add" else 1 - sheet[..., 3:]
        out = np.minimum(out * keep + sheet[..., :3], 1.0)
    return out


@pytest.mark.parametrize("composition", COMPOSITIONS)
@pytest.mark.parametrize("size", [(160, 90), (90, 160), (112, 112), (190, 82)])
def test_a_poster_is_complete_at_every_aspect(composition: int, size: tuple[int, int]) -> None:
    made = scene(composition=composition, width=size[0], height=size[1])
    assert 4 <= len(made.layers) <= 8
    assert len({layer.name for layer in made.layers}) == len(made.layers)
    assert (made.layers[0].rgba[..., 3] == 255).all()
    over = [layer for layer in made.layers if layer.blend == "over"]
    assert all((layer.rgba[..., :3] <= layer.rgba[..., 3:]).all() for layer in over)
    depths = [layer.parallax for layer in over]
    assert depths[0] < 0.1 < 0.7 < max(depths) <= 1.2
    assert any(r.band in ("beat", "bar") for layer in made.layers for r in layer.reactions)
    assert all(0.1 < p < 0.9 for p in made.subject)
    grey = at_rest(made).mean(axis=-1)
    assert np.percentile(grey, 95) - np.percentile(grey, 5) > 0.25


@pytest.mark.parametrize("composition", COMPOSITIONS)
def test_same_spec_same_bytes_and_another_seed_another_picture(composition: int) -> None:
    one, two = scene(composition=composition), paint(spec(composition=composition))
    assert all(np.array_equal(a.rgba, b.rgba) for a, b in zip(one.layers, two.layers, strict=True))
    other = at_rest(scene(composition=composition, seed=12))
    assert np.abs(at_rest(one) - other).mean() > 0.05


def test_every_word_of_the_vocabulary_can_be_painted() -> None:
    for n, subject in enumerate(SUBJECTS):
        made = paint(
            spec(
                seed=n, width=112, height=64, composition=n, time_of_day=TIMES[n % 6],
                weather=WEATHERS[(n * 5) % 6], mood=MOODS[n % 8], subject=subject,
                palette=("#0b1026", "#5a2a6b", "#e0607e", "#ffd9a0") if n % 2 else (),
                not_drawn=("trombone",),
            )
        )  # fmt: skip
        assert made.not_drawn == ("trombone",)
        assert (subject == "none") == (subject not in {layer.name for layer in made.layers})


@pytest.mark.parametrize("composition", COMPOSITIONS)
@pytest.mark.parametrize("hour", ["day", "night"])
def test_only_the_palette_s_colours_are_printed(composition: int, hour: str) -> None:
    codes = ("#10183a", "#c02848", "#f0b030", "#f4ecdc")
    picture = at_rest(scene(composition=composition, palette=codes, time_of_day=hour))
    linear = np.where(picture <= 0.04045, picture / 12.92, ((picture + 0.055) / 1.055) ** 2.4)
    seen = oklab(linear.reshape(-1, 3)[::7].astype(np.float32))[:, 1:]
    known = np.stack([oklab(linear_from_hex(c))[1:] for c in codes])
    # every hue lies within the hull of the palette's own, but for light, shade and mixed edges
    low, high = known.min(axis=0) - 0.06, known.max(axis=0) + 0.06
    assert float(((seen >= low) & (seen <= high)).all(axis=1).mean()) > 0.97


def test_the_ground_is_light_by_day_and_dark_by_night() -> None:
    codes = ("#10183a", "#c02848", "#f0b030", "#f4ecdc")
    day, night = (poster_for(spec(palette=codes, time_of_day=t)) for t in ("day", "night"))
    assert float(oklab(day.ground)[0]) > float(oklab(day.figure)[0]) + 0.4
    assert float(oklab(night.figure)[0]) > float(oklab(night.ground)[0]) + 0.4


def _gratings(scale: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    y, x = np.mgrid[0:96, 0:96].astype(np.float32)
    return x * np.float32(scale) + y * np.float32(0.13 * scale), y * np.float32(scale)


def test_lattices_and_stripes_melt_into_their_mean_and_never_alias() -> None:
    inks = tuple(np.full(3, v, np.float32) for v in (1.0, 0.0, 0.0, 1.0))
    a, b = _gratings(1.3)  # cells smaller than a pixel
    fine = lattice(a, b, (inks[0], inks[1], inks[2], inks[3]), np.full(a.shape, 0.3, np.float32))
    assert float(fine.std()) < 0.02
    stripes = stripe_colour(_gratings(1.3)[0], [inks[0], inks[1]], [0.5, 0.5])
    assert float(stripes.std()) < 0.02
    a, b = _gratings(0.06)
    coarse = lattice(a, b, (inks[0], inks[1], inks[2], inks[3]), np.full(a.shape, 0.3, np.float32))
    assert float(coarse.std()) > 0.3
    soft = ((coarse > 0.02) & (coarse < 0.98)).mean()
    assert 0.02 < float(soft) < 0.5  # edges have half tones, faces do not


def test_stripes_move_smoothly_with_their_phase() -> None:
    inks = [np.full(3, v, np.float32) for v in (0.1, 0.9, 0.3)]
    phase = _gratings(0.05)[0]
    widths = [0.4, 0.3, 0.3]
    steps = [stripe_colour(phase + np.float32(k / 200), inks, widths) for k in range(3)]
    assert np.abs(steps[1] - steps[0]).max() < 0.25  # less than an edge at a time: no flicker
    whole = stripe_colour(phase + np.float32(1.0), inks, widths)
    assert np.abs(whole - steps[0]).max() < 2e-3


@pytest.mark.parametrize("kind", MOTIFS)
def test_motifs_stay_in_their_square_and_fill_some_of_it(kind: str) -> None:
    y, x = np.mgrid[0:64, 0:64].astype(np.float32) / 64 + np.float32(1 / 128)
    distance, which = motif(kind, x, y, 1.0)[0]
    assert which in (0, 1)
    assert 0.2 < float((distance > 0).mean()) < 0.9


@pytest.mark.parametrize("composition", COMPOSITIONS)
def test_one_spec_is_one_composition_at_any_resolution(composition: int) -> None:
    small, large = (
        cv2.resize(at_rest(scene(composition=composition, width=w, height=h)), (24, 14),
                   interpolation=cv2.INTER_AREA)
        for w, h in ((160, 90), (400, 225))
    )  # fmt: skip
    assert np.abs(small - large).mean() < 0.06
