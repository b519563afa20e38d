"""What is made when: things on limited resources by linear programming, all others when they are needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import pulp

from planning.chain.hurried import hurried
from planning.chain.resources import Line, Resources
from planning.materials.netting import Netting, Rules, Supply, net
from planning.production.plan import ProductionPlan, plan_production
from planning.production.problem import Process, Product, ProductionProblem, Resource
from planning.production.sentences import sentences

Quantities = npt.NDArray[np.float64]

_DUST = 1e-5
_ON_ORDER = "on order"  # what comes anyway is a process of fixed use


@dataclass(frozen=True, eq=False)
class _Group:
    """Lines that are planned together, the row of each product, and what is known of these."""

    lines: list[Line]
    rows: Mapping[str, int]
    gross: Quantities
    supply: Supply
    rules: Rules
    netted: Netting

    @property
    def resources(self) -> list[str]:
        """Names of the resources, sorted."""
        return sorted({line.resource for line in self.lines})


class Workshop:
    """Plans one low-level code after the other, as `plan_materials` asks; keeps what was decided.

    periods: their names. plans: the production plans of what did not fit as it was needed, in the order in
    which they were made. A resource that makes things of several low-level codes gives to the upper ones
    first; what they leave is there for what goes into them.
    """

    def __init__(
        self,
        resources: Resources,
        periods: tuple[str, ...],
        shortage_cost: Mapping[str, float],
        solver: pulp.LpSolver | None = None,
    ) -> None:
        self._resources = resources
        self.periods = periods
        self._shortage_cost = shortage_cost
        self._solver = solver
        self._left = dict(resources.capacity)
        self._production: list[pd.DataFrame] = []
        self._sentences: list[tuple[bool, str]] = []
        self.plans: list[ProductionPlan] = []

    def schedule(self, names: tuple[str, ...], gross: Quantities, supply: Supply, rules: Rules) -> Netting:
        """When things arrive: what needs a resource when it is needed if that fits, else as
        `plan_production` decides; of what is bought, what is on its way is hurried before more is ordered.
        """
        sooner = hurried(gross, supply, rules)
        netted = net(gross, sooner, rules)
        not_yet = sooner.receipts.cumsum(axis=1) - supply.receipts.cumsum(axis=1)
        netted = replace(netted, on_hand=np.maximum(netted.on_hand - not_yet, 0.0))
        at = {name: row for row, name in enumerate(names)}
        lines = [line for line in self._resources.lines if line.unique_id in at]
        made = replace(netted, planned_receipts=netted.planned_receipts.copy(), on_hand=netted.on_hand.copy())
        for each in together(lines):
            rows = {line.unique_id: at[line.unique_id] for line in each}
            group = _Group(each, rows, gross, supply, rules, netted)
            production = self._when_needed(group)
            if production is None:
                production = self._planned(group, made)
            use = production.groupby(["resource", "period"])["use"].sum()
            for resource in group.resources:
                used = use.reindex([(resource, period) for period in self.periods], fill_value=0.0)
                self._left[resource] = np.maximum(self._left[resource] - used.to_numpy(), 0.0)
            self._production.append(production)
        return made

    def production(self) -> pd.DataFrame:
        """unique_id, resource, period, use, good_units, capacity, worth: of all that is on a resource.

        worth: what one more unit of the capacity saves of the first thing that is missed or else of cost and
        stock, 0 if it does not bind.
        """
        columns = ["unique_id", "resource", "period", "use", "good_units", "worth"]
        found = [pd.DataFrame(columns=columns), *self._production]
        table = pd.concat([each for each in found if len(each)] or found[:1], ignore_index=True)
        number = {period: at for at, period in enumerate(self.periods)}
        capacity = [
            float(self._resources.capacity[str(resource)][number[str(period)]])
            for resource, period in zip(table["resource"], table["period"], strict=True)
        ]
        return table.assign(capacity=capacity)

    def sentences(self) -> tuple[str, ...]:
        """What is said of each group of resources, those that miss something first."""
        return tuple(said for _, said in sorted(self._sentences, key=lambda each: each[0]))

    def _when_needed(self, group: _Group) -> pd.DataFrame | None:
        """What netting wants, where one resource makes each product alike in all periods and has the
        capacity: nothing is late, no less is made and none of it earlier, so no plan is better."""
        if len(group.rows) < len(group.lines):
            return None
        use = {resource: np.zeros(len(self.periods)) for resource in group.resources}
        tables = []
        for line in group.lines:
            per_use = line.density * line.yield_rate
            if line.ramp is not None or (per_use != per_use[0]).any():
                return None
            units = group.netted.planned_receipts[group.rows[line.unique_id]]
            use[line.resource] += units / per_use
            named = {"unique_id": line.unique_id, "resource": line.resource, "period": self.periods}
            tables.append(pd.DataFrame({**named, "use": units / per_use, "good_units": units, "worth": 0.0}))
        if any((used > self._left[resource]).any() for resource, used in use.items()):
            return None
        self._say(group, True, [self._all_is_made(use)])
        return pd.concat(tables, ignore_index=True)

    def _planned(self, group: _Group, made: Netting) -> pd.DataFrame:
        """What linear programming decides; `made` gets it, too."""
        plan = plan_production(self._problem(group), self._solver)
        self.plans.append(plan)
        production = plan.production[plan.production["resource"] != _ON_ORDER]
        good = production.groupby(["unique_id", "period"])["good_units"].sum()
        for name, row in group.rows.items():
            when = [(name, period) for period in self.periods]
            made.planned_receipts[row] = _whole(good.reindex(when).to_numpy(dtype=np.float64))
            comes = group.supply.receipts[row] + made.planned_receipts[row]
            opening = group.supply.on_hand[row] + group.supply.expiring[row].sum()
            left = opening + (comes - group.gross[row] - group.netted.expired[row]).cumsum()
            made.on_hand[row] = np.where(left > _DUST, left, 0.0)
        used = production.groupby(["resource", "period"])["use"].sum()
        use = {
            resource: used.reindex([(resource, period) for period in self.periods]).to_numpy(dtype=np.float64)
            for resource in group.resources
        }
        said = [self._all_is_made(use)] if plan.feasible else [*sentences(plan), *self._closed(group, plan)]
        self._say(group, plan.feasible, said)
        worth = {(each.resource, each.period): each.worth for each in plan.binding if each.resource}
        places = zip(production["resource"], production["period"], strict=True)
        return production.assign(worth=[worth.get((str(line), str(at)), 0.0) for line, at in places])

    def _closed(self, group: _Group, plan: ProductionPlan) -> list[str]:
        """The resources that have no capacity at all in a period in which something is missed."""
        missed = {each.period for each in plan.missed}
        closed = {
            resource: [
                period
                for period, capacity in zip(self.periods, self._resources.capacity[resource], strict=True)
                if period in missed and capacity == 0
            ]
            for resource in group.resources
        }
        alone = len(group.resources) == 1
        return [
            f"{'It' if alone else name} has no capacity in {', '.join(when)}."
            for name, when in closed.items()
            if when
        ]

    def _say(self, group: _Group, feasible: bool, said: list[str]) -> None:
        self._sentences += [(feasible, f"{', '.join(group.resources)}: {sentence}") for sentence in said]

    def _all_is_made(self, use: Mapping[str, Quantities]) -> str:
        full = {
            resource: np.flatnonzero((used > 0) & (used >= has * (1 - _DUST))).tolist()
            for resource, used, has in (
                (name, used, self._resources.capacity[name]) for name, used in use.items()
            )
        }
        takes = "; ".join(
            f"{resource} in {', '.join(self.periods[at] for at in periods)}"
            for resource, periods in full.items()
            if periods
        )
        limit = f" It takes the whole capacity of {takes}." if takes else ""
        return f"All that is asked for can be made in time.{limit}"

    def _problem(self, group: _Group) -> ProductionProblem:
        """What expires unused counts as demand: it is on hand and nobody gets it."""
        supply = group.supply
        products = tuple(
            Product(
                name,
                demand=tuple((group.gross[row] + group.netted.expired[row]).tolist()),
                on_hand=float(supply.on_hand[row] + supply.expiring[row].sum()),
                safety_stock=float(group.rules.safety_stock[row]),
                final_stock=None,
                shortage_cost=self._shortage_cost.get(name, 1.0),
            )
            for name, row in group.rows.items()
        )
        coming = [name for name, row in group.rows.items() if supply.receipts[row].any()]
        resources = [Resource(name, tuple(self._left[name].tolist())) for name in group.resources]
        if coming:
            resources.append(Resource(_ON_ORDER, float("inf")))
        processes = [
            Process(
                line.unique_id,
                line.resource,
                density=tuple(line.density.tolist()),
                yield_rate=tuple(line.yield_rate.tolist()),
                ramp=line.ramp,
            )
            for line in group.lines
        ] + [
            Process(
                name, _ON_ORDER, unit_cost=0.0, scheduled=tuple(supply.receipts[group.rows[name]].tolist())
            )
            for name in coming
        ]
        return ProductionProblem(self.periods, products, tuple(resources), tuple(processes))


def together(lines: list[Line]) -> list[list[Line]]:
    """Lines that share a product or a resource, directly or through others, in one group each."""
    group_of: dict[str, int] = {}
    groups: dict[int, list[Line]] = {}
    for number, line in enumerate(lines):
        names = (f"product {line.unique_id}", f"resource {line.resource}")
        joined = sorted({group_of[name] for name in names if name in group_of})
        groups[number] = [*(each for old in joined for each in groups.pop(old)), line]
        for each in groups[number]:
            group_of[f"product {each.unique_id}"] = group_of[f"resource {each.resource}"] = number
    return [groups[number] for number in sorted(groups)]


def _whole(units: Quantities) -> Quantities:
    """A plan's use is rounded to six decimals, so that 60 pieces come back as 60.00005."""
    nearest = np.rint(units)
    return np.where(np.abs(units - nearest) < _DUST * np.maximum(nearest, 1.0), nearest, units)
