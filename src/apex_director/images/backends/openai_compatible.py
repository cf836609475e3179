"""Anything that speaks OpenAI's ``/v1/images/generations``: OpenAI itself, and local servers.

Only what all of them understand is sent, ``model, prompt, n, size``; what else a server takes is
named in its settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apex_director.images.flat import media_type
from apex_director.images.model import Capabilities, Drawn, GenerationRequest, Health, Scene, Sent
from apex_director.providers import catalogue
from apex_director.providers.exchange import Reply
from apex_director.providers.faults import Told, told_of
from apex_director.providers.http import Wire
from apex_director.providers.model import Call, Cost, Quote
from apex_director.providers.outcomes import Refused

from . import cloud
from .local import Settings, reference_bytes, size_at, words

MODEL = "gpt-image-2"  # of OpenAI itself; another server's model is in its settings, or its own
OPENAI = "https://api.openai.com/v1"
MULTIPLE = 16  # pixels
MOST_W, MOST_H = 3840, 2160  # pixels, either way round
WIDEST = 3.0  # longest side over shortest
LONGEST_PROMPT = 32_000  # characters
MAX_REFERENCES = 10
_NOTHING = Scene(family="", width=0, height=0, overscan=1.2, layers=())
_SAFETY = {"moderation_blocked", "content_policy_violation", "content_filter"}
_EMPTY = {"insufficient_quota", "billing_hard_limit_reached"}


class OpenAICompatibleBackend:
    """Draws with OpenAI's images endpoint or one like it.

    Parameters
    ----------
    config : mapping
        ``api_key``, ``base_url`` (with ``/v1``), ``model``, ``sizes`` (list of "WxH" the server
        takes; otherwise any), ``megapixels`` (of a server on this machine), ``seed_field``,
        ``negative_field``, ``negative_mark`` (LocalAI: "|" between prompt and what is not wanted),
        ``extras`` (mapping sent as it is), ``references`` (whether it has ``/images/edits``),
        ``timeout_s``, ``per_minute``, ``priority``, ``quality_level``, ``cost_per_image``; else
        ``OPENAI_API_KEY`` and ``OPENAI_BASE_URL``. A server on this machine needs no key and costs
        nothing unless a price is set.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._settings = Settings(name="openai_compatible", config=dict(config))
        self._account = cloud.Account(
            settings=self._settings,
            key_name="OPENAI_API_KEY",
            base_variable="OPENAI_BASE_URL",
            default_base=OPENAI,
            get_key="platform.openai.com",
        )

    def __repr__(self) -> str:
        return "OpenAICompatibleBackend()"

    @property
    def capabilities(self) -> Capabilities:
        """What the settings say the server takes beyond the portable fields."""
        settings = self._settings
        native = settings.text("negative_field") or settings.text("negative_mark")
        return Capabilities(
            name="openai_compatible",
            max_width=MOST_W,
            max_height=MOST_W,
            seed="best_effort" if settings.text("seed_field") else "none",
            negative_prompt="native" if native else "folded",
            layered=False,
            max_references=MAX_REFERENCES if self._edits() else 0,
            usd_per_image=cloud.shown_price(self._price()),
            needs=self._account.key_name,
            model=self._model(),
            priority=settings.whole("priority", 6, 1, 1000),
            quality_level=settings.whole("quality_level", 3, 1, 5),
            per_minute=settings.whole("per_minute", 0, 0, 10_000),
            timeout_s=self._account.patience_s,
            key_name="" if self._account.at_home else self._account.key_name,
        )

    def ready(self) -> str:
        """Empty when it can be asked, else what to do."""
        missing = self._account.missing()
        if missing.startswith("needs") and self._account.at_home:
            missing = ""
        return missing or cloud.retired(self._settings, self._model())

    def quote(self, request: GenerationRequest) -> Quote:
        """The price that is set, nothing for this machine, else the price list's, else unknown."""
        return Quote(model=self._model(), cost=self._price())

    def check(self) -> Health:
        """Ask for the list of models, which is free."""
        return cloud.health(self.ready(), self._account.key_name, self._ask)

    def generate(self, request: GenerationRequest, call: Call) -> Drawn:
        """Draw one picture; where one was drawn by an earlier process, only fetch it.

        Raises
        ------
        Refused
            It was blocked, or the prompt is too long for it.
        Unbilled, OutcomeUnknown
            As the wire says.
        InputUnusable
            A reference cannot be used.
        """
        wire, cost, sent = self._wire(), self._price(), self._sent(request)
        data: Mapping[str, Any] = {}
        url = cloud.earlier(call)
        if url:
            content = cloud.fetched(wire, url, cost)
        else:
            data = cloud.as_mapping(self._post(wire, request, sent, call).data)
            content = self._content(wire, call, data, cost)
        revised = cloud.first(data.get("data")).get("revised_prompt")
        drawn = Drawn(
            scene=_NOTHING,
            model=self._model(),
            sent=sent,
            dropped=cloud.in_vain(request),
            provider_id=str(data.get("id") or ""),
            cost=cost,
            notes=(f"it read the prompt as: {wire.words(revised)}",) if revised else (),
            licence="" if self._account.at_home else "as the service's terms say",
        )
        return cloud.filmed(content, request, wire, drawn)

    def _post(self, wire: Wire, request: GenerationRequest, sent: Sent, call: Call) -> Reply:
        body: dict[str, Any] = {
            "prompt": sent.prompt,
            "n": 1,
            "size": f"{sent.width}x{sent.height}",
            **sent.extras,
        }
        if self._model():
            body["model"] = self._model()
        if not request.references:
            return wire.post_json("images/generations", body, call=call)
        files = []
        for number, reference in enumerate(request.references):
            content = reference_bytes(reference)
            kind = media_type(content)
            name = f"reference{number}.{kind.rpartition('/')[2]}"
            files.append(("image[]", (name, content, kind)))
        form = {key: str(value) for key, value in body.items()}
        return wire.post_multipart("images/edits", files, form=form, call=call)

    def _sent(self, request: GenerationRequest) -> Sent:
        settings, asked = self._settings, request.negative_prompt
        field, mark = settings.text("negative_field"), settings.text("negative_mark")
        extras: dict[str, Any] = dict(cloud.as_mapping(settings.config.get("extras")))
        prompt, native = cloud.folded(request), ""
        if field or mark:
            prompt, native = words(request), asked
        if field and asked:
            extras[field] = asked
        elif mark and asked:
            prompt = f"{prompt}{mark}{asked}"
        if settings.text("seed_field"):
            extras[settings.text("seed_field")] = request.seed
        if len(prompt) > LONGEST_PROMPT:
            raise Refused(
                f"the prompt has {len(prompt)} characters; it takes {LONGEST_PROMPT}",
                where="openai_compatible",
                what_to_do="Shorten the prompt.",
            )
        width, height = self._size(request)
        return Sent(
            prompt=prompt,
            negative_prompt=native,
            seed=request.seed if settings.text("seed_field") else None,
            width=width,
            height=height,
            references=len(request.references),
            extras=extras,
        )

    def _content(self, wire: Wire, call: Call, data: Mapping[str, Any], cost: Cost) -> bytes:
        one = cloud.first(data.get("data"))
        inline, url = one.get("b64_json"), str(one.get("url") or "")
        if not inline and not url:
            raise wire.lost("it answered without a picture", cost=cost)
        call.billed(cost)
        if inline or url.startswith("data:"):
            return cloud.unbase64(inline or url, wire, cost)
        call.accepted(str(data.get("id") or url[:200]), url=url)
        return cloud.fetched(wire, url, cost)

    def _size(self, request: GenerationRequest) -> tuple[int, int]:
        listed = self._settings.config.get("sizes")
        if listed:
            pairs = {str(size).replace("x", ":"): str(size) for size in listed}
            chosen = pairs[cloud.nearest_aspect(request.width, request.height, tuple(pairs))]
            across, _, down = chosen.partition("x")
            return int(across), int(down)
        if self._account.at_home:
            megapixels = self._settings.number("megapixels", 1.0, 1 / 256, 16.0)
            return size_at(request.width, request.height, megapixels, MULTIPLE)
        return size_within(request.width, request.height)

    def _edits(self) -> bool:
        return self._settings.flag("references", not self._account.at_home)

    def _price(self) -> Cost:
        own = cloud.own_price(self._settings)
        if own is not None:
            return own
        return Cost() if self._account.at_home else catalogue.price(self._model())

    def _model(self) -> str:
        given = self._settings.text("model")
        return given or (MODEL if self._account.base == OPENAI else "")

    def _wire(self, timeout_s: float = 0.0) -> Wire:
        paid = self._price() != Cost()
        return self._account.wire("authorization", explain, paid=paid, timeout_s=timeout_s)

    def _ask(self) -> str:
        listed = cloud.as_mapping(self._wire(cloud.CHECK_S).get_json("models").data).get("data")
        names = [str(cloud.as_mapping(one).get("id")) for one in listed or ()]
        if self._model() and names and self._model() not in names:
            return f"It has no model '{self._model()}'; it has {', '.join(names[:5])}."
        return ""


def size_within(width: int, height: int) -> tuple[int, int]:
    """The nearest size OpenAI takes: sides in steps of 16, within 3840x2160, at most 3:1."""
    long, short = max(width, height), min(width, height)
    short = max(short, round(long / WIDEST))
    scale = min(1.0, MOST_W / long, MOST_H / short)
    sides = [max(MULTIPLE, round(side * scale / MULTIPLE) * MULTIPLE) for side in (long, short)]
    sides[0] = min(sides[0], int(sides[1] * WIDEST / MULTIPLE) * MULTIPLE)
    return (sides[0], sides[1]) if width >= height else (sides[1], sides[0])


def explain(reply: Reply) -> Told | None:
    """What its error codes say: an empty account comes as 429, a block as 400."""
    if reply.status < 400:
        return None
    error = cloud.as_mapping(cloud.as_mapping(reply.data).get("error"))
    text, code = told_of(reply.data).message, str(error.get("code") or "")
    if code in _EMPTY:
        return Told(message=text, status=402)
    if code in _SAFETY:
        cure = "Change the prompt, or choose another backend."
        return Told(message=f"its safety check blocked it: {text}", status=400, what_to_do=cure)
    return Told(message=text)
