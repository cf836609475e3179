"""The report as it is written to ``quality_report.json`` (contract D27)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from .model import Report


def report_to_json(report: Report) -> dict[str, Any]:
    """A report as plain JSON values."""
    return {
        "verdict": report.verdict,
        "overall_quality_score": report.overall_quality_score,
        "checks": [{**asdict(c), "where": list(c.where)} for c in report.checks],
        "sync": asdict(report.sync),
    }
