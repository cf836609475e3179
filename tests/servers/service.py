"""The server process: finds the route, checks the key, lets faults strike, and writes down all."""

from __future__ import annotations

import contextlib
import importlib
import json
import pkgutil
import re
import socket
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from . import faults
from .protocol import Answer, Ask, Protocol, Rejected, Route, digest

MAX_BODY = 120 << 20


def protocols() -> dict[str, Protocol]:
    """Every protocol of this package, by name."""
    found = {}
    package = __name__.rpartition(".")[0]
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if not module.name.startswith(("_", "test_")):
            protocol = getattr(
                importlib.import_module(f"{package}.{module.name}"), "PROTOCOL", None
            )
            if isinstance(protocol, Protocol):
                found[protocol.name] = protocol
    return found


class Studio:
    """What the process knows: protocols, faults to come, requests seen, money booked.

    Everything seen is appended to ``state`` (JSON lines), and read back at the start, so that the
    books survive the process.
    """

    def __init__(self, state: Path | None) -> None:
        self.protocols = protocols()
        self.script = faults.Script()
        self.lock = threading.RLock()
        self.state = state
        self.seen: list[dict[str, Any]] = []
        self.memory: dict[str, dict[str, Any]] = {name: {} for name in self.protocols}
        self.saved: dict[str, str] = {}
        self.closing = False
        if state is not None and state.exists():
            for line in state.read_text().splitlines():
                with contextlib.suppress(ValueError):
                    self._recall(json.loads(line))

    def _recall(self, entry: dict[str, Any]) -> None:
        if "memory" in entry:
            self.memory[entry["memory"]] = entry["value"]
        else:
            self.seen.append(entry)

    def note(self, entry: dict[str, Any]) -> None:
        """Write down a request and what came of it; on disk before the answer leaves."""
        with self.lock:
            self.seen.append(entry)
            self._write(entry)

    def keep(self, protocol: str) -> None:
        """Put a protocol's memory on disk if it has changed."""
        with self.lock:
            value = json.dumps(self.memory[protocol], sort_keys=True)
            if value != self.saved.get(protocol, "{}"):
                self.saved[protocol] = value
                self._write({"memory": protocol, "value": json.loads(value)})

    def _write(self, entry: dict[str, Any]) -> None:
        if self.state is not None:
            with self.state.open("a") as handle:
                handle.write(json.dumps(entry) + "\n")

    def find(self, method: str, path: str) -> tuple[Protocol, Route | None, Mapping[str, str]]:
        """The protocol and the route of a path.

        Raises
        ------
        KeyError
            No protocol has that prefix.
        """
        name, _, rest = path.lstrip("/").partition("/")
        protocol = self.protocols[name]
        for route in protocol.routes:
            match = re.fullmatch(route.pattern, "/" + rest)
            if match and route.method == method:
                return protocol, route, match.groupdict()
        return protocol, None, {}

    def books(self) -> dict[str, Any]:
        """What was billed, in micro-dollars, and made, by route and by key (its digest)."""
        with self.lock:
            books: dict[str, Any] = {"billed": 0, "made": 0, "routes": {}, "keys": {}}
            for entry in self.seen:
                books["billed"] += entry["billed"]
                books["made"] += entry["made"]
                for kind, name in (("routes", entry["route"]), ("keys", entry["key"])):
                    row = books[kind].setdefault(name, {"requests": 0, "billed": 0, "made": 0})
                    row["requests"] += 1
                    row["billed"] += entry["billed"]
                    row["made"] += entry["made"]
            return books


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    timeout = 60
    server: _Http

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed but the port."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        self.close_connection = True
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(min(length, MAX_BODY))
        parts = urlsplit(self.path)
        path, query = unquote(parts.path), dict(parse_qsl(parts.query, keep_blank_values=True))
        if path.startswith("/_"):
            self._control(path, query, body)
        else:
            self._protocol(path, query, body)

    def _control(self, path: str, query: Mapping[str, str], body: bytes) -> None:
        studio = self.server.studio
        if path == "/_control":
            answer = control(studio, json.loads(body or b"{}"))
        elif path == "/_seen":
            since, route = int(query.get("since", 0)), query.get("route", "")
            with studio.lock:
                rows = [row for row in studio.seen[since:] if not route or row["route"] == route]
            answer = {"seen": rows, "books": studio.books(), "total": len(studio.seen)}
        else:
            answer = {"protocols": sorted(studio.protocols)}
        self._answer(Answer(body=answer))

    def _protocol(self, path: str, query: Mapping[str, str], body: bytes) -> None:
        studio = self.server.studio
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            protocol, route, match = studio.find(self.command, path)
        except KeyError:
            self._answer(Answer(status=404, body={"error": "no such service"}))
            return
        name = f"{protocol.name}.{route.name}" if route else f"{protocol.name}.unknown"
        with studio.lock:
            kind, facts = studio.script.next(name)
            number = len(studio.seen) + 1
        ask = Ask(
            method=self.command,
            path=path,
            query=query,
            headers=headers,
            body=body,
            data=_json(body, headers),
            match=match,
            fault=kind,
            facts=facts,
            memory=studio.memory[protocol.name],
            lock=studio.lock,
            number=number,
            base=f"http://{headers.get('host', '127.0.0.1')}/{protocol.name}",
        )
        answer = respond(protocol, route, ask)
        studio.keep(protocol.name)
        studio.note(
            {
                "route": name,
                "method": self.command,
                "path": path,
                "query": dict(query),
                "headers": headers,
                "digest": digest(body),
                "data": _small(ask.data),
                "fault": kind,
                "status": answer.status,
                "key": digest(protocol.key(headers)) if protocol.key(headers) else "",
                "billed": answer.billed,
                "made": int(answer.made),
            }
        )
        self._strike(kind, facts, answer)

    def _strike(self, kind: str, facts: Mapping[str, Any], answer: Answer) -> None:
        """Answer, unless the wire breaks."""
        if kind == "slow":
            time.sleep(float(facts.get("seconds", 1.0)))
        if kind == "drop":
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._answer(answer, cut=kind == "truncate")

    def _answer(self, answer: Answer, *, cut: bool = False) -> None:
        raw = isinstance(answer.body, bytes)
        content = answer.body if raw else json.dumps(answer.body).encode()
        with contextlib.suppress(OSError):  # the client may be dead by now
            self.send_response(answer.status)
            self.send_header("content-type", answer.media_type)
            self.send_header("content-length", str(len(content)))
            self.send_header("connection", "close")
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if cut else content)
            self.wfile.flush()


