"""The last pass: bloom, grade, vignette, dips and grain, straight into yuv420p BT.709 limited."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from numba import njit
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from apex_director.cinematography.model import Grade
from apex_director.core.ids import seed_for

from .baking import Bake, bake_for
from .grading import PLAIN, apply_cdl, cdl_table, is_plain
from .lens import Lens, lens_of, through_lens
from .light import glow
from .lut import Cube
from .model import F32, F64, U8, U32
from .prepare import MIP
from .texture import denoised, sharpened

GRAIN_SIGMA = 1.5
"""Code values of luma at full grain: hides 8-bit steps, and costs the encoder little."""
GRAIN_SOFTNESS = 0.7
"""Standard deviation in pixels of the blur that makes noise into grain."""
GRAIN_SIDE = 512
GRAIN_STEP = 32.0
"""Stored grain is int8 with this many steps per standard deviation."""

_KR, _KG, _KB = np.float32(0.2126), np.float32(0.7152), np.float32(0.0722)
_CB, _CR = np.float32(1.0 / 1.8556), np.float32(1.0 / 1.5748)


@dataclass(frozen=True, kw_only=True, eq=False)
class Finish:
    """What stays the same over a video: tables of the grade, the grain, the vignette's shape.

    ``bake`` is what scenes are prepared with (None: as they are), ``tint`` colours what glows,
    ``lens`` what frames are looked at through (None: nothing).
    """

    table: F32
    plain: bool
    saturation: float
    bake: Bake | None
    tint: tuple[float, float, float]
    lens: Lens | None
    vignette: float
    grain: NDArray[np.int8]
    sigma: float


def make_finish(grade: Grade, width: int, lut: Cube | None = None) -> Finish:
    """Work out the tables of a grade for frames of a given width; ``lut`` is its colour table.

    What treats each channel alone is left to the last pass; what does not is baked into the scenes,
    whole, and the last pass adds no colour of its own.
    """
    bake = bake_for(grade, lut)
    colour = PLAIN if bake is not None and bake.cube is not None else grade
    return Finish(
        table=cdl_table(colour),
        plain=is_plain(colour),
        saturation=colour.saturation,
        bake=bake,
        tint=colour.slope,
        lens=lens_of(grade),
        vignette=min(max(grade.vignette, 0.0), 1.0),
        grain=_grain_tile(width),
        sigma=GRAIN_SIGMA * min(max(grade.grain, 0.0), 1.0),
    )


def last_colours(rgb: U8, look: Finish) -> F64:
    """The colours the last pass would show, before light, vignette and grain [shape=(h, w, 3),
    0..1], of a frame's own [uint8, the same shape].
    """
    value = np.stack([look.table[k][rgb[..., k]] for k in range(3)], axis=-1).astype(np.float64)
    return apply_cdl(value, replace(PLAIN, saturation=look.saturation))


def finished(rgb: F64, look: Grade) -> F64:
    """What a grade does to a picture beyond its colours: denoising, sharpening, bloom, lens,
    vignette, and grain last, so that nothing sharpens it [shape=(h, w, 3), 0..1].
    """
    if look.denoise > 0.0:
        rgb = denoised(rgb, look.denoise)
    if look.sharpen > 0.0:
        rgb = sharpened(rgb, look.sharpen)
    if look.bloom > 0.0:
        rgb = _bloomed(rgb, look.bloom)
    rgb = through_lens(rgb, lens_of(look))
    height, width = rgb.shape[:2]
    if look.vignette > 0.0:
        rgb = rgb * vignette_shade(look.vignette, width, height)[..., None]
    if look.grain > 0.0:
        tile = _grain_tile(width)[np.arange(height) % GRAIN_SIDE, :width]
        rgb = rgb + (tile / GRAIN_STEP * GRAIN_SIGMA * look.grain / 219.0)[..., None]
    return rgb


def _bloomed(rgb: F64, strength: float) -> F64:
    height, width = rgb.shape[:2]
    if min(height, width) < 4 * MIP:
        return rgb  # nothing that small has room to glow
    cells = (-(-width // MIP), -(-height // MIP))
    whole = (cells[0] * MIP, cells[1] * MIP)
    edge = (0, whole[1] - height, 0, whole[0] - width)
    padded = cv2.copyMakeBorder(rgb.astype(np.float32), *edge, cv2.BORDER_REPLICATE)
    small = cv2.resize(padded, cells, interpolation=cv2.INTER_AREA)
    light = glow(small, strength, (1.0, 1.0, 1.0), None).transpose(1, 2, 0)
    large = cv2.resize(light, whole, interpolation=cv2.INTER_LINEAR)[:height, :width]
    return np.asarray(1.0 - (1.0 - rgb) * (1.0 - large), dtype=np.float64)


def vignette_shade(vignette: float, width: int, height: int) -> F64:
    """What the last pass multiplies each pixel by [shape=(height, width)]."""
    scale = np.sqrt(min(max(vignette, 0.0), 1.0)) * 0.5
    x = ((np.arange(width) + 0.5) / width * 2.0 - 1.0) ** 2 * scale
    y = ((np.arange(height) + 0.5) / height * 2.0 - 1.0) ** 2 * scale
    q = y[:, None] + x[None, :]
    return np.asarray(1.0 - q * (0.35 + 0.65 * q))


@lru_cache(maxsize=4)
def _grain_tile(width: int) -> NDArray[np.int8]:
    """Softened Gaussian noise [int8, shape=(512, >= width + 512)], periodic in both directions."""
    rng = np.random.Generator(np.random.PCG64(20_241_109))
    noise = rng.standard_normal((GRAIN_SIDE, GRAIN_SIDE))
    f = np.fft.fftfreq(GRAIN_SIDE)
    blur = np.exp(-2.0 * (np.pi * GRAIN_SOFTNESS) ** 2 * (f[:, None] ** 2 + f[None, :] ** 2))
    soft = np.fft.ifft2(np.fft.fft2(noise) * blur).real
    tile = np.clip(np.round(soft / soft.std() * GRAIN_STEP), -127, 127).astype(np.int8)
    return np.ascontiguousarray(np.tile(tile, (1, -(-width // GRAIN_SIDE) + 1)))


def finish(
    frame: U32,
    light: F32,
    look: Finish,
    number: int,
    planes: tuple[U8, U8, U8],
    *,
    dim: float = 1.0,
    white: float = 0.0,
) -> None:
    """Write a composed frame into the planes of the encoder.

    Parameters
    ----------
    frame : uint32 [shape=(h, w)], packed RGB; h and w even.
    light : float32 [shape=(3, ceil(h/8), ceil(w/8))], screened over the picture.
    number : the frame's absolute number, which picks its grain.
    dim, white : the picture's share and the white laid over it, for dips.
    """
    spot = seed_for("grain", number)
    y, u, v = (_whole_rows(p) for p in planes)
    _last_pass(
        frame,
        light,
        look.table,
        look.plain,
        look.grain,
        (spot // GRAIN_SIDE) % GRAIN_SIDE,
        spot % GRAIN_SIDE,
        np.float32(look.sigma / GRAIN_STEP),
        np.float32(look.vignette),
        np.float32(look.saturation),
        np.float32(dim),
        np.float32(white),
        y,
        u,
        v,
    )


def _whole_rows(plane: U8) -> U8:
    """The plane with its line padding, so that kernels see contiguous rows."""
    if plane.flags.c_contiguous:
        return plane
    return as_strided(
        plane, shape=(plane.shape[0], plane.strides[0]), strides=(plane.strides[0], 1)
    )


@njit(cache=True)
def _unpack(row: U32, r: F32, g: F32, b: F32) -> None:
    k = np.float32(1.0 / 255.0)
    for x in range(len(row)):
        p = row[x]
        r[x] = np.float32(np.int32(p & np.uint32(255))) * k
        g[x] = np.float32(np.int32(np.uint32(p >> np.uint32(8)) & np.uint32(255))) * k
        b[x] = np.float32(np.int32(np.uint32(p >> np.uint32(16)) & np.uint32(255))) * k


@njit(cache=True)
def _unpack_graded(row: U32, table: F32, r: F32, g: F32, b: F32) -> None:
    for x in range(len(row)):
        p = np.uint64(row[x])
        r[x] = table[0, p & np.uint64(255)]
        g[x] = table[1, (p >> np.uint64(8)) & np.uint64(255)]
        b[x] = table[2, (p >> np.uint64(16)) & np.uint64(255)]


@njit(cache=True)
def _light_row(light: F32, y: float, out: F32) -> None:
    """One line of the light buffer, enlarged to pixels; pixel x stands at index x + MIP / 2."""
    rows, cells = light.shape
    at = min(max((y + 0.5) / MIP - 0.5, 0.0), rows - 1.0)
    top = min(int(at), max(rows - 2, 0))
    low = min(top + 1, rows - 1)
    w = np.float32(at - top)
    for k in range(cells + 1):
        i, j = max(k - 1, 0), min(k, cells - 1)
        a = light[top, i] + (light[low, i] - light[top, i]) * w
        b = light[top, j] + (light[low, j] - light[top, j]) * w
        step = (b - a) * np.float32(1.0 / MIP)
        first = a + step * np.float32(0.5)
        base = k * MIP
        for m in range(MIP):
            out[base + m] = first + step * np.float32(m)


@njit(cache=True)
def _luma_row(
    r: F32,
    g: F32,
    b: F32,
    lr: F32,
    lg: F32,
    lb: F32,
    edge: F32,
    side: float,
    cb: F32,
    cr: F32,
    y: F32,
) -> None:
    """Screen the light over the row, apply the vignette, leave luma in y; add up colour."""
    s = np.float32(side)
    one = np.float32(1.0)
    for x in range(len(y)):
        red = one - (one - r[x]) * (one - lr[x])
        green = one - (one - g[x]) * (one - lg[x])
        blue = one - (one - b[x]) * (one - lb[x])
        q = edge[x] + s
        shade = one - q * (np.float32(0.35) + np.float32(0.65) * q)
        luma = _KR * red + _KG * green + _KB * blue
        y[x] = luma * shade
        cb[x] += (blue - luma) * shade
        cr[x] += (red - luma) * shade


@njit(cache=True)
def _store_luma(
    y: F32, grain: NDArray[np.int8], sigma: float, gain: float, base: float, out: U8
) -> None:
    s, k, c = np.float32(sigma), np.float32(gain), np.float32(base)
    for x in range(len(y)):
        value = c + y[x] * k + np.float32(grain[x]) * s
        value = min(max(value, np.float32(16.0)), np.float32(235.0))
        out[x] = np.uint8(np.int32(value + np.float32(0.5)))


@njit(cache=True)
def _store_chroma(sums: F32, gain: float, out: U8) -> None:
    k = np.float32(gain)
    for x in range(len(out)):
        value = np.float32(128.0) + (sums[2 * x] + sums[2 * x + 1]) * k
        value = min(max(value, np.float32(16.0)), np.float32(240.0))
        out[x] = np.uint8(np.int32(value + np.float32(0.5)))


@njit(cache=True)
def _last_pass(
    frame: U32,
    light: F32,
    table: F32,
    plain: bool,
    grain: NDArray[np.int8],
    grain_y: int,
    grain_x: int,
    sigma: float,
    vignette: float,
    saturation: float,
    dim: float,
    white: float,
    out_y: U8,
    out_u: U8,
    out_v: U8,
) -> None:
    h, w = frame.shape
    r, g, b = np.empty(w, np.float32), np.empty(w, np.float32), np.empty(w, np.float32)
    y, cb, cr = np.empty(w, np.float32), np.empty(w, np.float32), np.empty(w, np.float32)
    lit = np.empty((3, (light.shape[2] + 1) * MIP), np.float32)
    half = MIP // 2
    edge = np.empty(w, np.float32)
    # A vignette v darkens by q (0.35 + 0.65 q); sqrt keeps the corner at about 1 - v for any v.
    scale = np.float32(np.sqrt(vignette) * np.float32(0.5))
    for x in range(w):
        d = np.float32((x + 0.5) / w * 2.0 - 1.0)
        edge[x] = d * d * scale
    share = np.float32((1.0 - white) * dim)
    luma_gain, luma_base = np.float32(219.0) * share, np.float32(16.0 + 219.0 * white)
    cb_gain = np.float32(224.0 * 0.25) * _CB * saturation * share
    cr_gain = np.float32(224.0 * 0.25) * _CR * saturation * share
    for pair in range(h // 2):
        for c in range(3):
            _light_row(light[c], 2.0 * pair + 0.5, lit[c])
        cb[:] = np.float32(0.0)
        cr[:] = np.float32(0.0)
        for line in range(2 * pair, 2 * pair + 2):
            if plain:
                _unpack(frame[line], r, g, b)
            else:
                _unpack_graded(frame[line], table, r, g, b)
            d = np.float32((line + 0.5) / h * 2.0 - 1.0)
            _luma_row(
                r, g, b, lit[0, half : half + w], lit[1, half : half + w], lit[2, half : half + w],
                edge, d * d * scale, cb, cr, y,
            )  # fmt: skip
            noise = grain[(line + grain_y) % grain.shape[0], grain_x : grain_x + w]
            _store_luma(y, noise, sigma, luma_gain, luma_base, out_y[line, :w])
        _store_chroma(cb, cb_gain, out_u[pair, : w // 2])
        _store_chroma(cr, cr_gain, out_v[pair, : w // 2])
