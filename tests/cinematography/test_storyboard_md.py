"""The page a person reads, and the second look of the editor."""

from __future__ import annotations

from dataclasses import replace

from apex_director.cinematography import review, to_markdown
from apex_director.cinematography.model import Transition, TransitionKind

from .songs import song
from .test_plan import direct


def test_the_page_tells_everything_once() -> None:
    heard = song(tonic=9, mode="minor")
    film = direct(heard, title="Tide | <b>", artist="Us", genre="polka")
    page = to_markdown(film, heard)
    assert page.startswith("# Storyboard: Tide \\| &lt;b> by Us\n")
    assert film.logline in page
    assert "A minor" in page
    assert "120.0 beats per minute in 4" in page
    assert "polka" in page
    for shot in film.shots:
        assert page.count(f"| {shot.shot_id} |") == 1
        assert shot.reason in page
    for picture in film.pictures:
        assert picture.prompt in page
    columns = [line.replace("\\|", "").count("|") for line in page.splitlines() if line[:1] == "|"]
    assert set(columns) <= {4, 8, 9, 10}


def test_the_page_works_without_the_analysis() -> None:
    page = to_markdown(direct(song()))
    assert "beats per minute" not in page
    assert "8.00 s" in page


def test_the_editor_objects_to_what_is_wrong() -> None:
    film = direct(song())
    assert review(film) == ()
    first, second = film.shots[:2]
    twin = replace(second, picture_id=first.picture_id, framing=first.framing)
    assert "same framing" in review(replace(film, shots=(first, twin, *film.shots[2:])))[0]
    same = replace(second, size=first.size, move=first.move)
    assert "same move" in review(replace(film, shots=(first, same, *film.shots[2:])))[0]
    white = Transition(kind=TransitionKind.DIP_TO_WHITE, frames=6)
    flashy = replace(film, shots=tuple(replace(s, transition=white) for s in film.shots))
    assert any("dips to white" in w for w in review(flashy))
    one = replace(film, shots=(replace(first, end=film.shots[-1].end),))
    told = review(one)
    assert any("stands for 200 seconds" in w for w in told)
    assert any("No shot looks at" in w for w in told)
