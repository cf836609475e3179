"""Calling outsiders: one cascade for every kind of backend, and what a failed call means."""

from .cascade import Candidate, Made, run_cascade
from .outcomes import OutcomeUnknown, Refused, Unbilled

__all__ = ["Candidate", "Made", "OutcomeUnknown", "Refused", "Unbilled", "run_cascade"]
