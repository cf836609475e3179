"""The studio's tables in ``<home>/apex.db``: engine, tables, migrations.

Import ``apex_director.db.engine`` or ``.tables``; the package itself loads nothing heavy.
"""
