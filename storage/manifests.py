"""The manifest is the commit: files first, `manifest.json` last; whoever finds it whole has nothing to do.

Two runs may publish the same folder at once, or one may have died half-way. The same inputs give the same
files, so that a second writer has nothing to change in what the first one wrote, committed or not; where a
folder holds other bytes, each write is conditional on what the writer saw. The run log alone differs from run
to run: it lies beside the files, and the manifest does not vouch for it. A publisher reads everything back
before it says that it is published.
"""

from __future__ import annotations

import getpass
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, field_validator

from intake.errors import ConflictError, IntegrityError, MissingError
from storage import ids
from storage.code_identity import CodeIdentity
from storage.keys import MANIFEST, RUN_LOG, SIGNATURE, Folder, Ref, checked_path
from storage.objects import ObjectStore

_CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "jsonl": "application/x-ndjson",
    "md": "text/markdown; charset=utf-8",
    "pem": "application/x-pem-file",
    "png": "image/png",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Input(BaseModel):
    """Something that went in: the SHA-256 of its bytes (or of its manifest), and where it lies."""

    model_config = ConfigDict(frozen=True)

    sha256: str
    ref: Ref | None = None


class Provenance(BaseModel):
    """What something is made from. Its `input_hash` is the identity: the same inputs, parameters and code.

    Where inputs lie, the git commit and the package versions are recorded and lie outside the identity.
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["dataset", "model", "prediction", "plan", "backtest", "what_if"]
    dataset: str
    inputs: dict[str, Input]
    parameters: dict[str, JsonValue] = {}
    seeds: dict[str, int] = {}
    code: CodeIdentity

    @property
    def input_hash(self) -> str:
        """The SHA-256 over kind, dataset, input hashes, parameters, seeds and source hash."""
        return ids.input_hash(
            {
                "kind": self.kind,
                "dataset": self.dataset,
                "inputs": {name: each.sha256 for name, each in self.inputs.items()},
                "parameters": self.parameters,
                "seeds": self.seeds,
                "source": self.code.source_hash,
            }
        )


class Decision(BaseModel):
    """What was decided about what was made (a promotion, say), and why."""

    model_config = ConfigDict(frozen=True)

    accepted: bool
    reason: str


class FileEntry(BaseModel):
    """One file beside the manifest."""

    model_config = ConfigDict(frozen=True)

    sha256: str
    size: int


def current_user() -> str:
    """Return the name of who runs this process, 'unknown' where the system has none for it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "unknown"


class Manifest(BaseModel):
    """`manifest.json`: the files beside it and everything about how they came to be."""

    model_config = ConfigDict(frozen=True)

    format: Literal[1] = 1
    provenance: Provenance
    input_hash: str
    files: dict[str, FileEntry]
    metrics: dict[str, JsonValue] = {}
    decision: Decision | None = None
    notes: tuple[str, ...] = ()
    who: str = Field(default_factory=current_user)
    when: datetime = Field(default_factory=lambda: datetime.now(UTC))

    @field_validator("files")
    @classmethod
    def _inside_the_folder(cls, files: dict[str, FileEntry]) -> dict[str, FileEntry]:
        for name in files:
            checked_path(name)
        return files

    def to_bytes(self) -> bytes:
        """Return the JSON, keys sorted; a metric that is not a number becomes null."""
        content = json.loads(self.model_dump_json())
        return (json.dumps(content, sort_keys=True, indent=2, ensure_ascii=False) + "\n").encode()


@dataclass(frozen=True)
class Published:
    """What stands in `folder` and was read back; `written` is false where an earlier run had published it."""

    folder: Folder
    manifest: Manifest
    manifest_sha256: str
    written: bool

    @property
    def as_input(self) -> Input:
        """This, as the input of something made from it.

        Identified by what it was made from and what its files hold: who made and signed it, and when, do not
        count.
        """
        files = {name: entry.sha256 for name, entry in self.manifest.files.items() if name != SIGNATURE}
        identity = ids.input_hash({"input_hash": self.manifest.input_hash, "files": files})
        return Input(sha256=identity, ref=self.folder / MANIFEST)


