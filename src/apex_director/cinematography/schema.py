"""The plan file: a storyboard as JSON that a person edits by hand, and careful reading of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import Any, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError

from apex_director.core.errors import PlanInvalid, ValidationFailed
from apex_director.core.time import parse_rate

from .model import Storyboard
from .plan_rules import check

LINE = 96  # columns a list or object may fill before it is spread over lines


@cache
def storyboard_adapter() -> TypeAdapter[Storyboard]:
    """The pydantic adapter over :class:`Storyboard`, built once."""
    return TypeAdapter(Storyboard)


def to_json(storyboard: Storyboard) -> str:
    """The plan file's text: keys in the model's order, short lists on one line, ends in a newline.

    Equal storyboards give equal text.
    """
    return _pretty(_plain(storyboard), "") + "\n"


def from_json(text: str, *, where: str = "plan") -> Storyboard:
    """Read a plan file.

    Parameters
    ----------
    text : str
        The file's text.
    where : str
        How messages name the file.

    Raises
    ------
    PlanInvalid
        The text is no JSON, or a field is missing, unknown, of the wrong kind, or breaks a rule of
        plans; the message names the field and the way out.
    """
    raw = _load(text, where)
    _known_keys(raw, Storyboard, where, "")
    _read_rate(raw, where)
    try:
        storyboard = storyboard_adapter().validate_python(raw)
    except ValidationError as problem:
        raise _as_plan_invalid(problem, raw, where) from problem
    check(storyboard, where=where)
    return storyboard


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    return value


def _pretty(value: Any, indent: str) -> str:
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or not value:
        return flat
    leaf = not any(
        isinstance(v, dict | list) for v in (value.values() if isinstance(value, dict) else value)
    )
    if leaf and len(indent) + len(flat) <= LINE and len(value) <= 6:
        return flat
    inner = indent + "  "
    if isinstance(value, dict):
        rows = [f"{inner}{json.dumps(k)}: {_pretty(v, inner)}" for k, v in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
    return "[\n" + ",\n".join(inner + _pretty(v, inner) for v in value) + f"\n{indent}]"


def _load(text: str, where: str) -> dict[str, Any]:
    try:
        raw = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_twins)
    except json.JSONDecodeError as problem:
        raise PlanInvalid(
            f"the plan is no JSON: {problem.msg.lower()} at line {problem.lineno}, "
            f"column {problem.colno}",
            where=where,
            what_to_do="Look for a missing comma, quote or bracket there.",
        ) from problem
    except _Odd as problem:
        raise PlanInvalid(
            str(problem), where=where, what_to_do="Correct it in the plan file."
        ) from problem
    except RecursionError as problem:
        raise PlanInvalid(
            "the plan is nested too deeply to be one", where=where, what_to_do=_START
        ) from problem
    if not isinstance(raw, dict):
        raise PlanInvalid(
            "the plan holds no storyboard (it must be one JSON object)",
            where=where,
            what_to_do=_START,
        )
    return raw


_START = "Start from a file written by: apex plan SONG"


class _Odd(Exception):
    """JSON that Python would read and we will not."""


def _no_constant(name: str) -> Any:
    raise _Odd(f"{name} is no number a plan may hold")


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    twins = {name for name in names if names.count(name) > 1}
    if twins:
        raise _Odd(f"'{sorted(twins)[0]}' stands twice in the same object")
    return dict(pairs)


def _inner_class(hint: Any) -> type | None:
    for part in (hint, *get_args(hint)):
        if isinstance(part, type) and is_dataclass(part):
            return part
    return None


def _known_keys(raw: Any, kind: type, where: str, path: str) -> None:
    if not isinstance(raw, Mapping):
        return
    hints = get_type_hints(kind)
    for key, value in raw.items():
        if key not in hints:
            near = get_close_matches(str(key), hints, n=1)
            raise PlanInvalid(
                f"'{key}' is no field of a plan",
                where=f"{where}: {_dotted(path, key)}",
                what_to_do=f"Did you mean '{near[0]}'?"
                if near
                else f"Fields here: {', '.join(hints)}.",
            )
        inner = _inner_class(hints[key])
        if inner and isinstance(value, list):
            for i, item in enumerate(value):
                _known_keys(item, inner, where, f"{_dotted(path, key)}[{i}]")
        elif inner:
            _known_keys(value, inner, where, _dotted(path, key))


def _dotted(path: str, key: str) -> str:
    return f"{path}.{key}" if path else str(key)


def _read_rate(raw: dict[str, Any], where: str) -> None:
    frame = raw.get("format")
    if not isinstance(frame, dict) or "rate" not in frame:
        return
    try:
        frame["rate"] = parse_rate(frame["rate"])
    except (ValidationFailed, TypeError) as problem:
        raise PlanInvalid(
            f"'{frame['rate']}' is no frame rate from 1 to 120",
            where=f"{where}: format.rate",
            what_to_do='Write it like "24/1" or "30000/1001".',
        ) from problem


def _path_of(loc: tuple[int | str, ...]) -> str:
    path = ""
    for part in loc:
        path = f"{path}[{part}]" if isinstance(part, int) else _dotted(path, part)
    return path


def _named(loc: tuple[int | str, ...], raw: dict[str, Any]) -> str:
    """Path of a field, with the id of the shot or picture it belongs to."""
    path = _path_of(loc)
    if len(loc) >= 2 and isinstance(loc[1], int):
        try:
            item = raw[str(loc[0])][loc[1]]
            key = {"shots": "shot_id", "pictures": "picture_id", "sections": "section_id"}[
                str(loc[0])
            ]
            return f"{path} ({key.removesuffix('_id')} {item[key]})"
        except (KeyError, IndexError, TypeError):
            return path
    return path


def _as_plan_invalid(problem: ValidationError, raw: dict[str, Any], where: str) -> PlanInvalid:
    errors = problem.errors(include_url=False)
    first = errors[0]
    place = f"{where}: {_named(first['loc'], raw)}"
    more = f" ({len(errors) - 1} more after it)" if len(errors) > 1 else ""
    name = str(first["loc"][-1]) if first["loc"] else "plan"
    if first["type"] == "missing":
        return PlanInvalid(
            f"'{name}' is missing{more}", where=place, what_to_do=f"Add the field '{name}'."
        )
    if first["type"] in {"enum", "literal_error"}:
        choices = str(first.get("ctx", {}).get("expected", "")).replace(" or ", ", ")
        return PlanInvalid(
            f"'{first['input']}' is no {name.replace('_', ' ')} we know{more}",
            where=place,
            what_to_do=f"Choose one of {choices.replace(chr(39), '')}.",
        )
    wants = str(first["msg"]).removeprefix("Input should be ").removeprefix("a valid ")
    return PlanInvalid(
        f"'{_short(first['input'])}' does not fit here{more}",
        where=place,
        what_to_do=f"Write this: {wants}.",
    )


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:37] + "..."
