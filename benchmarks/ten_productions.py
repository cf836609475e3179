"""Whether ten songs give ten films that one can tell apart at a glance.

    .venv/bin/python benchmarks/ten_productions.py [--docs | --genres | --plans] [SONGS]

Plans ten whole productions of ten genres and concepts on ten songs of different character, paints
their pictures with the built-in renderer, grades each with its production's look and draws one
contact sheet: a row per production. ``SONGS`` is a folder of songs to listen to instead of the
written ones (their analyses are exact by construction). ``--docs`` writes the sheet of the
documentation. ``--genres`` takes ten genres on one and the same song instead, without a concept,
and asks of half the pairs that their median shot lengths differ by a fifth.

A production's mean palette is the five mean colours of the five fifths of its pixels in CIELAB,
dark to light, each picture weighted with its time on the screen. Two productions are as far apart
as the median CIEDE2000 of their five pairs of colours. Asserted: every pair at least 8 apart, no
two with the same set of families, pictures of one production nearer to each other than to those of
the others. Exits with 1 where it is not so.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from statistics import median
from typing import Any

os.environ.setdefault("NUMBA_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

from apex_director.config import use_kernel_cache

use_kernel_cache()

import numpy as np  # noqa: E402
from PIL import Image, ImageDraw, ImageFont  # noqa: E402

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.cinematography.songs import song  # noqa: E402

from apex_director import video  # noqa: E402
from apex_director.audio.model import AudioAnalysis, Loudness  # noqa: E402
from apex_director.cinematography import plan  # noqa: E402
from apex_director.cinematography.model import (  # noqa: E402
    Brief,
    Format,
    PicturePlan,
    Storyboard,
)
from apex_director.core.color import ciede2000, srgb_to_lab  # noqa: E402
from apex_director.core.time import frames_for  # noqa: E402
from apex_director.images.scenes import paint  # noqa: E402
from apex_director.images.scenes.lexicon import read_prompt  # noqa: E402
from apex_director.productions.planning import request_for  # noqa: E402

F64 = np.ndarray[Any, np.dtype[np.float64]]
WIDTH, HEIGHT, RATE = 480, 270, Fraction(24)
SAMPLE = (64, 36)  # pixels a picture's colours are measured on
MEASURED, SHOWN = 12, 6  # pictures of a production, the longest on the screen first
LEAST_APART = 8.0  # CIEDE2000
FONT = ROOT / "src/apex_director/video/fonts/NotoSans-Medium.ttf"
DOCS = ROOT / "docs/images/ten-productions.jpg"
MOST_BYTES = 700_000
SONGS = {".mp3", ".wav", ".flac", ".m4a", ".ogg", ".opus"}

VERSE_SONG = (
    ("intro", "I", 4, 0.3), ("verse", "A", 8, 0.45), ("chorus", "B", 8, 0.8),
    ("verse", "A", 8, 0.5), ("chorus", "B", 8, 0.9), ("bridge", "C", 8, 0.4),
    ("chorus", "B", 8, 0.95), ("outro", "O", 4, 0.25),
)  # fmt: skip
CLUB = (
    ("intro", "I", 8, 0.4), ("instrumental", "A", 16, 0.6), ("pre_chorus", "P", 8, 0.7),
    ("chorus", "B", 16, 0.95), ("bridge", "C", 8, 0.3), ("chorus", "B", 16, 1.0),
    ("outro", "I", 8, 0.4),
)  # fmt: skip
DRIFT = (
    ("intro", "I", 8, 0.15), ("section", "A", 16, 0.3), ("section", "B", 16, 0.4),
    ("section", "A", 16, 0.35), ("outro", "O", 8, 0.1),
)  # fmt: skip
RAP = (
    ("intro", "I", 4, 0.4), ("verse", "A", 16, 0.6), ("chorus", "B", 8, 0.8),
    ("verse", "A", 16, 0.65), ("chorus", "B", 8, 0.85), ("outro", "B", 4, 0.5),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Idea:
    """A production: its brief, and the song written for it."""

    title: str
    genre: str
    concept: str
    heard: AudioAnalysis
    style: str = ""


def ideas() -> tuple[Idea, ...]:
    """Ten genres, ten concepts, ten songs. Two leave everything to the music."""
    return (
        Idea(
            title="Cold Fire",
            genre="cinematic",
            concept="A lone walker crosses the mountains at dusk towards the northern lights",
            heard=song(VERSE_SONG, bpm=84, valence=0.45, arousal=0.55, mode="minor", tonic=2),
        ),
        Idea(
            title="Voltage",
            genre="electronic",
            concept="",
            heard=song(CLUB, bpm=128, valence=0.5, arousal=0.85, mode="minor", tonic=9),
        ),
        Idea(
            title="Rust Road",
            genre="rock",
            concept="Driving through the desert at golden hour into a storm",
            heard=song(VERSE_SONG, bpm=142, valence=0.4, arousal=0.8, mode="minor", tonic=4),
        ),
        Idea(
            title="Sugar Rush",
            genre="pop",
            concept="A dancer in op art, bright shapes and a festival crowd",
            heard=song(VERSE_SONG, bpm=118, valence=0.85, arousal=0.75, mode="major", tonic=7),
        ),
        Idea(
            title="Shibuya 3 AM",
            genre="r&b",
            concept="Rainy Tokyo crossing at night, a neon-lit alley",
            heard=song(RAP, bpm=88, valence=0.35, arousal=0.6, mode="minor", tonic=1),
        ),
        Idea(
            title="Half Past Rain",
            genre="jazz",
            concept="An empty apartment at dawn, rain on the window",
            heard=song(VERSE_SONG, bpm=72, valence=0.5, arousal=0.3, mode="major", tonic=5),
        ),
        Idea(
            title="Pastorale",
            genre="classical",
            concept="",
            heard=song(DRIFT, bpm=66, meter=3, valence=0.75, arousal=0.3, mode="major", tonic=7),
        ),
        Idea(
            title="Salt and Sun",
            genre="reggae",
            concept="Boats in a bay, friends on the beach, a long golden summer",
            heard=song(RAP, bpm=76, valence=0.8, arousal=0.45, mode="major", tonic=0),
        ),
        Idea(
            title="Reef",
            genre="ambient",
            concept="A coral reef in the light below the waves",
            heard=song(DRIFT, bpm=60, valence=0.55, arousal=0.15, mode="major", tonic=10),
        ),
        Idea(
            title="The Long Orbit",
            genre="sci_fi",
            concept="Past a ringed planet into a nebula",
            heard=song(CLUB, bpm=100, valence=0.4, arousal=0.5, mode="minor", tonic=8),
        ),
    )


TEN = (
    "cinematic", "electronic", "rock", "pop", "hip-hop",
    "jazz", "classical", "indie", "ambient", "ballad",
)  # fmt: skip
LEAST_LENGTH, LEAST_SHARE = 0.2, 0.5


def genres() -> tuple[Idea, ...]:
    """Ten genres on one and the same song, with nothing said of what to show."""
    heard = song(VERSE_SONG, bpm=108, valence=0.5, arousal=0.5, mode="minor", tonic=2)
    return tuple(Idea(title="One song", genre=genre, concept="", heard=heard) for genre in TEN)


def paces(films: Sequence[Film]) -> bool:
    """Print how the median lengths of shots differ; whether they do for half of the pairs."""
    medians = [median(shot.frames for shot in f.storyboard.shots) for f in films]
    for made, frames in zip(films, medians, strict=True):
        heard = made.idea.heard
        beats = frames / float(RATE) * (heard.grid.bpm or 0.0) / 60
        moves = Counter(shot.move.value for shot in made.storyboard.shots).most_common(3)
        sizes = Counter(shot.lens_mm for shot in made.storyboard.shots).most_common(2)
        print(
            f"{made.idea.genre:11s} {len(made.storyboard.shots):3d} shots, median {beats:4.1f} "
            f"beats; {', '.join(name for name, _ in moves)}; "
            f"{', '.join(f'{mm} mm' for mm, _ in sizes)}"
        )
    pairs = list(combinations(medians, 2))
    apart_ = [abs(a - b) >= LEAST_LENGTH * min(a, b) for a, b in pairs]
    print(f"shot lengths 20 % apart: {sum(apart_)} of {len(pairs)} pairs")
    return sum(apart_) >= LEAST_SHARE * len(pairs)


def tell(idea: Idea) -> None:
    """Print what a reader can name of a plan: pace, acts, motifs, colours, camera."""
    board, rate = direct(idea), float(RATE)
    beat = (idea.heard.grid.bpm or 0.0) / 60 / rate
    lengths = {
        label: median(s.frames for s in board.shots if s.section_id in ids) * beat
        for label in dict.fromkeys(s.label for s in board.sections)
        for ids in ({s.section_id for s in board.sections if s.label == label},)
    }
    moves = Counter(shot.move.value for shot in board.shots).most_common(3)
    print(
        f"{idea.title} ({idea.genre}): {len(board.shots)} shots of {len(board.pictures)} pictures"
    )
    print("  beats a shot: " + ", ".join(f"{k} {v:.1f}" for k, v in lengths.items()))
    for act in board.treatment.acts:
        print(f"  act {act.number} from {act.start / rate:.0f} s: {act.title}; {act.intent}")
    print("  motifs: " + ", ".join(f"{m.family}/{m.name}" for m in board.treatment.motifs))
    print(f"  palette: {' '.join(board.palette)}; camera: {', '.join(n for n, _ in moves)}")


def direct(idea: Idea) -> Storyboard:
    """The plan of a production."""
    fmt = Format(
        width=WIDTH,
        height=HEIGHT,
        rate=RATE,
        total_frames=frames_for(idea.heard.duration_s, RATE),
    )
    brief = Brief(title=idea.title, genre=idea.genre, concept=idea.concept, style=idea.style)
    return plan(brief, idea.heard, fmt)


def draw(storyboard: Storyboard, picture: PicturePlan) -> F64:
    """A picture as the renderer paints it, graded [shape=(h, w, 3), uint8 RGB]."""
    asked = request_for(storyboard, picture)
    spec = read_prompt(
        asked.prompt,
        width=asked.width,
        height=asked.height,
        seed=asked.seed,
        palette=picture.palette,
        family=picture.family,
        hints={**asked.metadata, "negative_prompt": asked.negative_prompt},
    )
    return video.still(paint(spec), storyboard.grade, asked.width, asked.height)


@dataclass(frozen=True, kw_only=True, eq=False)
class Film:
    """A painted production: pictures in the order of the film, and their share of its time."""

    idea: Idea
    storyboard: Storyboard
    pictures: tuple[PicturePlan, ...]
    frames: tuple[F64, ...]
    shares: F64

    @property
    def families(self) -> tuple[str, ...]:
        return tuple(sorted({p.family for p in self.storyboard.pictures}))


def film(idea: Idea, most: int = MEASURED) -> Film:
    """Plan and paint a production."""
    storyboard = direct(idea)
    time: Counter[str] = Counter()
    for shot in storyboard.shots:
        time[shot.picture_id] += shot.frames
    longest = {name for name, _ in time.most_common(most)}
    pictures = tuple(p for p in storyboard.pictures if p.picture_id in longest)
    shares = np.array([time[p.picture_id] for p in pictures], np.float64)
    return Film(
        idea=idea,
        storyboard=storyboard,
        pictures=pictures,
        frames=tuple(draw(storyboard, p) for p in pictures),
        shares=shares / shares.sum(),
    )


def lab_of(frame: F64) -> F64:
    """A picture's colours [shape=(pixels, 3), CIELAB]."""
    small = Image.fromarray(np.asarray(frame, np.uint8)).resize(SAMPLE, Image.Resampling.BOX)
    return srgb_to_lab(np.asarray(small, np.float64).reshape(-1, 3) / 255.0)


