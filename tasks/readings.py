"""Uploaded files, read through the door."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from intake.assembly import assemble_table
from intake.dataset_rules import DatasetRules
from intake.errors import MissingError
from intake.mapping_file import NO_MAPPING, MappingFile, parse_mapping
from intake.reading import Reading, read_table
from intake.tables import Table
from intake.values.conventions import NOTHING_SETTLED, Settled
from storage.datasets import Datasets
from storage.keys import UPLOAD_FOLDERS
from storage.manifests import Input
from tasks.connection import connection
from tasks.uploads import MappingUpload, Upload, of_table

MAPPING_INPUT: Final = "mapeo"
"""What the names of mapping files begin with among the inputs of something made; others have numbers."""


def read_uploads(uploads: Sequence[Upload], *, rejected_share: float = 0.05) -> list[Reading]:
    """Read the snapshots of uploads, in their order; raises InputError for a file that must be refused.

    What the files of a table have settled (the order of dates, the decimal mark) holds for later ones of it
    that do not decide themselves.
    """
    datasets = Datasets(*connection())
    settled: dict[Table, Settled] = {}
    readings: list[Reading] = []
    for upload in uploads:
        reading = read_table(
            datasets.read_snapshot(upload.snapshot),
            str(upload.source),
            upload.table,
            mapping=_mapping_file(datasets, upload.mapping).of(upload.source.name),
            rejected_share=rejected_share,
            settled=settled.get(upload.table, NOTHING_SETTLED),
        )
        settled[upload.table] = reading.settled
        readings.append(reading)
    return readings


def stated_rules(mapping: MappingUpload | None) -> DatasetRules:
    """The rules that a mapping file states; none where there is no such file."""
    return _mapping_file(Datasets(*connection()), mapping).rules


def _mapping_file(datasets: Datasets, mapping: MappingUpload | None) -> MappingFile:
    if mapping is None:
        return NO_MAPPING
    return parse_mapping(datasets.read_snapshot(mapping.snapshot), str(mapping.source))


def optional_table(uploads: Sequence[Upload], table: Table) -> pd.DataFrame | None:
    """One planning table from all its files, or None where none was uploaded."""
    files = of_table(uploads, table)
    return assemble_table(table, read_uploads(files)) if files else None


def required_table(uploads: Sequence[Upload], table: Table, dataset: str) -> pd.DataFrame:
    """One planning table from all its files; raises MissingError with the command that uploads one."""
    found = optional_table(uploads, table)
    if found is None:
        folder = next(folder for folder, name in UPLOAD_FOLDERS.items() if name == table)
        raise MissingError(
            f"'{dataset}' has no {table.replace('_', ' ')} file: "
            f"`abasto upload FILE --as {folder} --dataset {dataset}`."
        )
    return found


def as_inputs(uploads: Sequence[Upload], *tables: Table) -> dict[str, Input]:
    """The files of some tables as the inputs of something made from them, numbered as they arrived."""
    chosen = [upload for upload in uploads if upload.table in tables]
    mappings = {upload.mapping.source.key: upload.mapping for upload in chosen if upload.mapping is not None}
    return {
        f"{number:04d} {upload.source.key}": Input(sha256=upload.snapshot_id, ref=upload.snapshot)
        for number, upload in enumerate(chosen, start=1)
    } | {
        f"{MAPPING_INPUT} {key}": Input(sha256=mapping.snapshot_id, ref=mapping.snapshot)
        for key, mapping in mappings.items()
    }
