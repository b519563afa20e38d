"""Uploads -> versions of a dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import pandas as pd

from artifacts.csv_files import csv_bytes
from forecasting.series.dataset_panel import panel_of
from forecasting.series.inferred_stock import infer_missing_stock
from forecasting.series.splitting import Split, split_by_time
from intake.assembly import Sales, assemble_sales, assemble_table, newest_as_of
from intake.coherence import check_coherence
from intake.dataset_rules import DatasetRules, rules_of
from intake.periods import period_end
from intake.reading import Reading
from intake.stock_records import in_stock_from_counts
from intake.tables import Table
from storage import ids
from storage.code_identity import code_identity
from storage.datasets import INSPECTION, SALES, Datasets
from storage.keys import MANIFEST, Ref, pointer_in
from storage.manifests import Provenance, Published, read_published
from storage.pointers import anywhere, find_pointer, forward
from tasks.accounts import account_for, inspections, name_readings, tell
from tasks.connection import connection, folder_of, registry
from tasks.dataset_files import DatasetFiles, files_of, mappings_of, stated_mapping
from tasks.events import DATASET_ADVANCED, announce
from tasks.logs import RunLog, logger, recorded
from tasks.panels import PANEL_TABLES
from tasks.readings import as_inputs, read_uploads, stated_rules
from tasks.retrying import step
from tasks.run_requests import IngestRequest
from tasks.uploads import MappingUpload, Upload, serves_all

CODE: Final = (
    "intake",
    "artifacts/inspection_text.py",
    "forecasting/series/inferred_stock.py",
    "forecasting/series/splitting.py",
)
_NEW_DATASET: Final[Mapping[str, Any]] = {
    "train_share": 0.7,
    "validation_share": 0.0,
    "train_end": None,
    "validation_end": None,
    "rejected_share": 0.05,
}


@dataclass(frozen=True)
class _Asked:
    """What people ask of a version: the settings, the rules, and those of the rules that came by the form."""

    settings: dict[str, Any]
    form: dict[str, Any]
    rules: DatasetRules

    @property
    def rejected_share(self) -> float:
        """The share of a file's lines that may be rejected."""
        return float(self.settings["rejected_share"])


@dataclass(frozen=True, eq=False)
class _Understood:
    """The files as they were read, the sales they make together, and what there is to say."""

    named: dict[str, tuple[Upload, Reading]]
    sales: Sales
    inferred: pd.DataFrame | None
    as_of: pd.Timestamp | None
    notes: tuple[str, ...]


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
        stated = stated_mapping(before, uploads, Table.SALES, request.dataset)
        asked = _asked(before, stated, request)
        counted = asked.rules.in_stock == "from_stock_records"
        files = files_of(before, uploads, stated, request.dataset, counted=counted)
        understood = _understand(files, asked, before, request)
        provenance = _provenance(files, asked, understood, request)
        version = ids.dataset_version(
            [source.snapshot_id for source in files.versioned],
            provenance.parameters,
            provenance.code.source_hash,
        )
        _keep_rejected(datasets, version, understood)
        _tell(understood)
        published = _publish(datasets, version, provenance, understood, log)
        datasets.make_latest(
            published,
            (understood.sales.cutoff.toordinal(), len(files.sales)),
            rule=anywhere if request.start_over else forward,
        )
        _say_published(published)
    return published.folder / MANIFEST


def _asked(before: Published | None, stated: MappingUpload | None, request: IngestRequest) -> _Asked:
    form = _form_rules(before, request)
    return _Asked(_settings(before, request), form, stated_rules(stated).overruled(form, "the form"))


def _understand(
    files: DatasetFiles, asked: _Asked, before: Published | None, request: IngestRequest
) -> _Understood:
    read = [*files.sales, *files.planning]
    readings = read_uploads(read, rejected_share=asked.rejected_share)
    by_table = {table: [each for each in readings if each.table is table] for table in Table}
    as_of = _as_of(before, request, newest_as_of(by_table[Table.STOCK]))
    sales, inferred = _with_in_stock(
        assemble_sales(by_table[Table.SALES], as_of, asked.rules),
        asked.rules,
        read_uploads(files.counts, rejected_share=asked.rejected_share),
    )
    notes = (
        *asked.rules.notes,
        *sales.notes,
        *_of_periods_and_columns(sales, asked.rules, by_table),
        *_serving_all(files.planning),
        *_unlike_names(sales, by_table),
    )
    return _Understood(name_readings(read, readings), sales, inferred, as_of, notes)


def _provenance(
    files: DatasetFiles, asked: _Asked, understood: _Understood, request: IngestRequest
) -> Provenance:
    as_of, rules = understood.as_of, asked.rules
    return Provenance(
        kind="dataset",
        dataset=request.dataset,
        inputs=as_inputs(files.versioned, Table.SALES, Table.STOCK),
        parameters=asked.settings
        | {
            "missing_periods": rules.missing_periods,
            **({"rules": rules.as_parameters()} if rules.stated else {}),
            **({"form": asked.form} if asked.form else {}),
            **mappings_of(files.versioned),
            "freq": understood.sales.freq,
            "cutoff": f"{understood.sales.cutoff:%Y-%m-%d}",
            "as_of": f"{as_of:%Y-%m-%d}" if as_of is not None else None,
        },
        code=code_identity(CODE),
    )


