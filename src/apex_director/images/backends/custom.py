"""A studio's own image service over HTTP (contract P33).

``POST {endpoint}/generate`` answers with ``image_url``, ``GET {endpoint}/health`` says how it is.
Unless a price is set it costs nothing, and what failed is simply tried again.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

from apex_director.core.errors import ApexError, BackendUnavailable
from apex_director.core.frame import MAX_SIDE
from apex_director.images.flat import media_type
from apex_director.images.model import Capabilities, Drawn, GenerationRequest, Health, Scene, Sent
from apex_director.providers.exchange import Reply
from apex_director.providers.faults import Told, told_of
from apex_director.providers.http import Wire
from apex_director.providers.model import Call, Cost, Quote
from apex_director.providers.outcomes import OutcomeUnknown, Refused, Unbilled

from . import cloud
from .local import Settings

URL_VARIABLE = "CUSTOM_IMAGE_URL"
MAX_PICTURE = 10 * 1024 * 1024  # bytes (contract B41)
_NOTHING = Scene(family="", width=0, height=0, overscan=1.2, layers=())
_EXTENSIONS = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
_EXTENSIONS |= {".webp": "image/webp"}
_SAYS_NOTHING = {"", "application/octet-stream", "binary/octet-stream"}


class ImageGenerationException(BackendUnavailable):
    """A custom backend did not make the picture (contract P33)."""

    code: ClassVar[str] = "image_generation_failed"


class _RefusedException(ImageGenerationException, Refused):
    """As :class:`Refused`."""


class _UnbilledException(ImageGenerationException, Unbilled):
    """As :class:`Unbilled`."""


class _UnknownException(ImageGenerationException, OutcomeUnknown):
    """As :class:`OutcomeUnknown`."""


class CustomHttpBackend:
    """Draws with a service of one's own.

    Parameters
    ----------
    config : mapping
        ``endpoint``, ``api_key``, ``cost_per_image`` (0), ``max_width``, ``max_height``,
        ``timeout_s``, ``per_minute``, ``priority``, ``quality_level``; else ``CUSTOM_IMAGE_URL``
        and ``CUSTOM_IMAGE_API_KEY``. An endpoint on this machine needs no key.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        endpoint = config.get("endpoint") or config.get("base_url") or ""
        self._settings = Settings(name="custom", config={**config, "base_url": endpoint})
        self._account = cloud.Account(
            settings=self._settings,
            key_name="CUSTOM_IMAGE_API_KEY",
            base_variable=URL_VARIABLE,
            default_base="",
            get_key="your own service",
            timeout_s=180.0,
        )

    def __repr__(self) -> str:
        return "CustomHttpBackend()"

    @property
    def capabilities(self) -> Capabilities:
        """What the contract's fields carry; seeds as well as the service keeps them."""
        settings = self._settings
        return Capabilities(
            name="custom",
            max_width=settings.whole("max_width", MAX_SIDE, 64, MAX_SIDE),
            max_height=settings.whole("max_height", MAX_SIDE, 64, MAX_SIDE),
            seed="best_effort",
            negative_prompt="native",
            layered=False,
            usd_per_image=cloud.shown_price(self._price()),
            needs=URL_VARIABLE,
            priority=settings.whole("priority", 9, 1, 1000),
            quality_level=settings.whole("quality_level", 3, 1, 5),
            per_minute=settings.whole("per_minute", 0, 0, 10_000),
            timeout_s=self._account.patience_s,
            key_name=self._account.key_name if self._account.key else "",
        )

    def ready(self) -> str:
        """Empty when it can be asked, else what to set."""
        if not self._endpoint():
            return f"needs {URL_VARIABLE}: export {URL_VARIABLE}=https://your.service"
        missing = self._account.missing()
        if missing.startswith("needs") and self._account.at_home:
            return ""
        return missing

    def quote(self, request: GenerationRequest) -> Quote:
        """The price that is set, else nothing."""
        return Quote(cost=self._price())

    def check(self) -> Health:
        """Ask ``/health``."""
        needs = self._account.key_name if self._endpoint() else URL_VARIABLE
        return cloud.health(self.ready(), needs, self._ask)

    def generate(self, request: GenerationRequest, call: Call) -> Drawn:
        """Draw one picture; where one was drawn by an earlier process, only fetch it.

        Raises
        ------
        ImageGenerationException
            It did not make it; also a Refused, Unbilled or OutcomeUnknown, whichever it means.
        """
        try:
            return self._generate(request, call)
        except (Refused, Unbilled, OutcomeUnknown) as error:
            fault = as_generation_error(error)
        raise fault

    def _generate(self, request: GenerationRequest, call: Call) -> Drawn:
        wire, body, cost = self._wire(), _body(request), self._price()
        data: Mapping[str, Any] = {}
        url = cloud.earlier(call)
        if not url:
            data = cloud.as_mapping(wire.post_json("generate", body, call=call).data)
            url = str(data.get("image_url") or "")
            if not url:
                raise wire.lost("it answered without image_url", cost=cost)
            call.billed(cost)
            call.accepted(str(data.get("id") or url[:200]), url=url)
        content = self._fetched(wire, url, cost)
        drawn = Drawn(
            scene=_NOTHING,
            model=str(data.get("model") or ""),
            sent=Sent(
                prompt=body["prompt"],
                negative_prompt=request.negative_prompt,
                seed=request.seed,
                width=request.width,
                height=request.height,
                extras={"quality": request.quality_level, "style": request.style},
            ),
            provider_id=str(data.get("id") or call.provider_id),
            cost=cost,
        )
        return cloud.filmed(content, request, wire, drawn)

    def _fetched(self, wire: Wire, url: str, cost: Cost) -> bytes:
        """The picture, whose name, type and first bytes must agree (contract B41)."""
        if url.startswith("data:"):
            return cloud.unbase64(url, wire, cost)
        reply = cloud.fetched_reply(wire, url, cost, limit=MAX_PICTURE)
        found = media_type(reply.content)
        told = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
        name = os.path.splitext(urlsplit(url).path)[1].lower()
        if told not in _SAYS_NOTHING and told.replace("image/jpg", "image/jpeg") != found:
            raise wire.lost(f"the picture is sent as {wire.words(told)}, and is none", cost=cost)
        if found and _EXTENSIONS.get(name, found) != found:
            raise wire.lost(f"the picture is named {name} and is {found}", cost=cost)
        return reply.content

    def _endpoint(self) -> str:
        return self._settings.text("base_url") or os.environ.get(URL_VARIABLE, "").strip()

    def _price(self) -> Cost:
        return cloud.own_price(self._settings) or Cost()

    def _wire(self, timeout_s: float = 0.0) -> Wire:
        paid = self._price() != Cost()
        return self._account.wire("authorization", explain, paid=paid, timeout_s=timeout_s)

    def _ask(self) -> str:
        data = cloud.as_mapping(self._wire(cloud.CHECK_S).get_json("health").data)
        if data.get("healthy") is False or data.get("status") in {"unhealthy", "error", "down"}:
            return "It says that it is not well; look at the service."
        return ""


