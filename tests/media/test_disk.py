"""Files appear as a whole or not at all; pictures and layers come back as they were."""

from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest

from apex_director.core.errors import InputUnusable, OutputUnwritable, StorageError
from apex_director.media import (
    planes_from_rgb,
    read_layers,
    read_rgb,
    require_writable,
    rgb_from_planes,
    write_layers,
    write_png,
    write_text_atomic,
)
from apex_director.media.disk import beside


def test_text_is_whole_or_absent(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "plan.json"
    write_text_atomic(path, "å")
    assert path.read_text(encoding="utf-8") == "å"
    with pytest.raises(OutputUnwritable, match="disk is full"):
        _fill_the_disk(path)
    assert path.read_text(encoding="utf-8") == "å"
    assert [p.name for p in path.parent.iterdir()] == ["plan.json"]


def _fill_the_disk(path: Path) -> None:
    with beside(path) as part:
        part.write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_folder_that_cannot_take_the_output_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputUnwritable, match="in the way"):
        require_writable(tmp_path / "file")
    with pytest.raises(OutputUnwritable, match="MB are needed"):
        require_writable(tmp_path / "new", needed_bytes=1 << 60)
    require_writable(tmp_path / "new", needed_bytes=1)
    assert list((tmp_path / "new").iterdir()) == []


def test_png_keeps_every_pixel(tmp_path: Path) -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (30, 50, 3), dtype=np.uint8)
    write_png(tmp_path / "a.png", rgb)
    assert np.array_equal(read_rgb(tmp_path / "a.png"), rgb)
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(InputUnusable):
        read_rgb(tmp_path / "text.png")


def test_planes_and_rgb_are_inverse_within_rounding() -> None:
    colours = np.random.default_rng(1).integers(20, 236, (8, 8, 3), dtype=np.uint8)
    rgb = colours.repeat(2, axis=0).repeat(2, axis=1)
    back = rgb_from_planes(*planes_from_rgb(rgb))
    assert np.abs(back.astype(int) - rgb.astype(int)).max() <= 3
    white = np.full((2, 2, 3), 255, np.uint8)
    y, u, v = planes_from_rgb(white)
    assert (int(y[0, 0]), int(u[0, 0]), int(v[0, 0])) == (235, 128, 128)


def test_layers_are_stored_once_and_mapped(tmp_path: Path) -> None:
    rgba = np.random.default_rng(2).integers(0, 256, (20, 30, 4), dtype=np.uint8)
    folder = tmp_path / "scene"
    write_layers(folder, {"sky": rgba, "hill": rgba[::-1]}, {"family": "alpine"})
    write_layers(folder, {"sky": rgba * 0}, {"family": "ocean"})
    manifest, arrays = read_layers(folder)
    assert manifest == {"family": "alpine"}
    assert list(arrays) == ["sky", "hill"]
    assert isinstance(arrays["sky"], np.memmap)
    assert np.array_equal(arrays["hill"], rgba[::-1])
    assert [p.name for p in tmp_path.iterdir()] == ["scene"]
    (folder / "sky.npy").unlink()
    with pytest.raises(StorageError):
        read_layers(folder)
