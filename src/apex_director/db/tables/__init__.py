"""Tables of ``apex.db`` as SQLAlchemy sees them; migrations/versions say how they came to be.

One module per room that stores: jobs, money (providers), library (assets), history (estimation).
"""

from . import history, library, money
from .jobs import executors, jobs
from .registry import metadata

__all__ = ["executors", "history", "jobs", "library", "metadata", "money"]
