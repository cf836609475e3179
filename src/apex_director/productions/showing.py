"""What a person may see and hear of an analysis: a page, and the song with a click track."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apex_director import audio, media
from apex_director.audio.model import AudioAnalysis
from apex_director.audio.schema import from_x6
from apex_director.core.errors import InputUnusable, SomethingNeeded, ValidationFailed
from apex_director.media.model import MediaInfo
from apex_director.video import songpage
from apex_director.video.songpage.model import Waveform

from .listening import STAGE
from .model import Progress, Report

PAGE_SUFFIXES = (".png", ".svg", ".pdf")
WAVEFORM_HZ = 50
_BLOCK_S = 5.0


@dataclass(frozen=True, kw_only=True)
class Clicked:
    """What a click file holds: ``kind`` of places, how many clicks, by how much the song was turned
    down, in dB.
    """

    kind: str
    clicks: int
    song_db: float


def told(document: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    """X6 in words: name, value and small print of each fact."""
    analysis = from_x6(document)
    rows: list[tuple[str, str, str]] = []
    for row in songpage.facts(analysis):
        rows.append(row)
        if row[0] == "key" and (chords := songpage.longest_chords(analysis.tone)):
            rows.append(("chords", chords, "coarse, the longest first"))
    return tuple(rows)


def click_target(text: str, song: Path) -> Path:
    """Where a click track is to be written.

    Raises
    ------
    ValidationFailed
        It is no name of a sound file, or the song's own.
    OutputUnwritable
        Nothing can be written there.
    """
    path = Path(text).expanduser().resolve()
    media.require_sound_target(path)
    _require_free(path, song)
    return path


def page_target(text: str, song: Path) -> Path:
    """Where a page is to be written.

    Raises
    ------
    ValidationFailed
        It is no name of a page.
    SomethingNeeded
        The library that draws is not installed.
    OutputUnwritable
        Nothing can be written there.
    """
    path = Path(text).expanduser().resolve()
    if path.suffix.lower() not in PAGE_SUFFIXES:
        raise ValidationFailed(
            f"'{path.name}' is no name for a page",
            where="plot",
            what_to_do=f"Let it end in {', '.join(PAGE_SUFFIXES[:-1])} or {PAGE_SUFFIXES[-1]}.",
        )
    if not songpage.available():
        raise SomethingNeeded(
            "the page is drawn with matplotlib, which is not installed",
            where="plot",
            what_to_do="Install it with: pip install 'matplotlib>=3.10'",
        )
    _require_free(path, song)
    return path


def _require_free(path: Path, song: Path) -> None:
    if path == song:
        raise ValidationFailed(
            "the song itself would be overwritten",
            where=str(path),
            what_to_do="Choose another name.",
        )
    media.require_target(path)


def write_click(song: Path, out: Path, analysis: AudioAnalysis, report: Report) -> Clicked:
    """Write a song with clicks on its beats, or with knocks on its phrase points where no beat can
    be trusted.

    Raises
    ------
    InputUnusable
        There is nothing to click.
    OutputUnwritable
        The operating system refused to write.
    """
    track = audio.click_track(analysis)
    if track.kind == "none":
        raise InputUnusable(
            "there is neither a beat nor a phrase to click",
            where=str(song),
            what_to_do="Tell the tempo with --tempo, or tap the beats into a file for --taps.",
        )
    stream = media.samples(song, block_s=_BLOCK_S)
    total = max(1, round(analysis.duration_s * stream.sample_rate))

    def counted() -> Iterator[NDArray[np.float32]]:
        done = 0
        for block in audio.clicked(stream, stream.sample_rate, track):
            done += len(block)
            yield block
            _say(report, min(1.0, done / total), f"writing {out.name}")

    media.write_sound(out, counted(), sample_rate=stream.sample_rate, layout=stream.layout)
    return Clicked(
        kind=track.kind,
        clicks=len(track.times_s),
        song_db=round(float(20 * np.log10(max(track.song_gain, 1e-6))), 1),
    )


def write_page(
    song: Path, out: Path, info: MediaInfo, analysis: AudioAnalysis, report: Report
) -> None:
    """Draw what was heard as a page and write it.

    Raises
    ------
    OutputUnwritable
        The operating system refused to write.
    """
    wave = waveform(song, analysis.duration_s, report)
    _say(report, 0.5, "drawing the page")
    page = songpage.song_page(
        analysis,
        wave,
        title=info.tags.get("title") or song.stem.replace("_", " "),
        subtitle=info.tags.get("artist") or "",
        kind=out.suffix.lower().removeprefix("."),
    )
    media.write_bytes_atomic(out, page)
    _say(report, 1.0, f"wrote {out.name}")


def waveform(song: Path, duration_s: float, report: Report) -> Waveform:
    """Lowest and highest sample and the level of every fiftieth of a second."""
    stream = media.samples(song, block_s=_BLOCK_S)
    rate, at = stream.sample_rate, 0
    count = max(1, int(np.ceil(duration_s * WAVEFORM_HZ)) + 1)
    low, high = np.zeros((2, count), dtype=np.float32)
    power, seen = np.zeros((2, count))
    for block in stream:
        clean = np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0)
        bins = np.arange(at * WAVEFORM_HZ // rate, (at + len(block) - 1) * WAVEFORM_HZ // rate + 1)
        firsts = np.maximum(-(-bins * rate // WAVEFORM_HZ) - at, 0)
        into = np.minimum(bins, count - 1)
        for channel in clean.T:
            low[into] = np.minimum(low[into], np.minimum.reduceat(channel, firsts))
            high[into] = np.maximum(high[into], np.maximum.reduceat(channel, firsts))
            power[into] += np.add.reduceat(channel * channel, firsts)
        seen[into] += clean.shape[1] * np.diff(firsts, append=len(clean))
        at += len(block)
        _say(report, 0.5 * min(1.0, at / rate / max(duration_s, 1e-6)), "drawing the waveform")
    level = np.sqrt(power / np.maximum(seen, 1)).astype(np.float32)
    return Waveform(low=low, high=high, level=level, rate_hz=WAVEFORM_HZ)


def _say(report: Report, share: float, message: str) -> None:
    report(Progress(stage=STAGE, fraction=0.05 * share, message=message))
