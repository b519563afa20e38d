"""Regressions: one scikit-learn Pipeline for all series, horizons and seasons together."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, OrdinalEncoder
from threadpoolctl import threadpool_limits
from xgboost import XGBRegressor

from forecasting.features.table import CALENDAR_CATEGORIES
from forecasting.recipes.contract import Array, Fitted, Hyperparameters, Standing
from intake.errors import InputError

CONSTANT: Final = "log_scale"  # what a recipe learns from where no feature varies: then it learns a mean
LEAST_ROWS: Final = 10
THREADS: Final = 1  # sums then do not depend on the machine; windows, not trees, are fitted side by side


@dataclass(frozen=True)
class Regression:
    """`build` takes hyperparameters and a seed and gives an unfitted Pipeline in which everything that is
    fitted (MinMaxScaler, encoder, imputation, `regressor`) lives.

    It learns demand over the series' scale, weighted by scale: a count's variance grows with its mean, so the
    variance of y / scale falls with the scale. Text attributes are learned from only if `attributes`.
    """

    build: Callable[[Hyperparameters, int], Pipeline]
    search: tuple[Hyperparameters, ...] = ({},)
    attributes: bool = False
    least_rows: int = LEAST_ROWS

    def fit(self, standing: Standing, hyperparameters: Hyperparameters, seed: int) -> Fitted:
        """The fitted `estimator` and the `columns` it looks at; InputError if there are too few rows."""
        lesson = standing.lesson
        if len(lesson.table) < self.least_rows:
            raise InputError(
                f"{len(lesson.table)} rows are too few to fit a regression on; bring at least "
                f"{2 * self.least_rows} periods of history or use seasonal_naive or moving_average"
            )
        columns = self._usable_columns(lesson.table.frame, knows_year=lesson.knows_year)
        scale = lesson.table.scale
        estimator = self.build(hyperparameters, seed)
        with single_threaded_sums():
            estimator.fit(
                lesson.table.frame[list(columns)],
                lesson.y / scale,
                regressor__sample_weight=scale / scale.mean(),
            )
        return {"estimator": estimator, "columns": columns}

    def expected(self, fitted: Fitted, standing: Standing, _: Hyperparameters) -> Array:
        """What the estimator predicts, in units of sales."""
        with single_threaded_sums():
            scaled = fitted["estimator"].predict(standing.ahead.frame[list(fitted["columns"])])
        return np.asarray(scaled, dtype=np.float64) * standing.ahead.scale

    def _usable_columns(self, frame: pd.DataFrame, *, knows_year: bool) -> tuple[str, ...]:
        """Columns of `frame` that vary and suit the recipe; the place in the year only if `knows_year`."""
        if not self.attributes:
            texts = frame.select_dtypes("category").columns
            frame = frame.drop(columns=[name for name in texts if name not in CALENDAR_CATEGORIES])
        distinct = frame.nunique(dropna=True)
        varying = [str(name) for name in frame.columns if distinct[name] > 1]
        return tuple(name for name in varying if knows_year or not name.startswith("year_")) or (CONSTANT,)


def single_threaded_sums() -> AbstractContextManager[object]:
    """Keep linear algebra to one thread, so that the bytes of a model do not depend on the machine."""
    limits: AbstractContextManager[object] = threadpool_limits(limits=1)
    return limits


def _scaled(regressor: LinearRegression | Ridge) -> Pipeline:
    numbers = Pipeline(
        [
            ("impute", SimpleImputer(strategy="mean", keep_empty_features=True)),
            ("scale", MinMaxScaler(clip=True)),
        ]
    )
    categories = OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=40, sparse_output=False)
    return _pipeline(numbers, categories, regressor)


def _linear_regression(_: Hyperparameters, __: int) -> Pipeline:
    return _scaled(LinearRegression())


def _ridge(hyperparameters: Hyperparameters, _: int) -> Pipeline:
    return _scaled(Ridge(alpha=hyperparameters["alpha"]))


def _xgboost(hyperparameters: Hyperparameters, seed: int) -> Pipeline:
    """Poisson regression trees: expected counts are positive and their variance grows with them.

    No MinMaxScaler: trees ignore monotone scaling, and without it `model.ubj` takes the features as they are.
    """
    regressor = XGBRegressor(
        objective="count:poisson",
        n_estimators=int(hyperparameters["trees"]),
        max_depth=int(hyperparameters["depth"]),
        learning_rate=hyperparameters["learning_rate"],
        min_child_weight=hyperparameters["min_child_weight"],
        reg_lambda=5.0,
        subsample=0.8,
        colsample_bytree=0.5,
        tree_method="hist",
        max_bin=64,
        n_jobs=THREADS,
        random_state=seed,
    )
    categories = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, dtype=np.float32)
    return _pipeline("passthrough", categories, regressor)


def _pipeline(numbers: object, categories: object, regressor: object) -> Pipeline:
    columns = ColumnTransformer(
        [
            ("numbers", numbers, make_column_selector(dtype_include="number")),
            ("categories", categories, make_column_selector(dtype_include="category")),
        ],
        verbose_feature_names_out=False,
    ).set_output(transform="pandas")
    return Pipeline([("columns", columns), ("regressor", regressor)])


def _trees(trees: int, depth: int, learning_rate: float, least: float) -> Hyperparameters:
    return {"trees": trees, "depth": depth, "learning_rate": learning_rate, "min_child_weight": least}


LINEAR_REGRESSION: Final = Regression(_linear_regression)
RIDGE: Final = Regression(_ridge, search=tuple({"alpha": alpha} for alpha in (1.0, 0.1, 100.0)))
XGBOOST: Final = Regression(
    _xgboost,
    search=(
        _trees(150, 5, 0.06, 30.0),
        _trees(150, 3, 0.1, 10.0),
        _trees(150, 6, 0.06, 100.0),
        _trees(250, 3, 0.1, 3.0),
        _trees(100, 2, 0.2, 10.0),
        _trees(250, 6, 0.03, 30.0),
        _trees(150, 4, 0.06, 10.0),
        _trees(400, 4, 0.03, 10.0),
    ),
)
