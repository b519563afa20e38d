from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pytest
import stock_oracle
from hypothesis import given
from hypothesis import strategies as st

from intake.errors import InputError
from planning.inventory_simulator import Policy, Simulation, joined, parts, simulate, simulate_totals
from planning.policies.order_rules import order_up_to, reorder_quantity, reorder_up_to
from planning.simulation.money import Costs, money
from planning.simulation.stock_rules import Issuing, StockRules

NEVER = np.inf


@dataclass
class Situation:
    """Demand and stock for a few series, and rules that may differ between them."""

    played: dict[str, Any]
    rules: dict[str, Any]
    up_to: np.ndarray | None

    def simulate(self, **other_rules: Any) -> Simulation:
        return simulate(**self.played, policy=self.policy, rules=StockRules(**(self.rules | other_rules)))

    @property
    def policy(self) -> Policy | None:
        return None if self.up_to is None else order_up_to(self.up_to)

    def by_the_unit(self, series: int, path: int) -> dict[str, list[int]]:
        def one(name: str) -> float:
            return float(self.rules[name][series])

        periods = self.played["demand"].shape[2]
        lead_times = np.broadcast_to(self.played["lead_time"], self.played["demand"].shape)[series, path]
        up_to = None if self.up_to is None else int(self.up_to[series])
        return stock_oracle.stock_by_the_unit(
            self.played["demand"][series, path].astype(int).tolist(),
            on_hand=int(self.played["on_hand"][series]),
            expiring=self.played["expiring"][series].astype(int).tolist(),
            receipts=self.played["receipts"][series].astype(int).tolist(),
            asked=None if up_to is None else lambda position: up_to - position,
            lead_times=[int(lead_times[period]) for period in range(periods)],
            review_period=self.rules["review_period"],
            backorders=self.rules["backorders"],
            shelf_life=None if one("shelf_life") == NEVER else int(one("shelf_life")),
            last_first=self.rules["issuing"] is Issuing.LIFO,
            pack_size=int(one("pack_size")),
            minimum=int(one("minimum_order_quantity")),
            most_ordered=one("most_ordered"),
            most_held=one("most_held"),
        )


def situation_of(seed: int) -> Situation:
    """Drawn evenly, so that rules meet each other; a strategy of many parts would mostly draw simple ones."""
    generator = np.random.default_rng(seed)
    series, paths, periods = (int(generator.integers(1, most, endpoint=True)) for most in (3, 2, 7))

    def units(most: int, *shape: int) -> Any:
        return generator.integers(0, most, shape, endpoint=True).astype(np.float64)

    def one_of(*choices: Any) -> Any:
        return choices[generator.integers(len(choices))]

    return Situation(
        played={
            "demand": units(6, series, paths, periods),
            "on_hand": units(8, series),
            "expiring": units(5, series, periods) * one_of(0, 1),
            "receipts": units(5, series, periods) * one_of(0, 1),
            "lead_time": one_of(
                int(units(3)),
                generator.integers(0, 4, (series, 1, 1)),
                generator.integers(0, 4, (1, paths, periods)),
            ),
        },
        rules={
            "review_period": one_of(1, 1, 2, 3),
            "backorders": one_of(True, False),
            "shelf_life": one_of(np.full(series, NEVER), 1 + units(4, series), np.full(series, 2)),
            "issuing": one_of(*Issuing),
            "pack_size": one_of(np.ones(series), 1 + units(4, series)),
            "minimum_order_quantity": one_of(np.zeros(series), units(7, series)),
            "most_ordered": one_of(np.full(series, NEVER), units(12, series)),
            "most_held": one_of(np.full(series, NEVER), units(25, series)),
        },
        up_to=one_of(None, units(20, series), units(20, series), 10 + units(20, series)),
    )


def situations() -> st.SearchStrategy[Situation]:
    return st.builds(situation_of, st.integers(0, 2**32))


@given(situations())
def test_agrees_with_a_loop_over_single_units(situation: Situation) -> None:
    played = situation.simulate()
    for series, path, _ in np.ndindex(*played.demand.shape[:2], 1):
        for name, expected in situation.by_the_unit(series, path).items():
            assert getattr(played, name)[series, path].tolist() == expected, name


