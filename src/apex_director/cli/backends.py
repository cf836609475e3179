"""`apex backends [test NAME|all]`: who can draw, what each needs and costs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import options as o
from .asking import at_terminal
from .output import ago, answer, as_apex_error, errors_reported, say

if TYPE_CHECKING:
    from apex_director.director.backends import Price

group = typer.Typer(
    no_args_is_help=False,
    invoke_without_command=True,
    rich_markup_mode=None,
    help="The image backends of this studio: ready, or what each needs.\n\n"
    "Example: apex backends --check",
)


def register(app: typer.Typer) -> None:
    """Add the group to the application, under both its names (contract O16)."""
    app.add_typer(group, name="backends")
    app.add_typer(group, name="backend", hidden=True)


@group.callback()
def list_backends(
    context: typer.Context,
    check: Annotated[bool, typer.Option("--check", help="Ask each how it is, at no cost.")] = False,
    as_json: o.Json = False,
) -> None:
    """List the backends in the order of trying."""
    if context.invoked_subcommand:
        return
    with errors_reported(as_json=as_json):
        from apex_director.director.backends import backend_states

        rows = backend_states(context.obj, ask=check)
        if as_json:
            answer({"backends": rows})
            return
        for row in rows:
            _tell(row)
        say("Prices are those of one small picture. Try one with: apex backends test NAME")


def _tell(row: dict[str, Any]) -> None:
    place = f"{row['place']:>2}" if row["place"] else " -"
    say(f"{place}  {row['name']:<18} {row['state']:<10} {_price(row):<26} {row['model']}".rstrip())
    if row["note"]:
        say(f"    {'':<18} {row['note']}")
    if row["state"] != "ready":
        for text in dict.fromkeys(filter(None, (row["reason"], row["cure"]))):
            say(f"    {'':<18} {text}")
    elif row["last_failure"]:
        say(f"    {'':<18} {_how_well(row)}")


def _how_well(row: dict[str, Any]) -> str:
    """``ready, last failed 3 minutes ago: it does not know the key.``"""
    word = "ready" if row["breaker"] == "healthy" else row["breaker"]
    when = f" {ago(row['last_failure_at'])}" if row["last_failure_at"] else ""
    return f"{word}, last failed{when}: {row['last_failure']}"


def _price(row: dict[str, Any]) -> str:
    from apex_director.core.money import Usd

    price = row["price"]
    if price["usd"] is None:
        return "price not known" if row["paid"] else ""
    if price["usd"] == 0:
        return "free"
    dated = f" ({price['date']})" if price["date"] else ""
    return f"{Usd.of(price['usd'])}{dated}"


@group.command("test")
def try_one(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A backend, or all.")],
    yes: Annotated[bool, typer.Option("--yes", help="Pay for it without being asked.")] = False,
    as_json: o.Json = False,
) -> None:
    """Make one small real picture with a backend; its price is shown first.

    Example: apex backends test minimax --yes
    """
    with errors_reported(as_json=as_json):
        approve = _approval(yes=yes, as_json=as_json)
        if name == "all":
            raise typer.Exit(_test_all(context.obj, approve, as_json=as_json))
        made = _test(name, context.obj, approve)
        if as_json:
            answer(made)
        _tell_made(made)


def _approval(*, yes: bool, as_json: bool) -> Callable[[Price], bool]:
    """Shows the price, and asks where it costs something."""
    ask = at_terminal(as_json=as_json)

    def approve(price: Price) -> bool:
        if not price.paid or yes:
            say(f"{str(price)[:1].upper()}{str(price)[1:]}.")
            return True
        return ask is not None and ask(str(price))

    return approve


def _test(name: str, home: str | None, approve: Callable[[Price], bool]) -> dict[str, Any]:
    from apex_director.director.backends import test_backend

    try:
        return test_backend(name, home=home, approve=approve)
    except KeyboardInterrupt:
        if any(thread.name == "apex-picture" for thread in threading.enumerate()):
            say("The call under way is seen to its end, so that it is booked. Ctrl-C: leave it.")
        raise


def _test_all(home: str | None, approve: Callable[[Price], bool], *, as_json: bool) -> int:
    """Try every backend that can be used; the exit code of the gravest failure."""
    from apex_director.director.backends import backend_states

    told: list[dict[str, Any]] = []
    codes = [0]
    for row in backend_states(home):
        if row["state"] in {"needs", "disabled", "retired"}:
            told.append({"backend": row["name"], "state": row["state"], "cure": row["cure"]})
            say(f"{row['name']}: {_why_not(row)}")
            continue
        try:
            made = _test(row["name"], home, approve)
        except Exception as error:
            problem = as_apex_error(error)
            told_why = str(problem).removeprefix(f"{row['name']}: ")
            codes.append(problem.exit_code)
            told.append({"backend": row["name"], "state": "failed", **problem.as_json()})
            say(f"{row['name']}: {told_why}")
        else:
            told.append({"state": "made"} | made)
            _tell_made(made)
    if as_json:
        answer({"backends": told})
    others = [code for code in codes if code not in {0, 5}]
    return others[0] if others else max(codes)


def _why_not(row: dict[str, Any]) -> str:
    """Its state and the way out, the word said once: ``needs GEMINI_API_KEY: ...``"""
    told = str(row["cure"] or row["reason"])
    return told if told.startswith(row["state"]) else f"{row['state']}: {told}"


def _tell_made(made: dict[str, Any]) -> None:
    from apex_director.core.money import Usd

    paid = Usd.of(made["cost_usd"])
    cost = f", {paid} paid" if paid > Usd() else ""
    seconds = made["attempts"][-1]["seconds"] if made["attempts"] else 0.0
    say(f"{made['backend']}: {made['image_path']}  ({seconds:.1f} s{cost})")
    for text in made["metadata"].get("warnings", ()):
        say(f"  {text}")
