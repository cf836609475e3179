"""Kill generating processes at random while every service misbehaves, and compare the books.

    .venv/bin/python benchmarks/chaos.py [--generations 500] [--workers 3] [--every 5] [--seed 1]

Pictures are drawn by the real backends through ``images.generate`` with the studio's ledger. The
services run in a process of their own on loopback, count what they would bill, and answer with 429,
503, 500, refusals, cut, late and lost answers. Workers are ended with SIGKILL every ``--every``
pictures or so, at a random moment of the next one, and started again until every picture is there;
the services themselves are killed and started again twice. The program ends with 1 on any breach of

    every generation has its picture, and its bytes are in the library
    no picture is sent twice by itself to one backend, nor bought while another call may have it
    settled <= what the services count <= settled + held, to the micro-dollar, per backend
    nothing is held where our own id finds a lost call again (ComfyUI), once the service is back
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib
import json
import os
import random
import signal
import sys
import tempfile
import time
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.servers import Server  # noqa: E402

from apex_director import images  # noqa: E402
from apex_director.assets.library import open_library  # noqa: E402
from apex_director.core.errors import AllBackendsFailed  # noqa: E402
from apex_director.core.money import Usd  # noqa: E402
from apex_director.images.backends.comfyui import ComfyUIBackend  # noqa: E402
from apex_director.images.backends.custom import CustomHttpBackend  # noqa: E402
from apex_director.images.backends.minimax import MiniMaxBackend  # noqa: E402
from apex_director.images.backends.nano_banana import NanoBananaBackend  # noqa: E402
from apex_director.images.backends.openrouter import OpenRouterBackend  # noqa: E402
from apex_director.images.model import GenerationRequest  # noqa: E402
from apex_director.providers.model import Booking, Budget, Desk, Purpose  # noqa: E402
from apex_director.providers.sql import SqlLedger, SqlTraffic, open_desk  # noqa: E402

JOB = "chaos"
BEFOREHAND = (  # what a process would import first; loaded once, as it is forked hundreds of times
    "alembic.command",
    "alembic.config",
    "sqlalchemy.dialects.sqlite",
    "httpx",
    "anyio",
    "cv2",
    "PIL.Image",
    "apex_director.assets.sql",
    "apex_director.db.migrations",
    "apex_director.images.flat",
    "apex_director.images.keeping",
    "apex_director.images.policy",
)
COMFY = ROOT / "examples" / "comfyui"
LAST_MOMENTS_S = 0.6  # of a process, from the picture after which it dies
MOST_FAILURES = 300  # of workers that ended by themselves, as they do while the services are away
COMFY_PRICE = Usd.of("0.01")
ROUTES = {  # where a backend's pictures are asked for; the custom one is free: the floor
    "nano_banana": "gemini.generate",
    "minimax": "minimax.generate",
    "openrouter": "openrouter.generate",
    "comfyui": "comfyui.prompt",
    "custom": "custom.generate",
}
PAID = ("nano_banana", "minimax", "openrouter", "comfyui")
UNBILLED = [{"kind": "429", "share": 0.06, "retry_after": 1}, {"kind": "503", "share": 0.03}]
LOST = [
    {"kind": "drop", "share": 0.04},
    {"kind": "truncate", "share": 0.03},
    {"kind": "malformed", "share": 0.02},
    {"kind": "slow", "share": 0.15, "seconds": 0.4},
]
FAULTS = {
    "gemini.generate": [
        *UNBILLED,
        *LOST,
        {"kind": "500", "share": 0.03},
        {"kind": "500", "share": 0.03, "billed": True},
        {"kind": "safety", "share": 0.04},
        {"kind": "image_safety", "share": 0.03},
    ],
    "minimax.generate": [*UNBILLED, *LOST, {"kind": "504", "share": 0.03, "billed": True}],
    "minimax.file": [{"kind": "503", "share": 0.1}, {"kind": "drop", "share": 0.1}],
    "openrouter.generate": [*UNBILLED, *LOST, {"kind": "502", "share": 0.03, "billed": True}],
    "comfyui.prompt": [*UNBILLED, *LOST],
    "comfyui.history": [{"kind": "503", "share": 0.05}, {"kind": "drop", "share": 0.05}],
    "comfyui.view": [{"kind": "drop", "share": 0.05}],
    "custom.generate": [{"kind": "500", "share": 0.2}],
}


@dataclass
class Worker:
    """One place for a process: its pictures, and the process that draws them now."""

    items: list[int]
    results: Path
    pid: int = 0
    dies_after: int = 0  # pictures told of
    dies_at: float = 0.0  # monotonic seconds, once they are
    finished: bool = False


@dataclass
class Books:
    """What one backend's service counts, and what our ledger says of it."""

    served: int = 0
    counted: Usd = field(default_factory=Usd)
    settled: Usd = field(default_factory=Usd)
    held: Usd = field(default_factory=Usd)
    open: Usd = field(default_factory=Usd)
    calls: Counter[str] = field(default_factory=Counter)


