"""OpenRouter's images endpoint: prices in the answer, errors with any status, 200 included."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from . import pictures
from .protocol import Answer, Ask, Protocol, Rejected, Route, anything, checked, one_of, text, whole

MODELS = {"google/gemini-nano-banana-2.1": 33_600, "acme/painter": 12_345}  # micro-dollars
SIDES = {"512": 512, "768": 768, "1K": 1024, "1.5K": 1536, "2K": 2048, "4K": 4096}


def _error(status: int, message: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    told = {"code": facts.get("code", status), "message": message}
    return {"error": {**told, "metadata": facts.get("metadata", {})}}


def _references(value: Any) -> bool:
    for one in value if isinstance(value, list) and len(value) <= 14 else [None]:
        told = checked(one, {"type": one_of("image_url"), "image_url": anything})
        link = checked(told["image_url"], {"url": text()})["url"]
        if not link.startswith(("data:image/", "https://")):
            return False
    return True


FIELDS = {
    "model": text(200),
    "prompt": text(),
    "aspect_ratio": one_of(
        *("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
    ),
    "resolution": one_of(*SIDES),
    "n": whole(1, 10),
    "seed": whole(0, 2**31 - 1),
    "quality": text(20),
    "background": text(20),
    "output_format": one_of("png", "jpeg", "webp"),
    "input_references": _references,
    "provider": anything,
}


def generate(ask: Ask) -> Answer:
    """Draw one picture and tell its price."""
    told = checked(ask.data, FIELDS, needed=("model", "prompt"))
    if told["model"] not in MODELS:
        raise Rejected(404, f"No endpoints found for {told['model']}.")
    cost = MODELS[told["model"]]
    if ask.fault == "error_200":
        code = ask.facts.get("code", 502)
        return Answer(body=_error(code, str(ask.facts.get("message", "Upstream failed")), {}))
    if ask.fault == "safety":
        told_why = {"reasons": ["violence"], "flagged_input": "..."}
        raise Rejected(403, "Your input was flagged: content_policy_violation", metadata=told_why)
    usage = {"prompt_tokens": 20, "completion_tokens": 1120, "cost": cost / 1e6}
    head = {"created": 1790000000, "id": f"gen-{ask.number}", "model": told["model"]}
    if ask.fault == "empty":
        return Answer(body={**head, "data": [], "usage": usage}, billed=cost)
    across, _, down = told.get("aspect_ratio", "1:1").partition(":")
    side = SIDES[told.get("resolution", "1K")]
    seed = told.get("seed", 0) * 1000 + ask.number
    content = pictures.png(seed, side, round(side * int(down) / int(across)))
    data = "%%%" if ask.fault == "bad_base64" else base64.b64encode(content).decode()
    one = {"b64_json": data, "media_type": "image/png"}
    return Answer(body={**head, "data": [one], "usage": usage}, billed=cost, made=True)


def models(ask: Ask) -> Answer:
    """The free list of models that draw."""
    return Answer(body={"data": [{"id": name} for name in MODELS]})


def key(ask: Ask) -> Answer:
    """What the key may still spend."""
    return Answer(body={"data": {"label": "test", "limit_remaining": 4.2, "usage": 1.0}})


PROTOCOL = Protocol(
    name="openrouter",
    routes=(
        Route(name="generate", method="POST", pattern=r"/api/v1/images", answer=generate),
        Route(name="models", method="GET", pattern=r"/api/v1/images/models", answer=models),
        Route(name="key", method="GET", pattern=r"/api/v1/key", answer=key),
    ),
    error=_error,
)
