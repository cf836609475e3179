"""Health, pace and load of backends, as all workers of a studio know them together."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apex_director.providers.living import runs, this_process
from apex_director.providers.sql import SqlTraffic
from apex_director.providers.traffic import breaker as rules
from apex_director.providers.traffic.pacing import WINDOW_S, next_place

from .conftest import Office


def test_five_failures_in_a_row_open_it_for_a_minute_for_everyone(office: Office) -> None:
    one, two = office.traffic(1), office.traffic(2)
    for n in range(5):
        assert two.admit("gem") == ""
        one.failed("gem", f"broken {n}")
        state = one.health()["gem"]["state"]
        assert state == ("open" if n == 4 else "degraded" if n >= 2 else "healthy")
    assert "5 times in a row" in two.admit("gem")
    assert "broken 4" in two.admit("gem")
    assert two.admit("other") == ""
    office.time += 59
    assert two.admit("gem")
    office.time += 2
    assert [bool(two.admit("gem")) for _ in range(4)] == [False, False, False, True]
    assert two.health()["gem"]["state"] == "half_open"
    one.leave("gem")  # one of the three has ended
    assert two.admit("gem") == ""
    for n in range(3):
        one.succeeded("gem")
        assert one.health()["gem"]["state"] == ("healthy" if n == 2 else "half_open")


def test_a_failed_trial_opens_it_again_and_lost_trials_are_given_up(office: Office) -> None:
    traffic = office.traffic()
    for _ in range(5):
        traffic.failed("gem", "broken")
    office.time += 61
    assert [bool(traffic.admit("gem")) for _ in range(4)] == [False, False, False, True]
    office.time += 61  # their processes are gone
    assert traffic.admit("gem") == ""
    traffic.failed("gem", "still broken")
    assert traffic.health()["gem"]["state"] == "open"
    assert "still broken" in traffic.admit("gem")


def test_a_success_between_failures_starts_the_count_again(office: Office) -> None:
    traffic = office.traffic()
    for _ in range(3):
        for _ in range(4):
            traffic.failed("gem", "broken")
        traffic.succeeded("gem")
    assert traffic.health()["gem"]["state"] == "healthy"


@given(st.lists(st.sampled_from(["ok", "fail", "ask", "end", "wait"]), max_size=60))
def test_never_more_than_three_trials_at_a_time(script: list[str]) -> None:
    breaker, now, under_way = rules.Breaker(), 0.0, 0
    for word in ["fail"] * 5 + ["wait"] + script:
        if word == "ask":
            was = breaker.state
            breaker, passes = rules.let_through(breaker, now)
            if breaker.state == "half_open":
                under_way = (0 if was == "open" else under_way) + passes
                assert under_way <= rules.TRIALS
            assert passes or breaker.state in ("open", "half_open")
        elif word == "end" and under_way:
            breaker, under_way = rules.ended(breaker), under_way - 1
        elif word == "ok":
            breaker = rules.succeeded(breaker, now)
        elif word == "fail":
            breaker = rules.failed(breaker, now, "x")
        elif word == "wait":
            now, under_way = now + 61.0, 0
        assert breaker.state != "healthy" or breaker.failures < rules.DEGRADED_AFTER


@given(
    st.integers(1, 7),
    st.lists(st.floats(0.0, 30.0, allow_nan=False), min_size=1, max_size=80),
)
def test_no_minute_ever_holds_more_than_the_limit(per_minute: int, gaps: list[float]) -> None:
    places: list[float] = []
    now = 1_000.0
    for gap in gaps:
        now += gap
        place = next_place(places[-200:], per_minute, now)
        assert place >= now
        places.append(place)
    assert places == sorted(places)
    for k in range(per_minute, len(places)):
        assert places[k] - places[k - per_minute] >= WINDOW_S - 1e-9


def test_nobody_waits_without_need_and_a_clock_set_back_is_no_reason() -> None:
    assert next_place([], 3, 50.0) == 50.0
    assert next_place([10.0, 20.0], 3, 50.0) == 50.0
    assert next_place([10.0, 20.0, 30.0], 3, 50.0) == 70.0
    assert next_place([10_000.0, 10_001.0], 3, 50.0) == 50.0


def test_processes_and_threads_share_a_minute(tmp_path: Path) -> None:
    """Three processes of two threads take places with a real clock; nobody sleeps."""
    program = (
        "import sys, time; from pathlib import Path; from threading import Thread;"
        "from apex_director.providers.sql import SqlTraffic;"
        "t = SqlTraffic(Path(sys.argv[1]));"
        "say = lambda: sys.stdout.write(f\"{time.time() + t.pace('gem', 5)}\\n\");"
        "take = lambda: [say() for _ in range(6)];"
        "ts = [Thread(target=take) for _ in range(2)]; [x.start() for x in ts];"
        "[x.join() for x in ts]"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "studio")]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    places = sorted(float(x) for one in started for x in one.communicate()[0].split())
    assert len(places) == 36
    assert all(b - a >= WINDOW_S - 2.0 for a, b in zip(places, places[5:], strict=False))
    assert places[-1] - places[0] < 8 * WINDOW_S + 2.0


def test_places_are_stored_exactly(office: Office) -> None:
    def take(pid: int) -> list[float]:
        traffic = office.traffic(pid)
        return [office.time + traffic.pace("gem", 4) for _ in range(8)]

    with ThreadPoolExecutor(3) as pool:
        places = sorted(x for given in pool.map(take, (1, 2, 3)) for x in given)
    assert [round(x - office.time) for x in places] == [60 * (n // 4) for n in range(24)]
    assert office.traffic().pace("gem", 0) == 0.0


def test_load_counts_what_is_under_way_in_living_processes(office: Office) -> None:
    one, two = office.traffic(1), office.traffic(2)
    for traffic in (one, one, two):
        traffic.enter("gem")
    one.enter("other")
    assert (two.load("gem"), two.load("other"), two.load("none")) == (3, 1, 0)
    one.leave("gem")
    assert two.load("gem") == 2
    office.kill(1)
    assert (two.load("gem"), two.load("other")) == (1, 0)


def test_a_bar_is_of_one_job_and_ends_with_the_process_that_found_out(office: Office) -> None:
    one, two = office.traffic(1), office.traffic(2)
    one.bar("job", "GEMINI_API_KEY", "no credit")
    one.bar("job", "GEMINI_API_KEY", "no credit left")
    assert two.barred("job", "GEMINI_API_KEY") == "no credit left"
    assert two.barred("job", "OPENAI_API_KEY") == two.barred("next", "GEMINI_API_KEY") == ""
    office.kill(1)
    assert two.barred("job", "GEMINI_API_KEY") == ""
    two.bar("job", "GEMINI_API_KEY", "no credit")
    two.unbar("job")
    assert two.barred("job", "GEMINI_API_KEY") == ""
    two.bar("", "GEMINI_API_KEY", "no credit")
    assert office.traffic(3).barred("", "GEMINI_API_KEY") == ""
    assert two.barred("", "GEMINI_API_KEY") == "no credit"
    office.time += 601
    assert two.barred("", "GEMINI_API_KEY") == ""


def test_processes_are_told_from_their_successors(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    me = this_process()
    assert runs(me)
    assert not runs(type(me)(host=me.host, pid=me.pid, start=me.start - 100.0))
    ended.wait()
    assert not runs(type(me)(host=me.host, pid=ended.pid, start=me.start))
    traffic = SqlTraffic(tmp_path / "studio")
    traffic.enter("gem")
    assert traffic.load("gem") == 1


@pytest.mark.parametrize("word", ["succeeded", "failed"])
def test_what_began_before_it_opened_says_nothing(word: str) -> None:
    opened = rules.Breaker(state="open", failures=5, until=60.0, reason="x")
    after = (
        rules.succeeded(opened, 1.0) if word == "succeeded" else rules.failed(opened, 1.0, "late")
    )
    assert (after.state, after.until) == ("open", 60.0)
