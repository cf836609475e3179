"""ComfyUI: the user's workflow as a template, and its way through a server that loses things."""

from __future__ import annotations

import copy
import json
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from apex_director.core.errors import ConfigError
from apex_director.core.money import Usd
from apex_director.images import generate
from apex_director.images.backends.comfyui import ComfyUIBackend
from apex_director.images.backends.comfyui_graph import Template, fill, read_template
from apex_director.images.flat import decode
from apex_director.images.model import GenerationRequest
from apex_director.providers import OutcomeUnknown, Refused, Unbilled
from tests.servers import Server
from tests.servers.pictures import png

from .calls import NotedCall

EXAMPLE = Path(__file__).parents[3] / "examples" / "comfyui"
WORKFLOW = EXAMPLE / "sdxl_text_to_image.json"
SECTION = json.loads((EXAMPLE / "apex_config.example.json").read_text())["backends"]["comfyui"]
REQUEST = GenerationRequest(
    prompt="a lighthouse", negative_prompt="fog", width=1920, height=1080, steps=20, seed=7
)
ID = NotedCall().id


@dataclass
class Time:
    """A clock that only moves when somebody sleeps; ``act`` may do things meanwhile."""

    now: float = 0.0
    act: Callable[[], None] = lambda: None

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.act()


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def server(running: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    for name in ("COMFYUI_URL", "COMFYUI_AUTH"):
        monkeypatch.delenv(name, raising=False)
    running.reset()
    return running


def backend(server: Server, time: Time | None = None, **config: Any) -> ComfyUIBackend:
    time = time or Time()
    settings = {**SECTION, "home": str(EXAMPLE), "megapixels": 0.25}
    settings |= {"base_url": server.base("comfyui"), **config}
    return ComfyUIBackend(settings, clock=time.clock, sleep=time.sleep)


def executed(server: Server) -> list[str]:
    """The prompts that really ran on the server."""
    with urllib.request.urlopen(server.base("comfyui") + "/executed") as answer:
        found: list[str] = json.loads(answer.read())["executed"]
    return found


def written(folder: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """The example workflow with a change, in a file."""
    graph = json.loads(WORKFLOW.read_text())
    change(graph)
    path = folder / "workflow.json"
    path.write_text(json.dumps(graph))
    return path


# -- the workflow as a template --------------------------------------------------------------------


def test_the_example_takes_everything() -> None:
    template = read_template(WORKFLOW, SECTION["bindings"])
    before = copy.deepcopy(template.graph)
    values = {"prompt": "sea", "negative_prompt": "fog", "seed": 9, "steps": 5, "cfg": 4.5}
    graph = fill(template, values | {"width": 64, "height": 32, "filename_prefix": "x"})
    assert graph["6"]["inputs"]["text"] == "sea, highly detailed, cinematic light"
    assert graph["7"]["inputs"]["text"] == "fog"
    sampler = graph["3"]["inputs"]
    assert (sampler["seed"], sampler["steps"], sampler["cfg"]) == (9, 5, 4.5)
    assert (graph["5"]["inputs"]["width"], graph["5"]["inputs"]["height"]) == (64, 32)
    assert template.graph == before
    assert template.checkpoint() == "sd_xl_base_1.0.safetensors"


def test_without_bindings_marks_are_found(tmp_path: Path) -> None:
    def change(graph: dict[str, Any]) -> None:
        graph["3"]["inputs"]["seed"] = "%seed%"
        graph["9"]["inputs"]["filename_prefix"] = "apex_%width%x%height%"  # ComfyUI's own

    template = read_template(written(tmp_path, change))
    assert set(template.slots) == {"prompt", "negative_prompt", "seed"}
    graph = fill(template, {"prompt": "sea", "negative_prompt": "", "seed": 9})
    assert graph["3"]["inputs"]["seed"] == 9
    assert graph["7"]["inputs"]["text"] == ""
    assert graph["9"]["inputs"]["filename_prefix"] == "apex_%width%x%height%"


@pytest.mark.parametrize(
    ("binding", "words"),
    [
        ({"prompt": {"node": "66", "input": "text"}}, "no node '66'.*6 .CLIPTextEncode"),
        ({"prompt": {"node": "6", "input": "words"}}, "node 6 .* no input 'words'.*text, clip"),
        ({"prompt": {"node": "6", "input": "clip"}}, "'clip' of node 6 is fed by node 4"),
        ({"prompt": {"node": "3", "input": "steps"}}, "holds 30, and prompt is text"),
        ({"prompt": {"node": "6"}}, "names no input"),
        ({"words": {"node": "6", "input": "text"}}, "'words' is nothing we give"),
        ({"seed": {"node": "3", "input": "sampler_name"}}, "'euler', and seed is a number"),
        ({"seed": {"node": "3", "input": "seed"}}, "nothing in the workflow takes the prompt"),
        (
            {
                "prompt": {"node": "6", "input": "text"},
                "width": {"node": "5", "input": "width"},
            },
            "width and height are not both bound",
        ),
    ],
)
def test_a_wrong_binding_names_node_and_input(binding: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        read_template(WORKFLOW, binding)
    assert caught.value.where.startswith("backends.comfyui.bindings")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"nodes": [], "links": []}', r"editor's own format.*Export \(API\)"),
        ("{}", "no nodes"),
        ("no json", "no JSON"),
        ('{"1": {"inputs": {}}}', "node 1 has no class_type"),
        ('{"1": {"class_type": "A", "inputs": {"x": ["2", 0]}}}', "'x' of node 1 is fed by node 2"),
    ],
)
def test_a_wrong_workflow_is_told_apart(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "workflow.json"
    path.write_text(content)
    with pytest.raises(ConfigError, match=words):
        read_template(path)


def test_two_nodes_of_one_title_are_no_address(tmp_path: Path) -> None:
    def change(graph: dict[str, Any]) -> None:
        graph["7"]["_meta"]["title"] = "Prompt"

    with pytest.raises(ConfigError, match="2 nodes are called 'Prompt'"):
        read_template(written(tmp_path, change), {"prompt": {"node": "Prompt", "input": "text"}})


def test_a_studio_with_a_wrong_workflow_still_starts(server: Server) -> None:
    wrong = backend(server, workflow="gone.json")
    assert "gone.json" in wrong.ready()
    assert wrong.capabilities.seed == "none"
    with pytest.raises(ConfigError):
        wrong.generate(REQUEST, NotedCall())
    assert "workflow" in backend(server, workflow="").ready()
    assert "COMFYUI_URL" in backend(server, base_url="").ready()


def test_what_is_not_bound_is_not_taken(server: Server) -> None:
    only = backend(server, bindings={"prompt": {"node": "6", "input": "text"}})
    assert only.capabilities.seed == "none"
    assert only.capabilities.negative_prompt == "none"
    assert only.capabilities.max_references == 0
    whole = backend(server)
    assert whole.capabilities.seed == "exact"
    assert whole.capabilities.negative_prompt == "native"
    assert whole.capabilities.owns_ids
    assert whole.ready() == ""


# -- over the wire ---------------------------------------------------------------------------------


def test_a_picture_is_queued_under_the_calls_own_id(server: Server) -> None:
    call = NotedCall()
    made = backend(server).generate(REQUEST, call)
    (seen,) = server.seen("comfyui.prompt")
    assert seen["data"]["prompt_id"] == ID
    graph = seen["data"]["prompt"]
    assert graph["6"]["inputs"]["text"] == "a lighthouse, highly detailed, cinematic light"
    assert graph["7"]["inputs"]["text"] == "fog"
    assert graph["3"]["inputs"]["seed"] == 7
    assert (graph["5"]["inputs"]["width"], graph["5"]["inputs"]["height"]) == (680, 384)
    assert call.said == [("sending",), ("accepted", ID)]
    assert executed(server) == [ID]
    assert made.provider_id == ID
    assert made.sent.seed == 7
    assert made.sent.extras == {"steps": 20, "cfg": 9.0}
    assert made.model == "sd_xl_base_1.0.safetensors"
    assert decode(made.original).shape[1::-1] == (made.sent.width, made.sent.height)
    assert made.notes == ()


def test_a_seed_gives_the_same_picture_and_no_other_does(server: Server) -> None:
    one = backend(server)
    first = one.generate(REQUEST, NotedCall()).original
    assert one.generate(REQUEST, NotedCall(id="b" * 8)).original == first
    assert one.generate(replace(REQUEST, seed=8), NotedCall(id="c" * 8)).original != first
    assert one.generate(replace(REQUEST, negative_prompt=""), NotedCall(id="d" * 8)).original != (
        first
    )


@pytest.mark.parametrize("price", [0.0, 0.02])
def test_after_a_dropped_submit_one_prompt_runs(server: Server, price: float) -> None:
    server.fault("comfyui.prompt", "drop")
    call = NotedCall()
    made = backend(server, cost_per_image=price).generate(REQUEST, call)
    assert server.count("comfyui.prompt") == 1
    assert executed(server) == [ID]
    assert call.said == [("sending",), ("accepted", ID)]
    assert made.original


def test_a_submit_that_never_arrived_may_be_sent_again(server: Server) -> None:
    server.fault("comfyui.prompt", "502")  # its proxy's answer, not its own
    with pytest.raises(Unbilled) as caught:
        backend(server, cost_per_image=0.02).generate(REQUEST, NotedCall())
    assert caught.value.lost
    assert executed(server) == []
    assert server.count("comfyui.queue") >= 3  # it was looked for while it might still come


def test_the_cascade_sends_what_never_arrived_once_more(server: Server) -> None:
    server.fault("comfyui.prompt", "502")
    made = generate(REQUEST, [backend(server)], wait=lambda _: None)
    assert [attempt.outcome for attempt in made.provenance.trail] == ["failed", "made"]
    assert len(executed(server)) == 1
    assert made.drawn.provider_id == executed(server)[0]


def test_what_ran_for_nothing_is_booked(server: Server) -> None:
    server.fault("comfyui.prompt", "no_output")
    with pytest.raises(Refused) as caught:
        backend(server, cost_per_image=0.02).generate(REQUEST, NotedCall())
    assert caught.value.cost is not None
    assert caught.value.cost.usd == Usd.of("0.02")


def test_what_an_earlier_process_sent_is_waited_for(server: Server) -> None:
    time = Time()

    def die() -> None:
        raise MemoryError  # the process ends here, without a word to the server

    time.act = die
    with pytest.raises(MemoryError):
        backend(server, time).generate(REQUEST, NotedCall())
    assert executed(server) == []
    again = NotedCall(provider_id=ID, facts={"server": "x"})
    made = backend(server).generate(REQUEST, again)
    assert server.count("comfyui.prompt") == 1
    assert executed(server) == [ID]
    assert again.said == []
    assert made.sent.seed == 7


@pytest.mark.parametrize(
    ("price", "accepted", "error"),
    [(0.0, True, Unbilled), (0.02, True, OutcomeUnknown), (0.02, False, Unbilled)],
)
def test_what_a_restarted_server_forgot(
    server: Server, price: float, accepted: bool, error: type[Exception]
) -> None:
    facts = {"server": "x"} if accepted else {}
    with pytest.raises(error) as caught:
        backend(server, cost_per_image=price).generate(
            REQUEST, NotedCall(provider_id=ID, facts=facts)
        )
    assert getattr(caught.value, "lost", True)
    assert server.count("comfyui.prompt") == 0


def test_a_restart_while_it_draws(server: Server) -> None:
    server.fault("comfyui.prompt", "never")
    time = Time()

    def restart() -> None:
        if time.now > 5:
            server.fault("comfyui.history", "restart")
            time.act = lambda: None

    time.act = restart
    with pytest.raises(Unbilled) as caught:
        backend(server, time).generate(REQUEST, NotedCall())
    assert caught.value.lost


def test_a_server_that_is_away_for_a_while_is_waited_for(server: Server) -> None:
    server.fault("comfyui.history", "502", times=8)
    time = Time()
    assert backend(server, time).generate(REQUEST, NotedCall()).original
    assert server.count("comfyui.prompt") == 1
    server.fault("comfyui.history", "502", times=-1)
    with pytest.raises(Unbilled, match="502"):
        backend(server, time).generate(REQUEST, NotedCall(id="later"))
    assert time.now < 120


def test_what_never_finishes_keeps_its_id(server: Server) -> None:
    server.fault("comfyui.prompt", "never", times=2)
    with pytest.raises(Refused, match=f"{ID} is still running after 20 s"):
        backend(server, timeout_s=20).generate(REQUEST, NotedCall())
    assert server.count("comfyui.interrupt") == 1
    assert server.seen("comfyui.interrupt")[0]["data"] == {"prompt_id": ID}
    call = NotedCall(id="paid-one")
    with pytest.raises(Unbilled, match="paid-one is still running") as caught:
        backend(server, cost_per_image=0.02, timeout_s=20).generate(REQUEST, call)
    assert not caught.value.lost
    assert server.count("comfyui.interrupt") == 1  # what is paid for goes on


@pytest.mark.parametrize("stopped", [KeyboardInterrupt, GeneratorExit])
def test_leaving_stops_our_prompt_and_no_other(
    server: Server, stopped: type[BaseException]
) -> None:
    server.fault("comfyui.prompt", "never")
    time = Time()

    def leave() -> None:
        raise stopped

    time.act = leave
    with pytest.raises(stopped):
        backend(server, time).generate(REQUEST, NotedCall())
    assert server.seen("comfyui.interrupt")[-1]["data"] == {"prompt_id": ID}
    # The same again behind a prompt of somebody else: ours leaves the queue, theirs runs on.
    server.fault("comfyui.prompt", "never")
    with pytest.raises(stopped):
        backend(server, time).generate(REQUEST, NotedCall(id="theirs"))
    server.reset()
    server.fault("comfyui.prompt", "never")
    early = Time()
    early.act = lambda: (_ for _ in ()).throw(MemoryError)
    with pytest.raises(MemoryError):
        backend(server, early).generate(REQUEST, NotedCall(id="theirs"))
    with pytest.raises(stopped):
        backend(server, time).generate(REQUEST, NotedCall())
    assert server.count("comfyui.interrupt") == 0
    assert server.seen("comfyui.delete")[0]["data"] == {"delete": [ID]}


def test_what_was_stopped_by_an_earlier_process_may_be_sent_again(server: Server) -> None:
    server.fault("comfyui.prompt", "never")
    time = Time()
    time.act = lambda: (_ for _ in ()).throw(KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        backend(server, time).generate(REQUEST, NotedCall())
    with pytest.raises(Unbilled) as caught:
        backend(server).generate(REQUEST, NotedCall(provider_id=ID, facts={"server": "x"}))
    assert caught.value.lost


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("node_error", r"Sampler \(node 3\) failed: RuntimeError mat1 and mat2"),
        ("oom", r"memory was too small at Sampler \(node 3\).*megapixels"),
        ("no_output", "ended without a picture.*SaveImage"),
    ],
)
def test_a_failed_workflow_names_its_node(server: Server, fault: str, words: str) -> None:
    server.fault("comfyui.prompt", fault)
    with pytest.raises(Refused, match=words):
        backend(server).generate(REQUEST, NotedCall())
    assert server.count("comfyui.prompt") == 1


