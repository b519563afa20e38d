"""One correction of the critical ratio for all series, chosen by the money it would have cost in the past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from intake.errors import InputError
from planning.decision_rules import DecisionRules
from planning.inventory_simulator import Quantities, simulate
from planning.order_up_to import critical_ratio
from planning.plan import PlanSettings
from planning.policies.projected_orders import ProjectedOrders
from planning.simulation.stock_rules import StockRules

CARRY_OVER_FACTORS: Final = tuple(round(1 + step / 10, 1) for step in range(11))
"""1 (the myopic ratio) to 2, the factors that `PlanSettings` takes."""

LEAST_WINDOWS: Final = 6
"""The standard error of n windows is itself off by about 1 / sqrt(2 (n - 1)): by a third with six."""


@dataclass(frozen=True, eq=False)
class PastWindow:
    """Some decisions in a row, one review period apart, with what was forecast and what came.

    paths: for each decision the demand paths of then, series x path x period, period 0 = the first after
    it. demand: series x period, period 0 = the first after the first decision, NaN where not known.
    on_hand: series, and receipts: series x period, the stock at the first decision.
    """

    paths: Sequence[Quantities]
    demand: Quantities
    on_hand: Quantities
    receipts: Quantities


def cost_by_factor(
    window: PastWindow, rules: DecisionRules, factors: Sequence[float] = CARRY_OVER_FACTORS
) -> Quantities:
    """Money that the window's decisions would have cost at each carry_over_factor, all series together.

    Every factor starts from the window's stock, decides by the rule of the plans (`ProjectedOrders`) and
    meets the same demand. Counted are the periods that the orders rule, from the arrival of the first to
    just before an order after the last could arrive: holding_cost per unit at their ends and shortage_cost
    per unit of lost sales. A period that is not known sells nothing and costs nothing. With a single
    decision no leftover saves a later order, and the myopic ratio looks best: give several. InputError
    where demand ends before those periods do.
    """
    series, periods = window.demand.shape
    ruled = len(window.paths) * rules.review_period
    needed = rules.lead_time + ruled
    if periods < needed:
        raise InputError(
            f"{len(window.paths)} decisions rule {needed} periods and demand is known for {periods}; use "
            "fewer decisions"
        )
    known = ~np.isnan(window.demand[:, :needed])
    wanted = np.where(known, window.demand[:, :needed], 0.0)
    receipts = np.zeros((series, needed))
    given = window.receipts[:, :needed]
    receipts[:, : given.shape[1]] = given
    ratio = np.column_stack(
        [
            critical_ratio(
                rules.shortage_cost,
                rules.holding_cost,
                lead_time=rules.lead_time,
                review_period=rules.review_period,
                carry_over_factor=factor,
            )
            for factor in factors
        ]
    )
    played = simulate(
        np.repeat(wanted[:, None, :], len(factors), axis=1),
        on_hand=window.on_hand,
        receipts=receipts,
        policy=ProjectedOrders(
            window.paths,
            receipts=receipts,
            lead_time=rules.lead_time,
            review_period=rules.review_period,
            ratio=ratio,
        ),
        lead_time=rules.lead_time,
        rules=StockRules(review_period=rules.review_period),
    )
    counted = (known & (np.arange(needed) >= rules.lead_time))[:, None, :]
    held = np.where(counted, played.on_hand, 0.0).sum(axis=2)
    lost = np.where(counted, played.lost_sales, 0.0).sum(axis=2)
    return np.asarray(rules.holding_cost @ held + rules.shortage_cost @ lost, dtype=np.float64)


@dataclass(frozen=True)
class TunedCorrection:
    """The factor to use, and why.

    windows: how many told of it. relative: by factor, the mean over windows of its cost over that of the
    default; standard_error: of the mean difference of each to the cheapest; both empty where the default was
    kept unasked. reason: a sentence for the notes of a plan.
    """

    carry_over_factor: float
    windows: int
    relative: tuple[float, ...]
    standard_error: tuple[float, ...]
    reason: str


def tuned_correction(
    costs: Quantities,
    factors: Sequence[float] = CARRY_OVER_FACTORS,
    *,
    default: float = PlanSettings.carry_over_factor,
    least_windows: int = LEAST_WINDOWS,
) -> TunedCorrection:
    """Of the factors within one standard error of the cheapest, the one nearest to the default.

    costs: window x factor, money (`cost_by_factor` of each window). Each window counts alike: its costs are
    divided by what the default cost in it, which must be among `factors` (InputError); a window in which
    that is nothing says nothing. The rule of one standard error: Breiman, Friedman, Olshen & Stone,
    Classification and Regression Trees (1984), 3.4.3. With fewer than `least_windows` the default stays.
    """
    if default not in factors or costs.shape[1:] != (len(factors),):
        raise InputError(
            f"give one cost per window and factor, the default {default:g} among them; factors are {factors}"
        )
    at_default = list(factors).index(default)
    telling = costs[costs[:, at_default] > 0]
    windows = len(telling)
    if windows < max(least_windows, 2):
        reason = (
            f"{default:g} as stated: {windows} windows of the past tell of it and {least_windows} are needed"
        )
        return TunedCorrection(default, windows, (), (), reason)
    relative = telling / telling[:, [at_default]]
    mean = relative.mean(axis=0)
    cheapest = int(mean.argmin())
    behind = relative - relative[:, [cheapest]]
    error = behind.std(axis=0, ddof=1) / np.sqrt(windows)
    close: list[int] = np.flatnonzero(behind.mean(axis=0) <= error).tolist()
    chosen = min(close, key=lambda number: abs(factors[number] - default))
    less = 100 * (1 - mean[[chosen, cheapest]])
    best = (
        f"in {windows} windows of the past {factors[cheapest]:g} was cheapest, {less[1]:.1f} +- "
        f"{100 * error[at_default]:.1f} % under {default:g}"
    )
    if cheapest == at_default:
        reason = f"{default:g} as stated: it was cheapest in {windows} windows of the past"
    elif chosen == at_default:
        reason = f"{default:g} as stated: {best}, which is luck"
    elif chosen == cheapest:
        reason = f"{factors[chosen]:g}: {best}"
    else:
        reason = f"{factors[chosen]:g}, {less[0]:.1f} % under: {best}, and not surely better"
    return TunedCorrection(factors[chosen], windows, tuple(mean.tolist()), tuple(error.tolist()), reason)
