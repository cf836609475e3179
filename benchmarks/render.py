"""What rendering costs beside encoding, and beside MoviePy 2.

    .venv/bin/python benchmarks/render.py [--seconds 13] [--scenes 4] [--skip-moviepy]

Prints the render bar: CPU seconds (user and system, children included) of bake, render, encode and
join over those of encoding the very same frames alone with the same x264 settings; the same without
the bake; and our CPU seconds against MoviePy's for one job of eight stills with seven crossfades.
Kernels are compiled first and reported apart. MoviePy is installed by pip into a virtual
environment in a temporary folder.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

os.environ.setdefault("NUMBA_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

from apex_director.config import use_kernel_cache

use_kernel_cache()

import cv2  # noqa: E402
import numpy as np  # noqa: E402

from apex_director import video  # noqa: E402
from apex_director.audio.model import AudioAnalysis  # noqa: E402
from apex_director.cinematography.model import (  # noqa: E402
    CameraMove,
    Format,
    Framing,
    Grade,
    Shot,
    ShotSize,
    Storyboard,
    Transition,
    TransitionKind,
)
from apex_director.images.model import Layer, Scene  # noqa: E402
from apex_director.images.scenes import FAMILIES, SceneSpec, paint  # noqa: E402
from apex_director.media.encode import SegmentEncoder  # noqa: E402
from apex_director.media.model import X264  # noqa: E402
from apex_director.media.picture import write_png  # noqa: E402
from apex_director.video.warm import quiet_song  # noqa: E402

WIDTH, HEIGHT, RATE = 1920, 1080, Fraction(24)
BARS = {"fast": (1.35, 1.6), "veryfast": (1.8, 2.2)}
SONG_FRAMES_PER_SCENE = 315
"""A song of 3:30 at 24 frames per second shows about sixteen pictures."""
STILLS, STILL_S, FADE_S = 8, 2.5, 0.5
MOVES = (CameraMove.DOLLY_IN, CameraMove.TRUCK, CameraMove.CRANE, CameraMove.ORBIT)

PEER = """
import sys
import numpy as np
from moviepy import CompositeVideoClip, ImageClip, vfx
folder, count, out = sys.argv[1], int(sys.argv[2]), sys.argv[5]
each, fade = map(float, sys.argv[3:5])
clips = []
for k in range(count):
    length = each + (fade if k else 0)
    clip = ImageClip(f"{folder}/{k}.png").with_duration(length)
    clip = clip.resized(lambda t, n=length: 1.0 + 0.10 * t / n).with_position("center")
    clip = clip.with_start(k * each - (fade if k else 0))
    clips.append(clip.with_effects([vfx.CrossFadeIn(fade)]) if k else clip)
film = CompositeVideoClip(clips, size=(1920, 1080)).with_duration(count * each)
film.write_videofile(out, fps=24, codec="libx264", preset="veryfast", threads=1, audio=False,
                     ffmpeg_params=["-crf", "18", "-pix_fmt", "yuv420p"], logger=None)
"""


class Kept:
    """A sink that keeps frames, so that the very same ones can be encoded alone."""

    def __init__(self) -> None:
        self.frames: list[tuple[np.ndarray, ...]] = []
        self._next: tuple[np.ndarray, ...] = ()

    def planes(self) -> Any:
        half = (HEIGHT // 2, WIDTH // 2)
        self._next = tuple(np.empty(s, np.uint8) for s in ((HEIGHT, WIDTH), half, half))
        return self._next

    def write(self) -> None:
        self.frames.append(self._next)


def cpu_of(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of a piece of work, its children included, and what it gave."""
    before = os.times()
    made = work()
    after = os.times()
    return sum(after[:4]) - sum(before[:4]), made


