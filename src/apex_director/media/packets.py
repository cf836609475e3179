"""Fingerprints of coded pictures: do two files hold the very same ones."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .probe import open_input


def packet_sums(path: str | Path) -> NDArray[np.uint32]:
    """CRC-32 of every packet of the first video stream, in coded order; nothing is decoded.

    Raises
    ------
    VideoDecodeError
        The file cannot be opened.
    """
    with open_input(Path(path), packets_only=True) as container:
        stream = container.streams.video[0]
        sums = [zlib.crc32(bytes(p)) for p in container.demux(stream) if p.size]
    return np.asarray(sums, dtype=np.uint32)
