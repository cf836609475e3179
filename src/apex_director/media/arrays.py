"""Named arrays in one compressed file."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .disk import beside

Array = np.ndarray[Any, np.dtype[Any]]
LEVEL = 1  # of deflate: pictures shrink little more for much more time


def write_arrays(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write arrays as a whole or not at all; :func:`numpy.load` reads them too.

    Raises
    ------
    OutputUnwritable
        The operating system refused to write.
    """
    with (
        beside(path) as part,
        zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as file,
    ):
        for name, array in arrays.items():
            with file.open(f"{name}.npy", "w") as handle:
                np.lib.format.write_array(handle, np.asarray(array), allow_pickle=False)


def read_arrays(path: Path) -> dict[str, Array] | None:
    """The arrays of a file, or None where it is missing or damaged."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
