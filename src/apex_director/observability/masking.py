"""Keys, tokens and passwords never reach a log."""

from __future__ import annotations

import re
from typing import Any

HIDDEN = "***"
SECRET_NAME = re.compile(
    r"(?i)(api[_-]?key|secret|token|passw(or)?d|authorization|credential|private[_-]?key|cookie)"
)
_NAME = r"[\w-]*(?:api[ _-]?key|secret|token|passw(?:or)?d|private[_-]?key)[\w-]*"
_PATTERNS = (
    re.compile(
        r"(?i)(\bauthorization[\"']?\s*[=:]\s*[\"']?(?:(?:bearer|basic|token|digest|key)\s+)?)"
        r"([^\s\"',;&}]+)"
    ),
    re.compile(r"(?i)(\b(?:bearer|basic)\s+)([A-Za-z0-9._~+/=-]{8,})"),
    re.compile(r"(://[^/\s:@]+:)([^@\s/]+)(?=@)"),  # the password inside an address
    re.compile(r"(\b(?:sk|pk|rk|ghp|xox[bap])[-_])([A-Za-z0-9_-]{12,})"),
    re.compile(r"(\beyJ[A-Za-z0-9_-]{4})([A-Za-z0-9_.-]{16,})"),  # JSON web tokens
    re.compile(r"(\bAIza)([0-9A-Za-z_-]{20,})"),
)
_NAMED = re.compile(
    rf"(?i)(?P<head>{_NAME}(?P<closed>[\"']?)\s*(?P<sign>[=:])(?P<gap>\s*)(?P<quote>[\"']?)"
    r"(?:bearer\s+|basic\s+)?)(?P<value>[^\s\"',;&}]+)(?P<more>(?=[ \t]+\w))?"
)
"""name=value and name: value, quoted or not; ``more`` where a sentence goes on behind it."""
_NO_VALUE = ".…*()[]"  # "export X_API_KEY=..." is advice
KEY_SHAPED, NO_WORD = 12, 24  # characters: with digits among the letters; of any kind


def mask(text: str) -> str:
    """The text with whatever looks like a secret replaced by ``***``.

    What stands behind a secret's name is hidden; of prose behind a colon ("X_API_KEY: get one at
    ...") only what is shaped like a key.
    """
    for pattern in _PATTERNS:
        text = pattern.sub(lambda hit: hit.group(1) + HIDDEN, text)
    return _NAMED.sub(_named, text)


def _named(hit: re.Match[str]) -> str:
    value = str(hit["value"])
    if not value.strip(_NO_VALUE):
        return hit[0]
    set_apart = hit["sign"] == "=" or hit["closed"] or hit["quote"] or not hit["gap"]
    if not set_apart and hit["more"] is not None and not _key_shaped(value):
        return hit[0]
    return f"{hit['head']}{HIDDEN}"


def _key_shaped(value: str) -> bool:
    if value.startswith(("http://", "https://")):
        return False
    mixed = any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
    return len(value) >= NO_WORD or (mixed and len(value) >= KEY_SHAPED)


def mask_value(value: Any, name: str = "") -> Any:
    """Mask strings inside mappings and sequences; a value whose name is a secret's is hidden."""
    if isinstance(value, str):
        return HIDDEN if value and SECRET_NAME.search(name) else mask(value)
    if isinstance(value, dict):
        return {key: mask_value(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [mask_value(item, name) for item in value]
    return value
