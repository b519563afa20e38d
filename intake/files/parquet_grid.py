"""A Parquet file as a grid: its names are the first row, and its values are written out by their type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from intake.errors import InputError
from intake.files.containers import listed
from intake.files.grid import Grid
from intake.files.limits import refuse_oversized, refuse_too_many_cells
from intake.files.typed_cells import column_of
from intake.findings import Finding
from intake.text_columns import Rows, TextColumn

_ROWS_AT_ONCE: Final = 1 << 16


def parquet_grid(content: bytes, name: str) -> Grid:
    """The flat columns of a Parquet file; nested ones and bytes that are no text are left out and said.

    Times keep the clock of their time zone. InputError if the file is damaged or larger than can be read
    safely, or has no flat column or no rows.
    """
    try:
        file = pq.ParquetFile(pa.BufferReader(content), thrift_string_size_limit=1 << 26)
        metadata, schema = file.metadata, file.schema_arrow
        refuse_too_many_cells(metadata.num_rows * max(metadata.num_columns, 1), name)
        groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
        refuse_oversized(sum(max(group.total_byte_size, 0) for group in groups), name)
        names = [str(each) for each in schema.names]
        flat = [each for each in schema if not _is_nested(each.type)]
        if len(set(names)) < len(names):
            raise InputError("two columns have the same name; rename one", file=name)
        if not flat or not metadata.num_rows:
            raise InputError("there is no row or no plain column in it; export it again", file=name)
        texts = [each.name for each in flat if _is_text(each.type)]
        file = pq.ParquetFile(pa.BufferReader(content), read_dictionary=texts)
        columns, left_out = _read(file, flat, name)
    except (pa.ArrowException, OSError, OverflowError) as error:
        raise InputError("the Parquet file is damaged; write it again", file=name) from error
    left_out = [each for each in names if each not in {field.name for field in flat}] + left_out
    return Grid.of_cells(name, columns, _findings(flat, left_out))


def _read(file: pq.ParquetFile, flat: Sequence[pa.Field], name: str) -> tuple[list[TextColumn], list[str]]:
    """The columns, and the names of those that are no text after all."""
    seen: list[dict[object, int]] = [{None: 0, ("name", field.name): 1} for field in flat]
    codes: list[list[Rows]] = [[np.ones(1, dtype=np.intp)] for _ in flat]
    no_text: set[str] = set()
    for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE, columns=[field.name for field in flat]):
        for position, field in enumerate(flat):
            if field.name not in no_text:
                try:
                    codes[position].append(_codes(batch.column(field.name), seen[position]))
                except UnicodeDecodeError:
                    no_text.add(field.name)
    kept = [position for position, field in enumerate(flat) if field.name not in no_text]
    if not kept:
        raise InputError("there is no column of numbers, dates or text in it; export it again", file=name)
    columns = []
    for position in kept:
        values = [None if key is None else key[1] for key in seen[position]]  # type: ignore[index]
        columns.append(column_of("", values, np.concatenate(codes[position])))
    return columns, sorted(no_text)


def _codes(values: pa.Array, seen: dict[object, int]) -> Rows:
    """The code of each value, new ones for values that were not seen before."""
    if pa.types.is_dictionary(values.type) and not pa.types.is_integer(values.type.index_type):
        values = values.dictionary_decode()
    encoded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
    own = np.array(
        [
            seen.setdefault(None if each is None else (type(each), each), len(seen))
            for each in _plain(encoded)
        ],
        dtype=np.intp,
    )
    own = np.append(own, 0)  # where the index is null
    indices: Rows = encoded.indices.fill_null(len(own) - 1).to_numpy(zero_copy_only=False).astype(np.intp)
    return own[indices]


def _plain(encoded: pa.DictionaryArray) -> list[Any]:
    """The distinct values as plain ones of Python."""
    values = encoded.dictionary
    if pa.types.is_timestamp(values.type):
        values = values.cast(pa.timestamp("us", values.type.tz), safe=False)
    elif pa.types.is_duration(values.type):
        values = values.cast(pa.duration("us"), safe=False)
    elif pa.types.is_time(values.type):
        values = values.cast(pa.time64("us"), safe=False)
    elif pa.types.is_float16(values.type) or pa.types.is_float32(values.type):
        # 0.1 in 32 bits is 0.1, and not what these bits are in 64.
        return [None if each is None else float(str(each)) for each in values.to_numpy(zero_copy_only=False)]
    listed_values = values.to_pylist()
    return [str(each, "utf-8") if isinstance(each, bytes) else each for each in listed_values]


def _is_nested(kind: pa.DataType) -> bool:
    return bool(pa.types.is_nested(kind) or pa.types.is_union(kind))


def _is_text(kind: pa.DataType) -> bool:
    return any(
        test(kind)
        for test in (
            pa.types.is_string,
            pa.types.is_large_string,
            pa.types.is_binary,
            pa.types.is_large_binary,
        )
    )


def _findings(flat: Sequence[pa.Field], left_out: Sequence[str]) -> list[Finding]:
    findings = []
    if left_out:
        findings.append(
            Finding(
                "file",
                f"columns that hold lists or bytes are not read: {listed(left_out)}",
                suspicious=True,
            )
        )
    findings += [
        Finding(field.name, f"'{field.name}' keeps the clock of its time zone, {field.type.tz}")
        for field in flat
        if pa.types.is_timestamp(field.type) and field.type.tz
    ]
    return findings
