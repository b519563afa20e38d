"""Purchase orders as tables: what is ordered, the sums per order, and the CSV of all lines."""

from __future__ import annotations

from typing import Final

import pandas as pd

from artifacts.csv_files import csv_bytes

ORDER_COLUMNS: Final = (
    "purchase_order",
    "supplier_id",
    "supplier_name",
    "unique_id",
    "item_name",
    "order_quantity",
    "unit",
    "packs",
    "unit_cost",
    "amount",
    "currency",
    "due_date",
    "state",
    "explanation",
)


def order_lines(lines: pd.DataFrame, suppliers: pd.DataFrame) -> pd.DataFrame:
    """What is really ordered: ORDER_COLUMNS, sorted by supplier and series, all in the state 'proposed'.

    `lines` are a plan's lines, of which those with an order_quantity above 0 are kept; `suppliers` is the
    suppliers table (supplier_id, optional name), of no use where the lines have a supplier_name, as those of
    `plan.parquet` do. A supplier without a name goes by its id; an unknown currency or item_name is blank.
    """
    ordered = lines[lines["order_quantity"] > 0]
    packs = ordered["order_quantity"] / ordered["pack_size"]
    table = ordered.assign(
        supplier_name=ordered.get("supplier_name", supplier_names(ordered, suppliers)),
        item_name=ordered["item_name"].fillna("") if "item_name" in ordered else "",
        packs=packs.astype("int64") if (packs % 1 == 0).all() else packs,
        currency=ordered["currency"].fillna(""),
        state="proposed",
    )
    return table[list(ORDER_COLUMNS)].sort_values(["supplier_id", "unique_id"], ignore_index=True)


def supplier_names(lines: pd.DataFrame, suppliers: pd.DataFrame) -> pd.Series[str]:
    """The name of every line's supplier, its id where the suppliers table has none."""
    names = suppliers.set_index("supplier_id").get("name", pd.Series(dtype=object))
    return lines["supplier_id"].map(names).fillna(lines["supplier_id"])


def order_totals(ordered: pd.DataFrame) -> pd.DataFrame:
    """One row per purchase order and currency: purchase_order, supplier_id, supplier_name, currency, lines,
    amount, due_date (the earliest). `ordered` as `order_lines` gives it.
    """
    keys = ["purchase_order", "supplier_id", "supplier_name", "currency"]
    groups = ordered.groupby(keys, sort=True)
    totals = groups.agg(lines=("unique_id", "size"), amount=("amount", "sum"), due_date=("due_date", "min"))
    return totals.round({"amount": 2}).reset_index()


def purchase_orders_csv(lines: pd.DataFrame, suppliers: pd.DataFrame) -> bytes:
    """`purchase_orders.csv`: ORDER_COLUMNS of the lines that order something."""
    return csv_bytes(order_lines(lines, suppliers).round({"amount": 2}))
