"""The mixed-integer programme of a purchase plan: named constraints, a slack for each that may break."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pulp

from planning.purchasing.problem import Limit, PurchaseProblem

Where = tuple[Limit, int | None, int | None]
Terms = list[tuple[pulp.LpVariable, float]]


@dataclass(eq=False)
class PurchaseModel:
    """What was built. packs: by (offer, period), of those that can be ordered; fixed ones are numbers.

    limits: where each named constraint stands; slacks: by the same, the variable that says what is missed.
    """

    asked: PurchaseProblem
    problem: pulp.LpProblem
    packs: dict[tuple[int, int], pulp.LpVariable] = field(default_factory=dict)
    ordered: dict[tuple[int, int], pulp.LpVariable] = field(default_factory=dict)
    limits: dict[str, Where] = field(default_factory=dict)
    slacks: dict[Where, pulp.LpVariable] = field(default_factory=dict)
    cost: Terms = field(default_factory=list)

    def slack_cost(self, *limits: Limit) -> pulp.LpAffineExpression:
        """What is missed of these limits, at their prices; of all of them if none is named."""
        return pulp.LpAffineExpression(
            [
                (slack, self.asked.prices.of(where[0]))
                for where, slack in self.slacks.items()
                if not limits or where[0] in limits
            ]
        )


def build(asked: PurchaseProblem) -> PurchaseModel:
    """The programme, with the cost as its objective (less what is fixed) and slacks that are free.

    Minimise the sum over lines i and periods t of G_it(S_it) + the sum over offers o and periods t of
    (c_o + preference_o - value_i) a_o n_ot + the sum over suppliers s and periods t of K_s z_st,
    S_it = the sum of a_o n_o,tau over the offers of i that were ordered in tau and arrived by t. G is convex,
    so its segments fill in their order by themselves and need no integers.
    """
    model = PurchaseModel(asked, pulp.LpProblem("purchases", pulp.LpMinimize))
    _packs(model)
    segments = _supply(model)
    _suppliers(model)
    _budgets(model)
    if asked.storage is not None:
        _storage(model, segments)
    model.problem.setObjective(pulp.LpAffineExpression(model.cost))
    return model


def _packs(model: PurchaseModel) -> None:
    """Whole packs of every offer in every period, at its minimum or none, one offer of the same terms."""
    asked, offers = model.asked, model.asked.offers
    most, pinned, least = asked.most_packs, asked.pinned, offers.least_packs
    per_unit = offers.unit_cost + offers.preference_cost - asked.value[offers.line]
    one_of: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for offer, period in np.argwhere(most > 0).tolist():
        upper, fixed = int(most[offer, period]), int(pinned[offer, period])
        packs = model.problem.add_variable(f"packs_{offer}_{period}", max(fixed, 0), upper, pulp.LpInteger)
        model.packs[offer, period] = packs
        model.cost.append((packs, float(per_unit[offer] * offers.pack_size[offer])))
        if fixed < 0:
            one_of.setdefault((int(offers.terms[offer]), period), []).append((offer, upper))
    for (terms, period), members in one_of.items():
        opened = []
        for offer, upper in members:
            if least[offer] > 1 or len(members) > 1:
                chosen = model.problem.add_variable(f"chosen_{offer}_{period}", 0, 1, pulp.LpInteger)
                packs = model.packs[offer, period]
                model.problem += packs >= int(least[offer]) * chosen, f"minimum_quantity_{offer}_{period}"
                model.problem += packs <= upper * chosen, f"not_chosen_{offer}_{period}"
                opened.append(chosen)
        if len(members) > 1:
            model.problem += pulp.lpSum(opened) <= 1, f"one_price_{terms}_{period}"


def _supply(model: PurchaseModel) -> dict[tuple[int, int], list[tuple[pulp.LpVariable, int]]]:
    """What has arrived of each line fills the segments of its curve; by line and period, in their order."""
    asked, offers, curves = model.asked, model.asked.offers, model.asked.curves
    width, most = np.diff(curves.supply), asked.most_supply
    width[..., -1] += np.maximum(most - curves.most, 0.0)
    arrivals: dict[int, list[tuple[int, pulp.LpVariable, int]]] = {}
    for (offer, period), packs in model.packs.items():
        arrival = period + int(offers.lead_time[offer])
        arrivals.setdefault(int(offers.line[offer]), []).append(
            (arrival, packs, int(offers.pack_size[offer]))
        )
    found: dict[tuple[int, int], list[tuple[pulp.LpVariable, int]]] = {}
    for line in range(len(asked.lines)):
        for period in range(len(asked.periods)):
            supply = [(packs, pack) for arrival, packs, pack in arrivals.get(line, ()) if arrival <= period]
            _required(model, line, period, supply)
            if not supply:
                continue
            segments = []
            for k in np.flatnonzero(width[line, period] > 0).tolist():
                segment = model.problem.add_variable(
                    f"supply_{line}_{period}_{k}", 0, float(width[line, period, k])
                )
                model.cost.append((segment, float(curves.cost_slopes[line, period, k])))
                segments.append((segment, k))
            model.problem += (
                pulp.LpAffineExpression([*supply, *((segment, -1) for segment, _ in segments)]) == 0,
                f"balance_{line}_{period}",
            )
            found[line, period] = segments
    return found


def _required(
    model: PurchaseModel, line: int, period: int, supply: list[tuple[pulp.LpVariable, int]]
) -> None:
    asked = model.asked
    if asked.required is None or asked.required[line, period] <= 0:
        return
    missed = _slack(model, (Limit.REQUIRED, line, period))
    _limit(
        model,
        (Limit.REQUIRED, line, period),
        pulp.LpAffineExpression([*supply, (missed, 1)]) >= float(asked.required[line, period]),
    )


def _suppliers(model: PurchaseModel) -> None:
    """A supplier that is ordered from in a period costs its ordering cost and gets its minimum value."""
    asked, offers = model.asked, model.asked.offers
    minimum, ordering = asked.suppliers.minimum_order_value, asked.suppliers.ordering_cost
    members: dict[tuple[int, int], list[tuple[int, pulp.LpVariable]]] = {}
    for (offer, period), packs in model.packs.items():
        if asked.suppliers.matters[offers.supplier[offer]]:
            members.setdefault((int(offers.supplier[offer]), period), []).append((offer, packs))
    for (supplier, period), parts in members.items():
        where: Where = (Limit.MINIMUM_ORDER_VALUE, supplier, period)
        must = any(packs.lowBound > 0 for _, packs in parts)
        ordered = model.problem.add_variable(f"ordered_{supplier}_{period}", int(must), 1, pulp.LpInteger)
        model.ordered[supplier, period] = ordered
        model.cost.append((ordered, float(ordering[supplier])))
        for offer, packs in parts:
            if not must:
                model.problem += packs <= packs.upBound * ordered, f"not_ordered_{offer}_{period}"
        if minimum[supplier] > 0:
            value = [(packs, float(offers.pack_cost[offer])) for offer, packs in parts]
            least = float(minimum[supplier])
            _limit(
                model,
                where,
                pulp.LpAffineExpression([*value, (ordered, -least), (_slack(model, where), 1)]) >= 0,
            )


def _budgets(model: PurchaseModel) -> None:
    asked = model.asked
    spent: dict[int, Terms] = {}
    for (offer, period), packs in model.packs.items():
        spent.setdefault(period, []).append((packs, float(asked.offers.pack_cost[offer])))
    every = [part for parts in spent.values() for part in parts]
    budgets: list[tuple[Where, Terms, float]] = [
        ((Limit.BUDGET, None, period), parts, float(asked.budget[period])) for period, parts in spent.items()
    ]
    budgets.append(((Limit.TOTAL_BUDGET, None, None), every, asked.total_budget))
    for where, parts, budget in budgets:
        if parts and np.isfinite(budget):
            _limit(model, where, pulp.LpAffineExpression([*parts, (_slack(model, where), -1)]) <= budget)


def _storage(
    model: PurchaseModel, segments: dict[tuple[int, int], list[tuple[pulp.LpVariable, int]]]
) -> None:
    storage, curves = model.asked.storage, model.asked.curves
    assert storage is not None  # noqa: S101 - the caller asked
    assert curves.on_shelf is not None  # noqa: S101 - a problem with storage has it
    for place, period in np.argwhere(np.isfinite(storage.capacity)).tolist():
        where: Where = (Limit.STORAGE, place, period)
        lines = np.flatnonzero(storage.place == place).tolist()
        already = float(storage.volume[lines] @ curves.on_shelf[lines, period, 0])
        room = [
            (segment, float(storage.volume[line] * curves.shelf_slopes[line, period, k]))
            for line in lines
            for segment, k in segments.get((line, period), ())
        ]
        most = float(storage.capacity[place, period]) - already
        _limit(model, where, pulp.LpAffineExpression([*room, (_slack(model, where), -1)]) <= most)


def _slack(model: PurchaseModel, where: Where) -> pulp.LpVariable:
    name = "_".join(str(part) for part in ("missed", *where) if part is not None)
    model.slacks[where] = model.problem.add_variable(name, 0)
    return model.slacks[where]


def _limit(model: PurchaseModel, where: Where, constraint: pulp.LpConstraint) -> None:
    name = "_".join(str(part) for part in where if part is not None)
    model.limits[name] = where
    model.problem += constraint, name
