"""Small genuine pictures, made from a seed: the same seed and size, the same bytes."""

from __future__ import annotations

import io
import math
import struct
import zlib
from typing import Any

LONGEST = 160  # pixels of the side a service really draws


def pixels(seed: int, width: int, height: int) -> tuple[int, int, bytes]:
    """Width, height and RGB bytes: a seeded landscape of light, at the aspect that was asked."""
    import numpy as np

    scale = min(1.0, LONGEST / max(width, height))
    w, h = max(16, round(width * scale)), max(16, round(height * scale))
    rng = np.random.default_rng(seed & 0xFFFFFFFF)
    y, x = np.mgrid[0:h, 0:w].astype(np.float32) / max(w, h)
    field: Any = np.zeros((h, w, 3), np.float32)
    for _ in range(6):
        fx, fy, phase = rng.uniform(1, 9), rng.uniform(1, 9), rng.uniform(0, 2 * math.pi)
        field += (
            rng.uniform(0.1, 1.0, 3).astype(np.float32) * np.sin(fx * x + fy * y + phase)[..., None]
        )
    low, high = float(field.min()), float(field.max())
    field = (field - low) / max(1e-6, high - low) * 235 + rng.uniform(0, 20, (h, w, 1))
    return w, h, field.clip(0, 255).astype(np.uint8).tobytes()


def png(seed: int, width: int, height: int, text: dict[str, str] | None = None) -> bytes:
    """A PNG; ``text`` goes into its tEXt chunks."""
    w, h, rgb = pixels(seed, width, height)
    rows = b"".join(b"\0" + rgb[3 * w * y : 3 * w * (y + 1)] for y in range(h))
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", w, h, 8, 2, 0, 0, 0))]
    chunks += [
        (b"tEXt", name.encode("latin-1") + b"\0" + value.encode("latin-1", "replace"))
        for name, value in (text or {}).items()
    ]
    chunks += [(b"IDAT", zlib.compress(rows, 6)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def jpeg(seed: int, width: int, height: int) -> bytes:
    """A JPEG."""
    from PIL import Image

    w, h, rgb = pixels(seed, width, height)
    image: Any = Image.frombytes("RGB", (w, h), rgb)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    return out.getvalue()
