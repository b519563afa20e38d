"""Columns in which nearly every cell is another: the repeated lines in them, and their days."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from intake.fates import repeats
from intake.layout.sheet import Sheet
from intake.problems import Problem
from intake.text_columns import TextColumn

tickets = st.lists(st.sampled_from(["T1", "T1 ", " T1", "T2", "T3", "ñ", ""]), min_size=1, max_size=40)


def waiting(cells: list[str], cut: int) -> TextColumn:
    """A column that is not told apart, in two pieces."""
    pieces = [pa.array(cells[:cut], pa.string()), pa.array(cells[cut:], pa.string())]
    return TextColumn.of_arrow("ticket", pa.chunked_array(pieces))


@given(tickets, st.data(), st.booleans())
def test_repeats_are_those_of_a_loop(cells: list[str], data: st.DataObject, in_order: bool) -> None:
    cells = sorted(cells) if in_order else cells
    rows = len(cells)
    products = data.draw(st.lists(st.sampled_from("ab"), min_size=rows, max_size=rows))
    among = np.array(data.draw(st.lists(st.booleans(), min_size=rows, max_size=rows)), dtype=np.bool_)
    columns = (
        waiting(cells, data.draw(st.integers(0, rows))),
        TextColumn.of("product", np.array(products, dtype=object)),
    )
    sheet = Sheet(
        name="v.csv",
        delimiter=",",
        header_line=1,
        header_span=1,
        blank_lines=0,
        columns=columns,
        first_lines=np.arange(rows) + 2,
        spans=np.ones(rows, dtype=np.int64),
        records=np.arange(rows),
        malformed=Problem.of("", {}),
        original_text=lambda row: cells[row],
    )
    seen: set[tuple[str, str]] = set()
    expected = []
    for cell, product, counts in zip(cells, products, among, strict=True):
        expected.append(bool(counts) and (cell.strip(), product) in seen)
        if counts:
            seen.add((cell.strip(), product))
    assert repeats(sheet, among).tolist() == expected


days = st.sampled_from(["2026-01-05", "06/01/2026", "2026-01-07", "1 févr 26", " 2026-01-0"])
times = st.sampled_from(["", " 10:30", "T10:30:05", " 23:59:59.125"])


@given(st.lists(st.tuples(days, times), min_size=1, max_size=30), st.integers(0, 30), st.booleans())
def test_a_day_keeps_one_text(written: list[tuple[str, str]], cut: int, spoilt: bool) -> None:
    cells = [day + time for day, time in written]
    if spoilt:
        cells.append("2026-01-05 25:00")
    column = waiting(cells, cut)
    by_day = column.one_text_per_day()
    for row, cell in enumerate(cells):
        assert by_day.text(row)[:9] == cell.strip()[:9] or by_day is column
    if by_day is not column:
        assert not spoilt
        assert len(set(by_day.texts)) == len({cell.encode()[:10] for cell in cells})
