"""Structured logs: one JSON object per line in ``<home>/logs/apex.log`` and ``error.log``.

Nothing is ever printed: standard output belongs to results, standard error to progress. Logging
before :func:`configure` goes nowhere.
"""

from __future__ import annotations

import json
import logging
import logging.handlers
import os
from collections.abc import MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from apex_director.observability.masking import mask, mask_value

ROOT = "apex_director"
MAX_BYTES = 10 * 1024 * 1024
BACKUPS = 5
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """One record as one line of JSON, secrets masked."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON text without line breaks."""
        entry: dict[str, Any] = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": mask(record.getMessage()),
            "pid": record.process,
        }
        extra = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        entry |= mask_value(extra)
        if record.exc_info:
            entry["exception"] = mask(self.formatException(record.exc_info))
        return json.dumps(entry, default=str, ensure_ascii=False)


class _SharedFile(logging.handlers.RotatingFileHandler):
    """A rotating file that several processes write: reopened when another one has rotated it."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record to the file that bears the name now."""
        try:
            if self.stream is not None and not self._is_current():
                self.stream.close()
                self.stream = self._open()
        except OSError:
            return
        super().emit(record)

    def _is_current(self) -> bool:
        try:
            now = os.stat(self.baseFilename)
        except FileNotFoundError:
            return False
        mine = os.fstat(self.stream.fileno()) if self.stream else None
        return mine is not None and (now.st_dev, now.st_ino) == (mine.st_dev, mine.st_ino)

    def handleError(self, record: logging.LogRecord) -> None:
        """A full disk must not stop the work, nor print to the user's terminal."""


def configure(home: Path, *, level: str = "INFO", also: tuple[str, ...] = ()) -> None:
    """Send the product's logs to ``<home>/logs``; calling again moves them.

    Parameters
    ----------
    home : Path
        Studio folder; a folder that cannot be written leaves logging silent.
    level : str
        Lowest level kept in ``apex.log``; ``error.log`` keeps errors.
    also : tuple of str
        Names of library loggers that write to the same files (warnings and worse) and nowhere else.
    """
    handlers = _handlers(home / "logs", level)
    for name in (ROOT, *also):
        logger = logging.getLogger(name)
        for old in list(logger.handlers):
            logger.removeHandler(old)
            old.close()
        logger.handlers = list(handlers)
        logger.propagate = False
        logger.setLevel(level if name == ROOT else "WARNING")
    _configure_structlog()


def _handlers(folder: Path, level: str) -> list[logging.Handler]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        made: list[logging.Handler] = []
        for name, least in (("apex.log", level), ("error.log", "ERROR")):
            handler = _SharedFile(
                folder / name, maxBytes=MAX_BYTES, backupCount=BACKUPS, encoding="utf-8", delay=True
            )
            handler.setLevel(least)
            handler.setFormatter(JsonLines())
            made.append(handler)
    except OSError:
        return [logging.NullHandler()]
    return made


def _to_standard(
    logger: Any, method: str, event: MutableMapping[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    del logger, method
    text = str(event.pop("event", ""))
    exc_info = event.pop("exc_info", None)
    fields = {(f"{key}_" if key in _STANDARD else key): value for key, value in event.items()}
    return (text,), {"extra": fields, "exc_info": exc_info}


def _configure_structlog() -> None:
    import structlog

    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, _to_standard],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def get_logger(name: str = ROOT, **bound: Any) -> Any:
    """A structlog logger under the product's name, as in ``get_logger("jobs").info("start")``."""
    import structlog

    full = name if name.startswith(ROOT) else f"{ROOT}.{name}"
    logger = logging.getLogger(ROOT)
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
        logger.propagate = False
        _configure_structlog()
    return structlog.get_logger(full).bind(**bound)
