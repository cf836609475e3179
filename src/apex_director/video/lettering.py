"""Lines of text as pictures: which font draws which script, spacing, line breaks, soft shadow."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont, features

from .model import U32

FONTS = Path(__file__).parent / "fonts"
DISPLAY, TEXT = "NotoSerifDisplay", "NotoSans"
OVERSIZE = 1.3
"""Lettering is stored larger than shown, so that a slow push does not make it breathe."""

_SCRIPTS = (
    (0x0530, 0x058F, "NotoSansArmenian"),
    (0x0590, 0x05FF, "NotoSansHebrew"),
    (0xFB1D, 0xFB4F, "NotoSansHebrew"),
    (0x0600, 0x077F, "NotoSansArabic"),
    (0x08A0, 0x08FF, "NotoSansArabic"),
    (0xFB50, 0xFDFF, "NotoSansArabic"),
    (0xFE70, 0xFEFF, "NotoSansArabic"),
    (0x0900, 0x097F, "NotoSansDevanagari"),
    (0x0980, 0x09FF, "NotoSansBengali"),
    (0x0B80, 0x0BFF, "NotoSansTamil"),
    (0x0E00, 0x0E7F, "NotoSansThai"),
    (0x10A0, 0x10FF, "NotoSansGeorgian"),
)
_SYSTEM_ONLY = (
    (0x1100, 0x11FF),
    (0x2E80, 0x9FFF),
    (0xAC00, 0xD7FF),
    (0xF900, 0xFAFF),
    (0xFF00, 0xFFEF),
    (0x20000, 0x3134F),
)
_CJK_FILES = (
    "NotoSansCJK-Medium.ttc",
    "NotoSansCJK-Regular.ttc",
    "SourceHanSans.ttc",
    "wqy-zenhei.ttc",
    "DroidSansFallbackFull.ttf",
    "PingFang.ttc",
    "Hiragino Sans GB.ttc",
    "msyh.ttc",
    "YuGothM.ttc",
    "malgun.ttf",
)
_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)


@dataclass(frozen=True, kw_only=True)
class Style:
    """How a line is set: font family, size in pixels, letter-spacing in parts of the size."""

    family: str
    size: float
    spacing: float = 0.0
    color: tuple[int, int, int] = (255, 255, 255)
    shadow: float = 0.6


@dataclass(frozen=True, kw_only=True, eq=False)
class Sprite:
    """A line as premultiplied pixels [uint32, shape=(h, w)], stored ``OVERSIZE`` times as large.

    ``middle`` is where the line's optical centre lies in the sprite, in sprite pixels.
    """

    pixels: U32
    middle: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class _Run:
    text: str
    family: str
    rtl: bool


def set_line(text: str, style: Style, shadow_px: float) -> Sprite:
    """Draw one line with its soft shadow; ``shadow_px`` is the wide shadow's sigma as shown."""
    size = style.size * OVERSIZE
    runs = _runs(text, style.family)
    widths = [_run_width(r, size, style.spacing) for r in runs]
    pad = round(shadow_px * OVERSIZE * 3) + 4
    width, height = max(1, round(sum(widths))) + 2 * pad, round(size * 1.7) + 2 * pad
    mask = Image.new("L", (width, height), 0)
    pen, baseline = float(pad), pad + size * 1.15
    for run, advance in zip(runs, widths, strict=True):
        _draw_run(mask, run, pen, baseline, size, style.spacing)
        pen += advance
    middle = (pad + sum(widths) / 2, baseline - 0.35 * size)
    return Sprite(pixels=_shaded(mask, style, shadow_px * OVERSIZE), middle=middle)


def paint_line(
    picture: Image.Image,
    text: str,
    x: float,
    baseline: float,
    style: Style,
    color: tuple[int, int, int],
) -> None:
    """Draw one line on an RGB picture, in place, without shadow."""
    mask = Image.new("L", (max(1, round(line_width(text, style)) + 8), round(style.size * 2)), 0)
    pen = 2.0 + x - int(x)
    for run in _runs(text, style.family):
        _draw_run(mask, run, pen, style.size * 1.3, style.size, style.spacing)
        pen += _run_width(run, style.size, style.spacing)
    picture.paste(color, (int(x) - 2, round(baseline - style.size * 1.3)), mask)


def line_width(text: str, style: Style) -> float:
    """Width of a line in pixels, as shown."""
    return sum(_run_width(r, style.size, style.spacing) for r in _runs(text, style.family))


def word_edges(text: str, style: Style) -> tuple[tuple[float, float], ...]:
    """Where each word of a line stands, in pixels from the line's left edge: first the side the
    reading comes from, then the other. Kerning across spaces is left out.
    """
    leftwards = _reads_leftwards(text)
    whole = line_width(text, style)
    edges, said = [], ""
    for word in text.split():
        begin = line_width(said + " ", style) if said else 0.0
        said = f"{said} {word}" if said else word
        pair = begin, line_width(said, style)
        edges.append((whole - pair[0], whole - pair[1]) if leftwards else pair)
    return tuple(edges)


def break_lines(text: str, style: Style, room: float, most: int) -> tuple[str, ...] | None:
    """Break a text into at most ``most`` balanced lines that fit the room, or None."""
    words = text.split()
    for count in range(1, most + 1):
        lines = _balanced(words, style, count)
        if lines and max(line_width(line, style) for line in lines) <= room:
            return lines
    return None


def undrawable(text: str) -> str:
    """The characters for which neither a bundled nor an installed font is found."""
    if _cjk_font() is not None:
        return ""
    return "".join(c for c in text if any(a <= ord(c) <= b for a, b in _SYSTEM_ONLY))


