"""Several processes and kill -9: no half file, no half record, nothing lost that was told."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from apex_director.assets import open_library

from .pictures import png

ADD = """
import sys
from pathlib import Path
from apex_director.assets import open_library
library = open_library(Path(sys.argv[1]))
first, count = int(sys.argv[2]), int(sys.argv[3])
for number in range(first, first + count):
    kept = library.add(
        b"number %d\\n" % number, filename="same.txt", tags=[f"p{first}"], metadata={"n": number}
    )
    print(kept.id, flush=True)
"""


def adding(home: Path, first: int, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", ADD, str(home), str(first), str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_two_processes_add_the_same_and_other_things_at_once(tmp_path: Path) -> None:
    started = [adding(tmp_path, first, 40) for first in (0, 20)]
    said = [one.communicate(timeout=120) for one in started]
    assert [(one.returncode, err) for one, (_, err) in zip(started, said, strict=True)] == [
        (0, "")
    ] * 2
    library = open_library(tmp_path)
    found = library.search(limit=None)
    assert sorted(one.metadata["n"] for one in found) == list(range(60))
    assert len({one.path for one in found}) == 60
    shared = library.search(tags=["p0"], limit=None)
    assert sum("p20" in one.tags for one in shared) == 20
    assert library.stats()["duplicates_avoided"] == 20
    assert library.check().sound


def test_killed_while_adding(tmp_path: Path) -> None:
    pauses, told = random.Random(5), set[str]()
    for first in range(0, 4000, 1000):
        process = adding(tmp_path, first, 1000)
        assert process.stdout is not None
        told.add(process.stdout.readline().strip())
        time.sleep(pauses.uniform(0.02, 0.2))
        process.send_signal(signal.SIGKILL)
        told.update(line.strip() for line in process.stdout if line.endswith("\n"))
        process.wait()
    library = open_library(tmp_path)
    found = library.search(limit=None)
    assert told <= {one.id for one in found}
    assert library.check().sound
    assert all(one.path.read_bytes() == b"number %d\n" % one.metadata["n"] for one in found)
    library.cleanup_orphans(dry_run=False, min_age_s=0)
    named = {one.file_hash for one in found}
    assert set(library.store) == named
    assert not list(tmp_path.rglob("*.part"))
    assert library.add(png(1), filename="after.png") in library.search()
