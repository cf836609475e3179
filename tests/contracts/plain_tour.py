# Every promised name over pictures, library, estimates and checkpoints, as a user writes a script:
# no function around it, no guard, a studio folder that does not exist yet. Prints what it saw.
import asyncio
import json
import os
import sys
import time
from pathlib import Path
from unittest.mock import patch

import apex_director as apex
from apex_director.core.backend_manager import (
    BackendFactory,
    BackendInterface,
    BackendManager,
    CustomBackend,
    GoogleImagenBackend,
    MiniMaxBackend,
    NanoBananaBackend,
    SDXLBackend,
)
from apex_director.core.checkpoint import CheckpointManager
from apex_director.core.config import ConfigManager, settings
from apex_director.core.estimator import EstimationEngine
from apex_director.core.orchestrator import APEXOrchestrator, Job

home = Path(sys.argv[1])
SMALL = {"width": 128, "height": 72, "steps": 10, "quality_level": 2}
said = {}


def refused(call, *given, **named):
    """The kinds of error a call ends with, and where it says it happened."""
    try:
        made = call(*given, **named)
        if asyncio.iscoroutine(made):
            made = asyncio.run(made)
    except Exception as error:
        return [kind.__name__ for kind in type(error).__mro__], str(getattr(error, "where", error))
    return [], repr(made)


# P1, P2, P9: a studio, twice; the process-wide instances with no loop running
said["made"] = [str(path.relative_to(home)) for path in apex.initialize(home)]
said["made_again"] = apex.initialize(home)
said["version"] = apex.__version__
said["instances"] = [
    get() is get()
    for get in (
        apex.get_orchestrator,
        apex.get_estimator,
        apex.get_asset_manager,
        apex.get_checkpoint_manager,
    )
]
said["system_before"] = apex.get_system_status()
said["statistics_before"] = apex.get_orchestrator().get_statistics()


# P3 to P7: jobs
async def jobs():
    await apex.start_orchestrator()
    one = await apex.submit_generation_job(
        "a lighthouse above fog",
        negative_prompt="people",
        priority=5,
        backend_preference="procedural",
        metadata={"campaign": "spring"},
        generation_params={**SMALL, "guidance_scale": 7.0, "seed": 3},
    )
    batch = await apex.submit_batch(
        [{"prompt": "dunes at dusk", "priority": 4, **SMALL}]
        + [{"prompt": "a quiet harbour", "generation_params": SMALL}] * 2
    )
    said["first"] = apex.get_job_status(one)
    said["running"] = apex.get_system_status()["orchestrator"]
    said["cancelled"] = await apex.cancel_job(batch[2])
    await apex.stop_orchestrator()
    said["cancelled_again"] = await apex.cancel_job(batch[2])
    said["cancelled_done"] = await apex.cancel_job(one)
    return [one, *batch]


ids = asyncio.run(jobs())
said["ids"], said["last"] = ids, [apex.get_job_status(job_id) for job_id in ids]
said["system_after"] = apex.get_system_status()
said["statistics_after"] = apex.get_orchestrator().get_statistics()
said["unknown_job"] = [
    refused(call, "no-such-job")
    for call in (
        apex.get_job_status,
        apex.cancel_job,
        apex.cancel_music_video_job,
        apex.improve_quality,
        apex.get_orchestrator().get_job_status,
        apex.get_orchestrator().cancel_job,
    )
]
said["bad_jobs"] = {
    name: refused(apex.submit_generation_job, **({"prompt": "x"} | given))
    for name, given in {
        "prompt": {"prompt": ""},
        "priority": {"priority": 6},
        "backend_preference": {"backend_preference": "crayon"},
        "metadata": {"metadata": {"thing": object()}},
        "generation_params": {"generation_params": 3},
        "width": {"generation_params": {"width": 63}},
        "height": {"generation_params": {"height": 2049}},
        "steps": {"generation_params": {"steps": 101}},
        "quality_level": {"generation_params": {"quality_level": 0}},
        "guidance_scale": {"generation_params": {"guidance_scale": 20.5}},
        "seed": {"generation_params": {"seed": "three"}},
    }.items()
}
said["bad_batch"] = [
    refused(apex.submit_batch, given)
    for given in ([{"prompt": "good"}, {"priority": 3}], ["no mapping"], {"prompt": "x"}, None)
]
said["jobs_kept"] = sum(apex.get_statistics()["counts"].values())

