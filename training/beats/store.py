"""Songs as the network sees them: the product's own mel bands, the beats and their places."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from apex_director.audio.features import FFT, MEL_HOP, Frames, _mel_filters, _spectrum

F16 = np.ndarray


def mel_of(mono: np.ndarray) -> F16:
    """float16 [m, 40] at 50 frames per second, bit for bit what `FrontEnd` keeps as ``mel``."""
    frames, parts = Frames(FFT, MEL_HOP), []
    for piece in (frames.push(mono.astype(np.float32)), frames.finish()):
        parts += [(_spectrum(f) @ _mel_filters(40)).astype(np.float16) for f in piece]
    return np.concatenate(parts)


def keep(
    path: Path, audio: np.ndarray, beats: np.ndarray, places: np.ndarray, **about: str
) -> None:
    """Write one song; ``places`` counts from 1 inside the bar, 0 where the bar is unknown."""
    mel = mel_of(audio)
    inside = (beats >= 0) & (beats < len(mel) / 50)
    whole = {
        "mel": mel,
        "beats": beats[inside].astype(np.float32),
        "places": places[inside].astype(np.int16),
        **about,
    }
    beside = path.with_suffix(".part.npz")
    np.savez(beside, **whole)
    beside.rename(path)
