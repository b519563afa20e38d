from __future__ import annotations

import numpy as np
import oracles
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from intake.errors import InputError
from planning.decision_cost import DecisionCost, decision_cost, opening_stock

ONE = np.ones(1)
COUNTS = st.integers(0, 12).map(float)


def cost_of(
    paths: np.ndarray, demand: np.ndarray, past: np.ndarray, lead_time: int, review_period: int
) -> DecisionCost:
    return decision_cost(
        paths,
        demand,
        opening_stock(past, lead_time),
        review_period=review_period,
        holding_cost=np.full(len(demand), 0.2),
        shortage_cost=np.ones(len(demand)),
    )


@given(
    arrays(np.float64, (1, 6, 4), elements=COUNTS),
    st.lists(st.one_of(st.none(), COUNTS), min_size=4, max_size=4),
    arrays(np.float64, (1, 5), elements=COUNTS),
    st.integers(0, 2),
    st.integers(1, 2),
)
def test_it_agrees_with_a_plain_loop(
    paths: np.ndarray, demand: list[float | None], past: np.ndarray, lead_time: int, review_period: int
) -> None:
    expected = oracles.one_order(
        paths[0].tolist(), demand, float(past.mean()), lead_time, review_period, 0.2, 1.0
    )
    observed = np.array([[np.nan if units is None else units for units in demand]])
    found = cost_of(paths, observed, past, lead_time, review_period)
    assert (found.order_quantity[0], found.holding[0], found.shortage[0]) == pytest.approx(expected)


def test_the_opening_stock_fills_up_to_the_lead_time() -> None:
    opening = opening_stock(np.array([[2.0, 3.0, np.nan], [np.nan, np.nan, np.nan], [4.0, 4.0, 4.0]]), 3)
    assert opening.on_hand.tolist() == [3.0, 0.0, 4.0]  # ceil(2.5), nothing known, 4
    assert opening.receipts.tolist() == [[0.0, 2.0, 3.0], [0.0, 0.0, 0.0], [0.0, 4.0, 4.0]]  # round(5), (7.5)


def test_who_knows_what_comes_pays_nothing() -> None:
    demand = np.array([[3.0, 5.0, 9.0]])
    found = cost_of(np.repeat(demand[:, None], 10, axis=1), demand, np.array([[4.0, 4.0]]), 2, 1)
    assert (found.order_quantity[0], found.holding[0], found.shortage[0]) == (9.0, 0.0, 0.0)


def test_a_period_that_is_not_known_costs_nothing() -> None:
    paths = np.full((1, 10, 3), 4.0)
    found = cost_of(paths, np.array([[4.0, 4.0, np.nan]]), np.array([[4.0, 4.0]]), 2, 1)
    assert found.order_quantity[0] == 4.0
    assert (found.holding[0], found.shortage[0]) == (0.0, 0.0)


def test_paths_that_end_too_early_are_an_error() -> None:
    with pytest.raises(InputError, match="make the horizon longer"):
        cost_of(np.ones((1, 4, 2)), np.ones((1, 2)), np.ones((1, 3)), 2, 1)


@given(arrays(np.float64, (3, 5, 3), elements=COUNTS), arrays(np.float64, (3, 3), elements=COUNTS))
def test_series_do_not_know_each_other(paths: np.ndarray, demand: np.ndarray) -> None:
    past = np.array([[4.0, 2.0], [1.0, 0.0], [9.0, 9.0]])
    together = cost_of(paths, demand, past, 2, 1)
    alone = [cost_of(paths[k : k + 1], demand[k : k + 1], past[k : k + 1], 2, 1) for k in range(3)]
    assert (together.holding + together.shortage).tolist() == pytest.approx(
        [float((one.holding + one.shortage)[0]) for one in alone]
    )
