"""Every scene family in three seeds and two aspects: the pictures of docs/gallery.md.

    .venv/bin/python benchmarks/gallery.py [FAMILY ...] [--workers 2] [--size 480] [--to docs]

Paints what a sentence asks for through the lexicon, grades it neutrally as a still of a video, and
writes one strip per family (three times 16:9, three times 9:16) with the page that shows them.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from PIL import Image

from apex_director.cinematography.model import FAMILIES, Grade
from apex_director.config import use_kernel_cache
from apex_director.images.scenes import paint
from apex_director.images.scenes.lexicon import read_prompt

ROOT = Path(__file__).parents[1]
QUALITY, GAP = 84, 6
SENTENCES: dict[str, tuple[str, str, str]] = {
    "alpine": (
        "a mountain lake at dawn, calm water",
        "snowy peaks at sunset above the clouds, epic",
        "a walker on a ridge by night under the stars",
    ),
    "ocean": (
        "a boat on a calm sea at golden hour",
        "a stormy sea at dusk, high waves",
        "moonlight on the ocean at night, melancholy",
    ),
    "city": (
        "a city skyline at night with lit windows",
        "a skyline at dusk, warm light, birds",
        "a rainy city at night, tense, a lone walker on a roof",
    ),
    "forest": (
        "a forest in morning mist with shafts of light",
        "deer in an autumn forest at golden hour",
        "a dark forest at night, fireflies",
    ),
    "dunes": (
        "desert dunes at golden hour, a walker",
        "dunes at night under a clear sky of stars",
        "a sandstorm over the desert at sunset, epic",
    ),
    "nebula": (
        "a nebula in deep space, dreamy",
        "a ringed planet before a nebula, epic",
        "stars and a dark planet, cold and tense",
    ),
    "neon_grid": (
        "a neon grid road to a retro sun, synthwave",
        "a car on a neon road at night",
        "neon grid mountains at dusk, dreamy",
    ),
    "aurora": (
        "northern lights over a frozen lake at night",
        "aurora over snowy firs, a couple, calm",
        "a balloon under the polar lights at dusk, joyful",
    ),
    "meadow": (
        "a meadow of flowers at noon, birds in the sky, joyful",
        "a balloon over a meadow at golden hour",
        "a lone tree in a misty meadow at dawn, melancholy",
    ),
    "stage": (
        "a band on stage, crowd, light beams",
        "a dancer on stage in a single spotlight, dark",
        "a festival crowd at night, confetti, joyful",
    ),
    "abstract": (
        "abstract flowing silk, warm",
        "ink in water, dark and melancholy",
        "abstract glass and light, dreamy",
    ),
    "street": (
        "a city street in the rain at night, neon signs, a walker with an umbrella",
        "a rainy crossing at dusk with a tram, cars",
        "a narrow alley with lanterns in the snow, calm",
    ),
    "underwater": (
        "a coral reef with shafts of light from above",
        "looking up at the surface from underwater, a diver",
        "glowing jellyfish in the deep sea at night, dreamy",
    ),
    "interior": (
        "a quiet room with window light, an armchair, morning",
        "a dancer in an empty ballroom at golden hour",
        "a desk by the window at night, rain outside, melancholy",
    ),
    "geometry": (
        "op art waves, black and white, tense",
        "bauhaus circles and arcs, joyful",
        "a tunnel of geometric frames, neon, dreamy",
    ),
}
SEEDS = (7, 21, 84)


def picture(family: str, number: int, width: int, height: int) -> np.ndarray:
    """One graded picture of a family [uint8 RGB, shape=(height, width, 3)]."""
    from apex_director import video

    sentence, seed = SENTENCES[family][number], SEEDS[number]
    spec = read_prompt(sentence, width=2 * width, height=2 * height, seed=seed, family=family)
    shown = video.still(paint(spec), Grade(), 2 * width, 2 * height)
    small = Image.fromarray(shown).resize((width, height), Image.Resampling.LANCZOS)
    return np.asarray(small)


def strip(family: str, width: int) -> np.ndarray:
    """Three wide and three upright pictures of a family, side by side."""
    height = round(width * 9 / 16 / 2) * 2
    upright = round(height * 9 / 16 / 2) * 2
    parts: list[np.ndarray] = []
    for wide in (width, upright):
        for number in range(len(SEEDS)):
            parts += [picture(family, number, wide, height), np.full((height, GAP, 3), 255, "u1")]
    return np.concatenate(parts[:-1], axis=1)


def made(family: str, width: int, folder: Path) -> str:
    use_kernel_cache()
    Image.fromarray(strip(family, width)).save(folder / f"{family}.jpg", quality=QUALITY)
    return family


def page(families: list[str]) -> str:
    """The page that shows every strip with its sentences."""
    rows = [
        "# Gallery of the built-in renderer",
        "",
        "Every scene family in three seeds and two aspects, painted from the sentences beside them"
        " without a key, a GPU or a network: `.venv/bin/python benchmarks/gallery.py`. Each picture"
        " is composed for its own shape, not cropped. What the renderer understands stands in the"
        " [lexicon](lexicon.md); in a video the camera moves through the layers of these scenes.",
        "",
    ]
    for family in families:
        said = "; ".join(
            f"*{text}* (seed {seed})" for text, seed in zip(SENTENCES[family], SEEDS, strict=True)
        )
        name = family.replace("_", " ")
        rows += [f"## {name}", "", f"![{name}](images/gallery/{family}.jpg)", "", f"{said}.", ""]
    return "\n".join(rows)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("families", nargs="*", choices=[*FAMILIES, []])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--size", type=int, default=480, help="width of a wide picture")
    parser.add_argument("--to", type=Path, default=ROOT / "docs")
    args = parser.parse_args()
    wanted = args.families or list(FAMILIES)
    folder = args.to / "images" / "gallery"
    folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(args.workers, mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(made, family, args.size, folder) for family in wanted]
        for job in jobs:
            print(job.result(), flush=True)
    if not args.families:
        (args.to / "gallery.md").write_text(page(wanted), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
