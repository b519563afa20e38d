from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import poisson

from forecasting.paths.demand_paths import DemandPaths
from forecasting.paths.prediction import prediction_table
from forecasting.paths.staffing import staffing_table
from intake.errors import InputError

ANY_VALUES = arrays(np.float64, st.tuples(*[st.integers(1, 4)] * 3), elements=st.floats(0, 1e6))


def paths_of(values: np.ndarray, first: str = "2026-01-05") -> DemandPaths:
    ids = tuple(f"s{number}" for number in range(values.shape[0]))
    return DemandPaths(values, ids, pd.date_range(first, periods=values.shape[2]))


def test_the_p90_of_two_poisson_weeks_is_14_not_16() -> None:
    """Two independent Poisson(5) weeks sum to a Poisson(10) with P90 14; a single week has P90 8."""
    draws = np.random.default_rng(0).poisson(5.0, (1, 200_000, 2)).astype(float)
    paths = paths_of(draws)
    assert paths.sum_quantile(0.9, 2)[0] == poisson(10).ppf(0.9) == 14
    assert paths.quantile(0.9).sum() == 2 * poisson(5).ppf(0.9) == 16


@given(ANY_VALUES)
def test_a_table_of_paths_holds_every_series_path_and_period(values: np.ndarray) -> None:
    paths = paths_of(values)
    table = paths.to_frame().sample(frac=1.0, random_state=0).set_index(["unique_id", "path", "ds"])["y"]
    assert len(table) == values.size
    for (series, path, period), value in np.ndenumerate(values):
        assert table[paths.unique_id[series], path, paths.ds[period]] == value


@given(ANY_VALUES, st.floats(0, 1))
def test_a_quantile_is_a_value_that_enough_paths_do_not_exceed(values: np.ndarray, q: float) -> None:
    quantile = paths_of(values).quantile(q)
    assert ((values <= quantile[:, None, :]).mean(axis=1) >= q - 1e-9).all()
    assert (values == quantile[:, None, :]).any(axis=1).all()


@pytest.mark.parametrize("paths", [1, 2, 7, 10, 40])
def test_quantiles_of_many_series_are_numpys(paths: int) -> None:
    values = np.random.default_rng(paths).poisson(4.0, (600, paths, 3)).astype(float)
    asked = np.linspace(0.0, 1.0, 41)
    expected = np.quantile(values, asked, axis=1, method="inverted_cdf")
    np.testing.assert_array_equal(paths_of(values).quantiles(asked.tolist()), expected)


def test_a_slice_of_periods_is_summed() -> None:
    paths = paths_of(np.arange(12.0).reshape(1, 2, 6))
    assert paths.sum_quantile(1.0, slice(2, 4))[0] == 8 + 9
    with pytest.raises(InputError, match="longer horizon"):
        paths.sum_quantile(0.5, 7)


@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf])
def test_impossible_demand_is_refused(value: float) -> None:
    with pytest.raises(InputError, match="finite and not negative"):
        paths_of(np.full((1, 1, 1), value))


def test_the_prediction_table_reads_quantiles_off_the_paths() -> None:
    paths = paths_of(np.arange(100.0).reshape(1, 100, 1))
    row = prediction_table(paths).iloc[0]
    assert row.drop(["ds", "unique_id"]).tolist() == [49.5, 9.0, 49.0, 79.0, 89.0, 94.0]


def test_staffing_adds_series_up_before_it_takes_the_busy_day() -> None:
    one = np.repeat([[100.0], [200.0]] * 5, 8, axis=1)[None]  # ten paths, eight days from a Monday
    paths = paths_of(np.concatenate([one, 300.0 - one]))  # the two series always add up to 300
    by_weekday, by_date = staffing_table(paths, sales_per_person=140.0, freq="D")
    assert by_weekday["weekday"].tolist()[0] == "Monday"
    assert len(by_weekday) == 7
    assert len(by_date) == 8
    assert set(by_date["busy_day_sales"]) == {300.0}
    assert set(by_date["people_busy_day"]) == {3}


def test_staffing_refuses_weeks_and_nobody() -> None:
    weekly = DemandPaths(np.ones((1, 1, 2)), ("a",), pd.date_range("2026-01-05", periods=2, freq="W-MON"))
    with pytest.raises(InputError, match="daily"):
        staffing_table(weekly, 10.0, "W-MON")
    one_week = DemandPaths(weekly.values[:, :, :1], ("a",), weekly.ds[:1])
    with pytest.raises(InputError, match="daily"):
        staffing_table(one_week, 10.0, "W-MON")
    with pytest.raises(InputError, match="sales_per_person"):
        staffing_table(paths_of(np.ones((1, 1, 2))), 0.0, "D")
