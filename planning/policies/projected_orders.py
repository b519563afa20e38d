"""The order rule of the plans as a policy of the inventory simulator: what is due when, remembered."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from planning.inventory_simulator import Quantities
from planning.order_up_to import required_orders


class ProjectedOrders:
    """Orders as `order_up_to.project` requires them, on the demand paths of each decision and from its stock.

    An instance remembers what it ordered and plays one simulation, from its first period on. Lots are not
    seen: nothing may expire.
    """

    def __init__(
        self,
        paths: Sequence[Quantities],
        *,
        receipts: Quantities,
        lead_time: int,
        review_period: int,
        ratio: Quantities,
    ) -> None:
        """paths: for each decision, series x path x period of lead_time + review_period at least, period 0 =
        the first after it. receipts: series x period, as in `simulate`. ratio: series x path of the
        simulation, the critical ratio that is tried on it."""
        self._paths, self._lead_time, self._review_period = paths, lead_time, review_period
        self._ratio = ratio
        self._interval = lead_time + review_period
        periods = max(receipts.shape[1], len(paths) * review_period) + self._interval
        self._coming = np.zeros((*ratio.shape, periods))
        self._coming[:, :, : receipts.shape[1]] = receipts[:, None, :]

    def __call__(self, period: int, inventory_position: Quantities) -> Quantities:
        """What each path of the simulation asks for; nothing once the decisions have been made."""
        number = period // self._review_period
        asked = np.zeros_like(inventory_position)
        if number >= len(self._paths):
            return asked
        on_hand = inventory_position - self._coming[:, :, period:].sum(axis=2)
        due = self._coming[:, :, period : period + self._interval]
        for path in range(asked.shape[1]):
            required = required_orders(
                self._paths[number],
                on_hand=np.maximum(on_hand[:, path], 0.0),  # a sum of fractions may miss 0 by dust
                receipts=due[:, path],
                lead_time=self._lead_time,
                review_period=self._review_period,
                ratio=self._ratio[:, path],
            )
            asked[:, path] = np.maximum(required, 0)
        self._coming[:, :, period + self._lead_time] += asked
        return asked
