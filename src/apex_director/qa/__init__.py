"""The checks: flashes, black, freeze, movement, levels, loudness, sync, and the verdict over all.

A room of pure functions and meters over frames and numbers; it knows no files.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "check_master": "check",
    "check_seen": "check",
    "Glance": "seeing",
    "glance": "seeing",
    "glances": "seeing",
    "packed": "seeing",
    "unpacked": "seeing",
    "FlashMeter": "flashes",
    "StillMeter": "still",
    "slideshow_risk": "slideshow",
    "measure_sync": "sync",
    "marks_of": "marks",
    "taming_for": "tame",
    "Calmer": "tame",
    "report_to_json": "schema",
    "QualityScoringStrategy": "faces",
    "CustomQualityScorer": "faces",
    "QualityValidator": "faces",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
