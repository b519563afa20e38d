"""Lines that are decided together: what each is expected to cost by its quantity, and the cheapest of all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pulp

from planning.inventory_simulator import Quantities
from planning.line_money import price_at
from planning.order_economics import Integers, OrderSituation, order_cost
from planning.purchasing.curves import CostCurves
from planning.purchasing.plan import PurchasePlan, plan_exactly
from planning.purchasing.problem import Offers, PurchaseProblem, Suppliers

CENT_DUST = 1e-6
"""Sums of prices such as 0.1 + 0.2 must not miss a minimum by rounding."""

_PATHS = 200  # of the demand paths are enough to weigh what to raise and what to leave
_STEPS_DOWN = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
_STEPS_UP = np.array([0.04, 0.16, 0.36, 0.64, 1.0])


@dataclass(frozen=True, eq=False)
class Group:
    """Lines that are decided together. rows: their positions in the plan; situation: of these lines, on some
    of the paths; curves: what each costs by its quantity, least at what it orders by itself; tiers: the
    prices of larger quantities (PRICE_COLUMNS)."""

    lines: pd.DataFrame
    rows: Integers
    situation: OrderSituation
    curves: CostCurves
    tiers: pd.DataFrame

    @property
    def quantity(self) -> Integers:
        """What the lines order by themselves."""
        return self.lines["order_quantity"].to_numpy(np.int64)

    def money(self, quantity: Integers, reviews: int = 1) -> Quantities:
        """Expected money of each line at a quantity each, if the next order comes after so many reviews."""
        waiting = replace(self.situation, review_period=self.situation.review_period * reviews)
        return order_cost(waiting, quantity[:, None].astype(np.float64)).money[:, 0]

    def solved(
        self,
        minimum_order_value: Mapping[str, float],
        *,
        budget: float = np.inf,
        never_less: bool = False,
        solver: pulp.LpSolver | None = None,
    ) -> PurchasePlan:
        """The cheapest quantities; a supplier without a minimum_order_value has none."""
        names = tuple(sorted(self.lines["supplier_id"].unique()))
        count = len(self.lines)
        offers = Offers(
            line=np.arange(count),
            supplier=np.searchsorted(names, self.lines["supplier_id"].to_numpy(str)),
            pack_size=self.lines["pack_size"].to_numpy(np.int64),
            unit_cost=self.lines["list_price"].to_numpy(np.float64),
            minimum_order_quantity=self.lines["minimum_order_quantity"].to_numpy(np.int64),
        )
        offered = self.lines[["unique_id", "supplier_id"]].assign(offer=np.arange(count)).merge(self.tiers)
        if len(offered):
            offers = offers.with_price_breaks(
                offered["offer"].to_numpy(np.int64),
                np.ceil(offered["break_quantity"].to_numpy()).astype(np.int64),
                offered["unit_cost"].to_numpy(np.float64),
            )
        problem = PurchaseProblem(
            periods=("now",),
            lines=tuple(self.lines["unique_id"]),
            curves=self.curves,
            offers=offers,
            suppliers=Suppliers(
                names,
                np.array([max(minimum_order_value.get(name, 0.0), 0.0) for name in names]),
                np.zeros(len(names)),
                np.ones((len(names), 1), dtype=np.bool_),
            ),
            value=self.lines["unit_cost"].to_numpy(np.float64),
            budget=np.array([max(budget, 0.0)]),
            required=self.quantity[:, None].astype(np.float64) if never_less else None,
        )
        return plan_exactly(problem, solver=solver)


def quantities(plan: PurchasePlan) -> Integers:
    """Units by line, of whichever offer."""
    ordered = np.zeros(len(plan.asked.lines), dtype=np.int64)
    np.add.at(ordered, plan.asked.offers.line, plan.quantity[:, 0])
    return ordered


def free_lines(lines: pd.DataFrame) -> pd.Series[bool]:
    """Which lines a plan may weigh against others: not pinned, with a price of the goods, of holding them and
    of a lost sale."""
    priced = lines["holding_price"].notna() & lines["shortage_price"].notna() & (lines["unit_cost"] > 0)
    return priced & ~lines["is_pinned"]


def group(
    lines: pd.DataFrame, rows: Integers, situation: OrderSituation, most: Integers, tiers: pd.DataFrame
) -> Group:
    """The lines at some rows of the plan with their cost curves, from nothing to `most` (by row of the plan).

    The curve goes through the expected money at ten numbers of packs, except that what the line orders by
    itself is never worse than less or more: a rule that was chosen in replays is not argued with here.
    """
    some = lines.iloc[rows]
    pack = some["pack_size"].to_numpy(np.int64)[:, None]
    own = some["order_quantity"].to_numpy(np.int64)[:, None] // pack
    last = np.maximum(most[rows][:, None] // pack, own)
    down, up = np.floor(own * _STEPS_DOWN), np.ceil(own + (last - own) * _STEPS_UP)
    supply = np.concatenate([down, up], axis=1) * pack
    all_paths = situation.of(rows)
    few = replace(all_paths, demand=all_paths.demand[:, :_PATHS])
    money = order_cost(few, supply).money
    rise = np.diff(money, axis=1)
    before = len(_STEPS_DOWN) - 1
    rise[:, :before], rise[:, before:] = np.minimum(rise[:, :before], 0), np.maximum(rise[:, before:], 0)
    steps = np.concatenate([np.zeros((len(rows), 1)), rise.cumsum(axis=1)], axis=1)
    cost = steps + (money - steps)[:, before : before + 1]
    curves = CostCurves.hull(supply[:, None, :], cost[:, None, :])
    return Group(some, rows, few, curves, tiers)


def with_coupling(
    lines: pd.DataFrame, rows: Integers, quantity: Integers, words: str, tiers: pd.DataFrame
) -> pd.DataFrame:
    """The lines at `rows` with another quantity; `words` say why, with the number of units as {units} and the
    {supplier_id}, after what was said of an earlier change."""
    whole = lines["order_quantity"].to_numpy(np.int64, copy=True)
    change = np.zeros(len(lines), dtype=np.int64)
    change[rows] = quantity - whole[rows]
    whole[rows] = quantity
    coupling = lines["coupling"].to_numpy(np.int64) + change
    said = lines["coupling_words"].to_numpy(dtype=object, copy=True)
    for at in np.flatnonzero(change):
        now = words.format(units=abs(change[at]), supplier_id=lines["supplier_id"].iloc[at])
        said[at] = f"{said[at]}, {now}" if said[at] else now
    return lines.assign(
        order_quantity=whole,
        coupling=coupling,
        coupling_words=said,
        unit_cost=price_at(lines, tiers, whole),
    )


def priced_value(lines: pd.DataFrame) -> Quantities:
    """Money of each line's order at its unit_cost; what has none counts as 0."""
    return np.asarray(lines["order_quantity"] * lines["unit_cost"].fillna(0.0), dtype=np.float64)
