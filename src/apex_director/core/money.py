"""Money: US dollars as decimals with six places, because single images cost fractions of a cent."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_MICRO = Decimal("0.000001")
_CENT = Decimal("0.01")


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

    def __sub__(self, other: Usd) -> Usd:
        return Usd(amount=self.amount - other.amount)

    @property
    def micros(self) -> int:
        """Whole millionths of a dollar, as stored."""
        return int(self.amount.scaleb(6).to_integral_value())

    @classmethod
    def from_micros(cls, micros: int) -> Usd:
        """The inverse of :attr:`micros`."""
        return cls(amount=Decimal(micros).scaleb(-6))

    def __mul__(self, count: int) -> Usd:
        return Usd(amount=self.amount * count)

    def __str__(self) -> str:
        """Cents, and as many further places as a fraction of a cent needs."""
        cents = self.amount.quantize(_CENT)
        if cents == self.amount:
            return f"${cents}"
        return f"${self.amount.normalize():f}"

    def __float__(self) -> float:
        return float(self.amount)