def respond(protocol: Protocol, route: Route | None, ask: Ask) -> Answer:
    """What the service answers, scripted faults of status and body included."""

    def error(status: int, message: str, facts: Mapping[str, Any], **headers: str) -> Answer:
        body = protocol.error(status, message, facts)
        return Answer(status=int(facts.get("status", status)), body=body, headers=headers)

    if route is None:
        return error(404, f"unknown path {ask.path}", {})
    if not (route.free or protocol.keyless or protocol.key(ask.headers)):
        return error(401, "no key was given", {})
    kind, facts, made = ask.fault, ask.facts, Answer()
    if not kind or not faults.is_status(kind) or faults.after_work(kind, facts):
        try:
            made = route.answer(ask)
        except Rejected as rejected:
            return error(rejected.status, rejected.message, rejected.facts)
    if faults.is_status(kind):
        headers = {"retry-after": str(facts["retry_after"])} if "retry_after" in facts else {}
        told = error(int(kind), str(facts.get("message", f"scripted {kind}")), facts)
        return Answer(
            status=told.status, body=told.body, headers=headers, billed=made.billed, made=made.made
        )
    if kind == "redirect":
        return Answer(status=307, body={}, headers={"location": str(facts["location"])})
    if kind in faults.BODY:
        body = b"<html>busy</html>" if kind == "html" else json.dumps(made.body).encode()[:-7]
        return Answer(body=body, billed=made.billed, made=made.made)
    return made


def control(studio: Studio, told: Mapping[str, Any]) -> Any:
    """Script faults: ``{route, kind, times}``, ``{mix: {route, seed, faults}}``, ``{reset}``."""
    with studio.lock:
        if told.get("reset"):
            studio.script.clear()
            if told["reset"] == "all":
                studio.seen.clear()
                for memory in studio.memory.values():
                    memory.clear()
                if studio.state is not None:
                    studio.state.write_text("")
        if "mix" in told:
            mix = told["mix"]
            studio.script.mix(mix["route"], int(mix["seed"]), mix["faults"])
        if "kind" in told:
            facts = {k: v for k, v in told.items() if k not in {"route", "kind", "times"}}
            studio.script.add(told["route"], told["kind"], int(told.get("times", 1)), facts)
    return {"ok": True}


def _json(body: bytes, headers: Mapping[str, str]) -> Any:
    if "json" not in headers.get("content-type", ""):
        return None
    try:
        return json.loads(body)
    except ValueError:
        return None


def _small(data: Any) -> Any:
    """The JSON of a request with long texts cut, for reports."""
    if isinstance(data, dict):
        return {key: _small(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_small(value) for value in data]
    if isinstance(data, str) and len(data) > 8000:
        return f"{data[:64]}... {len(data)} characters, {digest(data)}"
    return data


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    studio: Studio


def serve(port: int, state: Path | None) -> _Http:
    """The server, bound to loopback and not yet running."""
    http = _Http(("127.0.0.1", port), Handler)
    http.studio = Studio(state)
    return http
