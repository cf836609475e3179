"""A studio's own image service, as contract P33 describes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import pictures
from .protocol import Answer, Ask, Protocol, Rejected, Route, checked, number, text, whole

PRICE = 10_000  # micro-dollars


def _error(status: int, message: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    return {"error": message}


FIELDS = {
    "prompt": text(5000),
    "negative_prompt": text(5000),
    "width": whole(64, 4096),
    "height": whole(64, 4096),
    "quality": whole(1, 5),
    "steps": whole(1, 100),
    "guidance_scale": number(1, 20),
    "seed": whole(0, 2**31 - 1),
    "style": text(5000),
}


def generate(ask: Ask) -> Answer:
    """Draw one picture and say where it lies."""
    told = checked(ask.data, FIELDS, needed=("prompt", "width", "height", "quality"))
    work = str(ask.number)
    ask.memory[work] = [told.get("seed", 0) * 1000 + ask.number, told["width"], told["height"]]
    if ask.fault == "empty":
        return Answer(body={"status": "ok"}, billed=PRICE)
    url = ask.facts.get("url", f"{ask.base}/files/{work}.png")
    return Answer(body={"id": f"c-{work}", "image_url": url}, billed=PRICE, made=True)


def file(ask: Ask) -> Answer:
    """A made picture; a key here is a leak."""
    if "authorization" in ask.headers:
        raise Rejected(400, "a key was sent for a file")
    known = ask.memory.get(ask.match["work"])
    if known is None:
        raise Rejected(404, "no such file")
    if ask.fault == "not_a_picture":
        return Answer(body=b"%PDF-1.7", media_type="image/png")
    if ask.fault == "wrong_mime":
        return Answer(body=pictures.png(*known), media_type="application/x-msdownload")
    return Answer(body=pictures.png(*known), media_type="image/png")


def health(ask: Ask) -> Answer:
    """How it is."""
    return Answer(body={"status": "ok"})


PROTOCOL = Protocol(
    name="custom",
    routes=(
        Route(name="generate", method="POST", pattern=r"/generate", answer=generate),
        Route(
            name="file", method="GET", pattern=r"/files/(?P<work>\d+)\.png", answer=file, free=True
        ),
        Route(name="health", method="GET", pattern=r"/health", answer=health),
    ),
    error=_error,
)
