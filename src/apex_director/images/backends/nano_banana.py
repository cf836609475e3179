"""Google's Gemini image models ("Nano Banana") over ``generateContent``.

A block, or no picture, comes as HTTP 200; what was thought and written is billed even then, so the
cost is counted from the answer's own usage figures.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from apex_director.core.errors import InputUnusable
from apex_director.core.money import Usd
from apex_director.images.flat import media_type
from apex_director.images.model import Capabilities, Drawn, GenerationRequest, Health, Scene, Sent
from apex_director.providers import catalogue
from apex_director.providers.exchange import Reply
from apex_director.providers.faults import Told, told_of
from apex_director.providers.http import Wire
from apex_director.providers.model import Call, Cost, Quote
from apex_director.providers.outcomes import Refused

from . import cloud
from .local import Settings, reference_bytes

MODEL = "gemini-nano-banana-2.1"
HEADER = "x-goog-api-key"  # never in the address, where it would be logged
MAX_INLINE = 90 * 1024 * 1024  # characters of base64; the whole request may have 100 MB
SEEDS = 2**31  # its seed is a signed 32-bit number
QUOTA_S = 900.0  # a longer wait than this is an empty quota, not a full minute
REFERENCE_TOKENS, LETTERS_PER_TOKEN = 1500, 2  # reserved for what is taken in; an upper bound
WATERMARK = "carries Google's invisible SynthID watermark, as Google states"
_BLOCKS = {
    "SAFETY",
    "IMAGE_SAFETY",
    "PROHIBITED_CONTENT",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION",
    "RECITATION",
    "BLOCKLIST",
    "SPII",
    "MODEL_ARMOR",
    "JAILBREAK",
}
_NO_MODEL = catalogue.Model(id="", backend="", status="ga", sizes=("1K",), aspects=("1:1", "16:9"))


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """What of the request will be said how."""

    model: str
    aspect: str
    size: str
    thinking: str


class NanoBananaBackend:
    """Draws with Gemini's image models.

    Parameters
    ----------
    config : mapping
        ``api_key``, ``base_url``, ``model``, ``image_size`` (1K, 2K, 4K), ``thinking_level``
        (minimal, medium, high), ``api_version``, ``timeout_s``, ``per_minute``, ``priority``,
        ``quality_level``, ``cost_per_image``. What is missing comes from ``GEMINI_API_KEY`` and
        ``GEMINI_BASE_URL``, or from the catalogue.
    """

    name: ClassVar[str] = "nano_banana"
    default_model: ClassVar[str] = MODEL
    default_priority: ClassVar[int] = 1
    default_quality: ClassVar[int] = 4

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._settings = Settings(name=self.name, config=dict(config))
        self._account = cloud.Account(
            settings=self._settings,
            key_name="GEMINI_API_KEY",
            base_variable="GEMINI_BASE_URL",
            default_base="https://generativelanguage.googleapis.com",
            get_key="aistudio.google.com",
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    @property
    def capabilities(self) -> Capabilities:
        """One picture at a time, up to 14 references, seeds taken but not promised."""
        settings, known = self._settings, self._known()
        longest = cloud.longest_side(known.sizes)
        return Capabilities(
            name=self.name,
            max_width=longest,
            max_height=longest,
            seed="best_effort",
            negative_prompt="folded",
            layered=False,
            max_references=known.max_references,
            usd_per_image=cloud.shown_price(self._list_price("1K")),
            needs=self._account.key_name,
            model=self._model(),
            aspects=known.aspects,
            priority=settings.whole("priority", self.default_priority, 1, 1000),
            quality_level=settings.whole("quality_level", self.default_quality, 1, 5),
            per_minute=settings.whole("per_minute", 60, 0, 10_000),
            timeout_s=self._account.patience_s,
            key_name=self._account.key_name,
        )

    def ready(self) -> str:
        """Empty when there is a key and the model still lives, else what to do."""
        return cloud.retired(self._settings, self._model()) or self._account.missing()

    def quote(self, request: GenerationRequest) -> Quote:
        """The list price of the size, and room for what the model reads and thinks."""
        plan = self._plan(request)
        own = cloud.own_price(self._settings)
        if own is not None:
            return Quote(model=plan.model, cost=own)
        listed = self._list_price(plan.size)
        taken = len(cloud.folded(request).encode()) // LETTERS_PER_TOKEN + 64
        room = catalogue.counted(
            plan.model,
            input=taken + REFERENCE_TOKENS * len(request.references),
            text=_thought(plan),
        )
        usd = listed.usd
        if usd is not None and room is not None:
            usd += room.usd or Usd()
        return Quote(
            model=plan.model,
            cost=Cost(
                usd=usd, basis=listed.basis, price_date=listed.price_date, source=listed.source
            ),
        )

    def check(self) -> Health:
        """Ask for the model's own page, which is free."""
        return cloud.health(self.ready(), self._account.key_name, self._ask)

    def generate(self, request: GenerationRequest, call: Call) -> Drawn:
        """Draw one picture.

        Raises
        ------
        Refused
            It was blocked, or no picture came; ``cost`` is what was counted all the same.
        Unbilled, OutcomeUnknown
            As the wire says.
        InputUnusable
            A reference cannot be used.
        """
        plan, wire = self._plan(request), self._wire()
        body = _body(request, plan)
        reply = wire.post_json(self._path(plan.model, ":generateContent"), body, call=call)
        data = cloud.as_mapping(reply.data)
        cost = self._cost(plan, data)
        picture = _picture(data)
        if picture is None:
            raise _no_picture(wire, data, cost)
        call.billed(cost)
        if not str(picture.get("mimeType") or "").startswith("image/"):
            raise wire.lost("it answered with something that is no picture", cost=cost)
        content = cloud.unbase64(picture.get("data"), wire, cost)
        return cloud.filmed(content, request, wire, self._told(request, plan, data, cost))

    def _told(
        self, request: GenerationRequest, plan: _Plan, data: Mapping[str, Any], cost: Cost
    ) -> Drawn:
        notes = [*self._model_notes(), WATERMARK]
        return Drawn(
            scene=_NOTHING,
            model=str(data.get("modelVersion") or plan.model),
            sent=Sent(
                prompt=cloud.folded(request),
                seed=request.seed % SEEDS,
                references=len(request.references),
                extras={
                    "aspectRatio": plan.aspect,
                    "imageSize": plan.size,
                    **({"thinkingLevel": plan.thinking} if plan.thinking else {}),
                },
            ),
            dropped=cloud.in_vain(request),
            provider_id=str(data.get("responseId") or ""),
            cost=cost,
            notes=tuple(notes),
            licence="as the terms of Google's Gemini API say",
        )

    def _model_notes(self) -> tuple[str, ...]:
        """What a person should know of the model that drew."""
        note = catalogue.resolve(self._model()).note
        return (note,) if note else ()

    def _model(self) -> str:
        return cloud.known_model(self._settings, self.default_model)

    def _known(self) -> catalogue.Model:
        return catalogue.model(self._model()) or _NO_MODEL

    def _plan(self, request: GenerationRequest) -> _Plan:
        known = self._known()
        sizes = known.sizes or _NO_MODEL.sizes
        fitting = cloud.tier(request.width, request.height, sizes)
        size = self._settings.choice("image_size", fitting, sizes)
        levels = tuple(level for level in known.thinking if level != "always")
        level = {1: "minimal", 2: "minimal", 5: "high"}.get(request.quality_level, "medium")
        return _Plan(
            model=self._model(),
            aspect=cloud.nearest_aspect(
                request.width, request.height, known.aspects or _NO_MODEL.aspects
            ),
            size=size,
            thinking=self._settings.choice("thinking_level", level, levels) if levels else "",
        )

    def _list_price(self, size: str) -> Cost:
        return cloud.own_price(self._settings) or catalogue.price(self._model(), size)

    def _cost(self, plan: _Plan, data: Mapping[str, Any]) -> Cost:
        """What the answer's usage figures come to; the list price where they say nothing."""
        own = cloud.own_price(self._settings)
        usage = cloud.as_mapping(data.get("usageMetadata"))
        if own is None and usage:
            drawn = sum(
                _whole(part.get("tokenCount"))
                for part in usage.get("candidatesTokensDetails") or ()
                if part.get("modality") == "IMAGE"
            )
            written = max(0, _whole(usage.get("candidatesTokenCount")) - drawn)
            found = catalogue.counted(
                str(plan.model),
                input=_whole(usage.get("promptTokenCount")),
                text=written + _whole(usage.get("thoughtsTokenCount")),
                image=drawn,
            )
            if found is not None:
                return found
        return own or self._list_price(plan.size)

    def _wire(self, timeout_s: float = 0.0) -> Wire:
        return self._account.wire(
            HEADER, explain, paid=cloud.own_price(self._settings) != Cost(), timeout_s=timeout_s
        )

    def _path(self, model: str, verb: str = "") -> str:
        return f"{self._settings.text('api_version', 'v1')}/models/{model}{verb}"

    def _ask(self) -> str:
        self._wire(cloud.CHECK_S).get_json(self._path(self._model()))
        return ""


