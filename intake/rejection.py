"""What happens to every line, and the refusal of a file that has too many bad ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from intake.errors import InputError
from intake.fates import Fates
from intake.layout.sheet import Sheet
from intake.text_columns import quoted

_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class LineCount:
    """Physical lines by what became of them; a record over several lines counts with all of them."""

    header: int
    blank: int
    footer: int
    duplicate: int
    rejected: int
    accepted: int

    @property
    def total(self) -> int:
        """All lines of the file."""
        return self.header + self.blank + self.footer + self.duplicate + self.rejected + self.accepted


def count_lines(sheet: Sheet, fates: Fates) -> LineCount:
    """Every physical line of the sheet under exactly one heading.

    A record of several rows is accepted if one of them is, else rejected if one is, else duplicate or footer.
    """
    records = sheet.records
    spans = np.zeros(int(records.max(initial=-1)) + 1, dtype=np.int64)
    spans[records] = sheet.spans
    counts = []
    for fate in (fates.accepted, fates.rejected, fates.duplicate, fates.footer):
        if not fate.any():
            counts.append(0)
            continue
        having = np.zeros(len(spans), dtype=np.bool_)
        having[records[fate]] = True
        counts.append(int(spans[having].sum()))
        spans[having] = 0
    accepted, rejected, duplicate, footer = counts
    return LineCount(
        header=sheet.header_span,
        blank=sheet.blank_lines,
        footer=footer + sheet.footer_lines,
        duplicate=duplicate,
        rejected=rejected,
        accepted=accepted + sheet.silent_lines,
    )


def rejected_table(reasons: pd.DataFrame, sheet: Sheet) -> pd.DataFrame:
    """One row per rejected record: file, line (the first, where it covers several), column, reason, text.

    `reasons` has the rows of the sheet as index, and the columns column and reason. The text is as it came.
    """
    rows = reasons.index.to_numpy(dtype=np.intp)
    return pd.DataFrame(
        {
            "file": np.array([sheet.place(row) for row in rows.tolist()], dtype=object),
            "line": sheet.first_lines[rows],
            "column": _headers(reasons, sheet),
            "reason": reasons["reason"].to_numpy(dtype=object),
            "text": [sheet.original_text(row) for row in rows.tolist()],
        }
    )


def refuse_if_too_many(lines: LineCount, reasons: pd.DataFrame, sheet: Sheet, share: float) -> None:
    """InputError with the first reasons if more than `share` of the filled lines are rejected, or all."""
    content = lines.rejected + lines.duplicate + lines.accepted
    if lines.rejected <= share * content and lines.accepted:
        return
    columns = _headers(reasons, sheet)
    said = dict.fromkeys(
        f"line {sheet.first_lines[row]}, " + (f"column {quoted(column)}: " if column else "") + str(reason)
        for row, column, reason in zip(reasons.index, columns, reasons["reason"], strict=True)
    )
    first = list(said)[:_SHOWN]
    more = [f"and {len(said) - _SHOWN} more"] if len(said) > _SHOWN else []
    raise InputError(
        f"{lines.rejected} of {content} lines cannot be used, and {share:.0%} is the most that is set aside "
        f"without refusing the file ({'; '.join(first + more)}); correct them and give the file again",
        file=sheet.name,
    )


def _headers(reasons: pd.DataFrame, sheet: Sheet) -> npt.NDArray[np.object_]:
    """The header over the cell of each reason; cells of a wide file stand under that of their period."""
    columns = reasons["column"].to_numpy(dtype=object)
    if sheet.cells is None:
        return np.asarray(columns, dtype=np.object_)
    heads = sheet.cells.texts[sheet.cells.codes[reasons.index.to_numpy(dtype=np.intp)]]
    return np.where(np.isin(columns, list(sheet.made)), heads, columns)
