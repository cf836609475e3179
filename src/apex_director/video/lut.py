"""Look-up tables of colour: ``.cube`` files read, written, and laid over pictures."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn

import numpy as np
from numpy.typing import ArrayLike

from apex_director.core.errors import InputUnusable

from .model import F32, F64

LARGEST_3D, LARGEST_1D = 129, 65_536
"""Greatest sizes read: beyond them a table holds nothing a picture can show."""
FARTHEST = 65_504.0
"""Greatest colour a table may hold: what half-precision pictures hold."""
_SIZES = {"LUT_1D_SIZE": LARGEST_1D, "LUT_3D_SIZE": LARGEST_3D}
_RANGES = ("LUT_1D_INPUT_RANGE", "LUT_3D_INPUT_RANGE")
_WORD = re.compile(r"[A-Z][A-Z0-9_]*$")
_FROM_EDITOR = "Export it once more from the program it came from."


@dataclass(frozen=True, kw_only=True, eq=False)
class Cube:
    """A colour table. Two are equal when they give the same colours, whatever their titles.

    ``table`` is float32 [shape=(n, n, n, 3), indexed blue, green, red] or, one-dimensional,
    [shape=(n, 3)]; ``low`` and ``high`` are the colours its first and last entries stand for.
    """

    table: F32 = field(repr=False)
    title: str = ""
    low: tuple[float, float, float] = (0.0, 0.0, 0.0)
    high: tuple[float, float, float] = (1.0, 1.0, 1.0)
    digest: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        table = np.ascontiguousarray(self.table, dtype=np.float32)
        if table is self.table:
            table = table.copy()
        table.setflags(write=False)
        ends = [float(v) for v in (*self.low, *self.high)]
        named = hashlib.sha256(repr((table.shape, ends)).encode())
        named.update(table.tobytes())
        object.__setattr__(self, "table", table)
        object.__setattr__(self, "digest", named.hexdigest())

    @property
    def size(self) -> int:
        return int(self.table.shape[0])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Cube) and other.digest == self.digest

    def __hash__(self) -> int:
        return hash(self.digest)


def sample_points(size: int) -> F64:
    """The colours a cube of a size holds answers for [shape=(n, n, n, 3), blue, green, red]."""
    steps = np.linspace(0.0, 1.0, size)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    return np.stack([red, green, blue], axis=-1)


def apply_cube(rgb: ArrayLike, cube: Cube, strength: float = 1.0) -> F64:
    """Colours looked up in a table: tetrahedra between the entries of a cube, straight lines
    between those of a one-dimensional table; what lies beyond its domain takes the nearest entry.

    Parameters
    ----------
    rgb : [shape=(..., 3)].
    strength : 0 leaves the colours as they are, 1 replaces them.

    Source: tetrahedral interpolation after Kasson, Nin, Plouffe, Hafner 1995.
    """
    colours = np.asarray(rgb, dtype=np.float64)
    if strength == 0.0:
        return colours
    low, high = np.asarray(cube.low), np.asarray(cube.high)
    place = np.clip((colours - low) / (high - low), 0.0, 1.0) * (cube.size - 1)
    if cube.table.ndim == 2:
        steps = np.arange(cube.size)
        found = np.stack(
            [np.interp(place[..., k], steps, cube.table[:, k]) for k in range(3)], axis=-1
        )
    else:
        from .tetra import look_up

        found = np.empty(place.shape)
        look_up(np.ascontiguousarray(place.reshape(-1, 3)), cube.table, found.reshape(-1, 3))
    return colours + (found - colours) * strength


def write_cube(cube: Cube) -> str:
    """The text of a ``.cube`` file; reading it gives an equal table."""
    flat = cube.table.ndim == 2
    head = [f'TITLE "{_told(cube.title)}"'] if cube.title else []
    head.append(f"LUT_{1 if flat else 3}D_SIZE {cube.size}")
    if (cube.low, cube.high) != ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)):
        head += [
            f"DOMAIN_{name} " + " ".join(f"{float(v)!r}" for v in edge)
            for name, edge in (("MIN", cube.low), ("MAX", cube.high))
        ]
    rows = ["%.9g %.9g %.9g" % tuple(row) for row in cube.table.reshape(-1, 3).tolist()]  # noqa: UP031
    return "\n".join([*head, "", *rows]) + "\n"


def _told(title: str) -> str:
    return "".join(c for c in title if c.isprintable() and c != '"')


def read_cube(content: bytes | str, *, where: str = ".cube") -> Cube:
    """Read the content of a ``.cube`` file, one- or three-dimensional.

    Parameters
    ----------
    where : how messages name the file.

    Raises
    ------
    InputUnusable
        It is no such table; the message names the line.

    Source: Adobe, Cube LUT Specification 1.0; input ranges as DaVinci Resolve writes them.
    """
    reader = _Reader(where)
    rows: list[str] = []
    first = 0
    for number, line in _lines(content, reader):
        if _WORD.match(line.split(None, 1)[0]):
            if rows:
                reader.fail(number, "a keyword stands among the colours", _FROM_EDITOR)
            reader.keyword(number, line)
            continue
        first = first or number
        reader.at.append(number)
        rows.append(line)
    return reader.cube(rows)


def _lines(content: bytes | str, reader: _Reader) -> Iterator[tuple[int, str]]:
    """Numbered lines that say something."""
    text = content if isinstance(content, str) else content.decode("utf-8", errors="replace")
    if "\0" in text:
        reader.fail(0, "it is no text", "A .cube file is plain text; check that it is one.")
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        told = line.strip()
        if told and not told.startswith("#"):
            yield number, told


class _Reader:
    """What the lines read so far have said."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.said: dict[str, int] = {}
        self.title, self.kind, self.size = "", "", 0
        self.low, self.high = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
        self.at: list[int] = []

    def fail(self, number: int, what: str, what_to_do: str) -> NoReturn:
        place = f"{self.where}, line {number}" if number else self.where
        raise InputUnusable(what, where=place, what_to_do=what_to_do)

    def keyword(self, number: int, line: str) -> None:
        word, _, rest = line.partition(" ")
        word, _, tabbed = word.partition("\t")
        rest = (tabbed + " " + rest).strip()
        if word in self.said:
            self.fail(number, f"{word} stands twice", f"Keep one; line {self.said[word]} has it.")
        self.said[word] = number
        if word == "TITLE":
            self.title = rest.strip('"')
        elif word in _SIZES:
            self._sized(number, word, rest)
        elif word in ("DOMAIN_MIN", "DOMAIN_MAX"):
            edge = self._numbers(number, rest, 3)
            if word == "DOMAIN_MIN":
                self.low = (edge[0], edge[1], edge[2])
            else:
                self.high = (edge[0], edge[1], edge[2])
        elif word in _RANGES:
            low, high = self._numbers(number, rest, 2)
            self.low, self.high = (low, low, low), (high, high, high)
        else:
            known = ", ".join(("TITLE", *_SIZES, "DOMAIN_MIN", "DOMAIN_MAX"))
            self.fail(number, f"'{word[:40]}' is no keyword of a .cube file", f"We read {known}.")

    def _sized(self, number: int, word: str, rest: str) -> None:
        if self.kind:
            self.fail(
                number,
                "it holds a one-dimensional and a three-dimensional table",
                "Export the two as files of their own, or as one three-dimensional table.",
            )
        if not rest.isascii() or not rest.isdigit() or not 2 <= int(rest[:9]) <= _SIZES[word]:
            self.fail(
                number,
                f"'{rest[:40]}' is no size from 2 to {_SIZES[word]}",
                "Export it in a usual size such as 33.",
            )
        self.kind, self.size = word, int(rest)

    def _numbers(self, number: int, text: str, count: int) -> list[float]:
        parts = text.split()
        try:
            values = [float(part) for part in parts]
        except ValueError:
            values = []
        if len(values) != count or not all(math.isfinite(v) for v in values):
            self.fail(number, f"'{text[:40]}' is not {count} numbers", _FROM_EDITOR)
        return values

    def cube(self, rows: list[str]) -> Cube:
        if not self.kind:
            self.fail(
                self.at[0] if self.at else 0,
                "it does not say the size of its table",
                "A line LUT_3D_SIZE 33 belongs before the colours.",
            )
        wide = self.kind == "LUT_3D_SIZE"
        wanted = self.size**3 if wide else self.size
        if len(rows) != wanted:
            late = self.at[wanted] if len(rows) > wanted else (self.at[-1] if self.at else 0)
            self.fail(late, f"it holds {len(rows)} colours instead of {wanted}", _FROM_EDITOR)
        for axis, low, high in zip(("red", "green", "blue"), self.low, self.high, strict=True):
            if low >= high:
                line = max(self.said.get(w, 0) for w in ("DOMAIN_MIN", "DOMAIN_MAX", *_RANGES))
                self.fail(line, f"its domain for {axis} is empty", _FROM_EDITOR)
        table = self._colours(rows)
        shape = (self.size, self.size, self.size, 3) if wide else (self.size, 3)
        return Cube(table=table.reshape(shape), title=self.title, low=self.low, high=self.high)

    def _colours(self, rows: list[str]) -> F32:
        out = np.empty((len(rows), 3))
        for k, (number, row) in enumerate(zip(self.at, rows, strict=True)):
            out[k] = self._numbers(number, row, 3)
        far = np.abs(out).max(axis=1) > FARTHEST
        if far.any():
            self.fail(self.at[int(np.argmax(far))], "a number is too large", _FROM_EDITOR)
        return out.astype(np.float32)
