"""Where a production keeps its files in the studio folder (contract D21)."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from apex_director.media import discard, part_of, require_writable, sweep
from apex_director.observability.joblog import JobLog

SEGMENT_CACHE_BYTES = 20 * 2**30
NEXT_PLAN = "cinematography_plan.next.json"
"""A changed plan of a delivered video, beside the present one until it is rendered."""
_FREE_WANTED = 200 * 2**20


@dataclass(frozen=True, kw_only=True)
class Work:
    """One job's files, and the caches all jobs of a studio share."""

    home: Path
    job_id: str

    @property
    def folder(self) -> Path:
        return self.home / "jobs" / self.job_id

    @property
    def log(self) -> Path:
        return self.folder / "production_log.txt"

    @property
    def analysis(self) -> Path:
        return self.folder / "audio_analysis.json"

    @property
    def plan(self) -> Path:
        return self.folder / "cinematography_plan.json"

    @property
    def layers(self) -> Path:
        return self.folder / "layers"

    @property
    def master(self) -> Path:
        return self.folder / "master.mp4"

    @property
    def segments(self) -> Path:
        return self.home / "cache" / "segments"

    @property
    def stills(self) -> Path:
        return self.home / "cache" / "stills"

    def note(self, stage: str, message: str) -> None:
        """Add a dated line to the job's production log; a log that cannot be written stops
        nothing.
        """
        with contextlib.suppress(OSError):
            JobLog(self.log).write(stage, message)

    def make(self) -> None:
        """Create the folders.

        Raises
        ------
        OutputUnwritable
            No rights, or the disk is full.
        """
        require_writable(self.folder, _FREE_WANTED)
        for folder in (self.layers, self.segments, self.stills):
            folder.mkdir(parents=True, exist_ok=True)


def trim(folder: Path, limit_bytes: int = SEGMENT_CACHE_BYTES, *, keep: frozenset[str]) -> int:
    """Remove the least recently used files beyond a limit; those named in ``keep`` stay, and what
    lies beside them under the same name.

    Returns
    -------
    int
        Bytes freed.
    """
    if not folder.is_dir():
        return 0
    files = []
    for path in folder.iterdir():
        try:
            files.append((path.stat().st_mtime, path.stat().st_size, path))
        except FileNotFoundError:
            continue
    over = sum(size for _, size, _ in files) - limit_bytes
    kept = {name.partition(".")[0] for name in keep}
    freed = 0
    for _, size, path in sorted(files):
        if freed >= over:
            break
        if path.name.partition(".")[0] in kept:
            continue
        path.unlink(missing_ok=True)
        freed += size
    return freed


def touch(path: Path) -> None:
    """Mark a cached file as used just now."""
    os.utime(path)


def copy(source: Path, target: Path) -> None:
    """Copy a file, whole or not at all."""
    with _replacing(target) as part:
        shutil.copyfile(source, part)


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file a second name, or a copy where links do not reach; whole or not at all."""
    with _replacing(target) as part:
        try:
            os.link(source, part)
        except OSError:
            shutil.copyfile(source, part)


@contextlib.contextmanager
def _replacing(target: Path) -> Iterator[Path]:
    """A path beside the target that becomes it; nothing is left of it after an error."""
    part = part_of(target)
    sweep(target)
    part.unlink(missing_ok=True)
    try:
        yield part
        part.replace(target)
    finally:
        discard(part)  # after an error, or where both names were of one file already
