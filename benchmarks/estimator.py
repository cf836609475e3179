"""Whether the estimator's 80 % intervals hold 80 %, and how quickly it learns.

    .venv/bin/python benchmarks/estimator.py [--studio DIR]

Simulates 720 jobs on five backends with fixed seeds: heavy-tailed times whose middle, growth with
size and steps, and prompt effect the price list and the table of throughput do not know; a backend
that slows down for good in the middle of the run, one that drifts; retries, and calls that are paid
for and lost. Before each job the estimator forecasts it from what came before, then learns from it.

Asserted: for all jobs and for each backend the intervals hold 75 to 90 % of what happened; over all
they are narrower than the prior's on average (in P90 / P10, and by the interval score, which counts
both width and misses); the bill of a batch lies in its interval no less often. Exits with 1 where
it is not so. Prints coverage, width and error by how much history there was.

``--studio DIR`` replays the finished renders of a studio of your own, each forecast from those
before it; the first ones are a cold start and labelled so.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from apex_director import estimation
from apex_director.core.money import Usd
from apex_director.estimation.model import Generation, PictureQuote, Range
from apex_director.estimation.throughput import pace_of, picture_seconds

SEED = 20261121
JOBS_EACH = 144
LEAST, MOST = 0.75, 0.90  # of what happened within an 80 % interval
STEPS_OF_HISTORY = (0, 1, 3, 5, 10, 20, 50, 100)
SIZES = ((512, 512), (768, 768), (1024, 1024), (1280, 720), (1920, 1080), (1536, 1536))
WORDS = (
    "red boat",
    "the calm sea",
    "at dusk,",
    "gulls",
    "over",
    "a harbour",
    "while",
    "rain begins",
)


@dataclass(frozen=True)
class World:
    """How a backend really behaves: time = prior x level x size, steps and prompt effects x noise.

    ``tail`` are the degrees of freedom of Student's t of the noise (low: heavy tails), ``retry``
    the chance that a call is made twice, ``lost`` that one is paid for and gives nothing.
    """

    backend: str
    level: float
    spread: float
    tail: float
    by_size: float = 0.0
    by_steps: float = 0.0
    by_prompt: float = 0.0
    retry: float = 0.0
    lost: float = 0.0
    usd: Usd | None = None
    change: Callable[[float], float] = lambda _: 1.0


WORLDS = (
    World("procedural", level=1.7, spread=0.12, tail=6, by_size=0.15),
    World("nano_banana", level=0.8, spread=0.30, tail=3, by_prompt=0.5, retry=0.05, lost=0.03,
          usd=Usd.of("0.0336"), change=lambda share: 1.8 if share > 0.5 else 1.0),
    World("minimax", level=1.6, spread=0.40, tail=4, retry=0.10, lost=0.06, usd=Usd.of("0.0035"),
          change=lambda share: math.exp(0.8 * share)),
    World("sdxl", level=4.0, spread=0.18, tail=5, by_size=0.25, by_steps=0.1),
    World("openai_compatible", level=0.35, spread=0.50, tail=3, by_size=0.3, by_prompt=0.8,
          retry=0.08),
)  # fmt: skip


@dataclass(frozen=True)
class Forecast:
    """One job: how much was known, what was said, what the prior said, and what happened."""

    backend: str
    known: int
    told: Range
    prior: Range
    actual: float
    confidence: float

    @property
    def inside(self) -> bool:
        return self.told.p10 <= self.actual <= self.told.p90


def job(world: World, index: int, random: np.random.Generator) -> tuple[dict[str, int], str, float]:
    """Settings, prompt and true seconds of one job."""
    width, height = SIZES[int(random.integers(len(SIZES)))]
    steps = int(random.integers(10, 61))
    prompt = " ".join(random.choice(WORDS, size=int(random.integers(3, 60))))
    prior = picture_seconds(world.backend, width * height / 1e6, steps)
    log = math.log(prior * world.level * world.change(index / JOBS_EACH))
    log += world.by_size * math.log(width * height / 1e6) + world.by_steps * math.log(steps / 30)
    log += world.by_prompt * (estimation.prompt_complexity(prompt) - 0.5)
    log += world.spread * float(random.standard_t(world.tail))
    seconds = math.exp(log)
    if random.random() < world.retry:
        seconds *= 2
    return {"width": width, "height": height, "steps": steps}, prompt, seconds


def simulate(world: World) -> list[Forecast]:
    """Forecast every job of one backend before it happens, then learn from it."""
    random = np.random.default_rng([SEED, WORLDS.index(world)])
    quote = PictureQuote(backend=world.backend, usd=world.usd, basis="list_price")
    history: list[Generation] = []
    made = []
    for index in range(JOBS_EACH):
        params, prompt, seconds = job(world, index, random)
        told = estimation.estimate_generation(params, prompt, quotes=[quote], history=history)
        cold = estimation.estimate_generation(params, prompt, quotes=[quote])
        made.append(
            Forecast(world.backend, index, told.seconds, cold.seconds, seconds, told.confidence)
        )
        record = Generation(
            kind="image", backend=world.backend, **params, predicted=told.seconds,
            prompt_complexity=estimation.prompt_complexity(prompt), seconds=seconds,
            quoted_usd=world.usd, usd=world.usd,
        )  # fmt: skip
        while random.random() < world.lost:
            history.append(replace(record, success=False, seconds=0.0))
        history.append(record)
    return made


def bills(world: World) -> tuple[int, int]:
    """How many bills of twenty batches lay within their interval, and of how many."""
    if world.usd is None:
        return 0, 0
    random = np.random.default_rng([SEED, 99, WORLDS.index(world)])
    history: list[Generation] = []
    held = tried = 0
    for batch in range(60):
        count = int(random.integers(4, 40))
        quote = PictureQuote(backend=world.backend, usd=world.usd, basis="list_price")
        told = estimation.estimate_generation(
            {"count": count}, "", quotes=[quote], history=history
        ).usd
        calls = count + int(random.negative_binomial(count, 1 - world.lost))
        paid = world.usd * calls
        if batch >= 3 and told is not None:
            tried, held = tried + 1, held + (told.p10 <= paid <= told.p90)
        paid_for = Generation(
            kind="image", backend=world.backend, seconds=1.0, quoted_usd=world.usd, usd=world.usd
        )
        history += [replace(paid_for, success=k < count) for k in range(calls)]
        history = history[-500:]
    return held, tried


def width(told: Range) -> float:
    """Of an interval, as its logarithm: P90 / P10."""
    return math.log(told.p90 / told.p10)


def score(told: Range, actual: float) -> float:
    """Interval score of the logarithms: width, and ten times the distance of a miss.

    Source: Gneiting and Raftery (2007), strictly proper scoring rules.
    """
    y, low, high = math.log(actual), math.log(told.p10), math.log(told.p90)
    return high - low + 10 * max(0.0, low - y, y - high)


def mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else math.nan


@dataclass(frozen=True)
class Summary:
    """What a row of the report says."""

    jobs: int
    coverage: float
    width: float
    prior_coverage: float
    prior_width: float
    score: float
    prior_score: float
    error: float


def summary(rows: Sequence[Forecast]) -> Summary:
    return Summary(
        jobs=len(rows),
        coverage=mean(r.inside for r in rows),
        width=mean(width(r.told) for r in rows),
        prior_coverage=mean(r.prior.p10 <= r.actual <= r.prior.p90 for r in rows),
        prior_width=mean(width(r.prior) for r in rows),
        score=mean(score(r.told, r.actual) for r in rows),
        prior_score=mean(score(r.prior, r.actual) for r in rows),
        error=mean(abs(math.log(r.actual / r.told.p50)) for r in rows),
    )


def line(name: str, found: Summary) -> str:
    return (
        f"  {name:20} {found.jobs:5} {found.coverage:8.1%} {math.exp(found.width):9.2f} "
        f"{found.prior_coverage:9.1%} {math.exp(found.prior_width):9.2f} "
        f"{found.score:8.2f} {found.prior_score:8.2f} {math.exp(found.error):8.2f}"
    )


HEAD = (
    f"  {'':20} {'jobs':>5} {'held':>8} {'P90/P10':>9} {'prior h.':>9} {'prior w.':>9} "
    f"{'score':>8} {'prior s.':>8} {'x off':>8}"
)


def faults(name: str, found: Summary) -> list[str]:
    """What of the coverage is not as promised."""
    if LEAST <= found.coverage <= MOST:
        return []
    return [f"{name}: {found.coverage:.1%} within 80 % intervals"]


def loose(found: Summary) -> list[str]:
    """Where nothing is gained over the prior."""
    said = []
    if not found.width < found.prior_width:
        said.append("intervals are not narrower than the prior's")
    if not found.score < found.prior_score:
        said.append("intervals score no better than the prior's")
    return said


def simulated() -> list[str]:
    """Run the simulation, print the report, and give what is not as promised."""
    began = time.process_time()
    rows = [row for world in WORLDS for row in simulate(world)]
    spent = time.process_time() - began
    print(f"{len(rows)} simulated jobs, seed {SEED}, {spent / len(rows) * 1000:.0f} CPU-ms each")
    print("By backend (held: share of what happened within P10 to P90):")
    print(HEAD)
    wrong = []
    for world in WORLDS:
        found = summary([row for row in rows if row.backend == world.backend])
        print(line(world.backend, found))
        wrong += faults(world.backend, found)
    found = summary(rows)
    print(line("all", found))
    wrong += faults("all", found) + loose(found)
    print("By history (0 is the cold start, forecast by the prior alone):")
    print(HEAD)
    for low, high in zip(STEPS_OF_HISTORY, (*STEPS_OF_HISTORY[1:], JOBS_EACH), strict=True):
        print(line(f"n = {low}..{high - 1}", summary([r for r in rows if low <= r.known < high])))
    late = [row for row in rows if row.known >= 50]
    print(
        f"Confidence told after 50 jobs: {mean(r.confidence for r in late):.0%}; "
        f"held: {mean(r.inside for r in late):.0%}"
    )
    return wrong + money()


def money() -> list[str]:
    wrong = []
    for world in WORLDS:
        held, tried = bills(world)
        if tried:
            print(f"Bills of {world.backend}: {held} of {tried} within their interval")
            if held < LEAST * tried:
                wrong.append(f"{world.backend}: {held} of {tried} bills within their interval")
    return wrong


def studio(folder: Path) -> None:
    """Report on a studio's own renders: each forecast from those before it."""
    from apex_director.director.estimating import learn_from_jobs
    from apex_director.estimation.estimate import VIDEO_BAND
    from apex_director.estimation.learning import Band, Learned, features, sample

    new = learn_from_jobs(folder)
    history = estimation.History(folder)
    records = [*history.recent("music_video"), *history.recent("image")]
    print(f"{folder}: {len(records)} records of the last 30 days, {new} of them new")
    for kind, backend in sorted({(r.kind, r.backend) for r in records}):
        mine = [r for r in records if (r.kind, r.backend) == (kind, backend)]
        pace = pace_of(backend)
        band = VIDEO_BAND if kind == "music_video" else Band(low=pace.low, high=pace.high)
        told = []
        samples = []
        for record in mine:
            prior = record.prior_s or estimation.prior_of(record)
            one = sample(record, prior)
            if one is None:
                continue
            x = features(record.megapixels, record.steps, record.prompt_complexity, record.workers)
            found = Learned(samples, band).at(x)
            cold = Range(p10=prior * band.low, p50=prior, p90=prior * band.high)
            said = Range(p10=prior * found.p10, p50=prior * found.p50, p90=prior * found.p90)
            told.append(Forecast(backend, len(samples), said, cold, record.seconds, 0))
            samples.append(replace(one, inside=None))
        print(f"{kind} by {backend}:")
        print(HEAD)
        for name, part in (
            ("cold start (n < 3)", told[:3]),
            ("n = 3..9", told[3:10]),
            ("n = 10 and more", told[10:]),
        ):
            if part:
                print(line(name, summary(part)))


def main() -> None:
    ask = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    ask.add_argument("--studio", type=Path, help="a studio folder whose renders to report on")
    chosen = ask.parse_args()
    if chosen.studio:
        studio(chosen.studio)
        return
    wrong = simulated()
    for text in wrong:
        print(f"FAILED: {text}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
