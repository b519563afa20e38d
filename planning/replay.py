"""The decision of every period played on the past: what it ordered, what was on the shelf, what it cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from intake.errors import InputError
from planning.inventory_simulator import Quantities, Simulation, simulate
from planning.simulation.money import Costs, Money, money
from planning.simulation.stock_rules import StockRules

Decide = Callable[[int, Quantities, Quantities], Quantities]
"""(period, on_hand by series, receipts by series x coming period) -> order_quantity by series; below 0 is 0.

It is asked at the end of the period before `period`, 0 being the first that is played; column 0 of the
receipts is due in `period`.
"""

Known = npt.NDArray[np.bool_]

ACCOUNT_COLUMNS: Final = (
    "demand",
    "lost_sales",
    "on_hand",
    "expired",
    "order_quantity",
    "holding",
    "shortage",
    "waste",
    "ordering",
    "cost",
    "cases",
    "short_cases",
)


@dataclass(frozen=True, eq=False)
class Replayed:
    """What happened: `played` has one path; `known` (series x period): what counts."""

    played: Simulation
    known: Known


def replay(
    demand: Quantities,
    decide: Decide,
    *,
    on_hand: Quantities,
    receipts: Quantities,
    lead_time: npt.NDArray[np.int64],
    orders: int,
    review_period: int = 1,
    shelf_life: Quantities | float = np.inf,
) -> Replayed:
    """Ask `decide` for `orders` orders, one every review period, and play demand against them.

    demand: series x period, NaN where not known: such a period sells nothing and does not count. on_hand,
    receipts (series x period): at the end of the period before the first. lead_time: by series; an order
    asked for period t is on the shelf from the start of t + lead_time. shelf_life: periods that what is
    received can be sold in; what was there at the start keeps. Sales that find no stock are lost.
    """
    series, periods = demand.shape
    known: Known = ~np.isnan(demand)
    due = np.zeros((series, periods))
    due[:, : receipts.shape[1]] = receipts[:, :periods]
    interval = int(lead_time.max(initial=0)) + review_period
    played = simulate(
        np.where(known, demand, 0.0)[:, None, :],
        on_hand=on_hand,
        receipts=due,
        policy=_Asking(decide, receipts, lead_time, review_period, orders, periods + interval),
        lead_time=np.broadcast_to(lead_time[:, None, None], (series, 1, periods)),
        rules=StockRules(review_period=review_period, shelf_life=shelf_life),
    )
    return Replayed(played, known)


class _Asking:
    """`decide` as a policy of the simulator: it remembers what comes when."""

    def __init__(
        self,
        decide: Decide,
        receipts: Quantities,
        lead_time: npt.NDArray[np.int64],
        review_period: int,
        orders: int,
        periods: int,
    ) -> None:
        self._decide, self._lead_time = decide, lead_time
        self._last = orders * review_period
        self._interval = int(lead_time.max(initial=0)) + review_period
        self._coming = np.zeros((len(receipts), max(periods, receipts.shape[1]) + self._interval))
        self._coming[:, : receipts.shape[1]] = receipts

    def __call__(self, period: int, inventory_position: Quantities) -> Quantities:
        if period >= self._last:
            return np.zeros_like(inventory_position)
        coming = self._coming[:, period:]
        on_hand = np.maximum(inventory_position[:, 0] - coming.sum(axis=1), 0.0)
        asked = np.maximum(self._decide(period, on_hand, coming[:, : self._interval].copy()), 0.0)
        self._coming[np.arange(len(asked)), period + self._lead_time] += asked
        return np.asarray(asked[:, None], dtype=np.float64)


def account(replayed: Replayed, costs: Costs, counts: Known | None = None) -> pd.DataFrame:
    """ACCOUNT_COLUMNS, a row per period that was played: units, money by cause, and service.

    counts: which series are counted at all (all where None). cases: series whose demand is known in the
    period; short_cases: those of them that lost sales. order_quantity: what was ordered for the period, at
    the end of the one before.
    """
    played = replayed.played
    counted = replayed.known if counts is None else replayed.known & counts[:, None]
    mask = counted[:, None, :].astype(np.float64)
    of_counted = replace(
        played,
        **{
            name: np.asarray(getattr(played, name) * mask)
            for name in ("demand", "on_hand", "lost_sales", "expired", "shortfall", "backorders")
        },
    )
    rows = []
    for period in range(played.demand.shape[2]):
        now = slice(period, period + 1)
        spent: Money = money(of_counted, costs, counted=now)
        causes = {each.name: float(getattr(spent, each.name).sum()) for each in fields(spent)}
        sums = of_counted.totals(now)
        rows.append(
            {
                "demand": float(sums.demand.sum()),
                "lost_sales": float(sums.lost_sales.sum()),
                "on_hand": float(sums.held.sum()),
                "expired": float(sums.expired.sum()),
                "order_quantity": float(sums.ordered.sum()),
                **{name: amount for name, amount in causes.items() if name != "purchase"},
                "cost": float(spent.total.sum()),
                "cases": int(counted[:, period].sum()),
                "short_cases": int(sums.short_periods.sum()),
            }
        )
    return pd.DataFrame(rows, columns=list(ACCOUNT_COLUMNS))


@dataclass(frozen=True)
class ReplayTotals:
    """Sums of an account over the periods that count: money by cause; `fill_rate`: share of demand served;
    `service_level`: share of the series and periods without a lost sale; `on_hand`: mean units at periods'
    ends; `lost_sales`, `expired` and `order_quantity`: units.
    """

    cost: float
    holding: float
    shortage: float
    waste: float
    on_hand: float
    lost_sales: float
    expired: float
    order_quantity: float
    fill_rate: float
    service_level: float


def totals_of(accounted: pd.DataFrame) -> ReplayTotals:
    """Totals of the rows of `account` that are given; InputError where there are none."""
    if accounted.empty:
        raise InputError("no period counts: play more periods, or count from an earlier one")
    sums = accounted[list(ACCOUNT_COLUMNS)].sum()
    return ReplayTotals(
        **{name: float(sums[name]) for name in ("cost", "holding", "shortage", "waste")},
        on_hand=float(accounted["on_hand"].mean()),
        **{name: float(sums[name]) for name in ("lost_sales", "expired", "order_quantity")},
        fill_rate=1.0 - float(sums["lost_sales"]) / max(float(sums["demand"]), 1e-9),
        service_level=1.0 - float(sums["short_cases"]) / max(float(sums["cases"]), 1.0),
    )
