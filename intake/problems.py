"""What is wrong with a row, in words that lead a person to the cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from intake.text_columns import Rows, TextColumn, Texts


@dataclass(frozen=True, eq=False)
class Problem:
    """What is wrong in the column with that header ('' for whole rows): the rows, and a reason for each."""

    column: str
    rows: Rows
    reasons: Texts

    @classmethod
    def of(cls, column: str, reasons: Mapping[int, str]) -> Problem:
        """A problem of the rows that have a reason."""
        return cls(
            column,
            np.fromiter(reasons, dtype=np.intp, count=len(reasons)),
            np.array(list(reasons.values()), dtype=object),
        )

    @classmethod
    def of_texts(cls, column: TextColumn, reasons: Texts) -> Problem:
        """A problem from one reason per distinct text of a column, '' where nothing is wrong."""
        wrong = np.asarray(reasons != "", dtype=np.bool_)
        if not wrong.any():
            return cls(column.header, np.empty(0, dtype=np.intp), np.empty(0, dtype=object))
        rows = np.flatnonzero(column.spread(wrong))
        return cls(column.header, rows, reasons[column.codes[rows]])

    def without(self, rows: Rows) -> Problem:
        """The same problem, except in these rows."""
        if not len(rows) or not len(self.rows):
            return self
        others = ~np.isin(self.rows, rows)
        return Problem(self.column, self.rows[others], self.reasons[others])


def rows_with_problems(problems: Sequence[Problem], rows: int) -> npt.NDArray[np.bool_]:
    """Which of the rows 0 to `rows` - 1 have any problem."""
    mask = np.zeros(rows, dtype=np.bool_)
    for problem in problems:
        mask[problem.rows] = True
    return mask


def by_row(problems: Sequence[Problem]) -> pd.DataFrame:
    """Index row (ascending); `column` of the row's first problem, `reason` of all of them."""
    found = pd.DataFrame(
        {
            "row": np.concatenate([np.array([], dtype=np.intp), *(each.rows for each in problems)]),
            "column": [each.column for each in problems for _ in each.rows],
            "reason": [reason for each in problems for reason in each.reasons],
        }
    )
    return found.groupby("row").agg(column=("column", "first"), reason=("reason", "; ".join))
