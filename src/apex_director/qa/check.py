"""The final check of a master: every figure against its limit, in words a musician understands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

from apex_director.core.time import clock, seconds_at

from .flashes import FlashMeter
from .model import (
    U8,
    Check,
    FlashSpan,
    MasterFacts,
    Picture,
    Report,
    Stillness,
    Stretch,
    Sync,
    Verdict,
)
from .seeing import Glance, glances
from .slideshow import BLOCK as SLIDESHOW_BLOCK
from .slideshow import WARN as SLIDESHOW_WARN
from .slideshow import SlideshowRisk, slideshow_risk
from .still import StillMeter
from .sync import measure_sync

BLACK_BLOCK_S = 2.0  # in the middle; fades at both ends may take longer
BLACK_WARN_S = 0.5
ENDS_S = 3.0  # what counts as the beginning and the end
FROZEN_BLOCK_S, FROZEN_WARN_S = 6.0, 2.0
MEDIAN_FRAMES = 0.5  # a cut can only lie on a whole frame
WORST_FRAMES = 2.0
MOTION_WARN, MOTION_BLOCK = 0.15, 0.03  # median frame difference in code values
LOUDNESS_WARN_LU, LOUDNESS_BLOCK_LU = 0.5, 1.5
PEAK_WARN_DBTP, PEAK_RISE_DB = 0.0, 1.5
RANGE_SHARE = 0.02
WEIGHTS = {
    "duration": 2.0,
    "streams": 2.0,
    "sync": 3.0,
    "flashes": 3.0,
    "loudness_unchanged": 2.0,
    "motion": 2.0,
}
SCORES: dict[Verdict, float] = {"pass": 1.0, "warn": 0.5, "block": 0.0}
Progress = Callable[[int, int], None]


def check_master(
    frames: Iterable[Picture], facts: MasterFacts, progress: Progress | None = None
) -> Report:
    """Look at every frame of a finished video and judge it; see :func:`check_seen`.

    Parameters
    ----------
    frames : iterable of pictures
        Every decoded frame in order, with limited-range BT.709 planes ``y``, ``u``, ``v``.
    """
    return check_seen(glances(frames), facts, progress)


def check_seen(
    frames: Iterable[Glance], facts: MasterFacts, progress: Progress | None = None
) -> Report:
    """Judge a finished video by what was seen of its frames.

    The verdict is the worst of all checks. The score is the weighted mean of 1 for a pass, 0.5 for
    a warning and 0 for a block (:data:`WEIGHTS`, others 1); ``sync`` counts with the share of cuts
    within a frame of a beat where that is known.

    Parameters
    ----------
    frames : iterable of Glance
        Every frame in order.
    progress : callable(done, total), optional
        Called about twice a second of video.
    """
    flash, still = FlashMeter(facts.rate, facts.width, facts.height), StillMeter(facts.rate)
    every = max(1, round(facts.rate / 2))
    thumbs: list[U8] = []
    for index, frame in enumerate(frames):
        flash.take(frame)
        still.push(frame)
        thumbs.append(frame.thumb)
        if progress and index % every == 0:
            progress(index + 1, facts.expected_frames)
    seen = still.result()
    sync = measure_sync(
        facts.cuts,
        facts.beats_s,
        facts.downbeats_s,
        facts.rate,
        marks=facts.marks,
        transition_frames=facts.transitions,
    )
    checks = (
        _duration(facts, seen.frames),
        _streams(facts),
        _sync(facts, sync),
        _black(seen, facts.rate),
        _frozen(seen, facts.rate),
        _flashes(flash.spans(), facts.rate),
        _extended(flash.extended(), facts.rate),
        _loudness(facts),
        _peak(facts),
        _motion(seen),
        _slideshow(slideshow_risk(thumbs, facts.cuts, facts.rate)),
        _levels(seen),
    )
    verdicts = {c.verdict for c in checks}
    verdict: Verdict = "block" if "block" in verdicts else "warn" if "warn" in verdicts else "pass"
    return Report(
        verdict=verdict,
        overall_quality_score=_score(checks, sync),
        checks=checks,
        sync=sync,
        flashes=flash.spans(),
    )


def _score(checks: Sequence[Check], sync: Sync) -> float:
    total = weight = 0.0
    for check in checks:
        share = WEIGHTS.get(check.id, 1.0)
        value = SCORES[check.verdict]
        if check.id == "sync" and check.verdict != "block" and sync.within_one_frame is not None:
            value *= sync.within_one_frame
        total, weight = total + share * value, weight + share
    return round(total / weight, 4)


def _place(start: int, end: int, rate: Fraction) -> str:
    first, last = seconds_at(start, rate), seconds_at(end, rate)
    return f"{clock(float(first))} to {clock(float(last))} (frames {start} to {end})"


def _duration(facts: MasterFacts, decoded: int) -> Check:
    frame = 1 / float(facts.rate)
    off = abs(decoded / float(facts.rate) - facts.song_duration_s)
    sound = facts.audio_duration_s
    lag = abs(sound - facts.song_duration_s) if sound is not None else 0.0
    whole = decoded == facts.expected_frames == facts.container_frames
    good = whole and off <= frame * 1.001 and lag <= max(frame, 0.03) * 1.001
    if good:
        reason = "The picture is as long as the song, within one frame."
    elif not whole:
        reason = (
            f"{facts.expected_frames} frames were planned, {facts.container_frames} are listed "
            f"and {decoded} can be played."
        )
    else:
        reason = f"Picture or sound is {max(off, lag):.3f} s off the song's length."
    return Check(
        id="duration",
        measured=round(max(off, lag), 4),
        limit=round(frame, 4),
        unit="s",
        verdict="pass" if good else "block",
        reason=reason,
    )


def _streams(facts: MasterFacts) -> Check:
    wrong = [
        f"{name} is {found or 'missing'} instead of {wanted}"
        for name, found, wanted in (
            ("the video codec", facts.video_codec, "h264"),
            ("the pixel format", facts.pix_fmt, "yuv420p"),
            ("the colour range", facts.color_range, "tv"),
            ("the colour matrix", facts.color_space, "bt709"),
            ("the colour primaries", facts.color_primaries, "bt709"),
            ("the transfer curve", facts.color_trc, "bt709"),
        )
        if found != wanted
    ]
    if facts.audio_codec not in {"aac", "mp3"}:
        wrong.append(f"the sound is {facts.audio_codec or 'missing'} instead of AAC or MP3")
    found = f"{facts.video_codec}, {facts.pix_fmt}, {facts.audio_codec}"
    return Check(
        id="streams",
        measured=found,
        limit="h264, yuv420p, bt709 tv, aac or mp3",
        unit="",
        verdict="block" if wrong else "pass",
        reason=f"Players may show it wrongly: {'; '.join(wrong)}."
        if wrong
        else "Picture and sound are stored the way every player expects.",
    )


def _sync(facts: MasterFacts, sync: Sync) -> Check:
    median, worst = sync.median_frames, sync.worst_frames
    if facts.grid_verdict == "none" or median is None or worst is None:
        reason = (
            sync.summary or "The song has no steady beat to measure against."
            if facts.grid_verdict == "none"
            else "There is no cut to measure."
        )
        verdict: Verdict = "pass"
    elif median > MEDIAN_FRAMES:
        verdict = "block" if facts.grid_verdict == "firm" else "warn"
        reason = f"Half of the cuts miss the beat by more than {median:.2f} frames."
    elif worst > WORST_FRAMES:
        verdict = "warn" if facts.grid_verdict == "firm" else "pass"
        reason = f"Most cuts are on the beat; the farthest is {worst:.1f} frames away from one."
    else:
        verdict, reason = "pass", "Every cut is on a beat."
    return Check(
        id="sync",
        measured=None if median is None else round(median, 3),
        limit=MEDIAN_FRAMES,
        unit="frames (median)",
        verdict=verdict,
        reason=reason,
    )


def _longest(stretches: Iterable[Stretch], rate: Fraction) -> float:
    return max((float((s.end - s.start) / rate) for s in stretches), default=0.0)


def _graded(seconds: float, warn: float, block: float) -> Verdict:
    return "block" if seconds > block else "warn" if seconds > warn else "pass"


def _black(seen: Stillness, rate: Fraction) -> Check:
    inner = [
        s for s in seen.black if s.start > ENDS_S * rate and s.end < seen.frames - ENDS_S * rate
    ]
    share = sum(s.end - s.start for s in seen.black) / max(1, seen.frames)
    longest = _longest(inner, rate)
    verdict = "block" if share > 0.5 else _graded(longest, BLACK_WARN_S, BLACK_BLOCK_S)
    return Check(
        id="black",
        measured=round(longest, 3),
        limit=BLACK_BLOCK_S,
        unit="s",
        verdict=verdict,
        reason="No black hole between beginning and end."
        if verdict == "pass"
        else f"The picture is black for {longest:.1f} s in the middle."
        if share <= 0.5
        else f"{share:.0%} of the video is black.",
        where=tuple(_place(s.start, s.end, rate) for s in (inner if share <= 0.5 else seen.black)),
    )


def _frozen(seen: Stillness, rate: Fraction) -> Check:
    longest = _longest(seen.frozen, rate)
    verdict = _graded(longest, FROZEN_WARN_S, FROZEN_BLOCK_S)
    return Check(
        id="freeze",
        measured=round(longest, 3),
        limit=FROZEN_BLOCK_S,
        unit="s",
        verdict=verdict,
        reason="The picture never stands still for long."
        if verdict == "pass"
        else f"The picture stands still for {longest:.1f} s.",
        where=tuple(_place(s.start, s.end, rate) for s in seen.frozen),
    )


def _flashes(spans: Sequence[FlashSpan], rate: Fraction) -> Check:
    worst = max((s.flashes_per_second for s in spans), default=0.0)
    kinds = " and ".join(sorted({"red" if s.kind == "red" else "bright" for s in spans}))
    return Check(
        id="flashes",
        measured=worst if spans else "at most 3",
        limit=3.0,
        unit="flashes in one second",
        verdict="block" if spans else "pass",
        reason=f"It flashes ({kinds}) up to {worst:g} times in one second, which can cause "
        "seizures in people with photosensitive epilepsy."
        if spans
        else "It never flashes more than three times in one second (screening, no certificate).",
        where=tuple(_place(s.start, s.end, rate) for s in spans),
    )


def _extended(spans: Sequence[FlashSpan], rate: Fraction) -> Check:
    longest = max((float((s.end - s.start) / rate) for s in spans), default=0.0)
    return Check(
        id="flashes_extended",
        measured=round(longest, 2),
        limit=5.0,
        unit="s",
        verdict="warn" if spans else "pass",
        reason=f"It flashes more than twice a second for {longest:.0f} s on end; each second is "
        "within the limit, but so long a stretch is tiring for sensitive viewers."
        if spans
        else "No long stretch of quick flashes.",
        where=tuple(_place(s.start, s.end, rate) for s in spans),
    )


def _loudness(facts: MasterFacts) -> Check:
    song, master = facts.song_lufs, facts.master_lufs
    off = None if song is None or master is None else abs(song - master)
    if off is None:
        lost = song is not None
        reason = (
            "The song can be heard, the video cannot."
            if lost
            else "The song is too quiet to measure its loudness."
        )
        verdict: Verdict = "block" if lost else "pass"
    else:
        verdict = _graded(off, LOUDNESS_WARN_LU, LOUDNESS_BLOCK_LU)
        kept = "The song's own data was kept" if facts.audio_copied else "The song was re-encoded"
        reason = f"{kept}; its loudness differs by {off:.2f} LU."
    return Check(
        id="loudness_unchanged",
        measured=None if off is None else round(off, 3),
        limit=LOUDNESS_WARN_LU,
        unit="LU",
        verdict=verdict,
        reason=reason,
    )


def _peak(facts: MasterFacts) -> Check:
    peak, song = facts.master_peak_dbtp, facts.song_peak_dbtp
    rise = peak - song if peak is not None and song is not None else 0.0
    hot = peak is not None and peak > PEAK_WARN_DBTP
    if hot and rise > PEAK_RISE_DB:
        reason = f"Peaks are {rise:.1f} dB higher than in the song and may distort."
    elif hot:
        reason = f"The song itself peaks at {peak:.1f} dBTP; it was left as it is."
    else:
        reason = "Peaks stay below full scale."
    return Check(
        id="true_peak",
        measured=None if peak is None else round(peak, 2),
        limit=PEAK_WARN_DBTP,
        unit="dBTP",
        verdict="warn" if hot and rise > PEAK_RISE_DB else "pass",
        reason=reason,
    )


def _motion(seen: Stillness) -> Check:
    moves = seen.motion
    verdict: Verdict = (
        "block" if moves < MOTION_BLOCK else "warn" if moves < MOTION_WARN else "pass"
    )
    return Check(
        id="motion",
        measured=round(moves, 3),
        limit=MOTION_WARN,
        unit="code values per frame (median)",
        verdict=verdict,
        reason="The pictures move."
        if verdict == "pass"
        else "The pictures hardly move; it looks like a slideshow.",
    )


def _slideshow(found: SlideshowRisk | None) -> Check:
    risk = found.risk if found else None
    verdict = _graded(risk or 0.0, SLIDESHOW_WARN, SLIDESHOW_BLOCK)
    if found is None or verdict == "pass":
        reason = "Pictures live and vary; it is no slideshow."
    else:
        reason = (
            f"It comes close to a slideshow: {found.still:.0%} of the frames stand still, "
            f"{found.flat:.0%} of the shots have no depth, {found.repeated:.0%} repeat earlier "
            "ones."
        )
    return Check(
        id="slideshow",
        measured=risk,
        limit=SLIDESHOW_WARN,
        unit="risk (0 to 1)",
        verdict=verdict,
        reason=reason,
    )


def _levels(seen: Stillness) -> Check:
    share = seen.out_of_range
    good = share <= RANGE_SHARE
    return Check(
        id="levels",
        measured=round(share, 5),
        limit=RANGE_SHARE,
        unit="share of pixels",
        verdict="pass" if good else "warn",
        reason="Black and white stay within the video range."
        if good
        else f"{share:.1%} of the picture lies outside the video range and will be clipped.",
    )
