"""Keys of providers: from the environment, else from a file that nobody else can read.

They are never part of the settings, so that nothing that shows settings can show a key.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from apex_director.core.errors import ConfigError

KEYS_NAME = "keys.json"
KEY_VARIABLES: Mapping[str, str] = {
    "nano_banana": "GEMINI_API_KEY",
    "imagen": "GEMINI_API_KEY",
    "minimax": "MINIMAX_API_KEY",
    "openrouter": "OPENROUTER_API_KEY",
    "openai_compatible": "OPENAI_API_KEY",
    "custom": "CUSTOM_IMAGE_API_KEY",
    "a1111": "A1111_AUTH",
    "comfyui": "COMFYUI_AUTH",
    "sdxl": "HUGGINGFACE_TOKEN",
}
"""The variable each backend's key comes from (contract D32)."""
OTHER_KEYS = ("ELEVENLABS_API_KEY",)
_OTHERS_MAY_READ = stat.S_IRWXG | stat.S_IRWXO


def key_for(variable: str, home: Path) -> str:
    """One key: the environment's, else the key file's; empty where there is none.

    Raises
    ------
    ConfigError
        The key file cannot be used, or other people can read it.
    """
    return os.environ.get(variable, "").strip() or key_file(home).get(variable, "")


def key_file(home: Path) -> dict[str, str]:
    """What ``keys.json`` of a studio holds, ``{"GEMINI_API_KEY": "..."}``; empty without one.

    Raises
    ------
    ConfigError
        It is readable by others, belongs to somebody else, or is no JSON object of texts.
    """
    path = home / KEYS_NAME
    try:
        with path.open(encoding="utf-8") as handle:
            _require_private(os.fstat(handle.fileno()), path)
            found = json.load(handle)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise _unusable(path, f"it cannot be read ({error.strerror or error})") from error
    except ValueError:
        raise _unusable(path, "it is not readable JSON") from None  # the cause would quote it
    if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
        raise _unusable(path, "it must hold names and texts alone")
    return {str(name): value.strip() for name, value in found.items()}


def key_state(variable: str, home: Path) -> str:
    """Where a key is set: ``environment``, ``keys.json`` or empty; errors as :func:`key_file`."""
    if os.environ.get(variable, "").strip():
        return "environment"
    return KEYS_NAME if key_file(home).get(variable) else ""


def _require_private(found: os.stat_result, path: Path) -> None:
    if os.name == "nt":
        return
    if found.st_mode & _OTHERS_MAY_READ:
        raise ConfigError(
            "other people can read the keys in it",
            where=str(path),
            what_to_do=f"Close it with: chmod 600 {path}",
        )
    if found.st_uid not in {os.getuid(), 0}:
        raise ConfigError(
            "it belongs to somebody else", where=str(path), what_to_do="Make one of your own."
        )


def _unusable(path: Path, what: str) -> ConfigError:
    return ConfigError(
        what, where=str(path), what_to_do='Write {"GEMINI_API_KEY": "..."}, or remove it.'
    )
