from __future__ import annotations

import pandas as pd
import pytest

from forecasting.promotion import decide
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
