"""The chain behind a plan: its tables, what it does to the plan, and its files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import pandas as pd

from artifacts.csv_files import csv_bytes
from forecasting.paths.demand_paths import DemandPaths
from intake.tables import Table
from planning.chain.chain_plan import ChainPlan, ChainSettings
from planning.chain.plan_chain import horizon_of_chain, plan_chain
from planning.chain.sharing import SharingRule
from planning.chain.tables import ChainTables
from planning.plan import Plan, PlanSettings, with_exceptions
from planning.replenishment import horizon_needed
from planning.revisions import revise
from tasks.readings import optional_table
from tasks.uploads import Upload

CHAIN_TABLES: Final = (Table.BILL_OF_MATERIALS, Table.CAPACITY)


def chain_settings(priority: Sequence[str]) -> ChainSettings:
    """Fair share, or the order of locations that somebody stated."""
    rule = SharingRule.PRIORITY if priority else SharingRule.FAIR_SHARE
    return ChainSettings(rule=rule, priority=tuple(priority))


def read_chain_tables(
    uploads: Sequence[Upload], tables: dict[Table, pd.DataFrame]
) -> dict[Table, pd.DataFrame]:
    """`tables` with the bill of materials and the capacity table, as far as they were uploaded."""
    found = {table: optional_table(uploads, table) for table in CHAIN_TABLES}
    return tables | {table: frame for table, frame in found.items() if frame is not None}


def horizon_of_plan(
    tables: dict[Table, pd.DataFrame], freq: str, settings: PlanSettings, chain: ChainSettings
) -> tuple[int, int]:
    """Periods to forecast for the orders, and further where places of the house supply others."""
    orders = horizon_needed(
        suppliers=tables[Table.SUPPLIERS], terms=tables[Table.TERMS], freq=freq, settings=settings
    )
    further = horizon_of_chain(settings, chain) - 1 if chain_tables(tables).any_place_supplies else 0
    return orders, orders + further


def chain_tables(tables: dict[Table, pd.DataFrame]) -> ChainTables:
    """What is known of the house."""
    return ChainTables(
        tables[Table.STOCK],
        tables[Table.ITEMS],
        tables[Table.SUPPLIERS],
        tables[Table.TERMS],
        tables.get(Table.BILL_OF_MATERIALS),
        tables.get(Table.CAPACITY),
    )


def with_chain(
    plan: Plan,
    paths: DemandPaths,
    tables: dict[Table, pd.DataFrame],
    *,
    cutoff: pd.Timestamp,
    freq: str,
    settings: PlanSettings,
    chain: ChainSettings,
    plan_id: str,
) -> tuple[Plan, ChainPlan]:
    """The chain behind the plan's lines; the plan says on each line what is cut from it, and why."""
    behind = plan_chain(
        plan,
        paths,
        chain_tables(tables),
        cutoff=cutoff,
        freq=freq,
        settings=settings,
        chain=chain,
        plan_id=plan_id,
    )
    said = plan.lines["unique_id"].map(behind.remarks).fillna("")
    explanation = (plan.lines["explanation"] + " " + said).str.rstrip()
    plan = replace(plan, lines=plan.lines.assign(explanation=explanation))
    plan = with_exceptions(plan, behind.exceptions)
    return replace(plan, notes=(*plan.notes, *behind.notes, *behind.sentences)), behind


def revised(
    plan: Plan, chain: ChainPlan, before: pd.DataFrame, issued: pd.DataFrame, held: frozenset[str]
) -> tuple[Plan, ChainPlan]:
    """What both change against the revision before, whose lines are of both (`planning.revisions.revise`)."""
    bought = set(chain.lines["unique_id"])
    own = issued["unique_id"].isin(bought)
    lines_of_chain = before["unique_id"].isin(bought)
    plan = revise(before[~lines_of_chain], issued[~own], plan, held=held)
    if chain.lines.empty:
        return plan, chain
    behind = revise(before[lines_of_chain], issued[own], replace(plan, lines=chain.lines), held=held)
    return with_exceptions(plan, list(_new_exceptions(behind, plan))), replace(chain, lines=behind.lines)


def _new_exceptions(behind: Plan, plan: Plan) -> list[tuple[str, str, str]]:
    rows = behind.exceptions.iloc[len(plan.exceptions) :]
    return list(rows.itertuples(index=False, name=None))


def lines_of_all(plan: Plan, chain: ChainPlan) -> pd.DataFrame:
    """The lines of the plan and what is bought behind them, sorted by supplier."""
    if chain.lines.empty:
        return plan.lines
    both = pd.concat([plan.lines, chain.lines], ignore_index=True)
    return both.sort_values(["supplier_id", "unique_id"], kind="stable", ignore_index=True)


def chain_files(chain: ChainPlan) -> dict[str, bytes]:
    """`shipments.csv`, `production_plan.csv`, `materials.csv` and `links.csv`, those that hold something."""
    tables = {
        "shipments.csv": chain.shipments,
        "production_plan.csv": chain.production,
        "materials.csv": chain.materials.round(3),
        "links.csv": chain.links.round(3),
    }
    return {name: csv_bytes(table) for name, table in tables.items() if len(table)}
