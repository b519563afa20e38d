from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from forecasting_samples import daily_shop

from forecasting.series.panel import build_panel, extend
from intake.errors import InputError, MissingError


def weeks(values: list[float], unique_id: str = "a", first: str = "2024-01-01") -> pd.DataFrame:
    ds = pd.date_range(first, periods=len(values), freq="W-MON")
    return pd.DataFrame({"unique_id": unique_id, "ds": ds, "y": values})


def test_missing_periods_are_unknown_or_zero_as_stated() -> None:
    sales = pd.concat([weeks([1, 2, 3, 4, 5]).drop(index=[1, 4]), weeks([7, 8, 9, 9, 9], "b").iloc[2:]])
    unknown = build_panel(sales, freq="W-MON").frame
    assert unknown.loc[unknown["unique_id"] == "a", "y"].fillna(-1).tolist() == [1, -1, 3, 4, -1]
    assert unknown["in_stock"].isna().sum() == 2
    assert (unknown["unique_id"] == "b").sum() == 3  # nothing before a series' first row
    zero = build_panel(sales, freq="W-MON", missing_periods="zero").frame
    assert zero.loc[zero["unique_id"] == "a", "y"].tolist() == [1, 0, 3, 4, 0]


def test_the_order_of_rows_does_not_matter_and_the_callers_table_stays_as_it_was() -> None:
    sales = pd.concat([weeks([1, 2, 3, 4]).drop(index=2), weeks([7, 8], "b", "2024-01-15")])
    sales["promotion"] = [True, False, True, False, True]
    given = sales.copy()
    frame = build_panel(sales, freq="W-MON").frame
    pd.testing.assert_frame_equal(build_panel(sales.iloc[::-1], freq="W-MON").frame, frame)
    pd.testing.assert_frame_equal(sales, given)
    assert frame["unique_id"].tolist() == ["a"] * 4 + ["b"] * 2
    assert frame["ds"].dt.day.tolist() == [1, 8, 15, 22, 15, 22]
    assert frame["promotion"].fillna(-1).tolist() == [1, 0, -1, 1, 0, 1]


def test_an_empty_shelf_is_unknown_and_requested_is_the_demand() -> None:
    sales = weeks([5, 0, 2, 3]).assign(in_stock=[1, 0, 0.4, 0], requested=[np.nan, np.nan, np.nan, 9])
    frame = build_panel(sales, freq="W-MON").frame
    assert frame["y"].fillna(-1).tolist() == [5, -1, 2, 9]
    assert frame["in_stock"].tolist() == [1, 0, 0.4, 1]


def test_a_calendar_of_days_is_averaged_over_weeks_and_reaches_into_the_future() -> None:
    days = pd.date_range("2024-01-01", periods=21)
    calendar = pd.DataFrame({"ds": days, "holiday": [1.0] * 7 + [0.0] * 7 + [1.0, 0, 0, 0, 0, 0, 0]})
    frame = build_panel(weeks([1, 2]), freq="W-MON", calendar=calendar).frame
    assert frame["holiday"].tolist() == [1.0, 0.0, pytest.approx(1 / 7)]
    assert frame["y"].isna().tolist() == [False, False, True]


def test_a_calendar_of_one_location_stays_there() -> None:
    sales = pd.concat([weeks([1, 2], "NY/soap"), weeks([3, 4], "BO/soap")])
    calendar = pd.DataFrame(
        {
            "ds": pd.to_datetime(["2024-01-01", "2024-01-01", "2024-01-08"]),
            "location": ["NY", None, None],
            "promotion": [1.0, 0.25, 0.5],
        }
    )
    panel = build_panel(sales, freq="W-MON", calendar=calendar)
    assert panel.frame["promotion"].tolist() == [0.25, 0.5, 1.0, 0.5]  # BO, then NY
    places = pd.DataFrame({"unique_id": ["NY/soap", "BO/soap"], "location": ["BO", "NY"]})
    swapped = build_panel(sales, freq="W-MON", calendar=calendar, attributes=places)
    assert swapped.frame["promotion"].tolist() == [1.0, 0.5, 0.25, 0.5]


def test_upto_forgets_what_was_not_known() -> None:
    panel = build_panel(pd.concat([weeks([1, 2, 3]), weeks([4], "late", "2024-01-15")]), freq="W-MON")
    known = panel.upto(pd.Timestamp("2024-01-08"))
    assert known.frame["y"].fillna(-1).tolist() == [1, 2, -1]
    assert panel.frame["y"].tolist() == [1, 2, 3, 4]
    with pytest.raises(MissingError, match="no series has begun"):
        panel.upto(pd.Timestamp("2023-01-01"))


def test_an_unknown_future_is_an_error_that_names_both_ways_out() -> None:
    panel = build_panel(daily_shop(30), freq="D")
    with pytest.raises(MissingError, match=r"'promotion'.*calendar.*assumption"):
        extend(panel, panel.last_observation, 7)


