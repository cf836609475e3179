"""What generations took and cost: what the estimator learns from."""

from __future__ import annotations

import sqlalchemy as sa

from .registry import metadata

# One row per finished piece of work; ``source`` names what it is a record of, so that it is learned
# once. Sums of money are whole millionths of a US dollar; null is not known.
generations = sa.Table(
    "generations",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(40), nullable=False, index=True),
    sa.Column("backend", sa.String(80), nullable=False),
    sa.Column("model", sa.String(120), nullable=False, server_default=""),
    sa.Column("width", sa.Integer, nullable=False, server_default="0"),
    sa.Column("height", sa.Integer, nullable=False, server_default="0"),
    sa.Column("frames", sa.Integer, nullable=False, server_default="0"),
    sa.Column("steps", sa.Integer, nullable=False, server_default="0"),
    sa.Column("quality", sa.Integer, nullable=False, server_default="0"),
    sa.Column("prompt_complexity", sa.Float, nullable=False, server_default="0"),
    sa.Column("workers", sa.Integer, nullable=False, server_default="1"),
    sa.Column("prior_s", sa.Float, nullable=False, server_default="0"),
    sa.Column("predicted_p10", sa.Float),
    sa.Column("predicted_p50", sa.Float),
    sa.Column("predicted_p90", sa.Float),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("quoted_micros", sa.BigInteger),
    sa.Column("paid_micros", sa.BigInteger),
    sa.Column("success", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("at", sa.String(40), nullable=False, index=True),
    sa.Column("source", sa.String(160), unique=True),
)
