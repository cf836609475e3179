"""The command `apex`: its options, its command groups, its exit codes (contract D19)."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from typing import Annotated, Any

import typer

from apex_director.core.errors import ValidationFailed
from apex_director.version import __version__

from .options import Home
from .output import answer_text, as_apex_error, fail, interrupted, say
from .streams import settle, stand_in

app = typer.Typer(
    name="apex",
    help="An AI production studio: a song in, a finished, beat-cut, graded, checked music video "
    "out.\n\n"
    "Example: apex music-video song.mp3 --genre indie --concept 'a harbour at dusk'",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


COMMANDS = (
    *("music_video", "reroll", "editorial", "image", "analyze", "estimate", "jobs", "assets"),
    *("backends", "cost", "checkpoint", "config", "doctor"),
)


def _version(wanted: bool) -> None:
    if wanted:
        answer_text(f"apex-director {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    context: typer.Context,
    home: Home = None,
    _version_wanted: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    context.obj = home


def _register() -> None:
    for module in COMMANDS:
        import_module(f"{__package__}.{module}").register(app)


def _usage_error(error: Any) -> int:
    as_json = "--json" in sys.argv
    text = str(error.format_message())
    if text.startswith("Usage:"):  # called without a word: the help is the answer
        say(text)
        return 2
    hint = error.ctx.command_path if getattr(error, "ctx", None) else "apex"
    problem = ValidationFailed(
        text.rstrip("."),
        where=getattr(error, "option_name", None) or "",
        what_to_do=f"See: {hint} --help",
    )
    return fail(problem, as_json=as_json)


def main(run: Callable[..., Any] | None = None) -> None:
    """Entry point of the console script."""
    stand_in()
    if not os.environ.get("APEX_DEBUG"):
        # Libraries print what fails while their objects are dropped after Ctrl-C.
        sys.unraisablehook = lambda _: None
    try:
        code = _outcome(run or app)
    finally:
        settle()
    raise SystemExit(code)


def _outcome(run: Callable[..., Any]) -> int:
    """The command's exit code, its errors reported."""
    as_json = "--json" in sys.argv
    try:
        _terminate_like_ctrl_c()
        _register()
        code = run(standalone_mode=False)
    except typer.TyperException as error:
        return _usage_error(error)
    except (typer.Abort, KeyboardInterrupt):
        return interrupted(as_json=as_json)
    except Exception as error:
        return fail(as_apex_error(error), as_json=as_json)
    return code if isinstance(code, int) else 0


def _terminate_like_ctrl_c() -> None:
    """A polite end from outside (SIGTERM, a closed terminal) leaves a job as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        return
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


if __name__ == "__main__":
    main()
