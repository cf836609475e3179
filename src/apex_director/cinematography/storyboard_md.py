"""The storyboard as a page to read: treatment, song facts, sections, every shot and why."""

from __future__ import annotations

from collections.abc import Sequence

from apex_director.audio.model import AudioAnalysis
from apex_director.core.time import duration_words, seconds_at, timecode

from .model import Act, SectionPlan, Shot, Storyboard, TransitionKind

PITCHES = ("C", "C sharp", "D", "E flat", "E", "F", "F sharp", "G", "A flat", "A", "B flat", "B")


def to_markdown(storyboard: Storyboard, analysis: AudioAnalysis | None = None) -> str:
    """The page in Markdown; with the analysis also the song's facts, and lengths in beats."""
    blocks = [
        _head(storyboard),
        _treatment(storyboard),
        _acts(storyboard),
        _motifs(storyboard),
        _script(storyboard),
        _bible(storyboard),
        _song(storyboard, analysis),
        _arc(storyboard),
        *(_section(storyboard, section, analysis) for section in storyboard.sections),
        _pictures(storyboard),
        _texts(storyboard),
        _warnings(storyboard),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _head(storyboard: Storyboard) -> str:
    title = storyboard.title or "Untitled"
    by = f" by {storyboard.artist}" if storyboard.artist else ""
    fmt = storyboard.format
    length = duration_words(float(seconds_at(fmt.total_frames, fmt.rate)))
    counts = f"{len(storyboard.shots)} shots of {len(storyboard.pictures)} pictures"
    return (
        f"# Storyboard: {_plain(title + by)}\n\n"
        f"{length} at {fmt.width}x{fmt.height}, {_rate(storyboard)} frames per second; {counts}; "
        f"seed {storyboard.seed}."
    )


def _rate(storyboard: Storyboard) -> str:
    rate = storyboard.format.rate
    return str(rate.numerator) if rate.denominator == 1 else f"{float(rate):.3f}"


def _treatment(storyboard: Storyboard) -> str:
    style = f", after {storyboard.style.replace('_', ' ')}" if storyboard.style else ""
    grade = storyboard.grade
    return "\n".join(
        [
            "## Treatment",
            "",
            " ".join(filter(None, [_plain(storyboard.logline), _plain(storyboard.treatment.theme)]))
            or "No logline.",
            "",
            f"- **Genre**: {_plain(storyboard.genre.replace('_', ' ') + style)}",
            f"- **Palette**, dark to light: {_colours(storyboard.palette)}",
            f"- **Light**: {_light(storyboard)}",
            f"- **Finish**: saturation {grade.saturation:.2f}, vignette {grade.vignette:.2f}, "
            f"grain {grade.grain:.2f}, bloom {grade.bloom:.2f}; "
            f"reacts to the music at {storyboard.reactivity:.2f}",
        ]
    )


def _acts(storyboard: Storyboard) -> str:
    """What each act does and where it turns, in words and in the numbers its pictures follow."""
    rate, rows = storyboard.format.rate, []
    for act in storyboard.treatment.acts:
        span = f"{timecode(act.start, rate)} to {timecode(act.end, rate)}"
        rows.append(
            [
                f"{act.number}. {act.title}, {span}",
                f"{act.intent} ({_effects(act)})",
                f"{timecode(act.turn, rate)}: {act.turning_point}",
            ]
        )
    return "## Acts\n\n" + _table(["Act", "What it does", "Turns"], rows) if rows else ""


def _effects(act: Act) -> str:
    """An act's numbers as one would say them on the set."""
    sizes = "closer" if act.tightness > 0 else "wider" if act.tightness < 0 else ""
    told = [
        f"shots {abs(act.tightness):.2g} sizes {sizes}" if sizes else "",
        _percent(act.pace, "longer", "shorter", "shots"),
        _percent(act.density, "more", "fewer", "pictures"),
        _percent(act.strength, "stronger", "weaker", "colours"),
        f"light {act.lift:+.3f}" if act.lift else "",
    ]
    return ", ".join(filter(None, told)) or "as the song has it"


def _percent(factor: float, more: str, less: str, noun: str) -> str:
    change = round(100 * (factor - 1.0))
    if not change:
        return ""
    return f"{noun} {abs(change)} % {more if change > 0 else less}"


def _motifs(storyboard: Storyboard) -> str:
    names = {s.section_id: _name(s) for s in storyboard.sections}
    rows = [
        [
            f"{motif.name} ({motif.family.replace('_', ' ')})",
            motif.meaning,
            "; ".join(
                f"{names.get(r.section_id, r.section_id)}: {r.change}" for r in motif.returns
            ),
        ]
        for motif in storyboard.treatment.motifs
    ]
    heads = ["Motif", "Stands for", "What becomes of it"]
    return "## Motifs\n\n" + _table(heads, rows) if rows else ""


def _script(storyboard: Storyboard) -> str:
    names = {s.section_id: _name(s) for s in storyboard.sections}
    rows = [
        [names.get(step.section_id, step.section_id), _colours(step.colours), step.why]
        for step in storyboard.treatment.palette_script
    ]
    return "## Palette script\n\n" + _table(["Section", "Colours", "Why"], rows) if rows else ""


def _bible(storyboard: Storyboard) -> str:
    """What stays the same: style, light, camera, figures and places."""
    bible = storyboard.bible
    if not bible.overall_style:
        return ""
    roles = bible.color_palette
    named = [
        f"{name} `{colour}`"
        for name, colour in (
            ("primary", roles.primary),
            ("secondary", roles.secondary),
            ("accent", roles.accent),
            ("neutral", roles.neutral),
        )
        if colour
    ]
    figures = [f"{_plain(c.name)}: {_plain(c.words)}; {_plain(c.look)}" for c in bible.characters]
    return "\n".join(
        [
            "## Style bible",
            "",
            f"- **Style**: {_plain(bible.overall_style)}",
            f"- **Colours**: {', '.join(named)}; skin {_colours(roles.skin_tones)}",
            f"- **Light**: {_plain(bible.lighting_profile)}",
            f"- **Camera**: {_plain(bible.camera_profile)}",
            f"- **Moods**: {', '.join(bible.mood_descriptors)}",
            *(f"- **Figure**: {figure}" for figure in figures),
            f"- **Places**: {'; '.join(_plain(p.name) for p in bible.places)}",
        ]
    )


def _name(section: SectionPlan) -> str:
    return f"{section.label.replace('_', '-')} ({section.section_id})"


def _light(storyboard: Storyboard) -> str:
    """The hours the film goes through, in the order of its shots."""
    hours = {p.picture_id: p.time_of_day for p in storyboard.pictures}
    seen = [hours.get(s.picture_id, "") for s in storyboard.shots]
    way = [hour for i, hour in enumerate(seen) if hour and (i == 0 or seen[i - 1] != hour)]
    return " to ".join(dict.fromkeys(hour.replace("_", " ") for hour in way)) or "as planned"


def _song(storyboard: Storyboard, analysis: AudioAnalysis | None) -> str:
    grid = {
        "firm": "cuts lie on its beats and bar lines",
        "loose": "its beat wavers; cuts lie on its beats",
        "none": "no steady beat, so cuts follow phrases and strong sounds",
    }[storyboard.grid_verdict]
    if analysis is None:
        return f"## The song\n\n- **Grid**: {storyboard.grid_verdict}; {grid}"
    bpm, tone = analysis.grid.bpm, analysis.tone
    tempo = f"{bpm:.1f} beats per minute in {analysis.grid.meter}" if bpm else "no tempo"
    key = (
        f"{PITCHES[tone.tonic % 12]} {tone.mode or ''}".strip()
        if tone.tonic is not None
        else ("no key")
    )
    loud = analysis.loudness.integrated_lufs
    said = f"{loud:.1f} LUFS" if loud is not None else "too quiet to measure"
    return "\n".join(
        [
            "## The song",
            "",
            f"- **Tempo**: {tempo} (trust {analysis.grid.trust:.2f}: {grid})",
            f"- **Key**: {key}",
            f"- **Mood**: valence {analysis.mood.valence:.2f}, arousal {analysis.mood.arousal:.2f}",
            f"- **Loudness**: {said}",
        ]
    )


def _arc(storyboard: Storyboard) -> str:
    rows = [
        [
            timecode(s.start, storyboard.format.rate),
            s.label.replace("_", "-"),
            s.group,
            _bar(s.energy),
            s.motif,
            s.family.replace("_", " "),
            s.note,
        ]
        for s in storyboard.sections
    ]
    heads = ["From", "Section", "Repeat", "Energy", "Motif", "World", "What we see"]
    return "## Arc\n\n" + _table(heads, rows)


def _bar(energy: float) -> str:
    return "█" * max(1, round(energy * 8)) + f" {energy:.2f}"


def _section(storyboard: Storyboard, section: SectionPlan, analysis: AudioAnalysis | None) -> str:
    shots = [s for s in storyboard.shots if s.section_id == section.section_id]
    if not shots:
        return ""
    prompts = {p.picture_id: p.prompt for p in storyboard.pictures}
    seen: set[str] = set()
    rows = []
    for shot in shots:
        first = shot.picture_id not in seen
        seen.add(shot.picture_id)
        prompt = (
            f"{shot.picture_id}: {prompts.get(shot.picture_id, '')}"
            if first
            else (f"{shot.picture_id} again")
        )
        rows.append(
            [
                shot.shot_id,
                timecode(shot.start, storyboard.format.rate),
                _length(shot, storyboard, analysis),
                shot.size.value.replace("_", " ") + f" ({shot.lens_mm} mm)",
                shot.move.value.replace("_", " "),
                _join(shot),
                prompt,
                shot.reason,
            ]
        )
    name = f"{section.label.replace('_', '-').capitalize()} ({section.section_id})"
    heads = ["Shot", "At", "Length", "Size", "Move", "Begins with", "Picture", "Why"]
    return f"## {_plain(name)}\n\n{_plain(section.note.capitalize())}.\n\n" + _table(heads, rows)


def _length(shot: Shot, storyboard: Storyboard, analysis: AudioAnalysis | None) -> str:
    seconds = float(shot.frames / storyboard.format.rate)
    bpm = analysis.grid.bpm if analysis and analysis.grid.reliable else None
    if not bpm:
        return f"{seconds:.2f} s"
    beats = seconds * bpm / 60
    whole = round(beats)
    text = str(whole) if abs(beats - whole) < 0.15 and whole else f"{beats:.1f}"
    return f"{text} {'beat' if text == '1' else 'beats'}, {seconds:.2f} s"


def _join(shot: Shot) -> str:
    if shot.transition.kind is TransitionKind.CUT:
        return "cut"
    return f"{shot.transition.kind.value.replace('_', ' ')}, {shot.transition.frames} frames"


def _pictures(storyboard: Storyboard) -> str:
    rows = [
        [
            p.picture_id,
            p.motif,
            p.time_of_day.replace("_", " "),
            p.weather,
            p.mood,
            p.subject,
            p.lighting.replace("_", " "),
            _colours(p.palette),
            str(sum(s.picture_id == p.picture_id for s in storyboard.shots)),
        ]
        for p in storyboard.pictures
    ]
    heads = ["Picture", "Motif", "Hour", "Weather", "Mood", "Subject", "Light", "Palette", "Shots"]
    return "## Pictures\n\n" + _table(heads, rows)


def _texts(storyboard: Storyboard) -> str:
    rows = [
        [
            timecode(c.start, storyboard.format.rate),
            c.role,
            " / ".join(filter(None, [c.text, c.subtext])),
        ]
        for c in storyboard.titles
    ]
    return "## Titles and lyrics\n\n" + _table(["At", "Kind", "Text"], rows) if rows else ""


def _warnings(storyboard: Storyboard) -> str:
    if not storyboard.warnings:
        return ""
    return "## Warnings\n\n" + "\n".join(f"- {_plain(w)}" for w in storyboard.warnings)


def _colours(palette: Sequence[str]) -> str:
    return " ".join(f"`{c}`" for c in palette) or "the place's own"


def _plain(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    line = " ".join(text.split())
    for sign in ("\\", "|", "<", "*", "`", "["):
        line = line.replace(sign, f"\\{sign}" if sign != "<" else "&lt;")
    return line


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cells) + " |"

    body = [line([_cell(c) for c in row]) for row in rows]
    return "\n".join([line(heads), line(["---"] * len(heads)), *body])


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
