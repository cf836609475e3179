"""The promised names over the cascade, as their examples use them (contract P24 to P33, P53)."""

from __future__ import annotations

import asyncio
import functools
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock, patch

import pytest

from apex_director.bootstrap.backends import TABLE, build_backends, from_entry
from apex_director.config import load_settings
from apex_director.core.backend_manager import (
    BackendFactory,
    BackendInterface,
    BackendManager,
    CustomBackend,
    GoogleImagenBackend,
    ImageGenerationException,
    MiniMaxBackend,
    NanoBananaBackend,
    SDXLBackend,
    StudioBackend,
)
from apex_director.core.errors import AllBackendsFailed, ValidationFailed
from apex_director.director.backends import batch_generate
from apex_director.images import CinematicImageGenerator, GenerationRequest
from apex_director.images.flat import decode
from apex_director.providers.sql import SqlLedger
from tests.servers import Server
from tests.servers.pictures import png


def looped(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run a test in a loop of its own."""

    @functools.wraps(test)
    def run(*given: Any, **named: Any) -> None:
        asyncio.run(test(*given, **named))

    return run


SMALL = GenerationRequest(prompt="a harbour at dusk", width=96, height=64)
KEYS = (
    *("GEMINI_API_KEY", "MINIMAX_API_KEY", "OPENROUTER_API_KEY", "OPENAI_API_KEY"),
    *("CUSTOM_IMAGE_API_KEY", "GEMINI_BASE_URL", "MINIMAX_BASE_URL", "OPENROUTER_BASE_URL"),
    *("OPENAI_BASE_URL", "A1111_URL", "COMFYUI_URL", "CUSTOM_IMAGE_URL", "DAILY_BUDGET_USD"),
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A studio nobody has initialised, without keys."""
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("APEX_HOME", str(tmp_path / "studio"))
    monkeypatch.setattr("apex_director.providers.cascade.FIRST_WAIT", 0.01)
    return tmp_path / "studio"


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def server(running: Server) -> Server:
    running.reset()
    return running


class Mine:
    """The least a backend may be."""

    def __init__(self, path: str | None) -> None:
        self.path, self.asked = path, []  # type: ignore[var-annotated]

    async def generate_image(self, prompt: str, **keywords: Any) -> dict[str, Any]:
        self.asked.append((prompt, keywords))
        if self.path is None:
            raise RuntimeError("no paint left")
        return {"image_path": self.path, "metadata": {"artist": "me"}}


def only(backend: Any, name: str = "mine") -> BackendManager:
    manager = BackendManager()
    manager.available_backends = {name: backend}
    return manager


def minimax(server: Server, **config: Any) -> MiniMaxBackend:
    return MiniMaxBackend({"api_key": "k-minimax", "base_url": server.base("minimax"), **config})


@looped
async def test_two_failures_then_success_are_three_calls() -> None:
    generator = CinematicImageGenerator()
    answers = [RuntimeError("busy"), OSError("gone"), {"image_path": "x.jpg", "metadata": {"a": 1}}]
    with patch.object(generator.backend_manager, "generate_single_backend") as hook:
        assert isinstance(hook, AsyncMock)
        hook.side_effect = answers
        made = await generator.generate_single_image(GenerationRequest(prompt="x", scene_id="s1"))
    assert hook.call_count == 3
    assert made["image_path"] == "x.jpg"
    assert made["metadata"]["a"] == 1
    assert made["backend"] == "procedural"
    assert [a["outcome"] for a in made["attempts"]] == ["failed", "failed", "made"]
    assert "not there" in made["metadata"]["warnings"][0]
    assert "asset_id" not in made


@looped
async def test_a_whole_cascade_that_fails_lists_each_attempt() -> None:
    manager = only(Mine(None))
    with pytest.raises(AllBackendsFailed) as caught:
        await manager.generate(SMALL)
    assert len(manager.available_backends["mine"].asked) == 3
    assert caught.value.log.count("no paint left") == 3
    assert isinstance(caught.value.__cause__, ExceptionGroup)


@looped
async def test_a_registered_backend_comes_first_and_its_file_is_recorded(
    tmp_path: Path, home: Path
) -> None:
    path = tmp_path / "mine.png"
    path.write_bytes(png(1, 40, 30))
    mine, manager = Mine(str(path)), BackendManager()
    manager.register("mine", mine)
    made = await manager.generate("a boat", width=96, height=64, quality_level=5)
    assert made["backend"] == "mine"
    assert made["image_path"] == str(path)
    assert made["metadata"]["artist"] == "me"
    assert mine.asked[0][1].items() >= {"width": 96, "height": 64, "quality": 5}.items()
    from apex_director.assets import open_library

    asset = open_library(home).get_asset(made["asset_id"])
    assert Path(asset).read_bytes() == path.read_bytes()
    assert asset["backend_used"] == "mine"


@looped
async def test_what_is_no_picture_is_passed_on_and_not_stored(tmp_path: Path) -> None:
    text = tmp_path / "notes.png"
    text.write_text("no picture")
    for path in (str(text), str(tmp_path / "nowhere.png")):
        made = await only(Mine(path)).generate(SMALL)
        assert made["image_path"] == path
        assert "asset_id" not in made
        assert made["metadata"]["warnings"]


@looped
async def test_an_answer_without_a_picture_is_a_failed_attempt() -> None:
    with pytest.raises(AllBackendsFailed):
        await only(Mine("")).generate(SMALL)


@looped
async def test_an_address_is_fetched_into_the_library(server: Server, home: Path) -> None:
    base = server.base("custom")
    painter = CustomBackend({"endpoint": base, "api_key": "k-custom"})
    made = await only(painter, "custom").generate(SMALL)
    assert Path(made["image_path"]).is_relative_to(home)
    near = Mine(f"{base}/files/nothing.png")
    near.endpoint = base  # type: ignore[attr-defined]  # what lies beside it may be fetched
    with pytest.raises(AllBackendsFailed, match="does not know"):
        await only(near).generate(SMALL)
    stranger = Mine(f"{base}/files/x.png")
    with pytest.raises(AllBackendsFailed, match="without https"):
        await only(stranger).generate(SMALL)


@looped
async def test_a_service_of_ones_own(server: Server) -> None:
    service = CustomBackend({"endpoint": server.base("custom"), "api_key": "k-custom"})
    made = await service.generate_image("a boat", width=96, height=64, quality=4)
    assert made["backend"] == "custom"
    (sent,) = [row for row in server.seen() if row["method"] == "POST"]
    assert sent["data"].items() >= {"prompt": "a boat", "width": 96, "quality": 4}.items()
    assert (await service.health_check())["healthy"]
    server.fault("custom.generate", "400", times=-1)
    with pytest.raises(ImageGenerationException) as caught:
        await service.generate_image("a boat", width=96, height=64)
    assert "k-custom" not in f"{caught.value} {caught.value.log} {service!r}"


@looped
async def test_a_batch_keeps_its_order_and_its_failures(home: Path) -> None:
    items = [
        {"prompt": "a boat at sea", "width": 96, "height": 64},
        {"prompt": "a boat", "nothing": 1},
        GenerationRequest(prompt="hills at noon", width=64, height=96),
        "",
    ]
    made = await batch_generate(items)
    assert [one["image_path"] is None for one in made] == [False, True, False, True]
    assert "no field 'nothing'" in made[1]["error"]
    assert "needs a prompt" in made[3]["error"]
    for one, shape in ((made[0], (64, 96, 3)), (made[2], (96, 64, 3))):
        assert decode(Path(one["image_path"]).read_bytes()).shape == shape


@looped
async def test_every_attempt_passes_the_hook_of_a_subclass() -> None:
    class Watching(BackendManager):
        seen: list[str] = []  # noqa: RUF012

        async def generate_single_backend(
            self, backend_name: str, request: Any, **kwargs: Any
        ) -> dict[str, Any]:
            self.seen.append(backend_name)
            return await super().generate_single_backend(backend_name, request, **kwargs)

    manager = Watching()
    manager.register("mine", Mine(None))
    made = await manager.generate(SMALL)
    assert Watching.seen == ["mine", "mine", "mine", "procedural"]
    assert made["backend"] == "procedural"
    assert Path(made["image_path"]).is_file()
    assert made["metadata"]["width"] == 96
    assert 0.0 <= made["score"] <= 1.0


@looped
async def test_one_backend_by_itself_is_one_attempt() -> None:
    mine = Mine("/nowhere.png")
    manager = only(mine)
    made = await manager.generate_single_backend("mine", "a boat")
    assert made["image_path"] == "/nowhere.png"
    assert len(mine.asked) == 1
    with pytest.raises(ValidationFailed, match="'yours' is no backend"):
        await manager.generate_single_backend("yours", "a boat")


def test_in_a_thread_and_from_a_plain_script(tmp_path: Path) -> None:
    made: list[dict[str, Any]] = []

    def work() -> None:
        made.append(asyncio.run(only(Mine("/a.png")).generate(SMALL)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(60)
    assert made[0]["image_path"] == "/a.png"
    script = (
        "import asyncio\n"
        "from apex_director import BackendInterface, CinematicImageGenerator, GenerationRequest\n"
        "class Mine(BackendInterface):\n"
        "    async def generate_image(self, prompt, **kw):\n"
        "        return {'image_path': 'here.png', 'metadata': {}}\n"
        "generator = CinematicImageGenerator()\n"
        "generator.backend_manager.register('mine', Mine())\n"
        "made = asyncio.run(generator.generate(GenerationRequest(prompt='a boat')))\n"
        "print(made['backend'], made['image_path'])\n"
    )
    environment = {**os.environ, "APEX_HOME": str(tmp_path / "other")}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=False
    )
    assert done.stdout.split() == ["mine", "here.png"], done.stderr


@looped
async def test_a_cancelled_caller_ends_the_attempt_and_begins_no_other() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    class Slow:
        calls = 0

        async def generate_image(self, prompt: str, **_: Any) -> dict[str, Any]:
            Slow.calls += 1
            begun.set()
            try:
                await asyncio.sleep(60)
            finally:
                ended.set()
            return {"image_path": "never.png"}

    task = asyncio.create_task(only(Slow()).generate(SMALL))
    await asyncio.wait_for(begun.wait(), 30)
    task.cancel()
    started = time.monotonic()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()
    assert time.monotonic() - started < 5
    await asyncio.sleep(0.05)
    assert Slow.calls == 1
    assert not [t for t in threading.enumerate() if t.name == "apex-picture"]


@looped
async def test_paid_backends_are_not_used_unasked(
    server: Server, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("MINIMAX_API_KEY", "k-minimax")
    monkeypatch.setenv("MINIMAX_BASE_URL", server.base("minimax"))
    manager = BackendManager()
    manager.available_backends = {"minimax": manager.available_backends["minimax"]}
    with pytest.raises(AllBackendsFailed, match="approved"):
        await manager.generate(SMALL)
    assert not server.seen()
    made = await manager.generate(SMALL, budget_usd=1)
    assert made["backend"] == "minimax"
    spent = SqlLedger(home).spent()
    assert spent.settled.micros == server.books()["billed"] > 0


@looped
async def test_a_key_in_the_code_approves_within_the_days_cap(
    server: Server, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    made = await minimax(server).generate_image("a boat", width=512, height=512)
    assert Path(made["image_path"]).is_file()
    assert SqlLedger(home).spent().settled.micros == server.books()["billed"]
    monkeypatch.setenv("DAILY_BUDGET_USD", "0.001")
    with pytest.raises(AllBackendsFailed, match="for this day"):
        await minimax(server).generate_image("another boat", width=512, height=512)
    assert len([row for row in server.seen() if row["method"] == "POST"]) == 1
    text = (home / "apex.db").read_bytes() + (home / "apex.db-wal").read_bytes()
    assert b"k-minimax" not in text


@looped
async def test_a_paid_call_under_way_is_booked_although_its_caller_has_gone(
    server: Server, home: Path
) -> None:
    server.fault("minimax.generate", "slow", seconds=1.0)
    task = asyncio.create_task(minimax(server).generate_image("a boat", width=512, height=512))
    while not server.seen():
        await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    for thread in [t for t in threading.enumerate() if t.name == "apex-picture"]:
        await asyncio.to_thread(thread.join, 30)
    (booking,) = SqlLedger(home).bookings()
    assert booking.state == "settled"
    assert booking.kept is not None
    assert booking.usd.micros == server.books()["billed"]


@looped
async def test_a_replaced_hook_pays_for_nothing(server: Server, home: Path) -> None:
    manager = only(minimax(server), "minimax")
    with patch.object(manager, "generate_single_backend") as hook:
        hook.side_effect = [RuntimeError("a"), RuntimeError("b"), {"image_path": "x.png"}]
        made = await manager.generate(SMALL)
    assert (hook.call_count, made["image_path"]) == (3, "x.png")
    assert not server.seen()
    assert SqlLedger(home).spent().total.micros == 0


@looped
async def test_a_strangers_failures_open_no_breaker_of_the_studio(home: Path) -> None:
    for _ in range(2):
        with pytest.raises(AllBackendsFailed):
            await only(Mine(None), "procedural").generate(SMALL)
    from apex_director.providers.sql import SqlTraffic

    assert not SqlTraffic(home).health()


@looped
async def test_the_breaker_of_a_registered_backend_opens() -> None:
    mine = Mine(None)
    manager = only(mine)
    for _ in range(3):
        with pytest.raises(AllBackendsFailed):
            await manager.generate(SMALL)
    assert len(mine.asked) == 6  # the third time nobody is asked
    assert manager.health()["mine"]["state"] == "open"


@looped
async def test_health_asks_every_backend(server: Server) -> None:
    class Ill(Mine):
        async def health_check(self) -> dict[str, Any]:
            return {"healthy": False, "error": "no light"}

    manager = BackendManager({"minimax": {"api_key": "k", "base_url": server.base("minimax")}})
    manager.register("ill", Ill("x"))
    states = await manager.health_check_all()
    assert states["procedural"]["healthy"]
    assert not states["nano_banana"]["healthy"]
    assert states["ill"] | {"response_time": 0} == {
        "healthy": False,
        "error": "no light",
        "response_time": 0,
    }
    assert manager.health()["ill"]["error"] == "no light"


@pytest.mark.parametrize(
    ("kind", "face"),
    [
        ("nano_banana", NanoBananaBackend),
        ("imagen", GoogleImagenBackend),
        ("minimax", MiniMaxBackend),
        ("sdxl", SDXLBackend),
        ("custom", CustomBackend),
        ("procedural", StudioBackend),
    ],
)
@looped
async def test_the_factory_makes_every_type(kind: str, face: type[Any]) -> None:
    made = BackendFactory.create_backend(kind, {})
    assert isinstance(made, face)
    assert isinstance(made, BackendInterface)
    assert made.capabilities.name == kind
    told = await made.get_capabilities()
    assert told["max_resolution"][0] >= 64
    assert told["quality_levels"] == [1, 2, 3, 4, 5]
    assert await made.initialize() is (kind == "procedural")


def test_the_factory_refuses_an_unknown_type() -> None:
    with pytest.raises(ValueError, match="Unknown backend type: crayon"):
        BackendFactory.create_backend("crayon", {})


def test_the_interface_is_abstract() -> None:
    with pytest.raises(TypeError):
        BackendInterface()  # type: ignore[abstract]


def test_what_is_named_twice_is_told_apart() -> None:
    manager = BackendManager()
    manager.register("second", BackendFactory.create_backend("procedural"))
    assert manager._in_order()[0].capabilities.name == "second"


def test_backends_stand_in_the_order_of_the_contract(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [b.capabilities.name for b in build_backends(load_settings())] == list(TABLE)
    monkeypatch.setenv("CUSTOM_IMAGE_URL", "http://127.0.0.1:1")
    home.mkdir()
    (home / "apex_config.json").write_text(
        '{"backends": {"sdxl": {"priority": 1}, "imagen": {"enabled": false}}}'
    )
    names = [b.capabilities.name for b in build_backends(load_settings())]
    assert names[:3] == ["custom", "nano_banana", "sdxl"]
    assert "imagen" not in names


def test_backends_of_others_are_found_and_broken_ones_named() -> None:
    here = f"{__name__}:"
    found = from_entry(EntryPoint("paint", here + "make_painter", "apex_director.backends"), {})
    assert (found.capabilities.name, found.ready()) == ("paint", "")
    broken = from_entry(EntryPoint("torn", here + "nothing_here", "apex_director.backends"), {})
    assert "cannot be loaded" in broken.ready()
    assert "backends.torn.enabled false" in broken.ready()


def make_painter(section: dict[str, Any]) -> Mine:
    """What an entry point of another package names."""
    return Mine("painted.png")


def test_a_wrong_setting_of_one_backend_leaves_the_others_usable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("A1111_URL", "http://192.0.2.7:7860")
    states = {b.capabilities.name: b.ready() for b in build_backends(load_settings())}
    assert "plain http" in states["a1111"]
    assert states["procedural"] == ""


def test_building_all_backends_loads_no_heavy_library() -> None:
    code = (
        "import sys\n"
        "from apex_director.core.backend_manager import BackendManager\n"
        "BackendManager()\n"
        "heavy = {'httpx', 'torch', 'diffusers', 'cv2', 'numba', 'scipy', 'sklearn', 'dbos'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
