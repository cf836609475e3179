"""Identifiers: job ids, and content hashes that name the same thing everywhere."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable
from dataclasses import asdict, is_dataclass
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any


def new_job_id() -> str:
    """A fresh job id: UUID4 text (contract C1)."""
    return str(uuid.uuid4())


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Fraction | Path):
        return str(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces, equal for equal values on every machine."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), default=_plain, ensure_ascii=False
    )


def content_hash(*parts: Any) -> str:
    """SHA-256 (hex) of the canonical JSON of the parts."""
    return hashlib.sha256(canonical_json(parts).encode()).hexdigest()


def bytes_hash(blocks: Iterable[bytes]) -> str:
    """SHA-256 (hex) of bytes that come in blocks."""
    digest = hashlib.sha256()
    for block in blocks:
        digest.update(block)
    return digest.hexdigest()


def seed_for(*parts: Any) -> int:
    """A 31-bit seed that depends on the parts alone, never on the order of work."""
    return int(content_hash(*parts)[:8], 16) & 0x7FFFFFFF
