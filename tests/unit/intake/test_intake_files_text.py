"""Text files become the same grid however they are cut; encodings and delimiters are told by evidence."""

from __future__ import annotations

import csv
import io
import time
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from intake.errors import InputError
from intake.files.encoding import decode
from intake.files.grid import Grid
from intake.files.lines import physical_lines
from intake.files.records import cut_records
from intake.files.text_cells import read_columns
from intake.files.text_grid import text_grid
from intake.mapping import FileMapping
from intake.tables import Table
from intake.text_columns import BLANKS, TextColumn


def grid_of(content: bytes, **stated: str) -> Grid:
    return text_grid(content, "v.csv", Table.SALES, FileMapping(**stated))


def one_by_one(text: str, delimiter: str) -> list[tuple[int, int, list[str] | None]]:
    """First line, lines and cells of every record, by the csv module alone."""
    lines = list(io.StringIO(text, newline=""))
    records: list[tuple[int, int, list[str] | None]] = []
    line = 0
    while line < len(lines):
        reader = csv.reader(iter(lines[line:]), delimiter=delimiter, strict=True)
        try:
            cells, span = next(reader), reader.line_num
        except csv.Error:
            cells, span = None, 1
        records.append((line + 1, span, cells))
        line += span
    return records


@settings(max_examples=400)
@given(
    st.lists(
        st.sampled_from(
            ["a", "b", ";", ";", ",", '"', '"', '""', ' "', "\n", "\n", "\r", "\r\n", " ", "é\u00a0"]
        ),
        max_size=40,
    ).map("".join),
    st.sampled_from(";,\t"),
)
@example('x";"y\n' * 5, ";")
@example('"a;b";"c""d"\na;3/4";"e\nf"\n;\n"";\n"x"y;z\n', ";")
@example('\ufeffa;b\n\u2009\n"c";d', ";")
def test_a_grid_is_what_the_csv_module_reads_line_by_line(text: str, delimiter: str) -> None:
    records = one_by_one(text.removeprefix("\ufeff"), delimiter)
    blank = [cells is not None and not "".join(cells).strip(BLANKS + ",;|") for _, _, cells in records]
    try:
        grid = grid_of(text.encode(), delimiter=delimiter)
    except InputError:
        assert all(blank)
        return
    assert grid.first_lines.tolist() == [first for first, _, _ in records]
    assert grid.spans.tolist() == [span for _, span, _ in records]
    widths = Counter(
        len(cells) for (_, _, cells), nothing in zip(records, blank, strict=True) if cells and not nothing
    )
    width = max(widths, key=lambda each: (widths[each], each), default=1)
    assert len(grid.columns) == width
    lines = list(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    for row, (first, span, cells) in enumerate(records):
        trimmed = None if cells is None else tuple(cell.strip(BLANKS) for cell in cells)
        assert grid.row(row) == (("",) * width if blank[row] else trimmed)
        assert (row in grid.misfits) == (not blank[row] and (cells is None or len(cells) != width))
        assert grid.original_text(row) == "".join(lines[first - 1 : first - 1 + span]).rstrip("\r\n")


@given(st.lists(st.sampled_from(['a;"b"', '"c;"""";d', "e;f", "g", "", '"h\ni";j']), min_size=1, max_size=60))
def test_pieces_that_threads_read_do_not_change_the_columns(rows: list[str]) -> None:
    records = cut_records(physical_lines("\r\n".join(rows).encode(), "v.csv"), ";", "v.csv")
    fits = records.widths == 2
    whole, in_pieces = (read_columns(records, fits, 2, size) for size in (1 << 20, 32))
    for one, other in zip(whole, in_pieces, strict=True):
        assert list(one.spread(one.texts)) == list(other.spread(other.texts))


def test_a_column_of_texts_that_do_not_repeat_waits_to_be_told_apart() -> None:
    rows = "".join(f" t{i} ,{i % 7}\n" for i in range(30_000))
    grid = grid_of(f"title\nds,y\n{rows}\n".encode())
    tickets, quantities = grid.columns
    assert tickets.cells is not None
    assert quantities.cells is None
    assert [tickets.text(row) for row in (0, 1, 2, 30_001, 30_002)] == ["", "ds", "t0", "t29999", ""]
    assert np.flatnonzero(tickets.blank_rows()).tolist() == [0, 30_002]
    assert tickets.rows_with("t3", np.arange(4, 7)).tolist() == [False, True, False]
    assert tickets.cells is not None
    part = tickets.take(np.array([2, 3])).renamed("n")
    assert (part.header, list(part.texts), part.codes.tolist()) == ("n", ["t0", "t1"], [0, 1])
    scattered = tickets.take(np.array([4, 2]))
    assert list(scattered.spread(scattered.texts)) == ["t2", "t0"]
    assert len(tickets.texts) == 30_002


def test_texts_that_no_row_is_left_of_are_not_in_a_column() -> None:
    column = TextColumn.coded("h", np.array([" a", "b", "a"], dtype=object), np.array([0, 1, 2, 1]))
    assert (list(column.texts), column.codes.tolist()) == (["a", "b"], [0, 1, 0, 1])
    left = column.take(np.array([1, 3]))
    assert (list(left.texts), left.codes.tolist()) == (["b"], [0, 0])


# --- delimiters


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("Fecha;Ventas\n2026-01-01;1,5\n2026-01-02;2,5\n", ";"),
        ("Informe de ventas, unidades\n\nFecha;Tienda;Uds\n2026-01-01;A;1,5\n2026-01-02;B;2,5\n", ";"),
        ("Ventas; por tienda\nTienda,Artikel,Uds\nA,b;c,1\nB,d;e,2\n", ","),
        ("x\ty\n1,5\t2,5\n3,5\t4,5\n", "\t"),
        ("a|b|c\n1|2|3\n", "|"),
        ("q;w;e;\n1,5;2,5;3,5;\n1,5;2,5;3,5;\n", ";"),
        ("sep=|\na;b|c;d\n1;2|3;4\n", "|"),
        ("one column\n1\n2\n", ","),
    ],
)
def test_the_delimiter_makes_the_best_table(text: str, delimiter: str) -> None:
    assert grid_of(text.encode()).delimiter == delimiter