# P10, P34 to P39: the library
manager = apex.AssetManager(base_dir=home)
project = manager.create_project("Album", description="ten songs")
cover = manager.store_asset(
    {
        "content": b'{"cover": 1}',
        "filename": "cover.json",
        "metadata": {"song": 3},
        "category": "data",
        "tags": ["cover", "night"],
    },
    project,
)
again = manager.store_asset(
    {"content": b'{"cover": 1}', "filename": "cover.json", "tags": ["print"]}, project
)
other = manager.store_asset({"content": b'{"cover": 2}', "filename": "cover.json"}, project)
general = manager.store_asset({"content": b"words", "filename": "words.txt"})
said["stored"] = [str(path.relative_to(home)) for path in (cover, again, other, general)]
said["stored_kind"] = [isinstance(path, Path) and path.is_file() for path in (cover, general)]
(record,) = apex.search_assets("LIGHTHOUSE")
said["record"] = record.as_json()
said["record_ways"] = [
    os.fspath(record) == str(record.path) == str(record["path"]),
    Path(record).read_bytes() == record.path.read_bytes(),
    record["prompt"] == record.prompt,
]
said["record_unknown"] = refused(lambda: record["nothing"])
said["found"] = {
    name: sorted(one.filename for one in apex.search_assets(**asked))
    for name, asked in {
        "by tags, any of them": {"tags": ["print", "unheard of"]},
        "by category": {"category": "data"},
        "by backend": {"backend": "procedural", "limit": 2},
        "by format": {"format_filter": [".txt"]},
        "by metadata": {"metadata_filter": {"song": 3}},
        "by a filter": {"song": 3},
        "by project and words": {"query": "COVER", "project_id": project},
        "by the metadata of a job": {"campaign": "spring"},
        "by nothing there": {"query": "lighthouse", "tags": ["cover"]},
    }.items()
}
said["positional"] = [one.filename for one in apex.search_assets("", "data", ["night"])]
said["stats"] = apex.get_storage_stats()
said["bad_assets"] = [
    refused(manager.store_asset, {"content": b"x" * (50 * 1024 * 1024 + 1), "filename": "a.txt"}),
    refused(manager.store_asset, {"content": b"x", "filename": "../a.txt"}),
    refused(manager.store_asset, {"content": b"x", "filename": ""}),
]
said["unknown_asset"] = [refused(manager.get_asset, "none"), refused(manager.delete_asset, "none")]
said["same_asset"] = manager.get_asset(record.id) == record
stray = home / "assets" / "general" / "stray.txt"
stray.write_text("nobody's")
said["orphans"] = manager.cleanup_orphans()["files_without_record"], stray.exists()
said["cleaned"] = manager.cleanup_orphans(dry_run=False)["removed_files"], stray.exists()
general_id = apex.search_assets("words.txt")[0].id
said["deleted"] = manager.delete_asset(general_id), general.exists()

# P11, P12, P42, P43: estimates
forecast = apex.estimate_generation_cost_time(SMALL, "a boat on the sea")
said["forecast"] = forecast.as_json()
said["forecast_hour"] = (forecast.expires_at - forecast.created_at).total_seconds()
for _ in range(4):
    apex.add_generation_record(
        {
            "backend": "procedural",
            "params": {"width": 1024, "height": 1024, "steps": 30},
            "prompt": "a boat",
            "actual_time_seconds": 90.0,
            "actual_cost": 0.0,
            "success": True,
        }
    )
engine = EstimationEngine()
big = {"width": 1024, "height": 1024, "steps": 30}
said["taught"] = engine.estimate_generation(big, "a boat").estimated_time_seconds
batched = engine.estimate_batch([{"params": SMALL, "prompt": "a"}, {"params": SMALL}, "c"])
said["batched"] = len(batched.items), batched.estimated_cost, batched.estimated_time_seconds
said["bad_estimates"] = [
    refused(apex.estimate_generation_cost_time, {"width": 1}),
    refused(engine.estimate_batch, [7]),
    refused(apex.add_generation_record, {"backend": "procedural"}),
]


