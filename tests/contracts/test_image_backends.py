"""One suite for every image backend: whatever makes pictures is judged by the same rules."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable

import numpy as np
import pytest

from apex_director.images import GenerationRequest, backends
from apex_director.images.backends.procedural import ProceduralBackend
from apex_director.images.model import ImageBackend

BACKENDS: dict[str, Callable[[], ImageBackend]] = {"procedural": ProceduralBackend}


@pytest.fixture(params=sorted(BACKENDS))
def backend(request: pytest.FixtureRequest) -> ImageBackend:
    return BACKENDS[request.param]()


def ask(**changes: object) -> GenerationRequest:
    wanted = {"prompt": "Wide shot of silk folds at dusk", "width": 192, "height": 108, "seed": 5}
    return GenerationRequest(**{**wanted, **changes})  # type: ignore[arg-type]


def test_every_backend_of_the_room_is_judged_here() -> None:
    found = {module.name for module in pkgutil.iter_modules(backends.__path__)}
    assert found == set(BACKENDS)


def test_capabilities_are_plain_and_named_like_the_module(backend: ImageBackend) -> None:
    capabilities = backend.capabilities
    assert capabilities.name in BACKENDS
    assert capabilities.max_width >= 512
    assert capabilities.max_height >= 512
    assert capabilities.usd_per_image >= 0
    assert backend.ready() == "" or capabilities.needs


@pytest.mark.parametrize(("width", "height"), [(192, 108), (108, 192), (128, 128), (224, 96)])
def test_scene_has_the_size_asked_and_a_canvas_around_it(
    backend: ImageBackend, width: int, height: int
) -> None:
    scene = backend.generate(ask(width=width, height=height))
    assert (scene.width, scene.height) == (width, height)
    assert scene.overscan >= 1.2
    assert scene.canvas_width >= width * 1.2 - 2
    assert scene.canvas_height >= height * 1.2 - 2
    for layer in scene.layers:
        assert layer.rgba.dtype == np.uint8
        assert layer.rgba.shape == (scene.canvas_height, scene.canvas_width, 4)


def test_layers_are_premultiplied_and_the_first_is_opaque(backend: ImageBackend) -> None:
    scene = backend.generate(ask())
    assert scene.layers[0].blend == "over"
    assert int(scene.layers[0].rgba[..., 3].min()) == 255
    for layer in scene.layers:
        if layer.blend == "over":
            assert (layer.rgba[..., :3].max(axis=-1) <= layer.rgba[..., 3]).all(), layer.name
    assert len(scene.layers) >= (4 if backend.capabilities.layered else 1)
    assert all(0 <= item.after < len(scene.layers) for item in scene.particles)


def test_the_picture_shows_something(backend: ImageBackend) -> None:
    scene = backend.generate(ask())
    assert float(scene.layers[0].rgba[..., :3].std()) > 2.0


def test_a_seed_gives_the_same_pixels_and_another_seed_others(backend: ImageBackend) -> None:
    if not backend.capabilities.seeds:
        pytest.skip("this backend takes no seed, and says so")
    one, two = backend.generate(ask()), backend.generate(ask())
    other = backend.generate(ask(seed=6))
    assert all(np.array_equal(a.rgba, b.rgba) for a, b in zip(one.layers, two.layers, strict=True))
    assert not np.array_equal(one.layers[1].rgba, other.layers[1].rgba)
