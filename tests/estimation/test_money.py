"""Bills: the price list for certain, lost calls on top, nothing made up."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from apex_director.core.money import Usd
from apex_director.estimation import money
from apex_director.estimation.model import Generation, MoneyLine, PictureQuote

PRICE = Usd.of("0.0336")


def quote(count: int, usd: Usd | None = PRICE) -> PictureQuote:
    return PictureQuote(backend="cloud", model="m", usd=usd, basis="list_price", count=count)


def record(*, usd: str = "0.0336", success: bool = True) -> Generation:
    return Generation(
        kind="image", backend="cloud", seconds=9, quoted_usd=PRICE, usd=Usd.of(usd), success=success
    )


def line(count: int, history: list[Generation] | None = None) -> MoneyLine:
    found = money.line_of(quote(count), history or [])
    assert found.usd is not None
    return found


def test_never_below_the_sum_certain_and_a_margin_above() -> None:
    for count in (1, 14, 300, 5000):
        found, certain = line(count).usd, PRICE * count
        assert found is not None
        assert certain <= found.p10 <= found.p50 <= found.p90
        assert float(found.p90) >= 1.05 * float(certain)
        assert float(found.p90) < 1.4 * float(certain)


def test_one_more_never_costs_less() -> None:
    rows = [line(n).usd for n in (1, 2, 3, 50, 255, 256, 257, 258, 400, 10_000)]
    for before, after in pairwise(rows):
        assert before is not None
        assert after is not None
        assert (before.p10, before.p50, before.p90) <= (after.p10, after.p50, after.p90)


def test_lost_calls_are_learned() -> None:
    """A third of the calls is paid for and lost: half as much again for the same pictures."""
    history = [record(), record(), record(success=False)] * 60
    found, known = line(200, history).usd, line(200, [record()] * 180).usd
    assert found is not None
    assert known is not None
    assert 1.4 < float(found.p50) / float(PRICE * 200) < 1.65
    assert float(known.p90) < 1.04 * float(PRICE * 200)


def test_bills_above_the_list_are_learned() -> None:
    found = line(100, [record(usd="0.0420")] * 80).usd
    assert found is not None
    assert 1.15 < float(found.p50) / float(PRICE * 100) < 1.3


def test_an_unknown_price_stays_unknown_until_three_bills_tell_it() -> None:
    assert money.line_of(quote(5, None), [record()] * 2).usd is None
    told = money.line_of(quote(5, None), [record(usd="0.05")] * 3)
    assert told.each == Usd.of("0.05")
    assert told.basis == "computed"
    assert money.total([money.line_of(quote(5, None), [])], []).p90 == Usd()


def test_free_is_free() -> None:
    found = money.line_of(quote(5, Usd()), [record(usd="0.5")])
    assert found.usd is not None
    assert found.usd.p90 == Usd()


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.0001, 5), st.integers(1, 90)), min_size=1, max_size=4),
    st.lists(st.tuples(st.floats(0, 10), st.booleans()), max_size=30),
)
def test_for_any_prices_and_bills(
    rows: list[tuple[float, int]], bills: list[tuple[float, bool]]
) -> None:
    history = [record(usd=f"{usd:.6f}", success=good) for usd, good in bills]
    lines = [money.line_of(quote(n, Usd.of(f"{usd:.6f}")), history) for usd, n in rows]
    found = money.total(lines, history)
    certain = sum((Usd.of(f"{usd:.6f}") * n for usd, n in rows), start=Usd())
    assert certain <= found.p10 <= found.p50 <= found.p90
    assert found == money.total(lines, history)
    ends = sum((one.usd.p90 for one in lines if one.usd), start=Usd())
    assert float(found.p90) <= 1.2 * float(ends)
