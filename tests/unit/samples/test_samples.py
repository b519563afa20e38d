"""The samples are what a fresh generation writes, hold together, and show what they are there to show."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

SAMPLES = Path(__file__).parents[3] / "samples"
CUTOFF = pd.Timestamp("2026-02-02")


def read(name: str) -> pd.DataFrame:
    table = pd.read_csv(SAMPLES / name)
    dates = table.columns.intersection(["ds", "expiry", "due_date", "as_of"])
    return table.assign(**{column: pd.to_datetime(table[column]) for column in dates})


@pytest.fixture(scope="module")
def sales() -> pd.DataFrame:
    table = read("sales.csv")
    return table.assign(unique_id=table["location"] + "/" + table["product"])


@pytest.fixture(scope="module")
def generate() -> Iterator[ModuleType]:
    """The script as a newcomer runs it: its folder first on the path."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(SAMPLES))
        yield importlib.import_module("generate")
    for name in ("generate", "history", "catalogue"):
        sys.modules.pop(name, None)


def by_month(sales: pd.DataFrame, product: str) -> pd.Series:
    """Mean weekly units of all shops by month, while on the shelf."""
    chosen = sales[(sales["product"] == product) & (sales["in_stock"] == 1)]
    return chosen.groupby(chosen["ds"].dt.month)["y"].mean()


def test_the_committed_files_are_a_fresh_generation(generate: ModuleType) -> None:
    tables = generate.tables()
    assert set(tables) == {path.name for path in SAMPLES.glob("*.csv")}
    for name, table in tables.items():
        assert generate.as_csv(table) == (SAMPLES / name).read_bytes(), (
            f"run python samples/generate.py: {name}"
        )


