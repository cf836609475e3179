"""Adds up what parallel steps report: n of m, frames per second, time left."""

from __future__ import annotations

import time

from .model import Payload, Progress, Runner


class CountMeter:
    """Counts pictures as they are drawn."""

    def __init__(self, runner: Runner, count: int) -> None:
        self.runner, self.count, self.done = runner, count, 0
        self._tell(f"picture 1 of {count}")

    def on_done(self, index: int, result: Payload) -> None:  # noqa: ARG002
        """One more is drawn."""
        self.done += 1
        self._tell(f"picture {min(self.done + 1, self.count)} of {self.count}")

    def _tell(self, message: str) -> None:
        self.runner.report(
            Progress(
                stage="image_generation",
                fraction=0.25 + 0.4 * self.done / max(1, self.count),
                message=message,
                done=self.done,
                total=self.count,
                unit="pictures",
            )
        )


class CutMeter:
    """Counts frames over all segments being rendered; cached ones do not count as speed."""

    def __init__(self, runner: Runner, frames: int, segments: int) -> None:
        self.runner, self.frames, self.segments = runner, frames, segments
        self.running: dict[int, int] = {}
        self.finished_frames = self.finished = self.reused = 0
        self.began = time.monotonic()

    def on_progress(self, index: int, progress: Progress) -> None:
        """A running segment says how far it is."""
        if progress.unit == "frames":
            self.running[index] = progress.done
        self._tell()

    def on_done(self, index: int, result: Payload) -> None:
        """A segment is finished, or was there already."""
        self.running.pop(index, None)
        self.finished += 1
        self.finished_frames += result["frames"]
        self.reused += result["frames"] if result["reused"] else 0
        self._tell()

    def _tell(self) -> None:
        done = min(self.frames, self.finished_frames + sum(self.running.values()))
        took = time.monotonic() - self.began
        rate = (done - self.reused) / took if took > 1.0 and done > self.reused else None
        self.runner.report(
            Progress(
                stage="video_assembly",
                fraction=0.70 + 0.18 * done / max(1, self.frames),
                message=f"segment {min(self.finished + 1, self.segments)} of {self.segments}",
                done=done,
                total=self.frames,
                unit="frames",
                fps=round(rate, 1) if rate else None,
                eta_s=round((self.frames - done) / rate, 1) if rate else None,
            )
        )
