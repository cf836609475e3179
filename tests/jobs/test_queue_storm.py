"""Nothing is lost and nothing is done twice, whoever is killed."""

from __future__ import annotations

import random
import subprocess
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apex_director.jobs import attempts, records
from apex_director.jobs.model import JobStatus
from apex_director.jobs.queue import Line
from tests.jobs import stories
from tests.jobs.conftest import Launch
from tests.jobs.test_durability import no_step_ran_after_it_was_stored

SHOTS = 3


@pytest.mark.slow
def test_two_services_killed_at_random_lose_no_job(home: Path, program: Launch) -> None:
    names = [f"job{number}" for number in range(6)]
    for name in names:
        payload = stories.payload_for(home / "work" / name, SHOTS, 0.15)
        records.create(home, "film", payload, job_id=name, status=JobStatus.QUEUED)
    dice, kills = random.Random(11), 0
    services: list[subprocess.Popen[str]] = [program("serve", "-", 90) for _ in range(2)]
    until = time.monotonic() + 90
    while any(not records.get(home, name).ended for name in names):
        assert time.monotonic() < until, [records.get(home, name).status for name in names]
        time.sleep(dice.uniform(0.5, 1.5))
        if kills < 3 and any(records.get(home, name).attempts for name in names):
            which = dice.randrange(2)
            services[which].kill()
            services[which].wait()
            services[which] = program("serve", "-", 90)
            kills += 1
    assert kills >= 1
    for name in names:
        record = records.get(home, name)
        assert record.status is JobStatus.COMPLETED
        assert record.result == {"squares": [0, 1, 4], "pairs": [[1, 2]] * SHOTS}
        no_step_ran_after_it_was_stored(home / "work" / name, SHOTS)
    for row in attempts.history(home):
        made = row["attempts"]
        assert [one["number"] for one in made] == list(range(1, len(made) + 1))
        assert [one["outcome"] for one in made] == ["lost"] * (len(made) - 1) + ["completed"]
        for one, following in pairwise(made):
            assert one["began"] <= one["ended"] <= following["began"]  # never two at once


jobs_st = st.lists(
    st.tuples(st.integers(1, 5), st.integers(0, 50), st.integers(-2, 2)), min_size=1, max_size=12
)


@given(jobs_st, st.data())
def test_the_line_is_always_sorted_and_loses_nobody(
    made: list[tuple[int, int, int]], data: st.DataObject
) -> None:
    line: Line[int] = Line()
    ranks = {}
    for number, (priority, age, place) in enumerate(made):
        line.put(str(number), number, priority=priority, created_at=f"{age:03d}", place=place)
        ranks[str(number)] = (float(place), -priority, f"{age:03d}", str(number))
    for job_id in data.draw(st.lists(st.sampled_from(sorted(ranks)), max_size=6)):
        rank = (float(data.draw(st.integers(-3, 3))), *ranks[job_id][1:])
        ranks[job_id] = rank
        line.arrange({job_id: rank, "stranger": rank})
    gone = data.draw(st.sets(st.sampled_from(sorted(ranks))))
    assert all(line.remove(job_id) for job_id in gone)
    served = []
    while found := line.pop(lambda item: item >= 0):
        served.append(found[0])
    assert served == sorted(set(ranks) - gone, key=ranks.__getitem__)
