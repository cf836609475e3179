"""A user's ComfyUI workflow as a template: which of its inputs are told what, and filling them in.

The workflow is the JSON that ComfyUI's "Export (API)" writes: nodes by id, each with a
``class_type`` and ``inputs``; an input that is a list ``[node, output]`` is fed by another node.
Inputs are bound by name (``{"prompt": {"node": "6", "input": "text"}}``), a node being its id or
its title, or by words such as ``%prompt%`` standing in them.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apex_director.core.errors import ConfigError

TEXTS = ("prompt", "negative_prompt", "filename_prefix")
NUMBERS = ("seed", "width", "height", "steps", "cfg")
REFERENCES = ("reference", "reference_2", "reference_3", "reference_4")
NAMES = (*TEXTS, *NUMBERS, *REFERENCES)
MAX_WORKFLOW_BYTES = 8 * 1024 * 1024
WHERE = "backends.comfyui"

Graph = dict[str, dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Slot:
    """One input of one node."""

    node: str
    input: str


@dataclass(frozen=True, kw_only=True)
class Template:
    """A checked workflow; ``slots`` has, for each bound name, the inputs it goes to."""

    graph: Mapping[str, Mapping[str, Any]]
    slots: Mapping[str, tuple[Slot, ...]]
    output: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)

    def binds(self, name: str) -> bool:
        """Whether the workflow takes it."""
        return name in self.slots

    @property
    def references(self) -> int:
        """How many reference pictures it takes."""
        return sum(name in self.slots for name in REFERENCES)

    def label(self, node: str) -> str:
        """A node as a person knows it: ``KSampler (node 3)``."""
        known = self.titles.get(node) or str(self.graph.get(node, {}).get("class_type", ""))
        return f"{known} (node {node})" if known else f"node {node}"

    def checkpoint(self) -> str:
        """The model file the workflow loads, as far as it can be told, or empty."""
        for key in ("ckpt_name", "unet_name", "model_name"):
            for node in self.graph.values():
                if isinstance(value := node["inputs"].get(key), str):
                    return value
        return ""


def read_template(
    path: Path, bindings: Mapping[str, Any] | None = None, output: str = ""
) -> Template:
    """Read a workflow file and check what is to be bound against it.

    Parameters
    ----------
    path : Path
        JSON of ComfyUI's "Export (API)".
    bindings : mapping
        Name -> ``{"node": id or title, "input": name}`` or a list of these; without any, words
        such as ``%prompt%`` in the workflow are looked for.
    output : str
        Node whose pictures are taken; empty: the first that saves any.

    Raises
    ------
    ConfigError
        The file, a binding or the output node is wrong; the message names node and input.
    """
    graph = checked_graph(_read(path), str(path))
    slots = _bound(graph, bindings) if bindings else _marked(graph)
    if "prompt" not in slots:
        raise _wrong(
            "nothing in the workflow takes the prompt",
            f"{WHERE}.bindings",
            'Bind it, as in {"prompt": {"node": "6", "input": "text"}}, or write %prompt% into it.',
        )
    if ("width" in slots) != ("height" in slots):
        raise _wrong(
            "width and height are not both bound", f"{WHERE}.bindings", "Bind both or neither."
        )
    return Template(
        graph=graph,
        slots=slots,
        output=_node(graph, output, f"{WHERE}.output") if output else "",
        titles={node: title for node in graph if (title := _title(graph[node]))},
    )


def fill(template: Template, values: Mapping[str, Any]) -> Graph:
    """A new graph with the values in their inputs; names that are not bound are left out.

    Words such as ``%prompt%`` that nothing was given for become empty.
    """
    graph: Graph = copy.deepcopy({node: dict(content) for node, content in template.graph.items()})
    for name, slots in template.slots.items():
        if name not in values and name in REFERENCES:
            continue  # the workflow's own picture stands
        for slot in slots:
            inputs = graph[slot.node]["inputs"]
            inputs[slot.input] = _put(inputs[slot.input], name, values.get(name, ""))
    return graph


def _put(old: Any, name: str, value: Any) -> Any:
    """The value, within the text around its mark where there is more."""
    mark = f"%{name}%"
    if isinstance(old, str) and mark in old and old.strip() != mark:
        return old.replace(mark, str(value))
    return value


def _read(path: Path) -> Any:
    try:
        if path.stat().st_size > MAX_WORKFLOW_BYTES:
            raise _wrong("the workflow file is too large", str(path), "Export it again.")
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _wrong(
            "the workflow file cannot be read", str(path), f"Set {WHERE}.workflow to it."
        ) from error
    except ValueError as error:
        raise _wrong(
            "the workflow file is no JSON", str(path), "Export it again with Export (API)."
        ) from error


def checked_graph(content: Any, where: str) -> Graph:
    """The nodes of a workflow, if it has the form ``/prompt`` takes.

    Raises
    ------
    ConfigError
        It is the editor's own format, has a node without class or inputs, or a link that leads to
        no node.
    """
    if isinstance(content, dict) and isinstance(content.get("nodes"), list):
        raise _wrong(
            "this is the editor's own format, which the server does not run",
            where,
            "Export the workflow with Export (API).",
        )
    if not isinstance(content, dict) or not content:
        raise _wrong("the workflow has no nodes", where, "Export it again with Export (API).")
    for node, held in content.items():
        if not isinstance(held, dict) or not isinstance(held.get("class_type"), str):
            raise _wrong(f"node {node} has no class_type", where, "Export it with Export (API).")
        if not isinstance(held.get("inputs"), dict):
            raise _wrong(f"node {node} has no inputs", where, "Export it with Export (API).")
        for name, value in held["inputs"].items():
            if _is_link(value) and str(value[0]) not in content:
                raise _wrong(
                    f"input '{name}' of node {node} is fed by node {value[0]}, which is not there",
                    where,
                    "Export the whole workflow.",
                )
    return content


def _bound(graph: Graph, bindings: Mapping[str, Any]) -> dict[str, tuple[Slot, ...]]:
    slots: dict[str, tuple[Slot, ...]] = {}
    for name, given in bindings.items():
        where = f"{WHERE}.bindings.{name}"
        if name not in NAMES:
            raise _wrong(f"'{name}' is nothing we give", where, f"Bind {', '.join(NAMES)}.")
        entries = given if isinstance(given, list) else [given]
        slots[name] = tuple(_slot(graph, name, entry, where) for entry in entries)
    return slots


def _slot(graph: Graph, name: str, entry: Any, where: str) -> Slot:
    if not isinstance(entry, Mapping) or set(entry) != {"node", "input"}:
        raise _wrong(f"{entry!r} names no input", where, 'Write {"node": "6", "input": "text"}.')
    node, key = _node(graph, str(entry["node"]), where), str(entry["input"])
    inputs = graph[node]["inputs"]
    if key not in inputs:
        raise _wrong(
            f"node {node} ({graph[node]['class_type']}) has no input '{key}'",
            where,
            f"It has {', '.join(inputs) or 'none'}.",
        )
    if _is_link(inputs[key]):
        raise _wrong(
            f"input '{key}' of node {node} is fed by node {inputs[key][0]}",
            where,
            f"Bind an input of node {inputs[key][0]} instead.",
        )
    _check_kind(name, node, key, inputs[key], where)
    return Slot(node=node, input=key)


def _check_kind(name: str, node: str, key: str, value: Any, where: str) -> None:
    """What stands in an input tells what it takes."""
    marked = isinstance(value, str) and f"%{name}%" in value
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if name in NUMBERS and not number and not marked:
        raise _wrong(
            f"input '{key}' of node {node} holds {value!r}, and {name} is a number",
            where,
            "Bind an input that holds a number.",
        )
    if name not in NUMBERS and not isinstance(value, str):
        raise _wrong(
            f"input '{key}' of node {node} holds {value!r}, and {name} is text",
            where,
            "Bind an input that holds text.",
        )


def _node(graph: Graph, wanted: str, where: str) -> str:
    """The id of a node that is named by id or by title."""
    if wanted in graph:
        return wanted
    titled = [node for node in graph if _title(graph[node]) == wanted]
    if len(titled) == 1:
        return titled[0]
    known = ", ".join(f"{node} ({held['class_type']})" for node, held in graph.items())
    raise _wrong(
        f"{len(titled)} nodes are called '{wanted}'" if titled else f"there is no node '{wanted}'",
        where,
        f"Use the id of one of {known}.",
    )


def _title(node: Mapping[str, Any]) -> str:
    meta = node.get("_meta")
    return str(meta.get("title", "")) if isinstance(meta, Mapping) else ""


def _marked(graph: Graph) -> dict[str, tuple[Slot, ...]]:
    """Inputs in which a word such as ``%prompt%`` stands."""
    slots: dict[str, list[Slot]] = {}
    for node, key, value in _texts(graph):
        names = [name for name in NAMES if _stands(name, value)]
        if len(names) > 1:
            raise _wrong(
                f"input '{key}' of node {node} has {' and '.join(f'%{n}%' for n in names)}",
                f"{WHERE}.workflow",
                "Give each an input of its own.",
            )
        for name in names:
            slots.setdefault(name, []).append(Slot(node=node, input=key))
    return {name: tuple(found) for name, found in slots.items()}


def _stands(name: str, value: str) -> bool:
    """Whether the input asks for that name. Only text may have words around it: in a file name
    ``%width%`` is ComfyUI's own.
    """
    mark = f"%{name}%"
    return value.strip() == mark or (name in TEXTS and mark in value)


def _texts(graph: Graph) -> Iterator[tuple[str, str, str]]:
    for node, held in graph.items():
        for key, value in held["inputs"].items():
            if isinstance(value, str):
                yield node, key, value


def _is_link(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and isinstance(value[0], str)
        and isinstance(value[1], int)
    )


def _wrong(what: str, where: str, what_to_do: str) -> ConfigError:
    return ConfigError(what, where=where, what_to_do=what_to_do)
