from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from planning_case import paths_of, plan_of, reasons, table

from planning.plan import Plan, PlanSettings


def line(plan: Plan, name: str = "a") -> pd.Series:
    return plan.lines.set_index("unique_id").loc[name]


def perishable(pack_size: float, **items: Any) -> Plan:
    """Ten a week; 20 on the shelf last until the order comes, which can be sold for two weeks."""
    given = {"unique_id": ["a"], "shelf_life": [14.0], "price": [5.0], "holding_cost": [0.1]}
    return plan_of(
        paths_of(a=[10, 10, 10]),
        stock=table(unique_id=["a"], on_hand=[20.0]),
        items=table(**given | {name: [value] for name, value in items.items()}),
        terms=table(supplier_id=["mill"], unique_id=["a"], unit_cost=[2.0], pack_size=[pack_size]),
    )


def test_a_pack_of_which_some_expires_is_ordered_where_the_lost_sales_cost_more() -> None:
    """24 sell 20 in two weeks: 4 expire for 8.00, 14 are held for a week. Without them 20 x 3.00 are lost."""
    plan = perishable(24.0)
    found = line(plan)
    assert (found["order_quantity"], found["perishing"], found["order_waste"]) == (24, 0, 4.0)
    money = found[["holding_money", "shortage_money", "waste_money", "expected_cost", "cost_without"]]
    assert money.tolist() == [1.4, 0.0, 8.0, 9.4, 60.0]
    said = "Of these about 4 will expire (8.00); without them 20 lost sales (60.00) in 2 weeks."
    assert said in found["explanation"]
    assert plan.exceptions.empty


def test_a_pack_that_wastes_more_than_it_sells_is_not_ordered() -> None:
    """60: 40 of them expire for 80.00, more than the 60.00 of the lost sales of two weeks."""
    plan = perishable(60.0)
    found = line(plan)
    assert (found["order_quantity"], found["perishing"], found["expected_cost"]) == (0, -60, 60.0)
    assert found["explanation"].startswith(
        "Sales forecast 30 for 3 weeks to 1 Mar + safety 0 (service level 95 %) - on the shelf 20 "
        "- on the way 0 = 10; rounded up to 1 pack of 60 = 60; "
        "60 fewer, for what would expire costs more = 0."
    )
    assert "nothing is ordered; ask for a smaller pack" in reasons(plan, "a")[0]
    always = perishable(60.0, floor=3.0)
    assert line(always)["order_quantity"] == 60
    assert "of the 60 ordered will expire" in reasons(always, "a")[0]


def test_of_several_packs_those_are_ordered_that_pay() -> None:
    """Nothing or 24 is asked for in the week of sale: a pack of 6 wastes 6 x 2.00 / 2 and sells 6 x p / 2."""
    paths = paths_of(a=np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 24.0]]))
    terms = table(supplier_id=["mill"], unique_id=["a"], unit_cost=[2.0], pack_size=[6.0])
    for shortage_cost, quantity in ((1.9, 0), (2.1, 24)):
        items = table(unique_id=["a"], shelf_life=[7.0], shortage_cost=[shortage_cost], holding_cost=[0.0])
        plan = plan_of(paths, items=items, terms=terms)
        assert line(plan)["order_quantity"] == quantity


def test_what_a_lost_sale_costs_is_stated_or_the_margin_or_what_the_service_level_implies() -> None:
    """Ten lost sales without an order. Implied: 0.1 x 0.95 / 0.05 = 1.90, for two weeks 3.80."""
    items = table(
        unique_id=["own", "margin", "implied", "usual"],
        shortage_cost=[7.0, None, None, None],
        holding_cost=[0.1, 0.1, 0.1, None],
        service_level=[None, 0.95, 0.95, None],
        price=[None, 5.0, 3.0, None],
    )
    ids = items["unique_id"].tolist()
    demand = paths_of(**{name: [10, 10, 10] for name in ids})
    stock = table(unique_id=ids, on_hand=[20.0] * 4)
    lines = plan_of(demand, items=items, stock=stock).lines.set_index("unique_id")
    without = lines["cost_without"] / 10
    assert without[["own", "margin", "implied"]].tolist() == [7.0, 3.0, 1.9]
    assert without["usual"] == pytest.approx(2.0 * 0.25 / 52 * 19, abs=0.001)
    plain = plan_of(demand, PlanSettings(holding_share=0.0), stock=stock).lines
    assert plain["cost_without"].tolist() == [0.0] * 4
    terms = table(supplier_id=["mill"] * 4, unique_id=ids)
    assert plan_of(demand, stock=stock, terms=terms).lines["expected_cost"].isna().all()


