"""Inks and paper of a poster: flat colours with strong contrast, grain, soft shadows, cut edges."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.model import Layer, Reaction
from apex_director.images.scenes.finish import to_layer
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.noise import fbm
from apex_director.images.scenes.palette import from_oklab, linear_from_hex, mix, oklab
from apex_director.images.scenes.sky import enlarge, pixel_grid, unit

F32 = NDArray[np.float32]
_ONE = np.float32(1.0)

# Ground, figure, three colours.
LOOKS: dict[str, tuple[str, ...]] = {
    "dawn": ("f3e3d3 26344f e57f62 8fb4b8 f2c48d", "ecdcdc 3a2d4f d4687f 6f9ac2 f0b79c",
             "f1e6d6 2f3f3c e8936f 7fa89a e9c46a"),
    "day": ("f2ead8 1b1b1f d8352a 1f4e9c f2b632", "f5f0e6 14233f 0a7e8c ef5b3c f4c542",
            "ecece4 10181f d7263d 168f6f f4a825"),
    "golden_hour": ("f3dcae 35190f d85a17 8c2f1b f0a32f", "efd7a4 27263c c8452d 4f7a70 e9a23b",
                    "f6e2b8 3d1d2a b93a32 d98324 7d8f5a"),
    "sunset": ("3a0f33 ffd9a0 f0502f b3285c ff9b45", "e5533c 260e35 ffd27c 8f2a6b f9a26c",
               "241246 ffcf9a ff5a4f c23a86 ffa53d"),
    "dusk": ("141a3e f1ddd0 7a5bd6 e86a8a 3fa7c9", "1b1633 e9d8c4 d9698c 5468c9 f0a26b",
             "0f2136 f0e4d8 e2775f 4a7fb5 9a6fb0"),
    "night": ("0b0d15 e9edf2 2f6bff ff2e63 18c9b0", "0c0b0e f2eee2 e2b33c 4b5cff d8352a",
              "07121a e4f1ee 00a6a6 ff6b35 8f5bff"),
}  # fmt: skip
_DARK_GROUND = frozenset({"dusk", "night", "sunset"})
# chroma, contrast, how far colours sink into the ground
_MOOD: dict[str, tuple[float, float]] = {
    "calm": (0.95, 0.97), "warm": (1.05, 1.0), "melancholy": (0.74, 0.94), "tense": (1.05, 1.06),
    "joyful": (1.15, 1.04), "dreamy": (0.88, 0.95), "epic": (1.10, 1.06), "dark": (0.85, 1.0),
}  # fmt: skip
_WEATHER: dict[str, tuple[float, float]] = {
    "clear": (1.0, 0.0), "cloudy": (0.88, 0.06), "mist": (0.80, 0.20), "rain": (0.86, 0.05),
    "snow": (0.78, 0.10), "storm": (0.96, 0.0),
}  # fmt: skip
_WARM = {"warm": 0.010, "melancholy": -0.010, "dark": -0.004}
DENSITY: dict[str, float] = {
    "calm": 0.86, "warm": 0.92, "melancholy": 0.95, "tense": 1.25, "joyful": 1.08, "dreamy": 0.90,
    "epic": 0.95, "dark": 1.05,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Poster:
    """What the layers of one poster share: inks (linear), paper's grain, light and its side."""

    spec: SceneSpec
    ground: F32
    figure: F32
    inks: tuple[F32, F32, F32]
    grain: F32
    fall: F32
    light: tuple[float, float]
    side: float
    density: float
    wild: float

    def ink(self, n: int) -> F32:
        """Colour ``n`` of the run: three inks, then the figure's."""
        return (*self.inks, self.figure)[n % 4]


def poster_for(spec: SceneSpec) -> Poster:
    """The inks by palette or hour, then mood and weather; the same paper for every layer."""
    rng = np.random.default_rng([spec.seed & 0x7FFFFFFF, 4201])
    if spec.palette:
        colours = _of_song(spec)
    else:
        looks = LOOKS.get(spec.time_of_day, LOOKS["day"])
        colours = [linear_from_hex(c) for c in looks[spec.seed % len(looks)].split()]
    chroma, contrast = _MOOD.get(spec.mood, (1.0, 1.0))
    pale, sunk = _WEATHER.get(spec.weather, (1.0, 0.0))
    warm = _WARM.get(spec.mood, 0.0)
    dim = 0.86 if spec.mood == "dark" else 1.0
    ground, *rest = [_tuned(c, chroma * pale, contrast, warm, dim) for c in colours]
    figure, a, b, c = (mix(ink, ground, sunk) for ink in rest)
    order = rng.permutation(3)
    inks = (a, b, c)
    side = float(rng.choice((-1.0, 1.0)))
    light = (0.5 + side * 0.30, 0.16)
    u, v = pixel_grid(spec, (0.5, 0.5))
    small_u, small_v = pixel_grid(spec, light, 4)
    far = np.sqrt(small_u * small_u + small_v * small_v)
    soft = fbm(small_u * np.float32(0.9), small_v * np.float32(0.9), spec.seed + 17, 2)
    falling = np.float32(1.10) - np.float32(0.36) * np.clip(far / np.float32(1.25), 0, 1) ** 1.3
    fall = enlarge(np.asarray(falling + np.float32(0.02) * soft, np.float32), spec, 4)
    fibre = fbm(u * np.float32(95.0), v * np.float32(150.0), spec.seed + 23, 2)
    tooth = fbm(u * np.float32(330.0), v * np.float32(330.0), spec.seed + 29, 1)
    grain = _ONE + np.float32(0.026) * fibre + np.float32(0.018) * tooth
    return Poster(
        spec=spec,
        ground=ground,
        figure=figure,
        inks=(inks[order[0]], inks[order[1]], inks[order[2]]),
        grain=grain,
        fall=fall,
        light=light,
        side=side,
        density=DENSITY.get(spec.mood, 1.0) * (1.15 if spec.weather == "rain" else 1.0),
        wild=1.4 if spec.weather == "storm" else 0.7 if spec.weather == "mist" else 1.0,
    )


