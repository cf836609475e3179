"""Rows of measures as tables, means and bars."""

from __future__ import annotations

from typing import Any

import numpy as np

Row = dict[str, Any]
BEATS = ("F", "CMLt", "AMLt", "downF", "T1", "T2")
FORM = ("metre", "compound", "swing", "B.5", "B3", "pairF", "V", "names", "key", "root", "majmin",
        "kick", "snare", "hat", "silence", "vocals", "drops")  # fmt: skip
STRICT = ("kick_strict", "snare_strict", "hat_strict")
# What the mean over the music groups must reach: name, measure, bar.
FLOORS = (
    ("beat F", "F", 0.90), ("AMLt", "AMLt", 0.93), ("downbeat F", "downF", 0.75),
    ("tempo, octave free", "T2", 0.98), ("section boundaries F, 3 s", "B3", 0.82),
    ("key, weighted", "key", 0.94), ("silence, frame F", "silence", 0.97),
)  # fmt: skip
AIMS = {"F": 0.93, "downF": 0.90}


def is_music(row: Row) -> bool:
    """Whether a row belongs to the music groups: metred, and no clip in an odd format."""
    return bool(row["metred"]) and row["group"] != "format"


def mean(rows: list[Row], measure: str, who: str = "ours") -> float | None:
    """The mean over the songs whose truth says it."""
    known = [r[who][measure] for r in rows if measure in r.get(who, {})]
    return float(np.mean(known)) if known else None


def groups(rows: list[Row]) -> dict[str, list[Row]]:
    """Rows of every group, then of all music, in order."""
    names = dict.fromkeys(r["group"] for r in rows if r["metred"])
    out = {name: [r for r in rows if r["metred"] and r["group"] == name] for name in names}
    return out | {"all music": [r for r in rows if is_music(r)]}


def means(rows: list[Row]) -> Row:
    """Means of every group, ours and librosa's."""
    return {
        name: {
            "songs": len(of),
            "ours": {m: mean(of, m) for m in (*BEATS, *FORM, *STRICT)},
            "librosa": {m: mean(of, m, "librosa") for m in BEATS},
        }
        for name, of in groups(rows).items()
    }


def beats(rows: list[Row]) -> str:
    """Ours / librosa's of every song and group."""
    lines = ["song".ljust(22) + "".join(m.rjust(15) for m in BEATS) + "  trust verdict  CPU s"]
    for row in [r for r in rows if r["metred"]]:
        cells = [_pair(row["ours"].get(m), row["librosa"].get(m)) for m in BEATS]
        cost = f"{row.get('cpu_s', 0):.2f} / {row['librosa'].get('cpu_s', 0):.2f}"
        told = f"  {row.get('trust', 0):.2f}  {row.get('verdict', 'failed'):7s}{cost}"
        lines.append(row["song"][:21].ljust(22) + "".join(cells) + told)
    lines.append("")
    for name, of in groups(rows).items():
        cells = [_pair(mean(of, m), mean(of, m, "librosa")) for m in BEATS]
        lines.append(f"{name} ({len(of)})".ljust(22) + "".join(cells))
    return "\n".join(lines)


def form(rows: list[Row]) -> str:
    """Metre, form, tone, drums, silence, voice and drops of every song and group."""
    lines = ["song".ljust(22) + "".join(m[:7].rjust(8) for m in FORM)]
    for row in [r for r in rows if r["metred"] and r["group"] != "format"]:
        cells = "".join(_cell(row["ours"].get(m)).rjust(8) for m in FORM)
        lines.append(row["song"][:21].ljust(22) + cells)
    lines.append("")
    for name, of in groups(rows).items():
        cells = "".join(_cell(mean(of, m)).rjust(8) for m in FORM)
        lines.append(f"{name} ({len(of)})".ljust(22) + cells)
    music = groups(rows)["all music"]
    strict = " / ".join(_cell(mean(music, m)).strip() for m in STRICT)
    lines.append(f"kick / snare / hats, every other start in the band counted as false: {strict}")
    return "\n".join(lines)


