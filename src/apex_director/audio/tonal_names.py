"""Pitch classes by name, apart so that reading a file loads no compiler."""

NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
