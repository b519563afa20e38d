"""What a plan's report says beside its orders: what to look at first, risk, what changed, what holds back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from artifacts.item_names import name_of

NEXT_ORDER: Final = "next order"
MOST_ROWS: Final = 12  # of a table that is sorted by what matters most; the files hold all
_NUMBERS: Final = re.compile(r"\d[\d.,:/-]*")
_NAMES: Final = 12

Row = dict[str, Any]


@dataclass(frozen=True)
class Concern:
    """Exceptions of one kind: `reason` where it is the same for all, else each row has its own.

    subjects: name and reason of each, the dearest first. money: what is at stake, by currency, most first.
    """

    reason: str
    subjects: list[tuple[str, str]]
    money: list[tuple[float, str]]

    @property
    def more(self) -> int:
        """How many are not shown."""
        return max(len(self.subjects) - _NAMES, 0)

    @property
    def shown(self) -> list[tuple[str, str]]:
        """Those that are."""
        return self.subjects[:_NAMES]


def concerns(
    exceptions: pd.DataFrame, lines: pd.DataFrame, risk: pd.DataFrame | None, names: Mapping[str, str]
) -> list[Concern]:
    """The exceptions by kind, those about most money first; numbers in a reason make no other kind.

    exceptions: unique_id, supplier_id, reason. lines: of the plan. At stake is what a series is expected to
    lose in sales and waste until the next order, where its costs are known, else the amount of its line; of a
    supplier, by how much its order was raised to a minimum, else the amount of the order.
    """
    by_line = _losses(risk).combine_first(lines.groupby("unique_id")["amount"].sum())
    raised = lines.reindex(columns=["coupling"])["coupling"] * lines["unit_cost"]
    raised_by = raised.groupby(lines["supplier_id"]).sum()
    by_supplier = lines.groupby("supplier_id")["amount"].sum().mask(raised_by > 0, raised_by)
    currency_of = lines.drop_duplicates("unique_id").set_index("unique_id")["currency"].to_dict()
    currency_of |= lines.drop_duplicates("supplier_id").set_index("supplier_id")["currency"].to_dict()
    kinds: dict[str, list[tuple[float, str, str, str]]] = {}
    for row in exceptions.to_dict("records"):
        unique_id, supplier_id, reason = (
            str(row[key] or "") for key in ("unique_id", "supplier_id", "reason")
        )
        money = by_line.get(unique_id, 0.0) if unique_id else by_supplier.get(supplier_id, 0.0)
        subject = unique_id or supplier_id
        shown = " ".join(part for part in (subject, name_of(unique_id, names)) if part)
        kind = _NUMBERS.sub("#", reason)
        currency = str(currency_of.get(subject) or "")
        kinds.setdefault(kind, []).append((float(money or 0.0), shown, reason, currency))
    found = [_concern(rows) for rows in kinds.values()]
    return sorted(found, key=lambda concern: (-sum(amount for amount, _ in concern.money), concern.subjects))


def _losses(risk: pd.DataFrame | None) -> pd.Series[float]:
    """Expected money of lost sales and waste of each series."""
    if risk is None or risk.empty:
        return pd.Series(dtype="float64")
    soon = risk[(risk["until"] == NEXT_ORDER) & (risk["scope"] == "line")].set_index("unique_id")
    return soon[["shortage", "waste"]].sum(axis=1, min_count=1).dropna()


def _concern(rows: list[tuple[float, str, str, str]]) -> Concern:
    rows = sorted(rows, key=lambda row: (-row[0], row[1]))
    sums: dict[str, float] = {}
    for money, _, _, currency in rows:
        if money > 0:
            sums[currency] = sums.get(currency, 0.0) + money
    reasons = {reason for _, _, reason, _ in rows}
    same = reasons.pop() if len(reasons) == 1 else ""
    money_first = sorted(((amount, currency) for currency, amount in sums.items()), reverse=True)
    return Concern(same, [(shown, reason) for _, shown, reason, _ in rows], money_first)


def risk_by_supplier(risk: pd.DataFrame | None) -> dict[tuple[str, str], Row]:
    """The risk until the next order of each supplier and currency; ('', currency) is the total."""
    if risk is None or risk.empty:
        return {}
    soon = risk[(risk["until"] == NEXT_ORDER) & (risk["scope"] != "line")]
    return {
        ("" if row["scope"] == "total" else str(row["supplier_id"]), str(row["currency"] or "")): row
        for row in records(soon)
    }


def risk_totals(risk: pd.DataFrame | None) -> list[Row]:
    """The total risk of each currency until the next order: what comes later depends on orders to come."""
    if risk is None or risk.empty:
        return []
    return records(risk[(risk["scope"] == "total") & (risk["until"] == NEXT_ORDER)])


def riskiest(risk: pd.DataFrame | None, names: Mapping[str, str]) -> list[Row]:
    """The lines that may cost most until the next order, at the worst tenth of the paths."""
    if risk is None or risk.empty:
        return []
    lines = risk[(risk["scope"] == "line") & (risk["until"] == NEXT_ORDER)]
    worst = lines.sort_values(["cost_cvar", "unique_id"], ascending=[False, True]).head(MOST_ROWS)
    worst = worst[worst["cost_cvar"] > 0]
    return [row | {"item_name": name_of(str(row["unique_id"]), names)} for row in records(worst)]


def largest_changes(
    difference: pd.DataFrame | None, lines: pd.DataFrame, names: Mapping[str, str]
) -> list[Row]:
    """The lines whose order changed most in money against the plan of the week before.

    difference: unique_id, previous_quantity, order_quantity, change, explanation. Where a line has no
    unit_cost its units count as money.
    """
    if difference is None or difference.empty:
        return []
    cost = difference["unique_id"].map(lines.drop_duplicates("unique_id").set_index("unique_id")["unit_cost"])
    weight = difference["change"].abs() * cost.astype("float64").fillna(1.0)
    moved = difference.assign(money=difference["change"] * cost, weight=weight)
    moved = moved[moved["change"] != 0].sort_values(["weight", "unique_id"], ascending=[False, True])
    return [
        row | {"item_name": name_of(str(row["unique_id"]), names)} for row in records(moved.head(MOST_ROWS))
    ]


def records(table: pd.DataFrame) -> list[Row]:
    """The rows of a table as templates read them."""
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]
