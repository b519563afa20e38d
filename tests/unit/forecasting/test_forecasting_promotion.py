from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecasting.judging.promotion import decide
from intake.errors import MissingError

METRICS = pd.DataFrame(
    {
        "recipe": ["ridge", "seasonal_naive", "same"],
        "rmsse": [0.8, 0.9, 0.8],
        "wape": [0.2, 0.25, 0.2],
        "rows": 40,
    }
)


def test_the_first_winner_is_promoted_even_a_baseline() -> None:
    decision = decide(METRICS, "seasonal_naive", None)
    assert decision.promoted
    assert "first model" in decision.reason


def test_a_later_winner_must_beat_the_champion() -> None:
    better = decide(METRICS, "ridge", "seasonal_naive")
    assert better.promoted
    assert "RMSSE 0.800 against 0.900" in better.reason
    worse = decide(METRICS, "seasonal_naive", "ridge")
    assert not worse.promoted
    assert "does not beat" in worse.reason
    assert not decide(METRICS, "ridge", "same").promoted  # a tie keeps what is in use


def test_a_champion_that_was_not_judged_is_an_error() -> None:
    with pytest.raises(MissingError, match="'xgboost' has no row"):
        decide(METRICS, "ridge", "xgboost")


def test_where_nothing_scales_rmsse_the_wape_decides() -> None:
    unscaled = METRICS.assign(rmsse=np.nan)
    better, worse = decide(unscaled, "ridge", "seasonal_naive"), decide(unscaled, "seasonal_naive", "ridge")
    assert (better.promoted, worse.promoted) == (True, False)
    assert "WAPE 20.0% against 25.0%" in better.reason
    half = METRICS.assign(rmsse=[0.8, np.nan, 0.8])
    assert "RMSSE" not in decide(half, "ridge", "seasonal_naive").reason
    first = decide(unscaled, "ridge", None)
    assert first.promoted
    assert "(WAPE 20.0%)" in first.reason
    for decision in (better, worse, first):
        assert "nan" not in decision.reason


def test_what_cannot_be_measured_cannot_be_judged() -> None:
    unknown = METRICS.assign(rmsse=np.nan, wape=np.nan)
    first, later = decide(unknown, "ridge", None), decide(unknown, "ridge", "same")
    assert first.promoted
    assert "cannot be measured" in first.reason
    assert not later.promoted
    assert "ridge cannot be judged against the same" in later.reason
    assert "nan" not in first.reason + later.reason.replace("naive", "")
