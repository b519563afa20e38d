"""Rhythm and suspicions: one slip changes neither the frequency nor the numbers, and is said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.periods import infer_rhythm
from intake.reading import read_table
from intake.suspicions import find_suspicions
from intake.tables import Table

starts = {
    "W-MON": "2024-01-01",
    "W-SUN": "2024-01-07",
    "MS": "2024-01-01",
    "ME": "2024-01-31",
    "QS": "2024-01-01",
}


@given(
    st.sampled_from(sorted(starts)),
    st.integers(8, 40),
    st.integers(0, 39),
    st.sampled_from([-2, -1, 1, 2, 3]),
)
def test_one_slip_does_not_make_days_of_weeks_or_months(freq: str, length: int, place: int, off: int) -> None:
    dates = pd.Series(pd.date_range(starts[freq], periods=length, freq=freq))
    slipped = dates.copy()
    slipped[place % length] += pd.Timedelta(days=off)
    rhythm = infer_rhythm(slipped)
    assert rhythm.freq == ("MS" if freq == "ME" else freq)
    assert list(rhythm.odd) == [slipped[place % length]]


@given(st.integers(8, 60), st.data())
def test_gaps_do_not_change_the_rhythm(length: int, drawn: st.DataObject) -> None:
    dates = pd.Series(pd.date_range("2024-01-01", periods=length, freq="W-MON"))
    kept = drawn.draw(st.lists(st.sampled_from(range(length)), min_size=3, unique=True))
    assert infer_rhythm(dates[kept]).freq in ("W-MON", "MS")  # three Mondays may be firsts of months
    assert not len(infer_rhythm(dates).odd)


def test_days_stay_days() -> None:
    for length in range(2, 60):
        assert infer_rhythm(pd.Series(pd.date_range("2024-01-01", periods=length))).freq == "D"
    without_sundays = pd.Series(pd.date_range("2024-01-01", periods=60))
    assert infer_rhythm(without_sundays[without_sundays.dt.weekday < 6]).freq == "D"


def test_series_with_weekdays_of_their_own_are_weekly() -> None:
    days = [
        (day + pd.Timedelta(days=k), f"s{k}")
        for k in (0, 0, 3, 4)
        for day in pd.date_range("2024-01-01", periods=6, freq="7D")
    ]
    ds, unique_id = (pd.Series(column) for column in zip(*days, strict=True))
    assert infer_rhythm(ds).freq == "D"
    assert infer_rhythm(ds, unique_id).freq == "W-MON"


def test_a_file_with_a_slip_names_its_line() -> None:
    dates = [f"{day:%Y-%m-%d}" for day in pd.date_range("2024-01-01", periods=30, freq="7D")]
    dates[7] = "2024-02-20"
    reading = read_table(("ds,y\n" + "".join(f"{day},5\n" for day in dates)).encode(), "v.csv", Table.SALES)
    assert reading.freq == "W-MON"
    (finding,) = [each for each in reading.findings if each.suspicious]
    assert "2024-02-20 in line 9" in finding.sentence


def panel(y: list[float], price: list[float] | None = None) -> pd.DataFrame:
    frame = pd.DataFrame(
        {"unique_id": "a", "ds": pd.date_range("2024-01-01", periods=len(y), freq="7D"), "y": y}
    )
    return frame if price is None else frame.assign(price=price)


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (panel([5.0] * 9 + [600]), "600 in line 11"),
        (panel([5.0] * 10, [2.0] * 9 + [0.02]), "0.02 in line 11"),
        (panel([5.0] * 10 + [0.0] * 3), "from 2024-03-11 on 100% of y are 0"),
        (
            panel([5.0] * 10).assign(ds=lambda f: f["ds"].mask(f.index == 3, pd.Timestamp("2042-01-05"))),
            "2042-01-05 in line 5",
        ),
    ],
)
def test_what_is_hardly_meant_is_said(frame: pd.DataFrame, words: str) -> None:
    (finding,) = find_suspicions(frame, np.arange(len(frame)) + 2)
    assert words in finding.sentence
    assert finding.suspicious


def test_a_sum_of_lines_is_named_by_its_series_and_period() -> None:
    (finding,) = find_suspicions(panel([5.0] * 9 + [600]), None)
    assert "600 (a, 2024-03-04)" in finding.sentence


@given(st.lists(st.integers(0, 50), min_size=1, max_size=40))
def test_ordinary_sales_are_not_suspicious(y: list[int]) -> None:
    frame = panel([float(each) for each in y] + [1.0])
    assert find_suspicions(frame, np.arange(len(frame))) == []


def test_a_look_alike_that_the_items_do_not_have_is_named_with_its_line() -> None:
    content = b"Tienda,Articulo,Similar a\nn,soap,\nn,balm,soap\nn,oil,n/soap;soup\nn,tea,tea\n"
    reading = read_table(content, "Productos.csv", Table.ITEMS)
    (found,) = [finding for finding in reading.findings if finding.about == "similar_to"]
    assert found.suspicious
    assert found.sentence == (
        "2 rows are similar_to what is no other unique_id of this file: soup in line 4, tea in line 5"
    )