def backends(port: int) -> list[Any]:
    """The real backends, pointed at the services."""
    base, fast = f"http://127.0.0.1:{port}", {"per_minute": 0, "timeout_s": 20, "api_key": "key-x"}
    comfy = json.loads((COMFY / "apex_config.example.json").read_text())["backends"]["comfyui"]
    comfy |= {"home": str(COMFY), "megapixels": 0.1, "base_url": f"{base}/comfyui"}
    comfy["cost_per_image"] = float(COMFY_PRICE)
    return [
        NanoBananaBackend({**fast, "base_url": f"{base}/gemini"}),
        MiniMaxBackend({**fast, "base_url": f"{base}/minimax"}),
        OpenRouterBackend({**fast, "base_url": f"{base}/openrouter/api/v1"}),
        ComfyUIBackend(comfy, sleep=nap),
        CustomHttpBackend({**fast, "endpoint": f"{base}/custom", "priority": 900}),
    ]


def nap(seconds: float) -> None:
    """Waits are real, and short."""
    time.sleep(min(seconds, 0.03))


def fast_clock() -> float:
    """A breaker's minute is a second: the time that waiting for it would take teaches nothing."""
    return time.time() * 60.0


def done_in(results: Path) -> Iterator[dict[str, Any]]:
    """The pictures a worker has told of; a line cut by its death is none."""
    for line in results.read_text().splitlines() if results.exists() else ():
        try:
            yield json.loads(line)
        except ValueError:
            continue


def draw(home: Path, port: int, worker: Worker) -> None:
    """What a worker's process does: every picture of its own that is not there yet."""
    desk = Desk(ledger=SqlLedger(home), traffic=SqlTraffic(home, now=fast_clock))
    library, drawers = open_library(home), backends(port)
    budget = Budget(approved=True, production=Usd.of(1000))
    done = {line["item"] for line in done_in(worker.results)}
    for item in worker.items:
        if item in done:
            continue
        made = images.generate(
            picture(item),
            drawers,
            prefer=PAID[item % len(PAID)],
            desk=desk,
            budget=budget,
            purpose=Purpose(job_id=JOB, item=str(item)),
            store=library,
            wait=nap,
        )
        tell(worker.results, item, made)


def ask_again(home: Path, port: int) -> set[str]:
    """Look up what is held although its backend knows our ids, now that the services are back.

    Nobody has approved anything here, so what cannot be found is not sent anew. Returns the ids of
    those calls. What the last dead processes left behind is put in order first, as for a person who
    looks at the costs.
    """
    desk, library = open_desk(home), open_library(home)
    SqlLedger(home).reconcile()
    comfy = [one for one in backends(port) if one.capabilities.owns_ids]
    held = [b for b in desk.ledger.bookings(states=("held",)) if b.backend == "comfyui"]
    for one in held:
        with contextlib.suppress(AllBackendsFailed):
            images.generate(
                picture(int(one.purpose.item)),
                comfy,
                desk=desk,
                budget=Budget(),
                purpose=one.purpose,
                store=library,
                wait=nap,
            )
    return {one.call_id for one in held}


def picture(item: int) -> GenerationRequest:
    words = f"picture-{item:04d} a harbour at dusk"
    return GenerationRequest(prompt=words, width=160, height=90, steps=4, seed=item)


