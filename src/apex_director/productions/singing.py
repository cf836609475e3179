"""The lyrics of a request on their way into the picture: timed ones as they are, pasted ones
aligned to the song, and a file in which a person corrects what was guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count, groupby, pairwise
from pathlib import Path

from apex_director import audio, media, video
from apex_director.audio.model import AudioAnalysis
from apex_director.video.model import LyricLine

from .given import LONGEST_CARD, decoded, lyrics_from
from .request import MusicVideoRequest

FILE = "lyrics.lrc"
"""What the lines of pasted lyrics are written to, beside the plan and the video."""
PREVIOUS = "lyrics.previous.lrc"
NOTE = "aligned by ear; correct the times, then give it back with --lyrics lyrics.lrc"
SURE = 0.4
"""A line less sure than this never stands alone as if it were known."""
BLOCK_LINES, BLOCK_LETTERS = 4, 140
"""What is shown together at most where single lines cannot be placed."""
READ_S = 1.2
"""A line takes this long to read; where all the words cannot be read in time none are drawn."""
BETWEEN = " / "


@dataclass(frozen=True, kw_only=True)
class Sung:
    """Lyrics with times: ``shown`` as they are drawn, ``lrc`` to be corrected (empty where they
    came with their times), and what a person should know; ``drawn`` is False where they can only
    be side files.
    """

    shown: tuple[LyricLine, ...] = ()
    lrc: str = ""
    warnings: tuple[str, ...] = ()
    drawn: bool = True


def sung(request: MusicVideoRequest, analysis: AudioAnalysis, *, title: str, artist: str) -> Sung:
    """The lyrics of a request with their times in the song; none where none are given.

    Raises
    ------
    InputUnusable
        They cannot be read.
    """
    if not request.lyrics_path:
        return Sung()
    given = lyrics_from(Path(request.lyrics_path))
    if given.lines:
        return Sung(shown=given.lines)
    verses = audio.read_verses(given.text)
    song = Path(request.audio_path)
    voice = _voice_in(str(song), song.stat().st_mtime_ns) if song.is_file() else None
    lines = audio.align(verses, analysis, voice=voice)
    single = [
        LyricLine(start_s=a.start_s, end_s=a.end_s, text=a.text, loose=a.confidence < SURE)
        for a in lines
    ]
    hurried = len(lines) * READ_S > analysis.duration_s
    return Sung(
        shown=tuple(_shown(lines)),
        lrc=video.lyrics_lrc(single, title=title, artist=artist, note=NOTE),
        warnings=tuple(_warnings(lines, analysis, hurried=hurried)),
        drawn=not hurried,
    )


@lru_cache(maxsize=2)
def _voice_in(song: str, stamp: int) -> audio.Voice:
    """Where a voice is heard in a song, kept while its file stays as it is."""
    return audio.voice_of(media.samples(Path(song)))


def _shown(lines: Sequence[audio.AlignedLine]) -> Iterator[LyricLine]:
    """Sure lines by themselves; unsure neighbours of a stanza together, over all their time."""
    for (sure, _), run in groupby(lines, key=lambda a: (a.confidence >= SURE, a.stanza)):
        if sure:
            yield from (LyricLine(start_s=a.start_s, end_s=a.end_s, text=a.text) for a in run)
        else:
            yield from _blocks(list(run))


def _blocks(run: Sequence[audio.AlignedLine]) -> Iterator[LyricLine]:
    """Even blocks of lines that can be read at once; a line said twice in one stands once."""
    count = max(1, -(-len(run) // BLOCK_LINES))
    while count < len(run) and any(len(_joined(b)) > BLOCK_LETTERS for b in _parted(run, count)):
        count += 1
    for block in _parted(run, count):
        yield LyricLine(
            start_s=block[0].start_s,
            end_s=max(a.end_s for a in block),
            text=_joined(block),
            loose=True,
        )


def _parted(run: Sequence[audio.AlignedLine], count: int) -> list[Sequence[audio.AlignedLine]]:
    edges = [round(k * len(run) / count) for k in range(count + 1)]
    return [run[a:b] for a, b in pairwise(edges)]


def _joined(block: Sequence[audio.AlignedLine]) -> str:
    return BETWEEN.join(dict.fromkeys(a.text for a in block))[:LONGEST_CARD]


def _warnings(
    lines: Sequence[audio.AlignedLine], analysis: AudioAnalysis, *, hurried: bool
) -> Iterator[str]:
    """What a person should know of lyrics that were aligned, and what they can do."""
    mend = f"Correct the times in {FILE} and give it back: --lyrics {FILE}"
    count, unsure = len(lines), sum(a.confidence < SURE for a in lines)
    some = f"{unsure} of {count} lines" if count > 1 else "the line"
    if hurried:
        yield (
            f"{count} lines are more than can be sung and read in {analysis.duration_s:.0f} s; the "
            f"lyrics are written to {FILE} and not drawn. Check that they are this song's."
        )
    elif unsure == count:
        yield (
            "No place in the song could be told for the lyrics with certainty; they are shown in "
            f"blocks. {mend}."
        )
    elif unsure:
        yield (
            f"The lyrics were aligned by ear; {some} could not be placed with certainty and "
            f"{'are' if unsure > 1 else 'is'} shown in blocks. {mend}."
        )
    elif not analysis.vocals:
        yield (
            "No voice was heard in the song; the lyrics were laid on what glides most in the middle"
            f" of it. Check them. {mend}."
        )
    else:
        yield f"The lyrics were aligned by ear. {mend}, if any line comes too soon or too late."


def kept_lrc(plan: Path) -> str:
    """The aligned lyrics that lie beside a plan, as a person may have corrected them; empty where
    none do.
    """
    try:
        text = decoded(plan.with_name(FILE).read_bytes())
    except OSError:
        return ""
    return text if f"[by:{NOTE}]" in text else ""


def put_lyrics(path: Path, text: str) -> None:
    """Write lyrics down; others that lie there, corrected maybe, are kept beside them as
    ``lyrics.previous.lrc``, then ``lyrics.previous-2.lrc`` and so on.
    """
    if path.name == FILE:
        _keep_others(path, text)
    media.write_text_atomic(path, text)


def _keep_others(path: Path, text: str) -> None:
    try:
        before = path.read_bytes()
    except FileNotFoundError:
        return
    if decoded(before) == text:
        return
    for number in count(1):
        other = path.with_name(PREVIOUS if number == 1 else f"lyrics.previous-{number}.lrc")
        if not other.exists():
            media.write_bytes_atomic(other, before)
        if other.read_bytes() == before:
            return
