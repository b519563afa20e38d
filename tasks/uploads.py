"""What people uploaded for a dataset, kept as it came before anybody reads it."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from intake.errors import InputError
from intake.mapping_file import MAPPING_FILE
from intake.tables import Table
from storage import ids
from storage.datasets import Datasets
from storage.keys import UPLOAD_FOLDERS, Keys, Ref
from storage.objects import ObjectInfo, ObjectStore
from tasks.connection import connection
from tasks.logs import logger
from tasks.retrying import step


class MappingUpload(BaseModel):
    """The `mapeo.toml` that holds for an uploaded file, kept like one."""

    model_config = ConfigDict(frozen=True)

    source: Ref
    snapshot_id: str
    snapshot: Ref


class Upload(BaseModel):
    """One uploaded file: `table` is what its folder says it holds, `snapshot` the copy that never changes.

    `mapping` is what people state about it, None where they state nothing.
    """

    model_config = ConfigDict(frozen=True)

    table: Table
    source: Ref
    snapshot_id: str
    snapshot: Ref
    mapping: MappingUpload | None = None


@step
def snapshot_uploads(dataset: str) -> list[Upload]:
    """Keep a copy of every file that belongs to the dataset and return them in the order they arrived.

    Sales are the files that `storage.ids.dataset_of` assigns to the dataset. Of every other folder, the files
    under `<folder>/<dataset>/` are taken, else those at the top of the folder, which serve all datasets.
    """
    uploads = keep_uploads(dataset, tuple(UPLOAD_FOLDERS))
    logger.info("%s: %d uploaded files are kept as they came", dataset, len(uploads))
    return uploads


def keep_uploads(dataset: str, folders: Sequence[str]) -> list[Upload]:
    """The files of some upload folders that belong to a dataset, each with the copy that is kept of it."""
    store, keys = connection()
    datasets = Datasets(store, keys)
    uploads = []
    for folder in folders:
        mapping = keep_mapping(store, keys, dataset, folder)
        for found in uploads_of(store, keys, dataset, folder):
            content = store.get(found.ref)
            uploads.append(
                Upload(
                    table=Table(UPLOAD_FOLDERS[folder]),
                    source=found.ref,
                    snapshot_id=ids.sha256(content),
                    snapshot=datasets.keep_snapshot(found.ref.name, content),
                    mapping=mapping,
                )
            )
    return uploads


def keep_mapping(store: ObjectStore, keys: Keys, dataset: str, folder: str) -> MappingUpload | None:
    """The mapping file of one upload folder: that of the dataset, else the one for all; kept as it came."""
    listed = [upload for upload in store.list_objects(keys.uploads(folder)) if is_mapping(upload.ref.key)]
    own = [each for each in listed if "/" in _below(each.ref.key) and ids.dataset_of(each.ref.key) == dataset]
    found = next(iter([*own, *(each for each in listed if "/" not in _below(each.ref.key))]), None)
    if found is None:
        return None
    content = store.get(found.ref)
    snapshot = Datasets(store, keys).keep_snapshot(found.ref.name, content)
    return MappingUpload(source=found.ref, snapshot_id=ids.sha256(content), snapshot=snapshot)


def is_mapping(key: str) -> bool:
    """Whether an upload states something about the files beside it, and is none of them."""
    return key.rpartition("/")[2].lower() == MAPPING_FILE


def _below(key: str) -> str:
    return key.partition("/")[2]


def of_table(uploads: Sequence[Upload], table: Table) -> list[Upload]:
    """The uploads of one table, in the order they arrived."""
    return [upload for upload in uploads if upload.table is table]


def uploads_of(store: ObjectStore, keys: Keys, dataset: str, folder: str) -> list[ObjectInfo]:
    """The objects of one upload folder that belong to a dataset, in the order they arrived."""
    found = [upload for upload in store.list_objects(keys.uploads(folder)) if not is_mapping(upload.ref.key)]
    own = [upload for upload in found if dataset_named_by(upload.ref.key) == dataset]
    chosen = own or [upload for upload in found if serves_all(upload.ref.key)]
    return sorted(chosen, key=lambda upload: (upload.modified, upload.ref.key))


def serves_all(key: str) -> bool:
    """Whether an upload belongs to every dataset: at the top of its folder, any but sales or a mapping."""
    folder, _, below = key.partition("/")
    return (UPLOAD_FOLDERS[folder] != Table.SALES or is_mapping(key)) and "/" not in below


def dataset_named_by(key: str) -> str | None:
    """The dataset that an upload names; None for one that serves all, and (with a warning) a nameless one."""
    if serves_all(key):
        return None
    try:
        return ids.dataset_of(key)
    except InputError as nameless:
        logger.warning("%s", nameless)
        return None
