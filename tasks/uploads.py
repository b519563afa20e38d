"""What people uploaded for a dataset, kept as it came before anybody reads it."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from intake.errors import InputError
from intake.tables import Table
from storage import ids
from storage.datasets import Datasets
from storage.keys import UPLOAD_FOLDERS, Keys, Ref
from storage.objects import ObjectInfo, ObjectStore
from tasks.connection import connection
from tasks.logs import logger
from tasks.retrying import step


class Upload(BaseModel):
    """One uploaded file: `table` is what its folder says it holds, `snapshot` the copy that never changes."""

    model_config = ConfigDict(frozen=True)

    table: Table
    source: Ref
    snapshot_id: str
    snapshot: Ref


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
        for found in uploads_of(store, keys, dataset, folder):
            content = store.get(found.ref)
            uploads.append(
                Upload(
                    table=Table(UPLOAD_FOLDERS[folder]),
                    source=found.ref,
                    snapshot_id=ids.sha256(content),
                    snapshot=datasets.keep_snapshot(found.ref.name, content),
                )
            )
    return uploads


def of_table(uploads: Sequence[Upload], table: Table) -> list[Upload]:
    """The uploads of one table, in the order they arrived."""
    return [upload for upload in uploads if upload.table is table]


def uploads_of(store: ObjectStore, keys: Keys, dataset: str, folder: str) -> list[ObjectInfo]:
    """The objects of one upload folder that belong to a dataset, in the order they arrived."""
    found = list(store.list_objects(keys.uploads(folder)))
    own = [upload for upload in found if dataset_named_by(upload.ref.key) == dataset]
    chosen = own or [upload for upload in found if serves_all(upload.ref.key)]
    return sorted(chosen, key=lambda upload: (upload.modified, upload.ref.key))


def serves_all(key: str) -> bool:
    """Whether an upload belongs to every dataset: any but sales, at the top of its upload folder."""
    folder, _, below = key.partition("/")
    return UPLOAD_FOLDERS[folder] != Table.SALES and "/" not in below


def dataset_named_by(key: str) -> str | None:
    """The dataset that an upload names; None for one that serves all, and (with a warning) a nameless one."""
    if serves_all(key):
        return None
    try:
        return ids.dataset_of(key)
    except InputError as nameless:
        logger.warning("%s", nameless)
        return None
