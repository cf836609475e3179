"""Shared by every test: one kernel cache, and Ctrl-C as at a terminal."""

from __future__ import annotations

import signal

from apex_director.config import use_kernel_cache

use_kernel_cache()
# A runner in the background may have been told to ignore Ctrl-C; what tests start would inherit
# that.
signal.signal(signal.SIGINT, signal.default_int_handler)
