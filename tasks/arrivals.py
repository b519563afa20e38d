"""New uploads, told to the Prefect server."""

from __future__ import annotations

import json

from intake.errors import ConflictError, ServiceError
from intake.tables import Table
from storage.keys import UPLOAD_FOLDERS, Keys
from storage.objects import ObjectStore
from tasks.connection import connection
from tasks.events import UPLOAD_ARRIVED, announce
from tasks.logs import logger
from tasks.uploads import dataset_named_by, serves_all


def announce_arrivals() -> int:
    """Announce every upload whose content was not announced before and return how many there were.

    What was announced is remembered in the bucket only after the server has taken the event, so none is lost.
    A store that does not answer is looked at again the next time.
    """
    store, keys = connection()
    try:
        remembered = store.find(keys.announced_uploads)
        announced = _read(remembered.content) if remembered else {}
        listed = {
            upload.ref.key: upload.etag
            for folder in UPLOAD_FOLDERS
            for upload in store.list_objects(keys.uploads(folder))
        }
        arrived = sorted(key for key, etag in listed.items() if announced.get(key) != etag)
        if not arrived:
            return 0
        for dataset in _datasets_touched(store, keys, arrived):
            logger.info("%s: new uploads", dataset, extra={"keys": arrived})
            announce(UPLOAD_ARRIVED, dataset, keys=arrived)
        content = json.dumps(listed, sort_keys=True).encode()
        if remembered:
            store.swap(keys.announced_uploads, content, remembered.etag)
        else:
            store.create(keys.announced_uploads, content)
    except (ServiceError, ConflictError) as failed:
        logger.warning("%s Looking again shortly.", failed)
        return 0
    return len(arrived)


def _datasets_touched(store: ObjectStore, keys: Keys, arrived: list[str]) -> list[str]:
    """The datasets that the arrived uploads name; all that exist, for one that serves all.

    Planning tables that come before the sales of their dataset wait for these.
    """
    known = set(store.list_folders(keys.all_datasets))
    touched: set[str] = set()
    for key in arrived:
        name = dataset_named_by(key)
        if serves_all(key):
            touched |= known
        elif name is not None and (name in known or UPLOAD_FOLDERS[key.partition("/")[0]] == Table.SALES):
            touched.add(name)
    return sorted(touched)


def _read(content: bytes) -> dict[str, str]:
    """What was announced; where it cannot be read, everything is announced again, which harms nobody."""
    try:
        return dict(json.loads(content))
    except ValueError:
        logger.warning("The record of announced uploads cannot be read: all uploads are announced again.")
        return {}
