"""One suite for every image backend: whatever makes pictures is judged by the same rules.

Backends that call a service call the local one of tests/servers, in a process of its own.
"""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from apex_director.core.money import Usd
from apex_director.images import GenerationRequest, backends
from apex_director.images.backends import (
    a1111,
    comfyui,
    custom,
    imagen,
    minimax,
    nano_banana,
    openai_compatible,
    openrouter,
    procedural,
    sdxl,
)
from apex_director.images.flat import media_type
from apex_director.images.model import ImageBackend, Scene
from apex_director.images.policy import adapt
from apex_director.providers.calls import FreeCall
from tests.servers.client import Server

KEY = "contract-key-7d2b"
GRAPH = Path(__file__).parents[2] / "examples" / "comfyui"
NO_BACKEND = frozenset({"cloud", "local", "outside"})
"""Modules of the folder that several backends share."""

Make = Callable[[Server], ImageBackend]


def _at(kind: Callable[[dict[str, Any]], ImageBackend], protocol: str, **more: Any) -> Make:
    return lambda server: kind({"api_key": KEY, "base_url": server.base(protocol), **more})


def _comfy(server: Server) -> ImageBackend:
    shown = json.loads((GRAPH / "apex_config.example.json").read_text())["backends"]["comfyui"]
    graph = GRAPH / Path(shown["workflow"]).name
    here = {"base_url": server.base("comfyui"), "workflow": str(graph)}
    return comfyui.ComfyUIBackend(shown | here)


BACKENDS: dict[str, Make] = {
    "procedural": lambda _server: procedural.ProceduralBackend(),
    "nano_banana": _at(nano_banana.NanoBananaBackend, "gemini"),
    "imagen": _at(imagen.ImagenBackend, "gemini"),
    "minimax": _at(minimax.MiniMaxBackend, "minimax"),
    "openrouter": _at(openrouter.OpenRouterBackend, "openrouter"),
    "openai_compatible": _at(openai_compatible.OpenAICompatibleBackend, "openai"),
    "custom": lambda server: custom.CustomHttpBackend(
        {"api_key": KEY, "endpoint": server.base("custom")}
    ),
    "a1111": _at(a1111.A1111Backend, "a1111"),
    "comfyui": _comfy,
    "sdxl": lambda _server: sdxl.SDXLBackend({}),
}


@pytest.fixture(scope="module")
def service() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture(params=sorted(BACKENDS))
def named(request: pytest.FixtureRequest, service: Server) -> tuple[str, ImageBackend]:
    service.reset()
    return str(request.param), BACKENDS[request.param](service)


@dataclass(frozen=True)
class Drawing:
    """A backend that can draw here and now."""

    backend: ImageBackend

    def scene(self, **changes: object) -> Scene:
        asked = adapt(ask(**changes), self.backend.capabilities)
        return self.backend.generate(asked, FreeCall()).scene


@pytest.fixture
def drawing(named: tuple[str, ImageBackend]) -> Drawing:
    name, backend = named
    if missing := backend.ready():
        pytest.skip(f"{name} {missing}")
    return Drawing(backend)


def ask(**changes: object) -> GenerationRequest:
    wanted = {"prompt": "Wide shot of silk folds at dusk", "width": 192, "height": 108, "seed": 5}
    return GenerationRequest(**{**wanted, **changes})  # type: ignore[arg-type]


def test_every_backend_of_the_room_is_judged_here() -> None:
    found = {module.name for module in pkgutil.iter_modules(backends.__path__)}
    shared = {name for name in found if name in NO_BACKEND or ("_" in name and _part(name, found))}
    assert found - shared == set(BACKENDS)


def _part(name: str, found: set[str]) -> bool:
    """Whether a module belongs to a backend: ``comfyui_graph`` to ``comfyui``."""
    return any(name.startswith(f"{other}_") for other in found & set(BACKENDS))


