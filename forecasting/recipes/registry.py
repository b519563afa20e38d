"""The registry of forecasting recipes: from a feature table to expected demand.

A recipe either reads its forecast off the features (a baseline) or fits a scikit-learn Pipeline in which
everything that is fitted (MinMaxScaler, encoder, imputation, regressor) lives. To add one of your own, put a
`Recipe` into `RECIPES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, OrdinalEncoder
from threadpoolctl import threadpool_limits
from xgboost import XGBRegressor

from forecasting.features.table import CALENDAR_CATEGORIES, FeatureTable
from intake.errors import InputError, MissingError

Array = npt.NDArray[np.float64]
Hyperparameters = Mapping[str, float]

CONSTANT: Final = "log_scale"  # what a recipe learns from where no feature varies: then it learns a mean
LEAST_ROWS: Final = 10
THREADS: Final = 1  # sums then do not depend on the machine; windows, not trees, are fitted side by side


@dataclass(frozen=True)
class Candidate:
    """A recipe with its hyperparameters; `name` tells candidates of one recipe apart in a search."""

    recipe: str
    hyperparameters: Hyperparameters = field(default_factory=dict)
    name: str = ""

    def __post_init__(self) -> None:
        """Raise MissingError unless the recipe is registered; the name defaults to the recipe's."""
        if self.recipe not in RECIPES:
            raise MissingError(f"there is no recipe '{self.recipe}'; choose from {', '.join(RECIPES)}")
        object.__setattr__(self, "name", self.name or self.recipe)


@dataclass(frozen=True)
class Recipe:
    """`search` lists the hyperparameters worth trying, the most promising first: fewer trials cut its end.

    Exactly one of: `read` (frame, hyperparameters -> scaled forecast) for a baseline; `build`
    (hyperparameters, seed -> unfitted Pipeline) for a regression, which learns from the columns that `uses`
    accepts.
    """

    search: tuple[Hyperparameters, ...]
    read: Callable[[pd.DataFrame, Hyperparameters], Array] | None = None
    build: Callable[[Hyperparameters, int], Pipeline] | None = None
    attributes: bool = False


def single_threaded_sums() -> AbstractContextManager[object]:
    """Keep linear algebra to one thread, so that the bytes of a model do not depend on the machine."""
    limits: AbstractContextManager[object] = threadpool_limits(limits=1)
    return limits


def fit_estimator(
    candidate: Candidate, table: FeatureTable, y: Array, columns: Sequence[str], seed: int
) -> Pipeline | None:
    """The candidate's pipeline fitted on scaled demand, weighted by scale; None for a baseline.

    A count's variance grows with its mean, so the variance of y / scale falls with the scale: hence the
    weight.
    """
    recipe = RECIPES[candidate.recipe]
    if recipe.build is None:
        return None
    if len(table) < LEAST_ROWS:
        raise InputError(
            f"{len(table)} rows are too few to fit '{candidate.recipe}' on; bring at least "
            f"{2 * LEAST_ROWS} periods of history or use seasonal_naive or moving_average"
        )
    pipeline = recipe.build(candidate.hyperparameters, seed)
    weight = table.scale / table.scale.mean()
    pipeline.fit(table.frame[list(columns)], y / table.scale, regressor__sample_weight=weight)
    return pipeline


def expected_demand(
    candidate: Candidate, estimator: Pipeline | None, columns: Sequence[str], table: FeatureTable
) -> Array:
    """Forecast of every row of `table` in units of sales: never negative, zero where the row is silent."""
    recipe = RECIPES[candidate.recipe]
    if recipe.read is not None:
        scaled = recipe.read(table.frame, candidate.hyperparameters)
    elif estimator is not None:
        scaled = np.asarray(estimator.predict(table.frame[list(columns)]), dtype=np.float64)
    else:
        raise MissingError(f"the recipe '{candidate.recipe}' needs a fitted estimator to forecast")
    return np.where(table.silent, 0.0, np.maximum(scaled, 0.0) * table.scale)


def usable_columns(candidate: Candidate, frame: pd.DataFrame, *, knows_year: bool) -> tuple[str, ...]:
    """Columns of `frame` that vary and suit the recipe; the place in the year only if `knows_year`."""
    if not RECIPES[candidate.recipe].attributes:
        texts = frame.select_dtypes("category").columns
        frame = frame.drop(columns=[name for name in texts if name not in CALENDAR_CATEGORIES])
    distinct = frame.nunique(dropna=True)
    varying = [str(name) for name in frame.columns if distinct[name] > 1]
    return tuple(name for name in varying if knows_year or not name.startswith("year_")) or (CONSTANT,)


def _seasonal_naive(frame: pd.DataFrame, _: Hyperparameters) -> Array:
    return _first_known(frame, ["season_1", "season_2", "lag_1", "season_mean_8"])


def _moving_average(frame: pd.DataFrame, hyperparameters: Hyperparameters) -> Array:
    """Mean of the last `window` periods, times the season that all series share if `profile` is 1.

    For days: mean of the last `window` same weekdays. The nearest width of the features counts.
    """
    daily = "profile" not in frame
    prefix = "season_mean_" if daily else "mean_"
    widths = [int(name.removeprefix(prefix)) for name in frame.filter(regex=f"^{prefix}").columns]
    nearest = min(widths, key=lambda width: abs(width - hyperparameters["window"]))
    mean = _first_known(frame, [f"{prefix}{nearest}"])
    if daily or not hyperparameters["profile"]:
        return mean
    return np.asarray(mean * frame["profile"].to_numpy(dtype=np.float64))


def _first_known(frame: pd.DataFrame, names: Sequence[str]) -> Array:
    """The first of the columns `names` that is known in each row, then the series' own scale (1)."""
    present = [*(name for name in names if name in frame), *frame.filter(regex="^mean_").columns]
    values = frame[present].bfill(axis=1).iloc[:, 0].fillna(1.0)
    return values.to_numpy(dtype=np.float64)


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


def _mean_of(window: int, profile: int) -> Hyperparameters:
    return {"window": window, "profile": profile}


RECIPES: Final[Mapping[str, Recipe]] = {
    "seasonal_naive": Recipe(search=({},), read=_seasonal_naive),
    "moving_average": Recipe(
        search=(_mean_of(13, 1), _mean_of(13, 0), _mean_of(4, 1), _mean_of(4, 0)), read=_moving_average
    ),
    "linear_regression": Recipe(search=({},), build=_linear_regression),
    "ridge": Recipe(search=tuple({"alpha": alpha} for alpha in (1.0, 0.1, 100.0)), build=_ridge),
    "xgboost": Recipe(
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
        build=_xgboost,
    ),
}
