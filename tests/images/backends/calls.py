"""A call as a backend sees it, which writes down what the backend says to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from apex_director.providers.model import Cost


@dataclass(kw_only=True)
class NotedCall:
    """``said`` is what was told, in order."""

    id: str = "0b4f6f0e-52cb-4d3c-9b51-7f0a3b1d9c11"
    provider_id: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    said: list[tuple[Any, ...]] = field(default_factory=list)

    def sending(self) -> None:
        self.said.append(("sending",))

    def accepted(self, provider_id: str, **facts: Any) -> None:
        self.said.append(("accepted", provider_id))

    def billed(self, cost: Cost) -> None:
        self.said.append(("billed", cost))
