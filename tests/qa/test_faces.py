"""The promised names P63 to P65."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from apex_director import qa

from ..images.quality.pictures import benchmark, scene


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    Image.fromarray(scene()).save(path)
    return path


@pytest.mark.parametrize("kind", ["aesthetic", "technical", "composite"])
def test_a_pil_image_an_array_and_a_path_score_the_same(kind: str, file: Path) -> None:
    strategy = qa.QualityScoringStrategy(kind)
    found = {strategy.score(one) for one in (Image.open(file), scene(), file, str(file))}
    assert len(found) == 1
    assert 0.3 < found.pop() < 1.0


def test_other_types_are_refused(file: Path) -> None:
    with pytest.raises(ValueError, match="no quality strategy"):
        qa.QualityScoringStrategy("taste")
    for bad in (7, None, b"png", np.zeros((2, 2, 9), np.uint8)):
        with pytest.raises(ValueError, match="no picture"):
            qa.QualityScoringStrategy("technical").score(bad)
    with pytest.raises(FileNotFoundError):
        qa.QualityScoringStrategy("technical").score(file.with_name("gone.png"))


def test_arrays_of_other_kinds_are_the_same_picture() -> None:
    rgb = scene()
    strategy = qa.QualityScoringStrategy("composite")
    alpha = np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)])
    found = [strategy.score(x) for x in (rgb, rgb / 255.0, alpha, rgb.astype(np.uint16) * 257)]
    assert found == [found[0]] * 4


def judge(config: dict[str, Any], path: Path, criteria: dict[str, Any] | None = None) -> Any:
    return asyncio.run(qa.CustomQualityScorer(config).score_image(path, criteria))


def test_the_custom_scorer_weighs_as_configured(file: Path) -> None:
    plain = judge({}, file)
    scores = plain["individual_scores"]
    assert set(scores) == {"composition", "color_harmony", "technical_quality"}
    assert plain["overall_score"] == pytest.approx(sum(scores.values()) / 3)
    weighed = judge({"weights": {"composition": 3.0, "color_harmony": 0.0}}, file)
    wanted = (3 * scores["composition"] + scores["technical_quality"]) / 4
    assert weighed["overall_score"] == pytest.approx(wanted)
    with pytest.raises(ValueError, match="weight"):
        qa.CustomQualityScorer({"weights": {"composition": -1}})


def test_one_recommendation_for_every_score_below_seven_tenths(tmp_path: Path) -> None:
    path = tmp_path / "bad.png"
    Image.fromarray(benchmark().noise(benchmark().blur(scene(), 5), 5)).save(path)
    answer = judge({}, path, {"color_palette": ["#00ff00"]})
    low = {n: v for n, v in answer["individual_scores"].items() if v is not None and v < 0.7}
    assert {"technical_quality", "style_consistency"} <= set(low)
    assert len(answer["recommendations"]) == len(low)
    for name, value in low.items():
        assert any(name in text and f"{value:.2f}" in text for text in answer["recommendations"])


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        judge({}, tmp_path / "gone.png")


def test_the_validator_keeps_what_reaches_the_threshold(file: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG but no more")
    empty = np.zeros((40, 60, 3), np.uint8)
    kept = asyncio.run(qa.QualityValidator().validate([file, broken, empty, tmp_path / "gone.png"]))
    assert [one["image"] for one in kept] == [file]
    assert kept[0]["quality_score"] >= 0.6
    assert kept[0]["scores"]["technical"]["sharpness"] > 0
