"""AutoETS is asked for what it can do, and its absence is told in a sentence."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from forecasting_samples import awkward_series, weekly_series
from statsforecast.models import AutoETS

from forecasting.recipes.auto_ets import without_gaps
from forecasting.recipes.contract import Standing
from forecasting.recipes.registry import DEFAULT_RECIPES, RECIPES, Candidate
from forecasting.series.history import History
from forecasting.series.panel import build_panel
from intake.errors import MissingError

AUTO_ETS = Candidate("auto_ets")


def test_without_the_package_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "statsforecast", None)
    standing = Standing(History.of(build_panel(weekly_series(2, 60), freq="W-MON")), 50, 4)
    with pytest.raises(MissingError, match=r"needs the package statsforecast: pip install 'abasto\[ets\]'"):
        AUTO_ETS.fit(standing, seed=0)


def test_it_is_tried_only_where_it_is_asked_for() -> None:
    assert tuple(RECIPES) == (*DEFAULT_RECIPES, "auto_ets")


def test_every_series_gets_its_own_forecast_whatever_it_lacks() -> None:
    history = History.of(build_panel(awkward_series(), freq="W-MON"))
    standing = Standing(history, 55, 4)
    y_hat = AUTO_ETS.expected(AUTO_ETS.fit(standing, seed=0), standing).reshape(-1, 4)
    begun = [history.unique_id[place] for place in standing.begun]
    assert "newest" not in begun
    usual = history.demand[history.unique_id.index("usual"), :56]
    model = AutoETS(season_length=1)
    assert (y_hat[begun.index("usual")] == model.forecast(y=usual, h=4)["mean"]).all()
    assert (y_hat[begun.index("never")] == 0).all()
    assert np.isfinite(y_hat).all()


def test_gaps_are_bridged_by_straight_lines_and_the_end_by_the_last_value() -> None:
    nan = float("nan")
    assert without_gaps(np.array([nan, 2.0, nan, nan, 8.0, nan])).tolist() == [2.0, 4.0, 6.0, 8.0, 8.0]
    assert without_gaps(np.array([nan, nan])).tolist() == []