def test_a_line_that_states_the_delimiter_is_a_title() -> None:
    grid = grid_of(b"sep=;\r\nFecha;Ventas\r\n2026-01-01;1,5\r\n")
    assert grid.row(0) == ("sep=;",)
    assert 0 in grid.misfits
    assert "the first line states it" in grid.findings[1].evidence


def test_a_stated_delimiter_wins_and_must_be_one_character() -> None:
    assert grid_of("a§b,c\n".encode(), delimiter="§").row(0) == ("a", "b,c")
    with pytest.raises(InputError, match="the delimiter '::' cannot be used"):
        grid_of(b"a::b\n", delimiter="::")


# --- encodings

WORDS = {
    "es": "Fecha;Artículo;Tamaño\n1;Piña de Málaga;pequeño\n",
    "fr": "Date;Modèle\n1;Crème brûlée de l’île\n",
    "de": "Datum;Größe\n1;Käse für München\n",
    "pt": "Data;Preço\n1;Pão de São João, maçã\n",
    "en": "Date;Item\n1;Women’s café set, £5\n",
    "capitals": "FECHA;ARTÍCULO\n1;PIÑA DE ESPAÑA\n",
}


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize(
    "encoding",
    [
        "utf-8",
        "utf-8-sig",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "cp1252",
        "latin-1",
        "cp850",
        "mac_roman",
    ],
)
def test_words_tell_the_encoding(language: str, encoding: str) -> None:
    text = WORDS[language]
    try:
        content = text.encode(encoding)
    except UnicodeEncodeError:
        return
    decoded = decode(content, "v.csv")
    assert bytes(decoded.content).decode() == text
    assert not decoded.finding.suspicious


