"""New products: named look-alikes lend them size and season; nothing is invented for others."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from forecasting_samples import weekly_series

from forecasting.recipes.contract import Standing
from forecasting.recipes.registry import Candidate
from forecasting.series.history import History
from forecasting.series.newcomers import Newcomer, newcomers_of
from forecasting.series.panel import Panel, build_panel, extend
from forecasting.series.whole_units import whole_units
from intake.periods import shift

SALES = weekly_series()
LAST = SALES["ds"].max()


def panel_with(newcomers: dict[str, Newcomer], sales: pd.DataFrame = SALES, **options: str) -> Panel:
    return build_panel(sales, freq="W-MON", newcomers=newcomers, **options)  # type: ignore[arg-type]


def means(panel: Panel, recipe: str, horizon: int = 6) -> pd.DataFrame:
    """Expected demand by series (rows) and period, by a recipe that has learned from the others alone."""
    candidate = Candidate(recipe)
    learned = candidate.fit(standing_of(build_panel(SALES, freq="W-MON"), horizon), 0)
    standing = standing_of(panel, horizon)
    ids = [standing.history.unique_id[place] for place in standing.begun]
    return pd.DataFrame(candidate.expected(learned, standing).reshape(-1, horizon), index=ids)


def standing_of(panel: Panel, horizon: int) -> Standing:
    history = History.of(extend(panel, LAST, horizon))
    return Standing(history, history.position(LAST), horizon)


@pytest.mark.parametrize("recipe", ["moving_average", "exponential_level", "ridge", "xgboost"])
def test_a_product_that_never_sold_is_forecast_like_its_look_alikes(recipe: str) -> None:
    found = means(panel_with({"new": Newcomer(("s05", "s09"))}), recipe)
    both = found.loc[["s05", "s09"]].mean().sum()
    assert found.loc["new"].sum() == pytest.approx(both, rel=0.12)
    assert found.loc["new"].sum() > 1.5 * found.loc["s05"].sum(), "the larger of the two counts too"


def test_nothing_is_expected_before_the_launch() -> None:
    newcomers = {"new": Newcomer(("s05",), shift(LAST, 4, "W-MON"))}
    expected = means(panel_with(newcomers), "moving_average").loc["new"]
    assert (expected[:3] == 0).all()
    assert (expected[3:] > 0).all()


def test_a_launch_that_passed_long_ago_without_a_sale_is_no_product() -> None:
    newcomers = {"new": Newcomer(("s05",), shift(LAST, -20, "W-MON"))}
    assert (means(panel_with(newcomers), "moving_average").loc["new"] == 0).all()


def test_each_week_of_its_own_takes_the_place_of_what_was_lent() -> None:
    """A product at a quarter of its look-alike's size: the forecast goes over to its own sales."""
    giant = SALES[SALES["unique_id"] == "s10"]
    expected = []
    for weeks in (2, 6, 40):
        own = giant.tail(weeks).assign(unique_id="new", y=lambda rows: (rows["y"] / 4).round())
        panel = panel_with({"new": Newcomer(("s10",))}, pd.concat([SALES, own], ignore_index=True))
        found = means(panel, "xgboost")
        expected.append(found.loc["new"].sum() / found.loc["s10"].sum())
    assert expected[0] > expected[1] > expected[2]
    assert expected[2] == pytest.approx(0.25, abs=0.12)


def test_missing_periods_that_mean_zero_invent_no_sale_and_no_zero() -> None:
    panel = panel_with({"new": Newcomer(("s05",))}, missing_periods="zero")
    own = panel.frame[panel.frame["unique_id"] == "new"]
    assert list(own["ds"]) == [LAST]
    assert own[["y", "in_stock"]].isna().all(axis=None)
    assert panel.understood == build_panel(SALES, freq="W-MON", missing_periods="zero").understood


def test_newcomers_that_name_each_other_and_others_without_sales_change_no_forecast() -> None:
    plain = means(build_panel(SALES, freq="W-MON"), "ridge")
    circle = {"s00": Newcomer(("s01",)), "s01": Newcomer(("s00",)), "new": Newcomer(("s05",))}
    found = means(panel_with(circle), "ridge")
    pd.testing.assert_frame_equal(found.loc[plain.index[2:]], plain.iloc[2:])
    assert list(found.index) == ["new", *plain.index]


def test_a_price_that_a_newcomer_never_had_is_that_of_its_look_alikes() -> None:
    sales = SALES.assign(price=SALES["unique_id"].map({"s05": 3.0, "s09": 5.0}).fillna(9.0))
    panel = panel_with({"new": Newcomer(("s05", "s09"))}, sales)
    ahead = extend(panel, LAST, 4, {"price": "last"}).frame
    ahead = ahead[(ahead["unique_id"] == "new") & (ahead["ds"] > LAST)]
    np.testing.assert_array_equal(ahead["price"], [4.0] * 4)


def test_who_speaks_for_whom_is_read_from_the_items() -> None:
    items = pd.DataFrame(
        {
            "unique_id": ["n/soap", "n/balm", "n/oil", "n/late", "n/old"],
            "similar_to": ["tea; n/jam ;n/jam", "n/soap;n/balm;n/tee", "", "n/tea", "n/tea"],
            "launch": pd.to_datetime(["2024-05-08", None, None, "2025-01-01", None]),
        }
    )
    sold = {"n/tea", "n/jam", "n/old"}
    found, doubts = newcomers_of(items, sold, "W-MON", pd.Timestamp("2024-06-30"))
    assert found == {
        "n/soap": Newcomer(("n/tea", "n/jam"), pd.Timestamp("2024-05-06")),
        "n/old": Newcomer(("n/tea",)),
    }
    assert [doubt.split(":")[0] for doubt in doubts] == ["items, column similar_to of 'n/balm'"] * 3
    assert "'n/soap' is itself new" in doubts[0]
    assert "'n/tee' is no series with sales" in doubts[2]
    assert newcomers_of(items, sold, "W-MON", None)[0] == {"n/old": Newcomer(("n/tea",))}


def test_a_newcomer_is_sold_in_whole_units_where_its_look_alikes_are() -> None:
    sales = SALES.assign(y=SALES["y"].where(SALES["unique_id"] != "s05", SALES["y"] / 3))
    panel = panel_with({"cut": Newcomer(("s04", "s05")), "piece": Newcomer(("s04",))}, sales)
    whole = whole_units(panel, LAST)
    assert whole[["cut", "piece", "s04", "s05"]].tolist() == [False, True, True, False]
