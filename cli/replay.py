"""`abasto replay`: the decision of every period of the past, with only what was known then; and its money."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Final

import pandas as pd

from artifacts.csv_files import csv_bytes
from artifacts.replay_plot import replay_plot
from cli.console import headline, next_step, progress, say, show_table
from cli.decision_files import DecisionTables
from cli.forecast_cache import ForecastCache
from cli.order import CACHE, Decision
from cli.whole_files import write_whole
from forecasting.recipes.registry import Candidate
from intake.errors import ConflictError, InputError
from intake.periods import period_number
from planning.decision_cost import Opening
from planning.inventory_position import check_as_of, receipts_from, shelf_from
from planning.open_orders import OPEN_ORDER_COLUMNS, resolve_open_orders
from planning.order_table import order_table
from planning.plan import Plan
from planning.replay import Decide, ReplayTotals, totals_of
from planning.replayed_history import Replay, ReplayRules, Window
from planning.stated_terms import completed

OURS: Final = "this plan"
SEEN: Final = "demand seen"
BASELINE: Final = "rule of thumb"
ACTUAL: Final = "as ordered"


@dataclass(frozen=True, kw_only=True)
class Span:
    """Decisions from the end of the period that holds `start` on; `periods` played in each of `windows`.

    A window begins where the orders of the one before end, with an opening stock of its own. Costs count from
    the `count_from`th period of a window on (None: the first that an order reaches).
    """

    start: date
    periods: int
    windows: int = 1
    count_from: int | None = None


def replay(
    tables: Callable[[], DecisionTables],
    decision: Decision,
    rules: ReplayRules,
    span: Span,
    *,
    ordered: pd.DataFrame | None,
    out: Path | None,
    cache: Path | None,
    overwrite: bool,
) -> None:
    """Replay what `tables` reads, print money, service, stock and waste, and write `out` where it is named.

    ordered: unique_id, ds, order_quantity; where it is not given, the sales may have such a column.
    InputError where the history does not hold what is asked for, ConflictError where `out` is not empty.
    """
    if out is not None and out.exists() and {each.name for each in out.iterdir()} - {CACHE} and not overwrite:
        raise ConflictError(f"{out} is not empty; --replace writes into it, --out names another folder")
    began = perf_counter()
    read = tables()
    really = read.sales.frame if ordered is None else ordered
    keep = ForecastCache(cache or (out or Path()) / CACHE)
    played = play(read, decision, rules, span, really, keep)
    _report(played, span)
    if out is not None:
        _write(played, out)
        next_step(f"look at {out / 'replay.png'} and {out / 'summary.csv'}; an orders file per decision.")
    progress(f"{perf_counter() - began:.0f} s; {keep.account} {keep.folder}")


@dataclass(frozen=True, eq=False)
class Played:
    """accounts: window, policy, counted and the columns of `replay.account` with ds. plans: by the first day
    of the period at whose end they were decided. corrections: in sentences, by that day.
    """

    accounts: pd.DataFrame
    plans: Mapping[pd.Timestamp, Plan]
    corrections: Mapping[pd.Timestamp, str]
    unique_id: pd.Series[str]
    series_headers: tuple[str, ...]


def play(
    tables: DecisionTables,
    decision: Decision,
    rules: ReplayRules,
    span: Span,
    really: pd.DataFrame,
    keep: ForecastCache,
) -> Played:
    """Every way of ordering in every window; really: unique_id, ds and, where known, order_quantity."""
    whole = _replay_of(tables, decision, rules, span, keep)
    skipped = whole.longest_lead_time if span.count_from is None else span.count_from - 1
    accounts: list[pd.DataFrame] = []
    plans: dict[pd.Timestamp, Plan] = {}
    for number, window in enumerate(whole.windows, start=1):
        ds = whole.history.ds
        progress(
            f"window {number} of {len(whole.windows)}: decisions from the end of {ds[window.origin]:%Y-%m-%d}"
        )
        opening = whole.opening(window) if tables.stock is None else _counted(tables, whole, window)
        seeing_all = whole.plans(window)
        ours, ways = seeing_all, dict[str, Decide]({OURS: seeing_all})
        if rules.closed_loop:
            ours, watching = whole.closed_plans(window)
            ways = {OURS: watching, SEEN: seeing_all}
        ways[BASELINE] = whole.by_rule_of_thumb(window)
        if "order_quantity" in really:
            ways[ACTUAL] = whole.as_ordered(window, really)
        for policy, decide in ways.items():
            rows = whole.accounted(window, whole.play(window, opening, decide))
            accounts.append(
                rows.assign(window=number, policy=policy, counted=rows.index.to_numpy() >= skipped)
            )
        plans |= {ds[origin]: plan for origin, plan in ours.plans.items()}
    return Played(
        pd.concat(accounts, ignore_index=True),
        plans,
        {whole.history.ds[origin]: each.reason for origin, each in sorted(whole.corrections.items())},
        pd.Series(whole.unique_id, dtype=object),
        tables.series_headers,
    )


def _replay_of(
    tables: DecisionTables, decision: Decision, rules: ReplayRules, span: Span, keep: ForecastCache
) -> Replay:
    freq, settings = tables.sales.freq, decision.settings(tables.sales.freq)
    panel = tables.panel(0)
    planning = completed(
        tuple(panel.series[1]),
        decision.stated,
        items=tables.items,
        suppliers=tables.suppliers,
        terms=tables.terms,
        freq=freq,
    )
    first = int(
        (period_number(pd.Timestamp(span.start), freq) - period_number(panel.frame["ds"].min(), freq))[0]
    )
    whole = Replay(
        panel=panel,
        tables=planning,
        settings=settings,
        candidate=Candidate(decision.recipe),
        rules=rules,
        windows=(Window(first, span.periods),),
        stated=decision.stated,
        keep=keep,
        keep_costs=keep.of_decisions,
    )
    length = whole.orders(whole.windows[0]) * settings.review_period
    windows = tuple(Window(first + number * length, span.periods) for number in range(span.windows))
    return whole if span.windows == 1 else replace(whole, windows=windows)


def _counted(tables: DecisionTables, whole: Replay, window: Window) -> Opening:
    """The stock of the stock file, as of the end of the window's origin."""
    if tables.stock is None or len(whole.windows) > 1:
        raise InputError("a stock file opens one window; leave it out, and each opens with a stock by rule")
    freq, cutoff, stock = tables.sales.freq, whole.history.ds[window.origin], tables.stock.frame
    check_as_of(stock, cutoff, freq)
    own = pd.DataFrame(columns=[*OPEN_ORDER_COLUMNS, "state"])
    due = resolve_open_orders(stock, own, cutoff=cutoff, freq=freq).frame
    shelf = shelf_from(stock, whole.unique_id, cutoff=cutoff, horizon=window.periods, freq=freq)
    coming = receipts_from(due, whole.unique_id, cutoff=cutoff, horizon=window.periods, freq=freq)
    return Opening(shelf.on_hand + shelf.expiring.sum(axis=1), coming.due)


