"""The promised names of contract 1.1 and 1.2 in a thread, and while a loop is running (D4)."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import structlog

import apex_director as apex
from apex_director.core.checkpoint import CheckpointManager
from apex_director.core.errors import StorageError
from apex_director.core.orchestrator import APEXOrchestrator, ProgressNotifier
from apex_director.director import studio as process_of

SMALL = {"width": 128, "height": 72, "steps": 10, "quality_level": 2}
ENDED = {"completed", "failed", "cancelled"}
Story = Callable[[], Coroutine[Any, Any, None]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One studio and one engine for all; whatever this process had chosen before is put back."""
    folder = tmp_path_factory.mktemp("studio")
    with pytest.MonkeyPatch.context() as changed:
        changed.setenv("APEX_WORKERS", "1")
        before = dict(process_of.process)
        apex.initialize(folder)
        yield folder
        asyncio.run(apex.stop_orchestrator())
        process_of.process.clear()
        process_of.process.update(before)


def in_a_thread(story: Story) -> None:
    """As a user's own thread does: a loop there only while something is awaited."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(story())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(120)
    assert not thread.is_alive()
    if failed:
        raise failed[0]


def in_a_loop(story: Story) -> None:
    asyncio.run(story())


@pytest.fixture(params=[in_a_thread, in_a_loop])
def tell(request: pytest.FixtureRequest) -> Callable[[Story], None]:
    way: Callable[[Story], None] = request.param
    return way


async def ended(job_id: str) -> dict[str, Any]:
    while apex.get_job_status(job_id)["status"] not in ENDED:
        await asyncio.sleep(0.05)
    return dict(apex.get_job_status(job_id))


def looks() -> list[Any]:
    """Everything that only looks, and so is synchronous."""
    return [
        apex.get_system_status()["orchestrator"]["status"],
        apex.get_orchestrator().get_statistics()["success_rate"],
        apex.get_storage_stats()["total_files"],
        apex.estimate_generation_cost_time(SMALL, "a boat").estimated_cost,
        len(apex.search_assets()),
    ]


def test_jobs_and_checkpoints(home: Path, tell: Callable[[Story], None]) -> None:
    async def story() -> None:
        one = await apex.submit_generation_job("a pier in fog", generation_params=SMALL)
        (two,) = await apex.submit_batch([{"prompt": "a tram at night", **SMALL}])
        assert looks()[0] == "running"
        assert not asyncio.iscoroutine(apex.get_job_status(one))
        assert [(await ended(job_id))["status"] for job_id in (one, two)] == ["completed"] * 2
        assert await apex.cancel_job(one) is False
        first = await apex.create_checkpoint("one")
        second = await apex.get_checkpoint_manager().create_checkpoint("two")
        rows = await CheckpointManager(home).list_checkpoints()
        assert [row["id"] for row in rows[:2]] == [second, first]
        assert await apex.restore_from_checkpoint(first)
        with pytest.raises(KeyError):
            await apex.cancel_job("nobody")

    tell(story)
    assert looks()[1] == 1.0  # with no loop at all


def test_pictures_and_the_library(home: Path, tell: Callable[[Story], None]) -> None:
    class Ours:
        async def generate_image(self, prompt: str, **kwargs: Any) -> dict[str, Any]:
            await asyncio.sleep(0)
            return {"image_path": "ours.png", "metadata": {"loop": id(asyncio.get_running_loop())}}

    async def story() -> None:
        generator = apex.CinematicImageGenerator()
        generator.backend_manager.register("ours", Ours())
        wanted = apex.GenerationRequest(prompt="a boat", width=128, height=72)
        made = await generator.generate_single_image(wanted)
        assert made["backend"] == "ours"
        assert made["metadata"]["loop"] == id(asyncio.get_running_loop())  # in the caller's own
        drawn, failed = await apex.batch_generate([wanted, ""])
        assert Path(drawn["image_path"]).is_file()
        assert failed["image_path"] is None
        manager = apex.get_asset_manager()
        path = manager.store_asset({"content": b"words", "filename": "words.txt"})
        (record,) = apex.search_assets("words.txt")
        assert Path(record) == path
        assert manager.delete_asset(record["id"])

    tell(story)


def test_estimates(home: Path, tell: Callable[[Story], None]) -> None:
    async def story() -> None:
        before = apex.estimate_generation_cost_time(SMALL, "a boat")
        apex.add_generation_record(
            {
                "backend": "procedural",
                "params": SMALL,
                "prompt": "a boat",
                "actual_time_seconds": 30.0,
                "actual_cost": 0.0,
                "success": True,
            }
        )
        after = apex.get_estimator().estimate_batch([{"params": SMALL, "prompt": "a boat"}] * 2)
        assert after.estimated_time_seconds > 2 * before.estimated_time_seconds

    tell(story)


def test_a_callback_that_raises_stops_nothing(tell: Callable[[Story], None]) -> None:
    """P46."""
    heard: list[tuple[float, str]] = []

    def deaf(progress: float, status: str) -> None:
        raise RuntimeError("deaf")

    def hears(progress: float, status: str) -> None:
        heard.append((progress, status))

    async def story() -> None:
        notifier = ProgressNotifier()
        notifier.attach(deaf)
        notifier.attach(hears)
        notifier.notify(0.5, "drawing")
        notifier.detach(hears)
        notifier.notify(1.0, "done")

    with structlog.testing.capture_logs() as logged:
        tell(story)
    assert heard == [(0.5, "drawing")]
    assert [(line["log_level"], "deaf" in line["error"]) for line in logged] == [
        ("error", True)
    ] * 2


def test_a_job_lands_in_the_studio_of_its_orchestrator(home: Path, tmp_path: Path) -> None:
    """P20, P21: one with a studio of its own leaves that of the process alone."""
    there = APEXOrchestrator({"orchestrator": {"auto_retry": False}}, base_dir=tmp_path)
    assert list(tmp_path.iterdir()) == []  # making one needs no loop and makes nothing
    present = apex.get_orchestrator()

    async def story() -> None:
        here = await apex.submit_generation_job("a fair", generation_params=SMALL)
        engine = process_of.process["engine"]
        with (
            patch.object(engine, "active", return_value=[here]),  # however quick it was
            pytest.raises(StorageError, match="another studio is open"),
        ):
            await there.submit_job({"prompt": "a boat", **SMALL})
        assert (await ended(here))["status"] == "completed"
        while engine.active():
            await asyncio.sleep(0.05)
        elsewhere = await there.submit_job({"prompt": "a boat", **SMALL})
        while there.get_job_status(elsewhere)["status"] not in ENDED:
            await asyncio.sleep(0.05)
        assert there.get_job(elsewhere).status == "completed"
        assert there.get_system_status()["orchestrator"]["status"] == "running"
        assert apex.get_system_status()["orchestrator"]["status"] == "stopped"
        with pytest.raises(apex.JobNotFound):
            apex.get_job_status(elsewhere)
        assert apex.get_job_status(here)["job_id"] == here

    asyncio.run(story())
    assert apex.get_orchestrator() is present
    assert apex.get_asset_manager().base_dir == home
    assert there.get_statistics()["counts"]["completed"] == 1


def test_first_submissions_at_once_share_one_engine(home: Path) -> None:
    async def story() -> list[str]:
        await apex.stop_orchestrator()
        jobs = (apex.submit_generation_job(p, generation_params=SMALL) for p in ("a", "b", "c"))
        ids = list(await asyncio.gather(*jobs))
        await apex.stop_orchestrator()
        return ids

    ids = asyncio.run(story())
    assert [apex.get_job_status(one)["status"] for one in ids] == ["completed"] * 3
    from apex_director.jobs import engine

    assert engine._open == []
