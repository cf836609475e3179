"""Measures of one's own: found by entry points, asked one by one, left out when they fail."""

from __future__ import annotations

import asyncio
import math
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .model import RGB8, Scorer

GROUP = "apex_director.quality_scorers"


class AsScorer:
    """A scorer of the file kind (contract P64) asked as one of the pixel kind."""

    def __init__(self, inner: Any, name: str, criteria: Mapping[str, Any] | None = None) -> None:
        self.name, self._inner, self._criteria = name, inner, dict(criteria or {})

    def score(self, rgb: RGB8) -> float:
        """Write the picture to a file of its own and ask for its overall score."""
        import cv2

        with tempfile.TemporaryDirectory(prefix="apex-score-") as folder:
            path = Path(folder) / "picture.png"
            path.write_bytes(cv2.imencode(".png", rgb[..., ::-1])[1].tobytes())
            answer = _awaited(self._inner.score_image(str(path), self._criteria))
        return float(answer["overall_score"] if isinstance(answer, Mapping) else answer)


def discover(names: Sequence[str] | None = None) -> tuple[tuple[Scorer, ...], tuple[str, ...]]:
    """Scorers that installed packages offer under `apex_director.quality_scorers`.

    Parameters
    ----------
    names : sequence of str, optional
        Only these entry points; all of them by default.

    Returns
    -------
    (scorers by name, what could not be loaded and why)
    """
    from importlib.metadata import entry_points

    found: list[Scorer] = []
    failed: list[str] = []
    for point in sorted(entry_points(group=GROUP), key=lambda p: p.name):
        if names is not None and point.name not in names:
            continue
        try:
            found.append(adapted(point.load(), point.name))
        except Exception as error:
            failed.append(f"scorer '{point.name}' could not be loaded: {_told(error)}")
    return tuple(found), tuple(failed)


def adapted(offered: Any, name: str = "") -> Scorer:
    """A class, an instance or a plain function of pixels, as a scorer.

    Raises
    ------
    TypeError
        It is none of them.
    """
    made = offered() if isinstance(offered, type) else offered
    name = name or str(getattr(made, "name", "") or getattr(made, "__name__", type(made).__name__))
    if callable(getattr(made, "score_image", None)) and not callable(getattr(made, "score", None)):
        return AsScorer(made, name)
    if callable(getattr(made, "score", None)):
        return made if getattr(made, "name", "") else _Named(name, made.score)
    if callable(made):
        return _Named(name, made)
    raise TypeError(f"'{name}' has neither score(rgb) nor score_image(path, criteria)")


class _Named:
    def __init__(self, name: str, score: Any) -> None:
        self.name, self.score = name, score


def asked(rgb: RGB8, scorers: Sequence[Any]) -> tuple[dict[str, float], tuple[str, ...]]:
    """(scores by name, what was left out and why); a scorer gets a copy it may write to."""
    said: dict[str, float] = {}
    left_out: list[str] = []
    for offered in scorers:
        name = str(getattr(offered, "name", type(offered).__name__))
        try:
            scorer = adapted(offered)
            name = scorer.name
            value = _awaited(scorer.score(rgb.copy()))
            if isinstance(value, bool) or not math.isfinite(number := float(value)):
                raise ValueError(f"it answered {value!r}")
            if not 0.0 <= number <= 1.0:
                raise ValueError(f"it answered {number:g}, which is not between 0 and 1")
            said[name] = number
        except (Exception, SystemExit) as error:
            left_out.append(f"scorer '{name}' was left out: {_told(error)}")
    return said, tuple(left_out)


def _told(error: BaseException) -> str:
    text = " ".join(str(error).split())[:160]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _awaited(answer: Any) -> Any:
    """The value of a coroutine, in a thread of its own, since a loop may already run here."""
    if not asyncio.iscoroutine(answer):
        return answer
    box: list[Any] = []

    def turn() -> None:
        try:
            box.append((True, asyncio.run(answer)))
        except BaseException as error:  # handed to the caller, who leaves the scorer out
            box.append((False, error))

    thread = threading.Thread(target=turn)
    thread.start()
    thread.join()
    done, value = box[0]
    if not done:
        raise value
    return value
