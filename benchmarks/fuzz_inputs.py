"""Inputs of the fuzzer: valid files of every table and kind, and what becomes of them under a seeded pen."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from intake.mapping import IGNORE, NOTHING_STATED, FileMapping
from intake.tables import SCHEMAS, Table
from tests.unit.intake import workbooks, written_tables

SAMPLES = Path(__file__).parent.parent / "samples"
_ROWS = 16
_PLANTED = (
    b'"', b'""', b";", b",", b"\t", b"|", b"\n", b"\r", b"\r\n", b"\0", b"\xff", b"\xef\xbb\xbf", b"\xc2\xa0",
    b"'", b"-", b"(", b")", b"%", b"9" * 400, b"1e999", b"1e308", b"-1.7976931348623157e308", b"nan", b"inf",
    b"NA", b"#REF!", b"31/02/2024", b"99999999", b"2958466", b"0000-00-00", b"1.234", b"1,234", b"1.234,5",
    b"2026-W53", b"Q9 2024", b"Total", b"Subtotal", b"=cmd|' /C calc'!A0", b"sep=;\n", b"\xe2\x80\xae",
    "٣٤".encode(), "１２".encode(), "½".encode(), "e\u0301".encode(), b" ", b"\x1a", b"\x85", b"\xe2\x80\xa8",
    b"true", b"12:61", b"20240230", b"ds", b"y", b"unique_id", b"<html>", b"PK\3\4", b"\x1f\x8b", b"PAR1",
)  # fmt: skip


@dataclass(frozen=True)
class Input:
    """Everything that `read_table` is given."""

    content: bytes
    name: str
    table: Table
    mapping: FileMapping
    rejected_share: float
    clean: written_tables.Written | None = None  # where it is read as it was written


def make_input(seed: int, number: int) -> Input:
    """The input of this number: the same one wherever it is made."""
    pen = random.Random(f"{seed}:{number}")  # noqa: S311 - it is to be repeated, not kept secret
    if pen.random() < 0.25:
        written = written_tables.write(pen)
        if pen.random() < 0.5:
            return Input(written.content, written.name, Table.SALES, written.mapping, 0.05, written)
        content, name, table, mapping = written.content, written.name, Table.SALES, written.mapping
    else:
        table = pen.choice(list(Table))
        name, content = pen.choice(_files(table))
        mapping = NOTHING_STATED
    if pen.random() < 0.1:
        table = pen.choice(list(Table))
    for _ in range(min(int(pen.expovariate(0.4)), 12)):
        content = _mutated(pen, content)
    if pen.random() < 0.3:
        mapping = _some_mapping(pen, content)
    return Input(content, name, table, mapping, pen.choice([0.05, 0.3, 1.0, 1.0]))


@cache
def _files(table: Table) -> tuple[tuple[str, bytes], ...]:
    """The sample of a table as text of several kinds, workbooks, Parquet and archives."""
    text = (SAMPLES / f"{table}.csv").read_text("utf-8")
    lines = text.splitlines()[: _ROWS + 1]
    rows = [line.split(",") for line in lines]
    plain = "\n".join(lines) + "\n"
    spanish = "\r\n".join(";".join(cell.replace(".", ",") for cell in row) for row in rows)
    quoted = "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows) + "\n"
    noted = quoted.replace('",', '\nx",', 1)
    titled = f"Report of the shop\n\n{plain}{lines[0]}\n{lines[1]}\n\nTotal{',' * (len(rows[0]) - 1)}\n"
    typed: list[list[workbooks.Value]] = [
        list(rows[0]),
        *([_typed(cell) for cell in row] for row in rows[1:]),
    ]
    arrow = io.BytesIO()
    named = {
        name or str(i): [row[i] if i < len(row) else "" for row in rows[1:]] for i, name in enumerate(rows[0])
    }
    pq.write_table(pa.table(named), arrow)
    return (
        ("f.csv", plain.encode()),
        ("f.csv", spanish.encode("cp1252")),
        ("f.txt", plain.replace(",", "\t").encode("utf-16")),
        ("f.txt", plain.replace(",", "|").encode("utf-8-sig")),
        ("f.csv", quoted.encode()),
        ("f.csv", noted.encode()),
        ("f.csv", titled.encode()),
        ("f.csv", plain.replace("\n", "\r").encode()),
        ("f.csv", b"".join(f"{line}\n".encode() for line in [*lines, *lines[1:]])),
        ("f.xlsx", workbooks.xlsx({"Hoja1": typed})),
        ("f.xlsx", workbooks.xlsx({"A": typed, "B": typed[:1] + typed[5:]}, top=3, left=2)),
        ("f.ods", workbooks.ods({"Hoja1": typed})),
        ("f.xls", workbooks.xls({"Hoja1": typed})),
        ("f.parquet", arrow.getvalue()),
        ("f.csv.gz", gzip.compress(plain.encode(), mtime=0)),
        ("f.zip", workbooks.zipped({"f.csv": plain, "README.md": "x"})),
        *_wide(table),
    )


def _wide(table: Table) -> list[tuple[str, bytes]]:
    if table is not Table.SALES:
        return []
    head = "Producto;" + ";".join(f"{day:02d}/01/2026" for day in range(5, 20))
    body = "\n".join(f"p{i};" + ";".join(str(i * j % 17) for j in range(15)) for i in range(8))
    tickets = "ticket;fecha;hora;producto;cantidad;precio\n" + "".join(
        f"{i};{i % 9 + 1:02d}/03/2026;10:{i:02d};p{i % 3};{i % 5};1,{i:02d}\n" for i in range(40)
    )
    parts = "Año;Mes;Día;Ventas\n" + "".join(f"2026;{i % 12 + 1};{i % 28 + 1};{i}\n" for i in range(40))
    named = "Mes,Product,Sales\n" + "".join(f"{m}-24,a,{i}\n" for i, m in enumerate(_MONTHS))
    return [("w.csv", each.encode()) for each in (f"{head}\n{body}\n", tickets, parts, named)]


_MONTHS = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic")


def _typed(cell: str) -> workbooks.Value:
    try:
        return float(cell)
    except ValueError:
        return cell


def _mutated(pen: random.Random, content: bytes) -> bytes:
    """One change. Packed files are mostly changed inside and packed again, so that it is read at all."""
    if content.startswith(b"PK\3\4") and pen.random() < 0.8:
        return _inside_zip(pen, content)
    if content.startswith(b"\x1f\x8b") and pen.random() < 0.8:
        try:
            return gzip.compress(_changed(pen, gzip.decompress(content)), 1, mtime=0)
        except (OSError, EOFError, zlib.error):
            return content
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) and pen.random() < 0.7:
        try:
            return (
                _changed(pen, content.decode("utf-16").encode()).decode("utf-8", "replace").encode("utf-16")
            )
        except UnicodeError:
            return _changed(pen, content)
    return _changed(pen, content)


def _inside_zip(pen: random.Random, content: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError, zlib.error):
        return content
    if not parts:
        return content
    usual = [
        name for name in parts if name.endswith(("sheet1.xml", "sharedStrings.xml", "content.xml", ".csv"))
    ]
    chosen = pen.choice(usual if usual and pen.random() < 0.8 else list(parts))
    if pen.random() < 0.05:
        del parts[chosen]
    else:
        parts[chosen] = _changed(pen, parts[chosen])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", pen.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), part)
    return packed.getvalue()


def _changed(pen: random.Random, content: bytes) -> bytes:
    return pen.choice(_CHANGES)(pen, content) if content else b"a"


def _place(pen: random.Random, content: bytes) -> int:
    return pen.randrange(len(content) + 1)


def _flip(pen: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(pen.choice([1, 1, 2, 8])):
        changed[pen.randrange(len(changed))] ^= 1 << pen.randrange(8)
    return bytes(changed)


def _cut_off(pen: random.Random, content: bytes) -> bytes:
    at = _place(pen, content)
    return content[:at] if pen.random() < 0.5 else content[at:]


def _cut_out(pen: random.Random, content: bytes) -> bytes:
    at = _place(pen, content)
    return content[:at] + content[at + pen.choice([1, 1, 2, 10, 200]) :]


def _plant(pen: random.Random, content: bytes) -> bytes:
    for _ in range(pen.choice([1, 1, 3])):
        at = _place(pen, content)
        content = content[:at] + pen.choice(_PLANTED) + content[at:]
    return content


def _overwrite_cell(pen: random.Random, content: bytes) -> bytes:
    """A whole cell becomes something else."""
    marks = [i for i, octet in enumerate(content) if octet in b",;|\t\n\r"]
    if len(marks) < 2:
        return _plant(pen, content)
    i = pen.randrange(len(marks) - 1)
    return content[: marks[i] + 1] + pen.choice([*_PLANTED, b""]) + content[marks[i + 1] :]


def _repeat(pen: random.Random, content: bytes) -> bytes:
    start, length = _place(pen, content), pen.choice([1, 5, 50, 500])
    piece = content[start : start + length] * pen.choice([1, 2, 30])
    at = _place(pen, content)
    return content[:at] + piece + content[at:]


def _swap_marks(pen: random.Random, content: bytes) -> bytes:
    one, other = pen.sample([b",", b";", b"\t", b"|", b".", b"\n", b'"', b" ", b"-", b"/", b"0", b"1"], 2)
    return content.replace(one, other, pen.choice([1, 3, -1]))


def _shuffle_lines(pen: random.Random, content: bytes) -> bytes:
    lines = content.split(b"\n")
    chance = pen.random()
    if chance < 0.3:
        pen.shuffle(lines)
    elif chance < 0.6:
        lines.insert(pen.randrange(len(lines) + 1), pen.choice(lines))
    elif chance < 0.8:
        lines.insert(
            pen.randrange(len(lines) + 1), pen.choice([b"", b";;;", b"  ", b"Total;;5", b",,,,", b'"'])
        )
    else:
        del lines[pen.randrange(len(lines))]
    return b"\n".join(lines)


def _shuffle_header(pen: random.Random, content: bytes) -> bytes:
    head, mark, rest = content.partition(b"\n")
    delimiter = max(b",;|\t", key=head.count)
    cells = head.split(bytes([delimiter]))
    known = [name.encode() for name in _known_names()]
    for _ in range(pen.choice([1, 2])):
        cells[pen.randrange(len(cells))] = pen.choice([*cells, *known, b"", b"Ventas", b"Fecha", b"\xe9"])
    if pen.random() < 0.3:
        pen.shuffle(cells)
    return bytes([delimiter]).join(cells) + mark + rest


@cache
def _known_names() -> tuple[str, ...]:
    return tuple(sorted({column.name for schema in SCHEMAS.values() for column in schema.columns}))


def _splice(pen: random.Random, content: bytes) -> bytes:
    _, other = pen.choice(_files(pen.choice(list(Table))))
    return content[: _place(pen, content)] + other[_place(pen, other) :]


def _transpose(_: random.Random, content: bytes) -> bytes:
    rows = [line.split(b",") for line in content.split(b"\n")[:60]]
    width = max(map(len, rows))
    padded = [row + [b""] * (width - len(row)) for row in rows]
    return b"\n".join(b",".join(column) for column in zip(*padded, strict=True))


_CHANGES: Sequence[Callable[[random.Random, bytes], bytes]] = (
    _flip, _cut_off, _cut_out, _plant, _plant, _overwrite_cell, _overwrite_cell, _overwrite_cell, _repeat,
    _swap_marks, _shuffle_lines, _shuffle_header, _splice, _transpose,
)  # fmt: skip


def _some_mapping(pen: random.Random, content: bytes) -> FileMapping:
    """A few statements, most of them wrong."""
    head = content.split(b"\n", 1)[0].decode("utf-8", "replace").strip("\r")
    headers = [cell.strip('" ') for cell in head.replace(";", ",").replace("|", ",").split(",")][:20]
    statements: dict[str, list[object]] = {
        "encoding": ["utf-8", "cp1252", "utf-16", "latin-1", "no-such", "base64", "utf-7"],
        "delimiter": [",", ";", "\t", "|", " ", "a", "§"],
        "member": ["f.csv", "no.csv"],
        "sheet": ["Hoja1", "B", "none"],
        "header_line": [0, 1, 2, 3, 99],
        "decimal": [".", ","],
        "dates": ["day/month/year", "month/day/year", "year/month/day"],
        "shape": ["long", "wide", "tickets"],
        "freq": ["D", "W-MON", "W-SUN", "MS", "QS", "h"],
        "duplicates": ["drop", "keep"],
    }
    chosen: dict[str, object] = {
        key: pen.choice(statements[key]) for key in pen.sample(sorted(statements), pen.randint(0, 3))
    }
    columns = {
        pen.choice(headers): pen.choice([*_known_names(), IGNORE]) for _ in range(pen.choice([0, 0, 1, 2]))
    }
    return FileMapping(columns=columns, **chosen)  # type: ignore[arg-type]
