"""Whether the tables of a dataset speak of the same things: who is named in one and unknown to another."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import Final

import pandas as pd

from intake.errors import InputError
from intake.findings import Finding
from intake.tables import Table

_SHOWN: Final = 5

Tables = Mapping[Table, pd.DataFrame]


def check_coherence(tables: Tables, sold: Collection[str] = ()) -> tuple[Finding, ...]:
    """What the tables of one dataset say about things that other tables do not know, a sentence each.

    tables: planning tables as `assemble_table` gives them; those that are not there are not missed. sold: the
    unique_id of every series with sales; empty where nothing is known of sales. Raises InputError where a
    plan would be wrong: prices of one product in several currencies would be compared.
    """
    _refuse_mixed_prices(tables)
    return tuple(
        finding
        for finding in (
            *_stock_and_sales(tables, set(sold)),
            *_who_supplies(tables, set(sold)),
            *_what_is_made(tables, set(sold)),
            *_units(tables),
            *_currencies(tables),
            *_rising_prices(tables),
        )
        if finding is not None
    )


def _stock_and_sales(tables: Tables, sold: set[str]) -> list[Finding | None]:
    counted = _texts(tables, Table.STOCK, "unique_id")
    if not counted or not sold:
        return []
    used = _texts(tables, Table.BILL_OF_MATERIALS, "parent", "component")
    made = {name for name in counted if _product(name) in used or name in used}
    return [
        _about(Table.STOCK, counted - sold - made, "in the stock table and have no sales"),
        _about(Table.STOCK, sold - counted, "sold and not in the stock table"),
    ]


def _who_supplies(tables: Tables, sold: set[str]) -> list[Finding | None]:
    suppliers = _texts(tables, Table.SUPPLIERS, "supplier_id")
    offering = _texts(tables, Table.TERMS, "supplier_id")
    items = tables.get(Table.ITEMS, pd.DataFrame())
    names = sold | _texts(tables, Table.ITEMS, "unique_id") | _texts(tables, Table.STOCK, "unique_id")
    places = {name.split("/")[0] for name in names if "/" in name}
    if "location" in items:
        places |= set(items["location"]) - {""}
    sources = _texts(tables, Table.ITEMS, "source")
    found = [_about(Table.ITEMS, sources - suppliers - offering - places, _NO_SOURCE)]
    if suppliers:
        found.append(_about(Table.TERMS, offering - suppliers, "in the terms and not among the suppliers"))
    return found


_NO_SOURCE: Final = "the source of an item and neither a supplier nor a location"


def _what_is_made(tables: Tables, sold: set[str]) -> list[Finding | None]:
    parents = _texts(tables, Table.BILL_OF_MATERIALS, "parent")
    components = _texts(tables, Table.BILL_OF_MATERIALS, "component")
    if not parents:
        return []
    bought = _with_products(_texts(tables, Table.TERMS, "unique_id", "product", "component"))
    sourced = tables.get(Table.ITEMS, pd.DataFrame())
    if "source" in sourced:
        bought |= _with_products(set(sourced.loc[sourced["source"] != "", "unique_id"]))
    wanted = _with_products(sold | _texts(tables, Table.ITEMS, "unique_id", "product")) | components
    return [
        _about(
            Table.BILL_OF_MATERIALS,
            components - parents - bought,
            "components that nobody supplies and nothing is made into",
        )
        if Table.TERMS in tables
        else None,
        _about(Table.BILL_OF_MATERIALS, parents - wanted, "made and neither sold, an item nor a component")
        if sold or Table.ITEMS in tables
        else None,
    ]


def _units(tables: Tables) -> list[Finding | None]:
    """Terms in a purchase unit that is not the item's, without the factor between the two."""
    terms, items = tables.get(Table.TERMS), tables.get(Table.ITEMS)
    if terms is None or "purchase_unit" not in terms:
        return []
    unit_of = {}
    if items is not None and "unit" in items:
        named = items[items["unit"] != ""]
        unit_of = dict(zip(named["unique_id"], named["unit"], strict=True))
        unit_of |= {_product(name): unit for name, unit in unit_of.items()}
    without = terms.get("unit_factor", pd.Series(float("nan"), index=terms.index)).isna()
    rows = terms[without & (terms["purchase_unit"] != "")]
    offered = [_offered(row) for row in rows.to_dict("records")]
    wrong = {
        name
        for name, unit in zip(offered, rows["purchase_unit"], strict=True)
        if unit.lower() != unit_of.get(name, "").lower()
    }
    what = "bought in a purchase_unit that is not their unit, without a unit_factor (taken as 1)"
    return [_about(Table.TERMS, wrong, what)]


