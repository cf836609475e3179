"""Pictures of the library: measured once when they come, shown small."""

from __future__ import annotations

import io
import os
import threading
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from apex_director.core.errors import ApexError
from apex_director.core.fingerprint import Fingerprint, fingerprint
from apex_director.media.disk import PART, discard, unwritable

from .kinds import ContentRefused

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 64_000_000  # a larger header is a bomb, not a picture
FORMATS = ("PNG", "JPEG", "WEBP")
THUMBNAIL = 256  # pixels of the longer side
_ENOUGH = 512  # pixels a side that a fingerprint needs


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A picture's size in pixels, upright, and its look."""

    width: int
    height: int
    look: Fingerprint


def measure(content: bytes | Path, name: str) -> Measured:
    """Decode a picture once, whole, and measure it.

    Raises
    ------
    ContentRefused
        It does not decode, or is too large.
    """
    image = _opened(content, name)
    width, height = image.size
    return Measured(width=width, height=height, look=fingerprint(_pixels(image)))


def look_of(picture: str | Path | bytes | NDArray[np.uint8]) -> Fingerprint:
    """The look of a picture given as a file, as bytes or as uint8 [shape=(h, w, 3)].

    Raises
    ------
    ContentRefused
        It is no picture.
    """
    if isinstance(picture, np.ndarray):
        return fingerprint(picture)
    content = picture if isinstance(picture, bytes) else Path(picture)
    return measure(content, "picture" if isinstance(picture, bytes) else str(picture)).look


def _opened(content: bytes | Path, name: str) -> Image:
    from PIL import Image, ImageOps

    source: Any = io.BytesIO(content) if isinstance(content, bytes) else content
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(source, formats=FORMATS) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise _unreadable(name, f"it has {image.width}x{image.height} pixels")
                image.load()
                return ImageOps.exif_transpose(image)
    except ApexError:
        raise
    except Exception as error:  # the decoders have many ways to say that bytes are damaged
        raise _unreadable(name, "the picture is damaged or is none") from error


def _pixels(image: Image) -> NDArray[np.uint8]:
    """RGB over black, of at most about 512 pixels a side."""
    from PIL import Image as pillow

    step = min(image.size) // _ENOUGH
    if step > 1 and image.mode in {"RGB", "RGBA", "L"}:
        image = image.reduce(step)
    if image.mode in {"RGBA", "LA", "PA", "P"}:
        image = image.convert("RGBA")
        black = pillow.new("RGBA", image.size, (0, 0, 0, 255))
        image = pillow.alpha_composite(black, image)
    return np.asarray(image.convert("RGB"), np.uint8)


def write_thumbnail(source: Path, target: Path, size: int, *, video: bool) -> bool:
    """Write a small WebP of a picture, or of a video's first frame; False where there is nothing
    to show.

    Raises
    ------
    OutputUnwritable
        The operating system refused to write.
    """
    from PIL import Image

    try:
        image = Image.fromarray(_poster(source)) if video else _opened(source, source.name)
    except ApexError:
        return False
    if image.mode not in {"RGB", "RGBA"}:
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    image.thumbnail((size, size), Image.Resampling.LANCZOS)
    part = target.with_name(f"{target.name}.{os.getpid()}-{threading.get_ident()}{PART}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        image.save(part, format="WEBP", quality=82, method=4)
        part.replace(target)
    except OSError as error:
        discard(part)
        raise unwritable(error, target) from error
    return True


def _poster(source: Path) -> NDArray[np.uint8]:
    from apex_director.media.decode import frame_rgb

    return frame_rgb(source, 0)


def _unreadable(name: str, what: str) -> ContentRefused:
    return ContentRefused(what, where=name, what_to_do="Give a PNG, JPEG or WebP picture.")
