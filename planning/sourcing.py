"""Who supplies a series and on which terms: one row per series, or a sentence why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from intake.errors import InputError
from intake.periods import whole_periods
from planning.plan import Exceptions

SOURCING_COLUMNS: Final = (
    "unique_id",
    "supplier_id",
    "unit",
    "lead_time",
    "lead_days",
    "order_weekdays",
    "unit_cost",
    "pack_size",
    "minimum_order_quantity",
    "minimum_order_value",
    "currency",
    "purchase_unit",
    "unit_factor",
    "holding_cost",
    "shortage_cost",
    "service_level",
    "shelf_life",
    "floor",
    "price",
)
PRICE_COLUMNS: Final = ("unique_id", "supplier_id", "break_quantity", "unit_cost")
_ITEM_TEXT: Final = ("product", "unit", "source", "currency")
_ITEM_NUMBERS: Final = ("holding_cost", "shortage_cost", "service_level", "shelf_life", "floor", "price")
_TERM_TEXT: Final = ("supplier_id", "unique_id", "product", "purchase_unit")
_TERM_NUMBERS: Final = (
    "unit_cost",
    "pack_size",
    "minimum_order_quantity",
    "lead_time",
    "unit_factor",
    "preference",
    "break_quantity",
)


@dataclass(frozen=True)
class Sourcing:
    """frame: SOURCING_COLUMNS, one row per series that can be ordered, in stock units and whole periods.

    others: SOURCING_COLUMNS, what other suppliers offer of the same series, the best first, several rows a
    series. prices: PRICE_COLUMNS, the unit_cost from a quantity on, of all offers whose price falls.
    exceptions: (unique_id, supplier_id, reason), for series left out and for assumptions a planner must see.
    """

    frame: pd.DataFrame
    others: pd.DataFrame
    prices: pd.DataFrame
    exceptions: Exceptions


def choose_terms(
    unique_id: tuple[str, ...],
    *,
    items: pd.DataFrame,
    suppliers: pd.DataFrame,
    terms: pd.DataFrame,
    freq: str,
) -> Sourcing:
    """The supplier and the terms of every series.

    Items and terms name the full unique_id, or the product alone for all its locations; a row for the full id
    replaces the general one of the same supplier. Where the item's `source` is among the suppliers, or has
    terms, it supplies; a source without terms (our own store or plant) is an internal order by single units
    without a price. Otherwise: the lowest preference number, then the lowest unit_cost, then the supplier_id.

    Terms count in stock units. Where a purchase unit holds a whole number of them (unit_factor: a drum of 25)
    only whole purchase units are ordered, so the pack is the least common multiple of both. Lead time is the
    term's, else the supplier's, in days (`lead_days`), converted to whole periods by ceiling. Where prices
    fall with the quantity (break_quantity), suppliers are compared by the price of the least quantity.
    """
    exceptions: Exceptions = []
    series = _attributes(unique_id, items, exceptions)
    firms = _table(
        suppliers, ("supplier_id", "currency", "order_weekdays"), ("lead_time", "minimum_order_value")
    )
    firms = _once(firms, "supplier_id", "suppliers")
    candidates = _candidates(series, terms)
    candidates = _from_source(series, candidates, set(firms["supplier_id"].dropna()), exceptions)
    candidates, prices = _split_prices(candidates)
    candidates = candidates.sort_values(
        ["unique_id", "preference", "unit_cost", "supplier_id"], na_position="last", kind="stable"
    ).drop_duplicates(["unique_id", "supplier_id"])
    later = candidates["unique_id"].duplicated()
    chosen = candidates[~later]
    for name in series.loc[~series["unique_id"].isin(chosen["unique_id"]), "unique_id"]:
        exceptions.append(
            (name, "", "no supplier offers it: add a row to the terms table or a source to the item")
        )

    frame = _offers(series, chosen, firms, freq, exceptions)
    others = _offers(series, candidates[later], firms, freq, []) if later.any() else frame.head(0)
    return Sourcing(frame, others[others["unique_id"].isin(frame["unique_id"])], prices, exceptions)


def _offers(
    series: pd.DataFrame, chosen: pd.DataFrame, firms: pd.DataFrame, freq: str, exceptions: Exceptions
) -> pd.DataFrame:
    """SOURCING_COLUMNS of terms that were chosen, in the order of the series; what is wrong is left out."""
    offer = series.merge(chosen, on="unique_id").merge(
        firms, on="supplier_id", how="left", suffixes=("", "_supplier"), indicator="listed"
    )
    for supplier_id in offer.loc[offer["listed"] == "left_only", "supplier_id"]:
        reason = "is not in the suppliers table: planned without a minimum order value"
        exceptions.append(("", str(supplier_id), reason))
    offer = offer.assign(
        lead_time=offer["lead_time"].fillna(offer["lead_time_supplier"]),
        currency=_first(offer["currency_supplier"], _first(offer["currency"], "")),
        minimum_order_value=offer["minimum_order_value"].fillna(0.0),
        unit=_first(offer["unit"], ""),
        purchase_unit=_first(offer["purchase_unit"], ""),
        unit_factor=offer["unit_factor"].fillna(1.0),
        pack_size=offer["pack_size"].fillna(1.0),
        minimum_order_quantity=offer["minimum_order_quantity"].fillna(0.0),
        order_weekdays=_first(offer["order_weekdays"], ""),
        floor=offer["floor"].fillna(0.0),
    )
    offer = _refuse(offer, exceptions)
    lead_times = {days: whole_periods(days, freq) for days in offer["lead_time"].unique()}
    factor = offer["unit_factor"].to_numpy()
    whole_units = np.where((factor >= 1) & (factor == np.rint(factor)), factor, 1).astype(np.int64)
    frame = offer.assign(
        lead_days=offer["lead_time"],
        lead_time=offer["lead_time"].map(lead_times).astype(np.int64),
        pack_size=np.lcm(offer["pack_size"].round().to_numpy(dtype=np.int64), whole_units),
        minimum_order_quantity=np.ceil(offer["minimum_order_quantity"]).astype(np.int64),
        floor=np.ceil(offer["floor"]).astype(np.int64),
    )
    return frame[list(SOURCING_COLUMNS)].reset_index(drop=True)


def _table(frame: pd.DataFrame, text: tuple[str, ...], numbers: tuple[str, ...]) -> pd.DataFrame:
    """The columns asked for: missing ones are added empty, blank text is missing, numbers are float64."""
    table = frame.reindex(columns=[*text, *numbers])
    words = {
        column: table[column].astype(object).where(table[column].notna() & (table[column] != ""))
        for column in text
    }
    return table.assign(**words).astype(dict.fromkeys(numbers, "float64"))


def _first(words: pd.Series[str], otherwise: pd.Series[str] | str) -> pd.Series[str]:
    """`words`, with `otherwise` where they are missing (fillna would guess a new dtype for text)."""
    return pd.Series(np.where(words.notna(), words, otherwise), index=words.index, dtype=object)


def _once(table: pd.DataFrame, key: str, name: str) -> pd.DataFrame:
    twice = table.loc[table[key].notna() & table[key].duplicated(), key]
    if len(twice):
        raise InputError(f"the {name} table has '{twice.iloc[0]}' twice; keep one of the rows", column=key)
    return table


def _attributes(unique_id: tuple[str, ...], items: pd.DataFrame, exceptions: Exceptions) -> pd.DataFrame:
    """unique_id, product and the item's attributes; the row of the full id, else that of the product."""
    table = _once(_table(items, ("unique_id", *_ITEM_TEXT), _ITEM_NUMBERS), "unique_id", "items")
    table = table.dropna(subset="unique_id").set_index("unique_id")
    ids = pd.Series(unique_id, dtype=object, name="unique_id")
    product = _product(ids)
    key = ids.where(ids.isin(table.index), product)
    attributes = table.reindex(key).reset_index(drop=True)
    if len(table):
        for name in ids[~key.isin(table.index)]:
            exceptions.append((name, "", "is not in the items table: planned with the default service level"))
    return attributes.assign(unique_id=ids, product=_first(attributes["product"], product))


