"""Sound into files of every kind a user brings."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from .drums import RATE

F32 = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Format:
    """A way to store sound; ``rate`` in Hz, ``channels`` 1 or 2."""

    ending: str
    codec: str
    sample: str
    rate: int = RATE
    channels: int = 2
    bit_rate: int | None = None
    options: dict[str, str] = field(default_factory=dict)


FLAC = Format(ending=".flac", codec="flac", sample="s16")
MP3 = Format(
    ending=".mp3", codec="libmp3lame", sample="fltp", bit_rate=192_000,
    options={"compression_level": "7"},  # quick to encode
)  # fmt: skip
VBR = Format(
    ending=".mp3", codec="libmp3lame", sample="fltp",
    options={"flags": "+qscale", "global_quality": str(4 * 118)},  # FF_QP2LAMBDA a step
)  # fmt: skip
M4A = Format(ending=".m4a", codec="aac", sample="fltp", bit_rate=160_000)
FLAC_96K = Format(ending=".flac", codec="flac", sample="s32", rate=96_000)
WAV_8K = Format(ending=".wav", codec="pcm_u8", sample="u8", rate=8_000, channels=1)


def write(path: Path, sound: F32, form: Format) -> None:
    """Encode stereo sound [shape=(n, 2)] at 44 100 Hz; the file is whole or absent."""
    if form.channels == 1:
        sound = sound.mean(axis=1, keepdims=True)
    if form.rate != RATE:
        shared = int(np.gcd(form.rate, RATE))
        sound = resample_poly(sound, form.rate // shared, RATE // shared, axis=0)
    packed = np.ascontiguousarray(np.clip(sound, -1, 1), dtype=np.float32)
    layout = "mono" if form.channels == 1 else "stereo"
    part = path.with_name("part_" + path.name)
    with av.open(str(part), "w") as container:
        stream = container.add_stream(
            form.codec, rate=form.rate, layout=layout, format=form.sample, options=form.options
        )
        if form.bit_rate:
            stream.bit_rate = form.bit_rate
        for start in range(0, len(packed), form.rate):
            block = packed[start : start + form.rate].reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(block, format="flt", layout=layout)
            frame.sample_rate, frame.pts = form.rate, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    part.replace(path)
