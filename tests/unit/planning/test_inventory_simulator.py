from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.errors import InputError
from planning.inventory_simulator import simulate


def play_slowly(
    demand: list[float],
    on_hand: float,
    expiring: list[float],
    receipts: list[float],
    order_up_to: float | None,
    lead_time: int,
) -> tuple[list[float], list[float], list[float], list[float]]:
    """One series on one path with a list of (last sellable period, units): the oracle."""
    never = 10**6
    lots = [[last, units] for last, units in enumerate(expiring)] + [[never, on_hand]]
    due = dict(enumerate(receipts))
    left, lost, expired, ordered = [], [], [], []
    for period, wanted in enumerate(demand):
        order = 0.0
        if order_up_to is not None:
            position = sum(units for _, units in lots) + sum(due.values())
            order = max(order_up_to - position, 0.0)
            due[period + lead_time] = due.get(period + lead_time, 0.0) + order
        ordered.append(order)
        lots.append([never, due.pop(period, 0.0)])
        for lot in sorted(lots, key=lambda lot: lot[0]):
            taken = min(lot[1], wanted)
            lot[1] -= taken
            wanted -= taken
        lost.append(wanted)
        expired.append(sum(units for last, units in lots if last <= period))
        lots = [lot for lot in lots if lot[0] > period]
        left.append(sum(units for _, units in lots))
    return left, lost, expired, ordered


@st.composite
def situations(draw: st.DrawFn) -> dict[str, Any]:
    series, paths, periods = (draw(st.integers(1, 3)) for _ in range(3))
    units = st.integers(0, 12).map(float)
    array = lambda *shape: np.array(  # noqa: E731
        draw(st.lists(units, min_size=int(np.prod(shape)), max_size=int(np.prod(shape))))
    ).reshape(shape)
    return {
        "demand": array(series, paths, periods),
        "on_hand": array(series),
        "expiring": array(series, periods) * draw(st.sampled_from([0, 1])),
        "receipts": array(series, periods),
        "order_up_to": draw(st.none() | units),
        "lead_time": draw(st.integers(0, 3)),
    }


@given(situations())
def test_agrees_with_a_loop_over_lots_and_balances(situation: dict[str, Any]) -> None:
    order_up_to, lead_time = situation.pop("order_up_to"), situation.pop("lead_time")
    policy = None if order_up_to is None else lambda _, position: np.maximum(order_up_to - position, 0)
    played = simulate(**situation, policy=policy, lead_time=lead_time)
    demand = situation["demand"]
    for series in range(demand.shape[0]):
        for path in range(demand.shape[1]):
            expected = play_slowly(
                demand[series, path].tolist(),
                float(situation["on_hand"][series]),
                situation["expiring"][series].tolist(),
                situation["receipts"][series].tolist(),
                order_up_to,
                lead_time,
            )
            found = (played.on_hand, played.lost_sales, played.expired, played.ordered)
            assert [each[series, path].tolist() for each in found] == [list(each) for each in expected]

    start = (situation["on_hand"] + situation["expiring"].sum(axis=1))[:, None]
    arrived = np.cumsum(situation["receipts"], axis=1)[:, None, :] + np.cumsum(
        np.pad(played.ordered, ((0, 0), (0, 0), (lead_time, 0)))[:, :, : demand.shape[2]], axis=2
    )
    used = np.cumsum(demand - played.lost_sales + played.expired, axis=2)
    np.testing.assert_allclose(played.on_hand, start[:, :, None] + arrived - used)
    assert (played.on_hand >= 0).all()
    assert (played.lost_sales >= 0).all()


def test_an_order_of_lead_time_two_is_sold_in_the_third_period() -> None:
    """Decided at the end of week t, on the shelf from the start of week t + 3."""
    order_once = lambda period, position: np.where(period == 0, 7.0, 0.0) * np.ones_like(position)  # noqa: E731
    played = simulate(np.full((1, 1, 4), 5.0), on_hand=np.array([0.0]), policy=order_once, lead_time=2)
    assert played.lost_sales[0, 0].tolist() == [5, 5, 0, 3]


def test_the_lot_that_expires_first_goes_first_and_the_rest_of_it_is_thrown_away() -> None:
    played = simulate(np.array([[[3.0, 3.0]]]), on_hand=np.array([10.0]), expiring=np.array([[5.0, 2.0]]))
    assert played.expired[0, 0].tolist() == [2, 0]
    assert played.on_hand[0, 0].tolist() == [12, 9]


@pytest.mark.parametrize(
    "wrong",
    [
        {"on_hand": np.zeros(2)},
        {"on_hand": np.array([-1.0])},
        {"on_hand": np.zeros(1), "receipts": np.zeros((1, 3))},
        {"on_hand": np.zeros(1), "expiring": np.full((1, 2), -1.0)},
    ],
)
def test_refuses_what_does_not_fit(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        simulate(np.ones((1, 1, 2)), **wrong)
