"""Screening for flashes that can harm: luminance and saturated red, region by region.

A screening, not a certification. Sources: ITU-R BT.1702-3 and WCAG 2.2 success criterion 2.3.1.
A cell changes when its value turns and moves by the limit; a region flashes when more than a
quarter of it changes the same way together. Changes that go up and down side by side at different
moments are movement (a pan), and cancel.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Literal

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from .grid import F32, grid_shape
from .model import U8, FlashSpan
from .seeing import Glance, glance, quick

I8 = NDArray[np.int8]
I16 = NDArray[np.int16]
LUMINANCE_STEP = 0.10  # of peak relative luminance, WCAG general flash
DARK_BELOW = 0.80  # the darker picture of a pair, WCAG general flash
RED_STEP = 20.0  # (R - G - B) x 320, WCAG red flash
AREA = 0.25  # of the picture, and of any ten degree field
FIELD = 3  # a field is a third of the width by a third of the height: 341x256 of 1024x768
CHANGES = 7  # in a second: more than three pairs of opposing changes
EXTENDED_CHANGES = 5  # in a second: more than two pairs, warned of when it goes on
EXTENDED_S = 5
TOGETHER_S = 0.1  # changes this close are one change of a region
EXPLAINED = 0.4  # share of a difference that a shift may leave and still be the reason for it
_SLACK = np.float32(1e-4)  # rounding of code values must not hide a step of exactly the limit
Kind = Literal["luminance", "red"]


@njit(cache=True)
def _turns(
    value: F32, extreme: F32, heading: I8, step: np.float32, dark: np.float32, out: I8
) -> None:
    """Follow each cell's turning points; ``out`` is +1 or -1 where a change is complete."""
    for i in range(value.size):
        now, last, way = value[i], extreme[i], heading[i]
        out[i] = 0
        if now - last >= step and way <= 0 and last < dark:
            out[i], heading[i], extreme[i] = 1, 1, now
        elif last - now >= step and way >= 0 and now < dark:
            out[i], heading[i], extreme[i] = -1, -1, now
        elif way == 0:
            if abs(now - last) >= step:
                extreme[i] = now
        elif (way > 0) == (now > last):
            extreme[i] = now


@njit(cache=True)
def _integral(mask: I8, recent: I16, sign: int, now: I16, lately: I16) -> None:
    """Summed-area tables of the cells that change in this frame, and that changed lately."""
    rows, columns = mask.shape
    for i in range(rows):
        row_now = row_lately = 0
        for j in range(columns):
            row_now += mask[i, j] == sign
            row_lately += recent[i, j] * sign > 0
            now[i + 1, j + 1] = now[i, j + 1] + row_now
            lately[i + 1, j + 1] = lately[i, j + 1] + row_lately


@njit(cache=True)
def _area(table: I16, i: int, j: int, h: int, w: int) -> int:
    return int(table[i + h, j + w] - table[i, j + w] - table[i + h, j] + table[i, j])


@njit(cache=True)
def _fields(
    up: I16,
    down: I16,
    up_lately: I16,
    down_lately: I16,
    h: int,
    w: int,
    last: I8,
    ring: I8,
    slot: int,
    counts: I16,
) -> tuple[int, int]:
    """Count each field's opposing changes over the last second.

    Returns the largest count of any field, and the most cells any counted change moved.
    """
    most = moved = 0
    wanted = AREA * h * w
    columns = up.shape[1] - w
    for i in range(up.shape[0] - h):
        for j in range(columns):
            at = i * columns + j
            rise, fall = _area(up, i, j, h, w), _area(down, i, j, h, w)
            net = _area(up_lately, i, j, h, w) - _area(down_lately, i, j, h, w)
            way = 0
            if rise > wanted or fall > wanted:
                way = 1 if rise >= fall else -1
            elif rise + fall > 0 and abs(net) > wanted:
                way = 1 if net > 0 else -1
            changed = way != 0 and way != last[at]
            if changed:
                last[at] = way
                moved = max(moved, max(rise, fall, abs(net)))
            counts[at] += changed - ring[slot, at]
            ring[slot, at] = changed
            most = max(most, counts[at])
    return most, moved


