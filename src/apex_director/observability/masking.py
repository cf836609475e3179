"""Keys, tokens and passwords never reach a log."""

from __future__ import annotations

import re
from typing import Any

HIDDEN = "***"
SECRET_NAME = re.compile(
    r"(?i)(api[_-]?key|secret|token|passw(or)?d|authorization|credential|private[_-]?key|cookie)"
)
_PATTERNS = (
    # name=value and name: value, quoted or not
    re.compile(
        r"(?i)([\w-]*(?:api[_-]?key|secret|token|passw(?:or)?d|authorization|private[_-]?key)[\w-]*"
        r"[\"']?\s*[=:]\s*[\"']?(?:bearer\s+|basic\s+)?)([^\s\"',;&}]+)"
    ),
    re.compile(r"(?i)(\b(?:bearer|basic)\s+)([A-Za-z0-9._~+/=-]{8,})"),
    re.compile(r"(://[^/\s:@]+:)([^@\s/]+)(?=@)"),  # the password inside an address
    re.compile(r"(\b(?:sk|pk|rk|ghp|xox[bap])[-_])([A-Za-z0-9_-]{12,})"),
    re.compile(r"(\beyJ[A-Za-z0-9_-]{4})([A-Za-z0-9_.-]{16,})"),  # JSON web tokens
    re.compile(r"(\bAIza)([0-9A-Za-z_-]{20,})"),
)


def mask(text: str) -> str:
    """The text with whatever looks like a secret replaced by ``***``."""
    for pattern in _PATTERNS:
        text = pattern.sub(lambda hit: hit.group(1) + HIDDEN, text)
    return text


def mask_value(value: Any, name: str = "") -> Any:
    """Mask strings inside mappings and sequences; a value whose name is a secret's is hidden."""
    if isinstance(value, str):
        return HIDDEN if value and SECRET_NAME.search(name) else mask(value)
    if isinstance(value, dict):
        return {key: mask_value(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [mask_value(item, name) for item in value]
    return value
