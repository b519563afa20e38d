"""What a recipe is asked, and what it must answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from forecasting.features.rows import RowLimits, forecast_rows, training_rows
from forecasting.features.table import FeatureTable, feature_table, windows_of
from forecasting.series.history import History
from intake.errors import MissingError

Array = npt.NDArray[np.float64]
Hyperparameters = Mapping[str, float]
Fitted = Mapping[str, Any]
"""What a fit has learned, in objects of public packages alone: it is what `model.pkl` keeps."""

YEARS_TO_KNOW_A_YEAR: Final = 1.5


@dataclass(frozen=True)
class Lesson:
    """Rows to learn from: features, the demand `y` of each row; do they show the course of a year?"""

    table: FeatureTable
    y: Array
    knows_year: bool


@dataclass(frozen=True)
class Standing:
    """A forecaster at the end of period `origin` of `history`, asked for the next `horizon` periods.

    The history may go on: nothing after the origin is looked at but what is known in advance. The lesson and
    the rows ahead are made once, for all recipes, and a recipe learns once.
    """

    history: History
    origin: int
    horizon: int
    limits: RowLimits = field(default_factory=RowLimits)

    def __post_init__(self) -> None:
        """Raise MissingError unless a series has begun."""
        if not len(self.begun):
            raise MissingError(
                f"no series has begun by {self.history.ds[self.origin]:%Y-%m-%d}; choose a later cutoff or "
                "bring more history"
            )

    @cached_property
    def lesson(self) -> Lesson:
        """What can be learned up to the origin."""
        rows = training_rows(self.history, self.origin, self.horizon, self.limits)
        y = self.history.demand[rows.series, rows.period]
        return Lesson(feature_table(self.history, rows), y, self.knows_year)

    @property
    def knows_year(self) -> bool:
        """Whether there is history enough to tell the course of a year from what happened once."""
        return self.origin + 1 >= YEARS_TO_KNOW_A_YEAR * windows_of(self.history.freq).year

    @cached_property
    def ahead(self) -> FeatureTable:
        """The rows to forecast: each series begun by the origin, horizons 1 .. `horizon` of it together."""
        return feature_table(self.history, forecast_rows(self.history, self.origin, self.horizon))

    def learned(self, recipe: Recipe, hyperparameters: Hyperparameters, seed: int) -> Fitted:
        """What `recipe` learns here. It learns once, be it asked for itself or for a combination."""
        key = (id(recipe), tuple(sorted(hyperparameters.items())), seed)
        if key not in self._learned:
            self._learned[key] = (recipe, recipe.fit(self, hyperparameters, seed))
        return self._learned[key][1]

    @cached_property
    def _learned(self) -> dict[tuple[object, ...], tuple[Recipe, Fitted]]:
        """By recipe, hyperparameters and seed; the recipe is kept too, so that its id stays its own."""
        return {}

    @property
    def begun(self) -> npt.NDArray[np.int64]:
        """Positions of the series that have begun by the origin, in the order of the rows ahead."""
        return self.history.begun(self.origin)


class Recipe(Protocol):
    """A way to forecast expected demand.

    `search` lists the hyperparameters worth trying, the most promising first: fewer trials cut its end.
    `least_rows` is the number of rows without which it cannot be fitted.
    """

    @property
    def search(self) -> tuple[Hyperparameters, ...]:
        """Hyperparameters worth trying."""

    @property
    def least_rows(self) -> int:
        """Rows to learn from without which `fit` raises InputError."""

    def fit(self, standing: Standing, hyperparameters: Hyperparameters, seed: int) -> Fitted:
        """What is learned from `standing.lesson`; empty for a recipe that only reads the past."""

    def expected(self, fitted: Fitted, standing: Standing, hyperparameters: Hyperparameters) -> Array:
        """Expected demand of each row of `standing.ahead`, in units of sales."""
