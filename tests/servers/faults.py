"""Scripted faults: which request of which route goes wrong, and how.

    status    "400" "401" "402" "403" "404" "408" "413" "422" "429" "500" "502" "503" "504"
    body      "malformed" (200, cut JSON)   "html" (200, a page)
    wire      "drop" (connection closed after the request was read)   "truncate" (half of the body)
              "slow" (``seconds`` first)   "redirect" (307 to ``location``)
    service   anything else is the protocol's own: "safety" "empty" "error_200" "bad_base64" ...

``billed`` true in a fault's facts: the service made and booked it all the same. It is the default
of "drop", "truncate", "slow", "malformed" and "html", where the service had done its work.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

BODY = {"malformed", "html"}
WIRE = {"drop", "truncate", "slow", "redirect"}


def is_status(kind: str) -> bool:
    """Whether a fault is a plain HTTP status."""
    return kind.isdecimal()


def after_work(kind: str, facts: Mapping[str, Any]) -> bool:
    """Whether the service makes and books the thing before the fault strikes."""
    return bool(facts.get("billed", kind in BODY | WIRE and kind != "redirect"))


@dataclass(kw_only=True)
class Script:
    """What is to go wrong: queues by route (``times`` -1: always), and a random mix."""

    queues: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    mixes: dict[str, tuple[random.Random, list[tuple[str, float, dict[str, Any]]]]] = field(
        default_factory=dict
    )

    def add(self, route: str, kind: str, times: int, facts: Mapping[str, Any]) -> None:
        """Queue a fault for the next ``times`` requests of a route ("*": of any)."""
        self.queues.setdefault(route, []).append(
            {"kind": kind, "times": times, "facts": dict(facts)}
        )

    def mix(self, route: str, seed: int, faults: list[Mapping[str, Any]]) -> None:
        """From now on each request of the route meets each fault with its ``share`` (0..1)."""
        told = [
            (
                str(fault["kind"]),
                float(fault["share"]),
                {k: v for k, v in fault.items() if k not in {"kind", "share"}},
            )
            for fault in faults
        ]
        self.mixes[route] = (random.Random(seed), told)

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self.queues.clear()
        self.mixes.clear()

    def next(self, route: str) -> tuple[str, dict[str, Any]]:
        """The fault the next request of a route meets, empty for none."""
        for name in (route, "*"):
            queue = self.queues.get(name)
            if queue:
                first = queue[0]
                if first["times"] > 0:
                    first["times"] -= 1
                if first["times"] == 0:
                    queue.pop(0)
                return first["kind"], first["facts"]
        for name in (route, "*"):
            if name in self.mixes:
                rng, faults = self.mixes[name]
                point = rng.random()
                for kind, share, facts in faults:
                    if point < share:
                        return kind, facts
                    point -= share
        return "", {}
