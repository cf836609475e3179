"""What a change makes anew: the pictures and cuts it touches, what they cost, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from apex_director.audio.schema import to_x6
from apex_director.cinematography.model import Storyboard
from apex_director.cinematography.schema import to_json
from apex_director.core.money import Usd
from apex_director.images.backends.procedural import ProceduralBackend
from apex_director.images.model import Capabilities, GenerationRequest
from apex_director.productions import shelf
from apex_director.productions.folders import Work
from apex_director.productions.impact import (
    AGAIN,
    CACHED,
    NEW,
    SHELF,
    Impact,
    as_json,
    describe,
    impact_of,
)
from apex_director.productions.model import Payload, Ports
from apex_director.productions.planning import (
    Cutter,
    analysis_at,
    plan,
    request_for,
    segments_of,
    storyboard_at,
)
from apex_director.productions.request import MusicVideoRequest, delivery_of
from apex_director.providers.model import Cost, Quote

from ..cinematography.songs import song

RATE = Fraction(24)
FORM = (("verse", "A", 8, 0.4), ("chorus", "B", 8, 0.9), ("verse", "A", 8, 0.5))


@dataclass(frozen=True)
class Paid:
    """A backend with a price, which nobody calls here."""

    needs: str = ""
    capabilities: Capabilities = field(
        default=Capabilities(
            name="cloud", max_width=4096, max_height=4096, seed="none", negative_prompt="none",
            layered=False, usd_per_image=0.04, model="cloud-1",
        )
    )  # fmt: skip

    def ready(self) -> str:
        return self.needs

    def quote(self, request: GenerationRequest) -> Quote:
        cost = Cost(usd=Usd.of("0.04"), basis="list_price", price_date="2026-11")
        return Quote(model="cloud-1", cost=cost)


@dataclass
class Studio:
    """A studio folder with a song heard, and what its caches hold."""

    home: Path
    backends: tuple[Any, ...] = (ProceduralBackend(),)
    request: MusicVideoRequest = field(
        default_factory=lambda: MusicVideoRequest(audio_path="song", quality_preset="preview")
    )
    plans: int = 0

    @property
    def ports(self) -> Ports:
        return Ports(home=self.home, backends=self.backends, workers=2, eye="eye", cut="cut")

    @property
    def work(self) -> Work:
        return Work(home=self.home, job_id="job")

    def planned(self, board: Storyboard | None = None) -> Payload:
        """Plan the song, or read a plan that a person has edited."""
        analysis = self.home / "analysis.json"
        if not analysis.is_file():
            heard = song(FORM)
            frames = int(heard.duration_s * RATE)
            facts = to_x6(heard, path="song", format="wav", rate=RATE, total_frames=frames,
                          timestamp="")  # fmt: skip
            analysis.write_text(json.dumps(facts))
        self.plans += 1
        request = self.request
        if board is not None:
            edited = self.home / f"edited_{self.plans}.json"
            edited.write_text(to_json(board))
            request = replace(request, plan_path=str(edited))
        payload = {
            "request": asdict(request) | {"color_palette": []},
            "analysis": str(analysis),
            "out": str(self.home / f"plan_{self.plans}.json"),
        }
        return plan(self.ports, payload, lambda _: None)

    def impact(self, board: Storyboard | None = None) -> Impact:
        planned = self.planned(board)
        analysis = analysis_at(str(self.home / "analysis.json"))
        return impact_of(
            self.ports, self.request, storyboard_at(planned["plan"]), analysis, planned
        )

    def render(self, made_as: str = "") -> Storyboard:
        """Leave in the caches what a render of the plan leaves there; ``made_as`` is added to what
        names the pixels of pictures that were made by others.
        """
        planned = self.planned()
        self.work.make()
        for row in planned["picture_keys"]:
            still = self.work.stills / f"{row['key']}.png"
            still.write_bytes(b"png")
            facts = {
                "backend": row["expect"], "take_key": row["key"] + made_as, "job_id": "job"
            }  # fmt: skip
            still.with_suffix(".json").write_text(json.dumps(facts))
        board = storyboard_at(planned["plan"])
        keys = {row["picture_id"]: row["key"] + made_as for row in planned["picture_keys"]}
        cutter = Cutter(version="cut", encoder=delivery_of(self.request).preset.x264)
        heard = analysis_at(str(self.home / "analysis.json"))
        for segment in segments_of(board, heard, keys, cutter):
            (self.work.segments / f"{segment['key']}.mp4").write_bytes(b"mp4")
        return board


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(home=tmp_path)


def test_a_first_render_makes_everything(studio: Studio) -> None:
    found = studio.impact()
    assert {p.state for p in found.pictures} == {NEW}
    assert len(found.segments) == found.segments_in_all
    assert found.frames == found.frames_in_all == sum(s.frames for s in found.segments)
    assert found.bought == ()
    assert found.forecast.usd.p90 == Usd()


def test_what_is_rendered_is_not_rendered_again(studio: Studio) -> None:
    first = studio.impact()
    board = studio.render()
    found = studio.impact(board)
    assert {p.state for p in found.pictures} == {CACHED}
    assert (found.segments, found.frames, found.drawn) == ((), 0, ())
    assert found.forecast.seconds.p50 < first.forecast.seconds.p50
    assert "Nothing is made anew" in describe(found)[0]


def test_pictures_of_others_are_known_by_what_was_made(studio: Studio) -> None:
    studio.backends = (Paid(), ProceduralBackend())
    board = studio.render(made_as="of the cloud")
    found = studio.impact(board)
    assert {p.backend for p in found.pictures} == {"cloud"}
    assert (found.segments, found.bought) == ((), ())
    studio.backends = (ProceduralBackend(),)  # the same plan, drawn by somebody else
    assert len(studio.impact(board).segments) == found.segments_in_all


def first_picture_anew(board: Storyboard) -> Storyboard:
    first, *rest = board.pictures
    return replace(board, pictures=(replace(first, seed=first.seed + 1), *rest))


def second_shot_moved(board: Storyboard) -> Storyboard:
    shots = list(board.shots)
    shots[1] = replace(shots[1], move_amount=shots[1].move_amount * 0.5)
    return replace(board, shots=tuple(shots))


def graded_warmer(board: Storyboard) -> Storyboard:
    return replace(board, grade=replace(board.grade, slope=(1.1, 1.0, 0.9)))


def looking_at(board: Storyboard, picture_id: str) -> set[str]:
    return {s.shot_id for s in board.shots if s.picture_id == picture_id}


def test_another_picture_is_drawn_and_its_cuts_are_made(studio: Studio) -> None:
    board = studio.render()
    found = studio.impact(first_picture_anew(board))
    changed = board.pictures[0].picture_id
    states = {p.picture_id: p.state for p in found.pictures}
    assert states[changed] == NEW
    assert NEW not in [s for name, s in states.items() if name != changed]
    seen = {shot for segment in found.segments for shot in segment.shots}
    assert looking_at(board, changed) <= seen
    assert 0 < found.frames < found.frames_in_all
    for segment in found.segments:
        assert looking_at(board, changed) & set(segment.shots)


def test_another_move_makes_its_own_cut_only(studio: Studio) -> None:
    board = studio.render()
    found = studio.impact(second_shot_moved(board))
    assert 1 <= len(found.segments) <= 3  # its own, and the transitions at its ends
    assert all(board.shots[1].shot_id in segment.shots for segment in found.segments)
    assert {p.state for p in found.drawn} == {AGAIN}
    assert board.shots[1].picture_id in {p.picture_id for p in found.drawn}


def test_kept_layers_need_no_drawing(studio: Studio) -> None:
    board = studio.render()
    again = studio.impact(second_shot_moved(board)).drawn
    for still in studio.work.stills.glob("*.json"):
        named = json.loads(still.read_text())["take_key"]
        (studio.home / "cache" / "layers" / named).mkdir(parents=True)
    found = studio.impact(second_shot_moved(board))
    assert again
    assert found.segments
    assert found.drawn == ()


@pytest.mark.parametrize("change", [graded_warmer])
def test_another_grade_makes_all(
    studio: Studio, change: Callable[[Storyboard], Storyboard]
) -> None:
    found = studio.impact(change(studio.render()))
    assert len(found.segments) == found.segments_in_all
    assert {p.state for p in found.pictures} == {NEW}


def test_what_is_bought_is_told_and_what_was_bought_is_not_again(studio: Studio) -> None:
    board = studio.render()
    studio.backends = (Paid(), ProceduralBackend())
    studio.request = replace(studio.request, backend_preference="cloud")
    found = studio.impact(board)
    count = len(board.pictures)
    assert len(found.bought) == count
    assert found.forecast.usd.p10 == Usd.of("0.04") * count
    line = f"cloud (cloud-1) {count} pictures x $0.04"
    assert any(line in text for text in describe(found))
    assert as_json(found)["pictures_to_buy"] == count
    bought = board.pictures[0]
    entry = shelf.shelf_path(studio.ports, request_for(board, bought), "cloud", "cloud-1", 0)
    entry.parent.mkdir(parents=True)
    entry.write_text("{}")
    again = studio.impact(board)
    assert again.pictures[0].state == SHELF
    assert len(again.bought) == count - 1
    assert again.forecast.usd.p10 == Usd.of("0.04") * (count - 1)
    assert any("Paid for before" in text for text in describe(again))


def test_a_backend_that_cannot_be_used_is_told(studio: Studio) -> None:
    studio.backends = (Paid(needs="needs CLOUD_API_KEY"), ProceduralBackend())
    studio.request = replace(studio.request, backend_preference="cloud")
    found = studio.impact()
    assert "needs CLOUD_API_KEY" in describe(found)[0]
    assert found.bought == ()


def test_takes_are_counted(studio: Studio) -> None:
    studio.backends = (Paid(), ProceduralBackend())
    studio.request = replace(studio.request, backend_preference="cloud", candidates=3)
    found = studio.impact()
    assert found.forecast.usd.p10 == Usd.of("0.12") * len(found.pictures)
