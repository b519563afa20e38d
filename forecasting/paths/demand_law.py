"""The law of demand around forecasts, learned from out-of-sample errors, and joint paths drawn from it.

Three parts, each learned from the errors of rolling-origin windows, newer ones weighing more: how widely
demand of a size spreads (`marginal_law`), what that law gets wrong size by size (`recalibration`), and how
errors go together over the horizon and across series (`dependence`). The mean of the law is the forecast.
Sources: Diebold, Gunther & Tay (1998), International Economic Review 39 (probability integral transform);
McKay, Beckman & Conover (1979), Technometrics 21 (stratified drawing); the other parts name theirs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.paths.dependence import (
    INDEPENDENT,
    Course,
    Dependence,
    Scores,
    expected_scores,
    learn_dependence,
)
from forecasting.paths.marginal_law import DEFAULT_SPREAD, Spread, fit_spread, probabilities
from forecasting.paths.quantile_tables import replace_by_quantiles
from forecasting.paths.recalibration import IDENTITY, learn_curves, recalibrated
from forecasting.single_thread import single_threaded_sums

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

HALF_LIFE: Final = pd.Timedelta(days=91)
"""Age at which a window's errors weigh half, or the length of a window where that is more."""
MOST_ROWS: Final = 20_000  # series x windows that are learned from


@dataclass(frozen=True)
class DemandLaw:
    """How demand falls around a forecast; the default is what is assumed before there are errors.

    `whole` and `real`: spread of demand in whole and in real units. `curves`: `recalibration`'s G by size.
    """

    whole: Spread = DEFAULT_SPREAD
    real: Spread = DEFAULT_SPREAD
    curves: Array = field(default_factory=lambda: IDENTITY.copy())
    dependence: Dependence = INDEPENDENT

    def plain(self) -> dict[str, Any]:
        """The law in numbers, arrays and dictionaries alone, as `model.pkl` keeps it."""
        return asdict(self)

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> DemandLaw:
        """The law that `plain` was made of."""
        together = plain["dependence"]
        return cls(
            whole=Spread(**plain["whole"]),
            real=Spread(**plain["real"]),
            curves=plain["curves"],
            dependence=Dependence(
                Course(**together["own"]), Course(**together["common"]), together["shared"]
            ),
        )


def learn_law(predictions: pd.DataFrame, whole_units: pd.Series[bool]) -> DemandLaw:
    """The law of the errors of the out-of-sample `predictions` of one recipe (columns `backtest.evaluate`).

    `whole_units` says per unique_id whether its sales are integers. Every series has the same horizons in
    every window. Unknown demand and forecasts of nothing teach nothing.
    """
    if predictions.empty:
        return DemandLaw()
    keys = ["cutoff", "unique_id"]
    wide = predictions.set_index([*keys, "horizon"])[["y", "y_hat"]].sort_index()
    horizon = predictions["horizon"].nunique()
    y, y_hat = (wide[name].to_numpy(np.float64).reshape(-1, horizon) for name in ("y", "y_hat"))
    cutoff, unique_id = (wide.index.get_level_values(key)[::horizon] for key in keys)
    whole = whole_units.reindex(unique_id).to_numpy(dtype=np.bool_)
    weight = _weights(predictions, pd.DatetimeIndex(cutoff))
    if len(y) > MOST_ROWS:
        kept = np.sort(np.random.default_rng(len(y)).permutation(len(y))[:MOST_ROWS])
        y, y_hat, cutoff, whole, weight = y[kept], y_hat[kept], cutoff[kept], whole[kept], weight[kept]
    window = pd.factorize(cutoff, sort=True)[0].astype(np.int64)
    known = ~np.isnan(y) & (y_hat > 0)
    size = np.where(known, y_hat, 1.0)
    ahead, of_window, heavy = (
        np.broadcast_to(values, y.shape)
        for values in (np.arange(1.0, horizon + 1), window[:, None], weight[:, None])
    )
    spreads = {}
    below, upto = np.zeros(y.shape), np.zeros(y.shape)
    for kind in (True, False):
        own = known & (whole == kind)[:, None]
        case = y[own], size[own], ahead[own]
        spreads[kind] = fit_spread(*case, heavy[own], whole=kind)
        below[own], upto[own] = probabilities(*case, spreads[kind], whole=kind)
    curves = learn_curves(below[known], upto[known], size[known], of_window[known], heavy[known])
    score = np.zeros(y.shape)
    score[known] = expected_scores(
        *(recalibrated(share[known], size[known], curves) for share in (below, upto))
    )
    return DemandLaw(
        whole=spreads[True],
        real=spreads[False],
        curves=curves,
        dependence=learn_dependence(score, known, size, window, weight),
    )


