"""A plan within its budget: what is worth least is left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from intake.errors import InputError
from planning.coupling import CENT_DUST, free_lines, group, priced_value, quantities, with_coupling
from planning.line_decisions import DecidedLines, Known
from planning.plan import Exceptions
from planning.purchasing.problem import Limit


def within_budget(decided: DecidedLines, known: Known, exceptions: Exceptions) -> pd.DataFrame:
    """Orders that cost no more than the budget of their currency, those first that are worth least.

    A supplier's minimum that an order reaches stays reached, or nothing is ordered there. What is pinned, and
    what has no price, stays. InputError for a budget without a currency where there are several.
    """
    lines, budgets = decided.lines, dict(known.settings.budget)
    currencies = sorted(lines.loc[lines["order_quantity"] > 0, "currency"].unique())
    if "" in budgets and len(currencies) == 1:
        budgets.setdefault(currencies[0], budgets[""])
    elif "" in budgets and currencies:
        raise InputError(f"the orders are in {' and '.join(currencies)}: state a budget for each of them")
    for currency in currencies:
        if currency in budgets:
            now = replace(decided, lines=lines)
            lines = _within(now, known.tiers, currency, budgets[currency], exceptions)
    return lines


def _within(
    decided: DecidedLines, tiers: pd.DataFrame, currency: str, budget: float, exceptions: Exceptions
) -> pd.DataFrame:
    lines = decided.lines
    quantity = lines["order_quantity"].to_numpy(np.int64)
    value = pd.Series(priced_value(lines)).where(lines["currency"] == currency, 0.0)
    if value.sum() <= budget + CENT_DUST:
        return lines
    free = free_lines(lines) & (lines["currency"] == currency) & (quantity > 0)
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
    sentence = f"{stated}: {fewer} {those} less, which costs {lost:,.2f} in expected money"
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
