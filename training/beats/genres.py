"""The genres of the numpy band: tempo, bar, drum patterns and who plays what.

Drum strings: one character per step of a bar; X accent, x hit, o ghost, ? drawn once per pattern,
. rest. Sixteen steps in 4/4 are sixteenths, twelve are triplets (or sixteenths of 3/4).

Conventions of the beat: 6/8 and 12/8 count dotted quarters; trap, dubstep and future bass count the
fast level (snare on 3); drum and bass 160-180; swing counts the walking bass; ska and punk count
the snare on 2 and 4, sections in double time keep the tempo; reggae counts 60-95 (drop on 2 and 4).
"""

from __future__ import annotations

from dataclasses import dataclass, field

# fmt: off
ROCK = (("x.......x.......", "....X.......X..."), ("x.....x.x.......", "....X.......X..."),
        ("x.x.....x.x.....", "....X.......X..."), ("x..x....x.x.....", "....X.......X..."),
        ("x......xx.......", "....X.......X..."), ("x.......x.x...x.", "....X.......X..."),
        ("x......x..x.....", "....X.......X..?"), ("x.x...x...x...x.", "....X.......X..."),
        ("x...x...x...x...", "....X.......X..."), ("x..x..x...x.....", "....X..o.o..X..."))
BACKBEAT = (("x.......x.......", "....X.......X..."), ("x.....x...x.....", "....X.......X..."),
            ("x.........x.....", "....X.......X..."), ("x......?x.......", "....X.......X..."))
FLOOR = (("X...X...X...X...", "................"), ("X...X...X...X...", "....x.......x..."),
         ("X...X...X...X..?", "....x.......x..."), ("X...X...X...X...", "....X.......X..?"))
PUNK = (("x.....x.x.....x.", "....X.......X..."), ("x.x...x.x.x...x.", "....X.......X..."),
        ("x.....x.x.x.....", "....X.......X..."), ("x..x..x.x..x..x.", "....X.......X..."))
DOUBLE = (("x...x...x...x...", "..X...X...X...X."), ("x...x.x.x...x.x.", "..X...X...X...X."),
          ("x..xx..xx..xx..x", "..X...X...X...X."))
BLAST = (("x.x.x.x.x.x.x.x.", ".x.x.x.x.x.x.x.x"), ("x.x.x.x.x.x.x.x.", "x.x.x.x.x.x.x.x."),
         ("xxxxxxxxxxxxxxxx", "x...x...x...x..."), ("x.x.x.x.x.x.x.x.", "..x...x...x...x."),
         ("xxxxxxxxxxxxxxxx", "x.x.x.x.x.x.x.x."))
HALF = (("x.......x...x...", "........X......."), ("x.....x.........", "........X......."),
        ("x..x......x..x..", "........X......."), ("x.....x...x.....", "........X......."),
        ("x..x..x.....x...", "........X......."), ("x.............x.", "........X......."))
METAL = (("xxxxxxxxxxxxxxxx", "....X.......X..."), ("x.xxx.xxx.xxx.xx", "....X.......X..."),
         ("x.x.x.x.x.x.x.x.", "....X.......X..."), ("x..xx..xx..xx..x", "....X.......X..."),
         ("xx..xx..xx..xx..", "....X.......X..."), ("x.xx..x.x.xx..x.", "....X.......X..."))
HIPHOP = (("x..x..x...x.....", "....X.......X..."), ("x......x..x.....", "....X.......X..."),
          ("x.x.......x..x..", "....X.......X..."), ("x.........xx....", "....X.......X..o"),
          ("x......x.xx.....", "....X.......X..."), ("x..?......x..?..", "....X..o....X..."))
FUNK = (("x..x..x...x..x..", "....X..o.o..X..o"), ("x.x.......x..x..", "....X..o.o.oX..."),
        ("x.....x..xx.....", "..o.X..o.o..X..o"), ("x..o..x.x.x...x.", "....X..o....X.o."),
        ("x.x...x...x..x..", "....X.oo.o..X..o"))
