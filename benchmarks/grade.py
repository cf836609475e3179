"""What grading costs and how true it is, and how far apart the looks stand.

    .venv/bin/python benchmarks/grade.py [--sheets docs/images]

Prints, per scene family, the CIEDE2000 between layers graded and then laid over each other (as
films do) and layers laid and then graded (as the reference does), at rest and with the camera
moved; the CPU time of baking a 1080p scene, of a table-only scene, and of a lens per frame; and the
distance between looks: the mean CIEDE2000 of their mean, shadow and highlight colours on the same
four scenes and one still life, as a median over the five. With ``--sheets`` the looks are drawn
side by side as JPEG.
"""

from __future__ import annotations

import argparse
import itertools
import os
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("NUMBA_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

from apex_director.config import use_kernel_cache

use_kernel_cache()

import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402
from PIL import Image, ImageDraw, ImageFont  # noqa: E402

from apex_director import video  # noqa: E402
from apex_director.cinematography.model import Brief, Grade, Wheels  # noqa: E402
from apex_director.cinematography.styles import directors, genres, look_for  # noqa: E402
from apex_director.core.color import (  # noqa: E402
    ciede2000,
    linear_to_srgb,
    srgb_to_lab,
    srgb_to_linear,
)
from apex_director.images.model import Scene  # noqa: E402
from apex_director.images.scenes import FAMILIES, SceneSpec, paint  # noqa: E402
from apex_director.video.baking import bake_for, baked  # noqa: E402
from apex_director.video.camera import rest_path  # noqa: E402
from apex_director.video.compositor import compose, new_sheet  # noqa: E402
from apex_director.video.grading import PLAIN  # noqa: E402
from apex_director.video.lens import Lens, look_through  # noqa: E402
from apex_director.video.lut import apply_cube  # noqa: E402
from apex_director.video.model import CameraPath, Moment  # noqa: E402
from apex_director.video.prepare import prepare  # noqa: E402

U8 = NDArray[np.uint8]
F64 = NDArray[np.float64]
WIDTH, HEIGHT = 640, 360
SCENES = {
    "alpine": {"time_of_day": "golden_hour"},
    "meadow": {"time_of_day": "day", "subject": "walker"},
    "city": {"time_of_day": "night"},
    "forest": {"time_of_day": "dawn", "weather": "mist", "subject": "deer"},
}
TRIED = {
    "teal and orange": Grade(
        contrast=58,
        skin=0.5,
        wheels=Wheels(shadows=(-0.25, 0.03, 0.25), highlights=(0.35, 0.1, -0.25)),
    ),
    "faded": Grade(contrast=44, saturation=0.8, wheels=Wheels(shadows=(0.25, 0.2, 0.3))),
    "black and white": Grade(contrast=72, saturation=0.0, skin=0.01),
}
NOW = Moment(
    frame=0, seconds=7.0, shot_seconds=0.0, low=0.6, mid=0.5, high=0.5, loudness=0.6, beat=0.3,
    bar=0.0, travel=7.0,
)  # fmt: skip
QUALITY, MOST_BYTES = 88, 200_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sheets", type=Path, help="folder to draw the looks into")
    parser.add_argument("--only-looks", action="store_true", help="leave the scenes' tests out")
    arguments = parser.parse_args()
    if not arguments.only_looks:
        measure_truth()
        measure_cost()
    pictures = {name: video.still(painted(name), PLAIN, WIDTH, HEIGHT) for name in SCENES}
    pictures["still life"] = still_life()
    looks = {
        "genres": {name: look_for(Brief(genre=name)).grade for name in genres()},
        "styles": {name: look_for(Brief(style=name)).grade for name in directors()},
    }
    graded = {
        kind: {name: graded_all(pictures, look) for name, look in some.items()}
        for kind, some in looks.items()
    }
    for kind, some in graded.items():
        measure_looks(kind, some)
    if arguments.sheets:
        draw_sheets(arguments.sheets, pictures, graded)


def painted(family: str, width: int = WIDTH, height: int = HEIGHT) -> Scene:
    """A scene of a family in its own colours, as :data:`SCENES` says."""
    return paint(
        SceneSpec(family=family, seed=3, width=width, height=height, **SCENES.get(family, {}))  # type: ignore[arg-type]
    )


def measure_truth() -> None:
    """Layers graded and laid, against layers laid and graded."""
    one = np.ones(1)
    moved = CameraPath(
        start=0, zoom=one * 1.08, x=one * 0.48, y=one * 0.51, dolly=one * 1.1, tx=one * 0.02,
        ty=one * 0.01,
    )  # fmt: skip
    print("CIEDE2000 of graded layers against the graded sum: mean (99th percentile)")
    for family in FAMILIES:
        try:
            scene = painted(family)
        except ImportError:
            continue
        for name, look in TRIED.items():
            told = []
            for path in (rest_path(), moved):
                off = _apart(scene, look, path)
                told.append(f"{off.mean():.2f} ({np.percentile(off, 99):.1f})")
            print(f"  {family:12s} {name:16s} at rest {told[0]}, moved {told[1]}", flush=True)


def _apart(scene: Scene, look: Grade, path: CameraPath) -> F64:
    bake = bake_for(look)
    assert bake is not None
    assert bake.cube is not None
    wanted = apply_cube(_composed(scene, path, None), bake.cube)
    made = _composed(scene, path, bake)
    return np.asarray(ciede2000(srgb_to_lab(wanted), srgb_to_lab(made)))


def _composed(scene: Scene, path: CameraPath, bake: object) -> F64:
    sheet = new_sheet(WIDTH, HEIGHT)
    compose(prepare(scene, bake), path, 0, NOW, 1, sheet)  # type: ignore[arg-type]
    return np.asarray(sheet.frame.view(np.uint8).reshape(HEIGHT, WIDTH, 4)[..., :3] / 255.0)


def measure_cost() -> None:
    """CPU milliseconds at 1920x1080."""
    look = bake_for(TRIED["teal and orange"])
    assert look is not None
    for family in ("alpine", "forest"):
        scene = painted(family, 1920, 1080)
        cost = _milliseconds(lambda scene=scene: baked(scene, look))  # type: ignore[misc]
        print(f"baking {family} ({len(scene.layers)} layers): {cost:.0f} ms CPU, once")
    frame, light = np.zeros((1080, 1920), np.uint32), np.zeros((3, 135, 240), np.float32)
    for lens in (Lens(distortion=0.5), Lens(aberration=0.5)):
        cost = _milliseconds(lambda lens=lens: look_through(lens, frame, light))  # type: ignore[misc]
        print(f"{lens}: {cost:.0f} ms CPU a frame")


def _milliseconds(work: Callable[[], object]) -> float:
    work()
    spent = []
    for _ in range(3):
        began = time.process_time()
        work()
        spent.append(time.process_time() - began)
    return min(spent) * 1000.0


def still_life() -> U8:
    """Eight balls in soft light: three skins, foliage, sky, red, yellow and grey."""
    colours = (
        (225, 180, 150), (190, 130, 95), (110, 75, 58), (70, 120, 60), (60, 110, 190),
        (200, 40, 40), (235, 200, 60), (128, 128, 128),
    )  # fmt: skip
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH] / HEIGHT
    out = np.repeat(((0.30 + 0.25 * y) * (1.15 - 0.2 * x))[..., None], 3, axis=-1)
    for k, colour in enumerate(colours):
        cx, cy, radius = 0.28 + 0.41 * (k % 4), 0.30 + 0.42 * (k // 4), 0.17
        nx, ny = (x - cx) / radius, (y - cy) / radius
        r2 = nx * nx + ny * ny
        nz = np.sqrt(np.clip(1.0 - r2, 0.0, 1.0))
        lit = np.clip(-0.5 * nx - 0.6 * ny + 0.62 * nz, 0.0, 1.0)
        shine = 0.25 * np.clip(-0.3 * nx - 0.38 * ny + 0.87 * nz, 0.0, 1.0) ** 40
        light = srgb_to_linear(np.array(colour) / 255.0) * (1.25 * lit + 0.1)[..., None]
        cover = np.clip((1.0 - np.sqrt(r2)) * radius * HEIGHT, 0.0, 1.0)[..., None]
        fall = np.exp(-(((x - cx - 0.05) / 0.2) ** 2 + ((y - cy - 0.16) / 0.06) ** 2))[..., None]
        ball = linear_to_srgb(np.clip(light + shine[..., None], 0.0, 1.0))
        out = out * (1.0 - 0.35 * fall * (1.0 - cover)) * (1.0 - cover) + ball * cover
    return np.asarray(np.clip(out * 255.0 + 0.5, 0, 255), np.uint8)


def graded_all(pictures: dict[str, U8], look: Grade) -> dict[str, U8]:
    return {name: np.asarray(video.grade(picture, look)) for name, picture in pictures.items()}


def tones(picture: U8) -> F64:
    """Mean, shadow and highlight colour in CIELAB [shape=(3, 3)]; a quarter of the picture each."""
    flat = picture.reshape(-1, 3) / 255.0
    luma = flat @ [0.2126, 0.7152, 0.0722]
    low, high = np.quantile(luma, [0.25, 0.75])
    parts = (flat, flat[luma <= low], flat[luma >= high])
    return srgb_to_lab(np.stack([part.mean(axis=0) for part in parts]))


def measure_looks(kind: str, graded: dict[str, dict[str, U8]]) -> None:
    toned = {n: {p: tones(made) for p, made in shots.items()} for n, shots in graded.items()}
    far = {
        pair: float(
            np.median(
                [ciede2000(toned[pair[0]][p], toned[pair[1]][p]).mean() for p in toned[pair[0]]]
            )
        )
        for pair in itertools.combinations(toned, 2)
    }
    values = list(far.values())
    close = sum(v < 6 for v in values)
    print(
        f"{kind}: median distance of {len(values)} pairs {np.median(values):.1f}, least "
        f"{min(values):.1f}, {close} below 6"
    )
    print("| Look | nearest | to it | median to all |\n|---|---|---|---|")
    for name in toned:
        own = {(set(p) - {name}).pop(): v for p, v in far.items() if name in p}
        near = min(own, key=lambda other: own[other])
        print(f"| {name} | {near} | {own[near]:.1f} | {np.median(list(own.values())):.1f} |")


def draw_sheets(
    folder: Path, pictures: dict[str, U8], graded: dict[str, dict[str, dict[str, U8]]]
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    genre, style = graded["genres"], graded["styles"]
    for name, scene in (("genres-alpine", "alpine"), ("genres-meadow", "meadow")):
        tiles = [("ungraded", pictures[scene]), *((n, g[scene]) for n, g in genre.items())]
        _write(folder / f"grade-{name}.jpg", tiles, 4)
    tiles = [
        tile
        for scene in ("alpine", "still life")
        for tile in [("ungraded", pictures[scene]), *((n, g[scene]) for n, g in style.items())]
    ]
    _write(folder / "grade-styles.jpg", tiles, 5)
    pairs = [("city", "electronic"), ("alpine", "cinematic"), ("forest", "horror"),
             ("meadow", "indie")]  # fmt: skip
    halves = [
        tile for scene, look in pairs
        for tile in ((f"{scene}, ungraded", pictures[scene]), (look, genre[look][scene]))
    ]  # fmt: skip
    _write(folder / "grade-before-after.jpg", halves, 2, 1)


def _write(path: Path, tiles: list[tuple[str, U8]], columns: int, reduce: int = 2) -> None:
    width, height = WIDTH // reduce, HEIGHT // reduce
    rows = -(-len(tiles) // columns)
    sheet = Image.new("RGB", (columns * width, rows * height), (18, 18, 20))
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=15)
    for k, (name, picture) in enumerate(tiles):
        at = (k % columns * width, k // columns * height)
        sheet.paste(Image.fromarray(picture).resize((width, height), Image.Resampling.LANCZOS), at)
        told = name.replace("_", " ")
        draw.text((at[0] + 8, at[1] + 6), told, (255, 255, 255), font=font, stroke_width=2,
                  stroke_fill=(0, 0, 0))  # fmt: skip
    for quality in range(QUALITY, 40, -4):
        sheet.save(path, quality=quality, optimize=True, progressive=True)
        if path.stat().st_size <= MOST_BYTES:
            break
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