def _balanced(words: list[str], style: Style, count: int) -> tuple[str, ...] | None:
    """Split words into ``count`` lines so that the longest is as short as can be."""
    if count > len(words):
        return None
    if count == 1:
        return (" ".join(words),)
    best: tuple[str, ...] | None = None
    best_width = float("inf")
    for cut in range(1, len(words) - count + 2):
        rest = _balanced(words[cut:], style, count - 1)
        if rest is None:
            continue
        lines = (" ".join(words[:cut]), *rest)
        # The widest line decides; a line like the others is better than a lonely word.
        width = max(line_width(line, style) for line in lines)
        if width < best_width:
            best, best_width = lines, width
    return best


@cache
def _font(family: str, size: float) -> ImageFont.FreeTypeFont:
    path = _cjk_font() if family == "system" else FONTS / f"{family}-Medium.ttf"
    engine = ImageFont.Layout.RAQM if features.check("raqm") else ImageFont.Layout.BASIC
    return ImageFont.truetype(str(path), size, layout_engine=engine)


@cache
def _cjk_font() -> Path | None:
    """An installed font for Chinese, Japanese and Korean, which are too large to bundle."""
    for folder in (Path(f) for f in _FOLDERS):
        if folder.is_dir():
            found = {p.name: p for p in folder.rglob("*.tt[cf]")}
            for name in _CJK_FILES:
                if name in found:
                    return found[name]
    return None


def _family_of(char: str, family: str, now: str) -> str:
    code = ord(char)
    for first, last, name in _SCRIPTS:
        if first <= code <= last:
            return name
    if any(a <= code <= b for a, b in _SYSTEM_ONLY):
        return "system" if _cjk_font() else TEXT
    joins = unicodedata.combining(char) or code in (0x200C, 0x200D)
    return now if joins and now else family


def _runs(text: str, family: str) -> list[_Run]:
    """Pieces of one font each, in visual order (a right-to-left line is laid from the right)."""
    runs: list[_Run] = []
    for k, char in enumerate(text):
        name = _family_of(char, family, runs[-1].family if runs else "")
        if char == " " and runs:
            # A space inside a script stays in its run; between two scripts it stands alone.
            after = text[k:].lstrip()[:1]
            follows = bool(after) and _family_of(after, family, "") == runs[-1].family
            name = runs[-1].family if follows else f"{family} "
        rtl = name in ("NotoSansHebrew", "NotoSansArabic")
        if runs and runs[-1].family == name:
            runs[-1] = replace(runs[-1], text=runs[-1].text + char)
        else:
            runs.append(_Run(text=char, family=name, rtl=rtl))
    runs = [replace(run, family=run.family.strip()) for run in runs]
    if _reads_leftwards(text):
        runs.reverse()
    return runs


def _reads_leftwards(text: str) -> bool:
    """Whether the first letter that has a direction is read from right to left."""
    strong = next((c for c in text if unicodedata.bidirectional(c) in ("L", "R", "AL")), "a")
    return unicodedata.bidirectional(strong) != "L"


def _clusters(text: str) -> list[str]:
    out: list[str] = []
    for char in text:
        if out and (unicodedata.combining(char) or ord(char) in (0x200C, 0x200D)):
            out[-1] += char
        else:
            out.append(char)
    return out


def _spaced(run: _Run, spacing: float) -> bool:
    """Letters of joined scripts are never pulled apart."""
    return spacing != 0.0 and run.family in (DISPLAY, TEXT, "NotoSansGeorgian", "NotoSansArmenian")


def _run_width(run: _Run, size: float, spacing: float) -> float:
    width = float(_font(run.family, size).getlength(run.text))
    return width + (len(_clusters(run.text)) * spacing * size if _spaced(run, spacing) else 0.0)


def _draw_run(
    mask: Image.Image, run: _Run, x: float, baseline: float, size: float, spacing: float
) -> None:
    pen, font = ImageDraw.Draw(mask), _font(run.family, size)
    if not _spaced(run, spacing):
        pen.text((x, baseline), run.text, fill=255, font=font, anchor="ls")
        return
    before = ""
    for k, cluster in enumerate(_clusters(run.text)):
        # Length of the text so far, the cluster included, keeps the font's kerning.
        at = font.getlength(before + cluster) - font.getlength(cluster)
        pen.text(
            (x + at + (k + 0.5) * spacing * size, baseline),
            cluster,
            fill=255,
            font=font,
            anchor="ls",
        )
        before += cluster


def _shaded(mask: Image.Image, style: Style, sigma: float) -> U32:
    """Text over a wide and a tight shadow, premultiplied and packed."""
    wide = np.asarray(mask.filter(ImageFilter.GaussianBlur(sigma)), dtype=np.float32) / 255.0
    tight = (
        np.asarray(mask.filter(ImageFilter.GaussianBlur(sigma * 0.22)), dtype=np.float32) / 255.0
    )
    cover = np.asarray(mask, dtype=np.float32) / 255.0
    shadow = 1.0 - (1.0 - np.minimum(0.66, 2.4 * wide * style.shadow)) * (
        1.0 - 0.85 * tight * style.shadow
    )
    alpha = cover + (1.0 - cover) * np.minimum(shadow, 0.8)
    rgba = np.empty((*cover.shape, 4), np.float32)
    rgba[..., :3] = cover[..., None] * np.asarray(style.color, dtype=np.float32)
    rgba[..., 3] = alpha * 255.0
    return np.ascontiguousarray(np.round(rgba).astype(np.uint8)).view(np.uint32)[..., 0]
