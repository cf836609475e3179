"""Alembic's entry: runs the revisions inside the transaction it is given."""

from __future__ import annotations

from alembic import context

from apex_director.db.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=False)
context.run_migrations()
