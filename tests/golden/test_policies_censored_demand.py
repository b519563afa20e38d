"""Demand behind stockouts: survival estimates of the statistics textbooks, and the sum of two weeks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import poisson

from forecasting.paths.demand_paths import DemandPaths
from planning.policies.censored_demand import (
    kaplan_meier,
    law_of_censored_samples,
    mean_of_censored_exponential,
)

MAINTAINED = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161]
CENSORED = [False, False, True, False, False, True, False, False, True, False, True]


def test_kaplan_meier_of_the_maintained_group_of_aml() -> None:
    """Miller, Survival Analysis (1981), 49; `aml` of R's package survival."""
    values, beyond = kaplan_meier(MAINTAINED, CENSORED)
    assert values.tolist() == [9, 13, 18, 23, 31, 34, 48]
    assert beyond.round(3).tolist() == [0.909, 0.818, 0.716, 0.614, 0.491, 0.368, 0.184]


def test_what_lies_beyond_the_largest_is_put_there_efron_1967() -> None:
    demand = law_of_censored_samples(MAINTAINED, CENSORED)
    assert (demand.values[-1], demand.chances[-1].round(3)) == (161, 0.184)
    assert demand.quantile(0.5) == 31  # the median survival of that group


def test_mean_of_a_censored_exponential() -> None:
    """4, 6 and twice at least 10: 30 units over 2 exact periods, where the plain mean of all is 7.5."""
    assert mean_of_censored_exponential([4, 6, 10, 10], [False, False, True, True]) == 15.0


def test_p90_of_two_poisson_weeks_is_not_the_sum_of_two_p90s() -> None:
    """Poisson(5) twice: 14, where each week's P90 is 8; exact, and from joint paths."""
    assert (poisson(10).ppf(0.9), 2 * poisson(5).ppf(0.9)) == (14, 16)
    weeks = pd.DatetimeIndex(["2026-01-05", "2026-01-12"])
    paths = DemandPaths(np.random.default_rng(1).poisson(5.0, (1, 20_000, 2)).astype(float), ("a",), weeks)
    assert paths.sum_quantile(0.9, 2) == pytest.approx(14)
    assert paths.quantile(0.9).sum() == pytest.approx(16)
