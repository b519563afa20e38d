"""Train on a dataset: search, choose, test, decide, refit. The one call that the flows make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from forecasting.features.rows import MOST_ROWS, RowLimits
from forecasting.judging.backtest import evaluate, rolling_cutoffs, with_enough_rows
from forecasting.judging.calibration import calibration_table, randomised_pit
from forecasting.judging.judged_windows import JudgedWindows, Window, drawn_windows, judge_windows
from forecasting.judging.promotion import Decision, decide, keep, renew
from forecasting.judging.scores import metrics_table, window_losses
from forecasting.model import Model, ModelSettings, fit
from forecasting.paths.demand_law import paths_around
from forecasting.paths.sample_quantiles import sample_quantiles
from forecasting.recipes.registry import DEFAULT_RECIPES, RECIPES, Candidate
from forecasting.series.history import Array, History
from forecasting.series.panel import Panel
from forecasting.series.splitting import Split
from forecasting.series.whole_units import whole_units
from intake.errors import InputError
from intake.periods import period_number, periods_a_year, shift, unit_of

USUAL_HORIZON: Final = {"D": 35, "W": 13, "MS": 6, "QS": 4}
LEAST_PERIODS: Final = 8
ENOUGH_FORECASTS: Final = 120  # series x windows: few series are judged on more windows
MOST_WINDOWS: Final = 12
CHAMPION: Final = "current model"
REFUSED: Final = "{}, other settings"  # a finalist of the recipe in use, where that keeps its own
MOST_MASE: Final = 1.25  # over the lowest; more misses the small series, to which RMSSE is deaf
CALIBRATION_PATHS: Final = 200


@dataclass(frozen=True)
class TrainingSettings:
    """`recipes` to try, in order of preference on a tie; at most `trials` hyperparameters of each.

    `horizon` is what windows forecast (by default 35 days, 13 weeks, 6 months or 4 quarters), `windows` the
    least number of rolling-origin windows (more, up to 12, where series are few), `most_rows` the cap on rows
    that a model learns from.
    """

    recipes: tuple[str, ...] = DEFAULT_RECIPES
    horizon: int | None = None
    windows: int = 4
    trials: int = 4
    most_rows: int = MOST_ROWS
    seed: int = 0

    def __post_init__(self) -> None:
        """Raise InputError or MissingError for settings that make no sense."""
        if not self.recipes:
            raise InputError("there is no recipe to train; name at least one")
        for name in self.recipes:
            Candidate(name)
        if min(self.windows, self.trials, self.horizon or 1) < 1:
            raise InputError("windows, trials and horizon must be 1 or more")
        RowLimits(most_rows=self.most_rows)


@dataclass(frozen=True)
class Champion:
    """The recipe in use with its hyperparameters, and the last period that its model has learned from."""

    candidate: Candidate
    cutoff: pd.Timestamp


@dataclass(frozen=True)
class Training:
    """What came of a training.

    `model`: the winner refitted on everything up to `split.test_end`; the champion, where it was not beaten
    and there are newer sales to learn from. `recipe` and `hyperparameters`: of that model.
    Metrics have the columns of `backtest.metrics_table`: `selection_metrics` on the windows that chose the
    winner, all before the test part (a row per trial, with its hyperparameters); `test_metrics` on the test
    part seen from its first cutoff; `window_metrics` on rolling-origin windows through the test part.
    `test_predictions` have the columns of `backtest.evaluate`, those of the model's recipe also p10, p50,
    p90. `importance`: feature, importance. `calibration`: nominal, empirical, rows, and `judged`: both of the
    model's recipe on those windows. `decision`: promote it or not. `notes`: what was left out, and why.
    """

    model: Model
    recipe: str
    hyperparameters: Mapping[str, float]
    decision: Decision
    selection_metrics: pd.DataFrame
    test_metrics: pd.DataFrame
    window_metrics: pd.DataFrame
    test_predictions: pd.DataFrame
    importance: pd.DataFrame
    calibration: pd.DataFrame
    judged: JudgedWindows
    notes: tuple[str, ...] = ()


def train(
    panel: Panel, split: Split, settings: TrainingSettings | None = None, champion: Champion | None = None
) -> Training:
    """Search hyperparameters and choose a recipe before the test part, judge all on it, refit the winner.

    The windows that choose end with `split.development_end`. The winner, and the `champion` (the recipe in
    use) refitted likewise, are compared on rolling-origin windows of the test part, which chose neither; the
    law of demand is learned from the same out-of-sample errors. A champion that is not beaten is refitted on
    the newer sales, so that the model in use does not age. InputError if the history is too short.
    """
    chosen = settings or TrainingSettings()
    known = panel.upto(split.test_end)
    horizon = _horizon(known, split, chosen)
    windows = _window_count(known, chosen)
    limits = RowLimits(most_rows=chosen.most_rows, seed=chosen.seed)

    cutoffs = _selection_cutoffs(known, split, horizon, windows)
    trials, notes = _trials(known, cutoffs[0], horizon, chosen, limits)
    selection = evaluate(known.upto(split.development_end), trials, cutoffs, horizon, limits)
    selection_metrics = metrics_table(selection, known)
    finalists = _finalists(selection_metrics, trials)
    chosen_trial = trials[_best(selection_metrics)]
    winner = replace(chosen_trial, name=chosen_trial.recipe)

    judged = finalists if champion is None else [*finalists, replace(champion.candidate, name=CHAMPION)]
    rest = _distance(split.development_end, split.test_end, known.freq)
    test = evaluate(known, judged, [split.development_end], rest, limits)
    through_test = rolling_cutoffs(split.development_end, split.test_end, horizon, windows, known.freq)
    rolling = evaluate(known, judged, through_test, horizon, limits)
    window_metrics = metrics_table(rolling, known)

    losses = window_losses(rolling, known)
    decision, stays = _decision(window_metrics, losses, winner, champion, split.test_end)
    if champion is not None and stays:
        winner = replace(champion.candidate, name=champion.candidate.recipe)
        past_errors = evaluate(known.upto(split.development_end), [winner], cutoffs, horizon, limits)
        test, rolling, window_metrics = (_crowned(t, winner.recipe) for t in (test, rolling, window_metrics))
    else:
        past_errors = selection[selection["recipe"] == chosen_trial.name]
    errors = pd.concat([past_errors, rolling[rolling["recipe"] == winner.name]], ignore_index=True)
    model_settings = ModelSettings(
        recipe=winner.recipe,
        hyperparameters=dict(winner.hyperparameters),
        horizon=horizon,
        windows=windows,
        most_rows=chosen.most_rows,
        seed=chosen.seed,
    )
    model = fit(known, split.test_end, model_settings, errors)
    judged_windows, probabilities = _judged(errors, through_test, known)
    return Training(
        model=model,
        recipe=winner.recipe,
        hyperparameters=dict(winner.hyperparameters),
        decision=decision,
        selection_metrics=_with_hyperparameters(selection_metrics, trials),
        test_metrics=metrics_table(test, known),
        window_metrics=window_metrics,
        test_predictions=_with_intervals(test, winner.name, past_errors, known),
        importance=model.importance,
        calibration=calibration_table(np.concatenate(probabilities)),
        judged=judged_windows,
        notes=(*known.notes, *notes, *_about_length(known, split.test_end)),
    )


def _decision(
    window_metrics: pd.DataFrame,
    losses: pd.DataFrame,
    winner: Candidate,
    champion: Champion | None,
    cutoff: pd.Timestamp,
) -> tuple[Decision, bool]:
    """Whether to promote what is published, and whether that is the unbeaten champion instead of `winner`."""
    if champion is None:
        return decide(window_metrics, losses, winner.name, None), False
    if replace(champion.candidate, name=winner.name) == winner:
        return renew(winner.recipe, cutoff), False
    verdict = decide(window_metrics, losses, winner.name, CHAMPION)
    if verdict.promoted or cutoff <= champion.cutoff:
        return verdict, False
    return keep(verdict, champion.candidate.recipe, cutoff), True


def _crowned(table: pd.DataFrame, recipe: str) -> pd.DataFrame:
    """`table` with the champion under its recipe's name, and a finalist of that recipe under another."""
    names = {CHAMPION: recipe, recipe: REFUSED.format(recipe)}
    return table.assign(recipe=table["recipe"].map(lambda name: names.get(name, name)))


