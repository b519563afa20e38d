"""Typed cells to text that can be read in one way only."""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Sequence
from typing import Final

import numpy as np

from intake.text_columns import Rows, TextColumn

_WHOLE_UP_TO: Final = 2.0**53  # a float counts single units up to here


def column_of(header: str, values: Sequence[object], codes: Rows) -> TextColumn:
    """The column whose row i holds `values[codes[i]]`, as text."""
    texts = np.array([text_of(value) for value in values], dtype=object)
    exact = np.array([_is_typed(value) for value in values], dtype=np.bool_) & (texts != "")
    distinct = TextColumn.of(header, texts, exact)
    return TextColumn(header, distinct.texts, distinct.codes[codes], distinct.exact)


def text_of(value: object) -> str:
    """A value of a cell as text: numbers as Python writes them, whole ones without a point, dates as ISO.

    >>> text_of(123.0), text_of(0.1), text_of(True), text_of(None)
    ('123', '0.1', 'true', '')
    >>> text_of(datetime.datetime(2026, 1, 2)), text_of(datetime.datetime(2026, 1, 2, 13, 5))
    ('2026-01-02', '2026-01-02 13:05:00')
    """
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) <= _WHOLE_UP_TO else repr(value)
    if isinstance(value, decimal.Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, datetime.datetime):
        plain = value.replace(tzinfo=None)
        return plain.date().isoformat() if plain.time() == datetime.time() else plain.isoformat(sep=" ")
    if isinstance(value, datetime.timedelta):
        return _duration(value)
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return str(value)


def _is_typed(value: object) -> bool:
    """Whether the text of a value is a number, a date or a truth that was never written out by a person."""
    return isinstance(value, (bool, int, float, decimal.Decimal, datetime.date))


def _duration(value: datetime.timedelta) -> str:
    """
    >>> _duration(datetime.timedelta(hours=30, minutes=5))
    '30:05:00'
    """
    seconds = round(value.total_seconds())
    sign = "-" if seconds < 0 else ""
    return f"{sign}{abs(seconds) // 3600:02d}:{abs(seconds) // 60 % 60:02d}:{abs(seconds) % 60:02d}"
