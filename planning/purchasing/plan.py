"""A purchase plan: what to order of whom and when, proven to be within its gap of the cheapest."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import pulp

from intake.errors import ServiceError
from planning.purchasing.evaluation import DUST, Cause, Evaluation, Slack, evaluate
from planning.purchasing.model import PurchaseModel, Where, build
from planning.purchasing.problem import Flags, Limit, PurchaseProblem, Units
from planning.purchasing.scale import plan_by_prices, prices_of
from planning.purchasing.schedules import Schedules

GAP: Final = 0.01
EXACT: Final = 200


@dataclass(frozen=True)
class Binding:
    """A limit that holds the plan back. subject: position of the supplier, place or line; None for budgets.

    worth: money that one more unit of room would save (money more of a budget or less of a minimum, volume
    more, units less that are required), if packs could be split, with the suppliers as they are chosen.
    """

    limit: Limit
    subject: int | None
    period: int | None
    worth: float


@dataclass(frozen=True, eq=False)
class PurchasePlan:
    """What to order. packs, quantity: (offers, periods), in packs and in units.

    evaluation: what it costs and takes up. bound: no plan that breaks the limits as little costs less; gap:
    (cost - bound) / cost. binding: limits that hold it back, dearest first.
    """

    asked: PurchaseProblem
    packs: Units
    evaluation: Evaluation
    bound: float
    binding: tuple[Binding, ...]

    @property
    def quantity(self) -> Units:
        """(offers, periods) units ordered."""
        return np.asarray(self.packs * self.asked.offers.pack_size[:, None])

    @property
    def cost(self) -> float:
        """Money of all causes, without the prices of slacks."""
        return self.evaluation.cost

    @property
    def causes(self) -> dict[Cause, float]:
        """Money by cause."""
        return self.evaluation.causes

    @property
    def slacks(self) -> tuple[Slack, ...]:
        """The limits that are broken; none whenever all can be kept."""
        return self.evaluation.slacks

    @property
    def feasible(self) -> bool:
        """Whether every limit is kept."""
        return not self.slacks

    @property
    def gap(self) -> float:
        """How much cheaper a plan could be at most, as a share of the cost."""
        return gap_between(self.cost, self.bound)


def gap_between(cost: float, bound: float) -> float:
    """(cost - bound) / |cost|, 0 where they are the same but for rounding.

    >>> gap_between(100.0, 99.0), gap_between(0.0, 0.0)
    (0.01, 0.0)
    """
    apart = cost - bound
    return 0.0 if apart <= DUST * max(abs(cost), 1.0) else apart / max(abs(cost), DUST)


def plan_purchases(
    asked: PurchaseProblem, *, solver: pulp.LpSolver | None = None, gap: float = GAP, exact_up_to: int = EXACT
) -> PurchasePlan:
    """A plan for every problem that can be stated, by the way that suits it.

    Lines that share nothing are planned one by one, in closed form. What is coupled goes to the solver
    (`plan_exactly`) where it has at most `exact_up_to` pairs of offer and period, storage or requirements, or
    pins that break a limit by themselves; else to `plan_by_prices`, whose plan keeps every limit and says its
    gap, the smaller the more lines there are. solver: HiGHS, to the gap, where none is passed.
    """
    solver = solver or pulp.HiGHS(msg=False, gapRel=gap)
    alone = asked.uncoupled
    if alone.all():
        return _one_by_one(asked)
    if alone.any():
        return _parted(asked, alone, solver, gap, exact_up_to)
    whole = asked.storage is not None or asked.required is not None
    pinned = evaluate(asked, np.maximum(asked.pinned, 0))
    if whole or pinned.slacks or int((asked.most_packs > 0).sum()) <= exact_up_to:
        return plan_exactly(asked, solver=solver, gap=gap)
    packs, dual = plan_by_prices(asked)
    evaluation = evaluate(asked, packs)
    binding = tuple(Binding(*each) for each in prices_of(dual, evaluation.ordered))
    return PurchasePlan(asked, packs, evaluation, min(dual.bound, evaluation.cost), binding)


def _one_by_one(asked: PurchaseProblem) -> PurchasePlan:
    offers = asked.offers
    money = (offers.unit_cost + offers.preference_cost - asked.value[offers.line]) * offers.pack_size
    prices = np.repeat(money[:, None], len(asked.periods), axis=1)
    _, packs = Schedules(asked).orders(prices, np.zeros_like(prices))
    packs = packs + np.maximum(asked.pinned, 0)
    evaluation = evaluate(asked, packs)
    return PurchasePlan(asked, packs, evaluation, evaluation.cost, ())


def _parted(
    asked: PurchaseProblem, alone: Flags, solver: pulp.LpSolver, gap: float, exact_up_to: int
) -> PurchasePlan:
    packs = np.zeros((len(asked.offers), len(asked.periods)), dtype=np.int64)
    bound, binding = 0.0, tuple[Binding, ...]()
    for lines in (np.flatnonzero(alone), np.flatnonzero(~alone)):
        part, offers = asked.of_lines(lines)
        plan = plan_purchases(part, solver=solver, gap=gap, exact_up_to=exact_up_to)
        packs[offers] = plan.packs
        bound, binding = bound + plan.bound, plan.binding
    evaluation = evaluate(asked, packs)
    return PurchasePlan(asked, packs, evaluation, min(bound, evaluation.cost), binding)


def plan_exactly(
    asked: PurchaseProblem, *, solver: pulp.LpSolver | None = None, gap: float = GAP
) -> PurchasePlan:
    """The plan of the mixed-integer programme as it is written; for what a solver can hold at once.

    Lexicographic: first the least slack at its prices, then the least cost with no more slack than that. So
    no price has to be large enough: where a plan without slack exists the least slack is 0 and every slack
    stays 0. The first solve is spared where the pins alone break nothing.

    solver: HiGHS where none is passed. One that ends without a proof of the optimum, or of a gap of at most
    `gap`, raises ServiceError.
    """
    solver = solver or pulp.HiGHS(msg=False)
    model = build(asked)
    if keep_limits(model, solver):
        solve(model.problem, solver, gap, "the cost")
    return read(model, _proven_bound(model.problem, solver), solver)


def keep_limits(model: PurchaseModel, solver: pulp.LpSolver) -> bool:
    """Hold the slacks at the least that they can be in all; whether there is anything to solve for.

    Solves only where the pins alone break a limit, for else nothing has to be broken.
    """
    asked = model.asked
    if not evaluate(asked, np.maximum(asked.pinned, 0)).slacks:
        for slack in model.slacks.values():
            slack.bounds(0, 0)
        return bool(model.packs)
    cost = model.problem.objective
    model.problem.setObjective(model.slack_cost())
    solve(model.problem, solver, 0.0, "the limits")
    least = max(float(pulp.value(model.problem.objective) or 0.0), 0.0)
    model.problem += model.slack_cost() <= least + DUST * max(least, 1.0), "no_more_is_missed"
    model.problem.setObjective(cost)
    return True


def read(model: PurchaseModel, bound: float, solver: pulp.LpSolver) -> PurchasePlan:
    """The solution as whole packs (HiGHS returns 600.9999999 for 601), added up again from them alone."""
    asked = model.asked
    packs = np.zeros((len(asked.offers), len(asked.periods)), dtype=np.int64)
    for place, variable in model.packs.items():
        packs[place] = round(variable.value() or 0.0)
    evaluation = evaluate(asked, packs)
    fixed = float(asked.curves.cost[..., 0].sum())
    return PurchasePlan(
        asked, packs, evaluation, min(bound + fixed, evaluation.cost), _binding(model, solver)
    )


def solve(problem: pulp.LpProblem, solver: pulp.LpSolver, gap: float, what: str) -> None:
    """Solve to the optimum, or to a proven gap; raise ServiceError where there is no such proof."""
    problem.solve(solver)
    if problem.sol_status == pulp.LpSolutionOptimal:
        return
    if problem.sol_status == pulp.LpSolutionIntegerFeasible and gap > 0:
        reached = float(pulp.value(problem.objective))
        if gap_between(reached, _proven_bound(problem, solver)) <= gap:
            return
    raise ServiceError(
        f"the solver ended with '{pulp.LpSolution[problem.sol_status]}' on {what} of the purchase orders; "
        "give it more time, a wider gap or another solver"
    )


def _proven_bound(problem: pulp.LpProblem, solver: pulp.LpSolver) -> float:
    """What the solver proved; one that does not tell proved the optimum within the gap it was given."""
    reached = float(pulp.value(problem.objective) or 0.0)
    if isinstance(solver, pulp.HiGHS) and problem.isMIP() and len(problem.objective):
        told = float(problem.solverModel.getInfo().mip_dual_bound)
        return told if math.isfinite(told) else -math.inf
    allowed = float(solver.optionsDict.get("gapRel") or 0.0)
    return reached - allowed * abs(reached)


def _binding(model: PurchaseModel, solver: pulp.LpSolver) -> tuple[Binding, ...]:
    """Dual values of the linear programme that is left when suppliers and minimums are decided."""
    if not model.limits or not model.packs:
        return ()
    problem, found = model.problem, []
    for variable in problem.variables():
        if variable.cat == pulp.LpInteger:
            if not variable.name.startswith("packs_"):
                decided = round(variable.value() or 0.0)
                variable.bounds(decided, decided)
            variable.cat = pulp.LpContinuous
    solve(problem, solver, 0.0, "the worth of the limits")
    for constraint in problem.constraints():
        where: Where | None = model.limits.get(constraint.name)
        if where is not None and abs(constraint.pi or 0.0) > DUST:
            found.append(Binding(*where, abs(float(constraint.pi))))
    return tuple(sorted(found, key=lambda each: -each.worth))
