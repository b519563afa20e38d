"""What would have to give way: for each kind of limit, the least change of it alone that keeps all others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulp

from planning.purchasing.evaluation import DUST, Slack
from planning.purchasing.model import build
from planning.purchasing.plan import GAP, PurchasePlan, read, solve
from planning.purchasing.problem import Limit, PurchaseProblem

_KINDS: Final = (
    (Limit.MINIMUM_ORDER_VALUE,),
    (Limit.BUDGET, Limit.TOTAL_BUDGET),
    (Limit.STORAGE,),
    (Limit.REQUIRED,),
)


@dataclass(frozen=True, eq=False)
class WayOut:
    """A way to a plan by limits of one kind alone. parts: by how much each gives way; price: of all parts, at
    the prices of the slacks; cost: what the cheapest plan then costs, against the plan as it is."""

    limits: tuple[Limit, ...]
    parts: tuple[Slack, ...]
    price: float
    cost: float
    extra: float


def ways_out(
    plan: PurchasePlan, *, solver: pulp.LpSolver | None = None, gap: float = GAP
) -> tuple[WayOut, ...]:
    """For a plan that breaks limits, each kind of limit that could give way alone, the cheapest price first.

    Two solves for each kind: the least change at its prices, then the least cost with no more change. Kinds
    that cannot do it alone are left out; a plan that keeps all limits needs none. A solver without a proof
    raises ServiceError.
    """
    if plan.feasible:
        return ()
    solver = solver or pulp.HiGHS(msg=False)
    found = [_way(plan, kind, solver, gap) for kind in _KINDS]
    return tuple(sorted((way for way in found if way is not None), key=lambda way: way.price))


def _way(plan: PurchasePlan, kind: tuple[Limit, ...], solver: pulp.LpSolver, gap: float) -> WayOut | None:
    model = build(plan.asked)
    if not any(where[0] in kind for where in model.slacks):
        return None
    cost = model.problem.objective
    others = model.slack_cost(*(limit for limit in Limit if limit not in kind))
    if len(others):
        model.problem.setObjective(others)
        solve(model.problem, solver, 0.0, "the other limits")
        if float(pulp.value(others) or 0.0) > DUST * _greatest(plan.asked):
            return None
    for where, slack in model.slacks.items():
        if where[0] not in kind:
            slack.bounds(0, 0)
    mine = model.slack_cost(*kind)
    model.problem.setObjective(mine)
    solve(model.problem, solver, 0.0, "the least change")
    least = max(float(pulp.value(mine) or 0.0), 0.0)
    model.problem += mine <= least + DUST * max(least, 1.0), "no_more_gives_way"
    model.problem.setObjective(cost)
    solve(model.problem, solver, gap, "the cost")
    after = read(model, -float("inf"), solver)
    return WayOut(kind, after.slacks, after.evaluation.slack_cost, after.cost, after.cost - plan.cost)


def _greatest(asked: PurchaseProblem) -> float:
    """The scale of what counts as rounding, in the prices of slacks."""
    numbers = [*asked.suppliers.minimum_order_value, *(each for each in asked.budget if each < float("inf"))]
    return float(max([1.0, *numbers]))
