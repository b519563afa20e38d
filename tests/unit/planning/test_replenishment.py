from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planning_case import CUTOFF, FREQ, NO_ORDERS, paths_of, plan_of, reasons, table
from shop_case import broken, shop

from forecasting.paths.demand_paths import DemandPaths
from intake.errors import InputError
from intake.periods import following
from planning.plan import EXCEPTION_COLUMNS, LINE_COLUMNS, Plan, PlanSettings
from planning.replenishment import horizon_needed, replenish


def poisson(mean: float, seed: int, weeks: int = 3, paths: int = 200) -> np.ndarray:
    return np.random.default_rng(seed).poisson(mean, size=(paths, weeks)).astype(np.float64)


def line(plan: Plan, name: str = "a") -> pd.Series:
    return plan.lines.set_index("unique_id").loc[name]


def test_a_line_worked_by_hand() -> None:
    """13 on the shelf and 9 on the way serve the 20 of two weeks; 2 are left for the 12 of week three."""
    plan = plan_of(
        paths_of(a=[10, 10, 12]),
        stock=table(unique_id=["a"], on_hand=[13.0]),
        terms=table(
            supplier_id=["mill"],
            unique_id=["a"],
            unit_cost=[2.5],
            pack_size=[4.0],
            minimum_order_quantity=[15.0],
        ),
        open_orders=table(
            purchase_order=["x"],
            supplier_id=["mill"],
            unique_id=["a"],
            quantity=[9.0],
            due=[pd.Timestamp("2026-02-16")],
        ),
    )
    assert tuple(plan.lines.columns) == LINE_COLUMNS
    expected = {
        "purchase_order": "2026-W07-r1-mill",
        "lead_time": 2,
        "review_period": 1,
        "on_hand": 13,
        "on_order": 9,
        "inventory_position": 22,
        "forecast": 32,
        "safety_stock": 0,
        "order_up_to_level": 32,
        "expected_lost_sales": 0,
        "floor": 0,
        "not_below_zero": 0,
        "pack_rounding": 2,
        "minimum_rounding": 4,
        "perishing": 0,
        "price_break": 0,
        "coupling": 0,
        "pinned": 0,
        "order_quantity": 16,
        "amount": 40.0,
        "currency": "USD",
        "critical_ratio": 0.95,
        "order_date": pd.Timestamp("2026-02-09"),
        "due_date": pd.Timestamp("2026-02-23"),
        "lost_sales": 0.0,
        "lost_sales_without": 10.0,
    }
    found = line(plan)
    assert {name: found[name] for name in expected} == expected
    assert found["explanation"] == (
        "Sales forecast 32 for 3 weeks to 1 Mar + safety 0 (service level 95 %) "
        "- on the shelf 13 - on the way 9 = 10; rounded up to 3 packs of 4 = 12; "
        "raised to the minimum quantity 15 = 16. "
        "Without this order out of stock from 23 Feb."
    )
    assert plan.exceptions.empty


def test_sales_lost_while_waiting_are_not_ordered() -> None:
    """An empty shelf loses 20 before the order comes; only the 12 of week three can still be served."""
    found = line(plan_of(paths_of(a=[10, 10, 12])))
    assert (found["order_quantity"], found["expected_lost_sales"], found["order_up_to_level"]) == (
        12,
        -20,
        32,
    )
    assert "- lost before the order arrives 20 = 12" in found["explanation"]


def test_lots_that_expire_before_arrival_do_not_count() -> None:
    stock = table(
        unique_id=["a", "a", "a"],
        on_hand=[50.0, 30.0, 7.0],
        lot=["L1", "L2", "L3"],
        expiry=[pd.Timestamp("2026-02-22"), pd.Timestamp("2026-06-01"), pd.Timestamp("2026-02-01")],
    )
    found = line(plan_of(paths_of(a=[10, 10, 35]), stock=stock))
    assert (found["on_hand"], found["expected_waste"], found["order_quantity"]) == (50, 30, 5)
    assert "30 more on the shelf will expire unsold" in found["explanation"]
    assert "7 expired or in quarantine do not count" in found["explanation"]


def test_orders_due_after_the_interval_do_not_count_and_are_said() -> None:
    late = table(
        purchase_order=["x"],
        supplier_id=["mill"],
        unique_id=["a"],
        quantity=[99.0],
        due=[pd.Timestamp("2026-03-04")],
    )
    found = line(plan_of(paths_of(a=[1, 1, 5]), open_orders=late))
    assert (found["on_order"], found["order_quantity"]) == (0, 5)
    assert "99 on the way come after 1 Mar and do not count" in found["explanation"]


