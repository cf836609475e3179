"""Title cards and lyric lines: one sprite per line, composited over the picture frame by frame."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numba import njit

from apex_director.cinematography.model import CardWord, TitleCard

from .lanes import put_over, weave
from .lettering import (
    DISPLAY,
    OVERSIZE,
    TEXT,
    Sprite,
    Style,
    break_lines,
    line_width,
    set_line,
    word_edges,
)
from .model import U32
from .transitions import ease

WARM_WHITE = (250, 247, 240)
UNSUNG = (168, 166, 162)
"""Words that are still to be sung, beside those in warm white."""
SUNG_EDGE = 0.22
"""Softness of the edge that runs through a word as it is sung, in parts of the type's size."""
TITLE_IN_S, TITLE_OUT_S = 1.1, 0.9
LYRIC_IN_S, LYRIC_OUT_S = 0.22, 0.18
SHADE, SHADE_GRAIN = 0.32, 0.25
"""How dark the ground under a title is made at most, and at which share of its size it is drawn."""
STAGGER_S = 0.35
"""Rule and artist follow the title by this much."""
PUSH_PER_S = 0.0035
"""A title grows by this share each second: it breathes with the film and never stands dead."""


@dataclass(frozen=True, kw_only=True)
class _Sung:
    """A word's frames and its edges in the sprite, from where the singing enters to its end."""

    start: int
    end: int
    enters: float
    leaves: float


@dataclass(frozen=True, kw_only=True)
class _Line:
    """A sprite and where its middle stands in the frame; ``delay`` seconds after its card.

    ``over`` is the same line as sung, uncovered word by word with an edge of ``soft`` pixels.
    """

    sprite: Sprite
    x: float
    y: float
    delay: float
    grows: bool = False
    scale: float = 1.0
    over: Sprite | None = None
    words: tuple[_Sung, ...] = ()
    soft: float = 1.0


@dataclass(frozen=True, kw_only=True)
class TitleArt:
    """A card drawn once, ready to be laid over frames."""

    card: TitleCard
    lines: tuple[_Line, ...]


def make_titles(cards: Sequence[TitleCard], width: int, height: int) -> tuple[TitleArt, ...]:
    """Set the type of every card for frames of a size."""
    return tuple(
        TitleArt(
            card=card,
            lines=_lyric(card, width, height)
            if card.role == "lyric"
            else _title(card, width, height),
        )
        for card in cards
        if card.role != "caption"
    )


def draw_titles(titles: Sequence[TitleArt], frame: int, rate: float, picture: U32) -> None:
    """Lay every title that stands at this absolute frame over the picture, in place."""
    for art in titles:
        if not art.card.start <= frame < art.card.end:
            continue
        since = (frame - art.card.start + 0.5) / rate
        left = (art.card.end - frame - 0.5) / rate
        for line in art.lines:
            alpha, scale = _look(art.card, line, since, left)
            spread = ease("ease_out", (since - line.delay) / 1.2) if line.grows else 1.0
            if alpha > 0.002 and spread > 0.0:
                middle, size = line.sprite.middle, scale * line.scale / OVERSIZE
                reach = middle[0] * spread
                shown = (middle[0] - reach, middle[0] + reach, 1.0)
                place, faded = (line.x, line.y, *middle), round(alpha * 256)
                _stamp(picture, line.sprite.pixels, *place, size, faded, *shown)
                if line.over is not None and (sung := _sung_part(line, frame + 0.5)):
                    _stamp(picture, line.over.pixels, *place, size, faded, *sung, line.soft)


def _sung_part(line: _Line, frame: float) -> tuple[float, float] | None:
    """From where to where a line's sprite has been sung; None before its first word."""
    edge = None
    for word in line.words:
        if frame < word.start:
            break
        share = min(1.0, (frame - word.start) / max(1, word.end - word.start))
        edge = word.enters + (word.leaves - word.enters) * share
    if edge is None:
        return None
    begins, wide = line.words[0].enters, float(line.sprite.pixels.shape[1])
    return (-line.soft, edge) if edge >= begins else (edge, wide + line.soft)


