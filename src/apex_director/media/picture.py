"""Still pictures: PNG out and in, and video planes turned into RGB."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from apex_director.core.errors import InputUnusable, OutputUnwritable, ValidationFailed

from .disk import beside
from .model import U8

_WRITTEN = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
_KR, _KB = 0.2126, 0.0722  # ITU-R BT.709


def write_png(path: str | Path, rgb: U8) -> None:
    """Write uint8 RGB or RGBA [shape=(h, w, 3 or 4)] as PNG, as a whole or not at all.

    Raises
    ------
    OutputUnwritable
        The operating system refused to write.
    """
    from PIL import Image

    with beside(Path(path)) as part:
        Image.fromarray(np.ascontiguousarray(rgb)).save(part, format="PNG", compress_level=4)


def require_picture_target(path: Path) -> None:
    """A picture can be written there, as far as that can be told before it is made.

    Raises
    ------
    ValidationFailed
        The suffix is none we write.
    OutputUnwritable
        A folder lies there, or its own folder cannot be written.
    """
    _kind_of(path)
    require_target(path)


def require_target(path: Path) -> None:
    """A file can be written there, as far as that can be told before it is made.

    Raises
    ------
    OutputUnwritable
        A folder lies there, or its own folder cannot be written.
    """
    if path.is_dir():
        raise OutputUnwritable(
            "a folder lies there", where=str(path), what_to_do="Name a file in it."
        )
    folder = next(p for p in path.absolute().parents if p.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise OutputUnwritable(
            "its folder cannot be written", where=str(path), what_to_do="Choose another place."
        )


def _kind_of(path: Path) -> str:
    kind = _WRITTEN.get(path.suffix.lower())
    if kind is None:
        raise ValidationFailed(
            f"pictures are not written as '{path.suffix or path.name}'",
            where=str(path),
            what_to_do=f"Name a file ending in {', '.join(_WRITTEN)}.",
        )
    return kind


def write_picture(path: str | Path, rgb: U8) -> None:
    """Write uint8 RGB [shape=(h, w, 3)] as its suffix says (PNG, JPEG, WebP), whole or not at all.

    Raises
    ------
    ValidationFailed
        The suffix is none of these.
    OutputUnwritable
        The operating system refused to write.
    """
    from PIL import Image

    target = Path(path)
    kind = _kind_of(target)
    options = {"compress_level": 4} if kind == "PNG" else {"quality": 95}
    with beside(target) as part:
        Image.fromarray(np.ascontiguousarray(rgb)).save(part, format=kind, **options)


def read_rgb(path: str | Path) -> U8:
    """Read any still picture as uint8 RGB [shape=(h, w, 3)], turned as its EXIF says.

    Raises
    ------
    InputUnusable
        It does not exist or is no picture.
    """
    from PIL import Image, ImageOps

    try:
        with Image.open(path) as image:
            upright = ImageOps.exif_transpose(image)
            return np.asarray(upright.convert("RGB"), dtype=np.uint8)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InputUnusable(
            "this is no picture we can read",
            where=str(path),
            what_to_do="Give a PNG, JPEG or WebP file.",
            log=str(error),
        ) from error


def rgb_from_planes(y: U8, u: U8, v: U8) -> U8:
    """Limited-range BT.709 4:2:0 planes to display RGB [shape=(h, w, 3), uint8]
    (ITU-R BT.709-6).
    """
    h, w = y.shape
    luma = (y.astype(np.float32) - 16.0) / 219.0
    cb = (u.astype(np.float32) - 128.0) / 224.0
    cr = (v.astype(np.float32) - 128.0) / 224.0
    cb = cb.repeat(2, axis=0).repeat(2, axis=1)[:h, :w]
    cr = cr.repeat(2, axis=0).repeat(2, axis=1)[:h, :w]
    red = luma + 2.0 * (1.0 - _KR) * cr
    blue = luma + 2.0 * (1.0 - _KB) * cb
    green = (luma - _KR * red - _KB * blue) / (1.0 - _KR - _KB)
    rgb = np.stack([red, green, blue], axis=-1)
    return np.asarray(np.clip(rgb * 255.0 + 0.5, 0, 255), dtype=np.uint8)


def planes_from_rgb(rgb: U8) -> tuple[U8, U8, U8]:
    """Display RGB [shape=(h, w, 3), uint8, even sides] to limited-range BT.709 4:2:0 planes."""
    r, g, b = (rgb[..., i].astype(np.float32) / 255.0 for i in range(3))
    luma = _KR * r + (1.0 - _KR - _KB) * g + _KB * b
    cb, cr = (b - luma) / (2.0 * (1.0 - _KB)), (r - luma) / (2.0 * (1.0 - _KR))
    y = np.clip(luma * 219.0 + 16.5, 16, 235).astype(np.uint8)
    return y, _halved(cb), _halved(cr)


def _halved(chroma: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> U8:
    h, w = chroma.shape
    small = chroma.reshape(h // 2, 2, w // 2, 2).mean(axis=(1, 3))
    return np.asarray(np.clip(small * 224.0 + 128.5, 16, 240), dtype=np.uint8)