def test_overdue_and_undated_orders_are_counted_and_said() -> None:
    orders = table(
        purchase_order=["x", "y"],
        supplier_id=["mill"] * 2,
        unique_id=["a"] * 2,
        quantity=[3.0, 4.0],
        due=[pd.Timestamp("2026-01-12"), pd.NaT],
    )
    plan = plan_of(paths_of(a=[1, 1, 10]), open_orders=orders)
    assert line(plan)["order_quantity"] == 10 - 1 - 4
    assert line(plan)["expected_lost_sales"] == 0
    assert [re.findall(r"overdue|without a due date", reason) for reason in reasons(plan, "a")] == [
        ["overdue"],
        ["without a due date"],
    ]


def test_costs_make_the_ratio_and_else_the_items_service_level() -> None:
    items = table(
        unique_id=["a", "b", "c"],
        shortage_cost=[1.0, None, 1.0],
        holding_cost=[0.2, 0.2, None],
        service_level=[0.5, 0.9, None],
    )
    plan = plan_of(paths_of(a=[1, 1, 1], b=[1, 1, 1], c=[1, 1, 1]), items=items)
    deducted = 0.3 * 2**0.5 / 6  # lead time two review periods
    assert plan.lines["critical_ratio"].tolist() == pytest.approx([5 / 6 - deducted, 0.9, 0.95])
    said = "(critical ratio 76.3 %; costs say 83.3 %, less because leftovers are sold later)"
    assert said in line(plan, "a")["explanation"]
    assert "costs say" not in "".join(plan.lines["explanation"][1:]), "a service level is not adjusted"
    assert "service level 90 %" in line(plan, "b")["explanation"]
    twice = plan_of(paths_of(a=[1, 1, 1, 1]), PlanSettings(review_period=2), items=items.head(1))
    assert twice.notes[0] == "The next orders are expected 2 weeks after these."
    assert line(twice)["critical_ratio"] == pytest.approx((1 - 0.3 / 3) / 1.4)
    myopic = plan_of(paths_of(a=[1, 1, 1]), PlanSettings(carry_over_factor=1.0), items=items.head(1))
    assert line(myopic)["critical_ratio"] == pytest.approx(5 / 6)
    assert any("r - 0.3 sqrt(L / R) min(1 - r, r / 3)" in note for note in plan.notes)


def test_nothing_is_dropped_silently() -> None:
    ids = ["planned", "nostock", "noterms", "badcosts", "badlevel", "slow"]
    plan = plan_of(
        paths_of(**{name: [1, 1, 1] for name in ids}),
        stock=table(unique_id=[*ids[:1], *ids[2:], "stranger"], on_hand=[9.0] * 6),
        items=table(
            unique_id=[*ids, "new"],
            shortage_cost=[None, None, None, -1.0, None, None, None],
            holding_cost=[None, None, None, 1.0, None, None, None],
            service_level=[None, None, None, None, 95.0, None, None],
        ),
        terms=table(
            supplier_id=["mill"] * 5,
            unique_id=["planned", "nostock", "badcosts", "badlevel", "slow"],
            lead_time=[None, None, None, None, 60.0],
        ),
        open_orders=table(
            purchase_order=["x"], supplier_id=["mill"], unique_id=["ghost"], quantity=[1.0], due=[CUTOFF]
        ),
    )
    assert plan.lines["unique_id"].tolist() == ["planned"]
    assert tuple(plan.exceptions.columns) == EXCEPTION_COLUMNS
    said = {name: " ".join(reasons(plan, name)) for name in [*ids, "stranger", "new", "ghost"]}
    assert said["planned"] == ""
    for name, words in {
        "nostock": "no row with on_hand",
        "noterms": "no supplier offers it",
        "badcosts": "negative shortage_cost",
        "badlevel": "not between 0 and 1",
        "slow": "lead time + review period is 10",
        "stranger": "in the stock file and has no forecast",
        "new": "in the items table and has no forecast",
        "ghost": "on order and has no forecast",
    }.items():
        assert words in said[name], name


def test_components_are_no_strangers() -> None:
    terms = table(supplier_id=["mill"] * 2, unique_id=["a", None], component=[None, "wax"])
    stock = table(unique_id=["a", "plant/wax"], on_hand=[9.0, 9.0])
    plan = plan_of(paths_of(a=[1, 1, 1]), terms=terms, stock=stock)
    assert plan.exceptions.empty
    assert any(note.endswith("left to the chain behind the orders: 1.") for note in plan.notes)


