"""Settings: defaults, faults that name their key, money from the environment, keys nobody else
reads.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from apex_director.bootstrap.backends import TABLE, section_of
from apex_director.config import (
    CONFIG_NAME,
    DEFAULTS,
    KEY_VARIABLES,
    all_faults,
    get_value,
    key_for,
    load_settings,
    set_value,
    warnings,
)
from apex_director.core import ConfigManager
from apex_director.core import settings as faced
from apex_director.core.errors import ConfigError, ValidationFailed
from apex_director.core.money import Usd
from apex_director.providers import catalogue

EXAMPLE = Path(__file__).parents[1] / ".env.example"


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DAILY_BUDGET_USD", "STORAGE_URL", "REDIS_URL", "REDIS_HOST", "REDIS_PORT"):
        monkeypatch.delenv(name, raising=False)
    for name in KEY_VARIABLES.values():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("APEX_HOME", str(tmp_path))


def write(home: Path, found: Any) -> None:
    (home / CONFIG_NAME).write_text(json.dumps(found))


def test_the_defaults_are_those_of_the_contract() -> None:
    settings = load_settings()
    backends = settings.sections["backends"]
    assert [backends[n]["priority"] for n in ("nano_banana", "imagen", "minimax", "sdxl")] == [
        *(1, 2, 3, 4)
    ]
    assert list(backends) == list(TABLE)
    assert settings.daily_budget == Usd.of(10)
    assert settings.job_budget is None
    assert settings.history_days == 30


def test_the_price_list_wins_unless_a_person_overrides_it(tmp_path: Path) -> None:
    assert "cost_per_image" not in section_of(load_settings(), "minimax")
    write(tmp_path, {"backends": {"minimax": {"cost_per_image": 0.02}}})
    section = section_of(load_settings(), "minimax")
    assert section["cost_per_image"] == 0.02
    assert section["priority"] == 3  # the rest of the defaults stands
    assert "0.01" not in json.dumps(DEFAULTS["backends"]["nano_banana"])
    assert catalogue.as_of()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("backends.minimax.priority", 0),
        ("backends.minimax.priority", "first"),
        ("backends.minimax.enabled", "yes"),
        ("backends.minimax.cost_per_image", -1),
        ("backends.minimax.cost_per_image", float("nan")),
        ("backends.minimax.quality_level", 6),
        ("backends.minimax.base_url", 5),
        ("backends.minimax.api_key", "k-secret"),
        ("assets.max_mb", 0),
        ("assets.store_url", None),
        ("orchestrator.workers", -1),
        ("orchestrator.auto_retry", 1),
        ("estimator.history_days", 0),
        ("budget.per_day_usd", "ten"),
        ("budget.per_job_usd", -0.01),
        ("budget.warn_at", 1.5),
    ],
)
def test_a_fault_names_its_key_and_nothing_is_written(tmp_path: Path, key: str, value: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        set_value(tmp_path, key, value)
    assert caught.value.where == f"apex_config.json: {key}"
    assert "k-secret" not in str(caught.value)
    assert not (tmp_path / CONFIG_NAME).exists()
    section, *path, name = key.split(".")
    inner: dict[str, Any] = {name: value}
    for part in reversed(path):
        inner = {part: inner}
    write(tmp_path, {section: inner})
    with pytest.raises(ConfigError, match=key.replace(".", r"\.")):
        load_settings()
    assert [fault.where for fault in all_faults(tmp_path)] == [f"apex_config.json: {key}"]


def test_a_backend_that_is_no_object_is_named(tmp_path: Path) -> None:
    write(tmp_path, {"backends": {"minimax": 3}})
    with pytest.raises(ConfigError, match=r"backends\.minimax: .* object"):
        load_settings()


def test_null_is_no_cap(tmp_path: Path) -> None:
    set_value(tmp_path, "budget.per_day_usd", None)
    set_value(tmp_path, "budget.per_job_usd", 2.5)
    settings = load_settings()
    assert settings.daily_budget is None
    assert settings.job_budget == Usd.of("2.5")


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"budget": {"per_day_usd": 99}, "assets": {"store_url": "file:///a"}})
    monkeypatch.setenv("DAILY_BUDGET_USD", "0.5")
    monkeypatch.setenv("STORAGE_URL", "file:///b")
    assert load_settings().daily_budget == Usd.of("0.5")
    assert load_settings().store_url == "file:///b"
    for wrong in ("ten", "-1", "nan", "inf"):
        monkeypatch.setenv("DAILY_BUDGET_USD", wrong)
        with pytest.raises(ConfigError) as caught:
            load_settings()
        assert caught.value.where == "DAILY_BUDGET_USD"


def test_names_nobody_knows_are_warned_of(tmp_path: Path) -> None:
    write(tmp_path, {"backends": {"crayon": {"x": 1}}, "budget": {"per_year": 1}, "odd": {}})
    load_settings()
    told = warnings(json.loads((tmp_path / CONFIG_NAME).read_text()))
    assert [text.split(":")[0] for text in told] == ["backends.crayon", "budget.per_year", "odd"]
    assert "plug-in" in told[0]


def test_what_is_set_is_kept_beside_the_rest(tmp_path: Path) -> None:
    write(tmp_path, {"backends": {"minimax": {"model": "image-01"}}, "odd": {"a": 1}})
    os.chmod(tmp_path / CONFIG_NAME, 0o600)
    assert set_value(tmp_path, "backends.minimax.priority", 9) is None
    assert set_value(tmp_path, "backends.minimax.priority", 8) == 9
    assert json.loads((tmp_path / CONFIG_NAME).read_text()) == {
        "backends": {"minimax": {"model": "image-01", "priority": 8}},
        "odd": {"a": 1},
    }
    assert (tmp_path / CONFIG_NAME).stat().st_mode & 0o777 == 0o600
    assert get_value(tmp_path, "backends.minimax")["enabled"] is True
    for key in ("backends.minimax.nothing", "nothing"):
        with pytest.raises(ValidationFailed, match="no setting"):
            get_value(tmp_path, key)
    with pytest.raises(ValidationFailed, match="names no setting"):
        set_value(tmp_path, "backends", {})
    with pytest.raises(ValidationFailed, match="holds a value"):
        set_value(tmp_path, "odd.a.b", 1)


def test_keys_come_from_the_environment_or_a_private_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert key_for("GEMINI_API_KEY", tmp_path) == ""
    path = tmp_path / "keys.json"
    path.write_text('{"GEMINI_API_KEY": "k-file"}')
    path.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600") as caught:
        key_for("GEMINI_API_KEY", tmp_path)
    assert "k-file" not in f"{caught.value!r} {caught.value}"
    path.chmod(0o600)
    assert key_for("GEMINI_API_KEY", tmp_path) == "k-file"
    assert section_of(load_settings(), "imagen")["api_key"] == "k-file"
    monkeypatch.setenv("GEMINI_API_KEY", "k-environment")
    assert section_of(load_settings(), "imagen")["api_key"] == "k-environment"
    monkeypatch.delenv("GEMINI_API_KEY")
    for wrong in ('{"GEMINI_API_KEY": "k-file"', '["k-file"]', '{"GEMINI_API_KEY": 5}'):
        path.write_text(wrong)
        with pytest.raises(ConfigError) as caught:
            key_for("GEMINI_API_KEY", tmp_path)
        assert caught.value.where == str(path)
        assert "k-file" not in f"{caught.value}{caught.value.__cause__}"


def test_a_dotenv_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("GEMINI_API_KEY=k-dotenv\nDAILY_BUDGET_USD=1\n")
    assert "api_key" not in section_of(load_settings(), "nano_banana")
    assert load_settings().daily_budget == Usd.of(10)


def test_settings_hold_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINIMAX_API_KEY", "k-environment")
    assert "k-environment" not in repr(load_settings())


def test_an_address_of_the_environment_goes_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"backends": {"minimax": {"base_url": "https://a.example"}}})
    monkeypatch.setenv("MINIMAX_BASE_URL", "https://b.example")
    assert section_of(load_settings(), "minimax")["base_url"] == "https://b.example"


def test_the_promised_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert faced.redis_url == ""
    assert faced.qdrant_url == ""
    monkeypatch.setenv("REDIS_HOST", "cache.example")
    assert faced.redis_url == "redis://cache.example:6379/0"
    monkeypatch.setenv("REDIS_URL", "redis://other:1/2")
    assert faced.redis_url == "redis://other:1/2"
    assert faced.daily_budget_usd == 10.0
    with pytest.raises(AttributeError):
        _ = faced.nothing
    manager = ConfigManager(tmp_path)
    assert manager.load()["orchestrator"]["max_concurrent_jobs"] == 5
    manager.set("backends.crayon.priority", 3)
    assert manager.get("backends.crayon.priority") == 3
    assert manager.get("backends.chalk.priority", 7) == 7
    assert "crayon" in manager.validate()[0]
    with pytest.raises(ConfigError, match=r"budget\.warn_at"):
        manager.set("budget.warn_at", 2)


def test_the_example_names_every_variable() -> None:
    from apex_director.bootstrap.backends import ADDRESS_VARIABLES

    text = EXAMPLE.read_text()
    wanted = {
        *KEY_VARIABLES.values(),
        *ADDRESS_VARIABLES.values(),
        *("APEX_HOME", "DATABASE_URL", "REDIS_URL", "REDIS_HOST", "REDIS_PORT", "QDRANT_URL"),
        *("STORAGE_URL", "OTEL_EXPORTER_OTLP_ENDPOINT", "SERVICE_ENV", "LOG_LEVEL"),
        *("HUGGINGFACE_TOKEN", "ELEVENLABS_API_KEY", "APEX_JWT_SECRET", "DAILY_BUDGET_USD"),
        *("MAX_RENDER_WORKERS", "APEX_WORKERS", "APEX_DEBUG", "NUMBA_CACHE_DIR"),
    }
    missing = {name for name in wanted if f"{name}=" not in text}
    assert not missing
