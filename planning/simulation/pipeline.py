"""What is ordered and has not come: orders under way, whose lead times may differ, so that they may cross."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from intake.errors import InputError
from planning.simulation.stock_rules import Quantities

Integers = npt.NDArray[np.int64]


class Pipeline:
    """Units by the period they arrive in, series x path, as long as the longest lead time."""

    def __init__(self, receipts: Quantities, lead_time: int | Integers, shape: tuple[int, int, int]) -> None:
        """shape: series, paths, periods. receipts: series x path (or 1) x period, on order from the start.

        lead_time: periods, a number or by series x path x period in which it is ordered, each axis whole or
        of length 1; InputError for anything else.
        """
        self._receipts, self._periods = receipts, shape[2]
        self._lead_time = np.asarray(lead_time)
        if not np.issubdtype(self._lead_time.dtype, np.integer) or (self._lead_time < 0).any():
            raise InputError("a lead time is a whole number of periods, 0 or more; round it up")
        given = self._lead_time.shape
        if given and (
            len(given) != 3 or any(n not in (1, full) for n, full in zip(given, shape, strict=True))
        ):
            raise InputError(
                "lead_time must be one number, or a number per series, path and period (an axis of length 1 "
                f"stands for all), here {shape}, and has shape {given}"
            )
        # No slot for what comes after the last period.
        longest = int(self._lead_time.max(initial=0))
        self._slots: list[Quantities | None] = [None] * (min(longest, self._periods) + 1)

    def order(self, period: int, units: Quantities) -> None:
        """`units` (series x path) were ordered for `period`; they come after their lead time."""
        if self._lead_time.size == 1:
            self._add(period + self._lead_time.item(), units)
            return
        lead_time = self._lead_time[:, :, period if self._lead_time.shape[2] > 1 else 0]
        for lead in range(int(lead_time.min()), int(lead_time.max()) + 1):
            chosen = lead_time == lead
            if chosen.any():
                self._add(period + lead, np.where(chosen, units, 0.0))

    def arriving(self, period: int) -> Quantities:
        """What is on the shelf from the start of `period`, series x path (or 1)."""
        slot = period % len(self._slots)
        ordered, self._slots[slot] = self._slots[slot], None
        due = self._receipts[:, :, period]
        return due if ordered is None else due + ordered

    def _add(self, period: int, units: Quantities) -> None:
        if period >= self._periods:
            return
        slot = period % len(self._slots)
        there = self._slots[slot]
        self._slots[slot] = units if there is None else there + units
