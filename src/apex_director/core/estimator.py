"""The estimator under its promised name: a face over the estimation room (contract P42, P43, D31).

Own estimators inherit from :class:`EstimationEngine` and are named by an entry point of the group
``apex_director.estimators`` and by ``estimator.engine`` in ``apex_config.json``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from apex_director.estimation.model import BatchForecast, GenerationForecast

__all__ = ["BatchForecast", "EstimationEngine", "GenerationForecast"]


class EstimationEngine:
    """Forecasts pictures from the price lists and the history of one studio.

    Parameters
    ----------
    home : path, optional
        Studio folder; else the current one (contract C8).
    """

    def __init__(self, home: str | Path | None = None) -> None:
        self.home = home

    def estimate_generation(
        self, params: Mapping[str, Any], prompt: str = ""
    ) -> GenerationForecast:
        """Forecast pictures of one prompt.

        Raises
        ------
        ValidationFailed
            A value is outside the limits of X1; ``where`` names it.
        """
        from apex_director.director.estimating import forecast_pictures

        return forecast_pictures(params, prompt, home=self.home)

    def estimate_batch(self, items: Sequence[Any]) -> BatchForecast:
        """Forecast several: mappings with ``params`` and ``prompt``, pairs of them, or prompts.

        Raises
        ------
        ValidationFailed
            An item cannot be read, or a value is outside its limits; ``where`` names both.
        """
        from apex_director.director.estimating import forecast_batch

        return forecast_batch(items, home=self.home)

    def add_generation_record(self, record: Mapping[str, Any]) -> None:
        """Learn from one picture: ``backend``, ``params``, ``prompt``, ``actual_time_seconds``,
        ``actual_cost`` and ``success``.

        Raises
        ------
        ValidationFailed
            A field is missing or is none; ``where`` names it.
        """
        from apex_director.director.estimating import learn_record

        learn_record(record, home=self.home)
