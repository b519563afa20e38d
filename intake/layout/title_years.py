"""Columns headed by months or weeks without a year, which stands in the title or in the name of the file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

import numpy as np

from intake.findings import Finding
from intake.layout.footers import is_note
from intake.layout.kinds import are_dates, period_headers
from intake.layout.meanings import meaning_of
from intake.layout.sheet import Sheet
from intake.mapping import IGNORE, FileMapping, column_line
from intake.tables import Table
from intake.text_columns import TextColumn, quoted

_FEWEST: Final = 3  # columns headed by periods
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_HEADER: Final = "year"


def with_year(sheet: Sheet, titles: Sequence[str], place: str, table: Table, mapping: FileMapping) -> Sheet:
    """The sheet with a column for the year, if its headers are periods that lack one and one place names one.

    Looked at in this order: the titles, `place` (the name of the sheet), the name of the file.
    """
    headers = [column.header for column in sheet.columns]
    meanings = {meaning_of(header, table, mapping) for header in headers}
    if table is not Table.SALES or {"ds", "year"} & meanings or period_headers(headers).sum() >= _FEWEST:
        return sheet
    said = " ".join(title for title in titles if not is_note(title))
    for text in (said, place, PurePosixPath(sheet.name).stem):
        years = set(_YEAR.findall(text))
        if len(years) == 1:
            break
    else:
        return sheet
    year = years.pop()
    unknown = [header for header in headers if header and meaning_of(header, table, mapping) is None]
    joined = np.array([f"{header} {year}" for header in unknown], dtype=np.object_)
    if not len(joined) or are_dates(joined).sum() < _FEWEST:
        return sheet
    column = TextColumn.of(_HEADER, np.full(len(sheet.spans), year, dtype=object))
    finding = Finding(
        "periods",
        f"the columns are of the year {year}, which stands in {quoted(text)}",
        overrule=column_line(_HEADER, IGNORE),
        suspicious=True,
    )
    return replace(sheet, columns=(*sheet.columns, column), findings=(*sheet.findings, finding))
