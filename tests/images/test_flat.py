"""Bytes from elsewhere become a scene, or a clear no."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from apex_director.images.flat import (
    PictureUnreadable,
    decode,
    fitted_picture,
    flat_scene,
    media_type,
)


def encoded(width: int = 320, height: int = 200, kind: str = "PNG", mode: str = "RGB") -> bytes:
    ramp = np.linspace(0, 255, width).astype(np.uint8)
    rgb = np.stack([np.tile(ramp, (height, 1))] * 3, axis=-1)
    rgb[: height // 2, :, 1] = 0
    out = io.BytesIO()
    Image.fromarray(rgb).convert(mode).save(out, format=kind)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_flat_picture_fills_a_canvas_larger_than_the_frame(kind: str) -> None:
    content = encoded(kind=kind)
    assert media_type(content) == f"image/{kind.lower()}"
    scene = flat_scene(content, 192, 108)
    layer = scene.layers[0]
    assert (scene.width, scene.height, scene.overscan) == (192, 108, 1.2)
    assert layer.rgba.shape == (scene.canvas_height, scene.canvas_width, 4)
    assert scene.canvas_width >= 192 * 1.2 - 2
    assert int(layer.rgba[..., 3].min()) == 255
    row = layer.rgba[scene.canvas_height // 2 + 20, :, 0].astype(int)
    assert row[-1] - row[0] > 200  # its whole width is there: nothing of the wide side was cut


def test_another_aspect_is_cut_about_the_middle() -> None:
    tall = fitted_picture(encoded(400, 200), 100, 200)
    assert tall.shape == (200, 100, 3)
    middle = 255 * 0.5
    assert abs(float(tall[150, 50, 0]) - middle) < 4
    assert float(tall[150, 0, 0]) == pytest.approx(255 * 0.375, abs=4)


def test_what_is_half_transparent_is_laid_over_black_and_marks_of_rotation_are_obeyed() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (64, 32), (200, 100, 50, 128)).save(out, format="PNG")
    assert decode(out.getvalue())[5, 5].tolist() == pytest.approx([100, 50, 25], abs=1)
    turned = Image.new("RGB", (64, 32), (9, 9, 9))
    exif = turned.getexif()
    exif[0x0112] = 6
    out = io.BytesIO()
    turned.save(out, format="JPEG", exif=exif)
    assert decode(out.getvalue()).shape == (64, 32, 3)


def bomb() -> bytes:
    """A PNG of a few bytes whose header claims 60,000 by 60,000 pixels."""
    import struct
    import zlib

    def chunk(name: bytes, body: bytes) -> bytes:
        checked = zlib.crc32(name + body)
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", checked)

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"0"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>no</html>",
        encoded()[:200],
        encoded(kind="JPEG")[:300],
        b"GIF89a" + bytes(100),
        encoded(8, 8),
        bomb(),
    ],
    ids=["empty", "html", "cut png", "cut jpeg", "gif", "tiny", "bomb"],
)
def test_what_is_no_picture_is_refused_in_a_sentence(content: bytes) -> None:
    with pytest.raises(PictureUnreadable, match="where"):
        decode(content, where="where it came from")
