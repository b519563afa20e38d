from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.errors import InputError
from planning.inventory_simulator import Quantities, simulate
from planning.order_up_to import critical_ratio, project, required_orders, smallest_sufficient


@st.composite
def situations(draw: st.DrawFn) -> dict[str, Any]:
    lead_time, review_period = draw(st.integers(0, 2)), draw(st.integers(1, 3))
    horizon, paths = lead_time + review_period + draw(st.integers(0, 1)), draw(st.integers(1, 6))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    return {
        "demand": rng.integers(0, 10, size=(1, paths, horizon)).astype(np.float64),
        "on_hand": rng.integers(0, 15, size=1).astype(np.float64),
        "expiring": (rng.integers(0, 6, size=(1, horizon)) * rng.integers(0, 2)).astype(np.float64),
        "receipts": (rng.integers(0, 6, size=(1, horizon)) * rng.integers(0, 2)).astype(np.float64),
        "lead_time": np.array([lead_time]),
        "review_period": review_period,
        "ratio": np.array([draw(st.floats(0.05, 0.99))]),
    }


def share_served(situation: dict[str, Any], order: int) -> float:
    """Share of paths that lose no sale between the arrival of `order` and that of the next one."""
    lead, interval = situation["lead_time"][0], situation["lead_time"][0] + situation["review_period"]
    receipts = situation["receipts"].copy()
    receipts[0, lead] += order
    played = simulate(
        situation["demand"],
        on_hand=situation["on_hand"],
        expiring=situation["expiring"],
        receipts=receipts,
    )
    return float((played.lost_sales[0, :, lead:interval].sum(axis=1) == 0).mean())


@given(situations())
def test_the_order_is_the_smallest_that_serves_the_ratio(situation: dict[str, Any]) -> None:
    if situation["demand"].shape[2] > situation["lead_time"][0] + situation["review_period"]:
        situation["expiring"][:, -1] = 0  # what expires after the interval is fresh for it
    order = max(int(project(**situation).required[0]), 0)
    ratio = situation["ratio"][0]
    assert share_served(situation, order) >= ratio - 1e-9
    if order:
        assert share_served(situation, order - 1) < ratio


@given(situations())
def test_a_negative_requirement_is_stock_that_can_go(situation: dict[str, Any]) -> None:
    """Without lots, receipts or a lead time, q - 1 units fewer on the shelf no longer serve."""
    situation |= {"expiring": situation["expiring"] * 0, "lead_time": np.array([0])}
    situation["receipts"] = situation["receipts"] * 0
    spare = -int(project(**situation).required[0])
    if spare > 0:
        enough = situation | {"on_hand": situation["on_hand"] - spare}
        assert share_served(enough, 0) >= situation["ratio"][0] - 1e-9
        if enough["on_hand"][0] >= 1:
            assert share_served(situation | {"on_hand": enough["on_hand"] - 1}, 0) < situation["ratio"][0]


@given(situations(), st.integers(1, 5), st.floats(0, 0.5))
def test_more_stock_never_orders_more_and_more_service_never_less(
    situation: dict[str, Any], extra: int, patience: float
) -> None:
    required = project(**situation).required
    lead = int(situation["lead_time"][0])
    receipts = situation["receipts"].copy()
    receipts[0, lead] += extra
    assert project(**situation | {"on_hand": situation["on_hand"] + extra}).required <= required
    assert project(**situation | {"receipts": receipts}).required <= required
    assert project(**situation | {"ratio": situation["ratio"] * (1 - patience)}).required <= required


def test_what_is_lost_before_arrival_is_not_ordered_again() -> None:
    """An empty shelf and two weeks of waiting: order one week's demand, not three weeks'."""
    demand = np.random.default_rng(1).poisson(5, size=(1, 400, 3)).astype(np.float64)
    nothing = np.zeros((1, 3))
    projection = project(
        demand,
        on_hand=np.zeros(1),
        expiring=nothing,
        receipts=nothing,
        lead_time=np.array([2]),
        review_period=1,
        ratio=np.array([0.95]),
    )
    assert projection.required[0] == np.sort(demand[0, :, 2])[379]
    assert projection.lost_before_arrival[0] == pytest.approx(demand[0, :, :2].sum(axis=1).mean())
    assert projection.out_of_stock[0] == 0


def test_one_quantile_of_the_difference_not_a_sum_of_quantiles() -> None:
    """Case of two independent Poisson(5) weeks (P90 of the sum is 14, the sum of the P90s 16)."""
    demand = np.random.default_rng(2).poisson(5, size=(1, 20_000, 2)).astype(np.float64)
    nothing = np.zeros((1, 2))
    projection = project(
        demand,
        on_hand=np.zeros(1),
        expiring=nothing,
        receipts=nothing,
        lead_time=np.array([0]),
        review_period=2,
        ratio=np.array([0.9]),
    )
    assert projection.required[0] == 14


def test_series_with_different_lead_times_are_projected_apart() -> None:
    rng = np.random.default_rng(3)
    demand = rng.poisson(4, size=(6, 50, 5)).astype(np.float64)
    given_by_series = {
        "on_hand": rng.integers(0, 9, 6).astype(np.float64),
        "expiring": rng.integers(0, 3, (6, 5)).astype(np.float64),
        "receipts": rng.integers(0, 3, (6, 5)).astype(np.float64),
        "lead_time": np.array([2, 0, 1, 2, 4, 0]),
        "ratio": rng.uniform(0.5, 0.99, 6),
    }
    together = project(demand, review_period=1, **given_by_series)
    for row in range(6):
        alone = project(
            demand[[row]], review_period=1, **{name: each[[row]] for name, each in given_by_series.items()}
        )
        for name, values in vars(alone).items():
            assert getattr(together, name)[row] == pytest.approx(values[0]), name


