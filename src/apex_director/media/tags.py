"""Tags of a song as people wrote them: wrong encodings are repaired where they can be recognised,
and never crash.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_CONTAINER_KEYS = {"major_brand", "minor_version", "compatible_brands"}

# No word of a Latin language holds four accented letters in a row; Cyrillic read as Latin does.
_ACCENTED_RUN = re.compile(r"[\u00c0-\u00ff]{4}")


def _bytes_of(text: str) -> bytes | None:
    """The bytes behind a text that was read as Latin, or that kept undecodable bytes."""
    for encoding in ("latin-1", "cp1252"):
        try:
            return text.encode(encoding)
        except UnicodeEncodeError:
            continue
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return None


def _as_cyrillic(raw: bytes) -> str | None:
    if not _ACCENTED_RUN.search(raw.decode("latin-1")):
        return None
    try:
        return raw.decode("cp1251")
    except UnicodeDecodeError:
        return None


def repaired(text: str) -> str:
    """Text whose bytes were read with the wrong encoding, read with the right one.

    UTF-8 read as Latin is recognised for certain, Cyrillic (Windows-1251) by runs of accented
    letters no Latin language has; other undecodable bytes become Western European letters.

    >>> repaired("\\u00d0\\u009f\\u00d1\\u0080")
    'Пр'
    """
    undecoded = any("\udc80" <= c <= "\udcff" for c in text)
    if text.isascii():
        return clean(text)
    raw = text.encode("utf-8", "surrogateescape") if undecoded else _bytes_of(text)
    if raw is None:
        return clean(text)
    try:
        return clean(raw.decode("utf-8"))
    except UnicodeDecodeError:
        guess = _as_cyrillic(raw)
    if guess is not None:
        return clean(guess)
    return clean(raw.decode("cp1252", "replace") if undecoded else text)


def clean(text: str) -> str:
    """The text without control characters, lone surrogates and outer spaces."""
    kept = "".join(c for c in text if c.isprintable() or c in "\n\t")
    return kept.encode("utf-8", "replace").decode("utf-8").strip()


def read_tags(*sources: Mapping[str, str]) -> dict[str, str]:
    """Tags in lower-case keys, the first source that has a key wins, empty ones are left out."""
    found: dict[str, str] = {}
    for source in sources:
        for key, value in source.items():
            name, text = clean(str(key)).lower(), repaired(str(value))
            if name and text and name not in _CONTAINER_KEYS:
                found.setdefault(name, text)
    return found
