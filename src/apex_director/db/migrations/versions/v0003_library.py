"""Assets, tags, projects."""

from __future__ import annotations

from contextlib import suppress

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_INDEXED = (
    "filename",
    "category",
    "created_at",
    "file_size",
    "file_hash",
    "format",
    "job_id",
    "project_id",
    "backend_used",
    "model",
    "quality_score",
    "usage_count",
    "parent_id",
)
# Only which three letters occur is kept, not where: a third of the size, and what is found is
# compared with the text itself.
_TEXT_INDEX = (
    "CREATE VIRTUAL TABLE asset_text USING fts5(search_text, content='assets', content_rowid='seq',"
    " tokenize='trigram', detail='none')",
    "CREATE TRIGGER asset_text_added AFTER INSERT ON assets BEGIN"
    " INSERT INTO asset_text(rowid, search_text) VALUES (new.seq, new.search_text); END",
    "CREATE TRIGGER asset_text_removed AFTER DELETE ON assets BEGIN"
    " INSERT INTO asset_text(asset_text, rowid, search_text)"
    " VALUES ('delete', old.seq, old.search_text); END",
    "CREATE TRIGGER asset_text_changed AFTER UPDATE OF search_text ON assets BEGIN"
    " INSERT INTO asset_text(asset_text, rowid, search_text)"
    " VALUES ('delete', old.seq, old.search_text);"
    " INSERT INTO asset_text(rowid, search_text) VALUES (new.seq, new.search_text); END",
)


def upgrade() -> None:
    """Create the tables of the library, and the text index where SQLite has one."""
    op.create_table(
        "projects",
        sa.Column("id", sa.String(80), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("description", sa.Text, nullable=False, server_default=""),
        sa.Column("created_at", sa.String(40), nullable=False),
    )
    _create_assets()
    _create_satellites()
    if op.get_bind().dialect.name == "sqlite":
        _create_text_index()


def _create_assets() -> None:
    op.create_table(
        "assets",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("path", sa.Text, nullable=False, unique=True),
        sa.Column("filename", sa.String(255), nullable=False),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("tags", sa.JSON, nullable=False),
        sa.Column("metadata", sa.JSON, nullable=False),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.Column("accessed_at", sa.String(40)),
        sa.Column("file_size", sa.BigInteger, nullable=False),
        sa.Column("file_hash", sa.String(64), nullable=False),
        sa.Column("format", sa.String(16), nullable=False),
        sa.Column("width", sa.Integer),
        sa.Column("height", sa.Integer),
        sa.Column("job_id", sa.String(80), nullable=False, server_default=""),
        sa.Column("project_id", sa.String(80), nullable=False, server_default=""),
        sa.Column("prompt", sa.Text, nullable=False, server_default=""),
        sa.Column("backend_used", sa.String(80), nullable=False, server_default=""),
        sa.Column("model", sa.String(200), nullable=False, server_default=""),
        sa.Column("seed", sa.BigInteger),
        sa.Column("generation_params", sa.JSON, nullable=False),
        sa.Column("inputs", sa.JSON, nullable=False),
        sa.Column("cost_micros", sa.BigInteger),
        sa.Column("licence", sa.Text, nullable=False, server_default=""),
        sa.Column("quality_score", sa.Float),
        sa.Column("usage_count", sa.Integer, nullable=False, server_default="0"),
        sa.Column("last_used", sa.String(40)),
        sa.Column("parent_id", sa.String(36)),
        sa.Column("copies_avoided", sa.Integer, nullable=False, server_default="0"),
        sa.Column("search_text", sa.Text, nullable=False, server_default=""),
        sa.UniqueConstraint("project_id", "file_hash"),
        sqlite_autoincrement=True,
    )
    for column in _INDEXED:
        op.create_index(f"ix_assets_{column}", "assets", [column])


def _asset_key() -> sa.Column[int]:
    return sa.Column(
        "asset_seq",
        sa.Integer,
        sa.ForeignKey("assets.seq", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )


def _create_satellites() -> None:
    op.create_table(
        "asset_tags",
        sa.Column("tag", sa.String(200), primary_key=True),
        _asset_key(),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "asset_facts",
        sa.Column("name", sa.String(120), primary_key=True),
        sa.Column("value", sa.String(80), primary_key=True),
        _asset_key(),
        sqlite_with_rowid=False,
    )
    for table in ("asset_tags", "asset_facts"):
        op.create_index(f"ix_{table}_asset_seq", table, ["asset_seq"])
    op.create_table("asset_looks", _asset_key(), sa.Column("look", sa.LargeBinary, nullable=False))
    op.create_table(
        "asset_meanings",
        _asset_key(),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "asset_uses",
        _asset_key(),
        sa.Column("job_id", sa.String(80), primary_key=True),
        sa.Column("place", sa.String(200), primary_key=True),
        sa.Column("used_at", sa.String(40), nullable=False),
    )
    op.create_table(
        "kept_bytes",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("kept_at", sa.String(40), nullable=False),
    )


def _create_text_index() -> None:
    with suppress(sa.exc.OperationalError):  # an SQLite without FTS5 or trigrams
        for statement in _TEXT_INDEX:
            op.execute(statement)


def downgrade() -> None:
    """Drop all of them."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE IF EXISTS asset_text")
    tables = ("kept_bytes", "asset_uses", "asset_meanings", "asset_looks", "asset_facts")
    for table in (*tables, "asset_tags", "assets", "projects"):
        op.drop_table(table)
