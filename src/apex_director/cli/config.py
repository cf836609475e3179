"""`apex config show|get|set|validate`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from apex_director.core.errors import ConfigError

from . import options as o
from .output import answer, answer_text, errors_reported, say

Key = Annotated[str, typer.Argument(help="Such as backends.minimax.priority.")]
group = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="The settings of this studio (apex_config.json).\n\n"
    "Example: apex config set backends.minimax.enabled false",
)


def register(app: typer.Typer) -> None:
    """Add the group to the application."""
    app.add_typer(group, name="config")


def _home(context: typer.Context) -> Path:
    from apex_director.config import studio_home

    return studio_home(context.obj)


@group.command("show")
def show(context: typer.Context, as_json: o.Json = False) -> None:
    """Show every setting as it is in force, and where each key is set; keys are never shown.

    Example: apex config show
    """
    with errors_reported(as_json=as_json):
        from apex_director import config
        from apex_director.observability.masking import mask_value

        home = _home(context)
        settings = config.load_settings(context.obj)
        sections = mask_value({name: dict(v) for name, v in settings.sections.items()})
        keys = _keys(home)
        if as_json:
            answer({"home": str(home), "settings": sections, "keys": keys})
            return
        for line in _lines(sections):
            say(line)
        for name, where in keys.items():
            say(f"{name} = {f'*** ({where})' if where else 'not set'}")
        say(f"Studio: {home}")


def _keys(home: Path) -> dict[str, str]:
    """Where each key is set; empty where it is not."""
    from apex_director.config import KEY_VARIABLES, OTHER_KEYS, key_state

    names = dict.fromkeys((*KEY_VARIABLES.values(), *OTHER_KEYS))
    return {name: key_state(name, home) for name in names}


def _lines(value: Any, prefix: str = "") -> list[str]:
    if not isinstance(value, dict):
        return [f"{prefix} = {json.dumps(value, ensure_ascii=False)}"]
    return [
        line
        for key, inner in value.items()
        for line in _lines(inner, f"{prefix}.{key}" if prefix else str(key))
    ]


@group.command("get")
def get(context: typer.Context, key: Key, as_json: o.Json = False) -> None:
    """Print one setting, or a whole section, as JSON.

    Example: apex config get budget.per_day_usd
    """
    with errors_reported(as_json=as_json):
        from apex_director.config import get_value
        from apex_director.observability.masking import mask_value

        value = mask_value(get_value(_home(context), key), key)
        if as_json:
            answer({"key": key, "value": value})
        else:
            answer_text(json.dumps(value, ensure_ascii=False))


@group.command("set", context_settings={"ignore_unknown_options": True})
def set_(
    context: typer.Context,
    key: Key,
    value: Annotated[str, typer.Argument(help="A number, true, false, null or a text.")],
    as_json: o.Json = False,
) -> None:
    """Change one setting; a value that cannot be used is not written.

    Example: apex config set budget.per_day_usd 25
    """
    with errors_reported(as_json=as_json):
        from apex_director.config import set_value

        meant = _meant(value)
        before = set_value(_home(context), key, meant)
        if as_json:
            answer({"key": key, "value": meant, "before": before})
        say(f"{key} = {json.dumps(meant, ensure_ascii=False)}")
        _warn(context)


def _meant(text: str) -> Any:
    """JSON where it is JSON, else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


@group.command("validate")
def validate(context: typer.Context, as_json: o.Json = False) -> None:
    """Check every setting, and what each backend makes of its own.

    Example: apex config validate
    """
    with errors_reported(as_json=as_json):
        faults = _faults(context)
        warnings = _warnings(context)
        if as_json:
            told = [fault.as_json() for fault in faults]
            answer({"ok": not faults, "faults": told, "warnings": warnings})
        for fault in faults:
            say(f"FAILED   {fault}")
        for text in warnings:
            say(f"warning  {text}")
        if not faults:
            say("The settings can be used.")
        raise typer.Exit(2 if faults else 0)


def _faults(context: typer.Context) -> list[ConfigError]:
    from apex_director.config import all_faults
    from apex_director.director.backends import backend_faults

    return all_faults(_home(context)) or backend_faults(context.obj)


def _warnings(context: typer.Context) -> list[str]:
    from apex_director.config import read_file, warnings

    try:
        return warnings(read_file(_home(context)))
    except ConfigError:  # told as a fault
        return []


def _warn(context: typer.Context) -> None:
    for text in _warnings(context):
        say(f"warning: {text}")
