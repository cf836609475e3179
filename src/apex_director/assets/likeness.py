"""Finding assets by what they look like or mean: the nearest of all, exactly."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from apex_director.core.errors import SomethingNeeded
from apex_director.core.fingerprint import SIZE, Fingerprint, distances
from apex_director.db.engine import transaction
from apex_director.db.tables.library import asset_looks, asset_meanings, assets

from .model import Match, Wanted
from .search import among, narrows, number_of, numbered
from .sql import reading
from .vectors import Rows

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to vectors of length 1 [shape=(n, width)]."""
MODEL = "sentence-transformers/all-MiniLM-L6-v2"
_STEP = 200  # candidates looked up at once
_BATCH = 256  # texts put into vectors at once


def look_rows() -> Rows:
    """The looks of all pictures."""
    return Rows(asset_looks, "look", np.uint8, SIZE)


def meaning_rows(model: str, width: int) -> Rows:
    """The meanings of all assets, as one model sees them."""
    return Rows(asset_meanings, "vector", "<f2", width, asset_meanings.c.model == model)


def alike(
    home: Path,
    rows: Rows,
    look: Fingerprint,
    wanted: Wanted,
    *,
    within: float = 1.0,
    without: str = "",
) -> list[Match]:
    """The wanted assets that look most alike, nearest first.

    Parameters
    ----------
    within : float
        The largest distance (core.fingerprint).
    without : str
        An asset id that is left out.
    """
    with reading(home) as connection:
        seqs, packed = rows.fresh(connection)
        if not len(seqs):
            return []
        return _nearest(connection, home, wanted, seqs, distances(look, packed), within, without)


def _nearest(
    connection: sa.Connection,
    home: Path,
    wanted: Wanted,
    seqs: NDArray[np.int64],
    far: NDArray[np.float32],
    within: float,
    without: str = "",
) -> list[Match]:
    limit = len(seqs) if wanted.limit is None else wanted.limit + wanted.offset
    narrow, chosen = narrows(wanted), list[int]()
    left_out = number_of(connection, without) if without else 0
    for some in _by_distance(seqs, far, within):
        numbers = [int(seqs[index]) for index in some]
        good = among(connection, wanted, numbers) if narrow else set(numbers)
        chosen += [i for i, n in zip(some, numbers, strict=True) if n in good and n != left_out]
        if len(chosen) >= limit:
            break
    chosen = chosen[wanted.offset : limit]
    records = numbered(connection, home, [int(seqs[index]) for index in chosen])
    return [
        Match(asset=records[int(seqs[index])], distance=float(far[index]))
        for index in chosen
        if int(seqs[index]) in records
    ]


def _by_distance(
    seqs: NDArray[np.int64], far: NDArray[np.float32], within: float
) -> Iterator[list[int]]:
    """Indexes in handfuls, nearest first; of equals the newest."""
    near = np.flatnonzero(far <= within)
    if len(near) > _STEP:  # most searches end with the first handful: the rest need no order
        edge = np.partition(far[near], _STEP - 1)[_STEP - 1]
        first = near[far[near] <= edge]
        yield from _handfuls(first, seqs, far)
        near = near[far[near] > edge]
    yield from _handfuls(near, seqs, far)


def _handfuls(
    chosen: NDArray[np.intp], seqs: NDArray[np.int64], far: NDArray[np.float32]
) -> Iterator[list[int]]:
    ordered = chosen[np.lexsort((-seqs[chosen], far[chosen]))]
    for start in range(0, len(ordered), _STEP):
        yield ordered[start : start + _STEP].tolist()


def local_model(name: str = MODEL) -> Embed:
    """A sentence-embedding model of this machine; nothing is fetched from anywhere.

    Raises
    ------
    SomethingNeeded
        The package is not installed, or the model does not lie here.
    """
    if importlib.util.find_spec("sentence_transformers") is None:
        raise SomethingNeeded(
            "search by meaning needs a sentence-embedding package, which is not installed",
            where="sentence-transformers",
            what_to_do="Install it: pip install sentence-transformers; or search by words.",
        )
    kind: Any = importlib.import_module("sentence_transformers").SentenceTransformer
    try:
        model = kind(name, local_files_only=True)
    except Exception as error:
        raise SomethingNeeded(
            "the model for search by meaning is not on this machine",
            where=name,
            what_to_do="Fetch it once, or name its folder as assets.embedding_model.",
        ) from error
    return lambda texts: np.asarray(
        model.encode(list(texts), normalize_embeddings=True), np.float32
    )


def learn_meanings(home: Path, model: str, embed: Embed) -> int:
    """Put into vectors what is not yet; how many were."""
    done = 0
    known = sa.select(asset_meanings.c.asset_seq).where(asset_meanings.c.model == model)
    query = (
        sa.select(assets.c.seq, assets.c.filename, assets.c.prompt, assets.c.tags)
        .where(assets.c.seq.not_in(known))
        .order_by(assets.c.seq)
        .limit(_BATCH)
    )
    while True:
        with reading(home) as connection:
            rows = connection.execute(query).all()
        if not rows:
            return done
        vectors = embed([_sentence(row) for row in rows]).astype("<f2")
        with transaction(home) as connection:
            seqs = [int(row.seq) for row in rows]
            there = set(connection.scalars(sa.select(assets.c.seq).where(assets.c.seq.in_(seqs))))
            connection.execute(asset_meanings.delete().where(asset_meanings.c.asset_seq.in_(seqs)))
            values = [
                {"asset_seq": seq, "model": model, "vector": vector.tobytes()}
                for seq, vector in zip(seqs, vectors, strict=True)
                if seq in there
            ]
            if values:
                connection.execute(asset_meanings.insert(), values)
        done += len(rows)


def _sentence(row: Any) -> str:
    name = str(row.filename).rpartition(".")[0].replace("_", " ").replace("-", " ")
    return ". ".join(part for part in (row.prompt, ", ".join(row.tags), name) if part)


def meant(home: Path, rows: Rows, vector: NDArray[np.float32], wanted: Wanted) -> list[Match]:
    """The wanted assets whose words mean most nearly the same, nearest first."""
    with reading(home) as connection:
        seqs, held = rows.fresh(connection)
        if not len(seqs):
            return []
        far = np.empty(len(seqs), np.float32)
        for start in range(0, len(seqs), 8192):  # half precision is widened a piece at a time
            piece = held[start : start + 8192].astype(np.float32)
            far[start : start + 8192] = (1.0 - piece @ vector) / 2.0
        return _nearest(connection, home, wanted, seqs, far, 1.0)
