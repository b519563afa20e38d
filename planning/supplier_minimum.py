"""A supplier's minimum order value: which lines are raised, by how many packs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pulp

from intake.errors import ServiceError
from planning.pack_sizes import Units, whole_packs

Money = npt.NDArray[np.float64]

_CENT_DUST = 1e-6  # sums of prices such as 0.1 + 0.2 must not miss a minimum by rounding


def raise_to_minimum_value(
    quantity: Units,
    *,
    unit_cost: Money,
    pack_size: Units,
    minimum_order_quantity: Units,
    longest: Units,
    minimum_order_value: float,
    solver: pulp.LpSolver | None = None,
) -> Units | None:
    """One supplier's order, raised by whole packs to its minimum value at the least extra money.

    quantity: what is required, already in whole packs and at each line's own minimum; never lowered.
    longest: the most of each line that is still useful; a line below its minimum_order_quantity is raised
    to it or not at all. Returns the quantities, or None if the minimum is out of reach within `longest`. An
    order that is empty or already there comes back as it is, without a solver.

    Integer programme over n, the extra packs: minimise sum(c a n) subject to sum(c a n) >= M - sum(c q),
    with c unit_cost, a pack_size, M minimum_order_value. A solver that does not prove the optimum raises
    ServiceError.
    """
    gap = minimum_order_value - float(unit_cost @ quantity)
    if gap <= _CENT_DUST or not quantity.any():
        return quantity
    most = np.maximum(longest - quantity, 0) // pack_size
    least = np.where(quantity > 0, 0, whole_packs(minimum_order_quantity, pack_size) // pack_size)
    most = np.where((unit_cost > 0) & (most >= least), most, 0)
    pack_cost = unit_cost * pack_size
    if float(pack_cost @ most) < gap - _CENT_DUST:
        return None
    problem, extra = _build(pack_cost, least, most, gap)
    _solve(problem, solver or pulp.HiGHS(msg=False))
    return quantity + pack_size * _read(extra, len(quantity))


def _build(
    pack_cost: Money, least: Units, most: Units, gap: float
) -> tuple[pulp.LpProblem, dict[int, pulp.LpVariable]]:
    problem = pulp.LpProblem("supplier_minimum", pulp.LpMinimize)
    extra = {
        line: problem.add_variable(f"extra_packs_{line}", 0, int(most[line]), pulp.LpInteger)
        for line in np.flatnonzero(most).tolist()
    }
    raised = pulp.lpSum(float(pack_cost[line]) * packs for line, packs in extra.items())
    problem += raised
    problem += raised >= gap - _CENT_DUST, "minimum_order_value"
    for line, packs in extra.items():
        if least[line] > 1:
            opened = problem.add_variable(f"opened_{line}", 0, 1, pulp.LpInteger)
            problem += packs >= int(least[line]) * opened, f"minimum_order_quantity_{line}"
            problem += packs <= int(most[line]) * opened, f"closed_orders_nothing_{line}"
    return problem, extra


def _solve(problem: pulp.LpProblem, solver: pulp.LpSolver) -> None:
    problem.solve(solver)
    if problem.sol_status != pulp.LpSolutionOptimal:
        raise ServiceError(
            f"the solver ended with '{pulp.LpSolution[problem.sol_status]}' on a supplier's minimum "
            "order value; give it more time or another solver"
        )


def _read(extra: dict[int, pulp.LpVariable], lines: int) -> Units:
    """Whole packs: HiGHS returns 600.9999999 for 601."""
    packs = np.zeros(lines, dtype=np.int64)
    for line, variable in extra.items():
        packs[line] = round(variable.value())
    return packs
