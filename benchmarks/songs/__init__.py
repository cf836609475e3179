"""Pieces of music made by rule, with exact truth: what the benchmark of the ear listens to.

score (what is played) -> style, harmony, arrange (who plays what) -> synth or fluid (sound) ->
mixing (recording) -> catalogue (the pieces) -> making (files with their truth beside them).
"""