def test_what_lies_where_others_are_supplied_from_is_no_stranger() -> None:
    items = table(unique_id=["a", "plant/a", "shed/a"], source=["plant", None, None])
    stock = table(unique_id=["a", "plant/a", "shed/a"], on_hand=[1.0, 9.0, 9.0])
    plan = plan_of(paths_of(a=[1, 1, 1]), items=items, stock=stock)
    assert not reasons(plan, "plant/a")
    assert reasons(plan, "shed/a")


def test_negative_stock_counts_as_none_and_is_said() -> None:
    plan = plan_of(paths_of(a=[0, 0, 6]), stock=table(unique_id=["a"], on_hand=[-4.0]))
    assert line(plan)["order_quantity"] == 6
    assert "-4 on hand, counted as 0" in reasons(plan, "a")[0]


def minimum(value: float) -> pd.DataFrame:
    return table(supplier_id=["mill"], lead_time=[14.0], minimum_order_value=[value])


@pytest.mark.parametrize(("shelf_life", "said"), [(7.0, True), (14.0, False), (None, False)])
def test_a_pack_that_outlives_its_shelf_life_is_said(shelf_life: float | None, said: bool) -> None:
    """A pack of 20 where ten a week sell; no price tells what a lost sale costs but the service level."""
    plan = plan_of(
        paths_of(a=[10, 10, 10]),
        stock=table(unique_id=["a"], on_hand=[20.0]),
        items=table(unique_id=["a"], shelf_life=[shelf_life]),
        terms=table(supplier_id=["mill"], unique_id=["a"], unit_cost=[2.0], pack_size=[20.0]),
    )
    assert line(plan)["order_quantity"] == 20
    assert [reason[:53] for reason in reasons(plan, "a")] == (
        ["about 10 of the 20 ordered will expire (20.00 USD): o"] if said else []
    )


def test_nothing_needed_from_a_supplier_is_not_raised() -> None:
    plan = plan_of(
        paths_of(a=[1, 1, 1]), stock=table(unique_id=["a"], on_hand=[9.0]), suppliers=minimum(50.0)
    )
    assert line(plan)["order_quantity"] == 0
    assert line(plan)["purchase_order"] == ""
    assert line(plan)["explanation"].endswith("= -6: nothing to order.")
    assert plan.exceptions.empty


def test_a_line_without_a_price_is_named_under_a_minimum() -> None:
    plan = plan_of(
        paths_of(a=[1, 1, 1]),
        suppliers=minimum(50.0),
        terms=table(supplier_id=["mill"], unique_id=["a"]),
    )
    assert any("no unit_cost" in reason for reason in reasons(plan, "a"))
    assert pd.isna(line(plan)["amount"])


def test_internal_supply_is_an_order_to_the_source() -> None:
    plan = plan_of(
        paths_of(boston_soap=[2, 2, 2]),
        items=table(unique_id=["boston/soap"], source=["plant"]),
        suppliers=table(supplier_id=["plant"], lead_time=[7.0]),
        terms=table(supplier_id=[], unique_id=[]),
    )
    found = line(plan, "boston/soap")
    assert (found["purchase_order"], found["lead_time"], found["order_quantity"]) == (
        "2026-W07-r1-plant",
        1,
        2,
    )


def test_paths_that_do_not_follow_the_cutoff_are_refused() -> None:
    late = DemandPaths(np.ones((1, 1, 3)), ("a",), following(CUTOFF, 4, FREQ)[1:])
    with pytest.raises(InputError, match="must start with the first period after the cutoff 2026-02-02"):
        plan_of(late)


def test_a_stock_file_of_another_day_is_refused() -> None:
    with pytest.raises(InputError, match="stock file was counted on 2026-02-15"):
        plan_of(
            paths_of(a=[1, 1, 1]),
            stock=table(unique_id=["a"], on_hand=[1.0], as_of=[pd.Timestamp("2026-02-15")]),
        )


def test_a_stock_file_without_a_day_is_noted() -> None:
    assert any("no as_of" in note for note in plan_of(paths_of(a=[1, 1, 1])).notes)


def test_a_plan_without_any_line_still_comes_back() -> None:
    plan = plan_of(paths_of(a=[1, 1, 1]), terms=table(supplier_id=[], unique_id=[]))
    assert plan.lines.empty
    assert tuple(plan.lines.columns) == LINE_COLUMNS
    assert reasons(plan, "a")


