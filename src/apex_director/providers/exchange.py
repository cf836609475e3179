"""One request and its answer; every fault on the way as the outcome it means (contract D30a)."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from apex_director.core.errors import ApexError
from apex_director.version import __version__

from .addresses import is_loopback
from .faults import unanswered
from .hiding import quiet_logs
from .model import Call
from .outcomes import Refused, Unbilled

if TYPE_CHECKING:
    import ssl

    import httpx

CONNECT_S = 10.0  # to be connected
MAX_REPLY = 160 * 1024 * 1024  # bytes; a 4K picture in base64 is about 50 MB
Words = Callable[[object], str]
log = logging.getLogger("apex_director.providers")


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One request. ``call`` set means that it makes something that may cost money; ``pinned`` is
    the network address to connect to instead of looking the name up again.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    call: Call | None = None
    limit: int = MAX_REPLY  # bytes of the answer
    pinned: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Reply:
    """An answer, read whole. ``data`` is its JSON, None if it is none."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # names in lower case
    content: bytes = field(default=b"", repr=False)
    data: Any = field(default=None, repr=False)


class _TooLarge(Exception):
    """More bytes came than are taken."""


def send(ask: Ask, *, name: str, timeout_s: float, paid: bool, words: Words) -> Reply:
    """Make one exchange, whatever its status.

    Parameters
    ----------
    ask : Ask
        The request; its call is told just before it leaves.
    name : str
        The backend, for errors.
    timeout_s : float
        Longest wait for the whole answer.
    paid : bool
        Whether generations of this backend cost money.
    words : callable
        Makes a stranger's text fit for an error.

    Raises
    ------
    Unbilled
        Nothing was sent whole, or what was sent costs nothing.
    OutcomeUnknown
        A paid generation was sent, and no whole answer came.
    Refused
        The address is none, the proxy cannot be used, or the answer is too large.
    """
    started = time.monotonic()
    answer = _answer_or_fault(ask, name, timeout_s, paid=paid and ask.call is not None, words=words)
    status = answer.status if isinstance(answer, Reply) else 0
    parts = urlsplit(ask.url)
    told = {
        "backend": name,
        "method": ask.method,
        "host": parts.hostname,
        "path": words(parts.path),
        "status": status,
        "duration_ms": round((time.monotonic() - started) * 1000),
    }
    log.debug("exchange", extra=told)
    if isinstance(answer, Reply):
        return answer
    raise answer  # outside every handler: the client's own error holds the request, key and all


def _answer_or_fault(
    ask: Ask, name: str, timeout_s: float, *, paid: bool, words: Words
) -> Reply | ApexError:
    import httpx

    try:
        opened = _client(ask.url)
    except (ImportError, ValueError) as error:  # a proxy of a kind that is not installed
        return Refused(
            words(f"the proxy of the environment cannot be used ({error})"),
            where=name,
            what_to_do="See HTTPS_PROXY and ALL_PROXY.",
        )
    try:
        with opened as client:
            request = _request(client, ask, timeout_s)
            if ask.call is not None:
                ask.call.sending()
            return _exchange(client, request, ask.limit, time.monotonic() + timeout_s)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
        return Unbilled(
            words(f"it cannot be reached ({_reason(error)})"),
            where=name,
            what_to_do="Check the address and the network.",
        )
    except httpx.WriteTimeout:  # the request never left whole, so nothing was made of it
        return Unbilled("it did not take the request", where=name, what_to_do="Try again later.")
    except httpx.TimeoutException:
        return unanswered(name, f"no answer within {timeout_s:g} s", paid_generation=paid)
    except _TooLarge as error:
        if paid:
            return unanswered(name, str(error), paid_generation=True)
        return Refused(str(error), where=name, what_to_do="Choose another backend.")
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError):
        return Refused(
            "this is no address it can be asked at", where=name, what_to_do="Check its address."
        )
    except httpx.HTTPError as error:
        text = words(f"the connection was lost ({_reason(error)})")
        return unanswered(name, text, paid_generation=paid)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    import httpx

    return httpx.create_ssl_context()  # reading the certificates takes longer than a request


def _client(url: str) -> httpx.Client:
    """A client for one exchange: a connection kept from an earlier one may be dead already, and
    what is lost on it is lost money. Proxies are those of the environment, never for this machine.
    """
    import httpx

    quiet_logs()
    return httpx.Client(
        verify=_tls(),
        trust_env=not is_loopback(urlsplit(url).hostname or ""),
        follow_redirects=False,
        headers={"user-agent": f"apex-director/{__version__}"},
    )


def proxied(url: str) -> bool:
    """Whether a proxy of the environment stands between us and that address."""
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(url)
    host = parts.hostname or ""
    if is_loopback(host) or proxy_bypass(host):
        return False
    return bool({parts.scheme, "all"} & set(getproxies()))


def _request(client: httpx.Client, ask: Ask, timeout_s: float) -> httpx.Request:
    import httpx

    url, headers = httpx.URL(ask.url), dict(ask.headers)
    extensions: dict[str, Any] = {}
    if ask.pinned:
        headers["host"] = url.netloc.decode()
        extensions["sni_hostname"] = url.host
        url = url.copy_with(host=ask.pinned)
    return client.build_request(
        ask.method,
        url,
        headers=headers,
        timeout=httpx.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s)),
        extensions=extensions,
        **ask.body,
    )


def _exchange(client: httpx.Client, request: httpx.Request, limit: int, until: float) -> Reply:
    import httpx

    parts, size = [], 0
    response = client.send(request, stream=True)
    try:
        if _length(response.headers.get("content-length", "")) > limit:
            raise _TooLarge(f"its answer is larger than {limit >> 20} MB")
        for part in response.iter_bytes():
            size += len(part)
            if size > limit:
                raise _TooLarge(f"its answer is larger than {limit >> 20} MB")
            if time.monotonic() > until:  # each read was in time, all together were not
                raise httpx.ReadTimeout("late")
            parts.append(part)
    finally:
        response.close()
    content = b"".join(parts)
    headers = {name.lower(): value for name, value in response.headers.items()}
    status = response.status_code
    return Reply(status=status, headers=headers, content=content, data=_parsed(content))


def _length(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _parsed(content: bytes) -> Any:
    if content[:64].lstrip()[:1] not in {b"{", b"["}:
        return None
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
