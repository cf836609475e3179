"""A flat picture (cloud, local model) as a scene of one layer, so that one camera films all.

The provider's bytes are checked by what they are, never by their name, and are kept untouched; only
what the camera needs is decoded from them.
"""

from __future__ import annotations

import io
import warnings

import numpy as np
from numpy.typing import NDArray

from apex_director.core.errors import InputUnusable
from apex_director.images.model import Layer, Scene

OVERSCAN = 1.2  # what a scene's canvas has around the picture, at least (images/model.py)
MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
MAX_BYTES = 50 * 1024 * 1024  # contract X5
MAX_PIXELS = 64_000_000  # 8K by 8K; a larger header is a bomb, not a picture
MIN_SIDE = 16


class PictureUnreadable(InputUnusable):
    """Bytes that should be a picture are none."""

    code = "picture_unreadable"


def media_type(content: bytes) -> str:
    """What the bytes are by their first ones: image/png, image/jpeg, image/webp, or empty."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return ""


def decode(content: bytes, *, where: str = "picture") -> NDArray[np.uint8]:
    """The pixels of PNG, JPEG or WebP bytes.

    Returns
    -------
    uint8 [shape=(h, w, 3)], sRGB; transparency is laid over black, rotation marks are obeyed.

    Raises
    ------
    PictureUnreadable
        The bytes are no picture of these kinds, are cut off, or are too large.
    """
    from PIL import Image, ImageOps

    if not media_type(content):
        raise _unreadable("it is no PNG, JPEG or WebP picture", where)
    if len(content) > MAX_BYTES:
        raise _unreadable(f"it has {len(content) >> 20} MB", where)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=tuple(MEDIA_TYPES)) as image:
                width, height = image.size
                if width * height > MAX_PIXELS or min(width, height) < MIN_SIDE:
                    raise _unreadable(f"it is {width}x{height} pixels", where)
                turned = ImageOps.exif_transpose(image)
                if turned.mode in {"RGBA", "LA", "PA", "P"}:
                    turned = turned.convert("RGBA")
                    black = Image.new("RGBA", turned.size, (0, 0, 0, 255))
                    turned = Image.alpha_composite(black, turned)
                return np.asarray(turned.convert("RGB"), np.uint8)
    except PictureUnreadable:
        raise
    except Exception as error:  # the decoder has many ways to say that bytes are damaged
        raise _unreadable(f"it does not decode ({type(error).__name__})", where) from error


def flat_scene(content: bytes, width: int, height: int, where: str = "picture") -> Scene:
    """The scene a flat picture makes: one opaque layer that covers the whole canvas.

    Parameters
    ----------
    content : bytes
        PNG, JPEG or WebP.
    width, height : int
        The finished picture in pixels; another aspect is cropped about the middle.

    Raises
    ------
    PictureUnreadable
        As :func:`decode`.
    """
    return scene_of(decode(content, where=where), width, height)


def fitted_picture(content: bytes, width: int, height: int) -> NDArray[np.uint8]:
    """The picture at exactly that size, uint8 [shape=(height, width, 3)]: scaled to cover it, cut
    about the middle.

    Raises
    ------
    PictureUnreadable
        As :func:`decode`.
    """
    return _covering(decode(content), width, height)


def scene_of(rgb: NDArray[np.uint8], width: int, height: int) -> Scene:
    """As :func:`flat_scene`, from pixels uint8 [shape=(h, w, 3)]."""
    canvas_w = max(2, round(width * OVERSCAN / 2) * 2)
    canvas_h = max(2, round(height * OVERSCAN / 2) * 2)
    rgba = np.empty((canvas_h, canvas_w, 4), np.uint8)
    rgba[..., :3] = _covering(rgb, canvas_w, canvas_h)
    rgba[..., 3] = 255
    layer = Layer(name="picture", rgba=rgba, parallax=1.0)
    return Scene(family="", width=width, height=height, overscan=OVERSCAN, layers=(layer,))


def _covering(rgb: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    import cv2

    part = _cropped(rgb, width / height)
    if part.shape[:2] == (height, width):
        return part
    kind = cv2.INTER_LANCZOS4 if part.shape[1] < width else cv2.INTER_AREA
    return np.asarray(cv2.resize(part, (width, height), interpolation=kind), np.uint8)


def _cropped(rgb: NDArray[np.uint8], aspect: float) -> NDArray[np.uint8]:
    """The largest middle part of that aspect."""
    height, width = rgb.shape[:2]
    if width > height * aspect:
        wanted = max(1, round(height * aspect))
        left = (width - wanted) // 2
        return np.ascontiguousarray(rgb[:, left : left + wanted])
    wanted = max(1, round(width / aspect))
    top = (height - wanted) // 2
    return np.ascontiguousarray(rgb[top : top + wanted])


def _unreadable(what: str, where: str) -> PictureUnreadable:
    return PictureUnreadable(what, where=where, what_to_do="Have the picture made again.")