def _keep_rejected(datasets: Datasets, version: str, understood: _Understood) -> None:
    for source, reading in understood.named.values():
        if len(reading.rejected):
            datasets.keep_rejected(source.snapshot_id, version, csv_bytes(reading.rejected))


def _tell(understood: _Understood) -> None:
    for source, reading in understood.named.values():
        tell(source, reading)
    for note in understood.sales.notes:
        logger.warning(note)
    for note in understood.notes:
        if note not in understood.sales.notes:
            logger.info(note)


def _publish(
    datasets: Datasets, version: str, provenance: Provenance, understood: _Understood, log: RunLog
) -> Published:
    sales, inferred = understood.sales, understood.inferred
    parts = _parts(sales, split_of(sales.frame["ds"], provenance.parameters))
    return datasets.publish(
        provenance.dataset,
        version,
        {SALES: sales.frame, **parts},
        provenance,
        files={f"{name}.csv": csv_bytes(part) for name, part in parts.items()}
        | {INSPECTION: inspections(understood.named).encode()}
        | ({"inferred_stock.csv": csv_bytes(inferred)} if inferred is not None else {}),
        log=log.json_lines(),
        metrics={
            "series": int(sales.frame["unique_id"].nunique()),
            "rows": len(sales.frame),
            "running_rows": len(sales.running),
            "quantity": float(sales.frame["y"].sum()),
            "files": account_for(understood.named, sales),
        },
        notes=understood.notes,
    )


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


def _form_rules(before: Published | None, request: IngestRequest) -> dict[str, Any]:
    """What people stated in the form, now and for the version before; what they state now wins."""
    parameters: dict[str, Any] = before.manifest.provenance.parameters if before else {}
    kept = parameters.get("form") or {}
    if "rules" not in parameters and parameters.get("missing_periods", "unknown") != "unknown":
        kept = {"missing_periods": parameters["missing_periods"]}  # a version from before there were rules
    now: dict[str, Any] = dict(request.rules)
    if request.missing_periods is not None:
        now["missing_periods"] = request.missing_periods
    return kept | rules_of(now, "the form").as_parameters()


def _with_in_stock(
    sales: Sales, rules: DatasetRules, counts: Sequence[Reading]
) -> tuple[Sales, pd.DataFrame | None]:
    """The sales with in_stock as the rules ask for, and the report of what was inferred, if anything was."""
    if rules.in_stock == "from_stock_records":
        frame, told = in_stock_from_counts(sales.frame, counts, sales.freq)
        return replace(sales, frame=frame, notes=(*sales.notes, *told)), None
    if rules.in_stock == "inferred":
        frame, report = infer_missing_stock(sales.frame, sales.freq)
        note = (
            f"{len(report):,} runs of zeros in {report['unique_id'].nunique():,} series "
            f"({int(report['periods'].sum()):,} periods) are taken for an empty shelf, with confidence of at "
            f'least {report["confidence"].min():.3f}: inferred_stock.csv; in_stock = "given" says otherwise'
            if len(report)
            else "no run of zeros is taken for an empty shelf"
        )
        return replace(sales, frame=frame, notes=(*sales.notes, note)), report
    return sales, None


def _of_periods_and_columns(
    sales: Sales, rules: DatasetRules, readings: Mapping[Table, Sequence[Reading]]
) -> tuple[str, ...]:
    """What missing periods and the columns beside sales are taken for, as training will take them."""
    items, calendar = (
        assemble_table(table, readings[table]) if readings[table] else None for table in PANEL_TABLES
    )
    panel = panel_of(sales.frame, sales.freq, rules, items, calendar)
    return (*panel.understood, *panel.notes)


def _serving_all(planning_files: Sequence[Upload]) -> tuple[str, ...]:
    return tuple(
        f"{upload.source.key} lies at the top of its folder and serves every dataset that has no file of its "
        "own there; put it into a folder named after one dataset to keep it to that"
        for upload in planning_files
        if serves_all(upload.source.key)
    )


def _unlike_names(sales: Sales, readings: Mapping[Table, list[Reading]]) -> tuple[str, ...]:
    """What is counted under one name and sold under another: said when it comes, not when orders are due.

    Where there are bills of material, components are counted and never sold.
    """
    if not readings[Table.STOCK] or readings[Table.BILL_OF_MATERIALS]:
        return ()
    stock = {Table.STOCK: assemble_table(Table.STOCK, readings[Table.STOCK])}
    return tuple(finding.sentence for finding in check_coherence(stock, set(sales.frame["unique_id"])))


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