def test_a_workflow_the_server_does_not_take_names_its_nodes(
    server: Server, tmp_path: Path
) -> None:
    def change(graph: dict[str, Any]) -> None:
        graph["4"]["inputs"]["ckpt_name"] = "day.safetensors"

    other = str(written(tmp_path, change))
    with pytest.raises(Refused, match=r"node 4 \(CheckpointLoaderSimple\).*ckpt_name: 'day"):
        backend(server, workflow=other).generate(REQUEST, NotedCall())
    sick = backend(server, workflow=other).check()
    assert not sick.healthy
    assert "no ckpt_name 'day.safetensors' (Model (node 4))" in sick.cure
    assert backend(server).check().status == "ready"


@pytest.mark.parametrize("fault", ["401", "429"])
def test_what_was_not_taken_is_not_looked_for(server: Server, fault: str) -> None:
    server.fault("comfyui.prompt", fault, retry_after=2)
    with pytest.raises(Refused if fault == "401" else Unbilled) as caught:
        backend(server, cost_per_image=0.02).generate(REQUEST, NotedCall())
    assert server.count("comfyui.history") == 0
    assert ("COMFYUI_AUTH" in str(caught.value)) == (fault == "401")


def test_a_cached_picture_is_told_and_drawn_anew_where_its_name_is_bound(server: Server) -> None:
    bindings = {k: v for k, v in SECTION["bindings"].items() if k != "filename_prefix"}
    plain = backend(server, bindings=bindings)
    first = plain.generate(REQUEST, NotedCall())
    again = plain.generate(REQUEST, NotedCall(id="b" * 8))
    assert again.original == first.original
    assert any("already" in note for note in again.notes)
    server.fault("comfyui.view", "404")
    with pytest.raises(Refused, match=r"file that is gone.*filename_prefix"):
        plain.generate(REQUEST, NotedCall(id="c" * 8))
    assert backend(server).generate(REQUEST, NotedCall(id="d" * 8)).notes == ()


