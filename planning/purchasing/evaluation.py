"""What a purchase plan costs and which limits it breaks, from its packs alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from planning.purchasing.curves import Amounts
from planning.purchasing.problem import Flags, Limit, PurchaseProblem, Units

DUST: Final = 1e-6  # relative; sums of prices such as 0.1 + 0.2 must not miss a minimum by rounding


class Cause(StrEnum):
    """What a plan costs money for; VALUE is negative, what the bought units are worth."""

    EXPECTED = "expected"
    PURCHASE = "purchase"
    VALUE = "value"
    PREFERENCE = "preference"
    ORDERING = "ordering"


@dataclass(frozen=True)
class Slack:
    """By how much a limit is broken, or of how much it would have to give way. subject: position of the
    supplier, place or line, None for budgets; period: None for the total budget. cost: amount x price."""

    limit: Limit
    subject: int | None
    period: int | None
    amount: float
    cost: float


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A plan added up. supply: (lines, periods) units; expected: (lines, periods) money of the curves.

    order_value: (suppliers, periods) money; ordered: whether anything is; spent: (periods,) money of all
    orders; room: (places, periods) volume. causes: money by cause; slacks: the limits that are broken.
    """

    supply: Amounts
    expected: Amounts
    order_value: Amounts
    ordered: Flags
    spent: Amounts
    room: Amounts
    causes: dict[Cause, float]
    slacks: tuple[Slack, ...]

    @property
    def cost(self) -> float:
        """All causes together, without what slacks cost."""
        return sum(self.causes.values())

    @property
    def slack_cost(self) -> float:
        """What is broken, at its prices."""
        return sum(slack.cost for slack in self.slacks)


def evaluate(asked: PurchaseProblem, packs: Units) -> Evaluation:
    """Add up a plan. packs: (offers, periods), whole packs by offer and period of order."""
    offers, shape = asked.offers, (len(asked.suppliers.names), len(asked.periods))
    units = packs * offers.pack_size[:, None]
    paid = units * offers.unit_cost[:, None]
    order_value, ordered = np.zeros(shape), np.zeros(shape, dtype=bool)
    np.add.at(order_value, offers.supplier, paid)
    np.logical_or.at(ordered, offers.supplier, packs > 0)
    supply = asked.supply(packs)
    expected = asked.curves.cost_at(supply)
    causes = {
        Cause.EXPECTED: float(expected.sum()),
        Cause.PURCHASE: float(paid.sum()),
        Cause.VALUE: -float((units * asked.value[offers.line][:, None]).sum()),
        Cause.PREFERENCE: float((units * offers.preference_cost[:, None]).sum()),
        Cause.ORDERING: float((ordered * asked.suppliers.ordering_cost[:, None]).sum()),
    }
    room = room_taken(asked, supply)
    spent = order_value.sum(axis=0)
    slacks = tuple(_slacks(asked, supply, order_value, ordered, spent, room))
    return Evaluation(supply, expected, order_value, ordered, spent, room, causes, slacks)


def room_taken(asked: PurchaseProblem, supply: Amounts) -> Amounts:
    """(places, periods) volume that a supply is expected to take up."""
    if asked.storage is None:
        return np.zeros((0, len(asked.periods)))
    room = np.zeros(asked.storage.capacity.shape)
    volume = asked.curves.on_shelf_at(supply) * asked.storage.volume[:, None]
    np.add.at(room, asked.storage.place, volume)
    return room


def _slacks(
    asked: PurchaseProblem,
    supply: Amounts,
    order_value: Amounts,
    ordered: Flags,
    spent: Amounts,
    room: Amounts,
) -> Iterator[Slack]:
    minimum = asked.suppliers.minimum_order_value[:, None]
    missed = [(Limit.MINIMUM_ORDER_VALUE, np.where(ordered, minimum - order_value, 0.0), minimum)]
    if asked.required is not None:
        missed.append((Limit.REQUIRED, asked.required - supply, asked.required))
    if asked.storage is not None:
        missed.append((Limit.STORAGE, room - asked.storage.capacity, asked.storage.capacity))
    for limit, amounts, scale in missed:
        price = asked.prices.of(limit)
        broken = amounts > DUST * np.maximum(scale, 1.0)
        for subject, period in np.argwhere(broken).tolist():
            amount = float(amounts[subject, period])
            yield Slack(limit, subject, period, amount, amount * price)
    price = asked.prices.budget
    for period, (money, budget) in enumerate(zip(spent.tolist(), asked.budget.tolist(), strict=True)):
        if money - budget > DUST * max(budget, 1.0):
            yield Slack(Limit.BUDGET, None, period, money - budget, (money - budget) * price)
    over = float(spent.sum()) - asked.total_budget
    if over > DUST * max(asked.total_budget, 1.0):
        yield Slack(Limit.TOTAL_BUDGET, None, None, over, over * price)
