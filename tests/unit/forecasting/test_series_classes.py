from __future__ import annotations

import numpy as np
import oracles
import pandas as pd
import pytest
from forecasting_samples import awkward_series, weekly_series
from hypothesis import given
from hypothesis import strategies as st

from forecasting.judging.classes import CLASS_COLUMNS, series_classes
from forecasting.series.history import History
from forecasting.series.panel import build_panel


def history_of(demand: dict[str, list[float]]) -> History:
    ds = pd.date_range("2024-01-01", periods=len(next(iter(demand.values()))), freq="W-MON")
    frames = [pd.DataFrame({"unique_id": name, "ds": ds, "y": y}) for name, y in demand.items()]
    return History.of(build_panel(pd.concat(frames), freq="W-MON"))


def classes(demand: dict[str, list[float]], **options: np.ndarray) -> pd.DataFrame:
    history = history_of(demand)
    return series_classes(history, len(history.ds) - 1, **options).set_index("unique_id")


@given(st.lists(st.integers(0, 9).map(lambda units: float(max(units - 4, 0))), min_size=8, max_size=40))
def test_intermittency_agrees_with_a_plain_loop(y: list[float]) -> None:
    found = classes({"one": y})
    assert found.loc["one", "intermittency"] == oracles.intermittency(y)


def test_the_four_kinds_by_hand() -> None:
    found = classes(
        {
            "smooth": [5.0, 6.0] * 10,
            "erratic": [1.0, 1.0, 1.0, 12.0] * 5,
            "intermittent": [0.0, 3.0] * 10,
            "lumpy": [0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 12.0, 0.0, 1.0] * 2,
            "nothing": [0.0] * 20,
        }
    )
    assert found["intermittency"].to_dict() == {
        **{name: name for name in ("smooth", "erratic", "intermittent", "lumpy")},
        "nothing": "no sales",
    }


def test_abc_cuts_at_80_and_95_percent_and_xyz_by_variation() -> None:
    found = classes(
        {
            "a large": [60.0, 60.0],  # 60 % of 200, coefficient of variation 0
            "b next": [0.0, 50.0],  # 85 %: the series that crosses 80 % is still A; variation 1
            "c third": [6.0, 18.0],  # 97 %: begins above 80 %; variation 0.5
            "d small": [0.5, 4.5],  # begins above 95 %; variation 0.8
            "e none": [0.0, 0.0],
        }
    )
    assert found["abc_xyz"].to_dict() == {
        "a large": "AX",
        "b next": "AY",
        "c third": "BX",
        "d small": "CY",
        "e none": "CZ",
    }
    assert found.loc["c third", "value"] == 24.0


def test_money_ranks_where_units_have_a_value() -> None:
    demand = {"cheap": [100.0, 100.0], "dear": [1.0, 1.0]}
    assert classes(demand)["abc_xyz"].str[0].tolist() == ["A", "C"]
    dear = classes(demand, unit_value=np.array([0.1, 1000.0]))
    assert dear["abc_xyz"].str[0].tolist() == ["C", "A"]
    assert dear["value"].tolist() == pytest.approx([20.0, 2000.0])


def test_rewriting_the_future_and_what_lies_over_a_year_back_changes_no_class() -> None:
    sales = weekly_series(8, 90)
    ds = np.sort(sales["ds"].unique())
    other = sales.assign(y=sales["y"].mask((sales["ds"] > ds[79]) | (sales["ds"] <= ds[27]), 500.0))
    one, two = (
        series_classes(History.of(build_panel(version, freq="W-MON")), 79) for version in (sales, other)
    )
    pd.testing.assert_frame_equal(one, two)


def test_every_awkward_series_has_a_class() -> None:
    history = History.of(build_panel(awkward_series(), freq="W-MON"))
    found = series_classes(history, len(history.ds) - 1)
    assert tuple(found.columns) == CLASS_COLUMNS
    assert found["unique_id"].tolist() == list(history.unique_id)
    assert not found.isna().any(axis=None)
    by_name = found.set_index("unique_id")
    assert by_name.loc["never", "intermittency"] == "no sales"
    assert by_name.loc["usual", "intermittency"] == "smooth"
