"""Uploads -> versions of a dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, Final

import pandas as pd

from artifacts.csv_files import csv_bytes
from forecasting.splitting import Split, split_by_time
from intake.assembly import Sales, assemble_sales, newest_as_of
from intake.errors import MissingError
from intake.periods import period_end
from intake.reading import Reading
from intake.tables import Table
from storage import ids
from storage.code_identity import code_identity
from storage.datasets import SALES, Datasets
from storage.keys import MANIFEST, Ref, pointer_in
from storage.manifests import Provenance, Published, read_published
from storage.pointers import anywhere, find_pointer, forward
from tasks.connection import connection, folder_of, registry
from tasks.events import DATASET_ADVANCED, announce
from tasks.logs import logger, recorded
from tasks.readings import as_inputs, read_uploads
from tasks.retrying import step
from tasks.run_requests import IngestRequest
from tasks.uploads import Upload, of_table

CODE: Final = ("intake", "forecasting/splitting.py")
_NEW_DATASET: Final[Mapping[str, Any]] = {
    "train_share": 0.7,
    "validation_share": 0.0,
    "train_end": None,
    "validation_end": None,
    "missing_periods": "unknown",
    "rejected_share": 0.05,
}


@step
def publish_dataset(uploads: list[Upload], request: IngestRequest) -> Ref:
    """Read all files of a dataset, join its sales, split them by time and publish the version they make.

    Files that were part of the version before stay part, also where a newer one took their place in the
    bucket: a newer file replaces the series and periods that it covers and nothing else. What was once known
    to be complete stays complete. Returns the manifest. Raises InputError where any file must be refused, and
    MissingError where there is no sales file.
    """
    datasets = Datasets(*connection())
    with recorded() as log:
        before = _latest(datasets, request.dataset) if not request.start_over else None
        settings = _settings(before, request)
        sources = _sources(before, of_table(uploads, Table.SALES))
        if not sources:
            raise MissingError(
                f"No sales file was uploaded for the dataset '{request.dataset}': "
                f"`abasto upload FILE --dataset {request.dataset}`, or put it under "
                f"{datasets.keys.uploads('ventas')}{request.dataset}/."
            )
        planning_files = [upload for upload in uploads if upload.table is not Table.SALES]
        readings = read_uploads([*sources, *planning_files], rejected_share=settings["rejected_share"])
        by_table = [reading for reading in readings if reading.table is Table.STOCK]
        as_of = _as_of(before, request, newest_as_of(by_table))
        sales = assemble_sales(readings[: len(sources)], as_of)
        parameters = settings | {
            "freq": sales.freq,
            "cutoff": f"{sales.cutoff:%Y-%m-%d}",
            "as_of": f"{as_of:%Y-%m-%d}" if as_of is not None else None,
        }
        provenance = Provenance(
            kind="dataset",
            dataset=request.dataset,
            inputs=as_inputs(sources, Table.SALES),
            parameters=parameters,
            code=code_identity(CODE),
        )
        version = ids.dataset_version(
            [source.snapshot_id for source in sources], parameters, provenance.code.source_hash
        )
        for source, reading in zip([*sources, *planning_files], readings, strict=True):
            _tell(source, reading)
            if len(reading.rejected):
                datasets.keep_rejected(source.snapshot_id, version, csv_bytes(reading.rejected))
        for note in sales.notes:
            logger.warning(note)
        parts = _parts(sales, split_of(sales.frame["ds"], parameters))
        published = datasets.publish(
            request.dataset,
            version,
            {SALES: sales.frame, **parts},
            provenance,
            files={f"{name}.csv": csv_bytes(part) for name, part in parts.items()},
            log=log.json_lines(),
            metrics={
                "series": int(sales.frame["unique_id"].nunique()),
                "rows": len(sales.frame),
                "running_rows": len(sales.running),
                "quantity": float(sales.frame["y"].sum()),
                "files": {
                    str(source.source): _account(source, reading)
                    for source, reading in zip([*sources, *planning_files], readings, strict=True)
                },
            },
            notes=sales.notes,
        )
        datasets.make_latest(
            published,
            (sales.cutoff.toordinal(), len(sources)),
            rule=anywhere if request.start_over else forward,
        )
        _say_published(published)
    return published.folder / MANIFEST


@step
def find_dataset(dataset: str, dataset_version: str | None) -> Ref:
    """The manifest of a dataset version, the latest where none is given; MissingError where there is none."""
    found = Datasets(*connection()).published(dataset, dataset_version or "latest")
    logger.info(
        "%s: dataset version %s, complete to %s", dataset, found.folder.name, last_complete_day(found).date()
    )
    return found.folder / MANIFEST


@step
def announce_progress(dataset: Ref) -> None:
    """Tell the Prefect server where a dataset has complete periods that no model of it has seen."""
    store, _ = connection()
    published = read_published(store, folder_of(dataset))
    name, cutoff = published.manifest.provenance.dataset, cutoff_of(published)
    seen = [
        date.fromisoformat(str(record.manifest.provenance.parameters["cutoff"]))
        for record in registry().models(name)
        if record.manifest is not None
    ]
    if not seen or max(seen) < cutoff.date():
        logger.info("%s: new complete periods from %s on, announced for training", name, cutoff.date())
        announce(DATASET_ADVANCED, name, cutoff=f"{cutoff:%Y-%m-%d}")


def cutoff_of(published: Published) -> pd.Timestamp:
    """The last complete period of a dataset version."""
    return pd.Timestamp(str(published.manifest.provenance.parameters["cutoff"]))


def last_complete_day(published: Published) -> pd.Timestamp:
    """The last day of the last complete period of a dataset version."""
    return period_end(cutoff_of(published), str(published.manifest.provenance.parameters["freq"]))


def split_of(ds: pd.Series[pd.Timestamp], parameters: Mapping[str, Any]) -> Split:
    """The split that the parameters of a dataset version ask for."""
    ends = [pd.Timestamp(str(parameters[end])) for end in ("train_end", "validation_end") if parameters[end]]
    train, validation = float(parameters["train_share"]), float(parameters["validation_share"])
    shares = [share for share in (train, validation, 1 - train - validation) if share > 1e-9]
    return split_by_time(ds, shares=shares, dates=ends or None)


def _latest(datasets: Datasets, dataset: str) -> Published | None:
    """The version before, whole or damaged: its manifest says which files were part of it, to build on."""
    pointer = find_pointer(datasets.store, pointer_in(datasets.keys.dataset(dataset)))
    return read_published(datasets.store, pointer.folder) if pointer else None


def _settings(before: Published | None, request: IngestRequest) -> dict[str, Any]:
    kept = before.manifest.provenance.parameters if before else {}
    asked = request.model_dump(mode="json", include=set(_NEW_DATASET), exclude_none=True)
    if {"train_share", "validation_share"} & set(asked):
        kept = {name: value for name, value in kept.items() if name not in ("train_end", "validation_end")}
    return {name: asked.get(name, kept.get(name, default)) for name, default in _NEW_DATASET.items()}


def _sources(before: Published | None, sales: Sequence[Upload]) -> list[Upload]:
    """The files of the version before in their order, then those that are new or changed since."""
    sources = []
    for name, source in sorted(before.manifest.provenance.inputs.items()) if before else []:
        if source.ref is not None:
            uploaded = Ref(bucket=source.ref.bucket, key=name.partition(" ")[2])
            sources.append(
                Upload(table=Table.SALES, source=uploaded, snapshot_id=source.sha256, snapshot=source.ref)
            )
    last_seen = {source.source: source.snapshot_id for source in sources}
    return [*sources, *(upload for upload in sales if last_seen.get(upload.source) != upload.snapshot_id)]


def _as_of(
    before: Published | None, request: IngestRequest, counted: pd.Timestamp | None
) -> pd.Timestamp | None:
    """The latest day that a person, the version before or a stock count says is complete."""
    stated = before.manifest.provenance.parameters["as_of"] if before else None
    days = [pd.Timestamp(str(day)) for day in (stated, request.as_of) if day is not None]
    return max([*days, *([counted] if counted is not None else [])], default=None)


def _parts(sales: Sales, split: Split) -> dict[str, pd.DataFrame]:
    part = split.part(sales.frame["ds"])
    names = ["train", *(["validation"] if split.validation_end is not None else []), "test"]
    return {name: sales.frame[part == name] for name in names}


def _account(source: Upload, reading: Reading) -> dict[str, Any]:
    return {
        "table": str(reading.table),
        "snapshot_id": source.snapshot_id,
        "lines": asdict(reading.lines),
        "quantity_in": reading.quantity_in,
        "quantity_accepted": reading.quantity_accepted,
        "quantity_duplicate": reading.quantity_duplicate,
        "quantity_rejected": reading.quantity_rejected,
        "notes": list(reading.notes),
    }


def _tell(source: Upload, reading: Reading) -> None:
    kinds = " + ".join(f"{count} {kind}" for kind, count in asdict(reading.lines).items() if count)
    logger.info(
        "%s: %d lines = %s",
        source.source.key,
        reading.lines.total,
        kinds,
        extra={"snapshot_id": source.snapshot_id, "notes": list(reading.notes)},
    )


def _say_published(published: Published) -> None:
    facts = published.manifest
    logger.info(
        "%s: dataset version %s %s: %s series, %s rows, complete to %s",
        facts.provenance.dataset,
        published.folder.name,
        "published" if published.written else "was there already, nothing changed",
        facts.metrics["series"],
        facts.metrics["rows"],
        last_complete_day(published).date(),
    )