def shots_of(
    pictures: list[str], frames: int, fade: int, moves: tuple[CameraMove, ...]
) -> Storyboard:
    shots = tuple(
        Shot(
            shot_id=f"s{k}",
            start=k * frames,
            end=(k + 1) * frames,
            section_id="",
            picture_id=picture,
            size=ShotSize.WIDE,
            lens_mm=24,
            move=moves[k % len(moves)],
            move_amount=0.8,
            move_direction=1 if k % 2 else -1,
            framing=Framing(),
            transition=Transition(kind=TransitionKind.CROSSFADE, frames=fade if k else 0),
            energy=0.5,
            seed=k,
            reason="",
        )
        for k, picture in enumerate(pictures)
    )
    fmt = Format(width=WIDTH, height=HEIGHT, rate=RATE, total_frames=frames * len(pictures))
    grade = Grade(slope=(1.03, 1.0, 0.97), saturation=1.08)
    return Storyboard(
        title="", artist="", logline="", genre="", style="", seed=1, format=fmt, palette=(),
        grade=grade, sections=(), pictures=(), shots=shots,
    )  # fmt: skip


def film(
    board: Storyboard, scenes: Mapping[str, Scene], song: AudioAnalysis, folder: Path, x264: X264
) -> Path:
    """Render and encode every segment, and join them."""
    parts = []
    for segment in video.plan_segments(board):
        path = folder / f"{segment.index}.mp4"
        with SegmentEncoder(path, WIDTH, HEIGHT, RATE, x264) as sink:
            video.render_segment(board, segment, scenes, song, sink)
        parts.append(path)
    return joined(parts, folder / "film.mp4")


def joined(parts: list[Path], out: Path) -> Path:
    """Stream-copy segments one behind the other (pictures only, as the benchmark has no song)."""
    import av

    with av.open(str(out), "w") as target:
        stream, tick, shift = None, 0, 0
        for part in parts:
            with av.open(str(part)) as source:
                pictures = source.streams.video[0]
                if stream is None:
                    stream = target.add_stream_from_template(pictures)
                    tick = int(1 / (pictures.time_base * RATE))
                for packet in source.demux(pictures):
                    if packet.size:
                        packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                        packet.stream = stream
                        target.mux(packet)
                shift += pictures.frames * tick
    return out


def encode_alone(frames: list[tuple[np.ndarray, ...]], path: Path, x264: X264) -> None:
    with SegmentEncoder(path, WIDTH, HEIGHT, RATE, x264) as sink:
        for frame in frames:
            for plane, kept in zip(sink.planes(), frame, strict=True):
                plane[:] = kept
            sink.write()


def painted(wanted: int) -> tuple[float, dict[str, Scene]]:
    """Scenes of the families that stand, and the CPU seconds of drawing them once compiled."""
    scenes: dict[str, Scene] = {}
    total = 0.0
    for family in FAMILIES:
        if len(scenes) == wanted:
            break
        try:
            paint(SceneSpec(family=family, seed=3, width=320, height=180))
        except ImportError:
            print(f"  {family}: not drawn by this version, left out")
            continue
        spec = SceneSpec(family=family, seed=3, width=WIDTH, height=HEIGHT)
        seconds, scenes[family] = cpu_of(lambda spec=spec: paint(spec))
        total += seconds
        print(f"  {family}: {seconds:.1f} CPU-s, {len(scenes[family].layers)} layers")
    return total, scenes


def render_bar(scenes: dict[str, Scene], bake: float, seconds: float, folder: Path) -> None:
    board = shots_of(list(scenes), round(seconds * RATE), 12, MOVES)
    count = board.format.total_frames
    song = quiet_song(count / float(RATE))
    kept = Kept()
    draw, _ = cpu_of(
        lambda: [
            video.render_segment(board, s, scenes, song, kept) for s in video.plan_segments(board)
        ]
    )
    print(f"render alone: {1000 * draw / count:.1f} CPU-ms per frame over {count} frames")
    for preset, (without, with_bake) in BARS.items():
        x264 = X264(preset=preset, crf=18)
        alone, _ = cpu_of(lambda x=x264: encode_alone(kept.frames, folder / "alone.mp4", x))
        ours, _ = cpu_of(lambda x=x264: film(board, scenes, song, folder, x))
        each = bake / len(scenes) / SONG_FRAMES_PER_SCENE
        print(
            f"{preset} crf 18: encode alone {1000 * alone / count:.1f} CPU-ms per frame; "
            f"render + encode + join {ours / alone:.2f}x (bar {without}); with bake "
            f"{(ours / count + each) * count / alone:.2f}x as in a song of 3:30 with 16 pictures "
            f"(bar {with_bake}), {(ours + bake) / alone:.2f}x if each is seen for {seconds:g} s"
        )