BREAKS = (("x.x.......xx....", "....X..o.o..X..o"), ("x.........x.....", "....X.......X..."),
          ("x.x.......x.....", "....X..o.X....X."), ("x.....x...x.....", "....X.......X..o"),
          ("x.x.......xx....", "....X..x.x..X..x"), ("x..x......x..x..", "....X.......X..."))
GARAGE = (("x.........x.....", "....X.......X..."), ("x......x..x.....", "....X.......X..."),
          ("x..x......x...?.", "....X.......X..o"))
DEMBOW = (("x...x...x...x...", "...x..x....x..x."), ("x...x...x...x...", "...x..x....x..X."),
          ("x......xx...x...", "...x..x....x..x."))
REGGAE = (("....x.......x...", "....X.......X..."), ("x...x...x...x...", "....X.......X..."),
          ("x...x.......x...", "....x.......X..?"), ("....X.......X...", "................"))
SWING = (("x.....x.....", "............"), ("x..o..x..o..", ".....o......"), ("............",
    "..o........o"),
         ("x..x..x..x..", "............"), ("x...........", "...o.....o.o"), ("o..o..o..o..",
             "...x.....x.."))
SHUFFLE = (("x.....x.....", "...X.....X.."), ("x....xx.....", "...X.....X.."), ("x..x..x..x..",
    "...X.....X.."),
           ("x....xx....x", "...X.....X.."))
TWELVE = (("x.....x.....", "...X.....X.."), ("x....xx.....", "...X.....X.."), ("x...x.x.....",
    "...X.....X.."),
          ("x.....x..x..", "...X.....X.."))
WALTZ = (("x...........", "....x...x..."), ("x...........", "........X..."), ("x.......x...",
    "....X......."),
         ("x.....x.....", "....x...x..."), ("x...........", "....o...o..."))
SIX = (("x.....", "...X.."), ("x....x", "...X.."), ("x.x...", "...X.."), ("x...?x", "...X..?"[:6]),
       ("x.....", "...X.o"))
TRAIN = (("x...x...x...x...", "ooXoooXoooXoooXo"), ("x.......x.......", "ooXoooXoooXooxXx"),
         ("x...x...x...x...", "..X...X...X...X."))
CLAVE = (("x.....x.x.....x.", "x.....x.....x..."), ("x...x...x...x...", "....x...x......."),
         ("......x.......x.", "x..x..x...x.x..."), ("............x...", "..x...x........."))
AFRO12 = (("x.....x.....", "..x..x..x..x"), ("x...x.x...x.", "...x.....x.."), ("x..x..x..x..",
    "..x.xx..x.xx"))
MARCH = (("x...x...x...x...", "..x...x...x...x."), ("x...x...x...x...", "X.oox.ooX.oox.oo"),
         ("x.......x.......", "....x.xx....x.xx"))
SOUL = (("x...x...x...x...", "X...X...X...X..."), ("x.....x.x.....x.", "....X.......X..."),
        ("x..x..x.x.......", "....X.......X..."))
ELECTRO = (("x..x..x...x.....", "....X.......X..."), ("x.....x...x.....", "....X.......X..x"),
           ("x...x.....x..x..", "....X.......X..."))
TOMS = (("x..x..x.x..x..x.", "................"), ("x...x...x...x.x.", "........x......."),
    ("x.......x.x.....", "....x.......x..."))

BANDHATS = ("eighths", "eighths", "quarters", "ride8", "open8", "ride4", "sixteenths")
CLUBHATS = ("offopen", "offopen", "off16", "sixteenths", "off", "shaker")

# fmt: on


