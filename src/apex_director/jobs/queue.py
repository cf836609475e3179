"""The line of jobs that wait in one process: moved ones, higher priority, then the older one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from apex_director.jobs.model import Rank

Item = TypeVar("Item")


class Line(Generic[Item]):
    """Jobs in the order they will be served (contract B21); callers guard it against threads."""

    def __init__(self) -> None:
        self._items: dict[str, tuple[Rank, Item]] = {}

    def __len__(self) -> int:
        return len(self._items)

    def put(
        self, job_id: str, item: Item, *, priority: int, created_at: str, place: float = 0.0
    ) -> None:
        """Put a job in line; ``priority`` 5 is served before 1, a lower ``place`` before all."""
        self._items[job_id] = ((place, -priority, created_at, job_id), item)

    def ids(self) -> list[str]:
        """Who stands in line."""
        return list(self._items)

    def arrange(self, ranks: Mapping[str, Rank]) -> None:
        """Take over the order somebody wants now."""
        for job_id, rank in ranks.items():
            if job_id in self._items:
                self._items[job_id] = (rank, self._items[job_id][1])

    def pop(self, may: Callable[[Item], bool] = lambda _: True) -> tuple[str, Item] | None:
        """The next job that may begin and what was put with it; None when there is none."""
        ready = [(rank, job_id) for job_id, (rank, item) in self._items.items() if may(item)]
        if not ready:
            return None
        job_id = min(ready)[1]
        return job_id, self._items.pop(job_id)[1]

    def remove(self, job_id: str) -> bool:
        """Take a job out of the line; False where it does not wait."""
        return self._items.pop(job_id, None) is not None
