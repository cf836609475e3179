"""The line of jobs that wait in one process: higher priority first, then the older one."""

from __future__ import annotations

import heapq
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Line(Generic[Item]):
    """Jobs in the order they will be served (contract B21); callers guard it against threads."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, str, str]] = []
        self._items: dict[str, Item] = {}

    def __len__(self) -> int:
        return len(self._items)

    def put(self, job_id: str, item: Item, *, priority: int, created_at: str) -> None:
        """Put a job in line; ``priority`` 5 is served before 1."""
        self._items[job_id] = item
        heapq.heappush(self._heap, (-priority, created_at, job_id))

    def pop(self) -> tuple[str, Item] | None:
        """The next job and what was put with it; None when nobody waits."""
        while self._heap:
            job_id = heapq.heappop(self._heap)[2]
            if job_id in self._items:
                return job_id, self._items.pop(job_id)
        return None

    def remove(self, job_id: str) -> bool:
        """Take a job out of the line; False where it does not wait."""
        return self._items.pop(job_id, None) is not None
