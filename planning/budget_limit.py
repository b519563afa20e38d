"""A plan within its budget: what is worth least is left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from intake.errors import InputError
from planning.coupling import CENT_DUST, free_lines, group, priced_value, quantities, with_coupling
from planning.line_decisions import DecidedLines, Known
from planning.plan import Exceptions, PlanSettings
from planning.purchasing.problem import Limit


def within_budget(decided: DecidedLines, known: Known, exceptions: Exceptions) -> pd.DataFrame:
    """Orders that cost no more than the budget of their currency, those first that are worth least.

    What places of our own supply costs no money here. A supplier's minimum that an order reaches stays
    reached, or nothing is ordered there. What is pinned, and what has no price, stays. InputError for a
    budget without a currency where there are several.
    """
    lines = decided.lines
    for currency, budget in _budgets(lines[_paid(lines, known.own_places)], known.settings).items():
        lines = _within(replace(decided, lines=lines), known, currency, budget, exceptions)
    return lines


def with_materials(lines: pd.DataFrame, materials: pd.DataFrame, settings: PlanSettings) -> Exceptions:
    """What must be said where the orders keep to a budget, and with the materials behind them do not.

    lines, materials: supplier_id, order_quantity, amount, currency; of the plan, and bought for its chain.
    """
    if materials.empty:
        return []
    rows: Exceptions = []
    for currency, budget in _budgets(pd.concat([lines, materials]), settings).items():
        for_sale, bought = (
            float(each.loc[each["currency"] == currency, "amount"].sum()) for each in (lines, materials)
        )
        if bought and for_sale + bought > budget + CENT_DUST:
            money = f"{for_sale + bought:,.2f}{currency and ' '}{currency}"
            sentence = (
                f"with materials for {bought:,.2f} the orders cost {money} and the budget is {budget:,.2f}: "
                "materials are not weighed against it; state it lower by them"
            )
            rows.append(("", "", sentence))
    return rows


def places(unique_id: Iterable[str]) -> frozenset[str]:
    """The locations that series lie at: what stands before the first slash."""
    return frozenset(name.partition("/")[0] for name in unique_id if "/" in name)


def unpaid(lines: pd.DataFrame, own_places: frozenset[str]) -> list[str]:
    """One sentence a currency on orders to places of our own, whose amounts are in the totals."""
    own = lines[~_paid(lines, own_places) & (lines["amount"] > 0)]
    return [
        f"Of the orders {group['amount'].sum():,.2f}{currency and ' '}{currency} are to places of our own "
        f"({', '.join(sorted(set(group['supplier_id'])))}): no supplier is paid for them, and a budget does "
        "not count them."
        for currency, group in own.groupby("currency")
    ]


def _paid(lines: pd.DataFrame, own_places: frozenset[str]) -> pd.Series[bool]:
    return ~lines["supplier_id"].isin(own_places)


def _budgets(lines: pd.DataFrame, settings: PlanSettings) -> dict[str, float]:
    """The budget of every currency in which anything is ordered, where it has one."""
    currencies = sorted(lines.loc[lines["order_quantity"] > 0, "currency"].unique())
    budgets = dict(settings.budget)
    if "" in budgets and len(currencies) > 1:
        raise InputError(f"the orders are in {' and '.join(currencies)}: state a budget for each of them")
    stated = {each: each if each in budgets else "" for each in currencies}
    return {each: budgets[name] for each, name in stated.items() if name in budgets}


def _within(
    decided: DecidedLines, known: Known, currency: str, budget: float, exceptions: Exceptions
) -> pd.DataFrame:
    lines, tiers = decided.lines, known.tiers
    quantity = lines["order_quantity"].to_numpy(np.int64)
    counts = (lines["currency"] == currency) & _paid(lines, known.own_places)
    value = pd.Series(priced_value(lines)).where(counts, 0.0)
    if value.sum() <= budget + CENT_DUST:
        return lines
    free = free_lines(lines) & counts & (quantity > 0)
    fixed = value[~free]
    sums = pd.DataFrame({"value": value, "fixed": fixed}).groupby(lines["supplier_id"]).sum()
    minimum = lines.groupby("supplier_id")["minimum_order_value"].first()
    reached = (minimum - sums["fixed"])[(minimum > 0) & (sums["value"] >= minimum - CENT_DUST)]
    least = {str(supplier_id): float(money) for supplier_id, money in reached.items()}
    money = f"{' ' if currency else ''}{currency}"
    stated = f"the orders would cost {value.sum():,.2f}{money} and the budget is {budget:,.2f}"
    if not free.any():
        sentence = f"{stated}, and nothing can be left out that is not pinned: unpin, or raise the budget"
        exceptions.append(("", "", sentence))
        return lines
    together = group(lines, np.flatnonzero(free), decided.situation, quantity, tiers)
    plan = together.solved(least, budget=budget - float(fixed.sum()))
    ordered = quantities(plan)
    fewer = int((ordered < together.quantity).sum())
    worth = max((each.worth for each in plan.binding if each.limit is Limit.BUDGET), default=0.0)
    lost = (together.money(ordered) - together.money(together.quantity)).sum()
    those = "line orders" if fewer == 1 else "lines order"
    price = (
        f"costs {lost:,.2f} in expected money" if lost >= 0.005 else "loses no money until the next orders"
    )
    sentence = f"{stated}: {fewer} {those} less, which {price}"
    if worth:
        sentence += f"; one more of budget is worth {worth:,.2f}"
    if fixed.sum() > budget:
        sentence += f"; what is pinned or has no price costs {fixed.sum():,.2f}: unpin, or raise the budget"
    exceptions.append(("", "", sentence))
    lines = with_coupling(lines, together.rows, ordered, "{units} fewer for the budget", tiers)
    left = pd.Series(priced_value(lines)).groupby(lines["supplier_id"]).sum()
    for supplier_id in (name for name in least if 0 < left[name] < minimum[name] - CENT_DUST):
        sentence = (
            f"supplier minimum not reached: {left[supplier_id]:,.2f} of {minimum[supplier_id]:,.2f} are left "
            "by the budget, which are pinned or have no price: ask the supplier"
        )
        exceptions.append(("", supplier_id, sentence))
    return lines
