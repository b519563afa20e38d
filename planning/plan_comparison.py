"""A plan beside the one that a what-if asks for, and beside what becomes of the plan as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from forecasting.paths.demand_paths import DemandPaths
from intake.errors import InputError
from planning.chain.chain_plan import ChainPlan, ChainSettings
from planning.chain.plan_chain import plan_chain
from planning.chain.tables import ChainTables
from planning.inventory_simulator import Quantities
from planning.plan import PlanSettings
from planning.replenishment import replenish
from planning.risk import NEXT_ORDER, RISK_COLUMNS, Risk, assess
from planning.what_if import PlanTables

BASE: Final = "base plan"
KEPT: Final = "base orders kept"
COMPARISON_COLUMNS: Final = ("plan", "orders", *RISK_COLUMNS)
CHAIN_COMPARISON_COLUMNS: Final = ("plan", "shipped", "good_units", "bought_lines", "late_orders")
LINE_COMPARISON_COLUMNS: Final = (
    *("supplier_id", "unique_id", "base_quantity", "order_quantity", "change", "amount_change"),
    *("base_cost", "cost", "cost_kept"),
    *("base_stockout_probability", "stockout_probability", "stockout_probability_kept"),
)


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A plan's lines and the chain behind them, with what they were decided from."""

    lines: pd.DataFrame
    chain: ChainPlan
    paths: DemandPaths
    tables: PlanTables


def planned(
    further: DemandPaths,
    horizon: int,
    tables: PlanTables,
    settings: PlanSettings,
    chain: ChainSettings,
    *,
    cutoff: pd.Timestamp,
    freq: str,
    plan_id: str,
) -> Planned:
    """Decide a plan and its chain as the plan of the week is: `replenish`, `plan_chain`.

    further: demand paths as far as the chain looks, of which the orders see the first `horizon` periods.
    """
    paths = replace(further, values=further.values[:, :, :horizon], ds=further.ds[:horizon])
    plan = replenish(
        paths,
        stock=tables.stock,
        items=tables.items,
        suppliers=tables.suppliers,
        terms=tables.terms,
        open_orders=tables.open_orders,
        cutoff=cutoff,
        freq=freq,
        settings=settings,
        plan_id=plan_id,
    )
    house = ChainTables(
        tables.stock, tables.items, tables.suppliers, tables.terms, tables.bill_of_materials, tables.capacity
    )
    behind = plan_chain(
        plan, further, house, cutoff=cutoff, freq=freq, settings=settings, chain=chain, plan_id=plan_id
    )
    return Planned(lines=plan.lines, chain=behind, paths=paths, tables=tables)


@dataclass(frozen=True)
class Comparison:
    """Three answers to one what-if: the base plan in the world as it is expected, the plan that the what-if
    asks for in the world that it supposes, and the orders of the base plan there.

    totals: COMPARISON_COLUMNS, `risk.RISK_COLUMNS` of suppliers and currencies until the next order can
    arrive, and how many purchase orders there are. lines: LINE_COMPARISON_COLUMNS, the largest change of
    money first. chain: CHAIN_COMPARISON_COLUMNS of both plans, over the periods that the chain looks ahead:
    units that places ship and that are made, lines that are bought for it and those of them that come too
    late; empty where nothing is. joint_cost: by plan and currency, the cost path by path.
    """

    totals: pd.DataFrame
    lines: pd.DataFrame
    chain: pd.DataFrame
    joint_cost: Mapping[str, Mapping[str, Quantities]]