@given(situations())
def test_no_unit_is_lost_and_nothing_is_negative(situation: Situation) -> None:
    played = situation.simulate()
    each = {field.name: getattr(played, field.name) for field in fields(played)}
    assert all((amounts >= 0).all() for amounts in each.values())
    sums = {name: amounts.cumsum(axis=-1) for name, amounts in each.items() if name != "opening"}
    served = sums["demand"] - sums["lost_sales"] - played.backorders
    opened = played.opening[:, :, None]
    assert (opened + sums["received"] == served + sums["expired"] + played.on_hand).all()
    if situation.rules["backorders"]:
        back = sums["shortfall"] - played.backorders
        assert (np.diff(back, axis=2, prepend=0) >= 0).all(), "what waits is only ever served"
        assert not played.lost_sales.any()
    else:
        assert (played.lost_sales == played.shortfall).all()
        assert not played.backorders.any()
    orders = played.ordered[played.ordered > 0]
    limits = {
        name: np.broadcast_to(np.asarray(situation.rules[name])[:, None, None], played.ordered.shape)
        for name in ("pack_size", "minimum_order_quantity", "most_ordered")
    }
    assert (orders % limits["pack_size"][played.ordered > 0] == 0).all()
    assert (orders >= limits["minimum_order_quantity"][played.ordered > 0]).all()
    assert (orders <= limits["most_ordered"][played.ordered > 0]).all()
    assert not played.ordered[
        :, :, np.arange(played.demand.shape[2]) % situation.rules["review_period"] > 0
    ].any()


@given(situations())
def test_with_lots_that_do_not_expire_it_does_not_matter_which_goes_first(situation: Situation) -> None:
    situation.played["expiring"] = np.zeros_like(situation.played["expiring"])
    kept = situation.simulate(shelf_life=NEVER, issuing=Issuing.FIFO)
    for other in (
        situation.simulate(shelf_life=NEVER, issuing=Issuing.LIFO),
        situation.simulate(shelf_life=1000, issuing=Issuing.LIFO),
    ):
        assert all((getattr(kept, each.name) == getattr(other, each.name)).all() for each in fields(kept))
    assert not kept.expired.any()


@given(situations())
def test_last_in_first_out_throws_away_at_least_as_much(situation: Situation) -> None:
    """From the same deliveries, up to any period; it also sells no more."""
    situation.up_to = None
    fifo, lifo = situation.simulate(issuing=Issuing.FIFO), situation.simulate(issuing=Issuing.LIFO)
    assert (lifo.expired.cumsum(axis=2) >= fifo.expired.cumsum(axis=2)).all()
    assert (lifo.shortfall.cumsum(axis=2) >= fifo.shortfall.cumsum(axis=2)).all()


@given(situations(), st.integers(0, 3))
def test_money_adds_up_and_sums_are_those_of_what_happened(situation: Situation, first: int) -> None:
    counted = slice(first, None)
    played = situation.simulate()
    series = len(played.demand)
    costs = {each.name: 1.0 + np.arange(series) + number for number, each in enumerate(fields(Costs))}
    summed = simulate_totals(
        **situation.played, policy=situation.policy, rules=StockRules(**situation.rules), counted=counted
    )
    assert all(
        (getattr(summed, each.name) == getattr(played.totals(counted), each.name)).all()
        for each in fields(summed)
    )
    paid = money(summed, Costs(**costs))
    again = money(played, Costs(**costs), counted=counted)
    for cause in fields(paid):
        assert getattr(paid, cause.name) == pytest.approx(getattr(again, cause.name)), cause.name
    of = {name: cost[:, None, None] for name, cost in costs.items()}
    by_period = (
        of["holding_cost"] * played.on_hand
        + of["shortage_cost"] * played.shortfall
        + of["backorder_cost"] * played.backorders
        + of["waste_cost"] * played.expired
        + of["ordering_cost"] * (played.ordered > 0)
        + of["unit_cost"] * played.ordered
    )
    assert paid.total == pytest.approx(by_period[:, :, counted].sum(axis=2))


def test_sums_of_some_series_at_a_time_are_those_of_all() -> None:
    demand = np.random.default_rng(0).poisson(3, (5, 4, 6)).astype(np.float64)
    up_to = np.arange(8.0, 13.0)

    def play(rows: slice) -> Any:
        return simulate_totals(
            demand[rows], on_hand=up_to[rows], policy=order_up_to(up_to[rows]), lead_time=1
        )

    together, apart = play(slice(None)), joined(play(rows) for rows in parts(5, 2**13))
    assert all((getattr(together, each.name) == getattr(apart, each.name)).all() for each in fields(together))


def test_an_order_of_lead_time_two_is_sold_in_the_third_period() -> None:
    """Decided at the end of week t, on the shelf from the start of week t + 3."""
    order_once = lambda period, position: np.where(period == 0, 7.0, 0.0) * np.ones_like(position)  # noqa: E731
    played = simulate(np.full((1, 1, 4), 5.0), on_hand=np.array([0.0]), policy=order_once, lead_time=2)
    assert played.lost_sales[0, 0].tolist() == [5, 5, 0, 3]