@pytest.mark.parametrize(("lead_time", "review_period"), [(0, 1), (2, 1), (1, 3)])
def test_the_order_alone_is_that_of_the_projection(lead_time: int, review_period: int) -> None:
    rng = np.random.default_rng(4)
    periods = lead_time + review_period
    stated = {
        "on_hand": rng.integers(0, 9, 40).astype(np.float64),
        "receipts": rng.integers(0, 3, (40, periods)).astype(np.float64),
        "ratio": rng.uniform(0.5, 0.99, 40),
    }
    demand = rng.poisson(3, (40, 500, periods)).astype(np.float64)
    projection = project(
        demand,
        expiring=np.zeros((40, periods)),
        lead_time=np.full(40, lead_time),
        review_period=review_period,
        **stated,
    )
    alone = required_orders(demand, lead_time=lead_time, review_period=review_period, **stated)
    assert (alone == projection.required).all()


def test_a_lot_beyond_the_interval_counts_as_fresh() -> None:
    demand = np.full((1, 1, 3), 4.0)
    expiring = np.array([[0.0, 0.0, 9.0]])
    projection = project(
        demand,
        on_hand=np.zeros(1),
        expiring=expiring,
        receipts=np.zeros((1, 3)),
        lead_time=np.array([1]),
        review_period=1,
        ratio=np.array([0.5]),
    )
    assert projection.required[0] == -1
    assert projection.arrival[0] == 5
    assert projection.expired[0] == 0


def test_what_comes_with_the_order_is_there_and_half_of_the_paths_call_it_out_of_stock() -> None:
    """One path of two sells 3 in the first week, from a shelf of 2."""
    projection = project(
        np.array([[[3.0, 0.0], [1.0, 0.0]]]),
        on_hand=np.array([2.0]),
        expiring=np.zeros((1, 2)),
        receipts=np.array([[0.0, 4.0]]),
        lead_time=np.array([1]),
        review_period=1,
        ratio=np.array([0.5]),
    )
    assert projection.arrival[0] == 4.5
    assert projection.out_of_stock[0] == 0
    assert projection.lost_before_arrival[0] == 0.5


def test_paths_that_are_too_short_are_refused() -> None:
    with pytest.raises(InputError, match="longer horizon"):
        project(
            np.ones((1, 2, 2)),
            on_hand=np.zeros(1),
            expiring=np.zeros((1, 2)),
            receipts=np.zeros((1, 2)),
            lead_time=np.array([2]),
            review_period=1,
            ratio=np.array([0.5]),
        )


def ratio(shortage_cost: float, holding_cost: float, **options: float) -> float:
    return float(critical_ratio(np.array([shortage_cost]), np.array([holding_cost]), **options)[0])  # type: ignore[arg-type]


def test_critical_ratio_by_hand() -> None:
    assert ratio(1, 0.2) == pytest.approx(5 / 6)
    assert ratio(1, 0.2, lead_time=1, carry_over_factor=1.2) == pytest.approx(0.8)
    assert ratio(1, 0.2, lead_time=4, carry_over_factor=1.2) == pytest.approx((5 - 0.4) / 6)
    assert ratio(1, 0.1, lead_time=1, review_period=2, carry_over_factor=1.5) == pytest.approx(
        (5 - 0.5**1.5) / 6
    )
    assert ratio(1, 0.1, review_period=2) == pytest.approx(5 / 6)
    assert ratio(1, 5) == pytest.approx(1 / 6)
    assert ratio(1, 5, lead_time=1, carry_over_factor=1.2) == pytest.approx(1 / 6 - 0.2 / 18), "never 0"
    assert ratio(1, 0.2, lead_time=99, carry_over_factor=1.2) == ratio(
        1, 0.2, lead_time=5, carry_over_factor=1.2
    )
    assert ratio(1, 0.2, lead_time=3, carry_over_factor=2) == pytest.approx(4 / 6), "and no deeper than 2"


@given(st.floats(0.001, 0.999), st.floats(0, 0.2), st.floats(1, 2))
def test_the_adjusted_ratio_rises_with_the_textbook_s_and_keeps_most_of_it(
    textbook: float, more: float, factor: float
) -> None:
    adjusted = ratio(textbook, 1 - textbook, lead_time=1, carry_over_factor=factor)
    assert textbook / 2 <= adjusted <= textbook + 1e-12
    higher = min(textbook + more, 1.0)
    rise = ratio(higher, 1 - higher, lead_time=1, carry_over_factor=factor) - adjusted
    assert -1e-12 <= rise <= 2 * (higher - textbook) + 1e-12, "rising, without a jump"
    if textbook >= 0.75:
        assert adjusted == pytest.approx(1 - factor * (1 - textbook))


@given(st.lists(st.integers(0, 9), min_size=1, max_size=30), st.floats(0.01, 1))
def test_the_quantile_is_the_definition(required: list[int], wanted: float) -> None:
    sample: Quantities = np.array([required], dtype=np.float64)
    found = smallest_sufficient(sample, np.array([wanted]))[0]
    enough = [q for q in sorted(required) if np.mean(sample <= q) >= wanted - 1e-9]
    assert found == enough[0]


def test_the_quantile_survives_binary_fractions() -> None:
    """0.07 * 100 is 7.000000000000001, whose ceiling is 8."""
    assert smallest_sufficient(np.arange(1.0, 101.0)[None, :], np.array([0.07]))[0] == 7
