"""Settings under their promised names: faces over the studio's settings (contract P45, D31).

``settings`` gives the service addresses and switches of contract O2 as the environment has them
now;
``ConfigManager`` reads, checks and changes ``apex_config.json``. Keys are in neither.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

_VARIABLES = {
    "apex_home": ("APEX_HOME", ""),
    "database_url": ("DATABASE_URL", ""),
    "qdrant_url": ("QDRANT_URL", ""),
    "storage_url": ("STORAGE_URL", ""),
    "otel_exporter_otlp_endpoint": ("OTEL_EXPORTER_OTLP_ENDPOINT", ""),
    "service_env": ("SERVICE_ENV", "development"),
    "log_level": ("LOG_LEVEL", "INFO"),
    "gemini_base_url": ("GEMINI_BASE_URL", ""),
    "minimax_base_url": ("MINIMAX_BASE_URL", ""),
    "openrouter_base_url": ("OPENROUTER_BASE_URL", ""),
    "openai_base_url": ("OPENAI_BASE_URL", ""),
    "a1111_url": ("A1111_URL", ""),
    "comfyui_url": ("COMFYUI_URL", ""),
}


class EnvironmentSettings:
    """What the environment says, read when it is asked for; empty where nothing is set."""

    def __getattr__(self, name: str) -> str:
        if name not in _VARIABLES:
            raise AttributeError(f"there is no setting '{name}'")
        variable, default = _VARIABLES[name]
        return os.environ.get(variable, "").strip() or default

    def __dir__(self) -> list[str]:
        return sorted({*_VARIABLES, "redis_url", "daily_budget_usd", "max_render_workers"})

    @property
    def redis_url(self) -> str:
        """``REDIS_URL``, else the one ``REDIS_HOST`` and ``REDIS_PORT`` make."""
        host = os.environ.get("REDIS_HOST", "").strip()
        port = os.environ.get("REDIS_PORT", "").strip() or "6379"
        made = f"redis://{host}:{port}/0" if host else ""
        return os.environ.get("REDIS_URL", "").strip() or made

    @property
    def daily_budget_usd(self) -> float | None:
        """What paid backends may cost in one day (UTC); None without a cap.

        Raises
        ------
        ConfigError
            The settings hold no sum.
        """
        from apex_director.director.studio import settings_of

        cap = settings_of(None).daily_budget
        return None if cap is None else float(cap)

    @property
    def max_render_workers(self) -> int:
        """``MAX_RENDER_WORKERS``, 3 where it is not set.

        Raises
        ------
        ConfigError
            It is no whole number above zero.
        """
        from apex_director.config import positive_env

        return positive_env("MAX_RENDER_WORKERS") or 3


settings = EnvironmentSettings()


class ConfigManager:
    """The settings file of a studio.

    Parameters
    ----------
    home : path, optional
        The studio folder; the present studio where not given.
    """

    def __init__(self, home: str | Path | None = None) -> None:
        self._home = home

    @property
    def home(self) -> Path:
        """The studio folder."""
        from apex_director.config import studio_home
        from apex_director.director.studio import process

        return studio_home(self._home or process.get("home"))

    @property
    def path(self) -> Path:
        """The settings file, which need not exist."""
        from apex_director.config import CONFIG_NAME

        return self.home / CONFIG_NAME

    def load(self) -> dict[str, dict[str, Any]]:
        """Every section as it is in force, defaults included.

        Raises
        ------
        ConfigError
            A setting cannot be used; ``where`` names its key.
        """
        from apex_director.config import load_settings

        sections = load_settings(self.home).sections
        return {name: dict(values) for name, values in sections.items()}

    def validate(self) -> list[str]:
        """Check every setting; what may be a slip of the pen, in sentences.

        Raises
        ------
        ConfigError
            A setting cannot be used; ``where`` names its key.
        """
        from apex_director.config import load_settings, read_file, warnings

        load_settings(self.home)
        return warnings(read_file(self.home))

    def get(self, key: str, default: Any = None) -> Any:
        """One setting by its dotted name, or the default where there is none."""
        from apex_director.config import get_value
        from apex_director.core.errors import ValidationFailed

        try:
            return get_value(self.home, key)
        except ValidationFailed:
            return default

    def set(self, key: str, value: Any) -> None:
        """Change one setting in the file.

        Raises
        ------
        ConfigError
            Key or value cannot be used; ``where`` names the key, and nothing is written.
        """
        from apex_director.config import set_value
        from apex_director.core.errors import ConfigError, ValidationFailed

        try:
            set_value(self.home, key, value)
        except ValidationFailed as error:
            raise ConfigError(
                error.what, where=error.where or repr(key), what_to_do=error.what_to_do
            ) from error
