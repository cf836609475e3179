"""Where lines lie in time: a semi-Markov chain of slots and gaps, its best path and how sure each
start is.

Time runs in cells; a line takes a slot of whole cells, between slots there may be gaps. The best
path is Viterbi's; the chance of every start comes from the forward and backward sums over all
paths.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

F64 = NDArray[np.float64]
FAR = 1e9
"""Cost of what cannot be."""
MOST = 2.5
"""Cost of a length, |log share|, at most; but what is voiced beyond ``FULL`` times the length
expected costs ``OVERFULL`` each further time, or a line would swallow a stanza that is not its own.
"""
FULL, OVERFULL = 1.7, 0.6


@dataclass(frozen=True, kw_only=True, eq=False)
class Chain:
    """The costs of n lines over T cells.

    ``voiced`` [T + 1] are seconds of voice before each cell; ``begin`` [n, T] what it costs that a
    line begins in a cell; ``slot`` [L] what a slot of that many cells costs, whatever is in it;
    ``across`` [T, L] what a slot that ends before a cell costs by what it crosses; ``expected`` [n]
    seconds of voice a line shall take; ``skip`` the cost of a second of voice no line takes and
    ``pause`` that of any gap within a stanza (``joined`` [n]: the line follows one of its own).
    """

    voiced: F64
    begin: F64
    slot: F64
    across: F64
    expected: F64
    joined: NDArray[np.bool_]
    skip: float
    pause: float
    least: float = 0.3

    @property
    def lines(self) -> int:
        return len(self.expected)

    @property
    def cells(self) -> int:
        return len(self.voiced) - 1


@dataclass(frozen=True, kw_only=True, eq=False)
class Path:
    """Start and end cell of every line's slot, and the cost of it all."""

    starts: NDArray[np.intp]
    ends: NDArray[np.intp]
    cost: float


def _slot_costs(chain: Chain, logs: F64, line: int) -> F64:
    """Cost of a line in each slot [T + 1, L]; row is where it ends, column its length - 1."""
    share = logs - np.log(chain.expected[line] + chain.least)
    beyond = OVERFULL * np.maximum(np.exp(np.minimum(share, 4.0)) - FULL, 0.0)
    length = np.minimum(np.abs(share), MOST) + beyond
    return np.asarray(length + chain.slot[None, :] + chain.across)


def _voice_logs(chain: Chain) -> F64:
    """Logarithm of the seconds of voice in each slot [T + 1, L]."""
    most = len(chain.slot)
    padded = np.concatenate([np.full(most, chain.voiced[0]), chain.voiced])
    inside = chain.voiced[:, None] - sliding_window_view(padded, most)[: chain.cells + 1, ::-1]
    return np.asarray(np.log(inside + chain.least))


def _before(values: F64, most: int) -> F64:
    """For each end [T + 1] the values at the starts of slots of 1 .. L cells [T + 1, L]."""
    padded = np.concatenate([np.full(most, FAR), values])
    return np.asarray(sliding_window_view(padded, most)[: len(values), ::-1])


def _gap_costs(chain: Chain, line: int) -> float:
    return chain.pause if chain.joined[line] else 0.0


def best_path(chain: Chain) -> Path:
    """The cheapest way to lay the lines in order (Viterbi)."""
    most, logs = len(chain.slot), _voice_logs(chain)
    spent = chain.skip * chain.voiced
    froms: list[tuple[NDArray[np.intp], NDArray[np.intp]]] = []
    free = spent.copy()  # cheapest way to reach a cell with the lines before it laid
    origin = np.arange(chain.cells + 1)
    for line in range(chain.lines):
        begin = np.append(chain.begin[line], FAR) + free
        total = _before(begin, most) + _slot_costs(chain, logs, line)
        length = np.argmin(total, axis=1)
        ended = total[np.arange(len(total)), length]
        froms.append((origin, length + 1))
        free, origin = _after(chain, ended, spent, line + 1)
    at = int(origin[-1])
    starts, ends = np.zeros(chain.lines, np.intp), np.zeros(chain.lines, np.intp)
    for line in reversed(range(chain.lines)):
        came, length = froms[line]
        ends[line] = at
        starts[line] = at - length[at]
        at = int(came[starts[line]])
    return Path(starts=starts, ends=ends, cost=float(free[-1]))


