"""Progress on stderr: stage, n of m, frames per second, time left; something moves every two
seconds.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from apex_director.core.time import clock

from .output import say
from .streams import silence

STAGE_WORDS = {
    "audio_analysis": "listening",
    "cinematography_planning": "planning",
    "image_generation": "drawing",
    "quality_validation": "looking",
    "video_assembly": "cutting",
    "quality_assurance": "checking",
    "completed": "done",
}
_LIVE_EVERY_S, _PLAIN_EVERY_S = 0.25, 2.0
_SPIN = "|/-\\"


class ProgressLine:
    """One line that moves at a terminal; elsewhere a new line every two seconds.

    A thread of its own keeps it moving while a long step says nothing.
    """

    def __init__(self) -> None:
        self.live = sys.stderr.isatty()
        self.status: dict[str, Any] = {}
        self.began = time.monotonic()
        self.turn = 0
        self.lock = threading.Lock()
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._tick, name="progress", daemon=True)
        self.thread.start()

    def show(self, status: dict[str, Any]) -> None:
        """Take a job's state: P7 plus ``detail``."""
        new_stage = status.get("current_stage") != self.status.get("current_stage")
        self.status = status
        if new_stage and not self.live:
            self._draw()
        if notice := (status.get("detail") or {}).get("notice"):
            with self.lock:
                if self.live:
                    _rewrite("")
                say(notice)

    def close(self) -> None:
        """End the moving line."""
        self.ended.set()
        self.thread.join(timeout=1.0)
        if self.live:
            _rewrite("")

    def paused(self, ask: Callable[[str], bool] | None) -> Callable[[str], bool] | None:
        """A question that is asked while the line stands still."""
        if ask is None:
            return None

        def asked(what: str) -> bool:
            with self.lock:
                if self.live:
                    _rewrite("")
                return ask(what)

        return asked

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _tick(self) -> None:
        while not self.ended.wait(_LIVE_EVERY_S if self.live else _PLAIN_EVERY_S):
            self._draw()

    def _draw(self) -> None:
        with self.lock:
            text = line(self.status, time.monotonic() - self.began)
            if self.live:
                self.turn += 1
                _rewrite(f"{_SPIN[self.turn % len(_SPIN)]} {text}")
            else:
                say(text)


def _rewrite(text: str) -> None:
    """Put a text where the moving line was; a terminal that has gone stops nothing."""
    try:
        sys.stderr.write(f"\r\x1b[2K{text}")
        sys.stderr.flush()
    except (OSError, ValueError):
        silence(sys.stderr)


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