@dataclass(frozen=True, kw_only=True)
class Genre:
    """What a band of this kind plays."""

    name: str
    bpm: tuple[float, float]
    drums: tuple[tuple[str, str], ...]
    beats: int = 4
    hats: tuple[str, ...] = BANDHATS
    bass: tuple[str, ...] = ("eighths", "kick", "quarters", "rootfifth")
    comps: tuple[str, ...] = ("pad", "strum", "blocks")
    sounds: str = "band"  # band, club, acoustic, jazz, metal, orchestra, chip
    pool: str = "pop"
    swing: tuple[float, float] = (0.5, 0.5)
    swing_level: int = 2  # notes a beat that swing: 2 eighths, 4 sixteenths
    loose: float = 1.0
    form: str = "band"  # band, club, plain
    weight: float = 1.0
    lead: float = 0.7
    others: tuple[tuple[tuple[str, str], ...], ...] = field(
        default=()
    )  # patterns of other sections


def _g(
    name: str, bpm: tuple[float, float], drums: tuple[tuple[str, str], ...], **more: object
) -> Genre:
    return Genre(name=name, bpm=bpm, drums=drums, **more)  # type: ignore[arg-type]


# fmt: off
_CLUB = {"sounds": "club", "form": "club", "hats": CLUBHATS, "loose": 0.05, "pool": "minor",
         "comps": ("pad", "stabs", "pluck", "gate", "arp", "offchord"),
         "bass": ("off", "off", "kick", "rolling", "sixteenths", "acid", "octaves", "long")}
_METAL = {"sounds": "metal", "pool": "metal", "hats": ("quarters", "china4", "ride4", "eighths",
    "open4"),
          "bass": ("riff",), "comps": ("riff",)}
_JAZZ = {"sounds": "jazz", "pool": "jazz", "hats": ("swing", "swing", "swingride"),
    "bass": ("walking",),
         "comps": ("charleston", "charleston", "freddie", "none")}
_FOLK = {"sounds": "acoustic", "hats": ("none",), "bass": ("none", "rootfifth", "long")}

