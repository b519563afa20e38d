from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from planning_case import CUTOFF, FREQ, NO_ORDERS, paths_of, table

from forecasting.paths.demand_paths import DemandPaths
from forecasting.series.panel import Panel, build_panel, extend
from intake.errors import InputError
from planning.chain.chain_plan import ChainSettings
from planning.plan import PlanSettings
from planning.plan_comparison import BASE, KEPT, Comparison, compare, planned
from planning.what_if import PlanTables, WhatIf

SETTINGS = PlanSettings(service_level=0.9)


def shop(**tables: Any) -> PlanTables:
    """`mill` supplies a/soap and a/salt, `farm` b/soap; nothing is on the shelf."""
    names = ["a/soap", "a/salt", "b/soap"]
    given = {
        "stock": table(unique_id=names, on_hand=[0.0] * 3),
        "items": table(unique_id=names, holding_cost=[0.1] * 3, shortage_cost=[0.9] * 3),
        "suppliers": table(supplier_id=["mill", "farm"], lead_time=[0.0, 0.0], currency=["USD"] * 2),
        "terms": table(supplier_id=["mill", "mill", "farm"], unique_id=names, unit_cost=[2.0, 3.0, 4.0]),
        "open_orders": NO_ORDERS,
    }
    return PlanTables(**(given | tables))


def sure(a_soap: list[float]) -> DemandPaths:
    """Demand that is certain; only a/soap matters."""
    return paths_of(a_soap=a_soap, a_salt=[1.0] * len(a_soap), b_soap=[1.0] * len(a_soap))


def answer(what_if: WhatIf, paths: DemandPaths, tables: PlanTables) -> Comparison:
    untouched = {name: frame.copy() for name, frame in vars(tables).items() if frame is not None}
    decide = partial(planned, chain=ChainSettings(), cutoff=CUTOFF, freq=FREQ, plan_id="2026-W07-r1")
    base = decide(paths, len(paths.ds), tables, SETTINGS)
    supplier_of = base.lines.set_index("unique_id")["supplier_id"].to_dict()
    changed = decide(
        what_if.paths(paths), len(paths.ds), what_if.tables(tables, supplier_of), what_if.settings(SETTINGS)
    )
    for name, frame in untouched.items():
        assert_frame_equal(frame, getattr(tables, name))
    return compare(what_if.name, base, changed, cutoff=CUTOFF, freq=FREQ)


def total(comparison: Comparison) -> pd.DataFrame:
    totals = comparison.totals
    return totals[totals["scope"] == "total"].set_index("plan")


def line(comparison: Comparison, name: str = "a/soap") -> pd.Series:
    return comparison.lines.set_index("unique_id").loc[name]


def test_demand_doubles_for_one_product_by_hand() -> None:
    """10 are ordered; with 20 a week 20 are, and 10 ordered lose 10 at 0.9."""
    found = answer(WhatIf(name="fair", demand_factor=2.0, only=("soap",)), sure([10.0]), shop())
    soap = line(found)
    assert (soap["base_quantity"], soap["order_quantity"], soap["change"]) == (10, 20, 10)
    assert (soap["amount_change"], soap["base_cost"], soap["cost"]) == (20, 0, 0)
    assert (soap["cost_kept"], soap["stockout_probability_kept"]) == (pytest.approx(9), 1)
    assert line(found, "b/soap")["change"] == 1
    assert line(found, "a/salt")["change"] == 0
    assert total(found).loc[[BASE, "fair", KEPT], "cost"].tolist() == pytest.approx([0, 0, 9.9])
    assert total(found).loc[[BASE, "fair", KEPT], "purchase"].tolist() == [27, 51, 27]
    assert total(found).loc["fair", "orders"] == 2
    assert found.lines["unique_id"].iloc[0] == "a/soap", "the largest change comes first"


def test_a_late_supplier_is_waited_for() -> None:
    """A week later: the 10 of the first week are lost, and two weeks pass until the next order."""
    found = answer(WhatIf(name="late", lead_time_days={"mill": 7}), sure([10.0, 10]), shop())
    assert line(found)["cost"] == pytest.approx(9)
    supplier = found.totals[found.totals["scope"] == "supplier"].set_index(["plan", "supplier_id"])
    assert supplier.loc[("late", "mill"), "periods"] == 2
    assert supplier.loc[("late", "farm"), "cost"] == 0


@pytest.mark.parametrize("said_by", ["mill", ""])
def test_an_open_order_comes_later_whoever_says_that_it_is_open(said_by: str) -> None:
    orders = table(
        purchase_order=[""],
        supplier_id=[said_by],
        unique_id=["a/soap"],
        quantity=[10.0],
        due=[pd.Timestamp("2026-02-09")],
    )
    what_if = WhatIf(name="late", open_orders_days={"mill": 7})
    found = line(answer(what_if, sure([10.0]), shop(open_orders=orders)))
    assert (found["base_quantity"], found["order_quantity"], found["cost_kept"]) == (0, 10, pytest.approx(9))


def test_terms_of_a_supplier_and_the_budget() -> None:
    """10 at 3 and 1 at 4.5 from mill, 1 at 4 from farm; then 10 at 2 alone are worth the 21 there are."""
    what_if = WhatIf(name="dear", unit_cost_factor={"mill": 1.5}, minimum_order_value={"farm": 4.0})
    found = answer(what_if, sure([10.0]), shop())
    assert total(found).loc["dear", "purchase"] == 10 * 3 + 4.5 + 4
    assert what_if.tables(shop(), {}).suppliers["minimum_order_value"].tolist()[1] == 4
    found = answer(WhatIf(name="poor", budget={"USD": 21.0}), sure([10.0]), shop())
    assert total(found).loc["poor", "purchase"] <= 21
    assert total(found).loc["poor", "lost_sales"] == 2


