"""Segments: equal bytes, closed groups of pictures, colour tags, nothing left after errors."""

from __future__ import annotations

import resource
import subprocess
import sys
import textwrap
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from apex_director.core.errors import AssemblyError, OutputUnwritable
from apex_director.media import SegmentEncoder
from apex_director.media.model import X264
from apex_director.media.probe import probe


@pytest.mark.parametrize(("width", "height"), [(192, 108), (360, 640)])
def test_equal_frames_give_equal_bytes_whatever_the_memory_held(
    tmp_path: Path, width: int, height: int
) -> None:
    """x264's AVX-512 code reads memory it never wrote at widths such as these."""
    chance, made = np.random.default_rng(0), set()
    ramp = np.arange(width) * 2 + np.arange(height)[:, None] * 3
    for _ in range(4):
        litter = [chance.bytes(int(size)) for size in chance.integers(100, 200_000, 200)]
        del litter
        path = tmp_path / "again.mp4"
        with SegmentEncoder(path, width, height, Fraction(24), X264(preset="veryfast")) as encoder:
            for at in range(48):
                y, u, v = encoder.planes()
                y[:] = 16 + (ramp + at * 3 + (ramp * ramp // 97) % 23) % 200
                u[:], v[:] = 90, 140
                encoder.write()
        made.add(path.read_bytes())
    assert len(made) == 1


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(30000, 1001)])
def test_a_segment_is_tagged_and_seekable_every_two_seconds(make_segments, rate) -> None:
    path = make_segments([130], X264(preset="veryfast", crf=30), rate)[0]
    video = probe(path).video
    assert video is not None
    assert (video.codec, video.pix_fmt, video.frames) == ("h264", "yuv420p", 130)
    assert (video.color_range, video.color_space) == ("tv", "bt709")
    assert (video.color_primaries, video.color_trc) == ("bt709", "bt709")
    assert video.rate == rate
    assert video.duration == 130 / rate
    with av.open(str(path)) as container:
        packets = [p for p in container.demux(video=0) if p.size]
        keys = [p.pts * p.time_base * rate for p in packets if p.is_keyframe]
    gaps = [b - a for a, b in zip(keys, [*keys[1:], 130], strict=True)]
    assert keys[0] == 0
    assert max(gaps) <= int(2 * rate)


def _noise(path: Path, settings: X264) -> int:
    noise = np.random.default_rng(0)
    with SegmentEncoder(path, 192, 108, Fraction(24), settings) as encoder:
        for _ in range(48):
            y, u, v = encoder.planes()
            y[:] = noise.integers(16, 236, y.shape, dtype=np.uint8)
            u[:], v[:] = 128, 128
            encoder.write()
    return path.stat().st_size


def test_a_rate_cap_is_kept(tmp_path: Path) -> None:
    free = _noise(tmp_path / "free.mp4", X264(preset="ultrafast", crf=18))
    capped = _noise(tmp_path / "capped.mp4", X264(preset="ultrafast", crf=18, maxrate_kbps=400))
    assert capped < 2 * (400_000 / 8) * 2.2  # two seconds, and a buffer of two more
    assert free > 2 * capped


def _interrupted(path: Path) -> None:
    with SegmentEncoder(path, 64, 64, Fraction(24), X264()) as encoder:
        y, u, v = encoder.planes()
        y[:], u[:], v[:] = 16, 128, 128
        encoder.write()
        raise KeyboardInterrupt


def test_nothing_is_left_after_an_error(tmp_path: Path) -> None:
    path = tmp_path / "broken.mp4"
    with pytest.raises(KeyboardInterrupt):
        _interrupted(path)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(AssemblyError), SegmentEncoder(path, 64, 64, Fraction(24), X264()):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with (
        pytest.raises(OutputUnwritable) as caught,
        SegmentEncoder(tmp_path / "file" / "s.mp4", 64, 64, Fraction(24), X264()),
    ):
        pass
    assert caught.value.exit_code == 4
    assert caught.value.what_to_do


FULL_DISK = """
    import sys
    from fractions import Fraction
    from pathlib import Path
    import numpy as np
    from apex_director.core.errors import OutputUnwritable
    from apex_director.media import SegmentEncoder, join
    from apex_director.media.model import X264

    folder, song = Path(sys.argv[1]), sys.argv[2]
    rng = np.random.default_rng(0)

    def encode(name, frames):
        settings = X264(preset="ultrafast", crf=1)
        with SegmentEncoder(folder / name, 256, 256, Fraction(24), settings) as encoder:
            for _ in range(frames):
                y, u, v = encoder.planes()
                y[:] = rng.integers(16, 235, y.shape, dtype=np.uint8)
                u[:], v[:] = 128, 128
                encoder.write()

    encode("small.mp4", 3)
    for attempt in (
        lambda: encode("large.mp4", 24),
        lambda: join([folder / "small.mp4"] * 8, song, folder / "master.mp4", rate=Fraction(24),
                     frame_counts=[3] * 8, tags={}),
    ):
        try:
            attempt()
        except OutputUnwritable as error:
            print("refused", error)
        else:
            print("WRITTEN")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
def test_a_full_disk_is_one_sentence_and_leaves_nothing(tmp_path: Path, click_file) -> None:
    song = click_file("song.mp3", "libmp3lame", "mp3", 44100, "stereo")
    folder = tmp_path / "out"
    folder.mkdir()

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))

    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FULL_DISK), str(folder), str(song)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limit,
    )
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["refused", "refused"], done.stdout + done.stderr
    assert all("disk is full" in line for line in lines)
    assert [p.name for p in folder.iterdir()] == ["small.mp4"]