def fifths(labs: F64, weights: F64) -> F64:
    """The mean colours of five equal shares of the pixels, dark to light [shape=(5, 3)]."""
    order = np.argsort(labs[:, 0], kind="stable")
    labs, weights = labs[order], weights[order]
    at = (np.cumsum(weights) - 0.5 * weights) / weights.sum()
    which = np.minimum((at * 5).astype(int), 4)
    return np.stack([np.average(labs[which == k], axis=0, weights=weights[which == k])
                     for k in range(5)])  # fmt: skip


def mean_palette(made: Film) -> F64:
    """The production's five colours."""
    labs = [lab_of(frame) for frame in made.frames]
    weights = np.concatenate(
        [np.full(len(lab), share) for lab, share in zip(labs, made.shares, strict=True)]
    )
    return fifths(np.concatenate(labs), weights)


def apart(one: F64, other: F64) -> float:
    """Median CIEDE2000 of two palettes, colour by colour."""
    return float(np.median(ciede2000(one, other)))


def cohesion(films: Sequence[Film]) -> float:
    """Mean distance of two pictures of one production over that of two of different ones."""
    own = [[fifths(lab, np.ones(len(lab))) for lab in map(lab_of, f.frames)] for f in films]

    def mean(pairs: Sequence[tuple[F64, F64]]) -> float:
        return float(np.mean([np.mean(ciede2000(a, b)) for a, b in pairs]))

    inside = [mean(list(combinations(row, 2))) for row in own if len(row) > 1]
    between = [mean([(a, b) for a in x for b in y]) for x, y in combinations(own, 2)]
    return float(np.mean(inside) / np.mean(between))