def test_capabilities_are_plain_and_named_like_the_module(
    named: tuple[str, ImageBackend],
) -> None:
    name, backend = named
    capabilities = backend.capabilities
    assert capabilities.name == name
    assert capabilities.max_width >= 512
    assert capabilities.max_height >= 512
    assert capabilities.seed in {"exact", "best_effort", "none"}
    assert capabilities.negative_prompt in {"native", "folded", "none"}
    assert capabilities.timeout_s > 0
    assert capabilities.priority >= 0
    assert KEY not in repr(capabilities) + repr(backend) + str(vars(backend).keys())


def test_a_price_has_a_basis_and_a_listed_one_a_date(named: tuple[str, ImageBackend]) -> None:
    quote = named[1].quote(ask())
    assert quote.cost.basis in {"reported", "computed", "list_price", "free", "unknown"}
    if quote.cost.usd is None:
        assert quote.cost.basis == "unknown"
    elif quote.cost.usd > Usd():
        assert quote.cost.price_date or quote.cost.source
    else:
        assert quote.cost.basis == "free"
    assert named[1].capabilities.paid == (quote.cost.usd is None or quote.cost.usd > Usd())


def test_readiness_asks_nobody_and_health_costs_nothing(
    named: tuple[str, ImageBackend], service: Server
) -> None:
    name, backend = named
    missing = backend.ready()
    assert service.seen() == []
    assert missing == "" or name == "sdxl"
    health = backend.check()
    assert service.books()["billed"] == 0
    assert health.healthy or name == "sdxl"


@pytest.mark.parametrize(("width", "height"), [(192, 108), (108, 192), (128, 128), (224, 96)])
def test_scene_has_the_size_asked_and_a_canvas_around_it(
    drawing: Drawing, width: int, height: int
) -> None:
    scene = drawing.scene(width=width, height=height)
    assert (scene.width, scene.height) == (width, height)
    assert scene.overscan >= 1.2
    assert scene.canvas_width >= width * 1.2 - 2
    assert scene.canvas_height >= height * 1.2 - 2
    for layer in scene.layers:
        assert layer.rgba.dtype == np.uint8
        assert layer.rgba.shape == (scene.canvas_height, scene.canvas_width, 4)


def test_layers_are_premultiplied_and_the_first_is_opaque(drawing: Drawing) -> None:
    scene = drawing.scene()
    assert scene.layers[0].blend == "over"
    assert int(scene.layers[0].rgba[..., 3].min()) == 255
    for layer in scene.layers:
        if layer.blend == "over":
            assert (layer.rgba[..., :3].max(axis=-1) <= layer.rgba[..., 3]).all(), layer.name
    assert len(scene.layers) >= (4 if drawing.backend.capabilities.layered else 1)
    assert all(0 <= item.after < len(scene.layers) for item in scene.particles)


def test_the_picture_shows_something(drawing: Drawing) -> None:
    assert float(drawing.scene().layers[0].rgba[..., :3].std()) > 2.0


def test_a_flat_picture_keeps_its_own_bytes_and_says_what_was_sent(drawing: Drawing) -> None:
    backend = drawing.backend
    asked = ask(negative_prompt="people, text")
    drawn = backend.generate(adapt(asked, backend.capabilities), FreeCall())
    assert drawn.sent.prompt
    assert drawn.sent.width >= 64
    assert drawn.sent.height >= 64
    assert backend.capabilities.seed == "none" or drawn.sent.seed == 5
    told = drawn.sent.prompt + drawn.sent.negative_prompt
    dropped = "negative_prompt" in drawn.dropped
    assert dropped or backend.capabilities.negative_prompt == "none" or "people" in told
    if not backend.capabilities.layered:
        assert media_type(drawn.original) == drawn.media_type
        assert drawn.model == backend.quote(asked).model or drawn.model
    assert KEY not in repr(drawn)


def test_a_seed_gives_the_same_pixels_and_another_seed_others(drawing: Drawing) -> None:
    if drawing.backend.capabilities.seed != "exact":
        pytest.skip("this backend promises no exact seed, and says so")
    one, two, other = drawing.scene(), drawing.scene(), drawing.scene(seed=6)
    assert all(np.array_equal(a.rgba, b.rgba) for a, b in zip(one.layers, two.layers, strict=True))
    assert any(
        not np.array_equal(a.rgba, b.rgba) for a, b in zip(one.layers, other.layers, strict=False)
    )
