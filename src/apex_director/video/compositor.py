"""One scene at one moment: layers in depth, water and particles in place, the light buffer."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apex_director.core.ids import seed_for
from apex_director.images.model import Layer, Light

from .camera import layer_view
from .light import Lamp, buffer_shape, lay_mip
from .model import F32, U8, U32, CameraPath, Curves, Moment, PreparedScene, View
from .particles import draw_particles
from .tiles import TILE_H, TILE_W, axis_table, lay, tile_cover
from .water import draw_water, mirror_light, water_rows

Tables = tuple[NDArray[np.int32], U32, NDArray[np.int32], U32]
Mask = NDArray[np.bool_]

SKIP, OVER, REPLACE, ADD = 0, 1, 2, 3
GAIN_ONE = 128
NEVER_MORE = 1.9
"""Greatest gain of an additive layer; the kernel's lanes hold less than 2."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Sheet:
    """What one scene is drawn on: packed pixels [shape=(h, w)], buffer [shape=(h/8, w/8, 3)]."""

    frame: U32
    light: F32


def new_sheet(width: int, height: int) -> Sheet:
    """An empty sheet for frames of a size."""
    rows, cols = buffer_shape(width, height)
    return Sheet(
        frame=np.zeros((height, width), np.uint32), light=np.zeros((rows, cols, 3), np.float32)
    )


def moment_at(
    curves: Curves, row: int, rate: float, middle: float, strength: float = 1.0
) -> Moment:
    """The moment of row ``row`` of the curves; ``strength`` 0..1 scales how much is felt."""
    frame = curves.start + row
    seconds = (frame + 0.5) / rate
    return Moment(
        frame=frame,
        seconds=seconds,
        shot_seconds=seconds - middle,
        low=float(curves.low[row]) * strength,
        mid=float(curves.mid[row]) * strength,
        high=float(curves.high[row]) * strength,
        loudness=float(curves.loudness[row]) * strength,
        beat=float(curves.beat[row]) * strength,
        bar=float(curves.bar[row]) * strength,
        travel=float(curves.travel[row]),
    )


def compose(
    prepared: PreparedScene, path: CameraPath, row: int, moment: Moment, seed: int, sheet: Sheet
) -> None:
    """Draw the scene on the sheet as the camera sees it at ``row`` of its path."""
    scene = prepared.scene
    views = [
        _view(prepared, layer, k, path, row, moment, seed, sheet)
        for k, layer in enumerate(scene.layers)
    ]
    _fill_light(prepared, views, sheet)
    tables = [_tables(prepared, view, sheet.frame.shape) for view in views]
    split = scene.water.after + 1 if scene.water else 0
    front, hidden = _modes(prepared, tables, split, len(views), _grid_of(sheet))
    if scene.water or not hidden.all():  # else every tile is begun by what fills it
        sheet.frame[:] = 0
    if scene.water:
        under = water_rows(prepared, views[scene.water.after], sheet.frame.shape[0])
        back, _ = _modes(prepared, tables, 0, split, _grid_of(sheet), _drowned(sheet, under))
        _lay_layers(prepared, views, tables, back, 0, moment, seed, sheet)
        draw_water(prepared, views[scene.water.after], path, row, moment, hidden, sheet.frame)
    _lay_layers(prepared, views, tables, front, split, moment, seed, sheet)


def lamp_at(
    light: Light | None,
    prepared: PreparedScene,
    path: CameraPath,
    row: int,
    moment: Moment,
    width: int,
    height: int,
) -> Lamp | None:
    """The key light in cells of the light buffer, pulsing with its band."""
    if light is None:
        return None
    zoom, cx, cy = layer_view(path, row, 0.0)
    step = _canvas_step(prepared, width, height) / zoom
    scene = prepared.scene
    x = 0.5 * width + (light.x - cx) * scene.canvas_width / step
    y = 0.5 * height + (light.y - cy) * scene.canvas_height / step
    level = light.strength * (0.14 + 0.16 * moment.band(light.band))
    r, g, b = light.color
    return Lamp(
        x=x / 8.0,
        y=y / 8.0,
        radius=0.16 * height / 8.0 * zoom,
        color=(r * level, g * level, b * level),
        rays=light.rays * (0.8 + 0.35 * moment.band(light.band)),
    )


def _canvas_step(prepared: PreparedScene, width: int, height: int) -> float:
    """Canvas pixels per frame pixel at zoom 1: the canvas covers the frame."""
    scene = prepared.scene
    return min(scene.canvas_width / width, scene.canvas_height / height)


def _view(
    prepared: PreparedScene,
    layer: Layer,
    index: int,
    path: CameraPath,
    row: int,
    moment: Moment,
    seed: int,
    sheet: Sheet,
) -> View:
    height, width = sheet.frame.shape
    scene = prepared.scene
    zoom, cx, cy = layer_view(path, row, layer.parallax)
    step = _canvas_step(prepared, width, height) / zoom
    gain, dx, dy = _reactions(layer, moment, seed_for(seed, index))
    dx += layer.drift[0] * moment.shot_seconds
    dy += layer.drift[1] * moment.shot_seconds
    # A layer that moves by itself moves less near the canvas' edge rather than showing it.
    room_x = max(0.0, min(cx, 1.0 - cx) * scene.canvas_width - 0.5 * width * step - 1.0)
    room_y = max(0.0, min(cy, 1.0 - cy) * scene.canvas_height - 0.5 * height * step - 1.0)
    return View(
        cx=cx * scene.canvas_width - _soft(dx * scene.canvas_height, room_x),
        cy=cy * scene.canvas_height - _soft(dy * scene.canvas_height, room_y),
        step=step,
        gain=gain,
    )