def test_the_evidence_is_a_byte_its_line_and_its_word() -> None:
    finding = decode("Fecha;Uds\n1;Jabón\n".encode("cp1252"), "v.csv").finding
    assert finding.evidence == "the byte 0xf3 in line 2 is read as 'Jabón'"
    assert finding.overrule == "encoding = 'cp1252'"


def test_letters_that_make_no_word_are_suspicious() -> None:
    assert decode(b"a;b\n1;z\xb3oty\n", "v.csv").finding.suspicious  # Polish, in cp1250


def test_a_stated_encoding_wins() -> None:
    content = "Łódź;1\n".encode("cp1250")
    assert bytes(decode(content, "v.csv", "cp1250").content).decode() == "Łódź;1\n"
    with pytest.raises(InputError, match=r"line 1: the byte 0xa3 is nothing in utf-8"):
        decode(content, "v.csv", "utf8")
    for unknown in ("latin-99", "hex"):
        with pytest.raises(InputError, match=f"there is no encoding '{unknown}'"):
            decode(content, "v.csv", unknown)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("Jabón;Piña\nañ".encode() + b"\xff", "line 2: the file is UTF-8 text, but not the byte 0xff in it"),
        (b"a;b\n1;\x81\n", "line 2: the encoding is neither UTF-8 nor Windows-1252 .byte 0x81"),
        (b"a;b\n1;\0\n", "line 2: this is not a plain text file .it has NUL bytes"),
        ("a;\0\n".encode("utf-16"), "line 1: this is not a plain text file .it has NUL bytes"),
        (b"\xff\xfea", "line 1: the byte 0x61 is nothing in utf-16"),
        (b" \n\t\n", "the file is empty"),
    ],
)
def test_bytes_that_are_no_text_are_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        decode(content, "v.csv")


def test_blanks_that_nobody_sees_are_trimmed() -> None:
    grid = grid_of("Fecha;Uds\n\ufeff2026-01-01\u00a0;\u2009\u202f1\u200b\n".encode())
    assert grid.row(1) == ("2026-01-01", "1")


# --- hostile texts: refused, or read in time that grows with their size alone


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"a,b\n" + b"x" * 5_000_000, "line 2: the line is longer than 1,048,576 bytes"),
        ("a,b\r".encode("utf-16") + b"x\0" * 3_000_000, "the line is longer than 1,048,576 bytes"),
        (b"a,b\n" + b"," * 1_000_000 + b"\n", "line 2: the line has 1,000,001 cells and at most 16,384"),
        (b"," * 3_000_000, "the line is longer"),
        (b",,,,\n" * 100_000, "the file has only blank lines"),
    ],
)
def test_lines_and_rows_beyond_measure_are_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as refusal:
        grid_of(content)
    assert len(str(refusal.value)) < 200


@pytest.mark.parametrize(
    "content",
    [
        b'"' + b"2026-01-01,1\n" * 100_000,
        b'x","y\n' * 50_000,
        b'"""\n' * 50_000,
        b'"\n' * 50_001,
        b'","a\n' * 50_001,
    ],
    ids=["opened, never closed", "opened in every line", "tripled", "alone", "around the delimiter"],
)
def test_quotes_that_do_not_match_cost_time_once(content: bytes) -> None:
    began = time.process_time()
    grid = grid_of(content, delimiter=",")
    assert time.process_time() - began < 20  # a second; hours if each line read the rest of the file again
    assert int(grid.spans.sum()) == content.count(b"\n")


@pytest.mark.parametrize("edge", [lambda text: text, lambda text: text.replace("\n", "\r\n")])
def test_a_quoted_cell_may_be_longer_than_a_piece_of_the_file(edge: Callable[[str], str]) -> None:
    text = edge('ds,note\n1,"' + "two\n" * 20_000 + '"\n2,x\n')
    grid = grid_of(text.encode())
    assert grid.spans.tolist() == [1, 20_001, 1]
    assert grid.row(2) == ("2", "x")