def test_assumptions_fill_what_the_calendar_leaves_open_and_are_repeated() -> None:
    sales = daily_shop(35).assign(promotion=lambda f: (f["ds"].dt.weekday == 2).astype(float))
    planned = pd.DataFrame({"ds": [sales["ds"].max() + pd.Timedelta(days=1)], "promotion": [0.7]})
    panel = build_panel(sales, freq="D", calendar=planned)
    cutoff = sales["ds"].max()
    wider = extend(panel, cutoff, 7, {"promotion": "by_weekday"})
    future = wider.frame[wider.frame["ds"] > cutoff]
    assert len(future) == 7
    assert future["promotion"].tolist() == [0.7, 0, 1, 0, 0, 0, 0]  # a Monday comes after five whole weeks
    assert "by_weekday" in wider.notes[0]
    assert set(extend(panel, cutoff, 3, {"promotion": 0.5}).frame["promotion"].tail(2)) == {0.5}
    assert set(extend(panel, cutoff, 3, {"promotion": "last"}).frame["promotion"].tail(2)) == {0.0}


def test_a_price_stays_outside_a_promotion_and_falls_in_one_as_it_usually_does() -> None:
    """The last week of 'a' was a promotion at 20 % off, of 'b' none; 'c' never had one, 'd' nothing else."""
    sales = pd.concat([weeks([5, 5, 5, 5], name) for name in "abcd"])
    sales["price"] = [10, 8, 10, 8, 20, 18, 20, 30, 4, 4, 4, 4, 7, 7, 7, 6]
    sales["promotion"] = [0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1]
    cutoff = sales["ds"].max()
    planned = pd.DataFrame(
        {"ds": pd.date_range(cutoff, periods=4, freq="W-MON")[1:], "promotion": [0, 1, 0.5]}
    )
    panel = build_panel(sales, freq="W-MON", calendar=planned)
    ahead = extend(panel, cutoff, 3, {"price": "by_promotion"})
    future = ahead.frame[ahead.frame["ds"] > cutoff]
    expected = {"a": [10, 8, 9], "b": [30, 27, 28.5], "c": [4, 3.2, 3.6], "d": [6, 6, 6]}
    for name, prices in expected.items():
        assert future.loc[future["unique_id"] == name, "price"].tolist() == pytest.approx(prices), name
    assert "by_promotion" in ahead.notes[0]


def test_prices_by_promotion_need_promotions() -> None:
    panel = build_panel(weeks([1, 2, 3]).assign(price=1.0), freq="W-MON")
    with pytest.raises(InputError, match="'by_promotion' for 'price' needs a column 'promotion'"):
        extend(panel, panel.last_observation, 2, {"price": "by_promotion"})


def test_year_ago_keeps_the_weekday_and_needs_a_year() -> None:
    sales = daily_shop(400)
    cutoff = sales["ds"].max()
    future = extend(build_panel(sales, freq="D"), cutoff, 5, {"promotion": "year_ago"}).frame.tail(5)
    assert future["promotion"].tolist() == sales["promotion"].iloc[400 - 364 : 405 - 364].tolist()
    with pytest.raises(MissingError, match="'year_ago' for 'promotion'"):
        extend(build_panel(sales.tail(50), freq="D"), cutoff, 5, {"promotion": "year_ago"})


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (lambda s: s.drop(columns="y"), "no column 'y'"),
        (lambda s: pd.concat([s, s.tail(1)]), "two rows"),
        (lambda s: s.assign(ds=s["ds"] + pd.Timedelta(days=1)), "not the first day"),
        (lambda s: s.assign(in_stock=1.5), "in_stock"),
        (lambda s: s.assign(y=np.nan), "not one observed sale"),
    ],
)
def test_sales_that_make_no_panel_are_refused(broken: object, message: str) -> None:
    with pytest.raises((InputError, MissingError), match=message):
        build_panel(broken(weeks([1, 2, 3])), freq="W-MON")  # type: ignore[operator]


def test_an_assumption_about_an_unknown_column_is_refused() -> None:
    panel = build_panel(weeks([1, 2, 3]), freq="W-MON")
    with pytest.raises(InputError, match="'discount'"):
        extend(panel, panel.last_observation, 2, {"discount": 1.0})


def test_what_a_shop_does_not_decide_itself_is_no_exogenous_column_unless_a_calendar_brings_it() -> None:
    sales = daily_shop(60).assign(price=2.0, holiday=0.0).assign(importe=lambda f: f["y"] * f["price"])
    panel = build_panel(sales, freq="D")
    assert panel.exog == ("promotion", "price", "holiday")
    assert "importe" not in panel.frame
    assert len(panel.notes) == 1
    assert "'importe'" in panel.notes[0]
    assert "calendar" in panel.notes[0]
    calendar = sales[["ds"]].assign(importe=7.0)
    stated = build_panel(sales, freq="D", calendar=calendar)
    assert stated.exog == ("promotion", "price", "holiday", "importe")
    assert set(stated.frame["importe"]) == {7.0}
    assert stated.notes == ()


def test_a_column_that_sales_and_calendar_have_is_the_calendars_and_compared() -> None:
    sales = daily_shop(20).drop(columns="promotion").assign(temperature=np.arange(20.0))
    told = np.where(np.arange(20) == 4, 99.0, np.arange(20.0))
    calendar = pd.DataFrame({"ds": sales["ds"], "temperature": told})
    panel = build_panel(sales, freq="D", calendar=calendar)
    assert panel.frame["temperature"].tolist() == told.tolist()
    assert panel.notes == ()
    same, known = panel.understood
    assert same == (
        "'temperature' is taken from the calendar; in 19 of 20 rows that of the sales file is the same"
    )
    assert known.startswith("'temperature' is known in advance, because a calendar says it;")
