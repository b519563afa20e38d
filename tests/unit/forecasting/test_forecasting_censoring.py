from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.series.censoring import expected_demand, replace_sold_out


def slow_expected_demand(sold: int, mean: float, variance: float) -> float:
    """E[D | D >= sold] by adding up a negative binomial, term by term."""
    size, p = mean**2 / (variance - mean), mean / variance
    probability, total, weighted = p**size, 0.0, 0.0
    for k in range(20_000):
        if k >= sold:
            total += probability
            weighted += k * probability
        probability *= (k + size) / (k + 1) * (1 - p)
    return weighted / total


@given(st.integers(0, 30), st.floats(0.5, 20), st.floats(1.1, 3))
def test_conditional_mean_agrees_with_adding_up_the_law(sold: int, mean: float, ratio: float) -> None:
    fast = expected_demand(np.array([float(sold)]), np.array([mean]), np.array([ratio * mean]))[0]
    slow = slow_expected_demand(sold, mean, ratio * mean)
    assert fast == pytest.approx(slow, rel=1e-3)


@given(st.floats(0, 1e5), st.floats(0, 1e5), st.floats(0, 1e9))
def test_demand_is_never_less_than_what_was_sold(sold: float, mean: float, variance: float) -> None:
    demand = expected_demand(np.array([sold]), np.array([mean]), np.array([variance]))[0]
    assert np.isfinite(demand)
    assert demand >= sold


def test_a_fully_observed_series_stays_as_it_is() -> None:
    demand = np.array([[3.0, np.nan, 5.0]])
    replaced = replace_sold_out(demand, np.array([[1.0, 0.0, 1.0]]), phases=1)
    np.testing.assert_array_equal(replaced, demand)
    assert replaced is not demand


def test_what_comes_later_does_not_change_a_replacement() -> None:
    generator = np.random.default_rng(0)
    demand = generator.poisson(5.0, (4, 60)).astype(float)
    in_stock = np.where(generator.random((4, 60)) < 0.3, 0.5, 1.0)
    changed = demand.copy()
    changed[:, 40:] = 1000.0
    before = replace_sold_out(demand, in_stock, 7)[:, :40]
    np.testing.assert_array_equal(replace_sold_out(changed, in_stock, 7)[:, :40], before)


def test_sales_capped_by_stock_recover_the_demand_behind_them() -> None:
    """Demand is Poisson(10); every week 10 units are on the shelf. Sales average 8.75 and teach a spiral."""
    generator = np.random.default_rng(1)
    demand = generator.poisson(10.0, (200, 150)).astype(float)
    sold = np.minimum(demand, 10.0)
    in_stock = np.where(demand >= 10.0, 0.9, 1.0)  # the shelf was empty at the end
    replaced = replace_sold_out(sold, in_stock, phases=1)
    assert sold.mean() < 8.9
    assert replaced[:, 50:].mean() == pytest.approx(10.0, rel=0.06)
