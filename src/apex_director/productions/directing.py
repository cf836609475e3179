"""The storyboard of a request: a person's own plan, or one made from the music; in any aspect."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from pathlib import Path

from apex_director import cinematography, video
from apex_director.audio.model import AudioAnalysis
from apex_director.cinematography.model import Brief, Format, Storyboard, TitleCard
from apex_director.core.errors import PlanInvalid
from apex_director.core.time import frames_for

from .given import LONGEST_CARD, plan_from
from .request import MusicVideoRequest, delivery_of
from .singing import Sung, kept_lrc, sung

MOST_LETTERS = 12  # that are told of those no font draws
THOUGHT_IN = (1920, 1080)
"""Plans are thought of in 16:9, so that one song gives one film in every aspect."""


def _named_plan(request: MusicVideoRequest, analysis: AudioAnalysis) -> Storyboard:
    """A person's plan, fitted to the picture size asked for; its rate and cuts stay.

    Raises
    ------
    PlanInvalid
        It has errors, or was made for another song.
    """
    path = Path(request.plan_path)
    storyboard = plan_from(path)
    rate = storyboard.format.rate
    wanted = frames_for(analysis.duration_s, rate)
    if abs(storyboard.format.total_frames - wanted) > 1:
        raise PlanInvalid(
            f"it plans {storyboard.format.total_frames} frames and the song needs {wanted}",
            where=str(path),
            what_to_do="Use the plan with the song it was made for, or plan again.",
        )
    if request.target_fps and delivery_of(request).rate != rate:
        raise PlanInvalid(
            f"it is cut at {rate} frames per second",
            where=str(path),
            what_to_do="Leave --fps out, or plan again at the new rate.",
        )
    size = delivery_of(request).size
    return cinematography.reframed(storyboard, size.width, size.height)


def _one_line(text: str) -> str:
    """A title as it can be set: no line breaks, nothing that is no character, not without end."""
    shown = "".join(" " if unicodedata.category(c) == "Cc" else c for c in text)
    return " ".join(shown.split())[:LONGEST_CARD]


def _cards(sung: Sung, request: MusicVideoRequest, fmt: Format) -> tuple[TitleCard, ...]:
    return video.lyric_cards(
        sung.shown,
        fmt.rate,
        fmt.total_frames,
        karaoke=request.karaoke,
        nudge_s=request.lyrics_nudge_s,
        burn=request.burn_lyrics and sung.drawn,
    )


def _with_lyrics(storyboard: Storyboard, request: MusicVideoRequest, sung: Sung) -> Storyboard:
    """A person's plan with the lyrics they name beside it, in place of any it held."""
    cards = _cards(sung, request, storyboard.format)
    if not cards:
        return storyboard if request.burn_lyrics else _unburnt(storyboard)
    kept = tuple(card for card in storyboard.titles if card.role == "title")
    return replace(storyboard, titles=tuple(sorted((*kept, *cards), key=lambda c: c.start)))


def _unburnt(storyboard: Storyboard) -> Storyboard:
    """The plan with its lyrics for the side files alone."""
    cards = (c if c.role == "title" else replace(c, role="caption") for c in storyboard.titles)
    return replace(storyboard, titles=tuple(cards))


def direct(
    request: MusicVideoRequest, analysis: AudioAnalysis, tags: dict[str, str]
) -> tuple[Storyboard, str]:
    """The storyboard for a request, the person's own plan or one made from the music; and the text
    of an LRC file where its lyrics had to be aligned.
    """
    title = _one_line(request.song_title or tags.get("title", ""))
    artist = _one_line(request.artist_name or tags.get("artist", ""))
    words = sung(request, analysis, title=title, artist=artist)
    storyboard = _directed(request, analysis, (title, artist), words)
    lost = "".join(
        dict.fromkeys(
            video.undrawable("".join(c.text + c.subtext for c in storyboard.titles if _drawn(c)))
        )
    )
    told = [*words.warnings]
    if lost:
        told.append(f"no font here draws {lost[:MOST_LETTERS]}; install Noto Sans CJK to have it "
                    "drawn")  # fmt: skip
    kept = tuple(w for w in storyboard.warnings if w not in told)
    aligned = words.lrc
    if not aligned and request.plan_path and not request.lyrics_path:
        aligned = kept_lrc(Path(request.plan_path))
    return replace(storyboard, warnings=(*kept, *told)), aligned


def _drawn(card: TitleCard) -> bool:
    return card.role != "caption"


def _directed(
    request: MusicVideoRequest, analysis: AudioAnalysis, names: tuple[str, str], words: Sung
) -> Storyboard:
    if request.plan_path:
        return _with_lyrics(_named_plan(request, analysis), request, words)
    delivery = delivery_of(request)
    width, height = THOUGHT_IN
    fmt = Format(
        width=width,
        height=height,
        rate=delivery.rate,
        total_frames=frames_for(analysis.duration_s, delivery.rate),
    )
    brief = Brief(
        title=names[0],
        artist=names[1],
        genre=request.genre,
        concept=request.concept,
        style=request.director_style,
        palette=request.color_palette,
        seed=request.seed,
        max_shots=request.max_shots,
        shots_per_minute=request.shots_per_minute,
    )
    storyboard = cinematography.plan(brief, analysis, fmt, _cards(words, request, fmt))
    return cinematography.reframed(storyboard, delivery.size.width, delivery.size.height)
