"""The replay of the ordering contest costs what a plain loop over one series says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.vn2 import ANY_SPREAD, CONSTANT_SPREAD, benchmark_pinball, deciles
from benchmarks.vn2_protocol import (
    Contest,
    benchmark_forecast,
    benchmark_order,
    first_state,
    play,
    read_contest,
)


def contest(weeks: int = 157) -> Contest:
    """Three series of Poisson sales; the second one is off the shelf now and then."""
    generator = np.random.default_rng(5)
    demand = generator.poisson([[2.0], [5.0], [0.4]], (3, weeks)).astype(float)
    demand[1, generator.random(weeks) < 0.2] = np.nan
    ds = pd.date_range("2021-04-12", periods=weeks, freq="W-MON")
    names = pd.DataFrame({"unique_id": ["0/1", "0/2", "1/1"]})
    return Contest(demand, ds, pd.DataFrame(), names)


def test_a_window_costs_what_a_loop_over_its_weeks_says() -> None:
    demand = contest().demand
    origin, total = 92, 0.0
    for own in demand:
        past = own[41:93][~np.isnan(own[41:93])]
        shelf = int(np.ceil(past.mean()))
        coming = {93: 0, 94: max(round(2 * past.mean()) - shelf, 0)} | dict.fromkeys(range(95, 101), 3)
        for week in range(93, 101):
            shelf += coming[week]
            wanted = 0 if np.isnan(own[week]) else int(own[week])
            missed = max(wanted - shelf, 0)
            shelf = max(shelf - wanted, 0)
            total += (0.2 * shelf + missed) * (week >= 95 and not np.isnan(own[week]))
    assert play(demand, origin, lambda *_: np.full(3, 3.0)) == pytest.approx(total)


def test_a_series_counts_once_it_was_seen_for_thirteen_weeks() -> None:
    demand = np.full((1, 157), np.nan)
    demand[:, 81:] = 1.0
    assert play(demand, 92, lambda *_: np.zeros(1)) == 0.0
    demand[:, 80] = 1.0
    assert play(demand, 92, lambda *_: np.zeros(1)) == 6.0
    assert first_state(demand, 92)[0].tolist() == [1.0]


def test_the_benchmark_knows_the_season_and_nothing_of_the_future() -> None:
    given = contest()
    season = 1.0 + 0.5 * np.sin(2 * np.pi * np.arange(157) / 52)
    seasonal = np.round(100 * season)[None, :].repeat(2, axis=0)
    ahead = benchmark_forecast(seasonal, given.ds, 130, 4)
    np.testing.assert_allclose(ahead, seasonal[:, 131:135], rtol=0.06)
    seasonal[:, 131:] = 0.0
    np.testing.assert_array_equal(benchmark_forecast(seasonal, given.ds, 130, 4), ahead)
    order = benchmark_order(given)(130, np.array([0.0, 1e6, 0.0]), np.zeros((3, 2)))
    expected = np.round(benchmark_forecast(given.demand, given.ds, 130, 4).sum(axis=1))
    assert order.tolist() == [expected[0], 0.0, expected[2]]


def test_the_files_are_read_in_the_order_of_the_series(tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text("Store,Product,2021-04-12,2021-04-19\n2,7,1.0,2.0\n1,9,3.0,0.0\n")
    (tmp_path / "in_stock.csv").write_text(
        "Store,Product,2021-04-12,2021-04-19\n2,7,True,True\n1,9,True,False\n"
    )
    (tmp_path / "master.csv").write_text("Store,Product,Format\n1,9,5\n2,7,6\n")
    read = read_contest(tmp_path)
    assert read.unique_id == ["1/9", "2/7"]
    np.testing.assert_array_equal(read.demand, [[3.0, np.nan], [1.0, 2.0]])
    assert read.attributes["Format"].tolist() == ["5", "6"]
    assert read.sales["in_stock"].tolist() == [1.0, 0.0, 1.0, 1.0]


def test_deciles_and_the_best_constant_spread() -> None:
    np.testing.assert_allclose(deciles((np.arange(100) + 0.5) / 100), 0.1)
    third, total = benchmark_pinball(contest(), ANY_SPREAD)
    assert 0.0 < third < total < 3 * third + 1.0
    for best, constant in zip((third, total), benchmark_pinball(contest(), CONSTANT_SPREAD), strict=True):
        assert best <= constant
