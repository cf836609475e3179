"""Listen to a song once and say everything the product needs to know about it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .arc import energy_arc_of
from .bands import bands_of, bass_envelope, envelope
from .events import events_of
from .features import MEL_FPS, TONE_FPS, Features, FrontEnd
from .grid import grid_of, no_grid
from .model import AudioAnalysis, Corrections, Grid, Interval, Loudness, SampleBlocks
from .mood import mood_of, spectrum_of
from .pcm import RATE, Intake
from .phrases import phrases_of
from .sections import sections_of
from .tonal import harmonic_rhythm, tone_of
from .vocals import vocals_of
from .warming import cold, warm_up

Progress = Callable[[float, str], None]
_FIXED_STEP_S = 0.5  # chords are looked for on this grid where no beat is known
_CLIPPED_SHARE = 1e-3
_NOTHING_DBFS = -80.0  # dither and the noise of converters lie below


def analyse(
    blocks: SampleBlocks,
    *,
    loudness: Callable[[], Loudness],
    progress: Progress | None = None,
    corrections: Corrections | None = None,
) -> AudioAnalysis:
    """Analyse a song in one pass over its sample blocks.

    Parameters
    ----------
    blocks : SampleBlocks
        Sample blocks, float32 [shape=(n, channels)] at native rate.
    loudness : callable
        Called once after the pass; the same blocks were metered elsewhere meanwhile.
    progress : callable
        Told the share done, 0..1, and what is being done.
    corrections : Corrections
        What a person knows better about the beat.
    """
    tell = progress or (lambda _share, _what: None)
    if cold():
        tell(0.0, "compiling, once")
        warm_up()
    intake, features = _listen(blocks, tell)
    tell(0.90, "finding the beat")
    loudest = float(intake.levels_db().max(initial=-np.inf))
    grid = grid_of(features, corrections) if loudest > _NOTHING_DBFS else no_grid()
    tell(0.93, "finding sections, key and voice")
    level = loudness()
    duration = intake.duration_s
    at = np.clip(
        np.arange(len(features.glide)) * MEL_FPS // int(TONE_FPS), 0, len(features.levels) - 1
    )
    vocals, sure = vocals_of(features.glide, features.levels[at, 1], TONE_FPS, duration)
    sections, changes = sections_of(features, grid, vocals, duration)
    bands = bands_of(features)
    edges, down = _stretches(grid, duration)
    tone = tone_of(
        features.pitch, features.chroma, features.tonality, fps=TONE_FPS, edges_s=edges, down=down
    )
    silence = intake.silence()
    swell = envelope(features.levels[:, 3])
    tell(1.0, "analysed")
    return AudioAnalysis(
        sample_rate=intake.sample_rate,
        channels=intake.channels,
        duration_s=duration,
        grid=grid,
        sections=sections,
        bands=bands,
        loudness_envelope=swell,
        tone=tone,
        loudness=level,
        mood=mood_of(features, grid, tone, level, bands, duration),
        spectrum=spectrum_of(features, level, _clipped(intake)),
        silence=silence,
        vocals=vocals,
        vocal_confidence=sure,
        phrases_s=phrases_of(swell, bands, changes, silence, duration),
        harmonic_rhythm=harmonic_rhythm(tone.chords),
        events=events_of(features, grid, tuple(s.start_s for s in sections[1:]), duration),
        energy_arc=energy_arc_of(features, grid, duration),
        bass_envelope=bass_envelope(features.levels[:, 0]),
        warnings=_warnings(intake, grid, silence),
    )


def _listen(blocks: SampleBlocks, tell: Progress) -> tuple[Intake, Features]:
    intake, front = Intake(blocks.sample_rate, blocks.channels), FrontEnd()
    seen, expected = 0, getattr(blocks, "duration_s", None)
    for block in blocks:
        for mono in intake.push(block):
            front.push(mono)
        seen += len(block)
        done = seen / blocks.sample_rate
        share = done / expected if expected else done / (done + 120.0)
        tell(0.9 * min(1.0, share), "listening")
    front.push(intake.finish())
    return intake, front.finish()


def _stretches(grid: Grid, duration_s: float) -> tuple[np.ndarray, np.ndarray]:
    """Beats, or half seconds, that chords are looked for in, and which of them begin a bar."""
    if grid.reliable:
        edges = np.array([0.0, *(b.time_s for b in grid.beats if b.time_s > 0.05), duration_s])
        down = np.array([False, *(b.position == 1 for b in grid.beats if b.time_s > 0.05)])
        return edges, down
    edges = np.append(np.arange(0.0, duration_s, _FIXED_STEP_S), duration_s)
    return edges, np.zeros(len(edges) - 1, dtype=bool)


def _clipped(intake: Intake) -> float:
    return intake.clipped / max(1, intake.samples * intake.channels)


def _warnings(intake: Intake, grid: Grid, silence: tuple[Interval, ...]) -> tuple[str, ...]:
    out = []
    quiet = sum(s.end_s - s.start_s for s in silence)
    duration = intake.duration_s
    if intake.samples == 0:
        out.append("The file holds no samples; there is nothing to follow.")
    elif grid.verdict == "none" and quiet >= 0.95 * duration:
        out.append("The whole song is silent; it is cut into even phrases instead of on beats.")
    elif grid.verdict == "none":
        out.append(
            "No steady beat was found; cuts follow phrases, strong onsets and changes of sound."
        )
    elif grid.verdict == "loose":
        out.append("The beat is loose; some cuts may sit beside it.")
    if grid.reliable and quiet >= 0.95 * duration:
        out.append("The whole song is very quiet, under -60 dBFS.")
    if intake.bad_samples:
        out.append(f"{intake.bad_samples} samples were no numbers and were taken as silence.")
    if _clipped(intake) > _CLIPPED_SHARE:
        out.append("The recording is clipped; its loudest samples are at full scale.")
    if intake.used_one_channel:
        out.append("Mixed to mono the song nearly vanishes; the analysis follows one channel.")
    if intake.sample_rate < RATE // 2 + 1:
        out.append(
            f"The sample rate is only {intake.sample_rate} Hz; what lies above "
            f"{intake.sample_rate // 2} Hz cannot be heard."
        )
    return tuple(out)
