"""The one collection that every table of the product belongs to."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()
