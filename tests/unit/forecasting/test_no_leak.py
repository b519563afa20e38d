"""Rewriting everything after the cutoff changes no row, feature, scale, fold or forecast."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from forecasting_samples import weekly_series
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.features.rows import RowLimits
from forecasting.judging.backtest import evaluate, rolling_cutoffs
from forecasting.recipes.contract import Standing
from forecasting.recipes.registry import Candidate
from forecasting.series.history import History
from forecasting.series.panel import Panel, build_panel
from intake.periods import shift

WEEKS = 75
HORIZON = 6
CHEAP = [Candidate("seasonal_naive"), Candidate("moving_average", {"window": 13, "profile": 1})]


@dataclass(frozen=True)
class Rewriting:
    """What becomes of the weeks after the cutoff: other sales, other shelves, lost rows, other series."""

    cutoff: int
    seed: int
    largest: float
    lost: float
    newcomers: tuple[str, ...]

    def __call__(self, sales: pd.DataFrame) -> pd.DataFrame:
        generator = np.random.default_rng(self.seed)
        later = (sales["ds"] > self.date(sales)).to_numpy()
        other = sales.assign(
            y=np.where(later, generator.uniform(-1.0, self.largest, len(sales)), sales["y"]),
            in_stock=np.where(later, generator.choice([0.0, 0.3, 1.0], len(sales)), sales["in_stock"]),
        )
        new = other[later & (sales["unique_id"] == "s02")]
        begun = [new.assign(unique_id=name).iloc[place:] for place, name in enumerate(self.newcomers)]
        return pd.concat([other[~(later & (generator.random(len(sales)) < self.lost))], *begun])

    def date(self, sales: pd.DataFrame) -> pd.Timestamp:
        return pd.Timestamp(np.sort(sales["ds"].unique())[self.cutoff])


REWRITINGS = st.builds(
    Rewriting,
    cutoff=st.integers(30, WEEKS - 8),
    seed=st.integers(0, 2**16),
    largest=st.sampled_from([0.0, 5.0, 1e6]),
    lost=st.sampled_from([0.0, 0.5, 1.0]),
    newcomers=st.sampled_from([(), ("a first one",), ("s01 between", "z last one")]),
)


def past_sales(seed: int) -> pd.DataFrame:
    """Five series; one is short, one has a week in four without a row, some weeks sold out or were empty."""
    sales = weekly_series(5, WEEKS, seed)
    generator = np.random.default_rng(seed)
    in_stock = generator.choice([1.0, 0.4, 0.0], len(sales), p=[0.9, 0.05, 0.05])
    week = np.tile(np.arange(WEEKS), 5)
    missing = (sales["unique_id"] == "s01") & (week < 20)
    missing |= (sales["unique_id"] == "s03") & (week % 4 == 1)
    return sales.assign(in_stock=in_stock)[~missing]


def standing(panel: Panel, cutoff: pd.Timestamp) -> Standing:
    history = History.of(panel, until=shift(cutoff, HORIZON, panel.freq))
    return Standing(history, history.position(cutoff), HORIZON, RowLimits(most_rows=500))


@given(st.integers(0, 20), REWRITINGS)
@settings(max_examples=25, deadline=None)
def test_rewriting_the_future_changes_no_row_feature_or_scale(seed: int, rewriting: Rewriting) -> None:
    sales = past_sales(seed)
    cutoff = rewriting.date(sales)
    one, other = (standing(build_panel(each, freq="W-MON"), cutoff) for each in (sales, rewriting(sales)))
    np.testing.assert_array_equal(one.lesson.y, other.lesson.y)
    for table, same in ((one.lesson.table, other.lesson.table), (one.ahead, other.ahead)):
        pd.testing.assert_frame_equal(table.frame, same.frame, check_exact=True)
        np.testing.assert_array_equal(table.scale, same.scale)
        np.testing.assert_array_equal(table.silent, same.silent)


@given(st.integers(0, 20), REWRITINGS)
@settings(max_examples=8, deadline=None)
def test_rewriting_the_future_changes_no_fold_and_no_forecast(seed: int, rewriting: Rewriting) -> None:
    sales = past_sales(seed)
    cutoff = rewriting.date(sales)
    forecasts = []
    for version in (sales, rewriting(sales)):
        panel = build_panel(version, freq="W-MON")
        folds = rolling_cutoffs(shift(panel.frame["ds"].min(), 20, "W-MON"), cutoff, 3, 2, "W-MON")
        table = evaluate(panel, [*CHEAP, Candidate("ridge", {"alpha": 1.0})], [*folds, cutoff], HORIZON)
        forecasts.append(table[["recipe", "cutoff", "horizon", "unique_id", "ds", "y_hat"]])
    pd.testing.assert_frame_equal(*forecasts, check_exact=True)
