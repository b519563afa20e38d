"""Which step is for which: orders behind shipments, shipments behind what is made or bought for a store, what
is made behind its components."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from planning.chain.chain_plan import LINK_COLUMNS
from planning.materials.netting import Quantities

_DUST = 1e-6


@dataclass(frozen=True, eq=False)
class Requirement:
    """Units required in a period, and the step that requires them."""

    period: int
    quantity: float
    cause_step: str
    cause: str
    cause_ds: pd.Timestamp


@dataclass(frozen=True, eq=False)
class Step:
    """One thing's supply, by period. name: MAKE, BUY or SHIP. opening: units there at first. coming: units
    that come anyway. planned: units that the plan brings. gone: units that expire. ds: what each planned
    period is called, the day of its release.
    """

    name: str
    unique_id: str
    opening: float
    coming: Quantities
    planned: Quantities
    gone: Quantities
    ds: Sequence[pd.Timestamp]
    required: tuple[Requirement, ...]


def links(steps: Iterable[Step]) -> pd.DataFrame:
    """LINK_COLUMNS, a row for each part of a planned quantity that is for another requirement.

    What comes first serves what is required first. What no requirement asks for within the horizon (lots,
    safety stock) has '' as its cause, so that the quantities of a step add up to what is planned.
    """
    rows = [row for step in steps for row in _of(step)]
    return pd.DataFrame(rows, columns=list(LINK_COLUMNS)).astype({"quantity": "float64"})


def _of(step: Step) -> Iterator[tuple[object, ...]]:
    required = sorted(step.required, key=lambda each: each.period)
    periods = np.array([each.period for each in required], dtype=np.int64)
    units = np.array([each.quantity for each in required], dtype=np.float64)
    before = np.append(0.0, step.gone.cumsum())[:-1]  # what expires is nobody's, from then on
    ends = units.cumsum() + (before[periods] if len(periods) else 0.0)
    begins = step.opening + (step.coming + step.planned).cumsum() - step.planned
    for at in np.flatnonzero(step.planned > _DUST).tolist():
        first, after = begins[at], begins[at] + step.planned[at]
        served = np.clip(np.minimum(after, ends) - np.maximum(first, ends - units), 0.0, None)
        for number in np.flatnonzero(served > _DUST).tolist():
            why = required[number]
            yield (
                *(step.name, step.unique_id, step.ds[at], round(float(served[number]), 6)),
                *(why.cause_step, why.cause, why.cause_ds),
            )
        rest = float(step.planned[at] - served.sum())
        if rest > _DUST * max(1.0, float(step.planned[at])):
            yield step.name, step.unique_id, step.ds[at], round(rest, 6), "", "", pd.NaT