def _currencies(tables: Tables) -> list[Finding | None]:
    said = {
        code
        for table in (Table.ITEMS, Table.SUPPLIERS, Table.TERMS)
        for code in _texts(tables, table, "currency")
    }
    if len(said) < 2:
        return []
    sentence = (
        f"the tables speak of several currencies ({', '.join(sorted(said))}): amounts are kept apart, "
        "nothing is converted; costs of items and prices of suppliers should be in one"
    )
    return [Finding("currency", sentence, suspicious=True)]


def _refuse_mixed_prices(tables: Tables) -> None:
    terms, suppliers = tables.get(Table.TERMS), tables.get(Table.SUPPLIERS)
    if terms is None or "unit_cost" not in terms:
        return
    by_supplier = {}
    if suppliers is not None and "currency" in suppliers:
        by_supplier = dict(zip(suppliers["supplier_id"], suppliers["currency"], strict=True))
    priced = terms[terms["unit_cost"].notna()]
    offers: dict[str, dict[str, str]] = {}
    for row in priced.to_dict("records"):
        code = str(row.get("currency", "")) or by_supplier.get(row["supplier_id"], "")
        # A stated order of preference decides before any price is looked at.
        rank = row.get("preference")
        place = f"{_offered(row)}\n{'' if rank is None or pd.isna(rank) else rank}"
        if code:
            offers.setdefault(place, {})[code] = str(row["supplier_id"])
    mixed = {place.split("\n")[0]: codes for place, codes in offers.items() if len(codes) > 1}
    if mixed:
        name, codes = next(iter(mixed.items()))
        said = " and ".join(f"{code} ({supplier})" for code, supplier in sorted(codes.items()))
        raise InputError(
            f"{_list(mixed)}: prices in several currencies cannot be compared; '{name}' has {said}: give the "
            "terms a preference, or all prices in one currency"
        )


def _rising_prices(tables: Tables) -> list[Finding | None]:
    terms = tables.get(Table.TERMS)
    if terms is None or "break_quantity" not in terms or "unit_cost" not in terms:
        return []
    offer = [name for name in ("supplier_id", "unique_id", "product", "component") if name in terms]
    ordered = terms.sort_values("break_quantity", na_position="first", kind="stable")
    step = ordered.groupby(offer, sort=False)["unit_cost"].diff()
    rising = {_offered(row) for row in ordered[step > 0].to_dict("records")}
    return [_about(Table.TERMS, rising, "dearer per unit where more is bought")]


def _offered(row: Mapping[Hashable, object]) -> str:
    names = (str(row.get(column) or "") for column in ("unique_id", "product", "component"))
    return next((name for name in names if name), "")


def _texts(tables: Tables, table: Table, *columns: str) -> set[str]:
    frame = tables.get(table, pd.DataFrame())
    return {text for column in columns if column in frame for text in frame[column].astype(str)} - {""}


def _product(unique_id: str) -> str:
    """The product of location/product[/channel]; an id without a slash is the product."""
    parts = unique_id.split("/")
    return parts[1] if len(parts) > 1 else unique_id


def _with_products(names: Iterable[str]) -> set[str]:
    return {name for full in names for name in (full, _product(full))}


def _about(table: Table, names: Collection[str], what: str) -> Finding | None:
    return Finding(str(table), f"{_list(names)}: {what}", suspicious=True) if names else None


def _list(names: Collection[str]) -> str:
    shown = ", ".join(f"'{name}'" for name in sorted(names)[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more ({len(names)} in all)"
