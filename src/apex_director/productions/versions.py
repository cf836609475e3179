"""The versions one job makes of a song: the video, its other aspects, the teaser, the canvas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from apex_director.core.frame import ASPECTS, PictureSize, size_for

from .request import MusicVideoRequest, delivery_of

Kind = Literal["video", "teaser", "canvas"]
CANVAS_ASPECT = "9:16"
_STEMS: dict[Kind, str] = {"video": "final_video", "teaser": "teaser", "canvas": "canvas"}
_REJECTED: dict[Kind, str] = {
    "video": "rejected_video",
    "teaser": "rejected_teaser",
    "canvas": "rejected_canvas",
}


@dataclass(frozen=True, kw_only=True)
class Version:
    """One finished file. ``tag`` tells its other files apart (empty for the video itself),
    ``label`` is its name for people.
    """

    kind: Kind
    aspect: str
    size: PictureSize
    main: bool

    @property
    def tag(self) -> str:
        parts: list[str] = [] if self.kind == "video" else [self.kind]
        parts += [] if self.main or self.kind == "canvas" else [self.aspect.replace(":", "x")]
        return "_".join(parts)

    @property
    def label(self) -> str:
        if self.kind == "video":
            return self.aspect
        return self.kind if self.main or self.kind == "canvas" else f"{self.kind} {self.aspect}"

    @property
    def file(self) -> str:
        return self._named(_STEMS[self.kind])

    @property
    def rejected(self) -> str:
        """Its name where the final check blocks it."""
        return self._named(_REJECTED[self.kind])

    def _named(self, stem: str) -> str:
        other = self.kind != "canvas" and not self.main
        return f"{stem}_{self.aspect.replace(':', 'x')}.mp4" if other else f"{stem}.mp4"

    def beside(self, name: str) -> str:
        """The name of one of its other files: ``quality_report.json`` becomes
        ``quality_report_9x16.json``.
        """
        stem, dot, suffix = name.partition(".")
        return f"{stem}_{self.tag}{dot}{suffix}" if self.tag else name


def aspect_named(size: PictureSize) -> str:
    """The aspect of a size by the name we offer it under, else as width and height."""
    for name, ratio in ASPECTS.items():
        if abs(float(size.aspect / ratio) - 1.0) < 0.01:
            return name
    return str(size)


def versions_of(request: MusicVideoRequest) -> tuple[Version, ...]:
    """What a request asks for, in the order it is made; the first one is what it mainly is."""
    size = delivery_of(request).size
    main = aspect_named(size)
    short = min(size.width, size.height)
    sizes = {main: size} | {a: size_for(a, short) for a in request.also if a != main}
    kinds: list[Kind] = [] if request.only_cutdowns else ["video"]
    kinds += ["teaser"] if request.teaser_s is not None else []
    out = [
        Version(kind=kind, aspect=aspect, size=sizes[aspect], main=aspect == main)
        for kind in kinds
        for aspect in sizes
    ]
    if request.canvas_s is not None:
        upright = size_for(CANVAS_ASPECT, short)
        out.append(Version(kind="canvas", aspect=CANVAS_ASPECT, size=upright, main=True))
    return tuple(out)


def version_json(version: Version) -> dict[str, Any]:
    """A version as plain values."""
    size = version.size
    return {
        "kind": version.kind,
        "aspect": version.aspect,
        "size": [size.width, size.height],
        "main": version.main,
    }


def version_from(values: Mapping[str, Any]) -> Version:
    """The way back."""
    width, height = values["size"]
    return Version(
        kind=values["kind"],
        aspect=values["aspect"],
        size=PictureSize(width=width, height=height),
        main=values["main"],
    )
