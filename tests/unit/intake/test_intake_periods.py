from __future__ import annotations

import datetime
import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.errors import InputError
from intake.periods import (
    FREQUENCIES,
    WEEKDAYS,
    following,
    infer_freq,
    iso_week,
    last_complete_period,
    period_end,
    period_number,
    period_start,
    season_length,
    shift,
    whole_periods,
)

freqs = st.sampled_from(FREQUENCIES)
days = st.dates(datetime.date(1960, 1, 1), datetime.date(2100, 12, 31)).map(pd.Timestamp)
counts = st.integers(-60, 60)


def begins_period(day: datetime.date, freq: str) -> bool:
    """The definition of each frequency, on plain calendar days."""
    if freq == "MS":
        return day.day == 1
    if freq == "QS":
        return day.day == 1 and day.month in (1, 4, 7, 10)
    return freq == "D" or WEEKDAYS[day.weekday()] == freq.removeprefix("W-")


@given(days, freqs)
def test_a_period_starts_at_the_last_day_that_begins_one(day: pd.Timestamp, freq: str) -> None:
    walked = day.date()
    while not begins_period(walked, freq):
        walked -= datetime.timedelta(days=1)
    assert period_start(day, freq) == pd.Timestamp(walked)


@given(days, freqs)
def test_a_period_ends_the_day_before_the_next_one_begins(day: pd.Timestamp, freq: str) -> None:
    walked = day.date() + datetime.timedelta(days=1)
    while not begins_period(walked, freq):
        walked += datetime.timedelta(days=1)
    assert period_end(day, freq) == pd.Timestamp(walked) - pd.Timedelta(days=1)


@given(days, freqs, counts, counts)
def test_shifts_add_up_and_number_the_periods(day: pd.Timestamp, freq: str, one: int, other: int) -> None:
    assert shift(shift(day, one, freq), other, freq) == shift(day, one + other, freq)
    assert period_number(shift(day, one, freq), freq)[0] - period_number(day, freq)[0] == one
    assert shift(day, 0, freq) == period_start(day, freq)


@given(days, freqs, st.integers(0, 30))
def test_following_periods_are_those_of_pandas(cutoff: pd.Timestamp, freq: str, horizon: int) -> None:
    expected = pd.date_range(cutoff + pd.Timedelta(days=1), periods=horizon, freq=freq)
    pd.testing.assert_index_equal(following(cutoff, horizon, freq), expected, check_names=False)


@given(st.lists(days, min_size=1), freqs)
def test_series_and_indexes_keep_their_form(dates: list[pd.Timestamp], freq: str) -> None:
    series = pd.Series(dates, index=range(7, 7 + len(dates)), name="ds", dtype="datetime64[ns]")
    expected = pd.Series([shift(day, 2, freq) for day in dates], index=series.index, name="ds")
    pd.testing.assert_series_equal(shift(series, 2, freq), expected.astype("datetime64[ns]"))
    assert list(period_end(pd.DatetimeIndex(dates), freq)) == [period_end(day, freq) for day in dates]


@given(days, freqs, st.integers(3, 30))
def test_a_full_run_of_periods_tells_its_frequency(day: pd.Timestamp, freq: str, length: int) -> None:
    assert infer_freq(following(day, length, freq).to_series()) == freq


@pytest.mark.parametrize(
    ("dates", "freq"),
    [
        (["2026-01-31", "2026-02-28", "2026-03-31"], "MS"),
        (["2026-01-15", "2026-02-15", "2026-04-15"], "MS"),
        (["2026-01-30", "2026-02-27", "2026-03-31", "2026-04-30"], "MS"),
        (["2025-12-31", "2026-03-31", "2026-06-30"], "QS"),
        (["2026-01-01", "2026-07-01"], "QS"),
        (["2026-01-06", "2026-01-27"], "W-TUE"),
        (["2026-01-06", "2026-01-07"], "D"),
        (["2026-01-01", "2026-01-04", "2026-01-20"], "D"),
        (["2026-01-05", "2026-02-02", "2026-03-03"], "MS"),
        (["2026-01-05", "2026-02-03"], "D"),
        (["2026-01-05", "2026-02-04", "2026-04-10"], "D"),
    ],
)
def test_labels_of_many_habits_tell_their_frequency(dates: list[str], freq: str) -> None:
    assert infer_freq(pd.to_datetime(pd.Series(dates * 2))) == freq


@pytest.mark.parametrize(
    "dates", [["2026-02-01", "2026-05-01"], ["2026-01-31", "2026-04-30"], ["2026-01-01"], []]
)
def test_what_cannot_be_told_is_not_guessed(dates: list[str]) -> None:
    with pytest.raises(InputError, match="give"):
        infer_freq(pd.Series(pd.to_datetime(dates)))


@given(st.integers(0, 5000), freqs)
def test_whole_periods_cover_the_days_and_no_fewer_would(number: int, freq: str) -> None:
    length = {"D": 1, "MS": 30.4375, "QS": 91.3125}.get(freq, 7)
    covering = whole_periods(number, freq)
    assert covering * length >= number > (covering - 1) * length


def test_season_lengths() -> None:
    assert [season_length(freq) for freq in ("D", "W-SUN", "MS", "QS")] == [7, 52, 12, 4]


@pytest.mark.parametrize(
    ("as_of", "cutoff"),
    [
        (None, "2026-02-02"),
        ("2026-02-14", "2026-02-02"),
        ("2026-02-15", "2026-02-09"),
        ("2026-05-01", "2026-02-09"),
        ("2025-05-01", "2026-02-02"),
    ],
)
def test_the_last_week_is_complete_once_as_of_reaches_its_sunday(as_of: str | None, cutoff: str) -> None:
    ds = pd.Series(pd.to_datetime(["2026-02-09", "2026-01-26"]))
    seen = pd.Timestamp(as_of) if as_of else None
    assert last_complete_period(ds, "W-MON", seen) == pd.Timestamp(cutoff)


def test_a_single_period_is_not_complete_by_itself() -> None:
    one = pd.DatetimeIndex(["2026-02-09", "2026-02-10"])
    with pytest.raises(InputError, match=r"2026-02-09.*as_of"):
        last_complete_period(one, "W-MON")
    assert last_complete_period(one, "W-MON", pd.Timestamp("2026-02-15")) == pd.Timestamp("2026-02-09")
    with pytest.raises(InputError, match="no dates"):
        last_complete_period(one[:0], "W-MON")


def test_iso_weeks_of_a_year_s_end() -> None:
    # ISO 8601: week 1 is the one with the year's first Thursday.
    labels = {
        "2026-02-09": "2026-W07",
        "2024-12-30": "2025-W01",
        "2027-01-03": "2026-W53",
        "2021-01-04": "2021-W01",
    }
    assert {day: iso_week(pd.Timestamp(day)) for day in labels} == labels


def test_bad_parameters_are_refused_in_a_sentence() -> None:
    day = pd.Timestamp("2026-02-09")
    with pytest.raises(InputError, match="'W' is not a frequency"):
        period_start(day, "W")
    with pytest.raises(InputError, match="missing"):
        period_start(pd.Series([day, pd.NaT]), "D")
    for days_given in (-1, math.nan, math.inf):
        with pytest.raises(InputError, match="0 or more"):
            whole_periods(days_given, "D")
    with pytest.raises(InputError, match="horizon"):
        following(day, -1, "D")
