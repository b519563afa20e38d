"""What was published under a folder, one record per version: what tables of models and plans are made of."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from intake.errors import IntegrityError, MissingError
from storage.keys import Folder, pointer_in
from storage.manifests import Manifest, read_published
from storage.objects import ObjectStore
from storage.pointers import find_pointer

State = Literal["latest", "published", "refused", "unfinished", "broken"]


@dataclass(frozen=True)
class Record:
    """One version: its id, its manifest (`None` while unfinished or broken), and how it stands.

    `refused` is published but was not accepted (a model that did not beat the promoted one); `unfinished` was
    claimed and has no manifest: the same run again completes it.
    """

    id: str
    folder: Folder
    state: State
    manifest: Manifest | None


def history(store: ObjectStore, folder: Folder, counts: Callable[[str], bool]) -> tuple[Record, ...]:
    """Return the records of the versions directly below `folder`, r2 before r10; `counts` picks the names."""
    pointer = find_pointer(store, pointer_in(folder))
    latest = None if pointer is None else pointer.id
    return tuple(
        _record(store, folder.folder(name), is_latest=name == latest)
        for name in sorted(store.list_folders(folder), key=_numbers_as_numbers)
        if counts(name)
    )


def _numbers_as_numbers(name: str) -> list[str | int]:
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def _record(store: ObjectStore, folder: Folder, *, is_latest: bool) -> Record:
    try:
        manifest = read_published(store, folder).manifest
    except MissingError:
        return Record(folder.name, folder, "unfinished", None)
    except IntegrityError:
        return Record(folder.name, folder, "broken", None)
    return Record(folder.name, folder, _state(manifest, is_latest=is_latest), manifest)


def _state(manifest: Manifest, *, is_latest: bool) -> State:
    if is_latest:
        return "latest"
    if manifest.decision is not None and not manifest.decision.accepted:
        return "refused"
    return "published"
