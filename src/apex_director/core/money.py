"""Money: US dollars as decimals with six places, because single images cost fractions of a cent."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_MICRO = Decimal("0.000001")


@dataclass(frozen=True, kw_only=True, order=True)
class Usd:
    """An amount of US dollars."""

    amount: Decimal = Decimal(0)

    @classmethod
    def of(cls, value: str | int | float | Decimal) -> Usd:
        """Make an amount, rounded to a millionth of a dollar."""
        return cls(amount=Decimal(str(value)).quantize(_MICRO, rounding=ROUND_HALF_UP))

    def __add__(self, other: Usd) -> Usd:
        return Usd(amount=self.amount + other.amount)

    def __mul__(self, count: int) -> Usd:
        return Usd(amount=self.amount * count)

    def __str__(self) -> str:
        return f"${self.amount:.2f}"

    def __float__(self) -> float:
        return float(self.amount)
