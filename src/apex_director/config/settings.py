"""Settings: read from flags, environment and ``apex_config.json`` once, and handed on as values."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from apex_director.core.errors import ConfigError, OutputUnwritable
from apex_director.core.money import Usd

from .checks import faults
from .defaults import CONFIG_NAME, DEFAULTS
from .home import available_cores, studio_home


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything read from flags, environment and ``apex_config.json``, once, in this order of
    force.

    ``daily_budget`` and ``job_budget`` are what paid backends may cost in a day (UTC) and in one
    job, None without a cap; ``warn_at`` 0..1 the share of a cap that is worth a warning.
    ``store_url`` empty keeps the library in the studio folder. Keys are not among them: see keys.
    """

    home: Path
    workers: int
    max_concurrent_jobs: int
    sections: Mapping[str, Mapping[str, Any]]
    daily_budget: Usd | None = None
    job_budget: Usd | None = None
    warn_at: float = 0.8
    store_url: str = ""
    max_asset_mb: int = 50
    history_days: int = 30


def load_settings(home: str | Path | None = None, *, workers: int | None = None) -> Settings:
    """Read the settings of a studio; a missing file means defaults.

    Raises
    ------
    ConfigError
        ``apex_config.json`` or a variable holds something we cannot use; ``where`` names it.
    """
    folder = studio_home(home)
    sections = merged(read_file(folder))
    for fault in faults(sections):
        raise fault
    orchestrator, budget, assets = (sections[n] for n in ("orchestrator", "budget", "assets"))
    wanted = workers or positive_env("APEX_WORKERS") or int(orchestrator["workers"])
    return Settings(
        home=folder,
        workers=wanted or available_cores(),
        max_concurrent_jobs=int(orchestrator["max_concurrent_jobs"]),
        sections=sections,
        daily_budget=_usd_env("DAILY_BUDGET_USD", budget["per_day_usd"]),
        job_budget=None if budget["per_job_usd"] is None else Usd.of(budget["per_job_usd"]),
        warn_at=float(budget["warn_at"]),
        store_url=os.environ.get("STORAGE_URL", "").strip() or str(assets["store_url"]),
        max_asset_mb=int(assets["max_mb"]),
        history_days=int(sections["estimator"]["history_days"]),
    )


def read_file(home: Path) -> dict[str, Any]:
    """What ``apex_config.json`` of a studio says, unchecked; empty where there is none.

    Raises
    ------
    ConfigError
        It cannot be read, or is no JSON object.
    OutputUnwritable
        The studio folder is a file.
    """
    path = home / CONFIG_NAME
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except NotADirectoryError as error:
        raise OutputUnwritable(
            "the studio folder is a file",
            where=str(path.parent),
            what_to_do="Name a folder with --home or APEX_HOME.",
        ) from error
    except OSError as error:
        what = f"it cannot be read ({(error.strerror or str(error)).lower()})"
        raise _unusable(path, what) from error
    except (ValueError, RecursionError) as error:
        raise _unusable(path, "it is not readable JSON") from error
    if not isinstance(found, dict):
        raise _unusable(path, "it must hold an object")
    return found


def merged(found: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The defaults with what the file says laid over them, backend by backend; unchecked values
    stay as they are.

    Raises
    ------
    ConfigError
        A section is no object.
    """
    whole: dict[str, dict[str, Any]] = {
        section: {k: dict(v) if isinstance(v, dict) else v for k, v in values.items()}
        for section, values in DEFAULTS.items()
    }
    for section, values in found.items():
        if not isinstance(values, dict):
            for fault in faults({section: values}):
                raise fault
        mine = whole.setdefault(section, {})
        for key, value in values.items():
            both = isinstance(value, dict) and isinstance(mine.get(key), dict)
            mine[key] = mine[key] | value if both else value
    return whole


def positive_env(name: str) -> int:
    """A variable that holds a whole number of workers; 0 where it is not set.

    Raises
    ------
    ConfigError
        It holds something else.
    """
    text = os.environ.get(name, "").strip()
    if not text:
        return 0
    if not text.isdecimal() or int(text) < 1:
        raise ConfigError(
            f"'{text}' is no number of workers", where=name, what_to_do="Give 1 or more."
        )
    return int(text)


def _usd_env(name: str, otherwise: float | None) -> Usd | None:
    text = os.environ.get(name, "").strip()
    if not text:
        return None if otherwise is None else Usd.of(otherwise)
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("nan")
    if not amount.is_finite() or amount < 0:
        raise ConfigError(
            f"'{text}' is no sum of US dollars", where=name, what_to_do="Give a number such as 10."
        )
    return Usd.of(amount)


def _unusable(path: Path, what: str) -> ConfigError:
    return ConfigError(what, where=str(path), what_to_do="Mend it, or remove it.")
