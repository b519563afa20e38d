"""Runs of zeros that chance does not explain: the shelf was probably empty."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from intake.periods import period_number

SURE: Final = 0.99  # least confidence at which a run counts as missing
USUALLY: Final = 0.75  # least share of periods with sales: rarer sellers have runs of zeros by nature
NEIGHBOURS: Final = 13  # selling periods on either side that must make the run just as unlikely
LEAST_PERIODS: Final = 20
COLUMNS: Final = ("unique_id", "from", "to", "periods", "confidence")

Array = npt.NDArray[np.float64]


def infer_missing_stock(sales: pd.DataFrame, freq: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`sales` with in_stock 0 in runs of zeros that chance does not explain, and a report of them.

    Looked at are series that sell in at least three of four periods, and runs with sales on both sides. The
    demand outside such runs gives, by weekday where sales are of days, a negative binomial law (a Poisson one
    where it varies less) and with it P(nothing sold) per period; never taken to be less than what zeros that
    stand alone suggest. The expected number of runs of that length in the whole series is p. The nearest 13
    selling periods on either side must say the same, so that a season's end is no empty shelf. Where p is
    below 1 %, the run is missing with confidence 1 - p. Rows that state in_stock are left alone.

    The report has unique_id, from, to, periods, confidence.
    """
    found = []
    missing = np.zeros(len(sales), dtype=np.bool_)
    place = sales.reset_index(drop=True).sort_values(["unique_id", "ds"], kind="stable").index.to_numpy()
    ordered = sales.iloc[place].reset_index(drop=True)
    stated = ordered["in_stock"].notna().to_numpy() if "in_stock" in ordered else np.zeros(len(ordered), bool)
    phases = 7 if freq == "D" else 1
    for unique_id, rows in ordered.groupby("unique_id", sort=True):
        number = period_number(rows["ds"], freq)
        for first, last, confidence in _runs(rows["y"].to_numpy(dtype=np.float64), number, phases):
            own = rows.index.to_numpy()[first : last + 1]
            if stated[own].any():
                continue
            missing[place[own]] = True
            start, end = rows["ds"].iloc[first], rows["ds"].iloc[last]
            found.append((unique_id, start, end, last - first + 1, confidence))
    report = pd.DataFrame(found, columns=list(COLUMNS))
    if not missing.any():
        return sales, report
    given = sales["in_stock"] if "in_stock" in sales else pd.Series(np.nan, index=sales.index)
    return sales.assign(in_stock=given.mask(missing, 0.0)), report


def _runs(y: Array, number: npt.NDArray[np.int64], phases: int) -> list[tuple[int, int, float]]:
    """First and last position and the confidence of every run that chance does not explain."""
    sold = y > 0
    if len(y) < LEAST_PERIODS or not sold.any():
        return []
    change = np.flatnonzero(np.diff(sold.astype(np.int8)))
    firsts = change[sold[change]] + 1  # a sale before: the run begins after it
    lasts = change[~sold[change]]
    lasts = lasts[lasts >= firsts[0]] if len(firsts) else lasts
    phase = number % phases
    candidate = np.zeros(len(y), dtype=np.bool_)
    pairs = list(zip(firsts.tolist(), lasts.tolist(), strict=False))
    for first, last in pairs:
        candidate[first : last + 1] = last > first
    if sold[~candidate].mean() < USUALLY or candidate.mean() > 1 - USUALLY:
        return []
    found = []
    for first, last in pairs:
        positions = np.arange(first, last + 1)
        everywhere = np.flatnonzero(~candidate & ((np.arange(len(y)) < first) | (np.arange(len(y)) > last)))
        near = np.concatenate(
            [
                everywhere[everywhere < first][-NEIGHBOURS * phases :],
                everywhere[everywhere > last][: NEIGHBOURS * phases],
            ]
        )
        sides = [near[near < first], near[near > last], everywhere]
        if any(len(side) < 4 for side in sides):
            continue
        tries = len(y) - len(positions) + 1
        log_p = max(_log_zero(y, phase, positions, side) for side in sides) + np.log(tries)
        if log_p < np.log(1 - SURE):
            found.append((first, last, float(1 - np.exp(log_p))))
    return found


def _log_zero(
    y: Array, phase: npt.NDArray[np.int64], run: npt.NDArray[np.intp], known: npt.NDArray[np.intp]
) -> float:
    """log P(nothing is sold in all periods of the run), by phase from the `known` periods."""
    total = 0.0
    for each in np.unique(phase[run]):
        same = known[phase[known] == each]
        if len(same) < 2:
            return 0.0
        values = np.maximum(y[same], 0.0)
        mean, variance = values.mean(), values.var(ddof=1)
        if mean <= 0:
            continue  # never sold on this weekday: its zeros say nothing
        size = mean**2 / (variance - mean) if variance > mean else np.inf
        law = -size * np.log1p(mean / size) if np.isfinite(size) else -mean
        zeros = (values == 0).sum()
        seen = np.log(zeros / len(values)) if zeros else -np.inf
        total += float(max(law, seen)) * int((phase[run] == each).sum())
    return total
