"""The records of a studio: as they were told, in order, once, for as long as they count."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from apex_director.core.money import Usd
from apex_director.estimation import History
from apex_director.estimation.model import Generation, Range

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
FULL = Generation(
    kind="image", backend="nano_banana", model="nb", width=1024, height=768, frames=0, steps=30,
    quality=3, prompt_complexity=0.25, workers=2, prior_s=25.0,
    predicted=Range(p10=10.0, p50=20.0, p90=50.0), seconds=31.5, quoted_usd=Usd.of("0.0336"),
    usd=Usd.of("0.041"), success=True, at=(NOW - timedelta(days=1)).isoformat(), source="call-1",
)  # fmt: skip


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path)


def ago(days: float) -> str:
    return (NOW - timedelta(days=days)).isoformat()


def test_a_record_comes_back_as_it_was(history: History) -> None:
    assert history.add_all([FULL], now=NOW) == 1
    assert history.recent("image", now=NOW) == [FULL]
    bare = Generation(kind="music_video", backend="procedural", seconds=9.0, at=ago(0))
    history.add_all([bare], now=NOW)
    assert history.recent("music_video", now=NOW) == [bare]


def test_newest_count_oldest_come_first(history: History) -> None:
    rows = [replace(FULL, seconds=float(d), at=ago(d), source="") for d in (5, 29, 1, 12, 31)]
    history.add_all(rows, now=NOW)
    assert [g.seconds for g in history.recent("image", now=NOW)] == [29, 12, 5, 1]
    assert [g.seconds for g in history.recent("image", limit=2, now=NOW)] == [5, 1]
    assert [g.seconds for g in history.recent("image", days=7, now=NOW)] == [5, 1]
    assert history.recent("image", "minimax", now=NOW) == []
    history.add_all([], now=NOW + timedelta(days=20))
    assert len(history.recent("image", days=400, now=NOW)) == 2


def test_the_same_thing_is_learned_once(history: History) -> None:
    assert history.add_all([FULL, replace(FULL, seconds=1.0)], now=NOW) == 1
    assert history.add_all([FULL, replace(FULL, source="call-2")], now=NOW) == 1
    assert history.sources("call-") == {"call-1", "call-2"}
    assert history.sources("call_") == set()
    anonymous = replace(FULL, source="", at="")
    assert history.add(anonymous)
    assert history.add(anonymous)
    assert len(history.recent("image")) >= 2
