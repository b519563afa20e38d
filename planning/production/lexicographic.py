"""Several goals in order of importance: each is met as well as can be without giving up those before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulp

from intake.errors import ServiceError

_DUST: Final = 1e-7  # what solvers take for zero
_ALMOST_WHOLE: Final = 1e-6  # from a whole number, and solvers take it for one


@dataclass(frozen=True)
class Goal:
    """Something to be as small as possible; `name` is unique, of letters, digits and '_'."""

    name: str
    expression: pulp.LpAffineExpression


@dataclass(frozen=True)
class Reached:
    """How far a goal came, and what one more unit on the right of a constraint changes of it.

    marginal: by the constraint's name, of those that change it; where there are integers, with these as they
    are.
    """

    value: float
    marginal: Mapping[str, float]


def minimise_in_order(
    problem: pulp.LpProblem, goals: Sequence[Goal], solver: pulp.LpSolver
) -> dict[str, Reached]:
    """Solve for the first goal, hold what was reached, solve for the next; by name, in order.

    Lexicographic goal programming (Ignizio, Goal Programming and Extensions, 1976): no weight has to be
    large enough. Integers are found first and fixed; what is left is linear and free of rounding. `problem`
    is narrowed on the way and its variables hold the last solution. A goal without variables takes no solve.
    A solver that does not prove an optimum raises ServiceError.
    """
    if problem.isMIP():
        _fix_integers(problem, goals, solver)
    reached: dict[str, Reached] = {}
    for goal in goals:
        if len(goal.expression) == 0:
            reached[goal.name] = Reached(float(goal.expression.constant), {})
            continue
        reached[goal.name] = Reached(_solve(problem, goal, solver), _marginal(problem))
        _stay_optimal(problem)
    return reached


def _solve(problem: pulp.LpProblem, goal: Goal, solver: pulp.LpSolver) -> float:
    problem.setObjective(goal.expression)
    problem.solve(solver)
    if problem.sol_status != pulp.LpSolutionOptimal:
        raise ServiceError(
            f"the solver ended with '{pulp.LpSolution[problem.sol_status]}' on "
            f"{goal.name.replace('_', ' ')}; give it more time or another solver"
        )
    return float(pulp.value(goal.expression))


def _fix_integers(problem: pulp.LpProblem, goals: Sequence[Goal], solver: pulp.LpSolver) -> None:
    """Find integers that are best in the order of the goals, and leave them no choice.

    Solvers take 0.999999 for 1, so a goal may come out better than whole numbers allow, by as much as the
    greatest number beside an integer makes of it: a later goal gets that much room.
    """
    coefficients = [
        abs(coefficient)
        for constraint in problem.constraints()
        for variable, coefficient in constraint.items()
        if variable.cat == pulp.LpInteger
    ]
    greatest = max(coefficients, default=1.0)
    rooms = []
    for goal in goals:
        if len(goal.expression) == 0:
            continue
        value = _solve(problem, goal, solver)
        most = value + _ALMOST_WHOLE * max(abs(value), 2 * greatest)
        room = problem.add_variable(f"room_for_{goal.name}", None, most)
        problem += goal.expression <= room, f"keep_{goal.name}"
        rooms.append(room)
    for variable in problem.variables():
        if variable.cat == pulp.LpInteger:
            fixed = round(variable.value())  # HiGHS returns 600.9999999 for 601
            variable.bounds(fixed, fixed)
            variable.cat = pulp.LpContinuous
    for room in rooms:
        room.bounds(None, None)


def _marginal(problem: pulp.LpProblem) -> dict[str, float]:
    duals = {constraint.name: constraint.pi for constraint in problem.constraints()}
    return {name: float(dual) for name, dual in duals.items() if dual is not None and abs(dual) > _DUST}


def _stay_optimal(problem: pulp.LpProblem) -> None:
    """Leave of a linear programme exactly its optimal plans, by complementary slackness.

    A constraint with a price holds as an equation and a variable with a reduced cost stays at its bound
    (Dantzig, Linear Programming and Extensions, 6.4): no tolerance by which a later goal could buy anything.
    """
    for constraint in problem.constraints():
        if constraint.pi is not None and abs(constraint.pi) > _DUST:
            constraint.sense = pulp.LpConstraintEQ
    for variable in problem.variables():
        if variable.dj is not None and abs(variable.dj) > _DUST:
            value, least, most = variable.value(), variable.lowBound, variable.upBound
            at_most = most is not None and (least is None or most - value < value - least)
            variable.bounds(most if at_most else least, most if at_most else least)
