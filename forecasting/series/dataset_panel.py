"""Sales, and the tables that describe them, as the panel that models read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from forecasting.series.newcomers import Newcomer, newcomers_of
from forecasting.series.panel import Panel, build_panel
from intake.assembly import cell_by_cell
from intake.dataset_rules import DatasetRules
from intake.periods import period_end, shift
from intake.stated_calendar import HOLIDAY, closed_share, holiday_days
from intake.tables import SCHEMAS, Table

_CATEGORIES = ("location", "product", "category")
_ITEMS = SCHEMAS[Table.ITEMS]


def panel_of(
    sales: pd.DataFrame,
    freq: str,
    rules: DatasetRules,
    items: pd.DataFrame | None,
    calendar: pd.DataFrame | None,
    horizon: int = 0,
) -> Panel:
    """Sales with what items, calendar and the rules of the dataset say about them.

    Of the items only names of places, products, categories and what else a file says in words describe
    series: a list price has no date, so it is not the price at which anything was sold. Look-alikes that they
    name speak for new products; one without sales is there where a horizon is asked for. A file's own
    holidays win over those of the stated country: day by day where sales are of days, altogether where they
    are of longer periods.
    """
    described = None
    newcomers: dict[str, Newcomer] = {}
    doubts: tuple[str, ...] = ()
    first, last = pd.Timestamp(sales["ds"].min()), pd.Timestamp(sales["ds"].max())
    until = period_end(shift(last, horizon, freq), freq)
    if items is not None:
        others = [name for name in items if name not in {column.name for column in _ITEMS.columns}]
        kinds = [name for name in (*_CATEGORIES, *others) if name in items]
        described = items[["unique_id", *kinds]]
        newcomers, doubts = newcomers_of(items, set(sales["unique_id"]), freq, until if horizon else None)
    told = calendar is not None and HOLIDAY in calendar
    stated = holiday_days(rules, first, until)
    if len(stated) and (freq == "D" or not (told or HOLIDAY in sales)):
        known = [stated] if calendar is None else [stated, calendar]
        calendar = cell_by_cell(known, SCHEMAS[Table.CALENDAR].key)
    own: Sequence[pd.Timestamp] = (
        list(calendar.loc[calendar[HOLIDAY] > 0, "ds"]) if told and calendar is not None else ()
    )
    panel = build_panel(
        sales,
        freq=freq,
        attributes=described,
        calendar=calendar,
        missing_periods=rules.missing_periods,
        closures=closed_share(rules, first, until, freq, own),
        known_in_advance=rules.known_in_advance,
        known_afterwards=rules.known_afterwards,
        newcomers=newcomers,
    )
    return replace(panel, notes=(*panel.notes, *doubts))


def with_prices_kept(assumptions: dict[str, Any], panel: Panel) -> dict[str, Any]:
    """The assumptions, and where none is stated about prices: that they stay as they were last, outside a
    promotion and in one. The price of a promotion that has just ended must not be carried on.
    """
    kept = "by_promotion" if "promotion" in panel.exog else "last"
    return ({"price": kept} if "price" in panel.exog else {}) | assumptions
