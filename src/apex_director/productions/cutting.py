"""The step that cuts: one segment of the plan in, an encoded file named by its content out."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from apex_director import media, qa, video
from apex_director.images.model import Scene
from apex_director.media.model import X264

from .drawing import scene_of
from .folders import touch
from .model import Payload, Ports, Progress, Report
from .planning import analysis_at, storyboard_at

STAGE = "video_assembly"
_TELL_EVERY_S = 0.4


_MOST_SCENES = 3
_scenes: OrderedDict[str, Scene] = OrderedDict()


def _scene(ports: Ports, row: Payload, report: Report) -> Scene:
    """The scene of a picture, the last few kept in this worker."""
    folder = row["layers"]
    if folder not in _scenes:
        _scenes[folder] = scene_of(ports, row, report)
        while len(_scenes) > _MOST_SCENES:
            _scenes.popitem(last=False)
    _scenes.move_to_end(folder)
    return _scenes[folder]


def cut(ports: Ports, payload: Payload, report: Report) -> Payload:
    """Render and encode one segment.

    Payload: ``plan``, ``analysis``, ``index``, ``out`` (path named by the segment's key),
    ``pictures`` (rows as :func:`draw` takes), ``encoder``, ``tame`` [(start, end, strength)].
    A segment that is already there is not rendered again.
    """
    out = Path(payload["out"])
    storyboard = storyboard_at(payload["plan"])
    segment = video.plan_segments(storyboard)[payload["index"]]
    frames = segment.end - segment.start
    if out.is_file():
        touch(out)
        return {"out": str(out), "frames": frames, "reused": True, "seconds": 0.0}
    began = time.monotonic()
    analysis = analysis_at(payload["analysis"])
    scenes = {row["picture_id"]: _scene(ports, row, report) for row in payload["pictures"]}
    fmt = storyboard.format
    encoder = media.SegmentEncoder(out, fmt.width, fmt.height, fmt.rate, X264(**payload["encoder"]))
    tame = [(int(a), int(b), float(c)) for a, b, c in payload["tame"]]
    with encoder as sink:
        video.render_segment(
            storyboard,
            segment,
            scenes,
            analysis,
            qa.calmed(sink, segment.start, tame),
            tame=[(a, b, c) for a, b, c in tame],
            on_frame=_teller(report, payload["index"], frames),
        )
    return {
        "out": str(out),
        "frames": frames,
        "reused": False,
        "seconds": round(time.monotonic() - began, 2),
    }


def _teller(report: Report, index: int, frames: int) -> Callable[[int], None]:
    last = [0.0]

    def tell(done: int) -> None:
        now = time.monotonic()
        if now - last[0] >= _TELL_EVERY_S:
            last[0] = now
            report(
                Progress(
                    stage=STAGE,
                    fraction=done / frames,
                    message=f"segment {index + 1}",
                    done=done,
                    total=frames,
                    unit="frames",
                )
            )

    return tell
