"""A column of a file as it was written, before anything is believed about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

Texts = npt.NDArray[np.object_]
Rows = npt.NDArray[np.intp]
Values = npt.NDArray[Any]

Scalar = TypeVar("Scalar", bound=np.generic)

_LONGEST_SHOWN = 60


def quoted(text: str) -> str:
    """A text of a file as a sentence shows it: in quotes, on one line, and not all of it if it is long."""
    line = " ".join(text.split())
    return f"'{line}'" if len(line) <= _LONGEST_SHOWN else f"'{line[:_LONGEST_SHOWN]}...'"


@dataclass(frozen=True, eq=False)
class TextColumn:
    """`texts` has each distinct text once, without the white space around it; row i holds `texts[codes[i]]`.

    What is to know about a text is found out once and `spread` to the rows; that is what makes reading fast.
    `exact` marks the texts that stand for a typed cell (of a workbook or of Parquet): numbers as Python's
    repr writes them and dates as ISO 8601, which are never ambiguous; None where no cell was typed.
    """

    header: str
    texts: Texts
    codes: Rows
    exact: npt.NDArray[np.bool_] | None = None

    @classmethod
    def of(cls, header: str, cells: Texts, exact: npt.NDArray[np.bool_] | None = None) -> TextColumn:
        """The column of these cells, which may have white space around them; `exact` marks typed cells.

        A text that is typed in one cell and untyped in another is there twice.
        """
        codes, distinct = pd.factorize(cells)
        trimmed_codes, texts = pd.factorize(np.array([text.strip() for text in distinct], dtype=object))
        rows = trimmed_codes[codes]
        if exact is None or not exact.any():
            return cls(header, texts, rows)
        codes, kinds = pd.factorize(rows * 2 + exact)
        return cls(header, texts[kinds // 2], codes, kinds % 2 == 1)

    def taken(self, header: str, rows: npt.NDArray[np.integer[Any]]) -> TextColumn:
        """The column of some of the rows, with the texts that are left; what is exact stays so."""
        codes, used = pd.factorize(self.codes[rows])
        return TextColumn(header, self.texts[used], codes, None if self.exact is None else self.exact[used])

    def spread(self, values: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
        """One value per row, from one value per distinct text."""
        return values[self.codes]

    def first_row(self, position: int) -> int:
        """The first row that holds `texts[position]`."""
        return int(np.argmax(self.codes == position))

    @property
    def blank(self) -> npt.NDArray[np.bool_]:
        """Which of the distinct texts is the empty one."""
        return np.asarray(self.texts == "", dtype=np.bool_)
