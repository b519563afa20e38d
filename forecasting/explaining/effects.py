"""What promotions, holidays and prices are worth: the same periods with and without them.

A counterfactual: the model forecasts past periods as they were, and again as if there had been no event, or
another price. It knew these periods when it was fitted, so the effects are what the model has learned, not a
test of it; `observed`, what was really sold over the forecast without the event, stands beside.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from forecasting.explaining.counterfactual import events, instead, without
from forecasting.features.rows import forecast_rows
from forecasting.features.table import PRICE
from forecasting.model import Model
from forecasting.recipes.contract import Standing
from forecasting.series.history import History, Index
from forecasting.series.panel import Panel

LEAST_WINDOWS, MOST_WINDOWS = 3, 12
ROWS: Final = 100_000  # forecast for each counterfactual, so that very many series cost seconds
ENOUGH_CASES: Final = 3  # of a series, for an effect of its own
ENOUGH_SERIES: Final = 8  # for a spread over series; over windows where there are fewer
MOVED: Final = 1.02  # highest over lowest price of a series, for an elasticity
COLUMNS: Final = (
    *("exog", "effect", "unique_id", "estimate", "low", "high", "spread_over"),
    *("units", "observed", "cases"),
)

Rows = list[dict[Hashable, Any]]


def exog_effects(panel: Panel, model: Model) -> pd.DataFrame:
    """Effects of the exogenous columns that `model` uses, over its last year or 12 windows at most.

    Columns: exog; effect ('lift', a share of the forecast without the event, or 'elasticity'); unique_id (''
    is all series together; single ones where they have 3 cases or more); estimate; low and high, the 10 % and
    90 % quantiles over series (over windows where series are few), NaN where there are fewer than 3 of them;
    spread_over; units, added per period; observed, the lift of what was sold; cases, the periods with the
    event, or with a price that is not the usual one. Empty for a recipe without exogenous columns.
    """
    history = History.of(panel.upto(model.cutoff))
    last = history.position(model.cutoff)
    standings = _standings(history, last, model)
    used = [name for name in model.exog if name in history.exog]
    happening = events(history, last)
    rows: Rows = []
    for name in used:
        if name in happening:
            rows += _lift(name, standings, model)
        elif name == PRICE:
            rows += _elasticity(name, standings, model)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def effect_sentences(effects: pd.DataFrame) -> tuple[str, ...]:
    """A sentence for each effect over all series, and one more where its sign cannot be right."""
    sentences = []
    for row in effects[effects["unique_id"] == ""].to_dict("records"):
        name = str(row["exog"]).replace("_", " ")
        lift = row["effect"] == "lift"
        shown = _percent if lift else _plain
        spread = "" if pd.isna(row["low"]) else f" ({shown(row['low'])} to {shown(row['high'])} in 80 % of "
        spread += f"{row['spread_over']})" if spread else ""
        if lift:
            said = (
                f"{name}: {_percent(row['estimate'])} of demand{spread}, {row['units']:+.3g} units per period"
            )
            sold = "" if pd.isna(row["observed"]) else f"; {_percent(row['observed'])} of what was sold"
            said += f"{sold}; {row['cases']:,} cases"
        else:
            said = f"{name}: 1 % dearer sells {row['estimate']:+.2g} %{spread}; {row['cases']:,} cases"
        sentences.append(f"{said}.")
        wrong = row["estimate"] < 0 if lift and "promotion" in name else not lift and row["estimate"] > 0
        if wrong:
            sentences.append(
                f"{name}: the sign is wrong. It stands for something else in the sales: do not plan by it."
            )
    return tuple(sentences)


def _standings(history: History, last: int, model: Model) -> list[Standing]:
    """Windows of the model's horizon that end with period `last`, the newest first; of very many series fewer
    windows and only their first periods.
    """
    apart = min(model.settings.horizon, max(last // 2, 1))
    series = max(len(history.unique_id), 1)
    horizon = int(np.clip(ROWS // (LEAST_WINDOWS * series), 1, apart))
    count = int(np.clip(ROWS // (series * horizon), LEAST_WINDOWS, MOST_WINDOWS))
    origins = [last - apart * (back + 1) for back in range(count)]
    return [Standing(history, origin, horizon) for origin in origins if origin >= max(last // 3, 0)]


def _lift(name: str, standings: Sequence[Standing], model: Model) -> Rows:
    """Periods with the event, forecast with and without it."""
    frames = []
    for window, standing in enumerate(standings):
        ahead = _ahead(standing)
        frame = _forecasts(window, standing, model, standing, without(standing, [name]))
        frames.append(frame[(standing.history.exog[name][ahead] > 0) & ~standing.ahead.silent])

    def estimate(sums: pd.DataFrame) -> pd.Series[float]:
        return sums["with"] / sums["without"].where(sums["without"] > 0) - 1.0

    cases = pd.concat(frames)
    rows = _rows(name, "lift", cases.assign(cases=1.0), estimate)
    sold = cases.dropna(subset=["y"])
    if rows and sold["without"].sum() > 0:
        rows[0]["observed"] = float(sold["y"].sum() / sold["without"].sum() - 1.0)
    return rows


def _elasticity(name: str, standings: Sequence[Standing], model: Model) -> Rows:
    """All periods at a low and at a high price of their series: the 5 % and 95 % quantiles, or the extremes.

    Elasticity is ln(demand / demand) / ln(price / price), the arc elasticity in logarithms.
    """
    frames = []
    for window, standing in enumerate(standings):
        prices = pd.DataFrame(standing.history.exog[name][:, : standing.origin + 1]).T
        low, high = prices.quantile(0.05), prices.quantile(0.95)
        rare = high < MOVED * low
        low, high = low.mask(rare, prices.min()), high.mask(rare, prices.max())
        moved = ((low > 0) & (high >= MOVED * low)).to_numpy()
        off = (prices / prices.median() - 1.0).abs() > MOVED - 1.0
        ratio = np.log(np.where(moved, low / high, np.nan))
        dear, cheap = (instead(standing, {name: np.asarray(price)}) for price in (high, low))
        series = _ahead(standing)[0]
        frame = _forecasts(window, standing, model, cheap, dear)
        share = off.sum().to_numpy(dtype=np.float64)[series] / (standing.horizon * len(standings))
        frame = frame.assign(ratio=frame["without"] * ratio[series], cases=share)
        frames.append(frame[moved[series] & ~standing.ahead.silent & (frame["without"] > 0)])

    def estimate(sums: pd.DataFrame) -> pd.Series[float]:
        change = (sums["with"] / sums["without"]).map(np.log)
        return change * sums["without"] / sums["ratio"]

    return _rows(name, "elasticity", pd.concat(frames), estimate)


def _rows(
    name: str, effect: str, cases: pd.DataFrame, estimate: Callable[[pd.DataFrame], pd.Series[float]]
) -> Rows:
    """The effect over all cases, then of each series that has enough of them; none without a case."""
    if cases.empty or cases["without"].sum() <= 0:
        return []

    def sums(group: pd.Series[str] | str) -> pd.DataFrame:
        return cases.groupby(group).sum(numeric_only=True)

    own = sums("unique_id")
    own = own[own["cases"] >= ENOUGH_CASES]
    by_series, by_window = estimate(own).dropna(), estimate(sums("window")).dropna()
    over = "series" if len(by_series) >= ENOUGH_SERIES else "windows"
    spread = by_series if over == "series" else by_window
    low, high = spread.quantile([0.1, 0.9]) if len(spread) >= ENOUGH_CASES else (np.nan, np.nan)
    everything = sums(pd.Series("", index=cases.index, name="unique_id"))
    both = pd.concat([everything.assign(estimate=estimate(everything)), own.assign(estimate=by_series)])
    both = both.dropna(subset=["estimate"]).reset_index()
    both = both.assign(exog=name, effect=effect, low=np.nan, high=np.nan, spread_over="", observed=np.nan)
    both["units"] = (both["with"] - both["without"]) / both["cases"] if effect == "lift" else np.nan
    both["cases"] = both["cases"].round().astype(int)
    both.loc[0, ["low", "high"]] = low, high
    both.loc[0, "spread_over"] = over
    return both[list(COLUMNS)].to_dict("records")


def _forecasts(window: int, standing: Standing, model: Model, one: Standing, other: Standing) -> pd.DataFrame:
    """What is expected of each row ahead in two standings, columns with and without, beside what was sold."""
    ahead, candidate = _ahead(standing), model.settings.candidate
    return pd.DataFrame(
        {
            "window": window,
            "unique_id": np.array(standing.history.unique_id, dtype=object)[ahead[0]],
            "with": candidate.expected(model.fitted, one),
            "without": candidate.expected(model.fitted, other),
            "y": standing.history.demand[ahead],
        }
    )


def _ahead(standing: Standing) -> tuple[Index, Index]:
    """Series and period of each row ahead."""
    rows = forecast_rows(standing.history, standing.origin, standing.horizon)
    return rows.series, rows.period


def _percent(share: float) -> str:
    return f"{share:+.0%}".replace("%", " %")


def _plain(number: float) -> str:
    return f"{number:.2g}"
