"""What was paid, reserved and held, and what keeps calls to outsiders in bounds.

``calls`` and ``ledger`` are append-only: the state of a call is its last event, what was spent is
the sum of the events' deltas. Amounts are micro-dollars. No key of a provider stands in any table.
"""

from __future__ import annotations

import sqlalchemy as sa

from .registry import metadata

# One row per reservation, never changed; ``attempt`` counts those of one key.
calls = sa.Table(
    "calls",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.String(36), nullable=False, unique=True),
    sa.Column("key", sa.String(64), nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("backend", sa.String(80), nullable=False),
    sa.Column("model", sa.String(200), nullable=False),
    sa.Column("job_id", sa.String(64), nullable=False, index=True),
    sa.Column("item", sa.String(200), nullable=False),
    sa.Column("variant", sa.Integer, nullable=False),
    sa.Column("day", sa.String(10), nullable=False),
    sa.Column("host", sa.String(255), nullable=False),
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("start", sa.Float, nullable=False),
    sa.Column("opened_at", sa.String(40), nullable=False),
    sa.UniqueConstraint("key", "attempt"),
)

# One row per event. Everything but the deltas is what holds after it; ``n`` counts those of one
# call, so that two writers who saw the same state can never both go on from it.
ledger = sa.Table(
    "ledger",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("call", sa.Integer, nullable=False),
    sa.Column("n", sa.Integer, nullable=False),
    sa.Column("event", sa.String(12), nullable=False),
    sa.Column("state", sa.String(12), nullable=False, index=True),
    sa.Column("usd", sa.BigInteger, nullable=False),
    sa.Column("reserved", sa.BigInteger, nullable=False),
    sa.Column("held", sa.BigInteger, nullable=False),
    sa.Column("settled", sa.BigInteger, nullable=False),
    sa.Column("job_id", sa.String(64), nullable=False, index=True),
    sa.Column("day", sa.String(10), nullable=False, index=True),
    sa.Column("basis", sa.String(12), nullable=False),
    sa.Column("price_date", sa.String(10), nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("provider_id", sa.Text, nullable=False),
    sa.Column("facts", sa.JSON, nullable=False),
    sa.Column("kept", sa.JSON),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("host", sa.String(255), nullable=False),
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("start", sa.Float, nullable=False),
    sa.Column("at", sa.String(40), nullable=False),
    sa.UniqueConstraint("call", "n"),
)

breakers = sa.Table(
    "breakers",
    metadata,
    sa.Column("backend", sa.String(80), primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("since", sa.Float, nullable=False),
    sa.Column("until", sa.Float, nullable=False),
    sa.Column("trials", sa.Integer, nullable=False),
    sa.Column("passed", sa.Integer, nullable=False),
    sa.Column("trial_at", sa.Float, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)

# Places in a backend's minute, given away to whoever came first (epoch seconds).
places = sa.Table(
    "places",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("backend", sa.String(80), nullable=False, index=True),
    sa.Column("at", sa.Float, nullable=False),
)

# Calls under way; those of dead processes do not count and are swept.
flights = sa.Table(
    "flights",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("backend", sa.String(80), nullable=False, index=True),
    sa.Column("host", sa.String(255), nullable=False),
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("start", sa.Float, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
)

# Names of keys (never keys) that a job does not use any more, and who found that out.
bars = sa.Table(
    "bars",
    metadata,
    sa.Column("job_id", sa.String(64), primary_key=True),
    sa.Column("key_name", sa.String(120), primary_key=True),
    sa.Column("host", sa.String(255), primary_key=True),
    sa.Column("pid", sa.Integer, primary_key=True),
    sa.Column("start", sa.Float, primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
)
