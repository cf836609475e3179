"""The step that listens: a song in, `audio_analysis.json` out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apex_director import audio, media
from apex_director.audio.model import AudioAnalysis, Corrections, Loudness
from apex_director.audio.schema import to_x6
from apex_director.core.errors import AudioTooLong, AudioTooShort
from apex_director.core.ids import content_hash
from apex_director.core.time import clock, frames_for
from apex_director.media.model import MediaInfo
from apex_director.media.probe import probe, require_audio

from .corrections import as_plain, corrections_of, from_plain, within_song
from .folders import touch, trim
from .model import Payload, Ports, Progress, Report
from .request import (
    MAX_ANALYSIS_S,
    MAX_SONG_S,
    MIN_SONG_S,
    MusicVideoRequest,
    delivery_of,
    file_hash,
)

STAGE = "audio_analysis"
_ROUNDED_S = 0.5  # what a container says of its length may be off by
KEPT_BYTES = 500 * 2**20  # of songs heard; an analysis takes one to five megabytes


class _Heard:
    """The song's blocks on their way to the ear, metered for loudness and held to a length."""

    def __init__(self, path: Path, longest_s: float) -> None:
        self.stream = media.samples(path)
        self.meter = media.LoudnessMeter(self.stream.sample_rate, self.stream.channels)
        self.longest = int(longest_s * self.stream.sample_rate)
        self.path, self.longest_s = path, longest_s

    @property
    def sample_rate(self) -> int:
        return int(self.stream.sample_rate)

    @property
    def channels(self) -> int:
        return int(self.stream.channels)

    def __iter__(self) -> Iterator[NDArray[np.float32]]:
        heard = 0
        for block in self.stream:
            heard += len(block)
            if heard > self.longest:
                raise too_long(self.path, None, self.longest_s)
            self.meter.push(block)
            yield block

    def loudness(self) -> Loudness:
        reading = self.meter.result()
        return Loudness(
            integrated_lufs=reading.integrated_lufs,
            range_lu=reading.range_lu,
            true_peak_dbtp=reading.true_peak_dbtp,
            momentary=reading.momentary,
        )


def too_long(path: Path, seconds: float | None, longest_s: float) -> AudioTooLong:
    """The error for a song beyond a verb's limit."""
    lasts = f"it lasts {clock(seconds)}" if seconds else "it goes on"
    return AudioTooLong(
        f"{lasts}, longer than the {clock(longest_s)} we take here",
        where=str(path),
        what_to_do="Cut it into parts first.",
    )


def hear(
    path: Path,
    *,
    shortest_s: float,
    longest_s: float,
    report: Report,
    corrections: Corrections | None = None,
) -> tuple[MediaInfo, AudioAnalysis]:
    """Decode and analyse a song in one pass.

    Parameters
    ----------
    corrections : Corrections
        What a person knows better about the beat.

    Raises
    ------
    AudioDecodeError, InputUnusable
        There is nothing to hear in the file, or taps lie after its end.
    AudioTooShort, AudioTooLong
        Outside the limits, in seconds.
    """
    info = probe(path)
    require_audio(info)
    promised = float(info.duration) if info.duration else None
    if promised and promised > longest_s * 1.01:
        raise too_long(path, promised, longest_s)
    if promised:
        within_song(corrections, promised + _ROUNDED_S)
    heard = _Heard(path, longest_s)

    def tell(fraction: float, message: str) -> None:
        report(Progress(stage=STAGE, fraction=0.05 * fraction, message=message))

    analysis = audio.analyse(heard, loudness=heard.loudness, progress=tell, corrections=corrections)
    within_song(corrections, analysis.duration_s + _ROUNDED_S)
    if analysis.duration_s < shortest_s:
        raise AudioTooShort(
            f"it lasts {analysis.duration_s:.2f} s, shorter than the {shortest_s:g} s we need",
            where=str(path),
            what_to_do="Give a longer piece of sound.",
        )
    return info, replace(analysis, warnings=(*analysis.warnings, *heard.stream.warnings))


