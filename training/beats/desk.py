"""The desk: everyone's notes to tracks, machines and effects, and the balance of the mix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import instruments as ins
import numpy as np
from comping import (
    GUITAR,
    Note,
    Riff,
    bass_notes,
    comp_notes,
    guitar_notes,
    playing,
    riff_of,
    triple,
    tune,
)
from drumming import Pattern
from mixing import RATE, band, compressed, level, mastered, wet

if TYPE_CHECKING:
    from played import Plan

F32 = np.ndarray
Rng = np.random.Generator
FONTS = ("FluidR3_GM", "MuseScore_General_Full")


def render(plan: Plan, notes: list[Note], voice: ins.Voice, n: int) -> F32:
    """A track of notes, as tight as the band is."""
    rng, track = plan.rng, np.zeros(n, dtype=np.float32)
    late, jitter = (
        rng.normal(0, 0.004) * min(plan.genre.loose, 1),
        plan.jitter * rng.uniform(0.5, 1.5),
    )
    for beat, long, midi, velocity in notes:
        if beat < 0:
            continue
        at = plan.seconds(beat)
        seconds = min(max(plan.seconds(beat + long) - at, 0.03), 6.0)
        sound = voice(midi, seconds, velocity)
        begin = max(0, int((at + late + rng.normal(0, jitter)) * RATE))
        m = min(len(sound), n - begin)
        if m > 0:
            track[begin : begin + m] += sound[:m]
    return track


def program(plan: Plan, programs: tuple[int, ...]) -> ins.Voice:
    """A recorded instrument of a group."""
    return ins.sampled(plan.bank, str(plan.rng.choice(FONTS)), int(plan.rng.choice(programs)))


def bass_voice(plan: Plan, style: str) -> ins.Voice:
    """An instrument for the bass."""
    rng, sounds = plan.rng, plan.genre.sounds
    if style == "808":
        return ins.eight_o_eight(rng)
    if style == "wobble":
        return ins.wobble(rng, float(plan.clock[1] - plan.clock[0]))
    if sounds == "club" or (sounds == "band" and rng.random() < 0.15):
        if rng.random() < 0.2:
            return program(plan, ins.CLUB_BASSES)
        wave = str(rng.choice(["saw", "square", "sine"]))
        return ins.oscillator(
            rng,
            wave,
            cutoff=float(np.exp(rng.uniform(5, 7.5))),
            decay=float(rng.choice([0.08, 0.2, 9])),
            voices=2 if style == "reese" else 1,
            sweep=rng.uniform(0, 2),
        )
    if sounds == "chip":
        return ins.oscillator(rng, "square", cutoff=8000, decay=9)
    if sounds == "jazz" or sounds == "acoustic":
        return program(plan, (32, 32, 32, 33, 35))
    if sounds == "orchestra":
        return program(plan, (42, 48, 57, 32))
    return program(plan, ins.BASSES)


def comp_voice(plan: Plan, style: str) -> ins.Voice:
    """An instrument for the chords."""
    rng, sounds = plan.rng, plan.genre.sounds
    if sounds == "chip":
        return ins.oscillator(rng, "square", cutoff=9000, decay=float(rng.choice([0.2, 9])))
    if sounds == "club" and rng.random() < 0.65:
        long = style in ("pad", "strings")
        return ins.oscillator(
            rng,
            str(rng.choice(["saw", "saw", "square", "sine"])),
            cutoff=float(np.exp(rng.uniform(6.2, 9))),
            decay=9 if long else float(rng.choice([0.1, 0.3, 9])),
            attack=rng.uniform(0.05, 0.5) if long else 0.004,
            release=0.3 if long else 0.08,
            voices=int(rng.choice([1, 2, 3])),
            sweep=rng.uniform(0, 1.5),
        )
    groups = {
        "pad": ins.PADS,
        "strings": (48, 49, 50, 44),
        "organ": (16, 17, 18, 19, 21),
        "strum": (24, 25, 25, 26, 27),
        "strum3": (24, 25),
        "strum6": (24, 25, 105),
        "finger": (24, 25),
        "boomchick": (24, 25, 26, 21, 105),
        "funk16": (27, 28, 26, 7),
        "skank": (27, 26, 16, 21, 28),
        "skank3": (27, 26, 0),
        "skank24": (27, 26, 28),
        "charleston": (0, 2, 4, 26, 11),
        "freddie": (26, 25, 24),
        "brass": (61, 62, 56, 57),
        "montuno": (0, 1, 2),
        "oompah": (0, 21, 24, 46),
        "ostinato": (48, 45, 49, 42),
        "pluck": (*ins.MALLETS, 80, 87),
        "stabs": (0, 16, 61, 81, 90),
        "boogie": (26, 27, 0),
        "sample": (0, 4, 11, 46, 49, 24, 61),
        "gate": (81, 90, 50, 87),
        "bossa": (24, 24, 4),
    }
    if sounds == "orchestra":
        return program(plan, (48, 49, 42, 45, 46, 60, 61, 68, 73, 0, 52))
    return program(plan, groups.get(style, (*ins.PIANOS, *ins.GUITARS, *ins.MALLETS, 16, 18)))


def lead_track(plan: Plan, n: int) -> F32:
    """The tune: a singer, a rapper, a machine or a solo instrument."""
    rng, sounds = plan.rng, plan.genre.sounds
    notes = tune(plan)
    if plan.genre.name in ("hiphop", "trap", "lofi") and rng.random() < 0.5:
        return rap(plan, n)
    if sounds == "metal" and rng.random() < 0.4:  # shouted
        shout = rap(plan, n)
        return np.tanh(shout / np.float32(level(shout)) * np.float32(rng.uniform(1, 8)))
    if sounds in ("band", "metal", "acoustic", "club", "latin") and rng.random() < (
        0.3 if sounds == "club" else 0.6
    ):
        track = render(plan, notes, ins.singer(rng), n)
        if rng.random() < 0.4:
            track += 0.5 * render(
                plan,
                [(b, d, m + float(rng.choice([-12, 4, 7])), v) for b, d, m, v in notes],
                ins.singer(rng),
                n,
            )
        return track
    if sounds == "club" or (sounds == "chip"):
        return render(
            plan,
            notes,
            ins.oscillator(
                rng,
                str(rng.choice(["saw", "square"])),
                cutoff=float(np.exp(rng.uniform(7, 9))),
                decay=float(rng.choice([0.2, 9])),
                voices=2,
                release=0.1,
            ),
            n,
        )
    return render(plan, notes, program(plan, ins.SOLOS), n)


def rap(plan: Plan, n: int) -> F32:
    """Syllables of spoken words on sixteenths."""
    rng, track = plan.rng, np.zeros(n, dtype=np.float32)
    mother = plan.bank.at(plan.bank.voice_index[int(rng.integers(len(plan.bank.voice_index)))])
    dense = rng.uniform(0.3, 0.8)
    for bar, _ in playing(plan, "lead"):
        for step in range(plan.lengths[bar] * 4):
            if rng.random() < dense:
                at = int(rng.integers(0, max(1, len(mother) - RATE // 2)))
                cut = ins.shaped(
                    mother[at : at + int(rng.uniform(0.09, 0.3) * RATE)].copy(), 0.01, 0.03
                )
                begin = max(
                    0, int((plan.seconds(plan.bars[bar] + step / 4) + rng.normal(0, 0.012)) * RATE)
                )
                m = min(len(cut), n - begin)
                if m > 0:
                    track[begin : begin + m] += cut[:m]
    return track


def guitar_track(plan: Plan, style: str, riff: Riff, n: int) -> F32:
    """Distorted power chords and palm mutes."""
    rng = plan.rng
    opened, muted = guitar_notes(plan, style, riff)
    fifths = [(b, d, m + i, v) for b, d, m, v in opened for i in (0, 7, 12)]
    lows = [(b, d, m + i, v) for b, d, m, v in muted for i in (0, 7)]
    bright = rng.uniform(0.5, 1.1)
    heavy = plan.genre.sounds == "metal"
    if rng.random() < 0.25:  # a recorded guitar instead
        voice = program(plan, (29, 30))
        clean = render(plan, fifths, voice, n)
        clean += 0.8 * render(plan, lows, program(plan, (28, 30)), n)
        return ins.amplified(clean, rng, rng.uniform(2, 12))
    clean = render(plan, fifths, ins.string(rng.uniform(1, 4), bright), n)
    clean += rng.uniform(0.6, 1.2) * render(
        plan, lows, ins.string(rng.uniform(0.06, 0.16), bright + 0.3), n
    )
    return ins.amplified(clean, rng, rng.uniform(12, 60) if heavy else rng.uniform(2, 25))


def effects(plan: Plan, n: int) -> F32:
    """Risers, reversed cymbals, impacts, downlifters and rolls where phrases meet."""
    rng, track = plan.rng, np.zeros(n, dtype=np.float32)
    rate = 0.75 if plan.genre.form == "club" else 0.12
    for index, (first, bars, layers, energy) in enumerate(plan.sections[1:], 1):
        now = plan.seconds(plan.bars[first])
        before = plan.sections[index - 1]
        if rng.random() < rate * (0.6 + 0.4 * (energy > before[3])):
            back = int(rng.choice([1, 2, 4]))
            start = plan.seconds(plan.bars[max(0, first - back)])
            m = int((now - start) * RATE)
            if m > 2000:
                ramp = np.linspace(0, 1, m, dtype=np.float32) ** rng.uniform(1, 4)
                noise = (
                    band(rng.standard_normal(m).astype(np.float32), "high", rng.uniform(500, 4000))
                    * ramp
                )
                if rng.random() < 0.4:
                    sweep = np.cumsum(np.exp(np.linspace(np.log(200), np.log(2000), m)) / RATE)
                    noise = noise * 0.5 + ramp * np.sin(2 * np.pi * sweep).astype(np.float32) * 0.3
                begin = int(start * RATE)
                stop = min(n, begin + m)
                track[begin:stop] += noise[: stop - begin]
        if rng.random() < rate * 0.7:
            t = np.arange(int(2.2 * RATE), dtype=np.float32) / RATE
            boom = (
                np.sin(2 * np.pi * (40 * t + 8 * (1 - np.exp(-t / 0.1)))) * np.exp(-t / 0.5)
                + band(rng.standard_normal(len(t)).astype(np.float32), "low", 5000)
                * np.exp(-t / 0.7)
                * 0.5
            )
            begin = int(now * RATE)
            stop = min(n, begin + len(t))
            track[begin:stop] += boom.astype(np.float32)[: stop - begin]
        if "build" in layers and rng.random() < 0.7:
            sound = plan.bank.at(plan.bank.kits["FluidR3_GM:25"]["snare"][0])
            for k in range(bars):
                per = (1, 2, 4, 8)[min(3, int(4 * k / bars))]
                for i in range(plan.lengths[first + k] * per):
                    at = int(plan.seconds(plan.bars[first + k] + i / per) * RATE)
                    m = min(len(sound), n - at)
                    if m > 0:
                        track[at : at + m] += sound[:m] * np.float32(
                            0.3 + 0.6 * (k + i / per / 4) / bars
                        )
    return track


def opening(plan: Plan, x: F32) -> F32:
    """A low-pass that opens over a section, as clubs do."""
    dull = band(x, "low", plan.rng.uniform(250, 900), 2)
    out = x.copy()
    for first, bars, _, energy in plan.sections:
        if energy < 0.75 and plan.rng.random() < 0.5:
            a = int(plan.seconds(plan.bars[first]) * RATE)
            b = min(
                len(x),
                int(
                    plan.seconds(plan.bars[first + bars - 1] + plan.lengths[first + bars - 1])
                    * RATE
                ),
            )
            if b > a:
                mix = np.linspace(0, 1, b - a, dtype=np.float32) ** 2
                out[a:b] = x[a:b] * mix + dull[a:b] * (1 - mix)
    return out


def ducked(x: F32, kicks: np.ndarray, depth: float, release: float) -> F32:
    """Side-chain: the level falls with each kick and comes back."""
    gain = np.ones(len(x), dtype=np.float32)
    m = int(release * 2.5 * RATE)
    dip = (1 - depth * np.exp(-np.arange(m) / RATE / release)).astype(np.float32)
    for at in kicks:
        begin = max(0, int(at * RATE))
        stop = min(len(x), begin + m)
        if stop > begin:
            gain[begin:stop] = np.minimum(gain[begin:stop], dip[: stop - begin])
    return x * gain


def mixed(
    plan: Plan,
    n: int,
    drums: F32,
    kicks: F32,
    used: list[tuple[int, Pattern]],
    kick_times: np.ndarray,
) -> F32:
    """All tracks, balanced at random around a sensible mix, mastered."""
    rng, genre = plan.rng, plan.genre
    riff = riff_of(plan)
    by_bar = {bar: p.kicks for bar, p in used}
    club = genre.sounds == "club"
    music: list[tuple[F32, float]] = []
    style = str(rng.choice(genre.bass))
    if style != "none":
        line = render(plan, bass_notes(plan, style, by_bar, riff), bass_voice(plan, style), n)
        if rng.random() < 0.3 and not club:
            line = np.tanh(line / level(line) * rng.uniform(0.3, 2))
        music.append((line, -1.5 + rng.normal(0, 3.5)))
    styles = [str(rng.choice(genre.comps))]
    for _ in range(int(rng.choice([0, 1, 2, 3], p=[0.35, 0.35, 0.2, 0.1]))):
        more = (
            ("pad",) if triple(plan) or genre.sounds == "jazz" else ("pad", "pad", "arp", "blocks")
        )
        styles.append(str(rng.choice(genre.comps if rng.random() < 0.6 else more)))
    for layer, kind in zip(("comp", "comp2", "comp2", "comp"), styles, strict=False):
        if kind == "none":
            continue
        if kind in GUITAR:
            track = guitar_track(plan, kind, riff, n)
            if rng.random() < 0.5:
                track = compressed(track, rng, hard=0.7)
            gain = rng.normal(1.5 if genre.sounds == "metal" else -2, 3)
        else:
            notes = comp_notes(plan, kind, layer)
            track = render(plan, notes, comp_voice(plan, kind), n)
            gain = rng.normal(-5 if kind != "pad" else -8, 4) + (5 if genre.form == "plain" else 0)
        if rng.random() < 0.5:
            track = wet(track, rng, rng.uniform(0.3, 2.2), rng.uniform(0.1, 0.8))
        music.append((track, gain))
    if rng.random() < genre.lead:
        track = lead_track(plan, n)
        if rng.random() < 0.7:
            track = wet(track, rng, rng.uniform(0.3, 2), rng.uniform(0.1, 0.7))
        music.append(
            (track, rng.normal(-1.5 if genre.sounds in ("band", "metal", "acoustic") else -3.5, 4))
        )
    if genre.form == "club" or rng.random() < 0.2:
        music.append((effects(plan, n), rng.normal(-9, 4)))
    bed = np.zeros(n, dtype=np.float32)
    for track, gain in music:
        if np.abs(track).max() > 1e-6:
            bed += track / np.float32(level(track)) * np.float32(10 ** (gain / 20))
    if club and rng.random() < 0.6:
        bed = opening(plan, bed)
    if club and len(kick_times) and rng.random() < 0.7:
        bed = ducked(bed, kick_times, rng.uniform(0.3, 0.98), rng.uniform(0.05, 0.25))
    kit = drums + kicks * np.float32(10 ** (rng.normal(0, 2.5) / 20))
    if np.abs(kit).max() > 1e-6:
        if rng.random() < 0.5:
            kit = compressed(kit, rng, hard=rng.uniform(0.3, 1))
        if rng.random() < 0.6:
            kit = wet(kit, rng, rng.uniform(0.15, 1.2), rng.uniform(0.05, 0.5 if not club else 0.2))
        kit = kit / np.float32(level(kit)) * np.float32(10 ** (rng.normal(1.5, 4) / 20))
    return mastered(bed + kit, rng)
