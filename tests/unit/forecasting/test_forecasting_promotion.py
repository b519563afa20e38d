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
CUTOFFS = pd.date_range("2024-01-01", periods=4, freq="28D")


def losses(leads: list[float], weeks: int = 4) -> pd.DataFrame:
    """Windows of so many weeks in which ridge is better than the others by `leads`; the others are alike."""
    by_recipe = {"ridge": leads, "seasonal_naive": [0.0] * len(leads), "same": [0.0] * len(leads)}
    frames = [
        pd.DataFrame(
            {
                "recipe": recipe,
                "cutoff": CUTOFFS[: len(lead)],
                "until": CUTOFFS[: len(lead)] + pd.Timedelta(weeks=weeks),
                "rmsse": 0.9 - np.array(lead),
                "wape": 0.25 - np.array(lead) / 2,
            }
        )
        for recipe, lead in by_recipe.items()
    ]
    return pd.concat(frames, ignore_index=True)


STEADY = losses([0.09, 0.11, 0.1, 0.1])


def test_the_first_winner_is_promoted_even_a_baseline() -> None:
    decision = decide(METRICS, STEADY, "seasonal_naive", None)
    assert decision.promoted
    assert "first model" in decision.reason


def test_a_later_winner_must_beat_the_champion() -> None:
    better = decide(METRICS, STEADY, "ridge", "seasonal_naive")
    assert better.promoted
    assert better.reason == (
        "ridge beats the seasonal_naive: RMSSE 0.800 against 0.900, WAPE 20.0% against 25.0%, on the same "
        "40 forecasts; so large a lead is luck in 0.0% of cases with 4 windows."
    )
    worse = decide(METRICS, STEADY, "seasonal_naive", "ridge")
    assert not worse.promoted
    assert "does not beat" in worse.reason
    assert "luck" not in worse.reason
    assert not decide(METRICS, STEADY, "ridge", "same").promoted  # a tie keeps what is in use


def test_a_lead_that_may_be_luck_promotes_nobody() -> None:
    decision = decide(METRICS, losses([0.3, -0.2, 0.2, -0.1]), "ridge", "seasonal_naive")
    assert not decision.promoted
    # mean 0.05, standard deviation 0.238, t = 0.42, of Student's t with 3 degrees of freedom
    assert "ridge leads the seasonal_naive: RMSSE 0.800 against 0.900" in decision.reason
    assert "luck in 35.1% of cases with 4 windows, and more than 20% is too much." in decision.reason


def test_windows_that_overlap_say_less() -> None:
    leads = [0.2, 0.15, 0.02, -0.02]
    apart = decide(METRICS, losses(leads, weeks=4), "ridge", "seasonal_naive")
    overlapping = decide(METRICS, losses(leads, weeks=5), "ridge", "seasonal_naive")
    assert (apart.promoted, overlapping.promoted) == (True, False)


def test_one_window_alone_promotes_nobody_and_says_why() -> None:
    decision = decide(METRICS, losses([0.1]), "ridge", "seasonal_naive")
    assert not decision.promoted
    assert decision.reason.endswith("; one window cannot tell a lead from luck, so it is not promoted.")


def test_a_champion_that_was_not_judged_is_an_error() -> None:
    with pytest.raises(MissingError, match="'xgboost' has no row"):
        decide(METRICS, STEADY, "ridge", "xgboost")


def test_where_nothing_scales_rmsse_the_wape_decides() -> None:
    unscaled = METRICS.assign(rmsse=np.nan)
    windows = STEADY.assign(rmsse=np.nan)
    better = decide(unscaled, windows, "ridge", "seasonal_naive")
    worse = decide(unscaled, windows, "seasonal_naive", "ridge")
    assert (better.promoted, worse.promoted) == (True, False)
    assert "WAPE 20.0% against 25.0%" in better.reason
    half = METRICS.assign(rmsse=[0.8, np.nan, 0.8])
    assert "RMSSE" not in decide(half, STEADY, "ridge", "seasonal_naive").reason
    first = decide(unscaled, windows, "ridge", None)
    assert first.promoted
    assert "(WAPE 20.0%)" in first.reason
    for decision in (better, worse, first):
        assert "nan" not in decision.reason


def test_what_cannot_be_measured_cannot_be_judged() -> None:
    unknown = METRICS.assign(rmsse=np.nan, wape=np.nan)
    first, later = decide(unknown, STEADY, "ridge", None), decide(unknown, STEADY, "ridge", "same")
    assert first.promoted
    assert "cannot be measured" in first.reason
    assert not later.promoted
    assert "ridge cannot be judged against the same" in later.reason
    assert "nan" not in first.reason + later.reason.replace("naive", "")
