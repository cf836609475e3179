"""Google's generateContent for image models, as the Gemini Developer API answers it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from . import pictures
from .protocol import (
    Answer,
    Ask,
    Protocol,
    Rejected,
    Route,
    anything,
    checked,
    flag,
    one_of,
    text,
    whole,
)

RATIOS_10 = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
RATIOS_14 = (*RATIOS_10, "1:4", "4:1", "1:8", "8:1")
MODELS: dict[str, dict[str, Any]] = {
    "gemini-nano-banana-2.1": {
        "sizes": {"1K": 1120, "2K": 1680, "4K": 3766},
        "ratios": RATIOS_14,
        "micros": (1.5, 7.5, 30.0),  # per token: input, text, image
    },
    "gemini-3-pro-image": {
        "sizes": {"1K": 1120, "2K": 1120, "4K": 2000},
        "ratios": RATIOS_10,
        "micros": (2.0, 12.0, 120.0),
    },
    "gemini-3.1-flash-lite-image": {
        "sizes": {"1K": 1120},
        "ratios": RATIOS_10,
        "micros": (0.0, 0.0, 30.0),
    },
}
THINKING = {"minimal": 40, "medium": 380, "high": 1900}
SIDE = {"1K": 1024, "2K": 2048, "4K": 4096}
BLOCKED = {"safety": "SAFETY", "blocked": "PROHIBITED_CONTENT"}
REASONS = {"image_safety": "IMAGE_SAFETY", "recitation": "IMAGE_RECITATION", "empty": "NO_IMAGE"}
STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


def _error(status: int, message: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    details = []
    if "retry_delay" in facts:
        kind = "type.googleapis.com/google.rpc.RetryInfo"
        details.append({"@type": kind, "retryDelay": facts["retry_delay"]})
    if "reason" in facts:
        kind = "type.googleapis.com/google.rpc.ErrorInfo"
        details.append({"@type": kind, "reason": facts["reason"], "domain": "googleapis.com"})
    word = facts.get("word", STATUS.get(status, "UNKNOWN"))
    return {"error": {"code": status, "message": message, "status": word, "details": details}}


def _inline(value: Any) -> bool:
    told = checked(
        value, {"mimeType": one_of("image/png", "image/jpeg", "image/webp"), "data": text()}
    )
    try:
        return bool(base64.b64decode(told["data"], validate=True))
    except (binascii.Error, KeyError):
        return False


def _part(value: Any) -> bool:
    told = checked(value, {"text": text(), "inlineData": _inline})
    return len(told) == 1


def _contents(value: Any) -> bool:
    if not (isinstance(value, list) and len(value) == 1):
        return False
    told = checked(value[0], {"role": one_of("user"), "parts": anything}, needed=("parts",))
    parts = told["parts"]
    references = sum("inlineData" in part for part in parts)
    return all(_part(part) for part in parts) and references <= 14


def _config(ask: Ask, model: Mapping[str, Any]) -> dict[str, Any]:
    told = checked(
        ask.data, {"contents": _contents, "generationConfig": anything}, needed=("contents",)
    )
    config = checked(
        told.get("generationConfig", {}),
        {
            "responseModalities": one_of(["IMAGE"], ["TEXT", "IMAGE"]),
            "imageConfig": anything,
            "seed": whole(-(2**31), 2**31 - 1),
            "thinkingConfig": anything,
        },
    )
    image = checked(
        config.get("imageConfig", {}),
        {"aspectRatio": one_of(*model["ratios"]), "imageSize": one_of(*model["sizes"])},
    )
    thinking = checked(
        config.get("thinkingConfig", {}),
        {"thinkingLevel": one_of(*THINKING), "includeThoughts": flag},
    )
    return {**image, **thinking, "seed": config.get("seed", ask.number)}


def _usage(
    model: Mapping[str, Any], prompt: int, thoughts: int, image: int
) -> tuple[dict[str, Any], int]:
    into, words, drawn = model["micros"]
    billed = int(prompt * into + thoughts * words + image * drawn + 0.5)
    usage: dict[str, Any] = {
        "promptTokenCount": prompt,
        "thoughtsTokenCount": thoughts,
        "candidatesTokenCount": image,
        "totalTokenCount": prompt + thoughts + image,
    }
    if image:
        usage["candidatesTokensDetails"] = [{"modality": "IMAGE", "tokenCount": image}]
    return usage, billed


def generate(ask: Ask) -> Answer:
    """Draw one picture, or say why not the way Google does: with status 200."""
    name = ask.match["model"]
    if name not in MODELS:
        raise Rejected(404, f"models/{name} is no longer available. Please update your code.")
    model = MODELS[name]
    config = _config(ask, model)
    parts = ask.data["contents"][0]["parts"]
    words = "".join(part.get("text", "") for part in parts)
    prompt = len(words) // 4 + 1 + 560 * sum("inlineData" in part for part in parts)
    thoughts = THINKING[config.get("thinkingLevel", "medium")] if model["micros"][1] else 0
    head = {"modelVersion": name, "responseId": f"resp-{ask.number}"}
    if ask.fault in BLOCKED:
        usage, billed = _usage(model, prompt, 0, 0)
        feedback = {"blockReason": BLOCKED[ask.fault]}
        body = {**head, "promptFeedback": feedback, "usageMetadata": usage}
        return Answer(body=body, billed=billed)
    if ask.fault in REASONS:
        usage, billed = _usage(model, prompt, thoughts, 0)
        told = {"finishReason": REASONS[ask.fault], "index": 0}
        if ask.fault == "empty":
            told["content"] = {"role": "model", "parts": [{"text": "I would rather not."}]}
        return Answer(body={**head, "candidates": [told], "usageMetadata": usage}, billed=billed)
    return _drawn(ask, head, model, config, (prompt, thoughts))


def _drawn(
    ask: Ask,
    head: Mapping[str, Any],
    model: Mapping[str, Any],
    config: Mapping[str, Any],
    tokens: tuple[int, int],
) -> Answer:
    size = config.get("imageSize", "1K")
    across, _, down = config.get("aspectRatio", "1:1").partition(":")
    content = pictures.jpeg(
        hash((config["seed"], ask.number)) & 0x7FFFFFFF,
        SIDE[size],
        round(SIDE[size] * int(down) / int(across)),
    )
    usage, billed = _usage(model, *tokens, model["sizes"][size])
    data = base64.b64encode(content).decode()
    if ask.fault == "bad_base64":
        data = "%%%" + data[3:]
    if ask.fault == "not_a_picture":
        data = base64.b64encode(b"<svg onload='x'/>" * 9).decode()
    inline = {"mimeType": "text/html" if ask.fault == "wrong_mime" else "image/jpeg", "data": data}
    thought = pictures.png(1, 64, 64)
    parts = [
        {"text": "Thinking about light.", "thought": True},
        {
            "inlineData": {"mimeType": "image/png", "data": base64.b64encode(thought).decode()},
            "thought": True,
        },
        {"inlineData": inline, "thoughtSignature": "c2ln"},
    ]
    candidate = {"content": {"role": "model", "parts": parts}, "finishReason": "STOP", "index": 0}
    body = {**head, "candidates": [candidate], "usageMetadata": usage}
    return Answer(body=body, billed=billed, made=True)


def models(ask: Ask) -> Answer:
    """The free list."""
    return Answer(body={"models": [{"name": f"models/{name}"} for name in MODELS]})


def one_model(ask: Ask) -> Answer:
    """One model, free."""
    if ask.match["model"] not in MODELS:
        raise Rejected(404, f"models/{ask.match['model']} is not found")
    return Answer(body={"name": f"models/{ask.match['model']}"})


PROTOCOL = Protocol(
    name="gemini",
    routes=(
        Route(
            name="generate",
            method="POST",
            pattern=r"/v1/models/(?P<model>[^/:]+):generateContent",
            answer=generate,
        ),
        Route(name="models", method="GET", pattern=r"/v1/models", answer=models),
        Route(
            name="model", method="GET", pattern=r"/v1/models/(?P<model>[^/:]+)", answer=one_model
        ),
    ),
    error=_error,
    key=lambda headers: headers.get("x-goog-api-key", ""),
)
