"""The methods of the forecast contest: ours, two simple ones, and those of statsforecast and mlforecast."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.contest_data import Race
from forecasting.features.rows import RowLimits
from forecasting.judging.backtest import evaluate
from forecasting.recipes.auto_ets import LEAST_OBSERVED, SEASONS, without_gaps
from forecasting.recipes.registry import Candidate
from forecasting.recipes.regressions import XGBOOST
from forecasting.series.history import History
from forecasting.series.splitting import split_by_time
from forecasting.training import TrainingSettings, train
from intake.periods import shift, unit_of

Array = npt.NDArray[np.float64]
PATHS: Final = 200


@dataclass(frozen=True)
class Forecasts:
    """What a method says.

    `predictions`: the columns of `backtest.evaluate`, of every window that was asked for. `paths`: sample
    paths (series, paths, horizon) of the reported windows where the method has a distribution of its own,
    else none. `windows`: how many were fitted. `chosen`: what was decided before, `choosing`: the CPU
    seconds it took.
    """

    predictions: pd.DataFrame
    windows: int
    paths: Mapping[pd.Timestamp, Array] | None = None
    chosen: str = ""
    choosing: float = 0.0


def choose(race: Race) -> tuple[Candidate, RowLimits]:
    """The recipe that a training chooses at the first reported cutoff, with its hyperparameters.

    Its test part is the last horizon before that cutoff and its validation part the two horizons before: the
    reported windows judge, so the newest windows before them may choose. Older ones know less than half of
    the history that the recipe will have, and prefer what learns least.
    """
    cutoff = race.reported[0]
    known = race.panel.upto(cutoff)
    ds = known.frame.loc[known.frame["ds"] <= cutoff, "ds"]
    ends = [shift(cutoff, -parts * race.horizon, race.panel.freq) for parts in (3, 1)]
    split = split_by_time(ds, dates=ends)
    training = train(known, split, TrainingSettings(horizon=race.horizon))
    return Candidate(training.recipe, dict(training.hyperparameters)), training.model.settings.limits


def of_recipe(race: Race, candidate: Candidate, limits: RowLimits | None = None) -> Forecasts:
    """A recipe of the registry, refitted at every cutoff."""
    cutoffs = [*race.earlier, *race.reported]
    predictions = evaluate(race.panel, [candidate], cutoffs, race.horizon, limits)
    return Forecasts(predictions, len(cutoffs))


def auto_ets(race: Race) -> Forecasts:
    """AutoETS of statsforecast with its own simulated paths, at least 0 and whole where sales are.

    Unknown periods lie on the line between their neighbours, as it cannot do without them; what is too new
    for it has a Poisson law with its mean.
    """
    history = History.of(race.panel)
    frames, paths = [], {}
    for cutoff in race.reported:
        origin = history.position(cutoff)
        begun = history.begun(origin)
        each = [_ets_paths(history.demand[series, : origin + 1], race, int(series)) for series in begun]
        frames.append(_predictions(race, history, cutoff, np.stack([mean for mean, _ in each])))
        paths[cutoff] = np.stack([drawn for _, drawn in each])
    return Forecasts(pd.concat(frames, ignore_index=True), len(race.reported), paths)


def _ets_paths(demand: Array, race: Race, seed: int) -> tuple[Array, Array]:
    """Mean (horizon,) and paths (paths, horizon) of one series."""
    from statsforecast.models import AutoETS

    y = without_gaps(demand)
    if len(y) >= LEAST_OBSERVED:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "divide by zero")  # a model with a parameter per value is tried
            model = AutoETS(season_length=SEASONS[unit_of(race.panel.freq)]).fit(y)
            mean = np.maximum(model.predict(h=race.horizon)["mean"], 0.0)
            drawn = np.maximum(model.simulate(h=race.horizon, n_paths=PATHS, seed=seed), 0.0)
        if np.isfinite(drawn).all():
            return mean, np.round(drawn) if (y == y.round()).all() else drawn
    usual = float(y.mean()) if len(y) else 0.0
    generator = np.random.default_rng(seed)
    return np.full(race.horizon, usual), generator.poisson(usual, (PATHS, race.horizon)).astype(np.float64)


def croston_sba(race: Race) -> Forecasts:
    """Croston's method in the approximation of Syntetos & Boylan, by statsforecast; skips unknown periods."""
    from statsforecast.models import CrostonSBA

    history = History.of(race.panel)
    frames = []
    for cutoff in (*race.earlier, *race.reported):
        origin = history.position(cutoff)
        begun = history.begun(origin)
        y_hat = np.zeros((len(begun), race.horizon))
        for place, series in enumerate(begun):
            past = history.demand[series, : origin + 1]
            y = past[~np.isnan(past)]
            if y.size:
                y_hat[place] = CrostonSBA().forecast(y=y, h=race.horizon)["mean"]
        frames.append(_predictions(race, history, cutoff, y_hat))
    return Forecasts(pd.concat(frames, ignore_index=True), len(frames))


def mlforecast_xgboost(race: Race) -> Forecasts:
    """mlforecast with our XGBoost and its settings, the lags and rolling means that suit the frequency.

    Calendar, attributes and all that is known in advance as we have them. Unknown periods lie on the line
    between their neighbours in the lags and have no weight as something to learn.
    """
    history = History.of(race.panel, until=race.panel.frame["ds"].max())
    attributes = _coded_attributes(race)
    frames = []
    for cutoff in (*race.earlier, *race.reported):
        y_hat = _recursive_forecast(race, history, cutoff, attributes)
        frames.append(_predictions(race, history, cutoff, np.maximum(y_hat, 0.0)))
    return Forecasts(pd.concat(frames, ignore_index=True), len(frames))


