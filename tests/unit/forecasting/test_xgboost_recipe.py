"""What the trees of the recipe `xgboost` must obey, on data whose law is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from forecasting_samples import weekly_series

from forecasting.judging.backtest import evaluate, rolling_cutoffs
from forecasting.judging.scores import metrics_table
from forecasting.recipes.contract import Standing
from forecasting.recipes.registry import RECIPES, Candidate
from forecasting.series.history import History
from forecasting.series.panel import build_panel


def misleading_offers(weeks: int = 100) -> pd.DataFrame:
    """Sales that have nothing to do with promotion and price, but for a handful of unlucky offers."""
    generator = np.random.default_rng(6)
    sales = weekly_series(6, weeks)
    promotion = generator.random(len(sales)) < 0.1
    price = generator.choice([4.0, 5.0, 6.0], len(sales))
    y = sales["y"] * np.where(promotion | (price < 5), 0.5, 1.0)
    return sales.assign(y=y.round(), promotion=promotion.astype(float), price=price)


@pytest.mark.parametrize("search", range(len(RECIPES["xgboost"].search)))
def test_an_offer_never_lowers_a_forecast_and_a_price_never_raises_it(search: int) -> None:
    """Also where the past says so: orders for an offer are not cut since earlier ones went wrong."""
    history = History.of(build_panel(misleading_offers(), freq="W-MON"))
    standing = Standing(history, 93, 6)
    candidate = Candidate("xgboost", RECIPES["xgboost"].search[search])
    fitted = candidate.fit(standing, seed=0)
    expected = {}
    for promotion, price in ((0.0, 6.0), (1.0, 6.0), (0.0, 4.0)):
        told = {
            "promotion": np.full_like(history.demand, promotion),
            "price": np.full_like(history.demand, price),
        }
        expected[promotion, price] = candidate.expected(
            fitted, Standing(replace(history, exog={**history.exog, **told}), 93, 6)
        )
    assert (expected[1.0, 6.0] >= expected[0.0, 6.0]).all()
    assert (expected[0.0, 4.0] >= expected[0.0, 6.0]).all()


def test_rows_weigh_alike_where_errors_grow_with_size_and_by_size_where_sales_are_counts() -> None:
    """With a constant column alone a regression learns one weighted mean of y / scale; ours is known."""
    generator = np.random.default_rng(8)
    ds = pd.date_range("2024-01-01", periods=40, freq="W-MON")
    sizes = {"a": 2.0, "b": 40.0}
    sales = pd.concat(
        pd.DataFrame({"unique_id": name, "ds": ds, "y": generator.poisson(size, 40).astype(float)})
        for name, size in sizes.items()
    )
    standing = Standing(History.of(build_panel(sales, freq="W-MON")), 39, 4)
    table, y = standing.lesson.table, standing.lesson.y
    stump = {"trees": 400, "leaves": 2, "learning_rate": 0.3, "min_child_weight": 1e9}
    for power in (1.0, 2.0):
        fitted = RECIPES["xgboost"].fit(standing, {**stump, "variance_power": power}, 0)
        learned = fitted["estimator"].predict(table.frame[list(fitted["columns"])])
        weight = table.scale ** (2.0 - power)
        assert learned == pytest.approx(np.average(y / table.scale, weights=weight), rel=0.02)


def test_trees_beat_the_moving_average_where_a_shared_season_has_to_be_learned() -> None:
    """A weekly chain: sizes from 1 to 20, one season that all share and whose second half is a kind's own."""
    generator = np.random.default_rng(9)
    weeks = 130
    ds = pd.date_range("2022-01-03", periods=weeks, freq="W-MON")
    turn = 2 * np.pi * np.arange(weeks) / 52
    sales, items = [], []
    for number, size in enumerate(np.geomspace(1.0, 20.0, 40)):
        kind = ("ice", "soup")[number % 2]
        season = np.exp((0.7 if kind == "ice" else -0.7) * np.sin(turn))
        mean = size * season * generator.gamma(8.0, 1 / 8.0, weeks)
        name = f"s{number:02d}"
        sales.append(pd.DataFrame({"unique_id": name, "ds": ds, "y": generator.poisson(mean).astype(float)}))
        items.append({"unique_id": name, "category": kind})
    panel = build_panel(pd.concat(sales), freq="W-MON", attributes=pd.DataFrame(items))
    cutoffs = rolling_cutoffs(ds[100], ds[-1], 8, 2, "W-MON")
    names = ("moving_average", "xgboost")
    found = evaluate(panel, [Candidate(name) for name in names], cutoffs, 8)
    rmsse = metrics_table(found, panel).set_index("recipe")["rmsse"]
    assert rmsse["xgboost"] < 0.9 * rmsse["moving_average"]
