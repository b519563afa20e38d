"""A dataset of the bucket as the tables of a decision; starts the servers where none are running."""

from __future__ import annotations

from typing import Any

from cli.connection import connected
from cli.console import progress
from cli.decision_files import DecisionTables
from intake.assembly import Sales
from intake.dataset_rules import rules_of
from intake.tables import Table
from storage.datasets import Datasets
from storage.keys import UPLOAD_FOLDERS
from tasks.connection import connection
from tasks.datasets import cutoff_of
from tasks.readings import optional_table
from tasks.uploads import keep_uploads


def read_dataset(dataset: str) -> DecisionTables:
    """The latest version of the sales of a dataset and what was uploaded beside them, but its stock.

    MissingError where there is no such dataset.
    """
    with connected(prefect=False):
        published = Datasets(*connection()).published(dataset)
        parameters: dict[str, Any] = published.manifest.provenance.parameters
        missing = {"missing_periods": parameters["missing_periods"]}
        frame = Datasets(*connection()).read_table(published)
        cutoff = cutoff_of(published)
        progress(f"{dataset}: version {published.folder.name}, complete to the period {cutoff:%Y-%m-%d}")
        uploads = keep_uploads(dataset, tuple(UPLOAD_FOLDERS))
        items, suppliers, terms, calendar = (
            optional_table(uploads, table)
            for table in (Table.ITEMS, Table.SUPPLIERS, Table.TERMS, Table.CALENDAR)
        )
    return DecisionTables(
        sales=Sales(frame, frame.head(0), str(parameters["freq"]), cutoff, (), ()),
        rules=rules_of(parameters.get("rules", {}) | missing, "manifest"),
        stock=None,
        items=items,
        suppliers=suppliers,
        terms=terms,
        calendar=calendar,
        series_headers=("unique_id",),
    )
