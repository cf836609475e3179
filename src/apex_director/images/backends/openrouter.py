"""Pictures through OpenRouter: many models behind one key, with the price in the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apex_director.core.money import Usd
from apex_director.images.model import Capabilities, Drawn, GenerationRequest, Health, Scene, Sent
from apex_director.providers import catalogue
from apex_director.providers.exchange import Reply
from apex_director.providers.faults import Told, retry_after, told_of
from apex_director.providers.http import Wire
from apex_director.providers.model import Call, Cost, Quote
from apex_director.providers.outcomes import Refused

from . import cloud
from .local import Settings

MODEL = "google/gemini-nano-banana-2.1"
ASPECTS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
SIZES = ("1K", "2K", "4K")
SEEDS = 2**31
_NOTHING = Scene(family="", width=0, height=0, overscan=1.2, layers=())


class OpenRouterBackend:
    """Draws with a model of OpenRouter's images endpoint.

    Parameters
    ----------
    config : mapping
        ``api_key``, ``base_url``, ``model`` ("author/slug"), ``resolution``, ``provider`` (its
        routing rules, as they are), ``send_seed``, ``max_references``, ``timeout_s``,
        ``per_minute``, ``priority``, ``quality_level``, ``cost_per_image``; else
        ``OPENROUTER_API_KEY`` and ``OPENROUTER_BASE_URL``.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._settings = Settings(name="openrouter", config=dict(config))
        self._account = cloud.Account(
            settings=self._settings,
            key_name="OPENROUTER_API_KEY",
            base_variable="OPENROUTER_BASE_URL",
            default_base="https://openrouter.ai/api/v1",
            get_key="openrouter.ai/keys",
        )

    def __repr__(self) -> str:
        return "OpenRouterBackend()"

    @property
    def capabilities(self) -> Capabilities:
        """Seeds and references as the model takes them."""
        settings, known = self._settings, self._known()
        longest = cloud.longest_side(known.sizes or SIZES)
        return Capabilities(
            name="openrouter",
            max_width=longest,
            max_height=longest,
            seed="best_effort" if settings.flag("send_seed", True) else "none",
            negative_prompt="folded",
            layered=False,
            max_references=settings.whole("max_references", known.max_references, 0, 14),
            usd_per_image=cloud.shown_price(self._price("1K")),
            needs=self._account.key_name,
            model=self._model(),
            aspects=known.aspects or ASPECTS,
            priority=settings.whole("priority", 5, 1, 1000),
            quality_level=settings.whole("quality_level", 3, 1, 5),
            per_minute=settings.whole("per_minute", 20, 0, 10_000),
            timeout_s=self._account.patience_s,
            key_name=self._account.key_name,
        )

    def ready(self) -> str:
        """Empty when there is a key and the model still lives, else what to do."""
        return cloud.retired(self._settings, self._model()) or self._account.missing()

    def quote(self, request: GenerationRequest) -> Quote:
        """The model's list price with room for what it thinks; unknown for models we do not
        list.
        """
        size = self._size(request)
        listed = self._price(size)
        own = cloud.own_price(self._settings)
        room = catalogue.counted(
            self._model(),
            input=len(cloud.folded(request).encode()) // 2 + 1500 * len(request.references),
            text=self._known().thinking.get("always", 0),
        )
        usd = listed.usd
        if own is None and usd is not None and room is not None:
            usd += room.usd or Usd()
        cost = Cost(usd=usd, basis=listed.basis, price_date=listed.price_date, source=listed.source)
        return Quote(model=self._model(), cost=cost)

    def check(self) -> Health:
        """Ask for the list of models that draw, and for the key's own page; both are free."""
        return cloud.health(self.ready(), self._account.key_name, self._ask)

    def generate(self, request: GenerationRequest, call: Call) -> Drawn:
        """Draw one picture.

        Raises
        ------
        Refused
            It was blocked or none came; ``cost`` is what was billed all the same.
        Unbilled, OutcomeUnknown
            As the wire says.
        InputUnusable
            A reference cannot be used.
        """
        wire, body = self._wire(), self._body(request)
        data = cloud.as_mapping(wire.post_json("images", body, call=call).data)
        cost = self._cost(request, data)
        one = cloud.first(data.get("data"))
        if not one.get("b64_json"):
            raise Refused(
                "it answered without a picture",
                where=wire.name,
                what_to_do="Change the prompt, or choose another model.",
                cost=cost if cost.basis == "reported" else None,
            )
        call.billed(cost)
        content = cloud.unbase64(one["b64_json"], wire, cost)
        sent = ("aspect_ratio", "resolution", "provider")
        drawn = Drawn(
            scene=_NOTHING,
            model=str(data.get("model") or self._model()),
            sent=Sent(
                prompt=body["prompt"],
                seed=body.get("seed"),
                references=len(request.references),
                extras={name: body[name] for name in sent if name in body},
            ),
            dropped=cloud.in_vain(request),
            provider_id=str(data.get("id") or ""),
            cost=cost,
            licence=f"as the terms of OpenRouter and of {self._model().partition('/')[0]} say",
        )
        return cloud.filmed(content, request, wire, drawn)

    def _body(self, request: GenerationRequest) -> dict[str, Any]:
        known = self._known()
        body: dict[str, Any] = {
            "model": self._model(),
            "prompt": cloud.folded(request),
            "aspect_ratio": cloud.nearest_aspect(
                request.width, request.height, known.aspects or ASPECTS
            ),
            "resolution": self._size(request),
            "n": 1,
        }
        if self._settings.flag("send_seed", True):
            body["seed"] = request.seed % SEEDS
        if request.references:
            body["input_references"] = [
                {"type": "image_url", "image_url": {"url": cloud.data_uri(reference)}}
                for reference in request.references
            ]
        if self._settings.config.get("provider"):
            body["provider"] = self._settings.config["provider"]
        return body

    def _cost(self, request: GenerationRequest, data: Mapping[str, Any]) -> Cost:
        told = cloud.as_mapping(data.get("usage")).get("cost")
        if isinstance(told, int | float) and not isinstance(told, bool) and 0 <= told < 1e6:
            return Cost(usd=Usd.of(told), basis="reported", source="OpenRouter usage.cost")
        return self.quote(request).cost

    def _size(self, request: GenerationRequest) -> str:
        sizes = self._known().sizes or SIZES
        fitting = cloud.tier(request.width, request.height, sizes)
        return self._settings.choice(
            "resolution", fitting, ("512", "768", "1K", "1.5K", "2K", "4K")
        )

    def _price(self, size: str) -> Cost:
        return cloud.own_price(self._settings) or catalogue.price(self._model(), size)

    def _model(self) -> str:
        return self._settings.text("model") or MODEL

    def _known(self) -> catalogue.Model:
        unknown = catalogue.Model(id="", backend="openrouter", status="ga")
        return catalogue.model(self._model()) or unknown

    def _wire(self, timeout_s: float = 0.0) -> Wire:
        return self._account.wire("authorization", explain, timeout_s=timeout_s)

    def _ask(self) -> str:
        wire = self._wire(cloud.CHECK_S)
        told = cloud.as_mapping(wire.get_json("key").data)
        left = cloud.as_mapping(told.get("data")).get("limit_remaining")
        if isinstance(left, int | float) and left <= 0:
            return "The key has nothing left to spend: raise its limit, or add credits."
        listed = cloud.as_mapping(wire.get_json("images/models").data).get("data") or ()
        names = [str(cloud.as_mapping(one).get("id")) for one in listed]
        if names and self._model() not in names:
            some = ", ".join(names[:5])
            return f"It offers no model '{self._model()}'. Set backends.openrouter.model to {some}."
        return ""


def explain(reply: Reply) -> Told | None:
    """What its ``error`` object says, also with HTTP 200; moderation is no matter of the key."""
    error = cloud.as_mapping(reply.data).get("error")
    if not error:
        return None
    told = cloud.as_mapping(error)
    words = told_of(reply.data).message or "it failed"
    code, metadata = told.get("code"), cloud.as_mapping(told.get("metadata"))
    status = code if isinstance(code, int) and 400 <= code < 600 else reply.status
    if reply.status >= 400:
        status = reply.status
    wait = retry_after(reply.headers.get("retry-after", ""))
    if _blocked(f"{code} {words}", metadata):
        cure = "Change the prompt, or choose another backend."
        return Told(message=f"its safety check blocked it: {words}", status=400, what_to_do=cure)
    if status == 402 and wait and "limit_source" in metadata:
        return Told(message=words, status=429, retry_after=wait)  # calls under way hold the rest
    return Told(message=words, status=502 if status < 400 else status)


def _blocked(text: str, metadata: Mapping[str, Any]) -> bool:
    plain = text.lower()
    known = ("content_policy", "content policy", "content_filter", "moderation", "flagged")
    return "flagged_input" in metadata or any(word in plain for word in known)
