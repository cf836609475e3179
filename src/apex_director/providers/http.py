"""The wire: one small HTTP client whose every fault says what it means for money (contract D30a).

    no connection, no such name           Unbilled
    408, 429, 503 with Retry-After        Unbilled, with the seconds to wait
    other 4xx, redirects of a request     Refused, with ``status``
    other 5xx, lost, late, cut off        OutcomeUnknown of a paid generation, else Unbilled

It never tries twice. A generation is a request that was given its :class:`Call`; everything else
costs nothing and may be repeated.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from apex_director.core.errors import ApexError, ConfigError

from .addresses import base_address, fetch_address, joined, origin
from .exchange import MAX_REPLY, Ask, Reply, proxied, send
from .faults import Told, of_status, retry_after, told_of, unanswered
from .hiding import one_line
from .model import Call, Cost
from .outcomes import Refused

MAX_DOWNLOAD = 50 * 1024 * 1024  # bytes (contract X5)
MAX_REDIRECTS = 4
_REDIRECTS = {301, 302, 303, 307, 308}
Explain = Callable[[Reply], Told | None]
"""What a provider's own words in an answer mean; also asked of answers that look well (status
200), because some say no that way. None: nothing beyond the status.
"""


class Wire:
    """Speaks to one service.

    Parameters
    ----------
    name : str
        The backend, for errors.
    base_url : str
        https anywhere, plain http to this machine only.
    headers : mapping
        Sent with every request to ``base_url``'s origin and to no other: the key goes here.
    timeout_s : float
        Longest wait for a whole answer, in seconds.
    paid : bool
        Whether a generation costs money, so that a lost one is not tried again.
    secrets : sequence of str
        Never to be seen in an error, a log or a repr, in any usual coding.
    explain : callable
        Reads the provider's own error words.

    Raises
    ------
    ConfigError
        The base address is not one we speak to.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 180.0,
        paid: bool = False,
        secrets: Sequence[str] = (),
        explain: Explain | None = None,
    ) -> None:
        self.name = name
        self.base_url = base_address(base_url, f"{name} base_url")
        self.paid = paid
        self._headers = {key: _header(value, name) for key, value in (headers or {}).items()}
        self._timeout_s = timeout_s
        self._secrets = tuple(secret for secret in secrets if secret)
        self._explain = explain

    def __repr__(self) -> str:
        return f"Wire({self.name!r}, {self.base_url!r}, paid={self.paid})"

    def post_json(
        self,
        path: str,
        body: Any,
        *,
        call: Call | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send JSON and have JSON back.

        Raises
        ------
        Unbilled, Refused, OutcomeUnknown
            As the table at the top; with ``call`` it is a generation.
        """
        content = json.dumps(body, ensure_ascii=False).encode(errors="replace")  # half a character
        sent = {"content-type": "application/json", **(headers or {})}
        return self._post(path, sent, {"content": content}, call)

    def post_multipart(
        self,
        path: str,
        files: Sequence[tuple[str, tuple[str, bytes, str]]],
        *,
        form: Mapping[str, str] | None = None,
        call: Call | None = None,
    ) -> Reply:
        """Send files, as (field, (file name, bytes, media type)); errors as :meth:`post_json`."""
        body = {"files": list(files), "data": dict(form or {})}
        return self._post(path, {}, body, call)

    def get_json(self, path: str, params: Mapping[str, str] | None = None) -> Reply:
        """Ask for JSON. It costs nothing and may be asked again.

        Raises
        ------
        Unbilled, Refused
            As the table at the top.
        """
        return self._json(self._get(path, params), generation=False)

    def get_bytes(
        self, path: str, params: Mapping[str, str] | None = None, *, limit: int = MAX_DOWNLOAD
    ) -> bytes:
        """Ask the service itself for a file; errors as :meth:`get_json`."""
        reply = self._get(path, params, limit)
        self._check(reply)
        return reply.content

    def download(
        self,
        url: str,
        *,
        limit: int = MAX_DOWNLOAD,
        with_key: bool = False,
        allowed_hosts: Sequence[str] | None = None,
    ) -> bytes:
        """Fetch what an answer pointed to.

        Parameters
        ----------
        url : str
            Absolute, or relative to the service's origin.
        limit : int
            Most bytes taken.
        with_key : bool
            Send the headers of the service, to its own origin only; redirects elsewhere go without.
        allowed_hosts : sequence of str or None
            Hosts it and its redirects may lead to; None allows every public one.

        Raises
        ------
        Unbilled
            It did not come through and may later.
        Refused
            It is gone, or lies where we do not fetch from.
        """
        hosts = allowed_hosts
        return self.fetch(url, limit=limit, with_key=with_key, allowed_hosts=hosts).content

    def fetch(
        self,
        url: str,
        *,
        limit: int = MAX_DOWNLOAD,
        with_key: bool = False,
        allowed_hosts: Sequence[str] | None = None,
    ) -> Reply:
        """As :meth:`download`, with the headers of the answer."""
        where = f"{self.name} picture"
        url = joined(self.base_url + "/", url)
        for _ in range(MAX_REDIRECTS + 1):
            pinned = fetch_address(
                url,
                base=self.base_url,
                where=where,
                allowed_hosts=allowed_hosts,
                proxied=proxied(url),
            )
            own = self._headers if with_key and origin(url) == origin(self.base_url) else {}
            reply = self._send(Ask(method="GET", url=url, headers=own, limit=limit, pinned=pinned))
            if reply.status not in _REDIRECTS or "location" not in reply.headers:
                self._check(reply, own=False)
                return reply
            url = joined(url, reply.headers["location"])
        raise Refused(
            "the picture's address leads from one to the next without end",
            where=where,
            what_to_do="Choose another backend.",
        )

    def words(self, text: object) -> str:
        """A provider's words as one short clause, masked."""
        return one_line(str(text), self._secrets)

    def lost(self, what: str, *, cost: Cost | None = None) -> ApexError:
        """The error of a generation whose answer is of no use, to be raised: OutcomeUnknown of a
        paid one, else Unbilled. ``cost`` is what it may have been billed if that is known better
        than from the quote.
        """
        known = cost if cost is not None and cost.usd is not None else None
        return unanswered(self.name, self.words(what), paid_generation=self.paid, cost=known)

    def _post(
        self, path: str, headers: Mapping[str, str], body: Mapping[str, Any], call: Call | None
    ) -> Reply:
        ask = Ask(
            method="POST",
            url=self._url(path),
            headers={**self._headers, **headers},
            body=body,
            call=call,
        )
        return self._json(self._send(ask), generation=call is not None)

    def _get(self, path: str, params: Mapping[str, str] | None, limit: int = MAX_REPLY) -> Reply:
        body = {"params": dict(params)} if params else {}
        url = self._url(path)
        return self._send(Ask(method="GET", url=url, headers=self._headers, body=body, limit=limit))

    def _url(self, path: str) -> str:
        return f"{self.base_url}/{path.lstrip('/')}"

    def _json(self, reply: Reply, *, generation: bool) -> Reply:
        self._check(reply, generation=generation)
        if reply.data is None:
            raise unanswered(
                self.name, "its answer is no JSON", paid_generation=self.paid and generation
            )
        return reply

    def _check(self, reply: Reply, *, generation: bool = False, own: bool = True) -> None:
        """Raise the error an answer stands for; ``own``: it is the service's and in its words."""
        told = self._explain(reply) if own and self._explain else None
        told = told or (told_of(reply.data) if own and reply.status >= 400 else Told())
        named = reply.headers.get("retry-after", "").strip()
        fault = of_status(
            self.name,
            told.status or reply.status,
            told=replace(told, message=self.words(told.message)),
            wait=told.retry_after or (retry_after(named) if named else None),
            paid_generation=self.paid and generation,
        )
        if fault is not None:
            raise fault

    def _send(self, ask: Ask) -> Reply:
        return send(
            ask, name=self.name, timeout_s=self._timeout_s, paid=self.paid, words=self.words
        )


def _header(value: str, name: str) -> str:
    value = value.strip()
    if value.isascii() and value.isprintable():
        return value
    raise ConfigError(
        "a key or header holds characters that cannot be sent",
        where=name,
        what_to_do="Copy the key anew; it is plain ASCII in one line.",
    )
