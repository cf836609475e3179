"""Shared by every test: one kernel cache, Ctrl-C as at a terminal, and nobody's keys."""

from __future__ import annotations

import os
import re
import signal

from apex_director.config import use_kernel_cache

use_kernel_cache()
# A runner in the background may have been told to ignore Ctrl-C; what tests start would inherit
# that.
signal.signal(signal.SIGINT, signal.default_int_handler)

# No test may reach a real provider: neither with a key of whoever runs it, nor by an address.
_OUTSIDE = re.compile(
    r".*(_API_KEY|_BASE_URL|_TOKEN)|A1111_(URL|AUTH)|COMFYUI_URL|DAILY_BUDGET_USD"
)
for name in [name for name in os.environ if _OUTSIDE.fullmatch(name)]:
    del os.environ[name]
