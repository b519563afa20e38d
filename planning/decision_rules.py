"""What an order of a backtest is decided by, and what it costs to be wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from intake.errors import InputError
from planning.inventory_simulator import Quantities
from planning.sourcing import item_numbers


@dataclass(frozen=True)
class DecisionRules:
    """Times in periods; costs of every series of a panel, sorted by unique_id.

    holding_cost is money per unit left at the end of a period, shortage_cost per unit of lost sales,
    unit_value (None: ABC by units) what a unit is worth. `notes`: what was assumed, in sentences.
    """

    lead_time: int
    review_period: int
    holding_cost: Quantities
    shortage_cost: Quantities
    unit_value: Quantities | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raise InputError unless times and costs can be decided by."""
        if self.lead_time < 0 or self.review_period < 1:
            raise InputError("a lead time is 0 periods or more and a review period 1 or more")
        if (self.holding_cost < 0).any() or (self.shortage_cost < 0).any():
            raise InputError("holding and shortage cost must not be negative; correct the items table")
        if (self.holding_cost + self.shortage_cost <= 0).any():
            raise InputError("an item costs nothing to hold and nothing to miss; correct the items table")


def decision_rules(
    unique_id: tuple[str, ...],
    items: pd.DataFrame | None,
    *,
    lead_time: int,
    review_period: int,
    holding_cost: float,
    shortage_cost: float,
) -> DecisionRules:
    """The items' own costs where they state both, else those given; ABC by money where all have a price.

    holding_cost: money per unit that is left over from one order to the next, spread over the review period.
    """
    given = item_numbers(
        unique_id,
        pd.DataFrame() if items is None else items,
        ("holding_cost", "shortage_cost", "price"),
    )
    own = (given["holding_cost"].notna() & given["shortage_cost"].notna()).to_numpy()
    priced = bool(given["price"].notna().all())
    sentence = (
        f"An order is on the shelf {lead_time} periods after it was decided and must last {review_period}. "
        f"{int(own.sum()):,} of {len(own):,} series have costs of their own"
    )
    defaults = (
        f"; the others cost {holding_cost:g} per unit that is left over and {shortage_cost:g} per lost sale"
    )
    return DecisionRules(
        lead_time=lead_time,
        review_period=review_period,
        holding_cost=np.where(own, given["holding_cost"], holding_cost / review_period),
        shortage_cost=np.where(own, given["shortage_cost"], shortage_cost),
        unit_value=given["price"].to_numpy(dtype=np.float64) if priced else None,
        notes=(
            f"{sentence}{'' if own.all() else defaults}.",
            f"ABC is told by {'money, units times price' if priced else 'units'}.",
        ),
    )
