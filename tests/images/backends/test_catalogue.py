"""The catalogue of hosted models: complete, consistent, dated; names lead to what lives."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from apex_director.core.money import Usd
from apex_director.images.backends import (
    imagen,
    minimax,
    nano_banana,
    openai_compatible,
    openrouter,
)
from apex_director.providers import catalogue

TODAY = date(2026, 11, 21)
ISO = re.compile(r"\d{4}-\d\d-\d\d")


@pytest.mark.parametrize("found", catalogue.models(), ids=lambda m: m.id)
def test_every_entry_is_whole(found: catalogue.Model) -> None:
    assert found.status in {"ga", "deprecated", "retired"}
    assert found.confidence in {"A", "B", "C"}
    assert all(ISO.fullmatch(day) for day in (found.released, found.retires_on) if day)
    if found.status != "ga":
        assert found.retires_on
        assert found.replacement
    if found.prices:
        assert ISO.fullmatch(found.price_date)
        assert found.source
        assert all(Decimal(price) > 0 for price in found.prices.values())
    if found.tokens:
        assert set(found.tokens) == {"input", "text", "image"}
        assert found.thinking
    assert all(re.fullmatch(r"\d+:\d+", aspect) for aspect in found.aspects)


@pytest.mark.parametrize("found", catalogue.models(), ids=lambda m: m.id)
def test_every_name_leads_to_a_model_that_lives(found: catalogue.Model) -> None:
    present = catalogue.model(catalogue.resolve(found.id, TODAY).id)
    assert present is not None
    assert not present.gone(TODAY)


def test_names_are_unique_and_defaults_are_listed() -> None:
    ids = [m.id for m in catalogue.models()]
    assert len(ids) == len(set(ids))
    rooms = (nano_banana, minimax, openrouter, openai_compatible)
    for default in (*(room.MODEL for room in rooms), catalogue.resolve(imagen.NAME).id):
        found = catalogue.model(default)
        assert found is not None
        assert not found.gone(TODAY)


@pytest.mark.parametrize(
    ("name", "present", "says"),
    [
        ("gemini-nano-banana-2.1", "gemini-nano-banana-2.1", ""),
        ("imagen", "gemini-3-pro-image", "'imagen' means gemini-3-pro-image"),
        ("imagen-4.0-fast-generate-001", "gemini-nano-banana-2.1", "shut down on 2026-08-17"),
        ("imagen-4.0-ultra-generate-001", "gemini-3-pro-image", "draws in its place"),
        ("gemini-3.1-flash-image", "gemini-nano-banana-2.1", "2026-10-29"),
        ("gemini-3-pro-image-preview", "gemini-3-pro-image", "2026-06-25"),
        ("dall-e-3", "gpt-image-2", "2026-05-12"),
        ("gpt-image-1.5", "gpt-image-1.5", "will be shut down on 2026-12-01; move to gpt-image-2"),
        ("somebody/elses", "somebody/elses", ""),
    ],
)
def test_names_are_followed_with_a_sentence(name: str, present: str, says: str) -> None:
    found = catalogue.resolve(name, TODAY)
    assert found.id == present
    assert says in found.note
    assert bool(found.note) == bool(says)


def test_the_day_decides() -> None:
    assert catalogue.resolve("gpt-image-1.5", date(2026, 11, 30)).id == "gpt-image-1.5"
    assert catalogue.resolve("gpt-image-1.5", date(2026, 12, 1)).id == "gpt-image-2"
    assert catalogue.resolve("gemini-3.1-flash-image", date(2026, 10, 1)).id == (
        "gemini-3.1-flash-image"
    )


def test_prices_by_size_and_unknown_ones_are_not_zero() -> None:
    assert catalogue.price("gemini-nano-banana-2.1", "4K").usd == Usd.of("0.113")
    assert catalogue.price("image-01", "any").usd == Usd.of("0.0035")
    for name in ("gpt-image-2", "nobody"):
        assert catalogue.price(name).usd is None
        assert catalogue.price(name).basis == "unknown"
    assert catalogue.price("gemini-nano-banana-2.1", "8K").usd is None


def test_tokens_are_counted_to_the_micro_dollar() -> None:
    cost = catalogue.counted("gemini-nano-banana-2.1", input=11, text=380, image=1120)
    assert cost is not None
    assert cost.usd == Usd.of("0.036467")  # 16.5 + 2850 + 33600 micro-dollars, half upwards
    assert cost.basis == "computed"
    assert catalogue.counted("image-01", image=1) is None


def test_images_of_the_listed_sizes_cost_their_list_price() -> None:
    for size, tokens in (("1K", 1120), ("2K", 1680)):
        counted = catalogue.counted("gemini-nano-banana-2.1", image=tokens)
        assert counted is not None
        assert counted.usd == catalogue.price("gemini-nano-banana-2.1", size).usd
