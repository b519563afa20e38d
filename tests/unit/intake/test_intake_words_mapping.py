"""What a person states: parsed, checked, and obeyed."""

from __future__ import annotations

import gzip
from dataclasses import fields

import pandas as pd
import pytest
from workbooks import xlsx, zipped

from intake.errors import InputError
from intake.findings import Finding
from intake.mapping import NOTHING_STATED, FileMapping
from intake.mapping_file import parse_mapping
from intake.reading import read_table
from intake.tables import Table

STATED = b"""
encoding = "cp1252"
columns."Fec. Alb." = "ds"

[files."tpv_*.csv"]
delimiter = ";"
columns."Ventas" = "revenue"

[dataset]
holidays = "ES-MD"
"""


def test_the_top_holds_for_every_file_and_a_pattern_for_those_that_fit() -> None:
    mapping = parse_mapping(STATED)
    shared = FileMapping(encoding="cp1252", columns={"Fec. Alb.": "ds"})
    assert mapping.of("ventas/otra.csv") == shared
    assert mapping.of("bucket/ventas/TPV_enero.csv") == FileMapping(
        encoding="cp1252", delimiter=";", columns={"Fec. Alb.": "ds", "Ventas": "revenue"}
    )
    assert mapping.rules.holidays == "ES-MD"
    assert parse_mapping(b"").of("v.csv") == NOTHING_STATED


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('decimal = ","\ndelimitre = ";"', "mapeo.toml, line 2: .*'delimitre'; did you mean 'delimiter'"),
        ('decimal = ";"', "mapeo.toml, line 1: decimal = ';' cannot be used; write \",\" or"),
        ('[columns]\n"Fecha" = "dss"', "line 2: the column 'Fecha' cannot be 'dss'; did you mean 'ds'"),
        ('[columns]\n"Fecha" = 3', "line 1: columns = .* write headers and what they are, such as columns"),
        ('freq = "2W"', "line 1: freq = '2W' cannot be used; write .*\"W-MON\""),
        ('encoding = "utf-99"', "line 1: encoding"),
        ("header_line = true", "line 1: header_line = True cannot be used; write a line number"),
        ('decimal = ","\nfecha = ', "line 2: this is no TOML"),
        ('[files."a.csv"]\nsheets = "Hoja1"', "line 2: .*'sheets'; did you mean 'sheet'"),
        ("[dataset]\nholydays = 1", "did you mean 'holidays'"),
        ('files = "a.csv"', "line 1: files is a section"),
    ],
)
def test_what_cannot_be_stated_is_refused_with_its_line(text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        parse_mapping(text.encode())


def test_a_stated_column_wins_and_what_it_leaves_over_is_told() -> None:
    content = b"Fecha,Fecha pedido,Ventas\n2026-01-05,2026-01-01,1\n2026-01-12,2026-01-08,2\n"
    mapping = FileMapping(columns={"Fecha pedido": "ds", "Fecha": "ignore"})
    reading = read_table(content, "v.csv", Table.SALES, mapping=mapping)
    assert [f"{day:%m-%d}" for day in reading.frame["ds"]] in (["01-01", "01-08"], ["12-29", "01-05"])
    alone = read_table(content, "v.csv", Table.SALES, mapping=FileMapping(columns={"Fecha pedido": "ds"}))
    assert "'Fecha' is not used: another column is stated to be ds" in alone.notes


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"Fehca": "ds"}, "column 'Fehca': .*is not there; the headers are 'Fecha', 'Ventas'"),
        ({"Fecha": "ds", "Ventas": "ds"}, "states both 'Fecha' and 'Ventas' to be ds"),
    ],
)
def test_a_stated_column_is_checked_against_the_file(columns: dict[str, str], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        read_table(
            b"Fecha,Ventas\n2026-01-05,1\n", "v.csv", Table.SALES, mapping=FileMapping(columns=columns)
        )


FILES = [
    "Fec. Alb.;Cód. Art.;Desc. artículo;Uds.;Importe €;Vendedor\n"
    "05/01/2026;001;pan;3;4,50;Ana\n13/01/2026;001;pan;2;3,00;Ana\n",
    'date,"say ""hi""",Sales,Total\n2026-01-05,1,3.25,4.10\n2026-01-06,2,4.75,5.30\n',
    "cuando,cuanto\n2026-01-05,3\n2026-01-06,5\n",
    "Jahr,Monat,Artikelnummer,Menge [kg],Umsatz\n2026,1,a,3,4.5\n2026,2,a,2,3.0\n",
]


@pytest.mark.parametrize("text", FILES)
def test_every_line_that_overrules_is_one_a_mapping_file_takes(text: str) -> None:
    findings = read_table(text.encode(), "v.csv", Table.SALES).findings
    lines = [finding.overrule for finding in findings if finding.overrule]
    assert lines
    for line in lines:
        parse_mapping(line.encode())


@pytest.mark.parametrize("text", FILES)
def test_every_role_has_a_finding_that_names_its_header(text: str) -> None:
    findings = read_table(text.encode(), "v.csv", Table.SALES).findings
    about: dict[str, list[Finding]] = {}
    for finding in findings:
        about.setdefault(finding.about, []).append(finding)
    for header in ("Fec. Alb.", "Uds.", "Importe €", "cuando", "Menge [kg]", "Vendedor"):
        if header in text:
            assert about.get(header), header


LONG = "fecha;producto;unidades\n2026-01-05;Ñu;1\n2026-01-05;Pan;2\n2026-01-12;Pan;4\n"
DAYS = "fecha;unidades\n01/02/2026;1,5\n02/02/2026;2\n13/02/2026;4\n"
THOUSANDS = "fecha;unidades\n2026-01-05;1.234\n2026-01-06;2.5\n"
TWICE = "fecha;unidades\n2026-01-03;1\n2026-01-03;1\n2026-01-10;2\n2026-01-17;2\n"
TWO_HEADERS = "fecha;unidades;requested\nfecha;requested;unidades\n2026-01-05;1;7\n2026-01-12;2;8\n"
TWO_COLUMNS = b"fecha;unidades;producto\n2026-01-05;1;7\n2026-01-12;2;8\n"
SHEETS = {
    name: [["fecha", "unidades"], ["2026-01-05", y], ["2026-01-12", y]]
    for name, y in (("Uno", 1), ("Dos", 2))
}
WINS = [
    # field, what is stated, the file, its column, what is read of itself, what is read as stated
    ("encoding", "cp850", LONG.encode("cp1252"), "unique_id", "Ñu", "Ðu"),
    ("delimiter", "^", b"fecha^unidades\n2026-01-05^1\n2026-01-12^2\n", "y", None, 1),
    ("member", "b.csv", zipped({"a.csv": DAYS, "b.csv": DAYS.replace("1,5", "9,5")}), "y", 1.5, 9.5),
    ("sheet", "Dos", xlsx(SHEETS), "y", 1, 2),
    ("header_line", 2, TWO_HEADERS.encode(), "y", 1, 7),
    ("decimal", ",", THOUSANDS.encode(), "y", 1.234, 1234),
    ("dates", "year/month/day", DAYS.encode(), "ds", pd.Timestamp(2026, 2, 1), None),
    ("shape", "tickets", TWICE.replace("01-03;1\n", "01-03;5\n", 1).encode(), "y", 2, 6),
    ("freq", "D", TWICE.encode(), "freq", "W-SAT", "D"),
    ("duplicates", "keep", TWICE.encode(), "y", 1, 2),
    ("columns", {"UNIDADES": "requested", "producto": "y"}, TWO_COLUMNS, "y", 1, 7),
]


@pytest.mark.parametrize(("field", "value", "content", "column", "alone", "stated"), WINS)
def test_every_statement_wins(
    field: str, value: object, content: bytes, column: str, alone: object, stated: object
) -> None:
    def first(mapping: FileMapping) -> object:
        try:
            reading = read_table(content, "v", Table.SALES, mapping=mapping, rejected_share=0.5)
        except InputError:
            return None
        return reading.freq if column == "freq" else reading.frame[column].iloc[0]

    assert first(NOTHING_STATED) == alone
    assert first(FileMapping(**{field: value})) == stated  # type: ignore[arg-type]


def test_no_statement_is_left_untried() -> None:
    assert [case[0] for case in WINS] == [field.name for field in fields(FileMapping)]


def test_a_shape_or_a_member_that_is_not_there_is_refused() -> None:
    for mapping, sentence in (
        (FileMapping(shape="wide"), "no column is headed by a period"),
        (FileMapping(member="b.csv"), "'b.csv' is stated as the file to read in a ZIP"),
    ):
        for content in (LONG.encode(), gzip.compress(LONG.encode())):
            with pytest.raises(InputError, match=sentence):
                read_table(content, "v", Table.SALES, mapping=mapping)


def test_what_is_not_added_up_cannot_be_kept_twice() -> None:
    items = b"product;price\nPan;1\nPan;1\nSal;2\n"
    reading = read_table(items, "p.csv", Table.ITEMS)
    assert (len(reading.frame), reading.lines.duplicate) == (2, 1)
    assert not any("duplicates =" in finding.overrule for finding in reading.findings)
    with pytest.raises(InputError, match="items has one row per unique_id"):
        read_table(items, "p.csv", Table.ITEMS, mapping=FileMapping(duplicates="keep"))


def test_a_stated_column_is_no_period() -> None:
    wide = b"producto;2026-01;2026-02;2026-03;2026-04\nPan;1;2;3;4\n"
    mapping = FileMapping(columns={"2026-04": "ignore"})
    assert list(read_table(wide, "v.csv", Table.SALES, mapping=mapping).frame["y"]) == [1, 2, 3]
