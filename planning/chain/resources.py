"""The capacity table as resources of a production plan: who makes what, how much of it, period by period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from intake.periods import period_number
from planning.plan import Exceptions

Quantities = npt.NDArray[np.float64]

_LEAST_STATED: Final = 0.5


@dataclass(frozen=True, eq=False)
class Line:
    """One product on one resource: good units per unit of capacity, by period; most rise of use."""

    unique_id: str
    resource: str
    density: Quantities
    yield_rate: Quantities
    ramp: float | None


@dataclass(frozen=True, eq=False)
class Resources:
    """capacity: by resource, units that can be used in each period. lines: what is made on which."""

    capacity: Mapping[str, Quantities]
    lines: tuple[Line, ...]
    exceptions: Exceptions

    @property
    def products(self) -> frozenset[str]:
        """What needs one of the resources."""
        return frozenset(line.unique_id for line in self.lines)


def read_capacity(
    capacity: pd.DataFrame, made: Mapping[str, str], ds: pd.DatetimeIndex, freq: str
) -> Resources:
    """What the capacity table says about the periods `ds`.

    capacity: resource or product or both, ds, capacity, optional yield_rate (blank = 1), density (good units
    per unit of capacity; blank = 1), ramp (most by which use may rise) and scheduled (capacity that is
    promised already, taken off). made: product -> category of everything that is made.

    A row with a product is about that product, on its resource or on one of its own; several products of one
    resource share the greatest capacity stated for it. A row without a product is about all that is made
    whose name or category is that of the resource. Rows of shorter periods add up. Periods before the first
    row are as the first, those after the last one as the last, and an exception says so; in between, a
    period without a row has no capacity. A resource that states fewer than half of its periods, or of which
    nothing says what it makes, is left out by an exception.
    """
    table = capacity.reindex(
        columns=["resource", "product", "ds", "capacity", "yield_rate", "density", "ramp", "scheduled"]
    )
    named = {name: table[name].fillna("").astype(str) for name in ("resource", "product")}
    table = table.assign(**named, period=period_number(pd.to_datetime(table["ds"]), freq))
    table = table.assign(resource=table["resource"].where(table["resource"] != "", table["product"]))
    free = (table["capacity"] - table["scheduled"].fillna(0.0)).clip(lower=0.0)
    table = table.assign(
        capacity=free, yield_rate=table["yield_rate"].fillna(1.0), density=table["density"].fillna(1.0)
    )
    first = int(period_number(ds[:1], freq)[0])
    found: dict[str, Quantities] = {}
    lines: list[Line] = []
    exceptions: Exceptions = []
    for (resource, product), rows in table.groupby(["resource", "product"], sort=True):
        products = _made_on(str(resource), str(product), made)
        if not products:
            exceptions.append((str(product) or str(resource), "", _makes_nothing(str(product))))
            continue
        by_period = _by_period(rows)
        if (reason := _too_few(by_period)) is not None:
            exceptions.append((str(resource), "", reason))
            continue
        by_period, reason = _over(by_period, first, len(ds))
        if reason is not None:
            exceptions.append((str(resource), "", reason))
        stated = by_period["capacity"].to_numpy()
        found[str(resource)] = np.maximum(found.get(str(resource), stated), stated)
        ramp = rows["ramp"].min()
        lines += [
            Line(
                name,
                str(resource),
                by_period["density"].to_numpy(),
                by_period["yield_rate"].to_numpy(),
                None if pd.isna(ramp) else float(ramp),
            )
            for name in products
        ]
    return Resources(found, tuple(lines), exceptions)


def _made_on(resource: str, product: str, made: Mapping[str, str]) -> list[str]:
    if product:
        return [product] if product in made else []
    return sorted(name for name, category in made.items() if resource in (name, category))


def _makes_nothing(product: str) -> str:
    if product:
        return "is in the capacity table and nothing that is needed is made of it: not planned with"
    return (
        "is a resource in the capacity table, and nothing that is needed has its name as product or "
        "category: not planned with; name the product in the capacity table"
    )


def _by_period(rows: pd.DataFrame) -> pd.DataFrame:
    """Capacity added up by period; density and yield as their mean."""
    return rows.groupby("period").agg(
        capacity=("capacity", "sum"), yield_rate=("yield_rate", "mean"), density=("density", "mean")
    )


def _too_few(by_period: pd.DataFrame) -> str | None:
    span = int(by_period.index.max() - by_period.index.min()) + 1
    if len(by_period) >= _LEAST_STATED * span:
        return None
    return (
        f"has a capacity for {len(by_period)} of {span} periods: not planned with; state one for every "
        "period of the sales"
    )


def _over(by_period: pd.DataFrame, first: int, horizon: int) -> tuple[pd.DataFrame, str | None]:
    """The horizon's periods, and a sentence where the table does not reach them."""
    start, end = int(by_period.index.min()), int(by_period.index.max())
    inside = by_period.reindex(range(start, end + 1))
    inside = inside.assign(capacity=inside["capacity"].fillna(0.0)).ffill()
    wanted = np.clip(np.arange(first, first + horizon), start, end)
    missing = int((wanted != np.arange(first, first + horizon)).sum())
    reason = None
    if missing:
        reason = (
            f"has no capacity stated for {missing} of the {horizon} periods planned: taken to be as in the "
            "nearest one that is stated"
        )
    return inside.loc[wanted].reset_index(drop=True), reason
