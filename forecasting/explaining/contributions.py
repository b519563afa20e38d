"""What a forecast is made of: an exact split of expected demand, in units, into what a planner says.

Trees: SHAP values of XGBoost itself (Lundberg et al. 2020, Nature Machine Intelligence 2). Where a model
predicts a logarithm, its additive parts become units by the logarithmic mean: a part p of ln(f / f0) is worth
p L(f, f0) with L = (f - f0) / ln(f / f0), which adds up to f - f0 without a rest (LMDI: Ang 2005, Energy
Policy 33). Linear models: coefficient times the distance of a value from its mean in training.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import xgboost
from sklearn.base import RegressorMixin
from sklearn.pipeline import Pipeline

from forecasting.explaining.counterfactual import at_usual_price, events, without
from forecasting.explaining.importance import source_of
from forecasting.explaining.words import NOT_BELOW_ZERO, PRODUCT, SEASON, TREND, USUAL, WEEKDAY
from forecasting.features.table import CALENDAR_CATEGORIES, PRICE, FeatureTable
from forecasting.recipes.baselines import Reading
from forecasting.recipes.combination import Combination
from forecasting.recipes.contract import Array, Fitted, Hyperparameters, Recipe, Standing
from forecasting.recipes.regressions import Regression
from forecasting.single_thread import single_threaded_sums

_TAKEN: Final = {
    *(USUAL, SEASON, TREND, WEEKDAY, PRODUCT, NOT_BELOW_ZERO),
    *("ds", "unique id", "mean", "explanation", "explicacion"),
}
_RECENT: Final = ("mean_", "exponential_mean_", "lag_", "periods_since_sale")
_SEASONAL: Final = ("season_", "profile", "year_", "month", "quarter")
_BLOCK: Final = 50_000  # rows explained at a time
_NEARLY: Final = 1e-9


@dataclass(frozen=True)
class Contributions:
    """`values` (series, horizon, groups): units that each of `groups` adds; their sum is what is expected."""

    unique_id: tuple[str, ...]
    groups: tuple[str, ...]
    values: Array

    def of(self, expected: Array) -> Contributions:
        """The same shares of another forecast (series, horizon), such as the mean of the demand paths.

        What has no parts to share is usual.
        """
        total = self.values.sum(axis=2)
        factor = np.where(total > 0, expected / np.where(total > 0, total, 1.0), 0.0)
        values = self.values * factor[:, :, None]
        values[:, :, self.groups.index(USUAL)] += np.where(total > 0, 0.0, expected)
        return replace(self, values=values)


def contributions(
    recipe: Recipe,
    fitted: Fitted,
    hyperparameters: Hyperparameters,
    standing: Standing,
    chosen: npt.NDArray[np.bool_] | None = None,
) -> Contributions:
    """The split of what `recipe` expects in `standing`, zero where nothing is expected.

    `chosen`: which of the series begun are split, all by default: SHAP values take about a second for
    a thousand rows.

    A price adds what it changes against the usual one of the series, and events (promotions, holidays:
    columns that are mostly 0) what they change against none of them, one after the other, a promotion
    together with its usual discount; the rest is split as if prices were usual and nothing happened. A
    baseline is split into usual, trend and season, as is a recipe that learns from no features.
    """
    history = standing.history
    whose = np.ones(len(standing.begun), dtype=np.bool_) if chosen is None else chosen
    rows = np.repeat(whose, standing.horizon)
    words = _Words(tuple(history.exog), tuple(history.categories), daily=history.freq == "D")
    names = events(history, standing.origin)
    bare = without(standing, names)
    ordinary = at_usual_price(bare)
    parts = _parts(recipe, fitted, hyperparameters, ordinary, rows, words)
    own = [name for name in (*names, PRICE) if name in history.exog]
    always = list(dict.fromkeys(words(name) for name in own if words(name) in parts))
    parts = parts.assign(**{USUAL: parts[USUAL] + parts[always].sum(axis=1)}).drop(columns=always)
    before = parts.sum(axis=1).to_numpy(dtype=np.float64)
    stages = [(PRICE, bare)] if ordinary is not bare else []
    for number, name in enumerate(names, start=1):
        ahead = history.exog[name][:, standing.origin + 1 : standing.origin + 1 + standing.horizon]
        if (ahead > 0).any():
            stages.append((name, without(standing, names[number:])))
    for name, stage in stages:
        after = np.maximum(recipe.expected(fitted, stage, hyperparameters)[rows], 0.0)
        parts[words(name)] = parts.get(words(name), 0.0) + after - before
        before = after
    groups = [USUAL, *(name for name in parts.columns if name != USUAL)]
    values = np.where(standing.ahead.silent[rows, None], 0.0, parts[groups].to_numpy(dtype=np.float64))
    ids = tuple(history.unique_id[place] for place in standing.begun[whose])
    return Contributions(ids, tuple(groups), values.reshape(-1, standing.horizon, len(groups)))


@dataclass(frozen=True)
class _Words:
    """What each feature is called: exogenous columns and attributes by name, the rest by its kind."""

    exog: tuple[str, ...]
    attributes: tuple[str, ...]
    daily: bool

    def __call__(self, feature: str) -> str:
        own = [name for name in self.exog if feature == name or feature.startswith(f"{name}_")]
        if own:
            word = max(own, key=len).replace("_", " ")
            return f"{word} (column)" if word in _TAKEN else word
        if feature in self.attributes:
            return PRODUCT
        if feature == "weekday" or (self.daily and feature.startswith("season_")):
            return WEEKDAY
        if feature.startswith(_SEASONAL) or feature in CALENDAR_CATEGORIES:
            return SEASON
        return TREND if feature.startswith(_RECENT) else USUAL


def _parts(
    recipe: Recipe,
    fitted: Fitted,
    hyperparameters: Hyperparameters,
    standing: Standing,
    rows: npt.NDArray[np.bool_],
    words: _Words,
) -> pd.DataFrame:
    """A column per group for those of the rows ahead; they add up to expected demand, at least zero."""
    if isinstance(recipe, Combination):
        return _combined(recipe, fitted, hyperparameters, standing, rows, words)
    expected = recipe.expected(fitted, standing, hyperparameters)
    parts: pd.DataFrame | None = None
    if isinstance(recipe, Regression):
        frame, scale = standing.ahead.frame[rows], standing.ahead.scale[rows]
        parts = _of_regression(fitted["estimator"], fitted["columns"], frame, scale, words)
    if isinstance(recipe, Reading):
        parts = _of_reading(recipe, hyperparameters, standing.ahead, words)[rows]
    if parts is None:
        parts = _by_course(expected, hyperparameters, standing, words)[rows]
    return _adding_up(parts.reset_index(drop=True), np.maximum(expected[rows], 0.0))


def _adding_up(parts: pd.DataFrame, expected: Array) -> pd.DataFrame:
    """`parts` with what a forecast below zero was raised by, and without the dust of floating point."""
    raised = np.where(expected == 0.0, -parts.sum(axis=1), 0.0)
    if (raised != 0.0).any():
        parts = parts.assign(**{NOT_BELOW_ZERO: raised})
    return parts.assign(**{USUAL: parts[USUAL] + expected - parts.sum(axis=1)})


def _combined(
    recipe: Combination,
    fitted: Fitted,
    hyperparameters: Hyperparameters,
    standing: Standing,
    rows: npt.NDArray[np.bool_],
    words: _Words,
) -> pd.DataFrame:
    members: dict[str, Fitted] = fitted["members"]
    total = sum(hyperparameters[name] for name in members)
    weighted = [
        _parts(recipe.members[name], member, recipe.members[name].search[0], standing, rows, words)
        * (hyperparameters[name] / total)
        for name, member in members.items()
    ]
    joined = pd.concat(weighted, axis=1).T.groupby(level=0, sort=False).sum().T
    return pd.DataFrame(joined)


def _of_regression(
    estimator: Pipeline, columns: Sequence[str], frame: pd.DataFrame, scale: Array, words: _Words
) -> pd.DataFrame | None:
    """None for a regressor that is neither trees of XGBoost nor linear."""
    regressor = estimator.named_steps["regressor"]
    blocks = []
    for start in range(0, len(frame), _BLOCK):
        block = frame.iloc[start : start + _BLOCK][list(columns)]
        with single_threaded_sums():
            inside = estimator[:-1].transform(block)
            predicted = np.asarray(estimator.predict(block), dtype=np.float64)
        if isinstance(regressor, xgboost.XGBModel):
            names, margins = _shap(regressor, inside)
        elif hasattr(regressor, "coef_"):
            names, margins = _linear(regressor, inside, _usual_values(estimator, block))
        else:
            return None
        named = [words(source_of(name, columns)) for name in names]
        blocks.append(_in_units(margins, named, predicted, scale[start : start + _BLOCK]))
    return pd.concat(blocks, ignore_index=True).fillna(0.0)


def _shap(regressor: xgboost.XGBModel, inside: pd.DataFrame) -> tuple[list[str], Array]:
    """Contribution of each column, and last of the model without any, to the margin."""
    matrix = xgboost.DMatrix(inside, enable_categorical=True, nthread=1)
    values = regressor.get_booster().predict(matrix, pred_contribs=True)
    return [str(name) for name in inside.columns], values.astype(np.float64)


def _linear(regressor: RegressorMixin, inside: pd.DataFrame, usual: Array) -> tuple[list[str], Array]:
    """The same for coefficients: each times how far a value is from `usual`."""
    coefficients = np.ravel(regressor.coef_)
    values = coefficients * (inside.to_numpy(dtype=np.float64) - usual)
    base = float(np.ravel(regressor.intercept_)[0]) + float(coefficients @ usual)
    return [str(name) for name in inside.columns], np.column_stack([values, np.full(len(inside), base)])


def _usual_values(estimator: Pipeline, frame: pd.DataFrame) -> Array:
    """What each column inside the pipeline usually is: a number its mean in training, which is what a missing
    one is imputed with; a category any of its kind alike.
    """
    empty = frame.iloc[:1].copy()
    numbers = empty.select_dtypes("number").columns
    empty[numbers] = np.nan
    inside = estimator[:-1].transform(empty)
    sources = pd.Series([source_of(str(name), list(frame.columns)) for name in inside.columns])
    share = 1.0 / sources.map(sources.value_counts())
    values = np.where(sources.isin(numbers), inside.iloc[0].to_numpy(dtype=np.float64), share)
    return np.asarray(np.nan_to_num(values), dtype=np.float64)


def _in_units(margins: Array, named: Sequence[str], predicted: Array, scale: Array) -> pd.DataFrame:
    """Groups of margins (their last column is the model without features) as units of sales."""
    base, distance = margins[:, -1], margins[:, :-1].sum(axis=1)
    if np.allclose(predicted, base + distance, rtol=1e-3, atol=1e-6):
        worth, start = np.ones_like(base), base
    else:  # the model predicts a logarithm
        start = predicted * np.exp(-distance)
        near = np.abs(distance) < _NEARLY
        worth = np.where(near, predicted, (predicted - start) / np.where(near, 1.0, distance))
    units = (margins[:, :-1] * (worth * scale)[:, None]).T
    parts = pd.DataFrame(units, index=pd.Index(named)).groupby(level=0, sort=False).sum().T
    return parts.assign(**{USUAL: parts.get(USUAL, 0.0) + start * scale})


def _of_reading(
    recipe: Reading, hyperparameters: Hyperparameters, table: FeatureTable, words: _Words
) -> pd.DataFrame:
    """A baseline as if its seasons were usual, and what they add; `scale` is the usual demand of a series."""
    seasonal = [name for name in table.frame.columns if words(name) in (SEASON, WEEKDAY)]
    numbers = table.frame[seasonal].select_dtypes("number").columns
    plain = recipe.read(table.frame.assign(**dict.fromkeys(numbers, 1.0)), hyperparameters) * table.scale
    whole = recipe.read(table.frame, hyperparameters) * table.scale
    season = WEEKDAY if words.daily else SEASON
    return pd.DataFrame({USUAL: table.scale, TREND: plain - table.scale, season: whole - plain})


def _by_course(
    expected: Array, hyperparameters: Hyperparameters, standing: Standing, words: _Words
) -> pd.DataFrame:
    """By the course of the forecast alone: what it is without the season that all series share, or in the
    mean of the horizon, against the usual; and the rest.
    """
    frame, scale = standing.ahead.frame, standing.ahead.scale
    if "profile" in frame and hyperparameters.get("profile"):
        profile = frame["profile"].to_numpy(dtype=np.float64)
        plain = np.where(profile > 0, expected / np.where(profile > 0, profile, 1.0), expected)
    else:
        plain = np.repeat(expected.reshape(-1, standing.horizon).mean(axis=1), standing.horizon)
    season = WEEKDAY if words.daily else SEASON
    return pd.DataFrame({USUAL: scale, TREND: plain - scale, season: expected - plain})