def _of_song(spec: SceneSpec) -> list[F32]:
    """Ground and figure are the palette's ends, by the hour; between them its liveliest colours."""
    colours = sorted((linear_from_hex(c) for c in spec.palette), key=lambda c: float(oklab(c)[0]))
    if len(colours) == 1:
        colours = [colours[0] * np.float32(0.06), colours[0]]
    dark, light, rest = colours[0], colours[-1], colours[1:-1]
    while len(rest) < 3:
        ends = [dark, *rest, light]
        gaps = [float(oklab(b)[0] - oklab(a)[0]) for a, b in pairwise(ends)]
        k = int(np.argmax(gaps))
        rest.insert(k, mix(ends[k], ends[k + 1], 0.5))
    vivid = sorted(rest, key=lambda c: float(np.hypot(*oklab(c)[1:])), reverse=True)[:3]
    outer = (dark, light) if spec.time_of_day in _DARK_GROUND else (light, dark)
    return [*outer, *vivid]


def _tuned(rgb: F32, chroma: float, contrast: float, warm: float, dim: float) -> F32:
    lab = oklab(rgb)
    lab[0] = np.clip((lab[0] - 0.6) * contrast + 0.6, 0.02, 1.0) * dim
    lab[1:] *= chroma
    lab[2] += warm * float(lab[0])
    return from_oklab(lab)


def on_paper(
    poster: Poster, colour: F32, rows: slice | None = None, cols: slice | None = None
) -> F32:
    """Flat colour [h, w, 3] printed: under the falling light, with the paper's tooth."""
    cut = np.s_[rows or slice(None), cols or slice(None)]
    return cast(F32, colour * (poster.grain[cut] * poster.fall[cut])[..., None])


def shadow_of(poster: Poster, cover: F32, lift: float) -> F32:
    """Soft shadow [h, w] 0..1 of a cut sheet ``lift`` short sides above what lies below."""
    size = unit(poster.spec)
    small = cv2.resize(cover, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    near = cv2.GaussianBlur(small, (0, 0), max(0.5, lift * size * 0.07))
    far = cv2.GaussianBlur(small, (0, 0), max(0.8, lift * size * 0.20))
    soft = np.float32(0.45) * near + np.float32(0.55) * far
    big = cv2.resize(soft, (cover.shape[1], cover.shape[0]), interpolation=cv2.INTER_CUBIC)
    dx, dy = -poster.side * lift * size * 0.55, lift * size * 0.70
    move = np.asarray([[1, 0, dx], [0, 1, dy]], np.float32)
    moved = cv2.warpAffine(
        big, move, (cover.shape[1], cover.shape[0]), flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    return cast(F32, np.clip(moved, 0.0, 1.0))


def cut_layer(
    poster: Poster, name: str, cover: F32, colour: F32, parallax: float, lift: float,
    reactions: tuple[Reaction, ...] = (), *, dark: float = 0.55,
) -> Layer:  # fmt: skip
    """A sheet of paper cut to ``cover`` [canvas_h, canvas_w], coloured flat or by pixel, with its
    shadow on what lies below and a bright edge towards the light.
    """
    spec = poster.spec
    printed = on_paper(poster, np.broadcast_to(colour, (*cover.shape, 3)))
    edge = _edge(poster, cover)
    sheet = np.empty((*cover.shape, 4), np.float32)
    shade = shadow_of(poster, cover, lift) * np.float32(dark) * (_ONE - cover)
    tint = (
        poster.figure
        if float(oklab(poster.figure)[0]) < float(oklab(poster.ground)[0])
        else (poster.ground)
    )
    for c in range(3):
        lit = printed[..., c] * (_ONE + np.float32(0.30) * edge) + np.float32(0.012) * np.abs(edge)
        sheet[..., c] = lit * cover + shade * tint[c] * np.float32(0.12)
    sheet[..., 3] = cover + shade
    return to_layer(name, sheet, parallax, reactions=reactions, seed=spec.seed)


def _edge(poster: Poster, cover: F32) -> F32:
    """-1..1 along the cut: positive where it faces the light."""
    size = max(0.7, 0.0011 * unit(poster.spec))
    soft = cv2.GaussianBlur(cover, (0, 0), size)
    gx = cv2.Sobel(soft, cv2.CV_32F, 1, 0, ksize=3, scale=0.125)
    gy = cv2.Sobel(soft, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)
    facing = (np.float32(-0.55 * poster.side) * gx + np.float32(0.83) * gy) * np.float32(size * 3.5)
    return cast(F32, np.clip(facing, -1.0, 1.0))


def coverage(distance: F32, size: float) -> F32:
    """Coverage 0..1 of a shape from its signed distance in short sides (inside positive)."""
    return cast(F32, np.clip(distance * np.float32(size) + np.float32(0.5), 0.0, 1.0))
