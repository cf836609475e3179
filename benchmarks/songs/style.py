"""How each genre plays a bar: patterns on a grid of steps.

Drums: ``X`` loud, ``x`` middling, ``o`` soft. Bass: ``r`` root, ``t`` third, ``f`` fifth, ``o``
octave. Chords: ``x`` all tones, ``X`` louder, digits one tone of an arpeggio. ``=`` stops a note.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Style:
    """One genre. ``low`` and ``high`` are the drums of quiet and of loud sections.

    ``steps`` are places in a beat; ``swing`` moves its middle, ``swing16`` the middle of its
    halves. ``human`` is the spread of the players' timing, seconds. ``pump`` is how far the kick
    pushes the rest down.
    """

    steps: int = 4
    meter: int = 4
    compound: bool = False
    low: dict[str, str] = field(default_factory=dict)
    high: dict[str, str] = field(default_factory=dict)
    bass: tuple[str, str] = ("r...............", "r.......r.......")
    chords: tuple[str, str] = ("x...............", "x...............")
    voices: dict[str, str] = field(default_factory=dict)
    kit: str = "acoustic"
    swing: float = 0.5
    swing16: float = 0.5
    human: float = 0.004
    pump: float = 0.0
    room: float = 0.15
    drive: float = 1.4
    fills: bool = True


EIGHTHS, SIXTEENTHS, QUARTERS = "x.x.x.x.x.x.x.x.", "xoxoxoxoxoxoxoxo", "x...x...x...x..."
OFF = "..x...x...x...x."
BACK, FOUR = "....X.......X...", "X...X...X...X..."
_BAND = {"bass": "bass", "chords": "guitar", "pad": "organ", "lead": "voice", "solo": "guitar"}
_HEAVY = {"bass": "bass", "chords": "dist", "pad": "dist", "lead": "voice", "solo": "dist"}
_CLUB = {"bass": "saw_bass", "chords": "pluck", "pad": "pad", "lead": "voice", "solo": "supersaw"}
_SOFT = {"bass": "bass", "chords": "piano", "pad": "strings", "lead": "voice", "solo": "piano"}
_JAZZ = {"bass": "bass", "chords": "piano", "pad": "vibes", "lead": "brass", "solo": "vibes"}

STYLES = {
    "rock": Style(
        low={"kick": "X.......X.x.....", "snare": BACK, "hat": EIGHTHS},
        high={"kick": "X..x....X.x...x.", "snare": BACK, "open": EIGHTHS},
        bass=("r.r.r.r.r.r.r.r.", "r.r.r.r.r.r.f.f."),
        chords=("x.......x.......", "X.x.X.x.x.x.X.x."), voices=_BAND, human=0.006,
    ),
    "punk": Style(
        low={"kick": "X.......X.x.....", "snare": BACK, "hat": EIGHTHS},
        high={"kick": "X.x.....X.x.....", "snare": BACK, "ride": QUARTERS},
        bass=("r.r.r.r.r.r.r.r.", "r.r.r.r.r.r.r.r."),
        chords=("x.x.x.x.x.x.x.x.", "X.x.X.x.X.x.X.x."), voices=_HEAVY, human=0.007, drive=2.5,
    ),
    "d_beat": Style(
        low={"kick": "X...X...X...X...", "snare": "..X...X...X...X.", "hat": EIGHTHS},
        high={"kick": "X..xX...X..xX...", "snare": "..X...X...X...X.", "ride": QUARTERS},
        bass=("r.r.r.r.r.r.r.r.", "r.r.r.r.r.r.r.r."),
        chords=("x.x.x.x.x.x.x.x.", "X.x.X.x.X.x.X.x."), voices=_HEAVY, human=0.007, drive=2.5,
    ),
    "metal": Style(
        low={"kick": "X.xxX.xxX.xxX.xx", "snare": BACK, "ride": QUARTERS},
        high={"kick": "xxxxxxxxxxxxxxxx", "snare": BACK, "china": QUARTERS},
        bass=("r.rrr.rrr.rrr.rr", "r.......r.......") ,
        chords=("X.xxX.xxX.xxX.xx", "X.......X.....x."), voices=_HEAVY, human=0.003, drive=3.0,
    ),
    "chug": Style(
        low={"kick": "X..X..X...X..X..", "snare": "........X.......", "open": QUARTERS},
        high={"kick": "X..X..X...X.XX..", "snare": "........X.......", "crash": QUARTERS},
        bass=("r..r..r...r..r..", "r..r..r...r.rr.."),
        chords=("X=.X=.X=..X=.X=.", "X..X..X...X.XX.."), voices=_HEAVY, human=0.003, drive=3.0,
    ),
    "pop": Style(
        low={"kick": "X.......X.......", "clap": BACK, "hat": EIGHTHS},
        high={"kick": "X.....x.X.......", "snare": BACK, "clap": BACK, "hat": SIXTEENTHS},
        bass=("r.....r.r.......", "r.....r.r...f.o."),
        chords=("x...............", "x.....x.....x..."),
        voices={**_SOFT, "chords": "piano", "pad": "pad"}, kit="studio",
    ),
    "ballad": Style(
        low={"kick": "X.........x.....", "rim": "........X.......", "hat": EIGHTHS},
        high={"kick": "X.....x.x.......", "snare": BACK, "ride": EIGHTHS},
        bass=("r...............", "r.......r...f..."),
        chords=("1.2.3.2.1.2.3.2.", "x.......x......."), voices=_SOFT, room=0.3, human=0.009,
    ),
    "boom_bap": Style(
        low={"kick": "X......x..x.....", "snare": BACK, "hat": EIGHTHS},
        high={"kick": "X.x....x..x..x..", "snare": "....X..o.o..X...", "hat": EIGHTHS},
        bass=("r......r..r.....", "r..r...r..r...f."),
        chords=("..x.......x.....", "..x...x...x....."),
        voices={**_SOFT, "chords": "vibes", "pad": "organ"}, swing16=0.58, kit="dusty",
    ),
    "trap": Style(
        low={"kick": "X.....x...x.....", "clap": "........X.......", "hat": "x.x.x.x.x.xxx.x."},
        high={"kick": "X..x..x...x..x..", "clap": "........X.......", "hat": "x.xxx.x.xxxxx.xx"},
        bass=("r.....r...r.....", "r..r..r...r..r.."),
        chords=("1.......2.......", "1...3...2...3..."),
        voices={**_CLUB, "bass": "sub", "chords": "vibes"}, kit="808", human=0.0,
    ),
    "house": Style(
        low={"kick": FOUR, "hat": OFF},
        high={"kick": FOUR, "clap": BACK, "open": OFF, "hat": SIXTEENTHS},
        bass=("..r...r...r...r.", "..r..rr...r..rf."),
        chords=("...x..x....x..x.", "x..x..x..x..x.x."),
        voices={**_CLUB, "chords": "piano"}, kit="909", pump=0.5, human=0.0,
    ),
    "trance": Style(
        low={"kick": FOUR, "open": OFF},
        high={"kick": FOUR, "clap": BACK, "open": OFF, "ride": EIGHTHS},
        bass=("..r...r...r...r.", ".rrr.rrr.rrr.rrr"),
        chords=("1.2.3.4.1.2.3.4.", "1232143212321432"), voices=_CLUB, kit="909", pump=0.6,
        human=0.0, room=0.3,
    ),
    "drum_and_bass": Style(
        low={"kick": "X.........x.....", "snare": BACK, "hat": EIGHTHS},
        high={"kick": "X.x.......x.....", "snare": "....X..o.o..X..o", "hat": EIGHTHS,
              "ride": EIGHTHS},
        bass=("r.........r.....", "r..r....r.r....."),
        chords=("x...............", "x.....x........."),
        voices={**_CLUB, "bass": "wobble"}, kit="studio", human=0.002,
    ),
    "dubstep": Style(
        low={"kick": "X...............", "snare": "........X.......", "hat": EIGHTHS},
        high={"kick": "X..x..x.........", "snare": "........X.......", "hat": "x.x.x.xxx.x.x.xx"},
        bass=("r.......r.......", "r.rrr..rr.r.rr.r"),
        chords=("x...............", "x.......x......."),
        voices={**_CLUB, "bass": "wobble"}, kit="808", human=0.0, drive=2.2,
    ),
    "funk": Style(
        low={"kick": "X.x.......x..x..", "snare": "....X..o.o..X..o", "hat": SIXTEENTHS},
        high={"kick": "X.x...x..xx..x..", "snare": "....X..o.o..X..o", "hat": SIXTEENTHS,
              "conga": "..x..x.x..x..xx."},
        bass=("r..r..o...r.f.o.", "r.=r..or..r.f.or"),
        chords=("..x=.xx=..x=.xx=", ".xx=x=.xx=.x=xx="), voices=_BAND, human=0.006,
    ),
    "reggae": Style(
        low={"kick": "........X.......", "rim": "........X.......", "hat": EIGHTHS},
        high={"kick": "X.......X.......", "snare": "........X.......", "hat": SIXTEENTHS},
        bass=("r..r..f.....r.f.", "r..rt.f...o.f.t."),
        chords=("....x=......x=..", "....X=x=....X=x="), voices=_BAND, swing16=0.56, human=0.007,
        fills=False,
    ),
    "dembow": Style(
        low={"kick": FOUR, "rim": "...x..x....x..x."},
        high={"kick": FOUR, "snare": "...X..X....X..X.", "shaker": SIXTEENTHS},
        bass=("r.....r.r.....r.", "r..r..r.r..r..r."),
        chords=("..x...x...x...x.", "x..x..x.x..x..x."), voices=_CLUB, kit="808", human=0.0,
    ),
    "salsa": Style(
        low={"conga": "x.oxx.xxx.oxx.XX", "shaker": EIGHTHS},
        high={"conga": "x.oxx.xxx.oxx.XX", "cowbell": "X...X.x.X...X.x.",
              "rim": "X..X..X...X.X...", "kick": "......X.......X."},
        bass=("r.....f.......r.", "......f.....r..."),
        chords=("x..x..x..x.x..x.", "X..x.xx..x.x..x."),
        voices={**_SOFT, "pad": "brass", "solo": "brass"}, human=0.006,
    ),
    "country": Style(
        low={"kick": FOUR, "snare": "oxXxoxXxoxXxoxXx"},
        high={"kick": FOUR, "snare": "oxXxoxXxoxXxoxXx"},
        bass=("r...f...r...f...", "r...f...r...f.t."),
        chords=("..x...x...x...x.", "..x.x.x...x.x.x."),
        voices={**_BAND, "chords": "steel", "solo": "steel"}, human=0.006,
    ),
    "jazz": Style(
        steps=3,
        low={"ride": "x..x.xx..x.x", "hat": "...x.....x.."},
        high={"ride": "X..x.xX..x.x", "hat": "...x.....x..", "snare": "..o..o...o.o",
              "kick": "o..o..o..o.."},
        bass=("r..t..f..o..", "r..f..o..t.."),
        chords=("..x......x..", "x....x...x.."), voices=_JAZZ, swing=2 / 3, human=0.007, room=0.2,
        fills=False,
    ),
    "shuffle": Style(
        steps=3,
        low={"kick": "X.....X.....", "snare": "...X.....X..", "hat": "x.xx.xx.xx.x"},
        high={"kick": "X....xX....x", "snare": "...X.....X.o", "ride": "x.xx.xx.xx.x"},
        bass=("r.rf.fr.rf.f", "r.tf.ff.tr.r"),
        chords=("x=.x=.x=.x=.", "X.xX.xX.xX.x"), voices=_BAND, swing=2 / 3, human=0.006,
    ),
    "waltz": Style(
        meter=3,
        low={"kick": "X...........", "rim": "....x...x..."},
        high={"kick": "X...........", "snare": "....x...x...", "ride": "x...x.x.x..."},
        bass=("r...........", "r.......f..."),
        chords=("....x=..x=..", "....x=..x=x="), voices=_SOFT, human=0.007, fills=False,
    ),
    "six_eight": Style(
        meter=2, steps=6, compound=True,
        low={"kick": "X...........", "snare": "......X.....", "hat": "x.x.x.x.x.x."},
        high={"kick": "X.........x.", "snare": "......X.....", "hat": "xoxoxoxoxoxo"},
        bass=("r.....r...f.", "r...r.r...f."),
        chords=("1.2.3.2.3.2.", "x.2.3.x.3.2."), voices=_SOFT, human=0.008, room=0.25,
    ),
    "twelve_eight": Style(
        steps=3, compound=True,
        low={"kick": "X.....X....x", "snare": "...X.....X..", "hat": "xxxxxxxxxxxx"},
        high={"kick": "X....xX....x", "snare": "...X.....X..", "ride": "xxxxxxxxxxxx"},
        bass=("r..t..f..t..", "r..t..f..o.o"),
        chords=("123123123123", "x23x23x23x23"), voices=_SOFT, human=0.007,
    ),
    "folk": Style(
        bass=("r.......f.......", "r.......f......."),
        chords=("1.2.3.2.4.2.3.2.", "x...x.x.x.x.x.x."),
        voices={"bass": "nylon", "chords": "nylon", "pad": "strings", "lead": "voice",
                "solo": "steel"}, human=0.009,
    ),
    "strings": Style(
        bass=("r...............", "r.......f......."),
        chords=("x...............", "x...x...x...x..."),
        voices={"bass": "strings", "chords": "strings", "pad": "strings", "lead": "strings",
                "solo": "strings"}, human=0.012, room=0.35,
    ),
    "piano": Style(
        bass=("r.......f.......", "r...f...o...f..."),
        chords=("..1.2.3...1.2.3.", "1.2.3.4.3.2.1.2."),
        voices={"bass": "piano", "chords": "piano", "pad": "piano", "lead": "piano",
                "solo": "piano"}, human=0.010, room=0.25,
    ),
}  # fmt: skip
