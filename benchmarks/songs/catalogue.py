"""The pieces: what each is, how it is stored and what tools it needs."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from . import files, fluid, grooves, unmetred
from .pieces import (
    Made,
    after_silence,
    backed,
    beatless,
    built,
    cut,
    free_intro,
    general,
    late,
    rising,
    speaking,
    spoken_over,
    stopped,
    wandering,
)  # fmt: skip

Makers = dict[str, Callable[[int], Made]]
Need = Callable[[], str | None]
SONG = (
    "intro A 4 ebc; verse B 8 ebcv; chorus C 8 dbcpv; verse B 8 ebcv; chorus C 8 dbcpv; "
    "outro A 4 ebc"
)
SHORT = "intro A 4 ec; verse B 6 ebcv; chorus C 8 dbcpv; verse B 6 ebcv; chorus C 8 dbcpv"
SLOW = (
    "intro A 2 c; verse B 4 ebcv; chorus C 4 dbcpv; verse B 4 ebcv; chorus C 4 dbcpv; outro A 2 c"
)
BRIDGE = (
    "intro A 4 ebc; verse B 8 ebcv; pre_chorus D 4 ebcpv; chorus C 8 dbcpv; verse B 8 ebcv; "
    "pre_chorus D 4 ebcpv; chorus C 8 dbcpv; bridge E 8 bps; chorus C 8 dbcpv; outro A 4 ebc"
)
FAST = (
    "intro A 8 dbc; verse B 16 ebcv; chorus C 16 dbcpv; verse B 16 ebcv; chorus C 16 dbcpv; "
    "outro A 8 dbc"
)
LOOSE = "verse A 8 ebcs; chorus B 8 dbcs; verse A 8 ebcs; bridge C 8 dbcp; chorus B 8 dbcs"
CLUB = (
    "intro A 8 eb; verse B 8 ebc; pre_chorus D 4 pr; chorus X 8 dbcps; bridge E 8 cp; "
    "pre_chorus D 4 pr; chorus X 8 dbcps; outro A 4 eb"
)
CALM = "verse A 8 bcv; chorus B 8 bcpv; verse A 8 bcv; chorus B 8 bcpv"
BREAK = (
    "intro A 4 eb; verse B 8 ebcv; bridge E 8 p; chorus X 8 dbcpv; bridge E 8 p; chorus X 8 dbcpv"
)
HUSHED = "intro A 8 p; verse B 8 ebcv; chorus C 8 dbcpv; verse B 8 ebcv; chorus C 8 dbcpv"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One piece. ``kind`` is its group; ``needs`` name programs where they are missing."""

    name: str
    kind: str
    make: Callable[[int], Made]
    format: files.Format = files.MP3
    needs: tuple[Callable[[], str | None], ...] = ()

    @property
    def seed(self) -> int:
        return zlib.crc32(self.name.encode()) % 100_000

    @property
    def file(self) -> str:
        return self.name + self.format.ending

    def missing(self) -> list[str]:
        """Programs this piece needs that are not installed."""
        return [tool for need in self.needs if (tool := need())]


