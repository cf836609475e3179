"""What rendering costs beside encoding, beside MoviePy 2, and beside the song's length.

    .venv/bin/python benchmarks/render.py [--parts film,six,look,changes,stills,preview]
        [--families alpine,city,...] [--seconds 3] [--every-composition] [--skip-moviepy]

Scenes of every family are drawn at 1080p and filmed with all moves and transitions in turn. Every
figure is CPU seconds (user and system, children included), so that another load on the machine
matters little; kernels are compiled first and reported apart. ``film`` prints bake, render, encode
and join over encoding the very same frames alone with the same x264 settings; ``six`` a frame of
six layers over encoding it; ``look`` what a grade with colour wheels costs a scene; ``changes`` a
frame of each transition; ``stills`` one job against MoviePy's; ``preview`` a whole production of
the example song. MoviePy is installed by pip into a virtual environment in a temporary folder.
Each bar is printed with what was measured; the exit status is 1 when one is missed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
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
    Wheels,
)
from apex_director.images.model import Layer, Scene  # noqa: E402
from apex_director.images.scenes import FAMILIES, SceneSpec, paint  # noqa: E402
from apex_director.media.encode import SegmentEncoder  # noqa: E402
from apex_director.media.model import X264  # noqa: E402
from apex_director.media.picture import write_png  # noqa: E402
from apex_director.video.finish import make_finish  # noqa: E402
from apex_director.video.prepare import prepare  # noqa: E402
from apex_director.video.warm import quiet_song  # noqa: E402

WIDTH, HEIGHT, RATE = 1920, 1080, Fraction(24)
BARS = {"fast": (1.35, 1.6), "veryfast": (1.8, 2.2)}
BAKE_BAR, SIX_BAR, STILLS_BAR, PREVIEW_BAR = 5.0, 0.7, 3.0, 1.0
PARTS = ("film", "six", "look", "changes", "stills", "preview")
LOOK = Grade(
    contrast=58.0,
    skin=0.5,
    wheels=Wheels(shadows=(-0.28, 0.04, 0.26), highlights=(0.3, 0.11, -0.22)),
)
CHANGES = tuple(k for k in TransitionKind if k is not TransitionKind.CUT)
CHANGE_FRAMES = 8
"""Of 40 shots in a song of 3:30, changes of this length take about a fifteenth of all frames."""
EXAMPLE = Path(__file__).parent.parent / "examples" / "harbour_lights.ogg"
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


@dataclass
class Bars:
    """What was measured, and whether it is within its bar."""

    rows: list[tuple[str, float, float, bool]] = field(default_factory=list)

    def most(self, what: str, value: float, bar: float) -> None:
        self.rows.append((what, value, bar, value <= bar))

    def least(self, what: str, value: float, bar: float) -> None:
        self.rows.append((what, value, bar, value >= bar))

    def print(self) -> int:
        """All of them; how many were missed."""
        print("bars:")
        for what, value, bar, held in self.rows:
            print(f"  {'pass' if held else 'MISS'}  {value:6.2f}  of {bar:5.2f}  {what}")
        return sum(not held for *_, held in self.rows)


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
    pictures: list[str],
    frames: int,
    fade: int,
    moves: tuple[CameraMove, ...] = MOVES,
    kinds: tuple[TransitionKind, ...] = (TransitionKind.CROSSFADE,),
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
            transition=Transition(kind=kinds[k % len(kinds)], frames=fade if k else 0),
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


def painted(families: list[str], every: bool, bars: Bars) -> tuple[float, dict[str, Scene]]:
    """Scenes of the families that stand, and the CPU seconds of drawing them once compiled."""
    scenes: dict[str, Scene] = {}
    total = 0.0
    for family in families:
        costs = []
        for composition in range(5 if every else 1):
            small = SceneSpec(family=family, seed=3, width=320, height=180, composition=composition)
            try:
                paint(small)
            except ImportError:
                print(f"  {family}: not drawn by this version, left out")
                break
            spec = replace(small, width=WIDTH, height=HEIGHT)
            # the lesser of two: the clock of a shared machine swings by a third
            again, _ = cpu_of(lambda spec=spec: paint(spec))
            seconds, made = cpu_of(lambda spec=spec: paint(spec))
            scenes.setdefault(family, made)
            costs.append(min(again, seconds))
        if costs:
            total += costs[0]
            said = " ".join(f"{c:.1f}" for c in costs)
            print(f"  {family}: {said} CPU-s, {len(scenes[family].layers)} layers")
            bars.most(f"CPU-s to draw {family}", max(costs), BAKE_BAR)
    return total, scenes


def render_bar(
    scenes: dict[str, Scene], bake: float, seconds: float, folder: Path, bars: Bars
) -> None:
    """A film of all scenes, moves and changes, beside encoding its frames alone."""
    board = shots_of(list(scenes), round(seconds * RATE), CHANGE_FRAMES, kinds=CHANGES)
    count = board.format.total_frames
    song = quiet_song(count / float(RATE))
    draw, alone = 0.0, dict.fromkeys(BARS, 0.0)
    for segment in video.plan_segments(board):
        kept = Kept()
        draw += cpu_of(lambda s=segment, k=kept: video.render_segment(board, s, scenes, song, k))[0]
        for preset in BARS:
            x264 = X264(preset=preset, crf=18)
            alone[preset] += cpu_of(
                lambda k=kept, x=x264: encode_alone(k.frames, folder / "alone.mp4", x)
            )[0]
    print(f"render alone: {1000 * draw / count:.1f} CPU-ms per frame over {count} frames")
    each = bake / len(scenes) / SONG_FRAMES_PER_SCENE
    for preset, (without, with_bake) in BARS.items():
        ours, _ = cpu_of(lambda p=preset: film(board, scenes, song, folder, X264(preset=p, crf=18)))
        print(
            f"{preset} crf 18: encode alone {1000 * alone[preset] / count:.1f} CPU-ms per frame, "
            f"render + encode + join {1000 * ours / count:.1f}"
        )
        bars.most(f"{preset}: render + encode over encode", ours / alone[preset], without)
        bars.most(
            f"{preset}: the same with bake, as in a song of 3:30 with 16 pictures",
            (ours + each * count) / alone[preset],
            with_bake,
        )


def six_layers(scenes: dict[str, Scene], folder: Path, bars: Bars) -> None:
    """Frames of exactly six layers with bloom and grain against encoding them."""
    thin = {
        name: replace(s, layers=(*s.layers[:2], *s.layers[-4:]), water=None, particles=())
        for name, s in scenes.items()
        if len(s.layers) >= 6
    }
    board = shots_of(list(thin), 12, 0)
    song, kept = quiet_song(len(thin)), Kept()
    draw, _ = cpu_of(
        lambda: [
            video.render_segment(board, s, thin, song, kept) for s in video.plan_segments(board)
        ]
    )
    x264 = X264(preset="veryfast", crf=18)
    alone, _ = cpu_of(lambda: encode_alone(kept.frames, folder / "six.mp4", x264))
    print(f"six layers, bloom and grain: {1000 * draw / len(kept.frames):.1f} CPU-ms per frame")
    bars.most("six layers, bloom and grain over encoding them at veryfast", draw / alone, SIX_BAR)


def look_bar(scenes: dict[str, Scene]) -> None:
    """What a grade that must be baked costs a scene once, again, and in each frame."""
    look = make_finish(LOOK, WIDTH)
    first = again = plain = graded = 0.0
    for name, scene in scenes.items():
        fresh = replace(scene)  # nothing is remembered of a scene that was never filmed
        plain += cpu_of(lambda s=fresh: prepare(s))[0]
        first += cpu_of(lambda s=scene: prepare(s, look.bake))[0]
        again += cpu_of(lambda s=scene: prepare(s, look.bake))[0]
        board = replace(shots_of([name], 12, 0), grade=LOOK)
        graded += cpu_of(lambda b=board, n=name, s=scene: rendered(b, {n: s}))[0]
    count = len(scenes)
    print(
        f"prepare: {plain / count:.3f} CPU-s a scene as it is, {first / count:.2f} with a look of "
        f"colour wheels, {again / count:.4f} in the next segment; "
        f"{1000 * graded / count / 12:.1f} CPU-ms per frame with it"
    )


def rendered(board: Storyboard, scenes: Mapping[str, Scene]) -> Kept:
    kept, song = Kept(), quiet_song(board.format.total_frames / float(RATE))
    for segment in video.plan_segments(board):
        video.render_segment(board, segment, scenes, song, kept)
    return kept


def change_costs(scenes: dict[str, Scene]) -> None:
    """CPU of a frame in the middle of each kind of change, over one of the same shots without."""
    names = list(scenes)[:2]
    frames = 24

    def cost(kind: TransitionKind) -> float:
        board = shots_of(names, frames, frames if kind in CHANGES else 0, kinds=(kind,))
        return cpu_of(lambda: rendered(board, scenes))[0] / (2 * frames)

    cost(TransitionKind.CROSSFADE)
    plain = cost(TransitionKind.CUT)
    for kind in CHANGES:
        # half of the frames lie in the change
        more = (cost(kind) - plain) * 2 + plain
        print(f"  {kind}: {1000 * more:.1f} CPU-ms per frame, {more / plain:.1f} of a plain one")


def stills_job(scenes: dict[str, Scene], folder: Path, peer: bool, bars: Bars) -> None:
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
        print(f"MoviePy 2: {1000 * theirs / count:.1f} CPU-ms per frame")
        bars.least("MoviePy 2 over ours on 8 stills", theirs / ours, STILLS_BAR)


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


def preview_bar(folder: Path, bars: Bars) -> None:
    """A whole production of the example song at the preview preset, on two cores."""
    from apex_director.media.probe import probe

    apex = Path(sys.executable).with_name("apex")
    home = {**os.environ, "APEX_HOME": str(folder / "home")}
    words = [str(apex), "music-video", str(EXAMPLE), "--preset", "preview"]
    words += ["--output", str(folder / "preview"), "--yes"]
    began = time.monotonic()
    seconds, _ = cpu_of(lambda: subprocess.run(words, check=True, env=home, capture_output=True))
    wall, length = time.monotonic() - began, float(probe(EXAMPLE).duration or 0)
    print(f"preview of {length:.1f} s: {seconds:.1f} CPU-s, {wall:.1f} s on the clock")
    bars.most("preview: CPU on two cores over the song's length", seconds / 2 / length, PREVIEW_BAR)


def measure(chosen: argparse.Namespace, parts: list[str], folder: Path, bars: Bars) -> None:
    if set(parts) - {"preview"}:
        print(f"bake at {WIDTH}x{HEIGHT}:")
        families = chosen.families.split(",") if chosen.families else list(FAMILIES)
        bake, scenes = painted(families, chosen.every_composition, bars)
        if not scenes:
            sys.exit("No scene family can be drawn here; nothing to measure.")
    if "film" in parts:
        render_bar(scenes, bake, chosen.seconds, folder, bars)
    if "six" in parts:
        six_layers(scenes, folder, bars)
    if "look" in parts:
        look_bar(scenes)
    if "changes" in parts:
        change_costs(scenes)
    if "stills" in parts:
        stills_job(scenes, folder, not chosen.skip_moviepy, bars)
    if "preview" in parts:
        preview_bar(folder, bars)


def main() -> None:
    ask = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    ask.add_argument("--parts", default=",".join(PARTS), help=f"of {', '.join(PARTS)}")
    ask.add_argument("--families", default="", help="of the scenes, else all")
    ask.add_argument("--seconds", type=float, default=3.0, help="length of each shot of the film")
    ask.add_argument("--every-composition", action="store_true", help="bake five of each family")
    ask.add_argument("--skip-moviepy", action="store_true")
    chosen = ask.parse_args()
    cv2.setNumThreads(1)
    began, bars = time.monotonic(), Bars()
    compiled, _ = cpu_of(video.warm_up)
    print(f"compiling kernels: {compiled:.1f} CPU-s (once per version, not counted below)")
    with tempfile.TemporaryDirectory() as name:
        measure(chosen, chosen.parts.split(","), Path(name), bars)
    missed = bars.print()
    print(f"took {time.monotonic() - began:.0f} s")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
