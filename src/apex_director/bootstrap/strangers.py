"""The health of backends that only this process knows: objects and hooks a person put in by code.

Their failures must not open the breaker of a backend of ours in every other process of the studio.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from apex_director.providers.model import Traffic
from apex_director.providers.traffic import breaker as rules


class Strangers:
    """What this process knows of its own backends; safe to share between threads."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now, self._guard = now, threading.Lock()
        self._breakers: dict[str, rules.Breaker] = {}
        self._under_way: Counter[str] = Counter()

    def traffic(self, studio: Traffic, names: frozenset[str]) -> Traffic:
        """The studio's traffic, but for the named backends."""
        return _Sorted(studio, self, names)

    def admit(self, backend: str) -> str:
        """Empty when it may be called, else why its breaker stands open."""
        with self._guard:
            before = self._breakers.get(backend, rules.Breaker())
            after, passes = rules.let_through(before, self._now())
            self._breakers[backend] = after
        if passes:
            return ""
        until = datetime.fromtimestamp(max(after.until, self._now()), UTC)
        return (
            f"it failed {after.failures} times in a row and is tried again after "
            f"{until:%H:%M:%S} UTC (last: {after.reason.rstrip('.')})"
        )

    def succeeded(self, backend: str) -> None:
        """It answered as it should."""
        with self._guard:
            before = self._breakers.get(backend, rules.Breaker())
            self._breakers[backend] = rules.succeeded(before, self._now())

    def failed(self, backend: str, reason: str) -> None:
        """It failed in a way that speaks of its health."""
        with self._guard:
            before = self._breakers.get(backend, rules.Breaker())
            self._breakers[backend] = rules.failed(before, self._now(), reason)

    def enter(self, backend: str) -> None:
        """A call is under way."""
        with self._guard:
            self._under_way[backend] += 1

    def leave(self, backend: str) -> None:
        """It has ended, however."""
        with self._guard:
            self._under_way[backend] -= 1
            if backend in self._breakers:
                self._breakers[backend] = rules.ended(self._breakers[backend])

    def load(self, backend: str) -> int:
        """Calls under way now."""
        return self._under_way[backend]

    def health(self) -> dict[str, dict[str, Any]]:
        """As the studio's traffic tells it."""
        return {
            name: {"state": b.state, "failures": b.failures, "reason": b.reason}
            for name, b in self._breakers.items()
        }


class _Sorted:
    """Traffic that goes to the strangers by name, and else to the studio."""

    def __init__(self, studio: Traffic, strangers: Strangers, names: frozenset[str]) -> None:
        self._studio, self._strangers, self._names = studio, strangers, names

    def _of(self, backend: str) -> Any:
        return self._strangers if backend in self._names else self._studio

    def admit(self, backend: str) -> str:
        return str(self._of(backend).admit(backend))

    def pace(self, backend: str, per_minute: int) -> float:
        return self._studio.pace(backend, per_minute)

    def succeeded(self, backend: str) -> None:
        self._of(backend).succeeded(backend)

    def failed(self, backend: str, reason: str) -> None:
        self._of(backend).failed(backend, reason)

    def enter(self, backend: str) -> None:
        self._of(backend).enter(backend)

    def leave(self, backend: str) -> None:
        self._of(backend).leave(backend)

    def load(self, backend: str) -> int:
        return int(self._of(backend).load(backend))

    def bar(self, job_id: str, key_name: str, reason: str) -> None:
        self._studio.bar(job_id, key_name, reason)

    def barred(self, job_id: str, key_name: str) -> str:
        return self._studio.barred(job_id, key_name)

    def health(self) -> Mapping[str, Mapping[str, Any]]:
        return {**self._studio.health(), **self._strangers.health()}
