"""Assets are kept once, found again, changed, used, and removed when nobody needs them."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from apex_director.assets import AssetInUse, AssetNotFound, Library, NewAsset, open_library
from apex_director.core.errors import SomethingNeeded, ValidationFailed
from apex_director.core.money import Usd

from .pictures import encoded, pixels, png


def test_a_record_says_where_it_came_from_and_is_a_path(library: Library) -> None:
    kept = library.add(
        png(1, 64, 40),
        filename="shot.png",
        tags=["Night", "harbour ", "night"],
        metadata={"take": 1},
        job_id="job-1",
        prompt="a harbour",
        backend="nano_banana",
        model="m-1",
        seed=7,
        params={"steps": 4},
        inputs=["ref"],
        cost_usd=Usd.of("0.039"),
        licence="terms",
        quality_score=0.5,
    )
    assert library.get_asset(kept.id) == kept == library.get_asset(kept.id[:8])
    assert (kept.width, kept.height, kept.format, kept.category) == (64, 40, "png", "images")
    assert kept.tags == ("Night", "harbour")
    assert (kept["backend_used"], kept["generation_params"]) == ("nano_banana", {"steps": 4})
    assert Path(os.fspath(kept)).read_bytes() == png(1, 64, 40)
    assert kept.path == library.home / "assets" / "general" / "shot.png"
    assert kept.as_json()["cost_usd"] == 0.039
    assert json.loads(json.dumps(kept.as_json()))["path"] == str(kept.path)
    assert dict(kept)["seed"] == 7
    with pytest.raises(KeyError):
        kept["nothing"]
    with pytest.raises(KeyError):
        library.get_asset("nothing")


def test_the_same_bytes_are_kept_once_and_what_is_known_joins(library: Library) -> None:
    first = library.add(png(1), filename="a.png", tags=["x"], metadata={"a": 1, "b": 1})
    again = library.add(
        png(1), filename="b.png", tags=["X", "y"], metadata={"b": 2}, prompt="later", backend="sdxl"
    )
    assert again.id == first.id
    assert again.tags == ("x", "y")
    assert again.metadata == {"a": 1, "b": 2}
    assert (again.prompt, again.backend_used) == ("later", "sdxl")
    both = library.add_many(
        NewAsset(content=png(2), filename=f"{n}.png", tags=(n,)) for n in ("m", "n")
    )
    assert both[0].id == both[1].id
    assert [one.tags for one in library.search("n.png m")] == []
    assert library.get_asset(both[0].id).tags == ("m", "n")
    assert library.search(tags=["y"]) == [again]
    assert library.search("later") == [again]
    assert library.search(b=2) == [again]
    assert library.search(b=1) == []
    stats = library.stats()
    assert (stats["total_files"], stats["duplicates_avoided"]) == (2, 2)


def test_another_project_has_its_own_record_and_file_of_the_same_bytes(library: Library) -> None:
    project = library.create_project("Harbour: the Film", "by night")
    mine = library.add(png(1), filename="a.png", project_id=project.id)
    general = library.add(png(1), filename="a.png")
    assert mine.id != general.id
    assert mine.path == library.home / "projects" / project.id / "assets" / "a.png"
    assert len(list(library.store)) == 1
    assert mine.path.samefile(general.path)
    assert library.stats()["duplicates_avoided"] == 1
    assert [(one.name, one.assets) for one in library.projects()] == [("Harbour: the Film", 1)]
    manifest = library.home / "assets" / "projects" / f"{project.id}.json"
    assert json.loads(manifest.read_text())["description"] == "by night"
    with pytest.raises(AssetInUse):
        library.delete_project(project.id)
    assert library.delete_project(project.id, with_assets=True) == 1
    assert not manifest.exists()
    assert general.path.exists()
    with pytest.raises(ValidationFailed, match="no project"):
        library.add(png(3), filename="a.png", project_id=project.id)


def test_names_that_are_taken_get_another(library: Library) -> None:
    kept = [library.add(png(seed), filename="shot.png") for seed in range(4)]
    assert len({one.path for one in kept}) == 4
    assert {one.path.parent for one in kept} == {library.home / "assets" / "general"}
    assert all(one.path.read_bytes() == png(seed) for seed, one in enumerate(kept))


def test_search_by_words(library: Library) -> None:
    dusk = library.add(png(1), filename="Hafen_01.png", prompt='A "quiet" Harbour at DUSK, 50%_off')
    dawn = library.add(
        png(2), filename="x.png", prompt="a harbour at dawn", tags=["Straße", "海辺"]
    )
    expected = {
        "harbour": [dawn, dusk],
        "HARBOUR dusk": [dusk],
        "arbou": [dawn, dusk],
        '"harbour at da"': [dawn],
        '"at harbour"': [],
        "hafen": [dusk],
        "general": [dawn, dusk],
        "strasse": [dawn],
        "海辺": [dawn],
        "du": [dusk],
        "50%_": [dusk],
        "5%off": [],
        "quiet": [dusk],
        "zzz": [],
        "": [dawn, dusk],
        "'; DROP TABLE assets; --": [],
        'har" OR "x': [],
    }
    assert {text: library.search(text) for text in expected} == expected


def test_search_by_what_is_known(library: Library) -> None:
    a = library.add(png(1), filename="a.png", backend="sdxl", quality_score=0.9, tags=["t"])
    b = library.add(
        encoded(pixels(2), "JPEG"),
        filename="b.jpg",
        job_id="j",
        metadata={"n": 1.0, "s": {"k": [1]}},
    )
    c = library.add(b"{}", filename="c.json", quality_score=0.2, tags=["u"])
    assert library.search(backend="sdxl") == [a] == library.search(backend_used="sdxl")
    assert library.search(category="images") == [b, a]
    assert library.search(formats=[".PNG", "json"]) == [c, a]
    assert library.search(tags=["T", "u"]) == [c, a]
    assert library.search(metadata={"n": 1}) == [b] == library.search(s={"k": [1]}, job_id="j")
    assert library.search(n=2) == []
    assert library.search(sort="oldest") == [a, b, c]
    assert library.search(sort="best") == [a, c, b]
    assert library.search(sort="name", limit=1, offset=1) == [b]
    assert library.search(min_quality=0.5) == [a]
    assert library.search(created_after=b.created_at, created_before=c.created_at) == [b]
    assert library.search(seed=None) == [c, b, a]
    with pytest.raises(ValidationFailed, match="no order"):
        library.search(sort="random")


def test_without_the_text_index_the_text_itself_is_searched(library: Library) -> None:
    from apex_director.db.engine import transaction

    kept = library.add(png(1), filename="a.png", prompt="a harbour at dusk")
    with transaction(library.home) as connection:
        for name in ("added", "removed", "changed"):
            connection.exec_driver_sql(f"DROP TRIGGER asset_text_{name}")
        connection.exec_driver_sql("DROP TABLE asset_text")
    assert library.search("HARB dusk") == [kept]
    assert library.search("dawn") == []


def test_search_by_look(library: Library, tmp_path: Path) -> None:
    kept = [library.add(png(seed, 200, 120), filename=f"{seed}.png") for seed in range(6)]
    small = library.add(encoded(pixels(3, 200, 120), "JPEG", quality=60), filename="copy.jpg")
    found = library.similar(kept[3])
    assert found[0].asset == small
    assert found[0].distance < 0.06 < found[1].distance
    assert [m.asset for m in library.near_duplicates(kept[3].id)] == [small]
    assert library.search(like=pixels(4, 100, 60), limit=1) == [kept[4]]
    assert library.search(like=kept[3], category="images", formats=["png"], limit=1) != [small]
    reference = tmp_path / "reference.png"
    reference.write_bytes(png(5, 400, 240))
    assert library.search(like=str(reference), limit=1) == [kept[5]]
    library.delete(kept[4].id)
    assert kept[4] not in library.search(like=pixels(4, 100, 60))
    late = library.add(png(9, 200, 120), filename="late.png")
    assert library.search(like=pixels(9, 80, 48), limit=1) == [late]
    with pytest.raises(AssetNotFound):
        library.search(like="nothing")


def _letters(texts: Sequence[str]) -> NDArray[np.float32]:
    """A toy model that hears words by their letters: enough to tell what is nearer."""
    rows = np.zeros((len(texts), 26), np.float32)
    for row, text in zip(rows, texts, strict=True):
        for letter in text.lower():
            if "a" <= letter <= "z":
                row[ord(letter) - 97] += 1
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)


def test_search_by_meaning_with_a_model_that_is_there(library: Library) -> None:
    wise = Library(library.home, library.store, embedding_model="letters", embed=_letters)
    texts = ("night harbour boats", "quick fox jumps", "deserted dunes")
    kept = [library.add(png(i), filename=f"{i}.png", prompt=text) for i, text in enumerate(texts)]
    assert wise.search(meaning="jumping fox, quickly", limit=1) == [kept[1]]
    late = library.add(png(9), filename="9.png", prompt="zzz yyy xxx")
    assert wise.search(meaning="xyz", limit=2, category="images")[0] == late
    library.delete(late.id)
    assert len(wise.search(meaning="xyz")) == 3


def test_search_by_meaning_says_when_it_is_not_installed(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SomethingNeeded, match="not installed"):
        library.search(meaning="x")


def test_tags_notes_and_ratings_change_and_bytes_do_not(library: Library) -> None:
    kept = library.add(png(1), filename="a.png", tags=["x", "y"], metadata={"note": "old"})
    changed = library.change(
        kept.id,
        add_tags=["Z"],
        remove_tags=["X"],
        metadata={"rating": 5, "favourite": True, "note": None},
        quality_score=0.7,
    )
    assert changed.tags == ("y", "Z")
    assert changed.metadata == {"rating": 5, "favourite": True}
    assert library.search(tags=["x"]) == [] != library.search("z", rating=5, favourite=True)
    for bad in ({"file_hash": "0"}, {"category": "../x"}, {"parent_id": kept.id}):
        with pytest.raises(ValidationFailed):
            library.change(kept.id, **bad)


def test_what_is_used_or_has_variants_stays(library: Library) -> None:
    parent = library.add(png(1), filename="a.png")
    child = library.add(png(2), filename="b.png", parent_id=parent.id)
    library.use(child.id, job_id="job", where="shot 3")
    used = library.use(child.id, job_id="job", where="shot 3")
    assert (used.usage_count, used.last_used is not None) == (1, True)
    assert library.use(child.id, job_id="job", where="shot 4").usage_count == 2
    assert [u.place for u in library.uses(child.id)] == ["shot 3", "shot 4"]
    assert library.variants(parent.id) == [library.get_asset(child.id)]
    assert library.lineage(child.id) == [parent]
    for one in (parent, child):
        with pytest.raises(AssetInUse):
            library.delete(one.id)
    assert library.search(sort="most_used")[0].id == child.id
    assert library.release(job_id="job") == 2
    library.thumbnail(child.id)
    library.delete(child.id)
    library.delete(parent.id)
    left = [p for p in library.home.glob("assets/**/*") if p.is_file()]
    assert left == []
    with pytest.raises(KeyError):
        library.delete(parent.id)


def test_bytes_stay_while_another_record_or_somebody_else_needs_them(library: Library) -> None:
    project = library.create_project("p")
    one = library.add(png(1), filename="a.png")
    other = library.add(png(1), filename="a.png", project_id=project.id)
    paid = library.put(png(2))
    shown = library.add(png(2), filename="b.png")
    for gone in (one, shown):
        library.delete(gone.id)
    assert other.path.read_bytes() == library.get(other.file_hash) == png(1)
    assert library.get(paid) == png(2)


def test_a_lost_file_is_made_again(library: Library) -> None:
    kept = library.add(png(1), filename="a.png")
    kept.path.unlink()
    assert library.file_of(kept.id).read_bytes() == png(1)


def test_thumbnails(library: Library) -> None:
    from PIL import Image

    kept = library.add(png(1, 640, 400), filename="a.png")
    small = library.thumbnail(kept.id, 64)
    assert small is not None
    assert Image.open(small).size == (64, 40)
    assert library.thumbnail(kept.id, 64) == small
    text = library.add(b"words", filename="a.txt")
    assert library.thumbnail(text.id) is None
    clip = library.add(b"\0\0\0\x18ftypisom" + b"\0" * 16, filename="damaged.mp4")
    assert library.thumbnail(clip.id) is None
    with pytest.raises(ValidationFailed):
        library.thumbnail(kept.id, 100_000)


def test_a_library_elsewhere_keeps_copies_here(tmp_path: Path) -> None:
    library = open_library(tmp_path, {"store_url": f"memory://{tmp_path.name}"})
    kept = library.add(png(1), filename="a.png")
    assert kept.path.read_bytes() == png(1)
    assert not (tmp_path / "assets" / "blobs").exists()
    kept.path.unlink()
    assert library.file_of(kept.id).read_bytes() == png(1)
    assert library.check().sound
    library.delete(kept.id)
    assert list(library.store) == []


FACTS = st.dictionaries(
    st.text(min_size=1, max_size=8),
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=90) | st.floats(-9, 9),
    max_size=4,
)


def test_whatever_is_in_the_metadata_can_be_asked_for(library: Library) -> None:
    numbers = itertools.count()

    @settings(max_examples=25, deadline=None)
    @given(FACTS)
    def ask(facts: dict[str, object]) -> None:
        kept = library.add(b"%d" % next(numbers), filename="a.dat", metadata=facts)
        assert library.get_asset(kept.id).metadata == facts
        assert kept in library.search(metadata=facts, limit=None)
        assert library.search(metadata={**facts, "no such": 1}) == []

    ask()
