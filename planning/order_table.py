"""A plan as one row per series that was counted, beside the reasons of those that could not be planned."""

from __future__ import annotations

from typing import Final

import pandas as pd

from planning.plan import IDENTITY, Plan

ORDER_COLUMNS: Final = (
    "order_quantity",
    "unique_id",
    "on_hand",
    "on_order",
    "order_up_to_level",
    *(term for term, _ in IDENTITY),
    "supplier_id",
    "due_date",
    "amount",
    "explanation",
)


def order_table(plan: Plan, counted: pd.Series[str], series_headers: tuple[str, ...]) -> pd.DataFrame:
    """The key columns of the stock file, then ORDER_COLUMNS, of which IDENTITY adds up to order_quantity.

    counted: the unique_id of every row of the stock file; one row each in the order in which they first come
    (more where a series is ordered from several suppliers). series_headers: what the file calls the columns
    that unique_id is joined of by "/"; they are left out where the parts cannot be told. A series that could
    not be planned has no order_quantity, and the reason as its explanation.
    """
    rows = pd.DataFrame({"unique_id": counted.drop_duplicates().astype(object)})
    reasons = (
        plan.exceptions[plan.exceptions["unique_id"] != ""].groupby("unique_id")["reason"].agg("; ".join)
    )
    table = rows.merge(plan.lines, on="unique_id", how="left")
    unplanned = table["order_quantity"].isna()
    explanation = (
        table["explanation"].where(~unplanned, table["unique_id"].map(reasons)).fillna("not planned")
    )
    whole = [name for name in ORDER_COLUMNS if name in plan.lines and plan.lines[name].dtype.kind in "iu"]
    table = table.assign(explanation=explanation).astype(dict.fromkeys(whole, "Int64"))
    keys = _keys(table["unique_id"], series_headers)
    return pd.concat([keys, table[[name for name in ORDER_COLUMNS if name in table]]], axis=1)


def _keys(unique_id: pd.Series[str], headers: tuple[str, ...]) -> pd.DataFrame:
    parts = unique_id.str.split("/")
    if headers == ("unique_id",) or not headers or (parts.str.len() != len(headers)).any():
        return pd.DataFrame(index=unique_id.index)
    return pd.DataFrame(parts.tolist(), columns=list(headers), index=unique_id.index)
