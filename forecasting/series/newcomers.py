"""New products and the look-alikes that a person has named for them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from intake.look_alikes import look_alikes
from intake.periods import period_start


@dataclass(frozen=True)
class Newcomer:
    """`similar_to`: series with sales that speak for a new one; `launch`: its first period, if stated."""

    similar_to: tuple[str, ...]
    launch: pd.Timestamp | None = None


def newcomers_of(
    items: pd.DataFrame, sold: Collection[str], freq: str, until: pd.Timestamp | None
) -> tuple[dict[str, Newcomer], tuple[str, ...]]:
    """The series of `items` (unique_id, similar_to, optional launch) with look-alikes, and what is wrong.

    `similar_to` holds ids of series in `sold`, separated by ';'; a product alone means that of the same
    place. A series without sales whose launch comes after `until` is not yet a newcomer; none is without
    `until`. The sentences name
    every look-alike that has no sales of its own; the others of its series still count.
    """
    if "similar_to" not in items:
        return {}, ()
    sells = set(sold)
    named = items[items["similar_to"].fillna("") != ""]
    launches = named["launch"] if "launch" in named else pd.Series(pd.NaT, index=named.index)
    unsold = set(named["unique_id"]) - sells
    found: dict[str, Newcomer] = {}
    sentences = []
    for unique_id, text, first in zip(named["unique_id"], named["similar_to"], launches, strict=True):
        known = look_alikes(str(text), str(unique_id), sells)
        new = look_alikes(str(text), str(unique_id), unsold)
        sentences += [
            f"items, column similar_to of '{unique_id}': '{name}' "
            + ("is itself new" if new[name] else "is no series with sales")
            + " and cannot speak for a new product; name one that sells"
            for name, series in known.items()
            if not series
        ]
        launch = None if pd.isna(first) else period_start(pd.Series([first]), freq).iloc[0]
        late = unique_id not in sells and (until is None or (launch is not None and launch > until))
        donors = tuple(dict.fromkeys(series for series in known.values() if series))
        if donors and not late:
            found[str(unique_id)] = Newcomer(donors, launch)
    return found, tuple(sentences)


def with_unsold(frame: pd.DataFrame, newcomers: Mapping[str, Newcomer]) -> pd.DataFrame:
    """`frame` with one row, of which nothing is known, in the last period for newcomers without any."""
    unsold = sorted(set(newcomers) - set(frame["unique_id"].unique()))
    if not unsold:
        return frame
    rows = pd.DataFrame({"unique_id": unsold, "ds": frame["ds"].max()})
    rows = rows.reindex(columns=frame.columns, fill_value=np.nan)
    return pd.concat([frame, rows], ignore_index=True).sort_values(["unique_id", "ds"], ignore_index=True)


def spoken_for(frame: pd.DataFrame, newcomers: Mapping[str, Newcomer], most: int) -> dict[str, str]:
    """The look-alikes, in words, of each newcomer with at most `most` observed periods in `frame`."""
    own = frame[frame["unique_id"].isin(list(newcomers))]
    seen = own.groupby("unique_id")["y"].count()
    return {str(name): ", ".join(newcomers[str(name)].similar_to) for name in seen.index[seen <= most]}


def without_history(history: pd.DataFrame, column: str, newcomers: Mapping[str, Newcomer]) -> set[str]:
    """The newcomers for which `column` was never known."""
    return set(newcomers) - set(history.loc[history[column].notna(), "unique_id"])


def lent_exog(
    future: pd.DataFrame, column: str, newcomers: Mapping[str, Newcomer], lent: pd.Series[bool]
) -> pd.Series[float]:
    """`column` of `future`, with the mean of the look-alikes in the same period in the rows `lent`."""
    if not lent.any():
        return future[column]
    pairs = [(name, each) for name, newcomer in newcomers.items() for each in newcomer.similar_to]
    lenders = pd.DataFrame(pairs, columns=["unique_id", "lender"])
    known = future[["unique_id", "ds", column]].rename(columns={"unique_id": "lender"})
    means = lenders.merge(known, on="lender").groupby(["unique_id", "ds"])[column].mean()
    wanted = pd.MultiIndex.from_frame(future[["unique_id", "ds"]])
    return future[column].mask(lent, pd.Series(means.reindex(wanted).to_numpy(), index=future.index))