class _Screen:
    """One kind of flash, followed over all cells, all fields and the whole picture."""

    def __init__(self, kind: Kind, rows: int, columns: int, rate: Fraction) -> None:
        self.kind = kind
        self.step = np.float32(LUMINANCE_STEP if kind == "luminance" else RED_STEP) - _SLACK
        self.dark = np.float32(DARK_BELOW if kind == "luminance" else np.inf)
        self.window = max(1, round(rate))
        self.together = max(1, round(rate * Fraction(TOGETHER_S)))
        self.extreme: F32 | None = None
        self.heading = np.zeros(rows * columns, dtype=np.int8)
        self.turned = np.zeros((rows, columns), dtype=np.int8)
        self.recent = np.zeros((rows, columns), dtype=np.int16)
        self.tables = [np.zeros((rows + 1, columns + 1), dtype=np.int16) for _ in range(4)]
        field = max(1, round(rows / FIELD)), max(1, round(columns / FIELD))
        self.sizes = [field, (rows, columns)]
        self.state = [_field_state(rows, columns, h, w, self.window) for h, w in self.sizes]
        self.counts: list[int] = []
        self.moved: list[float] = []

    def push(self, value: F32) -> None:
        """Follow one frame's cell values [shape=(rows, columns)]; :meth:`count` comes next."""
        if self.extreme is None:
            self.extreme = value.ravel().copy()
        _turns(value.ravel(), self.extreme, self.heading, self.step, self.dark, self.turned.ravel())

    def turned_share(self) -> float:
        """Share of the picture's cells that turned in the last frame."""
        return float(np.count_nonzero(self.turned)) / self.turned.size

    def count(self, moving: bool) -> None:
        """Count the followed frame's changes; none where the picture only moved."""
        if moving:
            self.turned[:] = 0
        # +n or -n: a change of that direction, to be remembered for n frames
        self.recent -= np.sign(self.recent)
        self.recent = np.where(self.turned != 0, self.turned * self.together, self.recent).astype(
            np.int16
        )
        up, down, up_lately, down_lately = self.tables
        _integral(self.turned, self.recent, 1, up, up_lately)
        _integral(self.turned, self.recent, -1, down, down_lately)
        slot = len(self.counts) % self.window
        most, share = 0, 0.0
        for (h, w), (last, ring, counts) in zip(self.sizes, self.state, strict=True):
            found, moved = _fields(up, down, up_lately, down_lately, h, w, last, ring, slot, counts)
            most, share = max(most, found), max(share, moved / (h * w))
        self.counts.append(most)
        self.moved.append(share)

    def spans(self) -> list[FlashSpan]:
        """Where more than three flashes fall into one second, overlapping seconds joined."""
        over = [i for i, count in enumerate(self.counts) if count >= CHANGES]
        return [self._span(a, b) for a, b in self._runs(over)]

    def extended(self) -> list[FlashSpan]:
        """Where more than two flashes a second go on for five seconds."""
        long = EXTENDED_S * self.window
        over = [i for i, count in enumerate(self.counts) if count >= EXTENDED_CHANGES]
        return [self._span(a, b) for a, b in self._runs(over) if b - a >= long]

    def _runs(self, over: list[int]) -> list[tuple[int, int]]:
        runs: list[tuple[int, int]] = []
        for i in over:
            start = max(0, i + 1 - self.window)
            if runs and start <= runs[-1][1]:
                runs[-1] = runs[-1][0], i + 1
            else:
                runs.append((start, i + 1))
        return runs

    def _span(self, start: int, end: int) -> FlashSpan:
        return FlashSpan(
            start=start,
            end=end,
            kind=self.kind,
            flashes_per_second=max(self.counts[start:end]) / 2,
            area=max(self.moved[start:end]),
        )


def _field_state(rows: int, columns: int, h: int, w: int, window: int) -> tuple[I8, I8, I16]:
    count = (rows + 1 - h) * (columns + 1 - w)
    return (
        np.zeros(count, dtype=np.int8),
        np.zeros((window, count), dtype=np.int8),
        np.zeros(count, dtype=np.int16),
    )


def moves(pictures: list[U8]) -> bool:
    """True when the last three pictures are one another, shifted on and on the same way.

    A pan takes every place from dark to light and back, and is no flash. A pattern that jumps and
    rests is one.
    """
    if len(pictures) < 3:
        return False
    first, second, third = (p.astype(np.float32) for p in pictures)
    # Of a repeating pattern either pair alone may show a wrong multiple of the movement.
    return any(
        math.hypot(*shift) >= 1.0
        and _explained(first, second, shift)
        and _explained(second, third, shift)
        for shift in (_shift(second, third), _shift(first, second))
    )


def _shift(before: F32, after: F32) -> tuple[float, float]:
    """By how many pixels (x, y) a picture moved, by phase correlation."""
    window = cv2.createHanningWindow((before.shape[1], before.shape[0]), cv2.CV_32F)
    # Copies, because OpenCV 5 applies the window to what it is given.
    (x, y), _ = cv2.phaseCorrelate(before.copy(), after.copy(), window)
    return float(x), float(y)


def _explained(before: F32, after: F32, shift: tuple[float, float]) -> bool:
    """Whether moving one picture by the shift leaves little of its difference to the other."""
    matrix = np.array([[1, 0, shift[0]], [0, 1, shift[1]]], dtype=np.float32)
    height, width = before.shape
    seen = cv2.warpAffine(np.ones_like(before), matrix, (width, height)) > 0.999
    moved = cv2.warpAffine(before, matrix, (width, height))
    if seen.mean() < 0.5:
        return False
    left = float(np.abs(moved - after)[seen].mean())
    return left < EXPLAINED * float(np.abs(before - after)[seen].mean())


class FlashMeter:
    """Watches a video frame by frame and tells where it flashes too often (contract D29)."""

    def __init__(self, rate: Fraction, width: int, height: int) -> None:
        rows, columns = grid_shape(width, height)
        self._lately: list[Glance] = []
        self._screens = (
            _Screen("luminance", rows, columns, rate),
            _Screen("red", rows, columns, rate),
        )

    def push(self, y: U8, u: U8, v: U8) -> None:
        """Look at the next frame: uint8 4:2:0 planes, limited-range BT.709."""
        self.take(glance(y, u, v))

    def take(self, seen: Glance) -> None:
        """Take in the next frame as it was seen."""
        for screen, value in zip(self._screens, seen.cells, strict=True):
            screen.push(value)
        changes = bool(self._lately) and quick(self._lately[-1], seen)
        self._lately = [*self._lately[-2:], seen]
        busy = max(screen.turned_share() for screen in self._screens) > AREA / FIELD**2
        small = [one.luma for one in self._lately if one.luma is not None]
        moving = busy and changes and moves(small)
        for screen in self._screens:
            screen.count(moving)

    def spans(self) -> tuple[FlashSpan, ...]:
        """Stretches with more than three flashes in one second, in order."""
        return tuple(sorted((s for k in self._screens for s in k.spans()), key=_place))

    def extended(self) -> tuple[FlashSpan, ...]:
        """Stretches of five seconds or more with more than two flashes a second: a warning."""
        return tuple(sorted((s for k in self._screens for s in k.extended()), key=_place))


def _place(span: FlashSpan) -> tuple[int, str]:
    return span.start, span.kind
