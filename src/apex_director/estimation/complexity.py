"""How much a prompt asks for, as a number that can be counted."""

from __future__ import annotations

import re

FULL_WORDS, FULL_CLAUSES, FULL_SUBJECTS = 60, 8, 12
"""Counts at which a prompt is as complex as it gets: more words than image models weigh."""

_TOKEN = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[^\s\w]")
_WORD = re.compile(r"\w")
_BREAKS = frozenset(",;:.!?()[]{}|/—–\n")
_JOINING = frozenset(
    [
        "and",
        "or",
        "but",
        "while",
        "as",
        "with",
        "without",
        "under",
        "over",
        "behind",
        "beside",
        "between",
        "through",
        "above",
        "below",
        "near",
        "before",
        "after",
        "into",
        "onto",
        "across",
        "against",
        "around",
        "along",
        "where",
        "when",
        "which",
        "who",
        "that",
    ]
)
_EMPTY = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "in",
        "on",
        "at",
        "to",
        "for",
        "from",
        "by",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "it",
        "its",
        "this",
        "these",
        "those",
        "his",
        "her",
        "their",
        "our",
        "your",
        "my",
        "no",
        "not",
        "very",
        "so",
        "some",
        "any",
        "each",
        "every",
        "more",
        "most",
    ]
)


def counts(prompt: str) -> tuple[int, int, int]:
    """Words, clauses and subjects of a prompt.

    A clause ends at a punctuation mark or a joining word (``and``, ``with``, ``behind`` ...); a
    subject is an unbroken run of words that carry meaning, such as ``red boat`` and ``calm sea`` in
    "a red boat on the calm sea".

    >>> counts("a red boat on the calm sea, gulls above it")
    (10, 3, 3)
    """
    words = clauses = subjects = 0
    in_clause = in_subject = False
    for token in _TOKEN.findall(prompt):
        word = token.lower()
        is_word = bool(_WORD.match(word))
        words += is_word
        if not is_word or word in _JOINING or word in _EMPTY:
            in_subject = False
        elif not in_subject:
            subjects, in_subject = subjects + 1, True
        if token in _BREAKS or word in _JOINING:
            in_clause = False
        if is_word and not in_clause and word not in _BREAKS:
            clauses, in_clause = clauses + 1, True
    return words, clauses, subjects


def prompt_complexity(prompt: str) -> float:
    """0..1: the mean of words of 60, clauses of 8 and subjects of 12, each counted up to 1.

    Nothing is taken to be slow because its prompt is complex; whether it is, history tells.
    """
    words, clauses, subjects = counts(prompt)
    shares = (words / FULL_WORDS, clauses / FULL_CLAUSES, subjects / FULL_SUBJECTS)
    return round(sum(min(1.0, share) for share in shares) / 3, 4)
