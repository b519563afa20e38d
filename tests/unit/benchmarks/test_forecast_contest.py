"""The contest's own arithmetic is right, and nobody in it knows what comes after a cutoff."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks.contest_data import Race, race_of
from benchmarks.contest_methods import Forecasts, of_recipe
from benchmarks.contest_score import less, ranks, score, worst_decile, worst_decile_by_chance
from forecasting.recipes.registry import Candidate
from forecasting.series.panel import Panel, build_panel

NAIVE = Candidate("seasonal_naive")


def weekly_panel(series: int, weeks: int) -> Panel:
    generator = np.random.default_rng(0)
    ds = pd.date_range("2023-01-02", periods=weeks, freq="W-MON")
    frames = [
        pd.DataFrame({"unique_id": f"s{number:03d}", "ds": ds, "y": generator.poisson(6.0, weeks) * 1.0})
        for number in range(series)
    ]
    return build_panel(pd.concat(frames), freq="W-MON")


@pytest.fixture(scope="module")
def race() -> Race:
    panel = weekly_panel(20, 120)
    return race_of("weekly", panel, panel.last_observation)


def test_windows_lie_in_the_last_part_and_errors_are_over_before_them(race: Race) -> None:
    ds = race.panel.frame["ds"].unique()
    at = {day: number for number, day in enumerate(ds)}
    reported, earlier = ([at[cutoff] for cutoff in part] for part in (race.reported, race.earlier))
    assert (race.horizon, race.interval, len(reported)) == (8, 3, 10)
    assert reported[0] == round(0.7 * 119)
    assert reported[-1] + race.horizon == 119
    assert set(np.diff(reported)) <= {3, 4}
    assert earlier == [reported[0] - 8 - 4 * back for back in (5, 4, 3, 2, 1, 0)]


def test_few_series_are_judged_on_more_windows() -> None:
    panel = weekly_panel(1, 200)
    alone = race_of("alone", panel, panel.last_observation)
    assert (len(alone.reported), len(alone.earlier)) == (30, 12)


def test_paths_of_ones_own_are_judged_as_they_are(race: Race) -> None:
    """All paths say 2 a week: every figure can be told by hand."""
    predictions = of_recipe(race, NAIVE).predictions.assign(y_hat=2.0)
    paths = {cutoff: np.full((20, 50, race.horizon), 2.0) for cutoff in race.reported}
    found = score(race, Forecasts(predictions, 10, paths))
    reported = predictions[predictions["cutoff"].isin(race.reported)]
    y = reported["y"].to_numpy().reshape(-1, race.horizon)
    sums = y[:, :3].sum(axis=1)
    short, over = np.maximum(sums - 6, 0).mean(), np.maximum(6 - sums, 0).mean()
    assert found.errors["WAPE"] == pytest.approx(np.abs(y - 2).sum() / y.sum())
    assert found.errors["CRPS"] == pytest.approx(np.abs(sums - 6).mean())
    for q in (0.5, 0.8, 0.95):
        assert found.errors[f"pinball {q:g}"] == pytest.approx(q * short + (1 - q) * over)
    assert found.crps_by_window.mean() == pytest.approx(found.errors["CRPS"])
    assert found.pit_of_sums.size == len(sums)
    assert found.pit_of_periods.size == y.size


def test_sums_with_an_unknown_period_judge_nobody(race: Race) -> None:
    predictions = of_recipe(race, NAIVE).predictions
    first = predictions["horizon"] == 2
    gap = first & (predictions["unique_id"] == "s003")
    found = score(race, Forecasts(predictions.assign(y=predictions["y"].mask(gap)), 16))
    assert found.pit_of_sums.size == 19 * 10
    assert found.pit_of_periods.size == (20 * 8 - 1) * 10
    assert np.isfinite(list(found.errors.values())).all()


def test_paths_are_made_of_errors_that_were_over(race: Race) -> None:
    """What happens after the last cutoff is no error yet: it changes the figures, not the paths."""
    predictions = of_recipe(race, NAIVE).predictions
    last = predictions["cutoff"] == race.reported[-1]
    spoilt = predictions.assign(y=predictions["y"].mask(last & (predictions["horizon"] > race.interval)))
    one, other = (score(race, Forecasts(each, 16)) for each in (predictions, spoilt))
    np.testing.assert_array_equal(one.crps_by_window, other.crps_by_window)


def test_the_worst_decile_by_hand() -> None:
    assert worst_decile(np.arange(0.05, 1, 0.1)) == pytest.approx(0.0)
    assert worst_decile(np.array([0.05, 0.05, 0.15, 0.25])) == pytest.approx(40.0)
    assert worst_decile_by_chance(40) > 2 * worst_decile_by_chance(1000) > 1.0


def test_ranks_are_by_the_mean_place_and_ties_share_one() -> None:
    assert ranks([{"a": 1.0, "b": 2.0}, {"a": 2.0, "b": 1.0}, {"a": 3.0, "b": 3.0}]) == [1, 1, 3]


def test_less_is_a_share_with_the_error_of_its_mean() -> None:
    share, error = less(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 3.0]))
    assert share == pytest.approx(1 / 3)
    assert error == pytest.approx(np.std([1 / 3, 2 / 3, 0.0], ddof=1) / 3**0.5)
