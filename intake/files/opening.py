"""Bytes to grids: whatever kind of file came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from intake.errors import InputError
from intake.files.containers import Packed, ungzip, unzip
from intake.files.grid import Grid
from intake.files.kinds import FileKind, kind_of
from intake.files.limits import refuse_oversized
from intake.files.parquet_grid import parquet_grid
from intake.files.text_grid import text_grid
from intake.files.workbook_grid import workbook_grids
from intake.findings import Finding
from intake.mapping import FileMapping
from intake.tables import Table

_ARCHIVES = (FileKind.ZIP, FileKind.GZ)


def open_file(content: bytes, name: str, table: Table, mapping: FileMapping) -> tuple[Grid, ...]:
    """Every grid in a file, in its order: one of a text file, one per sheet of a workbook.

    What is packed in a ZIP or GZ counts as if it had come by itself. InputError if the file is empty, of no
    kind that can be read, or larger than can be read safely.
    """
    refuse_oversized(len(content), name)
    kind = kind_of(content, name)
    if mapping.member is not None and kind is not FileKind.ZIP:
        raise InputError(
            f"'{mapping.member}' is stated as the file to read in a ZIP, and this is none", file=name
        )
    if kind is FileKind.GZ:
        return _open_packed((ungzip(content, name),), name, table, mapping)
    if kind is FileKind.ZIP:
        members, findings = unzip(content, name, mapping.member)
        return _with_findings(_open_packed(members, name, table, mapping), findings)
    return _open_plain(kind, Packed(name, content), table, mapping)


def _open_packed(
    members: Sequence[Packed], archive: str, table: Table, mapping: FileMapping
) -> tuple[Grid, ...]:
    """The grids of all files in an archive. What is no table (a picture, a letter) is left out and said,
    unless there is nothing else or it is what was stated.
    """
    kinds: dict[str, FileKind] = {}
    others: list[InputError] = []
    for member in members:
        try:
            kinds[member.name] = kind_of(member.content, member.name)
        except InputError as error:
            others.append(error)
    if others and not kinds:
        raise others[0]
    if any(kind in _ARCHIVES for kind in kinds.values()):
        raise InputError(
            "there is an archive in the archive; unpack it once and upload what comes out", file=archive
        )
    grids = [
        grid
        for member in members
        if member.name in kinds
        for grid in _open_plain(kinds[member.name], member, table, mapping)
    ]
    left_out = [
        Finding("file", f"a file of the archive is not read: {error}", suspicious=True) for error in others
    ]
    return _with_findings(grids, left_out)


def _open_plain(kind: FileKind, file: Packed, table: Table, mapping: FileMapping) -> tuple[Grid, ...]:
    if kind in (FileKind.XLSX, FileKind.XLS, FileKind.ODS):
        return workbook_grids(file.content, file.name, kind, mapping)
    if mapping.sheet is not None:
        raise InputError(
            f"'{mapping.sheet}' is stated as the sheet to read, and this is no workbook", file=file.name
        )
    if kind is FileKind.PARQUET:
        return (parquet_grid(file.content, file.name),)
    return (text_grid(file.content, file.name, table, mapping),)


def _with_findings(grids: Sequence[Grid], findings: Sequence[Finding]) -> tuple[Grid, ...]:
    return tuple(replace(grid, findings=(*findings, *grid.findings)) for grid in grids)
