"""Dataset versions -> signed model versions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from artifacts import backtest_plots, plots
from artifacts.canvas import period_name
from artifacts.csv_files import csv_bytes
from artifacts.item_names import item_names
from artifacts.model_card import ModelFacts, model_card
from forecasting.explaining.effects import effect_sentences, exog_effects
from forecasting.judging.judged_windows import loss_tables
from forecasting.recipes.registry import Candidate
from forecasting.series.panel import Panel
from forecasting.training import Champion, Training, TrainingSettings, train
from intake.errors import MissingError
from intake.tables import Table
from storage.code_identity import code_identity
from storage.keys import MANIFEST, Ref
from storage.manifests import Decision, Provenance, Published, read_published
from storage.registry import ModelClaim, ModelRegistry
from tasks.connection import connection, folder_of, registry
from tasks.datasets import cutoff_of, split_of
from tasks.logs import logger, recorded
from tasks.panels import PANEL_TABLES, read_panel
from tasks.progress import Progress
from tasks.readings import as_inputs, optional_table
from tasks.retrying import step
from tasks.run_requests import TrainRequest
from tasks.uploads import Upload

CODE = ("intake", "forecasting")


@step
def publish_model(dataset: Ref, uploads: list[Upload], request: TrainRequest) -> Ref:
    """Train on a dataset version, publish the winner as the next model version and promote it if it may be.

    The same dataset version, tables, parameters and code find the version that was made before. Returns the
    manifest, whose decision says why the model was promoted or not.
    """
    store, _ = connection()
    models = registry()
    published_dataset = read_published(store, folder_of(dataset))
    provenance = Provenance(
        kind="model",
        dataset=request.dataset,
        inputs={"dataset": published_dataset.as_input, **as_inputs(uploads, *PANEL_TABLES)},
        parameters={
            "recipes": list(request.recipes),
            "windows": request.windows,
            "trials": request.trials,
            "cutoff": f"{cutoff_of(published_dataset):%Y-%m-%d}",
        },
        seeds={"seed": request.seed},
        code=code_identity(CODE),
    )
    claim = models.claim(request.dataset, provenance.input_hash)
    published = claim.published or _train_and_publish(
        models, claim, provenance, published_dataset, uploads, request
    )
    decision = published.manifest.decision
    if decision is not None and decision.accepted:
        models.promote(published)
    logger.info(
        "%s: model %s %s: %s",
        request.dataset,
        published.folder.name,
        "published" if published.written else "was there already, nothing changed",
        decision.reason if decision else "",
    )
    return published.folder / MANIFEST


@step
def find_model(dataset: str, model_version: str | None) -> Ref:
    """The manifest of a model version, the promoted one where none is given; MissingError without one."""
    models = registry()
    found = models.published(dataset, model_version or models.latest(dataset))
    logger.info("%s: model %s (%s)", dataset, found.folder.name, found.manifest.metrics["recipe"])
    return found.folder / MANIFEST


def _train_and_publish(
    models: ModelRegistry,
    claim: ModelClaim,
    provenance: Provenance,
    sales: Published,
    uploads: list[Upload],
    request: TrainRequest,
) -> Published:
    name = request.dataset
    with recorded() as log:
        progress = Progress(f"train-{name}", f"Training on {name}")
        progress.reached(0.0, f"{name}: reading dataset version {sales.folder.name}")
        panel = read_panel(sales, uploads)
        split = split_of(_complete(panel), sales.manifest.provenance.parameters)
        progress.reached(0.1, f"{name}: comparing {', '.join(request.recipes)} on rolling-origin windows")
        settings = TrainingSettings(
            recipes=request.recipes, windows=request.windows, trials=request.trials, seed=request.seed
        )
        training = train(panel, split, settings, _champion(models, name))
        progress.reached(0.8, f"{name}: {training.recipe} won; drawing plots")
        effects = exog_effects(panel, training.model)
        facts = ModelFacts(
            dataset=name,
            dataset_version=sales.folder.name,
            model_version=claim.model_version,
            recipe=training.recipe,
            freq=panel.freq,
            cutoff=training.model.cutoff.date(),
            series=panel.frame["unique_id"].nunique(),
            rows=int(panel.frame["y"].notna().sum()),
            promoted=training.decision.promoted,
            reason=training.decision.reason,
            hyperparameters=training.hyperparameters,
            limits=training.notes,
            effects=effect_sentences(effects),
        )
        names = item_names(optional_table(uploads, Table.ITEMS))
        files = _plots(panel, training, names) | _documents(facts, training, effects)
        progress.reached(0.9, f"{name}: publishing {claim.model_version}")
        published = models.publish(
            claim,
            training.model,
            files,
            provenance,
            log=log.json_lines(),
            metrics=_metrics(training, effects),
            decision=Decision(accepted=training.decision.promoted, reason=training.decision.reason),
            notes=training.notes,
        )
        progress.reached(1.0, f"{name}: {claim.model_version} is published")
    return published


def _complete(panel: Panel) -> pd.Series[pd.Timestamp]:
    return panel.frame.loc[panel.frame["ds"] <= panel.last_observation, "ds"]


def _champion(models: ModelRegistry, dataset: str) -> Champion | None:
    """The recipe in use with its hyperparameters and its cutoff, or None without a promoted model.

    None too where an earlier release made the model by settings that recipes no longer have: it cannot be
    refitted, so nothing can be held against it.
    """
    try:
        manifest = models.published(dataset, models.latest(dataset)).manifest
    except MissingError:
        return None
    facts: Mapping[str, Any] = manifest.metrics
    try:
        candidate = Candidate(str(facts["recipe"]), facts["hyperparameters"])
    except MissingError as unknown:
        logger.warning(
            "%s: the model in use is of an earlier release and cannot be refitted, so its successor is not "
            "compared with it: %s",
            dataset,
            unknown,
        )
        return None
    return Champion(candidate, cutoff=pd.Timestamp(str(manifest.provenance.parameters["cutoff"])))


def _metrics(training: Training, effects: pd.DataFrame) -> dict[str, Any]:
    return {
        "recipe": training.recipe,
        "hyperparameters": dict(training.hyperparameters),
        "test": _records(training.test_metrics),
        "windows": _records(training.window_metrics),
        "selection": _records(training.selection_metrics),
        "calibration": _records(training.calibration),
        "effects": _records(effects[effects["unique_id"] == ""]),
    }


def _documents(facts: ModelFacts, training: Training, effects: pd.DataFrame) -> dict[str, bytes]:
    booster = training.model.native_booster_bytes()
    return {
        "metrics.json": (json.dumps(_metrics(training, effects), indent=2) + "\n").encode(),
        "model_card.md": model_card(facts, training.test_metrics, training.window_metrics).encode(),
        **({"effects.csv": csv_bytes(effects.round(6))} if len(effects) else {}),
        **({"model.ubj": booster} if booster is not None else {}),
    }


def _plots(panel: Panel, training: Training, names: Mapping[str, str]) -> dict[str, bytes]:
    history = panel.frame.dropna(subset=["y"])
    tables = loss_tables(training.judged)
    own = training.test_predictions[training.test_predictions["recipe"] == training.recipe]
    drawn = {
        "actual_against_forecast": plots.actual_against_forecast(history, own, names=names),
        "residuals": plots.residuals(own),
        "error_by_series": plots.error_by_series(own, names=names),
        "feature_importance": plots.feature_importance(
            training.importance, period=period_name(history["ds"])
        ),
        "fans": backtest_plots.fans(
            history,
            training.judged.outlook,
            backtest_plots.examples_of(training.judged.classes, history),
            names=names,
        ),
        "calibration_by_class": backtest_plots.calibration_by_class(tables["calibration"]),
        "where_we_lose": backtest_plots.where_we_lose(
            tables, training.recipe, loss=backtest_plots.MISSED, names=names
        ),
        "calibration": plots.calibration(training.calibration.rename(columns={"rows": "cases"})),
    }
    return {f"plots/{name}.png": png for name, png in drawn.items()}


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON values; what is not a number becomes null."""
    rows: list[dict[str, Any]] = json.loads(table.to_json(orient="records", double_precision=15))
    return rows
