"""Records to columns, by Arrow: no text is made of a cell that nobody looks at."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv

from intake.files.records import Records
from intake.text_columns import Codes, Rows, TextColumn, dictionary_of

Mask = npt.NDArray[np.bool_]

_SAMPLE: Final = 20_000  # lines
_NEW: Final = 0.05  # a column in which more of the later cells hold texts not seen before is kept as it is
_BATCH: Final = 100_000  # records that the csv module cuts at once
_LARGE: Final = 1 << 22
_READ_AT_ONCE: Final = 1 << 23
_TEXT: Final = pa.string()
_CODED: Final = pa.dictionary(pa.int32(), pa.string())


def read_columns(
    records: Records, fits: Mask, width: int, read_at_once: int = _READ_AT_ONCE
) -> tuple[TextColumn, ...]:
    """One column for each of `width` cells, without headers; rows that do not fit are empty in all of them.

    `fits` are records of exactly that width. `read_at_once` is the bytes of a piece that one thread reads,
    more than the longest line.
    """
    apart = np.flatnonzero(fits & records.apart)
    plain = np.flatnonzero(fits & ~records.apart)
    content = _content_of(records, plain)
    kept_whole = _kept_whole(content, records, plain, width, read_at_once)
    types = [_TEXT if whole else _CODED for whole in kept_whole]
    tables = [_read(content, types, records.delimiter, read_at_once)] if len(plain) else []
    tables += _cut_apart(records, apart, types)
    rows = len(records)
    complete = rows in (len(plain), len(apart))
    order = None if complete else np.concatenate([plain, apart])
    return tuple(
        _whole_column([table[i] for table in tables], order, rows)
        if kept_whole[i]
        else _coded_column([table[i] for table in tables], order, rows)
        for i in range(width)
    )


def _content_of(records: Records, rows: npt.NDArray[np.intp]) -> Any:
    """The lines of these records, which are one line each; no copy where they are neighbours."""
    view = memoryview(records.lines.octets.data)
    if not len(rows):
        return view[:0]
    lines, bounds = records.first[rows], records.lines.bounds
    if lines[-1] - lines[0] == len(lines) - 1:
        return view[bounds[lines[0]] : bounds[lines[-1] + 1]]
    cuts = np.flatnonzero(np.diff(lines) != 1)
    begins = bounds[lines[np.concatenate([[0], cuts + 1])]].tolist()
    ends = bounds[lines[np.concatenate([cuts, [len(lines) - 1]])] + 1].tolist()
    return b"".join(view[begin:end] for begin, end in zip(begins, ends, strict=True))


def _kept_whole(
    content: Any, records: Records, rows: npt.NDArray[np.intp], width: int, read_at_once: int
) -> list[bool]:
    """Which columns have another text in nearly every row, so that telling them apart should wait."""
    if len(rows) <= _SAMPLE:
        return [False] * width
    bounds = records.lines.bounds
    lines = records.first[rows[:_SAMPLE]]
    sample = content[: int((bounds[lines + 1] - bounds[lines]).sum())]
    table = _read(sample, [_CODED] * width, records.delimiter, read_at_once).unify_dictionaries()
    half = _SAMPLE // 2
    kept = []
    for column in table.columns:
        texts, codes = dictionary_of(column)
        kept.append(len(texts) - int(codes[:half].max()) - 1 > _NEW * half)
    return kept


def _read(content: Any, types: list[Any], delimiter: str, read_at_once: int) -> Any:
    names = [str(i) for i in range(len(types))]
    return pyarrow.csv.read_csv(
        pa.BufferReader(pa.py_buffer(content)),
        read_options=pyarrow.csv.ReadOptions(
            column_names=names, block_size=read_at_once, use_threads=len(content) > _LARGE
        ),
        parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter, ignore_empty_lines=False),
        convert_options=pyarrow.csv.ConvertOptions(
            check_utf8=False, column_types=dict(zip(names, types, strict=True))
        ),
    )


def _cut_apart(records: Records, rows: npt.NDArray[np.intp], types: list[Any]) -> list[Any]:
    tables = []
    for start in range(0, len(rows), _BATCH):
        cells = [records.cells(row) or [] for row in rows[start : start + _BATCH].tolist()]
        columns = [
            pa.array(texts, type=_TEXT) if kind == _TEXT else pa.array(texts, type=_TEXT).dictionary_encode()
            for kind, texts in zip(types, zip(*cells, strict=True), strict=True)
        ]
        tables.append(pa.table(columns, names=[str(i) for i in range(len(types))]))
    return tables


def _chunks(columns: list[Any], kind: Any) -> Any:
    return pa.chunked_array([chunk for column in columns for chunk in column.chunks], type=kind)


def _coded_column(columns: list[Any], order: Rows | None, rows: int) -> TextColumn:
    """The column of `rows` cells, whose i-th is that of row `order[i]`; None where they are in order."""
    texts, codes = dictionary_of(_chunks(columns, _CODED).unify_dictionaries())
    if order is None:
        return TextColumn.coded("", texts, codes)
    if len(order) == rows:
        placed: Codes = np.empty(rows, dtype=np.int32)
    else:
        placed = np.full(rows, len(texts), dtype=np.int32)
        texts = np.append(texts, "")
    placed[order] = codes
    return TextColumn.coded("", texts, placed)


def _whole_column(columns: list[Any], order: Rows | None, rows: int) -> TextColumn:
    cells = _chunks(columns, _TEXT)
    if order is None:
        return TextColumn.of_arrow("", cells)
    positions = np.full(rows, len(order), dtype=np.int64)
    positions[order] = np.arange(len(order))
    with_empty = pa.chunked_array([*cells.chunks, pa.array([""], type=_TEXT)])
    return TextColumn.of_arrow("", with_empty.take(pa.array(positions)))
