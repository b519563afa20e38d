"""A dataset version and the tables that describe it -> the panel that models read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from forecasting.series.dataset_panel import panel_of
from forecasting.series.panel import Panel
from intake.dataset_rules import rules_of
from intake.tables import Table
from storage.datasets import Datasets
from storage.manifests import Published
from tasks.connection import connection
from tasks.readings import optional_table
from tasks.uploads import Upload

PANEL_TABLES = (Table.ITEMS, Table.CALENDAR)


def read_panel(dataset: Published, uploads: Sequence[Upload], horizon: int = 0) -> Panel:
    """The sales of a dataset version with what items and calendar, where uploaded, say about them.

    What the rules of the dataset say about days (closed, holiday) reaches `horizon` periods ahead.
    """
    parameters: dict[str, Any] = dataset.manifest.provenance.parameters
    items, calendar = (optional_table(uploads, table) for table in PANEL_TABLES)
    return panel_of(
        Datasets(*connection()).read_table(dataset),
        str(parameters["freq"]),
        rules_of(
            parameters.get("rules", {}) | {"missing_periods": parameters["missing_periods"]}, "manifest"
        ),
        items,
        calendar,
        horizon,
    )
