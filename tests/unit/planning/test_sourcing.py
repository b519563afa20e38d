from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from planning_case import table

from intake.errors import InputError
from planning.sourcing import Sourcing, choose_terms

SUPPLIERS = table(
    supplier_id=["mill", "farm", "plant"],
    lead_time=[14.0, 7.0, 3.0],
    minimum_order_value=[100.0, float("nan"), 0.0],
    currency=["USD", "", "EUR"],
)


def source(*unique_id: str, **tables: Any) -> Sourcing:
    given = {
        "items": table(unique_id=list(unique_id)),
        "suppliers": SUPPLIERS,
        "terms": table(supplier_id=[]),
    }
    return choose_terms(unique_id, freq="W-MON", **(given | tables))


def chosen(sourcing: Sourcing) -> dict[str, str]:
    return dict(zip(sourcing.frame["unique_id"], sourcing.frame["supplier_id"], strict=True))


def test_preference_decides_before_unit_cost_and_unit_cost_before_the_name() -> None:
    terms = table(
        supplier_id=["mill", "farm", "mill", "farm", "mill", "farm"],
        unique_id=["a", "a", "b", "b", "c", "c"],
        preference=[1, 2, None, None, None, 3],
        unit_cost=[9.0, 1.0, 5.0, 4.0, 1.0, 9.0],
    )
    assert chosen(source("a", "b", "c", terms=terms)) == {"a": "mill", "b": "farm", "c": "farm"}
    same = terms.assign(preference=1.0, unit_cost=1.0)
    assert chosen(source("a", "b", "c", terms=same)) == {"a": "farm", "b": "farm", "c": "farm"}


def test_a_product_holds_everywhere_until_a_row_names_the_series() -> None:
    terms = table(
        supplier_id=["mill", "mill", "farm"],
        unique_id=["", "boston/soap", ""],
        product=["soap", "", "soap"],
        unit_cost=[3.0, 7.0, 5.0],
    )
    frame = source("boston/soap", "web/soap", terms=terms).frame.set_index("unique_id")
    assert frame.loc["web/soap", ["supplier_id", "unit_cost"]].tolist() == ["mill", 3.0]
    assert frame.loc["boston/soap", ["supplier_id", "unit_cost"]].tolist() == ["farm", 5.0]


def test_items_by_product_and_product_from_the_items_table() -> None:
    items = table(unique_id=["soap", "x-1"], unit=["piece", "kg"], product=[None, "wax"])
    terms = table(supplier_id=["mill", "mill"], product=["soap", "wax"])
    frame = source("boston/soap", "x-1", items=items, terms=terms).frame
    assert frame["unit"].tolist() == ["piece", "kg"]


def test_a_source_supplies_before_any_preference() -> None:
    terms = table(supplier_id=["mill", "farm"], product=["soap", "soap"], preference=[1, 2], pack_size=[6, 4])
    items = table(unique_id=["boston/soap", "web/soap", "ny/soap"], source=["farm", "plant", ""])
    sourcing = source("boston/soap", "web/soap", "ny/soap", items=items, terms=terms)
    assert chosen(sourcing) == {"boston/soap": "farm", "web/soap": "plant", "ny/soap": "mill"}
    internal = sourcing.frame.set_index("unique_id").loc["web/soap"]
    assert (internal["pack_size"], internal["lead_time"], internal["currency"]) == (1, 1, "EUR")
    assert pd.isna(internal["unit_cost"])


def test_an_unknown_source_is_said_and_the_terms_decide() -> None:
    terms = table(supplier_id=["mill"], unique_id=["a"])
    sourcing = source("a", items=table(unique_id=["a"], source=["moon"]), terms=terms)
    assert chosen(sourcing) == {"a": "mill"}
    assert any("'moon'" in reason for _, _, reason in sourcing.exceptions)


def test_days_become_whole_periods_and_the_terms_lead_time_wins() -> None:
    terms = table(supplier_id=["mill", "mill"], unique_id=["a", "b"], lead_time=[8.0, None])
    assert source("a", "b", terms=terms).frame["lead_time"].tolist() == [2, 2]
    assert choose_terms(
        ("a", "b"), items=table(unique_id=[]), suppliers=SUPPLIERS, terms=terms, freq="D"
    ).frame["lead_time"].tolist() == [8, 14]


def test_packs_are_whole_purchase_units() -> None:
    terms = table(
        supplier_id=["mill"] * 3,
        unique_id=["a", "b", "c"],
        pack_size=[10.0, None, 12.0],
        purchase_unit=["drum", "drum", "pound"],
        unit_factor=[25.0, 25.0, 0.45],
        minimum_order_quantity=[30.5, None, None],
        unit_cost=[2.0, 2.0, 2.0],
    )
    frame = source("a", "b", "c", terms=terms).frame
    assert frame["pack_size"].tolist() == [50, 25, 12]
    assert frame["minimum_order_quantity"].tolist() == [31, 0, 0]
    assert frame["unit_cost"].tolist() == [2.0, 2.0, 2.0]


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"supplier_id": ["mill"], "unique_id": ["other"]}, "no supplier offers it"),
        ({"supplier_id": ["stranger"], "unique_id": ["a"]}, "no lead time"),
        ({"supplier_id": ["mill"], "unique_id": ["a"], "pack_size": [2.5]}, "not whole stock units"),
        ({"supplier_id": ["mill"], "unique_id": ["a"], "pack_size": [0.0]}, "not whole stock units"),
        ({"supplier_id": ["mill"], "unique_id": ["a"], "lead_time": [-1.0]}, "negative lead time"),
        ({"supplier_id": ["mill"], "unique_id": ["a"], "unit_cost": [-1.0]}, "negative unit_cost"),
        ({"supplier_id": ["mill"], "unique_id": ["a"], "minimum_order_quantity": [-1.0]}, "negative minimum"),
    ],
)
def test_what_cannot_be_ordered_is_named(terms: dict[str, list[Any]], said: str) -> None:
    sourcing = source("a", terms=table(**terms))
    assert sourcing.frame.empty
    assert any(name == "a" and said in reason for name, _, reason in sourcing.exceptions)


def test_assumptions_are_named() -> None:
    terms = table(supplier_id=["stranger"], unique_id=["a"], lead_time=[7.0])
    sourcing = source("a", items=table(unique_id=["b"]), terms=terms)
    assert chosen(sourcing) == {"a": "stranger"}
    assert ("", "stranger") in {(name, supplier) for name, supplier, _ in sourcing.exceptions}
    assert any(name == "a" and "default service level" in reason for name, _, reason in sourcing.exceptions)


@pytest.mark.parametrize(("name", "key"), [("items", "unique_id"), ("suppliers", "supplier_id")])
def test_a_row_twice_is_refused(name: str, key: str) -> None:
    with pytest.raises(InputError, match=f"{name} table has 'a' twice"):
        source("a", **{name: table(**{key: ["a", "a"]})})


def test_of_prices_that_fall_with_the_quantity_the_first_counts() -> None:
    terms = table(
        supplier_id=["mill", "mill", "mill", "farm"],
        product=["a", "a", "a", "a"],
        unit_cost=[1.0, 3.0, 2.0, 2.5],
        break_quantity=[500.0, 0.0, 100.0, None],
        lead_time=[7.0] * 4,
    )
    assert chosen(source("a", terms=terms)) == {"a": "farm"}
    alone = source("a", terms=terms[terms["supplier_id"] == "mill"]).frame
    assert alone["unit_cost"].tolist() == [3.0]
