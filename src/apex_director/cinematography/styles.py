"""The look of a production: genre, director's style and palette, read from `data/looks.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from apex_director.core.color import (
    linear_to_oklab,
    linear_to_srgb,
    oklab_to_linear,
    parse_hex,
    srgb_to_linear,
    to_hex,
)
from apex_director.core.errors import ValidationFailed

from .model import LENS_MM, Brief, CameraMove, Grade, HueRange, ShotSize, Wheels

STYLE_SHARE = 0.5  # how much of a palette is the director's, the rest the genre's
PALETTE_COLOURS = 5
LENSES = (12, 14, 16, 18, 21, 24, 28, 32, 35, 40, 50, 65, 75, 85, 100, 135, 150, 180, 200)
"""Focal lengths one can rent, in mm."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """What genre and style prefer. ``pace`` multiplies shot lengths, ``tightness`` shifts sizes,
    ``centred`` 0..1 pulls framings to the axis; ``others`` are palettes the song may have instead.
    """

    genre: str
    style: str
    pace: float
    tightness: float
    centred: float
    reactivity: float
    palette: tuple[str, ...]
    others: tuple[tuple[str, ...], ...]
    own_palette: bool
    arcs: tuple[str, ...]
    words: tuple[str, ...]
    families: Mapping[str, float]
    moves: Mapping[str, float]
    grade: Grade
    lens: Mapping[ShotSize, int]
    warnings: tuple[str, ...] = field(default=())


@cache
def table(name: str) -> Mapping[str, Any]:
    """A data table of this room by file name, read once."""
    text = (files(__package__) / "data" / f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def genres() -> tuple[str, ...]:
    """Genres and looks with a table of their own (contract X19b)."""
    return tuple(name for name in table("looks")["genre"] if name != "neutral")


def directors() -> tuple[str, ...]:
    """Director styles (contract X19a)."""
    return tuple(table("looks")["style"])


def named_palettes() -> Mapping[str, Sequence[str]]:
    """The palettes one can ask for by name (contract X16c)."""
    named: Mapping[str, Sequence[str]] = table("looks")["palette"]
    return named


def look_for(brief: Brief) -> Look:
    """The look of a brief; an unknown genre or style gives the neutral look and a warning.

    Raises
    ------
    ValidationFailed
        A colour of the brief's palette is neither a name we know nor a hex colour.
    """
    genre, warnings = _genre_of(brief.genre)
    look = genre_look(genre)
    style, style_words, told = _style_of(brief.style)
    if style:
        look = _styled(look, style)
    look = replace(look, words=look.words + style_words)
    own = palette_of(brief.palette)
    if own:
        look = replace(look, palette=own, own_palette=True)
        look = replace(look, grade=_quiet(look.grade))
    return replace(look, warnings=warnings + told)


def palette_of(wanted: Sequence[str]) -> tuple[str, ...]:
    """Five colours from dark to light out of palette names and hex colours; empty for nothing.

    Raises
    ------
    ValidationFailed
        A word is neither.
    """
    colours: list[str] = []
    for word in wanted:
        name = _key(word)
        if name in named_palettes():
            colours += named_palettes()[name]
            continue
        try:
            colours.append(to_hex(parse_hex(word)))
        except ValidationFailed as problem:
            raise ValidationFailed(
                f"'{word}' is no palette and no colour",
                where="palette",
                what_to_do=f"Choose one of {', '.join(named_palettes())}, or hex colours such as "
                "#1b2a4c,#e0603f.",
            ) from problem
    return ramp(colours) if colours else ()


def ramp(colours: Sequence[str]) -> tuple[str, ...]:
    """Colours as a run of five from dark to light, ends added where there are few."""
    labs = sorted((oklab_of(c) for c in dict.fromkeys(colours)), key=lambda lab: float(lab[0]))
    if len(labs) < PALETTE_COLOURS:
        dark, light = labs[0] * (0.35, 0.8, 0.8), labs[-1].copy()
        light[0] = light[0] + (1.0 - light[0]) * 0.7
        light[1:] *= 0.4
        labs = [dark, *labs, light] if len(labs) <= 3 else [dark, *labs]
    at = np.linspace(0, len(labs) - 1, PALETTE_COLOURS)
    table_ = np.stack(labs)
    steps = [
        [float(np.interp(t, np.arange(len(labs)), table_[:, k])) for k in range(3)] for t in at
    ]
    return tuple(hex_of(np.array(lab)) for lab in steps)


def oklab_of(colour: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """A hex colour in OKLab [shape=(3,)]."""
    return linear_to_oklab(srgb_to_linear(parse_hex(colour)))


def hex_of(lab: Any) -> str:
    """OKLab [shape=(3,)] as a hex colour, clipped to the gamut."""
    return to_hex(linear_to_srgb(oklab_to_linear(lab)))


def blend(one: Sequence[str], other: Sequence[str], share: float) -> tuple[str, ...]:
    """Two palettes of equal length mixed colour by colour in OKLab; ``share`` of the second."""
    return tuple(
        hex_of(oklab_of(a) * (1 - share) + oklab_of(b) * share)
        for a, b in zip(one, other, strict=True)
    )


def _key(word: str) -> str:
    return re.sub(r"[\s\-/]+", "_", word.strip().casefold())


def _genre_of(word: str) -> tuple[str, tuple[str, ...]]:
    if not word.strip():
        return "cinematic", ()
    keyed = {_key(name): name for name in genres()}
    key = _key(word).replace("&", "_").replace("__", "_")
    found = keyed.get(_key(word)) or table("looks")["alias"].get(key)
    if found:
        return str(found), ()
    near = get_close_matches(_key(word), keyed, n=1, cutoff=0.75)
    hint = f" Did you mean {keyed[near[0]]}?" if near else f" We know {', '.join(genres())}."
    return "neutral", (f"'{word.strip()}' is no genre we know, so the look is neutral.{hint}",)


def _style_of(word: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Key of a director's style, words for the prompts, warnings."""
    if not word.strip():
        return "", (), ()
    key, known = _key(word), table("looks")["style"]
    if key in known:
        return key, (str(known[key]["words"]),), ()
    family_name = [name for name in known if name.rsplit("_", 1)[-1] == key]
    if family_name:
        return family_name[0], (str(known[family_name[0]]["words"]),), ()
    return (
        "",
        (word.strip(),),
        (
            f"'{word.strip()}' is no director style we know; its words go into the prompts. "
            f"We know {', '.join(known)}.",
        ),
    )


