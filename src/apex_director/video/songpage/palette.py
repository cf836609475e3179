"""Colours and sizes of a page: light paper, dark ink, fills that colour-blind eyes tell apart."""

from __future__ import annotations

from collections.abc import Sequence

GROUPS = (
    "#77AADD",
    "#EE8866",
    "#EEDD88",
    "#44BB99",
    "#FFAABB",
    "#BBCC33",
    "#99DDFF",
    "#AAAA00",
)
"""Fills of the repeat groups. Source: Paul Tol, Colour Schemes (SRON/EPS/TN/09-002), "light", made
for labelled cells under black text."""
UNGROUPED = "#DDDDDD"
PAPER = "#FFFFFF"
INK = "#1B2430"
SOFT = "#5C6773"
FAINT = "#A9B1B9"
HAIRLINE = "#E4E7EA"
BARLINE = "#CBD1D6"
WAVE, WAVE_CORE = "#9AA8B5", "#3B4B5C"
BAND, BAND_BASS = "#6F8296", "#3B4B5C"
ACCENT = "#CC3311"  # Tol, "vibrant" red: drops, and nothing else is as strong
ENERGY, ENERGY_FILL = "#994F00", "#F4E6D6"
TEMPO = "#0077BB"
TRUST = {"firm": "#0077BB", "loose": "#8FC1E0", "none": "#FFFFFF"}
VOICE = "#AA3377"
SMALL_PT, TINY_PT = 7.0, 6.0


def group_colors(groups: Sequence[str]) -> dict[str, str]:
    """A fill for every repeat group, in the order they first sound."""
    names = list(dict.fromkeys(groups))
    return {name: GROUPS[i] if i < len(GROUPS) else UNGROUPED for i, name in enumerate(names)}