def _horizon(known: Panel, split: Split, settings: TrainingSettings) -> int:
    """The horizon asked for, or as much of it as every part of the split has room for."""
    before = shift(known.frame["ds"].min(), -1, known.freq)
    periods = _distance(before, split.test_end, known.freq)
    if periods < LEAST_PERIODS:
        raise InputError(
            f"{periods} periods of sales are too few to train on and to test; bring at least {LEAST_PERIODS}"
        )
    wanted = settings.horizon or USUAL_HORIZON[unit_of(known.freq)]
    room = [
        _distance(before, split.development_end, known.freq) // 3,
        _distance(split.development_end, split.test_end, known.freq),
    ]
    if split.validation_end is not None:
        room.append(_distance(split.train_end, split.validation_end, known.freq))
    return max(1, min(wanted, *room))


def _about_length(known: Panel, end: pd.Timestamp) -> tuple[str, ...]:
    """A sentence where the history has no whole year: a plan may be trusted with money too early."""
    periods = _distance(shift(known.frame["ds"].min(), -1, known.freq), end, known.freq)
    year = periods_a_year(known.freq)
    if periods >= year:
        return ()
    return (
        f"The history has {periods} periods and a year has {year}: what returns every year, such as a summer "
        "or a Christmas, is not known to the model, and its errors were measured on little.",
    )


