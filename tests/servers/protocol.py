"""What a fake service is made of: routes that check what they are told and answer, and faults."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a route answers with: ``body`` is JSON unless it is bytes.

    ``billed`` are the micro-dollars the service books for it; ``made`` says that it generated
    something (counted even at no price).
    """

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"
    billed: int = 0
    made: bool = False


class Rejected(Exception):
    """The request is not one the service takes; raised anywhere inside a route."""

    def __init__(self, status: int, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.status, self.message, self.facts = status, message, facts


@dataclass(kw_only=True)
class Ask:
    """One request as a route sees it.

    ``fault`` names the scripted fault, empty for none: the route answers its own kinds
    ("empty", "safety", "error_200" ...) and leaves the general ones to the server. ``memory`` is
    the protocol's own dictionary, kept over a restart (JSON values), ``lock`` guards it;
    ``number`` counts all requests of the service from 1; ``base`` is the address of the protocol.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    data: Any
    match: Mapping[str, str]
    fault: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    number: int = 0
    base: str = ""


@dataclass(frozen=True, kw_only=True)
class Route:
    """``pattern`` is a regular expression of the whole path below the protocol's prefix, with named
    groups; ``free`` routes need no key.
    """

    name: str
    method: str
    pattern: str
    answer: Callable[[Ask], Answer]
    free: bool = False


ErrorBody = Callable[[int, str, Mapping[str, Any]], Any]


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """One service.

    Parameters
    ----------
    name : str
        Prefix of its paths, ``/name``, and of its routes' names, ``name.route``.
    error : callable
        (status, message, facts) -> the JSON body its errors have.
    key : callable
        The key a request presents, empty for none; the default takes ``Authorization: Bearer``.
    keyless : bool
        Whether it answers without a key.
    """

    name: str
    routes: tuple[Route, ...]
    error: ErrorBody
    key: Callable[[Mapping[str, str]], str] = field(default=lambda headers: bearer(headers))
    keyless: bool = False


def bearer(headers: Mapping[str, str]) -> str:
    """The key of ``Authorization: Bearer``."""
    scheme, _, key = headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def digest(text: str | bytes) -> str:
    """Twelve hex digits that stand for a key or a body in reports."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()[:12]


Check = Callable[[Any], bool]


def checked(
    data: Any, fields: Mapping[str, Check], *, needed: tuple[str, ...] = ()
) -> dict[str, Any]:
    """A JSON object of known fields alone, each in its range.

    Raises
    ------
    Rejected
        400: it is no object, or has an unknown, a missing or a wrong field.
    """
    if not isinstance(data, dict):
        raise Rejected(400, "the body is no JSON object")
    for name, value in data.items():
        if name not in fields:
            raise Rejected(400, f"Unknown name '{name}': cannot find field")
        if not fields[name](value):
            raise Rejected(400, f"Invalid value at '{name}'")
    for name in needed:
        if name not in data:
            raise Rejected(400, f"'{name}' is required")
    return data


def text(most: int = 1 << 20) -> Check:
    """A text of 1 to ``most`` characters."""
    return lambda value: isinstance(value, str) and 1 <= len(value) <= most


def whole(least: int, most: int, multiple: int = 1) -> Check:
    """A whole number within limits."""
    return lambda value: type(value) is int and least <= value <= most and value % multiple == 0


def number(least: float, most: float) -> Check:
    """A number within limits."""
    return lambda value: (
        not isinstance(value, bool) and isinstance(value, int | float) and least <= value <= most
    )


def one_of(*words: Any) -> Check:
    """One of some values."""
    return lambda value: value in words


def flag(value: Any) -> bool:
    """True or false."""
    return isinstance(value, bool)


def anything(value: Any) -> bool:
    """Any JSON."""
    return True
