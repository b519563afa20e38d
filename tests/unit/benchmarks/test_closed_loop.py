"""A shop that sees only what it sold learns its demand all the same, and masking sold-out weeks does not."""

from __future__ import annotations

import numpy as np

from benchmarks.closed_loop import INTERVAL, LOOP, WARM, generated, play
from forecasting.recipes.registry import Candidate
from forecasting.series.censoring import FIRST_SPREAD

CANDIDATE = Candidate("exponential_level", {"alpha": 0.1, "profile": 1})


def test_demand_is_generated_with_the_mean_and_the_variance_that_it_states() -> None:
    demand, mean = generated(400, 1, FIRST_SPREAD[1])
    assert demand.shape == mean.shape == (400, WARM + LOOP)
    np.testing.assert_allclose(demand.mean(), mean.mean(), rtol=0.02)
    variance = FIRST_SPREAD[0] * mean + FIRST_SPREAD[1] * mean**2
    np.testing.assert_allclose(((demand - mean) ** 2 / variance).mean(), 1.0, atol=0.03)


def test_conditional_means_end_no_spiral_and_cost_at_most_three_percent() -> None:
    """Sixty weeks; the true demand is never shown to the last two."""
    demand, mean = generated(50, 4, FIRST_SPREAD[1])
    seen, smoothed, masked = (
        play(demand, way, CANDIDATE, 0) for way in ("demand seen", "smoothed law", "masked")
    )
    assert smoothed[0] < 1.03 * seen[0]
    learned, lost = (last.sum() / mean[:, -INTERVAL:].mean(axis=1).sum() for _, last in (smoothed, masked))
    assert 0.8 < learned < 1.15
    assert lost < 0.8 * learned
    assert masked[0] > smoothed[0]
