"""What promotions and prices are worth is found again where it is known: lift 40 %, elasticity -1.5."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from forecasting_samples import weekly_series

from forecasting.explaining.contributions import contributions
from forecasting.explaining.counterfactual import instead
from forecasting.explaining.effects import COLUMNS, effect_sentences, exog_effects
from forecasting.model import Model, ModelSettings, fit
from forecasting.recipes.contract import Standing
from forecasting.recipes.registry import RECIPES
from forecasting.series.history import History
from forecasting.series.panel import Panel, build_panel, extend

LIFT, ELASTICITY = 0.4, -1.5


def promoted_sales(series: int = 16, weeks: int = 110) -> pd.DataFrame:
    """Poisson demand: a season, 40 % more in a promotion, and a price that moves and is felt."""
    generator = np.random.default_rng(5)
    ds = pd.date_range("2023-01-02", periods=weeks, freq="W-MON")
    season = 1.0 + 0.3 * np.sin(2 * np.pi * np.arange(weeks) / 52)
    frames = []
    for number, size in enumerate(np.geomspace(8.0, 60.0, series)):
        promotion = (generator.random(weeks) < 0.15).astype(float)
        usual = generator.uniform(2, 20)
        moved = generator.choice([0.85, 0.92, 1.08, 1.15], weeks)
        price = np.where(generator.random(weeks) < 0.3, usual * moved, usual)
        mean = size * season * (1 + LIFT) ** promotion * (price / usual) ** ELASTICITY
        columns = {"y": generator.poisson(mean).astype(float), "promotion": promotion, "price": price}
        frames.append(pd.DataFrame({"unique_id": f"s{number:02d}", "ds": ds, **columns}))
    return pd.concat(frames, ignore_index=True)


PANEL = build_panel(promoted_sales(), freq="W-MON")


def model_of(recipe: str, panel: Panel = PANEL) -> Model:
    settings = ModelSettings(recipe, horizon=6, windows=1)
    return fit(panel, panel.last_observation, settings)


@pytest.mark.parametrize("recipe", ["linear_regression", "ridge", "xgboost"])
def test_known_effects_are_found_again(recipe: str) -> None:
    effects = exog_effects(PANEL, model_of(recipe))
    overall = effects[effects["unique_id"] == ""].set_index("exog")
    promotion, price = overall.loc["promotion"], overall.loc["price"]
    assert promotion["estimate"] == pytest.approx(LIFT, abs=0.1)
    assert promotion["observed"] == pytest.approx(LIFT, abs=0.1)
    assert price["estimate"] == pytest.approx(ELASTICITY, abs=0.5)
    assert promotion["low"] <= promotion["estimate"] <= promotion["high"]
    assert price["low"] <= price["estimate"] <= price["high"] < 0


@pytest.mark.parametrize("recipe", ["ridge", "xgboost"])
def test_a_promotion_is_worth_its_discount_too(recipe: str) -> None:
    """15 % off in every promotion: which of the two sells cannot be told, what both sell together can."""
    sales = promoted_sales().assign(price=lambda f: np.where(f["promotion"] > 0, 8.5, 10.0))
    generator = np.random.default_rng(6)
    sales["y"] = generator.poisson(20.0 * np.where(sales["promotion"] > 0, 1 + LIFT, 1.0)).astype(float)
    panel = build_panel(sales, freq="W-MON")
    model = model_of(recipe, panel)
    effects = exog_effects(panel, model)
    lift = effects[(effects["unique_id"] == "") & (effects["exog"] == "promotion")].iloc[0]
    assert lift["estimate"] == pytest.approx(LIFT, abs=0.06)
    ahead = extend(panel, panel.last_observation, 6, {"promotion": 1.0, "price": 8.5})
    parts = model.contributions(ahead, panel.last_observation, 6, panel.series[1])
    shares = dict(zip(parts.groups, parts.values.sum(axis=(0, 1)) / parts.values.sum(), strict=True))
    assert shares["promotion"] == pytest.approx(LIFT / (1 + LIFT), abs=0.06)
    assert abs(shares["price"]) < 0.03


def test_cases_and_units_are_those_of_the_promoted_periods() -> None:
    """A slow count: promotions in the last twelve windows of six weeks; units over all of them."""
    effects = exog_effects(PANEL, model_of("ridge"))
    frame = PANEL.frame
    weeks = np.sort(frame["ds"].unique())[-12 * 6 :]
    promoted = frame[frame["ds"].isin(weeks) & (frame["promotion"] > 0)]
    lifts = effects[effects["effect"] == "lift"].set_index("unique_id")
    assert lifts.loc["", "cases"] == len(promoted)
    assert lifts.drop(index="")["cases"].to_dict() == promoted["unique_id"].value_counts().to_dict()
    own = lifts.drop(index="")
    assert (own["units"] * own["cases"]).sum() == pytest.approx(
        lifts.loc["", "units"] * lifts.loc["", "cases"]
    )


def test_a_promotion_that_does_nothing_is_worth_nothing() -> None:
    sales = weekly_series()
    idle = (np.random.default_rng(0).random(len(sales)) < 0.2).astype(float)
    panel = build_panel(sales.assign(promotion=idle), freq="W-MON")
    effects = exog_effects(panel, model_of("ridge", panel))
    assert effects["estimate"].iloc[0] == pytest.approx(0.0, abs=0.06)


def test_a_recipe_that_looks_at_no_exogenous_column_says_nothing_of_them() -> None:
    effects = exog_effects(PANEL, model_of("moving_average"))
    assert effects.empty
    assert list(effects.columns) == list(COLUMNS)
    assert effect_sentences(effects) == ()


def test_effects_are_said_with_their_spread_and_a_wrong_sign_plainly() -> None:
    lift = ["promotion", "lift", "", 0.38, 0.2, 0.55, "series", 4.2, 0.41, 312]
    own = ["promotion", "lift", "a", 0.9, np.nan, np.nan, "", 9.0, np.nan, 3]
    price = ["price", "elasticity", "", 0.4, np.nan, np.nan, "windows", np.nan, np.nan, 90]
    said = effect_sentences(pd.DataFrame([lift, own, price], columns=list(COLUMNS)))
    assert said == (
        "promotion: +38 % of demand (+20 % to +55 % in 80 % of series), +4.2 units per period; +41 % of what "
        "was sold; 312 cases.",
        "price: 1 % dearer sells +0.4 %; 90 cases.",
        "price: the sign is wrong. It stands for something else in the sales: do not plan by it.",
    )
    wrong = effect_sentences(pd.DataFrame([[*lift[:3], -0.1, *lift[4:]]], columns=list(COLUMNS)))
    assert wrong[1].startswith("promotion: the sign is wrong")


@pytest.mark.parametrize("recipe", ["ridge", "xgboost"])
def test_the_usual_price_adds_nothing_and_a_discount_adds_what_it_sells(recipe: str) -> None:
    panel = extend(PANEL, PANEL.last_observation, 2, {"promotion": 0.0, "price": "last"})
    history = History.of(panel)
    standing = Standing(history, history.position(PANEL.last_observation), 2)
    way, prices = RECIPES[recipe], history.exog["price"][:, -54:-2]
    fitted = way.fit(standing, way.search[0], 0)
    usual = np.median(prices, axis=1)
    shares = {}
    for ratio in (0.85, 1.0, 1.15):
        asked = instead(standing, {"price": usual * ratio})
        split = contributions(way, fitted, way.search[0], asked)
        worth = split.values[:, :, split.groups.index("price")]
        shares[ratio] = worth.sum() / (split.values.sum() - worth.sum())
    assert shares[1.0] == pytest.approx(0.0, abs=1e-9)
    assert shares[0.85] == pytest.approx(0.85**ELASTICITY - 1, abs=0.15)
    assert shares[1.15] == pytest.approx(1.15**ELASTICITY - 1, abs=0.15)
