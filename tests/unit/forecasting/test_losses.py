from __future__ import annotations

import numpy as np
import oracles
import pandas as pd
import pytest
from forecasting_samples import weekly_series

from forecasting.judging.backtest import evaluate
from forecasting.judging.losses import MEASURES, PIT, losses, measures
from forecasting.judging.scores import metrics_table
from forecasting.recipes.registry import Candidate
from forecasting.series.history import History
from forecasting.series.panel import build_panel

GENERATOR = np.random.default_rng(4)
PAST = GENERATOR.poisson(6.0, (4, 30)).astype(float)
Y = GENERATOR.poisson(6.0, (4, 5)).astype(float)
Y[1, 2] = Y[3, :] = np.nan
VALUES = GENERATOR.poisson(6.0, (4, 40, 5)).astype(float)
BY_SERIES, BY_HORIZON = losses(Y, VALUES.mean(axis=1), VALUES, PAST, 7, seed=0)


def test_sums_of_losses_agree_with_plain_loops() -> None:
    total = measures(BY_SERIES.assign(recipe="one"), ["recipe"]).iloc[0]
    crps, pinball = [], []
    for series, period in zip(*np.nonzero(~np.isnan(Y)), strict=True):
        paths = sorted(VALUES[series, :, period].tolist())
        y = float(Y[series, period])
        crps.append(oracles.crps(y, paths))
        quantile = paths[int(0.8 * 40) - 1]
        pinball.append(0.8 * (y - quantile) if y >= quantile else 0.2 * (quantile - y))
    assert total["rows"] == len(crps) == 14
    assert total["crps"] == pytest.approx(np.mean(crps))
    assert total["pinball_80"] == pytest.approx(np.mean(pinball))


def test_measures_of_all_rows_are_the_metrics_of_the_predictions() -> None:
    panel = build_panel(weekly_series(4, 80), freq="W-MON")
    cutoffs = list(pd.DatetimeIndex(panel.frame["ds"].unique())[[60, 70]])
    table = evaluate(panel, [Candidate("seasonal_naive"), Candidate("linear_regression")], cutoffs, 5)
    history = History.of(panel)
    parts = []
    for (recipe, cutoff), own in table.groupby(["recipe", "cutoff"], sort=False):
        y, y_hat = (own[name].to_numpy().reshape(4, 5) for name in ("y", "y_hat"))
        past = history.demand[:, : history.position(pd.Timestamp(str(cutoff))) + 1]
        by_series, _ = losses(y, y_hat, y_hat[:, None], past, panel.season_length, seed=0)
        parts.append(by_series.assign(recipe=recipe))
    found = measures(pd.concat(parts), ["recipe"])
    expected = metrics_table(table, panel)
    pd.testing.assert_frame_equal(found[expected.columns], expected, check_dtype=False)
    assert found["crps"].tolist() == pytest.approx(found["mae"].tolist())  # of a single path


def test_series_and_horizons_add_up_to_the_same() -> None:
    shared = [name for name in BY_SERIES if not name.startswith(("mase", "rmsse"))]
    pd.testing.assert_series_equal(BY_SERIES[shared].sum(), BY_HORIZON[shared].sum())
    assert BY_SERIES[list(PIT)].to_numpy().sum() == 14
    assert BY_HORIZON["horizon"].tolist() == [1, 2, 3, 4, 5]


def test_where_blocks_of_series_end_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forecasting.judging.losses.BLOCK_SERIES", 3)
    by_series, by_horizon = losses(Y, VALUES.mean(axis=1), VALUES, PAST, 7, seed=0)
    drawn = [name for name in BY_SERIES if name.startswith(("pit", "coverage"))]  # within ties, by block
    pd.testing.assert_frame_equal(by_series.drop(columns=drawn), BY_SERIES.drop(columns=drawn))
    pd.testing.assert_frame_equal(by_horizon.drop(columns=drawn), BY_HORIZON.drop(columns=drawn))


def test_a_group_of_nothing_known_has_no_measures() -> None:
    table = measures(BY_SERIES.assign(series=range(4)), ["series"], also=["sold"])
    assert table.loc[3, list(MEASURES)].drop("rows").isna().all()
    assert table.loc[3, "rows"] == 0


def test_coverage_of_paths_from_the_right_law_is_as_promised() -> None:
    generator = np.random.default_rng(0)
    y, values = (generator.poisson(3.0, shape).astype(float) for shape in ((500, 8), (500, 400, 8)))
    by_series, _ = losses(
        y, values.mean(axis=1), values, generator.poisson(3.0, (500, 20)).astype(float), 7, 0
    )
    found = measures(by_series.assign(recipe="right"), ["recipe"]).iloc[0]
    for name, promised in (("coverage_50", 0.5), ("coverage_80", 0.8), ("coverage_95", 0.95)):
        # Four standard errors of 4,000 independent cases, and the grain of 400 paths.
        assert found[name] == pytest.approx(
            promised, abs=4 * np.sqrt(promised * (1 - promised) / 4000) + 0.005
        )
