"""Calling outsiders: one cascade for every kind of backend, what a failed call means, what it
costs, and the ledger that keeps count.
"""

from .candidates import Candidate, Made
from .cascade import run_cascade
from .outcomes import NotSendable, OutcomeUnknown, Refused, Unbilled

__all__ = [
    "Candidate",
    "Made",
    "NotSendable",
    "OutcomeUnknown",
    "Refused",
    "Unbilled",
    "run_cascade",
]
