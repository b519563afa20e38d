"""The one page that a planner reads and signs: a plan as HTML, complete in itself."""

from __future__ import annotations

import base64
import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from artifacts.canvas import change, period_name
from artifacts.plan_header import PlanHeader
from artifacts.purchase_orders import order_lines, order_totals


@dataclass(frozen=True)
class _Order:
    """One supplier's order on the page: its sums, its lines, and where to send it."""

    supplier_name: str
    purchase_order: str
    email: str
    sums: list[dict[str, object]]
    lines: list[dict[str, object]]


def report_html(
    header: PlanHeader,
    lines: pd.DataFrame,
    exceptions: pd.DataFrame,
    notes: Sequence[str],
    *,
    suppliers: pd.DataFrame,
    prediction_table: pd.DataFrame,
    history: pd.DataFrame,
    forecast_plot: bytes | None = None,
) -> str:
    """A page with inline style, no script and nothing to load, for screens and for A4.

    `lines`, `exceptions` (unique_id, supplier_id, reason) and `notes` are the plan's; `suppliers` is the
    table of that name; `prediction_table` and `history` (unique_id, ds, y) give the forecast's summary;
    `forecast_plot` is a PNG. Everything that somebody typed is escaped.
    """
    ordered = order_lines(lines, suppliers)
    return _PAGE.render(
        header=header,
        orders=_orders(ordered, suppliers),
        totals=_records(ordered.groupby("currency")["amount"].sum().reset_index()),
        counts={"lines": len(lines), "ordered": len(ordered), "orders": ordered["purchase_order"].nunique()},
        exceptions=[_exception(row) for row in _records(exceptions)],
        idle=_records(_idle(lines)),
        notes=list(notes),
        period=period_name(history["ds"]),
        forecast=_forecast(history, prediction_table),
        plot=None if forecast_plot is None else base64.b64encode(forecast_plot).decode(),
    )


def _orders(ordered: pd.DataFrame, suppliers: pd.DataFrame) -> list[_Order]:
    emails = suppliers.set_index("supplier_id").get("email", pd.Series(dtype=object)).dropna()
    orders = []
    for purchase_order, sums in order_totals(ordered).groupby("purchase_order"):
        own = ordered[ordered["purchase_order"] == purchase_order]
        email = str(emails.get(own["supplier_id"].iloc[0], ""))
        name = str(own["supplier_name"].iloc[0])
        orders.append(_Order(name, str(purchase_order), email, _records(sums), _records(own)))
    return sorted(orders, key=lambda order: order.supplier_name)


def _idle(lines: pd.DataFrame) -> pd.DataFrame:
    """What orders nothing, with the names of the items where any are known."""
    idle = lines[lines["order_quantity"] == 0].sort_values("unique_id")
    return idle if "item_name" in idle else idle.assign(item_name="")


def _exception(row: dict[str, object]) -> dict[str, object]:
    subject = next((row[key] for key in ("unique_id", "supplier_id") if row.get(key)), "")
    return {"subject": subject, "reason": row["reason"]}


def _forecast(history: pd.DataFrame, prediction_table: pd.DataFrame) -> list[dict[str, object]]:
    """Expected units per location (what unique_id says before its first slash), and the change."""
    horizon = prediction_table["ds"].nunique()
    recent = history[history["ds"].isin(sorted(history["ds"].unique())[-horizon:])]
    sold = recent.groupby(recent["unique_id"].str.partition("/")[0])["y"].sum()
    places = prediction_table["unique_id"].str.partition("/")[0]
    expected = prediction_table["mean"].groupby(places).sum()
    rows = [(str(place), float(units), float(sold.get(place, 0.0))) for place, units in expected.items()]
    if len(rows) > 1:
        rows.append(("All", float(expected.sum()), float(sold.sum())))
    return [
        {
            "place": place,
            "expected": units,
            "sold": before,
            "change": change(units, before),
            "horizon": horizon,
        }
        for place, units, before in rows
    ]


def _records(table: pd.DataFrame) -> list[dict[str, object]]:
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def _number(value: float) -> str:
    """
    >>> _number(1200.0), _number(2.5)
    ('1,200', '2.5')
    """
    return f"{value:,.10g}"


def _money(value: float) -> str:
    """
    >>> _money(1234.5)
    '1,234.50'
    """
    return f"{value:,.2f}"


def _date(value: datetime.date) -> str:
    """
    >>> _date(datetime.date(2026, 2, 9))
    'Mon 9 Feb 2026'
    """
    return "" if pd.isna(value) else f"{_day(value)} {value:%Y}"


def _day(value: datetime.date) -> str:
    """
    >>> _day(datetime.date(2026, 2, 9))
    'Mon 9 Feb'
    """
    return "" if pd.isna(value) else f"{value:%a} {value.day} {value:%b}"


_PAGES: Final = Environment(
    loader=PackageLoader("artifacts"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PAGES.filters |= {"number": _number, "money": _money, "date": _date, "day": _day}
_PAGE: Final = _PAGES.get_template("report.html")
