"""The promised names (P9, P11, P12, P42, P43) and the command, from script, thread and loop."""

from __future__ import annotations

import asyncio
import json
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

import apex_director
from apex_director.core.errors import ConfigError, ValidationFailed
from apex_director.core.estimator import EstimationEngine
from apex_director.director import estimating
from apex_director.director.studio import process

PARAMS = {"width": 1024, "height": 1024, "steps": 30, "quality_level": 3}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("APEX_HOME", str(tmp_path))
    for name in ("home", "estimator", "estimator_key"):
        process.pop(name, None)
    return tmp_path


def test_an_estimate_as_promised(home: Path) -> None:
    found = apex_director.estimate_generation_cost_time(PARAMS, "a red boat on the calm sea")
    assert found.estimated_cost == 0.0
    assert found.estimated_time_seconds > 0
    assert found.confidence_score == 0.3
    assert set(found.factors) == {"resolution", "steps", "prompt_complexity"}
    assert found.expires_at - found.created_at == timedelta(hours=1)
    assert found.backend_suggestions[0]["backend"] == "procedural"
    assert "cold start" in found.basis
    json.dumps(found.as_json())
    again = apex_director.estimate_generation_cost_time(PARAMS, "a red boat on the calm sea")
    assert again.estimate_id != found.estimate_id
    assert again.estimated_time_seconds == found.estimated_time_seconds
    assert not (home / "apex.db").exists()  # asking makes no studio


def test_paid_backends_are_priced_before_they_are_set_up() -> None:
    found = apex_director.estimate_generation_cost_time(PARAMS | {"backend": "nano_banana"})
    assert found.backend == "nano_banana"
    assert found.estimated_cost is not None
    assert found.estimated_cost > 0
    assert "1 picture x $" in found.text


def record(seconds: float, **more: Any) -> dict[str, Any]:
    return {"backend": "procedural", "params": PARAMS, "prompt": "a boat",
            "actual_time_seconds": seconds, "actual_cost": 0.0, "success": True} | more  # fmt: skip


def test_records_teach() -> None:
    before = apex_director.get_estimator().estimate_generation(PARAMS, "a boat")
    for k in range(12):
        apex_director.add_generation_record(record(40.0 + k % 3))
    after = apex_director.get_estimator().estimate_generation(PARAMS, "a boat")
    assert after.estimated_time_seconds == pytest.approx(41, rel=0.2)
    assert before.estimated_time_seconds < 5
    assert after.confidence_score != 0.3
    assert "12 earlier pictures" in after.basis


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"backend": ""}, "backend"),
        ({"actual_time_seconds": None}, "actual_time_seconds"),
        ({"actual_time_seconds": float("inf")}, "actual_time_seconds"),
        ({"actual_cost": -1}, "actual_cost"),
        ({"actual_cost": "free"}, "actual_cost"),
        ({"success": "yes"}, "success"),
        ({"params": {"width": 1}}, "width"),
        ({"prompt": 7}, "prompt"),
    ],
)
def test_records_are_checked(wrong: dict[str, Any], where: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        apex_director.add_generation_record(record(9.0) | wrong)
    assert caught.value.where == where


def test_a_batch_in_every_form() -> None:
    engine = EstimationEngine()
    found = engine.estimate_batch(
        ["a boat", {"params": {"count": 3}, "prompt": "a gull"}, (PARAMS, "rain"),
         {"prompt": "dusk", "width": 512}]
    )  # fmt: skip
    assert [item.count for item in found.items] == [1, 3, 1, 1]
    assert found.estimated_time_seconds > max(i.estimated_time_seconds for i in found.items)
    assert found.items[3].factors["resolution"] < 1
    json.dumps(found.as_json())
    with pytest.raises(ValidationFailed) as caught:
        engine.estimate_batch(["a boat", 7])
    assert caught.value.where == "[1]"


def test_in_a_loop_and_in_a_thread() -> None:
    async def ask() -> float:
        return apex_director.estimate_generation_cost_time(PARAMS).estimated_time_seconds

    told: list[float] = [asyncio.run(ask())]
    thread = threading.Thread(
        target=lambda: told.append(
            apex_director.estimate_generation_cost_time(PARAMS).estimated_time_seconds
        )
    )
    thread.start()
    thread.join()
    assert told[0] == told[1]


class Gloomy(EstimationEngine):
    """Everything takes an hour."""

    def estimate_generation(self, params: Any, prompt: str = "") -> Any:
        from dataclasses import replace

        return replace(super().estimate_generation(params, prompt), estimated_time_seconds=3600.0)


class Point:
    name = "gloomy"

    def __init__(self, made: Any) -> None:
        self.made = made

    def load(self) -> Any:
        return self.made


def test_own_estimators(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Contract O26."""
    (home / "apex_config.json").write_text('{"estimator": {"engine": "gloomy"}}')
    with pytest.raises(ConfigError, match="no estimator 'gloomy'"):
        apex_director.get_estimator()
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [Point(dict)])
    with pytest.raises(ConfigError, match="is no estimator"):
        apex_director.get_estimator()
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [Point(Gloomy)])
    assert apex_director.estimate_generation_cost_time(PARAMS).estimated_time_seconds == 3600


def _cli(*words: str) -> Any:
    import typer

    from apex_director.cli import estimate

    app = typer.Typer()

    @app.callback()
    def root(context: typer.Context) -> None:
        context.obj = None

    estimate.register(app)
    return CliRunner().invoke(app, ["estimate", *words])


def test_the_command_line() -> None:
    made = _cli("--prompt", "a boat", "--count", "20", "--size", "512x512", "--json")
    assert made.exit_code == 0
    facts = json.loads(made.stdout)
    assert (facts["count"], facts["backend"]) == (20, "procedural")
    assert "20 pictures, free" in made.stderr
    for words in ([], ["song.wav", "--prompt", "a boat"], ["--prompt", "x", "--count", "0"]):
        assert _cli(*words).exit_code == 2
    assert (
        json.loads(_cli("--prompt", "x", "--size", "4096x64", "--json").stdout)["where"] == "width"
    )


def test_jobs_are_learned_from_once(home: Path) -> None:
    from apex_director.jobs import owner, records
    from apex_director.jobs.model import JobStatus
    from apex_director.productions.forecasting import recent

    assert estimating.learn_from_jobs() == 0
    attempts = [
        {"backend": "nano_banana", "outcome": "unknown", "seconds": 60.0, "cost_usd": 0.0336},
        {"backend": "nano_banana", "outcome": "failed", "seconds": 1.0, "cost_usd": 0.0},
        {"backend": "minimax", "outcome": "made", "seconds": 12.5, "cost_usd": 0.0035},
    ]
    provenance = {"prompt": "a boat", "sent": {"width": 1024, "height": 1024}, "attempts": attempts}
    job = records.create(home, "image", {"request": {}})
    records.claim(home, job.id, owner.this_process())
    records.finish(home, job.id, {"success": True, "takes": [{"provenance": provenance}]})
    assert records.get(home, job.id).status is JobStatus.COMPLETED
    assert estimating.learn_from_jobs() == 2
    assert estimating.learn_from_jobs() == 0
    lost, made = sorted(recent(home, ["image"], days=30), key=lambda g: g.success)
    assert (lost.backend, lost.success, str(lost.usd)) == ("nano_banana", False, "$0.0336")
    assert (made.backend, made.seconds, made.megapixels) == ("minimax", 12.5, 1.048576)
