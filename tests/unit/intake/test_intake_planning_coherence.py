"""Tables that speak of each other: what one names and another does not know."""

from __future__ import annotations

import pandas as pd
import pytest

from intake.coherence import check_coherence
from intake.errors import InputError
from intake.tables import Table


def table(**columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame(columns)


STOCK = table(unique_id=["a/soap", "b/soap", "plant/lye"], on_hand=[1.0, 2.0, 3.0])
ITEMS = table(unique_id=["a/soap", "b/soap"], unit=["piece", "piece"], source=["plant", "mill"])
SUPPLIERS = table(supplier_id=["mill", "farm"], currency=["EUR", "EUR"])
TERMS = table(
    supplier_id=["mill", "farm"],
    product=["soap", ""],
    component=["", "lye"],
    unit_cost=[1.0, 2.0],
    purchase_unit=["piece", ""],
)
RECIPES = table(parent=["soap"], component=["lye"], quantity_per=[0.1])
WHOLE = {
    Table.STOCK: STOCK,
    Table.ITEMS: ITEMS,
    Table.SUPPLIERS: SUPPLIERS,
    Table.TERMS: TERMS,
    Table.BILL_OF_MATERIALS: RECIPES,
}
SOLD = {"a/soap", "b/soap"}


def sentences(changed: dict[Table, pd.DataFrame] | None = None, sold: set[str] = SOLD) -> list[str]:
    tables = WHOLE | {Table.ITEMS: ITEMS.assign(source=["mill", "a"])} | (changed or {})
    return [finding.sentence for finding in check_coherence(tables, sold)]


def test_tables_that_fit_say_nothing_and_missing_ones_are_not_missed() -> None:
    assert sentences() == []
    assert check_coherence({}) == ()
    assert check_coherence({Table.STOCK: STOCK}) == ()


def test_stock_without_sales_and_sales_without_stock_are_named() -> None:
    # The soap of b has no sales, but a recipe makes it: it is on its way to somebody who sells it.
    assert sentences(sold={"a/soap", "c/wax"}) == ["'c/wax': sold and not in the stock table"]
    without = {name: frame for name, frame in WHOLE.items() if name is not Table.BILL_OF_MATERIALS}
    found = check_coherence(without | {Table.ITEMS: ITEMS.assign(source="mill")}, {"a/soap", "c/wax"})
    assert [finding.sentence for finding in found] == [
        "'b/soap', 'plant/lye': in the stock table and have no sales",
        "'c/wax': sold and not in the stock table",
    ]


def test_of_many_names_five_are_shown_and_all_are_counted() -> None:
    sold = SOLD | {f"c/{number}" for number in range(9)}
    assert sentences(sold=sold) == [
        "'c/0', 'c/1', 'c/2', 'c/3', 'c/4' and 4 more (9 in all): sold and not in the stock table"
    ]


def test_unknown_suppliers_and_sources_are_named() -> None:
    known = table(supplier_id=["farm"], currency=["EUR"])
    assert sentences({Table.SUPPLIERS: known}) == ["'mill': in the terms and not among the suppliers"]
    lost = ITEMS.assign(source=["mill", "nowhere"])
    assert sentences({Table.ITEMS: lost}) == [
        "'nowhere': the source of an item and neither a supplier nor a location"
    ]


def test_components_that_nobody_supplies_and_parents_that_nobody_wants_are_named() -> None:
    recipes = table(
        parent=["soap", "soap", "base", "ghost"],
        component=["lye", "base", "oil", "lye"],
        quantity_per=[1.0] * 4,
    )
    assert sentences({Table.BILL_OF_MATERIALS: recipes}) == [
        "'oil': components that nobody supplies and nothing is made into",
        "'ghost': made and neither sold, an item nor a component",
    ]


def test_a_purchase_unit_needs_a_factor_where_it_is_not_the_unit() -> None:
    boxes = TERMS.assign(purchase_unit=["box", ""])
    (sentence,) = sentences({Table.TERMS: boxes})
    assert sentence.startswith("'soap': bought in a purchase_unit that is not their unit")
    assert sentences({Table.TERMS: boxes.assign(unit_factor=[12.0, None])}) == []


def test_prices_in_several_currencies_are_not_compared() -> None:
    two = table(supplier_id=["mill", "farm"], product=["soap", "soap"], unit_cost=[1.0, 2.0])
    abroad = SUPPLIERS.assign(currency=["EUR", "USD"])
    changed = {Table.TERMS: two, Table.SUPPLIERS: abroad, Table.BILL_OF_MATERIALS: table(parent=[])}
    with pytest.raises(InputError, match=r"'soap' has EUR \(mill\) and USD \(farm\): give the terms a pref"):
        sentences(changed)
    preferred = two.assign(preference=[1.0, 2.0])
    *_, sentence = sentences({**changed, Table.TERMS: preferred})
    assert sentence.startswith("the tables speak of several currencies (EUR, USD)")


def test_prices_that_rise_with_the_quantity_are_named() -> None:
    breaks = table(
        supplier_id=["mill", "mill", "farm"],
        product=["soap", "soap", "lye"],
        unit_cost=[1.0, 1.2, 2.0],
        break_quantity=[0.0, 100.0, 0.0],
    )
    assert sentences({Table.TERMS: breaks}) == ["'soap': dearer per unit where more is bought"]
