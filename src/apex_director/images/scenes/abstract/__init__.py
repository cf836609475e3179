"""Pure colour and light."""

from __future__ import annotations

from .scene import paint

__all__ = ["paint"]