def safe_area(width: int, height: int) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of where text may stand, in 0..1 (EBU R 95; phones' own controls).

    Upright pictures keep clear of the buttons and captions that the feeds lay over them.
    """
    if height > 1.5 * width:
        return 0.09, 0.12, 0.91, 0.78
    if height >= width:
        return 0.08, 0.08, 0.92, 0.90
    return 0.07, 0.07, 0.93, 0.91


def _look(card: TitleCard, line: _Line, since: float, left: float) -> tuple[float, float]:
    """Opacity and size of a line at a time in its card."""
    length = since + left
    if card.role == "lyric":
        fade_in, fade_out = min(LYRIC_IN_S, length / 4), min(LYRIC_OUT_S, length / 4)
        return ease("sine", since / fade_in) * ease("sine", left / fade_out), 1.0
    fade_in, fade_out = min(TITLE_IN_S, length / 4), min(TITLE_OUT_S, length / 4)
    delay = min(line.delay, length / 6)
    alpha = ease("sine", (since - delay) / fade_in) * ease("sine", left / fade_out)
    return alpha, 1.0 + PUSH_PER_S * (since - length / 2)


def _title(card: TitleCard, width: int, height: int) -> tuple[_Line, ...]:
    """Title, hairline, artist, in the upper half, above where horizons, boats and people are."""
    short = min(width, height)
    left, _, right, _ = safe_area(width, height)
    room = (right - left) * width * 0.94
    lines, style = _fitted(_set_title(card.text), 0.098 * short, room)
    step = style.size * 1.22
    gap = style.size * (0.92 if card.subtext else 0.0)
    top = 0.36 * height - 0.5 * (step * (len(lines) - 1) + gap)
    shadow = 0.024 * short
    middle = top + 0.5 * (step * (len(lines) - 1) + gap)
    tall = 0.5 * step * len(lines) + gap
    out = [_shade(0.5 * width, middle, 0.30 * width, min(0.8 * tall, 0.16 * height))]
    out += [
        _Line(sprite=set_line(text, style, shadow), x=0.5 * width, y=top + k * step, delay=0.12 * k)
        for k, text in enumerate(lines)
    ]
    if card.subtext:
        widest = max(line_width(text, style) for text in lines)
        below = top + step * (len(lines) - 1) + style.size * 0.80
        long = min(0.30 * widest + 0.04 * short, 0.5 * room)
        out.append(_rule(0.5 * width, below, long, max(1.0, short / 720), shadow))
        artist, label = _fitted_label(card.subtext, 0.034 * short, room)
        out += [
            _Line(
                sprite=set_line(text, label, shadow * 0.8),
                x=0.5 * width,
                y=below + style.size * 0.18 + label.size * (1.15 + 1.5 * k),
                delay=STAGGER_S * 1.5,
            )
            for k, text in enumerate(artist)
        ]
    return tuple(out)


def _shade(x: float, y: float, wide: float, tall: float) -> _Line:
    """A soft darkening under the type, unseen at night and needed before a bright sky.

    ``wide`` and ``tall`` are standard deviations in pixels; it ends at 2.6 of them.
    """
    step = SHADE_GRAIN * OVERSIZE
    w, h = (max(4, round(5.2 * side * step)) for side in (wide, tall))
    cols, rows = (np.abs(np.linspace(-2.6, 2.6, n)) for n in (w, h))
    away = np.hypot(rows[:, None], cols[None, :])
    ends = np.clip((2.6 - away) / 1.2, 0.0, 1.0)
    cover = np.exp(-0.5 * away * away) * ends * ends * (3.0 - 2.0 * ends)
    rgba = np.zeros((h, w, 4), np.uint8)
    rgba[..., 3] = np.round(255 * SHADE * cover)
    sprite = Sprite(pixels=rgba.view(np.uint32)[..., 0], middle=(w / 2, h / 2))
    return _Line(sprite=sprite, x=x, y=y, delay=0.0, scale=1.0 / SHADE_GRAIN)


def _set_title(text: str) -> str:
    """Short titles stand in capitals, as on a poster; long ones keep their own case."""
    clean = " ".join(text.split())
    upper = clean.upper()
    return upper if len(clean) <= 26 and len(upper) == len(clean) else clean


def _fitted(text: str, size: float, room: float) -> tuple[tuple[str, ...], Style]:
    """The largest size from the wished one down at which the title fits in one to three lines."""
    spacing = 0.14 if text.isupper() else 0.02
    for k in range(12):
        style = Style(family=DISPLAY, size=size * 0.92**k, spacing=spacing, color=WARM_WHITE)
        most = 1 if k < 4 else 2 if k < 8 else 3
        lines = break_lines(text, style, room, most)
        if lines:
            return lines, style
    return (_clipped(text, style, room),), style


def _fitted_label(text: str, size: float, room: float) -> tuple[tuple[str, ...], Style]:
    upper = " ".join(text.split()).upper()
    for k in range(6):
        style = Style(family=TEXT, size=size * 0.93**k, spacing=0.24, color=WARM_WHITE, shadow=0.7)
        lines = break_lines(upper, style, room, 1 if k < 4 else 2)
        if lines:
            return lines, style
    return (_clipped(upper, style, room),), style


def _clipped(text: str, style: Style, room: float) -> str:
    """As much of an unbreakable text as fits, with an ellipsis."""
    while len(text) > 1 and line_width(text + "…", style) > room:
        text = text[:-1]
    return text + "…"


def _rule(x: float, y: float, length: float, weight: float, shadow: float) -> _Line:
    """A hairline with its own faint shadow, drawn from its middle outwards."""
    pad = round(shadow * OVERSIZE)
    w, h = round(length * OVERSIZE) + 2 * pad, round(weight * OVERSIZE) + 2 * pad
    rows = np.abs(np.arange(h) + 0.5 - h / 2)
    cols = np.abs(np.arange(w) + 0.5 - w / 2)
    cover = np.clip(weight * OVERSIZE / 2 + 0.5 - rows, 0, 1)[:, None] * np.clip(
        length * OVERSIZE / 2 + 0.5 - cols, 0, 1
    )
    cover = cover * 0.8
    ends = np.clip((w / 2 - cols) / pad, 0, 1)
    near = np.exp(-0.5 * (rows / (pad * 0.28)) ** 2)[:, None] * (ends * ends * (3 - 2 * ends))
    rgba = np.empty((h, w, 4), np.float64)
    rgba[..., :3] = cover[..., None] * np.asarray(WARM_WHITE)
    rgba[..., 3] = 255 * (cover + (1 - cover) * 0.16 * near)
    pixels = np.ascontiguousarray(np.round(rgba).astype(np.uint8)).view(np.uint32)[..., 0]
    sprite = Sprite(pixels=pixels, middle=(w / 2, h / 2))
    return _Line(sprite=sprite, x=x, y=y, delay=STAGGER_S, grows=True)


def _lyric(card: TitleCard, width: int, height: int) -> tuple[_Line, ...]:
    """One or two lines standing on the lower safe edge."""
    short = min(width, height)
    left, _, right, bottom = safe_area(width, height)
    room = (right - left) * width
    text = " ".join(card.text.split())
    for k in range(10):
        style = Style(
            family=TEXT, size=0.046 * short * 0.94**k, spacing=0.005, color=WARM_WHITE, shadow=0.75
        )
        lines = break_lines(text, style, room, 2 if k < 6 else 3)
        if lines:
            break
    else:
        lines = (_clipped(text, style, room),)
    step = style.size * 1.34
    last = bottom * height - 0.64 * style.size
    shadow, sung = 0.011 * short, iter(card.words)
    out = []
    for k, line in enumerate(lines):
        y = last - step * (len(lines) - 1 - k)
        words = [w for w, _ in zip(sung, line.split(), strict=False)]
        out.append(_lyric_line(line, words, style, shadow, 0.5 * width, y))
    return tuple(out)


def _lyric_line(
    text: str, words: Sequence[CardWord], style: Style, shadow: float, x: float, y: float
) -> _Line:
    if not words:
        return _Line(sprite=set_line(text, style, shadow), x=x, y=y, delay=0.0)
    still_to_come = set_line(text, replace(style, color=UNSUNG), shadow)
    start = still_to_come.middle[0] - 0.5 * line_width(text, style) * OVERSIZE
    edges = [(start + a * OVERSIZE, start + b * OVERSIZE) for a, b in word_edges(text, style)]
    return _Line(
        sprite=still_to_come,
        x=x,
        y=y,
        delay=0.0,
        over=set_line(text, replace(style, shadow=0.0), shadow),
        words=tuple(
            _Sung(start=w.start, end=w.end, enters=a, leaves=b)
            for w, (a, b) in zip(words, edges, strict=False)
        ),
        soft=max(1.0, SUNG_EDGE * style.size * OVERSIZE),
    )


@njit(cache=True)
def _stamp(
    dst: U32,
    sprite: U32,
    x: float,
    y: float,
    mx: float,
    my: float,
    scale: float,
    alpha: int,
    first: float,
    last: float,
    soft: float,
) -> None:
    """Lay a sprite so that its point (mx, my) stands at (x, y), scaled and faded.

    Only what lies from ``first`` to ``last`` in the sprite is shown, with edges ``soft`` wide.
    """
    h, w = dst.shape
    sh, sw = sprite.shape
    step = 1.0 / scale
    for py in range(
        max(0, math.floor(y - my * scale)), min(h, math.ceil(y + (sh - my) * scale) + 1)
    ):
        sy = my + (py + 0.5 - y) * step - 0.5
        if sy < 0.0 or sy >= sh - 1:
            continue
        y0 = int(sy)
        wy = int((sy - y0) * 256.0)
        for px in range(
            max(0, math.floor(x - mx * scale)), min(w, math.ceil(x + (sw - mx) * scale) + 1)
        ):
            sx = mx + (px + 0.5 - x) * step - 0.5
            if sx < 0.0 or sx >= sw - 1:
                continue
            inside = min((sx + 0.5 - first) / soft + 0.5, (last - sx - 0.5) / soft + 0.5)
            if inside <= 0.0:
                continue
            x0 = int(sx)
            if (
                sprite[y0, x0] | sprite[y0, x0 + 1] | sprite[y0 + 1, x0] | sprite[y0 + 1, x0 + 1]
            ) == 0:
                continue
            wx = int((sx - x0) * 256.0)
            top = weave(sprite[y0, x0], sprite[y0, x0 + 1], wx)
            low = weave(sprite[y0 + 1, x0], sprite[y0 + 1, x0 + 1], wx)
            seen = int(alpha * min(inside, 1.0))
            p = weave(np.uint32(0), weave(top, low, wy), seen)
            if p != 0:
                dst[py, px] = put_over(dst[py, px], p)
