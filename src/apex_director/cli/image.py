"""`apex image`: one picture, or several, from a prompt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from apex_director.core.errors import ApexError, ValidationFailed

from . import options as o
from .asking import at_terminal
from .music_video import tell_outcome
from .output import answer, errors_reported, say
from .progress import ProgressLine

MOST = 100


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("image")(image)


def image(
    context: typer.Context,
    prompt: Annotated[str, typer.Argument(help="What shall be seen.")],
    output: Annotated[
        str, typer.Option("-o", "--output", help="Also write it here: .png, .jpg or .webp.")
    ] = "",
    size: Annotated[str, typer.Option(help="Width x height in pixels.")] = "1024x1024",
    negative: Annotated[str, typer.Option(help="What shall not be seen.")] = "",
    style: Annotated[str, typer.Option(help="Words of style added to the prompt.")] = "",
    backend: o.Backend = "",
    seed: Annotated[int | None, typer.Option(help="Else drawn from the prompt.")] = None,
    steps: Annotated[int, typer.Option(help="Sampler steps, where a backend has them.")] = 30,
    guidance: Annotated[float, typer.Option(help="Guidance, where a backend has it.")] = 7.5,
    quality: Annotated[int, typer.Option(help="1 to 5.")] = 3,
    reference: Annotated[
        list[str] | None, typer.Option(help="A reference picture; may be given again.")
    ] = None,
    count: Annotated[int, typer.Option(help="So many pictures, with a seed each.")] = 1,
    candidates: o.Candidates = 1,
    min_score: o.MinScore = 0.0,
    project: Annotated[str, typer.Option(help="A project of the library to put it into.")] = "",
    tag: Annotated[list[str] | None, typer.Option(help="A tag; may be given again.")] = None,
    yes: o.Yes = False,
    budget: o.Budget = None,
    as_json: o.Json = False,
) -> None:
    """Make a picture; it goes into the library, with all that is known of how it was made.

    Example: apex image "a boat on a calm sea at dawn" --size 1280x720 -o boat.png
    """
    with errors_reported(as_json=as_json):
        width, height = _size(size)
        values = {
            "prompt": prompt,
            "negative_prompt": negative,
            "style": style,
            "backend_preference": backend,
            "width": width,
            "height": height,
            "steps": steps,
            "guidance_scale": guidance,
            "quality_level": quality,
            "seed": seed,
            "references": tuple(str(Path(one).expanduser()) for one in reference or ()),
            "candidates": candidates,
            "min_score": min_score,
            "project_id": project,
            "tags": tuple(tag or ()),
            "approved": yes,
            "budget_usd": budget,
            "output_path": str(Path(output).expanduser().resolve()) if output else "",
        }
        raise typer.Exit(_make(values, count, context.obj, as_json=as_json))


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise ValidationFailed(
            f"'{text}' is no size", where="size", what_to_do="Give width x height: 1280x720."
        )
    return int(width), int(height)


def _make(values: dict[str, Any], count: int, home: str | None, *, as_json: bool) -> int:
    from apex_director.director import make_image

    if not 1 <= count <= MOST:
        raise ValidationFailed(
            f"{count} pictures are not made at once",
            where="count",
            what_to_do=f"Give 1 to {MOST}.",
        )
    results: list[dict[str, Any]] = []
    yes = _Once(at_terminal(as_json=as_json), count)
    for number in range(count):
        try:
            with ProgressLine() as progress:
                outcome = make_image(
                    _numbered(values, number, results) if count > 1 else values,
                    home=home,
                    watch=progress.show,
                    say=say,
                    ask=progress.paused(yes.ask),
                )
        except ApexError as error:
            if not results:
                raise
            if as_json:
                answer({"images": results, **error.as_json()})
            say(f"apex: {error} {len(results)} of {count} were made before.")
            return error.exit_code
        results.append(outcome.result)
        tell_outcome(outcome, as_json=as_json and count == 1)
    if as_json and count > 1:
        answer({"images": results})
    return 0


class _Once:
    """One question for all pictures of a command; no answer is no."""

    def __init__(self, ask: Callable[[str], bool] | None, count: int) -> None:
        self._asker, self._count, self._said = ask, count, False
        self.ask = None if ask is None else self._ask

    def _ask(self, what: str) -> bool:
        if not self._said and self._asker is not None:
            more = f", and {self._count - 1} more like it" if self._count > 1 else ""
            self._said = self._asker(f"{what}{more}")
        return self._said


def _numbered(values: dict[str, Any], number: int, before: list[dict[str, Any]]) -> dict[str, Any]:
    """The n-th of several: a seed and a file name of its own, and what is left of the budget."""
    from apex_director.core.ids import seed_for

    first = values["seed"]
    seed = seed_for("image", values["prompt"], number) if first is None else first + number
    path = values["output_path"]
    target = Path(path)
    named = str(target.with_stem(f"{target.stem}_{number + 1}")) if path else ""
    budget = values["budget_usd"]
    if budget is not None:
        budget = max(0.0, budget - sum(r["cost_usd"] + r["held_usd"] for r in before))
    return values | {"seed": seed, "output_path": named, "budget_usd": budget}
