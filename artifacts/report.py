"""The one page that a planner reads and signs: a plan as HTML, complete in itself, in English or Spanish."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from artifacts.canvas import period_name
from artifacts.chain_documents import loads
from artifacts.plan_header import PlanHeader
from artifacts.plan_words import Language, Speech
from artifacts.purchase_orders import order_lines, order_totals
from artifacts.report_sections import (
    Row,
    concerns,
    largest_changes,
    records,
    risk_by_supplier,
    risk_totals,
    riskiest,
)

_BESIDE: Final = ("pinned", "expected_cost", "cost_without")  # what plans of older releases lack


@dataclass(frozen=True)
class Outlook:
    """What is known of a plan beside its lines, as far as it is; all are tables of the plan's folder.

    risk: until, scope (line, supplier, total), supplier_id, unique_id, currency, cost by cause and in all,
    its quantiles, probabilities. difference: against the plan of the week before. production: of the chain,
    by resource and period. sentences: what cannot be had, what holds it back and what would relax it.
    """

    risk: pd.DataFrame | None = None
    difference: pd.DataFrame | None = None
    production: pd.DataFrame | None = None
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Order:
    """One supplier's order on the page: its sums, its lines, and where to send it."""

    supplier_name: str
    supplier_id: str
    purchase_order: str
    email: str
    sums: list[Row]
    lines: list[Row]

    @property
    def saves(self) -> bool:
        """Whether it is known of any line what its order saves."""
        return any(line["cost_without"] == line["cost_without"] for line in self.lines)


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
    outlook: Outlook | None = None,
    language: Language = Language.EN,
) -> str:
    """A page with inline style, no script and nothing to load, for screens and for A4.

    `lines`, `exceptions` (unique_id, supplier_id, reason) and `notes` are the plan's; `suppliers` is the
    table of that name; `prediction_table` and `history` (unique_id, ds, y) give the forecast's summary;
    `forecast_plot` is a PNG. Everything that somebody typed is escaped. The sentences of the plan itself
    (reasons, exceptions, notes) are in English in either language.
    """
    say, outlook = Speech(language), outlook or Outlook()
    ordered = order_lines(lines, suppliers)
    names = {str(name): str(text) for name, text in zip(lines["unique_id"], _item_name(lines), strict=True)}
    return _PAGE.render(
        header=header,
        say=say,
        orders=_orders(ordered, lines, suppliers),
        totals=records(ordered.groupby("currency")["amount"].sum().reset_index()),
        counts={"lines": len(lines), "ordered": len(ordered), "orders": ordered["purchase_order"].nunique()},
        concerns=concerns(exceptions, lines, outlook.risk, names),
        risk_of=risk_by_supplier(outlook.risk),
        risk_totals=risk_totals(outlook.risk),
        riskiest=riskiest(outlook.risk, names),
        changes=largest_changes(outlook.difference, lines, names),
        loads=[] if outlook.production is None else _binding(outlook.production),
        sentences=outlook.sentences,
        idle=records(_idle(lines)),
        notes=list(notes),
        period=period_name(history["ds"]),
        forecast=_forecast(history, prediction_table, say),
        plot=None if forecast_plot is None else base64.b64encode(forecast_plot).decode(),
    )


def _orders(ordered: pd.DataFrame, lines: pd.DataFrame, suppliers: pd.DataFrame) -> list[_Order]:
    emails = suppliers.set_index("supplier_id").get("email", pd.Series(dtype=object)).dropna()
    keys = ["purchase_order", "unique_id"]
    beside = lines.reindex(columns=[*keys, *_BESIDE]).drop_duplicates(keys)
    full = ordered.merge(beside, on=keys, how="left")
    orders = []
    for purchase_order, sums in order_totals(ordered).groupby("purchase_order"):
        own = full[full["purchase_order"] == purchase_order]
        supplier_id = str(own["supplier_id"].iloc[0])
        name, email = str(own["supplier_name"].iloc[0]), str(emails.get(supplier_id, ""))
        orders.append(_Order(name, supplier_id, str(purchase_order), email, records(sums), records(own)))
    return sorted(orders, key=lambda order: order.supplier_name)


def _item_name(lines: pd.DataFrame) -> pd.Series[Any]:
    return lines["item_name"].fillna("") if "item_name" in lines else pd.Series("", index=lines.index)


def _binding(production: pd.DataFrame) -> list[Row]:
    """The resources and periods that hold the plan back."""
    table = loads(production)
    return records(table[table["binds"]])


def _idle(lines: pd.DataFrame) -> pd.DataFrame:
    """What orders nothing, with the names of the items where any are known."""
    idle = lines[lines["order_quantity"] == 0].sort_values("unique_id")
    return idle if "item_name" in idle else idle.assign(item_name="")


def _forecast(history: pd.DataFrame, prediction_table: pd.DataFrame, say: Speech) -> list[Row]:
    """Expected units per location (what unique_id says before its first slash), and the change."""
    horizon = prediction_table["ds"].nunique()
    recent = history[history["ds"].isin(sorted(history["ds"].unique())[-horizon:])]
    sold = recent.groupby(recent["unique_id"].str.partition("/")[0])["y"].sum()
    places = prediction_table["unique_id"].str.partition("/")[0]
    expected = prediction_table["mean"].groupby(places).sum()
    rows = [(str(place), float(units), float(sold.get(place, 0.0))) for place, units in expected.items()]
    if len(rows) > 1:
        rows.append((say("all"), float(expected.sum()), float(sold.sum())))
    return [
        {
            "place": place,
            "expected": units,
            "sold": before,
            "change": say.change(units, before),
            "horizon": horizon,
        }
        for place, units, before in rows
    ]


_PAGES: Final = Environment(
    loader=PackageLoader("artifacts"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PAGE: Final = _PAGES.get_template("report.html")