def heard_in(folder: Path) -> list[AudioAnalysis]:
    """Analyses of the songs of a folder, by the product's own ear."""
    from apex_director import audio, media

    found = [p for p in sorted(folder.iterdir()) if p.suffix.lower() in SONGS]
    return [audio.analyse(media.samples(p), loudness=lambda p=p: loudness_of(p)) for p in found]


def loudness_of(path: Path) -> Loudness:
    """A song's loudness (EBU R 128), in a pass of its own."""
    from apex_director import media

    stream = media.samples(path)
    meter = media.LoudnessMeter(stream.sample_rate, stream.channels)
    for block in stream:
        meter.push(block)
    reading = meter.result()
    return Loudness(
        integrated_lufs=reading.integrated_lufs,
        range_lu=reading.range_lu,
        true_peak_dbtp=reading.true_peak_dbtp,
        momentary=reading.momentary,
    )


def sheet(films: Sequence[Film], palettes: Sequence[F64]) -> Image.Image:
    """A row per production: what it is, its mean palette, its pictures in the film's order."""
    label, cell, gap, edge = 330, 256, 8, 28
    tall = cell * HEIGHT // WIDTH
    page = Image.new(
        "RGB",
        (edge * 2 + label + SHOWN * (cell + gap) - gap, edge * 2 + len(films) * (tall + gap) - gap),
        (16, 17, 20),
    )
    pen = ImageDraw.Draw(page)
    big, small = ImageFont.truetype(str(FONT), 22), ImageFont.truetype(str(FONT), 13)
    for row, (made, palette) in enumerate(zip(films, palettes, strict=True)):
        y = edge + row * (tall + gap)
        pen.text((edge, y - 4), made.idea.title, font=big, fill=(238, 235, 228))
        said = [made.idea.genre, *_lines(made.idea.concept or "left to the music", 42)]
        for k, line in enumerate(said[:4]):
            pen.text((edge, y + 28 + k * 18), line, font=small, fill=(150, 151, 156))
        for k, colour in enumerate(_rgb(palette)):
            pen.rectangle((edge + k * 58, y + tall - 34, edge + k * 58 + 57, y + tall - 1), colour)
        for k, at in enumerate(_spread(len(made.frames), SHOWN)):
            small_one = Image.fromarray(np.asarray(made.frames[at], np.uint8))
            fitted = small_one.resize((cell, tall), Image.Resampling.LANCZOS)
            page.paste(fitted, (edge + label + k * (cell + gap), y))
    return page


