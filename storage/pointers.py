"""Pointers say what is latest: moved last, after everything was read back, by compare-and-swap."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from intake.errors import ConflictError, IntegrityError, MissingError
from storage.keys import MANIFEST, Folder, Ref, pointer_in
from storage.manifests import Published, current_user, read_published
from storage.objects import Fetched, ObjectStore

_MOST_ATTEMPTS: Final = 100  # each lost swap is one of somebody else's that succeeded


class Pointer(BaseModel):
    """What is latest: the folder, its id (the folder's name), and the SHA-256 of its manifest.

    `position` orders the candidates (a model's number, say), so that a slow run does not turn a pointer back.
    """

    model_config = ConfigDict(frozen=True)

    folder: Folder
    id: str
    manifest_sha256: str
    position: tuple[int, ...]
    who: str = Field(default_factory=current_user)
    when: datetime = Field(default_factory=lambda: datetime.now(UTC))

    @property
    def manifest(self) -> Ref:
        """Where the manifest of what is latest lies."""
        return self.folder / MANIFEST


Rule = Callable[[Pointer | None, Pointer], bool]
"""Says of (standing, candidate) whether the pointer may move; asked again whenever another run moved it."""


def forward(standing: Pointer | None, candidate: Pointer) -> bool:
    """Let a pointer move to an equal or a later position only."""
    return standing is None or candidate.position >= standing.position


def anywhere(_standing: Pointer | None, _candidate: Pointer) -> bool:
    """Let a pointer move wherever it is told (a person takes a model back, say)."""
    return True


def find_pointer(store: ObjectStore, ref: Ref) -> Pointer | None:
    """Return the pointer at `ref`, or `None` where nothing was published yet."""
    fetched = store.find(ref)
    return None if fetched is None else _parsed(ref, fetched)


def read_pointer(store: ObjectStore, ref: Ref) -> Pointer:
    """Return the pointer at `ref`; raise `MissingError` where nothing was published yet."""
    pointer = find_pointer(store, ref)
    if pointer is None:
        raise MissingError(f"{ref} is not there: nothing was published yet, run the flow that makes it.")
    return pointer


def read_latest(store: ObjectStore, folder: Folder) -> Published:
    """Return what the pointer of `folder` points at; raise `MissingError` where nothing was published yet.

    Raises `IntegrityError` where its manifest is another one than the pointer was moved to.
    """
    ref = pointer_in(folder)
    pointer = read_pointer(store, ref)
    published = read_published(store, pointer.folder)
    if pointer.folder != folder.folder(pointer.id) or published.manifest_sha256 != pointer.manifest_sha256:
        raise IntegrityError(
            f"{ref} was moved to another manifest than the one in {pointer.folder}: restore both from a "
            f"backup, or remove {ref} and run the flow that makes it again."
        )
    return published


def move_pointer(
    store: ObjectStore, ref: Ref, published: Published, position: tuple[int, ...], *, rule: Rule = forward
) -> Pointer:
    """Point at something published and return what the pointer says now.

    That is the standing one where the rule keeps it, or where it already points at the same manifest (nothing
    is written then). Only `Published` can be pointed at: it was read back whole.
    """
    candidate = Pointer(
        folder=published.folder,
        id=published.folder.name,
        manifest_sha256=published.manifest_sha256,
        position=position,
    )
    for _ in range(_MOST_ATTEMPTS):
        fetched = store.find(ref)
        standing = None if fetched is None else _parsed(ref, fetched)
        if standing is not None and (standing.folder, standing.manifest_sha256) == (
            candidate.folder,
            candidate.manifest_sha256,
        ):
            return standing
        if standing is not None and not rule(standing, candidate):
            return standing
        content = candidate.model_dump_json(indent=2).encode()
        try:
            if fetched is None:
                store.create(ref, content, "application/json")
            else:
                store.swap(ref, content, fetched.etag, "application/json")
        except ConflictError:
            time.sleep(random.uniform(0, 0.02))  # noqa: S311 - spreads writers, guards nothing
            continue
        return candidate
    raise ConflictError(f"{ref} is moved by too many runs at once: run again.")


def _parsed(ref: Ref, fetched: Fetched) -> Pointer:
    try:
        return Pointer.model_validate_json(fetched.content)
    except ValidationError as broken:
        raise IntegrityError(
            f"{ref} is not a pointer: remove it, then run the flow that makes it again."
        ) from broken
