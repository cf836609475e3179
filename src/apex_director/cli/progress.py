"""Progress on stderr: stage, n of m, frames per second, time left; something moves every two
seconds.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from apex_director.core.time import clock

STAGE_WORDS = {
    "audio_analysis": "listening",
    "cinematography_planning": "planning",
    "image_generation": "drawing",
    "quality_validation": "looking",
    "video_assembly": "cutting",
    "quality_assurance": "checking",
    "completed": "done",
}
_EVERY_S = {True: 0.2, False: 2.0}
_SPIN = "|/-\\"


class ProgressLine:
    """One line that moves at a terminal; one line every two seconds elsewhere."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.live = sys.stderr.isatty()
        self.quiet = quiet
        self.began = self.told = time.monotonic()
        self.last_stage = ""
        self.turn = 0

    def show(self, status: dict[str, Any]) -> None:
        """Show a job's state: P7 plus ``detail``."""
        if self.quiet:
            return
        stage, now = status.get("current_stage") or "", time.monotonic()
        if stage == self.last_stage and now - self.told < _EVERY_S[self.live]:
            return
        self.last_stage, self.told, self.turn = stage, now, self.turn + 1
        text = line(status, now - self.began)
        if self.live:
            spin = _SPIN[self.turn % len(_SPIN)]
            sys.stderr.write(f"\r\x1b[2K{spin} {text}")
            sys.stderr.flush()
        else:
            print(text, file=sys.stderr, flush=True)

    def close(self) -> None:
        """End the moving line."""
        if self.live and not self.quiet:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()


def line(status: dict[str, Any], elapsed_s: float) -> str:
    """``cutting 78 %  segment 12 of 40, 1034 of 3429 frames, 31.2 fps, 1:17 left  (0:52)``."""
    stage = status.get("current_stage") or ""
    detail = status.get("detail") or {}
    parts = [detail.get("message") or ""]
    if detail.get("total") and detail.get("unit") == "frames":
        parts.append(f"{detail['done']} of {detail['total']} frames")
    if detail.get("fps"):
        parts.append(f"{detail['fps']:.1f} fps")
    if detail.get("eta_s") is not None:
        parts.append(f"{clock(detail['eta_s'])} left")
    percent = status.get("progress_percent", 0)
    said = ", ".join(p for p in parts if p)
    word = STAGE_WORDS.get(stage, stage or "starting")
    return f"{word:<10}{percent:3d} %  {said}  ({clock(elapsed_s)})"
