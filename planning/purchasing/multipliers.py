"""A proven bound at any scale: limits that couple lines become prices, and every line is planned by itself.

Lagrangian relaxation (Fisher, Management Science 27 (1981) 1-18). Budgets get a price mu_t >= 0 per money, a
supplier's minimum value a discount lambda_st >= 0 per money ordered of it. Where a
supplier is ordered from, the lines share what that costs, A_st = K_s + lambda_st M_s: line i pays pi_ot >= 0
for ordering at all, and the shares add up to A_st, so that the supplier's own decision costs nothing either
way. For all such prices

    D = sum over lines of min (G + (c (1 + mu - lambda) + preference - v) a n + pi [n > 0]) - sum of mu_t B_t

is at most the cost of every plan within the limits: such a plan pays mu (spent - B) <= 0, lambda (M - value)
<= 0 where a supplier is ordered from, and shares that add up to at most its ordering cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import scipy.sparse
from scipy.optimize import nnls

from planning.purchasing.curves import Amounts
from planning.purchasing.evaluation import evaluate
from planning.purchasing.problem import Flags, PurchaseProblem, Units
from planning.purchasing.schedules import Schedules

_MOST_DISCOUNT: Final = 0.9
_STEPS_TO_HALF: Final = 30  # iterations after which steps are half as long
_NOT_YET: Final = 1e-7  # the least share of a line, so that it can come back
_RECENT: Final = 0.1  # weight of the newest answer in the average over answers


@dataclass(frozen=True, eq=False)
class Multipliers:
    """Prices of limits. budget: (periods,) mu; total: that of the total budget.

    minimum: (suppliers, periods) lambda. share: (offers, periods) of what an order of the supplier costs,
    adding up to 1 over its offers.
    """

    budget: Amounts
    total: float
    minimum: Amounts
    share: Amounts


@dataclass(frozen=True, eq=False)
class Dual:
    """The best bound found and its prices. frequency: (offers, periods) how often ordered of late."""

    bound: float
    multipliers: Multipliers
    frequency: Amounts


class Relaxation:
    """A problem whose limits are prices. What is pinned is outside: its money, value and supplier's cost."""

    def __init__(self, asked: PurchaseProblem, schedules: Schedules) -> None:
        offers, suppliers = asked.offers, asked.suppliers
        self.asked, self.schedules = asked, schedules
        self.pins = evaluate(asked, np.maximum(asked.pinned, 0))
        self.fixed = self.pins.cost - float(self.pins.expected.sum())
        per_pack = offers.unit_cost + offers.preference_cost - asked.value[offers.line]
        self.price = (per_pack * offers.pack_size)[:, None]
        self.money = offers.pack_cost[:, None]
        self.must = self.pins.ordered
        self.ordering = np.where(self.must, 0.0, suppliers.ordering_cost[:, None])
        minimum = np.broadcast_to(suppliers.minimum_order_value[:, None], self.must.shape)
        self.minimum = np.where(self.must, minimum - self.pins.order_value, minimum)
        self.budget = np.maximum(asked.budget - self.pins.spent, 0.0)
        self.total = max(asked.total_budget - float(self.pins.spent.sum()), 0.0)

    @cached_property
    def of_supplier(self) -> scipy.sparse.csr_matrix:
        """(suppliers, offers) 1 where the offer is the supplier's."""
        count = len(self.asked.offers)
        where = (self.asked.offers.supplier, np.arange(count))
        return scipy.sparse.csr_matrix((np.ones(count), where), (len(self.asked.suppliers.names), count))

    def start(self) -> Multipliers:
        """No limit has a price, and the lines of a supplier share alike."""
        share = self.shared(np.zeros(self.schedules.can.shape))
        none = np.zeros(self.must.shape)
        return Multipliers(np.zeros(len(self.asked.periods)), 0.0, none, share)

    def prices(self, at: Multipliers) -> Amounts:
        """(offers, periods) of a pack."""
        factor = at.budget + at.total - at.minimum[self.asked.offers.supplier]
        return np.asarray(self.price + self.money * factor)

    def order_price(self, at: Multipliers) -> Amounts:
        """(suppliers, periods) what ordering from a supplier costs, its minimum value priced."""
        return np.asarray(self.ordering + at.minimum * np.where(self.must, 0.0, self.minimum))

    def constant(self, at: Multipliers) -> float:
        """What does not depend on what is ordered."""
        limits = [(at.budget, self.budget), (np.array([at.total]), np.array([self.total]))]
        priced = sum(float((price[price > 0] * limit[price > 0]).sum()) for price, limit in limits)
        return self.fixed - priced + float((at.minimum * self.minimum)[self.must].sum())

    def bound(self, at: Multipliers) -> tuple[float, Units]:
        """D at these prices, and the packs that the lines order there."""
        charges = self.order_price(at)[self.asked.offers.supplier] * at.share
        costs, packs = self.schedules.orders(self.prices(at), charges)
        return float(costs.sum()) + self.constant(at), packs

    def shared(self, weight: Amounts) -> Amounts:
        """Shares in proportion to exp(weight) over the offers of a supplier that can be ordered."""
        grown = np.where(self.schedules.can, np.exp(weight), 0.0)
        whole = self.of_supplier @ grown
        return np.asarray(grown / np.maximum(whole, 1e-300)[self.asked.offers.supplier])

    def ascend(self, iterations: int) -> Dual:
        """Prices that make the bound high: subgradients, each half the newest and half the average of late.

        Shares are moved in proportion (exponentiated gradient; Beck & Teboulle, Operations Research Letters
        31 (2003) 167-175), because they add up to 1. Orders go to a cheaper neighbouring period at a small
        difference of prices and give way to their height only at a large one, so budgets move along the
        inverse of a second difference rather than each by itself.
        """
        at = self.start()
        move = Move(self)
        best, found, average = -np.inf, at, None
        for step in range(iterations):
            reached, packs = self.bound(at)
            if reached > best:
                best, found = reached, at
            newest = _Answer.of(self, packs)
            average = newest if average is None else average.towards(newest, max(_RECENT, 1 / (step + 1)))
            pace = 1 / (1 + step / _STEPS_TO_HALF)
            at = move(at, newest.towards(average, 0.5), pace)
        assert average is not None  # noqa: S101 - there is at least one iteration
        return Dual(best, found, average.ordered)


