"""The studio from Python: pictures, a batch, estimates, the library, checkpoints, monitoring.

Runs as it stands, without keys, GPU or network:

    python example_usage.py

Everything is made in a studio of its own under ./apex_example; delete the folder when done.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import apex_director as apex

STUDIO = Path("apex_example")
SMALL = {"width": 640, "height": 360, "steps": 30, "quality_level": 3}


async def finished(job_id: str, timeout_s: float = 300.0) -> dict:
    """Wait for a job and give its last state."""
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        status = apex.get_job_status(job_id)
        if status["status"] in {"completed", "failed", "cancelled", "waiting"}:
            return dict(status)
        await asyncio.sleep(0.2)
    raise TimeoutError(job_id)


async def one_picture() -> str:
    """A prompt in, a picture out; the built-in renderer draws it unless a key is set and a budget
    given.
    """
    estimate = apex.estimate_generation_cost_time(SMALL, "a boat on a calm sea at dawn")
    print(
        f"estimate: ${estimate.estimated_cost:.4f}, {estimate.estimated_time_seconds:.1f} s, "
        f"confidence {estimate.confidence_score:.2f}"
    )
    job_id = await apex.submit_generation_job(
        "a boat on a calm sea at dawn",
        negative_prompt="people",
        priority=4,
        backend_preference="procedural",
        metadata={"campaign": "example"},
        generation_params=SMALL,
    )
    status = await finished(job_id)
    print(f"one picture: {status['status']}, {status['output_path']}")
    return job_id


async def a_batch() -> None:
    """Several at once; one bad job would refuse the whole batch before anything starts."""
    prompts = ["dunes at dusk", "a neon street in rain", "aurora over snow"]
    jobs = [
        {"prompt": p, "priority": 3, "backend_preference": "procedural", **SMALL} for p in prompts
    ]
    ids = await apex.submit_batch(jobs)
    for prompt, status in zip(prompts, [await finished(one) for one in ids], strict=True):
        score = status["quality_score"]
        print(f"batch: {prompt}: {status['status']}, score {score:.2f}")
    made = await apex.batch_generate(["a quiet harbour at night", "a forest with light shafts"])
    print(f"batch_generate: {[Path(str(one['image_path'])).name for one in made]}")
    try:
        await apex.submit_batch([{"prompt": "good"}, {"prompt": ""}])
    except apex.ApexError as error:
        print(f"refused, as it should be: {error}")


def the_library() -> None:
    """Everything that was made, with how it was made."""
    for asset in apex.search_assets("boat", limit=3):
        print(f"library: {asset['filename']} {asset['width']}x{asset['height']}, {Path(asset)}")
    stats = apex.get_storage_stats()
    print(f"storage: {stats['total_files']} files, {stats['total_size_mb']:.1f} MB")


async def a_checkpoint() -> None:
    """A consistent picture of queue, jobs and history; the ledger is never rolled back."""
    checkpoint = await apex.create_checkpoint("after the example's first pictures")
    rows = await apex.get_checkpoint_manager().list_checkpoints()
    print(f"checkpoint {checkpoint}: {rows[0]['job_count']} jobs, {rows[0]['reason']}")


def monitoring(job_id: str) -> None:
    """One job, and the studio at a glance."""
    status = apex.get_job_status(job_id)
    print(f"job {job_id[:8]}: {status['progress_percent']} %, {status['current_stage']}")
    system = apex.get_system_status()
    print(
        f"system: {system['orchestrator']['status']}, "
        f"{system['jobs']['completed_jobs']} done, "
        f"success rate {system['performance']['success_rate']:.2f}, "
        f"backends available {system['backends']['availability_percent']:.0f} %"
    )
    print(f"statistics: {apex.get_orchestrator().get_statistics()}")


async def main() -> None:
    """The whole tour."""
    apex.initialize(STUDIO)
    await apex.start_orchestrator()
    try:
        job_id = await one_picture()
        await a_batch()
        the_library()
        await a_checkpoint()
        monitoring(job_id)
    finally:
        await apex.stop_orchestrator()


if __name__ == "__main__":
    asyncio.run(main())
