from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import mean_of_the_worst, order_risk
from planning_case import CUTOFF, FREQ, NO_ORDERS, paths_of, plan_of, table

from forecasting.paths.demand_paths import DemandPaths
from intake.errors import InputError
from planning.risk import RISK_COLUMNS, Risk, assess, conditional_value_at_risk


def risk_of(
    paths: DemandPaths,
    quantity: list[float],
    prices: dict[str, list[float]] | None = None,
    *,
    tail_share: float = 0.1,
    **tables: Any,
) -> Risk:
    """What ordering `quantity` of each series may come to, at these holding and shortage prices."""
    ids = list(paths.unique_id)
    stock = tables.pop("stock", table(unique_id=ids, on_hand=[0.0] * len(ids)))
    open_orders = tables.pop("open_orders", NO_ORDERS)
    ordered = np.array(quantity)
    lines = plan_of(paths, stock=stock, open_orders=open_orders, **tables).lines.assign(
        order_quantity=ordered, amount=ordered * 2, **(prices or {})
    )
    assert lines["unique_id"].tolist() == ids
    return assess(
        lines, paths, stock=stock, open_orders=open_orders, cutoff=CUTOFF, freq=FREQ, tail_share=tail_share
    )


def row(risk: Risk, scope: str, unique_id: str | None = None, until: str = "next order") -> pd.Series:
    found = risk.table[(risk.table["scope"] == scope) & (risk.table["until"] == until)]
    if unique_id is not None:
        found = found[found["unique_id"] == unique_id]
    (only,) = found.to_dict("records")
    return pd.Series(only)


def test_two_lines_on_two_paths_by_hand() -> None:
    """An order arrives in week three. `a`: path one asks 10, 20, 30 and path two 0, 0, 5 of 25 + 30.

    Path one: 15 are left, 5 are lost and 0 left, 30 arrive and are sold: holding 1.5, shortage 10. Path two:
    25, 25 and 25 + 30 - 5 = 50: holding 10. `b` has no price of holding; 9 - 3 + 9 = 15 are lost at 3 each.
    """
    prices = {"holding_price": [0.1, np.nan], "shortage_price": [2.0, 3.0]}
    paths = paths_of(
        a=np.array([[10.0, 20, 30, 40], [0, 0, 5, 40]]), b=np.array([[1.0, 1, 1, 9], [9, 9, 9, 9]])
    )
    stock = table(unique_id=["a", "b"], on_hand=[25.0, 3.0])
    risk = risk_of(paths, [30.0, 9.0], prices, stock=stock)
    assert tuple(risk.table.columns) == RISK_COLUMNS
    expected = {
        "a": {"holding": 5.75, "shortage": 5, "cost": 10.75, "cost_p10": 10, "cost_p50": 10, "cost_p90": 11.5}
        | {"cost_cvar": 11.5, "stockout_probability": 0.5, "stockout_probability_after_arrival": 0}
        | {"purchase": 60, "lost_sales": 2.5, "periods": 3, "lines_out": 0.5},
        "b": {"shortage": 22.5, "cost": 22.5, "cost_p10": 0, "cost_p90": 45, "cost_cvar": 45, "waste": 0},
    }
    for name, numbers in expected.items():
        found = row(risk, "line", name)
        assert {each: found[each] for each in numbers} == numbers
    assert np.isnan(row(risk, "line", "b")["holding"])
    total = row(risk, "total")
    assert risk.joint_cost["USD"].tolist() == [11.5, 55.0]
    assert (total["cost"], total["cost_p10"], total["cost_p90"]) == (33.25, 11.5, 55)
    assert (total["stockout_probability"], total["lines_out"], total["lines"], total["purchase"]) == (
        1,
        1,
        2,
        78,
    )
    assert row(risk, "supplier")["cost_p90"] == 55, "a quantile of the sum: 56.5 is the sum of quantiles"
    further = row(risk, "line", "a", "horizon")
    assert (further["periods"], further["shortage"]) == (4, 0.5 * (10 + 80)), "week four: 40 - 0, 40 of 50"
    assert further["holding"] == 0.1 * (15 + 110) / 2
    assert risk.notes == ("1 of 2 lines have no holding_price: the cost at risk leaves out their holding.",)


def test_lots_that_expire_are_wasted_at_their_cost() -> None:
    """30 may be sold for two weeks; 16 of them are on path one and 30 on path two: 14 are wasted on one."""
    stock = table(unique_id=["a"], on_hand=[30.0], lot=["L"], expiry=[pd.Timestamp("2026-02-22")])
    paths = paths_of(a=np.array([[8.0, 8, 8], [20, 20, 8]]))
    risk = risk_of(paths, [8.0], {"holding_price": [0.0], "shortage_price": [0.0]}, stock=stock)
    found = row(risk, "line")
    assert (found["waste_units"], found["waste"], found["waste_probability"]) == (7, 14.0, 0.5)
    assert (found["lost_sales"], found["cost_p10"], found["cost_p90"]) == (5, 0, 28)


