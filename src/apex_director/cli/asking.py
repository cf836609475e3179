"""A person's yes at the terminal, before anything is bought."""

from __future__ import annotations

import sys
from collections.abc import Callable

from .output import say


def at_terminal(*, as_json: bool) -> Callable[[str], bool] | None:
    """Something that asks the person at the terminal; None where nobody is there to answer."""
    if as_json or not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    return _ask


def _ask(what: str) -> bool:
    say(f"{what[:1].upper()}{what[1:]}.")
    print("Buy it? [y/N] ", end="", file=sys.stderr, flush=True)
    try:
        return sys.stdin.readline().strip().lower() in {"y", "yes"}
    except (OSError, ValueError):
        return False
