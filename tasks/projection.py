"""What the buckets hold -> the database, by dataset: nothing in it is kept anywhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

import pandas as pd
from prefect.artifacts import create_markdown_artifact
from sqlalchemy import Connection

from artifacts.markdown_text import escaped
from intake.assembly import assemble_table
from intake.errors import AbastoError, InputError, IntegrityError, MissingError
from intake.periods import period_end
from intake.tables import Table
from planning.open_orders import due_ahead
from storage import ids
from storage.code_identity import code_identity
from storage.datasets import Datasets, from_parquet
from storage.history import Record
from storage.keys import UPLOAD_FOLDERS, Ref, pointer_in
from storage.manifests import Manifest, Published, read_file
from storage.plans import Plans
from storage.pointers import find_pointer, read_latest
from storage.settings import Settings
from storage.sql.database import open_database
from storage.sql.loading import Loaded, Part, clear, load_dataset
from tasks.connection import connection
from tasks.datasets import cutoff_of, last_complete_day
from tasks.logs import logger
from tasks.order_rows import order_part, plan_lines
from tasks.readings import read_uploads
from tasks.retrying import step
from tasks.uploads import Upload, is_mapping, keep_uploads, of_table

_READER: Final = ("intake",)
_TABLES: Final = (Table.ITEMS, Table.SUPPLIERS, Table.TERMS)
_FOLDERS: Final = tuple(
    folder for folder, table in UPLOAD_FOLDERS.items() if table in (*_TABLES, Table.STOCK)
)
_STOCK_FOLDER: Final = next(folder for folder, table in UPLOAD_FOLDERS.items() if table == Table.STOCK)
_LOT: Final = ["unique_id", "lot", "counted_on"]


def project(dataset: str) -> None:
    """Load a dataset into the database; a database that cannot be loaded is a warning.

    The buckets hold everything: the next run, or `abasto db rebuild`, loads what this one could not.
    """
    state = load(dataset, return_state=True)
    failure = state.result(raise_on_failure=False)
    if not isinstance(failure, BaseException):
        return
    if not isinstance(failure, AbastoError):
        raise failure
    warning = f"{dataset} is published, and the database does not know it yet: {failure}"
    logger.warning("%s", warning)
    create_markdown_artifact(
        escaped(warning), key=f"database-{dataset}".replace("_", "-"), description="The database is behind."
    )


@step
def load(dataset: str) -> None:
    """Make the rows of one dataset what the buckets hold."""
    with open_database(Settings.load()).write() as transaction:
        notes, loaded = project_dataset(transaction, dataset)
    for note in notes:
        logger.warning("%s", note)
    logger.info("%s: %d rows of %d parts were loaded into the database", dataset, loaded.rows, loaded.written)


def rebuild(settings: Settings) -> Iterator[tuple[str, list[str], Loaded | None]]:
    """Load all datasets from nothing, in one transaction; yields name, warnings and what was loaded of each.

    A dataset that cannot be read is a warning and None, and keeps no other from being loaded; a store or a
    database that does not answer ends it, and leaves everything as it was.
    """
    store, keys = connection()
    with open_database(settings).write(anew=True) as transaction:
        clear(transaction)
        for dataset in Datasets(store, keys).datasets():
            if find_pointer(store, pointer_in(keys.dataset(dataset))) is None:
                continue  # begun, and not published yet
            try:
                with transaction.begin_nested():
                    loaded = project_dataset(transaction, dataset)
            except (InputError, IntegrityError, MissingError) as broken:
                yield dataset, [f"{dataset} is not loaded: {broken}"], None
            else:
                yield (dataset, *loaded)


def project_dataset(transaction: Connection, dataset: str) -> tuple[list[str], Loaded]:
    """Load one dataset and return what could not be loaded, in sentences, and what was.

    The buckets are looked at inside the transaction, so that of two loads the later one has seen more.
    """
    source = _Source(dataset)
    parts = list(source.parts())
    return source.notes, load_dataset(transaction, source.facts(), parts)


@dataclass
class _Source:
    """One dataset in the buckets; `notes` say what of it could not be read."""

    dataset: str
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        store, keys = connection()
        self.datasets, self.plans = Datasets(store, keys), Plans(store, keys)
        self.latest = self.datasets.published(self.dataset)
        self.planned = [record for record in self.plans.plans(self.dataset) if record.manifest is not None]
        self.reader = code_identity(_READER).source_hash

    def facts(self) -> dict[str, Any]:
        """The row of `datasets`."""
        parameters, keys = self.latest.manifest.provenance.parameters, self.plans.keys
        plan = find_pointer(self.plans.store, pointer_in(keys.dataset_plans(self.dataset)))
        return {
            "dataset": self.dataset,
            "dataset_version": self.latest.folder.name,
            "freq": parameters["freq"],
            "cutoff": cutoff_of(self.latest),
            "as_of": parameters["as_of"],
            "plan_id": plan.id if plan else None,
            "published_at": self.latest.manifest.when,
        }

    def parts(self) -> Iterator[Part]:
        """Everything that is loaded of it."""
        yield self._part("sales", self.latest, lambda: {"sales": self.datasets.read_table(self.latest)})
        yield from self._planning_tables()
        yield from self._prediction()
        for record in self.planned:
            yield self._plan(record)
        yield order_part(self.plans, self.dataset)

    def _part(self, name: str, published: Published, frames: Callable[[], dict[str, pd.DataFrame]]) -> Part:
        return Part(name, published.folder.name, published.as_input.sha256, frames)

    def _prediction(self) -> Iterator[Part]:
        store, keys = self.datasets.store, self.datasets.keys
        folder = keys.dataset_predictions(self.dataset)
        if find_pointer(store, pointer_in(folder)) is None:
            return
        latest = read_latest(store, folder)

        def frames() -> dict[str, pd.DataFrame]:
            table = from_parquet(read_file(store, latest, "forecast.parquet"))
            return {"predictions": table.rename(columns={"mean": "y_hat"})}

        yield self._part("prediction", latest, frames)

    def _plan(self, record: Record) -> Part:
        published = self.plans.published(self.dataset, record.id)
        facts = published.manifest.provenance.parameters | {"published_at": published.manifest.when}

        def frames() -> dict[str, pd.DataFrame]:
            paths = from_parquet(read_file(self.plans.store, published, "demand.parquet"))
            demand = paths.groupby(["unique_id", "ds"], as_index=False)[["y"]].mean()
            return {
                "plans": pd.DataFrame([facts], columns=list(facts)),
                "plan_demand": demand.rename(columns={"y": "y_hat"}),
                "plan_lines": plan_lines(self.plans, self.dataset, record.id),
            }

        return self._part("plan", published, frames)

    def _planning_tables(self) -> Iterator[Part]:
        uploads = keep_uploads(self.dataset, _FOLDERS)
        for table in _TABLES:
            files = of_table(uploads, table)
            if files:
                yield self._table(table, files)
        yield from self._stock(of_table(uploads, Table.STOCK))

    def _table(self, table: Table, files: list[Upload]) -> Part:
        version = self._hash(files)
        return Part(str(table), version, version, lambda: {str(table): self._read(table, files)})

    def _stock(self, files: list[Upload]) -> Iterator[Part]:
        used = self._used_with()
        today = last_complete_day(self.latest)
        if files:
            newest = used.get(files[-1].snapshot, today)
            version = self._hash(files, newest, cutoff_of(self.latest))
            yield Part("stock", version, version, lambda: {"stock": self._newest_count(files, newest)})
        for snapshot, day in ({file.snapshot: today for file in files} | used).items():
            yield self._count(snapshot, day)

    def _newest_count(self, files: list[Upload], day: pd.Timestamp) -> pd.DataFrame:
        """The stock of a plan of today, with the day on which each row was counted and its orders are due."""
        stock = _counted(self._read(Table.STOCK, files), day)
        due_ahead_of = due_ahead(stock, cutoff_of(self.latest), self._freq)
        stated = stock.get("due_date", due_ahead_of)
        return stock.assign(due_date=stated.fillna(due_ahead_of))

    def _count(self, snapshot: Ref, day: pd.Timestamp) -> Part:
        snapshot_id = snapshot.key.split("/")[1]
        file = Upload(table=Table.STOCK, source=snapshot, snapshot_id=snapshot_id, snapshot=snapshot)

        def frames() -> dict[str, pd.DataFrame]:
            return {"stock_counts": _lots(_counted(self._read(Table.STOCK, [file]), day))}

        return Part("counts", snapshot_id, self._hash([file], day), frames)

    def _used_with(self) -> dict[Ref, pd.Timestamp]:
        """Every stock file that a version or a plan was made from, and the last day of the earliest."""
        uses = [
            (self.datasets.keys.snapshot(file["snapshot_id"], name), manifest)
            for manifest in self._manifests(self.datasets.versions(self.dataset))
            for name, file in cast("dict[str, Any]", manifest.metrics["files"]).items()
            if file["table"] == Table.STOCK
        ]
        uses += [
            (source.ref, manifest)
            for manifest in self._manifests(self.planned)
            for name, source in manifest.provenance.inputs.items()
            if source.ref is not None
            and name.partition(" ")[2].startswith(f"{_STOCK_FOLDER}/")
            and not is_mapping(name)
        ]
        earliest: dict[Ref, pd.Timestamp] = {}
        for snapshot, manifest in uses:
            day = period_end(pd.Timestamp(str(manifest.provenance.parameters["cutoff"])), self._freq)
            earliest[snapshot] = min(day, earliest.get(snapshot, day))
        return earliest

    @property
    def _freq(self) -> str:
        return str(self.latest.manifest.provenance.parameters["freq"])

    @staticmethod
    def _manifests(records: Sequence[Record]) -> list[Manifest]:
        return [record.manifest for record in records if record.manifest is not None]

    def _read(self, table: Table, files: list[Upload]) -> pd.DataFrame:
        """One table from its files; empty, with a note, where a file cannot be taken (any more)."""
        try:
            return assemble_table(table, read_uploads(files))
        except InputError as refused:
            self.notes.append(f"{self.dataset}: what follows is not in the database. {refused}")
            return pd.DataFrame(columns=["unique_id", "on_hand", "lot"], dtype=object)

    def _hash(self, files: list[Upload], *days: pd.Timestamp) -> str:
        snapshots = [file.snapshot_id for file in files]
        return ids.input_hash({"files": snapshots, "reader": self.reader, "days": list(map(str, days))})


def _counted(stock: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Stock with the day on which each row was counted: `day` where it does not say."""
    as_of = stock["as_of"] if "as_of" in stock else pd.Series(pd.NaT, index=stock.index)
    return stock.assign(counted_on=pd.to_datetime(as_of).fillna(day))


def _lots(stock: pd.DataFrame) -> pd.DataFrame:
    """One row per series, lot and day of the count; no lot is a lot without a name."""
    named = stock.reindex(columns=[*_LOT, "on_hand", "expiry"])
    by_lot = named.assign(lot=named["lot"].fillna("")).groupby(_LOT, as_index=False)
    return by_lot.agg(on_hand=("on_hand", lambda units: units.sum(min_count=1)), expiry=("expiry", "min"))
