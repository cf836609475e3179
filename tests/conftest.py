"""Shared by every test: one kernel cache, no network beyond this machine."""

from __future__ import annotations

from apex_director.config import use_kernel_cache

use_kernel_cache()
