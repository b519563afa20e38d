"""The linear programme of a production plan: named constraints, and a slack for each that may break."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pulp

from planning.production.lexicographic import Goal
from planning.production.problem import Aim, Process, Product, ProductionProblem, spread


@dataclass(frozen=True)
class Place:
    """Where a constraint holds: its aim, the period by its position, and the product and resource or ''."""

    aim: Aim
    period: int
    unique_id: str = ""
    resource: str = ""


@dataclass(frozen=True)
class Slack:
    """By how much a constraint is missed, at a price per unit."""

    place: Place
    price: float
    variable: pulp.LpVariable


@dataclass(eq=False)
class ProductionModel:
    """What was built. use: by process and period. limits: where each named constraint holds."""

    asked: ProductionProblem
    problem: pulp.LpProblem
    use: list[list[pulp.LpVariable]] = field(default_factory=list)
    on_hand: dict[str, list[pulp.LpVariable]] = field(default_factory=dict)
    slacks: list[Slack] = field(default_factory=list)
    limits: dict[str, Place] = field(default_factory=dict)

    def priced(self, aims: Iterable[Aim], priority: int | None = None) -> pulp.LpAffineExpression:
        """What is missed of these aims, at its prices; of the products of one priority, if one is named."""
        wanted = set(aims)
        last = len(self.asked.periods) - 1
        terms = []
        served = {product.unique_id for product in self.asked.products if product.priority == priority}
        for slack in self.slacks:
            place = slack.place
            if priority is not None and place.unique_id not in served:
                continue
            if place.aim in wanted:
                terms.append((slack.variable, slack.price))
            if Aim.UNMET in wanted and place.aim is Aim.DEMAND and place.period == last:
                terms.append((slack.variable, slack.price))
        return pulp.lpSum(price * variable for variable, price in terms)

    def goals(self) -> list[Goal]:
        """One goal for each group of aims, in order; one per priority for demand that has its own group."""
        found = []
        for group in self.asked.order:
            if group == (Aim.DEMAND,):
                priorities = sorted({product.priority for product in self.asked.products})
                found += [Goal(goal_of(group, each), self.priced(group, each)) for each in priorities]
                continue
            expression = self.priced(group)
            if Aim.COST in group:
                expression += pulp.lpSum(self._costs())
            if Aim.STOCK_HELD in group:
                expression += pulp.lpSum(units for row in self.on_hand.values() for units in row)
            found.append(Goal(goal_of(group), expression))
        return found

    def goal_that_counts(self, aim: Aim, unique_id: str = "") -> str:
        """The name of the goal in which this aim counts, for this product."""
        group = next(group for group in self.asked.order if aim in group)
        return goal_of(group, self.asked.product(unique_id).priority if unique_id else 1)

    def _costs(self) -> Iterator[pulp.LpAffineExpression]:
        for process, row in zip(self.asked.processes, self.use, strict=True):
            for cost, units in zip(spread(process.unit_cost, len(row)), row, strict=True):
                yield cost * units
        for product in self.asked.products:
            yield from (product.holding_cost * units for units in self.on_hand[product.unique_id])


def goal_of(group: tuple[Aim, ...], priority: int = 1) -> str:
    """The name of a group of aims.

    >>> goal_of((Aim.DEMAND, Aim.COST)), goal_of((Aim.DEMAND,), 2)
    ('demand_and_cost', 'demand_2')
    """
    return f"{Aim.DEMAND}_{priority}" if group == (Aim.DEMAND,) else "_and_".join(group)


def build(asked: ProductionProblem) -> ProductionModel:
    """The programme without an objective: minimise its goals in their order."""
    model = ProductionModel(asked, pulp.LpProblem("production", pulp.LpMinimize))
    for number, process in enumerate(asked.processes):
        model.use.append([_use(model, number, t) for t in range(len(asked.periods))])
        _ramp(model, number, process)
        _runs_at_all(model, number, process)
    for number, product in enumerate(asked.products):
        _balance(model, number, product)
        _safety_stock(model, number, product)
        _final_stock(model, number, product)
    _capacity(model)
    _least_use(model)
    return model


def _use(model: ProductionModel, number: int, period: int) -> pulp.LpVariable:
    scheduled = model.asked.processes[number].scheduled
    fixed = scheduled[period] if period < len(scheduled) else None
    return model.problem.add_variable(f"use_{number}_{period}", fixed or 0.0, fixed)


def _slack(model: ProductionModel, name: str, place: Place, price: float) -> pulp.LpVariable:
    variable = model.problem.add_variable(f"missed_{name}", 0.0)
    model.slacks.append(Slack(place, price, variable))
    return variable


def _limit(model: ProductionModel, name: str, place: Place, holds: pulp.LpConstraint) -> None:
    model.problem += holds, name
    model.limits[name] = place


def _balance(model: ProductionModel, number: int, product: Product) -> None:
    """I_t - B_t = I_(t-1) - B_(t-1) + sum of density x yield_rate x use - demand."""
    asked, rows = model.asked, []
    before: pulp.LpAffineExpression | float = product.on_hand
    for t, demand in enumerate(product.demand):
        on_hand = model.problem.add_variable(f"on_hand_{number}_{t}", 0.0)
        place = Place(Aim.DEMAND, t, product.unique_id)
        late = _slack(model, f"demand_{number}_{t}", place, product.shortage_cost)
        made = pulp.lpSum(
            spread(process.density, len(asked.periods))[t]
            * spread(process.yield_rate, len(asked.periods))[t]
            * model.use[at][t]
            for at, process in enumerate(asked.processes)
            if process.unique_id == product.unique_id
        )
        model.problem += on_hand - late == before + made - demand, f"stock_balance_{number}_{t}"
        before = on_hand - late
        rows.append(on_hand)
    model.on_hand[product.unique_id] = rows


def _safety_stock(model: ProductionModel, number: int, product: Product) -> None:
    for t, wanted in enumerate(product.wanted_stock):
        if wanted > 0:
            name, place = f"safety_stock_{number}_{t}", Place(Aim.SAFETY_STOCK, t, product.unique_id)
            missed = _slack(model, name, place, model.asked.prices.safety_stock)
            _limit(model, name, place, model.on_hand[product.unique_id][t] + missed >= wanted)


def _final_stock(model: ProductionModel, number: int, product: Product) -> None:
    if product.final_stock is None:
        return
    last, on_hand = len(product.demand) - 1, model.on_hand[product.unique_id][-1]
    place = Place(Aim.FINAL_STOCK, last, product.unique_id)
    over = _slack(model, f"final_stock_over_{number}", place, model.asked.prices.final_stock)
    _limit(model, f"final_stock_most_{number}", place, on_hand - over <= product.final_stock)
    if product.final_stock > 0:
        under = _slack(model, f"final_stock_under_{number}", place, model.asked.prices.final_stock)
        _limit(model, f"final_stock_least_{number}", place, on_hand + under >= product.final_stock)


def _capacity(model: ProductionModel) -> None:
    """Each resource its own; in a cascade, all down to each one together no more than theirs together."""
    asked, periods = model.asked, range(len(model.asked.periods))
    handed: dict[int, tuple[pulp.LpAffineExpression, float]] = dict.fromkeys(
        periods, (pulp.LpAffineExpression(), 0.0)
    )
    named = {resource.name: resource for resource in asked.resources}
    own = [resource for resource in asked.resources if resource.name not in asked.cascade]
    for resource in [*own, *(named[name] for name in asked.cascade)]:
        number = asked.resources.index(resource)
        for t, capacity in enumerate(spread(resource.capacity, len(asked.periods))):
            used = _used(model, resource.name, t)
            passed = resource.name in asked.cascade
            above, given = handed[t] if passed else (pulp.LpAffineExpression(), 0.0)
            if math.isfinite(given + capacity) and len(used):
                name, place = f"capacity_{number}_{t}", Place(Aim.CAPACITY, t, "", resource.name)
                used = used - _slack(model, name, place, asked.prices.capacity)
                _limit(model, name, place, above + used <= given + capacity)
            if passed:
                handed[t] = (above + used, given + capacity)


def _least_use(model: ProductionModel) -> None:
    for number, resource in enumerate(model.asked.resources):
        for t, least in enumerate(spread(resource.minimum_run, len(model.asked.periods))):
            if least > 0:
                name, place = f"minimum_run_{number}_{t}", Place(Aim.MINIMUM_RUN, t, "", resource.name)
                missed = _slack(model, name, place, model.asked.prices.minimum_run)
                _limit(model, name, place, _used(model, resource.name, t) + missed >= least)


def _ramp(model: ProductionModel, number: int, process: Process) -> None:
    if process.ramp is None:
        return
    before: pulp.LpVariable | float | None = process.before
    for t, use in enumerate(model.use[number]):
        if before is not None:
            name = f"ramp_{number}_{t}"
            place = Place(Aim.RAMP, t, process.unique_id, process.resource)
            missed = _slack(model, name, place, model.asked.prices.ramp)
            _limit(model, name, place, use - missed - before <= process.ramp)
        before = use


def _runs_at_all(model: ProductionModel, number: int, process: Process) -> None:
    """Use is 0 or at least minimum_run: a binary variable says which."""
    if process.minimum_run <= 0:
        return
    asked = model.asked
    resource = next(each for each in asked.resources if each.name == process.resource)
    least = max(spread(resource.minimum_run, 1))
    most = max([process.minimum_run, least, *(units or 0.0 for units in process.scheduled)])
    most += _all_that_is_wanted(asked.product(process.unique_id), process)
    for t, use in enumerate(model.use[number]):
        runs = model.problem.add_variable(f"runs_{number}_{t}", 0, 1, pulp.LpInteger)
        name = f"minimum_run_of_process_{number}_{t}"
        place = Place(Aim.MINIMUM_RUN, t, process.unique_id, process.resource)
        missed = _slack(model, name, place, asked.prices.minimum_run)
        _limit(model, name, place, use + missed >= process.minimum_run * runs)
        model.problem += use <= most * runs, f"makes_nothing_unless_it_runs_{number}_{t}"


def _all_that_is_wanted(product: Product, process: Process) -> float:
    """More use than this is of no use to anybody."""
    least = min(
        density * rate for density in spread(process.density, 1) for rate in spread(process.yield_rate, 1)
    )
    units = sum(product.demand) + max(product.wanted_stock) + (product.final_stock or 0.0)
    return (units + max(-product.on_hand, 0.0)) / least


def _used(model: ProductionModel, resource: str, period: int) -> pulp.LpAffineExpression:
    processes = enumerate(model.asked.processes)
    return pulp.lpSum(model.use[at][period] for at, process in processes if process.resource == resource)
