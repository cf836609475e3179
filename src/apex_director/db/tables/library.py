"""The assets of a studio: records, tags, projects, where their bytes lie."""

from __future__ import annotations

import sqlalchemy as sa

from .registry import metadata

projects = sa.Table(
    "projects",
    metadata,
    sa.Column("id", sa.String(80), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("description", sa.Text, nullable=False, server_default=""),
    sa.Column("created_at", sa.String(40), nullable=False),
)

# ``seq`` never comes twice, so that indexes held in memory know what is new.
assets = sa.Table(
    "assets",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("id", sa.String(36), nullable=False, unique=True),
    sa.Column("path", sa.Text, nullable=False, unique=True),  # from the studio folder, with "/"
    sa.Column("filename", sa.String(255), nullable=False, index=True),
    sa.Column("category", sa.String(40), nullable=False, index=True),
    sa.Column("tags", sa.JSON, nullable=False),
    sa.Column("metadata", sa.JSON, nullable=False),
    sa.Column("created_at", sa.String(40), nullable=False, index=True),
    sa.Column("accessed_at", sa.String(40)),
    sa.Column("file_size", sa.BigInteger, nullable=False, index=True),
    sa.Column("file_hash", sa.String(64), nullable=False, index=True),
    sa.Column("format", sa.String(16), nullable=False, index=True),
    sa.Column("width", sa.Integer),
    sa.Column("height", sa.Integer),
    sa.Column("job_id", sa.String(80), nullable=False, server_default="", index=True),
    sa.Column("project_id", sa.String(80), nullable=False, server_default="", index=True),
    sa.Column("prompt", sa.Text, nullable=False, server_default=""),
    sa.Column("backend_used", sa.String(80), nullable=False, server_default="", index=True),
    sa.Column("model", sa.String(200), nullable=False, server_default="", index=True),
    sa.Column("seed", sa.BigInteger),
    sa.Column("generation_params", sa.JSON, nullable=False),
    sa.Column("inputs", sa.JSON, nullable=False),
    sa.Column("cost_micros", sa.BigInteger),
    sa.Column("licence", sa.Text, nullable=False, server_default=""),
    sa.Column("quality_score", sa.Float, index=True),
    sa.Column("usage_count", sa.Integer, nullable=False, server_default="0", index=True),
    sa.Column("last_used", sa.String(40)),
    sa.Column("parent_id", sa.String(36), index=True),
    sa.Column("copies_avoided", sa.Integer, nullable=False, server_default="0"),
    sa.Column("search_text", sa.Text, nullable=False, server_default=""),
    sa.UniqueConstraint("project_id", "file_hash"),
    sqlite_autoincrement=True,
)


asset_tags = sa.Table(
    "asset_tags",
    metadata,
    sa.Column("tag", sa.String(200), primary_key=True),
    sa.Column(
        "asset_seq",
        sa.Integer,
        sa.ForeignKey("assets.seq", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    ),
    sqlite_with_rowid=False,
)

# The metadata of records once more, one row per name, so that equality is an index lookup.
asset_facts = sa.Table(
    "asset_facts",
    metadata,
    sa.Column("name", sa.String(120), primary_key=True),
    sa.Column("value", sa.String(80), primary_key=True),
    sa.Column(
        "asset_seq",
        sa.Integer,
        sa.ForeignKey("assets.seq", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    ),
    sqlite_with_rowid=False,
)

asset_looks = sa.Table(
    "asset_looks",
    metadata,
    sa.Column(
        "asset_seq",
        sa.Integer,
        sa.ForeignKey("assets.seq", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("look", sa.LargeBinary, nullable=False),  # core.fingerprint, 26 bytes
)

asset_meanings = sa.Table(
    "asset_meanings",
    metadata,
    sa.Column(
        "asset_seq",
        sa.Integer,
        sa.ForeignKey("assets.seq", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("model", sa.String(200), nullable=False),
    sa.Column("vector", sa.LargeBinary, nullable=False),  # float16, little-endian, of length 1
)

asset_uses = sa.Table(
    "asset_uses",
    metadata,
    sa.Column(
        "asset_seq",
        sa.Integer,
        sa.ForeignKey("assets.seq", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("job_id", sa.String(80), primary_key=True),
    sa.Column("place", sa.String(200), primary_key=True),
    sa.Column("used_at", sa.String(40), nullable=False),
)

# Bytes somebody needs who keeps no record of them here, such as a picture that was paid for.
kept_bytes = sa.Table(
    "kept_bytes",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("kept_at", sa.String(40), nullable=False),
)

TEXT_INDEX = "asset_text"
"""SQLite's full-text index over ``assets.search_text``; made by the migration, kept by triggers,
missing where SQLite has no FTS5 with trigrams (then the text itself is searched).
"""
