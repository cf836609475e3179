import numpy as np


def _voice(rate, seconds):
    t = np.arange(int(rate * seconds)) / rate
    pitch = 330 * 2 ** (0.06 * np.sin(2 * np.pi * 5.5 * t) + 0.2 * np.sin(2 * np.pi * 0.4 * t))
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    return 0.4 * sum(np.sin(h * phase) / h for h in range(1, 12))


def test_a_gliding_voice_is_found_where_it_is(sounds, hear):
    out = np.zeros(sounds.rate * 30)
    for i in range(15):
        for step in (0, 4, 7):
            sounds.put(out, sounds.note(60 + step, 2.0, plucked=False), 2 * i, 0.5)
    sounds.put(out, _voice(sounds.rate, 8), 10)
    heard = hear(out * 0.5)
    inside = np.zeros(300, dtype=bool)
    for span in heard.vocals:
        inside[int(span.start_s * 10) : int(span.end_s * 10)] = True
    assert inside[105:175].mean() > 0.8
    assert np.concatenate([inside[:90], inside[190:]]).mean() < 0.1
    assert heard.vocal_confidence > 0.3


def test_steady_chords_hold_no_voice(sounds, hear):
    out = np.zeros(sounds.rate * 16)
    for i in range(8):
        sounds.put(out, sounds.note(57, 2.0, plucked=False), 2 * i)
    assert hear(out).vocals == ()
