from __future__ import annotations

import numpy as np
import pytest

from forecasting.judging.calibration import pit_deciles, randomised_pit


def test_the_probability_of_counts_is_uniform_where_paths_are_right() -> None:
    generator = np.random.default_rng(0)
    paths = generator.poisson(1.5, (500, 400, 2)).astype(float)
    pit = randomised_pit(paths, generator.poisson(1.5, (500, 2)).astype(float), seed=1)
    assert np.abs(pit_deciles(pit) - 0.1).max() < 0.03


def test_deciles_count_what_is_known() -> None:
    assert pit_deciles(np.array([0.05, 0.15, 0.15, np.nan, 1.0])) == pytest.approx(
        [0.25, 0.5, 0, 0, 0, 0, 0, 0, 0, 0.25]
    )
    assert (pit_deciles(np.array([np.nan])) == 0).all()
