"""Regressions: one scikit-learn Pipeline for all series, horizons and seasons together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, OrdinalEncoder
from xgboost import XGBRegressor

from forecasting.features.table import CALENDAR_CATEGORIES, PRICE, PRICE_RATIO
from forecasting.recipes.contract import Array, Fitted, Hyperparameters, Lesson, Standing
from forecasting.single_thread import single_threaded_sums
from intake.errors import InputError

CONSTANT: Final = "log_scale"  # what a recipe learns from where no feature varies: then it learns a mean
LEAST_ROWS: Final = 10
THREADS: Final = 1  # sums then do not depend on the machine; windows, not trees, are fitted side by side


@dataclass(frozen=True)
class Regression:
    """`build` takes hyperparameters and a seed and gives an unfitted Pipeline in which everything that is
    fitted (MinMaxScaler, encoder, imputation, `regressor`) lives.

    It learns demand over the series' scale. Where the variance of demand grows like its mean to the power p
    (Taylor 1961, Nature 189), that of y / scale grows like scale^(p - 2); so a row weighs scale^(2 - p). The
    hyperparameter `variance_power` is p: 1 (also where it is not given) as of Poisson counts, 2 where series
    err in proportion to their size. Text attributes are learned from only if `attributes`, and only if they
    have two series or more per value: a name of one series is no kind. Of a column named in `signs` the
    forecast may only rise (1) or fall (-1): for regressors with `monotone_constraints`.
    """

    build: Callable[[Hyperparameters, int], Pipeline]
    search: tuple[Hyperparameters, ...] = ({},)
    attributes: bool = False
    signs: Mapping[str, int] = field(default_factory=dict)
    least_rows: int = LEAST_ROWS

    def fit(self, standing: Standing, hyperparameters: Hyperparameters, seed: int) -> Fitted:
        """The fitted `estimator` and the `columns` it looks at; InputError if there are too few rows."""
        lesson = standing.lesson
        if len(lesson.table) < self.least_rows:
            raise InputError(
                f"{len(lesson.table)} rows are too few to fit a regression on; bring at least "
                f"{2 * self.least_rows} periods of history or use seasonal_naive or moving_average"
            )
        columns = self._usable_columns(lesson, len(standing.begun))
        scale = lesson.table.scale
        estimator = self.build(hyperparameters, seed)
        signs = {name: sign for name, sign in self.signs.items() if name in columns}
        if signs:
            estimator.set_params(regressor__monotone_constraints=signs)
        weight = scale ** (2.0 - hyperparameters.get("variance_power", 1.0))
        with single_threaded_sums():
            estimator.fit(
                lesson.table.frame[list(columns)],
                lesson.y / scale,
                regressor__sample_weight=weight / weight.mean(),
            )
        return {"estimator": estimator, "columns": columns}

    def expected(self, fitted: Fitted, standing: Standing, _: Hyperparameters) -> Array:
        """What the estimator predicts, in units of sales."""
        with single_threaded_sums():
            scaled = fitted["estimator"].predict(standing.ahead.frame[list(fitted["columns"])])
        return np.asarray(scaled, dtype=np.float64) * standing.ahead.scale

    def _usable_columns(self, lesson: Lesson, series: int) -> tuple[str, ...]:
        """Columns that vary and suit the recipe; the place in the year only if the lesson shows a year."""
        frame = lesson.table.frame
        distinct = frame.nunique(dropna=True)
        texts = set(frame.select_dtypes("category").columns) - set(CALENDAR_CATEGORIES)
        kinds = {name for name in texts if self.attributes and 2 * distinct[name] <= series}
        return tuple(
            str(name)
            for name in frame.columns
            if distinct[name] > 1
            and (name not in texts or name in kinds)
            and (lesson.knows_year or not name.startswith("year_"))
        ) or (CONSTANT,)


def regressions(fitted: Fitted) -> list[Fitted]:
    """The fitted regressions (estimator, columns) in what a recipe learned: none, one, or its members'."""
    if "estimator" in fitted:
        return [fitted]
    return [part for member in fitted.get("members", {}).values() for part in regressions(member)]


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
        max_leaves=int(hyperparameters["leaves"]),
        max_depth=0,
        grow_policy="lossguide",
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


def _trees(
    trees: int, leaves: int, learning_rate: float, least: float, variance_power: float
) -> Hyperparameters:
    return {
        "trees": trees,
        "leaves": leaves,
        "learning_rate": learning_rate,
        "min_child_weight": least,
        "variance_power": variance_power,
    }


LINEAR_REGRESSION: Final = Regression(_linear_regression)
RIDGE: Final = Regression(_ridge, search=tuple({"alpha": alpha} for alpha in (1.0, 0.1, 100.0)))
XGBOOST: Final = Regression(
    _xgboost,
    search=(
        _trees(150, 31, 0.06, 30.0, 2.0),
        _trees(150, 31, 0.06, 100.0, 1.0),
        _trees(120, 8, 0.1, 10.0, 1.0),
    ),
    attributes=True,
    signs={"promotion": 1, PRICE: -1, PRICE_RATIO: -1},
)