def test_a_reference_is_uploaded_once_and_loaded(server: Server, tmp_path: Path) -> None:
    def change(graph: dict[str, Any]) -> None:
        inputs = {"image": "%reference%"}
        graph["10"] = {"class_type": "LoadImage", "inputs": inputs, "_meta": {"title": "Look"}}
        graph["11"] = {
            "class_type": "VAEEncode",
            "inputs": {"pixels": ["10", 0], "vae": ["4", 2]},
        }
        graph["3"]["inputs"]["latent_image"] = ["11", 0]

    path, look = str(written(tmp_path, change)), tmp_path / "look.png"
    look.write_bytes(png(3, 96, 64))
    bound = SECTION["bindings"] | {"reference": {"node": "Look", "input": "image"}}
    one = backend(server, workflow=path, bindings=bound)
    assert one.capabilities.max_references == 1
    made = one.generate(replace(REQUEST, references=(str(look),)), NotedCall())
    (upload,) = server.seen("comfyui.upload")
    name = server.seen("comfyui.prompt")[0]["data"]["prompt"]["10"]["inputs"]["image"]
    assert name.startswith("apex_")
    assert name.endswith(".png")
    assert made.sent.references == 1
    assert upload["status"] == 200
    look.write_bytes(png(4, 96, 64))
    other = one.generate(replace(REQUEST, references=(str(look),)), NotedCall(id="other"))
    assert other.original != made.original


def test_an_old_server_names_the_prompt_itself(server: Server) -> None:
    server.fault("comfyui.prompt", "old")
    call = NotedCall()
    made = backend(server).generate(REQUEST, call)
    assert made.provider_id != ID
    assert call.said[-1] == ("accepted", made.provider_id)


@pytest.mark.parametrize("fault", ["html", "truncate"])
def test_a_picture_that_does_not_come_through(server: Server, fault: str) -> None:
    server.fault("comfyui.view", fault)
    with pytest.raises(Refused if fault == "html" else Unbilled):
        backend(server).generate(REQUEST, NotedCall())
    assert executed(server) == [ID]


def test_labels_say_what_a_person_knows() -> None:
    template: Template = read_template(WORKFLOW, SECTION["bindings"])
    assert template.label("3") == "Sampler (node 3)"
    assert template.label("99") == "node 99"