def verdicts(rows: list[Row]) -> str:
    """Whether sound without a beat is told from music."""
    free = [r for r in rows if not r["metred"]]
    right = sum(r.get("verdict") == "none" for r in free)
    lines = [f"no grid: {right} of {len(free)} unmetred sounds said to have none"]
    lines += [f"  {r['song']}: trust {r.get('trust', 0):.2f}, {r.get('verdict')}" for r in free]
    lost = [r["song"] for r in rows if r["metred"] and r.get("verdict") == "none"]
    lines.append(f"music said to have no grid: {', '.join(lost) or 'none'}")
    false = {r["song"]: r["false_drops"] for r in rows if r.get("false_drops")}
    lines.append(f"drops where there are none: {false or 'none'}")
    return "\n".join(lines)


def summary(heard: Any, truth: Row) -> Row:
    """What was heard and what is true, for a reader of one row."""
    return {
        "bpm": heard.grid.bpm,
        "true_bpm": truth.get("tempo"),
        "meter": heard.grid.meter,
        "swing": heard.grid.swing,
        "key": [heard.tone.tonic, heard.tone.mode],
        "true_key": truth.get("key"),
        "sections": [[round(s.start_s, 2), s.label, s.group] for s in heard.sections],
        "true_sections": [[s["start"], s["label"], s.get("group")] for s in truth.get("sections")
                          or []],
        "drops": [round(e.start_s, 2) for e in heard.events if e.kind == "drop"],
        "true_drops": truth.get("drops"),
    }  # fmt: skip


def bars(rows: list[Row], cost: dict[str, float]) -> list[Row]:
    """Every bar with what was reached and whether it holds; None where it was not measured."""
    music, odd = groups(rows)["all music"], [r for r in rows if r["group"] == "format"]
    out = [_floor(name, mean(music, m), bar) | {"aim": AIMS.get(m)} for name, m, bar in FLOORS]
    drums = [mean(music, m) for m in ("kick", "snare", "hat")]
    known = [d for d in drums if d is not None]
    out.append(_floor("drum onsets F, mean of three", float(np.mean(known)) if known else None,
                      0.90))  # fmt: skip
    out.append(_floor("beat F, clips in odd formats", mean(odd, "F"), 0.95))
    errors = [r["lufs_error"] for r in rows if "lufs_error" in r]
    out.append(_ceiling("loudness error, mean LU", float(np.mean(errors)) if errors else None, 0.1))
    out.append(_ceiling("loudness error, largest LU", max(errors, default=None), 0.3))
    out.append(_ceiling("failures", float(sum("failed" in r for r in rows)), 0.0))
    free = [r for r in rows if not r["metred"]]
    wrong = [r for r in free if r.get("verdict") != "none"]
    out.append(_ceiling("unmetred sound given a grid", float(len(wrong)) if free else None, 0.0))
    lost = [r for r in rows if r["metred"] and r.get("verdict") == "none"]
    out.append(_ceiling("music refused a grid", float(len(lost)), 0.0))
    out.append(_ceiling("CPU of 3:30, times librosa's", cost.get("ratio"), 3.0))
    out.append(_ceiling("two hours, MB above imports", cost.get("above_mb"), 300.0))
    return out


def judged(bars: list[Row]) -> str:
    """The bars, one a line."""
    lines = []
    for bar in bars:
        value = "not measured" if bar["value"] is None else f"{bar['value']:.3f}"
        says = {True: "holds", False: "MISSED", None: "-"}[bar["held"]]
        aim = bar.get("aim")
        more = "" if not aim else f"   (aim {aim:.2f}{' reached' if _over(bar, aim) else ''})"
        lines.append(f"{bar['name']:32s}{value:>14s}  {bar['sign']} {bar['bar']:<6g} {says}{more}")
    return "\n".join(lines)


def _over(bar: Row, aim: float) -> bool:
    return bar["value"] is not None and bar["value"] >= aim


def _floor(name: str, value: float | None, bar: float) -> Row:
    held = None if value is None else value >= bar
    return {"name": name, "value": value, "bar": bar, "sign": ">=", "held": held}


def _ceiling(name: str, value: float | None, bar: float) -> Row:
    held = None if value is None else value <= bar
    return {"name": name, "value": value, "bar": bar, "sign": "<=", "held": held}


def _pair(ours: float | None, theirs: float | None) -> str:
    return f"{_cell(ours).strip()} / {_cell(theirs).strip()}".rjust(15)


def _cell(value: float | None) -> str:
    return "   -" if value is None else f"{value:.3f}".removeprefix("0").rjust(4)
