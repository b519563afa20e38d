"""What if: a named overlay on the inputs of a plan, which never touches the plan itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import pandas as pd

from forecasting.paths.demand_paths import DemandPaths
from forecasting.series.assumptions import Assumption
from forecasting.series.panel import Panel, extend
from intake.errors import InputError
from planning.plan import PlanSettings

PROMOTION: Final = "promotion"
PRICE: Final = "price"


@dataclass(frozen=True, kw_only=True)
class PlanTables:
    """The tables that a plan is decided from, as `replenish` and `plan_chain` take them."""

    stock: pd.DataFrame
    items: pd.DataFrame
    suppliers: pd.DataFrame
    terms: pd.DataFrame
    open_orders: pd.DataFrame
    bill_of_materials: pd.DataFrame | None = None
    capacity: pd.DataFrame | None = None


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """What is supposed to be otherwise. Impossible values raise InputError, and so does supposing nothing.

    demand_factor: times the demand of every path. promotion: whether there is a promotion in the periods
    ahead. only: the series or products that these two are about; all where empty. price_factor: by series or
    product, times the selling price ahead. unit_cost_factor, lead_time_days, open_orders_days,
    minimum_order_value: by supplier_id, times what he asks, days that his orders take longer, days by which
    what he has on order comes later, and his new minimum. budget: the most money that the orders may cost, by
    currency ('' where there is one). service_level: of all lines, in place of theirs and of what their costs
    say. capacity_factor: times the capacity of every resource.
    """

    name: str
    demand_factor: float = 1.0
    promotion: bool | None = None
    only: tuple[str, ...] = ()
    price_factor: Mapping[str, float] = field(default_factory=dict)
    unit_cost_factor: Mapping[str, float] = field(default_factory=dict)
    lead_time_days: Mapping[str, float] = field(default_factory=dict)
    open_orders_days: Mapping[str, float] = field(default_factory=dict)
    minimum_order_value: Mapping[str, float] = field(default_factory=dict)
    budget: Mapping[str, float] = field(default_factory=dict)
    service_level: float | None = None
    capacity_factor: float = 1.0

    def __post_init__(self) -> None:
        factors = {"demand_factor": self.demand_factor, "capacity_factor": self.capacity_factor}
        for name in ("price_factor", "unit_cost_factor"):
            factors |= {f"{name}.{key}": factor for key, factor in getattr(self, name).items()}
        for name, factor in factors.items():
            if not 0 < factor <= 100:
                raise InputError(f"{name} must lie above 0 and not above 100, not {factor}; 1.2 is 20 % more")
        for name in ("minimum_order_value", "budget"):
            for key, money in getattr(self, name).items():
                if not 0 <= money < np.inf:
                    raise InputError(f"{name}.{key} must be 0 or more, not {money}")
        if self.service_level is not None and not 0 < self.service_level < 1:
            raise InputError(f"service_level must lie between 0 and 1, not {self.service_level}")
        if not self.sentences():
            raise InputError(f"the what-if '{self.name}' supposes nothing: say what is otherwise")

    @property
    def about_demand(self) -> bool:
        """Whether the model has to be asked again, because it knows what promotions and prices do."""
        return self.promotion is not None or bool(self.price_factor)

    def sentences(self) -> tuple[str, ...]:
        """What is supposed, in words."""
        of = f" of {', '.join(self.only)}" if self.only else ""
        said = []
        if self.demand_factor != 1:
            said.append(f"Demand{of} is {_more(self.demand_factor)}.")
        if self.promotion is not None:
            said.append(f"There is {'a' if self.promotion else 'no'} promotion{of} in the periods ahead.")
        said += [f"The price of {name} is {_more(factor)}." for name, factor in self.price_factor.items()]
        said += [f"{name} asks {_more(factor)}." for name, factor in self.unit_cost_factor.items()]
        said += [f"Orders from {name} come {_later(days)}." for name, days in self.lead_time_days.items()]
        said += [
            f"What is on order from {name} comes {_later(days)}."
            for name, days in self.open_orders_days.items()
        ]
        said += [
            f"The minimum order value of {name} is {money:,.2f}."
            for name, money in self.minimum_order_value.items()
        ]
        said += [
            f"The orders may cost {money:,.2f} {key}".strip() + "." for key, money in self.budget.items()
        ]
        if self.service_level is not None:
            said.append(f"Every line has a service level of {self.service_level:.1%}.")
        if self.capacity_factor != 1:
            said.append(f"Every capacity is {_more(self.capacity_factor)}.")
        return tuple(said)

    def panel(
        self,
        panel: Panel,
        extended: Panel,
        cutoff: pd.Timestamp,
        horizon: int,
        assumptions: Mapping[str, Assumption],
    ) -> Panel:
        """The panel extended over the periods ahead with the promotions and prices that are supposed.

        panel, extended: as known, and as `extend` made it of that with these assumptions. Prices that are
        assumed are assumed again, so that they follow the promotions. InputError where the model knows no
        promotions or no price, or has none of the series.
        """
        if self.about_demand:
            for column, asked in ((PROMOTION, self.promotion is not None), (PRICE, bool(self.price_factor))):
                if asked and column not in panel.exog:
                    raise InputError(
                        f"'{self.name}' is about the {column}, and the sales have no such column"
                    )
        if self.promotion is not None:
            extended = self._promoted(panel, extended, cutoff, horizon, assumptions)
        if not self.price_factor:
            return extended
        frame = extended.frame
        ids = frame["unique_id"]
        factor = pd.Series(1.0, index=frame.index)
        for name, each in self.price_factor.items():
            factor = factor.where(~named(ids, (name,)), each)
        ahead = frame["ds"] > cutoff
        return replace(extended, frame=frame.assign(price=frame[PRICE].where(~ahead, frame[PRICE] * factor)))

    def _promoted(
        self,
        panel: Panel,
        extended: Panel,
        cutoff: pd.Timestamp,
        horizon: int,
        assumptions: Mapping[str, Assumption],
    ) -> Panel:
        frame = extended.frame
        ahead = frame["ds"] > cutoff
        changed = ahead & named(frame["unique_id"], self.only)
        columns = {PROMOTION: frame[PROMOTION].where(~changed, float(bool(self.promotion)))}
        if PRICE in panel.exog:
            known = panel.frame.set_index(["unique_id", "ds"])[PRICE]
            stated = known.reindex(pd.MultiIndex.from_frame(frame[["unique_id", "ds"]]))
            columns[PRICE] = frame[PRICE].where(~changed, stated.set_axis(frame.index))
        again = replace(extended, frame=frame.assign(**columns), notes=panel.notes)
        return extend(again, cutoff, horizon, assumptions)

    def paths(self, paths: DemandPaths) -> DemandPaths:
        """The demand paths, of which those of some series are more or less.

        InputError where something is supposed of a series or product that there is not.
        """
        ids = pd.Series(paths.unique_id, dtype=object)
        for name in (*self.only, *self.price_factor):
            if not named(ids, (name,)).any():
                raise InputError(f"there is no series or product '{name}' to suppose anything of")
        if self.demand_factor == 1:
            return paths
        factor = np.where(named(ids, self.only), self.demand_factor, 1.0)
        return replace(paths, values=paths.values * factor[:, None, None])

    def tables(self, tables: PlanTables, supplier_of: Mapping[str, str]) -> PlanTables:
        """Copies of the tables with what is supposed of suppliers, open orders, service and capacity.

        supplier_of: by unique_id, who supplies it in the plan, because a stock file does not say who was
        asked for what is on order. InputError for a supplier that is in no table, and for a capacity_factor
        without a capacity table.
        """
        suppliers, terms, orders = tables.suppliers, tables.terms, tables.open_orders
        known = {
            *suppliers["supplier_id"].dropna(),
            *terms.get("supplier_id", pd.Series(dtype=object)).dropna(),
        }
        for option in ("unit_cost_factor", "lead_time_days", "open_orders_days", "minimum_order_value"):
            for name in getattr(self, option):
                if name not in known:
                    raise InputError(
                        f"{option}: there is no supplier '{name}'; there are: {', '.join(sorted(known))}"
                    )
        later = suppliers["supplier_id"].map(self.lead_time_days).fillna(0.0)
        minimum = suppliers["supplier_id"].map(self.minimum_order_value)
        suppliers = suppliers.reindex(
            columns=[*suppliers.columns.union(["lead_time", "minimum_order_value"])]
        )
        suppliers = suppliers.assign(
            lead_time=(suppliers["lead_time"] + later).clip(lower=0.0),
            minimum_order_value=minimum.fillna(suppliers["minimum_order_value"]),
        )
        terms = terms.reindex(columns=[*terms.columns.union(["lead_time", "unit_cost"])])
        terms = terms.assign(
            lead_time=(terms["lead_time"] + _of(terms, self.lead_time_days, 0.0)).clip(lower=0.0),
            unit_cost=terms["unit_cost"] * _of(terms, self.unit_cost_factor, 1.0),
        )
        asked = orders["supplier_id"].where(orders["supplier_id"] != "", orders["unique_id"].map(supplier_of))
        delay = pd.to_timedelta(_of(orders.assign(supplier_id=asked), self.open_orders_days, 0.0), unit="D")
        capacity = tables.capacity
        if self.capacity_factor != 1:
            if capacity is None:
                raise InputError(f"'{self.name}' is about the capacity, and there is no capacity table")
            capacity = capacity.assign(capacity=capacity["capacity"] * self.capacity_factor)
        return replace(
            tables,
            capacity=capacity,
            suppliers=suppliers,
            terms=terms,
            items=self._items(tables.items),
            open_orders=orders.assign(due=pd.to_datetime(orders["due"]) + delay),
        )

    def _items(self, items: pd.DataFrame) -> pd.DataFrame:
        """The items with their new prices, and with the one service level that no costs overrule."""
        if self.price_factor and PRICE in items:
            factor = pd.Series(1.0, index=items.index)
            for name, each in self.price_factor.items():
                factor = factor.where(~named(items["unique_id"].astype(str), (name,)), each)
            items = items.assign(price=items[PRICE] * factor)
        if self.service_level is not None:
            items = items.assign(service_level=self.service_level, shortage_cost=np.nan)
        return items

    def settings(self, settings: PlanSettings) -> PlanSettings:
        """The settings with the service level and the budget that are supposed."""
        service_level = settings.service_level if self.service_level is None else self.service_level
        return replace(settings, service_level=service_level, budget={**settings.budget, **self.budget})


def named(ids: pd.Series[str], names: tuple[str, ...]) -> pd.Series[bool]:
    """Which unique_ids are among `names`, or their products are; all of them where nothing is named."""
    if not names:
        return pd.Series(True, index=ids.index)
    return ids.isin(names) | ids.str.split("/").str[1].isin(names)


def _of(rows: pd.DataFrame, by_supplier: Mapping[str, float], otherwise: float) -> pd.Series[float]:
    return rows["supplier_id"].map(by_supplier).astype(np.float64).fillna(otherwise)


def _more(factor: float) -> str:
    """
    >>> _more(1.2), _more(0.9)
    ('20 % more', '10 % less')
    """
    return f"{abs(factor - 1) * 100:.4g} % {'more' if factor > 1 else 'less'}"


def _later(days: float) -> str:
    """
    >>> _later(7.0), _later(-1.0)
    ('7 days later', '1 day earlier')
    """
    return f"{abs(days):g} day{'' if abs(days) == 1 else 's'} {'later' if days > 0 else 'earlier'}"