_NOTHING = Scene(family="", width=0, height=0, overscan=1.2, layers=())  # until there is a picture


def explain(reply: Reply) -> Told | None:
    """Google's error words: wrong keys come as 400, empty quotas as 429."""
    if reply.status < 400:
        return None
    error = cloud.as_mapping(cloud.as_mapping(reply.data).get("error"))
    if not error:
        error = cloud.as_mapping(cloud.first(reply.data).get("error"))
    details = [cloud.as_mapping(one) for one in error.get("details") or ()]
    words = str(error.get("message") or told_of(reply.data).message)
    if any(one.get("reason") == "API_KEY_INVALID" for one in details):
        return Told(message=words, status=401, what_to_do="Check GEMINI_API_KEY.")
    if error.get("status") == "FAILED_PRECONDITION":
        cure = "Switch billing on for the key's project, or use it from a region Google serves."
        return Told(message=words, status=403, what_to_do=cure)
    if reply.status == 429:
        wait = max((_seconds(one.get("retryDelay")) for one in details), default=0.0)
        if wait > QUOTA_S or "PerDay" in str(details):
            cure = "The quota of the key is used up; raise it, or wait for the next day."
            return Told(message=words, status=402, what_to_do=cure)
        return Told(message=words, retry_after=wait)
    if reply.status == 404:
        cure = f"Set the backend's model to {MODEL}, or look at `apex backends`."
        return Told(message=words, what_to_do=cure)
    return Told(message=words)


