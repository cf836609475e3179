"""How many syllables a line of lyrics has, by rule, in any script; no dictionary."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_WORD = re.compile(r"[^\W_]+(?:['\u2019\u02bc][^\W_]+)*")
_LATIN = frozenset("aeiouy\u00e6\u0153\u00f8\u0131\u0259")
_STRONG = frozenset("aeo\u00e6\u0153\u00f8")
"""Vowels that make a syllable each where two of them meet, but in the pairs below."""
_ONE_SOUND = frozenset(("ae", "oe", "aa", "ee", "oo"))
_ENGLISH_PAIRS = frozenset(("ia", "io", "iu", "eo", "ua", "uo"))
"""Two vowels that English mostly says apart, but after what softens before them."""
_SOFT = re.compile(r"[tscgx]i[aou]|[gq]u[aeio]|eou|you|i?eau")
_GREEK = frozenset("\u03b1\u03b5\u03b7\u03b9\u03bf\u03c5\u03c9")
_GREEK_PAIRS = re.compile(
    "[\u03b1\u03b5\u03bf]\u03b9|[\u03b1\u03b5\u03b7\u03bf]\u03c5|\u03c5\u03b9"
)
_CYRILLIC = frozenset(
    "\u0430\u0435\u0451\u0438\u043e\u0443\u044b\u044d\u044e\u044f\u0456\u0457\u0454\u04e9\u04af\u04d9"
)
_SMALL_KANA = frozenset("ぁぃぅぇぉゃゅょゎっァィゥェォャュョヮッ")
_VIRAMAS = frozenset("\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u1039\u17d2")
_ENGLISH_WORDS = frozenset(
    ["the", "and", "you", "i", "to", "of", "my", "it", "is", "that", "with", "for", "your", "i'm"]
)
_ENGLISH_SHARE = 0.07
_OPEN_SHARE = {"ARABIC": 0.45, "HEBREW": 0.45, "THAI": 0.55, "LAO": 0.55}
"""Syllables a letter in scripts that leave vowels out, or write several letters to a vowel."""


def is_english(lines: Sequence[str]) -> bool:
    """Whether the lyrics use the small words of English, whose final e is silent."""
    words = [w for line in lines for w in _words(line)]
    return sum(w in _ENGLISH_WORDS for w in words) > _ENGLISH_SHARE * max(1, len(words))


def syllables(text: str, *, english: bool = False) -> int:
    """Syllables of a line, at least 1 where it has a letter or figure.

    A Chinese, Japanese or Korean character counts one; small kana none.
    """
    return sum(_of_word(word, english) for word in _words(text))


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFC", text).replace("\u2019", "'").lower())


def _of_word(word: str, english: bool) -> int:
    script = _script(next((c for c in word if c.isalpha()), "1"))
    if script in ("CJK", "HIRAGANA", "KATAKANA", "HANGUL"):
        return max(1, sum(_east_asian(c) for c in word))
    if script == "CYRILLIC":
        return max(1, sum(c in _CYRILLIC for c in _bare(word, keep="\u0439")))
    if script == "GREEK":
        return max(1, sum(c in _GREEK for c in _GREEK_PAIRS.sub("\u03b1", _bare(word))))
    if script in _OPEN_SHARE:
        letters = sum(unicodedata.category(c) == "Lo" for c in word)
        return max(1, round(_OPEN_SHARE[script] * letters))
    if script == "LATIN":
        return _latin(word, english)
    if not any(c.isalpha() for c in word):
        return len(word)
    bound = sum(word.count(v) for v in _VIRAMAS)
    letters = sum(unicodedata.category(c) == "Lo" for c in word)
    return max(1, letters - bound)


def _script(char: str) -> str:
    return unicodedata.name(char, "").split(" ")[0]


def _east_asian(char: str) -> int:
    script = _script(char)
    if char in _SMALL_KANA:
        return 0
    return int(script in ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "KATAKANA-HIRAGANA"))


def _bare(word: str, keep: str = "") -> str:
    """The word without its accents, but for the letters to keep."""
    return "".join(
        c if c in keep else "".join(d for d in unicodedata.normalize("NFD", c) if d.isalpha())
        for c in word
    )


def _latin(word: str, english: bool) -> int:
    apart = {"\u00ef", "\u00eb", "\u00ed", "\u00fa"}  # said on their own: na-ïf, dí-a
    marked = "".join(f"-{c}" if c in apart and k else c for k, c in enumerate(word))
    plain = _split_bare(marked)
    if english:
        plain = _unsaid(plain)
    found = sum(_group(run, english, plain) for run in re.findall(f"[{''.join(_LATIN)}]+", plain))
    if english and re.search(r"[dsk]n't$", word):
        found += 1
    return max(1, found)


def _split_bare(word: str) -> str:
    """The word without accents; a dash where two vowels are said apart."""
    return "-".join(_bare(part) for part in word.split("-"))


def _unsaid(word: str) -> str:
    """An English word without the vowels at its end that nobody says; y before a vowel is none."""
    word = re.sub(r"y(?=[aeiou])", "j", word)
    if len(re.findall(r"[aeiouy]+", word)) < 2:
        return word
    if re.search(r"[^aeiouy]le[sd]?$", word):
        return word
    word = re.sub(r"(?<![aeiou])(?<![td])ed$", "d", word)
    word = re.sub(r"(?<=[^aeiou])(?<![szxcg])(?<!ch)(?<!sh)es$", "s", word)
    return re.sub(r"(?<=[^aeiou])e$", "", word)


def _group(run: str, english: bool, word: str) -> int:
    """Syllables of vowels that stand together."""
    if len(run) == 1:
        return 1
    if english:
        soft = _SOFT.search(word) is not None
        return 1 + (0 if soft else sum(run[k : k + 2] in _ENGLISH_PAIRS for k in range(len(run))))
    if run == "eau":
        return 1
    pairs = (run[k : k + 2] for k in range(len(run) - 1))
    return 1 + sum(set(pair) <= _STRONG and pair not in _ONE_SOUND for pair in pairs)
