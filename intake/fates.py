"""What becomes of each row: accepted, rejected, duplicate or footer, and never two of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from intake.layout.sheet import Sheet
from intake.problems import Problem, by_row, rows_with_problems

Mask = npt.NDArray[np.bool_]

_MOST_KEYS: Final = 1 << 60
_LONGEST_RUN: Final = 32  # rows of a run that are compared with each other


@dataclass(frozen=True, eq=False)
class Fates:
    """One mask per fate, of the rows of a sheet; `reasons` has a row for each that is rejected."""

    accepted: Mask
    rejected: Mask
    duplicate: Mask
    footer: Mask
    reasons: pd.DataFrame


def decide_fates(
    sheet: Sheet,
    frame: pd.DataFrame,
    problems: Sequence[Problem],
    key: Sequence[str],
    *,
    footer: Mask,
    repeated: Mask,
    drop: bool = True,
) -> Fates:
    """Give every row its fate.

    `footer` rows are what they are; any other row with a problem is rejected. Rows that are `repeated` are
    duplicates, unless they are not to be dropped. Rows that share the `key` but differ otherwise contradict
    each other and are all rejected: which one is right, nobody but the sender knows.
    """
    faulty = rows_with_problems(problems, len(frame)) & ~footer
    duplicate = repeated & ~footer & ~faulty
    contradictions = _contradictions(sheet, frame, ~faulty & ~duplicate & ~footer, key)
    duplicate &= drop
    reasons = by_row([*problems, contradictions])
    reasons = reasons[~footer[reasons.index.to_numpy()]]
    rejected = np.zeros(len(frame), dtype=np.bool_)
    rejected[reasons.index.to_numpy()] = True
    return Fates(~(rejected | duplicate | footer), rejected, duplicate, footer, reasons)


def repeats(sheet: Sheet, among: Mask) -> Mask:
    """Which of the rows `among` all repeat an earlier one of them cell by cell."""
    rows = np.flatnonzero(among)
    keys = np.zeros(len(rows), dtype=np.int64)
    size = 1
    # Columns whose texts are not told apart come last: few rows are left that are the same in all others.
    # Where the file is in the order of such a column (time, ticket), they are looked for among neighbours.
    for column in sorted(sheet.columns, key=lambda column: column.cells is not None):
        waiting = column.cells is not None
        if waiting or size * len(column.texts) > _MOST_KEYS:
            column = column.take(rows) if waiting else column.at(rows)
            shared = np.flatnonzero(_shared(keys, column.runs()))
            rows, keys = rows[shared], pd.factorize(keys[shared])[0].astype(np.int64)
            size = len(rows) + 1
            column = column.take(shared)
            codes = column.codes
        else:
            codes = column.codes[rows]
        keys = keys * len(column.texts) + codes
        size *= max(len(column.texts), 1)
    repeated = np.zeros_like(among)
    repeated[rows] = pd.Series(keys).duplicated().to_numpy()
    return repeated


def _shared(keys: npt.NDArray[np.int64], runs: npt.NDArray[np.int64] | None) -> Mask:
    """Which keys another row has too: one of the same run, where runs are known and short."""
    longest = len(keys) if runs is None else int(np.bincount(runs).max())
    if runs is None or longest > _LONGEST_RUN:
        return pd.Series(keys).duplicated(keep=False).to_numpy(dtype=np.bool_)
    shared = np.zeros(len(keys), dtype=np.bool_)
    for distance in range(1, longest):
        same = (keys[distance:] == keys[:-distance]) & (runs[distance:] == runs[:-distance])
        shared[distance:] |= same
        shared[:-distance] |= same
    return shared


def _contradictions(sheet: Sheet, frame: pd.DataFrame, among: Mask, key: Sequence[str]) -> Problem:
    rows = np.flatnonzero(among)
    present = [name for name in key if name in frame]
    if not present:
        return Problem.of("", {})
    keys = frame.loc[among, present]
    shared = keys.duplicated(keep=False).to_numpy()
    clashing, keys = rows[shared], keys[shared]
    lines = pd.Series(sheet.first_lines[clashing], index=keys.index)
    groups = lines.groupby([keys[name] for name in present], sort=False, observed=True)
    first, last = groups.transform("first"), groups.transform("last")
    other = np.where(lines == first, last, first)
    same = " and ".join(present)
    way_out = "keep one of them"
    if sheet.shape == "wide":
        way_out += ", or state in mapeo.toml which column tells them apart"
    elif "y" in frame:
        way_out += ', or their sum: shape = "tickets" in mapeo.toml adds them up'
    return Problem.of(
        "",
        {
            int(row): f"line {line} has the same {same} and is different; {way_out}"
            for row, line in zip(clashing, other, strict=True)
        },
    )
