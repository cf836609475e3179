"""Alembic migrations of ``apex.db``; run by ``apex_director.db.engine.migrate``."""
