"""What each setting may hold; every fault names its key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from apex_director.core.errors import ConfigError

from .defaults import CONFIG_NAME, DEFAULTS


@dataclass(frozen=True, kw_only=True)
class Rule:
    """The kind and the range of one setting; ``null`` allows null."""

    kind: str  # whole, number, switch, text
    low: float = 0
    high: float = 1e9
    null: bool = False

    def __str__(self) -> str:
        if self.kind == "switch":
            return "true or false"
        if self.kind == "text":
            return "a text in quotes"
        span = f"{self.low:g} to {self.high:g}" if self.high < 1e9 else f"{self.low:g} or more"
        return f"{span}, or null" if self.null else span

    def fault(self, value: Any) -> str:
        """What is wrong with a value; empty if nothing is."""
        if value is None:
            return "" if self.null else "null is not possible here"
        if self.kind == "switch":
            return "" if isinstance(value, bool) else f"{value!r} is neither true nor false"
        if self.kind == "text":
            return "" if isinstance(value, str) else f"{value!r} is no text"
        whole = self.kind == "whole"
        if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
            return f"{value!r} is no {'whole ' if whole else ''}number"
        return "" if self.low <= value <= self.high else f"{value!r} is out of range"


_SWITCH, _TEXT = Rule(kind="switch"), Rule(kind="text")
_COUNT = Rule(kind="whole")
_USD = Rule(kind="number", null=True)
BACKEND_RULES: Mapping[str, Rule] = {
    "enabled": _SWITCH,
    "priority": Rule(kind="whole", low=1, high=1000),
    "cost_per_image": Rule(kind="number", high=1000, null=True),
    "quality_level": Rule(kind="whole", low=1, high=5),
    "per_minute": Rule(kind="whole", high=10_000),
    "timeout_s": Rule(kind="number", low=1, high=24 * 3600),
    "tries": Rule(kind="whole", low=1, high=10),
    "base_url": _TEXT,
    "endpoint": _TEXT,
}
"""Settings every backend shares; what else stands in its section is checked by the backend."""
RULES: Mapping[str, Mapping[str, Rule]] = {
    "assets": {"store_url": _TEXT, "max_mb": Rule(kind="whole", low=1, high=100_000)},
    "orchestrator": {
        "max_concurrent_jobs": _COUNT,
        "checkpoint_interval": _COUNT,
        "auto_retry": _SWITCH,
        "failure_threshold": _COUNT,
        "retry_delay": _COUNT,
        "health_check_interval": _COUNT,
        "workers": _COUNT,
    },
    "estimator": {"history_days": Rule(kind="whole", low=1, high=36_500), "engine": _TEXT},
    "budget": {
        "per_day_usd": _USD,
        "per_job_usd": _USD,
        "warn_at": Rule(kind="number", low=0, high=1),
    },
}
_KEY_NAMES = ("api_key", "apikey", "key", "token", "secret", "password")


def config_error(key: str, what: str, what_to_do: str) -> ConfigError:
    """The error of one setting of ``apex_config.json``."""
    return ConfigError(what, where=f"{CONFIG_NAME}: {key}", what_to_do=what_to_do)


def faults(found: Mapping[str, Any]) -> Iterator[ConfigError]:
    """Everything that is wrong with the settings, in their order."""
    for section, values in found.items():
        if not isinstance(values, Mapping):
            yield config_error(section, "a section must be an object", "Mend it.")
        elif section == "backends":
            for name, facts in values.items():
                yield from _backend_faults(name, facts)
        else:
            yield from _section_faults(section, values, RULES.get(section, {}))


def _backend_faults(name: str, facts: Any) -> Iterator[ConfigError]:
    where = f"backends.{name}"
    if not isinstance(facts, Mapping):
        yield config_error(where, "a backend's settings must be an object", "Mend it.")
        return
    yield from _section_faults(where, facts, BACKEND_RULES)
    for key in facts:
        if str(key).lower() in _KEY_NAMES:
            yield config_error(
                f"{where}.{key}",
                "a key has no place in this file",
                "Set it in the environment, or in keys.json (apex config show names them).",
            )


def _section_faults(
    where: str, values: Mapping[str, Any], rules: Mapping[str, Rule]
) -> Iterator[ConfigError]:
    for key, value in values.items():
        what = rules[key].fault(value) if key in rules else ""
        if what:
            yield config_error(f"{where}.{key}", what, f"Give {rules[key]}.")


def warnings(found: Mapping[str, Any]) -> list[str]:
    """What may be a slip of the pen: names nothing of ours reads.

    A backend may belong to a plug-in, and a section to a production to come.
    """
    told = []
    for section, values in found.items():
        if section not in DEFAULTS:
            told.append(f"{section}: no part of the studio reads this section")
            continue
        known = DEFAULTS["backends"] if section == "backends" else RULES[section]
        for name in values if isinstance(values, Mapping) else ():
            if name not in known:
                plugin = "; a plug-in may" if section == "backends" else ""
                told.append(f"{section}.{name}: nothing of ours has this name{plugin}")
    return told