def item_numbers(unique_id: tuple[str, ...], items: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """Numeric `columns` of the items table by series: of the full id, else of the product; else NaN."""
    table = _once(_table(items, ("unique_id",), columns), "unique_id", "items")
    table = table.dropna(subset="unique_id").set_index("unique_id")
    ids = pd.Series(unique_id, dtype=object)
    return table.reindex(ids.where(ids.isin(table.index), _product(ids))).reset_index(drop=True)


def _product(ids: pd.Series[str]) -> pd.Series[str]:
    """location/product[/channel]; an id without a slash is the product."""
    return _first(ids.str.split("/").str[1], ids)


def _candidates(series: pd.DataFrame, terms: pd.DataFrame) -> pd.DataFrame:
    """Every supplier's terms for every series, at most one kind (full id or product) per supplier."""
    table = _table(terms, _TERM_TEXT, _TERM_NUMBERS)
    table = table.dropna(subset="supplier_id").rename(columns={"unique_id": "named"})
    table["named"] = _first(table["named"], table["product"])
    table = table.dropna(subset="named").drop(columns="product")
    ids = series[["unique_id", "product"]]
    exact = ids.merge(table, left_on="unique_id", right_on="named").assign(general=False)
    general = ids[ids["unique_id"] != ids["product"]].merge(table, left_on="product", right_on="named")
    both = pd.concat([exact, general.assign(general=True)], ignore_index=True)
    has_exact = (
        (~both["general"].astype(bool)).groupby([both["unique_id"], both["supplier_id"]]).transform("any")
    )
    return both[~(both["general"].astype(bool) & has_exact)].drop(columns=["product", "named", "general"])


def _split_prices(candidates: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every offer with the price of its least quantity, and PRICE_COLUMNS of larger ones that cost less."""
    quantity = candidates["break_quantity"].fillna(0.0)
    least = quantity.groupby([candidates["unique_id"], candidates["supplier_id"]]).transform("min")
    ordered = candidates.assign(break_quantity=quantity).sort_values(list(PRICE_COLUMNS[:3]), kind="stable")
    offer = [ordered["unique_id"], ordered["supplier_id"]]
    before = ordered["unit_cost"].groupby(offer).cummin().groupby(offer).shift()
    falling = ordered.loc[ordered["unit_cost"] < before, list(PRICE_COLUMNS)]
    return candidates[quantity == least], falling.reset_index(drop=True)


def _from_source(
    series: pd.DataFrame,
    candidates: pd.DataFrame,
    supplier_ids: set[str],
    exceptions: Exceptions,
) -> pd.DataFrame:
    """Keep the source's terms where the item names one; a listed source without terms supplies single
    units."""
    source = series.set_index("unique_id")["source"]
    wanted = candidates["unique_id"].map(source)
    from_source = candidates["supplier_id"] == wanted
    served = set(candidates.loc[from_source, "unique_id"])
    internal = [name for name, place in source.items() if place in supplier_ids and name not in served]
    for name, place in source.dropna().items():
        if place not in supplier_ids and name not in served:
            reason = (
                f"its source '{place}' is neither among the suppliers nor in its terms, so the terms decide"
            )
            exceptions.append((str(name), "", reason))
    decided = candidates["unique_id"].isin(served | set(internal))
    orders = pd.DataFrame(
        {"unique_id": internal, "supplier_id": source.reindex(internal).to_numpy()}, dtype=object
    )
    kept = candidates[from_source | ~decided]
    return pd.concat([kept, orders.reindex(columns=kept.columns).astype(kept.dtypes)], ignore_index=True)


def _refuse(offer: pd.DataFrame, exceptions: Exceptions) -> pd.DataFrame:
    """Leave out, by name, the series whose numbers cannot be planned with."""
    pack = offer["pack_size"]
    checks = (
        (offer["lead_time"].isna(), "has no lead time: give one in its terms or for its supplier"),
        (offer["lead_time"] < 0, "has a negative lead time: correct its terms or its supplier"),
        (
            (pack < 1) | (pack != pack.round()),
            "has packs that are not whole stock units: correct pack_size",
        ),
        (offer["minimum_order_quantity"] < 0, "has a negative minimum_order_quantity: correct its terms"),
        (offer["unit_cost"] < 0, "has a negative unit_cost: correct its terms"),
        (offer["floor"] < 0, "has a negative floor: correct the item"),
        (offer["minimum_order_value"] < 0, "has a supplier with a negative minimum_order_value: correct it"),
    )
    refused = pd.Series(False, index=offer.index)
    for wrong, reason in checks:
        said = (wrong & ~refused).to_numpy()
        if said.any():
            named = zip(offer["unique_id"][said], offer["supplier_id"][said], strict=True)
            exceptions.extend((str(name), str(firm), f"{reason}; not planned") for name, firm in named)
            refused = refused | wrong
    return offer[~refused]
