"""`abasto datasets` and `abasto diff`: what was ingested, and what a new drop changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

import pandas as pd

from cli.connection import connected
from cli.console import headline, next_step, say, show_table
from intake.difference import Difference, compare_sales
from intake.errors import MissingError
from intake.periods import period_end
from storage.datasets import Datasets
from storage.history import Record
from storage.objects import ObjectStore
from storage.settings import Settings
from tasks.uploads import is_mapping

_MOST_SHOWN: Final = 20


def show_datasets(dataset: str | None) -> None:
    """Print every dataset as its latest version has it, or all versions of one, the oldest first."""
    with connected(prefect=False):
        settings = Settings.load()
        with ObjectStore(settings.store_address()) as store:
            datasets = Datasets(store, settings.keys)
            if dataset is None:
                rows = [
                    _row(name, record)
                    for name in datasets.datasets()
                    for record in _by_age(datasets.versions(name))
                    if record.state == "latest"
                ]
            else:
                rows = [_row(record.id, record) for record in _by_age(datasets.versions(dataset))]
    show_table(
        "Datasets" if dataset is None else f"Versions of {dataset}",
        ["dataset" if dataset is None else "version", *_COLUMNS],
        rows,
    )
    if not rows:
        say("None yet.")
        next_step("`abasto upload FILE`, then `abasto run ingest`")
    elif dataset is None:
        next_step("`abasto datasets NAME` lists the versions of one; `abasto diff -d NAME` what changed.")
    else:
        next_step(f"`abasto diff VERSION VERSION -d {dataset}` shows what changed between two of them.")


def show_difference(dataset: str, before: str | None, after: str | None) -> None:
    """Print what the version `after` says that `before` did not; the latest two where none is named."""
    with connected(prefect=False):
        settings = Settings.load()
        with ObjectStore(settings.store_address()) as store:
            datasets = Datasets(store, settings.keys)
            older, newer = _two_versions(_by_age(datasets.versions(dataset)), dataset, before, after)
            difference = compare_sales(
                *(datasets.read_table(datasets.published(dataset, each.id)) for each in (older, newer))
            )
    headline(f"{dataset}: from {_name(older)} to {_name(newer)}")
    _show_inputs(older, newer)
    _show_summary(difference)
    _show_rows("Added", difference.added)
    _show_rows("Removed", difference.removed)
    _show_rows("Changed", difference.changed)


_COLUMNS: Final = ["state", "sales files", "series", "rows", "quantity", "freq", "complete to", "made"]


def _row(name: str, record: Record) -> list[object]:
    if record.manifest is None:
        return [name, record.state, *[None] * (len(_COLUMNS) - 1)]
    facts: dict[str, Any] = dict(record.manifest.metrics)
    stated = record.manifest.provenance.parameters
    return [
        name,
        record.state,
        sum(
            key.startswith("ventas/") and not is_mapping(key)
            for key in map(_key, record.manifest.provenance.inputs)
        ),
        f"{facts['series']:,}",
        f"{facts['rows']:,}",
        f"{facts['quantity']:,.10g}",
        stated["freq"],
        f"{period_end(pd.Timestamp(str(stated['cutoff'])), str(stated['freq'])):%Y-%m-%d}",
        f"{record.manifest.when:%Y-%m-%d %H:%M}",
    ]


def _by_age(records: Sequence[Record]) -> list[Record]:
    known = [record for record in records if record.manifest is not None]
    unknown = [record for record in records if record.manifest is None]
    return unknown + sorted(known, key=lambda record: record.manifest.when if record.manifest else 0)


def _two_versions(
    records: Sequence[Record], dataset: str, before: str | None, after: str | None
) -> tuple[Record, Record]:
    whole = [record for record in records if record.manifest is not None]
    newer = _named(whole, dataset, after) if after else _latest(whole, dataset)
    if before:
        return _named(whole, dataset, before), newer
    earlier = whole[: whole.index(newer)]
    if not earlier:
        raise MissingError(
            f"The dataset '{dataset}' has no version before {newer.id}, so there is nothing to compare it "
            f"with; `abasto datasets {dataset}` lists its versions."
        )
    return earlier[-1], newer


def _latest(records: Sequence[Record], dataset: str) -> Record:
    for record in records:
        if record.state == "latest":
            return record
    raise MissingError(f"The dataset '{dataset}' has no version: `abasto run ingest --dataset {dataset}`.")


def _named(records: Sequence[Record], dataset: str, start: str) -> Record:
    """The one version whose id begins like this."""
    found = [record for record in records if record.id.startswith(start)]
    if len(found) != 1:
        known = ", ".join(record.id for record in records) or "none"
        raise MissingError(
            f"{len(found)} versions of '{dataset}' begin with '{start}', where one must; there are: {known}"
        )
    return found[0]


def _name(record: Record) -> str:
    made = f" ({record.manifest.when:%Y-%m-%d %H:%M})" if record.manifest else ""
    return record.id + made


def _show_inputs(older: Record, newer: Record) -> None:
    before, after = (
        {name: each.sha256 for name, each in record.manifest.provenance.inputs.items()}
        if record.manifest
        else {}
        for record in (older, newer)
    )
    for name, digest in after.items():
        if before.get(name) != digest:
            again = name in before or _key(name) in map(_key, before)
            say(f"File {'sent again' if again else 'new'}: {_key(name)}")
    for name in before:
        if name not in after:
            say(f"File no longer part: {_key(name)}")


def _key(name: str) -> str:
    """Where a file lies, without the word before it that an input has: the number of its turn, or 'mapeo'."""
    return name.partition(" ")[2] or name


def _show_summary(difference: Difference) -> None:
    more = difference.quantity_after - difference.quantity_before
    say(
        f"Rows: {len(difference.added):,} added, {len(difference.removed):,} removed, "
        f"{len(difference.changed):,} with another y. Sum of y: {difference.quantity_before:,.10g} before, "
        f"{difference.quantity_after:,.10g} now ({more:+,.10g})."
    )
    for words, names in (("New", difference.new_series), ("Gone", difference.gone_series)):
        if names:
            say(f"{words} series: {len(names):,}: {', '.join(names[:_MOST_SHOWN])}")
    for column, count in difference.other_columns.items():
        say(f"Rows with the same y and another {column}: {count:,}")


def _show_rows(title: str, rows: pd.DataFrame) -> None:
    if rows.empty:
        return
    shown = rows.head(_MOST_SHOWN).assign(ds=rows["ds"].head(_MOST_SHOWN).dt.strftime("%Y-%m-%d"))
    more = f", the first {_MOST_SHOWN} of {len(rows):,}" if len(rows) > _MOST_SHOWN else ""
    show_table(
        title + more, list(map(str, shown.columns)), cast("list[list[object]]", shown.to_numpy().tolist())
    )
