"""Totals and notes: never data, never dropped without evidence."""

from __future__ import annotations

import pytest

from intake.reading import Reading, read_table
from intake.tables import Table


def read(text: str, share: float = 0.05) -> Reading:
    return read_table(text.encode(), "v.csv", Table.SALES, rejected_share=share)


ROWS = "2026-01-05;N;Pan;3\n2026-01-05;N;Sal;4\n2026-01-06;S;Pan;5\n2026-01-06;S;Sal;6\n"
HEAD = "Fecha;Tienda;Producto;Unidades\n"


@pytest.mark.parametrize(
    "below",
    [
        "Total;;;18\n",
        "Summe;;;18\n\nStand: 01.02.2026\n",
        ";;Total général;18\n",
        "Soma;;;18\nFonte: ERP\nPágina 1 de 1\n",
        "Grand Total;;;18\n\nReport generated 2026-02-01 by the till\nPage 1 of 3\n",
        "\nlas devoluciones no se incluyen\n",
        "Gesamtsumme;;;18\nZwischensumme;;;18\n",
    ],
)
def test_what_stands_below_is_no_data(below: str) -> None:
    reading = read(HEAD + ROWS + below)
    assert reading.lines.accepted == 4
    assert reading.lines.footer == sum(1 for line in below.splitlines() if line)
    assert reading.lines.total == (HEAD + ROWS + below).count("\n")
    assert reading.quantity_in == reading.quantity_accepted == 18


def test_subtotals_between_the_rows() -> None:
    first, second = ROWS[: len(ROWS) // 2], ROWS[len(ROWS) // 2 :]
    reading = read(HEAD + first + "Subtotal N;;;7\n" + second + "Subtotal S;;;11\nTotal;;;18\n")
    assert (reading.lines.footer, reading.lines.accepted) == (3, 4)
    assert any("'Subtotal N', 'Subtotal S', 'Total'" in note for note in reading.notes)


def test_a_total_that_could_be_data_needs_its_sum() -> None:
    text = HEAD + ROWS.replace("2026-01-06;S;Pan", "2026-01-05;N;TOTAL;7\n2026-01-06;S;Pan")
    reading = read(text + "2026-01-06;S;TOTAL;11\n")
    assert (reading.lines.footer, reading.quantity_in) == (2, 18)
    doubtful = read(text + "2026-01-06;S;TOTAL;12\n")
    assert (doubtful.lines.footer, doubtful.lines.accepted) == (1, 5)
    said = [finding for finding in doubtful.findings if finding.suspicious]
    assert [finding.evidence for finding in said] == ["line 7"]


@pytest.mark.parametrize(("total", "doubts"), [("18", 0), ("18,4", 0), ("25", 1), ("", 0)])
def test_a_total_that_the_lines_do_not_add_up_to_is_said(total: str, doubts: int) -> None:
    reading = read(HEAD + ROWS + f"Total;;;{total}\n")
    assert (reading.lines.footer, reading.quantity_in) == (1, 18)
    said = [finding.sentence for finding in reading.findings if finding.suspicious]
    assert [sentence[:60] for sentence in said] == [
        "the total in line 6 says 25 and the lines add up to 18: some"
    ] * doubts


def test_a_bad_row_of_a_product_called_total_is_rejected() -> None:
    rows = "".join(f"2026-01-{day:02d};N;Pan;{day}\n" for day in range(1, 25))
    reading = read(HEAD + rows + "2026-01-25;N;Total cream;x\n2026-01-26;N;Pan;1\n")
    assert (reading.lines.rejected, reading.lines.footer) == (1, 0)


def test_a_line_that_breaks_off_is_rejected() -> None:
    rows = "".join(f"2026-01-{day:02d};N;Pan;{day}\n" for day in range(1, 25))
    reading = read(HEAD + rows + "2026-01-25\n")
    assert (reading.lines.rejected, reading.lines.footer) == (1, 0)


def test_a_product_that_begins_like_a_total_with_a_mistyped_date_is_rejected_and_no_footer() -> None:
    rows = "".join(f"2026-01-{day:02d};Media luna;{day}\n" for day in range(1, 29))
    reading = read(f"fecha;producto;ventas\n{rows}2026-01-2x;Media luna;29\nTotal;;435\n")
    assert (reading.lines.accepted, reading.lines.rejected, reading.lines.footer) == (28, 1, 1)
    assert reading.quantity_in == sum(range(1, 30))
