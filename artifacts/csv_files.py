"""CSV files for people and their spreadsheets: UTF-8, comma, LF, the same bytes for the same frame.

A spreadsheet runs a cell that begins like a formula. Text that somebody typed (a product's name) is made
harmless by a leading apostrophe, as OWASP's page on CSV injection says. A spreadsheet that cuts lines at
semicolons, as they do where the decimal mark is a comma, does not see our quotes: what would begin a cell
there gets an apostrophe too, unless it is a plain number. Numbers are never touched.
"""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

PREDICTION_COLUMNS: Final = {
    "ds": "date",
    "unique_id": "series",
    "mean": "mean",
    "p10": "P10",
    "p50": "P50",
    "p80": "P80",
    "p90": "P90",
    "p95": "P95",
}

_FORMULA: Final = re.compile(r"\s*[=+\-@\t＝＋－＠]")
_INNER_FORMULA: Final = re.compile(
    r"([;\t\n|][\s\"'\u00a0]*)(?=[=+\-@＝＋－＠])(?![+-]?[0-9.,]+\s*(?:[;\t\n|\"]|$))"
)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def harmless(text: str) -> str:
    """`text` as a cell that no spreadsheet runs; control characters, which no workbook may hold, show as �.

    >>> harmless("=1+1"), harmless("lavender-soap"), harmless("soap;=1+1;-5")
    ("'=1+1", 'lavender-soap', "soap;'=1+1;-5")
    """
    text = _CONTROL.sub("�", text.replace("\r\n", "\n").replace("\r", "\n"))
    inside = _INNER_FORMULA.sub(r"\1'", text)
    return f"'{inside}" if _FORMULA.match(text) else inside


def csv_bytes(table: pd.DataFrame) -> bytes:
    """The table as it stands; text made harmless, dates as yyyy-mm-dd, numbers as short as they are exact."""
    written = table.copy()
    for column in table.columns:
        if not pd.api.types.is_numeric_dtype(table[column]):
            written[column] = [harmless(cell) if isinstance(cell, str) else cell for cell in table[column]]
    written.columns = pd.Index([harmless(str(column)) for column in table.columns])
    text = written.to_csv(index=False, float_format="%.12g", date_format="%Y-%m-%d", lineterminator="\n")
    return text.encode()


def prediction_csv(prediction_table: pd.DataFrame) -> bytes:
    """`prediccion.csv`: date, series, mean, P10, P50, P80, P90, P95 of a prediction table."""
    chosen = prediction_table[list(PREDICTION_COLUMNS)].rename(columns=PREDICTION_COLUMNS)
    return csv_bytes(chosen.round(6))


def staffing_csv(by_date: pd.DataFrame) -> bytes:
    """Expected and busy-day sales and people by date, with the columns of `by_date`; sales to one decimal."""
    return csv_bytes(by_date.round(1))
