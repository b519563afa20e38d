from __future__ import annotations

import numpy as np
import oracles
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student
from scipy.stats import ttest_1samp

from forecasting.judging.paired_test import better_by_chance

DIFFERENCES = st.lists(st.floats(-1, 1).map(lambda value: round(value, 3)), min_size=3, max_size=12)


@given(DIFFERENCES.filter(lambda values: len(set(values)) > 1))
def test_without_overlap_it_is_the_paired_t_test(values: list[float]) -> None:
    expected = ttest_1samp(values, 0.0, alternative="less").pvalue
    assert better_by_chance(np.array(values), 0) == pytest.approx(expected, abs=1e-6)


def test_overlapping_windows_are_corrected_as_published() -> None:
    difference = [-0.2, -0.1, -0.15, 0.02, -0.05, -0.12, -0.2, -0.22]
    statistic = oracles.harvey_leybourne_newbold(difference, 2)
    assert better_by_chance(np.array(difference), 1) == pytest.approx(student.cdf(statistic, 7))
    # Neighbours that move together say less than as many that do not.
    assert better_by_chance(np.array(difference), 1) > better_by_chance(np.array(difference), 0)


@given(DIFFERENCES, st.integers(0, 5))
def test_it_is_a_probability_and_luck_of_the_other_side_is_the_rest(
    values: list[float], overlap: int
) -> None:
    one = better_by_chance(np.array(values), overlap)
    other = better_by_chance(-np.array(values), overlap)
    assert 0 <= one <= 1
    if len(set(values)) > 1:
        assert one + other == pytest.approx(1.0)


def test_windows_that_all_say_the_same_leave_no_doubt_and_a_single_one_leaves_all() -> None:
    assert better_by_chance(np.full(4, -0.1), 0) == 0.0
    assert better_by_chance(np.zeros(4), 0) == 1.0
    assert better_by_chance(np.full(4, 0.1), 1) == 1.0
    assert better_by_chance(np.array([-0.1]), 0) == 1.0
    assert better_by_chance(np.array([-0.1, np.nan]), 0) == 1.0


def test_equals_are_promoted_as_often_as_the_level_says() -> None:
    generator = np.random.default_rng(0)
    below = [better_by_chance(generator.normal(size=4), 0) < 0.2 for _ in range(4000)]
    assert np.mean(below) == pytest.approx(0.2, abs=0.02)  # three standard errors
