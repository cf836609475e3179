"""What the queue knows of a job beyond its state: order, pauses, retries, attempts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the queue's columns to ``jobs``; create ``attempts`` and ``queue``."""
    for column in (
        sa.Column("pause_requested", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("place", sa.Float, nullable=False, server_default="0"),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_try_at", sa.String(40)),
    ):
        op.add_column("jobs", column)
    op.create_table(
        "attempts",
        sa.Column("job_id", sa.String(36), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("began", sa.String(40), nullable=False),
        sa.Column("ended", sa.String(40)),
        sa.Column("outcome", sa.String(16)),
        sa.Column("error", sa.Text),
    )
    op.create_index("ix_attempts_began", "attempts", ["began"])
    op.create_table(
        "queue",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("paused", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("since", sa.String(40)),
    )


def downgrade() -> None:
    """Drop what was added."""
    op.drop_table("queue")
    op.drop_table("attempts")
    with op.batch_alter_table("jobs") as table:
        for name in ("next_try_at", "failures", "place", "pause_requested"):
            table.drop_column(name)
