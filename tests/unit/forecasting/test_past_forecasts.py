"""Forecasts of the past: what was known, made once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from forecasting.judging.backtest import evaluate
from forecasting.judging.past_forecasts import PastForecasts, past_forecasts
from forecasting.recipes.registry import Candidate
from forecasting.series.history import Array, History
from forecasting.series.panel import build_panel
from intake.errors import InputError

DS = pd.date_range("2024-01-01", periods=40, freq="W-MON")
CANDIDATE = Candidate("moving_average")


def sales(changed_from: int = 40) -> pd.DataFrame:
    y = np.random.default_rng(1).poisson(9, (3, len(DS))).astype(float)
    y[:, changed_from:] += 100
    frames = [
        pd.DataFrame({"unique_id": name, "ds": DS[start:], "y": y[place, start:]})
        for place, (name, start) in enumerate({"a": 0, "b": 0, "new": 20}.items())
    ]
    return pd.concat(frames, ignore_index=True)


def history(changed_from: int = 40) -> History:
    return History.of(build_panel(sales(changed_from), freq="W-MON"))


def test_a_fit_a_cutoff_is_what_a_backtest_does() -> None:
    wanted = PastForecasts(CANDIDATE, horizon=3, cutoffs=10, refit=1)
    panel = build_panel(sales(), freq="W-MON")
    past = past_forecasts(history(), 39, wanted)
    judged = evaluate(panel, [CANDIDATE], list(DS[27:37]), 3)
    pd.testing.assert_frame_equal(past, judged)
    assert past["y"].notna().all()
    assert past["ds"].max() == DS[39]


def test_what_comes_after_a_cutoff_changes_neither_forecast_nor_fingerprint() -> None:
    wanted = PastForecasts(CANDIDATE, horizon=3, cutoffs=12, refit=4)
    kept: dict[str, Array] = {}
    asked: list[list[str]] = []

    def keep(fingerprint: str, count: int, make: Callable[[], Array]) -> Array:
        made = kept.setdefault(fingerprint, make())
        assert made.shape == (count,)
        asked[-1].append(fingerprint)
        return made

    frames = []
    for changed_from in (40, 33):
        asked.append([])
        frames.append(past_forecasts(history(changed_from), 39, wanted, keep))
    same = (frames[0]["cutoff"] < DS[33]).to_numpy()
    np.testing.assert_array_equal(frames[0]["y_hat"][same], frames[1]["y_hat"][same])
    assert not np.array_equal(frames[0]["y_hat"], frames[1]["y_hat"])
    shared = set(asked[0]) & set(asked[1])
    assert 0 < len(shared) < len(asked[0])

    asked.append([])
    past_forecasts(history(), 38, wanted, keep)
    assert set(asked[2]) & set(asked[0]), "a period earlier or later, the same fits serve"


def test_cutoffs_with_too_little_before_them_are_left_out() -> None:
    wanted = PastForecasts(CANDIDATE, horizon=3, cutoffs=100, refit=4)
    assert past_forecasts(history(), 39, wanted)["cutoff"].min() >= DS[11]
    assert past_forecasts(history(), 10, wanted).empty
    with pytest.raises(InputError, match="1 or more"):
        PastForecasts(CANDIDATE, horizon=3, cutoffs=0)