def _spread(count: int, wanted: int) -> list[int]:
    return sorted({round(k) for k in np.linspace(0, count - 1, min(count, wanted))})


def _lines(text: str, most: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _rgb(palette: F64) -> list[tuple[int, int, int]]:
    """CIELAB to display RGB (D65)."""
    fy = (palette[:, 0] + 16) / 116
    f = np.stack([fy + palette[:, 1] / 500, fy, fy - palette[:, 2] / 200], axis=1)
    xyz = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29)) * (0.95047, 1.0, 1.08883)
    to_rgb = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415],
                       [0.0557, -0.2040, 1.0570]])  # fmt: skip
    linear = np.clip(xyz @ to_rgb.T, 0, 1)
    shown = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return [tuple(round(v * 255) for v in row) for row in shown]  # type: ignore[misc]


def judge(films: Sequence[Film], palettes: Sequence[F64]) -> bool:
    """Print the figures; whether every bar holds."""
    for made, palette in zip(films, palettes, strict=True):
        colours = " ".join("#{:02x}{:02x}{:02x}".format(*c) for c in _rgb(palette))
        mean = palette.mean(axis=0)
        print(
            f"{made.idea.title:15s} {made.idea.genre:11s} {colours}  "
            f"L {mean[0]:4.1f} a {mean[1]:5.1f} b {mean[2]:5.1f}  {', '.join(made.families)}"
        )
    print("\nmedian CIEDE2000 of the five pairs of colours")
    table = np.array([[apart(a, b) for b in palettes] for a in palettes])
    for made, row in zip(films, table, strict=True):
        print(f"{made.idea.title:15s} " + " ".join(f"{v:5.1f}" for v in row))
    pairs = [(table[i, j], i, j) for i, j in combinations(range(len(films)), 2)]
    least = min(pairs)
    means = [float(ciede2000(a.mean(axis=0), b.mean(axis=0)))
             for a, b in combinations(palettes, 2)]  # fmt: skip
    sets = [made.families for made in films]
    ratio = cohesion(films)
    print(
        f"\nsmallest pair {least[0]:.1f} ({films[least[1]].idea.title}, "
        f"{films[least[2]].idea.title}), median over the pairs "
        f"{np.median([p[0] for p in pairs]):.1f}; pairs below {LEAST_APART:g}: "
        f"{sum(p[0] < LEAST_APART for p in pairs)} of {len(pairs)}"
    )
    print(f"between the mean colours: smallest {min(means):.1f}, median {np.median(means):.1f}")
    print(f"different sets of families: {len(set(sets))} of {len(sets)}")
    print(f"distance inside a production over that between two: {ratio:.2f}")
    return least[0] >= LEAST_APART and len(set(sets)) == len(sets) and ratio < 1.0


