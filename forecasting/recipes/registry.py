"""The registry of recipes. To add one of your own, put it into `RECIPES`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from forecasting.recipes.auto_ets import AUTO_ETS
from forecasting.recipes.baselines import MOVING_AVERAGE, SEASONAL_NAIVE
from forecasting.recipes.combination import Combination
from forecasting.recipes.contract import Array, Fitted, Hyperparameters, Recipe, Standing
from forecasting.recipes.regressions import LINEAR_REGRESSION, RIDGE, XGBOOST
from forecasting.recipes.smoothing import CROSTON, EXPONENTIAL_LEVEL, SBA, TSB
from intake.errors import InputError, MissingError

RECIPES: Final[dict[str, Recipe]] = {
    "seasonal_naive": SEASONAL_NAIVE,
    "moving_average": MOVING_AVERAGE,
    "exponential_level": EXPONENTIAL_LEVEL,
    "croston": CROSTON,
    "sba": SBA,
    "tsb": TSB,
    "linear_regression": LINEAR_REGRESSION,
    "ridge": RIDGE,
    "xgboost": XGBOOST,
    "combination": Combination(
        members={"xgboost": XGBOOST, "ridge": RIDGE, "exponential_level": EXPONENTIAL_LEVEL},
        search=(
            {"xgboost": 0.8, "exponential_level": 0.2},
            {"xgboost": 0.5, "ridge": 0.5},
            {"xgboost": 0.5, "exponential_level": 0.5},
        ),
    ),
    "auto_ets": AUTO_ETS,
}
DEFAULT_RECIPES: Final = tuple(name for name in RECIPES if name != "auto_ets")
"""What is tried where nobody names recipes: AutoETS needs a package more, and minutes."""


@dataclass(frozen=True)
class Candidate:
    """A recipe with its hyperparameters, the first of its search where none are given.

    `name` tells candidates of one recipe apart in a search; it is the recipe's where it is not given.
    """

    recipe: str
    hyperparameters: Hyperparameters = field(default_factory=dict)
    name: str = ""

    def __post_init__(self) -> None:
        """Raise MissingError unless recipe and hyperparameters are known; fill in what was not given."""
        if self.recipe not in RECIPES:
            raise MissingError(f"there is no recipe '{self.recipe}'; choose from {', '.join(RECIPES)}")
        object.__setattr__(self, "hyperparameters", self.hyperparameters or RECIPES[self.recipe].search[0])
        searched = [set(each) for each in RECIPES[self.recipe].search]
        if set(self.hyperparameters) not in searched:
            raise MissingError(
                f"the recipe '{self.recipe}' has no settings {', '.join(sorted(self.hyperparameters))}; "
                f"it has {', '.join(sorted(searched[0])) or 'none'}"
            )
        object.__setattr__(self, "name", self.name or self.recipe)

    def fit(self, standing: Standing, seed: int) -> Fitted:
        """What the recipe learns with these hyperparameters; InputError if the rows are too few."""
        return standing.learned(RECIPES[self.recipe], self.hyperparameters, seed)

    def expected(self, fitted: Fitted, standing: Standing) -> Array:
        """Expected demand of each row ahead, units of sales: never negative, zero where a row is silent.

        InputError for what is no finite number: measures would leave it out, and so favour who gives none.
        """
        y_hat = RECIPES[self.recipe].expected(fitted, standing, self.hyperparameters)
        expected = np.where(standing.ahead.silent, 0.0, np.maximum(y_hat, 0.0))
        if not np.isfinite(expected).all():
            wrong = int((~np.isfinite(expected)).sum())
            raise InputError(
                f"the recipe '{self.recipe}' gives no finite number for {wrong:,} of "
                f"{len(expected):,} forecasts; leave it out, or mend it if it is your own"
            )
        return expected
