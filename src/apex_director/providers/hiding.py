"""What a provider must never read back to us: keys, in any form they travel in."""

from __future__ import annotations

import base64
import json
import logging
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from apex_director.observability.masking import HIDDEN, mask

SHORTEST_SECRET = 4  # characters; shorter ones would blacken ordinary words
LONGEST_TEXT = 300  # characters of a provider's own words in an error
_LOUD = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy", "httpcore.socks")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def forms(secret: str) -> tuple[str, ...]:
    """A secret as it may appear in text: plain, in an address, JSON or base64; longest first."""
    raw = secret.encode()
    coded = {
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        raw.hex(),
        *(_base64_core(raw, shift) for shift in range(3)),
    }
    coded |= {form.replace("+", "-").replace("/", "_") for form in coded if form != secret}
    return tuple(sorted((f for f in coded if len(f) >= SHORTEST_SECRET), key=len, reverse=True))


def _base64_core(raw: bytes, shift: int) -> str:
    """What of the bytes stands in any base64 text that has them at that place of three."""
    text = base64.b64encode(b"\0" * shift + raw).decode()
    first = (8 * shift + 5) // 6
    whole = 8 * (shift + len(raw)) // 6
    return text[first:whole]


def masked(text: str, secrets: Iterable[str]) -> str:
    """The text with every form of the secrets, and whatever else looks like one, as ``***``."""
    for secret in secrets:
        if len(secret) >= SHORTEST_SECRET:
            for form in forms(secret):
                text = text.replace(form, HIDDEN)
    return mask(text)


def one_line(text: str, secrets: Iterable[str] = (), limit: int = LONGEST_TEXT) -> str:
    """A stranger's words as one clause fit for an error: masked, without control characters, cut.

    Masking comes before cutting: half a key is a leak too.
    """
    clean = " ".join(_CONTROL.sub(" ", masked(text, secrets)).split())
    return clean if len(clean) <= limit else clean[: limit - 1].rstrip() + "…"


class _Quiet(logging.Filter):
    """Takes addresses' queries and answers' headers out of the HTTP client's own log lines."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage().split(" return_value=")[0].split("?")[0]
        record.msg, record.args = mask(text), ()
        return True


_QUIET = _Quiet()


def quiet_logs() -> None:
    """Keep headers and queries out of the HTTP client's debug logs; safe to repeat."""
    for name in _LOUD:
        logger = logging.getLogger(name)
        if _QUIET not in logger.filters:
            logger.addFilter(_QUIET)
