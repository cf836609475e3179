"""The promised names of picture quality (contract P63 to P65) over `images.quality`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from apex_director.core.errors import InputUnusable, ValidationFailed
from apex_director.images.quality.model import RGB8, STRATEGIES

SUGGEST_BELOW = 0.7  # contract P64
ACCEPT_FROM = 0.6
METRICS = ("composition", "color_harmony", "technical_quality")

_ADVICE = {
    "composition": "move the subject towards a third, level the horizon, keep it off the border",
    "color_harmony": "keep to fewer hues, or to opposite ones",
    "technical_quality": "use a sharper, cleaner, better exposed picture",
    "style_consistency": "bring its colours closer to the palette",
}


class QualityScoringStrategy:
    """One number for a picture, by `aesthetic`, `technical` or `composite` measures."""

    def __init__(self, strategy_type: str = "composite") -> None:
        """Choose the strategy.

        Raises
        ------
        ValidationFailed
            It is another one (a `ValueError`).
        """
        if strategy_type not in STRATEGIES:
            raise ValidationFailed(
                f"'{strategy_type}' is no quality strategy",
                where="strategy_type",
                what_to_do=f"Choose one of {', '.join(sorted(STRATEGIES))}.",
            )
        self.strategy_type = strategy_type

    def score(self, image: Any) -> float:
        """0 to 1 for a PIL image, an array or a path.

        Raises
        ------
        ValidationFailed
            The image is of another type.
        FileNotFoundError
            There is no file at the path.
        """
        from apex_director.images import quality

        strategy: Any = self.strategy_type
        return quality.score(pixels(image), strategy=strategy).overall


class CustomQualityScorer:
    """Composition, colour harmony and technical quality of a file, weighed as configured."""

    def __init__(self, config: Mapping[str, Any] | None = None) -> None:
        """Take `config["weights"]`; a missing weight is 1.

        Raises
        ------
        ValidationFailed
            A weight is no number from 0 up.
        """
        self.config = dict(config or {})
        self.weights: dict[str, float] = {}
        for name, value in dict(self.config.get("weights") or {}).items():
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if not number or not 0 <= value < float("inf"):
                raise ValidationFailed(
                    f"the weight of {name} is {value!r}",
                    where=f"weights.{name}",
                    what_to_do="Give a number from 0 up.",
                )
            self.weights[str(name)] = float(value)

    async def score_image(
        self, image_path: str | Path, criteria: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Judge a file.

        Parameters
        ----------
        criteria : mapping, optional
            `color_palette` (hex colours) adds a score `style_consistency`.

        Returns
        -------
        `overall_score`, `individual_scores` (null where a picture has nothing to judge, such as the
        harmony of a grey one), `recommendations`: one for every score below 0.7

        Raises
        ------
        FileNotFoundError
            There is no such file.
        """
        return await asyncio.to_thread(self._judge, image_path, dict(criteria or {}))

    def _judge(self, image_path: str | Path, criteria: Mapping[str, Any]) -> dict[str, Any]:
        scores = _individual(pixels(image_path), tuple(criteria.get("color_palette") or ()))
        known = [(self.weights.get(n, 1.0), v) for n, v in scores.items() if v is not None]
        total = sum(weight for weight, _ in known)
        return {
            "overall_score": sum(w * v for w, v in known) / total if total else None,
            "individual_scores": scores,
            "recommendations": [
                f"{name} is {value:.2f}: {_ADVICE[name]}"
                for name, value in scores.items()
                if value is not None and value < SUGGEST_BELOW
            ],
        }


class QualityValidator:
    """Keeps the pictures that reach a threshold."""

    def __init__(self, threshold: float = ACCEPT_FROM, strategy: str = "composite") -> None:
        self.threshold, self.strategy = threshold, QualityScoringStrategy(strategy)

    async def validate(self, images: Sequence[Any]) -> list[dict[str, Any]]:
        """The accepted images in their order, each as `{image, quality_score, scores, reasons}`.

        An image that cannot be read is not accepted; one of another type than a PIL image, an
        array or a path raises ValidationFailed.
        """
        return await asyncio.to_thread(self._accepted, images)

    def _accepted(self, images: Sequence[Any]) -> list[dict[str, Any]]:
        from apex_director.images import quality

        kept = []
        for image in images:
            try:
                rgb = pixels(image)
            except (FileNotFoundError, InputUnusable):
                continue
            strategy: Any = self.strategy.strategy_type
            judged = quality.score(rgb, strategy=strategy)
            if judged.overall >= self.threshold:
                kept.append(
                    {
                        "image": image,
                        "quality_score": judged.overall,
                        "scores": quality.as_json(judged),
                        "reasons": list(judged.reasons),
                    }
                )
        return kept


def pixels(image: Any) -> RGB8:
    """A PIL image, an array (grey, RGB or RGBA; 8 bits, 16 bits, or 0 to 1) or a path as 8-bit RGB.

    Raises
    ------
    ValidationFailed
        It is none of them.
    FileNotFoundError
        There is no file at the path.
    """
    if isinstance(image, (str, Path)) or hasattr(image, "__fspath__"):
        return _from_file(Path(image))
    if isinstance(image, np.ndarray):
        return _from_array(image)
    if hasattr(image, "convert") and hasattr(image, "size"):
        return np.asarray(image.convert("RGB"), np.uint8)
    raise ValidationFailed(
        f"a {type(image).__name__} is no picture",
        where="image",
        what_to_do="Give a PIL image, an array of pixels, or the path of a file.",
    )


def _from_file(path: Path) -> RGB8:
    from apex_director.media.picture import read_rgb

    if not path.is_file():
        raise FileNotFoundError(f"there is no picture at {path}")
    return read_rgb(path)


def _from_array(given: np.ndarray[Any, Any]) -> RGB8:
    if given.dtype == np.uint8:
        codes = given
    elif given.dtype == np.bool_:
        codes = given.astype(np.uint8) * 255
    elif given.dtype == np.uint16:
        codes = (given // 257).astype(np.uint8)
    elif np.issubdtype(given.dtype, np.floating):
        codes = np.rint(np.clip(np.nan_to_num(given), 0, 1) * 255).astype(np.uint8)
    else:
        codes = np.clip(given, 0, 255).astype(np.uint8)
    if codes.ndim == 2:
        codes = np.repeat(codes[..., None], 3, axis=2)
    if codes.ndim != 3 or codes.shape[2] not in (1, 3, 4) or not codes.size:
        raise ValidationFailed(
            f"an array of the shape {given.shape} is no picture",
            where="image",
            what_to_do="Give the shape (height, width) or (height, width, 3 or 4).",
        )
    rgb = np.repeat(codes, 3, axis=2) if codes.shape[2] == 1 else codes[..., :3]
    return np.ascontiguousarray(rgb)


def _individual(rgb: RGB8, palette: tuple[str, ...]) -> dict[str, float | None]:
    from apex_director.images import quality
    from apex_director.images.quality.composition import composed
    from apex_director.images.quality.judge import technical_of

    judged = quality.score(rgb, look=quality.Look(palette=palette) if palette else None)
    seen, made = judged.aesthetic, judged.technical
    scores = {
        "composition": composed(seen.composition) if seen else None,
        "color_harmony": seen.color_harmony if seen else None,
        "technical_quality": technical_of(made) if made else None,
    }
    if palette and judged.style:
        scores["style_consistency"] = judged.style.palette
    return scores