def test_the_tables_are_left_as_they_were() -> None:
    stock = table(unique_id=["a"], on_hand=[3.0])
    before = stock.copy(deep=True)
    plan_of(paths_of(a=[4, 4, 4]), stock=stock)
    pd.testing.assert_frame_equal(stock, before)


def test_horizon_needed_covers_the_slowest_supplier() -> None:
    suppliers = table(supplier_id=["a", "b"], lead_time=[7.0, None])
    terms = table(supplier_id=["a"], unique_id=["x"], lead_time=[15.0])
    known: dict[str, Any] = {"freq": FREQ, "settings": PlanSettings(review_period=2)}
    assert horizon_needed(suppliers=suppliers, terms=terms, **known) == 5
    assert horizon_needed(suppliers=suppliers, terms=terms.drop(columns="lead_time"), **known) == 3


SEEDS = st.integers(0, 2**32 - 1)


@settings(max_examples=25)
@given(SEEDS)
def test_a_plan_comes_back_whatever_is_asked_and_every_line_adds_up(seed: int) -> None:
    asked = shop(seed)
    assert not list(broken(asked, asked.plan()))


@settings(max_examples=8)
@given(SEEDS, st.integers(1, 20))
def test_more_stock_more_on_order_or_less_service_never_order_more(seed: int, extra: int) -> None:
    asked = shop(seed)
    terms = asked.tables["terms"].query("break_quantity == 0 and supplier_id == 'mill'")
    alone = {"terms": terms, "items": table(unique_id=list(asked.paths.unique_id))}
    tables = {name: each for name, each in asked.tables.items() if name != "suppliers"} | alone
    usual = plan_of(asked.paths, **tables).lines["order_quantity"]
    more = tables["open_orders"].assign(quantity=tables["open_orders"]["quantity"] + extra)
    fuller = tables["stock"].assign(on_hand=tables["stock"]["on_hand"].clip(lower=0) + extra)
    for changed in ({"open_orders": more}, {"stock": fuller}):
        assert (plan_of(asked.paths, **tables | changed).lines["order_quantity"] <= usual).all()
    lower = plan_of(asked.paths, PlanSettings(service_level=0.6), **tables)
    assert (lower.lines["order_quantity"] <= usual).all()


def test_the_plan_of_one_series_does_not_depend_on_its_neighbours() -> None:
    together = DemandPaths(np.stack([poisson(4, 1), poisson(9, 2)]), ("a", "b"), following(CUTOFF, 3, FREQ))
    alone = DemandPaths(poisson(9, 2)[None], ("b",), following(CUTOFF, 3, FREQ))
    pd.testing.assert_series_equal(line(plan_of(together), "b"), line(plan_of(alone), "b"))


def test_no_open_orders_frame_needs_no_columns_but_its_own() -> None:
    assert NO_ORDERS.empty
    paths = paths_of(a=[1, 1, 1])
    assert replenish(
        paths,
        stock=table(unique_id=["a"], on_hand=[0.0]),
        items=pd.DataFrame(),
        suppliers=table(supplier_id=["mill"], lead_time=[14.0]),
        terms=table(supplier_id=["mill"], unique_id=["a"]),
        open_orders=NO_ORDERS,
        cutoff=CUTOFF,
        freq=FREQ,
        settings=PlanSettings(),
        plan_id="2026-W07-r3",
    ).lines["purchase_order"].tolist() == ["2026-W07-r3-mill"]


def test_a_stockout_that_no_order_can_prevent_is_said_as_such() -> None:
    """Nothing on the shelf, two weeks of lead time: the first week is lost whatever is ordered."""
    explanation = str(line(plan_of(paths_of(a=[10, 10, 10])))["explanation"])
    assert "Likely out of stock from 9 Feb on, and no order now comes before 23 Feb" in explanation
    assert "Without this order" not in explanation
    assert "hurry" not in explanation  # nothing is on the way


def test_what_is_on_the_way_is_to_be_hurried_where_the_shelf_will_be_empty() -> None:
    due = [pd.Timestamp("2026-02-16")]
    coming = table(purchase_order=["p"], supplier_id=["mill"], unique_id=["a"], quantity=[5.0], due=due)
    explanation = str(line(plan_of(paths_of(a=[10, 10, 10]), open_orders=coming))["explanation"])
    assert "no order now comes before 23 Feb: hurry what is on the way" in explanation
