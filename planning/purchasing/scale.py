"""Purchase plans of any number of lines: a bound by prices, calendars by moves, orders made to fit."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from planning.purchasing.budgets import keep_budgets
from planning.purchasing.calendars import Calendars, Clusters
from planning.purchasing.curves import Amounts
from planning.purchasing.evaluation import DUST, Evaluation, evaluate
from planning.purchasing.minimums import reach_minimums
from planning.purchasing.multipliers import Dual, Move, Multipliers, Relaxation
from planning.purchasing.problem import Flags, Limit, PurchaseProblem, Units
from planning.purchasing.schedules import Schedules

ITERATIONS: Final = 60  # of the bound
_MOVES: Final = 60  # of calendars at the prices of the bound
_ROUNDS: Final = 13  # in which prices follow what orders spend and miss
_SETTLING: Final = 4  # of them without moves
_MOVES_PER_ROUND: Final = 4
_WILLING: Final = 0.3
_TOO_SHORT: Final = 0.8  # of a minimum value: an order of less is better left out


def plan_by_prices(
    asked: PurchaseProblem, *, iterations: int = ITERATIONS, seed: int = 0
) -> tuple[Units, Dual]:
    """(offers, periods) packs, and the bound that says how good they are; without storage and required.

    Lines by themselves, at the prices of the limits, give the bound (`multipliers`). Suppliers are then
    ordered from when enough of their lines would, and these calendars are improved move by move, while the
    prices of budgets follow what is spent. The orders of the best calendars are brought to the minimums of
    suppliers and within the budgets; both are kept unless pins break them. The same seed gives the same plan.
    """
    rng, schedules = np.random.default_rng(seed), Schedules(asked)
    relaxation = Relaxation(asked, schedules)
    dual = relaxation.ascend(iterations)
    calendars = Calendars(relaxation, Clusters(asked))
    calendar = calendars.improved(calendars.rounded(dual), dual.multipliers, _MOVES, 1.0, rng)
    pinned, move, at = np.maximum(asked.pinned, 0), Move(relaxation), dual.multipliers
    minimum = asked.suppliers.minimum_order_value[:, None] * (1 - DUST)
    best, cost = pinned, evaluate(asked, pinned)
    for step in range(_ROUNDS):
        packs = pinned + schedules.orders(relaxation.prices(at), calendars.charges(calendar))[1]
        if step in (0, _ROUNDS // 2, _ROUNDS - 1):
            fitting = keep_budgets(asked, reach_minimums(asked, packs))
            fits = evaluate(asked, fitting)
            if _order_of(fits) < _order_of(cost):
                best, cost = fitting, fits
        counted = evaluate(asked, packs)
        short = counted.ordered & (counted.order_value < minimum)
        spent = counted.spent - relaxation.pins.spent
        at = replace(
            at,
            budget=move.budgets(at.budget, spent, 0.3 / (1 + step / 6)),
            minimum=move.minimums(at.minimum, short),
        )
        if step < _ROUNDS - _SETTLING:
            calendar = calendars.improved(calendar, at, _MOVES_PER_ROUND, _WILLING, rng)
        calendar = calendar & ~(short & (counted.order_value < _TOO_SHORT * minimum))
    return best, dual


def _order_of(counted: Evaluation) -> tuple[float, float]:
    slack = counted.slack_cost
    return (slack if slack > DUST else 0.0), counted.cost


def prices_of(dual: Dual, ordered: Flags) -> list[tuple[Limit, int | None, int | None, float]]:
    """Limits that have a price in the bound: limit, supplier, period and money per unit, dearest first."""
    at: Multipliers = dual.multipliers
    found: list[tuple[Limit, int | None, int | None, float]] = [
        (Limit.BUDGET, None, t, float(price)) for t, price in enumerate(at.budget) if price > DUST
    ]
    if at.total > DUST:
        found.append((Limit.TOTAL_BUDGET, None, None, at.total))
    minimum: Amounts = np.where(ordered, at.minimum, 0.0)
    for supplier, period in np.argwhere(minimum > DUST).tolist():
        found.append((Limit.MINIMUM_ORDER_VALUE, supplier, period, float(minimum[supplier, period])))
    return sorted(found, key=lambda each: -each[3])
