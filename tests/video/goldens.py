"""Tiny golden frames of every camera move and transition.

Renew them after a change that is meant, and look at the difference before it is kept::

    python -m tests.video.goldens
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from apex_director.cinematography.model import (
    CameraMove,
    Framing,
    Grade,
    Transition,
    TransitionKind,
)
from apex_director.images.model import Scene
from apex_director.video import render_segment

from .pictures import Frames, board, scene, shot, shot_segment, song

W, H = 64, 36
PLAIN = Grade(vignette=0.0, grain=0.0, bloom=0.3)
PALETTE = ("#0a1420", "#3f7480", "#d98b4a", "#f6dcae")
FILE = Path(__file__).parent / "golden" / "moves_and_transitions.npz"
KINDS = [k for k in TransitionKind if k is not TransitionKind.CUT]


def _scenes() -> dict[str, Scene]:
    made = {}
    for number in (1, 2):
        drawn = scene(W, H, number, rich=False)
        light = replace(drawn.layers[-1], rgba=drawn.layers[-1].rgba[:, ::-1].copy())
        made[f"p{number}"] = replace(
            drawn, layers=(*drawn.layers[:-1], light), subject=(0.3 + 0.15 * number, 0.5)
        )
    # The second picture is lit differently, so that one can tell them apart.
    warm = tuple(replace(layer, rgba=_warmer(layer.rgba)) for layer in made["p2"].layers)
    made["p2"] = replace(made["p2"], layers=warm)
    return made


def _warmer(rgba: np.ndarray) -> np.ndarray:
    out = rgba.copy()
    out[..., 0], out[..., 2] = rgba[..., 2], rgba[..., 0] // 2
    return out


def _frames(move: CameraMove, into: Transition, wanted: tuple[int, ...]) -> np.ndarray:
    """Frames of the second of two shots [uint8, shape=(frames, H * W * 3 / 2)]: Y, U and V."""
    framing = Framing(scale=1.3)
    storyboard = board(
        (
            shot(0, 0, 24, "p1", framing=framing),
            shot(1, 24, 60, "p2", move, into, framing=framing),
        ),
        W,
        H,
        grade=PLAIN,
        palette=PALETTE,
    )
    segment = shot_segment(storyboard, 1)
    segment = replace(segment, end=max(wanted) + 1)
    sink = Frames(W, H)
    render_segment(storyboard, segment, _SCENES, song(8.0), sink)
    kept = [np.frombuffer(sink.kept[n - segment.start], np.uint8) for n in wanted]
    return np.stack(kept)


_SCENES = _scenes()


def draw() -> dict[str, np.ndarray]:
    """All golden frames by name."""
    out = {f"move_{move.value}": _frames(move, Transition(), (24, 54)) for move in CameraMove}
    for kind in KINDS:
        into = Transition(kind=kind, frames=12)
        out[f"transition_{kind.value}"] = _frames(CameraMove.DOLLY_IN, into, (20, 24, 28))
    return out


def main() -> None:
    FILE.parent.mkdir(exist_ok=True)
    np.savez_compressed(FILE, **draw())
    print(f"{FILE}: {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