def discounted(break_quantity: list[float | None], unit_cost: list[float], **settings: Any) -> Plan:
    """Ten a week, 20 on the shelf: ten are needed now. A week on the shelf costs 0.52 / 52 of the price."""
    rows = len(unit_cost)
    return plan_of(
        paths_of(a=[10, 10, 10]),
        PlanSettings(**{"holding_share": 0.52} | settings),
        stock=table(unique_id=["a"], on_hand=[20.0]),
        terms=table(
            supplier_id=["mill"] * rows,
            unique_id=["a"] * rows,
            unit_cost=unit_cost,
            break_quantity=break_quantity,
        ),
    )


def test_an_order_moves_up_to_the_price_that_pays_for_holding_it() -> None:
    """50 units are held 40 + 30 + 20 + 10 weeks for 0.10 each: 10.00, where 0.30 less on each saves 15.00."""
    plan = discounted([None, 50.0], [10.0, 9.7])
    found = line(plan)
    assert (found["order_quantity"], found["price_break"], found["unit_cost"]) == (50, 40, 9.7)
    assert found["amount"] == 485.0
    assert found["holding_money"] == pytest.approx(10.0, abs=0.01)
    assert "= 10; raised by 40 to the price 9.7 = 50. The lower price saves 15.00" in found["explanation"]
    assert line(discounted([None, 50.0], [10.0, 9.9]))["order_quantity"] == 10
    assert line(discounted([None, 50.0, 60.0], [10.0, 9.7, 9.3]))["order_quantity"] == 60
    reached = line(discounted([None, 8.0], [10.0, 9.0]))
    assert (reached["order_quantity"], reached["price_break"], reached["unit_cost"]) == (10, 0, 9.0)


def test_a_pin_is_what_is_ordered_and_the_line_says_what_would_have_been() -> None:
    pinned = {"a": 4, "b": 0, "c": 10, "stranger": 5}
    plan = plan_of(
        paths_of(a=[10, 10, 10], b=[10, 10, 10], c=[10, 10, 10], d=[10, 10, 10]),
        PlanSettings(pins=pinned),
        stock=table(unique_id=["a", "b", "c", "d"], on_hand=[20.0] * 4),
        terms=table(
            supplier_id=["mill"] * 4,
            unique_id=["a", "b", "c", "d"],
            unit_cost=[2.0] * 4,
            pack_size=[5.0] * 4,
            minimum_order_quantity=[10.0] * 4,
        ),
    )
    assert plan.lines["order_quantity"].tolist() == [4, 0, 10, 10]
    assert plan.lines["pinned"].tolist() == [-6, -10, 0, 0]
    assert "= 10; pinned by the planner = 4." in line(plan, "a")["explanation"]
    assert "= 10; pinned by the planner = 0." in line(plan, "b")["explanation"]
    assert "Pinned by the planner" in line(plan, "c")["explanation"]
    assert "inned" not in line(plan, "d")["explanation"]
    assert reasons(plan, "a") == [
        "is pinned at 4, which is no whole number of packs of 5 and is below the minimum quantity 10: "
        "ask the supplier"
    ]
    assert "is no line of the plan: not ordered" in reasons(plan, "stranger")[0]


def test_a_stockout_before_any_order_can_come_is_an_exception_with_its_money() -> None:
    items = table(unique_id=["a"], shortage_cost=[3.0], holding_cost=[0.1])
    plan = plan_of(paths_of(a=[10, 10, 10]), stock=table(unique_id=["a"], on_hand=[5.0]), items=items)
    assert reasons(plan, "a") == [
        "out of stock from 9 Feb, before any order can come (23 Feb): about 15 lost sales (45.00 USD); "
        "find it elsewhere"
    ]


def test_units_that_are_always_to_be_there_come_on_top() -> None:
    items = table(unique_id=["a"], floor=[3.0])
    found = line(plan_of(paths_of(a=[10, 10, 10]), stock=table(unique_id=["a"], on_hand=[20.0]), items=items))
    assert (found["order_quantity"], found["floor"]) == (13, 3)
    assert "- on the way 0 + always to be there 3 = 13" in found["explanation"]


def test_a_supplier_that_takes_orders_on_thursdays_delivers_later() -> None:
    suppliers = table(supplier_id=["mill"], lead_time=[7.0], order_weekdays=["thu"])
    found = line(plan_of(paths_of(a=[10, 10, 10]), suppliers=suppliers))
    assert (found["lead_time"], found["order_date"]) == (2, pd.Timestamp("2026-02-12"))
    assert "To be ordered on Thursday 12 Feb" in found["explanation"]
