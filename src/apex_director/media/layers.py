"""A scene's layers on disk: raw arrays in one folder, memory-mapped by every worker that films
them.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from apex_director.core.errors import StorageError

from .disk import unwritable

_MANIFEST = "manifest.json"
Array = np.ndarray[Any, np.dtype[Any]]


def write_layers(folder: str | Path, arrays: Mapping[str, Array], manifest: dict[str, Any]) -> None:
    """Store named arrays and a JSON manifest as one folder, as a whole or not at all.

    A folder that is already there is left as it is: its name stands for its content.

    Raises
    ------
    OutputUnwritable
        The operating system refused to write.
    """
    target = Path(folder)
    if (target / _MANIFEST).is_file():
        return
    part = target.with_name(f"{target.name}.part-{os.getpid()}")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        for name, array in arrays.items():
            with (part / f"{name}.npy").open("wb") as handle:
                np.save(handle, np.ascontiguousarray(array), allow_pickle=False)
        listing = {"arrays": list(arrays), "manifest": manifest}
        (part / _MANIFEST).write_text(json.dumps(listing, ensure_ascii=False), encoding="utf-8")
        _rename(part, target)
    except OSError as error:
        raise unwritable(error, target) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _rename(part: Path, target: Path) -> None:
    """Give the folder its name; another worker may have been first, and then its folder stands."""
    try:
        part.replace(target)
    except OSError:
        if not (target / _MANIFEST).is_file():
            shutil.rmtree(target, ignore_errors=True)
            part.replace(target)


def read_layers(folder: str | Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """The manifest and the arrays of a folder; arrays are memory-mapped and read-only.

    Raises
    ------
    StorageError
        The folder is missing or damaged.
    """
    source = Path(folder)
    try:
        listing = json.loads((source / _MANIFEST).read_text(encoding="utf-8"))
        arrays = {
            name: np.load(source / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            for name in listing["arrays"]
        }
    except (OSError, ValueError, KeyError) as error:
        raise StorageError(
            "the stored layers of a picture cannot be read",
            where=str(source),
            what_to_do="Delete the folder; the picture will be drawn again.",
        ) from error
    return listing["manifest"], arrays