def save(page: Image.Image, path: Path) -> None:
    """Write the sheet, at most 700 kB."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for quality in (88, 84, 80, 74, 66, 56):
        page.save(path, quality=quality, optimize=True, progressive=True)
        if path.stat().st_size <= MOST_BYTES:
            break
    print(f"{path}: {path.stat().st_size // 1000} kB")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("songs", nargs="?", type=Path, help="a folder of songs to use instead")
    parser.add_argument("--out", type=Path, help="where the sheet goes")
    parser.add_argument("--docs", action="store_true", help=f"write {DOCS.relative_to(ROOT)}")
    parser.add_argument("--plans", action="store_true", help="print the plans; paint nothing")
    parser.add_argument("--genres", action="store_true", help="ten genres on one and the same song")
    parser.add_argument("--pictures", type=int, default=MEASURED, help="painted per production")
    asked = parser.parse_args()
    wanted: Sequence[Idea] = genres() if asked.genres else ideas()
    if asked.songs:
        heard = heard_in(asked.songs)
        wanted = [
            Idea(title=i.title, genre=i.genre, concept=i.concept, heard=heard[k % len(heard)])
            for k, i in enumerate(wanted)
        ]
    if asked.plans:
        for idea in wanted:
            tell(idea)
        return 0
    films = [film(idea, asked.pictures) for idea in wanted]
    palettes = [mean_palette(made) for made in films]
    held = judge(films, palettes)
    if asked.genres:
        held = paces(films) and held
    for path in filter(None, (asked.out, DOCS if asked.docs else None)):
        save(sheet(films, palettes), path)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
