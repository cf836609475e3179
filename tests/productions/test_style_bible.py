"""The style bible lies beside the plan it belongs to, in the contract's words."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from apex_director.cinematography import plan, to_json
from apex_director.cinematography.model import Brief, Format, StyleBible
from apex_director.core.frame import PictureSize
from apex_director.core.time import frames_for
from apex_director.productions.delivering import _put_bible
from apex_director.productions.versions import Version

from ..cinematography.songs import song

RATE = Fraction(24)


def test_the_bible_is_written_beside_a_whole_song_and_nothing_else(tmp_path: Path) -> None:
    heard = song()
    fmt = Format(width=640, height=360, rate=RATE, total_frames=frames_for(heard.duration_s, RATE))
    film = plan(Brief(genre="jazz"), heard, fmt)
    path = tmp_path / "plan.json"
    path.write_text(to_json(film), encoding="utf-8")
    size = PictureSize(width=640, height=360)
    whole = Version(kind="video", aspect="16:9", size=size, main=True)
    _put_bible(path, whole, tmp_path)
    told = json.loads((tmp_path / "style_bible.json").read_text(encoding="utf-8"))
    assert set(told["color_palette"]) == {
        "primary", "secondary", "accent", "neutral", "skin_tones"
    }  # fmt: skip
    assert {"overall_style", "lighting_profile", "camera_profile", "mood_descriptors"} < set(told)
    prompts = " ".join(p.prompt for p in film.pictures)
    assert all(c["words"] in prompts for c in told["characters"][:1])

    bare = tmp_path / "bare"
    bare.mkdir()
    old = bare / "plan.json"
    old.write_text(to_json(replace(film, bible=StyleBible())), encoding="utf-8")
    _put_bible(old, whole, bare)
    assert not (bare / "style_bible.json").exists()
