from __future__ import annotations

from dataclasses import replace

import pandas as pd

from intake.tables import Table
from planning.chain.chain_plan import ChainPlan
from planning.chain.sharing import SharingRule
from planning.plan import LINE_COLUMNS, Plan, PlanSettings
from tasks.chain import chain_files, chain_settings, horizon_of_plan, lines_of_all, revised

NO_EXCEPTIONS = pd.DataFrame({"unique_id": [], "supplier_id": [], "reason": []}, dtype=object)


def line(unique_id: str, supplier_id: str, quantity: float, **more: object) -> dict[str, object]:
    numbers = {"order_quantity": quantity, "pack_size": 0.5, "not_below_zero": 0}
    names = {"unique_id": unique_id, "supplier_id": supplier_id, "explanation": "Because."}
    return {**dict.fromkeys(LINE_COLUMNS), **numbers, **names, **more}


def chain_plan(*lines: dict[str, object]) -> ChainPlan:
    empty = pd.DataFrame()
    return ChainPlan(empty, empty, empty, pd.DataFrame(lines), empty, empty, [])


SHOPS = Plan(pd.DataFrame([line("boston/soap", "plant", 24)]), NO_EXCEPTIONS)
BOUGHT = chain_plan(line("plant/rose", "farm", 1.5, purchase_order="2026-W07-r2-farm"))


def test_scarce_stock_goes_by_fair_share_unless_an_order_is_stated() -> None:
    assert chain_settings(()).rule is SharingRule.FAIR_SHARE
    stated = chain_settings(["web", "boston"])
    assert (stated.rule, stated.priority) == (SharingRule.PRIORITY, ("web", "boston"))


def test_what_is_bought_for_the_chain_is_ordered_like_everything_else() -> None:
    both = lines_of_all(SHOPS, BOUGHT)
    assert both["supplier_id"].tolist() == ["farm", "plant"]
    assert both["order_quantity"].tolist() == [1.5, 24]


def test_a_revision_looks_at_both_and_knows_half_units() -> None:
    """Half a unit was issued before and 1.5 are ordered now; the shop's 24 were 12."""
    before = pd.DataFrame([line("boston/soap", "plant", 12), line("plant/rose", "farm", 1.0)])
    issued = pd.DataFrame(
        {"purchase_order": ["2026-W07-r1-farm"], "unique_id": ["plant/rose"], "quantity": [0.5]}
    )
    plan, chain = revised(SHOPS, BOUGHT, before, issued, frozenset({"2026-W07-r1-farm"}))
    assert plan.lines["previous_quantity"].tolist() == [12]
    assert chain.lines["issued_quantity"].tolist() == [0.5]
    assert chain.lines["explanation"].tolist() == [
        "Because. Before this revision 1, of which issued 0.5; the week's total changes by +1."
    ]
    assert plan.exceptions.empty


def test_the_forecast_goes_further_where_places_supply_others() -> None:
    tables = {
        Table.STOCK: pd.DataFrame({"unique_id": ["boston/soap", "store/soap"]}),
        Table.ITEMS: pd.DataFrame({"unique_id": ["boston/soap"], "source": ["store"]}),
        Table.SUPPLIERS: pd.DataFrame({"supplier_id": ["store"], "lead_time": [7.0]}),
        Table.TERMS: pd.DataFrame({"supplier_id": ["store"]}),
    }
    settings = PlanSettings()
    assert horizon_of_plan(tables, "W-MON", settings, chain_settings(())) == (2, 9)
    elsewhere = tables | {Table.ITEMS: pd.DataFrame({"unique_id": ["boston/soap"], "source": ["mill"]})}
    assert horizon_of_plan(elsewhere, "W-MON", settings, chain_settings(())) == (2, 2)


def test_only_what_there_is_becomes_a_file() -> None:
    shipments = pd.DataFrame({"source": ["store"], "ds": [pd.Timestamp("2026-02-09")], "shipped": [24.0]})
    chain = replace(BOUGHT, shipments=shipments, materials=shipments.head(0), links=shipments.head(0))
    assert chain_files(chain) == {"shipments.csv": b"source,ds,shipped\nstore,2026-02-09,24\n"}