def _distance(start: pd.Timestamp, end: pd.Timestamp, freq: str) -> int:
    return int((period_number(end, freq) - period_number(start, freq))[0])


def _window_count(known: Panel, settings: TrainingSettings) -> int:
    needed = -(-ENOUGH_FORECASTS // known.frame["unique_id"].nunique())
    return max(settings.windows, min(needed, MOST_WINDOWS))


def _selection_cutoffs(known: Panel, split: Split, horizon: int, windows: int) -> tuple[pd.Timestamp, ...]:
    """Within the validation part where there is one, else in the second half of the training part."""
    first = known.frame["ds"].min()
    half = shift(first, _distance(first, split.train_end, known.freq) // 2, known.freq)
    earliest = half if split.validation_end is None else split.train_end
    return rolling_cutoffs(earliest, split.development_end, horizon, windows, known.freq)


def _trials(
    known: Panel, cutoff: pd.Timestamp, horizon: int, settings: TrainingSettings, limits: RowLimits
) -> tuple[list[Candidate], tuple[str, ...]]:
    """Every recipe with its first hyperparameters; baselines alone if the first window teaches too little."""
    names = with_enough_rows(known, settings.recipes, cutoff, horizon, limits)
    left_out = [name for name in settings.recipes if name not in names]
    trials = [
        Candidate(name, hyperparameters, f"{name} {number}")
        for name in names
        for number, hyperparameters in enumerate(RECIPES[name].search[: settings.trials], start=1)
    ]
    sentence = f"The history is too short for {', '.join(left_out)}: baselines only."
    return trials, (sentence,) if left_out else ()


def _best(metrics: pd.DataFrame) -> int:
    """Position of the lowest RMSSE, which large series decide, among the rows that do not miss the small
    ones: whose MASE is at most a quarter above the lowest. Of the lowest MAE where nothing can be scaled.
    """
    if metrics["rmsse"].isna().all():
        return int(np.argmin(metrics["mae"].fillna(np.inf).to_numpy()))
    misses_small_ones = metrics["mase"] > MOST_MASE * metrics["mase"].min()
    return int(np.argmin(metrics["rmsse"].mask(misses_small_ones).fillna(np.inf).to_numpy()))


def _finalists(selection_metrics: pd.DataFrame, trials: Sequence[Candidate]) -> list[Candidate]:
    """The best trial of each recipe, named like the recipe."""
    finalists = []
    for recipe in dict.fromkeys(trial.recipe for trial in trials):
        own = [position for position, trial in enumerate(trials) if trial.recipe == recipe]
        best = trials[own[_best(selection_metrics.iloc[own])]]
        finalists.append(replace(best, name=recipe))
    return finalists


def _with_hyperparameters(metrics: pd.DataFrame, trials: Sequence[Candidate]) -> pd.DataFrame:
    """The metrics of the trials with the recipe's name and its hyperparameters in words."""
    words = [", ".join(f"{k}={v:g}" for k, v in trial.hyperparameters.items()) for trial in trials]
    columns = {"recipe": [trial.recipe for trial in trials], "hyperparameters": words}
    return pd.DataFrame(columns).join(metrics.drop(columns="recipe"))


def _with_intervals(
    predictions: pd.DataFrame, recipe: str, errors: pd.DataFrame, known: Panel
) -> pd.DataFrame:
    """`predictions` with p10, p50 and p90 of `recipe` from `errors` that were known before them (else
    NaN).
    """
    own = predictions[predictions["recipe"] == recipe]
    whole = whole_units(known, own["cutoff"].iloc[0])
    drawn = paths_around(own, errors, whole, CALIBRATION_PATHS, seed=0)
    quantiles = sample_quantiles(drawn, (0.1, 0.5, 0.9))
    columns = {
        name: pd.Series(values.reshape(-1), index=own.index)
        for name, values in zip(("p10", "p50", "p90"), quantiles, strict=True)
    }
    return predictions.assign(**columns)


def _judged(
    errors: pd.DataFrame, cutoffs: Sequence[pd.Timestamp], known: Panel
) -> tuple[JudgedWindows, list[Array]]:
    """The recipe of `errors` judged from each of `cutoffs`, and the randomised PIT of what came."""
    history = History.of(known)
    whole = {cutoff: whole_units(known, cutoff) for cutoff in cutoffs}
    probabilities: list[Array] = []

    def noted(window: Window) -> Mapping[str, Array]:
        probabilities.append(randomised_pit(window.drawn.values, window.y, seed=window.origin).reshape(-1))
        return {}

    own = errors.assign(recipe=errors["recipe"].iloc[-1])  # trials of a search have names of their own
    windows = drawn_windows(own, cutoffs, history, whole, paths=CALIBRATION_PATHS, seed=0)
    return judge_windows(windows, history, also=noted), probabilities
