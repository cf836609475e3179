"""Settings read and changed by their dotted names: ``backends.minimax.priority``."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from apex_director.core.errors import ConfigError, OutputUnwritable, ValidationFailed

from .checks import faults
from .defaults import CONFIG_NAME
from .settings import merged, read_file


def get_value(home: Path, key: str) -> Any:
    """The value of a setting, or a whole section, as it is in force; defaults included.

    Raises
    ------
    ValidationFailed
        There is no such setting.
    """
    value: Any = merged(read_file(home))
    for part in key.split("."):
        if not isinstance(value, Mapping) or part not in value:
            raise ValidationFailed(
                f"there is no setting '{key}'", where=key, what_to_do="See: apex config show"
            )
        value = value[part]
    return value


def set_value(home: Path, key: str, value: Any) -> Any:
    """Write one setting into ``apex_config.json``, checked first; gives the value it had.

    Raises
    ------
    ConfigError
        The value cannot be used; nothing is written.
    ValidationFailed
        The name leads to no setting.
    OutputUnwritable
        The file cannot be written.
    """
    parts = key.split(".")
    if len(parts) < 2 or not all(parts):
        raise ValidationFailed(
            f"'{key}' names no setting",
            where=key,
            what_to_do="Give section and name: backends.minimax.enabled",
        )
    found = read_file(home)
    place: dict[str, Any] = found
    for part in parts[:-1]:
        inner = place.setdefault(part, {})
        if not isinstance(inner, dict):
            raise ValidationFailed(
                f"'{part}' holds a value and no settings",
                where=key,
                what_to_do="See: apex config show",
            )
        place = inner
    before = place.get(parts[-1])
    place[parts[-1]] = value
    for fault in faults(found):
        if fault.where == f"{CONFIG_NAME}: {key}" or fault.where.startswith(
            f"{CONFIG_NAME}: {key}."
        ):
            raise fault
    _write(home / CONFIG_NAME, found)
    return before


def all_faults(home: Path) -> list[ConfigError]:
    """Everything that is wrong with a studio's settings file."""
    try:
        found = read_file(home)
    except ConfigError as error:
        return [error]
    return list(faults(found))


def _write(path: Path, value: Mapping[str, Any]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
        handle, name = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".part", dir=path.parent)
    except OSError as error:
        raise _unwritable(path, error) from error
    part = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as text:
            json.dump(value, text, indent=1, ensure_ascii=False)
            text.write("\n")
            text.flush()
            os.fsync(text.fileno())
        part.chmod(mode)
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> OutputUnwritable:
    return OutputUnwritable(
        f"the settings cannot be written ({error.strerror or error})",
        where=str(path),
        what_to_do="Free space or rights there, or name another studio with --home.",
    )
