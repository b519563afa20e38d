"""Labels in rows of their own: the shop or the product stands above its block, alone in its row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from intake.findings import Finding
from intake.layout.footers import is_note, words_of
from intake.layout.kinds import Kind, kinds_of
from intake.layout.meanings import is_total, meaning_of
from intake.layout.sheet import Sheet
from intake.mapping import IGNORE, FileMapping, column_line
from intake.tables import SCHEMAS, Table
from intake.text_columns import TextColumn, quoted

Mask = npt.NDArray[np.bool_]

SECTION: Final = "section"  # the header of a label that has none
_MOST: Final = 0.5  # share of the rows that may be labels
_FOR_ALL: Final = ("todos", "todas", "all", "tous", "toutes", "alle", "*", "%", "-")


@dataclass(frozen=True)
class _Label:
    """A label: `header` as it says itself ('Tienda: Centro'), '' where it does not; where it stands."""

    header: str
    text: str
    position: int


def label_of(text: str, table: Table, mapping: FileMapping) -> tuple[str, str]:
    """('Tienda', 'Centro') for 'Tienda: Centro'; ('', text) where no word before a colon is known."""
    head, colon, tail = text.partition(":")
    known = colon and meaning_of(head.strip(), table, mapping) in _names(table)
    return (head.strip(), tail.strip()) if known else ("", text)


def with_block_labels(
    sheet: Sheet, labels: Sequence[tuple[int, Sequence[str]]], table: Table, mapping: FileMapping
) -> Sheet:
    """The sheet with a column for what stands above each header, where the header comes once per block.

    `labels`: line of a header and the titles right above it, the nearest last.
    """
    if len(labels) < 2:
        return _with_title(sheet, labels, table, mapping)
    common = set(labels[0][1]).intersection(*(texts for _, texts in labels[1:]))
    own = [
        [text for text in texts if text not in common and not is_note(text) and not is_total(text)]
        for _, texts in labels
    ]
    if not all(own) or len({texts[-1] for texts in own}) == 1:
        return sheet
    said = [label_of(texts[-1], table, mapping) for texts in own]
    starts = np.array([line for line, _ in labels])
    codes = np.maximum(np.searchsorted(starts, sheet.first_lines, side="right") - 1, 0)
    texts = np.array([text for _, text in said], dtype=object)
    header = said[0][0] if len({header for header, _ in said}) == 1 else ""
    return _with_column(sheet, header, texts[codes], [int(line) for line in starts], table, mapping)


def with_sections(sheet: Sheet, table: Table, mapping: FileMapping) -> Sheet:
    """The sheet with labels in rows of their own as columns; these rows count with the header.

    A label is a word or more, alone in its row, with data below it; the first row is one, and no cell of the
    data is the same. Where the column that it stands in is empty in the data, it is that column.
    """
    if len(sheet.columns) < 2 or len(sheet.spans) < 2:
        return sheet
    filled = np.zeros(len(sheet.spans), dtype=np.int32)
    for column in sheet.columns:
        filled += ~column.blank_rows()
    labels = _labels(sheet, filled, table, mapping)
    below = np.ones(len(sheet.spans), dtype=np.bool_)
    below[list(labels)] = False
    if 0 not in labels or len(labels) > _MOST * len(below) or not below.any():
        return sheet
    keys: dict[tuple[str, int], list[int]] = {}
    for row, label in labels.items():
        keys.setdefault((label.header, -1 if label.header else label.position), []).append(row)
    if not all(_holds(sheet, key, rows, labels, below) for key, rows in keys.items()):
        return sheet
    filled_sheet, at = sheet, np.arange(len(below))
    for (header, position), rows in reversed(keys.items()):  # the innermost first: it is what is sold
        starts = np.array(rows)
        codes = np.searchsorted(starts, at, side="right") - 1
        texts = np.array([labels[row].text for row in rows], dtype=object)
        lines = sheet.first_lines[starts].tolist()
        written = np.where(codes >= 0, texts[np.maximum(codes, 0)], "").astype(object)
        own = None if header else filled_sheet.columns[position]
        if own is not None and _is_blank_in(own, below):
            named = own.texts[own.codes]
            merged = TextColumn.of(
                own.header or SECTION, np.where(named == "", written, named).astype(object)
            )
            filled_sheet = _replaced(filled_sheet, position, merged, lines, texts, table, mapping)
        else:
            filled_sheet = _with_column(filled_sheet, header, written, lines, table, mapping)
    return filled_sheet.without(~below, footer=False)


def _labels(
    sheet: Sheet, filled: npt.NDArray[np.int32], table: Table, mapping: FileMapping
) -> dict[int, _Label]:
    misfits = set(sheet.malformed.rows.tolist())
    rows = np.flatnonzero(filled <= 1)
    if len(rows) > _MOST * len(filled):
        return {}
    pairs = np.flatnonzero(filled == 2)  # 'Tienda:' and 'Centro' in two cells
    if len(pairs) <= _MOST * len(filled):
        rows = np.sort(np.concatenate([rows, pairs]))
    labels: dict[int, _Label] = {}
    for row in rows.tolist():
        if row in misfits:
            words, position = words_of(sheet, row), 0
        else:
            cells = [column.text(row) for column in sheet.columns]
            words = [cell for cell in cells if cell]
            position = next(i for i, cell in enumerate(cells) if cell)
        if len(words) == 2 and words[0].endswith(":"):
            words = [" ".join(words)]
        if len(words) != 1 or is_total(words[0]) or is_note(words[0]) or kinds_of(words)[0] != Kind.WORDS:
            continue
        labels[row] = _Label(*label_of(words[0], table, mapping), position)
    return labels


def _holds(
    sheet: Sheet, key: tuple[str, int], rows: Sequence[int], labels: Mapping[int, _Label], below: Mask
) -> bool:
    """Whether these are labels: rows of data follow each, and nothing in the data looks like them."""
    header, position = key
    last = [row for row in rows if row + 1 not in labels]
    if any(row + 1 >= len(below) for row in last) or (
        not header and len({labels[row].text for row in rows}) < len(rows)
    ):
        return False
    if header:
        return True
    column = sheet.columns[position]
    if _is_blank_in(column, below):
        return True
    texts = set(column.texts[np.unique(column.codes[below])])
    words = kinds_of([text for text in texts if text]) == Kind.WORDS
    own_rows = int((~column.blank_rows() & below).sum())
    recurs = not words.any() or len(texts) < own_rows
    return len(rows) > 1 and recurs and not texts & {labels[row].text for row in rows}


def _is_blank_in(column: TextColumn, below: Mask) -> bool:
    """Whether the column has nothing in the rows of data but names of totals."""
    return all(not text or is_total(text) for text in column.texts[np.unique(column.codes[below])].tolist())


def _with_title(
    sheet: Sheet, labels: Sequence[tuple[int, Sequence[str]]], table: Table, mapping: FileMapping
) -> Sheet:
    """A title 'Tienda: Centro' over the only table says the shop of all of its rows."""
    for line, texts in labels:
        for text in texts:
            header, value = label_of(text, table, mapping)
            several = "," in value or ";" in value or value.lower() in _FOR_ALL
            if header and value and not several and meaning_of(header, table, mapping) == "location":
                written = np.full(len(sheet.spans), value, dtype=object)
                if "location" not in _meanings(sheet, table, mapping):
                    return _with_column(sheet, header, written, [line], table, mapping)
    return sheet


def _with_column(
    sheet: Sheet,
    header: str,
    written: npt.NDArray[np.object_],
    lines: Sequence[int],
    table: Table,
    mapping: FileMapping,
) -> Sheet:
    column = TextColumn.of(header or SECTION, written)
    widened = replace(sheet, columns=(*sheet.columns, column))
    return _replaced(widened, len(sheet.columns), column, lines, column.texts, table, mapping)


def _replaced(
    sheet: Sheet,
    position: int,
    column: TextColumn,
    lines: Sequence[int],
    texts: npt.NDArray[np.object_],
    table: Table,
    mapping: FileMapping,
) -> Sheet:
    others = replace(sheet, columns=tuple(c for i, c in enumerate(sheet.columns) if i != position))
    there = _meanings(others, table, mapping)
    meaning = meaning_of(column.header, table, mapping) or sheet.meanings.get(column.header)
    meanings = dict(sheet.meanings)
    if meaning is None and column.header not in mapping.columns:
        meaning = next(
            (part for part in ("product", "location") if part in _names(table) and part not in there), None
        )
        if meaning is not None:
            meanings[column.header] = meaning
    shown = ", ".join(quoted(text) for text in texts[:3].tolist() if text)
    more = ", ..." if len(texts) > 3 else ""
    finding = Finding(
        column.header,
        f"{shown}{more} above the rows: the {meaning or column.header} of the rows below",
        "line" + ("s " if len(lines) > 1 else " ") + ", ".join(map(str, lines[:3])),
        column_line(column.header, "location" if meaning == "product" else IGNORE),
        suspicious=True,
    )
    columns = tuple(column if i == position else each for i, each in enumerate(sheet.columns))
    return replace(sheet, columns=columns, meanings=meanings, findings=(*sheet.findings, finding))


def _meanings(sheet: Sheet, table: Table, mapping: FileMapping) -> set[str | None]:
    return {
        meaning_of(column.header, table, mapping) or sheet.meanings.get(column.header)
        for column in sheet.columns
    }


def _names(table: Table) -> set[str]:
    return {*SCHEMAS[table].unique_id_parts, *SCHEMAS[table].any_of, "parent"} & {
        column.name for column in SCHEMAS[table].columns
    }
