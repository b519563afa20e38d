from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from planning_case import paths_of, plan_of, reasons, table

from planning.plan import Plan, PlanSettings


def minimum(value: float, **others: list[Any]) -> pd.DataFrame:
    return table(supplier_id=["mill"], lead_time=[14.0], minimum_order_value=[value], **others)


def three_lines(settings: PlanSettings | None = None, least: float = 200.0) -> Plan:
    """7, 20 and 3 are needed in packs of 12, 10 and 6 at 4, 2.50 and 9: 152 where 200 are the minimum.

    A year on the shelf costs 0.52 of the price, a week a hundredth.
    """
    return plan_of(
        paths_of(a=[7, 7, 7], b=[20, 20, 20], c=[3, 3, 3]),
        settings or PlanSettings(holding_share=0.52),
        stock=table(unique_id=["a", "b", "c"], on_hand=[14.0, 40.0, 6.0]),
        items=table(unique_id=["a", "b", "c"], shortage_cost=[1.0, 1.0, 1.0]),
        suppliers=minimum(least),
        terms=table(
            supplier_id=["mill"] * 3,
            unique_id=["a", "b", "c"],
            unit_cost=[4.0, 2.5, 9.0],
            pack_size=[12.0, 10.0, 6.0],
        ),
    )


def test_an_order_is_raised_by_what_costs_least_to_hold() -> None:
    """20 of b are held for a week (0.50). 12 of a more: 17 + 10 + 3 instead of 5 for a week each (1.00).

    Without them 5 of a (0.20) and 3 of c (0.27) are held anyway; nothing ordered loses 30 sales.
    """
    plan = three_lines()
    assert plan.lines["order_quantity"].tolist() == [12, 40, 6]
    assert plan.lines["coupling"].tolist() == [0, 20, 0]
    assert reasons(plan, "mill") == [
        "supplier minimum not reached: 152.00 needed of 200.00; order raised by 50.00: expected cost 0.97 "
        "(ordered as needed 48.47, of which 48.00 for going below; nothing ordered now 30.00)"
    ]
    assert (
        "= 20; raised, to reach the minimum order value of mill, by 20 = 40." in plan.lines["explanation"][1]
    )
    assert not reasons(three_lines(least=152.0), "mill")


def test_a_small_fee_is_paid_where_that_is_cheaper_than_to_raise() -> None:
    plan = three_lines(PlanSettings(holding_share=0.52, below_minimum=0.01))
    assert plan.lines["coupling"].tolist() == [0, 0, 0]
    assert "ordered as needed: expected cost 0.95, of which 0.48 for going below" in reasons(plan, "mill")[0]


def test_what_would_not_sell_waits_until_the_order_is_large_enough() -> None:
    """Ten a week at 2.00 reach 60 in two weeks more: 20 sales are lost for 1.00 each, a fee is 40 a week."""
    items = table(unique_id=["a"], shortage_cost=[1.0], holding_cost=[0.1], shelf_life=[14.0])
    stock = table(unique_id=["a"], on_hand=[20.0])
    plan = plan_of(paths_of(a=[10, 10, 10]), items=items, stock=stock, suppliers=minimum(60.0))
    assert plan.lines[["order_quantity", "coupling"]].to_numpy().tolist() == [[0, -10]]
    assert reasons(plan, "mill") == [
        "supplier minimum not reached: 20.00 needed of 60.00; nothing ordered now: expected cost over 2 "
        "weeks 20.00 (ordered as needed 80.00, of which 80.00 for going below); what is missing would not "
        "sell within 8 weeks or the shelf life"
    ]
    assert "= 10; 10 fewer, to wait for an order that mill accepts = 0." in plan.lines["explanation"][0]
    reachable = plan_of(paths_of(a=[10, 10, 10]), items=items, stock=stock, suppliers=minimum(40.0))
    assert reachable.lines["order_quantity"].tolist() == [20]


def test_another_supplier_delivers_where_that_is_cheapest() -> None:
    """The farm takes 0.10 more for each of ten a week: 8.00 in eight weeks. Of b 13 sales are lost: 6.50.

    Without an order 80 sales of a are lost too, for 3.00 each.
    """
    suppliers = table(
        supplier_id=["mill", "farm"], lead_time=[14.0, 14.0], minimum_order_value=[1000.0, None]
    )
    terms = table(
        supplier_id=["mill", "mill", "farm"],
        unique_id=["a", "b", "a"],
        unit_cost=[2.0, 2.0, 2.1],
        preference=[1, 1, 2],
    )
    known: dict[str, Any] = {
        "stock": table(unique_id=["a", "b"], on_hand=[20.0, 4.0]),
        "items": table(unique_id=["a", "b"], shortage_cost=[3.0, 0.5], holding_cost=[0.1, 0.1]),
        "terms": terms,
    }
    plan = plan_of(paths_of(a=[10, 10, 10], b=[2, 2, 1]), suppliers=suppliers, **known)
    assert plan.lines["supplier_id"].tolist() == ["farm", "mill"]
    assert plan.lines["order_quantity"].tolist() == [10, 0]
    assert plan.lines["purchase_order"].tolist() == ["2026-W07-r1-farm", ""]
    assert "From farm: at mill the order would be below the minimum" in plan.lines["explanation"][0]
    assert "; ordered from farm: expected cost over 8 weeks 14.50 (" in reasons(plan, "mill")[0]
    assert "nothing ordered now 246.50)" in reasons(plan, "mill")[0]
    refused = suppliers.assign(minimum_order_value=[1000.0, 30.0])
    assert plan_of(paths_of(a=[10, 10, 10], b=[2, 2, 1]), suppliers=refused, **known).lines[
        "order_quantity"
    ].tolist() == [0, 0]


@pytest.mark.parametrize(("pins", "quantity"), [({"a": 12}, [12, 40, 6]), ({"b": 20}, [24, 20, 6])])
def test_pinned_lines_count_towards_the_minimum_and_stay(pins: dict[str, int], quantity: list[int]) -> None:
    plan = three_lines(PlanSettings(holding_share=0.52, pins=pins))
    assert plan.lines["order_quantity"].tolist() == quantity
    assert "nothing ordered" not in reasons(plan, "mill")[0]
    all_pinned = three_lines(PlanSettings(pins={"a": 12, "b": 20, "c": 6}))
    assert "what is pinned or has no price is ordered as it is" in reasons(all_pinned, "mill")[0]


def test_nothing_needed_from_a_supplier_is_not_raised() -> None:
    stock = table(unique_id=["a"], on_hand=[9.0])
    plan = plan_of(paths_of(a=[1, 1, 1]), stock=stock, suppliers=minimum(50.0))
    assert plan.lines["explanation"][0].endswith("= -6: nothing to order.")
    assert (plan.lines["purchase_order"].tolist(), plan.exceptions.empty) == ([""], True)


def test_a_line_without_a_price_is_named_under_a_minimum() -> None:
    terms = table(supplier_id=["mill"], unique_id=["a"])
    plan = plan_of(paths_of(a=[1, 1, 1]), suppliers=minimum(50.0), terms=terms)
    assert any("no unit_cost" in reason for reason in reasons(plan, "a"))
    assert pd.isna(plan.lines["amount"][0])
