"""The verdict on a picture: its measures, weighed, in a person's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from apex_director.core.errors import ValidationFailed

from .attention import View, view
from .coding import artefacts, banding, blockiness
from .composition import composed, composition, subject_contrast
from .harmony import harmony
from .model import RGB8, STRATEGIES, Aesthetic, Look, Score, Strategy, Style, Technical
from .scorers import asked
from .style import style
from .technical import edge_width, exposure, luma, noise_level, quietness, sharpness

COMPOSITE = {"technical": 0.40, "aesthetic": 0.27, "style": 0.33}
TECHNICAL = {
    "sharpness": 0.30,
    "noise": 0.20,
    "exposure": 0.20,
    "compression": 0.10,
    "banding": 0.10,
    "artefacts": 0.10,
}
WORST = 0.5  # of the technical score is its worst part: one ruined measure ruins a picture
FURTHEST = 0.35  # of the style score is its furthest part
AESTHETIC = {"composition": 0.35, "color_harmony": 0.25, "subject_contrast": 0.2, "level": 0.2}
STYLE = {"palette": 0.5, "light": 0.25, "grade": 0.25}
SHOT = {"aesthetic": 0.35, "composition": 0.25, "style": 0.25, "artefacts": 0.15}
"""Contract X14."""

BEAUTY = {"sharpness": 0.4, "exposure": 0.2, "harmony": 0.2, "subject": 0.2}  # of a shot
CUSTOM = 0.25  # weight of a scorer of one's own that the configuration does not name
FAULT, STRENGTH = 0.6, 0.85  # below is told as a fault, above may be told as a strength
Parts = Mapping[str, float | None]


def score(
    rgb: RGB8,
    *,
    strategy: Strategy = "composite",
    look: Look | None = None,
    scorers: Sequence[Any] = (),
    weights: Mapping[str, float] | None = None,
) -> Score:
    """Judge a picture.

    Parameters
    ----------
    rgb : uint8 [shape=(h, w, 3), sRGB]
    strategy : str
        ``technical`` and ``aesthetic`` measure their own part alone; ``composite`` weighs both and,
        where a look is given, how close the picture is to it.
    scorers : sequence
        Measures of one's own; one that fails is named in the reasons and left out.
    weights : mapping of str to float, optional
        In place of :data:`COMPOSITE`, and of :data:`CUSTOM` for scorers by name.

    Raises
    ------
    ValidationFailed
        The strategy is unknown, or these are no pixels.
    """
    rgb = _pixels(rgb)
    if strategy not in STRATEGIES:
        raise ValidationFailed(
            f"'{strategy}' is no quality strategy",
            where="strategy",
            what_to_do=f"Choose one of {', '.join(STRATEGIES)}.",
        )
    share = {**COMPOSITE, **(weights or {})}
    told: list[tuple[float, str]] = []
    technical = _technical(rgb, told) if strategy != "aesthetic" else None
    seen = view(rgb) if strategy != "technical" else None
    aesthetic = _aesthetic(rgb, seen, told) if seen else None
    wanted = style(seen, look) if seen and look and strategy == "composite" else None
    custom, left_out = asked(rgb, scorers)
    parts: dict[str, float | None] = {
        "technical": technical_of(technical) if technical else None,
        "aesthetic": aesthetic_of(aesthetic) if aesthetic else None,
        "style": style_of(wanted) if wanted else None,
        **custom,
    }
    overall = _mean(parts, {name: share.get(name, CUSTOM) for name in parts}) or 0.0
    if _empty(rgb):
        overall, told = 0.0, [(0.0, "nothing is drawn on it")]
    _tell_style(wanted, told)
    return Score(
        overall=overall, technical=technical, aesthetic=aesthetic, style=wanted, strategy=strategy,
        custom=custom, reasons=(*(text for _, text in sorted(told)), *left_out),
    )  # fmt: skip


def shot_score(judged: Score) -> float | None:
    """The score of a shot (contract X14): 0.35 aesthetic, 0.25 composition, 0.25 consistency of
    style, 0.15 freedom from artefacts; None for a score that measured none of them.

    Aesthetic is here sharpness, exposure, harmony and contrast of the subject (:data:`BEAUTY`);
    artefacts are noise, banding, blocks and what else coding leaves. What was not measured is left
    out.
    """
    made, seen = judged.technical, judged.aesthetic
    beauty = {
        "harmony": seen.color_harmony if seen else None,
        "subject": seen.subject_contrast if seen else None,
        "sharpness": made.sharpness if made else None,
        "exposure": made.exposure if made else None,
    }
    faults = (
        {n: getattr(made, n) for n in ("noise", "banding", "compression", "artefacts")}
        if made
        else {}
    )
    parts: dict[str, float | None] = {
        "aesthetic": _mean(beauty, BEAUTY),
        "composition": composed(seen.composition) if seen else None,
        "style": style_of(judged.style) if judged.style else None,
        "artefacts": _product_mean(faults, dict.fromkeys(faults, 1.0)),
    }
    return _mean(parts, SHOT)


def technical_of(made: Technical) -> float | None:
    """The weighted geometric mean of the measures, drawn towards the worst of them."""
    parts = {name: getattr(made, name) for name in TECHNICAL}
    mean = _product_mean(parts, TECHNICAL)
    known = [v for v in parts.values() if v is not None]
    return None if mean is None else (1 - WORST) * mean + WORST * min(known)


def aesthetic_of(seen: Aesthetic) -> float | None:
    """The weighted mean of composition, harmony and contrast of the subject; a leaning horizon is
    no matter of taste and counts once more.
    """
    parts = {
        "level": seen.composition.lines,
        "composition": composed(seen.composition),
        "color_harmony": seen.color_harmony,
        "subject_contrast": seen.subject_contrast,
    }
    return _mean(parts, AESTHETIC)


def style_of(close: Style) -> float | None:
    """The weighted mean of closeness in palette, light and grade, drawn towards the furthest."""
    parts = {name: getattr(close, name) for name in STYLE}
    mean = _mean(parts, STYLE)
    known = [v for v in parts.values() if v is not None]
    return None if mean is None else (1 - FURTHEST) * mean + FURTHEST * min(known)


def _technical(rgb: RGB8, told: list[tuple[float, str]]) -> Technical:
    grey, level = luma(rgb), noise_level(rgb)
    width = edge_width(grey, level)
    sharp = None if width is None else sharpness(width, min(grey.shape))
    light, white, black = exposure(rgb)
    blocks, ratio = blockiness(grey)
    bands, _ = banding(rgb)
    clean, found = artefacts(rgb, grey)
    made = Technical(
        sharpness=sharp, noise=quietness(level), exposure=light, banding=bands, compression=blocks,
        artefacts=clean,
    )  # fmt: skip
    lost = f"{white:.0%} of it is burnt out" if white >= black / 4 else f"{black:.0%} is crushed"
    said = {
        "sharpness": f"soft: its sharpest edges are {width or 0:.1f} pixels wide",
        "noise": f"noisy: {level:.1f} code values",
        "exposure": f"{lost} {'to white' if white >= black / 4 else 'to black'}",
        "banding": "gradients are banded",
        "compression": f"compressed into blocks ({ratio:.1f} times the steps of its surface)",
        "artefacts": "; ".join(found),
    }
    _tell({name: getattr(made, name) for name in said}, said, told)
    return made


def _aesthetic(rgb: RGB8, seen: View, told: list[tuple[float, str]]) -> Aesthetic:
    parts, hues, apart = composition(rgb, seen), harmony(seen), subject_contrast(seen)
    said = {
        "lines": "its horizon or walls lean",
        "framing": "what draws the eye is cut off by the frame",
        "subject_contrast": "the subject hardly stands off its surroundings",
        "color_harmony": "its hues follow no scheme",
    }
    measured = {
        "lines": parts.lines,
        "framing": parts.framing,
        "subject_contrast": apart,
        "color_harmony": hues[0] if hues else None,
    }
    _tell(measured, said, told)
    if hues and hues[0] >= STRENGTH:
        told.append((1.0 + hues[0], f"colours in order: {hues[1]}"))
    return Aesthetic(
        composition=parts, color_harmony=hues[0] if hues else None, subject_contrast=apart
    )


def _tell_style(close: Style | None, told: list[tuple[float, str]]) -> None:
    if close is None:
        return
    said = {
        "palette": "far from the palette",
        "light": "not the light that was wanted",
        "grade": "not the warmth and strength of colour that were wanted",
    }
    _tell({name: getattr(close, name) for name in said}, said, told)
    if close.palette is not None and close.palette >= STRENGTH:
        told.append((1.0 + close.palette, "true to the palette"))


def _tell(parts: Parts, said: Mapping[str, str], told: list[tuple[float, str]]) -> None:
    for name, text in said.items():
        value = parts[name]
        if value is not None and value < FAULT and text:
            told.append((value, f"{text} ({value:.2f})"))


def _mean(parts: Parts, weights: Mapping[str, float]) -> float | None:
    known = [(max(weights.get(n, 0.0), 0.0), v) for n, v in parts.items() if v is not None]
    total = sum(w for w, _ in known)
    return float(sum(w * v for w, v in known) / total) if total > 0 else None


def _product_mean(parts: Parts, weights: Mapping[str, float]) -> float | None:
    known = [(weights[n], v) for n, v in parts.items() if v is not None]
    total = sum(w for w, _ in known)
    if not known:
        return None
    return float(np.exp(sum(w * np.log(max(v, 1e-3)) for w, v in known) / total))


def _empty(rgb: RGB8) -> bool:
    """Every pixel the same, give or take one code value; a sample tells most that are not."""
    return all(
        bool((np.ptp(part.reshape(-1, 3), axis=0) <= 1).all()) for part in (rgb[::16, ::16], rgb)
    )


def _pixels(rgb: Any) -> RGB8:
    given = np.asarray(rgb)
    if given.ndim != 3 or given.shape[2] != 3 or given.dtype != np.uint8 or not given.size:
        raise ValidationFailed(
            f"these are no pixels of a picture: {given.dtype} {given.shape}",
            where="image",
            what_to_do="Give 8-bit RGB of the shape (height, width, 3).",
        )
    return np.ascontiguousarray(given)