def test_two_and_a_half_years_of_mondays_end_at_one_cutoff(sales: pd.DataFrame) -> None:
    assert (sales["ds"].dt.dayofweek == 0).all()
    assert sales["ds"].nunique() >= 130
    assert (sales.groupby("unique_id")["ds"].max() == CUTOFF).all()
    weeks = sales.groupby("unique_id")["ds"].agg(["min", "nunique"])
    assert (weeks["nunique"] == (CUTOFF - weeks["min"]).dt.days // 7 + 1).all()  # no gaps, none twice
    assert not sales.duplicated(["unique_id", "ds"]).any()


def test_at_least_32_products_and_not_every_product_in_every_shop(sales: pd.DataFrame) -> None:
    assert sales["product"].nunique() >= 32
    assert set(sales["location"]) == {"new-york", "philadelphia", "boston", "web"}
    assert sales["unique_id"].nunique() < sales["product"].nunique() * sales["location"].nunique()
    turnover = (sales["y"] * sales["price"]).groupby(sales["location"]).sum()
    assert turnover["new-york"] > turnover["philadelphia"] > turnover["boston"]


def test_sales_are_whole_units_and_fit_the_shelf(sales: pd.DataFrame) -> None:
    assert sales["y"].dtype == np.int64
    assert sales["in_stock"].between(0, 1).all()
    assert (sales.loc[sales["in_stock"] == 0, "y"] == 0).all()
    assert (sales["price"] > 0).all()


def test_stockouts_cut_the_sales_of_their_weeks(sales: pd.DataFrame) -> None:
    missing, partial = sales["in_stock"] == 0, sales["in_stock"].between(0, 1, inclusive="neither")
    assert 50 < missing.sum() < 0.03 * len(sales)
    assert 50 < partial.sum() < 0.03 * len(sales)
    usual = sales[sales["in_stock"] == 1].groupby("unique_id")["y"].mean()
    sold_out = sales[partial]
    assert sold_out["y"].sum() < 0.8 * sold_out["unique_id"].map(usual).sum()


def test_returns_make_some_weeks_negative(sales: pd.DataFrame) -> None:
    assert 5 <= (sales["y"] < 0).sum() <= 100


def test_seasons(sales: pd.DataFrame) -> None:
    lip_balm, sun_cream, gift_box = (by_month(sales, name) for name in ("lip-balm", "sun-cream", "gift-box"))
    assert lip_balm[1] > 1.3 * lip_balm[7]
    assert sun_cream[7] > 4 * sun_cream[1]
    assert gift_box.idxmax() == 12


def test_garden_follows_the_sunshine_of_its_week(sales: pd.DataFrame) -> None:
    shop = sales[(sales["location"] == "new-york") & (sales["in_stock"] == 1)]
    pots = shop[shop["product"] == "lavender-pot"].set_index("ds")["y"]
    sunshine = read("calendar.csv").query("location == 'new-york'").set_index("ds")["sunshine"]
    season = pots.index.isocalendar().week.to_numpy()
    anomaly = pd.DataFrame({"y": np.log1p(pots), "sunshine": sunshine.reindex(pots.index)})
    smooth = anomaly.rolling(9, center=True, min_periods=5).mean()
    inside = (season > 12) & (season < 40)
    assert (anomaly - smooth)[inside].corr().loc["y", "sunshine"] > 0.4


def test_promotions_are_cheaper_and_sell_more(sales: pd.DataFrame) -> None:
    soap = sales[(sales["product"] == "olive-soap") & (sales["in_stock"] == 1)]
    promoted = soap["promotion"] == 1
    usual, offer = (
        soap[promoted == offered].groupby("location")[["y", "price"]].mean() for offered in (False, True)
    )
    assert (offer["y"] > 1.15 * usual["y"]).all()
    assert (offer["price"] < usual["price"]).all()


def test_trend_new_dying_and_slow_products(sales: pd.DataFrame) -> None:
    first = sales.groupby("product")["ds"].min()
    assert (first > "2025-01-01").sum() >= 2
    yearly = sales.pivot_table("y", "product", sales["ds"].dt.year)
    assert yearly.loc["honey-mask", 2025] < 0.5 * yearly.loc["honey-mask", 2024]
    assert yearly.loc["shampoo-bar", 2025] > 1.1 * yearly.loc["shampoo-bar", 2024]
    slow = sales[sales["unique_id"] == "web/bee-hotel"]["y"]
    assert slow.mean() < 1
    assert (slow == 0).mean() > 0.4


def test_the_calendar_knows_the_coming_quarter_and_agrees_with_the_sales(sales: pd.DataFrame) -> None:
    calendar = read("calendar.csv")
    future = calendar[calendar["ds"] > CUTOFF].groupby("location")["ds"].nunique()
    assert (future >= 13).all()
    assert calendar.notna().all(axis=None)
    joined = sales.merge(calendar, on=["ds", "location"], how="left", suffixes=("", "_planned"))
    assert (joined["promotion"] == joined["promotion_planned"]).all()


def test_holidays_are_the_weeks_of_american_holidays() -> None:
    holiday = read("calendar.csv").drop_duplicates("ds").set_index("ds")["holiday"]
    for monday in ("2023-11-20", "2024-12-23", "2025-05-26", "2025-06-30", "2025-09-01", "2026-02-09"):
        assert holiday[monday] == 1
    for monday in ("2023-11-27", "2024-05-20", "2025-09-08", "2026-03-09"):
        assert holiday[monday] == 0


def test_every_series_has_an_item_stock_and_terms(sales: pd.DataFrame) -> None:
    items, stock, terms = read("items.csv"), read("stock.csv"), read("terms.csv")
    series = set(sales["unique_id"])
    assert items["unique_id"].is_unique
    assert series <= set(items["unique_id"])
    assert series <= set(stock["unique_id"])
    assert set(stock["unique_id"]) == set(items["unique_id"])
    assert set(sales["product"]) == set(terms["product"].dropna())


def test_every_supplier_named_is_known() -> None:
    suppliers = read("suppliers.csv")
    known = set(suppliers["supplier_id"])
    assert suppliers["supplier_id"].is_unique
    assert 5 <= len(known) <= 7
    assert set(read("terms.csv")["supplier_id"]) == known
    assert set(read("items.csv")["source"].dropna()) <= known


def test_terms_make_sense() -> None:
    terms = read("terms.csv")
    assert terms["product"].notna().ne(terms["component"].notna()).all()
    assert (terms["unit_cost"] > 0).all()
    assert (terms["minimum_order_quantity"] >= terms["pack_size"]).all()
    names = terms["product"].fillna(terms["component"])
    assert not (names + terms["preference"].astype(str)).duplicated().any()
    assert set(terms.loc[terms["preference"] == 2, "product"].dropna()) == {"olive-oil"}
    price = read("items.csv").groupby("product")["price"].max()
    assert (terms["unit_cost"] < terms["product"].map(price).fillna(np.inf)).all()


def test_recipes_end_in_materials_that_can_be_bought_and_lie_in_the_plant() -> None:
    recipes, terms = read("bill_of_materials.csv"), read("terms.csv")
    bought, parents = set(terms["component"].dropna()), set(recipes["parent"])
    own = set(terms.loc[terms["supplier_id"] == "plant", "product"])
    assert own <= parents
    assert set(recipes["component"]) - parents == bought
    stocked = set(read("stock.csv")["unique_id"])
    assert {f"plant/{name}" for name in bought | parents} <= stocked
    assert (recipes["quantity_per"] > 0).all()


def test_the_plant_can_make_what_its_line_sells(sales: pd.DataFrame) -> None:
    capacity, items = read("capacity.csv"), read("items.csv")
    own = items[items["source"] == "plant"].set_index("unique_id")["category"]
    recent = sales[sales["ds"] > CUTOFF - pd.Timedelta(weeks=13)]
    needed = recent["y"].groupby(recent["unique_id"].map(own)).sum() / 13
    pieces = (capacity["capacity"] * capacity["density"] * capacity["yield_rate"]).groupby(
        capacity["resource"]
    )
    assert set(pieces.groups) == set(own)
    assert (pieces.mean() > needed).all()
    assert (pieces.mean() < 4 * needed).all()


def test_stock_is_of_the_last_sunday_and_covers_a_few_weeks(sales: pd.DataFrame) -> None:
    stock = read("stock.csv")
    assert (stock["as_of"] == CUTOFF + pd.Timedelta(days=6)).all()
    assert (stock["on_hand"] >= 0).all()
    assert (stock.loc[stock["on_order"] > 0, "due_date"] > CUTOFF).all()
    assert stock.loc[stock["on_order"] == 0, "due_date"].isna().all()
    position = stock.groupby("unique_id")[["on_hand", "on_order"]].sum().sum(axis="columns")
    weekly = sales[sales["ds"] > CUTOFF - pd.Timedelta(weeks=8)].groupby("unique_id")["y"].mean()
    assert 1 < (position / weekly.where(weekly >= 5)).median() < 5
    sold_out = sales.loc[(sales["ds"] == CUTOFF) & (sales["in_stock"] < 1), "unique_id"]
    assert (stock[stock["unique_id"].isin(sold_out)]["on_hand"] == 0).all()


def test_perishable_goods_have_lots_that_have_not_expired() -> None:
    items, stock = read("items.csv"), read("stock.csv")
    perishable = stock["unique_id"].isin(items.loc[items["shelf_life"].notna(), "unique_id"]) & (
        stock["on_hand"] > 0
    )
    assert stock.loc[perishable, ["lot", "expiry"]].notna().all(axis=None)
    assert stock.loc[~perishable, ["lot", "expiry"]].isna().all(axis=None)
    assert (stock["expiry"].dropna() > CUTOFF).all()


def test_ventas_is_one_daily_year_with_the_spanish_headers() -> None:
    ventas = read("Ventas.csv")
    assert list(ventas.columns) == ["Fecha", "DíaDeLaSemana", "Promociones", "Festivo", "Ventas"]
    days = pd.to_datetime(ventas["Fecha"], format="%Y-%m-%d")
    assert (days.diff().dropna() == pd.Timedelta(days=1)).all()
    assert len(ventas) == 365
    assert (ventas["DíaDeLaSemana"] == days.dt.dayofweek + 1).all()
    assert (ventas["Festivo"] == (days.dt.dayofweek == 6)).all()
    by_weekday = ventas.groupby("DíaDeLaSemana")["Ventas"].mean()
    assert by_weekday[6] > 2 * by_weekday[1]
    left_over = ventas["Ventas"] - ventas["DíaDeLaSemana"].map(by_weekday)
    assert (
        80 < left_over[ventas["Promociones"] == 1].mean() - left_over[ventas["Promociones"] == 0].mean() < 300
    )