def publish(
    store: ObjectStore,
    folder: Folder,
    files: Mapping[str, bytes],
    provenance: Provenance,
    *,
    log: bytes | None = None,
    metrics: Mapping[str, JsonValue] | None = None,
    decision: Decision | None = None,
    notes: tuple[str, ...] = (),
    before_commit: Callable[[], None] | None = None,
) -> Published:
    """Write the files and the run log, then the manifest, and read everything back.

    Where a manifest stands and verifies, nothing is written and that one is returned; what an interrupted run
    left is completed or replaced. `files` are to be the same bytes whenever the provenance is the same: a
    writer that was overtaken would replace others although they were committed. `before_commit` is called
    last before the manifest, and what it raises keeps the manifest from being written. Raises `ConflictError`
    where another run was writing other files to the same folder.
    """
    # Listed before the look at the manifest: of what another run commits after this, equal bytes are left
    # alone, and other ones are replaced only while they are what was seen here.
    etags = {entry.ref: entry.etag for entry in store.list_objects(folder)}
    standing = find_published(store, folder)
    if standing is not None:
        return standing
    manifest = Manifest(
        provenance=provenance,
        input_hash=provenance.input_hash,
        files={name: FileEntry(sha256=ids.sha256(each), size=len(each)) for name, each in files.items()},
        metrics=dict(metrics or {}),
        decision=decision,
        notes=notes,
    )
    try:
        for name, content in files.items():
            _write(store, folder / name, content, etags.get(folder / name))
        if log is not None:
            store.put(folder / RUN_LOG, log, _content_type(RUN_LOG))
        if before_commit is not None:
            before_commit()
        _write(store, folder / MANIFEST, manifest.to_bytes(), etags.get(folder / MANIFEST))
    except ConflictError:
        standing = find_published(store, folder)
        if standing is None:
            raise
        return standing
    try:
        return replace(read_published(store, folder, verify_files=True), written=True)
    except IntegrityError as mixed:
        raise ConflictError(f"Another run was writing {folder} at the same time: run again.") from mixed


def find_published(store: ObjectStore, folder: Folder) -> Published | None:
    """Return what stands in a folder if its manifest is there and every file is what it says, else `None`."""
    try:
        return read_published(store, folder, verify_files=True)
    except (MissingError, IntegrityError):
        store.check_bucket(folder.bucket)
        return None


def read_published(store: ObjectStore, folder: Folder, *, verify_files: bool = False) -> Published:
    """Return the manifest of a folder, with `verify_files` after reading every file it names.

    Raises `MissingError` where there is no manifest and `IntegrityError` where it cannot be read, a file is
    missing or a file is not what the manifest says.
    """
    content = store.get(folder / MANIFEST)
    try:
        manifest = Manifest.model_validate_json(content)
    except ValidationError as broken:
        raise IntegrityError(
            f"{folder / MANIFEST} is not a manifest: run the flow that makes it again."
        ) from (broken)
    published = Published(folder, manifest, ids.sha256(content), written=False)
    if verify_files:
        for name in manifest.files:
            read_file(store, published, name)
    return published


def read_file(store: ObjectStore, published: Published, name: str) -> bytes:
    """Return one published file; raise `IntegrityError` where it is not what the manifest says."""
    entry = published.manifest.files.get(name)
    if entry is None:
        raise MissingError(
            f"{published.folder} has no '{name}': it holds {', '.join(sorted(published.manifest.files))}."
        )
    try:
        content = store.get(published.folder / name)
    except MissingError as gone:
        raise IntegrityError(
            f"{published.folder / name} is missing although its manifest names it: run the flow again."
        ) from gone
    if ids.sha256(content) != entry.sha256:
        raise IntegrityError(
            f"{published.folder / name} is not what its manifest says: run the flow that makes it again."
        )
    return content


def _write(store: ObjectStore, ref: Ref, content: bytes, etag: str | None) -> None:
    if etag is None:
        store.create(ref, content, _content_type(ref.name))
    elif etag != hashlib.md5(content, usedforsecurity=False).hexdigest():
        store.swap(ref, content, etag, _content_type(ref.name))


def _content_type(name: str) -> str:
    return _CONTENT_TYPES.get(name.rpartition(".")[2], "application/octet-stream")
