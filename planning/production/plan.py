"""A production plan: solved in the order of its aims, read back with what binds and what would help."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd
import pulp

from planning.production.lexicographic import Goal, Reached, minimise_in_order
from planning.production.model import Place, ProductionModel, build
from planning.production.problem import Aim, ProductionProblem, spread

_DECIMALS: Final = 6  # HiGHS returns 600.9999999 for 601
_DUST: Final = 1e-6  # relative to the greatest number of a problem; less is rounding
_RELAXED: Final = (Aim.CAPACITY, Aim.RAMP, Aim.MINIMUM_RUN, Aim.DEMAND, Aim.SAFETY_STOCK, Aim.FINAL_STOCK)
_BINDS: Final = {Aim.CAPACITY, Aim.RAMP, Aim.MINIMUM_RUN, Aim.SAFETY_STOCK}


@dataclass(frozen=True)
class Missed:
    """A constraint that is missed: by how many units, and what that costs at the stated price."""

    aim: Aim
    period: str
    unique_id: str
    resource: str
    units: float
    cost: float


@dataclass(frozen=True)
class Relaxation:
    """The least change of constraints of one kind that makes the plan feasible, by itself.

    units: added up over `parts`; of demand, the units that are late, each counted once however long it waits.
    """

    aim: Aim
    parts: tuple[Missed, ...]
    units: float
    cost: float


@dataclass(frozen=True)
class Binding:
    """A constraint that holds the plan back. worth: what one more unit of it saves of `goal`."""

    aim: Aim
    period: str
    unique_id: str
    resource: str
    goal: str
    worth: float


@dataclass(frozen=True, eq=False)
class ProductionPlan:
    """What to make, and what cannot be had.

    production: unique_id, resource, period, use, good_units. balance: unique_id, period, demand, receipts,
    on_hand, backorders, safety_stock; backorders are negative stock and stand apart. goals: what was reached,
    in order. missed: every constraint that is missed. binding: the constraints behind the first goal that is
    missed, or else behind the cost or the stock that is held, dearest first. relaxations: each a way to a
    feasible plan, cheapest first.
    """

    production: pd.DataFrame
    balance: pd.DataFrame
    goals: Mapping[str, float]
    missed: tuple[Missed, ...]
    binding: tuple[Binding, ...]
    relaxations: tuple[Relaxation, ...]

    @property
    def feasible(self) -> bool:
        """Whether every constraint is kept."""
        return not self.missed


def plan_production(asked: ProductionProblem, solver: pulp.LpSolver | None = None) -> ProductionPlan:
    """The plan that is best in the order of the aims; one comes back for every problem that can be stated.

    solver: HiGHS where none is passed. A solver that does not prove an optimum raises ServiceError.
    """
    solver = solver or pulp.HiGHS(msg=False)
    model = build(asked)
    reached = minimise_in_order(model.problem, model.goals(), solver)
    plan = read(model, reached)
    return plan if plan.feasible else replace(plan, relaxations=smallest_relaxations(asked, solver))


def smallest_relaxations(asked: ProductionProblem, solver: pulp.LpSolver) -> tuple[Relaxation, ...]:
    """For each kind of constraint, the cheapest change of it alone with which all others are kept.

    Kinds that cannot do it alone are left out. Two solves for each kind.
    """
    found = []
    for aim in _RELAXED:
        model = build(asked)
        if not any(slack.place.aim is aim for slack in model.slacks):
            continue
        others = Goal("others", model.priced(each for each in _RELAXED if each is not aim))
        minimise_in_order(model.problem, [others, Goal(aim, model.priced([aim]))], solver)
        parts = _missed(model)
        if any(part.aim is not aim for part in parts):
            continue
        units = sum(part.units for part in parts)
        if aim is Aim.DEMAND:
            units = sum(min(part.units, _demand(asked, part)) for part in parts)
        found.append(Relaxation(aim, parts, round(units, _DECIMALS), sum(part.cost for part in parts)))
    return tuple(sorted(found, key=lambda each: each.cost))


def read(model: ProductionModel, reached: Mapping[str, Reached]) -> ProductionPlan:
    """The solution as tables; stock is added up from the rounded production, so that the balance holds."""
    asked = model.asked
    production, missed = _production(model), _missed(model)
    return ProductionPlan(
        production=production,
        balance=_balance(asked, production),
        goals={name: round(each.value, _DECIMALS) for name, each in reached.items()},
        missed=missed,
        binding=_binding(model, reached, missed),
        relaxations=(),
    )


def _production(model: ProductionModel) -> pd.DataFrame:
    periods = model.asked.periods
    rows = []
    for process, variables in zip(model.asked.processes, model.use, strict=True):
        per_use = zip(
            spread(process.density, len(periods)), spread(process.yield_rate, len(periods)), strict=True
        )
        for period, variable, (density, rate) in zip(periods, variables, per_use, strict=True):
            use = round(max(variable.value(), 0.0), _DECIMALS)
            rows.append((process.unique_id, process.resource, period, use, density * rate * use))
    return pd.DataFrame(rows, columns=["unique_id", "resource", "period", "use", "good_units"])


def _balance(asked: ProductionProblem, production: pd.DataFrame) -> pd.DataFrame:
    made = production.groupby(["unique_id", "period"])["good_units"].sum().to_dict()
    dust, rows = _dust(asked, Aim.DEMAND), []
    for product in asked.products:
        net = product.on_hand
        for period, demand, wanted in zip(asked.periods, product.demand, product.wanted_stock, strict=True):
            receipts = made.get((product.unique_id, period), 0.0)
            net += receipts - demand
            net = 0.0 if abs(net) <= dust else net
            rows.append(
                (product.unique_id, period, demand, receipts, max(net, 0.0), abs(min(net, 0.0)), wanted)
            )
    columns = ["unique_id", "period", "demand", "receipts", "on_hand", "backorders", "safety_stock"]
    return pd.DataFrame(rows, columns=columns)


def _missed(model: ProductionModel) -> tuple[Missed, ...]:
    dust = {aim: _dust(model.asked, aim) for aim in _RELAXED}
    found = []
    for slack in model.slacks:
        place, units = slack.place, slack.variable.value() or 0.0
        if units > dust[place.aim]:
            cost = round(units * slack.price, _DECIMALS)
            found.append(Missed(place.aim, *_where(model.asked, place), round(units, _DECIMALS), cost))
    return tuple(sorted(found, key=lambda each: _RELAXED.index(each.aim)))


def _binding(
    model: ProductionModel, reached: Mapping[str, Reached], missed: tuple[Missed, ...]
) -> tuple[Binding, ...]:
    """Of the first goal that is missed; where none is, of the cost or else of the stock that is held."""
    counts = {model.goal_that_counts(each.aim, each.unique_id) for each in missed}
    behind = counts or {model.goal_that_counts(aim) for aim in (Aim.COST, Aim.STOCK_HELD)}
    for goal, each in reached.items():
        found = [
            Binding(place.aim, *_where(model.asked, place), goal, abs(each.marginal[name]))
            for name, place in model.limits.items()
            if goal in behind and name in each.marginal and place.aim in _BINDS
        ]
        if found or goal in counts:
            return tuple(sorted(found, key=lambda each: -each.worth))
    return ()


def _where(asked: ProductionProblem, place: Place) -> tuple[str, str, str]:
    return asked.periods[place.period], place.unique_id, place.resource


def _demand(asked: ProductionProblem, part: Missed) -> float:
    return asked.product(part.unique_id).demand[asked.periods.index(part.period)]


def _dust(asked: ProductionProblem, aim: Aim) -> float:
    """What is rounding, in units of products or of resources."""
    greatest = 1.0
    if aim in (Aim.CAPACITY, Aim.RAMP, Aim.MINIMUM_RUN):
        for resource in asked.resources:
            numbers = (*spread(resource.capacity, 1), *spread(resource.minimum_run, 1))
            greatest = max(greatest, *filter(math.isfinite, numbers))
        for process in asked.processes:
            greatest = max(greatest, process.minimum_run, *(units or 0.0 for units in process.scheduled), 0.0)
    else:
        for product in asked.products:
            greatest = max(greatest, abs(product.on_hand), *product.demand)
    return _DUST * greatest
