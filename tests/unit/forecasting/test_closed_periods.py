"""Unknown, zero and closed periods; what is known in advance and what only afterwards."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from forecasting_samples import daily_shop

from forecasting.model import ModelSettings, fit
from forecasting.series.history import History
from forecasting.series.panel import Panel, build_panel, extend
from intake.dataset_rules import DatasetRules, rules_of
from intake.errors import MissingError
from intake.stated_calendar import closed_share, holiday_days

SUNDAYS = DatasetRules(closed_weekdays=("SUN",))


def shop(days: int = 150) -> pd.DataFrame:
    """Shut on Sundays: no row at all."""
    sales = daily_shop(days).drop(columns="promotion")
    return sales[sales["ds"].dt.weekday != 6].reset_index(drop=True)


def closures(sales: pd.DataFrame, rules: DatasetRules, freq: str = "D") -> pd.Series[float] | None:
    return closed_share(rules, sales["ds"].min(), sales["ds"].max() + pd.Timedelta(days=60), freq)


def gaps(panel: Panel) -> pd.DataFrame:
    return panel.frame[panel.frame["y"].isna() | (panel.frame["y"] == 0)]


def test_unknown_zero_and_closed_are_three_things() -> None:
    sales = shop(60)
    unknown = build_panel(sales, freq="D")
    zero = build_panel(sales, freq="D", missing_periods="zero")
    closed = build_panel(sales, freq="D", missing_periods="closed")
    assert gaps(unknown)[["y", "in_stock"]].isna().all(axis=None)
    assert (gaps(zero)["y"] == 0).all()
    assert (gaps(zero)["in_stock"] == 1).all()
    assert gaps(closed)["y"].isna().all()
    assert (gaps(closed)["in_stock"] == 0).all()
    assert [panel.understood[0].split(";")[0] for panel in (unknown, zero, closed)] == [
        "8 missing periods in 1 series: unknown, so nothing is learned from them",
        "8 missing periods in 1 series: periods in which nothing was sold",
        "8 missing periods in 1 series: closed, so nothing is learned from them",
    ]


def test_a_stated_closure_is_masked_and_a_sale_on_it_is_kept() -> None:
    sales = shop(60)
    sold = sales.iloc[[5]].assign(ds=pd.Timestamp("2023-01-15"), y=7.0)  # a Sunday
    panel = build_panel(
        pd.concat([sales, sold]), freq="D", missing_periods="zero", closures=closures(sales, SUNDAYS)
    )
    sundays = panel.frame[panel.frame["ds"].dt.weekday == 6]
    assert sundays["y"].dropna().tolist() == [7.0]
    assert (sundays.loc[sundays["y"].isna(), "in_stock"] == 0).all()
    assert any("7 periods without sales are closed" in each for each in panel.understood)
    assert any("sold 7 on 2023-01-15" in each for each in panel.understood)
    assert "closed" not in panel.exog


@pytest.mark.parametrize("recipe", ["seasonal_naive", "ridge", "xgboost"])
def test_nobody_is_expected_to_buy_behind_a_closed_door(recipe: str) -> None:
    sales = shop(150)
    holiday = rules_of({"closed_weekdays": ["SUN"], "closed": ["2023-06-05..2023-06-06"]}, "mapeo.toml")
    panel = build_panel(sales, freq="D", missing_periods="zero", closures=closures(sales, holiday))
    cutoff = panel.last_observation
    model = fit(panel, cutoff, ModelSettings(recipe, horizon=14, windows=2))
    paths = model.demand_paths(extend(panel, cutoff, 14), cutoff, 14, paths=50)
    shut = (paths.ds.weekday == 6) | paths.ds.isin(pd.to_datetime(["2023-06-05", "2023-06-06"]))
    assert shut.sum() == 4
    assert (paths.values[:, :, shut] == 0).all()
    assert (paths.mean()[0, ~shut] > 1000).all()


def test_a_closed_day_is_no_training_example_and_no_end_of_a_series() -> None:
    sales = daily_shop(120).drop(columns="promotion").iloc[:80]
    later = daily_shop(120).drop(columns="promotion").assign(unique_id="other")
    august = rules_of({"closed": ["2023-03-23..2023-05-01"]}, "mapeo.toml")  # after the last of its rows
    both = pd.concat([sales, later])
    known = [build_panel(both, freq="D", closures=c) for c in (None, closures(both, august))]
    shut, open_ = History.of(known[1]), History.of(known[0])
    assert shut.unique_id == ("other", "shop")
    assert np.isnan(shut.demand[1, 80:]).all()
    assert open_.spoken[1, -1] == 79
    assert shut.spoken[1, -1] == 119, "who is shut has not ended"


def test_a_week_with_closed_days_has_their_share_as_a_column() -> None:
    weeks = pd.DataFrame(
        {"unique_id": "a", "ds": pd.date_range("2026-01-05", periods=20, freq="W-MON"), "y": 70.0}
    )
    easter = rules_of({"holidays": "ES-MD", "closed_on_holidays": True}, "mapeo.toml")
    panel = build_panel(weeks, freq="W-MON", closures=closures(weeks, easter, "W-MON"))
    assert panel.exog == ("closed",)
    share = panel.frame.set_index("ds")["closed"]
    assert share["2026-03-30"] == pytest.approx(2 / 7), "Maundy Thursday and Good Friday"
    assert share["2026-01-12"] == 0
    ahead = extend(panel, pd.Timestamp("2026-04-20"), 3).frame.tail(3)["closed"]
    assert list(ahead) == pytest.approx([2 / 7, 0, 0]), "the first of May, and Madrid's second"
    with pytest.raises(MissingError, match="closures that reach"):
        extend(panel, panel.last_observation, 30)


def test_closures_of_one_place_close_no_other() -> None:
    sales = pd.concat([daily_shop(30).assign(unique_id=f"{place}/a") for place in ("north", "south")])
    calendar = pd.DataFrame({"ds": [pd.Timestamp("2023-02-02")], "location": ["north"], "closed": [1.0]})
    panel = build_panel(sales, freq="D", calendar=calendar)
    future = extend(panel, pd.Timestamp("2023-01-31"), 4, {"promotion": 0}).frame.tail(4)
    assert list(future["closed"]) == [0, 0, 0, 0]
    north = panel.frame[panel.frame["unique_id"] == "north/a"].set_index("ds")["closed"]
    assert north["2023-02-02"] == 1
    strange = build_panel(sales, freq="D", calendar=calendar.assign(location="east"))
    assert any("'east'" in sentence for sentence in strange.understood)


def test_holidays_are_known_for_every_year_without_asking_anyone() -> None:
    madrid = rules_of({"holidays": "ES-MD"}, "mapeo.toml")
    days = holiday_days(madrid, pd.Timestamp("2026-12-20"), pd.Timestamp("2027-01-10")).set_index("ds")[
        "holiday"
    ]
    assert [f"{day:%m-%d}" for day in days[days > 0].index] == ["12-25", "01-01", "01-06"]
    assert holiday_days(DatasetRules(), pd.Timestamp("2026-12-20"), pd.Timestamp("2027-01-10")).empty


def test_what_is_known_in_advance_is_stated_column_by_column() -> None:
    sales = daily_shop(60).assign(temp_max=20.0, footfall=5.0, price=2.0)
    usual = build_panel(sales, freq="D")
    assert usual.exog == ("promotion", "price")
    assert 'known_in_advance = ["temp_max"]' in usual.notes[0]
    stated = build_panel(sales, freq="D", known_in_advance=["Temp. Máx"], known_afterwards=["price"])
    assert stated.exog == ("promotion", "temp_max")
    assert any("'temp_max' is known in advance, as [dataset] states" in each for each in stated.understood)
    assert any("'price' is not used" in each for each in stated.notes)
    with pytest.raises(MissingError, match="'humidity'"):
        build_panel(sales, freq="D", known_in_advance=["humidity"])
    weather = sales[["ds"]].assign(temperature=9.0)
    assert (
        "temperature"
        not in build_panel(sales, freq="D", calendar=weather, known_afterwards=["temperature"]).exog
    )
