from __future__ import annotations

import numpy as np
import pytest

from forecasting.judging.calibration import coverage_table, pit_deciles, randomised_pit, size_classes


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


def test_coverage_by_class_counts_the_cases_inside_the_central_interval() -> None:
    pit = np.array([[0.5, 0.2], [0.99, np.nan]])
    table = coverage_table(pit, size_classes(np.array([[0.5, 0.99], [1.0, 1.0]])))
    assert list(table.columns) == ["class", "nominal", "empirical", "rows"]
    small = table[table["class"] == "0.5 to 1"]
    assert small["empirical"].tolist() == [0.5, 1.0, 1.0]
    assert small["rows"].tolist() == [2, 2, 2]
    assert table[table["class"] == "1 to 2"]["empirical"].tolist() == [0.0, 0.0, 0.0]
    assert len(coverage_table(np.array([np.nan]), np.array(["a"], dtype=object))) == 0


def test_sizes_have_names() -> None:
    assert size_classes(np.array([0.0, 0.25, 3.0, 5_000.0])).tolist() == [
        "0 to 0.25",
        "0.25 to 0.5",
        "2 to 4",
        "1024 and more",
    ]
