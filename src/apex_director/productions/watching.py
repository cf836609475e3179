"""Watching a film once: each segment as it is cut, so that a master is checked without decoding
what was seen before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from apex_director import media, qa
from apex_director.qa import Glance

SUFFIX = ".seen.npz"
THUMB_WIDTH = 320
U8 = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True, eq=False)
class Seen:
    """What was seen of a film: every frame in order, and small pictures [uint8 RGB] of some."""

    frames: Iterator[Glance]
    thumbs: dict[int, U8]


def seen_path(segment: Path) -> Path:
    """Where it is kept what was seen of a segment."""
    return segment.with_suffix(SUFFIX)


def watch(segment: Path, middles: Sequence[int]) -> None:
    """Decode an encoded segment and keep what the final check needs of it, beside it.

    Parameters
    ----------
    middles : frames of the segment, counted from its first, that are wanted as small pictures.
    """
    thumbs: dict[int, U8] = {}
    seen = list(qa.glances(watched(media.video_frames(segment), frozenset(middles), thumbs)))
    shown = sorted(thumbs)
    arrays = qa.packed(seen) | {
        "packets": media.packet_sums(segment),
        "shown": np.asarray(shown, dtype=np.int64),
        "thumbs": np.stack([thumbs[k] for k in shown]) if shown else np.zeros((0, 1, 1, 3), "u1"),
    }
    media.write_arrays(seen_path(segment), arrays)


def seen_of(
    master: Path, segments: Sequence[Path], starts: Sequence[int], wanted: Iterable[int]
) -> Seen:
    """All that was seen of a master.

    What was kept of its segments is used if the master's coded pictures are theirs, packet by
    packet; else the master is decoded.

    Parameters
    ----------
    starts : the first frame of each segment.
    wanted : frames of the master to be had as small pictures; some may be missing.
    """
    kept = [media.read_arrays(seen_path(segment)) for segment in segments]
    known = [arrays for arrays in kept if arrays is not None and _readable(arrays)]
    if len(known) == len(segments) and _same_pictures(master, known):
        return Seen(frames=_told(known), thumbs=_thumbs(known, starts))
    thumbs: dict[int, U8] = {}
    frames = watched(media.video_frames(master), frozenset(wanted), thumbs)
    return Seen(frames=qa.glances(frames), thumbs=thumbs)


def watched(frames: Iterable[Any], wanted: frozenset[int], thumbs: dict[int, U8]) -> Iterator[Any]:
    """Hand frames on one by one, keeping a small picture of those wanted."""
    for frame in frames:
        if frame.index in wanted:
            thumbs[frame.index] = _thumb(media.rgb_from_planes(frame.y, frame.u, frame.v))
        yield frame


def _thumb(rgb: U8) -> U8:
    height = round(rgb.shape[0] * THUMB_WIDTH / rgb.shape[1])
    small = Image.fromarray(rgb).resize((THUMB_WIDTH, height), Image.Resampling.LANCZOS)
    return np.asarray(small)


def _readable(arrays: Mapping[str, NDArray[Any]]) -> bool:
    return qa.unpacked(arrays) is not None and {"packets", "shown", "thumbs"} <= set(arrays)


def _same_pictures(master: Path, known: Sequence[Mapping[str, NDArray[Any]]]) -> bool:
    theirs = np.concatenate([arrays["packets"] for arrays in known])
    return bool(np.array_equal(media.packet_sums(master), theirs))


def _told(known: Sequence[Mapping[str, NDArray[Any]]]) -> Iterator[Glance]:
    for arrays in known:
        yield from qa.unpacked(arrays) or ()


def _thumbs(known: Sequence[Mapping[str, NDArray[Any]]], starts: Sequence[int]) -> dict[int, U8]:
    return {
        int(start + k): picture
        for start, arrays in zip(starts, known, strict=True)
        for k, picture in zip(arrays["shown"].tolist(), arrays["thumbs"], strict=True)
    }
