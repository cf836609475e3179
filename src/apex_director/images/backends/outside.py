"""Backends that others wrote: anything with an awaitable ``generate_image`` (contract P30, D6)."""

from __future__ import annotations

import asyncio
import inspect
import threading
import time
from collections.abc import Coroutine, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from apex_director.core.errors import ApexError
from apex_director.core.frame import MAX_SIDE
from apex_director.images.flat import PictureUnreadable, decode, media_type, scene_of
from apex_director.images.model import Capabilities, Drawn, GenerationRequest, Health, Sent
from apex_director.providers import Refused, Unbilled
from apex_director.providers.model import Call, Quote

MAX_FETCHED = 10 * 1024 * 1024  # bytes (contract B41)
NOWHERE = "https://nowhere.invalid"  # no origin of ours: every address is a stranger's (RFC 2606)
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a backend gave back: its mapping, and the picture's bytes where there are any.

    ``warning`` says why a picture that was named is not there.
    """

    told: Mapping[str, Any]
    content: bytes = b""
    warning: str = ""

    @property
    def path(self) -> str:
        return str(self.told["image_path"])


def read_answer(given: object, *, name: str, base_url: str = "") -> Answer:
    """Look at what a backend gave back; an address is fetched (contract B41).

    Parameters
    ----------
    given : mapping with ``image_path``, or a path
    name : str
        The backend, for errors.
    base_url : str
        Its own address: what lies there may be fetched even from this machine.

    Raises
    ------
    Refused, Unbilled
        There is no picture in it, or its address is not one we fetch from.
    """
    told = {"image_path": given} if isinstance(given, str | Path) else given
    if not isinstance(told, Mapping) or not told.get("image_path"):
        raise Unbilled(
            "it answered without a picture",
            where=name,
            what_to_do="It must give a mapping with image_path.",
        )
    path = str(told["image_path"])
    if urlsplit(path).scheme.lower() in {"http", "https"}:
        return Answer(told=told, content=_fetched(path, name, base_url))
    try:
        content = Path(path).read_bytes()
    except (OSError, ValueError):
        return Answer(told=told, warning=f"{name} named a picture that is not there: {path}")
    try:
        decode(content, where=path)
    except PictureUnreadable as error:
        return Answer(told=told, warning=f"{name} named a file that is no picture: {error}")
    return Answer(told=told, content=content)


def _fetched(url: str, name: str, base_url: str) -> bytes:
    from apex_director.providers.http import Wire

    content = Wire(name, base_url or NOWHERE).download(url, limit=MAX_FETCHED)
    decode(content, where=f"{name} picture")
    return content


def drawn_from(answer: Answer, request: GenerationRequest) -> Drawn:
    """The picture of an answer that has one.

    Raises
    ------
    PictureUnreadable
        Its bytes are none.
    """
    metadata = answer.told.get("metadata")
    facts = metadata if isinstance(metadata, Mapping) else {}
    return Drawn(
        scene=scene_of(decode(answer.content), request.width, request.height),
        original=answer.content,
        media_type=media_type(answer.content),
        model=str(facts.get("model") or ""),
        sent=_sent(request),
        licence=str(facts.get("licence") or ""),
    )


def asked(request: GenerationRequest) -> dict[str, Any]:
    """The keywords ``generate_image`` is called with, beside the prompt."""
    return {
        "width": request.width,
        "height": request.height,
        "quality": request.quality_level,
        "quality_level": request.quality_level,
        "negative_prompt": request.negative_prompt,
        "steps": request.steps,
        "guidance_scale": request.guidance_scale,
        "seed": request.seed,
        "style": request.style,
        "references": list(request.references),
        "scene_id": request.scene_id,
        "metadata": dict(request.metadata),
    }


def _sent(request: GenerationRequest) -> Sent:
    return Sent(
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        seed=request.seed,
        width=request.width,
        height=request.height,
        references=len(request.references),
    )


class OutsideBackend:
    """An object with an awaitable ``generate_image``, as one of our backends. It costs us nothing.

    Parameters
    ----------
    name : str
        What it is called in the cascade.
    target : object
        At least ``async generate_image(prompt, **keywords) -> {image_path, metadata}``.
    priority : int
        Its place; what is registered comes first (contract B1).
    """

    def __init__(self, name: str, target: Any, *, priority: int = 0) -> None:
        self.name, self.target, self._priority = name, target, priority

    @property
    def capabilities(self) -> Capabilities:
        """Whatever is asked is handed on to it; what it makes of that is its own affair."""
        return Capabilities(
            name=self.name,
            max_width=MAX_SIDE,
            max_height=MAX_SIDE,
            seed="best_effort",
            negative_prompt="native",
            layered=False,
            max_references=14,
            priority=self._priority,
        )

    @property
    def base_url(self) -> str:
        """Its own address, if it has one."""
        found = getattr(self.target, "endpoint", None) or getattr(self.target, "base_url", None)
        return found if isinstance(found, str) else ""

    def ready(self) -> str:
        """Empty if it has the one method that is needed."""
        if callable(getattr(self.target, "generate_image", None)):
            return ""
        return "has no generate_image(prompt, **keywords)"

    def quote(self, request: GenerationRequest) -> Quote:
        """Nothing that we would pay."""
        return Quote(model=self.name)

    def check(self) -> Health:
        """Ask its ``health_check``, if it has one."""
        ask = getattr(self.target, "health_check", None)
        if ask is None:
            return Health(healthy=not self.ready(), status="ready" if not self.ready() else "needs")
        began = time.monotonic()
        try:
            told = run_apart(_awaited(ask))
        except Exception as error:
            cure = str(error) or type(error).__name__
            return Health(healthy=False, status="unhealthy", cure=cure)
        return health_from(told, time.monotonic() - began)

    def generate(self, request: GenerationRequest, call: Call) -> Drawn:
        """Run its ``generate_image`` in a loop of its own and read the picture it names.

        Raises
        ------
        Refused
            It named none that can be read.
        """
        call.sending()
        given = run_apart(_awaited(self.target.generate_image, request.prompt, **asked(request)))
        answer = read_answer(given, name=self.name, base_url=self.base_url)
        if not answer.content:
            raise Refused(answer.warning, where=self.name, what_to_do="Choose another backend.")
        return drawn_from(answer, request)


def health_from(told: object, seconds: float) -> Health:
    """What a ``health_check`` answered (contract P30)."""
    facts = told if isinstance(told, Mapping) else {"healthy": bool(told)}
    healthy = bool(facts.get("healthy"))
    response = facts.get("response_time")
    return Health(
        healthy=healthy,
        status=str(facts.get("status") or ("ready" if healthy else "unhealthy")),
        cure=str(facts.get("error") or ""),
        response_s=float(response) if isinstance(response, int | float) else seconds,
    )


async def _awaited(ask: Any, *given: Any, **named: Any) -> Any:
    found = ask(*given, **named)
    return await found if inspect.isawaitable(found) else found


def run_apart(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end from plain code, also where a loop runs in this thread already."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    done: Future[T] = Future()

    def run() -> None:
        try:
            done.set_result(asyncio.run(work))
        except BaseException as error:
            done.set_exception(error)

    threading.Thread(target=run, name="apex-outside", daemon=True).start()
    return done.result()


@dataclass(frozen=True, kw_only=True)
class UnusableBackend:
    """A backend that could not be built: it is listed with the reason, and never tried."""

    name: str
    reason: str
    cure: str = ""
    priority: int = 100

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            name=self.name,
            max_width=MAX_SIDE,
            max_height=MAX_SIDE,
            seed="none",
            negative_prompt="none",
            layered=False,
            needs=self.cure,
            priority=self.priority,
        )

    def ready(self) -> str:
        """Why it cannot be used, and the cure."""
        return f"{self.reason.rstrip('.')}. {self.cure}".rstrip()

    def quote(self, request: GenerationRequest) -> Quote:
        """Nothing: it is never called."""
        return Quote()

    def check(self) -> Health:
        """What is wrong, without asking anybody."""
        return Health(healthy=False, status="needs", cure=self.ready())

    def generate(self, request: GenerationRequest, call: Call) -> Drawn:
        """Never possible.

        Raises
        ------
        Refused
            Always, with the reason.
        """
        raise Refused(self.reason, where=self.name, what_to_do=self.cure)


def unusable(name: str, error: Exception, *, priority: int = 100) -> UnusableBackend:
    """A backend whose building ended with an error."""
    if isinstance(error, ApexError):
        where = f"{error.where}: " if error.where else ""
        return UnusableBackend(
            name=name, reason=f"{where}{error.what}", cure=error.what_to_do, priority=priority
        )
    return UnusableBackend(
        name=name,
        reason=f"it cannot be loaded ({type(error).__name__}: {error})",
        cure="Install it again, or switch it off with: apex config set "
        f"backends.{name}.enabled false",
        priority=priority,
    )
