"""Rows below or between the data that are none: totals, subtotals and printed notes; told by evidence."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from intake.findings import Finding
from intake.layout.kinds import Kind, kinds_of
from intake.layout.meanings import is_total
from intake.layout.sheet import Sheet
from intake.problems import Problem
from intake.tables import SCHEMAS, Table
from intake.text_columns import TextColumn, quoted

Mask = npt.NDArray[np.bool_]

_NOTE: Final = re.compile(
    r"[\W\d]*(?:fuente|source|quelle|fonte|nota|notas|notes?|anmerkung|hinweis|remarque|observa\w+|p[aá]gina|page|"
    r"seite|folha|hoja|generad[oa]|generated|erstellt|g[eé]n[eé]r[eé]\w*|gerado|impreso|printed|gedruckt|imprim\w+|"
    r"impresso|report|informe|bericht|rapport|relat[oó]rio|exportad[oa]|exported|exportiert|export[eé]\w*|stand|"
    r"emitid[oa]|fecha de|date d|datum|filtros?|filters?|filter|filtres?|registros|records|rows|"
    r"datens[aä]tze|lignes|linhas|l[ií]neas|usuario|user|benutzer|utilisateur|\*|copyright|©|"
    r"end of|fin d|fin$|ende|fim)\b",
    re.IGNORECASE,
)
_CLOSE: Final = 1e-6
_ROUNDED: Final = 1e-4  # a printed total may be one of rounded numbers


def is_note(text: str) -> bool:
    """Whether a text begins like what is printed around a table: page, source, user, date of the print."""
    return _NOTE.match(text) is not None


def without_notes(sheet: Sheet, table: Table) -> Sheet:
    """The sheet without the printed notes below it: last rows with words in one cell and nothing else."""
    if len(sheet.columns) < 2:
        return sheet
    several = len(SCHEMAS[table].required) > 1
    run = len(sheet.spans)
    while run > 0 and _is_alone(sheet, run - 1):
        run -= 1
    for row in range(max(run, 1), len(sheet.spans)):
        gap = sheet.first_lines[row] > sheet.first_lines[row - 1] + sheet.spans[row - 1]
        if is_note(words_of(sheet, row)[0]) or (several and (gap or _is_labelled(sheet, row - 1))):
            return _cut_off(sheet, row)
    return sheet


def _cut_off(sheet: Sheet, first: int) -> Sheet:
    notes = [words_of(sheet, row)[0] for row in range(first, len(sheet.spans))]
    malformed = sheet.malformed
    before = malformed.rows < first
    lines = int(sheet.spans[first:].sum())
    return replace(
        sheet,
        columns=tuple(column.take(np.arange(first)) for column in sheet.columns),
        first_lines=sheet.first_lines[:first],
        spans=sheet.spans[:first],
        records=sheet.records[:first],
        malformed=Problem(malformed.column, malformed.rows[before], malformed.reasons[before]),
        footer_lines=sheet.footer_lines + lines,
        place_of=None if sheet.place_of is None else sheet.place_of[:first],
        findings=(
            *sheet.findings,
            Finding(
                "file",
                f"notes below the table, which are not data: {', '.join(map(quoted, notes[:3]))}",
                f"{lines} line{'s' if lines > 1 else ''} from line {int(sheet.first_lines[first])} on",
            ),
        ),
    )


def find_footers(
    sheet: Sheet, frame: pd.DataFrame, faulty: Mask, measure: str | None, dates: TextColumn | None = None
) -> tuple[Mask, list[Finding]]:
    """Which rows are totals: they are called so, and cannot be data or add up the others.

    A row that is called a total and could be data is a footer if its `measure` is the sum of the rows above
    it (since the last total, or of all rows; of the same date, where it has one). Otherwise it stays data,
    and a finding says so. `dates`: the column of the dates; a row of which it is filled and cannot be read
    is a sale with a mistyped date (of a 'Media luna', say) and no total.
    """
    labelled, labels = _labels(sheet)
    mistyped = _mistyped(frame, dates)
    last = _last_rows(faulty & ~mistyped, labelled)
    impossible = labelled & faulty & ~mistyped
    if "ds" in frame:
        impossible &= frame["ds"].isna().to_numpy() | last
    else:
        impossible &= last
    footer = impossible | last
    possible = labelled & ~faulty & ~footer
    if measure is None or not possible.any():
        said = _said(sheet, footer, labels)
        return footer, said + _contradicted(sheet, frame, footer & labelled, labelled, measure)
    plain = ~labelled & ~faulty & ~footer
    proven = _proven(sheet, frame, possible, plain, labelled, measure)
    proven &= _mostly(proven, possible, labels)
    doubtful = np.flatnonzero(possible & ~proven)
    footer |= proven
    findings = _said(sheet, footer, labels)
    if len(doubtful):
        lines = len(np.unique(sheet.first_lines[doubtful]))
        findings.append(
            Finding(
                "file",
                f"what is called {quoted(labels[int(doubtful[0])])} or alike does not add up the rows above, "
                f"and is read as data: {lines} line{'s' if lines > 1 else ''}",
                f"line {int(sheet.first_lines[doubtful[0]])}",
                suspicious=True,
            )
        )
    return footer, findings


def _mistyped(frame: pd.DataFrame, dates: TextColumn | None) -> Mask:
    """Which rows have something where the date belongs that is neither a date nor a total's name."""
    mistyped = np.zeros(len(frame), dtype=np.bool_)
    if dates is None or "ds" not in frame:
        return mistyped
    mistyped |= frame["ds"].isna().to_numpy() & ~dates.blank_rows()
    mistyped[_rows_called_total(dates)] = False
    return mistyped


