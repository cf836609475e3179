"""The canvas: which picture it shows and for how long, as a plan of one shot."""

from __future__ import annotations

from dataclasses import replace

from apex_director import audio
from apex_director.audio.model import AudioAnalysis
from apex_director.cinematography.model import (
    CameraMove,
    Framing,
    SectionPlan,
    Shot,
    ShotSize,
    Storyboard,
    Transition,
    Treatment,
)
from apex_director.core.time import frame_at
from apex_director.core.timeline import Span

from .request import CANVAS_S

SHOWN = Framing(x=0.5, y=0.5, scale=1.16, aim=0.45)
"""Near enough for a phone, wide enough for the camera to go round."""
HOOK = {"chorus": 1.0, "post_chorus": 0.9, "instrumental": 0.7, "pre_chorus": 0.5, "bridge": 0.5}
WIDE = (ShotSize.EXTREME_WIDE, ShotSize.WIDE, ShotSize.MEDIUM_WIDE)


def loop_seconds(analysis: AudioAnalysis, wish: float, at_s: float) -> float:
    """How long the loop lasts: whole bars, as near to the wish as 3 to 8 seconds hold them; the
    wish itself where no bar can be trusted.
    """
    bar = audio.bar_seconds(analysis, at_s)
    if bar is None or bar <= 0:
        return wish
    counts = range(1, int(CANVAS_S[1] / bar) + 1)
    lengths = [n * bar for n in counts if CANVAS_S[0] <= n * bar <= CANVAS_S[1]]
    return min(lengths, key=lambda s: (abs(s - wish), s), default=wish)


def canvas_board(
    storyboard: Storyboard, analysis: AudioAnalysis, wish: float
) -> tuple[Storyboard, Span]:
    """The film of one shot that the canvas loops, and where in the whole film its picture stands.

    Parameters
    ----------
    wish : float
        Seconds, 3 to 8.
    """
    best = audio.best_window(analysis, wish)
    shot = _best_shot(storyboard)
    rate = storyboard.format.rate
    seconds = loop_seconds(analysis, wish, best.start_s)
    frames = frame_at(seconds, rate)
    only = replace(
        shot,
        start=0,
        end=frames,
        move=CameraMove.ORBIT,
        move_amount=0.5,
        framing=SHOWN,
        size=ShotSize.MEDIUM_WIDE,
        transition=Transition(),
        reason="The strongest picture of the song, circled slowly, so that it can be looped.",
    )
    whole = next((s for s in storyboard.sections if s.section_id == shot.section_id), None)
    loop = replace(
        storyboard,
        format=replace(storyboard.format, total_frames=frames),
        sections=() if whole is None else (_filling(whole, frames),),
        pictures=tuple(p for p in storyboard.pictures if p.picture_id == shot.picture_id),
        shots=(only,),
        titles=(),
        treatment=Treatment(),
        warnings=(),
    )
    return loop, Span(start=shot.start, end=shot.end)


def _filling(section: SectionPlan, frames: int) -> SectionPlan:
    return replace(section, start=0, end=frames)


def _best_shot(storyboard: Storyboard) -> Shot:
    """From the strongest chorus: a picture that is seen wide, early and for long."""
    sections = {s.section_id: s for s in storyboard.sections}

    def worth(shot: Shot) -> float:
        section = sections.get(shot.section_id)
        hook = HOOK.get(section.label, 0.3) if section else 0.3
        strength = section.energy if section else shot.energy
        wide = 0.15 if shot.size in WIDE else 0.0
        seconds = min(1.0, float(shot.frames / storyboard.format.rate) / 6.0)
        return hook + 0.8 * strength + 0.3 * shot.energy + wide + 0.2 * seconds

    return max(storyboard.shots, key=lambda shot: (round(worth(shot), 6), -shot.start))
