"""Quality presets of the music video: picture, rate and encoder settings (one table, contract
X11).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from apex_director.core.errors import ValidationFailed
from apex_director.media.model import X264


@dataclass(frozen=True, kw_only=True)
class Preset:
    """``short_side`` in pixels is kept for every aspect; 16:9 of 1080 is 1920x1080."""

    name: str
    short_side: int
    rate: Fraction
    x264: X264
    purpose: str


PRESETS: dict[str, Preset] = {
    p.name: p
    for p in (
        Preset(
            name="preview",
            short_side=360,
            rate=Fraction(24),
            x264=X264(preset="ultrafast", crf=23),
            purpose="approving a plan",
        ),
        Preset(
            name="draft",
            short_side=720,
            rate=Fraction(24),
            x264=X264(preset="ultrafast", crf=20),
            purpose="a first look",
        ),
        Preset(
            name="web",
            short_side=1080,
            rate=Fraction(30),
            x264=X264(preset="veryfast", crf=20, maxrate_kbps=8000),
            purpose="posting",
        ),
        Preset(
            name="high",
            short_side=1080,
            rate=Fraction(24),
            x264=X264(preset="fast", crf=18),
            purpose="the master",
        ),
    )
}
NOT_YET = ("broadcast", "cinema")


def preset_named(name: str) -> Preset:
    """Look a preset up.

    Raises
    ------
    ValidationFailed
        The name is unknown, or stands for a delivery profile that is not built yet.
    """
    if name in PRESETS:
        return PRESETS[name]
    if name in NOT_YET:
        raise ValidationFailed(
            f"the preset '{name}' is not offered yet: its delivery profile needs two-pass or "
            "10-bit encoding",
            where="preset",
            what_to_do="Use --preset high for a 1080p master.",
        )
    raise ValidationFailed(
        f"'{name}' is no preset", where="preset", what_to_do=f"Choose one of {', '.join(PRESETS)}."
    )
