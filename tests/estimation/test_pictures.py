"""Forecasts of pictures: P42's promises, X1's limits, size, steps, count, and what history does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apex_director.core.errors import ValidationFailed
from apex_director.core.money import Usd
from apex_director.estimation import estimate_batch, estimate_generation, prompt_complexity
from apex_director.estimation.complexity import counts
from apex_director.estimation.model import Generation, GenerationEstimate, PictureQuote

QUOTES = (
    PictureQuote(backend="nano_banana", model="nb", usd=Usd.of("0.0336"), basis="list_price",
                 price_date="2026-11", together=6),
    PictureQuote(backend="sdxl", together=1),
    PictureQuote(backend="openrouter", usd=None, basis="unknown", needs="needs OPENROUTER_API_KEY"),
    PictureQuote(backend="procedural", together=2),
)  # fmt: skip


def made(params: dict[str, Any] | None = None, **more: Any) -> GenerationEstimate:
    history = more.pop("history", ())
    return estimate_generation(params or {}, "a red boat", quotes=QUOTES, history=history, **more)


def test_what_is_promised() -> None:
    found = made({"width": 1024, "height": 1024, "steps": 50})
    assert found.backend == "nano_banana"
    assert found.factors == {
        "resolution": 1.0, "steps": 1.0, "prompt_complexity": prompt_complexity("a red boat")
    }  # fmt: skip
    assert [s.backend for s in found.suggestions] == ["sdxl", "openrouter", "procedural"]
    assert found.suggestions[1].usd is None
    assert found.suggestions[1].needs
    assert found.cold
    assert found.confidence == 0.3
    assert "cold start: no history yet" in found.basis


@pytest.mark.parametrize("backend", ["sdxl", "procedural", "nano_banana"])
def test_more_of_anything_never_takes_or_costs_less(backend: str) -> None:
    history = [
        Generation(kind="image", backend=backend, width=512 + 128 * (i % 5), height=1024,
                   steps=10 + 7 * (i % 6), seconds=30 - i % 9, at=f"{i:04}")
        for i in range(45)
    ]  # fmt: skip
    for known in ([], history):
        for name, values in (
            ("width", [64, 512, 1024, 1536, 2048]),
            ("steps", [1, 10, 30, 60, 100]),
            ("count", [1, 2, 7, 65, 1000]),
        ):
            rows = [made({"backend": backend, name: v}, history=known) for v in values]
            for one in ("p10", "p50", "p90"):
                times = [getattr(r.seconds, one) for r in rows]
                bills = [getattr(r.usd, one) for r in rows]
                assert times == sorted(times)
                assert bills == sorted(bills)
    first, last = (made({"backend": "sdxl", "steps": s}).seconds.p50 for s in (20, 40))
    assert last > 1.5 * first


def test_each_backend_learns_for_itself() -> None:
    slow = [Generation(kind="image", backend="sdxl", width=1024, height=1024, steps=30,
                       seconds=60.0, at=f"{i:03}") for i in range(40)]  # fmt: skip
    before, after = made({"backend": "sdxl"}), made({"backend": "sdxl"}, history=slow)
    assert after.seconds.p50 == pytest.approx(60, rel=0.1)
    assert after.seconds.p90 / after.seconds.p10 < before.seconds.p90 / before.seconds.p10
    assert "40 earlier pictures" in after.basis
    assert made(history=slow).seconds == made().seconds


@pytest.mark.parametrize(
    ("params", "where"),
    [
        ({"width": 63}, "width"),
        ({"height": 2049}, "height"),
        ({"width": "wide"}, "width"),
        ({"width": True}, "width"),
        ({"width": 100.5}, "width"),
        ({"steps": 0}, "steps"),
        ({"steps": 101}, "steps"),
        ({"quality_level": 6}, "quality_level"),
        ({"guidance_scale": 0.5}, "guidance_scale"),
        ({"guidance_scale": float("nan")}, "guidance_scale"),
        ({"priority": 9}, "priority"),
        ({"count": 0}, "count"),
        ({"backend": "dall-e"}, "backend"),
        ({"backend": 3}, "backend"),
        (["width"], "params"),
    ],
)
def test_what_is_refused_is_named(params: Any, where: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        made(params)
    assert caught.value.where == where
    assert caught.value.what_to_do
    with pytest.raises(ValidationFailed) as caught:
        estimate_batch([({}, ""), (params, "")], quotes=QUOTES)
    assert caught.value.where == f"[1].{where}"


def test_prompts_are_limited() -> None:
    with pytest.raises(ValidationFailed):
        estimate_generation({}, "x" * 5001, quotes=QUOTES)
    assert estimate_generation({}, "", quotes=QUOTES).factors["prompt_complexity"] == 0


def test_a_batch_is_its_sum_and_each() -> None:
    items = [({"backend": "sdxl", "steps": 10 * k}, "a boat") for k in (1, 2, 3)]
    items += [({"backend": "nano_banana", "count": 5}, "a boat"), ({"backend": "openrouter"}, "x")]
    found = estimate_batch(items, quotes=QUOTES)
    assert [i.backend for i in found.items] == ["sdxl"] * 3 + ["nano_banana", "openrouter"]
    assert found.unpriced == 1
    assert found.usd.p10 == Usd.of("0.168")
    assert found.elapsed.p50 <= found.seconds.p50
    apart = [estimate_batch([item], quotes=QUOTES).seconds for item in items]
    assert sum(r.p10 for r in apart) < found.seconds.p10
    assert found.seconds.p90 < sum(r.p90 for r in apart)
    assert found == estimate_batch(items, quotes=QUOTES)
    nothing = estimate_batch([], quotes=QUOTES)
    assert nothing.seconds.p90 == 0
    assert nothing.usd.p90 == Usd()


def test_a_long_batch_is_quick_and_prices_may_differ_by_size() -> None:
    def ask(params: Any, prompt: str) -> list[PictureQuote]:
        usd = "0.05" if params["width"] > 1024 else "0.03"
        return [PictureQuote(backend="cloud", usd=Usd.of(usd), basis="list_price")]

    items = [({"width": 1024 + 512 * (i % 2)}, "a boat") for i in range(100)]
    found = estimate_batch(items, quotes=ask)
    assert found.usd.p10 == Usd.of("4")


@settings(max_examples=8, deadline=None)
@given(
    st.integers(64, 2048), st.integers(64, 2048), st.integers(1, 100), st.integers(1, 100_000),
    st.text(max_size=300), st.sampled_from([q.backend for q in QUOTES]),
)  # fmt: skip
def test_for_anything_within_limits(
    width: int, height: int, steps: int, count: int, prompt: str, backend: str
) -> None:
    params = {"width": width, "height": height, "steps": steps, "count": count, "backend": backend}
    found = estimate_generation(params, prompt, quotes=QUOTES)
    assert 0 < found.seconds.p10 <= found.seconds.p50 <= found.seconds.p90
    assert found == estimate_generation(params, prompt, quotes=QUOTES)


def test_prompts_are_measured() -> None:
    assert counts("") == (0, 0, 0)
    assert counts("a red boat on the calm sea, gulls above it") == (10, 3, 3)
    short = prompt_complexity("a boat")
    longer = prompt_complexity("a red boat on the calm sea, gulls above it, rain over the harbour")
    assert 0 < short < longer < prompt_complexity("a boat, a gull and rain. " * 30) <= 1
    assert prompt_complexity("?!,.") == 0
    assert prompt_complexity("ein Boot, das Meer — 海の上の船") > 0
