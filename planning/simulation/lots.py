"""Lots on a shelf, on many paths at once: which are sold and what is left of them when they expire."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from planning.simulation.stock_rules import Issuing, Quantities


class Lots:
    """The units on the shelf that expire, of the series that have such units, while periods go by.

    Held is E(a), the units whose last sellable period is a or before. To sell what expires first takes the
    same from every E(a), down to 0; to sell what expires last leaves E(a) alone until nothing else is left.
    """

    def __init__(
        self, expiring: Quantities, shelf_life: npt.NDArray[np.float64], paths: int, issuing: Issuing
    ) -> None:
        """expiring: series x period, on the shelf from the start. shelf_life: periods, by series."""
        self._periods = expiring.shape[1]
        life = np.minimum(shelf_life, self._periods + 1).astype(np.int64)
        perishable = np.flatnonzero(expiring.any(axis=1) | (life <= self._periods))
        self.series = perishable[np.argsort(life[perishable], kind="stable")]
        """Series that have lots, those of equal shelf life together."""
        lives = life[self.series]
        changes = [0, *(np.flatnonzero(np.diff(lives)) + 1).tolist(), len(lives)] if len(lives) else [0]
        self._groups = [(int(lives[first]), slice(first, last)) for first, last in pairwise(changes)]
        self._lifo = issuing is Issuing.LIFO
        lots = expiring[self.series]
        dated = np.flatnonzero(lots.any(axis=0))
        self._end = int(dated[-1]) + 1 if len(dated) else 0  # later rows are as the last one and not kept
        self._by = np.zeros((self._periods, len(self.series), paths))
        self._by[: self._end] = lots.cumsum(axis=1).T[: self._end, :, None]

    def receive(self, period: int, units: Quantities) -> None:
        """Put `units` (series with lots x path) on the shelf, fresh at the start of the period."""
        for life, rows in self._groups:
            last = period + life - 1
            if last >= self._periods:
                continue
            if last >= self._end:
                if self._end:
                    self._by[self._end : last + 1] = self._by[self._end - 1]
                self._end = last + 1
            self._by[last : self._end, rows] += units[rows]

    def sell(self, period: int, units: Quantities, left: Quantities) -> None:
        """Take `units` off, after which `left` are on the whole shelf (both: series with lots x path)."""
        held = self._by[period : self._end]
        if self._lifo:
            np.minimum(held, left, out=held)
        else:
            np.subtract(held, units, out=held)
            np.maximum(held, 0.0, out=held)

    def expire(self, period: int) -> Quantities:
        """Throw away what could be sold in `period` for the last time; series with lots x path."""
        gone: Quantities = self._by[period].copy()
        self._by[period : self._end] -= gone
        return gone
