"""What the hosted backends share: accounts, prices, aspects, words, the picture in an answer."""

from __future__ import annotations

import base64
import binascii
import math
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from apex_director.core.errors import ApexError, ConfigError
from apex_director.core.money import Usd
from apex_director.images.flat import PictureUnreadable, decode, media_type, scene_of
from apex_director.images.model import Drawn, GenerationRequest, Health
from apex_director.providers import catalogue
from apex_director.providers.addresses import base_address, is_loopback, origin
from apex_director.providers.exchange import Reply
from apex_director.providers.faults import Told, told_of
from apex_director.providers.http import Explain, Wire
from apex_director.providers.model import Call, Cost
from apex_director.providers.outcomes import Refused

from .local import Settings, reference_bytes, words

CHECK_S = 15.0  # seconds for questions that cost nothing
_TIERS = {"512": 512, "768": 768, "1K": 1024, "1.5K": 1536, "2K": 2048, "4K": 4096}
USUAL = {"steps": (30, 50), "guidance_scale": (7.5, 9.0)}
"""What nobody has asked for: the values of pictures (contract X1) and of videos (P55)."""
NEAR_ENOUGH = 0.85  # of the pixels asked for: what a size may fall short of them


@dataclass(frozen=True, kw_only=True)
class Account:
    """Where a hosted backend is asked and as whom; the key is looked up when it is needed.

    Parameters
    ----------
    settings : Settings
        The backend's section; ``api_key`` and ``base_url`` of it win over the environment.
    key_name, base_variable : str
        Variables the key and the base address come from (contract D32).
    default_base : str
        The service's own address.
    get_key : str
        Where a person gets a key, for the message.
    """

    settings: Settings
    key_name: str
    base_variable: str
    default_base: str
    get_key: str
    timeout_s: float = 300.0

    @property
    def base(self) -> str:
        """The base address; errors as those of addresses."""
        given = self.settings.text("base_url") or os.environ.get(self.base_variable, "").strip()
        return base_address(given or self.default_base, self.settings.where("base_url"))

    @property
    def key(self) -> str:
        """The key; empty where there is none."""
        return self.settings.text("api_key") or os.environ.get(self.key_name, "").strip()

    @property
    def at_home(self) -> bool:
        """Whether it is asked on this machine."""
        return is_loopback(origin(self.base)[1])

    @property
    def patience_s(self) -> float:
        """Longest wait for a picture, in seconds."""
        return self.settings.number("timeout_s", self.timeout_s, 0.05, 24 * 3600.0)

    def missing(self) -> str:
        """What has to be set before it can be asked; empty for nothing."""
        try:
            _ = self.base
        except ConfigError as error:
            return str(error)
        if self.key:
            return ""
        return f"needs {self.key_name}: export {self.key_name}=... (get one at {self.get_key})"

    def wire(
        self, header: str, explain: Explain, *, paid: bool = True, timeout_s: float = 0.0
    ) -> Wire:
        """The line to it; ``header`` is the one that carries the key."""
        key = self.key
        value = f"Bearer {key}" if header == "authorization" else key

        def with_cure(reply: Reply) -> Told | None:
            told = explain(reply)
            status = (told.status if told is not None else 0) or reply.status
            cures = {401: f"Check {self.key_name}.", 402: f"Top up the account: {self.get_key}."}
            if status not in cures or (told is not None and told.what_to_do):
                return told
            return replace(told or told_of(reply.data), what_to_do=cures[status])

        return Wire(
            self.settings.name,
            self.base,
            headers={header: value} if key else {},
            timeout_s=timeout_s or self.patience_s,
            paid=paid,
            secrets=(key,),
            explain=with_cure,
        )


def own_price(settings: Settings) -> Cost | None:
    """The price a person has set; None leaves it to the price list.

    Raises
    ------
    ConfigError
        ``cost_per_image`` is no price.
    """
    if settings.config.get("cost_per_image") is None:
        return None
    usd = Usd.of(settings.number("cost_per_image", 0.0, 0.0, 1000.0))
    if usd == Usd():
        return Cost()
    return Cost(usd=usd, basis="list_price", source=settings.where("cost_per_image"))


def shown_price(cost: Cost) -> float:
    """A price as capabilities carry it: NaN where nobody knows it, which counts as paid."""
    return math.nan if cost.usd is None else float(cost.usd)


def retired(settings: Settings, model: str) -> str:
    """Why a model can no longer be asked and what to set instead; empty for one that can."""
    found = catalogue.model(model)
    present = catalogue.resolve(model)
    if found is None or (present.id == found.id and "was shut down" not in present.note):
        return ""
    if present.id == found.id:
        return f"{present.note}. Set {settings.where('model')} to another model."
    return f"{present.note.split(';')[0]}: set {settings.where('model')} to {present.id}"


def known_model(settings: Settings, default: str) -> str:
    """The model id that will be sent: the section's, with other names of it followed, else ours."""
    name = settings.text("model") or default
    found = catalogue.model(name)
    return found.id if found is not None else name


def nearest_aspect(width: int, height: int, aspects: Sequence[str]) -> str:
    """Of some aspects the nearest, by the ratio of the ratios."""

    def distance(aspect: str) -> float:
        across, _, down = aspect.partition(":")
        return abs(math.log(width / height * float(down) / float(across)))

    return min(aspects, key=distance)


