"""Which files a version of a dataset is made from, and the mapping files that hold for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from intake.errors import MissingError
from intake.tables import Table
from storage.keys import UPLOAD_FOLDERS, Ref
from storage.manifests import Published
from tasks.connection import connection
from tasks.readings import MAPPING_INPUT
from tasks.uploads import MappingUpload, Upload, keep_mapping, of_table


@dataclass(frozen=True)
class DatasetFiles:
    """What a version is made from: sales and, where the rules ask for them, stock counts, from the oldest;
    and the other tables as they are now, which say what to tell about it.
    """

    sales: list[Upload]
    counts: list[Upload]
    planning: list[Upload]

    @property
    def versioned(self) -> list[Upload]:
        """The files that the version is named after."""
        return [*self.sales, *self.counts]


def stated_mapping(
    before: Published | None, uploads: Sequence[Upload], table: Table, dataset: str
) -> MappingUpload | None:
    """The mapping file of a table's files: the one that is there now, also where no such file is any more.

    Where the folder is empty, files of the version before are read as they were then.
    """
    own = of_table(uploads, table)
    if own:
        return own[0].mapping
    folder = next(folder for folder, name in UPLOAD_FOLDERS.items() if name == table)
    return keep_mapping(*connection(), dataset, folder) or _stated_before(before, folder)


def _stated_before(before: Published | None, folder: str) -> MappingUpload | None:
    beginning = f"{MAPPING_INPUT} {folder}/"
    for name, source in before.manifest.provenance.inputs.items() if before else ():
        if name.startswith(beginning) and source.ref is not None:
            uploaded = Ref(bucket=source.ref.bucket, key=name.partition(" ")[2])
            return MappingUpload(source=uploaded, snapshot_id=source.sha256, snapshot=source.ref)
    return None


def files_of(
    before: Published | None,
    uploads: Sequence[Upload],
    stated: MappingUpload | None,
    dataset: str,
    *,
    counted: bool,
) -> DatasetFiles:
    """The files of the next version, of which `stated` is the mapping file of the sales; `counted`: whether
    stock counts are part of it. MissingError where there are no sales.
    """
    sources = sources_of(before, of_table(uploads, Table.SALES), stated)
    if not sources:
        keys = connection()[1]
        raise MissingError(
            f"No sales file was uploaded for the dataset '{dataset}': "
            f"`abasto upload FILE --dataset {dataset}`, or put it under "
            f"{keys.uploads('ventas')}{dataset}/."
        )
    counts = []
    if counted:
        of_counts = stated_mapping(before, uploads, Table.STOCK, dataset)
        counts = sources_of(before, of_table(uploads, Table.STOCK), of_counts, Table.STOCK)
    return DatasetFiles(sources, counts, [upload for upload in uploads if upload.table is not Table.SALES])


def sources_of(
    before: Published | None,
    uploads: Sequence[Upload],
    mapping: MappingUpload | None = None,
    table: Table = Table.SALES,
) -> list[Upload]:
    """The files of the version before in their order, then those that are new or changed since.

    `mapping`, what people state, holds for those of the version before.
    """
    sources = []
    for name, source in sorted(before.manifest.provenance.inputs.items()) if before else []:
        if name.startswith(MAPPING_INPUT) or source.ref is None:
            continue
        if UPLOAD_FOLDERS[name.partition(" ")[2].partition("/")[0]] == table:
            uploaded = Ref(bucket=source.ref.bucket, key=name.partition(" ")[2])
            sources.append(
                Upload(
                    table=table,
                    source=uploaded,
                    snapshot_id=source.sha256,
                    snapshot=source.ref,
                    mapping=mapping,
                )
            )
    last_seen = {source.source: source.snapshot_id for source in sources}
    return [*sources, *(upload for upload in uploads if last_seen.get(upload.source) != upload.snapshot_id)]


def mappings_of(sources: Sequence[Upload]) -> dict[str, Any]:
    """The mapping files, which are part of what a version is made from; nothing where there are none."""
    mappings = [each.mapping for each in sources if each.mapping is not None]
    stated = {mapping.source.key: mapping.snapshot_id for mapping in mappings}
    return {"mapping": stated} if stated else {}


def kept_uploads(made: Published) -> list[Upload]:
    """The uploaded files that something was made from, as its manifest names them, in their order."""
    uploads = []
    for name, source in sorted(made.manifest.provenance.inputs.items()):
        number, _, key = name.partition(" ")
        if number.isdigit() and source.ref is not None:
            folder = key.partition("/")[0]
            uploads.append(
                Upload(
                    table=Table(UPLOAD_FOLDERS[folder]),
                    source=Ref(bucket=source.ref.bucket, key=key),
                    snapshot_id=source.sha256,
                    snapshot=source.ref,
                    mapping=_stated_before(made, folder),
                )
            )
    return uploads
