"""The ways to decide that a replay compares: the plan, a rule of thumb, what was really ordered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from intake.periods import following
from planning.inventory_simulator import Quantities
from planning.open_orders import OPEN_ORDER_COLUMNS
from planning.plan import Plan, PlanSettings
from planning.policies.seasonal_cover import order_for_cover, seasonal_moving_average
from planning.replay import Decide
from planning.replenishment import replenish
from planning.stated_terms import PlanningTables

if TYPE_CHECKING:
    from forecasting.paths.demand_paths import DemandPaths


@dataclass(frozen=True, eq=False)
class ReplayedPlans:
    """Decides by the plan of each period, as `replenish` makes it.

    paths_at, correction_at: demand paths and carry_over_factor of a decision at the end of a period, which is
    numbered like `ds`. unique_id: of all series, in the order of the arrays. first: the number of the first
    period that is played. plans: what was decided, by the number of the period at whose end. Ages of what is
    on the shelf are not seen.
    """

    paths_at: Callable[[int], DemandPaths]
    correction_at: Callable[[int], float]
    tables: PlanningTables
    settings: PlanSettings
    unique_id: tuple[str, ...]
    ds: pd.DatetimeIndex
    freq: str
    first: int
    plans: dict[int, Plan] = field(default_factory=dict)

    def __call__(self, period: int, on_hand: Quantities, receipts: Quantities) -> Quantities:
        """The `Decide` of a replay."""
        origin = self.first + period - 1
        cutoff = self.ds[origin]
        series, ahead = np.nonzero(receipts)
        due = following(cutoff, receipts.shape[1], self.freq)[ahead]
        open_orders = pd.DataFrame(
            {
                "purchase_order": "",
                "supplier_id": "",
                "unique_id": np.array(self.unique_id, dtype=object)[series],
                "quantity": receipts[series, ahead],
                "due": due,
            },
            columns=list(OPEN_ORDER_COLUMNS),
        )
        paths = self.paths_at(origin)
        begun = np.isin(np.array(self.unique_id, dtype=object), list(paths.unique_id))
        plan = replenish(
            paths,
            stock=pd.DataFrame({"unique_id": list(self.unique_id), "on_hand": on_hand})[begun],
            items=self.tables.items,
            suppliers=self.tables.suppliers,
            terms=self.tables.terms,
            open_orders=open_orders,
            cutoff=cutoff,
            freq=self.freq,
            settings=replace(self.settings, carry_over_factor=self.correction_at(origin)),
        )
        self.plans[origin] = plan
        ordered = plan.lines.groupby("unique_id")["order_quantity"].sum()
        return ordered.reindex(list(self.unique_id)).fillna(0).to_numpy(dtype=np.float64)


def by_rule_of_thumb(
    demand_at: Callable[[int], Quantities], ds: pd.DatetimeIndex, freq: str, first: int, cover: int
) -> Decide:
    """Order up to `cover` periods of `seasonal_moving_average`.

    demand_at: what is known at the end of a period.
    """

    def decide(period: int, on_hand: Quantities, receipts: Quantities) -> Quantities:
        origin = first + period - 1
        forecast = seasonal_moving_average(demand_at(origin), ds[: origin + 1], freq, cover)
        return order_for_cover(forecast, on_hand, receipts)

    return decide


def as_ordered(ordered: Quantities, first: int) -> Decide:
    """What was really ordered at the end of each period (series x period, numbered like `first`)."""

    def decide(period: int, _: Quantities, __: Quantities) -> Quantities:
        return ordered[:, first + period - 1]

    return decide
