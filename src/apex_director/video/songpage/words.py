"""What the page says in words."""

from __future__ import annotations

from apex_director.audio.model import AudioAnalysis, Grid, Section, Tone
from apex_director.core.time import clock

NOTES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_FLAT = {"C#": "Db", "D#": "Eb", "F#": "Gb", "G#": "Ab", "A#": "Bb"}
_SHARP = {flat: sharp for sharp, flat in _FLAT.items()}
_FLAT_MAJORS = frozenset({5, 10, 3, 8, 1})  # F, Bb, Eb, Ab, Db: the circle of fifths leftwards
_CHORDS = 6
_SWUNG, _SHUFFLE = 0.54, 0.63


def section_words(section: Section, analysis: AudioAnalysis) -> tuple[str, ...]:
    """A section's caption, from the longest wording to the shortest."""
    name = section.label.replace("_", "-").capitalize()
    bars = _bars_in(section, analysis.grid)
    length = f"{bars} bar{'s' if bars != 1 else ''}" if bars else f"{section.duration_s:.0f} s"
    return (
        f"{section.group}  {name} · {length}",
        f"{section.group}  {name}",
        f"{section.group}",
    )


def _bars_in(section: Section, grid: Grid) -> int:
    """How many bars begin in a section; 0 where there is no grid."""
    if not grid.reliable:
        return 0
    return sum(1 for t in grid.downbeats if section.start_s - 0.1 <= t < section.end_s - 0.1)


def chord_name(name: str, *, flats: bool = False) -> str:
    """``A:min`` as a lead sheet writes it, ``Am``; ``N.C.`` where no chord is heard."""
    root, _, quality = name.partition(":")
    if root in {"", "N", "X"}:
        return "N.C."
    spelled = (_FLAT if flats else _SHARP).get(root, root)
    return spelled + ("m" if quality == "min" else "")


def longest_chords(tone: Tone) -> str:
    """The chords that last longest in all, the longest first."""
    lasting: dict[str, float] = {}
    for chord in tone.chords:
        name = chord_name(chord.name, flats=in_flats(tone))
        if name != "N.C.":
            lasting[name] = lasting.get(name, 0.0) + chord.end_s - chord.start_s
    return " ".join(sorted(lasting, key=lambda name: -lasting[name])[:_CHORDS])


def in_flats(tone: Tone) -> bool:
    """Whether the key is written with flats."""
    if tone.tonic is None:
        return False
    major = tone.tonic if tone.mode == "major" else (tone.tonic + 3) % 12
    return major in _FLAT_MAJORS


def facts(analysis: AudioAnalysis) -> tuple[tuple[str, str, str], ...]:
    """Name, value and small print of what is told at the head of a page."""
    return (
        ("length", clock(analysis.duration_s), ""),
        _tempo(analysis.grid),
        _metre(analysis.grid),
        _key(analysis),
        _loudness(analysis),
        _mood(analysis),
        _voice(analysis),
        _trust(analysis.grid),
    )


def _tempo(grid: Grid) -> tuple[str, str, str]:
    if not grid.reliable or grid.bpm is None:
        return ("tempo", "none", "no steady beat")
    others = sorted(grid.alternatives, key=lambda a: -a.confidence)[:2]
    said = ", ".join(_tapped(a.bpm, grid.bpm) for a in sorted(others, key=lambda a: a.bpm))
    return ("tempo", f"{grid.bpm:.1f} BPM", f"or {said}" if said else "")


def _tapped(bpm: float, beside: float) -> str:
    """Another tempo, and how a person would come to tap it."""
    ratio = bpm / beside
    how = " at half" if 0.45 < ratio < 0.55 else " at double" if 1.9 < ratio < 2.1 else ""
    return f"{bpm:.1f}{how}"


def _metre(grid: Grid) -> tuple[str, str, str]:
    if not grid.reliable:
        return ("metre", "–", "")
    return ("metre", metre(grid), swing_words(grid.swing))


def metre(grid: Grid) -> str:
    """``4/4``, or ``6/8`` where beats part into three."""
    return f"{3 * grid.meter}/8" if grid.compound else f"{grid.meter}/4"


def swing_words(swing: float | None) -> str:
    """How the off-beat lies, as musicians say it."""
    if swing is None:
        return ""
    if swing >= _SHUFFLE:
        return f"shuffle ({swing:.0%})"
    return f"light swing ({swing:.0%})" if swing >= _SWUNG else "straight"


def _key(analysis: AudioAnalysis) -> tuple[str, str, str]:
    tone = analysis.tone
    if tone.tonic is None:
        return ("key", "none", "")
    sure = "sure" if tone.confidence >= 0.6 else "likely" if tone.confidence >= 0.3 else "a guess"
    return ("key", f"{NOTES[tone.tonic]} {tone.mode}", sure)


def _loudness(analysis: AudioAnalysis) -> tuple[str, str, str]:
    loud = analysis.loudness
    if loud.integrated_lufs is None:
        return ("loudness", "–", "too quiet to gate")
    small = []
    if loud.range_lu is not None:
        small.append(f"range {loud.range_lu:.1f} LU")
    if loud.true_peak_dbtp is not None:
        small.append(f"peak {loud.true_peak_dbtp:+.1f} dBTP")
    return ("loudness", f"{loud.integrated_lufs:.1f} LUFS", ", ".join(small))


def _mood(analysis: AudioAnalysis) -> tuple[str, str, str]:
    mood = analysis.mood
    figures = f"valence {mood.valence:.2f}, arousal {mood.arousal:.2f}"
    return ("mood", mood_word(mood.valence, mood.arousal), figures)


def mood_word(valence: float, arousal: float) -> str:
    """The corner of Russell's circle a mood lies in."""
    if abs(valence - 0.5) < 0.12 and abs(arousal - 0.5) < 0.12:
        return "balanced"
    if arousal >= 0.5:
        return "bright, driven" if valence >= 0.5 else "tense, driven"
    return "calm, warm" if valence >= 0.5 else "dark, quiet"


def _voice(analysis: AudioAnalysis) -> tuple[str, str, str]:
    sung = sum(v.end_s - v.start_s for v in analysis.vocals)
    share = sung / max(analysis.duration_s, 1e-6)
    return ("voice", f"{share:.0%}" if share > 0.005 else "none heard", "likely" if sung else "")


def _trust(grid: Grid) -> tuple[str, str, str]:
    return ("grid", grid.verdict, f"trust {grid.trust:.2f}")
