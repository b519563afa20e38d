"""This week's purchase orders: demand paths, stock and terms in, an explained plan out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from intake.errors import InputError
from intake.periods import following, iso_week, period_end, whole_periods
from planning.explanations import periods
from planning.inventory_position import Receipts, Shelf, check_as_of, receipts_from, shelf_from
from planning.order_lines import coupled, described, long_enough, perishing, required, rounded_up, with_ratio
from planning.plan import LINE_COLUMNS, Exceptions, Plan, PlanSettings, exceptions_table
from planning.sourcing import choose_terms

if TYPE_CHECKING:
    from forecasting.paths.demand_paths import DemandPaths


def replenish(
    paths: DemandPaths,
    *,
    stock: pd.DataFrame,
    items: pd.DataFrame,
    suppliers: pd.DataFrame,
    terms: pd.DataFrame,
    open_orders: pd.DataFrame,
    cutoff: pd.Timestamp,
    freq: str,
    settings: PlanSettings,
    plan_id: str | None = None,
) -> Plan:
    """What to order at the end of the cutoff period.

    paths: joint demand over at least lead time + review period (`horizon_needed`). open_orders:
    purchase_order, supplier_id, unique_id, quantity, due, as `resolve_open_orders` gives them; an order
    without a date is taken to arrive together with this one, an overdue one in the first period. plan_id:
    first part of the purchase order numbers; the first revision of the week after the cutoff by default.

    Each series: project its stock to arrival on its paths, take the smallest order that keeps the service
    asked for (`order_up_to.project`), round up to whole packs and the minimum quantity; then raise each
    supplier's order to its minimum value where that is useful. A series that cannot be planned becomes an
    exception. InputError if the paths do not start after the cutoff, the stock is of another day, or a
    table contradicts itself.

    The columns: forecast, on_hand (less the mean that will expire) and on_order (due within the interval) are
    rounded means and counts; expected_lost_sales is minus the mean sales lost before arrival, because these
    need not be served later; order_up_to_level is what makes the terms of `plan.IDENTITY` add up exactly to
    the required order: forecast + safety stock, the level for demand that is not lost.
    """
    if paths.ds.empty or paths.ds[0] != following(cutoff, 1, freq)[0]:
        raise InputError(
            f"the demand paths must start with the first period after the cutoff {cutoff:%Y-%m-%d}; "
            "forecast again"
        )
    check_as_of(stock, cutoff, freq)
    plan_id = plan_id or f"{iso_week(paths.ds[0])}-r1"

    sourcing = choose_terms(paths.unique_id, items=items, suppliers=suppliers, terms=terms, freq=freq)
    strangers = _strangers(paths.unique_id, stock, items, open_orders)
    upstream = _upstream({row[0] for row in strangers}, items, terms)
    exceptions = [*(row for row in strangers if row[0] not in upstream), *sourcing.exceptions]
    horizon = len(paths.ds)
    shelf = shelf_from(stock, paths.unique_id, cutoff=cutoff, horizon=horizon, freq=freq)
    receipts = receipts_from(open_orders, paths.unique_id, cutoff=cutoff, horizon=horizon, freq=freq)
    exceptions += _about_stock(paths.unique_id, shelf, receipts)

    lines = sourcing.frame.assign(
        series=pd.Index(paths.unique_id).get_indexer(pd.Index(sourcing.frame["unique_id"])),
        review_period=settings.review_period,
        shelf_periods=sourcing.frame["shelf_life"] / ((period_end(paths.ds[0], freq) - paths.ds[0]).days + 1),
    )
    lines = lines[shelf.counted[lines["series"]]]
    lines = with_ratio(lines, settings, exceptions)
    lines = long_enough(lines, horizon, settings, exceptions)
    lines = lines.sort_values(["supplier_id", "unique_id"], kind="stable", ignore_index=True)
    lines = required(lines, paths, shelf, receipts, settings)
    lines = rounded_up(lines)
    lines = coupled(lines, settings, freq, exceptions)
    perishing(lines, exceptions)
    lines = described(lines, cutoff, freq, plan_id)
    return Plan(
        lines=lines[list(LINE_COLUMNS)],
        exceptions=exceptions_table(exceptions),
        notes=_notes(stock, settings, upstream, freq, priced=bool(lines["from_costs"].any())),
        open_orders=open_orders.reset_index(drop=True),
    )


def horizon_needed(*, suppliers: pd.DataFrame, terms: pd.DataFrame, freq: str, settings: PlanSettings) -> int:
    """Periods to forecast so that every lead time + review period in the tables is covered."""
    days = [table["lead_time"].dropna() for table in (suppliers, terms) if "lead_time" in table]
    longest = max((float(column.max()) for column in days if len(column)), default=0.0)
    return whole_periods(max(longest, 0.0), freq) + settings.review_period


def _strangers(
    unique_id: tuple[str, ...], stock: pd.DataFrame, items: pd.DataFrame, open_orders: pd.DataFrame
) -> Exceptions:
    """Series that a table names and the forecast does not; an item may name a product for all locations."""
    known = set(unique_id)
    products = {part for name in unique_id for part in name.split("/")[1:2]}
    named = (
        (stock, known, "is in the stock file and has no forecast: not planned; add its sales"),
        (
            items,
            known | products,
            "is in the items table and has no forecast: not planned; add its sales, or name look-alikes in "
            "similar_to",
        ),
        (open_orders, known, "is on order and has no forecast: not planned; add its sales"),
    )
    return [
        (str(name), "", reason)
        for table, expected, reason in named
        if "unique_id" in table
        for name in table["unique_id"].dropna().unique()
        if name not in expected
    ]


def _about_stock(unique_id: tuple[str, ...], shelf: Shelf, receipts: Receipts) -> Exceptions:
    rows: Exceptions = []
    for at in np.flatnonzero(~shelf.counted):
        rows.append(
            (unique_id[at], "", "has no row with on_hand in the stock file: not planned; count its stock")
        )
    for at in np.flatnonzero(shelf.negative):
        reason = f"has {shelf.negative[at]:g} on hand, counted as 0: correct the stock file"
        rows.append((unique_id[at], "", reason))
    for at in np.flatnonzero(receipts.overdue):
        reason = (
            f"has {receipts.overdue[at]:g} on order that is overdue, taken to arrive in the first period: "
            "ask the supplier"
        )
        rows.append((unique_id[at], "", reason))
    for at in np.flatnonzero(receipts.undated):
        reason = (
            f"has {receipts.undated[at]:g} on order without a due date, taken to arrive with this order: "
            "ask the supplier"
        )
        rows.append((unique_id[at], "", reason))
    return rows


def _upstream(unique_id: set[str], items: pd.DataFrame, terms: pd.DataFrame) -> set[str]:
    """Those of the series that nobody expects to sell: bought components, and what lies where others are
    supplied from."""
    components = _named(terms, "component")
    sources = _named(items, "source")
    parts = {name: name.partition("/") for name in unique_id}
    return {
        name
        for name, (location, _, product) in parts.items()
        if {name, product} & components or location in sources
    }


def _named(table: pd.DataFrame, column: str) -> set[str]:
    return set(table[column].dropna().astype(str)) - {""} if column in table else set()


def _notes(
    stock: pd.DataFrame, settings: PlanSettings, upstream: set[str], freq: str, *, priced: bool
) -> tuple[str, ...]:
    notes = [
        f"The next orders are expected {periods(settings.review_period, freq)} after these.",
        (
            "Where an item has both costs (p per unit lost, h per unit and period), "
            f"its critical ratio is r - {settings.carry_over_factor - 1:g} min(1 - r, r / 3) with "
            "r = p / (p + h R), because what is left over is sold later; "
            "elsewhere the service level of the item, "
            f"or {settings.service_level:.1%}."
        )
        if priced
        else f"The service level is that of the item, or {settings.service_level:.1%} where it states none.",
        "Quantities are stock units; an order is whole packs and whole purchase units.",
    ]
    if "as_of" not in stock or stock["as_of"].isna().all():
        notes.append("The stock file has no as_of; it was taken to be counted when the cutoff period ended.")
    if upstream:
        notes.append(
            "Components, and items at places that supply others, without sales of their own, "
            f"not planned here: {len(upstream)}."
        )
    return tuple(notes)