def draw_paths(
    law: DemandLaw,
    y_hat: Array,
    whole: npt.NDArray[np.bool_],
    unique_id: Sequence[str],
    paths: int,
    seed: int,
) -> Array:
    """Sample paths (series, paths, horizon) around the forecasts `y_hat` (series, horizon).

    Every path is as likely as any other. The paths of a series depend on its own forecast and name, the law
    and the seed alone; path p of all series shares the common factor. A forecast of zero stays zero. In each
    period one path falls into each of as many equal shares of the law as there are paths, so mean and
    quantiles of one period have next to no noise of drawing.
    """
    series, horizon = y_hat.shape
    values = np.empty((series, paths, horizon))
    of_all = np.random.default_rng([seed, 2])
    common = law.dependence.common.scores(of_all, paths, horizon) * math.sqrt(law.dependence.shared)
    for place, name in enumerate(unique_id):
        # One generator per name: neither order nor number of the series changes what is drawn for one.
        generator = np.random.default_rng([seed, 3, int.from_bytes(str(name).encode(), "big")])
        score = law.dependence.own.scores(generator, paths, horizon)
        score *= math.sqrt(1.0 - law.dependence.shared)
        values[place] = _strata(score + common, generator)
    for kind, spread in ((True, law.whole), (False, law.real)):
        own = np.flatnonzero(whole == kind)
        for step in range(horizon):
            replace_by_quantiles(values[:, :, step], own, y_hat[:, step], step + 1, spread, law.curves, kind)
    return values


def paths_around(
    predictions: pd.DataFrame, errors: pd.DataFrame, whole_units: pd.Series[bool], paths: int, seed: int
) -> Array:
    """Sample paths (series, paths, horizon) around the `predictions` of one recipe from one cutoff.

    Their law is that of `errors`: its predictions in windows that were over by then. Both have the columns of
    `backtest.evaluate`; `whole_units` as in `learn_law`. The bytes do not depend on the
    number of threads.
    """
    unique_id = predictions["unique_id"].unique().tolist()
    y_hat = predictions["y_hat"].to_numpy(dtype=np.float64).reshape(len(unique_id), -1)
    whole = whole_units.reindex(unique_id).to_numpy(dtype=np.bool_)
    with single_threaded_sums():
        return draw_paths(learn_law(errors, whole_units), y_hat, whole, unique_id, paths, seed)


def _strata(score: Scores, generator: np.random.Generator) -> Array:
    """Scores (paths, horizon) to probabilities in the same order, one in each of as many equal shares."""
    paths = len(score)
    order = score.argsort(axis=0)
    drawn = (np.arange(paths)[:, None] + generator.random(score.shape)) / paths
    strata = np.empty(score.shape)
    np.put_along_axis(strata, order, drawn, axis=0)
    return strata


def _weights(predictions: pd.DataFrame, cutoff: pd.DatetimeIndex) -> Array:
    """Weight of each window by its age; the newest counts 1."""
    length = (predictions["ds"] - predictions["cutoff"]).max()
    age = (cutoff.max().to_datetime64() - cutoff.to_numpy()) / max(HALF_LIFE, length).to_timedelta64()
    return np.asarray(0.5**age, dtype=np.float64)
