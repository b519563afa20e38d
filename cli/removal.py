"""`abasto remove`: an upload taken out of its folder; what it said stays kept."""

from __future__ import annotations

import typer

from cli.connection import connected
from cli.console import next_step, say
from intake.errors import InputError, MissingError
from storage import ids
from storage.datasets import Datasets
from storage.keys import UPLOAD_FOLDERS, Keys, Ref
from storage.objects import ObjectStore
from storage.pointers import read_latest
from storage.settings import Settings


def remove_upload(key: str, *, sure: bool) -> None:
    """Remove one upload, after a question unless the person is `sure`; its bytes stay as a snapshot.

    `key`: where it lies, with or without the bucket. Raises InputError for what is no upload, MissingError
    where there is none.
    """
    with connected(prefect=False):
        settings = Settings.load()
        with ObjectStore(settings.store_address()) as store:
            ref = upload_ref(settings.keys, key)
            content = store.find(ref)
            if content is None:
                raise MissingError(f"there is no upload {ref}; {_lying_there(store, settings.keys, ref)}")
            snapshot = Datasets(store, settings.keys).keep_snapshot(ref.name, content.content)
            using = datasets_using(store, settings.keys, ref)
            say(_what_follows(ref, using))
            if not sure and not typer.confirm(f"Remove {ref}?"):
                say("Nothing was removed.")
                return
            store.remove(ref)
    say(f"Removed {ref}; its bytes stay in {snapshot}")
    next_step("`abasto run ingest` for the dataset that it was in the way of.")


def upload_ref(keys: Keys, key: str) -> Ref:
    """Where an upload lies; InputError for a key outside the folders that people upload to."""
    bucket = keys.uploads("ventas").bucket
    ref = Ref(bucket=bucket, key=key.removeprefix(f"{bucket}/"))
    if ref.key.partition("/")[0] not in UPLOAD_FOLDERS or ref.key.endswith("/"):
        raise InputError(
            f"'{key}' is no upload, and nothing else can be removed; uploads lie under "
            f"{', '.join(UPLOAD_FOLDERS)}, such as ventas/Ventas.csv"
        )
    return ref


def datasets_using(store: ObjectStore, keys: Keys, ref: Ref) -> list[str]:
    """The datasets whose latest version was made from this upload."""
    using = []
    for dataset in store.list_folders(keys.all_datasets):
        try:
            latest = read_latest(store, keys.dataset(ids.checked_dataset(dataset)))
        except MissingError:
            continue
        if any(name.partition(" ")[2] == ref.key for name in latest.manifest.provenance.inputs):
            using.append(dataset)
    return using


def _what_follows(ref: Ref, using: list[str]) -> str:
    if not using:
        return f"{ref} is part of no dataset: the next ingest does without it."
    return (
        f"{ref} is part of {', '.join(using)} and stays part of it: ingest keeps what it once accepted. "
        "Start over (start_over in the form of ingest) to do without it."
    )


def _lying_there(store: ObjectStore, keys: Keys, ref: Ref) -> str:
    folder = ref.key.partition("/")[0]
    there = [found.ref.key for found in store.list_objects(keys.uploads(folder))]
    return f"there are {', '.join(there[:10])}" if there else f"nothing lies under {folder}/"
