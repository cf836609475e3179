"""Compile the ear's kernels before they are needed, and know whether they still have to be."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np

from .bands import bands_of
from .features import TONE_FPS, FrontEnd
from .grid import grid_of
from .model import F32
from .pcm import RATE
from .tonal import tone_of

_SECONDS = 12
_BEAT_S = 0.5
_PACKAGE = __name__.rpartition(".")[0]


def cold() -> bool:
    """Whether a kernel of the ear is neither compiled in this process nor kept on disk."""
    return any(not _known(kernel) for kernel in _kernels())


def warm_up() -> None:
    """Hear a few bars of clicks and chords; afterwards every kernel lies in the kernel cache."""
    front = FrontEnd()
    front.push(_clicks())
    features = front.finish()
    bands_of(features)
    edges = np.arange(0.0, _SECONDS, _BEAT_S)
    tone_of(
        features.pitch,
        features.chroma,
        features.tonality,
        fps=TONE_FPS,
        edges_s=edges,
        down=np.arange(len(edges) - 1) % 4 == 0,
    )
    grid_of(features)


def _clicks() -> F32:
    t = np.arange(_SECONDS * RATE) / RATE
    fall = np.exp(-(t % _BEAT_S) / 0.03)
    chord = sum(np.sin(2 * np.pi * hz * t) for hz in (220.0, 277.2, 329.6))
    click = fall * np.sin(2 * np.pi * 60 * t) + 0.3 * fall * np.sin(2 * np.pi * 7000 * t)
    return np.asarray(0.4 * click + 0.05 * chord, dtype=np.float32)


def _kernels() -> list[object]:
    found = {
        id(value): value
        for name, module in sorted(sys.modules.items())
        if name.startswith(_PACKAGE + ".") and module is not None
        for value in vars(module).values()
        if hasattr(value, "py_func") and hasattr(value, "stats")
    }
    return list(found.values())


def _known(kernel: object) -> bool:
    if getattr(kernel, "signatures", ()):
        return True
    function = kernel.py_func  # type: ignore[attr-defined]
    folder = kernel.stats.cache_path  # type: ignore[attr-defined]
    if not folder or not os.path.isdir(folder):
        return False
    code = function.__code__
    stem = f"{Path(code.co_filename).stem}.{function.__qualname__}-{code.co_firstlineno}."
    written = os.path.getmtime(code.co_filename)
    return any(
        entry.name.startswith(stem)
        and entry.name.endswith(".nbi")
        and entry.stat().st_mtime >= written
        for entry in os.scandir(folder)
    )
