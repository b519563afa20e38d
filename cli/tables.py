"""`abasto models`, `predictions`, `plans`, `compare`: what lies in the buckets, as tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cli.connection import connected
from cli.console import next_step, say, show_table
from cli.transfer import registry_of
from storage.history import Record, history
from storage.keys import POINTER, Keys
from storage.manifests import Manifest
from storage.objects import ObjectStore
from storage.plans import Plans
from storage.settings import Settings

ERRORS = ("mae", "mse", "rmse", "wape", "mase", "bias")


def show_models(dataset: str) -> None:
    """Print the model versions of a dataset, the oldest first."""
    records = _read(lambda store, keys: registry_of(store, keys).models(dataset))
    show_table(
        f"Models of {dataset}, errors on the test periods",
        ["version", "state", "recipe", "mae", "rmse", "wape", "mase", "cutoff", "made", "decision"],
        [_model_row(record) for record in records],
    )
    if not records:
        say("None yet.")
        next_step(f"`abasto run train --dataset {dataset}`")
    else:
        next_step(f"`abasto pull model --dataset {dataset}`, or `abasto compare v0001 v0002 -d {dataset}`")


def show_predictions(dataset: str) -> None:
    """Print the predictions of a dataset, the newest last."""
    records = _read(
        lambda store, keys: history(store, keys.dataset_predictions(dataset), lambda name: name != POINTER)
    )
    known = sorted((r for r in records if r.manifest), key=lambda r: r.manifest.when if r.manifest else 0)
    show_table(
        f"Predictions of {dataset}",
        ["version", "state", "first", "last", "series", "expected in all", "made"],
        [
            [record.id, record.state, *_facts(record, "first", "last", "series", "mean"), _when(record)]
            for record in known
        ],
    )
    next_step(f"`abasto pull prediction --dataset {dataset} --version VERSION`")


def show_plans(dataset: str) -> None:
    """Print the plans of a dataset, the oldest first."""
    records = _read(lambda store, keys: Plans(store, keys).plans(dataset))
    show_table(
        f"Plans of {dataset}",
        ["plan", "state", "model", "orders", "lines", "amounts", "exceptions", "made"],
        [
            [
                record.id,
                record.state,
                record.manifest.provenance.parameters["model_version"] if record.manifest else None,
                *_facts(record, "purchase_orders", "ordered_lines", "amounts", "exceptions"),
                _when(record),
            ]
            for record in records
        ],
    )
    next_step(f"`abasto pull plan --dataset {dataset}`, or `abasto orders list --dataset {dataset}`")


def show_comparison(dataset: str, first: str, second: str) -> None:
    """Print two model versions side by side."""
    manifests = _read(
        lambda store, keys: [
            registry_of(store, keys).published(dataset, version).manifest for version in (first, second)
        ]
    )
    one, other = (dict(_described(manifest)) for manifest in manifests)
    show_table(
        f"{dataset}: {first} and {second}",
        ["", first, second],
        [[name, one.get(name), other.get(name)] for name in dict.fromkeys([*one, *other])],
    )


def _described(manifest: Manifest) -> list[tuple[str, Any]]:
    facts: dict[str, Any] = dict(manifest.metrics)
    tested = _tested(manifest)
    return [
        ("recipe", facts["recipe"]),
        *((f"hyperparameter {name}", value) for name, value in facts["hyperparameters"].items()),
        *zip((f"test {error}" for error in ERRORS), error_cells(tested, ERRORS), strict=True),
        ("promoted", "yes" if manifest.decision and manifest.decision.accepted else "no"),
        ("reason", manifest.decision.reason if manifest.decision else ""),
        *((name, _in_words(value)) for name, value in manifest.provenance.parameters.items()),
        *manifest.provenance.seeds.items(),
        ("dataset identity", manifest.provenance.inputs["dataset"].sha256[:16]),
        ("code", manifest.provenance.code.source_hash[:16]),
        ("commit", (manifest.provenance.code.commit or "")[:12]),
        ("made", f"{manifest.when:%Y-%m-%d %H:%M} UTC by {manifest.who}"),
    ]


def error_cells(tested: Mapping[str, Any], names: Sequence[str]) -> list[object]:
    """A cell per error: empty where it is undefined, as the MASE of sales that never changed; WAPE in %."""
    return [_error_cell(name, tested.get(name)) for name in names]


def _error_cell(name: str, value: float | None) -> object:
    if value is None or math.isnan(value):
        return None
    return f"{value:.1%}" if name == "wape" else float(value)


def _in_words(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _model_row(record: Record) -> Sequence[object]:
    if record.manifest is None:
        return [record.id, record.state, *[None] * 8]
    tested = _tested(record.manifest)
    return [
        record.id,
        record.state,
        record.manifest.metrics["recipe"],
        *error_cells(tested, ("mae", "rmse", "wape", "mase")),
        record.manifest.provenance.parameters["cutoff"],
        _when(record),
        record.manifest.decision.reason if record.manifest.decision else "",
    ]


def _tested(manifest: Manifest) -> dict[str, Any]:
    facts: dict[str, Any] = dict(manifest.metrics)
    return next(row for row in facts["test"] if row["recipe"] == facts["recipe"])


def _facts(record: Record, *names: str) -> list[object]:
    return [record.manifest.metrics.get(name) if record.manifest else None for name in names]


def _when(record: Record) -> str:
    return f"{record.manifest.when:%Y-%m-%d %H:%M}" if record.manifest else ""


def _read(question: Callable[[ObjectStore, Keys], Any]) -> Any:
    with connected(prefect=False):
        settings = Settings.load()
        with ObjectStore(settings.store_address()) as store:
            return question(store, settings.keys)
