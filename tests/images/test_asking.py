"""One picture from many backends: order, what is dropped, what is enlarged, what is remembered."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from apex_director.core.errors import AllBackendsFailed, ValidationFailed
from apex_director.images import GenerationRequest, generate
from apex_director.images.backends.procedural import ProceduralBackend
from apex_director.images.model import Capabilities, Drawn, Layer, Scene, Sent
from apex_director.images.policy import adapt, order
from apex_director.providers import Refused
from apex_director.providers.model import Call, Quote

PLAIN = Capabilities(
    name="plain",
    max_width=128,
    max_height=128,
    seed="none",
    negative_prompt="none",
    layered=False,
)
REQUEST = GenerationRequest(
    prompt="a quiet sea", width=256, height=144, seed=9, negative_prompt="people"
)


class Plain:
    """A flat backend of small pictures that remembers what it was asked."""

    def __init__(self, reason: str = "", error: Exception | None = None, **changes: object) -> None:
        self.capabilities = replace(PLAIN, **changes)  # type: ignore[arg-type]
        self.reason, self.error = reason, error
        self.asked: list[GenerationRequest] = []

    def ready(self) -> str:
        return self.reason

    def quote(self, request: GenerationRequest) -> Quote:
        return Quote(model="plain-1")

    def generate(self, request: GenerationRequest, call: Call) -> Drawn:
        self.asked.append(request)
        if self.error:
            raise self.error
        shape = (round(request.height * 1.25), round(request.width * 1.25), 4)
        rgba = np.full(shape, 255, np.uint8)
        rgba[..., 0] = np.linspace(0, 255, shape[1]).astype(np.uint8)
        scene = Scene(
            family="",
            width=request.width,
            height=request.height,
            overscan=1.25,
            layers=(Layer(name="picture", rgba=rgba, parallax=0.0),),
        )
        sent = Sent(width=request.width, height=request.height, seed=request.seed)
        return Drawn(scene=scene, sent=sent)


def no_wait(_seconds: float) -> None: ...


def test_backends_keep_their_order_and_the_preferred_one_leads() -> None:
    a, b = Plain(name="a", max_width=999), Plain(name="b", max_width=999)
    a.capabilities = replace(a.capabilities, max_height=999)
    b.capabilities = replace(b.capabilities, max_height=999)
    assert [c.name for c in order(REQUEST, [a, b])] == ["a", "b"]
    assert [c.name for c in order(REQUEST, [a, b], prefer="b")] == ["b", "a"]
    with pytest.raises(ValidationFailed, match="a, b"):
        order(REQUEST, [a, b], prefer="nobody")


def test_a_backend_that_is_too_small_waits_for_the_larger_unless_preferred() -> None:
    small, large = Plain(), Plain(name="large", max_width=999, max_height=999)
    assert [c.name for c in order(REQUEST, [small, large])] == ["large", "plain"]
    assert order(REQUEST, [small, large], prefer="plain")[0].name == "plain"


def test_our_own_renderer_is_what_a_picture_falls_back_on() -> None:
    ours, small = ProceduralBackend(), Plain()
    assert [c.name for c in order(REQUEST, [ours, small])] == ["plain", "procedural"]
    assert order(REQUEST, [ours, small], prefer="procedural")[0].name == "procedural"


def test_too_large_a_request_is_sent_at_the_cap_enlarged_and_told() -> None:
    small = Plain()
    result = generate(REQUEST, [small])
    assert (small.asked[0].width, small.asked[0].height) == (128, 72)
    assert (result.scene.width, result.scene.height) == (256, 144)
    assert result.scene.layers[0].rgba.shape == (180, 320, 4)
    assert "made at 128x72 and enlarged to 256x144" in result.provenance.notes
    assert np.all(np.diff(result.scene.layers[0].rgba[90, :, 0].astype(int)) >= -1)


def test_what_a_backend_does_not_understand_is_dropped_openly() -> None:
    small = Plain()
    result = generate(REQUEST, [small])
    assert small.asked[0].negative_prompt == ""
    assert small.asked[0].seed == 0
    assert result.provenance.trail[-1].dropped == ("seed", "negative_prompt", "width", "height")
    assert result.provenance.seed == 0
    assert adapt(REQUEST, ProceduralBackend().capabilities) == REQUEST


def test_the_trail_tells_the_whole_way_to_the_picture() -> None:
    closed = Plain(name="closed", reason="needs a key", max_width=999, max_height=999)
    strict = Plain(name="strict", error=Refused("no"), max_width=999, max_height=999)
    small = replace(REQUEST, width=96, height=64)
    result = generate(small, [closed, strict, ProceduralBackend()], wait=no_wait)
    assert [(a.backend, a.outcome) for a in result.provenance.trail] == [
        ("closed", "skipped"),
        ("strict", "refused"),
        ("procedural", "made"),
    ]
    assert result.provenance.backend == "procedural"
    assert result.provenance.model == "procedural/ocean"
    assert closed.asked == []


def test_every_call_goes_through_the_hook() -> None:
    seen: list[str] = []

    def hook(backend: Plain, request: GenerationRequest, call: Call) -> Drawn:
        seen.append(backend.capabilities.name)
        if len(seen) < 3:
            raise ConnectionError("flaky")
        return backend.generate(request, call)

    result = generate(REQUEST, [Plain()], attempt=hook, wait=no_wait)  # type: ignore[arg-type]
    assert seen == ["plain"] * 3
    assert result.provenance.trail[-1].outcome == "made"


def test_nothing_left_names_the_scene() -> None:
    with pytest.raises(AllBackendsFailed, match="picture p07"):
        generate(replace(REQUEST, scene_id="p07"), [Plain(reason="needs a key")])


def test_what_was_not_drawn_is_in_the_notes() -> None:
    request = GenerationRequest(
        prompt="abstract silk and a trombone", width=96, height=64, style="woodcut"
    )
    notes = generate(request, [ProceduralBackend()]).provenance.notes
    assert "not drawn: trombone, woodcut" in notes


def test_a_plan_wins_over_the_prompt() -> None:
    plan = {
        "family": "abstract",
        "mood": "calm",
        "time_of_day": "day",
        "palette": ("#102030", "#f0e0d0"),
    }
    request = GenerationRequest(prompt="a stormy sea at night", width=96, height=64, metadata=plan)
    assert generate(request, [ProceduralBackend()]).scene.family == "abstract"


def test_the_room_opens_light() -> None:
    code = (
        "import sys, apex_director.images, apex_director.images.scenes, apex_director.providers;"
        "print([m for m in ('numba', 'cv2', 'scipy', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
