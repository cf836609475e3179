"""The public verbs over the productions: make, plan, analyse, watch, cancel, resume."""

from __future__ import annotations

from apex_director.productions.request import MusicVideoRequest

from .analyzing import analyze_song, heard_in_words
from .approval import approve_and_go_on, approve_job
from .background import (
    cancel_music_video_job,
    generate_music_video,
    get_job_status,
    start_orchestrator,
    stop_orchestrator,
    submit_batch_music_videos,
    submit_music_video_job,
)
from .foreground import (
    cancel_job_now,
    job_status,
    list_job_status,
    make_music_video,
    resume_job,
)
from .imaging import make_image, submit_batch, submit_generation_job
from .improving import improve_quality
from .model import Outcome
from .oneoff import write_plan
from .studio import examine, get_system_status, initialize, run_diagnostics

__all__ = [
    "MusicVideoRequest",
    "Outcome",
    "analyze_song",
    "approve_and_go_on",
    "approve_job",
    "cancel_job_now",
    "cancel_music_video_job",
    "examine",
    "generate_music_video",
    "get_job_status",
    "get_system_status",
    "heard_in_words",
    "improve_quality",
    "initialize",
    "job_status",
    "list_job_status",
    "make_image",
    "make_music_video",
    "resume_job",
    "run_diagnostics",
    "start_orchestrator",
    "stop_orchestrator",
    "submit_batch",
    "submit_batch_music_videos",
    "submit_generation_job",
    "submit_music_video_job",
    "write_plan",
]
