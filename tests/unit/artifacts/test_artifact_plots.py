from __future__ import annotations

import struct
from collections.abc import Callable

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from artifacts import canvas, forecast_plots, plots
from intake.errors import MissingError

CALIBRATION = pd.DataFrame(
    {"nominal": [0.5, 0.8, 0.9], "empirical": [0.52, 0.7, 0.88], "cases": [200, 200, 200]}
)


def size(png: bytes) -> tuple[int, int]:
    """Width and height, as the PNG standard's first chunk says."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert png[12:16] == b"IHDR"
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures behind the PNGs, to read their text."""
    figures: list[Figure] = []

    def keep(figure: Figure) -> bytes:
        figures.append(figure)
        return b""

    monkeypatch.setattr(plots, "png", keep)
    monkeypatch.setattr(forecast_plots, "png", keep)
    return figures


def titles(figure: Figure) -> list[str]:
    return [axes.get_title(loc="left") for axes in figure.axes]


def of(predictions: pd.DataFrame, unique_id: str) -> pd.DataFrame:
    return predictions[predictions["unique_id"] == unique_id]


def staffing_tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    ds = pd.date_range("2026-01-01", periods=31)
    people = np.where(ds.dayofweek == 5, 9, 4)
    by_date = pd.DataFrame({"ds": ds, "people_expected": people, "people_busy_day": people + 1})
    by_weekday = by_date.assign(weekday=ds.day_name()).drop_duplicates("weekday").sort_values("ds")
    return by_weekday, by_date


def test_every_plot_is_a_wide_png_and_the_same_each_time(
    history: pd.DataFrame, predictions: pd.DataFrame, prediction_table: pd.DataFrame
) -> None:
    importance = pd.DataFrame({"feature": ["lag_1", "promotion"], "importance": [3.0, 1.0]})
    single = history[history["unique_id"] == "a/soap"]
    drawings: dict[str, Callable[[], bytes]] = {
        "many": lambda: plots.actual_against_forecast(history, predictions),
        "one": lambda: plots.actual_against_forecast(single, of(predictions, "a/soap")),
        "residuals": lambda: plots.residuals(predictions),
        "error": lambda: plots.error_by_series(predictions),
        "importance": lambda: plots.feature_importance(importance),
        "calibration": lambda: plots.calibration(CALIBRATION),
        "fan many": lambda: forecast_plots.fan(history, prediction_table),
        "fan one": lambda: forecast_plots.fan(single, of(prediction_table, "a/soap")),
        "staffing": lambda: forecast_plots.staffing(*staffing_tables()),
    }
    pictures = {name: draw() for name, draw in drawings.items()}
    for name, picture in pictures.items():
        width, height = size(picture)
        assert width == 1200, name
        assert 200 <= height <= 1200, name
        assert b"Software" not in picture, name
        assert picture == drawings[name](), name
    assert len(set(pictures.values())) == len(pictures)


def test_plots_leave_no_global_state(history: pd.DataFrame, predictions: pd.DataFrame) -> None:
    before = dict(mpl.rcParams)
    plots.actual_against_forecast(history, predictions)
    assert dict(mpl.rcParams) == before


def test_the_title_of_one_series_says_its_wape(
    history: pd.DataFrame, predictions: pd.DataFrame, drawn: list[Figure]
) -> None:
    plots.actual_against_forecast(history, of(predictions, "a/soap"))
    assert titles(drawn[0]) == ["ridge missed by 10.0% of sales over 4 weeks"]


def test_the_title_of_many_says_both_wapes(
    history: pd.DataFrame, predictions: pd.DataFrame, drawn: list[Figure]
) -> None:
    # by hand: total 110 forecast 115, off by 5 of 110; singly off by 10 + 5 of 110
    plots.actual_against_forecast(history, predictions)
    assert "ridge missed the sum of 2 series by 4.5%, single ones by 14%" in titles(drawn[0])


def test_only_the_latest_cutoff_counts(
    history: pd.DataFrame, predictions: pd.DataFrame, drawn: list[Figure]
) -> None:
    older = predictions.assign(cutoff=pd.Timestamp("2025-12-08"), y_hat=0.0)
    plots.actual_against_forecast(history, of(pd.concat([predictions, older]), "a/soap"))
    assert titles(drawn[0]) == ["ridge missed by 10.0% of sales over 4 weeks"]


def test_residual_titles(predictions: pd.DataFrame, drawn: list[Figure]) -> None:
    plots.residuals(of(predictions, "b/soap"))
    assert titles(drawn[0]) == [
        "On average the forecast was 50.0% too low",
        "Half of the errors are within ±5",
    ]


def test_bars_above_zero_are_forecasts_that_were_too_high(
    predictions: pd.DataFrame, drawn: list[Figure]
) -> None:
    plots.residuals(predictions)
    high, low = drawn[0].axes[0].containers
    assert [round(bar.get_height(), 9) for bar in high] == [5.0] * 4
    assert len(low) == 0


