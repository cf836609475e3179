"""Rows of equal length held in memory beside the database they come from, for exact search."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray


class Rows:
    """One column of blobs as a matrix; what is new is read when it is asked for.

    Parameters
    ----------
    table : Table
        With ``asset_seq`` and the column; rows are added and removed, never changed.
    width : int
        Elements per row; blobs of another length are left out.
    """

    def __init__(
        self,
        table: sa.Table,
        column: str,
        dtype: Any,
        width: int,
        *conditions: sa.ColumnElement[bool],
    ) -> None:
        self._table, self._column = table, table.c[column]
        self._dtype, self._width, self._conditions = np.dtype(dtype), width, conditions
        self._guard = threading.Lock()
        self._forget()

    def _forget(self) -> None:
        self._seqs = np.empty(0, np.int64)
        self._rows = np.empty((0, self._width), self._dtype)
        self._read, self._last = 0, 0

    def fresh(self, connection: sa.Connection) -> tuple[NDArray[np.int64], NDArray[Any]]:
        """Asset numbers [shape=(n,)] and rows [shape=(n, width)] as the database has them now."""
        with self._guard:
            count, last = self._extent(connection)
            if count < self._read or last < self._last:
                self._forget()
            if last > self._last:
                self._read_on(connection)
            if self._read != count:  # something was removed, or came in between
                self._forget()
                self._read_on(connection)
            return self._seqs, self._rows

    def _extent(self, connection: sa.Connection) -> tuple[int, int]:
        # One at a time: each alone is answered from the index, both together by reading all.
        of = sa.select(sa.func.count()).select_from(self._table).where(*self._conditions)
        count = connection.scalar(of) or 0
        newest = sa.select(sa.func.max(self._table.c.asset_seq)).where(*self._conditions)
        last = connection.scalar(newest) or 0
        return int(count), int(last)

    def _read_on(self, connection: sa.Connection) -> None:
        seq = self._table.c.asset_seq
        query = (
            sa.select(seq, self._column).where(seq > self._last, *self._conditions).order_by(seq)
        )
        found = connection.execute(query).all()
        if not found:
            return
        self._read += len(found)
        self._last = int(found[-1][0])
        whole = [(s, b) for s, b in found if len(b) == self._width * self._dtype.itemsize]
        rows = np.frombuffer(b"".join(b for _, b in whole), self._dtype)
        self._seqs = np.concatenate([self._seqs, np.array([s for s, _ in whole], np.int64)])
        self._rows = np.concatenate([self._rows, rows.reshape(-1, self._width)])
