"""The hosted backends as tests build them, and the hunt for leaked keys."""

from __future__ import annotations

import base64
import logging
import pickle
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from apex_director.images.backends.custom import CustomHttpBackend
from apex_director.images.backends.imagen import ImagenBackend
from apex_director.images.backends.minimax import MiniMaxBackend
from apex_director.images.backends.nano_banana import NanoBananaBackend
from apex_director.images.backends.openai_compatible import OpenAICompatibleBackend
from apex_director.images.backends.openrouter import OpenRouterBackend
from apex_director.images.model import GenerationRequest
from tests.servers import Server

KEY = "sk-te+st/KEY.abc_1234567890~xyz"
FORMS = (KEY, quote(KEY, safe=""), base64.b64encode(KEY.encode()).decode()[:-4])
REQUEST = GenerationRequest(prompt="A lighthouse in the rain", width=320, height=180, seed=7)


@dataclass(frozen=True, kw_only=True)
class Hosted:
    """One backend, the service it asks, and what makes its calls cost something there."""

    kind: Any
    service: str
    header: str = "authorization"
    paid: Any = ()

    def build(self, server: Server, **config: Any) -> Any:
        base = {"api_key": KEY, "base_url": server.base(self.service)}
        return self.kind({**base, **dict(self.paid), **config})

    @property
    def route(self) -> str:
        return f"{self.service}.generate"


HOSTED = {
    "nano_banana": Hosted(kind=NanoBananaBackend, service="gemini", header="x-goog-api-key"),
    "imagen": Hosted(kind=ImagenBackend, service="gemini", header="x-goog-api-key"),
    "minimax": Hosted(kind=MiniMaxBackend, service="minimax"),
    "openrouter": Hosted(kind=OpenRouterBackend, service="openrouter"),
    "openai_compatible": Hosted(
        kind=OpenAICompatibleBackend,
        service="openai",
        paid=(("model", "gpt-image-2"), ("cost_per_image", 0.04)),
    ),
    "custom": Hosted(kind=CustomHttpBackend, service="custom", paid=(("cost_per_image", 0.01),)),
}


@contextmanager
def no_leaks() -> Iterator[list[object]]:
    """Whatever is logged inside, at any level and by anybody, and whatever is put into the list,
    must be free of the key in any coding.
    """
    heard, shown = _Ear(), []
    names = ("", "apex_director", "httpx", "httpcore", "httpcore.http11", "httpcore.connection")
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    logging.getLogger().addHandler(heard)
    logging.getLogger("apex_director").addHandler(heard)
    try:
        yield shown
    finally:
        logging.getLogger().removeHandler(heard)
        logging.getLogger("apex_director").removeHandler(heard)
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
    texts = [*heard.lines, *(text for thing in shown for text in _texts(thing))]
    assert any("exchange" in line for line in heard.lines)
    for text in texts:
        for form in FORMS:
            assert form not in text


class _Ear(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage() + repr(vars(record)))


def _texts(thing: object) -> Iterator[str]:
    yield from (repr(thing), str(thing))
    if isinstance(thing, BaseException):
        yield repr(vars(thing))
        yield "".join(traceback.format_exception(thing))
        yield repr(pickle.dumps(thing))
        seen: BaseException | None = thing
        while seen is not None:  # the client's own error holds the request with its headers
            assert not hasattr(seen, "_request")
            seen = seen.__context__
