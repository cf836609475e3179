"""Tiny productions for the engine's tests: every step leaves lines in a file of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from apex_director.core.errors import ApprovalNeeded, AudioDecodeError
from apex_director.jobs.retry import WorkerDied
from apex_director.productions.model import Payload, Ports, Production, Progress, Report, Runner


def make_ports(home: str) -> Ports:
    return Ports(home=Path(home), backends=(), workers=2)


def broken_ports() -> Ports:
    from apex_director.core.errors import ConfigError

    raise ConfigError("the settings are wrong", where="apex_config.json")


def mark(folder: str, name: str, word: str) -> None:
    """Append one line at once; survives a kill."""
    handle = os.open(Path(folder) / f"{name}.txt", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(handle, f"{word}\n".encode())
    os.close(handle)


def lines(folder: Path, name: str) -> list[str]:
    path = folder / f"{name}.txt"
    return path.read_text().split() if path.exists() else []


def prepare(ports: Ports, payload: Payload, report: Report) -> Payload:
    mark(payload["folder"], "prepare", "began")
    report(Progress(stage="audio_analysis", fraction=0.05, message="listening"))
    return {"shots": payload["shots"], "pid": os.getpid(), "home": str(ports.home)}


def shot(ports: Ports, payload: Payload, report: Report) -> Payload:
    name = f"shot{payload['index']}"
    mark(payload["folder"], name, "began")
    until = time.monotonic() + payload.get("seconds", 0.0)
    while time.monotonic() < until:
        report(Progress(stage="image_generation", fraction=0.3, done=1, total=2, unit="frames"))
        time.sleep(0.02)
    if Path(payload["folder"], f"fail-{name}").exists():
        raise AudioDecodeError("no sound in it", where="song.mp3", what_to_do="Try another.")
    if Path(payload["folder"], f"bug-{name}").exists():
        raise LookupError("a fault of ours")
    death = Path(payload["folder"], f"die-{name}")
    if death.exists():
        if death.read_text() == "once":
            death.unlink()
        os.kill(os.getpid(), 9)
    if payload["index"] == 1:
        report(Progress(stage="image_generation", fraction=0.3, warning="shot 1 is dark"))
    return {"index": payload["index"], "square": payload["index"] ** 2, "pair": (1, 2)}


def film(runner: Runner, payload: Payload) -> Payload:
    """Prepare, shoot all shots in parallel, count them."""
    folder = payload["folder"]
    ready = runner.step("prepare", {"folder": folder, "shots": payload["shots"]})
    total = ready["shots"]
    done = 0

    def ended(index: int, _result: Payload) -> None:
        nonlocal done
        done += 1
        mark(folder, f"shot{index}", "stored")
        runner.report(
            Progress(
                stage="image_generation", fraction=0.05 + 0.6 * done / total, done=done, total=total
            )
        )

    shots = [
        {"folder": folder, "index": index, "seconds": payload.get("seconds", 0.0)}
        for index in range(total)
    ]
    taken = runner.map("shot", shots, on_done=ended)
    return {"squares": [one["square"] for one in taken], "pairs": [one["pair"] for one in taken]}


def program(ports: Ports, payload: Payload, report: Report) -> Payload:
    """A long step whose work is done by programs, one of them in a session of its own."""
    nap = [sys.executable, "-c", "import time; time.sleep(60)"]
    own = subprocess.Popen(nap, start_new_session=True)
    child = subprocess.Popen(nap)
    folder = ports.home / "jobs" / payload["job"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "half.bin").write_bytes(b"half")
    for one in (own, child):
        mark(payload["folder"], "pids", str(one.pid))
    child.wait()
    return {}


def calling(runner: Runner, payload: Payload) -> Payload:
    return runner.step("program", {"folder": payload["folder"], "job": runner.job_id})


def unsteady(ports: Ports, payload: Payload, report: Report) -> Payload:
    """Fails as often as it is told to, with a fault that may pass."""
    mark(payload["folder"], "tries", "began")
    if len(lines(Path(payload["folder"]), "tries")) <= payload["faults"]:
        raise WorkerDied("the worker went away", what_to_do="Wait.")
    return {"tries": len(lines(Path(payload["folder"]), "tries"))}


def trying(runner: Runner, payload: Payload) -> Payload:
    return runner.step("unsteady", payload)


def nap(ports: Ports, payload: Payload, report: Report) -> Payload:
    mark(payload["folder"], "naps", "in")
    time.sleep(payload["seconds"])
    mark(payload["folder"], "naps", "out")
    return {"pid": os.getpid()}


def napping(runner: Runner, payload: Payload) -> Payload:
    folder, seconds = payload["folder"], payload["seconds"]
    rows = [{"folder": folder, "seconds": seconds, "index": i} for i in range(payload["naps"])]
    done = runner.map("nap", rows, hands=payload["hands"])
    return {"pids": sorted({one["pid"] for one in done})}


def buying(runner: Runner, payload: Payload) -> Payload:
    if not payload["approved"]:
        raise ApprovalNeeded("$5.00 would be spent", what_to_do="Approve it.")
    return {"cost_usd": 5.0}


FILM = Production(kind="film", story=film, steps={"prepare": prepare, "shot": shot})
PRODUCTIONS: dict[str, Production] = {
    "film": FILM,
    "calling": Production(kind="calling", story=calling, steps={"program": program}),
    "trying": Production(kind="trying", story=trying, steps={"unsteady": unsteady}),
    "napping": Production(kind="napping", story=napping, steps={"nap": nap}),
    "buying": Production(kind="buying", story=buying, steps={}),
}


def payload_for(folder: Path, shots: int, seconds: float = 0.0) -> dict[str, Any]:
    folder.mkdir(parents=True, exist_ok=True)
    return {"folder": str(folder), "shots": shots, "seconds": seconds}
