"""What each line orders by itself, from its offer on: required, in packs, and as it pays in money."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from intake.periods import period_end
from planning.inventory_position import Receipts, Shelf
from planning.inventory_simulator import Quantities
from planning.line_money import price_at, situation_of, with_prices
from planning.order_days import on_order_days
from planning.order_economics import Integers, OrderSituation, cheapest, order_cost
from planning.order_lines import long_enough, required, rounded_up, with_ratio
from planning.pack_sizes import whole_packs
from planning.plan import Exceptions, PlanSettings

if TYPE_CHECKING:
    from forecasting.paths.demand_paths import DemandPaths

_DUST: Final = 1e-9


@dataclass(frozen=True, eq=False)
class Known:
    """What orders are decided from. tiers: `sourcing.PRICE_COLUMNS`, prices of larger quantities. own_places:
    locations of our own, which are paid nothing for what they supply."""

    paths: DemandPaths
    shelf: Shelf
    receipts: Receipts
    tiers: pd.DataFrame
    settings: PlanSettings
    cutoff: pd.Timestamp
    freq: str
    own_places: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class DecidedLines:
    """Lines with their orders, and what the economics of each start from, row by row."""

    lines: pd.DataFrame
    situation: OrderSituation


def by_themselves(offers: pd.DataFrame, known: Known, exceptions: Exceptions) -> DecidedLines:
    """The order of every line whose stock was counted, as though there were no other.

    offers: `sourcing.SOURCING_COLUMNS`, at most one per series; sorted by supplier_id and unique_id.
    """
    settings, freq, first = known.settings, known.freq, known.paths.ds[0]
    lines = offers.assign(
        series=pd.Index(known.paths.unique_id).get_indexer(pd.Index(offers["unique_id"])),
        shelf_periods=offers["shelf_life"] / ((period_end(first, freq) - first).days + 1),
    )
    lines = lines[known.shelf.counted[lines["series"]]]
    lines = on_order_days(
        lines, cutoff=known.cutoff, freq=freq, review_period=settings.review_period, exceptions=exceptions
    )
    lines = with_ratio(lines, settings, exceptions)
    lines = with_prices(lines, settings, freq)
    lines = long_enough(lines, len(known.paths.ds), exceptions)
    lines = lines.sort_values(["supplier_id", "unique_id"], kind="stable", ignore_index=True)
    lines = required(lines, known.paths, known.shelf, known.receipts)
    lines = rounded_up(lines)
    situation = situation_of(lines, known.paths, known.shelf, known.receipts, freq)
    lines = _perishing(lines, situation, exceptions)
    return DecidedLines(_at_price_breaks(lines, situation, known.tiers), situation)


def pinned(decided: DecidedLines, known: Known, exceptions: Exceptions) -> DecidedLines:
    """Orders as the planner fixed them: is_pinned says which, `pinned` by how much that is more or less."""
    lines, pins = decided.lines, known.settings.pins
    wanted = lines["unique_id"].map(pins)
    fixed = wanted.notna()
    quantity = wanted.where(fixed, lines["order_quantity"]).astype(np.int64)
    for name in sorted(set(pins) - set(lines["unique_id"])):
        reason = (
            f"is pinned at {pins[name]} and is no line of the plan: not ordered; correct the name, or unpin"
        )
        exceptions.append((name, "", reason))
    packs, minimum = lines["pack_size"].to_numpy(), lines["minimum_order_quantity"].to_numpy()
    for at in np.flatnonzero(fixed & (quantity > 0)):
        wrong = []
        if quantity.iloc[at] % packs[at]:
            wrong.append(f"is no whole number of packs of {packs[at]}")
        if quantity.iloc[at] < minimum[at]:
            wrong.append(f"is below the minimum quantity {minimum[at]}")
        if wrong:
            reason = f"is pinned at {quantity.iloc[at]}, which {' and '.join(wrong)}: ask the supplier"
            exceptions.append((lines["unique_id"].iloc[at], lines["supplier_id"].iloc[at], reason))
    change = quantity - lines["order_quantity"]
    lines = lines.assign(pinned=change, is_pinned=fixed, order_quantity=quantity)
    unit_cost = price_at(lines, known.tiers, np.asarray(quantity, dtype=np.int64))
    return replace(decided, lines=lines.assign(unit_cost=unit_cost))


def _perishing(lines: pd.DataFrame, situation: OrderSituation, exceptions: Exceptions) -> pd.DataFrame:
    """Orders of which some may expire, as the pack count of least expected money, never more than required.

    Nothing is ordered where that costs less over all reviews for which the order would last: against a single
    review's lost sales hardly any pack would ever pay. Where a lost sale has no price but the one that a
    service level implies, which knows of no waste, or a unit no cost, or some units are always to be there,
    the order stays, at most fewer packs, and what will expire is said. Adds covered, the periods over which
    an order is weighed (the review period unless some will expire), and by_money, whether nothing could have
    been chosen.
    """
    quantity = lines["order_quantity"].to_numpy()
    priced = (lines["stated"] & lines["holding_price"].notna() & lines["unit_cost"].notna()).to_numpy()
    rows = np.flatnonzero((quantity > 0) & priced & situation.may_expire(quantity.astype(np.float64)))
    chosen, covered = quantity.copy(), lines["review_period"].to_numpy(np.int64, copy=True)
    if len(rows):
        some = situation.of(rows)
        pack = lines["pack_size"].to_numpy()[rows]
        minimum = whole_packs(lines["minimum_order_quantity"].to_numpy()[rows], pack)
        floor = np.minimum(lines["floor"].to_numpy()[rows], quantity[rows])
        least = whole_packs(np.maximum(floor, np.maximum(minimum, 1)), pack) // pack

        def money(packs: Integers) -> Quantities:
            return order_cost(some, (packs * pack[:, None]).astype(np.float64)).money

        packs = cheapest(money, least, quantity[rows] // pack)
        sold = np.minimum(packs * pack / np.maximum(lines["rate"].to_numpy()[rows], _DUST), some.shelf_life)
        span = some.review_period * np.maximum(np.ceil(sold / some.review_period - _DUST), 1).astype(np.int64)
        both = np.stack([np.zeros_like(packs), packs * pack], axis=1).astype(np.float64)
        cost = order_cost(replace(some, review_period=span), both)
        none = cost.money.argmin(axis=1) == 0
        wasteful = cost.expired[:, 1] - cost.expired[:, 0] >= 0.5
        covered[rows] = np.where(none | wasteful, span, covered[rows])
        chosen[rows] = np.where(none & (floor == 0), 0, packs * pack)
    for at in np.flatnonzero((chosen == 0) & (quantity > 0)):
        reason = (
            f"{quantity[at]} would be ordered, and what of it expires costs more than the lost sales: "
            "nothing is ordered; ask for a smaller pack, or pin an order"
        )
        exceptions.append((lines["unique_id"].iloc[at], lines["supplier_id"].iloc[at], reason))
    return lines.assign(
        perishing=chosen - quantity,
        order_quantity=chosen,
        covered=covered,
        by_money=priced & (lines["floor"] == 0),
    )


def _at_price_breaks(lines: pd.DataFrame, situation: OrderSituation, prices: pd.DataFrame) -> pd.DataFrame:
    """Orders moved up to a quantity whose price pays for what it costs to hold and to waste.

    prices: `sourcing.PRICE_COLUMNS`. Moving from q at the price c to a break b at c' < c saves (c - c') b on
    the goods, since what is not ordered now is ordered later at c, and costs the rise of the expected money.
    Adds saved, the money saved on the goods.
    """
    quantity = lines["order_quantity"].to_numpy()
    lines = lines.assign(unit_cost=price_at(lines, prices, quantity), saved=0.0)
    if prices.empty:
        return lines
    known = (lines["holding_price"].notna() & lines["shortage_price"].notna()).to_numpy()
    offers = lines.assign(row=np.arange(len(lines)))[known & (quantity > 0)].merge(
        prices, on=["unique_id", "supplier_id"], suffixes=("", "_break")
    )
    offers = offers[
        (offers["break_quantity"] > offers["order_quantity"])
        & (offers["unit_cost_break"] < offers["unit_cost"])
    ]
    if offers.empty:
        return lines
    pack = offers["pack_size"].to_numpy()
    raised = whole_packs(np.ceil(offers["break_quantity"].to_numpy()).astype(np.int64), pack)
    both = np.stack([offers["order_quantity"].to_numpy(), raised], axis=1).astype(np.float64)
    money = order_cost(situation.of(offers["row"].to_numpy()), both).money
    saved = (offers["unit_cost"] - offers["unit_cost_break"]).to_numpy() * raised
    gain = saved - (money[:, 1] - money[:, 0])
    best = (
        pd.DataFrame({"row": offers["row"].to_numpy(), "raised": raised, "saved": saved, "gain": gain})
        .query("gain > 0")
        .sort_values(["row", "gain"], ascending=[True, False], kind="stable")
        .drop_duplicates("row")
    )
    chosen, worth = quantity.copy(), np.zeros(len(lines))
    chosen[best["row"]], worth[best["row"]] = best["raised"], best["saved"]
    return lines.assign(
        price_break=chosen - quantity,
        order_quantity=chosen,
        saved=worth,
        unit_cost=price_at(lines, prices, chosen),
    )
