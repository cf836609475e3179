"""Where things are and what is set: the studio folder, its settings, its keys. Settings are read
once, in bootstrap.
"""

from __future__ import annotations

from .checks import warnings
from .defaults import CONFIG_NAME, DEFAULTS
from .editing import all_faults, get_value, set_value
from .home import (
    available_cores,
    kernel_sources_hash,
    sources_hash,
    studio_home,
    use_kernel_cache,
)
from .keys import KEY_VARIABLES, KEYS_NAME, OTHER_KEYS, key_for, key_state
from .settings import Settings, load_settings, merged, positive_env, read_file

__all__ = [
    "CONFIG_NAME",
    "DEFAULTS",
    "KEYS_NAME",
    "KEY_VARIABLES",
    "OTHER_KEYS",
    "Settings",
    "all_faults",
    "available_cores",
    "get_value",
    "kernel_sources_hash",
    "key_for",
    "key_state",
    "load_settings",
    "merged",
    "positive_env",
    "read_file",
    "set_value",
    "sources_hash",
    "studio_home",
    "use_kernel_cache",
    "warnings",
]
