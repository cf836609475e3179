"""The storyboard of a request: a person's own plan, or one made from the music; in any aspect."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from pathlib import Path

from apex_director import cinematography, video
from apex_director.audio.model import AudioAnalysis
from apex_director.cinematography.model import Brief, Format, Storyboard, TitleCard
from apex_director.cinematography.schema import from_json
from apex_director.core.errors import InputUnusable, PlanInvalid
from apex_director.core.time import frames_for

from .request import MusicVideoRequest, delivery_of

MOST_LETTERS = 12  # that are told of those no font draws
LONGEST_CARD = 300  # characters; nobody can read more on a title card
THOUGHT_IN = (1920, 1080)
"""Plans are thought of in 16:9, so that one song gives one film in every aspect."""
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def _named_plan(request: MusicVideoRequest, analysis: AudioAnalysis) -> Storyboard:
    """A person's plan, fitted to the picture size asked for; its rate and cuts stay.

    Raises
    ------
    PlanInvalid
        It has errors, or was made for another song.
    """
    path = Path(request.plan_path)
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-16" if raw[:2] in _UTF16_MARKS else "utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PlanInvalid(
            "the plan cannot be read as text", where=str(path), what_to_do="Give a JSON plan."
        ) from error
    storyboard = from_json(text, where=str(path))
    for index, card in enumerate(storyboard.titles):
        if max(len(card.text), len(card.subtext)) > LONGEST_CARD:
            raise PlanInvalid(
                f"{max(len(card.text), len(card.subtext))} characters are too many for a card",
                where=f"{path}: titles[{index}]",
                what_to_do=f"Give {LONGEST_CARD} at most.",
            )
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


def _text_of(path: Path) -> str:
    """A text file's words, whatever encoding a person's editor left it in."""
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "utf-16" if raw[:2] in _UTF16_MARKS else "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def _one_line(text: str) -> str:
    """A title as it can be set: no line breaks, nothing that is no character, not without end."""
    shown = "".join(" " if unicodedata.category(c) == "Cc" else c for c in text)
    return " ".join(shown.split())[:LONGEST_CARD]


def _lyric_cards(request: MusicVideoRequest, fmt: Format) -> tuple[TitleCard, ...]:
    if not request.lyrics_path:
        return ()
    path = Path(request.lyrics_path)
    try:
        lines = video.parse_lyrics(_text_of(path), path.suffix.lower())
    except InputUnusable as error:
        place = error.where.removeprefix("lyrics")
        raise InputUnusable(
            error.what, where=f"{path}{place}", what_to_do=error.what_to_do
        ) from error
    longest = max(len(line.text) for line in lines)
    if longest > LONGEST_CARD:
        raise InputUnusable(
            f"a line of {longest} characters is too long to show",
            where=str(path),
            what_to_do=f"Break it into lines of {LONGEST_CARD} at most, each with its time.",
        )
    return video.lyric_cards(
        lines,
        fmt.rate,
        fmt.total_frames,
        karaoke=request.karaoke,
        nudge_s=request.lyrics_nudge_s,
        burn=request.burn_lyrics,
    )


def _with_lyrics(storyboard: Storyboard, request: MusicVideoRequest) -> Storyboard:
    """A person's plan with the lyrics they name beside it, in place of any it held."""
    cards = _lyric_cards(request, storyboard.format)
    if not cards:
        return storyboard if request.burn_lyrics else _unburnt(storyboard)
    kept = tuple(card for card in storyboard.titles if card.role == "title")
    return replace(storyboard, titles=tuple(sorted((*kept, *cards), key=lambda c: c.start)))


def _unburnt(storyboard: Storyboard) -> Storyboard:
    """The plan with its lyrics for the side files alone."""
    cards = (c if c.role == "title" else replace(c, role="caption") for c in storyboard.titles)
    return replace(storyboard, titles=tuple(cards))


def direct(request: MusicVideoRequest, analysis: AudioAnalysis, tags: dict[str, str]) -> Storyboard:
    """The storyboard for a request: the person's own plan, or one made from the music."""
    storyboard = _directed(request, analysis, tags)
    lost = "".join(
        dict.fromkeys(
            video.undrawable("".join(c.text + c.subtext for c in storyboard.titles if _drawn(c)))
        )
    )
    if not lost:
        return storyboard
    told = f"no font here draws {lost[:MOST_LETTERS]}; install Noto Sans CJK to have it drawn"
    kept = tuple(w for w in storyboard.warnings if w != told)
    return replace(storyboard, warnings=(*kept, told))


def _drawn(card: TitleCard) -> bool:
    return card.role != "caption"


def _directed(
    request: MusicVideoRequest, analysis: AudioAnalysis, tags: dict[str, str]
) -> Storyboard:
    if request.plan_path:
        return _with_lyrics(_named_plan(request, analysis), request)
    delivery = delivery_of(request)
    width, height = THOUGHT_IN
    fmt = Format(
        width=width,
        height=height,
        rate=delivery.rate,
        total_frames=frames_for(analysis.duration_s, delivery.rate),
    )
    brief = Brief(
        title=_one_line(request.song_title or tags.get("title", "")),
        artist=_one_line(request.artist_name or tags.get("artist", "")),
        genre=request.genre,
        concept=request.concept,
        style=request.director_style,
        palette=request.color_palette,
        seed=request.seed,
        max_shots=request.max_shots,
        shots_per_minute=request.shots_per_minute,
    )
    storyboard = cinematography.plan(brief, analysis, fmt, _lyric_cards(request, fmt))
    return cinematography.reframed(storyboard, delivery.size.width, delivery.size.height)
