"""What ``apex_config.json`` holds before anybody has edited it (contract D15, O1, B1)."""

from __future__ import annotations

from typing import Any

CONFIG_NAME = "apex_config.json"


def _backend(priority: int, quality_level: int, cost: float | None = None) -> dict[str, Any]:
    return {
        "enabled": True,
        "priority": priority,
        "cost_per_image": cost,
        "quality_level": quality_level,
    }


DEFAULTS: dict[str, dict[str, Any]] = {
    "backends": {
        "nano_banana": _backend(1, 1),
        "imagen": _backend(2, 3),
        "minimax": _backend(3, 4),
        "sdxl": _backend(4, 5),
        "openrouter": _backend(5, 3),
        "openai_compatible": _backend(6, 3),
        "a1111": _backend(7, 3),
        "comfyui": _backend(8, 3),
        "custom": _backend(9, 3),
        "procedural": _backend(100, 3, 0.0),
    },
    "assets": {"store_url": "", "max_mb": 50},
    "orchestrator": {
        "max_concurrent_jobs": 5,
        "checkpoint_interval": 300,
        "auto_retry": True,
        "failure_threshold": 3,
        "retry_delay": 30,
        "health_check_interval": 60,
        "workers": 0,
    },
    "estimator": {"history_days": 30, "engine": ""},
    "budget": {"per_day_usd": 10, "per_job_usd": None, "warn_at": 0.8},
}
"""Sections and defaults.

``cost_per_image`` null means the price list of the backend's model, with its date; a number wins
over it. ``workers`` 0 means one per core. ``store_url`` empty means the studio folder. A cap that
is null is none.
"""