def _after(chain: Chain, ended: F64, spent: F64, line: int) -> tuple[F64, NDArray[np.intp]]:
    """From slots that end in each cell to the next line's starts, with or without a gap."""
    pause = _gap_costs(chain, line) if line < chain.lines else 0.0
    here = np.arange(len(ended))
    open_ = ended - spent
    least = np.minimum.accumulate(open_)
    where = np.maximum.accumulate(np.where(open_ == least, here, 0))
    gapped = least + spent + pause
    straight = ended <= gapped
    return np.where(straight, ended, gapped), np.where(straight, here, where)


def start_chances(chain: Chain, sharpness: float) -> F64:
    """Chance of each line to begin in each cell [n, T], over all ways to lay them.

    ``sharpness`` turns costs into chances: a way that costs 1 more is exp(-sharpness) as likely.
    """
    most, logs = len(chain.slot), _voice_logs(chain)
    spent = chain.skip * chain.voiced
    cells = chain.cells + 1
    forward = np.zeros((chain.lines, cells))
    free = -sharpness * spent
    for line in range(chain.lines):
        forward[line] = free - sharpness * np.append(chain.begin[line], FAR)
        costs = -sharpness * _slot_costs(chain, logs, line)
        ended = _log_sum(_before_low(forward[line], most) + costs)
        free = _gaps(ended, sharpness * spent, sharpness * _next_pause(chain, line))
    backward = -sharpness * (spent[-1] - spent)
    chances = np.zeros((chain.lines, chain.cells))
    for line in reversed(range(chain.lines)):
        ended = backward
        if line + 1 < chain.lines:
            ended = _gaps_back(ended, sharpness * spent, sharpness * _next_pause(chain, line))
        costs = -sharpness * _slot_costs(chain, logs, line)
        onward = _log_sum(_ahead(ended, costs, most))
        joint = (forward[line] + onward)[:-1]
        chances[line] = np.exp(joint - joint.max())
        chances[line] /= chances[line].sum()
        backward = onward - sharpness * np.append(chain.begin[line], FAR)
    return chances


def _next_pause(chain: Chain, line: int) -> float:
    return _gap_costs(chain, line + 1) if line + 1 < chain.lines else 0.0


def _before_low(values: F64, most: int) -> F64:
    padded = np.concatenate([np.full(most, -FAR), values])
    return np.asarray(sliding_window_view(padded, most)[: len(values), ::-1])


def _ahead(ended: F64, costs: F64, most: int) -> F64:
    """For each start [T + 1] what follows slots of 1 .. L cells, their own cost among it."""
    rows = np.arange(len(ended))[:, None] + np.arange(1, most + 1)[None, :]
    inside = rows < len(ended)
    rows = np.minimum(rows, len(ended) - 1)
    lengths = np.broadcast_to(np.arange(most), rows.shape)
    return np.where(inside, ended[rows] + costs[rows, lengths], -FAR)


def _log_sum(values: F64) -> F64:
    top = values.max(axis=1)
    return np.asarray(top + np.log(np.exp(values - top[:, None]).sum(axis=1)))


def _gaps(ended: F64, spent: F64, pause: float) -> F64:
    """Log chances to be free at each cell: a slot ends there, or did before, and a gap there."""
    before = np.append(-FAR, np.logaddexp.accumulate(ended + spent)[:-1])
    return np.asarray(np.logaddexp(ended, before - spent - pause))


def _gaps_back(later: F64, spent: F64, pause: float) -> F64:
    """Log chances of what follows a slot's end: the next slot at once, or after a gap."""
    after = np.append(np.logaddexp.accumulate((later - spent)[::-1])[::-1][1:], -FAR)
    return np.asarray(np.logaddexp(later, after + spent - pause))
