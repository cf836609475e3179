"""What a ComfyUI server is asked: to run a graph, how far it is, for its pictures, to stop.

A prompt carries an id of our own, so that one whose answer was lost is found again in the queue or
in the history and is never run twice.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from apex_director.core.errors import ApexError
from apex_director.images.flat import media_type
from apex_director.providers import Refused, Unbilled
from apex_director.providers.exchange import Reply
from apex_director.providers.faults import Told
from apex_director.providers.http import Wire
from apex_director.providers.model import Call

from .comfyui_graph import Template

WHERE = "comfyui"
KEY_VARIABLE = "COMFYUI_AUTH"
CLIENT = "apex-director"
_STARVED = ("out of memory", "outofmemory", "allocation on device")
_SUFFIX = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


@dataclass(frozen=True, kw_only=True)
class Work:
    """How far a prompt is: ``gone`` when the server knows nothing of it."""

    state: Literal["waiting", "running", "done", "gone"]
    entry: Mapping[str, Any] = field(default_factory=dict, repr=False)


def submit(wire: Wire, graph: Mapping[str, Any], call: Call) -> str:
    """Queue a graph under the call's own id.

    Returns
    -------
    str
        The id the server knows it by: ours, but for servers too old to take one.

    Raises
    ------
    Refused
        The graph has errors; they name their nodes.
    Unbilled, OutcomeUnknown
        As the wire says.
    """
    body = {"prompt": graph, "client_id": CLIENT, "prompt_id": call.id}
    data = wire.post_json("/prompt", body, call=call).data
    named = data.get("prompt_id") if isinstance(data, Mapping) else None
    return named if isinstance(named, str) and named else call.id


def find(wire: Wire, prompt_id: str) -> Work:
    """Look a prompt up in the history and in the queue.

    The history is asked once more after the queue: a prompt may finish between the two looks.

    Raises
    ------
    Unbilled, Refused
        The server does not answer, or not so.
    """
    for place in ("history", "queue", "history"):
        work = _queued(wire, prompt_id) if place == "queue" else _finished(wire, prompt_id)
        if work.state != "gone":
            return work
    return Work(state="gone")


def _finished(wire: Wire, prompt_id: str) -> Work:
    data = wire.get_json(f"/history/{prompt_id}").data
    entry = data.get(prompt_id) if isinstance(data, Mapping) else None
    if not isinstance(entry, Mapping):
        return Work(state="gone")
    return Work(state="done", entry=entry)


def _queued(wire: Wire, prompt_id: str) -> Work:
    data = wire.get_json("/queue").data
    places: tuple[tuple[str, Literal["running", "waiting"]], ...] = (
        ("queue_running", "running"),
        ("queue_pending", "waiting"),
    )
    for key, state in places:
        items = data.get(key) if isinstance(data, Mapping) else None
        for item in items if isinstance(items, list) else ():
            if isinstance(item, list) and len(item) > 1 and item[1] == prompt_id:
                return Work(state=state)
    return Work(state="gone")


def stop(wire: Wire, prompt_id: str) -> None:
    """Take our prompt out of the queue or end it if it runs; best effort, nobody else's."""
    with contextlib.suppress(ApexError):
        state = _queued(wire, prompt_id).state
        if state == "waiting":
            wire.post_json("/queue", {"delete": [prompt_id]})
        elif state == "running":  # servers that know no target end what runs, which is ours
            wire.post_json("/interrupt", {"prompt_id": prompt_id})


def upload(wire: Wire, content: bytes) -> str:
    """Put a reference picture where the graph can load it; the same bytes get the same name.

    Returns
    -------
    str
        What a LoadImage node is told.

    Raises
    ------
    Refused, Unbilled
        The server does not take it.
    """
    kind = media_type(content)
    name = f"apex_{hashlib.sha256(content).hexdigest()[:20]}.{_SUFFIX[kind]}"
    data = wire.post_multipart(
        "/upload/image",
        [("image", (name, content, kind))],
        form={"overwrite": "true", "type": "input"},
    ).data
    given = data if isinstance(data, Mapping) else {}
    folder, named = given.get("subfolder") or "", given.get("name") or name
    return f"{folder}/{named}" if folder else str(named)


