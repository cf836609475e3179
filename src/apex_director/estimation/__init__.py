"""What a plan will cost in time and money, as ranges learned from what earlier plans took."""

from .estimate import as_json, describe, estimate

__all__ = ["as_json", "describe", "estimate"]
