"""`abasto inspect`: what Abasto understands of a file, before anything is uploaded; needs no service."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from artifacts.inspection_text import inspection_text
from cli.console import say
from intake.errors import InputError
from intake.files.limits import refuse_oversized
from intake.guessing import guess_table
from intake.inspection import inspect_reading
from intake.mapping import NOTHING_STATED, FileMapping
from intake.mapping_file import MAPPING_FILE, parse_mapping
from intake.planning_models import convert_model, model_in
from intake.reading import read_table
from intake.tables import Table


def inspect(file: Path, table: Table | None, mapping_file: Path | None, *, rejected_share: float) -> None:
    """Print what was understood of a file; raises InputError where ingest would refuse it."""
    beside = mapping_file or file.parent / MAPPING_FILE
    stated = mapping_file is not None or beside.is_file()
    mapping = parse_mapping(read_bytes(beside), str(beside)).of(file.name) if stated else NOTHING_STATED
    content = read_bytes(file)
    say(
        inspection_of(
            content,
            file.name,
            table,
            mapping,
            str(beside),
            rejected_share=rejected_share,
        )
    )


def inspection_of(
    content: bytes,
    name: str,
    table: Table | None,
    mapping: FileMapping,
    mapping_file: str,
    *,
    rejected_share: float = 0.05,
) -> str:
    """What is understood of a file, as a text; raises InputError where it would be refused.

    A `table` that its columns speak against is read as such, and the text or the refusal says so first. A
    whole planning model is no table, and is described where nobody says that it is one.
    """
    kind = model_in(content, name) if mapping.sheet is None else ""
    if kind and table is None:
        return _inspection_of_model(content, name, kind)
    likely = table
    try:
        likely = table if kind and table else guess_table(content, name, mapping)
        said = table or likely
        reading = read_table(content, name, said, mapping=mapping, rejected_share=rejected_share)
    except InputError as refusal:
        # Nearly anything with a date could be a calendar: that says nothing.
        if table is None or likely in (table, Table.CALENDAR):
            raise
        raise InputError(f"{_unlike(table, likely)}. Read as {table}: {refusal}") from refusal
    inspection = inspect_reading(reading, name)
    title = f"{name}, read as {said}"
    if said is not likely:
        title += f"\n\n! {_unlike(said, likely)}"
    return inspection_text(title, inspection.facts, inspection.findings, inspection.rejected, mapping_file)


def _unlike(table: Table, likely: Table | None) -> str:
    return f"By its columns this file is {likely} rather than {table}: check that it is sent as what it is"


def _inspection_of_model(content: bytes, name: str, kind: str) -> str:
    """What is understood of a whole planning model, as a text: the tables that it becomes, and its dirt."""
    tables, findings = convert_model(content, name)
    facts = [
        (str(table), f"{len(frame):,} rows of {', '.join(map(str, frame.columns))}")
        for table, frame in tables.items()
    ]
    text = inspection_text(f"{name}, read as {kind}", facts, findings, pd.DataFrame(), "")
    return f"{text}\n`abasto convert {name}` writes these tables as files to look at and upload.\n"


def read_bytes(file: Path) -> bytes:
    """The bytes of a file of a size that can be read safely; raises InputError otherwise."""
    try:
        refuse_oversized(file.stat().st_size, str(file))
        return file.read_bytes()
    except OSError as unreadable:
        raise InputError(f"it cannot be read: {unreadable.strerror}", file=str(file)) from unreadable