def compare(name: str, base: Planned, changed: Planned, *, cutoff: pd.Timestamp, freq: str) -> Comparison:
    """Both plans and the base orders in the changed world, by the same simulator.

    What holding a unit or losing a sale costs is the base plan's on every line that it has: a what-if about
    the service level asks for other orders and makes no lost sale cheaper. A line counts until its next order
    can arrive, so with a longer lead time for longer: `periods` says how long. InputError where neither plan
    has a line.
    """
    if base.lines.empty and changed.lines.empty:
        raise InputError(
            "no series can be ordered, so nothing can be compared: the plan's exceptions say why"
        )
    priced = _with_prices_of(base.lines, changed.lines)
    quantity = priced["unique_id"].map(base.lines.set_index("unique_id")["order_quantity"]).fillna(0)
    kept = priced.assign(
        order_quantity=quantity.astype(np.int64), amount=(quantity * priced["unit_cost"]).round(2)
    )
    played = {
        plan: assess(
            lines,
            world.paths,
            stock=world.tables.stock,
            open_orders=world.tables.open_orders,
            cutoff=cutoff,
            freq=freq,
        )
        for plan, lines, world in ((BASE, base.lines, base), (name, priced, changed), (KEPT, kept, changed))
    }
    orders = {BASE: base.lines, name: priced, KEPT: kept}
    totals = pd.concat([_totals(plan, risk, orders[plan]) for plan, risk in played.items()])
    return Comparison(
        totals.sort_values(
            ["scope", "currency", "supplier_id"], ascending=[False, True, True], kind="stable"
        )[list(COMPARISON_COLUMNS)].reset_index(drop=True),
        _lines(*(_by_line(risk) for risk in played.values())),
        _chain({BASE: base.chain, name: changed.chain}),
        {plan: risk.joint_cost for plan, risk in played.items()},
    )


def _with_prices_of(base: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    prices = base.set_index("unique_id")[["holding_price", "shortage_price"]]
    of_base = prices.reindex(lines["unique_id"]).set_axis(lines.index)
    return lines.assign(
        holding_price=of_base["holding_price"].fillna(lines["holding_price"]),
        shortage_price=of_base["shortage_price"].fillna(lines["shortage_price"]),
    )


def _totals(plan: str, risk: Risk, lines: pd.DataFrame) -> pd.DataFrame:
    rows = risk.table[(risk.table["scope"] != "line") & (risk.table["until"] == NEXT_ORDER)]
    asked = lines[lines["order_quantity"] > 0].groupby(["currency", "supplier_id"]).size().reset_index()
    by_supplier = rows[["currency", "supplier_id"]].merge(asked, how="left")[0].notna().astype(np.int64)
    by_currency = rows["currency"].map(asked.groupby("currency").size()).fillna(0).astype(np.int64)
    orders = np.where(rows["scope"] == "total", by_currency, by_supplier)
    return rows.assign(plan=plan, orders=orders)


def _chain(chains: Mapping[str, ChainPlan]) -> pd.DataFrame:
    rows = [
        (
            plan,
            float(chain.shipments["shipped"].sum()),
            float(chain.production["good_units"].sum()),
            len(chain.lines),
            len(chain.expedite),
        )
        for plan, chain in chains.items()
    ]
    table = pd.DataFrame(rows, columns=list(CHAIN_COMPARISON_COLUMNS))
    return table if table.drop(columns="plan").any(axis=None) else table.iloc[:0]


def _by_line(risk: Risk) -> pd.DataFrame:
    rows = risk.table[(risk.table["scope"] == "line") & (risk.table["until"] == NEXT_ORDER)]
    return rows.set_index("unique_id")


def _lines(base: pd.DataFrame, changed: pd.DataFrame, kept: pd.DataFrame) -> pd.DataFrame:
    ids = base.index.union(changed.index)
    supplier_id = changed["supplier_id"].combine_first(base["supplier_id"])
    table = pd.DataFrame({"unique_id": ids, "supplier_id": supplier_id.reindex(ids).to_numpy()}, index=ids)
    quantities = {
        name: rows["order_quantity"].reindex(ids).fillna(0).astype(np.int64)
        for name, rows in (("base_quantity", base), ("order_quantity", changed))
    }
    spent = changed["purchase"].reindex(ids).fillna(0.0) - base["purchase"].reindex(ids).fillna(0.0)
    table = table.assign(
        **quantities,
        change=quantities["order_quantity"] - quantities["base_quantity"],
        amount_change=spent,
        base_cost=base["cost"],
        cost=changed["cost"],
        cost_kept=kept["cost"],
        base_stockout_probability=base["stockout_probability"],
        stockout_probability=changed["stockout_probability"],
        stockout_probability_kept=kept["stockout_probability"],
    )
    table = table.assign(money=spent.abs(), units=table["change"].abs()).reset_index(drop=True)
    table = table.sort_values(["money", "units", "unique_id"], ascending=[False, False, True], kind="stable")
    return table[list(LINE_COMPARISON_COLUMNS)].reset_index(drop=True)
