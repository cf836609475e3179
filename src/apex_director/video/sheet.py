"""The contact sheet: every shot as one picture with its number, time, section, size and move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from .lettering import DISPLAY, TEXT, Style, line_width, paint_line
from .model import U8

PAPER = (16, 17, 20)
INK = (238, 235, 228)
FAINT = (140, 141, 146)
HAIRLINE = (52, 54, 60)


@dataclass(frozen=True, kw_only=True)
class Caption:
    """What stands under a picture: number, section and time on one line, detail below."""

    number: str
    time: str
    section: str = ""
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class _Grid:
    columns: int
    cell: int
    picture: int
    gutter: int
    caption: int
    head: int
    margin: int


def contact_sheet(
    images: Sequence[U8],
    captions: Sequence[Caption | str],
    *,
    title: str = "",
    subtitle: str = "",
    width: int = 2400,
    palette: Sequence[str] = (),
) -> U8:
    """Lay pictures out on one sheet.

    Parameters
    ----------
    images : uint8 RGB [shape=(h, w, 3)], all of one aspect.
    captions : one per picture; a text is read as ``number  time  section`` (two blanks between)
        and a second line of detail.
    palette : hex colours shown as swatches at the head.

    Returns
    -------
    uint8 RGB [shape=(sheet_h, width, 3)]
    """
    aspect = images[0].shape[1] / images[0].shape[0]
    grid = _grid(len(images), aspect, width)
    rows = -(-len(images) // grid.columns)
    row_height = grid.picture + grid.caption + grid.gutter
    height = grid.margin * 2 + grid.head + rows * row_height - grid.gutter
    sheet = Image.new("RGB", (width, height), PAPER)
    _head(sheet, grid, title, subtitle, palette, len(images))
    for k, (image, caption) in enumerate(zip(images, captions, strict=True)):
        row, column = divmod(k, grid.columns)
        x = grid.margin + column * (grid.cell + grid.gutter)
        y = grid.margin + grid.head + row * row_height
        fitted = Image.fromarray(np.ascontiguousarray(image)).resize(
            (grid.cell, grid.picture), Image.Resampling.LANCZOS
        )
        sheet.paste(fitted, (x, y))
        _caption(sheet, x, y + grid.picture, grid, _read(caption))
    return np.asarray(sheet)


def _read(caption: Caption | str) -> Caption:
    if isinstance(caption, Caption):
        return caption
    first, _, detail = caption.partition("\n")
    number, time, section = (*first.split("  "), "", "")[:3]
    return Caption(number=number, time=time, section=section, detail=detail)


def _grid(count: int, aspect: float, width: int) -> _Grid:
    """Columns so that pictures stay large enough to judge and the sheet is no endless scroll."""
    wish = 4 if count <= 16 else 5 if count <= 40 else 6
    columns = max(1, min(count, wish if aspect >= 1.2 else wish + 2))
    margin, gutter = round(width * 0.034), round(width * 0.013)
    cell = (width - 2 * margin - (columns - 1) * gutter) // columns
    return _Grid(
        columns=columns,
        cell=cell,
        picture=round(cell / aspect),
        gutter=gutter,
        caption=round(width * 0.038),
        head=round(width * 0.075),
        margin=margin,
    )


def _head(
    sheet: Image.Image, grid: _Grid, title: str, subtitle: str, palette: Sequence[str], count: int
) -> None:
    width = sheet.width
    big = Style(family=DISPLAY, size=width * 0.026, spacing=0.03)
    small = Style(family=TEXT, size=width * 0.0078, spacing=0.16)
    y = grid.margin + width * 0.022
    label = f"{count} SHOTS"
    right = width - grid.margin
    name = _fit(title or "Contact sheet", big, right - grid.margin)
    paint_line(sheet, name, grid.margin, y, big, INK)
    room = right - grid.margin - line_width(label, small) * 1.5
    by = _fit(subtitle.upper(), small, room)
    paint_line(sheet, by, grid.margin, y + width * 0.020, small, FAINT)
    paint_line(sheet, label, right - line_width(label, small), y + width * 0.020, small, FAINT)
    side = round(width * 0.0125)
    for k, color in enumerate(reversed(palette[:6])):
        x = right - (k + 1) * side - k * round(side * 0.3)
        ImageDraw.Draw(sheet).rectangle((x, y - side, x + side - 1, y - 1), fill=color)
    rule = round(grid.margin + grid.head - width * 0.018)
    ImageDraw.Draw(sheet).line((grid.margin, rule, right, rule), fill=HAIRLINE, width=1)


def _caption(sheet: Image.Image, x: int, y: int, grid: _Grid, caption: Caption) -> None:
    size = max(11.0, min(sheet.width * 0.0072, grid.cell * 0.042))
    bold = Style(family=TEXT, size=size * 1.1, spacing=0.04)
    plain = Style(family=TEXT, size=size, spacing=0.02)
    first = y + size * 1.75
    paint_line(sheet, caption.number, x, first, bold, INK)
    at = x + grid.cell - line_width(caption.time, plain)
    paint_line(sheet, caption.time, at, first, plain, FAINT)
    after = x + line_width(caption.number, bold) + size * 0.8
    paint_line(sheet, _fit(caption.section, plain, at - after - size), after, first, plain, FAINT)
    detail = _fit(caption.detail, plain, grid.cell)
    paint_line(sheet, detail, x, first + size * 1.45, plain, FAINT)


def _fit(text: str, style: Style, room: float) -> str:
    """The text in one line of at most ``room`` pixels; a person's titles may hold line breaks."""
    text = " ".join(text.split())
    if line_width(text, style) <= room:
        return text
    while text and line_width(text + "…", style) > room:
        text = text[:-1]
    return text.rstrip() + "…" if text else ""
