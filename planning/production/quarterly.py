"""The quarterly plan of a plant: how much of each week's capacity each product gets.

With x use, C capacity, y yield, d density, D demand, SST safety stock, for product p, week w, quarter q:

    T[p,q] = T[p,q-1] + sum of d y x over the weeks of q - D[p,q]        balance, below 0 for backorders
    SST[p,q] = weeks of supply x D[p,q+1] / 13                           EX = T - SST, the excess
    x[p,w] <= C[p,w]                 or, handed down, sums down to each product within sums of C
    x[p,w] - x[p,w-1] <= ramp        sum of x[.,w] >= minimum run
    least_excess <= EX <= most_excess, missed by S (short) and O (over)

in the order: minimum run missed, backorders of each product by priority, S, O, use, summed over quarter ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import pandas as pd
import pulp

from intake.workbooks.cross_table import Quarter
from planning.production.lexicographic import Goal, Reached, minimise_in_order
from planning.production.quarterly_rules import Capacity, Numbers, QuarterlyRules, Window

_DUST: Final = 1e-6  # relative; less is rounding
_DECIMALS: Final = 6


@dataclass(frozen=True)
class Tight:
    """A week whose capacity or ramp holds a goal back. worth: units of it that one more unit saves."""

    limit: str
    product: str
    week: int
    worth: float


@dataclass(frozen=True, eq=False)
class QuarterlyProduction:
    """The plan of a window, which begins with the quarter `first`.

    weekly: product, week, label, quarter, capacity, use, unused. quarterly: product, quarter, yielded_supply,
    demand, balance, safety_stock, excess, backorders, short, over: in units of products. goals: what was
    reached, in order, in units of products (minimum_run and use: of capacity). tight: what holds back the
    first goal that is missed, dearest first. more_capacity: product, week, units: the least additional
    capacity with which nothing is late or short, and still_missing the units that are even so.
    """

    first: Quarter
    weekly: pd.DataFrame
    quarterly: pd.DataFrame
    goals: Mapping[str, float]
    tight: tuple[Tight, ...]
    more_capacity: pd.DataFrame
    still_missing: float


@dataclass(eq=False)
class _Model:
    problem: pulp.LpProblem
    use: list[list[pulp.LpVariable]] = field(default_factory=list)
    added: list[list[pulp.LpVariable]] = field(default_factory=list)
    idle: list[pulp.LpVariable] = field(default_factory=list)
    late: list[list[pulp.LpVariable]] = field(default_factory=list)
    short: list[pulp.LpVariable] = field(default_factory=list)
    over: list[pulp.LpVariable] = field(default_factory=list)


def plan_quarters(
    window: Window, rules: QuarterlyRules, solver: pulp.LpSolver | None = None
) -> QuarterlyProduction:
    """The best plan in the order of the goals; one comes back for every window.

    solver: HiGHS where none is passed; CBC does the linear ones as well. A solver that does not prove an
    optimum raises ServiceError.
    """
    solver = solver or pulp.HiGHS(msg=False)
    linear = replace(rules, batch=None)
    model, reached = _solved(window, rules, solver)
    prices = reached if rules.batch is None else _solved(window, linear, solver)[1]
    added, still_missing = _least_more_capacity(window, linear, solver)
    weekly = _weekly(model, window, rules)
    return QuarterlyProduction(
        first=window.quarters[0],
        weekly=weekly,
        quarterly=_quarterly(window, rules, weekly),
        goals={
            _named(name, window): round(each.value * _unit(name, window), 3) for name, each in reached.items()
        },
        tight=_tight(window, prices),
        more_capacity=added,
        still_missing=still_missing,
    )


def _solved(
    window: Window, rules: QuarterlyRules, solver: pulp.LpSolver
) -> tuple[_Model, Mapping[str, Reached]]:
    model = build(window, rules)
    goals = [
        Goal("minimum_run", pulp.lpSum(model.idle)),
        *(Goal(f"backorders_{number}", pulp.lpSum(row)) for number, row in enumerate(model.late, start=1)),
        Goal("short", pulp.lpSum(model.short)),
        Goal("over", pulp.lpSum(model.over)),
        Goal("use", pulp.lpSum(units for row in model.use for units in row)),
    ]
    return model, minimise_in_order(model.problem, goals, solver)


def build(window: Window, rules: QuarterlyRules, *, more_capacity: bool = False) -> _Model:
    """The programme without an objective; with more_capacity, capacity may be added at no limit."""
    model = _Model(pulp.LpProblem("quarterly_plan", pulp.LpMinimize))
    for p in range(len(window.products)):
        model.use.append(_use(model, p, window, rules))
        model.added.append(_added(model, p, window, more_capacity=more_capacity))
        for w in range(1, len(window.weeks)):
            rise = model.use[p][w] - model.use[p][w - 1]
            model.problem += rise <= rules.ramp, f"ramp_{p}_{window.weeks[w]}"
        _balance(model, p, window, rules)
    _capacity(model, window, rules)
    for w, week in enumerate(window.weeks):
        idle = model.problem.add_variable(f"missed_minimum_run_{week}", 0)
        together = pulp.lpSum(row[w] for row in model.use)
        model.problem += together + idle >= rules.minimum_run, f"minimum_run_{week}"
        model.idle.append(idle)
    return model


def _weekly(model: _Model, window: Window, rules: QuarterlyRules) -> pd.DataFrame:
    """The use that was found; whole batches are whole: HiGHS returns 600.9999999 for 601."""
    use = np.array([[units.value() for units in row] for row in model.use])
    use = np.round(use / rules.batch) * rules.batch if rules.batch else np.round(use, _DECIMALS)
    frames = [
        pd.DataFrame(
            {
                "product": product,
                "week": window.weeks,
                "label": window.labels,
                "quarter": [pd.Timestamp(window.quarters[q].start) for q in window.quarter_of],
                "capacity": window.capacity[p],
                "use": np.maximum(use[p], 0.0),
                "unused": window.capacity[p] - np.maximum(use[p], 0.0),
            }
        )
        for p, product in enumerate(window.products)
    ]
    return pd.concat(frames, ignore_index=True)


def _use(model: _Model, p: int, window: Window, rules: QuarterlyRules) -> list[pulp.LpVariable]:
    names = [f"use_{p}_{week}" for week in window.weeks]
    if rules.batch is None:
        return [model.problem.add_variable(name, 0) for name in names]
    batches = [model.problem.add_variable(f"batches_{name}", 0, cat=pulp.LpInteger) for name in names]
    return [rules.batch * number for number in batches]


def _added(model: _Model, p: int, window: Window, *, more_capacity: bool) -> list[pulp.LpVariable]:
    most = None if more_capacity else 0
    return [model.problem.add_variable(f"added_capacity_{p}_{week}", 0, most) for week in window.weeks]


def _balance(model: _Model, p: int, window: Window, rules: QuarterlyRules) -> None:
    late_row = []
    before: pulp.LpAffineExpression | float = window.opening[p] / window.scale
    for q, quarter in enumerate(window.quarters):
        name = f"{p}_{quarter.year}_{quarter.number}"
        balance = model.problem.add_variable(f"balance_{name}")
        late = model.problem.add_variable(f"late_{name}", 0)
        supply = pulp.lpSum(
            window.density[p] * window.yield_rate[p, w] / window.scale * model.use[p][w]
            for w, of in enumerate(window.quarter_of)
            if of == q
        )
        model.problem += (
            balance == before + supply - window.demand[p, q] / window.scale,
            f"stock_balance_{name}",
        )
        model.problem += balance + late >= 0, f"demand_{name}"
        late_row.append(late)
        if not np.isnan(window.safety_stock[p, q]):
            excess = balance - window.safety_stock[p, q] / window.scale
            short = model.problem.add_variable(f"short_{name}", 0)
            over = model.problem.add_variable(f"over_{name}", 0)
            model.problem += excess + short >= rules.least_excess / window.scale, f"least_excess_{name}"
            model.problem += excess - over <= rules.most_excess / window.scale, f"most_excess_{name}"
            model.short.append(short)
            model.over.append(over)
        before = balance
    model.late.append(late_row)


def _capacity(model: _Model, window: Window, rules: QuarterlyRules) -> None:
    for w, week in enumerate(window.weeks):
        above: pulp.LpAffineExpression | float = 0.0
        given = 0.0
        for p in range(len(window.products)):
            taken = model.use[p][w] - model.added[p][w]
            if rules.capacity is Capacity.CASCADE:
                above, given = above + taken, given + window.capacity[p, w]
            else:
                above, given = taken, window.capacity[p, w]
            model.problem += above <= given, f"capacity_{p}_{week}"


def _least_more_capacity(
    window: Window, rules: QuarterlyRules, solver: pulp.LpSolver
) -> tuple[pd.DataFrame, float]:
    """The least capacity to add so that as little as can be is late or short; and what is so even then."""
    model = build(window, rules, more_capacity=True)
    goals = [
        Goal("missing", pulp.lpSum([*(late for row in model.late for late in row), *model.short])),
        Goal("added", pulp.lpSum(units for row in model.added for units in row)),
    ]
    reached = minimise_in_order(model.problem, goals, solver)
    rows = [
        (product, week, round(units.value(), _DECIMALS))
        for product, row in zip(window.products, model.added, strict=True)
        for week, units in zip(window.weeks, row, strict=True)
        if units.value() > _DUST
    ]
    frame = pd.DataFrame(rows, columns=["product", "week", "units"])
    missing = float(_missed(np.array([reached["missing"].value * window.scale]), window)[0])
    return frame, round(missing, 3)


def _quarterly(window: Window, rules: QuarterlyRules, weekly: pd.DataFrame) -> pd.DataFrame:
    """Balances, added up from the use as it is written down."""
    frames = []
    of = np.array(window.quarter_of)
    for p, product in enumerate(window.products):
        use = weekly.loc[weekly["product"] == product, "use"].to_numpy()
        good = window.density[p] * window.yield_rate[p] * use
        supply = np.bincount(of, weights=good, minlength=len(window.quarters))
        balance = window.opening[p] + np.cumsum(supply - window.demand[p])
        excess = balance - window.safety_stock[p]
        frames.append(
            pd.DataFrame(
                {
                    "product": product,
                    "quarter": [pd.Timestamp(quarter.start) for quarter in window.quarters],
                    "yielded_supply": supply,
                    "demand": window.demand[p],
                    "balance": balance,
                    "safety_stock": window.safety_stock[p],
                    "excess": excess,
                    "backorders": _missed(-balance, window),
                    "short": _missed(rules.least_excess - excess, window),
                    "over": _missed(excess - rules.most_excess, window),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _tight(window: Window, reached: Mapping[str, Reached]) -> tuple[Tight, ...]:
    behind = next((name for name, each in reached.items() if each.value > 1000 * _DUST), "use")
    found = []
    for name, dual in reached[behind].marginal.items() if behind != "use" else ():
        limit, _, place = name.partition("_")
        if limit in ("capacity", "ramp"):
            p, week = place.split("_")
            found.append(Tight(limit, window.products[int(p)], int(week), abs(dual) * _unit(behind, window)))
    return tuple(sorted(found, key=lambda each: -each.worth))


def _missed(units: Numbers, window: Window) -> Numbers:
    """Units above 0; none where they are not known, or are rounding."""
    return np.where(units > 1000 * _DUST * window.scale, units, 0.0)


def _unit(goal: str, window: Window) -> float:
    return 1.0 if goal in ("minimum_run", "use") else window.scale


def _named(goal: str, window: Window) -> str:
    """backorders_1 is that of the first product."""
    kind, _, number = goal.partition("_")
    return f"{kind} of {window.products[int(number) - 1]}" if number.isdigit() else goal
