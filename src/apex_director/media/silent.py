"""A finished picture without sound, laid out so that it plays before it is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import av

from apex_director.core.errors import AssemblyError

from .disk import beside
from .encode import require_frames
from .probe import open_input


def write_silent(
    picture: str | Path, out: str | Path, *, frames: int, tags: Mapping[str, str]
) -> int:
    """Copy the pictures of an encoded segment into an MP4 of its own; nothing is encoded again.

    Parameters
    ----------
    frames : int
        How many it must hold.

    Returns
    -------
    int
        Bytes written.

    Raises
    ------
    AssemblyError
        The pictures cannot be copied.
    OutputUnwritable
        The operating system refused to write.
    """
    target = Path(out)
    with beside(target) as part:
        try:
            _copy(Path(picture), part, tags)
        except OSError:
            raise
        except (av.error.FFmpegError, ValueError) as error:
            raise AssemblyError(
                "the loop could not be written", where=str(target), log=str(error)
            ) from error
        require_frames(part, frames)
    return target.stat().st_size


def _copy(picture: Path, part: Path, tags: Mapping[str, str]) -> None:
    options = {"movflags": "+faststart"}
    with (
        open_input(picture) as source,
        av.open(str(part), mode="w", format="mp4", options=options) as out,
    ):
        out.metadata.update({k: v for k, v in tags.items() if v})
        stream = source.streams.video[0]
        target = out.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.size:
                packet.stream = target
                out.mux(packet)
