"""On pure noise nothing can be known: whoever beats the mean of the law has seen the future."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.judging.backtest import evaluate, rolling_cutoffs
from forecasting.recipes.registry import DEFAULT_RECIPES, Candidate
from forecasting.series.panel import build_panel

SERIES, WEEKS, HORIZON, SEEDS = 8, 76, 6, 3
MEANS = np.geomspace(2.0, 30.0, SERIES)
SIZE = 4.0
DS = pd.date_range("2023-01-02", periods=WEEKS, freq="W-MON")


def noise(seed: int) -> pd.DataFrame:
    """Independent negative binomial weeks, and a promotion and a price that mean nothing."""
    generator = np.random.default_rng([seed, 8])
    y = generator.negative_binomial(SIZE, SIZE / (SIZE + MEANS[:, None]), (SERIES, WEEKS))
    return pd.DataFrame(
        {
            "unique_id": np.repeat([f"s{number}" for number in range(SERIES)], WEEKS),
            "ds": np.tile(DS, SERIES),
            "y": y.reshape(-1).astype(float),
            "promotion": (generator.random(SERIES * WEEKS) < 0.2).astype(float),
            "price": generator.choice([1.0, 1.1, 1.2], SERIES * WEEKS),
        }
    )


def champion_against_the_mean(seed: int) -> np.ndarray:
    """Squared error of the champion less that of the mean, over the variance of the law, window by window.

    The champion is chosen by the error scaled likewise, on windows before those that judge it.
    """
    panel = build_panel(noise(seed), freq="W-MON")
    cutoffs = rolling_cutoffs(DS[WEEKS // 2], DS[-1], HORIZON, 4, "W-MON")
    candidates = [Candidate(name) for name in DEFAULT_RECIPES]
    predictions = evaluate(panel, candidates, cutoffs, HORIZON)
    mean = predictions["unique_id"].str[1:].astype(int).map(lambda place: MEANS[place])
    variance = mean + mean**2 / SIZE
    squared = (predictions["y"] - predictions["y_hat"]) ** 2 / variance
    lead = squared - (predictions["y"] - mean) ** 2 / variance
    earlier = predictions["cutoff"] < cutoffs[2]
    champion = squared[earlier].groupby(predictions["recipe"][earlier]).mean().idxmin()
    judged = (predictions["recipe"] == champion) & ~earlier
    windows = [predictions["cutoff"][judged], predictions["unique_id"][judged]]
    return lead[judged].groupby(windows).mean().to_numpy()


def test_the_champion_is_not_better_than_the_mean() -> None:
    """Its lead over the mean lies within two standard errors of none, or it is behind; and not by much."""
    leads = np.concatenate([champion_against_the_mean(seed) for seed in range(SEEDS)])
    standard_error = leads.std(ddof=1) / np.sqrt(len(leads))
    assert leads.mean() > -2.0 * standard_error
    assert leads.mean() < 0.25, "a champion of noise stays near the mean"
    assert standard_error < 0.08, "the test could tell a lead of a tenth"