def _recursive_forecast(
    race: Race, history: History, cutoff: pd.Timestamp, attributes: pd.DataFrame
) -> Array:
    from mlforecast import MLForecast
    from mlforecast.lag_transforms import RollingMean, SeasonalRollingMean

    def means(*widths: int) -> list[object]:
        return [RollingMean(width, min_samples=1) for width in widths]

    daily = race.panel.freq == "D"
    origin = history.position(cutoff)
    begun = history.begun(origin)
    names = np.array(history.unique_id, dtype=object)[begun]
    past = _long(history, begun, names, range(origin + 1))
    y = np.concatenate([_bridged(history.demand[series, : origin + 1]) for series in begun])
    known = ~np.isnan(history.demand[begun, : origin + 1]).reshape(-1)
    past = past.assign(y=y, weight=known.astype(np.float64))[history.spoken[begun, : origin + 1].ravel() >= 0]
    described = past.merge(attributes, on="unique_id", how="left")
    static = [name for name in attributes.columns if name != "unique_id"]
    method = MLForecast(
        models={"y_hat": XGBOOST.build(XGBOOST.search[0], 0).named_steps["regressor"]},
        freq=race.panel.freq,
        lags=[*range(1, 8), 14, 21, 28] if daily else [1, 2, 3, 4, 8, 13, 52],
        lag_transforms={1: means(7, 28), 7: [SeasonalRollingMean(7, 4, min_samples=1)]}
        if daily
        else {1: means(4, 13, 26)},
        date_features=["dayofweek", "day", "month"] if daily else ["week", "month"],
        num_threads=1,
    )
    ahead = _long(history, begun, names, range(origin + 1, origin + 1 + race.horizon))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Found null values in lag")  # trees can do without a far lag
        method.fit(described, static_features=static, dropna=False, weight_col="weight")
        forecast = method.predict(race.horizon, X_df=ahead if history.exog else None)
    ordered = forecast.set_index(["unique_id", "ds"])["y_hat"].reindex(
        pd.MultiIndex.from_frame(ahead[["unique_id", "ds"]])
    )
    return ordered.to_numpy(dtype=np.float64).reshape(len(begun), race.horizon)


def _long(history: History, begun: npt.NDArray[np.int64], names: Array, periods: range) -> pd.DataFrame:
    """unique_id, ds and the exogenous columns, series by series."""
    chosen = np.array(periods)
    columns = {
        "unique_id": np.repeat(names, len(chosen)),
        "ds": np.tile(history.ds[chosen].to_numpy(), len(begun)),
    }
    exog = {name: values[np.ix_(begun, chosen)].reshape(-1) for name, values in history.exog.items()}
    return pd.DataFrame(columns | exog)


def _bridged(demand: Array) -> Array:
    known = without_gaps(demand)
    return np.concatenate([np.zeros(len(demand) - len(known)), known])


def _coded_attributes(race: Race) -> pd.DataFrame:
    """unique_id and the attributes as numbers, the way trees get them."""
    if race.panel.attributes is None:
        return pd.DataFrame({"unique_id": race.panel.frame["unique_id"].unique()})
    texts = race.panel.attributes
    codes = {name: pd.factorize(texts[name], sort=True)[0] for name in texts.columns if name != "unique_id"}
    return texts[["unique_id"]].assign(**codes)


def _predictions(race: Race, history: History, cutoff: pd.Timestamp, y_hat: Array) -> pd.DataFrame:
    """Forecasts (series begun, horizon) with the columns and in the order of `backtest.evaluate`."""
    origin = history.position(cutoff)
    begun = history.begun(origin)
    ahead = np.arange(origin + 1, origin + 1 + race.horizon)
    names = np.array(history.unique_id, dtype=object)[begun]
    return pd.DataFrame(
        {
            "recipe": "method",
            "cutoff": pd.Series(cutoff, index=range(len(begun) * race.horizon)),
            "horizon": np.tile(np.arange(1, race.horizon + 1), len(begun)),
            "unique_id": np.repeat(names, race.horizon),
            "ds": np.tile(history.ds[ahead].to_numpy(), len(begun)),
            "y": history.demand[np.ix_(begun, ahead)].reshape(-1),
            "y_hat": y_hat.reshape(-1),
        }
    )


def champion(race: Race) -> Forecasts:
    """Our own: what a training chooses before the first reported window, refitted at every cutoff."""
    began = time.process_time()
    candidate, limits = choose(race)
    choosing = time.process_time() - began
    settings = ", ".join(f"{name} {value:g}" for name, value in candidate.hyperparameters.items())
    forecasts = of_recipe(race, candidate, limits)
    chosen = f"{candidate.recipe} ({settings}), chosen in {choosing:.0f} CPU s"
    return Forecasts(forecasts.predictions, forecasts.windows, None, chosen, choosing)


def _simple(name: str) -> Callable[[Race], Forecasts]:
    return lambda race: of_recipe(race, Candidate(name))


CHAMPION: Final = "champion"
METHODS: Final[Mapping[str, Callable[[Race], Forecasts]]] = {
    CHAMPION: champion,
    "seasonal naive": _simple("seasonal_naive"),
    "seasonal moving average": _simple("moving_average"),
    "Croston-SBA": croston_sba,
    "mlforecast XGBoost": mlforecast_xgboost,
    "AutoETS": auto_ets,
}


def names_of(given: Sequence[str]) -> list[str]:
    """The methods asked for, all where none is."""
    return [name for name in METHODS if not given or name in given]
