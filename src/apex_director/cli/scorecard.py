"""How well a video's cuts lie on its music, in a line for people."""

from __future__ import annotations

import json
from pathlib import Path

from .output import say


def tell_sync(report: str) -> None:
    """Say the scorecard of a quality report; nothing where there is none to read."""
    try:
        sync = json.loads(Path(report).read_text(encoding="utf-8"))["sync"]
        summary, grade = sync.get("summary"), sync.get("grade")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return
    if grade:
        say(f"sync: {summary}")