def tell(results: Path, item: int, made: Any) -> None:
    """One line in one write: it is there whole, or cut and not counted."""
    trail = [[a.backend, a.outcome, a.call_id] for a in made.provenance.trail]
    digest = hashlib.sha256(made.drawn.original).hexdigest()
    line = {"item": item, "backend": made.provenance.backend, "digest": digest, "trail": trail}
    with results.open("ab", buffering=0) as handle:
        handle.write(b"\n" + json.dumps(line).encode() + b"\n")


def start(worker: Worker, home: Path, port: int, every: float, rng: random.Random) -> None:
    """Fork a process for the worker and say when it dies."""
    more = int(rng.expovariate(1.0 / every))
    worker.dies_after = sum(1 for _ in done_in(worker.results)) + more
    worker.dies_at = 0.0
    worker.pid = os.fork()
    if worker.pid:
        return
    code = 1
    try:
        draw(home, port, worker)
        code = 0
    except AllBackendsFailed as error:  # while the services are away; it is started again
        with worker.results.with_suffix(".log").open("a") as log:
            log.write(f"{error}\n")
    except BaseException as error:
        print(f"worker: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
    os._exit(code)


def ended(worker: Worker, rng: random.Random) -> int | None:
    """How a worker's process ended, if it has; kills it when its time has come."""
    pid, status = os.waitpid(worker.pid, os.WNOHANG)
    if not pid and sum(1 for _ in done_in(worker.results)) >= worker.dies_after:
        worker.dies_at = worker.dies_at or time.monotonic() + rng.uniform(0.0, LAST_MOMENTS_S)
        if time.monotonic() >= worker.dies_at:
            os.kill(worker.pid, signal.SIGKILL)
            pid, status = os.waitpid(worker.pid, 0)
    return status if pid else None


def storm(
    server: Server, home: Path, workers: list[Worker], every: float, rng: random.Random
) -> tuple[int, int]:
    """Start, kill and start again until every picture is there: (kills, deaths of the services)."""
    kills = deaths = failures = 0
    total = sum(len(w.items) for w in workers)
    while any(not w.finished for w in workers):
        for worker in workers:
            if worker.finished:
                continue
            if not worker.pid:
                start(worker, home, server.port, every, rng)
            status = ended(worker, rng)
            if status is None:
                continue
            worker.pid = 0
            kills += os.WIFSIGNALED(status)
            worker.finished = status == 0
            failures += not worker.finished and not os.WIFSIGNALED(status)
            if failures > MOST_FAILURES:
                tail = worker.results.with_suffix(".log").read_text()[-2000:]
                raise SystemExit(f"workers keep failing: {tail}")
        told = sum(1 for w in workers for _ in done_in(w.results))
        if deaths < 2 and told > total * (deaths + 1) // 3:
            server.stop()
            time.sleep(0.2)
            server.start()
            misbehave(server, deaths + 100)
            deaths += 1
        time.sleep(0.02)
    return kills, deaths


def misbehave(server: Server, seed: int) -> None:
    for number, (route, faults) in enumerate(FAULTS.items()):
        server.mix(route, seed * 1000 + number, faults)


def executed(server: Server) -> set[str]:
    """The prompts that ran on the ComfyUI service, by our ids."""
    with urllib.request.urlopen(f"{server.base('comfyui')}/executed") as answer:
        return set(json.loads(answer.read())["executed"])


def item_of(row: dict[str, Any]) -> str:
    """Which picture a request is about."""
    text = json.dumps(row["data"])
    at = text.find("picture-")
    return text[at + 8 : at + 12] if at >= 0 else ""


def compare(server: Server, bookings: list[Booking]) -> dict[str, Books]:
    """The services' books beside ours."""
    books = {name: Books() for name in PAID}
    for one in bookings:
        mine = books[one.backend]
        mine.calls[one.state] += 1
        if one.state == "settled":
            mine.settled += one.usd
        elif one.state == "held":
            mine.held += one.usd
        elif one.state != "refunded":
            mine.open += one.usd
    for name in PAID:
        rows = server.seen(ROUTES[name])
        books[name].served = len(rows)
        books[name].counted = Usd.from_micros(sum(row["billed"] for row in rows))
    ran = executed(server)
    books["comfyui"].counted = COMFY_PRICE * len(ran)
    return books


def breaches(
    server: Server,
    home: Path,
    workers: list[Worker],
    books: dict[str, Books],
    found_late: set[str],
) -> list[str]:
    """Everything that must not be."""
    found = []
    lines: dict[int, set[str]] = defaultdict(set)
    for worker in workers:
        for line in done_in(worker.results):
            lines[line["item"]].add(line["digest"])
    library = open_library(home)
    found += [f"picture {n} is lost" for w in workers for n in w.items if n not in lines]
    for one in SqlLedger(home).bookings(job_id=JOB, states=("settled",)):
        if one.kept is None:
            continue
        content = library.get(one.kept.result)
        used = lines[int(one.purpose.item)]
        if hashlib.sha256(content).hexdigest() not in used and one.call_id not in found_late:
            found.append(f"picture {one.purpose.item} was paid for and not used")
    for name in PAID:
        mine, billed = books[name], Counter[str]()
        for row in server.seen(ROUTES[name]):
            billed[item_of(row)] += bool(row["billed"] or row["made"])
        twice = [item for item, count in billed.items() if count > 1]
        found += [f"{name} made picture {item} twice" for item in twice]
        if not mine.settled <= mine.counted <= mine.settled + mine.held:
            found.append(
                f"{name}: settled {mine.settled}, counted {mine.counted}, held {mine.held}"
            )
        if mine.open > Usd():
            found.append(f"{name}: {mine.open} are neither settled nor held nor given back")
    if books["comfyui"].held > Usd():
        found.append(f"comfyui: {books['comfyui'].held} are held, although its calls can be found")
    return found + bought_twice(SqlLedger(home).bookings(job_id=JOB))


def bought_twice(bookings: list[Booking]) -> list[str]:
    """Pictures with more than one call that was paid or may have been, refusals aside."""
    standing: Counter[str] = Counter()
    for one in bookings:
        if one.state == "held" or (one.state == "settled" and one.kept is not None):
            standing[one.purpose.item] += 1
    return [f"picture {item} is bought {n} times" for item, n in standing.items() if n > 1]


def report(books: dict[str, Books], outcomes: Counter[str]) -> None:
    head = ("backend", "requests", "counted", "settled", "held", "calls by state")
    print(f"{head[0]:12}{head[1]:>10}{head[2]:>12}{head[3]:>12}{head[4]:>12}  {head[5]}")
    for name, one in books.items():
        states = ", ".join(f"{n} {state}" for state, n in sorted(one.calls.items()))
        sums = "".join(f"{x!s:>12}" for x in (one.counted, one.settled, one.held))
        print(f"{name:12}{one.served:>10}{sums}  {states}")
    total = [
        sum((getattr(b, part) for b in books.values()), start=Usd())
        for part in ("counted", "settled", "held")
    ]
    print(f"{'all':12}{'':>10}" + "".join(f"{x!s:>12}" for x in total))
    print("attempts in the trails: " + ", ".join(f"{n} {o}" for o, n in outcomes.most_common()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--generations", type=int, default=500)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--every", type=float, default=5.0, help="pictures between two kills")
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    rng, started = random.Random(told.seed), time.monotonic()
    for name in BEFOREHAND:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory(prefix="apex-chaos-") as folder:
        home = Path(folder) / "studio"
        workers = [
            Worker(
                items=list(range(n, told.generations, told.workers)),
                results=Path(folder) / f"worker{n}.jsonl",
            )
            for n in range(told.workers)
        ]
        with Server(Path(folder) / "books.jsonl") as server:
            misbehave(server, told.seed)
            kills, deaths = storm(server, home, workers, told.every, rng)
            server.calm()
            looked_up = ask_again(home, server.port)
            bookings = SqlLedger(home).bookings(job_id=JOB)
            books = compare(server, bookings)
            found = breaches(server, home, workers, books, looked_up)
        outcomes = Counter(
            outcome
            for w in workers
            for line in done_in(w.results)
            for _, outcome, _ in line["trail"]
        )
        report(books, outcomes)
    print(
        f"{told.generations} generations, {kills} kills of workers, {deaths} of the services, "
        f"{len(looked_up)} lost calls looked up again when they were back, "
        f"{time.monotonic() - started:.0f} s"
    )
    for one in found:
        print(f"BREACH: {one}")
    print("every promise was kept" if not found else f"{len(found)} breaches")
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()
