"""Title cards, lyrics and what a person should be told of a plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from apex_director.audio.model import AudioAnalysis
from apex_director.core.time import frame_at

from .form import Stretch
from .lexicon import Concept
from .model import Brief, Format, TitleCard

TITLE_AT_S, TITLE_S = 0.5, 3.5
SHORT_SONG_S = 10.0  # below it the title takes a share of the song


def title_cards(brief: Brief, fmt: Format) -> tuple[TitleCard, ...]:
    """The title and the artist near the beginning; none without a name."""
    text, subtext = brief.title.strip(), brief.artist.strip()
    if not text and not subtext:
        return ()
    if not text:
        text, subtext = subtext, ""
    rate, total = fmt.rate, fmt.total_frames
    share = min(1.0, float(total / rate) / SHORT_SONG_S)
    start = min(frame_at(TITLE_AT_S * share, rate), total - 1)
    end = min(total, start + max(1, frame_at(TITLE_S * max(share, 0.15), rate)))
    return (TitleCard(start=start, end=end, text=text, subtext=subtext, role="title"),)


def lyric_cards(cards: Sequence[TitleCard], fmt: Format) -> tuple[TitleCard, ...]:
    """Lyric cards with words, cut to the video."""
    kept = (
        replace(c, start=max(0, c.start), end=min(c.end, fmt.total_frames))
        for c in cards
        if c.text.strip()
    )
    return tuple(c for c in kept if c.start < c.end)


def warnings_of(
    brief: Brief,
    analysis: AudioAnalysis,
    form: Sequence[Stretch],
    concept: Concept,
    subjects: Iterable[str],
) -> tuple[str, ...]:
    """What a person should know of the plan, beside what the look told; ``subjects`` are those of
    its shots.
    """
    told = []
    if analysis.grid.verdict == "none":  # in the ear's own words, so that a person reads it once
        told.append(
            "No steady beat was found; cuts follow phrases, strong onsets and changes of sound."
        )
    groups = len({s.group for s in form})
    cap = brief.max_shots
    if cap and cap < groups:
        told.append(
            f"--max-shots {cap} is less than the song's {groups} motifs, so sections share "
            "pictures."
        )
    if concept.subjects:
        shown = Counter(subjects)
        lost = [s for s in concept.subjects if s not in {"none", *shown}]
        if lost:
            told.append(
                f"The figure of the film is the {shown.most_common(1)[0][0]}; "
                f"{', '.join(lost)} of the concept could not be shown as well."
            )
    return tuple(told)