BAND: Makers = {
    "rock": built("rock", 122, SONG, "A minor"),
    "rock_bridge": built("rock", 138, BRIDGE, "E major"),
    "punk": built("punk", 178, FAST, "D major"),
    "d_beat": built("d_beat", 170, FAST, "B minor"),
    "metal": built("metal", 160, FAST, "E minor"),
    "chug": built("chug", 130, SONG, "D minor"),
    "pop": built("pop", 104, SHORT, "C major"),
    "ballad": built("ballad", 66, SLOW, "G major"),
    "boom_bap": built("boom_bap", 88, SHORT, "F minor"),
    "funk": built("funk", 102, SHORT, "E minor"),
    "reggae": built("reggae", 76, SLOW, "A major"),
    "salsa": built("salsa", 96, SHORT, "D minor"),
    "country": built("country", 114, SONG, "G major"),
    "jazz": built("jazz", 150, LOOSE, "Bb major"),
    "shuffle": built("shuffle", 118, SONG, "E major"),
    "waltz": built("waltz", 132, SONG, "F major"),
    "six_eight": built("six_eight", 62, SONG, "C minor"),
    "twelve_eight": built("twelve_eight", 72, SLOW, "A major"),
    "folk": built("folk", 108, CALM, "D major"),
    "strings": built("strings", 84, CALM, "G minor"),
    "piano": built("piano", 92, CALM, "Eb major"),
}
CLUB_MUSIC: Makers = {
    "house": built("house", 124, CLUB, "F minor", drops=True),
    "trance": built("trance", 138, CLUB, "A minor", drops=True),
    "drum_and_bass": built("drum_and_bass", 174, CLUB.replace(" 8 ", " 12 "), "G minor",
                           drops=True),
    "dubstep": built("dubstep", 140, CLUB, "C minor", drops=True),
    "trap": built("trap", 140, CLUB, "B minor"),
    "dembow": built("dembow", 95, SHORT, "A minor"),
    "breakdown": built("house", 128, BREAK, "C minor", drops=True),
}  # fmt: skip
EXACT: Makers = {
    "drift": built("rock", 112, SONG, "C major", clock=wandering),
    "drift_slow": built("ballad", 74, SLOW, "D minor", clock=wandering),
    "ramp": built("pop", 88, SONG, "A major", clock=rising),
    "quiet_intro": built("pop", 118, HUSHED, "E minor"),
    "rubato_intro": built(
        "rock", 110, HUSHED.replace("A 8 p", "A 4 c"), "G major", clock=free_intro
    ),
    "sixty": built("pop", 60, SLOW, "F major"),
    "swung_pop": built("boom_bap", 94, SHORT, "Bb minor"),
}
COMPOSED: Makers = {
    "mma_jazz": backed("jazzcombo:JazzCombo", "jazzcombo:JazzCombo2", 168, LOOSE.replace(
        "s;", "v;"), "F major", swing=2 / 3),
    "mma_bossa": backed("bossanova:BossaNova", "bossanova:BossaNovaSus", 132, SONG, "C major"),
    "mma_funk": backed("casio/funk2:Funk2", "casio/funk2:Funk2", 106, SHORT, "G minor"),
    "mma_trance": backed("trance:Trance", "trance:Trance1", 136, SONG, "A minor"),
    "mma_ballad": backed("casio/16beatballad3:16BeatBallad3",
                         "casio/16beatballad3:16BeatBallad3", 70, SLOW, "D major"),
    "mma_shuffle": backed("casio/shuffleboogie:ShuffleBoogie",
                          "casio/shuffleboogie:ShuffleBoogie", 140, SONG, "C major",
                          swing=2 / 3),
    "mma_lullaby": backed("lullaby:Lullaby", "lullaby:Lullaby1Sus", 88, CALM, "G major"),
    "mma_twelve": backed("ballad128:Ballad128", "ballad128:Ballad128SusPlus", 60, SLOW,
                         "E minor", swing=None, compound=True),
    "mma_arpeggio": backed("arpeggio44:Arpeggio8", "arpeggio44:Arpeggio8Sus", 100, CALM,
                           "A minor", clock=wandering),
    "mma_desert": backed("desert:Desert", "desert:DesertSus", 98, SHORT, "D minor"),
    "mma_quickstep": backed("quickstep:QuickStep", "quickstep:QuickStepHitSus", 180, SONG,
                            "Eb major", swing=None),
    "mma_highfive": backed("pflib/highfive:highfiveA", "pflib/highfive:highfiveB", 112, SONG,
                           "A major", swing=None),
}  # fmt: skip
GENERAL: Makers = {
    "gm_rock": general("rock", 126, SONG, "D major"),
    "gm_metal": general("metal", 144, SONG, "A minor"),
    "gm_waltz": general("waltz", 168, SONG, "G major"),
    "gm_country": general("country", 90, SHORT, "C major"),
    "gm_drum_and_bass": general("drum_and_bass", 170, FAST, "F minor"),
    "gm_six_eight": general("six_eight", 54, SONG, "D minor", clock=wandering),
    "gm_reggae": general("reggae", 68, SLOW, "E minor"),
}
UNMETRED: Makers = {
    "drone": beatless(unmetred.drone, 45),
    "rain": beatless(unmetred.rain, 45),
    "surf": beatless(unmetred.noise, 45),
    "free_piano": beatless(unmetred.free_notes, 60, voice="piano", typical_s=0.6),
    "free_guitar": beatless(unmetred.free_notes, 60, voice="nylon", typical_s=0.35),
    "chimes": beatless(unmetred.chimes, 45),
    "applause": beatless(unmetred.applause, 40),
    "mumble": beatless(unmetred.mumble, 50),
}
SPOKEN: Makers = {
    "speech": beatless(speaking, 50, voice="en-us"),
    "speech_woman": beatless(speaking, 40, voice="en-gb+f3"),
}
LOSSLESS = [
    Entry(name="lead_silence", kind="exact", format=files.FLAC,
          make=after_silence(built("pop", 126, SHORT, "D major", clock=late), 5.0)),
    Entry(name="gap", kind="exact", format=files.FLAC, make=stopped("rock", 116, SONG, "B minor")),
]  # fmt: skip
OVER = [
    Entry(name="spoken_over_club", kind="exact", needs=(unmetred.missing,),
          make=spoken_over(built("house", 122, BREAK, "D minor"), voice="en-us", level=0.5)),
    Entry(name="spoken_over_band", kind="composed",
          needs=(grooves.missing, fluid.missing, unmetred.missing),
          make=spoken_over(backed("casio/popshuffle1:PopShuffle1",
                                  "casio/popshuffle1:PopShuffle1", 124, SONG, "G major",
                                  swing=2 / 3), voice="en-gb", level=0.6)),
]  # fmt: skip
CLIPS = [
    Entry(name="clip_wav8k", kind="format", format=files.WAV_8K,
          make=cut(built("boom_bap", 97, SLOW, "A minor"), 12, 13)),
    Entry(name="clip_flac96k", kind="format", format=files.FLAC_96K,
          make=cut(built("rock", 126, SHORT, "C major"), 15, 13)),
    Entry(name="clip_m4a", kind="format", format=files.M4A,
          make=cut(built("house", 120, CLUB, "E minor"), 17, 13)),
    Entry(name="clip_mp3_vbr", kind="format", format=files.VBR,
          make=cut(built("funk", 108, SHORT, "G major"), 15, 13)),
]  # fmt: skip


def _group(kind: str, makers: Makers, *needs: Need) -> list[Entry]:
    return [Entry(name=n, kind=kind, make=m, needs=needs) for n, m in makers.items()]


def _entries() -> tuple[Entry, ...]:
    pieces = [
        *_group("band", BAND), *_group("club", CLUB_MUSIC), *_group("exact", EXACT), *LOSSLESS,
        *_group("composed", COMPOSED, grooves.missing, fluid.missing),
        *_group("composed", GENERAL, fluid.missing), *OVER, *CLIPS,
        *_group("unmetred", UNMETRED), *_group("unmetred", SPOKEN, unmetred.missing),
    ]  # fmt: skip
    lossless = {e.name for e in pieces[::3]}
    return tuple(
        replace(e, format=files.FLAC) if e.format is files.MP3 and e.name in lossless else e
        for e in pieces
    )


ENTRIES = _entries()
