"""What moves in the scenes: flocks, traffic, petals, sand; layers that are never quite still."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest

from apex_director.images.model import Scene
from apex_director.images.scenes import airborne, alpine, dunes, forest, ocean
from apex_director.images.scenes.city import scene as city
from apex_director.images.scenes.fog import fog_sea
from apex_director.images.scenes.foreground import ledge, moves
from apex_director.images.scenes.meadow import scene as meadow
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.palette import palette_for
from apex_director.images.scenes.silhouette import rim
from apex_director.images.scenes.staging import Sun
from apex_director.images.schema import layer_array, scene_from, scene_manifest

PAINT = {
    "alpine": alpine.paint,
    "city": city.paint,
    "dunes": dunes.paint,
    "forest": forest.paint,
    "meadow": meadow.paint,
    "ocean": ocean.paint,
}


@cache
def scene(family: str, **facts: object) -> Scene:
    given = {"seed": 5, "width": 160, "height": 90, "time_of_day": "golden_hour", **facts}
    return PAINT[family](SceneSpec(family=family, **given))  # type: ignore[arg-type]


def kinds(of: Scene) -> set[str]:
    return {p.kind for p in of.particles}


@pytest.mark.parametrize("family", PAINT)
def test_birds_that_are_asked_for_fly_over_the_horizon_and_are_drawn(family: str) -> None:
    made = scene(family, subject="birds")
    (flock,) = (p for p in made.particles if p.kind == "birds")
    assert flock.count > 8
    left, top, right, low = flock.area
    assert 0.099 < left < right < 0.901
    assert 0.1 < top < low < 0.72
    assert made.layers[flock.after].parallax <= (0.5 if family == "forest" else airborne.DISTANT)
    assert "birds" not in made.not_drawn


def test_far_birds_stay_away_from_rain_and_night() -> None:
    assert "birds" in kinds(scene("ocean"))
    assert "birds" not in kinds(scene("ocean", weather="rain"))
    assert "birds" not in kinds(scene("ocean", time_of_day="night"))


def test_each_land_has_what_its_wind_carries() -> None:
    assert "petals" in kinds(scene("meadow"))
    assert "leaves" in kinds(scene("forest"))
    assert "sand" in kinds(scene("dunes"))
    still, storm = (scene("dunes", weather=w) for w in ("clear", "storm"))
    calm, gust = (next(p for p in s.particles if p.kind == "sand") for s in (still, storm))
    assert abs(gust.wind) > 2 * abs(calm.wind)
    assert "rain" not in kinds(storm), "it rains sand in a desert"


@pytest.mark.parametrize("composition", [0, 1])
@pytest.mark.parametrize("size", [(160, 90), (90, 160)])
def test_traffic_keeps_to_the_road(composition: int, size: tuple[int, int]) -> None:
    made = scene("city", composition=composition, time_of_day="night", width=size[0],
                 height=size[1])  # fmt: skip
    (cars,) = (p for p in made.particles if p.kind == "traffic")
    assert {lane[4] for lane in cars.lines} == {-1.0, 1.0}
    for x0, y0, x1, y1, way, reach in cars.lines:
        assert y1 > y0, "the near end lies lower"
        assert (x1 - 0.5) * way < 0, "cars that come drive on the left of the picture"
        assert abs(x1 - 0.5) > abs(x0 - 0.5)
        assert reach > 5
    assert made.layers[cars.after].name != "foreground"


def test_particles_come_back_from_storage_as_they_were() -> None:
    made = scene("city", time_of_day="night")
    arrays = {layer_array(n): layer.rgba for n, layer in enumerate(made.layers)}
    again = scene_from(json.loads(json.dumps(scene_manifest(made))), arrays)
    assert again.particles == made.particles


def test_a_boat_rocks_a_dancer_bounces_and_a_balloon_rises() -> None:
    sailing = next(v for v in scene("ocean", subject="boat").layers if v.name == "boat")
    assert any(r.kind == "bob" for r in sailing.reactions)
    assert any(r.kind == "rise" and r.band == "beat" for r in moves("dancer"))
    floating = next(v for v in scene("alpine", subject="balloon").layers if v.name == "balloon")
    assert floating.drift[1] < 0


def test_a_balloon_is_coloured_cloth_lit_from_its_side() -> None:
    layer = next(v for v in scene("alpine", subject="balloon").layers if v.name == "balloon")
    ys, xs = np.nonzero(layer.rgba[..., 3] > 240)
    cloth = layer.rgba[ys.min() : ys.max(), xs.min() : xs.max(), :3].astype(float)
    assert cloth.max(axis=2).std() > 12
    assert np.abs(cloth[..., 0] - cloth[..., 2]).max() > 40


def test_rim_light_leaves_thin_limbs_dark() -> None:
    """A leg hardly wider than the light reaches keeps its dark; a body keeps its bright edge."""
    picture = np.zeros((120, 120), np.float32)
    picture[10:60, 30:90] = 1.0
    picture[60:115, 56:61] = 1.0
    lit = rim(picture, (1.0, -0.3), 5.0)
    assert lit[12:58, 86:90].max() > 0.5
    assert lit[70:110].max() < 0.5 * lit[12:58, 86:90].max()


def test_a_sea_of_fog_has_relief_and_no_hard_edge() -> None:
    spec = SceneSpec(family="alpine", seed=3, width=320, height=180, time_of_day="dawn")
    pal = palette_for(spec)
    sun = Sun(x=0.3, y=0.4, radius=0.03, moon=False, shown=True)
    sheet = fog_sea(spec, pal, pal.fog, sun, 0.6, 9)
    alpha = sheet[..., 3]
    assert alpha[: int(0.5 * alpha.shape[0])].max() == 0
    assert alpha[-4:].min() > 0.9
    assert np.abs(np.diff(alpha, axis=0)).max() < 0.35
    light = sheet[alpha.shape[0] * 3 // 4 :, :, 1]
    assert light.std() > 0.02 * light.mean()


def test_the_roof_leaves_the_middle_open() -> None:
    spec = SceneSpec(family="city", seed=5, width=320, height=180)
    for side in (-1.0, 1.0):
        place = ledge(spec, side)
        tall = [p for p in place.ground if min(y for _, y in p) < place.y - 0.07 and len(p) < 30]
        assert tall
        assert all(min(abs(x - 0.5) for x, _ in p) > 0.12 for p in tall)
