"""Order-up-to levels and reorder points for a service that is asked for, or for costs, by simulation on joint
paths: under lost sales, with lead times that vary, packs and shelf life there is no formula."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from intake.errors import InputError
from planning.inventory_simulator import USUAL_RULES, parts, simulate
from planning.policies.order_rules import order_up_to, reorder_quantity
from planning.simulation.money import Costs, money
from planning.simulation.pipeline import Integers
from planning.simulation.stock_rules import Quantities, StockRules, rows_of

_DUST = 1e-9  # 19 of 20 cycles are 0.95 of them


@dataclass(frozen=True, eq=False)
class ServiceLevel:
    """Share of the review cycles that pass without a shortage (type 1, P1), for all series or each;
    InputError unless between 0 and 1."""

    share: npt.ArrayLike

    def __post_init__(self) -> None:
        _refuse_unless_shares("service_level", self.share)


@dataclass(frozen=True, eq=False)
class FillRate:
    """Share of the demand that is served from the shelf (type 2, P2), for all series or each; InputError
    unless between 0 and 1."""

    share: npt.ArrayLike

    def __post_init__(self) -> None:
        _refuse_unless_shares("fill_rate", self.share)


Aim = ServiceLevel | FillRate | Costs
"""What the stock is for: a service, or the least money per period."""


@dataclass(frozen=True, eq=False)
class AimedStock:
    """By series. threshold: the order_up_to_level [S], or with an order_quantity the reorder_point [R].

    service_level, fill_rate, cost: what it gives on the paths (cost: money per period, 0 where the aim is
    not money), each with the standard error over the paths. reached: whether the aim is met; no stock meets
    it where what is received expires too soon or too little may be ordered.
    """

    threshold: Quantities
    service_level: Quantities
    service_level_error: Quantities
    fill_rate: Quantities
    fill_rate_error: Quantities
    cost: Quantities
    cost_error: Quantities
    reached: npt.NDArray[np.bool_]


def aimed_stock(
    demand: Quantities,
    aim: Aim,
    *,
    lead_time: int | Integers,
    rules: StockRules = USUAL_RULES,
    order_quantity: npt.ArrayLike | None = None,
    warm_up: int | None = None,
    unit: float = 1.0,
) -> AimedStock:
    """The smallest threshold that gives the service asked for, or the one of least cost, series by series.

    demand: joint paths, series x path x period, drawn independently path by path. lead_time, rules: as in
    `simulate`; `planning.policies.lead_times` draws lead times from a law or from observed delays.
    order_quantity [Q]: where orders come in it, for all series or each; else each order fills up to S.
    Thresholds are multiples of `unit`. Every path starts with nothing in stock, and the first `warm_up`
    periods do not count: unless said otherwise the longest lead time + R, after which the second order has
    come. Older lots and fixed quantities need longer to settle.

    A review cycle is the R periods from when an order can arrive (after the shortest lead time of the
    series) to when the next one can. It has a shortage if any demand in it found no stock, or still waits
    at its end. The service rises with the threshold, so that bisection finds it; every threshold meets the
    same demand. The cost is convex in S under lost sales (Downs, Metters & Semple, Management Science 47
    (2001) 464-479) and where unmet demand waits; with packs, fixed costs or expiry it may have several low
    points, of which one is found. InputError where the paths end before one cycle has passed.
    """
    series, paths, _ = demand.shape
    times = np.asarray(lead_time)
    found = [
        _Search(
            demand[rows],
            rows_of(aim, rows),
            times[rows] if times.ndim and len(times) > 1 else times,
            rows_of(rules, rows),
            None if order_quantity is None else np.broadcast_to(order_quantity, (series,))[rows],
            warm_up,
            unit,
        ).found()
        for rows in parts(series, paths)
    ]
    return AimedStock(
        **{
            each.name: np.concatenate([getattr(part, each.name) for part in found])
            for each in fields(AimedStock)
        }
    )


class _Search:
    """The thresholds of a few series, all of them halved at a time."""

    def __init__(
        self,
        demand: Quantities,
        aim: Aim,
        lead_time: Integers,
        rules: StockRules,
        order_quantity: Quantities | None,
        warm_up: int | None,
        unit: float,
    ) -> None:
        self._demand, self._aim, self._rules = demand, aim, rules
        self._order_quantity, self._unit = order_quantity, unit
        series, _, periods = demand.shape
        self._lead_time: int | Integers = lead_time if lead_time.ndim else int(lead_time)
        self._longest = int(lead_time.max(initial=0)) + rules.review_period
        shortest = np.broadcast_to(lead_time.reshape(*lead_time.shape[:1], -1).min(axis=-1), (series,))
        settled = self._longest if warm_up is None else warm_up
        waits = (shortest - settled) % rules.review_period
        cycles = int((periods - settled - waits.max(initial=0)) // rules.review_period)
        if cycles < 1:
            raise InputError(
                f"the demand paths have {periods} periods, and no review cycle ends in them after the "
                f"{settled} that do not count; draw longer ones"
            )
        first = settled + waits[:, None, None]
        self._counted = first + np.arange(cycles * rules.review_period)  # series x 1 x period

    def found(self) -> AimedStock:
        """Bisection between a threshold that is too low and one that demand never passes."""
        high = self._most_wanted()
        low = np.full_like(high, -1.0)
        if self._order_quantity is not None:
            low -= np.ceil(self._order_quantity / self._unit)  # one order can be all there is
        while (apart := high - low > 1).any():
            middle = np.floor((low + high) / 2)
            enough = self._enough(middle)
            high = np.where(apart & enough, middle, high)
            low = np.where(apart & ~enough, middle, low)
        served = self._served(high)
        return AimedStock(
            threshold=high * self._unit,
            **served,
            reached=np.full(len(high), True) if isinstance(self._aim, Costs) else _met(self._aim, served),
        )

    def _enough(self, steps: Quantities) -> npt.NDArray[np.bool_]:
        """Whether a higher threshold is not needed."""
        served = self._served(steps)
        if isinstance(self._aim, Costs):
            return np.asarray(self._served(steps + 1)["cost"] >= served["cost"] * (1 - _DUST))
        return _met(self._aim, served)

    def _served(self, steps: Quantities) -> dict[str, Quantities]:
        """What the thresholds give: mean over the paths and its standard error."""
        threshold = steps * self._unit
        played = simulate(
            self._demand,
            on_hand=np.zeros(len(threshold)),
            policy=order_up_to(threshold)
            if self._order_quantity is None
            else reorder_quantity(threshold, self._order_quantity),
            lead_time=self._lead_time,
            rules=self._rules,
        )
        short = (played.shortfall > 0) | (played.backorders > 0)
        in_cycles = self._of_cycles(short).reshape(*short.shape[:2], -1, self._rules.review_period)
        safe = 1.0 - in_cycles.any(axis=3).mean(axis=2)
        wanted = self._of_cycles(played.demand).sum(axis=2)
        missing = self._of_cycles(played.shortfall).sum(axis=2)
        mean = np.maximum(wanted.mean(axis=1), _DUST)
        share = missing.mean(axis=1) / mean
        ratio_error = (missing - share[:, None] * wanted) / mean[:, None]  # of a ratio of means
        paid = np.zeros_like(wanted)
        if isinstance(self._aim, Costs):
            counted = slice(int(self._counted[:, 0, 0].max()), int(self._counted[:, 0, -1].max()) + 1)
            paid = money(played, self._aim, counted=counted).total / self._counted.shape[2]
        return {
            "service_level": safe.mean(axis=1),
            "service_level_error": _error(safe),
            "fill_rate": 1.0 - share,
            "fill_rate_error": _error(ratio_error),
            "cost": paid.mean(axis=1),
            "cost_error": _error(paid),
        }

    def _of_cycles(self, by_period: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The counted periods, which begin where the series' lead time lets them."""
        return np.take_along_axis(by_period, self._counted, axis=2)

    def _most_wanted(self) -> Quantities:
        """In units of the threshold: the most that any path wants between an order and the next arrival."""
        longest = min(self._longest, self._demand.shape[2])
        running = np.pad(self._demand.cumsum(axis=2), ((0, 0), (0, 0), (1, 0)))
        most = (running[:, :, longest:] - running[:, :, :-longest]).max(axis=(1, 2))
        return np.asarray(np.ceil(most / self._unit), dtype=np.float64)


def _met(aim: ServiceLevel | FillRate, served: Mapping[str, Quantities]) -> npt.NDArray[np.bool_]:
    given = served["service_level" if isinstance(aim, ServiceLevel) else "fill_rate"]
    return np.asarray(given >= np.asarray(aim.share) - _DUST)


def _error(by_path: Quantities) -> Quantities:
    """Standard error of the mean over paths, by series; not a number for one path alone."""
    paths = by_path.shape[1]
    if paths < 2:
        return np.full(len(by_path), np.nan)
    return np.asarray(by_path.std(axis=1, ddof=1) / np.sqrt(paths), dtype=np.float64)


def _refuse_unless_shares(name: str, share: npt.ArrayLike) -> None:
    given = np.asarray(share, dtype=np.float64)
    if given.ndim > 1 or not ((given > 0) & (given < 1)).all():
        raise InputError(f"{name} lies between 0 and 1, one or one per series; write 95 % as 0.95")
