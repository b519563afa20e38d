"""What a user states about exogenous columns whose future nobody knows yet."""

from __future__ import annotations

from typing import Final, Literal

import pandas as pd

from intake.errors import InputError, MissingError
from intake.periods import periods_a_year, shift

Assumption = float | Literal["by_weekday", "by_promotion", "year_ago", "last"]

WAYS: Final = "a number, 'by_weekday', 'by_promotion', 'year_ago' and 'last'"
WEEKDAY_HISTORY_DAYS: Final = 56


def assumed_values(
    history: pd.DataFrame, future: pd.DataFrame, column: str, assumption: Assumption, freq: str
) -> pd.Series[float]:
    """Values of the exogenous `column` for the rows of `future`, indexed like it.

    A number is taken as it is. 'by_weekday': the series' mean on that weekday over the last eight weeks
    (daily only; a flag becomes the share of such days that had it). 'year_ago': the same series one year (364
    days, 52 weeks, 12 months) earlier. 'last': the last known value. 'by_promotion': the last value outside a
    promotion, and where one is planned, less the usual discount. `history` and `future` have unique_id, ds,
    `column` and, for this one, promotion. MissingError if the history does not hold what is needed.
    """
    if isinstance(assumption, int | float):
        return pd.Series(float(assumption), index=future.index)
    known = history.dropna(subset=[column])
    if assumption == "last":
        values = future["unique_id"].map(known.groupby("unique_id")[column].last())
    elif assumption == "by_weekday":
        if freq != "D":
            raise InputError(
                f"'by_weekday' for '{column}' needs daily sales; state 'year_ago', 'last' or a number"
            )
        recent = known[known["ds"] > history["ds"].max() - pd.Timedelta(days=WEEKDAY_HISTORY_DAYS)]
        means = recent.groupby(["unique_id", recent["ds"].dt.weekday])[column].mean()
        values = _look_up(means, future["unique_id"], future["ds"].dt.weekday)
    elif assumption == "by_promotion":
        if "promotion" not in history:
            raise InputError(f"'by_promotion' for '{column}' needs a column 'promotion'; state 'last'")
        values = _by_promotion(known.sort_values(["unique_id", "ds"]), future, column)
    elif assumption == "year_ago":
        year_ago = shift(future["ds"], -periods_a_year(freq), freq)
        values = _look_up(known.set_index(["unique_id", "ds"])[column], future["unique_id"], year_ago)
    else:
        raise InputError(f"'{assumption}' for '{column}' is none of {WAYS}")
    if values.isna().any():
        row = future[values.isna()].iloc[0]
        raise MissingError(
            f"'{assumption}' for '{column}' finds no value in the history of {row['unique_id']} for "
            f"{row['ds']:%Y-%m-%d}; state a number or put the column in the calendar"
        )
    return values.astype(float)


def _by_promotion(known: pd.DataFrame, future: pd.DataFrame, column: str) -> pd.Series[float]:
    """The discount is a share per unit of `promotion`: the median of the series, else of all of them."""
    series, promotion = known["unique_id"], known["promotion"].fillna(0.0)
    ordinary = known[column].where(promotion <= 0).groupby(series).ffill()
    shares = (1.0 - known[column] / ordinary.where(ordinary > 0)) / promotion.where(promotion > 0)
    ids = future["unique_id"]
    last = ids.map(ordinary.groupby(series).last())
    usual = ids.map(shares.groupby(series).median()).fillna(shares.median()).fillna(0.0)
    planned = last * (1.0 - usual * future["promotion"])
    return planned.fillna(ids.map(known.groupby("unique_id")[column].last()))  # it was never sold outside one


def _look_up(
    values: pd.Series[float], unique_id: pd.Series[str], key: pd.Series[pd.Timestamp] | pd.Series[int]
) -> pd.Series[float]:
    wanted = pd.MultiIndex.from_arrays([unique_id, key])
    return pd.Series(values.reindex(wanted).to_numpy(dtype=float), index=unique_id.index)
