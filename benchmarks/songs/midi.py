"""Standard MIDI files, read for their notes and written with one tempo.

A tick is 1/9600 s in what is written, so that a renderer has no tempo changes to round. Source:
Standard MIDI Files 1.0.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

TICKS = 9600  # in a quarter, at 60 quarters a minute
DRUM_CHANNEL = 9


class Played(NamedTuple):
    """A note of a file: seconds or quarters, as its reader says."""

    start: float
    length: float
    channel: int
    pitch: int
    velocity: int


class Program(NamedTuple):
    """A change of instrument, or of a controller where ``controller`` is not None."""

    start: float
    channel: int
    value: int
    controller: int | None = None


def write(path: Path, notes: Iterable[Played], programs: Iterable[Program], end_s: float) -> None:
    """Notes and programs timed in seconds."""
    events: list[tuple[int, int, bytes]] = []
    for p in programs:
        head = 0xC0 if p.controller is None else 0xB0
        body = [p.value] if p.controller is None else [p.controller, p.value]
        events.append((round(p.start * TICKS), 0, bytes([head | p.channel, *body])))
    for n in notes:
        at, until = round(n.start * TICKS), round((n.start + n.length) * TICKS)
        events.append((at, 2, bytes([0x90 | n.channel, n.pitch, n.velocity])))
        events.append((max(at + 1, until), 1, bytes([0x80 | n.channel, n.pitch, 0])))
    track, now = bytearray(b"\x00\xff\x51\x03" + (1_000_000).to_bytes(3, "big")), 0
    for at, _, body in sorted(events):
        track += _length(at - now) + body
        now = at
    track += _length(max(0, round(end_s * TICKS) - now)) + b"\xff\x2f\x00"
    head = struct.pack(">4sIHHH", b"MThd", 6, 0, 1, TICKS)
    path.write_bytes(head + struct.pack(">4sI", b"MTrk", len(track)) + bytes(track))


def read(path: Path) -> tuple[list[Played], list[Program]]:
    """Notes and programs timed in quarters; tempo is left to the caller."""
    data = path.read_bytes()
    _, size, _, count, division = struct.unpack(">4sIHHH", data[:14])
    at, notes, programs = 8 + size, [], []
    for _ in range(count):
        (length,) = struct.unpack(">I", data[at + 4 : at + 8])
        found, changes = _track(data[at + 8 : at + 8 + length], division)
        notes += found
        programs += changes
        at += 8 + length
    return sorted(notes), sorted(programs, key=lambda p: p.start)


def _track(data: bytes, division: int) -> tuple[list[Played], list[Program]]:
    notes: list[Played] = []
    programs: list[Program] = []
    open_: dict[tuple[int, int], tuple[float, int]] = {}
    for tick, status, body in _events(data):
        kind, channel, now = status & 0xF0, status & 0x0F, tick / division
        if kind in (0x80, 0x90):
            key = (channel, body[0])
            if key in open_:
                start, velocity = open_.pop(key)
                notes.append(Played(start, now - start, channel, body[0], velocity))
            if kind == 0x90 and body[1]:
                open_[key] = (now, body[1])
        elif kind == 0xC0:
            programs.append(Program(now, channel, body[0]))
        elif kind == 0xB0 and body[0] in (7, 10, 11, 91):
            programs.append(Program(now, channel, body[1], body[0]))
    return notes, programs


def _events(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Channel events of a track with their tick; running status is resolved."""
    at, tick, status = 0, 0, 0
    while at < len(data):
        step, at = _number(data, at)
        tick += step
        if data[at] & 0x80:
            status = data[at]
            at += 1
        if status == 0xFF:
            size, after = _number(data, at + 1)
            at = after + size
        elif status in (0xF0, 0xF7):
            size, after = _number(data, at)
            at = after + size
        else:
            size = 1 if status & 0xF0 in (0xC0, 0xD0) else 2
            yield tick, status, data[at : at + size]
            at += size


def _number(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    while True:
        value = value << 7 | data[at] & 0x7F
        at += 1
        if not data[at - 1] & 0x80:
            return value, at


def _length(value: int) -> bytes:
    out = bytearray([value & 0x7F])
    while value := value >> 7:
        out.insert(0, value & 0x7F | 0x80)
    return bytes(out)
