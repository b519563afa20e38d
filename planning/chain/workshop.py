"""What is made when: things on limited resources by linear programming, all others when they are needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import pulp

from planning.chain.resources import Line, Resources
from planning.materials.netting import Netting, Rules, Supply, net
from planning.production.plan import ProductionPlan, plan_production
from planning.production.problem import Process, Product, ProductionProblem, Resource
from planning.production.sentences import sentences

Quantities = npt.NDArray[np.float64]

_DUST = 1e-5
_ON_ORDER = "on order"  # what comes anyway is a process of fixed use


class Workshop:
    """Plans one low-level code after the other, as `plan_materials` asks; keeps what was decided.

    periods: their names. plans: the production plans, in the order in which they were made. A resource that
    makes things of several low-level codes gives to the upper ones first; what they leave is there for what
    goes into them.
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
        self.plans: list[ProductionPlan] = []

    def schedule(self, names: tuple[str, ...], gross: Quantities, supply: Supply, rules: Rules) -> Netting:
        """When things arrive; what needs a resource, as `plan_production` decides."""
        netted = net(gross, supply, rules)
        at = {name: row for row, name in enumerate(names)}
        lines = [line for line in self._resources.lines if line.unique_id in at]
        made = replace(netted, planned_receipts=netted.planned_receipts.copy(), on_hand=netted.on_hand.copy())
        for group in together(lines):
            rows = {line.unique_id: at[line.unique_id] for line in group}
            plan = plan_production(self._problem(group, rows, gross, supply, rules, netted), self._solver)
            self.plans.append(plan)
            own = plan.production[plan.production["resource"] != _ON_ORDER]
            for resource, use in own.groupby("resource"):
                used = use.groupby("period")["use"].sum().reindex(list(self.periods)).to_numpy()
                self._left[str(resource)] = np.maximum(self._left[str(resource)] - used, 0.0)
            good = own.groupby(["unique_id", "period"])["good_units"].sum()
            for name, row in rows.items():
                when = [(name, period) for period in self.periods]
                made.planned_receipts[row] = _whole(good.reindex(when).to_numpy(dtype=np.float64))
                comes = supply.receipts[row] + made.planned_receipts[row]
                opening = supply.on_hand[row] + supply.expiring[row].sum()
                left = opening + (comes - gross[row] - netted.expired[row]).cumsum()
                made.on_hand[row] = np.where(left > _DUST, left, 0.0)
        return made

    def production(self) -> pd.DataFrame:
        """unique_id, resource, period, use, good_units, capacity, worth: of all that is on a resource.

        worth: what one more unit of the capacity saves of the first thing that is missed, 0 if it does not
        bind.
        """
        tables = []
        for plan in self.plans:
            worth = {(each.resource, each.period): each.worth for each in plan.binding if each.resource}
            rows = plan.production[plan.production["resource"] != _ON_ORDER]
            places = list(zip(rows["resource"], rows["period"], strict=True))
            capacity = [
                float(self._resources.capacity[resource][self.periods.index(period)])
                for resource, period in places
            ]
            tables.append(rows.assign(capacity=capacity, worth=[worth.get(each, 0.0) for each in places]))
        columns = ["unique_id", "resource", "period", "use", "good_units", "capacity", "worth"]
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)

    def sentences(self) -> tuple[str, ...]:
        """What the production plans say of themselves, those that miss something first."""
        plans = sorted(self.plans, key=lambda plan: plan.feasible)
        return tuple(
            f"{', '.join(_resources_of(plan))}: {sentence}"
            for plan in plans
            for sentence in ([self._all_is_made(plan)] if plan.feasible else sentences(plan))
        )

    def _all_is_made(self, plan: ProductionPlan) -> str:
        use = plan.production.groupby(["resource", "period"])["use"].sum()
        full = {
            resource: [
                period
                for period, capacity in zip(self.periods, self._resources.capacity[resource], strict=True)
                if use[resource, period] >= capacity * (1 - _DUST)
            ]
            for resource in _resources_of(plan)
        }
        takes = "; ".join(
            f"{resource} in {', '.join(periods)}" for resource, periods in full.items() if periods
        )
        limit = f" It takes the whole capacity of {takes}." if takes else ""
        return f"All that is asked for can be made in time.{limit}"

    def _problem(
        self,
        group: list[Line],
        rows: Mapping[str, int],
        gross: Quantities,
        supply: Supply,
        rules: Rules,
        netted: Netting,
    ) -> ProductionProblem:
        """What expires unused counts as demand: it is on hand and nobody gets it."""
        products = tuple(
            Product(
                name,
                demand=tuple((gross[row] + netted.expired[row]).tolist()),
                on_hand=float(supply.on_hand[row] + supply.expiring[row].sum()),
                safety_stock=float(rules.safety_stock[row]),
                final_stock=None,
                shortage_cost=self._shortage_cost.get(name, 1.0),
            )
            for name, row in rows.items()
        )
        coming = [name for name, row in rows.items() if supply.receipts[row].any()]
        resources = [
            Resource(name, tuple(self._left[name].tolist()))
            for name in sorted({line.resource for line in group})
        ]
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
            for line in group
        ] + [
            Process(name, _ON_ORDER, unit_cost=0.0, scheduled=tuple(supply.receipts[rows[name]].tolist()))
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


def _resources_of(plan: ProductionPlan) -> list[str]:
    return sorted(set(plan.production["resource"]) - {_ON_ORDER})