def _contradicted(
    sheet: Sheet, frame: pd.DataFrame, totals: Mask, labelled: Mask, measure: str | None
) -> list[Finding]:
    """Where the one total of a file is not the sum of its lines: a line was lost, or a number is misread.

    Of several totals each may stand for another part, so nothing is said of them.
    """
    if measure is None or sheet.shape == "wide" or totals.sum() != 1 or labelled.sum() != 1:
        return []
    values = frame[measure].to_numpy(dtype=np.float64)
    row = int(np.flatnonzero(totals)[0])
    stated, summed = float(values[row]), float(np.nansum(values[~labelled]))
    if np.isnan(stated) or abs(stated - summed) <= 0.5 + _ROUNDED * abs(summed):
        return []
    return [
        Finding(
            "file",
            f"the total in line {int(sheet.first_lines[row])} says {stated:,.10g} and the lines add up to "
            f"{summed:,.10g}: something is missing, there twice, or misread",
            suspicious=True,
        )
    ]


def _proven(
    sheet: Sheet, frame: pd.DataFrame, possible: Mask, plain: Mask, labelled: Mask, measure: str
) -> Mask:
    """Which of the possible totals are sums of plain rows."""
    values = frame[measure].to_numpy(dtype=np.float64)
    known = plain & ~np.isnan(values)
    dated = "ds" in frame
    dates = frame["ds"].to_numpy() if dated else np.zeros(len(frame), dtype=np.int64)
    everything = pd.Series(values[known]).groupby(dates[known]).agg(["sum", "size"])
    expected = everything["sum"].reindex(dates[possible]).to_numpy(dtype=np.float64)
    several = everything["size"].reindex(dates[possible]).to_numpy(dtype=np.float64) > 1
    rows = np.flatnonzero(possible)
    fits = pd.Series(False, index=rows)
    fits[:] = _equal(values[rows], expected) & several
    # The sum since the last total, of the same date or of all dates.
    block = np.cumsum(np.concatenate([[False], (labelled[:-1] & ~labelled[1:])]))
    segments = pd.Series(values).where(known).groupby([block, dates])
    sums = pd.DataFrame(
        {
            "block": block,
            "dates": dates,
            "sum": segments.transform("sum"),
            "size": segments.transform("count"),
        }
    )
    fits |= _equal(values[rows], sums["sum"].to_numpy()[rows]) & (sums["size"].to_numpy()[rows] > 1)
    if sheet.shape == "long":
        whole = pd.Series(values).where(known).groupby(block)
        size = whole.transform("count").to_numpy()[rows]
        fits |= _equal(values[rows], whole.transform("sum").to_numpy()[rows]) & (size > 1)
        total = float(np.nansum(np.where(known, values, np.nan)))
        fits |= _equal(values[rows], np.full(len(rows), total)) & (known.sum() > 1)
    by_record = fits.groupby(sheet.records[rows]).transform("all").to_numpy(dtype=np.bool_)
    proven = np.zeros_like(possible)
    proven[rows[by_record]] = True
    return proven


