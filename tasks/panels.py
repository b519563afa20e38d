"""A dataset version and the tables that describe it -> the panel that models read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from forecasting.panel import Panel, build_panel
from intake.tables import Table
from storage.datasets import Datasets
from storage.manifests import Published
from tasks.connection import connection
from tasks.readings import optional_table
from tasks.uploads import Upload

PANEL_TABLES = (Table.ITEMS, Table.CALENDAR)
_CATEGORIES = ("location", "product", "category")


def read_panel(dataset: Published, uploads: Sequence[Upload]) -> Panel:
    """The sales of a dataset version with what items and calendar, where uploaded, say about them."""
    parameters: dict[str, Any] = dataset.manifest.provenance.parameters
    items, calendar = (optional_table(uploads, table) for table in PANEL_TABLES)
    described = None
    if items is not None:
        described = items[["unique_id", *(column for column in _CATEGORIES if column in items)]]
    return build_panel(
        Datasets(*connection()).read_table(dataset),
        freq=str(parameters["freq"]),
        attributes=described,
        calendar=calendar,
        missing_periods=parameters["missing_periods"],
    )


def with_prices_kept(assumptions: dict[str, Any], panel: Panel) -> dict[str, Any]:
    """The assumptions, and where none is stated about prices: that they stay as they were last."""
    return ({"price": "last"} if "price" in panel.exog else {}) | assumptions
