"""Which table a file is, where nobody says: the one whose columns explain its headers best."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from intake.errors import InputError
from intake.files.opening import open_file
from intake.layout.recognition import find_sheet
from intake.mapping import FileMapping
from intake.tables import SCHEMAS, Table
from intake.words.roles import ATTRIBUTE, EXOG, assign_roles

_HEAD: Final = 65_536  # bytes of a text that are enough to see what its columns are


def guess_table(content: bytes, name: str, mapping: FileMapping) -> Table:
    """The table that needs no column that is missing and knows the most of those that are there.

    What this table cannot do without counts twice, what is taken for want of another column does not count,
    and a doubtful layout counts against it.
    Sales win a tie. InputError, that of reading the file as sales, where no table fits.
    """
    head = _head(content)
    known: dict[Table, int] = {}
    refusals: list[InputError] = []
    for table in Table:
        try:
            known[table] = _known_columns(head, name, table, mapping)
        except InputError as refusal:
            refusals.append(refusal)
    if not known:
        raise refusals[0]
    return max(known, key=lambda table: known[table])


def _known_columns(head: bytes, name: str, table: Table, mapping: FileMapping) -> int:
    sheet = find_sheet(open_file(head, name, table, mapping), table, mapping)
    stated = replace(mapping, columns={**sheet.meanings, **mapping.columns})
    roles, findings = assign_roles(sheet, table, stated)
    doubtful = {finding.about for finding in findings if finding.suspicious}
    sure = {
        column
        for column, role in roles.items()
        if role.written.header not in doubtful and role.column.description not in (EXOG, ATTRIBUTE)
    }
    needed = {column.name for column in SCHEMAS[table].required} - {"unique_id"}
    return len(sure) + len(sure & needed) - sum(finding.suspicious for finding in sheet.findings)


def _head(content: bytes) -> bytes:
    """The first lines of a text; all of what is no text, which has to be whole to be opened."""
    if b"\0" in content[:_HEAD] or content.startswith((b"PK", b"\x1f\x8b", b"PAR1", b"\xd0\xcf\x11\xe0")):
        return content
    end = content.rfind(b"\n", 0, _HEAD)
    return content[: end + 1] if len(content) > _HEAD and end > 0 else content