def _mostly(proven: Mask, possible: Mask, labels: dict[int, str]) -> Mask:
    """Which of the possible totals have a name of which at least half add up.

    A product that is called 'Total Clean' is at times, by chance, as much as those above it together.
    """
    rows = np.flatnonzero(possible)
    called = pd.Series([labels[row] for row in rows.tolist()], dtype=object)
    mostly = np.zeros_like(proven)
    mostly[rows] = pd.Series(proven[rows]).groupby(called).transform("mean").to_numpy() >= 0.5
    return mostly


def _equal(values: npt.NDArray[np.float64], sums: npt.NDArray[np.float64]) -> Mask:
    return np.asarray(np.abs(values - sums) <= 0.005 + _CLOSE * np.abs(sums), dtype=np.bool_)


def _labels(sheet: Sheet) -> tuple[Mask, dict[int, str]]:
    """Which rows have a cell that is called a total, and how it is called."""
    labelled = np.zeros(len(sheet.spans), dtype=np.bool_)
    labels: dict[int, str] = {}
    gaps: npt.NDArray[np.intp] | None = None
    for column in sheet.columns:
        if column.cells is None:
            rows = _rows_called_total(column)
        else:
            # Nearly every cell is another one (ticket numbers, times): telling all apart would cost more, and
            # a total among them leaves other cells of its row empty.
            gaps = _rows_with_gaps(sheet) if gaps is None else gaps
            rows = gaps[_rows_called_total(column.take(gaps))]
        labelled[rows] = True
        named = column.take(rows)
        labels |= dict(zip(rows.tolist(), named.texts[named.codes].tolist(), strict=True))
    for row in sheet.malformed.rows.tolist()[-20:]:
        words = words_of(sheet, row)
        if words and is_total(words[0]):
            labelled[row] = True
            labels[row] = words[0]
    return labelled, labels


def _rows_called_total(column: TextColumn) -> npt.NDArray[np.intp]:
    texts = np.fromiter((is_total(text) for text in column.texts), np.bool_, len(column.texts))
    return np.flatnonzero(column.spread(texts)) if texts.any() else np.zeros(0, dtype=np.intp)


def _rows_with_gaps(sheet: Sheet) -> npt.NDArray[np.intp]:
    gaps = np.zeros(len(sheet.spans), dtype=np.bool_)
    for column in sheet.columns:
        gaps |= column.blank_rows()
    return np.flatnonzero(gaps)


def _last_rows(faulty: Mask, labelled: Mask) -> Mask:
    footer = np.zeros_like(faulty)
    for row in range(len(faulty) - 1, -1, -1):
        if not (faulty[row] and labelled[row]):
            break
        footer[row] = True
    return footer


def _said(sheet: Sheet, footer: Mask, labels: dict[int, str]) -> list[Finding]:
    rows = np.flatnonzero(footer)
    if not len(rows):
        return []
    names = dict.fromkeys(labels[row] for row in rows.tolist() if row in labels)
    lines = np.unique(sheet.first_lines[rows])
    return [
        Finding(
            "file",
            f"totals, which are not data: {', '.join(map(quoted, list(names)[:3]))}",
            "line"
            + ("s " if len(lines) > 1 else " ")
            + ", ".join(str(line) for line in lines[:5])
            + (f" and {len(lines) - 5} more" if len(lines) > 5 else ""),
        )
    ]


def words_of(sheet: Sheet, row: int) -> list[str]:
    """The filled cells of a row."""
    cells = [column.text(row) for column in sheet.columns]
    if not any(cells):
        cells = [
            cell.strip(' "')
            for cell in re.split(
                r"[\t;|,]" if not sheet.delimiter else re.escape(sheet.delimiter), sheet.original_text(row)
            )
        ]
    return [cell for cell in cells if cell]


def _is_alone(sheet: Sheet, row: int) -> bool:
    cells = words_of(sheet, row)
    few = 2 if len(sheet.columns) >= 4 and cells and is_note(cells[0]) else 1
    return 0 < len(cells) <= few and kinds_of(cells[:1])[0] == Kind.WORDS and not is_total(cells[0])


def _is_labelled(sheet: Sheet, row: int) -> bool:
    cells = words_of(sheet, row)
    return bool(cells) and is_total(cells[0])
