"""The lines of a plan in money: their prices, and what an order is expected to cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd

from intake.periods import periods_a_year
from planning.explanations import Line, day
from planning.inventory_position import Receipts, Shelf
from planning.inventory_simulator import Quantities
from planning.order_economics import Integers, OrderSituation, order_cost
from planning.order_lines import receipts_with
from planning.plan import Exceptions, PlanSettings, usual_review_period
from planning.simulation.stock_rules import whole_shelf_life

if TYPE_CHECKING:
    from forecasting.paths.demand_paths import DemandPaths


def with_prices(lines: pd.DataFrame, settings: PlanSettings, freq: str) -> pd.DataFrame:
    """Add holding_price per unit and period and shortage_price per lost sale, missing where nothing tells.

    holding_price: the item's holding_cost, else `holding_share` of its unit_cost a year. shortage_price: the
    item's shortage_cost; else the price that its service level cr implies, p = h R cr / (1 - cr), at which
    cr is the newsvendor's ratio p / (p + h R), or the margin price - unit_cost where that is more. stated:
    whether the shortage_price is more than what a service level implies.
    """
    share = lines["unit_cost"] * settings.holding_share / periods_a_year(freq)
    holding = lines["holding_cost"].where(lines["holding_cost"].notna(), share)
    ratio = lines["critical_ratio"]
    implied = holding * lines["review_period"] * ratio / (1 - ratio)
    margin = lines["price"] - lines["unit_cost"]
    own = lines["shortage_cost"].where(lines["shortage_cost"].notna(), margin.where(margin > implied))
    return lines.assign(
        list_price=lines["unit_cost"],
        holding_price=holding,
        shortage_price=own.where(own.notna(), implied),
        stated=own.notna(),
    )


def situation_of(
    lines: pd.DataFrame, paths: DemandPaths, shelf: Shelf, receipts: Receipts, freq: str
) -> OrderSituation:
    """What the economics of the lines start from; a price that is missing counts as 0."""
    at = lines["series"].to_numpy()

    def price(column: str) -> Quantities:
        return lines[column].fillna(0.0).to_numpy(np.float64)

    return OrderSituation(
        demand=np.asarray(paths.values)[at],
        on_hand=shelf.on_hand[at],
        expiring=shelf.expiring[at],
        receipts=receipts_with(lines, receipts),
        lead_time=lines["lead_time"].to_numpy(np.int64),
        review_period=lines["review_period"].to_numpy(np.int64),
        shelf_life=whole_shelf_life(lines["shelf_periods"].to_numpy(np.float64)),
        floor=lines["floor"].to_numpy(np.float64),
        holding_cost=price("holding_price"),
        shortage_cost=price("shortage_price"),
        unit_cost=price("unit_cost"),
        week=usual_review_period(freq),
        longest_held=periods_a_year(freq),
    )


def price_at(lines: pd.DataFrame, prices: pd.DataFrame, quantity: Integers) -> Quantities:
    """The unit_cost of every line at a quantity: that of the largest break which it reaches."""
    unit_cost = lines["list_price"].to_numpy(np.float64, copy=True)
    if prices.empty:
        return unit_cost
    offers = lines[["unique_id", "supplier_id"]].assign(row=np.arange(len(lines))).merge(prices)
    reached = offers[offers["break_quantity"].to_numpy() <= quantity[offers["row"]]]
    last = reached.sort_values(["row", "break_quantity"], kind="stable").drop_duplicates("row", keep="last")
    unit_cost[last["row"]] = last["unit_cost"]
    return unit_cost


def with_money(lines: pd.DataFrame, situation: OrderSituation) -> pd.DataFrame:
    """What every line is expected to cost with its order and without, over the periods covered, at the prices
    of its goods now."""
    quantity = lines["order_quantity"].to_numpy(np.float64)
    unit_cost = lines["unit_cost"].fillna(0.0).to_numpy(np.float64)
    covered = lines["covered"].to_numpy(np.int64)
    cost = order_cost(
        replace(situation, unit_cost=unit_cost, review_period=covered),
        np.stack([quantity, np.zeros_like(quantity)], axis=1),
    )
    held = lines["holding_price"].isna().to_numpy()[:, None]
    short = lines["shortage_price"].isna().to_numpy()[:, None]
    wasted = lines["unit_cost"].isna().to_numpy()[:, None] & (cost.expired > 0)
    holding, shortage, waste = (
        np.where(unknown, np.nan, money).round(2)
        for unknown, money in ((held, cost.holding), (short, cost.shortage), (wasted, cost.waste))
    )
    money = (holding + shortage + waste).round(2)
    waste_of_order = np.maximum(cost.expired[:, 0] - cost.expired[:, 1], 0)
    return lines.assign(
        lost_sales=cost.lost_sales[:, 0].round(1),
        lost_sales_without=cost.lost_sales[:, 1].round(1),
        order_waste=waste_of_order.round(1),
        holding_money=holding[:, 0],
        shortage_money=shortage[:, 0],
        waste_money=waste[:, 0],
        expected_cost=money[:, 0],
        cost_without=money[:, 1],
        waste_of_order_money=(waste_of_order * lines["unit_cost"]).round(2),
        lost_without_money=shortage[:, 1],
    )


def about_money(lines: pd.DataFrame) -> Exceptions:
    """The lines that run out of stock before any order can come, with the sales lost by then; and those that
    will waste of what they order, where no money decided it."""
    rows: Exceptions = []
    for line in _those(lines, lines["out_of_stock"] < lines["due_date"]):
        hurry = "hurry what is on the way" if line.on_order or line.due_later else "find it elsewhere"
        reason = (
            f"out of stock from {day(line.out_of_stock)}, before any order can come ({day(line.due_date)}): "
            f"about {line.lost_before_arrival:.0f} lost sales"
            f"{_priced(line.shortage_price * line.lost_before_arrival, line.currency)}; {hurry}"
        )
        rows.append((line.unique_id, line.supplier_id, reason))
    for line in _those(lines, (lines["order_waste"] >= 1) & ~lines["by_money"]):
        reason = (
            f"about {line.order_waste:.0f} of the {line.order_quantity} ordered will expire"
            f"{_priced(line.waste_of_order_money, line.currency)}: order less and more often, ask for a "
            "smaller pack, or accept the waste"
        )
        rows.append((line.unique_id, line.supplier_id, reason))
    return rows


def _those(lines: pd.DataFrame, chosen: pd.Series[bool]) -> Iterable[Line]:
    return cast(Iterable[Line], lines[chosen].itertuples()) if chosen.any() else ()


def _priced(money: float, currency: str) -> str:
    return "" if pd.isna(money) else f" ({money:,.2f}{' ' if currency else ''}{currency})"
