"""What becomes of each row: accepted, rejected, duplicate or footer, and never two of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from intake.layout.sheet import Sheet
from intake.problems import Problem, by_row, rows_with_problems

Mask = npt.NDArray[np.bool_]

_TOTAL: Final = re.compile(r"\W*(grand total|total|totals|totales|subtotal|sum|suma)\b", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Fates:
    """One mask per fate, of the rows of a sheet; `reasons` has a row for each that is rejected."""

    accepted: Mask
    rejected: Mask
    duplicate: Mask
    footer: Mask
    reasons: pd.DataFrame


def decide_fates(sheet: Sheet, frame: pd.DataFrame, problems: Sequence[Problem], key: Sequence[str]) -> Fates:
    """Give every row its fate.

    A row with a problem is rejected; the last rows are footers if they have one and start with a word like
    'Total'. A row that repeats an earlier one cell by cell is a duplicate. Rows that share the `key` but
    differ otherwise contradict each other and are all rejected: which one is right, nobody but the sender
    knows.
    """
    faulty = rows_with_problems(problems, len(frame))
    footer = _footer(sheet, faulty)
    duplicate = _repeats(sheet, ~faulty)
    contradictions = _contradictions(sheet, frame, ~faulty & ~duplicate, key)
    reasons = by_row([*problems, contradictions])
    reasons = reasons[~footer[reasons.index.to_numpy()]]
    rejected = np.zeros(len(frame), dtype=np.bool_)
    rejected[reasons.index.to_numpy()] = True
    return Fates(~(rejected | duplicate | footer), rejected, duplicate, footer, reasons)


def _footer(sheet: Sheet, faulty: Mask) -> Mask:
    footer = np.zeros_like(faulty)
    for row in range(len(faulty) - 1, -1, -1):
        if not (faulty[row] and _TOTAL.match(sheet.original_text(row))):
            break
        footer[row] = True
    return footer


def _repeats(sheet: Sheet, among: Mask) -> Mask:
    codes = pd.DataFrame({position: column.codes for position, column in enumerate(sheet.columns)})
    repeats = np.zeros_like(among)
    repeats[among] = codes[among].duplicated()
    return repeats


def _contradictions(sheet: Sheet, frame: pd.DataFrame, among: Mask, key: Sequence[str]) -> Problem:
    rows = np.flatnonzero(among)
    present = [name for name in key if name in frame]
    if not present:
        return Problem.of("", {})
    keys = frame.loc[among, present]
    shared = keys.duplicated(keep=False).to_numpy()
    clashing, keys = rows[shared], keys[shared]
    lines = pd.Series(sheet.first_lines[clashing], index=keys.index)
    groups = lines.groupby([keys[name] for name in present], sort=False)
    first, last = groups.transform("first"), groups.transform("last")
    other = np.where(lines == first, last, first)
    same = " and ".join(present)
    return Problem.of(
        "",
        {
            int(row): f"line {line} has the same {same} and is different; keep one of them, or their sum"
            for row, line in zip(clashing, other, strict=True)
        },
    )