def document_of(info: MediaInfo, analysis: AudioAnalysis, rate: Fraction) -> dict[str, Any]:
    """X6 of an analysis, its beats quantised at a frame rate."""
    document: dict[str, Any] = to_x6(
        analysis,
        path=info.path,
        format=info.audio.codec if info.audio else info.container,
        rate=rate,
        total_frames=frames_for(analysis.duration_s, rate),
        timestamp=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    return document


def write_document(path: Path, document: dict[str, Any]) -> None:
    """Write X6, whole or not at all."""
    media.write_json_atomic(path, document)


def listening(request: MusicVideoRequest, out: Path) -> Payload:
    """The payload of :func:`listen` for a request's song; the analysis goes to ``out``."""
    return {
        "song": request.audio_path,
        "out": str(out),
        "rate": str(delivery_of(request).rate),
        "shortest_s": MIN_SONG_S,
        "longest_s": MAX_SONG_S,
        "corrections": as_plain(corrections_of(request)),
    }


def listen(ports: Ports, payload: Payload, report: Report) -> Payload:
    """Analyse a song and write X6; one this studio has heard before is not heard again.

    Payload: ``song``, ``out`` (path of the JSON), ``rate``, ``shortest_s``, ``longest_s``,
    ``corrections`` (what a person knows better, or None).
    Returns the path and the facts that later steps need.
    """
    song, out = Path(payload["song"]), Path(payload["out"])
    kept = _kept_at(ports, song, payload)
    if kept is not None and (facts := _heard_before(kept, song, out, payload)):
        return facts
    info, analysis = hear(
        song,
        shortest_s=float(payload.get("shortest_s", 0.0)),
        longest_s=float(payload.get("longest_s", MAX_ANALYSIS_S)),
        report=report,
        corrections=from_plain(payload.get("corrections")),
    )
    document = document_of(info, analysis, Fraction(payload["rate"]))
    write_document(out, document)
    facts = {
        "duration_s": analysis.duration_s,
        "tags": {k: info.tags.get(k, "") for k in ("title", "artist")},
        "warnings": list(analysis.warnings),
        "summary": summary(analysis),
    }
    if kept is not None:
        media.write_json_atomic(kept, {"facts": facts, "analysis": document})
        trim(kept.parent, KEPT_BYTES, keep=frozenset({kept.name}))
    return facts | {"analysis": payload["out"]}


def _kept_at(ports: Ports, song: Path, payload: Payload) -> Path | None:
    """Where the studio keeps what it heard in a song: by its bytes, the rate, the ear's code
    and what a person corrects.
    """
    if not ports.ear:
        return None
    better = payload.get("corrections")
    key = content_hash(file_hash(song), payload["rate"], ports.ear, *([better] if better else []))
    return ports.home / "cache" / "analysis" / f"{key}.json"


def _heard_before(kept: Path, song: Path, out: Path, payload: Payload) -> Payload | None:
    try:
        told = json.loads(kept.read_text(encoding="utf-8"))
        facts, document = dict(told["facts"]), dict(told["analysis"])
        lasts = float(facts["duration_s"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    shortest, longest = (payload.get(name) for name in ("shortest_s", "longest_s"))
    if lasts < float(shortest or 0.0) or lasts > float(longest or MAX_ANALYSIS_S):
        return None  # hearing it again says what is wrong
    document["file_info"] = document["file_info"] | {"path": str(song)}
    write_document(out, document)
    touch(kept)
    return facts | {"analysis": str(out)}


def summary(analysis: AudioAnalysis) -> str:
    """One line for people: length, tempo, key, form."""
    names = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
    parts = [clock(analysis.duration_s)]
    grid = analysis.grid
    if grid.reliable and grid.bpm:
        parts.append(f"{grid.bpm:.1f} BPM in {grid.meter} ({grid.verdict} grid)")
    else:
        parts.append("no steady beat")
    if analysis.tone.tonic is not None:
        parts.append(f"{names[analysis.tone.tonic]} {analysis.tone.mode}")
    sections = len(analysis.sections)
    parts.append(f"{sections} section{'s' if sections != 1 else ''}")
    return ", ".join(parts)