def _seconds(text: Any) -> float:
    try:
        return max(0.0, float(str(text or "0").removesuffix("s")))
    except ValueError:
        return 0.0


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def _thought(plan: _Plan) -> int:
    known = catalogue.model(plan.model)
    if known is None:
        return 0
    return known.thinking.get(plan.thinking or "always", 0)


def _body(request: GenerationRequest, plan: _Plan) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [{"text": cloud.folded(request)}]
    for reference in request.references:
        content = reference_bytes(reference)
        data = base64.b64encode(content).decode()
        parts.append({"inlineData": {"mimeType": media_type(content), "data": data}})
    if sum(len(part["inlineData"]["data"]) for part in parts[1:]) > MAX_INLINE:
        raise InputUnusable(
            "the reference pictures are too large together",
            where="references",
            what_to_do="Use fewer, or smaller ones.",
        )
    config: dict[str, Any] = {
        "responseModalities": ["IMAGE"],
        "imageConfig": {"aspectRatio": plan.aspect, "imageSize": plan.size},
        "seed": request.seed % SEEDS,
    }
    if plan.thinking:
        config["thinkingConfig"] = {"thinkingLevel": plan.thinking}
    return {"contents": [{"role": "user", "parts": parts}], "generationConfig": config}


def _picture(data: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The picture of the answer; thoughts may carry pictures too, and they are not it."""
    content = cloud.as_mapping(cloud.first(data.get("candidates")).get("content"))
    for part in content.get("parts") or ():
        part = cloud.as_mapping(part)
        inline = cloud.as_mapping(part.get("inlineData") or part.get("inline_data"))
        if inline and not part.get("thought"):
            return {"mimeType": inline.get("mime_type"), **inline}
    return None


def _no_picture(wire: Wire, data: Mapping[str, Any], cost: Cost) -> Refused:
    feedback = cloud.as_mapping(data.get("promptFeedback"))
    candidate = cloud.first(data.get("candidates"))
    reason = str(feedback.get("blockReason") or candidate.get("finishReason") or "no reason given")
    if feedback.get("blockReason") or reason in _BLOCKS:
        what = f"Google's safety check blocked it ({wire.words(reason)})"
        cure = "Change the prompt or the references, or choose another backend."
    else:
        what = f"it answered without a picture ({wire.words(reason)})"
        cure = "Change the prompt, or choose another backend."
    used = cost if cost.basis == "computed" else None  # a list price is that of a picture
    return Refused(what, where=wire.name, what_to_do=cure, cost=used)
