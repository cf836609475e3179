"""AUTOMATIC1111's web API: ``/sdapi/v1``, started with --api and, where a key comes, --api-auth.

Own faults of ``a1111.draw``: "working" (draws for ``seconds`` and can be interrupted), "oom",
"empty", "bad_base64", "no_picture", "grid" (a contact sheet before the picture), "silent_info"
(info empty, as stable-diffusion.cpp's), "other_seed". ``sampler`` in the faults of "a1111.draw" is
not needed: an unknown sampler is refused as the real one does.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from typing import Any

from .pictures import png
from .protocol import Answer, Ask, Protocol, Rejected, Route, digest

CHECKPOINTS = ("sd_xl_base_1.0.safetensors [31e35c80fc]", "night-xl.safetensors [aa11bb22cc]")
SAMPLERS = ("Euler", "Euler a", "DPM++ 2M")
FIELDS = {
    "prompt": str,
    "negative_prompt": str,
    "seed": int,
    "steps": int,
    "cfg_scale": (int, float),
    "width": int,
    "height": int,
    "batch_size": int,
    "n_iter": int,
    "sampler_name": str,
    "scheduler": str,
    "override_settings": dict,
    "override_settings_restore_afterwards": bool,
    "force_task_id": str,
    "init_images": list,
    "denoising_strength": (int, float),
    "resize_mode": int,
}


def _key(headers: Mapping[str, str]) -> str:
    scheme, _, coded = headers.get("authorization", "").partition(" ")
    return base64.b64decode(coded).decode() if scheme == "Basic" else ""


def _error(status: int, message: str, facts: Mapping[str, Any]) -> Any:
    if status == 422:
        told = [{"loc": ["body", facts.get("field", "steps")], "msg": message, "type": "value"}]
        return {"detail": told}
    if status >= 500:
        return {"error": facts.get("error", "RuntimeError"), "detail": "", "errors": message}
    return {"detail": message}


def _checked(data: Any, path: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise Rejected(422, "value is not a valid dict", field="body")
    for name, value in data.items():
        if name not in FIELDS or not isinstance(value, FIELDS[name]):
            raise Rejected(422, "unknown or of a wrong type", field=name)
    if data["width"] % 8 or data["height"] % 8 or not 0 <= data["seed"] < 2**32:
        raise Rejected(422, "not a size or seed it takes", field="width")
    if data.get("sampler_name", "Euler") not in SAMPLERS:
        raise Rejected(404, "Sampler not found")
    wanted = data.get("override_settings", {}).get("sd_model_checkpoint", CHECKPOINTS[0])
    if not any(wanted in known for known in CHECKPOINTS):
        raise Rejected(500, "Unknown checkpoint")
    if path.endswith("img2img"):
        if not data.get("init_images"):
            raise Rejected(404, "Init image not found")
        base64.b64decode(data["init_images"][0], validate=True)
    return data


def _draw(ask: Ask) -> Answer:
    data = _checked(ask.data, ask.path)
    if ask.fault == "oom":
        message = "CUDA out of memory. Tried to allocate 9.00 GiB"
        raise Rejected(500, message, error="OutOfMemoryError")
    interrupted = _work(ask, str(data.get("force_task_id", "")))
    if ask.fault == "empty":
        return Answer(body={"images": [], "parameters": {}, "info": "{}"}, made=True)
    seed = data["seed"] + (1 if ask.fault == "other_seed" else 0)
    told = {k: v for k, v in data.items() if k not in {"force_task_id", "width", "height"}}
    look = int(digest(json.dumps(told, sort_keys=True)), 16)
    picture = base64.b64encode(png(look, data["width"], data["height"])).decode()
    images, first = [picture], 0
    if ask.fault == "grid":
        images, first = [base64.b64encode(png(1, 64, 64)).decode(), picture], 1
    if ask.fault == "bad_base64":
        images = ["@@@"]
    if ask.fault == "no_picture":
        images = [base64.b64encode(b"<html>").decode()]
    model = data.get("override_settings", {}).get("sd_model_checkpoint", CHECKPOINTS[0])
    info = {
        "seed": seed,
        "all_seeds": [seed],
        "index_of_first_image": first,
        "sd_model_name": model.partition(".")[0],
        "interrupted": interrupted,
    }
    text = "" if ask.fault == "silent_info" else json.dumps(info)
    return Answer(body={"images": images, "parameters": data, "info": text}, made=True)


def _work(ask: Ask, task: str) -> bool:
    """Draw for a while if told to; whether somebody interrupted."""
    with ask.lock:
        ask.memory.update(current=task, interrupted=False)
    ends = time.monotonic() + float(ask.facts.get("seconds", 0.0))
    while ask.fault == "working" and time.monotonic() < ends and not ask.memory["interrupted"]:
        time.sleep(0.01)
    with ask.lock:
        ask.memory["current"] = ""
        return bool(ask.memory["interrupted"])


def _progress(ask: Ask) -> Answer:
    with ask.lock:
        task = ask.facts.get("current_task", ask.memory.get("current", ""))
        body = {"progress": 0.5 if task else 0.0, "state": {}, "current_task": task or None}
    return Answer(body=body)


def _interrupt(ask: Ask) -> Answer:
    with ask.lock:
        ask.memory["interrupted"] = True
    return Answer(body={})


def _models(ask: Ask) -> Answer:
    known = [{"title": name, "model_name": name.partition(".")[0]} for name in CHECKPOINTS]
    return Answer(body=known)


PROTOCOL = Protocol(
    name="a1111",
    routes=(
        Route(name="draw", method="POST", pattern="/sdapi/v1/(txt2img|img2img)", answer=_draw),
        Route(name="progress", method="GET", pattern="/sdapi/v1/progress", answer=_progress),
        Route(name="interrupt", method="POST", pattern="/sdapi/v1/interrupt", answer=_interrupt),
        Route(name="models", method="GET", pattern="/sdapi/v1/sd-models", answer=_models),
    ),
    error=_error,
    key=_key,
    keyless=True,
)
