"""MiniMax image-01: business errors are HTTP 200 with ``base_resp``, keys are bound to a region."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apex_director.images.model import Capabilities, Drawn, GenerationRequest, Health, Scene, Sent
from apex_director.providers import catalogue
from apex_director.providers.exchange import Reply
from apex_director.providers.faults import Told
from apex_director.providers.http import Wire
from apex_director.providers.model import Call, Cost, Quote
from apex_director.providers.outcomes import Refused

from . import cloud
from .local import Settings

MODEL = "image-01"
LONGEST_PROMPT = 1500  # characters
LEAST_SIDE, MOST_SIDE, MULTIPLE = 512, 2048, 8  # pixels
PER_MINUTE = 10
FULL_S = 60.0 / PER_MINUTE  # seconds until there is room again
_NOTHING = Scene(family="", width=0, height=0, overscan=1.2, layers=())
_MAY_PASS = {1000, 1001, 1024, 1033}
_TOO_OFTEN = {1002, 1039, 1041}
_KEY = {1004, 2049}
_EMPTY = {1008, 1028, 1030, 2061}
_BLOCKED = {1026, 1027}


@dataclass(frozen=True, kw_only=True)
class _Words:
    """The prompt as it will be sent, and what had to be done to it."""

    text: str
    notes: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


class MiniMaxBackend:
    """Draws with MiniMax.

    Parameters
    ----------
    config : mapping
        ``api_key``, ``base_url`` (``https://api.minimaxi.com`` for keys of China), ``model``,
        ``response_format`` (url, base64), ``timeout_s``, ``per_minute``, ``priority``,
        ``quality_level``, ``cost_per_image``; else ``MINIMAX_API_KEY`` and ``MINIMAX_BASE_URL``.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._settings = Settings(name="minimax", config=dict(config))
        self._account = cloud.Account(
            settings=self._settings,
            key_name="MINIMAX_API_KEY",
            base_variable="MINIMAX_BASE_URL",
            default_base="https://api.minimax.io",
            get_key="platform.minimax.io",
        )

    def __repr__(self) -> str:
        return "MiniMaxBackend()"

    @property
    def capabilities(self) -> Capabilities:
        """Sizes of 512 to 2048 pixels, seeds, one face to keep."""
        settings, known = self._settings, catalogue.model(self._model())
        return Capabilities(
            name="minimax",
            max_width=MOST_SIDE,
            max_height=MOST_SIDE,
            seed="best_effort",
            negative_prompt="folded",
            layered=False,
            max_references=known.max_references if known is not None else 1,
            usd_per_image=cloud.shown_price(self._price()),
            needs=self._account.key_name,
            model=self._model(),
            aspects=known.aspects if known is not None and not self._by_pixels() else (),
            priority=settings.whole("priority", 3, 1, 1000),
            quality_level=settings.whole("quality_level", 4, 1, 5),
            per_minute=settings.whole("per_minute", PER_MINUTE, 0, 10_000),
            timeout_s=self._account.patience_s,
            key_name=self._account.key_name,
        )

    def ready(self) -> str:
        """Empty when there is a key and the model still lives, else what to do."""
        return cloud.retired(self._settings, self._model()) or self._account.missing()

    def quote(self, request: GenerationRequest) -> Quote:
        """The list price of one picture."""
        return Quote(model=self._model(), cost=self._price())

    def check(self) -> Health:
        """Whether it is set up: MiniMax has no question that costs nothing."""
        why_not = "Not asked: MiniMax documents no request that costs nothing."
        return cloud.health(self.ready(), self._account.key_name, None, why_not=why_not)

    def generate(self, request: GenerationRequest, call: Call) -> Drawn:
        """Draw one picture; where one was drawn by an earlier process, only fetch it.

        Raises
        ------
        Refused
            It was blocked, or is not to be had.
        Unbilled, OutcomeUnknown
            As the wire says.
        InputUnusable
            The reference cannot be used.
        """
        wire, said, cost = self._wire(), _words(request), self._price()
        sent = self._sent(request, said)
        url, work = cloud.earlier(call), call.provider_id
        if url:
            content = cloud.fetched(wire, url, cost)
        else:
            body = self._body(request, sent)
            data = cloud.as_mapping(wire.post_json("v1/image_generation", body, call=call).data)
            work = str(data.get("id") or "")
            content = self._content(wire, call, data, cost)
        drawn = Drawn(
            scene=_NOTHING,
            model=self._model(),
            sent=sent,
            dropped=(*said.dropped, *cloud.in_vain(request)),
            provider_id=work,
            cost=cost,
            notes=said.notes,
            licence="as MiniMax's terms say",
        )
        return cloud.filmed(content, request, wire, drawn)

    def _content(self, wire: Wire, call: Call, data: Mapping[str, Any], cost: Cost) -> bytes:
        made = cloud.as_mapping(data.get("data"))
        inline, urls = list(made.get("image_base64") or ()), list(made.get("image_urls") or ())
        if not inline and not urls:
            failed = str(cloud.as_mapping(data.get("metadata")).get("failed_count") or "0")
            if failed == "0":
                raise wire.lost("it answered without a picture", cost=cost)
            raise Refused(
                "its safety check took the picture out",
                where=wire.name,
                what_to_do="Change the prompt, or choose another backend.",
            )
        call.billed(cost)
        if inline:
            return cloud.unbase64(inline[0], wire, cost)
        call.accepted(str(data.get("id") or "unnamed"), url=str(urls[0]))
        return cloud.fetched(wire, str(urls[0]), cost)

    def _body(self, request: GenerationRequest, sent: Sent) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self._model(),
            "prompt": sent.prompt,
            "n": 1,
            "seed": request.seed,
            "prompt_optimizer": False,  # the studio has written the prompt already
            **sent.extras,
        }
        if sent.width:
            body |= {"width": sent.width, "height": sent.height}
        if request.references:
            face = cloud.data_uri(request.references[0])
            body["subject_reference"] = [{"type": "character", "image_file": face}]
        return body

    def _sent(self, request: GenerationRequest, said: _Words) -> Sent:
        extras: dict[str, Any] = {
            "response_format": self._settings.choice("response_format", "url", ("url", "base64"))
        }
        width = height = 0
        if self._by_pixels():
            width, height = size_at(request.width, request.height)
        else:
            known = catalogue.model(self._model())
            aspects = known.aspects if known is not None and known.aspects else ("16:9", "1:1")
            extras["aspect_ratio"] = cloud.nearest_aspect(request.width, request.height, aspects)
        return Sent(
            prompt=said.text,
            seed=request.seed,
            width=width,
            height=height,
            references=len(request.references[:1]),
            extras=extras,
        )

    def _by_pixels(self) -> bool:
        return self._model() == MODEL

    def _model(self) -> str:
        return cloud.known_model(self._settings, MODEL)

    def _price(self) -> Cost:
        return cloud.own_price(self._settings) or catalogue.price(self._model())

    def _wire(self) -> Wire:
        return self._account.wire("authorization", explain, paid=self._price() != Cost())


