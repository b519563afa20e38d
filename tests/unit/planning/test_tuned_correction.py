from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.errors import InputError
from planning.decision_rules import DecisionRules
from planning.plan import PlanSettings
from planning.policies.tuned_correction import (
    CARRY_OVER_FACTORS,
    LEAST_WINDOWS,
    PastWindow,
    cost_by_factor,
    tuned_correction,
)

HOLDING, SHORTAGE = 0.2, 1.0


def lost_after(path: Sequence[float], on_hand: float, coming: Sequence[float], first: int) -> float:
    """Units lost in the periods from `first` on."""
    lost = 0.0
    for period, wanted in enumerate(path):
        on_hand += coming[period]
        if period >= first:
            lost += max(wanted - on_hand, 0)
        on_hand = max(on_hand - wanted, 0)
    return lost


def cost_of_one_series(
    window: PastWindow, series: int, lead_time: int, review_period: int, ratio: float
) -> float:
    """Decide, order, sell, count: one number at a time."""
    interval = lead_time + review_period
    needed = lead_time + len(window.paths) * review_period
    coming = [*window.receipts[series].tolist(), *[0.0] * (needed + interval)]
    on_hand = float(window.on_hand[series])
    cost = 0.0
    for period in range(needed):
        if period % review_period == 0 and period // review_period < len(window.paths):
            paths = window.paths[period // review_period][series, :, :interval].tolist()
            order = 0
            while True:
                tried = coming[period : period + interval]
                tried[lead_time] += order
                served = [lost_after(path, on_hand, tried, lead_time) <= 1e-9 for path in paths]
                if sum(served) >= ratio * len(paths) - 1e-9:
                    break
                order += 1
            coming[period + lead_time] += order
        on_hand += coming[period]
        wanted = window.demand[series, period]
        if np.isnan(wanted):
            continue
        lost = max(wanted - on_hand, 0)
        on_hand = max(on_hand - wanted, 0)
        if period >= lead_time:
            cost += HOLDING * on_hand + SHORTAGE * lost
    return cost


def rules_of(series: int, lead_time: int, review_period: int) -> DecisionRules:
    return DecisionRules(lead_time, review_period, np.full(series, HOLDING), np.full(series, SHORTAGE))


@settings(max_examples=25)
@given(st.integers(0, 2), st.integers(1, 2), st.integers(1, 3), st.integers(0, 2**32))
def test_a_window_costs_what_a_plain_loop_says(
    lead_time: int, review_period: int, decisions: int, seed: int
) -> None:
    generator = np.random.default_rng(seed)
    interval = lead_time + review_period
    demand = generator.poisson(3, (2, lead_time + decisions * review_period + 1)).astype(np.float64)
    demand[generator.random(demand.shape) < 0.1] = np.nan
    window = PastWindow(
        [generator.poisson(3, (2, 8, interval)).astype(np.float64) for _ in range(decisions)],
        demand,
        generator.integers(0, 6, 2).astype(np.float64),
        generator.integers(0, 6, (2, lead_time)).astype(np.float64),
    )
    textbook = SHORTAGE / (SHORTAGE + HOLDING * review_period)
    for factor, cost in zip(
        (1.0, 1.5), cost_by_factor(window, rules_of(2, lead_time, review_period), (1.0, 1.5)), strict=True
    ):
        share = min((factor - 1) * (lead_time / review_period) ** 0.5, 1)
        ratio = textbook - share * min(1 - textbook, textbook / 3)
        expected = sum(
            cost_of_one_series(window, series, lead_time, review_period, ratio) for series in range(2)
        )
        assert cost == pytest.approx(expected)


def test_demand_that_ends_too_early_is_refused() -> None:
    window = PastWindow([np.ones((1, 2, 3))] * 2, np.ones((1, 3)), np.ones(1), np.ones((1, 2)))
    with pytest.raises(InputError, match="2 decisions rule 4 periods"):
        cost_by_factor(window, rules_of(1, 2, 1))


def test_the_factors_are_those_that_plans_take() -> None:
    for factor in CARRY_OVER_FACTORS:
        PlanSettings(carry_over_factor=factor)
    assert PlanSettings().carry_over_factor in CARRY_OVER_FACTORS


FACTORS = (1.0, 1.3, 1.6)


def test_the_cheapest_is_taken_where_it_is_surely_cheaper() -> None:
    """Relative costs of 1.6: .9, .8, .9, .8, .9, .8; behind it by .1, .2, ...: mean .15, error .0224."""
    costs = np.array([[120.0, 100, 90], [60, 50, 40]] * 3)
    tuned = tuned_correction(costs, FACTORS, default=1.3)
    assert tuned.carry_over_factor == 1.6
    assert tuned.windows == 6
    assert tuned.relative == pytest.approx((1.2, 1.0, 0.85))
    assert tuned.standard_error[1] == pytest.approx(np.sqrt(6 * 0.05**2 / 5) / np.sqrt(6))
    assert tuned.reason == "1.6: in 6 windows of the past 1.6 was cheapest, 15.0 +- 2.2 % under 1.3"


def test_the_default_stays_where_the_cheapest_may_be_luck() -> None:
    costs = np.array([[120.0, 100, 80], [120, 100, 119]] * 3)
    tuned = tuned_correction(costs, FACTORS, default=1.3)
    assert tuned.carry_over_factor == 1.3
    assert tuned.reason.endswith("which is luck")


def test_of_equally_good_factors_the_one_nearest_to_the_default_is_taken() -> None:
    costs = np.array([[100.0, 90.5, 92, 99], [100, 90.5, 88, 99]] * 3)
    tuned = tuned_correction(costs, (1.0, 1.1, 1.2, 1.3), default=1.0)
    assert tuned.relative == pytest.approx((1, 0.905, 0.9, 0.99))
    assert tuned.carry_over_factor == 1.1


def test_little_of_the_past_changes_nothing_and_says_so() -> None:
    costs = np.array([[100.0, 10.0]] * (LEAST_WINDOWS - 1) + [[0.0, 0.0]])
    tuned = tuned_correction(costs, (1.3, 1.6), default=1.3)
    assert (tuned.carry_over_factor, tuned.windows) == (1.3, LEAST_WINDOWS - 1)
    assert "5 windows of the past" in tuned.reason
    assert tuned_correction(np.zeros((0, 2)), (1.3, 1.6), default=1.3).windows == 0


def test_a_default_that_was_not_tried_is_refused() -> None:
    with pytest.raises(InputError, match="among them"):
        tuned_correction(np.ones((6, 2)), (1.0, 1.6), default=1.3)
