"""The vocabulary every room shares: exact time, spans of frames, colour, money, ids, errors. No
I/O.
"""