def size_at(width: int, height: int) -> tuple[int, int]:
    """The nearest size it takes: that aspect, sides of 512 to 2048 pixels in steps of 8."""
    scale = max(1.0, LEAST_SIDE / min(width, height))
    scale = min(scale, MOST_SIDE / max(width, height))
    return _side(width * scale), _side(height * scale)


def _side(pixels: float) -> int:
    return min(MOST_SIDE, max(LEAST_SIDE, math.floor(pixels / MULTIPLE + 0.5) * MULTIPLE))


def _words(request: GenerationRequest) -> _Words:
    """Prompt, style and what is not wanted within its 1500 characters; cut at a word."""
    whole = cloud.folded(request)
    notes = ("the reference is used as the face of a character",) if request.references else ()
    if len(whole) <= LONGEST_PROMPT:
        return _Words(text=whole, notes=notes)
    cut = whole[:LONGEST_PROMPT]
    if not whole[LONGEST_PROMPT].isspace() and " " in cut:
        cut = cut[: cut.rindex(" ")]
    told = f"the prompt was cut from {len(whole)} to {len(cut.rstrip())} characters, its most"
    return _Words(text=cut.rstrip(), notes=(*notes, told), dropped=("prompt beyond its length",))


def explain(reply: Reply) -> Told | None:
    """What ``base_resp`` says, also with HTTP 200.

    Source: MiniMax's page of error codes.
    """
    base = cloud.as_mapping(cloud.as_mapping(reply.data).get("base_resp"))
    code = base.get("status_code")
    if not base or code == 0:
        return None
    words = f"{base.get('status_msg') or 'it failed'} ({code})"
    if reply.status != 200:
        return Told(message=words)
    if code in _MAY_PASS:
        return Told(message=words, status=503, retry_after=1.0)
    if code in _TOO_OFTEN:
        return Told(message=words, status=429, retry_after=FULL_S)
    if code in _KEY:
        cure = (
            "Check MINIMAX_API_KEY and its region: keys of api.minimaxi.com (China) need "
            "MINIMAX_BASE_URL set to it."
        )
        return Told(message=words, status=401, what_to_do=cure)
    if code in _EMPTY:
        return Told(message=words, status=402)
    if code in _BLOCKED:
        told = f"its safety check blocked it: {words}"
        return Told(
            message=told, status=400, what_to_do="Change the prompt, or choose another backend."
        )
    return Told(message=words, status=400)
