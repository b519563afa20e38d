"""`abasto order`: this period's orders from files alone; needs no service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Final

import pandas as pd

from artifacts.csv_files import csv_bytes
from cli.console import headline, next_step, progress, say
from cli.decision_files import DecisionFiles, DecisionTables, read_files
from cli.forecast_cache import ForecastCache
from cli.whole_files import write_whole
from forecasting.features.rows import RowLimits
from forecasting.judging.past_forecasts import PastForecasts, past_forecasts
from forecasting.paths.rolling_paths import RollingPaths
from forecasting.recipes.registry import Candidate
from forecasting.series.assumptions import Assumption
from forecasting.series.dataset_panel import with_prices_kept
from forecasting.series.history import History
from forecasting.series.panel import Panel, extend
from intake.errors import ConflictError, InputError, MissingError
from intake.periods import following, iso_week, period_end, shift
from planning.decision_rules import DecisionRules
from planning.explanations import periods
from planning.open_orders import OPEN_ORDER_COLUMNS, resolve_open_orders
from planning.order_table import order_table
from planning.past_windows import archive_cutoffs, correction_before, sourced_rules
from planning.plan import Plan, PlanSettings, usual_review_period
from planning.replenishment import horizon_needed, replenish
from planning.stated_terms import PlanningTables, StatedTerms, completed

CACHE: Final = ".abasto-cache"
_REASONS_SHOWN: Final = 10


@dataclass(frozen=True, kw_only=True)
class Decision:
    """How to decide: `recipe` forecasts, `assume` says what is not known of the periods ahead.

    `review_period`: a week where it is None. `tuned`: whether the correction of the critical ratio is chosen
    by the money of past windows. The others as in `PlanSettings` and `read_files`.
    """

    stated: StatedTerms
    recipe: str
    assume: Mapping[str, Assumption]
    review_period: int | None = None
    service_level: float = 0.95
    tuned: bool = True
    as_of: date | None = None
    paths: int = 500
    seed: int = 0

    def settings(self, freq: str) -> PlanSettings:
        """How plans are made of sales of this frequency."""
        return PlanSettings(
            review_period=self.review_period or usual_review_period(freq),
            service_level=self.service_level,
            paths=self.paths,
            seed=self.seed,
        )


def order(
    files: DecisionFiles, decision: Decision, out: Path, cache: Path | None, *, overwrite: bool
) -> None:
    """Read the files, decide, write `out`, and print what was decided.

    InputError and MissingError say what is wrong with a file or a parameter; ConflictError where `out` is
    there and may not be replaced; ServiceError where it cannot be written.
    """
    if out.exists() and not overwrite:
        raise ConflictError(f"{out} is there already; --replace writes it anew, --out names another file")
    began = perf_counter()
    tables = read_files(files, decision.as_of)
    stock = tables.stock
    if stock is None:
        raise InputError("say what is in stock: --stock FILE")
    plan = decide(tables, stock.frame, decision, ForecastCache(cache or out.parent / CACHE))
    table = order_table(plan, stock.frame["unique_id"], stock.series_headers)
    write_whole(out, csv_bytes(table))
    _summarise(plan, table, tables, out, perf_counter() - began)


def decide(tables: DecisionTables, stock: pd.DataFrame, decision: Decision, cache: ForecastCache) -> Plan:
    """The plan of the period after the last complete one."""
    sales = tables.sales
    freq, cutoff, settings = sales.freq, sales.cutoff, decision.settings(sales.freq)
    planning = _planning_tables(tables, tuple(sorted(sales.frame["unique_id"].unique())), decision.stated)
    horizon = horizon_needed(suppliers=planning.suppliers, terms=planning.terms, freq=freq, settings=settings)
    panel = tables.panel(horizon)
    extended = _extended(panel, cutoff, horizon, decision)
    for note in extended.notes:
        progress(note)
    ids = tuple(extended.series[1])
    rules = sourced_rules(ids, planning, settings, freq, cutoff) if decision.tuned else None
    rolling = forecasts(extended, cutoff, horizon, decision, cache, tuned=rules is not None)
    origin = rolling.history.position(cutoff)
    if rules is not None:
        settings = _tuned(rolling, origin, rules, settings, cache)
    elif decision.tuned:
        progress("the correction of the critical ratio stays as stated: not every item has both costs")
    progress(f"{cache.account} {cache.folder}")
    progress(f"drawing {decision.paths} demand paths over {periods(horizon, freq)}, deciding what to order")
    own = pd.DataFrame(columns=[*OPEN_ORDER_COLUMNS, "state"])
    open_orders = resolve_open_orders(stock, own, cutoff=cutoff, freq=freq)
    return replenish(
        rolling.at(origin, decision.paths, decision.seed),
        stock=stock,
        items=planning.items,
        suppliers=planning.suppliers,
        terms=planning.terms,
        open_orders=open_orders.frame,
        cutoff=cutoff,
        freq=freq,
        settings=settings,
    )


def _tuned(
    rolling: RollingPaths, origin: int, rules: DecisionRules, settings: PlanSettings, cache: ForecastCache
) -> PlanSettings:
    """The settings with the correction of the critical ratio that past windows speak for."""
    progress("what other corrections of the critical ratio would have cost in past windows")
    chosen = correction_before(rolling, origin, rules, settings.carry_over_factor, cache.of_decisions)
    say(f"Correction of the critical ratio: {chosen.reason}.")
    return replace(settings, carry_over_factor=chosen.carry_over_factor)


def _extended(panel: Panel, cutoff: pd.Timestamp, horizon: int, decision: Decision) -> Panel:
    try:
        return extend(panel, cutoff, horizon, with_prices_kept(dict(decision.assume), panel))
    except MissingError as unknown:
        raise MissingError(str(unknown).replace("assume.", "--assume ")) from unknown


def _planning_tables(
    tables: DecisionTables, unique_id: tuple[str, ...], stated: StatedTerms
) -> PlanningTables:
    return completed(
        unique_id,
        stated,
        items=tables.items,
        suppliers=tables.suppliers,
        terms=tables.terms,
        freq=tables.sales.freq,
    )


def forecasts(
    extended: Panel,
    cutoff: pd.Timestamp,
    horizon: int,
    decision: Decision,
    keep: ForecastCache,
    *,
    tuned: bool,
) -> RollingPaths:
    """Forecasts from the cutoff, by a fit on all before it, and from past periods, to know how they err.

    Those of the past are taken from `keep` where they are there.
    """
    known = extended.upto(cutoff)
    history = History.of(known, until=shift(cutoff, horizon, extended.freq))
    candidate, step = Candidate(decision.recipe), decision.settings(extended.freq).review_period
    origin, limits = history.position(cutoff), RowLimits(seed=decision.seed)
    wanted = archive_cutoffs(len(history.unique_id), tuned=tuned)
    progress(f"{decision.recipe}: forecasts from {wanted} past periods, to know its errors")
    over = origin - step * -(-horizon // step)
    past = PastForecasts(candidate, horizon, wanted, step=step, limits=limits)
    before = past_forecasts(history, over + horizon, past, keep)
    progress(f"{decision.recipe}: fit on {len(history.unique_id):,} series up to {cutoff:%Y-%m-%d}")
    one = PastForecasts(candidate, horizon, cutoffs=1, refit=1, step=step, limits=limits)
    now = past_forecasts(history, origin + horizon, one, keep)
    return RollingPaths(pd.concat([before, now], ignore_index=True), known, history, horizon)


def _summarise(plan: Plan, table: pd.DataFrame, tables: DecisionTables, out: Path, seconds: float) -> None:
    sales = tables.sales
    ahead = following(sales.cutoff, 1, sales.freq)[0]
    headline(
        f"Orders of {iso_week(ahead)}, decided at the end of {period_end(sales.cutoff, sales.freq):%Y-%m-%d}"
    )
    ordered = plan.lines[plan.lines["order_quantity"] > 0]
    say(
        f"{len(ordered):,} of {len(plan.lines):,} series are ordered, "
        f"{ordered['order_quantity'].sum():,} units; "
        f"on hand and on the way {plan.lines['inventory_position'].sum():,}, "
        f"forecast of the protection interval {plan.lines['forecast'].sum():,}"
    )
    for supplier_id, lines in ordered.groupby("supplier_id"):
        money = f", {lines['amount'].sum():,.2f} {lines['currency'].iloc[0]}" if lines["amount"].any() else ""
        say(f"  {supplier_id}: {len(lines):,} lines, {lines['order_quantity'].sum():,} units{money}")
    for note in plan.notes:
        progress(note)
    about = plan.exceptions.groupby("reason", sort=False)
    for reason, rows in list(about)[:_REASONS_SHOWN]:
        who = rows["unique_id"].where(rows["unique_id"] != "", rows["supplier_id"])
        more = f" and {len(rows) - 3:,} more" if len(rows) > 3 else ""
        say(f"! {', '.join(who.head(3))}{more}: {reason}")
    if about.ngroups > _REASONS_SHOWN:
        say(f"! and {about.ngroups - _REASONS_SHOWN:,} more such sentences")
    unplanned = int(table["order_quantity"].isna().sum())
    if unplanned:
        say(f"{unplanned:,} rows could not be planned: order_quantity is empty, the explanation says why")
    next_step(f"read {out} ({len(table):,} rows, {seconds:.0f} s): its first columns are those to send.")
