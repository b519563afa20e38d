from __future__ import annotations

from typing import Any

import numpy as np
import oracles
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson

from planning.order_economics import OrderSituation, cheapest, lengthened, order_cost


def situation(demand: Any, **given: Any) -> OrderSituation:
    """One line that nothing lies or comes for: lead time 0, order period 1, costs 1, keeps for ever."""
    paths = np.atleast_2d(np.asarray(demand, dtype=np.float64))[None]
    usual: dict[str, Any] = {
        "on_hand": 0.0,
        "expiring": np.zeros(paths.shape[2]),
        "receipts": np.zeros(paths.shape[2]),
        "lead_time": 0,
        "review_period": 1,
        "shelf_life": np.inf,
        "floor": 0.0,
        "holding_cost": 1.0,
        "shortage_cost": 1.0,
        "unit_cost": 1.0,
    }
    return OrderSituation(
        demand=paths, **{name: np.array([value]) for name, value in (usual | given).items()}
    )


def test_what_expires_in_one_period_is_the_newsvendor() -> None:
    """Poisson(50), 0.18 for a unit too many, 0.70 for one too few: 56 units cost 1.797235 (Snyder & Shen)."""
    demand = poisson.ppf((np.arange(4000) + 0.5) / 4000, 50)[:, None]
    paper = situation(demand, shelf_life=1.0, holding_cost=0.0, unit_cost=0.18, shortage_cost=0.70)
    best = cheapest(
        lambda units: order_cost(paper, units.astype(float)).money, np.array([0]), np.array([200])
    )
    assert best.tolist() == [56]
    assert order_cost(paper, np.array([[56.0]])).money[0, 0] == pytest.approx(1.797235, abs=0.002)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(0, 2), st.integers(1, 2), st.integers(1, 4))
def test_agrees_with_a_loop_over_lots(seed: int, lead_time: int, review_period: int, shelf_life: int) -> None:
    """Demand is known until all has expired, so nothing has to be continued or extrapolated."""
    rng = np.random.default_rng(seed)
    periods = lead_time + review_period + shelf_life
    demand = rng.poisson(3, (4, periods)).astype(float)
    lots, receipts = rng.integers(0, 5, (2, periods)).astype(float)
    receipts[lead_time + 1 :] = 0
    lots[lead_time + shelf_life :] = 0
    quantity = np.array([[0.0, 2.0, 9.0]])
    cost = order_cost(
        situation(
            demand,
            expiring=lots,
            receipts=receipts,
            lead_time=lead_time,
            review_period=review_period,
            shelf_life=float(shelf_life),
            holding_cost=0.3,
            shortage_cost=2.0,
            unit_cost=1.5,
        ),
        quantity,
    )
    for at, units in enumerate(quantity[0]):
        expected = oracles.cost_of_an_order(
            demand.tolist(),
            float(units),
            on_hand=0.0,
            lots=dict(enumerate(lots.tolist())),
            receipts=dict(enumerate(receipts.tolist())),
            lead_time=lead_time,
            review_period=review_period,
            shelf_life=shelf_life,
            holding_cost=0.3,
            shortage_cost=2.0,
            unit_cost=1.5,
        )
        found = (cost.holding[0, at], cost.shortage[0, at], cost.waste[0, at])
        # A shelf that cannot lose anything is not played to its end: what is left sells at the mean rate.
        if cost.expired.max() > 0:
            assert found == pytest.approx(expected)
        else:
            assert found[1:] == pytest.approx(expected[1:])


def test_what_is_left_is_held_until_it_sells_at_the_mean_rate() -> None:
    """10 a period: 35 leave 25, 15 and 5 at the ends of three periods, and nothing at that of the fourth."""
    cost = order_cost(situation([[10.0]]), np.array([[35.0]]))
    assert cost.holding[0, 0] == 25 + 15 + 5
    dead = order_cost(situation([[0.0]]), np.array([[2.0]]))
    assert dead.holding[0, 0] == 2 * (1 + 52)


def test_units_that_are_always_to_be_there_serve_nobody() -> None:
    cost = order_cost(situation([[10.0]], floor=4.0, on_hand=3.0), np.array([[11.0, 12.0]]))
    assert cost.lost_sales[0].tolist() == [0.0, 0.0]
    assert order_cost(situation([[10.0]], floor=4.0), np.array([[11.0]])).lost_sales[0, 0] == 3


def test_demand_goes_on_as_other_paths_do_by_whole_weeks() -> None:
    demand = np.array([[[1, 2, 3, 4, 5, 6, 7, 8], [11, 12, 13, 14, 15, 16, 17, 18]]], dtype=float)
    longer = lengthened(demand, 12, 7)
    assert longer[0, 0].tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 14, 15]
    assert longer[0, 1, 8:].tolist() == [2, 3, 4, 5]
    assert lengthened(demand, 3, 7).shape == (1, 2, 3)


@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 200), st.integers(0, 80)), min_size=1, max_size=3)
)
def test_the_cheapest_of_convex_costs_is_found_without_trying_all(lines: list[tuple[int, int, int]]) -> None:
    bottom, least, more = np.array(lines).T

    def cost(number: np.ndarray) -> np.ndarray:
        return np.abs(number - bottom[:, None]).astype(float)

    found = cheapest(cost, least, least + more)
    assert found.tolist() == np.clip(bottom, least, least + more).tolist()
