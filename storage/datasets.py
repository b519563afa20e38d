"""What came in and what it became: snapshots as they came, versions of a dataset, quarantined rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import pandas as pd
from pydantic import JsonValue

from intake.errors import ConflictError, IntegrityError, MissingError
from storage import ids
from storage.history import Record, history
from storage.keys import POINTER, Keys, Ref, pointer_in
from storage.manifests import Provenance, Published, publish, read_file, read_published
from storage.objects import ObjectStore
from storage.pointers import Pointer, Rule, forward, move_pointer, read_latest

SALES: Final = "sales"
INSPECTION: Final = "inspection.txt"  # what was understood of every file
_CSV: Final = "text/csv; charset=utf-8"


@dataclass(frozen=True)
class Datasets:
    """Keeps snapshots and publishes, lists and reads the versions of all datasets."""

    store: ObjectStore
    keys: Keys

    def keep_snapshot(self, name: str, content: bytes) -> Ref:
        """Keep the bytes of an upload as they came, once, and return where; its folder is their SHA-256."""
        ref = self.keys.snapshot(ids.sha256(content), name)
        try:
            self.store.create(ref, content)
        except ConflictError as changed:
            raise IntegrityError(f"{ref} is not what its name says: remove it and ingest again.") from changed
        return ref

    def read_snapshot(self, ref: Ref) -> bytes:
        """Return the bytes of a snapshot; raise `IntegrityError` where they are not what its name says."""
        content = self.store.get(ref)
        if self.keys.snapshot(ids.sha256(content), ref.name) != ref:
            raise IntegrityError(f"{ref} is not what its name says: upload the file again.")
        return content

    def keep_rejected(self, snapshot_id: str, dataset_version: str, rejected: bytes) -> Ref:
        """Keep the CSV of the quarantined rows of one snapshot, and return where; nothing is written again.

        Another CSV (of an older release of Abasto, say) is replaced.
        """
        ref = self.keys.rejected(snapshot_id, dataset_version)
        standing = self.store.find(ref)
        if standing is None:
            self.store.create(ref, rejected, _CSV)
        elif standing.content != rejected:
            self.store.swap(ref, rejected, standing.etag, _CSV)
        return ref

    def publish(
        self,
        dataset: str,
        dataset_version: str,
        tables: Mapping[str, pd.DataFrame],
        provenance: Provenance,
        *,
        files: Mapping[str, bytes] | None = None,
        log: bytes | None = None,
        metrics: Mapping[str, JsonValue] | None = None,
        notes: tuple[str, ...] = (),
    ) -> Published:
        """Publish one version: every table as parquet, and the files beside them (CSV for people)."""
        parquet = {f"{name}.parquet": to_parquet(table) for name, table in tables.items()}
        return publish(
            self.store,
            self.keys.dataset_version(dataset, dataset_version),
            {**parquet, **(files or {})},
            provenance,
            log=log,
            metrics=metrics,
            notes=notes,
        )

    def make_latest(
        self, published: Published, position: tuple[int, ...], *, rule: Rule = forward
    ) -> Pointer:
        """Point at a published version; `position` (the cutoff's ordinal, say) orders the versions."""
        folder = self.keys.dataset(published.manifest.provenance.dataset)
        return move_pointer(self.store, pointer_in(folder), published, position, rule=rule)

    def published(self, dataset: str, dataset_version: str = "latest") -> Published:
        """Return the manifest of a version; raise `MissingError` where there is none.

        Raises `IntegrityError` where the latest is not what its pointer was moved to.
        """
        try:
            if dataset_version == "latest":
                return read_latest(self.store, self.keys.dataset(dataset))
            return read_published(self.store, self.keys.dataset_version(dataset, dataset_version))
        except MissingError as missing:
            self.store.check_bucket(self.keys.datasets)
            raise MissingError(
                f"The dataset '{dataset}' has no version {dataset_version}: upload a sales file, then "
                f"`abasto run ingest --dataset {dataset}`."
            ) from missing

    def read_table(self, published: Published, name: str = SALES) -> pd.DataFrame:
        """Return one table of a version after its bytes were verified."""
        return from_parquet(read_file(self.store, published, f"{name}.parquet"))

    def versions(self, dataset: str) -> tuple[Record, ...]:
        """Return all versions of a dataset."""
        return history(self.store, self.keys.dataset(dataset), lambda name: name != POINTER)

    def datasets(self) -> list[str]:
        """Return the names of all datasets."""
        return self.store.list_folders(self.keys.all_datasets)


def to_parquet(table: pd.DataFrame) -> bytes:
    """Return parquet bytes: equal tables, equal bytes under the same packages. The index is not kept."""
    written = BytesIO()
    table.reset_index(drop=True).to_parquet(written, engine="pyarrow", compression="zstd", index=False)
    return written.getvalue()


def from_parquet(content: bytes) -> pd.DataFrame:
    """Return the table of parquet bytes; raise `IntegrityError` where they are none."""
    try:
        return pd.read_parquet(BytesIO(content), engine="pyarrow")
    except (ValueError, OSError) as broken:
        raise IntegrityError(
            "The bytes are not a parquet table: run the flow that makes it again."
        ) from broken
