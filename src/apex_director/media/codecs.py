"""Which codecs the bundled FFmpeg carries."""

from __future__ import annotations

from typing import Literal

import av

NEEDED: dict[Literal["r", "w"], tuple[str, ...]] = {
    "w": ("libx264", "aac"),
    "r": ("h264", "aac", "mp3", "flac", "vorbis", "opus", "alac", "pcm_s16le"),
}


def missing_codecs() -> list[str]:
    """Names of encoders and decoders the product needs and the installed PyAV lacks."""
    missing = []
    for mode, names in NEEDED.items():
        for name in names:
            try:
                av.Codec(name, mode)
            except ValueError:
                missing.append(f"{name} {'encoder' if mode == 'w' else 'decoder'}")
    return missing
