"""The finished video: segments joined by stream copy, the song beside them, exact to the frame."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import av

from apex_director.core.errors import AssemblyError, InputUnusable, OutputUnwritable

from .decode import SampleStream, samples
from .disk import beside, discard
from .encode import require_frames
from .model import MasterReport
from .probe import open_input, probe, require_audio
from .soundtrack import (
    COPYABLE,
    Timed,
    add_aac,
    copied_packets,
    encoded_packets,
    first_sample_time,
    keep_aac,
    require_any,
    same_sound,
)

AudioMode = Literal["auto", "aac"]


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """What is joined, and until when the song may sound."""

    segments: tuple[Path, ...]
    frame_counts: tuple[int, ...]
    rate: Fraction
    song: Path
    tags: Mapping[str, str]
    end: Fraction


class _CopyRefused(Exception):
    """The song's packets do not survive in MP4; the text says why."""


def join(
    segments: Sequence[str | Path],
    song: str | Path,
    out: str | Path,
    *,
    rate: Fraction,
    frame_counts: Sequence[int],
    tags: Mapping[str, str],
    audio: AudioMode = "auto",
    kept: str | Path | None = None,
) -> MasterReport:
    """Join encoded segments and a song into an MP4 that starts to play before it is loaded.

    The song's own packets are kept (AAC, MP3) when the finished file is proved to decode to the
    same samples at the same places; otherwise it becomes AAC. Its loudness is never changed. When
    the song goes on for more than a frame after the picture, it is cut with the picture.

    Parameters
    ----------
    kept : a file for the song as AAC, made where it is not there, so that another film of the same
        song and length need not encode it again; its name stands for both.

    Raises
    ------
    InputUnusable
        The song cannot be read.
    AssemblyError
        The segments do not fit together.
    OutputUnwritable
        The operating system refused to write.
    """
    target, source = Path(out), Path(song)
    heard = samples(source)
    length = _decoded_seconds(heard)
    picture = sum(frame_counts) / rate
    end = length if length <= picture + 1 / rate else picture
    plan = _Plan(
        segments=tuple(Path(s) for s in segments),
        frame_counts=tuple(frame_counts),
        rate=rate,
        song=source,
        tags=tags,
        end=Fraction(end),
    )
    codec = require_audio(probe(source)).codec
    refusal = _refusal(codec, heard, audio)
    with beside(target) as part:
        if not refusal:
            try:
                _write(plan, part, None)
                if not same_sound(source, part, float(plan.end)):
                    raise _CopyRefused(f"the copied {COPYABLE[codec]} would not stay in place")
            except _CopyRefused as error:
                refusal = str(error)
        if refusal:
            _write_encoded(plan, part, heard, Path(kept) if kept else None)
        require_frames(part, sum(frame_counts))
    return MasterReport(
        audio_codec="aac" if refusal else codec,
        audio_copied=not refusal,
        reason=refusal or f"the song's own {COPYABLE[codec]} packets, proved sample for sample",
        frames=sum(frame_counts),
        audio_seconds=float(plan.end),
        warnings=tuple(heard.warnings),
    )


def _decoded_seconds(song: SampleStream) -> Fraction:
    for _ in song:
        pass
    return Fraction(song.decoded, song.sample_rate)


def _refusal(codec: str, song: SampleStream, audio: AudioMode) -> str:
    """Why the song's packets are not copied; empty when they may be."""
    if audio == "aac":
        return "AAC was asked for"
    if codec not in COPYABLE:
        return f"an MP4 does not carry {codec} everywhere, so it became AAC"
    if song.damaged:
        return "the song is damaged, so what decodes became AAC"
    return ""


def _write(plan: _Plan, part: Path, encode: SampleStream | None) -> None:
    """Write the whole file; ``encode`` None copies the song's packets.

    Raises
    ------
    _CopyRefused
        The container does not take the song's packets.
    AssemblyError
        Muxing failed for another reason.
    """
    try:
        with open_input(plan.segments[0]) as first, open_input(plan.song) as song:
            _mux(plan, part, encode, first.streams.video[0], song)
    except OSError:
        raise
    except (av.error.FFmpegError, ValueError) as error:
        if encode is None:
            raise _CopyRefused("the container does not take the song's own packets") from error
        raise AssemblyError(
            "picture and sound could not be put together", where=str(part), log=str(error)
        ) from error


def _write_encoded(plan: _Plan, part: Path, song: SampleStream, kept: Path | None) -> None:
    """Write the whole file with the song as AAC, from what was kept of it where that is whole."""
    while kept is not None:
        known = kept.is_file()
        with suppress(_CopyRefused, InputUnusable, OutputUnwritable):  # the song itself is at hand
            if not known:
                keep_aac(song, kept, plan.end)
            _write(replace(plan, song=kept), part, None)
            return
        discard(kept)
        if not known:
            break
    _write(plan, part, song)


def _mux(plan: _Plan, part: Path, encode: SampleStream | None, like: Any, song: Any) -> None:
    options = {"movflags": "+faststart"}
    with av.open(str(part), mode="w", format="mp4", options=options) as out:
        out.metadata.update({k: v for k, v in plan.tags.items() if v})
        video = out.add_stream_from_template(like)
        if encode is None:
            with open_input(plan.song) as again:
                shift = first_sample_time(again)
            sound: Any = out.add_stream_from_template(song.streams.audio[0])
            packets = copied_packets(song, sound, shift, plan.end)
        else:
            sound, layout = add_aac(out, encode)
            packets = encoded_packets(encode, sound, layout, plan.end)
        heard = 0
        for _, packet in heapq.merge(_pictures(plan, video, like), packets, key=lambda p: p[0]):
            heard += packet.stream is sound
            out.mux(packet)
        require_any(heard, plan.song)


def _pictures(plan: _Plan, target: Any, like: Any) -> Iterator[Timed]:
    """Every video packet in decoding order, its time stamps counted over all segments.

    Decoding times are numbered anew, a frame apart: very short segments reorder fewer frames than
    long ones, and only shifted they would run backwards at a seam.
    """
    base, before = Fraction(like.time_base), 0
    tick = 1 / (plan.rate * base)
    step = int(tick)
    header = like.codec_context.extradata
    delay = max(_reordering(path, plan.rate) for path in plan.segments)
    for path, count in zip(plan.segments, plan.frame_counts, strict=True):
        with open_input(path, packets_only=True) as container:
            stream = container.streams.video[0]
            _require_alike(path, stream, base, tick, header)
            found = 0
            for packet in container.demux(stream):
                if not packet.size or packet.pts is None:
                    continue
                packet.pts += before * step
                packet.dts = (before + found - delay) * step
                packet.duration = step
                packet.stream = target
                found += 1
                yield packet.dts * base, packet
        if found != count:
            raise AssemblyError(
                f"a segment holds {found} frames where {count} were planned",
                where=str(path),
                what_to_do="Delete it; it will be rendered again.",
            )
        before += count


def _reordering(path: Path, rate: Fraction) -> int:
    """By how many frames a segment is decoded ahead of being shown."""
    with open_input(path, packets_only=True) as container:
        first = next(container.demux(container.streams.video[0]))
        ahead = (first.pts or 0) - (first.dts or 0)
        return round(ahead * Fraction(first.time_base) * rate)


def _require_alike(path: Path, stream: Any, base: Fraction, tick: Fraction, header: Any) -> None:
    alike = Fraction(stream.time_base) == base and stream.codec_context.extradata == header
    if not alike or tick.denominator != 1:
        raise AssemblyError(
            "a segment was encoded with other settings than the first one",
            where=str(path),
            what_to_do="Delete it; it will be rendered again.",
        )