def _report(played: Played, span: Span) -> None:
    accounts = played.accounts
    policies = list(accounts["policy"].unique())
    if span.windows == 1:
        headline("Period by period")
        show_table(
            "",
            ["period", *(f"{name}: {what}" for name in policies for what in ("cost", "served", "on hand"))],
            [
                (f"{ds:%Y-%m-%d}{'' if rows['counted'].all() else ' (not counted)'}", *_cells(rows, policies))
                for ds, rows in accounts.groupby("ds", sort=True)
            ],
        )
    counted = accounts[accounts["counted"]]
    costs = counted.pivot_table("cost", "window", "policy", aggfunc="sum")[policies]
    if span.windows > 1:
        headline("Window by window")
        starts = counted.groupby("window")["ds"].min()
        show_table(
            "",
            ["counted from", *policies, "rel"],
            [
                (f"{start:%Y-%m-%d}", *row, f"{row[OURS] / row[BASELINE]:.3f}")
                for start, (_, row) in zip(starts, costs.iterrows(), strict=True)
            ],
        )
    headline("In all")
    totals = {name: totals_of(counted[counted["policy"] == name]) for name in policies}
    show_table("", ["", *_LINES], [(name, *_line(totals[name])) for name in policies])
    for name in policies:
        if name != BASELINE:
            rel = (costs[name] / costs[BASELINE]).mean()
            say(
                f"{name}: {rel:.4f} of what the {BASELINE} costs"
                + ("" if span.windows == 1 else ", on average")
            )
    if SEEN in policies:
        more = costs[OURS].sum() / costs[SEEN].sum() - 1
        say(f"Not to see what the own empty shelf hid costs {100 * more:+.1f} %.")
    for reason in dict.fromkeys(played.corrections.values()):
        days = [day for day, said in played.corrections.items() if said == reason]
        progress(
            f"correction of the critical ratio from {days[0]:%Y-%m-%d} ({len(days)} decisions): {reason}"
        )


_LINES: Final = (
    "cost",
    "holding",
    "shortage",
    "waste",
    "fill rate",
    "service level",
    "on hand",
    "lost",
    "expired",
    "ordered",
)


def _line(totals: ReplayTotals) -> tuple[str, ...]:
    return (
        *(f"{each:,.0f}" for each in (totals.cost, totals.holding, totals.shortage, totals.waste)),
        *(f"{100 * each:.1f}%" for each in (totals.fill_rate, totals.service_level)),
        *(
            f"{each:,.0f}"
            for each in (totals.on_hand, totals.lost_sales, totals.expired, totals.order_quantity)
        ),
    )


def _cells(rows: pd.DataFrame, policies: list[str]) -> list[str]:
    cells = []
    for name in policies:
        own = rows[rows["policy"] == name]
        totals = totals_of(own)
        cells += [f"{totals.cost:,.0f}", f"{100 * totals.fill_rate:.1f}%", f"{totals.on_hand:,.0f}"]
    return cells


def _write(played: Played, out: Path) -> None:
    for decided, plan in played.plans.items():
        table = order_table(plan, played.unique_id, played.series_headers)
        write_whole(out / f"orders-{decided:%Y-%m-%d}.csv", csv_bytes(table))
    write_whole(out / "summary.csv", csv_bytes(played.accounts.round(4)))
    write_whole(out / "replay.png", replay_plot(played.accounts))
