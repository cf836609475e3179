"""A scene goes to JSON and arrays and comes back the same."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apex_director.core.errors import StorageError
from apex_director.images import scene_from, scene_manifest
from apex_director.images.model import Layer, Light, Particles, Reaction, Scene, Water
from apex_director.images.schema import layer_array

UNIT = st.floats(0, 1)
NUMBER = st.floats(-4, 4)
BANDS = st.sampled_from(["low", "mid", "high", "loudness", "beat", "bar"])
REACTIONS = st.builds(
    Reaction,
    kind=st.sampled_from(["gain", "sway", "rise", "twinkle", "breathe"]),
    band=BANDS,
    amount=NUMBER,
    floor=NUMBER,
)
PIXELS = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
LAYERS = st.builds(
    Layer,
    name=st.text(max_size=9),
    rgba=st.just(PIXELS),
    parallax=NUMBER,
    blend=st.sampled_from(["over", "add"]),
    drift=st.tuples(NUMBER, NUMBER),
    reactions=st.lists(REACTIONS, max_size=3).map(tuple),
)
COLOR = st.tuples(UNIT, UNIT, UNIT)
SCENES = st.builds(
    Scene,
    family=st.text(max_size=9),
    width=st.integers(2, 4096),
    height=st.integers(2, 4096),
    overscan=st.floats(1.2, 2),
    layers=st.lists(LAYERS, min_size=1, max_size=12).map(tuple),
    water=st.none()
    | st.builds(
        Water, after=st.integers(0, 9), horizon=UNIT, bottom=UNIT, tint=COLOR, clarity=UNIT,
        ripple=UNIT, glitter=UNIT,
    ),
    particles=st.lists(
        st.builds(
            Particles,
            kind=st.sampled_from(["snow", "rain", "fireflies", "dust", "sparks", "stars"]),
            after=st.integers(0, 9), count=st.integers(0, 999), color=COLOR, band=BANDS,
            area=st.tuples(UNIT, UNIT, UNIT, UNIT),
        ),
        max_size=2,
    ).map(tuple),
    light=st.none()
    | st.builds(Light, x=UNIT, y=UNIT, color=COLOR, strength=UNIT, rays=UNIT, band=BANDS),
    subject=st.tuples(UNIT, UNIT),
    not_drawn=st.lists(st.text(max_size=9), max_size=3).map(tuple),
)  # fmt: skip


def plain(value: Any) -> Any:
    """Everything of a scene as comparable values, pixels included."""
    if isinstance(value, np.ndarray):
        return (value.shape, value.tobytes())
    if isinstance(value, tuple):
        return tuple(plain(item) for item in value)
    if hasattr(value, "__dataclass_fields__"):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    return value


def arrays_of(scene: Scene) -> dict[str, np.ndarray]:
    return {layer_array(n): layer.rgba for n, layer in enumerate(scene.layers)}


@given(SCENES)
def test_manifest_and_arrays_give_the_same_scene(scene: Scene) -> None:
    manifest = json.loads(json.dumps(scene_manifest(scene)))
    assert plain(scene_from(manifest, arrays_of(scene))) == plain(scene)


def small_scene() -> Scene:
    layer = Layer(name="sky", rgba=PIXELS, parallax=0.0)
    return Scene(family="alpine", width=2, height=2, overscan=1.25, layers=(layer, layer))


def test_numpy_scalars_become_plain_numbers() -> None:
    layer = Layer(name="sky", rgba=PIXELS, parallax=np.float32(0.5))  # type: ignore[arg-type]
    scene = Scene(family="x", width=2, height=2, overscan=1.25, layers=(layer,))
    assert json.loads(json.dumps(scene_manifest(scene)))["layers"][0]["parallax"] == 0.5


def test_pixels_are_not_copied() -> None:
    scene = small_scene()
    assert scene_from(scene_manifest(scene), arrays_of(scene)).layers[0].rgba is PIXELS


@pytest.mark.parametrize(
    "damage",
    [
        lambda m: m.pop("layers"),
        lambda m: m.update(version=99),
        lambda m: m.update(width="wide"),
        lambda m: m["layers"][1].pop("parallax"),
        lambda m: m["layers"][1].update(array="layer_77"),
        lambda m: m.update(subject=[1]),
    ],
)
def test_a_damaged_manifest_is_one_clear_error(damage: Any) -> None:
    scene = small_scene()
    manifest = scene_manifest(scene)
    damage(manifest)
    with pytest.raises(StorageError, match="drawn again"):
        scene_from(manifest, arrays_of(scene))


def test_misshapen_pixels_are_refused() -> None:
    scene = small_scene()
    arrays = {**arrays_of(scene), "layer_00": PIXELS[..., :3]}
    with pytest.raises(StorageError, match="layer_00"):
        scene_from(scene_manifest(scene), arrays)
