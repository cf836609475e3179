"""The call a backend sees: one that is booked in the ledger, or one that costs nothing."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from .model import Booking, Cost, Ledger


class FreeCall:
    """A call that costs nothing: it has an id, and what is told to it is not written down."""

    def __init__(self) -> None:
        self._id = str(uuid.uuid4())
        self.bill: Cost | None = None

    @property
    def id(self) -> str:
        return self._id

    @property
    def provider_id(self) -> str:
        return ""

    @property
    def facts(self) -> Mapping[str, Any]:
        return {}

    def sending(self) -> None:
        """Nothing is at stake."""

    def accepted(self, provider_id: str, **facts: Any) -> None:
        """Nothing is at stake."""

    def billed(self, cost: Cost) -> None:
        """What it cost after all, for the trail."""
        self.bill = cost


class BookedCall:
    """A paid call: each word of the backend is in the ledger before its method returns.

    Parameters
    ----------
    ledger : Ledger
        Where it was opened.
    booking : Booking
        As ``open`` gave it: a fresh reservation, or the work of an earlier process, which is to be
        looked up by ``provider_id`` and not sent.
    """

    def __init__(self, ledger: Ledger, booking: Booking) -> None:
        self._ledger = ledger
        self._provider_id = booking.provider_id
        self._facts = dict(booking.facts)
        self.booking = booking
        self.sent = booking.state != "reserved"
        self.named = booking.state == "accepted"
        if self.sent and not self._provider_id:
            self._provider_id = booking.call_id  # the backend gave the provider our own id
        self.bill: Cost | None = None

    @property
    def id(self) -> str:
        return self.booking.call_id

    @property
    def provider_id(self) -> str:
        return self._provider_id

    @property
    def facts(self) -> Mapping[str, Any]:
        return self._facts

    def sending(self) -> None:
        """The request leaves now.

        Raises
        ------
        NotSendable
            It was sent before, or given back meanwhile.
        """
        self._ledger.sending(self.id)
        self.sent = True

    def accepted(self, provider_id: str, **facts: Any) -> None:
        """The provider has named the work."""
        self.sent = True
        self._ledger.accepted(self.id, provider_id, facts)
        self.named, self._provider_id, self._facts = True, provider_id, dict(facts)

    def billed(self, cost: Cost) -> None:
        """What the answer says it cost."""
        self.bill = cost