def test_error_by_series_is_sorted_and_adds_up(predictions: pd.DataFrame, drawn: list[Figure]) -> None:
    plots.error_by_series(predictions, top=1)
    axes = drawn[0].axes[0]
    assert titles(drawn[0]) == ["1 of 2 series make 67% of the error"]
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([40.0])
    assert [text.get_text() for text in axes.get_yticklabels()] == ["a/soap"]
    assert axes.texts[0].get_text() == " 10% of sales"


def test_the_error_of_one_daily_series_is_cut_by_weekday(drawn: list[Figure]) -> None:
    ds = pd.date_range("2026-01-05", periods=14)  # a Monday
    y_hat = np.where(ds.dayofweek == 2, 12.0, 10.5)
    plots.error_by_series(pd.DataFrame({"unique_id": "shop", "ds": ds, "y": 10.0, "y_hat": y_hat}))
    axes = drawn[0].axes[0]
    assert titles(drawn[0]) == ["Relative to sales, the forecast misses most on Wednesday"]
    labels = [text.get_text() for text in axes.get_yticklabels()]
    assert labels[-1] == "Monday"
    assert dict(zip(labels, [bar.get_width() for bar in axes.patches], strict=True))["Wednesday"] == 4.0


def test_importance_shows_shares_of_the_largest(drawn: list[Figure]) -> None:
    plots.feature_importance(pd.DataFrame({"feature": ["a", "b", "c"], "importance": [1.0, 6.0, 3.0]}), top=2)
    axes = drawn[0].axes[0]
    assert titles(drawn[0]) == ["Most weight: b"]
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([30.0, 60.0])
    assert "1 more feature" in axes.get_xlabel()


def test_a_recipe_without_features_says_so(drawn: list[Figure]) -> None:
    plots.feature_importance(pd.DataFrame({"feature": [], "importance": []}))
    assert "no features" in titles(drawn[0])[0]


def test_calibration_names_the_widest_gap(drawn: list[Figure]) -> None:
    plots.calibration(CALIBRATION)
    assert titles(drawn[0]) == ["At worst, what is promised in 80% of cases holds in 70%"]


def test_the_fan_says_what_is_expected_and_how_that_compares(
    history: pd.DataFrame, prediction_table: pd.DataFrame, drawn: list[Figure]
) -> None:
    forecast_plots.fan(history, prediction_table)  # by hand: 4 x 115 = 460 after 4 x 110 = 440
    assert set(titles(drawn[0])) >= {
        "460 units expected (+5%) over the next 4 weeks, all 2 series",
        "a/soap: 440 units expected (+10%)",
        "b/soap: 20 units expected (-50%)",
    }


def test_a_total_has_an_interval_only_if_it_was_given_one(
    history: pd.DataFrame, prediction_table: pd.DataFrame, drawn: list[Figure]
) -> None:
    total = of(prediction_table, "a/soap").assign(unique_id="total")
    forecast_plots.fan(history, prediction_table)
    forecast_plots.fan(history, prediction_table, total=total)
    without, with_interval = (
        next(axes for axes in figure.axes if "all 2 series" in axes.get_title(loc="left")) for figure in drawn
    )
    assert not without.collections
    assert len(with_interval.collections) == 1


def test_staffing_names_the_day_that_needs_most(drawn: list[Figure]) -> None:
    forecast_plots.staffing(*staffing_tables())
    assert titles(drawn[0]) == ["Saturday needs 9 people, 10 if busy", "1 Jan 2026 to 31 Jan 2026"]


def test_nothing_to_compare_is_an_error(
    history: pd.DataFrame, predictions: pd.DataFrame, prediction_table: pd.DataFrame
) -> None:
    with pytest.raises(MissingError, match="no prediction has an actual"):
        plots.residuals(predictions.assign(y=np.nan))
    with pytest.raises(MissingError, match="no forecast to draw"):
        forecast_plots.fan(history, prediction_table.head(0))


@pytest.mark.parametrize("name", ["$5 soap $", "日本/石鹸", "a\nb", "\\frac{1", "x" * 300, ""])
def test_any_name_can_be_drawn(name: str, predictions: pd.DataFrame) -> None:
    renamed = predictions.replace({"unique_id": {"a/soap": name}})
    assert size(plots.error_by_series(renamed))[0] == 1200


@given(st.text(), st.integers(5, 60))
def test_labels_are_short_and_no_formulas(text: str, longest: int) -> None:
    label = canvas.label(text, longest)
    assert len(label.replace(r"\$", "$")) <= longest
    assert label.count("$") == label.count(r"\$")


@settings(max_examples=6, deadline=None)
@given(st.lists(st.floats(0, 1e7), min_size=1, max_size=8), st.floats(-1e6, 1e6))
def test_one_series_with_any_numbers_can_be_drawn(sold: list[float], error: float) -> None:
    ds = pd.date_range("2026-01-05", periods=len(sold), freq="W-MON")
    frame = pd.DataFrame(
        {"unique_id": "a", "ds": ds, "y": sold, "y_hat": np.array(sold) + error, "horizon": 1}
    )
    assert size(plots.residuals(frame))[0] == 1200
