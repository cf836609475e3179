"""Whether the quality scores fall when a picture is damaged, and by how much.

    .venv/bin/python benchmarks/quality.py [--stills FOLDER_OR_FILE ...] [--lines 432]

Pictures of the built-in renderer, in two aspects, are damaged in controlled steps: blur, noise,
banding, JPEG, tilt, burnt and crushed light, wrong colours, likeness to an accepted picture. For
every damage the table gives the share of neighbouring levels at which the matching measure falls,
the median rank correlation of measure and level, the same for the overall score, and what the worst
level costs, with the look of the undamaged picture asked for and without any. It fails where the
matching measure, where it has a value, falls in fewer than 95 of 100 steps, where the median
correlation is above -0.9, or where any level of damage is an improvement on average.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("NUMBA_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

from apex_director.config import use_kernel_cache

use_kernel_cache()

import cv2  # noqa: E402
import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402
from scipy.stats import spearmanr  # noqa: E402

from apex_director.core.color import (  # noqa: E402
    linear_to_oklab,
    linear_to_srgb,
    oklab_to_linear,
    srgb_to_linear,
)
from apex_director.core.fingerprint import distance, fingerprint  # noqa: E402
from apex_director.images.quality import (  # noqa: E402
    Look,
    Score,
    look_for,
    look_of,
    score,
    shot_score,
)
from apex_director.images.quality.judge import (  # noqa: E402
    COMPOSITE,
    aesthetic_of,
    technical_of,
)
from apex_director.images.selection import DUPLICATE  # noqa: E402

RGB8 = NDArray[np.uint8]
LEVELS = 5
PAIRS_BAR, RANK_BAR = 0.95, -0.9
PROMPTS = (
    "Wide shot of snowy mountains at dawn, mist",
    "A calm sea at sunset",
    "City skyline at night in the rain",
    "Pine forest in the morning mist, golden hour",
    "Desert dunes at golden hour",
    "A nebula in deep space",
    "Neon grid, synthwave horizon at night",
    "Aurora over a frozen lake at night",
    "A meadow of flowers on a summer day",
    "Concert stage with lights and audience",
    "Silk folds at dusk",
    "Mountain lake on a clear day",
    "A stormy sea by day",
)


def sources(lines: int, prompts: Sequence[str] = PROMPTS) -> Iterator[tuple[str, RGB8]]:
    """Pictures of our own renderer, graded, in 16:9 and 9:16."""
    from apex_director import video
    from apex_director.cinematography.model import Grade
    from apex_director.images.scenes import paint
    from apex_director.images.scenes.lexicon import read_prompt

    long = lines * 16 // 9 // 2 * 2
    for index, prompt in enumerate(prompts):
        for width, height in ((long, lines), (lines, long)):
            spec = read_prompt(prompt, width=width, height=height, seed=100 + index)
            yield prompt, video.still(paint(spec), Grade(), width, height)


def blur(rgb: RGB8, level: int) -> RGB8:
    """A Gaussian, in proportion to the picture's shorter side; half a pixel at the least."""
    sigma = (0, 1.2, 1.8, 2.8, 4.5, 8.0)[level] * max(min(rgb.shape[:2]), 540) / 1080
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), sigma)) if level else rgb


def noise(rgb: RGB8, level: int) -> RGB8:
    """White noise in all channels, in code values."""
    sigma = (0, 2, 4, 8, 16, 32)[level]
    grain = np.random.default_rng(7).normal(0.0, 1.0, rgb.shape) * sigma
    return np.asarray(np.clip(np.rint(rgb + grain), 0, 255), np.uint8)