@cache
def genre_look(name: str) -> Look:
    """The look of a genre by its name in the table."""
    row = table("looks")["genre"][name]
    return Look(
        genre=name,
        style="",
        pace=row["pace"],
        tightness=row["tightness"],
        centred=row.get("centred", 0.15),
        reactivity=row["reactivity"],
        palette=tuple(row["palette"]),
        others=tuple(tuple(other) for other in row["others"]),
        own_palette=False,
        arcs=tuple(row["arcs"]),
        words=(row["words"],),
        families=row["families"],
        moves=row["moves"],
        grade=_grade(row["grade"]),
        lens={size: _nearest_lens(mm * row.get("lens", 1.0)) for size, mm in LENS_MM.items()},
    )


def _nearest_lens(mm: float) -> int:
    return min(LENSES, key=lambda lens: abs(lens / mm - 1.0))


def _grade(row: Mapping[str, Any]) -> Grade:
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}
    if "wheels" in values:
        values["wheels"] = Wheels(**{tone: tuple(v) for tone, v in values["wheels"].items()})
    if "selective" in values:
        values["selective"] = tuple(HueRange(**chosen) for chosen in values["selective"])
    return Grade(**values)


def _styled(look: Look, style: str) -> Look:
    row = table("looks")["style"][style]
    lens = {**look.lens, **{ShotSize(size): mm for size, mm in row.get("lens", {}).items()}}
    return replace(
        look,
        style=style,
        pace=look.pace * row["pace"],
        tightness=look.tightness + row["tightness"],
        centred=row["centred"],
        palette=blend(look.palette, row["palette"], STYLE_SHARE),
        others=tuple(blend(other, row["palette"], STYLE_SHARE) for other in look.others),
        moves={CameraMove(move).value: liking for move, liking in row["moves"].items()},
        grade=_grade(row["grade"]),
        lens=lens,
    )


def _quiet(grade: Grade) -> Grade:
    """The same finish with half the colour cast, so that a person's own colours stay theirs."""
    return replace(
        grade,
        slope=_mixed(grade.slope, 1.0),
        offset=_mixed(grade.offset, 0.0),
        saturation=max(grade.saturation, 0.85),
        wheels=Wheels(
            shadows=_mixed(grade.wheels.shadows, 0.0),
            midtones=_mixed(grade.wheels.midtones, 0.0),
            highlights=_mixed(grade.wheels.highlights, 0.0),
        ),
        selective=(),
    )


def _mixed(channels: tuple[float, float, float], none: float) -> tuple[float, float, float]:
    """Half way to what changes nothing."""
    r, g, b = channels
    return ((r + none) / 2, (g + none) / 2, (b + none) / 2)
