from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import stock_oracle
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, poisson

from intake.errors import InputError
from planning.policies.lead_times import drawn_lead_times, lead_time_law
from planning.policies.service_targets import FillRate, ServiceLevel, aimed_stock
from planning.simulation.money import Costs
from planning.simulation.stock_rules import StockRules

LOST = StockRules()


def played_by_the_unit(
    demand: np.ndarray, threshold: int, lead_time: int, review_period: int, quantity: int, backorders: bool
) -> tuple[float, float, float]:
    """Cycle service, fill rate and money per period of one series, path by path and unit by unit."""

    def asked(position: int) -> int:
        if not quantity:
            return threshold - position
        order = 0
        while position + order <= threshold:
            order += quantity
        return order

    settled = lead_time + review_period
    while (settled - lead_time) % review_period:
        settled += 1
    safe, missing, wanted, paid, periods, cycles = 0, 0.0, 0.0, 0.0, 0, 0
    for path in demand.astype(int).tolist():
        seen = stock_oracle.stock_by_the_unit(
            path,
            on_hand=0,
            expiring=[0] * len(path),
            receipts=[0] * len(path),
            asked=asked,
            lead_times=[lead_time] * len(path),
            review_period=review_period,
            backorders=backorders,
        )
        for first in range(settled, len(path) - review_period + 1, review_period):
            cycle = slice(first, first + review_period)
            cycles += 1
            safe += not (any(seen["shortfall"][cycle]) or any(seen["backorders"][cycle]))
            missing += sum(seen["shortfall"][cycle])
            wanted += sum(path[cycle])
            paid += sum(seen["on_hand"][cycle]) + 3 * sum(seen["shortfall"][cycle])
            periods += review_period
    return safe / cycles, 1 - missing / max(wanted, 1e-9), paid / periods


@settings(max_examples=20)
@given(
    st.integers(0, 2),
    st.integers(1, 2),
    st.sampled_from([0, 0, 3]),
    st.booleans(),
    st.sampled_from([0.5, 0.8, 0.95]),
    st.sampled_from([ServiceLevel, FillRate]),
    st.integers(0, 2**32),
)
def test_it_is_the_smallest_threshold_that_serves_as_asked(
    lead_time: int, review_period: int, quantity: int, backorders: bool, share: float, aim: Any, seed: int
) -> None:
    demand = np.random.default_rng(seed).poisson(2, (1, 4, 12)).astype(np.float64)
    found = aimed_stock(
        demand,
        aim(share),
        lead_time=lead_time,
        rules=StockRules(review_period=review_period, backorders=backorders),
        order_quantity=quantity or None,
    )
    threshold = int(found.threshold[0])
    given_stock = (lead_time, review_period, quantity, backorders)
    service_level, fill_rate, _ = played_by_the_unit(demand[0], threshold, *given_stock)
    assert found.service_level[0] == pytest.approx(service_level)
    assert found.fill_rate[0] == pytest.approx(fill_rate)
    assert found.reached[0]
    at = 0 if aim is ServiceLevel else 1
    assert played_by_the_unit(demand[0], threshold - 1, *given_stock)[at] < share - 1e-12


@settings(max_examples=10)
@given(st.integers(0, 2), st.booleans(), st.integers(0, 2**32))
def test_the_cheapest_threshold_has_no_cheaper_neighbour(lead_time: int, backorders: bool, seed: int) -> None:
    demand = np.random.default_rng(seed).poisson(2, (1, 4, 12)).astype(np.float64)
    found = aimed_stock(
        demand,
        Costs(holding_cost=1, shortage_cost=3),
        lead_time=lead_time,
        rules=StockRules(backorders=backorders),
    )
    at = int(found.threshold[0])
    costs = [
        played_by_the_unit(demand[0], up_to, lead_time, 1, 0, backorders)[2] for up_to in (at - 1, at, at + 1)
    ]
    assert found.cost[0] == pytest.approx(costs[1])
    assert costs[1] <= min(costs) + 1e-6 or (at == 0 and costs[1] <= costs[2] + 1e-6)