GENRES: tuple[Genre, ...] = (
    _g("rock", (88, 172), ROCK, comps=("power", "strum", "chug8", "power"), weight=3.5,
           others=(HALF, FLOOR)),
    _g("indie", (95, 160), ROCK, comps=("strum", "arp", "power"), weight=1.5, others=(FLOOR,)),
    _g("hardrock", (80, 150), ROCK, sounds="metal", pool="metal", comps=("riff", "power", "chug8"),
       bass=("riff", "eighths", "kick"), hats=("eighths", "quarters", "open4", "cowbell4"),
           weight=1.5),
    _g("pop", (84, 132), BACKBEAT, comps=("pad", "strum", "blocks", "pluck", "arp"), weight=2,
           others=(FLOOR, HALF)),
    _g("ballad", (54, 88), BACKBEAT, comps=("blocks", "arp", "pad", "strum"), bass=("long",
           "quarters"), weight=1.5),
    _g("punk", (150, 216), PUNK, comps=("chug8", "power", "strum"), bass=("eighths",),
           sounds="metal", pool="pop",
       hats=("eighths", "quarters", "open4", "open8"), weight=2.2, others=(DOUBLE, HALF, PUNK)),
    _g("skate", (160, 214), PUNK, comps=("chug8", "power"), bass=("eighths",), sounds="metal",
           pool="pop",
       hats=("quarters", "eighths", "open4"), weight=1.2, others=(DOUBLE, ROCK)),
    _g("thrash", (125, 214), METAL, **{**_METAL, "comps": ("riff", "riff", "tremolo")},
           weight=2.2, others=(DOUBLE, HALF, METAL)),
    _g("heavy", (95, 160), METAL, **_METAL, weight=1.6, others=(ROCK, HALF)),
    _g("death", (140, 230), BLAST, **{**_METAL, "comps": ("riff", "tremolo", "tremolo")},
           weight=1.4, others=(DOUBLE, METAL, HALF)),
    _g("metalcore", (95, 180), METAL, **_METAL, weight=1.4, others=(HALF, DOUBLE, BLAST)),
    _g("doom", (55, 100), ROCK, **_METAL, weight=0.7),
    _g("powermetal", (130, 200), METAL, **{**_METAL, "bass": ("eighths", "riff"),
           "comps": ("gallop", "chug8")}, weight=1.2),
    _g("hiphop", (74, 108), HIPHOP, sounds="club", hats=("eighths", "sixteenths", "quarters"),
           swing=(0.5, 0.62),
       swing_level=4, bass=("kick", "long", "808"), comps=("sample", "pad", "pluck", "blocks"),
           pool="any", form="band",
       loose=0.5, lead=0.9, weight=2),
    _g("lofi", (64, 94), HIPHOP, sounds="jazz", hats=("eighths",), swing=(0.54, 0.64),
           swing_level=4, pool="jazz",
       bass=("long", "kick"), comps=("blocks", "pad", "arp"), loose=1.2, weight=1),
    _g("trap", (126, 160), HALF, sounds="club", hats=("trap", "trap", "eighths"), bass=("808",),
       comps=("pluck", "pad", "arp", "none"), pool="minor", form="club", loose=0.1, weight=1.6),
    _g("house", (116, 131), FLOOR, **_CLUB, weight=2.6),
    _g("deephouse", (114, 126), FLOOR, **{**_CLUB, "swing": (0.5, 0.6), "swing_level": 4,
           "pool": "jazz"}, weight=1.2),
    _g("techno", (122, 148), FLOOR, **{**_CLUB, "comps": ("stabs", "none", "arp", "pad",
           "offchord")}, weight=2.4),
    _g("trance", (130, 145), FLOOR, **{**_CLUB, "bass": ("off", "off", "rolling"),
           "comps": ("gate", "pad", "arp", "pluck")}, weight=1.8),
    _g("psy", (138, 148), FLOOR, **{**_CLUB, "bass": ("rolling",)}, weight=0.7),
    _g("hardstyle", (145, 170), FLOOR, **{**_CLUB, "bass": ("off", "rolling")}, weight=0.7),
    _g("disco", (108, 130), FLOOR, sounds="band", hats=("offopen", "off16", "offopen"),
           bass=("octaves", "octaves", "eighths"),
       comps=("funk16", "strings", "offchord", "blocks"), form="band", loose=0.6, weight=1.4),
    _g("eurodance", (125, 150), FLOOR, **{**_CLUB, "comps": ("stabs", "offchord", "pluck",
           "pad")}, weight=1),
    _g("synthwave", (78, 124), BACKBEAT, **{**_CLUB, "hats": ("eighths", "sixteenths", "none"),
       "bass": ("eighths", "sixteenths", "octaves")}, weight=1.2),
    _g("electro", (105, 135), ELECTRO, **{**_CLUB, "hats": ("sixteenths", "eighths", "offopen")},
           weight=1),
    _g("garage", (126, 138), GARAGE, **{**_CLUB, "swing": (0.54, 0.64), "swing_level": 4,
           "bass": ("kick", "long", "off")}, weight=1),
    _g("dnb", (160, 182), BREAKS, **{**_CLUB, "hats": ("eighths", "sixteenths", "ride8"),
           "bass": ("long", "kick", "reese")}, weight=1.8),
    _g("breakbeat", (105, 145), BREAKS, **{**_CLUB, "hats": ("eighths", "sixteenths", "offopen"),
           "bass": ("kick", "acid", "long")}, weight=1.2),
    _g("dubstep", (134, 150), HALF, **{**_CLUB, "hats": ("eighths", "trap", "quarters"),
           "bass": ("wobble", "808", "long")}, weight=1.2),
    _g("futurebass", (130, 165), HALF, **{**_CLUB, "hats": ("trap", "eighths"), "bass": ("808",
           "long"), "comps": ("gate", "pad", "pluck")}, weight=0.8),
    _g("ambienttechno", (90, 125), FLOOR, **{**_CLUB, "comps": ("pad", "arp"), "bass": ("long",
           "off")}, weight=0.7),
    _g("reggaeton", (84, 108), DEMBOW, **{**_CLUB, "bass": ("tresillo", "kick", "quarters"),
           "comps": ("pluck", "offchord", "pad")}, weight=1.2),
    _g("reggae", (60, 96), REGGAE, comps=("skank",), bass=("reggae",), hats=("eighths", "off",
           "sixteenths"),
       swing=(0.5, 0.62), swing_level=4, weight=1.5),
    _g("ska", (120, 190), ROCK, comps=("skank",), bass=("walking", "eighths", "quarters"),
           hats=("eighths", "off", "quarters"), weight=0.9, others=(DOUBLE,)),
    _g("funk", (88, 124), FUNK, comps=("funk16", "stabs", "blocks"), bass=("funk",),
           hats=("sixteenths", "eighths", "off"),
       swing=(0.5, 0.56), swing_level=4, pool="jazz", weight=1.5),
    _g("soul", (84, 136), SOUL, comps=("blocks", "skank24", "strum", "organ"), bass=("motown",
           "kick"), hats=("eighths", "quarters", "tamb"), weight=1.2),
    _g("rnb", (60, 104), HIPHOP, comps=("blocks", "pad"), bass=("kick", "long"),
           hats=("sixteenths", "eighths"), swing=(0.5, 0.6),
       swing_level=4, pool="jazz", loose=0.6, weight=1),
    _g("country", (88, 136), TRAIN, comps=("boomchick", "strum"), bass=("rootfifth",),
           hats=("none", "off", "eighths"), pool="major", weight=1.2),
    _g("countryrock", (90, 160), BACKBEAT, comps=("strum", "boomchick", "arp"), bass=("rootfifth",
           "quarters"), pool="major", weight=1),
    _g("polka", (100, 150), MARCH, comps=("skank", "boomchick"), bass=("rootfifth",),
           hats=("none", "off"), sounds="acoustic", pool="major", weight=0.8),
    _g("march", (96, 128), MARCH, comps=("brass", "skank"), bass=("rootfifth",), hats=("none",
           "quarters"), sounds="orchestra", pool="major", weight=0.6),
    _g("salsa", (150, 222), CLAVE, comps=("montuno",), bass=("tumbao",), hats=("campana",
           "cascara", "shaker"), sounds="latin", pool="any", weight=1.1),
    _g("bossa", (104, 160), (("x..xx..xx..xx..x", "x..x..x...x..x.."), ("x...x...x...x...",
           "..x..x....x.x...")), comps=("charleston", "bossa"),
       bass=("bossa",), hats=("eighths", "shaker"), sounds="jazz", pool="jazz", weight=0.8),
    _g("cumbia", (84, 112), (("x...x...x...x...", "..x...x...x...x."), ("x.......x.......",
           "..xx..xx..xx..xx")), comps=("skank", "montuno"),
       bass=("rootfifth", "tresillo"), hats=("guiro", "campana"), sounds="latin", weight=0.7),
    _g("afrobeat", (96, 128), FUNK, comps=("funk16", "montuno"), bass=("funk", "tresillo"),
           hats=("shaker", "sixteenths", "campana"),
       sounds="latin", pool="minor", weight=0.8),
    _g("afrotwelve", (84, 140), AFRO12, comps=("arp3", "blocks"), bass=("triplets", "quarters"),
           hats=("bell12", "shaker3"), sounds="latin", weight=0.8),
    _g("swing", (92, 224), SWING, **_JAZZ, weight=3.2),
    _g("slowswing", (60, 110), SWING, **_JAZZ, weight=1.4),
    _g("swing24", (60, 200), (("x.....x.....", "............"), ("............", "...o.....o.."),
           ("o..o..o..o..", "...x.....x..")),
       **{**_JAZZ, "hats": ("pedal24", "pedal24ride", "swing")}, weight=2.2),
    _g("bigband", (120, 210), SWING, **{**_JAZZ, "comps": ("brass", "freddie", "charleston")},
           weight=1),
    _g("shuffle", (72, 152), SHUFFLE, comps=("boogie", "charleston", "skank3"), bass=("walking",
           "boogie"), hats=("shuffle", "quarters", "rideshuffle"),
       pool="blues", weight=2),
    _g("slowblues", (46, 78), TWELVE, comps=("arp3", "organ", "charleston"), bass=("walking",
           "boogie", "long"), hats=("triplets", "shuffle"), pool="blues", weight=1),
    _g("doowop", (56, 84), TWELVE, comps=("triplets", "arp3"), bass=("quarters", "boogie"),
           hats=("triplets",), pool="major", weight=0.9),
    _g("waltz", (84, 196), WALTZ, beats=3, comps=("oompah", "arp", "strum3"), bass=("long",),
           hats=("quarters", "none", "eighths"), weight=1.6),
    _g("jazzwaltz", (96, 190), (("x...........", "............"), ("x.....x.....",
           "........x...")), beats=3,
       **{**_JAZZ, "hats": ("waltzride",)}, swing=(0.6, 0.67), weight=1),
    _g("popwaltz", (80, 150), (("x...........", "....X..."+"x..."), ("x.......x...",
           "....X......."), ("x...........", "........X...")), beats=3,
       comps=("strum", "arp", "blocks", "pad"), weight=1),
    _g("sixeight", (40, 84), SIX, beats=2, comps=("arp3", "triplets", "pad", "strum6"),
           bass=("long", "triplets"), hats=("triplets", "quarters"), weight=1.8),
    _g("jig", (84, 132), SIX, beats=2, comps=("strum6", "triplets"), bass=("quarters", "long"),
           hats=("none", "triplets"), sounds="acoustic", lead=1.0, weight=0.8),
    _g("reel", (95, 130), BACKBEAT, comps=("strum", "boomchick"), bass=("rootfifth", "none"),
           hats=("none",), sounds="acoustic", lead=1.0, weight=0.7),
    _g("folk", (66, 150), (), comps=("strum", "finger", "boomchick"), pool="major", form="plain",
           lead=0.9, **_FOLK, weight=1.8),
    _g("piano", (60, 138), (), comps=("alberti", "arp", "blocks", "oompah4"), form="plain",
           pool="pop", **_FOLK, weight=1.4),
    _g("strings", (58, 150), (), comps=("ostinato", "blocks", "arp", "strings"),
           sounds="orchestra", hats=("none",), bass=("quarters", "long", "none"), form="plain",
           weight=1.2),
    _g("epic", (70, 150), TOMS, comps=("ostinato", "strings", "brass"), sounds="orchestra",
           hats=("none",), bass=("long", "ostbass"), pool="minor", weight=0.9),
    _g("pulse", (60, 120), (), comps=("arp", "pad", "gate", "pluck"), sounds="club", hats=("none",
           "off"), bass=("none", "long", "eighths"), pool="minor", form="plain", loose=0.1,
           weight=0.9),
    _g("chip", (105, 178), ROCK + FLOOR, sounds="chip", comps=("arp16", "blocks", "octarp"),
           bass=("octaves", "eighths", "quarters"), hats=("eighths", "off", "sixteenths"),
           loose=0.0, weight=1),
    _g("gospel", (70, 140), (("................", "....X.......X..."), ("x...x...x...x...",
           "....X.......X...")), comps=("blocks", "organ", "boogie16"),
       bass=("quarters", "walking", "none"), hats=("none", "tamb"), pool="major", weight=0.6),
    _g("drumsolo", (80, 170), ROCK + FUNK + BREAKS, comps=("none",), bass=("none",), lead=0.1,
           weight=0.8),
    _g("worldperc", (84, 150), (("x..x..x...x.x...", "..x.x...x.x...x."), ("x.....x.x.......",
           "...xx......xx...")), sounds="latin", comps=("none", "montuno"),
       bass=("none", "tresillo"), hats=("shaker", "campana"), weight=0.7),
)
# fmt: on