def fetch(wire: Wire, file: Mapping[str, Any]) -> bytes:
    """The bytes of a picture the history names; errors as the wire's."""
    names = ("filename", "subfolder", "type")
    return wire.get_bytes("/view", {name: str(file.get(name) or "") for name in names})


def picture(entry: Mapping[str, Any], template: Template) -> tuple[str, Mapping[str, Any]] | None:
    """The node and the file of the picture a finished prompt made.

    The template's output node alone is looked at if it names one; else saved pictures come before
    previews, and of several the first.
    """
    found = [(node, file) for node, file in _files(entry) if template.output in {"", node}]
    saved = [one for one in found if one[1].get("type") == "output"]
    return next(iter(saved or found), None)


def _files(entry: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    outputs = entry.get("outputs")
    for node, output in outputs.items() if isinstance(outputs, Mapping) else ():
        images = output.get("images") if isinstance(output, Mapping) else None
        for file in images if isinstance(images, list) else ():
            if isinstance(file, Mapping) and file.get("filename"):
                yield str(node), file


def messages(entry: Mapping[str, Any], event: str) -> list[Mapping[str, Any]]:
    """What the server wrote down of that event."""
    status = entry.get("status")
    told = status.get("messages") if isinstance(status, Mapping) else None
    return [
        one[1]
        for one in (told if isinstance(told, list) else ())
        if isinstance(one, list) and len(one) == 2 and one[0] == event
        if isinstance(one[1], Mapping)
    ]


def was_cached(entry: Mapping[str, Any], node: str) -> bool:
    """Whether that node did not run, so that its file is one of an earlier picture."""
    return any(node in (told.get("nodes") or ()) for told in messages(entry, "execution_cached"))


def fault_of(
    entry: Mapping[str, Any], template: Template, wire: Wire, *, earlier: bool
) -> ApexError | None:
    """The error a finished prompt ended with, named by node; None if it ended well.

    ``earlier``: another process of ours asked for it, and may itself have stopped it.
    """
    for told in messages(entry, "execution_error"):
        node = template.label(str(told.get("node_id", "?")))
        said = f"{told.get('exception_type', '')} {told.get('exception_message', '')}".strip()
        if any(sign in said.lower() for sign in _STARVED):
            return Refused(
                f"graphics memory was too small at {node}",
                where=WHERE,
                what_to_do="Lower backends.comfyui.megapixels, or start it with --lowvram.",
                log=wire.words(said),
            )
        return Refused(
            f"{node} failed: {wire.words(said) or 'no reason given'}",
            where=WHERE,
            what_to_do="Run the workflow in ComfyUI, and mend that node.",
        )
    if messages(entry, "execution_interrupted"):
        if earlier:
            return Unbilled(
                "the picture was stopped", where=WHERE, what_to_do="Try again.", lost=True
            )
        return Refused(
            "the picture was interrupted at the server",
            where=WHERE,
            what_to_do="Let it finish there.",
        )
    status = entry.get("status")
    if isinstance(status, Mapping) and status.get("status_str") == "error":
        return Refused(
            "the workflow failed without a reason",
            where=WHERE,
            what_to_do="See what the server printed.",
        )
    return None


def explain(reply: Reply) -> Told | None:
    """What ``{error: {message, details}, node_errors}`` of ``/prompt`` means."""
    if reply.status == 401:
        return Told(
            message="it does not let us in",
            what_to_do=f"Set {KEY_VARIABLE} to user:password, or to the token of its proxy.",
        )
    data = reply.data if isinstance(reply.data, Mapping) else {}
    nodes = data.get("node_errors")
    if reply.status != 400 or not isinstance(nodes, Mapping) or not nodes:
        return None
    faults = [
        f"node {node} ({held.get('class_type', '?')}): {_fault(held)}"
        for node, held in nodes.items()
        if isinstance(held, Mapping)
    ]
    return Told(
        message="; ".join(faults[:3]),
        what_to_do="Mend the workflow in backends.comfyui.workflow.",
    )


def _fault(held: Mapping[str, Any]) -> str:
    errors = held.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else {}
    if not isinstance(first, Mapping):
        return str(first)
    parts = (first.get("message"), first.get("details"))
    return ": ".join(str(part) for part in parts if part)
