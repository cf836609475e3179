"""MiniMax image generation: business errors are HTTP 200 with ``base_resp``."""

from __future__ import annotations

import base64
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

PRICE = 3500  # micro-dollars of one picture
RATIOS = {
    "1:1": (1024, 1024),
    "16:9": (1280, 720),
    "4:3": (1152, 864),
    "3:2": (1248, 832),
    "2:3": (832, 1248),
    "3:4": (864, 1152),
    "9:16": (720, 1280),
    "21:9": (1344, 576),
}
SIDE = whole(512, 2048, 8)
WORDS = {
    1000: "unknown error",
    1002: "rate limit exceeded",
    1004: "login fail: not authorized",
    1008: "insufficient balance",
    1026: "prompt contains sensitive content",
    1027: "image contains sensitive content",
    1042: "invalid characters",
    2013: "invalid params",
    2049: "invalid api key",
    2061: "your plan does not support this model",
}


def _error(status: int, message: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    return {"base_resp": {"status_code": facts.get("code", status), "status_msg": message}}


def _subject(value: Any) -> bool:
    if not (isinstance(value, list) and len(value) == 1):
        return False
    told = checked(value[0], {"type": one_of("character"), "image_file": text()})
    return str(told.get("image_file", "")).startswith(("data:image/", "https://"))


FIELDS = {
    "model": one_of("image-01", "image-01-live"),
    "prompt": text(1500),
    "aspect_ratio": one_of(*RATIOS),
    "width": SIDE,
    "height": SIDE,
    "n": whole(1, 9),
    "seed": whole(0, 2**63 - 1),
    "response_format": one_of("url", "base64"),
    "prompt_optimizer": flag,
    "aigc_watermark": flag,
    "subject_reference": _subject,
    "style": anything,
}


def generate(ask: Ask) -> Answer:
    """Draw one picture; ``code`` faults are 200 with that business code."""
    if ask.fault == "code":
        code = int(ask.facts["code"])
        words = WORDS.get(code, "failed")
        return Answer(body={"id": "", "base_resp": {"status_code": code, "status_msg": words}})
    try:
        told = checked(ask.data, FIELDS, needed=("model", "prompt"))
        if ("width" in told) != ("height" in told) or ("width" in told and "aspect_ratio" in told):
            raise Rejected(400, "width and height, or aspect_ratio")
    except Rejected as wrong:
        resp = {"status_code": 2013, "status_msg": f"invalid params, {wrong.message}"}
        return Answer(body={"base_resp": resp})
    work, good = f"mm-{ask.number}", {"status_code": 0, "status_msg": "success"}
    if ask.fault == "empty":
        counts = {"success_count": "0", "failed_count": "1"}
        return Answer(body={"id": work, "data": None, "metadata": counts, "base_resp": good})
    seed = int(told.get("seed", ask.number)) * 1000 + ask.number
    width, height = RATIOS[told.get("aspect_ratio", "1:1")]
    size = (told.get("width", width), told.get("height", height))
    ask.memory[work] = [seed, *size]
    data: dict[str, Any] = {"image_urls": [f"{ask.base}/cdn/{work}.jpeg?Signature=s3cr3t"]}
    if "url" in ask.facts:
        data = {"image_urls": [ask.facts["url"]]}
    if told.get("response_format") == "base64":
        content = base64.b64encode(pictures.jpeg(seed, *size)).decode()
        data = {"image_base64": ["%%%" if ask.fault == "bad_base64" else content]}
    counts = {"success_count": "1", "failed_count": "0"}
    body = {"id": work, "data": data, "metadata": counts, "base_resp": good}
    return Answer(body=body, billed=PRICE, made=True)


def cdn(ask: Ask) -> Answer:
    """The signed address a picture lies at; a key here is a leak."""
    if "authorization" in ask.headers:
        raise Rejected(400, "a key was sent to the CDN")
    known = ask.memory.get(ask.match["work"])
    if known is None or ask.fault == "expired":
        return Answer(status=403, body=b"<Error>Request has expired</Error>", media_type="text/xml")
    if ask.fault == "not_a_picture":
        return Answer(body=b"<html>sign in</html>", media_type="text/html")
    return Answer(body=pictures.jpeg(*known), media_type="image/jpeg")


PROTOCOL = Protocol(
    name="minimax",
    routes=(
        Route(name="generate", method="POST", pattern=r"/v1/image_generation", answer=generate),
        Route(
            name="cdn", method="GET", pattern=r"/cdn/(?P<work>[\w-]+)\.jpeg", answer=cdn, free=True
        ),
    ),
    error=_error,
)