def test_a_service_level_asks_for_more_and_makes_no_lost_sale_cheaper() -> None:
    demand = np.random.default_rng(1).poisson(10, (200, 1)).astype(np.float64)
    paths = paths_of(a_soap=demand, a_salt=demand, b_soap=demand)
    found = answer(WhatIf(name="safe", service_level=0.99), paths, shop())
    assert (found.lines["change"] > 0).all()
    assert total(found).loc["safe", "stockout_probability"] < total(found).loc[BASE, "stockout_probability"]
    assert total(found).loc[KEPT, "cost"] == total(found).loc[BASE, "cost"], "the world is the same"


@pytest.mark.parametrize(
    "nonsense",
    [
        {},
        {"demand_factor": 0.0},
        {"price_factor": {"soap": -1.0}},
        {"service_level": 1.0},
        {"minimum_order_value": {"mill": -1.0}},
    ],
)
def test_nonsense_is_refused(nonsense: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        WhatIf(name="x", **nonsense)


def test_who_and_what_is_unknown_is_named() -> None:
    with pytest.raises(InputError, match="no supplier 'mil'; there are: farm, mill"):
        WhatIf(name="x", lead_time_days={"mil": 7}).tables(shop(), {})
    with pytest.raises(InputError, match="no series or product 'sope'"):
        WhatIf(name="x", demand_factor=2.0, only=("sope",)).paths(sure([1.0]))


def test_half_the_capacity_makes_half() -> None:
    """A plant makes at most 4 of the 10 that are ordered, with half of it 2."""
    tables = shop(
        items=table(unique_id=["a/soap", "a/salt", "b/soap"], source=["plant", "mill", "farm"]),
        suppliers=table(supplier_id=["plant", "mill", "farm"], lead_time=[0.0] * 3, currency=["USD"] * 3),
        bill_of_materials=table(parent=["soap"], component=["oil"], quantity_per=[0.5]),
        capacity=table(
            resource=["kettle"], product=["soap"], ds=[CUTOFF + pd.Timedelta(days=7)], capacity=[4.0]
        ),
    )
    found = answer(WhatIf(name="half", capacity_factor=0.5), sure([10.0]), tables).chain.set_index("plan")
    assert found["good_units"].to_dict() == {BASE: 4, "half": 2}
    with pytest.raises(InputError, match="no capacity table"):
        WhatIf(name="half", capacity_factor=0.5).tables(shop(), {})


def test_a_plan_without_a_line_is_compared_with_nothing() -> None:
    uncounted = shop(stock=table(unique_id=["b/salt"], on_hand=[1.0]))
    with pytest.raises(InputError, match="no series can be ordered"):
        answer(WhatIf(name="fair", demand_factor=2.0), sure([10.0]), uncounted)


def test_it_says_what_it_supposes() -> None:
    what_if = WhatIf(
        name="x",
        demand_factor=1.2,
        promotion=True,
        only=("soap",),
        price_factor={"salt": 0.9},
        lead_time_days={"mill": 7},
        service_level=0.98,
        capacity_factor=0.5,
    )
    assert what_if.sentences() == (
        "Demand of soap is 20 % more.",
        "There is a promotion of soap in the periods ahead.",
        "The price of salt is 10 % less.",
        "Orders from mill come 7 days later.",
        "Every line has a service level of 98.0%.",
        "Every capacity is 50 % less.",
    )


def panel() -> Panel:
    """Two series; soap costs 10, in a promotion 8; no promotion is known ahead, nor any price."""
    ds = pd.date_range(end=CUTOFF, periods=12, freq=FREQ)
    promotion = [0.0, 1.0] * 6
    sales = pd.concat(
        table(
            unique_id=[name] * 12,
            ds=ds,
            y=[5.0] * 12,
            promotion=promotion,
            price=[10.0 - 2 * each for each in promotion],
        )
        for name in ("a/salt", "a/soap")
    )
    return build_panel(sales, freq=FREQ)


def test_a_promotion_and_its_prices_are_known_ahead_and_the_past_stays() -> None:
    known = panel()
    assumed: dict[str, Any] = {"promotion": 0.0, "price": "by_promotion"}
    extended = extend(known, CUTOFF, 2, assumed)
    what_if = WhatIf(name="fair", promotion=True, only=("soap",), price_factor={"a/soap": 0.5})
    frame = what_if.panel(known, extended, CUTOFF, 2, assumed).frame
    ahead = frame["ds"] > CUTOFF
    soap = frame["unique_id"] == "a/soap"
    assert frame.loc[ahead & soap, "promotion"].tolist() == [1, 1]
    assert frame.loc[ahead & soap, "price"].tolist() == [4, 4], "8 in a promotion, and half of that"
    assert_frame_equal(frame[~(ahead & soap)], extended.frame[~(ahead & soap)])
    with pytest.raises(InputError, match="about the promotion"):
        what_if.panel(build_panel(known.frame[["unique_id", "ds", "y"]], freq=FREQ), extended, CUTOFF, 2, {})
