"""Dataset versions -> backtests: every recipe on the same windows of the past."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from artifacts.backtest_page import backtest_markdown
from artifacts.backtest_plots import backtest_plots
from artifacts.csv_files import csv_bytes
from artifacts.item_names import item_names
from forecasting.features.rows import RowLimits
from forecasting.judging.backtest import backtest_cutoffs, evaluate_each, with_enough_rows
from forecasting.recipes.registry import Candidate
from forecasting.series.panel import Panel
from forecasting.training import USUAL_HORIZON
from intake.errors import InputError
from intake.periods import unit_of, whole_periods
from intake.tables import Table
from planning.decision_rules import DecisionRules, decision_rules
from planning.plan import usual_review_period
from planning.priced_backtest import backtest_tables, judge
from storage.code_identity import code_identity
from storage.datasets import from_parquet, to_parquet
from storage.keys import MANIFEST, Folder, Ref, pointer_in, window_file
from storage.manifests import Provenance, Published, find_published, publish, read_published
from storage.pointers import move_pointer
from tasks.connection import connection, folder_of
from tasks.datasets import cutoff_of
from tasks.logs import logger, recorded
from tasks.panels import PANEL_TABLES, read_panel
from tasks.progress import Progress
from tasks.readings import as_inputs, optional_table
from tasks.retrying import step
from tasks.run_requests import BacktestRequest
from tasks.uploads import Upload

CODE = ("intake", "forecasting", "planning")
LEAD_TIME_DAYS = 14
ERRORS, ERRORS_BY_HORIZON, OUTLOOK = "by_series_and_window.parquet", "by_horizon.parquet", "outlook.parquet"


@step
def publish_backtest(dataset: Ref, uploads: list[Upload], request: BacktestRequest) -> Ref:
    """Judge every recipe on rolling-origin windows of a dataset version and publish tables and plots.

    The same dataset version, tables, parameters and code find the backtest that was made before; one that was
    killed finds the windows that it had forecast. Returns the manifest.
    """
    store, keys = connection()
    sales = read_published(store, folder_of(dataset))
    cutoff = cutoff_of(sales)
    provenance = Provenance(
        kind="backtest",
        dataset=request.dataset,
        inputs={"dataset": sales.as_input, **as_inputs(uploads, *PANEL_TABLES)},
        parameters={
            **request.model_dump(mode="json", exclude={"dataset", "dataset_version", "seed"}),
            "cutoff": f"{cutoff:%Y-%m-%d}",
        },
        seeds={"seed": request.seed},
        code=code_identity(CODE),
    )
    folder = keys.backtest(request.dataset, provenance.input_hash)
    published = find_published(store, folder)
    if published is None:
        published = _publish(folder, provenance, sales, uploads, request)
    place = pointer_in(keys.dataset_backtests(request.dataset))
    move_pointer(store, place, published, (cutoff.toordinal(),))
    logger.info(
        "%s: backtest %s %s",
        request.dataset,
        folder.name,
        "published" if published.written else "was there already, nothing changed",
    )
    return folder / MANIFEST


def _publish(
    folder: Folder,
    provenance: Provenance,
    sales: Published,
    uploads: list[Upload],
    request: BacktestRequest,
) -> Published:
    store, _ = connection()
    name = request.dataset
    with recorded() as log:
        progress = Progress(f"windows-{name}", f"Backtest of {name}")
        progress.reached(0.0, f"{name}: reading dataset version {sales.folder.name}")
        panel = read_panel(sales, uploads)
        items = optional_table(uploads, Table.ITEMS)
        rules = _rules(panel, items, request)
        horizon = _horizon(panel, rules, request)
        first = panel.frame["ds"].min()
        cutoffs, earlier = backtest_cutoffs(
            first, panel.last_observation, horizon, request.windows, panel.freq
        )
        limits = RowLimits(seed=request.seed)
        able = with_enough_rows(panel, request.recipes, min(earlier + cutoffs), horizon, limits)
        left_out = [recipe for recipe in request.recipes if recipe not in able]
        candidates = [Candidate(recipe) for recipe in able]
        windows = _forecast(folder, panel, candidates, [*earlier, *cutoffs], horizon, limits, progress)
        progress.reached(0.8, f"{name}: drawing demand paths and deciding orders")
        predictions = pd.concat(map(from_parquet, windows.values()), ignore_index=True)
        judged = judge(panel, predictions, cutoffs, rules, paths=request.paths, seed=request.seed)
        progress.reached(0.9, f"{name}: drawing plots")
        notes = (
            f"{len(cutoffs)} windows of {horizon} periods, with cutoffs from {cutoffs[0]:%Y-%m-%d} to "
            f"{cutoffs[-1]:%Y-%m-%d}, the same for every recipe; {len(earlier)} earlier ones only taught how "
            "forecasts err.",
            *rules.notes,
            *(f"The history is too short for {recipe}: left out." for recipe in left_out),
            *panel.notes,
        )
        tables = backtest_tables(judged)
        names = item_names(items)
        history = panel.frame.dropna(subset=["y"])
        plots = backtest_plots(tables, judged.classes, history, judged.outlook, names=names)
        files = {
            **windows,
            ERRORS: to_parquet(judged.by_series),
            ERRORS_BY_HORIZON: to_parquet(judged.by_horizon),
            OUTLOOK: to_parquet(judged.outlook),
            **{f"{table}.csv": csv_bytes(rows) for table, rows in tables.items()},
            **{f"plots/{plot}.png": png for plot, png in plots.items()},
            "backtest.md": backtest_markdown(
                f"{name}: backtest of {len(able)} recipes", tables, notes, names=names
            ).encode(),
        }
        best = tables["overall"].iloc[0]
        published = publish(
            store,
            folder,
            files,
            provenance,
            log=log.json_lines(),
            metrics={
                "best": str(best["recipe"]),
                "cost": float(best["cost"]),
                "windows": len(cutoffs),
                "horizon": horizon,
                "series": panel.frame["unique_id"].nunique(),
            },
            notes=notes,
        )
        progress.reached(1.0, f"{name}: the backtest is published")
    return published


def _rules(panel: Panel, items: pd.DataFrame | None, request: BacktestRequest) -> DecisionRules:
    lead_time = request.lead_time
    return decision_rules(
        tuple(map(str, panel.series[1])),
        items,
        lead_time=whole_periods(LEAD_TIME_DAYS, panel.freq) if lead_time is None else lead_time,
        review_period=request.review_period or usual_review_period(panel.freq),
        holding_cost=request.holding_cost,
        shortage_cost=request.shortage_cost,
    )


def _horizon(panel: Panel, rules: DecisionRules, request: BacktestRequest) -> int:
    """What was asked for; else the usual horizon, where an eighth of the history is as long."""
    interval = rules.lead_time + rules.review_period
    if request.horizon is None:
        periods = panel.frame["ds"].nunique()
        return max(interval, min(USUAL_HORIZON[unit_of(panel.freq)], periods // 8))
    if request.horizon < interval:
        raise InputError(
            f"a horizon of {request.horizon} periods ends before an order that takes {rules.lead_time} and "
            f"lasts {rules.review_period} has been judged; ask for {interval} or more, or a shorter lead_time"
        )
    return request.horizon


def _forecast(
    folder: Folder,
    panel: Panel,
    candidates: Sequence[Candidate],
    cutoffs: Sequence[pd.Timestamp],
    horizon: int,
    limits: RowLimits,
    progress: Progress,
) -> Mapping[str, bytes]:
    """What every recipe forecasts from every cutoff, as files; kept as soon as a window is there."""
    store, _ = connection()
    names = {cutoff: {each.name: window_file(cutoff, each.name) for each in candidates} for cutoff in cutoffs}
    there = {entry.ref for entry in store.list_objects(folder)}
    missing = [
        cutoff for cutoff in cutoffs if not all(folder / name in there for name in names[cutoff].values())
    ]
    if len(missing) < len(cutoffs):
        logger.info("%d of %d windows were forecast before", len(cutoffs) - len(missing), len(cutoffs))
    if missing:
        forecast = evaluate_each(panel, candidates, missing, horizon, limits)
        for number, (cutoff, window) in enumerate(zip(missing, forecast, strict=True), start=1):
            for recipe, own in window.groupby("recipe", sort=False):
                store.put(folder / names[cutoff][str(recipe)], to_parquet(own))
            progress.reached(
                0.05 + 0.75 * number / len(missing),
                f"{number} of {len(missing)} windows are forecast, by {len(candidates)} recipes",
            )
    return {name: store.get(folder / name) for of_window in names.values() for name in of_window.values()}