def as_generation_error(error: ApexError) -> ImageGenerationException:
    """The same error as an :class:`ImageGenerationException`, with the same meaning for money."""
    facts = {"where": error.where, "what_to_do": error.what_to_do, "log": error.log}
    if isinstance(error, Unbilled):
        return _UnbilledException(
            error.what,
            **facts,
            retry_after=error.retry_after,
            status=error.status,
            lost=error.lost,
        )
    if isinstance(error, OutcomeUnknown):
        return _UnknownException(error.what, **facts, cost=error.cost)
    if isinstance(error, Refused):
        return _RefusedException(error.what, **facts, status=error.status, cost=error.cost)
    return ImageGenerationException(error.what, **facts)


def _body(request: GenerationRequest) -> dict[str, Any]:
    body: dict[str, Any] = {
        "prompt": request.prompt,
        "width": request.width,
        "height": request.height,
        "quality": request.quality_level,
        "seed": request.seed,
        "steps": request.steps,
        "guidance_scale": request.guidance_scale,
    }
    if request.negative_prompt:
        body["negative_prompt"] = request.negative_prompt
    if request.style:
        body["style"] = request.style
    return body


def explain(reply: Reply) -> Told | None:
    """Its own error words; an ``error`` beside status 200 is one too."""
    if reply.status >= 400:
        return told_of(reply.data)
    data = cloud.as_mapping(reply.data)
    if data.get("error") and not data.get("image_url"):
        return Told(message=told_of(data).message or "it failed", status=400)
    return None
