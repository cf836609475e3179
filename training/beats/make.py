"""Make the training songs of one source as features.

    python training/beats/make.py arranged|played|unmetred|bank OUT --fonts FOLDER
           [--count N] [--seed S] [--workers W]

Each song depends on the seed and its number alone.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np


def arranged(number: int, seed: int, out: Path, fonts: Path) -> str:
    """One MMA song; every family comes equally often."""
    import arranged as source
    from store import keep

    rng = np.random.default_rng([seed, 1, number])
    names = sorted(source.families())
    order = np.random.default_rng([seed, 0]).permutation(len(names))
    name = names[order[number % len(names)]]
    split = "valid" if source.family_number(name) == 1 else "train"
    audio, beats, places = source.song(rng, name, source.preset(fonts))
    keep(out / f"a{number:05d}.npz", audio, beats, places, split=split, name=name, source="a")
    return name


def played(number: int, seed: int, out: Path, _fonts: Path) -> str:
    """One song of the numpy band."""
    import played as source
    from store import keep

    piece = source.song(number, seed, out.parent / "bank.npz")
    keep(
        out / f"b{number:05d}.npz",
        piece.audio,
        piece.beats,
        piece.places,
        split=piece.split,
        name=piece.genre,
        source="b",
    )
    return piece.genre


def unmetred(number: int, seed: int, out: Path, _fonts: Path) -> str:
    """One piece without any beat."""
    import unmetred as source
    from store import keep

    rng = np.random.default_rng([seed, 3, number])
    name, audio = source.piece(rng, out.parent / "bank.npz")
    none = np.zeros(0)
    split = "valid" if number % 10 == 1 else "train"
    keep(out / f"n{number:05d}.npz", audio, none, none, split=split, name=name, source="n")
    return name


def main() -> int:
    """Make what is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source")
    parser.add_argument("out", type=Path)
    parser.add_argument("--fonts", type=Path, default=Path("/usr/share/sounds/sf2"))
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    if given.source == "bank":
        import bank

        bank.build(given.out.parent / "bank.npz", given.fonts)
        return 0
    work = {"arranged": arranged, "played": played, "unmetred": unmetred}[given.source]
    letter = {"arranged": "a", "played": "b", "unmetred": "n"}[given.source]
    wanted = range(given.start, given.start + given.count)
    missing = [n for n in wanted if not (given.out / f"{letter}{n:05d}.npz").exists()]
    with ProcessPoolExecutor(given.workers) as pool:
        jobs = [pool.submit(work, n, given.seed, given.out, given.fonts) for n in missing]
        for number, job in zip(missing, jobs, strict=True):
            try:
                print(number, job.result(), flush=True)
            except Exception as error:  # one song less
                print(number, "failed", repr(error)[:200], file=sys.stderr, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
