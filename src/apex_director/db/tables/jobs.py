"""The jobs of a studio, and the processes that run them."""

from __future__ import annotations

import sqlalchemy as sa

from .registry import metadata

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("resume_key", sa.String(64), nullable=False, server_default="", index=True),
    sa.Column("status", sa.String(16), nullable=False, index=True),
    sa.Column("priority", sa.Integer, nullable=False, server_default="3"),
    sa.Column("progress", sa.Float, nullable=False, server_default="0"),
    sa.Column("current_stage", sa.String(40), nullable=False, server_default=""),
    sa.Column("payload", sa.JSON, nullable=False),
    sa.Column("result", sa.JSON),
    sa.Column("output_path", sa.Text),
    sa.Column("quality_score", sa.Float),
    sa.Column("error", sa.Text),
    sa.Column("error_code", sa.String(60)),
    sa.Column("error_detail", sa.JSON),
    sa.Column("warnings", sa.JSON, nullable=False),
    sa.Column("detail", sa.JSON, nullable=False),
    sa.Column("cancel_requested", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("owner_host", sa.String(255)),
    sa.Column("owner_pid", sa.Integer),
    sa.Column("owner_start", sa.Float),
    sa.Column("created_at", sa.String(40), nullable=False, index=True),
    sa.Column("updated_at", sa.String(40), nullable=False),
    sa.Column("started_at", sa.String(40)),
    sa.Column("finished_at", sa.String(40)),
    sa.Column("pause_requested", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("place", sa.Float, nullable=False, server_default="0"),  # below 0: moved forward
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),  # since it was asked for
    sa.Column("next_try_at", sa.String(40)),
)

# One row per time the work on a job was taken up.
attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("job_id", sa.String(36), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("began", sa.String(40), nullable=False, index=True),
    sa.Column("ended", sa.String(40)),
    sa.Column("outcome", sa.String(16)),
    sa.Column("error", sa.Text),
)

# The studio's queue as a whole; the one row is named "jobs".
queue = sa.Table(
    "queue",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("paused", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("since", sa.String(40)),
)

# One row per living process that runs jobs: the lease other hosts judge it by.
executors = sa.Table(
    "executors",
    metadata,
    sa.Column("host", sa.String(255), primary_key=True),
    sa.Column("pid", sa.Integer, primary_key=True),
    sa.Column("start", sa.Float, primary_key=True),
    sa.Column("beat", sa.Float, nullable=False),  # epoch seconds of the last sign of life
)