def tier(width: int, height: int, sizes: Sequence[str]) -> str:
    """The smallest size class with (nearly) the pixels asked for, else the largest."""
    ranked = sorted(sizes, key=lambda size: _TIERS.get(size, 0))
    wanted = NEAR_ENOUGH * width * height
    return next((size for size in ranked if _TIERS.get(size, 0) ** 2 >= wanted), ranked[-1])


def longest_side(sizes: Sequence[str], most: int = 4096) -> int:
    """Pixels of the longer side at 16:9 in the largest of the size classes."""
    pixels = max((_TIERS.get(size, 0) for size in sizes), default=0)
    return min(most, round(pixels * 4 / 3 / 16) * 16) or most


def folded(request: GenerationRequest) -> str:
    """Prompt, style and what is not wanted as prose, for models without a field for it."""
    text = words(request).rstrip()
    if not request.negative_prompt:
        return text
    closed = text if text.endswith((".", "!", "?", "。")) else f"{text}."
    return f"{closed} Do not show: {request.negative_prompt.strip().rstrip('.')}."


def in_vain(request: GenerationRequest) -> tuple[str, ...]:
    """What was asked on purpose and hosted models have no field for."""
    return tuple(name for name, usual in USUAL.items() if getattr(request, name) not in usual)


def data_uri(reference: str) -> str:
    """A reference picture as text that carries it; errors as :func:`reference_bytes`."""
    content = reference_bytes(reference)
    return f"data:{media_type(content)};base64,{base64.b64encode(content).decode()}"


def unbase64(text: Any, wire: Wire, cost: Cost) -> bytes:
    """The bytes of base64 text, a data URI's head taken off.

    Raises
    ------
    OutcomeUnknown, Unbilled
        It is none; the picture may have been billed.
    """
    try:
        coded = str(text)
        if coded.startswith("data:"):
            coded = coded.partition(",")[2]
        return base64.b64decode(coded, validate=True)
    except (binascii.Error, ValueError):
        pass
    raise wire.lost("the picture in its answer is damaged", cost=cost)


def fetched(wire: Wire, url: str, cost: Cost, *, limit: int = 50 << 20) -> bytes:
    """The bytes of a made picture from the address the answer named.

    Raises
    ------
    Refused
        It is made and billed, and not to be had: gone, or where we do not fetch from.
    Unbilled
        It may be had later.
    """
    return fetched_reply(wire, url, cost, limit=limit).content


def fetched_reply(wire: Wire, url: str, cost: Cost, *, limit: int) -> Reply:
    """As :func:`fetched`, with the headers of the answer."""
    try:
        return wire.fetch(url, limit=limit)
    except Refused as error:
        reason = error.what
    raise Refused(
        f"the picture was made, but cannot be fetched: {reason}",
        where=wire.name,
        what_to_do="Have it made again if you want to pay for it again.",
        cost=cost if wire.paid else None,
    )


def filmed(content: bytes, request: GenerationRequest, wire: Wire, drawn: Drawn) -> Drawn:
    """The answer with its picture: the scene in the size asked for, the bytes untouched.

    ``drawn`` carries everything else; where its ``sent`` names no size, that of the picture is put
    in, because the service chose it.

    Raises
    ------
    OutcomeUnknown, Unbilled
        The bytes are no picture; they may have been billed.
    """
    try:
        rgb = decode(content, where=wire.name)
    except PictureUnreadable as error:
        reason = error.what
    else:
        height, width = rgb.shape[:2]
        sent = drawn.sent
        if not sent.width:
            sent = replace(sent, width=int(width), height=int(height))
        return replace(
            drawn,
            scene=scene_of(rgb, request.width, request.height),
            original=content,
            media_type=media_type(content),
            sent=sent,
        )
    raise wire.lost(f"it answered with something that is no picture: {reason}", cost=drawn.cost)


def earlier(call: Call) -> str:
    """Where the picture lies that an earlier process had made; empty if this call is a new one."""
    return str(call.facts.get("url") or "") if call.provider_id else ""


def health(
    missing: str, key_name: str, ask: Callable[[], str] | None, *, why_not: str = ""
) -> Health:
    """How a service is: what is missing, else what ``ask`` finds (empty: well).

    Parameters
    ----------
    missing : str
        What ``ready`` says.
    ask : callable or None
        Asks at no cost; returns what is wrong or raises. None: there is no such question, which
        ``why_not`` says.
    """
    if missing:
        gone = "shut down" in missing
        return Health(
            healthy=False, status="retired" if gone else f"needs {key_name}", cure=missing
        )
    if ask is None:
        return Health(healthy=True, status="ready", cure=why_not)
    started = time.monotonic()
    try:
        wrong = ask()
    except ApexError as error:
        gone = getattr(error, "status", 0) == 404
        return Health(healthy=False, status="retired" if gone else "unhealthy", cure=str(error))
    taken = time.monotonic() - started
    status = "unhealthy" if wrong else "ready"
    return Health(healthy=not wrong, status=status, cure=wrong, response_s=taken)


def as_mapping(data: Any) -> Mapping[str, Any]:
    """JSON that should be an object; empty if it is something else."""
    return data if isinstance(data, Mapping) else {}


def first(data: Any) -> Mapping[str, Any]:
    """The first object of a JSON list; empty if there is none."""
    return as_mapping(data[0]) if isinstance(data, list) and data else {}
