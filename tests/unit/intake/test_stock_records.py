"""Counts of stock on several days tell which periods were missed and which sold out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from intake.errors import MissingError
from intake.reading import read_table
from intake.stock_records import in_stock_from_counts
from intake.tables import Table

WEEKS = pd.date_range("2026-01-05", periods=5, freq="W-MON")
SALES = pd.DataFrame({"unique_id": "a", "ds": WEEKS, "y": [5.0, 3.0, 0.0, 0.0, 4.0]})


def counts(*rows: str) -> list:
    text = "unique_id,on_hand,as_of,lot\n" + "\n".join(rows)
    return [read_table(text.encode(), "stock.csv", Table.STOCK)]


def test_what_is_left_at_the_end_of_two_weeks_tells_about_the_second() -> None:
    read = counts(
        *("a,4,2026-01-11,x", "a,2,2026-01-11,y"),  # two lots: six left
        *("a,9,2026-01-15,x", "a,0,2026-01-18,x"),  # the last count of the week is its end: sold out
        "a,0,2026-01-25,x",  # nothing before, nothing after, nothing sold
        "a,7,2026-02-01,x",  # delivered, and nothing sold all the same
    )
    frame, notes = in_stock_from_counts(SALES, read, "W-MON")
    assert list(frame["in_stock"].iloc[:4]) == [1, 0.5, 0, 1]
    assert np.isnan(frame["in_stock"].iloc[4])
    assert "1 missing" in notes[0]
    assert "1 sold out; 1 rows have no count" in notes[0]


def test_what_the_sales_file_states_stays() -> None:
    stated = SALES.assign(in_stock=[np.nan, 1.0, 1.0, np.nan, np.nan])
    frame, _ = in_stock_from_counts(stated, counts("a,0,2026-01-18,x", "a,0,2026-01-25,x"), "W-MON")
    assert list(frame["in_stock"].iloc[1:3]) == [1, 1]


def test_one_count_is_no_history() -> None:
    with pytest.raises(MissingError, match="two days or more, and there are 1"):
        in_stock_from_counts(SALES, counts("a,0,2026-01-18,x"), "W-MON")