def test_orders_cross_where_the_later_one_comes_first() -> None:
    in_turn = lambda period, _: np.array([[[10.0, 1.0, 0.0, 0.0][period]]])  # noqa: E731
    lead_time = np.array([[[3, 0, 0, 0]]])
    played = simulate(np.ones((1, 1, 4)), on_hand=np.zeros(1), policy=in_turn, lead_time=lead_time)
    assert played.received[0, 0].tolist() == [0, 1, 0, 10]
    assert played.lost_sales[0, 0].tolist() == [1, 0, 1, 0]


def test_the_lot_that_expires_first_goes_first_and_the_rest_of_it_is_thrown_away() -> None:
    played = simulate(np.array([[[3.0, 3.0]]]), on_hand=np.array([10.0]), expiring=np.array([[5.0, 2.0]]))
    assert played.expired[0, 0].tolist() == [2, 0]
    assert played.on_hand[0, 0].tolist() == [12, 9]


def test_customers_who_choose_leave_the_old_lot_to_be_thrown_away() -> None:
    """Four units received in each of two weeks, good for two weeks; three are sold each week."""
    given_rules = {
        issuing: simulate(
            np.full((1, 1, 3), 3.0),
            on_hand=np.zeros(1),
            receipts=np.array([[4.0, 4.0, 0.0]]),
            rules=StockRules(shelf_life=2, issuing=issuing),
        )
        for issuing in Issuing
    }
    assert given_rules[Issuing.FIFO].expired[0, 0].tolist() == [0, 0, 0]
    assert given_rules[Issuing.LIFO].expired[0, 0].tolist() == [0, 1, 0]
    assert given_rules[Issuing.LIFO].lost_sales[0, 0].tolist() == [0, 0, 2]


def test_what_waits_is_served_first() -> None:
    played = simulate(
        np.array([[[5.0, 1.0, 1.0]]]),
        on_hand=np.array([2.0]),
        receipts=np.array([[0.0, 1.0, 9.0]]),
        rules=StockRules(backorders=True),
    )
    assert played.backorders[0, 0].tolist() == [3, 3, 0]
    assert played.shortfall[0, 0].tolist() == [3, 1, 0]
    assert played.on_hand[0, 0].tolist() == [0, 0, 5]


def test_the_policies_ask_for_what_their_names_say() -> None:
    positions = np.array([[7.0, 6.0, 5.0, -2.0]])
    assert order_up_to(6)(0, positions).tolist() == [[0, 0, 1, 8]]
    assert reorder_up_to([5], [9])(0, positions).tolist() == [[0, 0, 4, 11]]
    assert reorder_quantity([5], [4])(0, positions).tolist() == [[0, 0, 4, 8]]
    for wrong in (lambda: reorder_up_to(5, 4), lambda: reorder_quantity(5, 0)):
        with pytest.raises(InputError):
            wrong()


@pytest.mark.parametrize(
    "wrong",
    [
        {"on_hand": np.zeros(2)},
        {"on_hand": np.array([-1.0])},
        {"on_hand": np.zeros(1), "receipts": np.zeros((1, 3))},
        {"on_hand": np.zeros(1), "expiring": np.full((1, 2), -1.0)},
        {"on_hand": np.zeros(1), "lead_time": -1},
        {"on_hand": np.zeros(1), "lead_time": np.ones((1, 1, 2))},
        {"on_hand": np.zeros(1), "lead_time": np.ones(1, dtype=int)},
        {"on_hand": np.zeros(1), "lead_time": np.ones((1, 1, 3), dtype=int)},
    ],
)
def test_refuses_what_does_not_fit(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        simulate(np.ones((1, 1, 2)), policy=order_up_to(3), **wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"review_period": 0},
        {"shelf_life": 0},
        {"shelf_life": 1.5},
        {"pack_size": [1, 0]},
        {"minimum_order_quantity": -1},
        {"most_ordered": np.nan},
        {"most_held": -1},
    ],
)
def test_refuses_rules_that_no_shop_has(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        StockRules(**wrong)


def test_refuses_costs_that_are_none_or_too_few() -> None:
    for wrong in (-1.0, np.nan, np.inf, np.ones((2, 2))):
        with pytest.raises(InputError):
            Costs(holding_cost=wrong)
    played = simulate(np.ones((3, 1, 1)), on_hand=np.zeros(3))
    with pytest.raises(InputError, match="2 costs and 3 series"):
        money(played, Costs(unit_cost=[1, 2]))