@dataclass(frozen=True, eq=False)
class _Answer:
    """What lines do at some prices, or do on average. ordered: (offers, periods) 1 or 0; value: (suppliers,
    periods) money."""

    ordered: Amounts
    value: Amounts

    @classmethod
    def of(cls, relaxation: Relaxation, packs: Units) -> _Answer:
        value = np.asarray(relaxation.of_supplier @ (packs * relaxation.money))
        return cls((packs > 0).astype(np.float64), value)

    def towards(self, other: _Answer, share: float) -> _Answer:
        """A mean of both, `share` of the other."""
        pairs = ((self.ordered, other.ordered), (self.value, other.value))
        return _Answer(*(mine + share * (its - mine) for mine, its in pairs))


class Move:
    """One step of all prices, scaled by what the problem costs per money that it spends."""

    def __init__(self, relaxation: Relaxation) -> None:
        self.relaxation = relaxation
        asked = relaxation.asked
        free = evaluate(asked, relaxation.bound(relaxation.start())[1])
        spent = max(float(free.spent.sum()), 1e-9)
        costs = float(np.abs(free.expected).sum() + relaxation.ordering[free.ordered].sum())
        self.scale = max(costs / spent, 1e-9)
        self.finite = np.flatnonzero(np.isfinite(relaxation.budget))
        self.usual = np.maximum(np.where(np.isfinite(relaxation.budget), relaxation.budget, 1.0), spent / 1e3)
        count = len(self.finite)
        bend = 2 * np.eye(count) - np.eye(count, k=1) - np.eye(count, k=-1)
        # A difference of prices of 1 / 2 scale moves about all of a period's orders to its neighbour.
        self.root = np.linalg.cholesky((2.0 * bend + 0.04 * np.eye(count)) / self.scale).T

    def __call__(self, at: Multipliers, seen: _Answer, pace: float) -> Multipliers:
        """Prices after a step towards what is missed; pace: 1 for a whole step."""
        relaxation, asked = self.relaxation, self.relaxation.asked
        offers = asked.offers.supplier
        mean = relaxation.of_supplier @ (at.share * seen.ordered)
        weight = np.log(np.maximum(at.share, _NOT_YET)) + pace * (seen.ordered - mean[offers])
        ordered = np.where(relaxation.must, 1.0, mean)
        minimum = np.maximum(asked.suppliers.minimum_order_value[:, None], 1e-9)
        missed = np.clip((relaxation.minimum * ordered - seen.value) / minimum, -1.0, 1.0)
        missed[np.broadcast_to(asked.suppliers.minimum_order_value[:, None] <= 0, missed.shape)] = -1.0
        spent = seen.value.sum(axis=0)
        total = at.total
        if np.isfinite(relaxation.total):
            above = (float(spent.sum()) - relaxation.total) / max(relaxation.total, 1e-9)
            total = max(total + self.scale * pace * float(np.clip(above, -1.0, 1.0)), 0.0)
        budget = self.budgets(at.budget, spent, pace)
        return Multipliers(
            budget,
            total,
            np.clip(at.minimum + 0.5 * self.scale * pace * missed, 0.0, _MOST_DISCOUNT),
            relaxation.shared(weight),
        )

    def budgets(self, price: Amounts, spent: Amounts, pace: float) -> Amounts:
        """(periods,) the prices of budgets after a step towards what was spent over or under them."""
        moved = np.zeros_like(price)
        if len(self.finite):
            over = ((spent - self.relaxation.budget) / self.usual)[self.finite]
            step = pace * np.linalg.solve(self.root.T, np.clip(over, -3.0, 3.0))
            moved[self.finite] = nnls(self.root, self.root @ price[self.finite] + step)[0]
        return moved

    def minimums(self, discount: Amounts, short: Flags) -> Amounts:
        """(suppliers, periods) discounts, a little higher where orders miss a minimum value."""
        return np.clip(discount + 0.06 * self.scale * short, 0.0, _MOST_DISCOUNT)
