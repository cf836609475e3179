"""``imagen`` is a name that lives on: what draws for it, and that it says so."""

from __future__ import annotations

import pytest

from tests.servers import Server

from .calls import NotedCall
from .hosted import HOSTED, REQUEST

IMAGEN = HOSTED["imagen"]


@pytest.mark.parametrize(
    ("asked", "drawn_by"),
    [
        ("", "gemini-3-pro-image"),
        ("imagen", "gemini-3-pro-image"),
        ("imagen-4.0-ultra-generate-001", "gemini-3-pro-image"),
        ("imagen-4.0-generate-001", "gemini-nano-banana-2.1"),
        ("imagen-4.0-fast-generate-001", "gemini-nano-banana-2.1"),
        ("imagen-3.0-generate-002", "gemini-nano-banana-2.1"),
    ],
)
def test_the_name_is_followed_and_said(services: Server, asked: str, drawn_by: str) -> None:
    backend = IMAGEN.build(services, **({"model": asked} if asked else {}))
    assert backend.ready() == ""
    assert backend.quote(REQUEST).model == drawn_by == backend.capabilities.model
    drawn = backend.generate(REQUEST, NotedCall())
    assert drawn.model == drawn_by
    assert f"/models/{drawn_by}:" in services.seen(IMAGEN.route)[0]["path"]
    assert any((asked or "imagen") in note and drawn_by in note for note in drawn.notes)


def test_it_is_barred_with_the_key_it_shares() -> None:
    assert (
        IMAGEN.kind({}).capabilities.key_name
        == HOSTED["nano_banana"].kind({}).capabilities.key_name
        == "GEMINI_API_KEY"
    )