def six_layers(scenes: dict[str, Scene], folder: Path) -> None:
    """Frames of exactly six layers with bloom and grain against encoding them."""
    thin = {
        name: replace(s, layers=(*s.layers[:2], *s.layers[-4:]), water=None, particles=())
        for name, s in scenes.items()
    }
    board = shots_of(list(thin), 24, 0, MOVES)
    song, kept = quiet_song(len(thin)), Kept()
    draw, _ = cpu_of(
        lambda: [
            video.render_segment(board, s, thin, song, kept) for s in video.plan_segments(board)
        ]
    )
    x264 = X264(preset="veryfast", crf=18)
    alone, _ = cpu_of(lambda: encode_alone(kept.frames, folder / "six.mp4", x264))
    count = board.format.total_frames
    print(
        f"six layers, bloom and grain: {1000 * draw / count:.1f} CPU-ms per frame, "
        f"{draw / alone:.2f} of encoding it at veryfast (bar 0.7)"
    )


def stills_job(scenes: dict[str, Scene], folder: Path, peer: bool) -> None:
    """Eight stills, seven crossfades, a slow push on each; ours against MoviePy's."""
    names = list(scenes)
    flat = {}
    for k in range(STILLS):
        source = scenes[names[k % len(names)]]
        # 1.2 times the frame, as a still would be made for a slow push.
        rgb = video.still(source, Grade(vignette=0.0, grain=0.0), 2304, 1296)
        write_png(folder / f"{k}.png", cv2.resize(rgb, (2304, 1296)))
        rgba = np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)])
        layer = Layer(name="still", rgba=np.ascontiguousarray(rgba), parallax=0.0)
        flat[f"{k}"] = Scene(
            family="still", width=WIDTH, height=HEIGHT, overscan=1.2, layers=(layer,)
        )
    board = shots_of(list(flat), round(STILL_S * RATE), round(FADE_S * RATE), (CameraMove.ZOOM_IN,))
    song = quiet_song(STILLS * STILL_S)
    x264 = X264(preset="veryfast", crf=18)
    ours, _ = cpu_of(lambda: film(board, flat, song, folder, x264))
    count = board.format.total_frames
    print(f"8 stills, veryfast crf 18: ours {1000 * ours / count:.1f} CPU-ms per frame")
    if peer:
        theirs = moviepy_cpu(folder)
        print(
            f"MoviePy 2 {1000 * theirs / count:.1f} CPU-ms per frame: "
            f"{theirs / ours:.1f}x ours (bar 3)"
        )


def moviepy_cpu(folder: Path) -> float:
    """CPU seconds of MoviePy on the same pictures, from an environment of its own."""
    python = folder / "peer" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", str(folder / "peer")], check=True)
    subprocess.run([str(python), "-m", "pip", "install", "-q", "moviepy>=2,<3"], check=True)
    script = folder / "peer.py"
    script.write_text(PEER)
    words = [str(folder), str(STILLS), str(STILL_S), str(FADE_S), str(folder / "peer.mp4")]
    seconds, _ = cpu_of(lambda: subprocess.run([str(python), str(script), *words], check=True))
    return seconds


def main() -> None:
    ask = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    ask.add_argument(
        "--seconds",
        type=float,
        default=13.125,
        help="length of each shot; a song gives 13 s a picture",
    )
    ask.add_argument("--scenes", type=int, default=4, help="how many scene families")
    ask.add_argument("--skip-moviepy", action="store_true")
    chosen = ask.parse_args()
    cv2.setNumThreads(1)
    began = time.monotonic()
    compiled, _ = cpu_of(video.warm_up)
    print(f"compiling kernels: {compiled:.1f} CPU-s (once per version, not counted below)")
    with tempfile.TemporaryDirectory() as name:
        print(f"bake at {WIDTH}x{HEIGHT}:")
        bake, scenes = painted(chosen.scenes)
        if not scenes:
            sys.exit("No scene family can be drawn here; nothing to measure.")
        render_bar(scenes, bake, chosen.seconds, Path(name))
        six_layers(scenes, Path(name))
        stills_job(scenes, Path(name), not chosen.skip_moviepy)
    print(f"took {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
