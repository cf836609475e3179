"""Colour tables: read, written, looked up between their entries."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apex_director.core.errors import InputUnusable
from apex_director.video import Cube, read_cube, write_cube
from apex_director.video.lut import apply_cube, sample_points

IDENTITY = Cube(table=sample_points(9).astype(np.float32), title="Nothing")
TINY = "LUT_3D_SIZE 2\n" + "0.5 0.25 1\n" * 8


def made_up(size: int, seed: int) -> Cube:
    table = np.random.default_rng(seed).random((size, size, size, 3), dtype=np.float32)
    return Cube(table=table)


def published(place: np.ndarray, table: np.ndarray) -> np.ndarray:
    """The six tetrahedra of the published method, one after the other."""
    cell = np.minimum(place.astype(int), table.shape[0] - 2)
    r, g, b = (place - cell).T[..., None]

    def c(i: int, j: int, k: int) -> np.ndarray:
        return table[cell[:, 2] + k, cell[:, 1] + j, cell[:, 0] + i].astype(np.float64)

    black, white = c(0, 0, 0), c(1, 1, 1)
    orders = [
        (r >= g) & (g >= b),
        (r >= b) & (b >= g),
        (b >= r) & (r >= g),
        (g >= r) & (r >= b),
        (g >= b) & (b >= r),
        (b >= g) & (g >= r),
    ]
    sums = [
        (1 - r) * black + (r - g) * c(1, 0, 0) + (g - b) * c(1, 1, 0) + b * white,
        (1 - r) * black + (r - b) * c(1, 0, 0) + (b - g) * c(1, 0, 1) + g * white,
        (1 - b) * black + (b - r) * c(0, 0, 1) + (r - g) * c(1, 0, 1) + g * white,
        (1 - g) * black + (g - r) * c(0, 1, 0) + (r - b) * c(1, 1, 0) + b * white,
        (1 - g) * black + (g - b) * c(0, 1, 0) + (b - r) * c(0, 1, 1) + r * white,
        (1 - b) * black + (b - g) * c(0, 0, 1) + (g - r) * c(0, 1, 1) + r * white,
    ]
    return np.select([np.broadcast_to(o, black.shape) for o in orders], sums)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), size=st.sampled_from([2, 3, 5]), flat=st.booleans())
def test_what_is_written_is_read_again(seed: int, size: int, flat: bool) -> None:
    table = np.random.default_rng(seed).random((size,) * (1 if flat else 3) + (3,))
    cube = Cube(table=table.astype(np.float32), title="A look", low=(0, 0, -0.1), high=(1, 1, 1.5))
    again = read_cube(write_cube(cube))
    assert again == cube
    assert again.title == "A look"
    assert (again.low, again.high) == (cube.low, cube.high)


def test_the_diagonal_table_changes_nothing() -> None:
    colours = np.random.default_rng(1).random((500, 3))
    assert np.abs(apply_cube(colours, IDENTITY) - colours).max() < 1e-6


def test_between_entries_it_is_the_published_method() -> None:
    cube = made_up(5, 3)
    places = np.random.default_rng(4).random((4000, 3))
    places[:8] = [[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)]
    places[8:20] = np.repeat(np.linspace(0, 1, 12)[:, None], 3, axis=1)
    places[20:40, 1] = places[20:40, 0]
    places[40:60, 2] = places[40:60, 1]
    wanted = published(places * 4, cube.table)
    assert np.abs(apply_cube(places, cube) - wanted).max() < 1e-6


def test_strength_leads_from_nothing_to_everything() -> None:
    cube, colours = made_up(3, 5), np.random.default_rng(6).random((50, 3))
    whole = apply_cube(colours, cube)
    assert (apply_cube(colours, cube, 0.0) == colours).all()
    assert np.allclose(apply_cube(colours, cube, 0.25), colours + 0.25 * (whole - colours))


def test_one_dimension_bends_each_channel_by_itself() -> None:
    cube = read_cube("LUT_1D_SIZE 3\n0 1 0\n0.25 0.5 0.5\n1 0 1\n")
    assert np.allclose(apply_cube([[0.25, 0.25, 0.75], [1, 1, 1]], cube)[0], [0.125, 0.75, 0.75])
    assert np.allclose(apply_cube([[1, 1, 1]], cube), [[1, 0, 1]])


def test_a_domain_says_what_the_ends_stand_for() -> None:
    text = "DOMAIN_MIN 0 0 0\nDOMAIN_MAX 2 2 2\nLUT_1D_SIZE 2\n0 0 0\n1 1 1\n"
    assert np.allclose(apply_cube([[1.0, 0.5, 3.0]], read_cube(text)), [[0.5, 0.25, 1.0]])
    resolve = "LUT_1D_SIZE 2\nLUT_1D_INPUT_RANGE 0.0 2.0\n0 0 0\n1 1 1\n"
    assert read_cube(resolve) == read_cube(text)


def test_files_of_every_editor_are_read() -> None:
    text = '\ufeff# made somewhere\r\nTITLE "Blue \u00e9"\r\n\r\nLUT_3D_SIZE\t2\r\n' + (
        "0.5\t0.25 1e0\r\n# a note among the colours\r\n" * 8
    )
    cube = read_cube(text.encode())
    assert cube == read_cube(TINY)
    assert cube.title == "Blue \u00e9"
    red = read_cube("LUT_3D_SIZE 2\n" + "0 0 0\n1 0 0\n" + "0 0 0\n" * 6)
    assert np.allclose(apply_cube([[1, 0, 0], [0, 1, 0]], red), [[1, 0, 0], [0, 0, 0]])


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        ("", "size", ""),
        ("0 0 0\n1 1 1\n", "size", "line 1"),
        ("LUT_3D_SIZE 33.5\n", "no size from 2 to 129", "line 1"),
        ("LUT_3D_SIZE 1\n0 0 0\n", "no size from 2 to 129", "line 1"),
        ("LUT_3D_SIZE 99999999999999999999\n", "no size", "line 1"),
        ("LUT_3D_SIZE 130\n", "no size from 2 to 129", "line 1"),
        ("LUT_1D_SIZE 2\nLUT_3D_SIZE 2\n", "one-dimensional and a three", "line 2"),
        ("LUT_3D_SIZE 2\nLUT_3D_SIZE 2\n", "stands twice", "line 2"),
        ("LUT_3D_SIZE 2\n" + "0 0 0\n" * 7, "7 colours instead of 8", "line 8"),
        ("LUT_3D_SIZE 2\n" + "0 0 0\n" * 9, "9 colours instead of 8", "line 10"),
        ("LUT_1D_SIZE 2\n0 0 0\n0 0\n", "not 3 numbers", "line 3"),
        ("LUT_1D_SIZE 2\n0 0 0\n0 0 x\n", "not 3 numbers", "line 3"),
        ("LUT_1D_SIZE 2\n0 0 0\n0 0 nan\n", "not 3 numbers", "line 3"),
        ("LUT_1D_SIZE 2\n0 0 0\n0 0 1e300\n", "too large", "line 3"),
        ("LUT_1D_SIZE 2\n0 0 0\nTITLE a\n1 1 1\n", "among the colours", "line 3"),
        ("LUT_1D_SIZE 2\nDOMAIN_MAX 1 1\n0 0 0\n1 1 1\n", "not 3 numbers", "line 2"),
        ("LUT_1D_SIZE 2\nDOMAIN_MAX 1 0 1\n0 0 0\n1 1 1\n", "green is empty", "line 2"),
        ("LUT_4D_SIZE 2\n", "no keyword", "line 1"),
        ("LUT_3D_SIZE 2\n\0\0", "no text", ""),
    ],
)
def test_a_damaged_file_is_named_with_its_line(text: str, said: str, line: str) -> None:
    for content in (text, text.encode()):
        with pytest.raises(InputUnusable, match=said) as caught:
            read_cube(content, where="look.cube")
        assert caught.value.where.startswith("look.cube")
        assert line in caught.value.where
        assert caught.value.what_to_do


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_whatever_is_read_ends_in_a_table_or_one_sentence(content: bytes) -> None:
    for head in (b"", b"LUT_1D_SIZE 2\n"):
        with contextlib.suppress(InputUnusable):
            assert np.isfinite(read_cube(head + content).table).all()


def test_tables_are_equal_by_their_colours_and_cannot_be_changed() -> None:
    table = sample_points(3).astype(np.float32)
    one, two = Cube(table=table, title="a"), Cube(table=table.copy(), title="b")
    assert one == two
    assert hash(one) == hash(two)
    assert one != Cube(table=table * np.float32(0.5))
    table[:] = 7
    assert one == two
    with pytest.raises(ValueError, match="read-only"):
        one.table[0] = 1