# P13, P44: checkpoints, newest first; jobs submitted after one are gone once it is restored
async def checkpoints():
    first = await apex.create_checkpoint("before")
    later = APEXOrchestrator()
    extra = await later.submit_job({"prompt": "a late boat", **SMALL})
    await apex.stop_orchestrator()
    listed = CheckpointManager()
    second = await listed.create_checkpoint("after")
    said["checkpoints"] = await listed.list_checkpoints()
    said["checkpoint_ids"] = [second, first]
    said["late_job"] = later.get_job_status(extra)["status"]
    said["not_restored"] = [
        await apex.restore_from_checkpoint("unknown"),
        await listed.restore("../.."),
    ]
    said["restored"] = [await listed.restore(first)]
    said["gone"] = await asyncio.to_thread(refused, later.get_job_status, extra)
    said["restored"].append(await apex.restore_from_checkpoint(second))
    said["after_restoring"] = later.get_job_status(extra)["status"]
    job = later.get_job(ids[0])
    said["job"] = (
        isinstance(job, Job),
        job.id == ids[0],
        job.status,
        job.created_at,
        job.request["prompt"],
    )


asyncio.run(checkpoints())


# P24 to P33, P53: backends
class Ours(BackendInterface):
    async def generate_image(self, prompt, **kwargs):
        said["ours_was_asked"] = [prompt, kwargs["width"], kwargs["height"], kwargs["quality"]]
        path = home / "ours.jpg"
        path.write_bytes(Path(record).read_bytes())
        return {"image_path": str(path), "metadata": {"by": "us"}}


class Bare:
    async def generate_image(self, prompt, **kwargs):
        return {"image_path": "bare.png", "metadata": {}}


async def backends():
    generator = apex.CinematicImageGenerator()
    wanted = apex.GenerationRequest(prompt="a boat", scene_id="s1", width=128, height=72)
    answers = [RuntimeError("busy"), RuntimeError("busy"), {"image_path": "a.jpg", "metadata": {}}]
    with patch.object(
        generator.backend_manager, "generate_single_backend", side_effect=answers
    ) as hook:
        made = await generator.generate_single_image(wanted)
    said["hooked"] = hook.call_count, made["image_path"]
    made = await generator.generate(wanted)
    said["drawn"] = {name: made[name] for name in ("backend", "metadata", "attempts")}
    said["drawn_there"] = Path(made["image_path"]).is_file()
    for name, backend in (("ours", Ours()), ("bare", Bare())):
        manager = BackendManager({})
        manager.register(name, backend)
        said[name] = await manager.generate(wanted, quality_level=4)
        said[f"{name}_left"] = name in manager.available_backends
    said["ours_can"] = await Ours().get_capabilities()
    said["ours_is"] = [await Ours().initialize(), await Ours().health_check()]
    manager = BackendManager({})
    manager.available_backends.pop("procedural")
    try:
        await manager.generate(wanted)
    except apex.ApexError as error:
        said["none_left"] = type(error).__name__, error.log
    single = await BackendManager({}).generate_single_backend("procedural", wanted)
    said["single"] = sorted(single)
    said["health"] = sorted(manager.health()), await BackendManager({}).health_check_all()


asyncio.run(backends())
said["factory"] = {
    kind: type(BackendFactory.create_backend(kind, {"api_key": "k"})) is face
    for kind, face in {
        "nano_banana": NanoBananaBackend,
        "imagen": GoogleImagenBackend,
        "minimax": MiniMaxBackend,
        "sdxl": SDXLBackend,
        "custom": CustomBackend,
    }.items()
}
said["procedural"] = asyncio.run(BackendFactory.create_backend("procedural", {}).initialize())
said["unknown_backend"] = refused(BackendFactory.create_backend, "crayon", {})
said["custom"] = repr(CustomBackend({"api_key": "hidden", "endpoint": "https://example.com"}))

# P16: requests or plain prompts; a failed item says why
plain = {"prompt": "fog", "width": 128, "height": 72}
items = [apex.GenerationRequest(**plain), "", plain, "two boats"]
with patch("apex_director.bootstrap.picture.SIDE", 128):  # plain words ask for a square
    said["batch"] = asyncio.run(apex.batch_generate(items))

# P45: settings
said["urls"] = settings.redis_url, settings.qdrant_url
config = ConfigManager()
config.set("orchestrator.max_concurrent_jobs", 2)
said["config"] = config.load(), config.validate(), str(config.path)
said["bad_config"] = [
    refused(config.set, "orchestrator.max_concurrent_jobs", "many"),
    refused(config.set, "orchestrator", 1),
]
said["diagnostics"] = sorted(apex.run_diagnostics())
said["cpu_seconds"] = time.process_time()
print(json.dumps(said, default=str))
