# The promised names over music videos from a plain script. The last video is still being made when
# the last line is done: the interpreter stays until it has ended.
import asyncio
import json
import sys
from pathlib import Path

import apex_director as apex

home, song, out = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
TINY = {"quality_preset": "preview", "target_resolution": "128x72", "target_fps": 12}
said = {}


def refused(call, *given, **named):
    try:
        asyncio.run(call(*given, **named))
    except Exception as error:
        return [kind.__name__ for kind in type(error).__mro__]
    return []


apex.initialize(home)
said["no_song"] = refused(apex.submit_music_video_job, str(out / "no song.wav"), str(out))
said["no_such_option"] = refused(apex.submit_music_video_job, song, str(out), colour="red")
said["no_shots"] = refused(apex.submit_music_video_job, song, str(out), max_shots=0)
said["no_batch"] = refused(
    apex.submit_batch_music_videos, [{"audio_path": song}, {"audio_path": "nothing.wav"}]
)
said["nothing_began"] = sum(apex.get_statistics()["counts"].values())


async def wait(job_id):
    while apex.get_job_status(job_id)["status"] not in {"completed", "failed", "cancelled"}:
        await asyncio.sleep(0.1)
    return apex.get_job_status(job_id)


async def videos():
    noise = out.parent / "noise.mp3"
    noise.write_bytes(b"no audio at all" * 100)
    undecodable = await apex.submit_music_video_job(str(noise), str(out / "noise"), **TINY)
    stopped = await apex.submit_music_video_job(
        song, str(out / "stopped"), "neon", "preview", 1, target_resolution="128x72"
    )
    said["cancelled"] = await apex.cancel_music_video_job(stopped)
    said["stopped"] = apex.get_job_status(stopped)
    said["undecodable"] = await wait(undecodable)
    said["cancelled_ended"] = await apex.cancel_music_video_job(undecodable)
    await apex.stop_orchestrator()
    wanted = {"audio_path": song, "output_dir": str(out / "one"), "max_shots": 1, **TINY}
    result = await apex.generate_music_video(wanted)
    said["result"] = {name: result[name] for name in result if name != "audio_analysis"}
    again = await apex.generate_music_video(apex.MusicVideoRequest(**wanted), resume=True)
    said["again"] = again["job_id"] == result["job_id"]
    better = await apex.improve_quality(result["job_id"])
    said["better_is_new"] = better != result["job_id"]
    said["better"] = await wait(better)
    (last,) = await apex.submit_batch_music_videos([{**wanted, "output_dir": str(out / "two")}])
    said["last"] = apex.get_job_status(last)


asyncio.run(videos())
print(json.dumps(said, default=str), flush=True)
