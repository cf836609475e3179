"""The fake services, one process for all tests of hosted backends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from apex_director.config import KEY_VARIABLES
from tests.servers import Server

ADDRESSES = (
    "GEMINI_BASE_URL",
    "MINIMAX_BASE_URL",
    "OPENROUTER_BASE_URL",
    "OPENAI_BASE_URL",
    "CUSTOM_IMAGE_URL",
)


@pytest.fixture(scope="session")
def fake_services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("services") / "books.jsonl") as server:
        yield server


@pytest.fixture
def services(fake_services: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """Running, calm, with empty books; no key and no address in the environment."""
    for name in (*KEY_VARIABLES.values(), *ADDRESSES):
        monkeypatch.delenv(name, raising=False)
    fake_services.reset()
    return fake_services
