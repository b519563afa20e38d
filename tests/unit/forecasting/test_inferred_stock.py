"""Shelves emptied on purpose: what is found again, and what is found where nothing was."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecasting.series.inferred_stock import infer_missing_stock


def simulated(series: int, periods: int, freq: str, seed: int) -> pd.DataFrame:
    """Negative binomial sales of 1 to 30 a period with a yearly season; days have a weekday that is shut."""
    generator = np.random.default_rng(seed)
    ds = pd.date_range("2023-01-02", periods=periods, freq=freq)
    year = 365 if freq == "D" else 52
    season = 1 + 0.4 * np.sin(2 * np.pi * np.arange(periods) / year)
    shape = np.where(ds.weekday == 6, 0.0, 1.0) if freq == "D" else np.ones(periods)
    mean = np.geomspace(1, 30, series)[:, None] * season * shape
    y = generator.poisson(mean * generator.gamma(3.0, 1 / 3.0, mean.shape))
    names = [f"s{number:03d}" for number in range(series)]
    return pd.DataFrame(
        {"unique_id": np.repeat(names, periods), "ds": np.tile(ds, series), "y": y.reshape(-1).astype(float)}
    )


def emptied(sales: pd.DataFrame, length: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    generator = np.random.default_rng(seed)
    periods = sales["ds"].nunique()
    gone = np.zeros((len(sales) // periods, periods), dtype=bool)
    for row in gone:
        start = generator.integers(20, periods - 20 - length)
        row[start : start + length] = True
    return sales.assign(y=sales["y"].mask(gone.reshape(-1), 0.0)), gone.reshape(-1)


@pytest.mark.parametrize(("freq", "periods", "length"), [("W-MON", 104, 6), ("D", 200, 8)])
def test_most_empty_shelves_are_found_and_hardly_a_full_one(freq: str, periods: int, length: int) -> None:
    sales, gone = emptied(simulated(100, periods, freq, 1), length, 2)
    frame, report = infer_missing_stock(sales, freq)
    missing = (frame["in_stock"] == 0).to_numpy()
    usual = (sales["y"].groupby(sales["unique_id"]).transform("mean") > 4).to_numpy()
    assert (missing & gone & usual).sum() / (gone & usual).sum() > 0.8
    assert (missing & ~gone).sum() / (~gone).sum() < 0.004, "zeros beside the run, by chance"
    assert report["confidence"].between(0.99, 1).all()
    assert report["periods"].sum() == missing.sum()


@pytest.mark.parametrize("freq", ["W-MON", "D"])
def test_where_nothing_was_missing_hardly_anything_is_found(freq: str) -> None:
    sales = simulated(200, 150, freq, 3)
    _, report = infer_missing_stock(sales, freq)
    assert report["unique_id"].nunique() <= 4, "1 % of the runs, at most, is what confidence of 99 % means"


def test_seasons_slow_sellers_and_ends_are_no_empty_shelves() -> None:
    ds = pd.date_range("2023-01-02", periods=104, freq="W-MON")
    summer = np.where((np.arange(104) % 52 >= 15) & (np.arange(104) % 52 < 35), 20.0, 0.0)
    slow = (np.arange(104) % 3 == 0).astype(float)
    ended = np.where(np.arange(104) < 70, 20.0, 0.0)
    for y in (summer, slow, ended):
        frame, report = infer_missing_stock(pd.DataFrame({"unique_id": "a", "ds": ds, "y": y}), "W-MON")
        assert report.empty
        assert "in_stock" not in frame


def test_what_is_stated_is_not_second_guessed() -> None:
    ds = pd.date_range("2023-01-02", periods=60, freq="W-MON")
    y = np.where((np.arange(60) >= 30) & (np.arange(60) < 36), 0.0, 20.0)
    sales = pd.DataFrame({"unique_id": "a", "ds": ds, "y": y})
    frame, report = infer_missing_stock(sales, "W-MON")
    assert list(report.iloc[0])[1:4] == [ds[30], ds[35], 6]
    assert (frame.loc[30:35, "in_stock"] == 0).all()
    assert infer_missing_stock(sales.assign(in_stock=1.0), "W-MON")[1].empty
