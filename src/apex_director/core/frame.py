"""Picture sizes: what an aspect and a preset give in pixels, always even (4:2:0 chroma)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from .errors import ValidationFailed

ASPECTS: dict[str, Fraction] = {
    "16:9": Fraction(16, 9),
    "9:16": Fraction(9, 16),
    "1:1": Fraction(1),
    "4:5": Fraction(4, 5),
    "21:9": Fraction(21, 9),
}
MIN_SIDE, MAX_SIDE = 64, 4096


@dataclass(frozen=True, kw_only=True)
class PictureSize:
    """Width and height in pixels, both even."""

    width: int
    height: int

    def __post_init__(self) -> None:
        for side in (self.width, self.height):
            if side % 2 or not MIN_SIDE <= side <= MAX_SIDE:
                raise ValidationFailed(
                    f"{self.width}x{self.height} is no picture size we draw",
                    where="resolution",
                    what_to_do=f"Use even sides from {MIN_SIDE} to {MAX_SIDE}, such as 1920x1080.",
                )

    @property
    def aspect(self) -> Fraction:
        return Fraction(self.width, self.height)

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


def size_for(aspect: str, short_side: int) -> PictureSize:
    """The size an aspect gives when its short side is kept (RENDER presets): 9:16 of 1080 is
    1080x1920.

    Raises
    ------
    ValidationFailed
        The aspect is not one we offer.
    """
    if aspect not in ASPECTS:
        raise ValidationFailed(
            f"'{aspect}' is no aspect we offer",
            where="aspect",
            what_to_do=f"Choose one of {', '.join(ASPECTS)}.",
        )
    ratio = ASPECTS[aspect]
    long_side = round(short_side * (ratio if ratio >= 1 else 1 / ratio) / 2) * 2
    return (
        PictureSize(width=long_side, height=short_side)
        if ratio >= 1
        else PictureSize(width=short_side, height=long_side)
    )


def parse_size(text: str) -> PictureSize:
    """Read ``1920x1080``, ``720p``, ``4k`` or ``UHD_4K``.

    Raises
    ------
    ValidationFailed
        The text is no size.
    """
    lower = text.strip().lower()
    if lower in {"4k", "uhd", "uhd_4k", "2160p"}:
        return PictureSize(width=3840, height=2160)
    if lower.endswith("p") and lower[:-1].isdigit():
        return size_for("16:9", int(lower[:-1]))
    sides = lower.split("x")
    if len(sides) == 2 and all(s.isdigit() for s in sides):
        return PictureSize(width=int(sides[0]), height=int(sides[1]))
    raise ValidationFailed(
        f"'{text}' is no picture size", where="resolution", what_to_do="Write it like 1920x1080."
    )
