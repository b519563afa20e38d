"""What an order-up-to policy costs where unmet demand is lost, by simulation with its standard error.

Where unmet demand waits no simulation is needed: `newsvendor` on the demand over lead time and review period.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intake.errors import InputError
from planning.inventory_simulator import Quantities, simulate_totals
from planning.policies.newsvendor import OneOrderCosts
from planning.policies.order_rules import order_up_to
from planning.simulation.money import Costs, money


@dataclass(frozen=True)
class AverageCost:
    """Mean money per period, and the standard error of that mean over the paths."""

    cost: float
    standard_error: float


@dataclass(frozen=True)
class BaseStock:
    """The order_up_to_level [S] and what it costs."""

    order_up_to_level: int
    average: AverageCost


def average_cost(paid: Quantities, periods: int) -> AverageCost:
    """Mean money per period of all series together; paid: series x path, money of so many periods.

    The paths must be drawn independently of each other; InputError if there is one alone, for it shows no
    error.
    """
    by_path = paid.sum(axis=0) / periods
    if len(by_path) < 2:
        raise InputError("one path shows no standard error; simulate two or more")
    return AverageCost(float(by_path.mean()), float(by_path.std(ddof=1) / np.sqrt(len(by_path))))


def cost_of_base_stock(
    demand: Quantities, order_up_to_level: int, costs: OneOrderCosts, *, lead_time: int, warm_up: int = 0
) -> AverageCost:
    """Play one series' `demand` (path x period) against orders up to S, from a full shelf on.

    An order decided at the end of period t is available from the start of t + 1 + lead_time. h is paid per
    unit on hand at a period's end and p per unit of lost sales; the first `warm_up` periods do not count.
    """
    played = simulate_totals(
        demand[None, :, :],
        on_hand=np.array([float(order_up_to_level)]),
        policy=order_up_to(order_up_to_level),
        lead_time=lead_time,
        counted=slice(warm_up, None),
    )
    return average_cost(money(played, Costs(**vars(costs))).total, demand.shape[1] - warm_up)


def best_base_stock(
    demand: Quantities, costs: OneOrderCosts, *, lead_time: int, warm_up: int = 0
) -> BaseStock:
    """The order-up-to level of least average cost on the given paths (path x period), lost sales.

    The average cost is convex in S (Downs, Metters & Semple, Management Science 47 (2001) 464-479), so that
    the search goes down or up by one unit while it pays. It begins at the level that is best where unmet
    demand waits, which comes close as p / h grows (Huh, Janakiraman, Muckstadt & Rusmevichientong,
    Management Science 55 (2009) 404-420). All levels meet the same demand. Paths of lead_time or fewer
    periods raise InputError.
    """
    interval = lead_time + 1
    if demand.shape[1] < interval:
        raise InputError(
            f"the paths have {demand.shape[1]} periods and lead time + 1 is {interval}; draw longer ones"
        )
    whole = demand.shape[1] // interval * interval
    covered = demand[:, :whole].reshape(-1, interval).sum(axis=1)
    up_to = int(np.ceil(np.quantile(covered, costs.critical_ratio, method="inverted_cdf")))

    def play(candidate: int) -> AverageCost:
        return cost_of_base_stock(demand, candidate, costs, lead_time=lead_time, warm_up=warm_up)

    best = play(up_to)
    for step in (-1, 1):
        while up_to + step >= 0 and (tried := play(up_to + step)).cost < best.cost:
            up_to, best = up_to + step, tried
    return BaseStock(up_to, best)
