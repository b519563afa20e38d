"""The model that is stored: a recipe fitted on all data up to a cutoff, and how its forecasts have erred.

A pickled `Model` holds objects of public packages and the classes of this module alone, so that it loads
wherever `forecasting` and `intake` are installed. Change `FORMAT` when its fields change.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
from xgboost import XGBRegressor

from forecasting.explaining.contributions import Contributions, contributions
from forecasting.explaining.importance import feature_importance
from forecasting.features.rows import MOST_ROWS, RowLimits
from forecasting.judging.backtest import evaluate, rolling_cutoffs
from forecasting.paths.demand_law import DemandLaw, draw_paths, learn_law
from forecasting.paths.demand_paths import DemandPaths
from forecasting.recipes.contract import Fitted, Standing
from forecasting.recipes.registry import RECIPES, Candidate
from forecasting.recipes.regressions import regressions
from forecasting.series.history import History
from forecasting.series.panel import Panel
from forecasting.series.whole_units import whole_units
from forecasting.single_thread import single_threaded_sums
from intake.errors import InputError, IntegrityError, MissingError
from intake.periods import following, period_number, shift

FORMAT: Final = 3


@dataclass(frozen=True)
class ModelSettings:
    """What to fit and how: `horizon` periods ahead, errors from `windows` rolling-origin windows."""

    recipe: str
    hyperparameters: Mapping[str, float] = field(default_factory=dict)
    horizon: int = 13
    windows: int = 5
    most_rows: int = MOST_ROWS
    views: int = 4
    seed: int = 0

    def __post_init__(self) -> None:
        """Raise InputError or MissingError for settings that cannot be fitted."""
        if self.horizon < 1 or self.windows < 0:
            raise InputError("a model needs a horizon of 1 or more and a number of windows of 0 or more")
        _ = self.candidate, self.limits

    @property
    def candidate(self) -> Candidate:
        """The recipe with its hyperparameters."""
        return Candidate(self.recipe, self.hyperparameters)

    @property
    def limits(self) -> RowLimits:
        """How much to learn from."""
        return RowLimits(self.most_rows, self.views, self.seed)


@dataclass(frozen=True)
class Model:
    """A fitted recipe. It forecasts any panel with the same `freq` and columns, new series and newer sales
    included.

    `fitted` is what the recipe has learned, `exog` and `attributes` the columns that a panel must have.
    `law` is the `paths.demand_law.DemandLaw` of its errors, in numbers and arrays.
    """

    settings: ModelSettings
    freq: str
    cutoff: pd.Timestamp
    exog: tuple[str, ...]
    attributes: tuple[str, ...]
    fitted: Fitted
    importance: pd.DataFrame
    law: Mapping[str, Any]
    format: int = FORMAT

    @property
    def recipe(self) -> str:
        """Name of the recipe."""
        return self.settings.recipe

    def demand_paths(
        self, panel: Panel, cutoff: pd.Timestamp, horizon: int, paths: int = 200, seed: int = 0
    ) -> DemandPaths:
        """Joint futures of every series that has begun by `cutoff`, for the `horizon` periods after it.

        Nothing of `panel` after the cutoff is used but the exogenous columns, which must be complete there
        (`panel.extend`); MissingError otherwise. The same inputs give the same bytes.
        """
        if horizon < 1 or paths < 1:
            raise InputError("demand paths need a horizon of 1 or more and 1 path or more")
        standing = self._standing(panel, cutoff, horizon)
        ids = tuple(standing.history.unique_id[place] for place in standing.begun)
        whole = whole_units(panel, cutoff).reindex(list(ids)).to_numpy(dtype=bool)
        with single_threaded_sums():
            y_hat = self.settings.candidate.expected(self.fitted, standing).reshape(-1, horizon)
            values = draw_paths(DemandLaw.of(self.law), y_hat, whole, ids, paths, seed)
        return DemandPaths(values=values, unique_id=ids, ds=following(cutoff, horizon, self.freq))

    def contributions(
        self, panel: Panel, cutoff: pd.Timestamp, horizon: int, unique_id: Collection[str]
    ) -> Contributions:
        """What the expected demand of the series `unique_id` is made of; the panel as `demand_paths` takes
        it.
        """
        standing = self._standing(panel, cutoff, horizon)
        chosen = np.isin(np.array(standing.history.unique_id)[standing.begun], list(unique_id))
        hyperparameters = self.settings.candidate.hyperparameters
        return contributions(RECIPES[self.recipe], self.fitted, hyperparameters, standing, chosen)

    def native_booster_bytes(self) -> bytes | None:
        """The XGBoost booster in its own format (UBJSON), None if the recipe has none.

        It takes the `columns` of its regression in order, categories as ordinal numbers; it predicts y over
        scale.
        """
        for part in regressions(self.fitted):
            regressor = part["estimator"].named_steps["regressor"]
            if isinstance(regressor, XGBRegressor):
                return bytes(regressor.get_booster().save_raw("ubj"))
        return None

    def _standing(self, panel: Panel, cutoff: pd.Timestamp, horizon: int) -> Standing:
        self._require_columns(panel)
        known = panel.upto(cutoff)
        _require_future(known, self.exog, cutoff, horizon)
        history = History.of(known, until=shift(cutoff, horizon, self.freq))
        return Standing(history, history.position(cutoff), horizon, self.settings.limits)

    def _require_columns(self, panel: Panel) -> None:
        if panel.freq != self.freq:
            raise InputError(
                f"the model was trained on frequency {self.freq}, the panel has {panel.freq}; train again"
            )
        present = set(panel.exog) | set(_attribute_names(panel))
        for column in (*self.exog, *self.attributes):
            if column not in present:
                raise MissingError(
                    f"the model needs the column '{column}'; add it to the data or train without it"
                )


def checked(loaded: object) -> Model:
    """What was unpickled, if it is a model of this `FORMAT`; IntegrityError otherwise."""
    if not isinstance(loaded, Model) or vars(loaded).get("format") != FORMAT:
        raise IntegrityError("the model was made by another version of Abasto: train again")
    return loaded


def fit(
    panel: Panel, cutoff: pd.Timestamp, settings: ModelSettings, predictions: pd.DataFrame | None = None
) -> Model:
    """The recipe of `settings` fitted on everything up to `cutoff`, with the law of its errors before it.

    The law comes from the out-of-sample `predictions` if they are given (columns as
    `backtest.evaluate`, of this recipe and no later than the cutoff), else from `settings.windows`
    rolling-origin windows before the cutoff, fitted for the purpose. InputError if the history is too short.
    """
    known = panel.upto(cutoff)
    history = History.of(known, until=cutoff)
    standing = Standing(history, history.position(cutoff), settings.horizon, settings.limits)
    with single_threaded_sums(), ThreadPoolExecutor(1) as beside_the_windows:
        learning = beside_the_windows.submit(settings.candidate.fit, standing, settings.seed)
        errors = _window_predictions(known, cutoff, settings) if predictions is None else predictions
        if len(errors) and (errors["ds"] > cutoff).any():
            raise InputError(
                f"predictions for periods after the cutoff {cutoff:%Y-%m-%d} cannot teach a model"
            )
        law = learn_law(errors, whole_units(known, cutoff))
        fitted = learning.result()
    columns = {name for part in regressions(fitted) for name in part["columns"]}
    return Model(
        settings=settings,
        freq=panel.freq,
        cutoff=cutoff,
        exog=tuple(name for name in panel.exog if name in columns),
        attributes=tuple(name for name in _attribute_names(panel) if name in columns),
        fitted=fitted,
        importance=feature_importance(fitted, standing.lesson),
        law=law.plain(),
    )


def _window_predictions(known: Panel, cutoff: pd.Timestamp, settings: ModelSettings) -> pd.DataFrame:
    first = known.frame["ds"].min()
    periods = int((period_number(cutoff, known.freq) - period_number(first, known.freq))[0]) + 1
    horizon = min(settings.horizon, periods // 4)
    if settings.windows == 0 or horizon == 0:
        return evaluate(known, [], [], settings.horizon)
    cutoffs = rolling_cutoffs(
        shift(first, periods // 2, known.freq), cutoff, horizon, settings.windows, known.freq
    )
    return evaluate(known, [settings.candidate], cutoffs, horizon, settings.limits)


def _attribute_names(panel: Panel) -> tuple[str, ...]:
    if panel.attributes is None:
        return ()
    return tuple(str(name) for name in panel.attributes.columns if name != "unique_id")


def _require_future(known: Panel, exog: tuple[str, ...], cutoff: pd.Timestamp, horizon: int) -> None:
    future = known.frame[known.frame["ds"].isin(following(cutoff, horizon, known.freq))]
    rows = len(known.series[1]) * horizon
    for column in exog:
        if future[column].notna().sum() < rows:
            raise MissingError(
                f"'{column}' is not known for all {horizon} periods after {cutoff:%Y-%m-%d}: "
                "put it in the calendar, or state an assumption when extending the panel"
            )
