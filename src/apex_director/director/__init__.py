"""The public verbs over the productions: make, plan, analyse, watch, cancel, resume."""

from __future__ import annotations

from apex_director.productions.request import MusicVideoRequest

from .background import (
    cancel_music_video_job,
    generate_music_video,
    get_job_status,
    start_orchestrator,
    stop_orchestrator,
    submit_music_video_job,
)
from .foreground import (
    cancel_job_now,
    job_status,
    list_job_status,
    make_music_video,
    resume_job,
)
from .model import Outcome
from .oneoff import analyze_song, write_plan
from .studio import examine, get_system_status, initialize

__all__ = [
    "MusicVideoRequest",
    "Outcome",
    "analyze_song",
    "cancel_job_now",
    "cancel_music_video_job",
    "examine",
    "generate_music_video",
    "get_job_status",
    "get_system_status",
    "initialize",
    "job_status",
    "list_job_status",
    "make_music_video",
    "resume_job",
    "start_orchestrator",
    "stop_orchestrator",
    "submit_music_video_job",
    "write_plan",
]