def banded(rgb: RGB8, level: int) -> RGB8:
    """Fewer code values a channel, without dither."""
    step = (1, 4, 6, 9, 14, 22)[level]
    return np.asarray(np.clip(rgb.astype(int) // step * step + step // 2, 0, 255), np.uint8)


def jpeg(rgb: RGB8, level: int) -> RGB8:
    """JPEG as most programs write it (4:2:0)."""
    if not level:
        return rgb
    quality = (100, 88, 70, 45, 25, 10)[level]
    coded = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.ascontiguousarray(cv2.imdecode(coded, cv2.IMREAD_COLOR)[..., ::-1])


def tilted(rgb: RGB8, level: int) -> RGB8:
    """Turned about the middle and cut to what every level has in common, so that only the tilt
    differs; level 0 is resampled as the others are.
    """
    angle, most = (0.0, 1.0, 2.0, 3.5, 5.5, 8.0)[level], np.radians(8.0)
    height, width = rgb.shape[:2]
    cos, sin = np.cos(most), np.sin(most)
    part = min(width / (width * cos + height * sin), height / (height * cos + width * sin))
    size = int(width * part) - 2, int(height * part) - 2
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -angle, 1.0)
    turn[:, 2] += (size[0] / 2 - width / 2 + 0.5, size[1] / 2 - height / 2 + 0.5)
    return np.asarray(cv2.warpAffine(rgb, turn, size, flags=cv2.INTER_CUBIC))


def burnt(rgb: RGB8, level: int) -> RGB8:
    """Brighter until a share of the pixels ends at white in some channel."""
    if not level:
        return rgb
    top = np.percentile(rgb.max(axis=2), 100 - (0, 2, 5, 12, 25, 45)[level])
    return np.asarray(np.clip(np.rint(rgb * (255 / max(top, 1))), 0, 255), np.uint8)


def crushed(rgb: RGB8, level: int) -> RGB8:
    """Darker until a share of the pixels ends at black in all channels."""
    if not level:
        return rgb
    floor = np.percentile(rgb.max(axis=2), (0, 5, 12, 25, 40, 60)[level])
    return np.asarray(np.clip(np.rint((rgb - floor) * (255 / (255 - floor))), 0, 255), np.uint8)


def turned(rgb: RGB8, level: int) -> RGB8:
    """Hues turned in OKLab; lightness and chroma stay as far as the gamut lets them."""
    angle = np.radians((0, 15, 30, 55, 85, 120)[level])
    lab = linear_to_oklab(srgb_to_linear(rgb / 255.0))
    cos, sin = np.cos(angle), np.sin(angle)
    lab[..., 1:] = lab[..., 1:] @ np.array([[cos, sin], [-sin, cos]])
    return np.asarray(np.rint(np.clip(linear_to_srgb(oklab_to_linear(lab)), 0, 1) * 255), np.uint8)


def _lines(judged: Score) -> float | None:
    return judged.aesthetic.composition.lines if judged.aesthetic else None


def _technical(name: str) -> Callable[[Score], float | None]:
    return lambda judged: getattr(judged.technical, name)


DAMAGES: dict[str, tuple[Callable[[RGB8, int], RGB8], Callable[[Score], float | None]]] = {
    "blur": (blur, _technical("sharpness")),
    "noise": (noise, _technical("noise")),
    "banding": (banded, _technical("banding")),
    "JPEG": (jpeg, _technical("compression")),
    "tilt": (tilted, _lines),
    "burnt": (burnt, _technical("exposure")),
    "crushed": (crushed, _technical("exposure")),
    "wrong hues": (turned, lambda judged: judged.style.palette if judged.style else None),
}


@dataclass
class Course:
    """Scores of one damage: a row of levels for each picture."""

    matching: list[list[float]] = field(default_factory=list)
    overall: list[list[float]] = field(default_factory=list)
    shot: list[list[float]] = field(default_factory=list)
    unasked: list[list[float]] = field(default_factory=list)
    unseen: int = 0

    def add(self, judged: Sequence[Score], measure: Callable[[Score], float | None]) -> None:
        """One picture at every level; it counts as unseen where the measure finds nothing in the
        undamaged picture, and a level at which it loses sight of it later is a gap.
        """
        self.overall.append([one.overall for one in judged])
        self.shot.append([shot_score(one) or 0.0 for one in judged])
        self.unasked.append([_without_look(one) for one in judged])
        values = [measure(one) for one in judged]
        if values[0] is None:
            self.unseen += 1
            return
        self.matching.append([float("nan") if v is None else v for v in values])


def _without_look(judged: Score) -> float:
    """The composite score as it is when no look is asked for, which the undamaged picture would
    fit by its making.
    """
    assert judged.technical
    assert judged.aesthetic
    parts = technical_of(judged.technical) or 0.0, aesthetic_of(judged.aesthetic) or 0.0
    weights = COMPOSITE["technical"], COMPOSITE["aesthetic"]
    return float(np.average(parts, weights=weights))


def pairs_falling(rows: Sequence[Sequence[float]]) -> float:
    """Share of neighbouring levels at which the value is strictly lower, where both have one."""
    steps = np.diff(np.array(rows), axis=1)
    return float((steps[~np.isnan(steps)] < 0).mean())


def gaps(rows: Sequence[Sequence[float]]) -> float:
    """Share of neighbouring levels of which one has no value."""
    return float(np.isnan(np.diff(np.array(rows), axis=1)).mean())


def rank(rows: Sequence[Sequence[float]]) -> float:
    """Median Spearman correlation with the level over the levels that have a value; a row with
    fewer than three counts as 0.
    """
    found = []
    for row in np.array(rows):
        known = np.flatnonzero(~np.isnan(row))
        fair = len(known) >= 3 and np.ptp(row[known]) > 0
        found.append(float(spearmanr(known, row[known])[0]) if fair else 0.0)
    return float(np.median(found))


def course(
    pictures: Sequence[RGB8],
    damage: Callable[[RGB8, int], RGB8],
    measure: Callable[[Score], float | None],
) -> Course:
    """Damage every picture at every level and judge it by the look of the undamaged one."""
    out = Course()
    for rgb in pictures:
        wanted: Look = look_of(damage(rgb, 0))
        out.add([score(damage(rgb, k), look=wanted) for k in range(LEVELS + 1)], measure)
    return out


def likeness(pictures: Sequence[RGB8]) -> tuple[list[list[float]], float, float]:
    """(distance to an accepted picture as a take is mixed into it, share of copies found, share of
    different pictures taken for copies).
    """
    prints = [fingerprint(rgb) for rgb in pictures]
    rows, found = [], []
    for index, rgb in enumerate(pictures):
        other = next(p for p in pictures[index + 1 :] + pictures[:index] if p.shape == rgb.shape)
        row = []
        for share in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
            mixed = np.rint(other * (1 - share) + rgb * share).astype(np.uint8)
            row.append(distance(fingerprint(mixed), prints[index]))
        rows.append(row)
        small = cv2.resize(rgb, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        copies = (jpeg(rgb, 3), np.asarray(small), noise(rgb, 2), banded(rgb, 2), blur(rgb, 2))
        found += [distance(fingerprint(copy), prints[index]) < DUPLICATE for copy in copies]
    apart = [
        distance(a, b) < DUPLICATE
        for i, a in enumerate(prints)
        for j, b in enumerate(prints[:i])
        if pictures[i].shape == pictures[j].shape
    ]
    return rows, float(np.mean(found)), float(np.mean(apart))


LOOKS = (
    (("#2c2236", "#7a5060", "#d07f54", "#f3a860", "#ffd8a4"), "golden_hour"),
    (("#040817", "#0f1f40", "#274a74", "#5f84b8", "#d5e4ff"), "night"),
    (("#10201a", "#2a4a38", "#5f8a5a", "#a8c080", "#f0ead0"), "day"),
)


def plans() -> tuple[int, int]:
    """(pictures whose own plan fits them best of three plans, pictures): palette and hour are
    drawn, then only the plan's words are compared with the pixels.
    """
    from apex_director import video
    from apex_director.cinematography.model import Grade
    from apex_director.images.scenes import SceneSpec, paint

    right = []
    for family in ("alpine", "ocean", "city", "forest"):
        for own, (palette, hour) in enumerate(LOOKS):
            spec = SceneSpec(
                family=family, seed=4, width=480, height=270, palette=palette, time_of_day=hour
            )
            rgb = video.still(paint(spec), Grade(), 480, 270)
            fits = [score(rgb, look=look_for(*look, "calm")).overall for look in LOOKS]
            right.append(int(np.argmax(fits)) == own)
    return sum(right), len(right)


def main() -> int:
    """Run all damages, print the table, and say what falls short."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--stills", nargs="*", type=Path, default=[], help="more pictures")
    options.add_argument("--lines", type=int, default=432, help="shorter side of our own")
    options.add_argument("--pictures", type=int, default=len(PROMPTS), help="prompts drawn")
    asked = options.parse_args()
    began = time.process_time()
    pictures = [rgb for _, rgb in sources(asked.lines, PROMPTS[: asked.pictures])]
    pictures += list(_stills(asked.stills))
    short: list[str] = []
    print(f"{len(pictures)} pictures, {LEVELS} levels each\n")
    print("| damage | judged by | pictures | falls | rank | overall falls | rank | worst level "
          "| and without a look |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|---|")
    names = ("sharpness", "noise", "banding", "compression", "lines", "exposure", "exposure",
             "palette")  # fmt: skip
    for (name, (damage, measure)), by in zip(DAMAGES.items(), names, strict=True):
        short += _row(name, by, course(pictures, damage, measure))
    rows, copies, wrong = likeness(pictures)
    falls, ranked = pairs_falling(rows), rank(rows)
    print(f"| likeness | distance | {len(rows)} | {falls:.1%} | {ranked:.2f} | | | | |")
    short += _below("likeness", falls, ranked)
    print(f"\ncopies found {copies:.1%}; different pictures taken for copies {wrong:.2%}")
    swaps = [
        (score(rgb[..., [1, 2, 0]], look=wanted).overall, score(rgb, look=wanted).overall)
        for rgb in pictures
        if (wanted := look_of(rgb))
    ]
    print(f"channels swapped: {np.mean([a < b for a, b in swaps]):.1%} judged worse")
    right, drawn = plans()
    print(f"closest to its own plan of three: {right} of {drawn}")
    if right < drawn:
        short.append(f"{drawn - right} pictures fit another plan better than their own")
    print(f"one picture of 1920x1080: {_seconds():.2f} CPU s; the whole run "
          f"{time.process_time() - began:.0f} CPU s")  # fmt: skip
    for line in short:
        print(f"SHORT: {line}", file=sys.stderr)
    return 1 if short else 0


def _row(name: str, by: str, judged: Course) -> list[str]:
    falls, ranked = pairs_falling(judged.matching), rank(judged.matching)
    overall = np.array(judged.overall)
    lost = gaps(judged.matching)
    unasked = np.array(judged.unasked)
    worst, alone = (float((rows[:, -1] - rows[:, 0]).mean()) for rows in (overall, unasked))
    print(
        f"| {name} | {by} | {len(judged.matching)} | {falls:.1%} | {ranked:.2f} "
        f"| {pairs_falling(judged.overall):.1%} | {rank(judged.overall):.2f} "
        f"| {worst:+.3f} | {alone:+.3f} |",
        flush=True,
    )
    if lost:
        whole = falls * (1 - lost)
        print(f"| {name}, gaps counted as no fall ({lost:.1%}) | | | {whole:.1%} | | | | | |")
    out = _below(name, falls, ranked)
    for kind, rows in (
        ("overall", judged.overall),
        ("shot", judged.shot),
        ("lookless overall", judged.unasked if name != "wrong hues" else []),
    ):
        if not rows:
            continue
        change = (np.array(rows) - np.array(rows)[:, :1]).mean(axis=0)[1:]
        if (change >= 0).any():
            out.append(f"{name}: the {kind} score does not fall on average at every level {change}")
    return out


def _below(name: str, falls: float, ranked: float) -> list[str]:
    out = [] if falls >= PAIRS_BAR else [f"{name}: falls at {falls:.1%} of steps"]
    return out + ([] if ranked <= RANK_BAR else [f"{name}: median rank {ranked:.2f}"])


def _seconds() -> float:
    rgb = np.asarray(np.random.default_rng(1).integers(0, 255, (1080, 1920, 3)), np.uint8)
    rgb = cv2.GaussianBlur(rgb, (0, 0), 2.0)
    wanted = look_of(rgb)
    began = time.process_time()
    for _ in range(3):
        score(rgb, look=wanted)
    return (time.process_time() - began) / 3


def _stills(paths: Sequence[Path]) -> Iterator[RGB8]:
    for path in paths:
        files = sorted(path.glob("*.png")) if path.is_dir() else [path]
        for file in files:
            yield np.ascontiguousarray(cv2.imread(str(file), cv2.IMREAD_COLOR)[..., ::-1])


if __name__ == "__main__":
    cv2.setNumThreads(1)
    raise SystemExit(main())
