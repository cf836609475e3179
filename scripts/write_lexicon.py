"""Writes docs/lexicon.md from the tables the built-in renderer reads.

.venv/bin/python scripts/write_lexicon.py [--check]
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from apex_director.cinematography.styles import table
from apex_director.images.scenes.lexicon import MOOD_FAMILIES, MOOD_TIMES, read_prompt
from apex_director.images.scenes.place_words import COMPOSITIONS, PLACES, SHOWS_TOO, THINGS
from apex_director.images.scenes.words import COLOUR_SHADES, COLOURS, NEGATIONS, WORDS

PATH = Path(__file__).parent.parent / "docs/lexicon.md"
EXAMPLES = (
    "a neon-lit alley",
    "rainy Tokyo crossing at midnight",
    "empty apartment at dawn",
    "a coral reef",
    "op art",
    "a lighthouse in a storm",
    "a train through snowy mountains",
    "two lovers on a beach at golden hour, no boats",
    "a horse and a trombone in the desert",
)
SLOTS = (("time_of_day", "Hour"), ("weather", "Weather"), ("mood", "Mood"), ("subject", "Figure"))
HEAD = """# Lexicon

The words the built-in renderer understands, in a prompt (`apex image "..."`), a concept
(`--concept "..."`) or the prompt of a plan. Written from its tables by `scripts/write_lexicon.py`.

- **Any text is allowed.** An unknown word never fails: it is listed under `not_drawn`, in the words
  you wrote it in, with the job and beside the picture. So is a word that lost against another one.
- **The longest phrase wins** its place in the text: a *frozen lake* lies under the aurora, a *lake*
  in the mountains. Plurals and possessives are folded; case does not matter.
- **The most words win** a choice: place, hour, weather, mood, figure. Of equals the earlier one.
- **Shared words are faint**: a *tree* or a *road* chooses a place only where no better word does.
- **A thing is no place**: a *lighthouse* leads to the sea and a *guitar* to the stage where nothing
  better is said, and is always told as not drawn.
- **{negations}** and a negative prompt deny what follows, to the end of the clause.
- **Colours**: two or more make the palette. One alone is too little, and told.
- What is left open follows the mood, then the seed.
"""


def shown(phrases: Iterable[str]) -> str:
    """Phrases in alphabetical order."""
    return ", ".join(sorted(phrases))


def rows(heads: Sequence[str], cells: Iterable[Sequence[str]]) -> str:
    """A table."""
    lines = [heads, ["---"] * len(heads), *cells]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def examples() -> str:
    """What a few sentences come to."""
    cells = []
    for text in EXAMPLES:
        spec = read_prompt(text, width=640, height=360, seed=1)
        drawn = [spec.family, spec.time_of_day, spec.weather, spec.mood]
        who = [] if spec.subject == "none" else [spec.subject]
        told = ", ".join(spec.not_drawn) or "-"
        cells.append([text, ", ".join([*drawn, *who]).replace("_", " "), told])
    return rows(["Prompt", "Drawn", "Told as not drawn"], cells)


def places() -> str:
    """Per family: its compositions, words and things."""
    parts = []
    for family in table("places")["family"]:
        views: dict[int, list[str]] = {}
        for phrase, number in COMPOSITIONS.get(family, {}).items():
            views.setdefault(number, []).append(phrase)
        motifs = [m["place"] for m in table("places")["family"][family]["motif"]]
        parts.append(f"### {family}\n")
        parts += [f"- Shows: {'; '.join(motifs)}."]
        if family in SHOWS_TOO:
            parts += [f"- Answers the words of {', '.join(SHOWS_TOO[family])} too."]
        parts += [f"- Words: {shown(PLACES[family].split('|'))}."]
        choices = "; ".join(f"{n}: {shown(views[n])}" for n in sorted(views))
        parts += [f"- Compositions by word: {choices}."]
        if family in THINGS:
            parts += [
                f"- Things that lead here and are not drawn: {shown(THINGS[family].split('|'))}."
            ]
        parts.append("")
    return "\n".join(parts)


def slot(name: str, values: Mapping[str, str]) -> str:
    """A table of a slot's values."""
    return rows([name, "Words"], [[v, shown(p.split("|"))] for v, p in values.items()])


def text() -> str:
    """The whole document."""
    negations = ", ".join(f"*{word}*" for word in NEGATIONS[:4])
    parts = [HEAD.format(negations=negations), examples(), "## Places\n", places()]
    for key, name in SLOTS:
        parts += [f"## {name}\n", slot(name, WORDS[key])]
    open_ones = [[m, ", ".join(MOOD_FAMILIES[m]), MOOD_TIMES[m]] for m in MOOD_FAMILIES]
    parts += ["## What the mood decides when nothing is said\n"]
    parts += [rows(["Mood", "Place", "Hour"], open_ones)]
    shades = ", ".join(COLOUR_SHADES)
    parts += ["## Colours\n", f"{shown(COLOURS)}. Before them: {shades}.\n"]
    return "\n".join(parts)


def main() -> int:
    if "--check" in sys.argv:
        return 0 if PATH.read_text(encoding="utf-8") == text() else 1
    PATH.write_text(text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
