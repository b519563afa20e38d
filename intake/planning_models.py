"""Files that hold a whole planning model: told by what is in them, and read as our tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from intake.errors import InputError
from intake.files.grid import Grid
from intake.files.opening import open_file
from intake.findings import Finding
from intake.frepple.fixture_records import looks_like_frepple
from intake.frepple.supply_network import read_supply_network
from intake.mapping import NOTHING_STATED
from intake.tables import Table
from intake.workbooks.quarterly_sheets import looks_like, read_quarterly_plan
from intake.workbooks.quarterly_tables import tables_of

FREPPLE: Final = "a frePPLe model"
QUARTERLY_PLAN: Final = "a quarterly production plan"


def model_in(content: bytes, name: str) -> str:
    """Which kind of planning model a file holds, in words; '' where it holds none."""
    if looks_like_frepple(content):
        return FREPPLE
    return QUARTERLY_PLAN if looks_like(_sheets(content, name)) else ""


def convert_model(content: bytes, name: str) -> tuple[dict[Table, pd.DataFrame], tuple[Finding, ...]]:
    """The tables of a frePPLe model (JSON) or of a quarterly workbook, with canonical columns, and findings.

    InputError where the file is neither of them.
    """
    if looks_like_frepple(content):
        network = read_supply_network(content, name)
        return network.tables, network.findings
    grids = _sheets(content, name)
    if looks_like(grids):
        plan = read_quarterly_plan(grids)
        tables, findings = tables_of(plan)
        return tables, (*plan.findings, *findings)
    raise InputError(
        "this is neither a frePPLe model (JSON) nor a quarterly workbook; a table of one kind needs no "
        "conversion: upload it as it is",
        file=name,
    )


def _sheets(content: bytes, name: str) -> Sequence[Grid]:
    if not name.lower().endswith((".xlsx", ".xls", ".xlsm", ".ods")):
        return ()
    return open_file(content, name, Table.CAPACITY, NOTHING_STATED)