def test_every_series_has_aims_rules_and_lead_times_of_its_own() -> None:
    generator = np.random.default_rng(3)
    demand = generator.poisson(4, (3, 9_000, 7)).astype(
        np.float64
    )  # so many paths that series are played apart
    shares, packs = np.array([0.5, 0.9, 0.99]), np.array([1.0, 4.0, 2.0])
    lead_time, quantity = np.array([2, 0, 1])[:, None, None], np.array([5.0, 9.0, 30.0])
    together = aimed_stock(
        demand,
        FillRate(shares),
        lead_time=lead_time,
        rules=StockRules(pack_size=packs),
        order_quantity=quantity,
    )
    for row in range(3):
        alone = aimed_stock(
            demand[[row]],
            FillRate(shares[row]),
            lead_time=int(lead_time[row, 0, 0]),
            rules=StockRules(pack_size=packs[row]),
            order_quantity=quantity[row],
        )
        for name, values in vars(alone).items():
            assert getattr(together, name)[row] == values[0], name


def test_levels_are_multiples_of_the_unit() -> None:
    demand = norm(100, 30).rvs((1, 50, 20), random_state=1).clip(0)
    coarse = aimed_stock(demand, ServiceLevel(0.9), lead_time=1, unit=25).threshold[0]
    fine = aimed_stock(demand, ServiceLevel(0.9), lead_time=1, unit=0.1).threshold[0]
    assert coarse % 25 == 0
    assert coarse - 25 < fine <= coarse


def test_a_service_out_of_reach_is_said_to_be() -> None:
    """At most three units may be ordered a week, and five are wanted."""
    demand = np.full((1, 3, 10), 5.0)
    found = aimed_stock(demand, FillRate(0.9), lead_time=0, rules=StockRules(most_ordered=3))
    assert not found.reached[0]
    assert found.fill_rate[0] == pytest.approx(0.6)


def test_one_path_shows_no_standard_error() -> None:
    assert np.isnan(aimed_stock(np.ones((1, 1, 5)), FillRate(0.9), lead_time=0).fill_rate_error).all()


def test_refuses_what_is_no_share_and_paths_that_are_too_short() -> None:
    for share in (0, 1, 95, [0.5, np.nan]):
        for aim in (ServiceLevel, FillRate):
            with pytest.raises(InputError, match="95 %"):
                aim(share)
    with pytest.raises(InputError, match="3 periods"):
        aimed_stock(np.ones((1, 1, 3)), FillRate(0.9), lead_time=2)


def test_the_law_of_lead_times_counts_whole_periods() -> None:
    observed = lead_time_law([1.5, 2, 2.2, 4])
    assert observed.values.tolist() == [2, 3, 4]
    assert observed.chances.tolist() == [0.5, 0.25, 0.25]
    assert lead_time_law(poisson(2)).chances[:3] == pytest.approx(poisson(2).pmf([0, 1, 2]))
    normal = lead_time_law(norm(2.5, 1))
    assert normal.chances[:3] == pytest.approx([norm.cdf(-2.5), *np.diff(norm.cdf([-2.5, -1.5, -0.5]))])
    for wrong in ([], [-1.0], [np.inf]):
        with pytest.raises(InputError, match="delays"):
            lead_time_law(wrong)


def test_lead_times_follow_their_law_and_orders_overtake_only_where_they_may() -> None:
    law = lead_time_law([1, 1, 4])
    drawn = drawn_lead_times(law, series=2, paths=300, periods=50, seed=1)
    assert (drawn == 4).mean() == pytest.approx(1 / 3, abs=0.01)
    arrival = np.arange(50) + drawn
    assert (np.diff(arrival, axis=2) < 0).any()
    queued = drawn_lead_times(law, series=2, paths=300, periods=50, seed=1, crossing=False)
    assert (np.arange(50) + queued == np.maximum.accumulate(arrival, axis=2)).all()
