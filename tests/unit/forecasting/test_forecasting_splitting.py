from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.series.splitting import Split, split_by_time
from intake.errors import InputError


def test_a_year_of_days_splits_70_to_30() -> None:
    split = split_by_time(pd.date_range("2022-01-01", "2022-12-31"))
    assert split == Split(pd.Timestamp("2022-09-12"), None, pd.Timestamp("2022-12-31"))  # 255 and 110 days


def test_three_parts_by_shares_and_by_dates_agree() -> None:
    ds = pd.Series(pd.date_range("2024-01-01", periods=20, freq="W-MON"))
    by_shares = split_by_time(ds, shares=(0.6, 0.2, 0.2))
    assert by_shares == split_by_time(ds, dates=(ds[11], ds[15]))
    assert by_shares.part(ds).tolist() == ["train"] * 12 + ["validation"] * 4 + ["test"] * 4
    assert by_shares.development_end == ds[15]


@given(st.integers(4, 300), st.floats(0.3, 0.7), st.integers(1, 4))
def test_parts_are_in_order_and_every_period_is_in_one(periods: int, share: float, series: int) -> None:
    ds = pd.Series(list(pd.date_range("2020-01-01", periods=periods)) * series)
    parts = split_by_time(ds, shares=(share, 1 - share)).part(ds)
    assert ds[parts == "train"].max() < ds[parts == "test"].min()
    assert set(parts) == {"train", "test"}
    assert abs((parts == "train").mean() - share) <= 1 / periods


@pytest.mark.parametrize("shares", [(0.7, 0.4), (1.0,), (0.5, -0.5, 1.0), (0.25, 0.25, 0.25, 0.25)])
def test_shares_that_make_no_split_are_refused(shares: tuple[float, ...]) -> None:
    with pytest.raises(InputError):
        split_by_time(pd.date_range("2022-01-01", periods=50), shares=shares)


def test_a_date_outside_the_history_is_refused() -> None:
    with pytest.raises(InputError, match="move the cut"):
        split_by_time(pd.date_range("2022-01-01", periods=50), dates=(pd.Timestamp("2023-01-01"),))