def _soft(shift: float, room: float) -> float:
    """The shift, bent so that it never exceeds the room."""
    return room * math.tanh(shift / room) if room > 0.5 else 0.0


def _reactions(layer: Layer, moment: Moment, seed: int) -> tuple[float, float, float]:
    """Gain and shift (in picture heights, x right and y down) of a layer now."""
    gain, dx, dy = 1.0, 0.0, 0.0
    turn = (seed % 1000) / 1000.0
    for k, reaction in enumerate(layer.reactions):
        level = moment.band(reaction.band)
        match reaction.kind:
            case "gain":
                gain *= reaction.floor + reaction.amount * level
            case "sway":
                dx += (
                    reaction.amount
                    * level
                    * math.sin(2 * math.pi * (0.23 * moment.seconds + turn + 0.37 * k))
                )
            case "rise":
                dy -= reaction.amount * level
            case "bob":
                wave = 2 * math.pi * (0.14 * moment.seconds + turn + 0.29 * k)
                dx += 0.5 * reaction.amount * math.sin(0.62 * wave + 1.0)
                dy += reaction.amount * (0.8 * math.sin(wave) + 0.2 * math.sin(1.9 * wave))
            case "twinkle":
                gain *= 1.0 + reaction.amount * _flicker(moment.seconds, turn + 0.17 * k)
            case "breathe":
                gain *= 1.0 + reaction.amount * math.sin(
                    2 * math.pi * (0.11 * moment.seconds + turn)
                )
    return min(max(gain, 0.0), NEVER_MORE), dx, dy


def _flicker(seconds: float, turn: float) -> float:
    """A slow irregular wave in -1..1, well below flash rates."""
    waves = ((0.31, 0.5), (0.73, 0.3), (1.21, 0.2))
    return sum(a * math.sin(2 * math.pi * (hz * seconds + turn * (3 + 7 * hz))) for hz, a in waves)


def _fill_light(prepared: PreparedScene, views: list[View], sheet: Sheet) -> None:
    height, width = sheet.frame.shape
    sheet.light[:] = 0.0
    water = prepared.scene.water
    for k, (layer, view) in enumerate(zip(prepared.scene.layers, views, strict=True)):
        mip, added = prepared.mips[k], layer.blend == "add"
        flat = mip.reshape(len(mip), -1)
        lay_mip(sheet.light, flat, view.cx, view.cy, view.step, width, height, view.gain, added)
        if water and k == water.after:
            mirror_light(prepared, view, height, sheet.light)


def _lay_layers(
    prepared: PreparedScene,
    views: list[View],
    tables: list[Tables],
    modes: list[U8],
    first: int,
    moment: Moment,
    seed: int,
    sheet: Sheet,
) -> None:
    """Lay layers from ``first`` on, and the particles in front of each."""
    for k, mode in enumerate(modes, start=first):
        gain = round(views[k].gain * GAIN_ONE)
        lay(sheet.frame, prepared.pixels[k], *tables[k], mode, gain)
        for n, particles in enumerate(prepared.scene.particles):
            if particles.after == k:
                own = seed_for(seed, "p", n)
                draw_particles(particles, views[k], prepared, moment, own, sheet.frame)


def _tables(prepared: PreparedScene, view: View, shape: tuple[int, ...]) -> Tables:
    scene = prepared.scene
    xs, wx = axis_table(shape[1], scene.canvas_width, view.cx, view.step)
    ys, wy = axis_table(shape[0], scene.canvas_height, view.cy, view.step)
    return xs, wx, ys, wy


def _grid_of(sheet: Sheet) -> tuple[int, int]:
    """Rows and columns of output tiles."""
    height, width = sheet.frame.shape
    return -(-height // TILE_H), -(-width // TILE_W)


def _drowned(sheet: Sheet, under: tuple[float, float]) -> Mask:
    """Tiles that the water will cover wholly, so that nothing behind it need be drawn there."""
    rows, cols = _grid_of(sheet)
    tops = np.arange(rows) * TILE_H
    wet = (tops >= under[0] + 1) & (np.minimum(tops + TILE_H, sheet.frame.shape[0]) <= under[1])
    return np.repeat(wet[:, None], cols, axis=1)


def _modes(
    prepared: PreparedScene,
    tables: list[Tables],
    first: int,
    last: int,
    grid: tuple[int, int],
    hidden: Mask | None = None,
) -> tuple[list[U8], Mask]:
    """What each layer does in each output tile given what lies in front of it, and which tiles
    these layers fill.
    """
    hidden = np.zeros(grid, np.bool_) if hidden is None else hidden
    modes: list[U8] = []
    for k in range(last - 1, first - 1, -1):
        least, most = np.empty(grid, np.uint8), np.empty(grid, np.uint8)
        tile_cover(prepared.bounds[k], tables[k][0], tables[k][2], least, most)
        added = prepared.scene.layers[k].blend == "add"
        mode = np.full(grid, ADD if added else OVER, np.uint8)
        opaque = least == 255
        mode[opaque] = REPLACE
        mode[hidden | (most == 0)] = SKIP
        hidden = hidden | opaque
        modes.append(mode)
    return modes[::-1], hidden
