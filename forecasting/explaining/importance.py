"""What a fitted recipe looks at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline
from xgboost import XGBRegressor

from forecasting.recipes.contract import Fitted, Lesson
from forecasting.recipes.regressions import regressions


def feature_importance(fitted: Fitted, lesson: Lesson) -> pd.DataFrame:
    """Columns feature and importance (shares that add up to 1), most important first.

    For a regression the absolute coefficient times the standard deviation of its column in the `lesson`, a
    category's columns added up; for XGBoost the total gain of a feature's splits; for a combination the mean
    of its members. Empty for a baseline.
    """
    shares = [_shares(part["estimator"], lesson.table.frame, part["columns"]) for part in regressions(fitted)]
    if not shares:
        return pd.DataFrame({"feature": pd.Series(dtype=str), "importance": pd.Series(dtype=float)})
    mean = pd.concat(shares, axis=1).fillna(0.0).mean(axis=1)
    ordered = mean.sort_values(ascending=False, kind="stable")
    return pd.DataFrame({"feature": ordered.index.to_numpy(), "importance": ordered.to_numpy(dtype=float)})


def _shares(estimator: Pipeline, frame: pd.DataFrame, columns: Sequence[str]) -> pd.Series[float]:
    regressor = estimator.named_steps["regressor"]
    if isinstance(regressor, XGBRegressor):
        gain = regressor.get_booster().get_score(importance_type="total_gain")
        weights = pd.Series([gain.get(name, 0.0) for name in columns], index=list(columns), dtype=float)
    else:
        inside = estimator[:-1].transform(frame[list(columns)])
        strength = np.abs(regressor.coef_) * inside.to_numpy(dtype=float).std(axis=0)
        sources = [source_of(str(name), columns) for name in inside.columns]
        weights = pd.Series(strength, index=sources, dtype=float)
        weights = weights.groupby(level=0).sum().reindex(list(columns))
    total = float(weights.sum())
    return weights / total if total > 0 else weights * 0.0


def source_of(column: str, columns: Sequence[str]) -> str:
    """The feature that a column of the pipeline came from: 'weekday_Monday' is from 'weekday'."""
    return column if column in columns else max((n for n in columns if column.startswith(f"{n}_")), key=len)
