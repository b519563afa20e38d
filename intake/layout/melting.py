"""One row per cell: columns that stand side by side become rows below each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from intake.layout.sheet import Sheet
from intake.problems import Problem
from intake.text_columns import TextColumn
from intake.values.decimals import DECIMAL_CONVENTIONS
from intake.words.roles import is_missing

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Block:
    """Columns of one meaning, side by side: `codes[row, column]` is the position in `texts`."""

    texts: npt.NDArray[np.object_]
    exact: Mask | None
    codes: npt.NDArray[np.int32]
    missing: Mask

    @classmethod
    def of(cls, columns: Sequence[TextColumn]) -> Block:
        """The columns with one list of texts for all of them."""
        together = np.concatenate([column.texts for column in columns])
        typed = np.concatenate(
            [np.zeros(len(c.texts), np.bool_) if c.exact is None else c.exact for c in columns]
        )
        keys = together if not typed.any() else np.where(typed, together + "\0", together)
        positions, distinct = pd.factorize(keys)
        first = np.zeros(len(distinct), dtype=np.intp)
        first[positions[::-1]] = np.arange(len(keys))[::-1]
        codes = np.empty((len(columns[0].codes), len(columns)), dtype=np.int32)
        start = 0
        for i, column in enumerate(columns):
            codes[:, i] = positions[start + column.codes]
            start += len(column.texts)
        texts = together[first]
        exact = typed[first] if typed.any() else None
        return cls(texts, exact, codes, is_missing(TextColumn("", texts, np.zeros(0, np.intp))))

    @property
    def filled(self) -> Mask:
        """Which cells hold something."""
        return np.asarray(~self.missing[self.codes], dtype=np.bool_)

    def row_sums(self, decimals: int) -> npt.NDArray[np.float64]:
        """The sum of each row by one of the conventions for decimals; cells that are no number count 0."""
        return np.asarray(np.nan_to_num(self._numbers(decimals))[self.codes].sum(axis=1), dtype=np.float64)

    def _numbers(self, decimals: int) -> npt.NDArray[np.float64]:
        return np.asarray(DECIMAL_CONVENTIONS[decimals].read(self.texts), dtype=np.float64)

    def sums_up_to(self, total: TextColumn) -> bool:
        """Whether nearly all filled cells of `total` are the sums of the rows."""
        for decimals in range(len(DECIMAL_CONVENTIONS)):
            stated = np.asarray(DECIMAL_CONVENTIONS[decimals].read(total.texts), dtype=np.float64)[
                total.codes
            ]
            known = ~np.isnan(stated)
            sums = self.row_sums(decimals)
            equal = np.abs(stated - sums)[known] <= 0.01 + 1e-6 * np.abs(sums[known])
            if known.any() and equal.mean() >= 0.95:
                return True
        return False


def melt(
    sheet: Sheet,
    kept: Sequence[TextColumn],
    labels: TextColumn,
    blocks: Mapping[str, Block],
    cells: TextColumn,
    names: Sequence[TextColumn],
) -> Sheet:
    """One row per record and label that has a cell in any of the `blocks` (canonical column -> cells).

    `labels`, `cells`: one text per column of a block, under a canonical header and as the header is written;
    `kept`: the columns that are repeated; `names`: those of them that name the series. A record without any
    cell has one row that will be rejected if its name is not complete, and is silent otherwise.
    """
    present = np.zeros((len(sheet.spans), len(labels.codes)), dtype=np.bool_)
    for block in blocks.values():
        present |= block.filled
    malformed = np.zeros(len(sheet.spans), dtype=np.bool_)
    malformed[sheet.malformed.rows] = True
    nameless = np.zeros(len(sheet.spans), dtype=np.bool_)
    for column in names:
        nameless |= column.spread(column.blank)
    without = ~present.any(axis=1)
    present[malformed | (without & nameless), 0] = True
    silent = without & ~malformed & ~nameless
    records, positions = np.nonzero(present)
    taken = [column.at(records) for column in kept]
    taken.append(labels.at(positions))
    for name, block in blocks.items():
        taken.append(TextColumn(name, block.texts, block.codes[present].astype(np.intp), block.exact))
    first = np.searchsorted(records, sheet.malformed.rows)
    original_text = sheet.original_text
    return replace(
        sheet,
        columns=tuple(taken),
        first_lines=sheet.first_lines[records],
        spans=sheet.spans[records],
        records=sheet.records[records],
        malformed=Problem(sheet.malformed.column, first.astype(np.intp), sheet.malformed.reasons),
        original_text=lambda row: original_text(int(records[row])),
        silent_lines=sheet.silent_lines + int(sheet.spans[silent].sum()),
        shape="wide",
        made=(labels.header, *blocks),
        cells=cells.at(positions),
        place_of=None if sheet.place_of is None else sheet.place_of[records],
    )
