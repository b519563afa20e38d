"""This week's purchase orders: demand paths, stock and terms in, an explained plan out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from intake.errors import InputError
from intake.periods import following, iso_week, period_end, periods_a_year, whole_periods
from planning.budget_limit import places, unpaid, within_budget
from planning.explanations import periods
from planning.inventory_position import Receipts, Shelf, check_as_of, receipts_from, shelf_from
from planning.line_decisions import Known, by_themselves, pinned
from planning.line_money import about_money, with_money
from planning.minimum_value import at_supplier_minimums
from planning.order_days import longest_order_days
from planning.order_lines import described
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
    asked for (`order_up_to.project`), round up to whole packs and the minimum quantity, weigh what expires
    and what larger quantities cost (`line_decisions`); then keep to pins, suppliers' minimums and the budget
    as costs least. A series that cannot be planned becomes an exception. InputError if the paths do not start
    after the cutoff, the stock is of another day, or a table contradicts itself.

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
    lasting = sourcing.frame["shelf_life"].max() / ((period_end(paths.ds[0], freq) - paths.ds[0]).days + 1)
    dated = horizon + math.ceil(min(lasting if lasting > 0 else 0.0, periods_a_year(freq)))
    shelf = shelf_from(stock, paths.unique_id, cutoff=cutoff, horizon=dated, freq=freq)
    receipts = receipts_from(open_orders, paths.unique_id, cutoff=cutoff, horizon=horizon, freq=freq)
    exceptions += _about_stock(paths.unique_id, shelf, receipts)

    own_places = places([*paths.unique_id, *_named(items, "unique_id")])
    known = Known(paths, shelf, receipts, sourcing.prices, settings, cutoff, freq, own_places)
    decided = by_themselves(sourcing.frame, known, exceptions)
    decided = pinned(decided, known, exceptions)
    decided = at_supplier_minimums(decided, sourcing.others, known, exceptions)
    lines = within_budget(decided, known, exceptions)
    lines = with_money(lines, decided.situation)
    lines = described(lines, cutoff, freq, plan_id)
    exceptions += about_money(lines)
    return Plan(
        lines=lines[list(LINE_COLUMNS)],
        exceptions=exceptions_table(exceptions),
        notes=(*_notes(lines, stock, settings, upstream, freq), *unpaid(lines, own_places)),
        open_orders=open_orders.reset_index(drop=True),
    )


def horizon_needed(*, suppliers: pd.DataFrame, terms: pd.DataFrame, freq: str, settings: PlanSettings) -> int:
    """Periods to forecast so that every lead time + review period in the tables is covered, whatever the
    cutoff: with the wait for the supplier's order day."""
    days = _order_days_by_supplier(suppliers, freq, settings.review_period)
    stated = [
        table.reindex(columns=["supplier_id", "lead_time"]).dropna().drop_duplicates()
        for table in (suppliers, terms)
    ]
    longest = settings.review_period
    for supplier_id, lead_time in pd.concat(stated).itertuples(index=False):
        wait, gap = days.get(str(supplier_id), (0, settings.review_period))
        longest = max(longest, whole_periods(max(float(str(lead_time)), 0.0) + wait, freq) + gap)
    return longest


def _order_days_by_supplier(
    suppliers: pd.DataFrame, freq: str, review_period: int
) -> dict[str, tuple[int, int]]:
    stated = suppliers.reindex(columns=["supplier_id", "order_weekdays"]).dropna()
    return {
        str(supplier_id): longest_order_days(str(text), freq=freq, review_period=review_period)
        for supplier_id, text in stated.itertuples(index=False)
    }


def _strangers(
    unique_id: tuple[str, ...], stock: pd.DataFrame, items: pd.DataFrame, open_orders: pd.DataFrame
) -> Exceptions:
    """Series that a table names and the forecast does not; an item may name a product for all locations."""
    known = set(unique_id)
    products = {part for name in unique_id for part in name.split("/")[1:2]}
    named = (
        (
            stock,
            known,
            "is in the stock file and has no forecast: not planned; add its sales, or correct its name",
        ),
        (
            items,
            known | products,
            "is in the items table and has no forecast: not planned; add its sales, or name look-alikes in "
            "similar_to",
        ),
        (
            open_orders,
            known,
            "is on order and has no forecast: not planned; add its sales, or correct its name",
        ),
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
    lines: pd.DataFrame, stock: pd.DataFrame, settings: PlanSettings, upstream: set[str], freq: str
) -> tuple[str, ...]:
    notes = [
        f"The next orders are expected {periods(settings.review_period, freq)} after these.",
        (
            "Where an item has both costs (p per unit lost, h per unit and period), "
            f"its critical ratio is r - {settings.carry_over_factor - 1:g} sqrt(L / R) min(1 - r, r / 3), "
            "r = p / (p + h R), L the lead time and R the review period, "
            "because orders are placed before it is known what earlier ones leave over; "
            "elsewhere the service level of the item, "
            f"or {settings.service_level:.1%}."
        )
        if lines["from_costs"].any()
        else f"The service level is that of the item, or {settings.service_level:.1%} where it states none.",
        "Quantities are stock units; an order is whole packs and whole purchase units.",
    ]
    if lines["holding_cost"].isna().any():
        notes.append(
            f"Where an item states no holding_cost, a year on the shelf costs {settings.holding_share:.0%} "
            "of its unit_cost."
        )
    if lines["shortage_cost"].isna().any():
        notes.append(
            "Where an item states no shortage_cost, a lost sale costs what its service level cr implies, "
            "p = h R cr / (1 - cr) with the holding cost h, or its margin, price - unit_cost, where that is "
            "more."
        )
    if "as_of" not in stock or stock["as_of"].isna().all():
        notes.append("The stock file has no as_of; it was taken to be counted when the cutoff period ended.")
    if upstream:
        notes.append(
            "Components, and items at places that supply others, without sales of their own, "
            f"are left to the chain behind the orders: {len(upstream)}."
        )
    return tuple(notes)
