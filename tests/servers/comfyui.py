"""ComfyUI: a queue of graphs that move on as they are asked about, a history, files, a cache.

Own faults of ``comfyui.prompt``: "never" (does not finish), "node_error", "oom", "no_output",
"old" (the server takes no id of ours). Of ``comfyui.history``: "restart" (queue, history and cache
are gone). A prompt runs while its ``/history`` is asked: waiting, running, done. What ran is in
``memory["executed"]``, which ``GET /executed`` shows; the real server has no such route.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from typing import Any

from .pictures import png
from .protocol import Answer, Ask, Protocol, Rejected, Route, digest

LOOKS = 2  # looks at the history until the first in the queue is done
LINK = "link"
NODES: dict[str, dict[str, Any]] = {
    "CheckpointLoaderSimple": {"ckpt_name": ["sd_xl_base_1.0.safetensors", "night.safetensors"]},
    "CLIPTextEncode": {"text": str, "clip": LINK},
    "EmptyLatentImage": {"width": int, "height": int, "batch_size": int},
    "KSampler": {
        "seed": int,
        "steps": int,
        "cfg": (int, float),
        "sampler_name": ["euler", "dpmpp_2m"],
        "scheduler": ["normal", "karras"],
        "denoise": (int, float),
        "model": LINK,
        "positive": LINK,
        "negative": LINK,
        "latent_image": LINK,
    },
    "LoadImage": {"image": str},
    "VAEEncode": {"pixels": LINK, "vae": LINK},
    "VAEDecode": {"samples": LINK, "vae": LINK},
    "SaveImage": {"filename_prefix": str, "images": LINK},
    "PreviewImage": {"images": LINK},
}


def _error(status: int, message: str, facts: Mapping[str, Any]) -> Any:
    return {
        "error": {"type": "prompt_outputs_failed_validation", "message": message, "details": ""},
        "node_errors": facts.get("node_errors", {}),
    }


def _memory(ask: Ask) -> dict[str, Any]:
    for name, empty in (("works", {}), ("cache", {}), ("files", {}), ("uploads", {})):
        ask.memory.setdefault(name, empty)
    ask.memory.setdefault("executed", [])
    return ask.memory


def _fault(graph: Mapping[str, Any], inputs: Mapping[str, Any], kind: str, memory: Any) -> str:
    """What is wrong with one node; empty for nothing."""
    if kind not in NODES:
        return f"Node '{kind}' not found"
    for name, wanted in NODES[kind].items():
        value = inputs.get(name)
        if name not in inputs:
            return f"Required input is missing: {name}"
        if isinstance(wanted, list):
            if value not in wanted:
                return f"Value not in list: {name}: '{value}' not in {wanted}"
        elif wanted == LINK:
            if not isinstance(value, list) or str(value[0]) not in graph:
                return f"Bad linked input: {name}"
        elif not isinstance(value, wanted) or isinstance(value, bool):
            return f"Failed to convert an input value: {name}"
    if kind == "LoadImage" and inputs["image"] not in memory["uploads"]:
        return f"Custom validation failed for node: image - Invalid image file: {inputs['image']}"
    if kind == "EmptyLatentImage" and (inputs["width"] % 8 or inputs["height"] % 8):
        return "width and height are not multiples of 8"
    if kind == "KSampler" and not 0 <= inputs["seed"] < 2**64:
        return "Value bigger than max: seed"
    return ""


def _prompt(ask: Ask) -> Answer:
    data = ask.data
    known = {"prompt", "client_id", "prompt_id", "extra_data", "front", "number"}
    if not isinstance(data, dict) or set(data) - known or not data.get("prompt"):
        raise Rejected(400, "No prompt provided")
    graph = data["prompt"]
    with ask.lock:
        memory = _memory(ask)
        errors = {}
        for node, held in graph.items():
            if what := _fault(graph, held["inputs"], held["class_type"], memory):
                first = {"type": "invalid", "message": what, "details": "", "extra_info": {}}
                errors[node] = {"errors": [first], "class_type": held["class_type"]}
        if errors:
            raise Rejected(400, "Prompt outputs failed validation", node_errors=errors)
        given = data.get("prompt_id") if ask.fault != "old" else None
        name = str(given or uuid.UUID(int=ask.number))
        memory["works"][name] = {"graph": graph, "looks": 0, "kind": ask.fault, "entry": None}
        number = len(memory["works"])
    body = {"prompt_id": name, "number": number, "node_errors": {}}
    return Answer(body=body, made=True)


def _waiting(memory: Mapping[str, Any]) -> list[str]:
    return [name for name, work in memory["works"].items() if work["entry"] is None]


def _history(ask: Ask) -> Answer:
    name = ask.match["id"]
    with ask.lock:
        memory = _memory(ask)
        if ask.fault == "restart":
            memory["works"], memory["cache"] = {}, {}
        waiting = _waiting(memory)
        if waiting and waiting[0] == name:
            work = memory["works"][name]
            work["looks"] += 1
            if work["looks"] >= LOOKS and work["kind"] != "never":
                work["entry"] = _executed(memory, name, work)
        entry = memory["works"].get(name, {}).get("entry")
    return Answer(body={name: entry} if entry else {})


def _executed(memory: dict[str, Any], name: str, work: Mapping[str, Any]) -> dict[str, Any]:
    """Run a graph; nodes whose inputs were seen before are taken from the cache."""
    graph, kind = work["graph"], work["kind"]
    memory["executed"].append(name)
    if kind in {"node_error", "oom"}:
        return _failed(graph, name, kind)
    looks = {node: _look(graph, node, memory) for node in graph}
    cached = [node for node, look in looks.items() if look in memory["cache"]]
    outputs = {}
    for node, held in graph.items():
        if held["class_type"] in {"SaveImage", "PreviewImage"} and kind != "no_output":
            file = memory["cache"].get(looks[node]) or _saved(memory, graph, node, looks)
            outputs[node] = {"images": [file]}
            memory["cache"][looks[node]] = file
        memory["cache"].setdefault(looks[node], "")
    messages = [
        ["execution_start", {"prompt_id": name}],
        ["execution_cached", {"nodes": cached, "prompt_id": name}],
        ["execution_success", {"prompt_id": name}],
    ]
    status = {"status_str": "success", "completed": True, "messages": messages}
    return {"prompt": [1, name, graph, {}, []], "outputs": outputs, "status": status}


def _failed(graph: Mapping[str, Any], name: str, kind: str) -> dict[str, Any]:
    node = next(n for n, held in graph.items() if held["class_type"] == "KSampler")
    told = {"prompt_id": name, "node_id": node, "node_type": "KSampler", "traceback": ["..."]}
    if kind == "oom":
        said = ("torch.OutOfMemoryError", "Allocation on device 0 would exceed allowed memory.")
    else:
        said = ("RuntimeError", "mat1 and mat2 shapes cannot be multiplied (77x2048 and 768x320)")
    told |= {"exception_type": said[0], "exception_message": said[1]}
    status = {
        "status_str": "error",
        "completed": False,
        "messages": [["execution_start", {"prompt_id": name}], ["execution_error", told]],
    }
    return {"prompt": [1, name, graph, {}, []], "outputs": {}, "status": status}


def _look(graph: Mapping[str, Any], node: str, memory: Mapping[str, Any]) -> str:
    """A name for all that decides what a node gives."""
    inputs = {
        name: _look(graph, str(value[0]), memory) if isinstance(value, list) else value
        for name, value in graph[node]["inputs"].items()
    }
    if graph[node]["class_type"] == "LoadImage":
        inputs["image"] = memory["uploads"].get(inputs["image"], "")
    return digest(json.dumps([graph[node]["class_type"], inputs], sort_keys=True))


def _saved(
    memory: dict[str, Any], graph: Mapping[str, Any], node: str, looks: Mapping[str, str]
) -> dict[str, str]:
    held = graph[node]["inputs"]
    prefix = held.get("filename_prefix", "ComfyUI_temp")
    kind = "output" if graph[node]["class_type"] == "SaveImage" else "temp"
    name = f"{prefix}_{len(memory['files']) + 1:05d}_.png"
    sizes = [one["inputs"] for one in graph.values() if one["class_type"] == "EmptyLatentImage"]
    size = sizes[0] if sizes else {"width": 128, "height": 128}
    look = looks[str(held["images"][0])]
    memory["files"][name] = [int(look, 16), size["width"], size["height"]]
    return {"filename": name, "subfolder": "", "type": kind}


def _queue(ask: Ask) -> Answer:
    with ask.lock:
        memory = _memory(ask)
        waiting = _waiting(memory)
        items = [
            [n, name, memory["works"][name]["graph"], {}, []] for n, name in enumerate(waiting)
        ]
    return Answer(body={"queue_running": items[:1], "queue_pending": items[1:]})


def _delete(ask: Ask) -> Answer:
    with ask.lock:
        memory = _memory(ask)
        for name in _waiting(memory)[1:]:
            if name in ask.data["delete"]:
                del memory["works"][name]
    return Answer(body=b"", media_type="text/plain")


def _interrupt(ask: Ask) -> Answer:
    with ask.lock:
        memory = _memory(ask)
        for name in _waiting(memory)[:1]:
            if (ask.data or {}).get("prompt_id", name) == name:
                messages = [["execution_interrupted", {"prompt_id": name, "node_id": "3"}]]
                status = {"status_str": "error", "completed": False, "messages": messages}
                memory["works"][name]["entry"] = {"outputs": {}, "status": status}
    return Answer(body=b"", media_type="text/plain")


def _view(ask: Ask) -> Answer:
    with ask.lock:
        file = _memory(ask)["files"].get(ask.query.get("filename", ""))
    if file is None or ask.query.get("type") not in {"output", "temp"}:
        return Answer(status=404, body=b"", media_type="text/plain")
    look, width, height = file
    return Answer(body=png(look, width, height, {"prompt": "{}"}), media_type="image/png")


def _upload(ask: Ask) -> Answer:
    head = re.search(rb'name="image"; filename="([^"]+)".*?\r\n\r\n', ask.body, re.DOTALL)
    if head is None or b'name="overwrite"\r\n\r\ntrue' not in ask.body:
        raise Rejected(400, "no image")
    content = ask.body[head.end() :].split(b"\r\n--")[0]
    with ask.lock:
        _memory(ask)["uploads"][head[1].decode()] = digest(content)
    return Answer(body={"name": head[1].decode(), "subfolder": "", "type": "input"})


def _info(ask: Ask) -> Answer:
    kind = ask.match["kind"]
    if kind not in NODES:
        return Answer(body={})
    fields = {
        name: [wanted if isinstance(wanted, list) else "ANY"]
        for name, wanted in NODES[kind].items()
    }
    return Answer(body={kind: {"input": {"required": fields}, "name": kind}})


def _stats(ask: Ask) -> Answer:
    return Answer(body={"system": {"comfyui_version": "0.3.64"}, "devices": []})


def _ran(ask: Ask) -> Answer:
    with ask.lock:
        return Answer(body={"executed": _memory(ask)["executed"]})


PROTOCOL = Protocol(
    name="comfyui",
    routes=(
        Route(name="prompt", method="POST", pattern="/prompt", answer=_prompt),
        Route(name="history", method="GET", pattern="/history/(?P<id>[^/]+)", answer=_history),
        Route(name="queue", method="GET", pattern="/queue", answer=_queue),
        Route(name="delete", method="POST", pattern="/queue", answer=_delete),
        Route(name="interrupt", method="POST", pattern="/interrupt", answer=_interrupt),
        Route(name="view", method="GET", pattern="/view", answer=_view),
        Route(name="upload", method="POST", pattern="/upload/image", answer=_upload),
        Route(name="info", method="GET", pattern="/object_info/(?P<kind>[^/]+)", answer=_info),
        Route(name="stats", method="GET", pattern="/system_stats", answer=_stats),
        Route(name="executed", method="GET", pattern="/executed", answer=_ran),
    ),
    error=_error,
    keyless=True,
)
