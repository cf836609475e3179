"""The kit for sound and picture files: probe, decode, encode, join, loudness. The only home of
PyAV.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "require_audio": "probe",
    "samples": "decode",
    "SampleStream": "decode",
    "video_frames": "decode",
    "frame_rgb": "decode",
    "SegmentEncoder": "encode",
    "join": "master",
    "packet_sums": "packets",
    "require_sound_target": "sound",
    "write_sound": "sound",
    "write_arrays": "arrays",
    "read_arrays": "arrays",
    "LoudnessMeter": "loudness",
    "through": "loudness",
    "write_layers": "layers",
    "read_layers": "layers",
    "write_png": "picture",
    "write_picture": "picture",
    "require_picture_target": "picture",
    "require_target": "picture",
    "read_rgb": "picture",
    "rgb_from_planes": "picture",
    "planes_from_rgb": "picture",
    "write_text_atomic": "disk",
    "write_bytes_atomic": "disk",
    "write_json_atomic": "disk",
    "free_bytes": "disk",
    "discard": "disk",
    "part_of": "disk",
    "sweep": "disk",
    "require_writable": "disk",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
