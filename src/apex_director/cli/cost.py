"""`apex cost` and `apex cost resolve`: estimate against actual, and what nobody knows yet."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from apex_director.core.errors import ValidationFailed
from apex_director.core.money import Usd

from . import options as o
from .output import answer, errors_reported, say, seconds_ago

_BASIS = {
    "reported": "as the provider reported",
    "computed": "computed from its usage",
    "list_price": "list price",
    "free": "free",
    "unknown": "price not known",
}
group = typer.Typer(
    no_args_is_help=False,
    invoke_without_command=True,
    rich_markup_mode=None,
    help="What was spent, promised and held, against what was estimated.\n\n"
    "Example: apex cost --job 3f2a9c",
)


def register(app: typer.Typer) -> None:
    """Add the group to the application."""
    app.add_typer(group, name="cost")


@group.callback()
def show(
    context: typer.Context,
    job: Annotated[str, typer.Option(help="One job alone.")] = "",
    day: Annotated[str, typer.Option(help="One day alone, such as 2026-11-21 (UTC).")] = "",
    as_json: o.Json = False,
) -> None:
    """Show what was spent, by job and by backend."""
    if context.invoked_subcommand:
        return
    with errors_reported(as_json=as_json):
        from apex_director.director.money import costs

        told = costs(home=context.obj, job=job, day=day)
        if as_json:
            answer(told)
            return
        _tell_jobs(told["jobs"])
        _tell_backends(told["backends"])
        _tell_held(told["held"])
        _tell_day(told)


def _usd(value: float) -> str:
    return str(Usd.of(value))


def _tell_jobs(rows: list[dict[str, Any]]) -> None:
    if not rows:
        say("Nothing has been paid for.")
        return
    say(f"{'job':<38}{'estimate':>12}{'settled':>12}{'reserved':>12}{'held':>12}  calls")
    for row in rows:
        name = row["job_id"] or "(outside any job)"
        figures = (row[f"{key}_usd"] for key in ("estimate", "settled", "reserved", "held"))
        say(f"{name:<38}{''.join(f'{_usd(f):>12}' for f in figures)}  {row['calls']:>5}")


def _tell_backends(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        of = " at prices of" if row["basis"] == "computed" else " of"
        dated = f"{of} {row['price_date']}" if row["price_date"] else ""
        parts = [f"{_usd(row['settled_usd'])} settled"]
        parts += [f"{_usd(row[f'{k}_usd'])} {k}" for k in ("reserved", "held") if row[f"{k}_usd"]]
        say(
            f"{row['backend']} ({row['model']}): {row['calls']} "
            f"call{'s' if row['calls'] != 1 else ''}, {', '.join(parts)}, "
            f"{_BASIS.get(row['basis'], row['basis'])}{dated}"
        )


def _tell_held(rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    say("Held, because nobody knows whether it was made and billed:")
    for row in rows:
        job = f", job {row['job_id'][:8]}" if row["job_id"] else ""
        since = seconds_ago(row["age_s"])
        say(f"  {row['call_id']}  {_usd(row['usd'])}  {row['backend']}{job}  {since}")
        if row["reason"]:
            say(f"    {row['reason']}")
    say("Look at the provider's bill, then: apex cost resolve CALL --paid (or --not-paid)")


def _tell_day(told: dict[str, Any]) -> None:
    day = told["day"]
    spent = day["settled_usd"] + day["reserved_usd"] + day["held_usd"]
    if day["cap_usd"] is None:
        say(f"{day['day']} (UTC): {_usd(spent)}, no daily cap.")
        return
    near = "  (nearly reached)" if day["near_cap"] else ""
    near = "  (over the cap)" if day["over_cap"] else near
    say(
        f"{day['day']} (UTC): {_usd(spent)} of {_usd(day['cap_usd'])}, "
        f"{_usd(day['left_usd'])} left{near}"
    )


@group.command("resolve")
def resolve(
    context: typer.Context,
    call: Annotated[str, typer.Argument(help="A held call's id, or its first characters.")],
    paid: Annotated[bool, typer.Option("--paid", help="The provider billed it.")] = False,
    not_paid: Annotated[bool, typer.Option("--not-paid", help="It did not.")] = False,
    usd: Annotated[float | None, typer.Option(help="What it billed; else the amount held.")] = None,
    as_json: o.Json = False,
) -> None:
    """Say what became of a held call.

    Example: apex cost resolve 7c1d --paid --usd 0.034
    """
    with errors_reported(as_json=as_json):
        from apex_director.director.money import resolve_call

        if paid == not_paid:
            raise ValidationFailed(
                "it was either paid or not",
                where=call,
                what_to_do="Say --paid or --not-paid, one of them.",
            )
        told = resolve_call(call, paid=paid, usd=usd, home=context.obj)
        if as_json:
            answer(told)
        say(f"{told['call_id']}: {told['state']}, {_usd(told['usd'])}")
