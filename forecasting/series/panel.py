"""The panel: every series on a regular calendar, with what is known about demand and about the future."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.series.assumptions import WAYS, Assumption, assumed_values
from forecasting.series.calendar_columns import add_calendar, twice_told, unmatched_places
from forecasting.series.closed_periods import MissingPeriods, closed_ahead, fill_missing, with_closures
from forecasting.series.foreknowledge import Foreknowledge
from forecasting.series.newcomers import Newcomer, lent_exog, with_unsold, without_history
from intake.errors import InputError, MissingError
from intake.periods import following, period_number, period_start, season_length, shift

RESERVED: Final = ("unique_id", "ds", "y", "in_stock", "requested")


@dataclass(frozen=True)
class Panel:
    """Series on a regular calendar, sorted by unique_id and ds.

    `frame` has the columns unique_id, ds, y, in_stock and `exog` (float64, known in advance). Each series
    runs from its first row to the last period of all without gaps, and further where the calendar does. y is
    demand as far as known: NaN where no row spoke of the period (in_stock NaN too, as in future rows) and
    where the shelf was empty all period (in_stock 0). in_stock between 0 and 1 marks a period that sold out.
    Where periods can be closed, `closed` is the share of the period in which nothing could be sold: 1 expects
    no demand and teaches none; `closures` has what is stated of it, as far ahead as it reaches. `attributes`
    has unique_id and text columns, `notes` one sentence per column left out or assumed, `understood` what
    every other column and the missing periods were taken for. `newcomers` have look-alikes; one that has not
    sold yet has a single empty row in the last period.
    """

    frame: pd.DataFrame
    freq: str
    season_length: int
    exog: tuple[str, ...] = ()
    attributes: pd.DataFrame | None = None
    notes: tuple[str, ...] = ()
    understood: tuple[str, ...] = ()
    closures: pd.Series[float] | None = None
    newcomers: Mapping[str, Newcomer] = field(default_factory=dict)

    @property
    def last_observation(self) -> pd.Timestamp:
        """Last period in which any series was observed."""
        return pd.Timestamp(self.frame.loc[self.frame["y"].notna(), "ds"].max())

    def upto(self, cutoff: pd.Timestamp) -> Panel:
        """The panel as it was known at the end of period `cutoff`: later rows keep their exog and nothing
        else.

        Series that start later are left out; MissingError if none is left.
        """
        series, ids = self.series
        first = np.full(len(ids), np.iinfo(np.int64).max)
        np.minimum.at(first, series, self.frame["ds"].to_numpy("datetime64[ns]").view(np.int64))
        started = (first <= pd.Timestamp(cutoff).as_unit("ns").value)[series]
        if not started.any():
            raise MissingError(
                f"no series has begun by {cutoff:%Y-%m-%d}; choose a later cutoff or bring more history"
            )
        later = self.frame["ds"] > cutoff
        if started.all() and not self.frame.loc[later, ["y", "in_stock"]].notna().any(axis=None):
            return self
        frame = self.frame[started].reset_index(drop=True)
        frame[["y", "in_stock"]] = frame[["y", "in_stock"]].mask(frame["ds"] > cutoff)
        return replace(self, frame=frame)

    @cached_property
    def series(self) -> tuple[npt.NDArray[np.int64], pd.Index[str]]:
        """The number of the series that each row of `frame` is of, and their sorted unique_id."""
        codes, ids = pd.factorize(self.frame["unique_id"], sort=True)
        return codes, ids


def build_panel(
    sales: pd.DataFrame,
    *,
    freq: str,
    attributes: pd.DataFrame | None = None,
    calendar: pd.DataFrame | None = None,
    missing_periods: MissingPeriods = "unknown",
    closures: pd.Series[float] | None = None,
    known_in_advance: Sequence[str] = (),
    known_afterwards: Sequence[str] = (),
    newcomers: Mapping[str, Newcomer] | None = None,
) -> Panel:
    """Put sales on a regular calendar and join what is known about them.

    `sales`: unique_id, ds (period starts), y, and optionally in_stock, requested, price, promotion and
    holiday. Every other numeric column of sales may be known only once the sales are (revenue is), so it is
    left out with a note, unless `known_in_advance` names it; `known_afterwards` leaves out what it names, of
    sales and of the calendar. Where `requested` is given it is the demand. `calendar`: ds (days or periods;
    the mean over a period counts) and numeric columns, optionally location (the attribute of that name, else
    the unique_id up to its first "/"); it fills what sales leave open and reaches into the future. A period
    without a row between a series' first row and the last period of all sales is 'unknown' (masked), 'zero'
    (no sale) or 'closed' (masked, and no sign that the series has ended). `closures`: by period, the share of
    its days on which nothing can be sold, in all series; a calendar column `closed` says so by place. Text
    columns of `attributes` (unique_id, ...) become categories. `newcomers`: look-alikes of series that
    are new, by unique_id. InputError or MissingError name the column or series.
    """
    _check(sales, freq, missing_periods)
    observed = _observed_demand(sales)
    numbers = [name for name in sales.columns if name not in RESERVED and _is_numeric(sales[name])]
    ahead = Foreknowledge.of(sales, calendar, known_in_advance, known_afterwards)
    exog = [name for name in numbers if ahead.of_sales(name)]
    frame = _regular(observed[["unique_id", "ds", "y", "in_stock", *exog]], freq)
    frame = with_unsold(frame, newcomers or {})
    texts = _text_attributes(attributes, frame["unique_id"])
    understood: list[str] = []
    if calendar is not None:
        kept = calendar.drop(columns=[name for name in ahead.afterwards if name in calendar])
        frame, exog = add_calendar(frame, kept, exog, freq, texts)
        understood += unmatched_places(frame, kept, texts)
        understood += twice_told(observed, frame, [name for name in numbers if not ahead.of_sales(name)])
    frame, exog = with_closures(frame, exog, closures)
    frame, filled = fill_missing(frame, missing_periods)
    of_sales = [name for name in numbers if name in exog and ahead.of_sales(name)]
    understood += [*filled, *ahead.sentences(of_sales, [name for name in exog if name not in of_sales])]
    return Panel(
        frame=frame,
        freq=freq,
        season_length=season_length(freq),
        exog=tuple(exog),
        attributes=texts,
        notes=ahead.left_out([name for name in numbers if name not in exog]),
        understood=tuple(understood),
        closures=closures,
        newcomers=newcomers or {},
    )


def extend(
    panel: Panel,
    cutoff: pd.Timestamp,
    horizon: int,
    assumptions: Mapping[str, Assumption] | None = None,
) -> Panel:
    """The panel as known at `cutoff`, with exactly `horizon` future rows per series and complete exog in
    them.

    What the calendar says about the future wins; `assumptions` (column to a number or the name of a way, see
    `assumed_values`) fill the rest and are repeated in `notes`; prices 'by_promotion' come last, when the
    promotions are known. MissingError names a column that neither covers and both ways out; InputError an
    assumption about an unknown column or a horizon below 1.
    """
    stated = assumptions or {}
    unknown = sorted(set(stated) - set(panel.exog))
    if unknown:
        raise InputError(
            f"no exogenous column '{unknown[0]}' to assume; there are: {', '.join(panel.exog) or 'none'}"
        )
    if horizon < 1:
        raise InputError(f"a horizon must be 1 period or more, not {horizon}")
    known = panel.upto(cutoff).frame
    history = known[known["ds"] <= cutoff]
    dates = following(cutoff, horizon, panel.freq)
    wanted = pd.MultiIndex.from_product(
        [list(history["unique_id"].unique()), dates], names=["unique_id", "ds"]
    )
    future = known.set_index(["unique_id", "ds"]).reindex(wanted).reset_index()
    future = closed_ahead(future, panel.closures)
    notes = []
    for column in sorted(panel.exog, key=lambda name: stated.get(name) == "by_promotion"):
        open_rows = future[column].isna()
        if not open_rows.any():
            continue
        first = f"{future.loc[open_rows, 'ds'].min():%Y-%m-%d}"
        if column not in stated:
            raise MissingError(
                f"'{column}' is not known from {first} on: put it in the calendar, or state an assumption, "
                f"such as assume.{column}=0 ({WAYS} can be stated)"
            )
        lent = open_rows & future["unique_id"].isin(without_history(history, column, panel.newcomers))
        values = assumed_values(history, future[open_rows & ~lent], column, stated[column], panel.freq)
        future[column] = lent_exog(
            future.assign(**{column: future[column].fillna(values)}), column, panel.newcomers, lent
        )
        notes.append(f"'{column}' is assumed to be {stated[column]} from {first} on where nothing is known.")
    frame = pd.concat([history, future], ignore_index=True)
    frame = frame.sort_values(["unique_id", "ds"], ignore_index=True)
    return replace(panel, frame=frame, notes=(*panel.notes, *notes))


def _check(sales: pd.DataFrame, freq: str, missing_periods: str) -> None:
    season_length(freq)
    for column in ("unique_id", "ds", "y"):
        if column not in sales.columns:
            raise MissingError(f"sales have no column '{column}'; it is needed to build a panel")
    if missing_periods not in ("unknown", "zero", "closed"):
        raise InputError(f"missing periods are 'unknown', 'zero' or 'closed', not '{missing_periods}'")
    if not sales["y"].notna().any():
        raise InputError("there is not one observed sale; upload a sales file with quantities")
    if "in_stock" in sales.columns and not sales["in_stock"].dropna().between(0, 1).all():
        raise InputError("in_stock is the share of a period on the shelf, between 0 and 1", column="in_stock")
    misplaced = sales["ds"] != period_start(sales["ds"], freq)
    if misplaced.any():
        raise InputError(
            f"{sales.loc[misplaced, 'ds'].iloc[0]:%Y-%m-%d} is not the first day of a period of frequency "
            f"{freq}; infer the frequency from these dates or move them to the start of their period"
        )


def _observed_demand(sales: pd.DataFrame) -> pd.DataFrame:
    in_stock = sales["in_stock"].fillna(1.0) if "in_stock" in sales else pd.Series(1.0, index=sales.index)
    y = sales["y"].astype(np.float64).mask(in_stock <= 0)
    if "requested" in sales:
        asked = sales["requested"].notna()
        y = y.mask(asked, sales["requested"])
        in_stock = in_stock.mask(asked, 1.0)
    in_stock = in_stock.astype(np.float64).mask(y.isna(), 0.0)
    return sales.assign(unique_id=sales["unique_id"].astype(str), y=y, in_stock=in_stock)


def _regular(rows: pd.DataFrame, freq: str) -> pd.DataFrame:
    """Every series from its first row to the last period of all; all columns but unique_id and ds become
    float64, NaN where there is no row. InputError where there are two.
    """
    series, ids = pd.factorize(rows["unique_id"], sort=True)
    numbers = period_number(rows["ds"], freq)
    first = np.full(len(ids), numbers.max())
    np.minimum.at(first, series, numbers)
    lengths = numbers.max() - first + 1
    ends = np.cumsum(lengths)
    place = ends[series] - 1 - (numbers.max() - numbers)
    if (np.bincount(place) > 1).any():
        row = rows[rows.duplicated(["unique_id", "ds"])].iloc[0]
        raise InputError(
            f"{row['unique_id']} has two rows for {row['ds']:%Y-%m-%d}; merge or add them up before"
        )
    calendar = following(shift(rows["ds"].min(), -1, freq), int(lengths.max()), freq)
    position = np.arange(ends[-1]) - np.repeat(ends - len(calendar), lengths)
    columns = {"unique_id": np.repeat(ids.to_numpy(), lengths), "ds": calendar[position]}
    for name in rows.columns.difference(list(columns), sort=False):
        values = np.full(ends[-1], np.nan)
        values[place] = rows[name].to_numpy(dtype=np.float64, na_value=np.nan)
        columns[name] = values
    return pd.DataFrame(columns)


def _text_attributes(attributes: pd.DataFrame | None, ids: pd.Series[str]) -> pd.DataFrame | None:
    if attributes is None:
        return None
    if "unique_id" not in attributes.columns:
        raise MissingError("attributes have no column 'unique_id'; it says which series they describe")
    texts = [name for name in attributes.columns if name != "unique_id" and not _is_numeric(attributes[name])]
    chosen = attributes[["unique_id", *texts]].drop_duplicates("unique_id")
    joined = pd.DataFrame({"unique_id": ids.unique()}).merge(chosen, on="unique_id", how="left")
    return joined.fillna("").astype(str)


def _is_numeric(column: pd.Series[float]) -> bool:
    return pd.api.types.is_numeric_dtype(column)
