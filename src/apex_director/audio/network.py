"""Beat and downbeat probabilities from mel bands: the project's own small dilated network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from .model import F32

BANDS = 40
COMPRESSION = 1000.0  # log(1 + 1000 S), as in the band flux
BLOCK = 6000  # frames per block: two minutes
CONTEXT = 1100  # frames on both sides of a block; the network sees 1023
SILENT = 1e-6  # sum of a frame's magnitudes below which nothing sounds (-120 dB)
HUSHED = 1e-4  # share of the song's level below which a frame is silence (-80 dB)
REACH = 50  # frames, one second: a pulse is carried this far into silence and no farther
_WEIGHTS = "beat.npz"

Mel = NDArray[np.floating]


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One convolution over time: ``weight`` [taps, in, out], ``bias`` [out], ``dilation``."""

    weight: F32
    bias: F32
    dilation: int = 1


@dataclass(frozen=True, kw_only=True)
class Network:
    """Layers in order: one into the channels, pairs of residual layers, one out."""

    first: Layer
    blocks: tuple[tuple[Layer, Layer], ...]
    last: Layer


def available() -> bool:
    """Whether the weights lie beside this module."""
    return files(__package__).joinpath("weights", _WEIGHTS).is_file()


def inputs(mel: Mel) -> F32:
    """Log magnitudes and their rises, whatever the song's level.

    Parameters
    ----------
    mel : float16 or float32 [shape=(m, 40)]
        Magnitudes at 50 frames per second; those of a whole song, whose level is divided out.

    Returns
    -------
    float32 [shape=(m, 80)]
    """
    return _scaled(mel, _level(mel), first=True)


def activations(mel: Mel) -> F32:
    """Probability of a beat and of a downbeat in every frame; a downbeat is a beat as well.

    Parameters
    ----------
    mel : float16 or float32 [shape=(m, 40)]
        Magnitudes at 50 frames per second of the whole song.

    Returns
    -------
    float32 [shape=(m, 2)]
        0 to 1; 0 where nothing has sounded for a second and nothing will. Memory beyond a few
        numbers a frame does not grow with the song.

    Source
    ------
    Davies, Boeck, temporal convolutional networks for beat tracking, EUSIPCO 2019.
    """
    net, level = _network(), _level(mel)
    out = np.zeros((len(mel), 2), dtype=np.float32)
    if level == 0:
        return out
    for begin, end in _blocks(len(mel)):
        start, stop = max(0, begin - CONTEXT), min(len(mel), end + CONTEXT)
        lead = max(0, start - 1)  # the frame before, for the rise of the first one
        x = _scaled(mel[lead:stop], level, first=start == 0)[start - lead :]
        out[begin:end] = forward(net, x)[begin - start : end - start]
    out[_unheard(mel, level)] = 0
    return out


def forward(net: Network, x: F32) -> F32:
    """The network's probabilities for one stretch, with zeros around it at every layer.

    Parameters
    ----------
    net : Network
    x : float32 [shape=(m, 80)]
        From `inputs`.

    Returns
    -------
    float32 [shape=(m, 2)]
    """
    state = _elu(_convolve(net.first, x))
    for wide, mixing in net.blocks:
        state += _convolve(mixing, _elu(_convolve(wide, state)))
    logits = _convolve(net.last, _elu(state))
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), dtype=np.float32)


def _blocks(length: int) -> Iterator[tuple[int, int]]:
    for begin in range(0, length, BLOCK):
        yield begin, min(begin + BLOCK, length)


def _level(mel: Mel) -> float:
    """95th percentile of the sums of sounding frames; 0 where nothing sounds."""
    sums = mel.sum(axis=1, dtype=np.float32)
    sounding = sums[sums > SILENT]
    return float(np.percentile(sounding, 95)) if len(sounding) else 0.0


def _unheard(mel: Mel, level: float) -> NDArray[np.bool_]:
    """Frames with no sound within reach on either side."""
    sounds = mel.sum(axis=1, dtype=np.float32) > HUSHED * level
    count = np.concatenate([[0], np.cumsum(sounds)])
    at = np.arange(len(mel))
    after, before = np.minimum(at + REACH + 1, len(mel)), np.maximum(at - REACH, 0)
    return np.asarray(count[after] == count[before])


def _scaled(mel: Mel, level: float, *, first: bool) -> F32:
    scale = np.float32(COMPRESSION / level if level else 0.0)
    loud = np.log1p(scale * mel.astype(np.float32))
    x = np.empty((len(mel), 2 * BANDS), dtype=np.float32)
    x[:, :BANDS] = np.float32(0.5) * loud - np.float32(1)
    rise = x[:, BANDS:]
    np.subtract(loud[1:], loud[:-1], out=rise[1:])
    rise[:1] = loud[:1] if first else 0  # before a song there is silence
    np.maximum(rise, 0, out=rise)
    rise *= np.float32(1.5)
    return x


def _convolve(layer: Layer, x: F32) -> F32:
    """One matrix product per tap, zeros around the stretch."""
    taps, length = len(layer.weight), len(x)
    out = x @ layer.weight[taps // 2]
    out += layer.bias
    for tap in range(taps):
        shift = (tap - taps // 2) * layer.dilation
        if shift == 0 or abs(shift) >= length:
            continue
        here, there = slice(max(0, -shift), length - max(0, shift)), max(0, shift)
        out[here] += x[there : there + length - abs(shift)] @ layer.weight[tap]
    return np.asarray(out, dtype=np.float32)


def _elu(x: F32) -> F32:
    """Exponential linear unit, in place."""
    below = np.minimum(x, 0)
    np.expm1(below, out=below)
    np.maximum(x, 0, out=x)
    x += below
    return x


@cache
def _network() -> Network:
    """The trained weights."""
    with files(__package__).joinpath("weights", _WEIGHTS).open("rb") as file:
        kept = np.load(file, allow_pickle=False)
        part = {name: kept[name] for name in kept.files if kept[name].dtype == np.float32}
    return built(part)


def built(part: dict[str, F32]) -> Network:
    """A network from named arrays: first, wide0, mixing0 ... last, each with ``_w`` and ``_b``."""

    def layer(name: str, dilation: int = 1) -> Layer:
        weight, bias = part[f"{name}_w"], part[f"{name}_b"]
        return Layer(weight=np.ascontiguousarray(weight), bias=bias, dilation=dilation)

    depth = sum(name.startswith("wide") and name.endswith("_w") for name in part)
    pairs = ((layer(f"wide{i}", 2**i), layer(f"mixing{i}")) for i in range(depth))
    return Network(first=layer("first"), blocks=tuple(pairs), last=layer("last"))
