"""Generations the estimator learns from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create ``generations``."""
    op.create_table(
        "generations",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(40), nullable=False),
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
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("source", sa.String(160), unique=True),
    )
    for column in ("kind", "at"):
        op.create_index(f"ix_generations_{column}", "generations", [column])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("generations")
