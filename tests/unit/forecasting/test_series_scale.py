"""What a series is scaled by: its own mean, leaning on the series of its kind while it is short."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecasting.features.rows import forecast_rows
from forecasting.features.scale import series_scale
from forecasting.series.history import History
from forecasting.series.panel import build_panel

WEEKS = 60
KINDS = {"slow": 2.0, "fast": 50.0}
COLOURS = ("red", "blue", "green")


def shop(new_weeks: int = WEEKS) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Six slow and six fast products of three colours each; the last fast one is `new_weeks` old."""
    generator = np.random.default_rng(4)
    ds = pd.date_range("2024-01-01", periods=WEEKS, freq="W-MON")
    sales, items = [], []
    for number in range(12):
        kind = list(KINDS)[number // 6]
        unique_id = f"p{number:02d}"
        y = generator.poisson(KINDS[kind] * generator.uniform(0.7, 1.4), WEEKS).astype(float)
        whole = pd.DataFrame({"unique_id": unique_id, "ds": ds, "y": y})
        sales.append(whole.iloc[WEEKS - new_weeks :] if number == 11 else whole)
        items.append({"unique_id": unique_id, "kind": kind, "colour": COLOURS[number % 3], "name": unique_id})
    return pd.concat(sales, ignore_index=True), pd.DataFrame(items)


def scales(sales: pd.DataFrame, items: pd.DataFrame | None, origin: int) -> dict[str, float]:
    history = History.of(build_panel(sales, freq="W-MON", attributes=items))
    found = series_scale(history, forecast_rows(history, origin, 1), 52)
    return {history.unique_id[place]: float(found[row]) for row, place in enumerate(history.begun(origin))}


def test_the_scale_agrees_with_a_slow_loop() -> None:
    """Ten periods of the other series of the kind, which two of the mean of all others are added to."""
    sales, items = shop(new_weeks=5)
    found = scales(sales, items, WEEKS - 1)
    last = sales.groupby("unique_id").tail(52)
    mean, seen = last.groupby("unique_id")["y"].mean(), last.groupby("unique_id")["y"].size()
    kind = items.set_index("unique_id")["kind"]
    for unique_id in mean.index:
        everyone = mean.drop(unique_id).mean()
        others = [mean[each] for each in mean.index if each != unique_id and kind[each] == kind[unique_id]]
        group = (sum(others) + 2 * everyone) / (len(others) + 2)
        n = seen[unique_id]
        assert found[unique_id] == pytest.approx((n * mean[unique_id] + 10 * group) / (n + 10), rel=1e-9)


def test_a_product_of_one_week_is_taken_for_one_of_its_kind() -> None:
    sales, items = shop(new_weeks=1)
    with_kind = scales(sales, items, WEEKS - 1)["p11"]
    first = float(sales.loc[sales["unique_id"] == "p11", "y"].iloc[0])
    lucky = sales.assign(y=sales["y"].mask((sales["unique_id"] == "p11") & (sales["y"] == first), 500.0))
    assert 30 < with_kind < 60
    assert scales(lucky, items, WEEKS - 1)["p11"] < 100, "one great week is not yet a great product"


def test_without_attributes_that_tell_sizes_the_median_series_counts_like_one_period() -> None:
    sales, items = shop()
    mean = sales.groupby("unique_id").tail(52).groupby("unique_id")["y"].mean()
    expected = {each: (52 * mean[each] + mean.median()) / 53 for each in mean.index}
    for described in (None, items[["unique_id", "name"]]):
        assert scales(sales, described, WEEKS - 1) == pytest.approx(expected)


def test_what_comes_after_the_origin_changes_no_scale() -> None:
    sales, items = shop(new_weeks=5)
    rewritten = sales.assign(y=sales["y"].mask(sales["ds"] > sales["ds"].min() + pd.Timedelta(weeks=40), 9e4))
    assert scales(rewritten, items, 40) == scales(sales, items, 40)
    begun = sales[sales["unique_id"] != "p11"]
    assert scales(begun, items, 40) == scales(sales, items, 40), "a later series is not known of"


def test_where_nothing_sells_the_scale_is_still_above_zero() -> None:
    sales, items = shop()
    for nothing in (sales["y"] * 0, sales["y"].where(sales["unique_id"] == "p00", 0.0)):
        found = scales(sales.assign(y=nothing), items, WEEKS - 1)
        assert min(found.values()) > 0
