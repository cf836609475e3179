"""JSON Schemas (draft 2020-12) of what the product gives out: assets and jobs (contract 1.2)."""

from __future__ import annotations

from typing import Any

JOB_STATES = (
    "pending",
    "queued",
    "processing",
    "paused",
    "waiting",
    "completed",
    "failed",
    "cancelled",
)
"""Every state a job may be in (contract C2)."""
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TEXT: dict[str, Any] = {"type": "string"}
_TIME: dict[str, Any] = {"type": "string", "format": "date-time"}
_SHARE: dict[str, Any] = {"type": "number", "minimum": 0, "maximum": 1}
_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
_OBJECT: dict[str, Any] = {"type": "object"}
_TEXTS: dict[str, Any] = {"type": "array", "items": {"type": "string"}}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "type": [schema["type"], "null"]}


def _record(title: str, properties: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "$schema": _DIALECT,
        "title": title,
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def asset_schema() -> dict[str, Any]:
    """The schema of an asset record as JSON (contract X5, and what its making cost)."""
    side = {"type": "integer", "minimum": 1}
    return _record(
        "Asset",
        {
            "id": {"type": "string", "format": "uuid"},
            "filename": {"type": "string", "minLength": 1, "maxLength": 255},
            "path": {"type": "string", "minLength": 1},
            "file_size": {"type": "integer", "minimum": 1},
            "file_hash": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "format": {"type": "string", "maxLength": 16},
            "width": _or_null(side),
            "height": _or_null(side),
            "created_at": _TIME,
            "job_id": _TEXT,
            "project_id": _TEXT,
            "prompt": {"type": "string", "maxLength": 5000},
            "backend_used": _TEXT,
            "model": _TEXT,
            "seed": _or_null({"type": "integer"}),
            "generation_params": _OBJECT,
            "inputs": _TEXTS,
            "cost_usd": _or_null({"type": "number", "minimum": 0}),
            "licence": _TEXT,
            "category": {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,39}$"},
            "tags": {"type": "array", "items": _TEXT, "uniqueItems": True},
            "metadata": _OBJECT,
            "quality_score": _or_null(_SHARE),
            "usage_count": _COUNT,
            "last_used": _or_null(_TIME),
            "parent_id": _or_null({"type": "string", "format": "uuid"}),
        },
    )


def job_schema() -> dict[str, Any]:
    """The schema of a job's status as JSON (contract P7)."""
    schema = _record(
        "Job",
        {
            "job_id": {"type": "string", "minLength": 1},
            "kind": {"type": "string", "minLength": 1},
            "status": {"type": "string", "enum": list(JOB_STATES)},
            "progress": _SHARE,
            "progress_percent": {"type": "integer", "minimum": 0, "maximum": 100},
            "current_stage": _or_null(_TEXT),
            "output_path": _or_null(_TEXT),
            "quality_score": _or_null(_SHARE),
            "error": _or_null(_TEXT),
            "created_at": _TIME,
            "started_at": _or_null(_TIME),
            "finished_at": _or_null(_TIME),
            "warnings": _TEXTS,
        },
    )
    return {**schema, "additionalProperties": True}