def test_orders_on_the_way_arrive_and_undated_ones_with_this_order() -> None:
    on_the_way = table(
        purchase_order=["x", "y"],
        supplier_id=["mill"] * 2,
        unique_id=["a"] * 2,
        quantity=[6.0, 4.0],
        due=[pd.Timestamp("2026-02-16"), pd.NaT],
    )
    risk = risk_of(paths_of(a=[1.0, 9.0, 9.0]), [3.0], open_orders=on_the_way)
    assert row(risk, "line")["lost_sales"] == 1 + (9 - 6) + (9 - 4 - 3)


def test_sample_average_of_five_demands_case_31() -> None:
    """Demand 10 to 50 alike, p = 4, h = 1: 40 costs 20 and no other order costs less; 50 costs as much."""
    paths = paths_of(a=np.array([[10.0], [20], [30], [40], [50]]))
    prices = {"holding_price": [1.0], "shortage_price": [4.0]}
    now = {"suppliers": table(supplier_id=["mill"], lead_time=[0.0], currency=["USD"])}
    orders = (10.0, 20.0, 30.0, 40.0, 50.0)
    cost = {order: row(risk_of(paths, [order], prices, **now), "total")["cost"] for order in orders}
    assert cost[40] == cost[50] == 20 == min(cost.values())
    assert cost == {
        order: sum(max(order - d, 4 * (d - order)) for d in range(10, 51, 10)) / 5 for order in cost
    }


def test_money_agrees_with_a_slow_loop_and_tails_do_not_add_up() -> None:
    random = np.random.default_rng(3)
    names, quantity, on_hand = ["a", "b", "c"], [12.0, 30.0, 44.0], [10.0, 20.0, 0.0]
    holding, shortage = [0.5, 0.25, 1.0], [2.0, 3.0, 1.0]
    values = random.integers(0, 30, (3, 40, 4)).astype(np.float64)
    terms = table(supplier_id=["mill"] * 3, unique_id=names, unit_cost=[2.0] * 3, lead_time=[0.0, 7.0, 21.0])
    paths = DemandPaths(values, tuple(names), paths_of(a=[0.0] * 4).ds)
    risk = risk_of(
        paths,
        quantity,
        {"holding_price": holding, "shortage_price": shortage},
        tail_share=0.25,
        stock=table(unique_id=names, on_hand=on_hand),
        terms=terms,
    )
    slow = order_risk(values.tolist(), on_hand, quantity, [0, 1, 3], 1, holding, shortage)
    joint = [sum(costs) for costs in zip(*slow, strict=True)]
    found = [*(row(risk, "line", name) for name in names), row(risk, "total")]
    for each, cost in zip(found, [*slow, joint], strict=True):
        assert each["cost"] == pytest.approx(sum(cost) / 40)
        assert each["cost_p50"] == pytest.approx(sorted(cost)[19])
        assert each["cost_p90"] == pytest.approx(sorted(cost)[35])
        assert each["cost_cvar"] == pytest.approx(mean_of_the_worst(cost, 10))
    assert risk.joint_cost["USD"] == pytest.approx(joint)
    *lines, total = found
    assert total["cost_cvar"] < sum(line["cost_cvar"] for line in lines), "what is bad for one is not for all"


@settings(max_examples=50)
@given(st.lists(st.integers(-50, 50).map(float), min_size=1, max_size=20), st.integers(1, 20))
def test_the_tail_mean_is_that_of_the_worst(values: list[float], number: int) -> None:
    number = min(number, len(values))
    found = conditional_value_at_risk(np.array(values), number / len(values))
    assert found == pytest.approx(mean_of_the_worst(values, number), abs=1e-9)


def test_a_tail_that_is_no_whole_number_of_values_takes_part_of_one() -> None:
    """Of 1, 2, 3 the worst half is all of 3 and half of 2: (3 + 2 / 2) / 1.5."""
    assert conditional_value_at_risk(np.array([1.0, 2.0, 3.0]), 0.5) == pytest.approx(4 / 1.5)


@pytest.mark.parametrize("share", [0.0, 1.5])
def test_a_tail_share_is_a_share(share: float) -> None:
    with pytest.raises(InputError, match="tail_share"):
        risk_of(paths_of(a=[1.0, 1, 1]), [1.0], tail_share=share)


def test_a_plan_without_lines_costs_nothing() -> None:
    paths = paths_of(a=[1.0, 1, 1])
    lines = plan_of(paths).lines.iloc[:0]
    stock = table(unique_id=[], on_hand=[])
    nothing = assess(lines, paths, stock=stock, open_orders=NO_ORDERS, cutoff=CUTOFF, freq=FREQ)
    assert nothing.table.empty


def test_what_is_received_expires_too_and_the_floor_is_not_for_sale() -> None:
    """20 come in week one and sell for two weeks, 5 in each. Of 8 with a floor of 6 only 2 are sold."""
    soon = {"suppliers": table(supplier_id=["mill"], lead_time=[0.0], currency=["USD"])}
    items = table(unique_id=["a"], shelf_life=[14.0])
    found = row(risk_of(paths_of(a=[5.0, 5, 5, 5]), [20.0], items=items, **soon), "line", until="horizon")
    assert (found["waste_units"], found["lost_sales"]) == (10, 10)
    items = table(unique_id=["a"], floor=[6.0])
    stock = table(unique_id=["a"], on_hand=[8.0])
    found = row(risk_of(paths_of(a=[5.0]), [0.0], items=items, stock=stock, **soon), "line")
    assert found["lost_sales"] == 3
