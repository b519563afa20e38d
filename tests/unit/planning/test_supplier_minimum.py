from __future__ import annotations

import itertools

import numpy as np
import pulp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.errors import ServiceError
from planning.pack_sizes import whole_packs
from planning.supplier_minimum import raise_to_minimum_value


@given(st.integers(0, 500), st.integers(1, 40))
def test_whole_packs(quantity: int, pack_size: int) -> None:
    packed = int(whole_packs(np.array([quantity]), np.array([pack_size]))[0])
    assert packed % pack_size == 0
    assert quantity <= packed < quantity + pack_size


Lines = list[tuple[int, int, int, int, int]]


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 3), st.integers(1, 5), st.integers(0, 9), st.integers(0, 3), st.integers(0, 12)
        ),
        min_size=1,
        max_size=3,
    ),
    st.integers(1, 150),
)
def test_agrees_with_trying_every_combination(lines: Lines, minimum: int) -> None:
    packs, pack_size, unit_cost, least, spare = (np.array(column) for column in zip(*lines, strict=True))
    quantity = packs * pack_size
    minimum_order_quantity = np.where(packs > 0, 0, least * pack_size)
    longest = quantity + spare
    raised = raise_to_minimum_value(
        quantity,
        unit_cost=unit_cost.astype(np.float64),
        pack_size=pack_size,
        minimum_order_quantity=minimum_order_quantity,
        longest=longest,
        minimum_order_value=float(minimum),
    )
    value = int(unit_cost @ quantity)
    if value >= minimum or not quantity.any():
        assert raised is not None
        assert raised.tolist() == quantity.tolist()
        return
    choices = [
        [
            amount
            for amount in range(quantity[i], longest[i] + 1, pack_size[i])
            if amount == quantity[i] or (unit_cost[i] > 0 and amount >= minimum_order_quantity[i])
        ]
        for i in range(len(lines))
    ]
    values = [int(unit_cost @ np.array(combination)) for combination in itertools.product(*choices)]
    reachable = [each for each in values if each >= minimum]
    if not reachable:
        assert raised is None
        return
    assert raised is not None
    assert int(unit_cost @ raised) == min(reachable)
    assert (raised >= quantity).all()
    assert (raised % pack_size == 0).all()
    assert all(raised[i] in choices[i] for i in range(len(lines)))


class Stopped(pulp.LpSolver):
    """A solver that gives up."""

    def __init__(self) -> None:
        super().__init__(msg=False)

    def actualSolve(self, problem: pulp.LpProblem, **_: object) -> int:  # noqa: N802
        return int(problem.assignStatus(pulp.LpStatusNotSolved))


class AlmostWhole(Stopped):
    """A solver that returns 1.9999999 for 2, as HiGHS may."""

    def actualSolve(self, problem: pulp.LpProblem, **_: object) -> int:  # noqa: N802
        for variable in problem.variables():
            variable.varValue = 1.9999999
        return int(problem.assignStatus(pulp.LpStatusOptimal))


def raised_by(
    solver: pulp.LpSolver | None, minimum: float, *lines: tuple[int, float, int, int]
) -> list[int] | None:
    """Lines of (quantity, unit_cost, minimum_order_quantity, longest), in single units."""
    quantity, unit_cost, minimum_order_quantity, longest = (
        np.array(each) for each in zip(*lines, strict=True)
    )
    raised = raise_to_minimum_value(
        quantity,
        unit_cost=unit_cost,
        pack_size=np.ones_like(quantity),
        minimum_order_quantity=minimum_order_quantity,
        longest=longest,
        minimum_order_value=minimum,
        solver=solver,
    )
    return None if raised is None else raised.tolist()


def test_cents_that_binary_fractions_miss_are_no_gap() -> None:
    """0.7 + 0.1 is 0.7999999999999999; no solver may be asked for the difference."""
    assert raised_by(Stopped(), 0.8, (1, 0.7, 0, 1), (1, 0.1, 0, 1)) == [1, 1]


def test_a_line_that_cannot_reach_its_own_minimum_does_not_help() -> None:
    assert raised_by(Stopped(), 4.0, (1, 1.0, 0, 2), (0, 1.0, 9, 5)) is None
    assert raised_by(None, 4.0, (1, 1.0, 0, 2), (0, 1.0, 3, 5)) == [1, 3]


def test_almost_whole_is_whole() -> None:
    assert raised_by(AlmostWhole(), 3.0, (1, 1.0, 0, 9)) == [3]


def test_a_solver_without_an_optimum_raises() -> None:
    with pytest.raises(ServiceError, match="minimum order value"):
        raised_by(Stopped(), 5.0, (1, 1.0, 0, 10))
