"""What a line costs by how much of it was supplied: convex, piecewise linear, per line and period."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from intake.errors import InputError

Amounts = npt.NDArray[np.float64]
_DUST: Final = 1e-9  # relative to the greatest number of a curve; less is rounding


@dataclass(frozen=True, eq=False)
class CostCurves:
    """The expected cost of each line in each period, by its supply from the first period up to that one.

    supply: (lines, periods, points) units that arrived by then, rising from 0; what arrives as well as what
    is on order already is either in it or in the costs, as the caller likes. The last point is the most that
    is useful (shelf life, or as far as the costs are known): a plan goes beyond it only where a pin does, and
    the last slope holds on there. Shorter curves repeat their last point.
    cost: the same shape, money: holding, shortage and waste expected in that period, convex in supply.
    on_shelf: the same shape, units expected to take up storage in that period, convex in supply; None where
    nothing is short of room.

    Supply that is decided now for all periods, whatever demand will be, is the "static uncertainty" strategy
    of Bookbinder & Tan (Management Science 34 (1988) 1096-1108); on a rolling horizon only what is ordered
    now is final.
    """

    supply: Amounts
    cost: Amounts
    on_shelf: Amounts | None = None

    def __post_init__(self) -> None:
        if self.supply.ndim != 3 or self.supply.shape[2] < 2:
            raise InputError("curves need (lines, periods, points) with at least two points")
        if (self.supply[..., 0] != 0).any() or (np.diff(self.supply) < 0).any():
            raise InputError("the supply of a curve must start at 0 and rise")
        for what, values in (("cost", self.cost), ("on_shelf", self.on_shelf)):
            if values is None:
                continue
            if values.shape != self.supply.shape or not np.isfinite(values).all():
                raise InputError(f"{what} of the curves must be finite and of the shape of supply")
            bends = np.diff(self.slopes(values))
            most = np.abs(values).max(axis=2, keepdims=True) + 1.0
            if (bends * np.minimum(*self._widths(1)) < -_DUST * most).any():
                line, period = np.argwhere((bends < 0).any(axis=2))[0]
                raise InputError(
                    f"{what} of line {line} in period {period} is not convex in supply; pass its lower "
                    "convex hull (CostCurves.hull)"
                )

    @classmethod
    def hull(cls, supply: Amounts, cost: Amounts, on_shelf: Amounts | None = None) -> CostCurves:
        """Curves from any costs: the greatest convex function below each, on the same points.

        What is on the hull is kept as it is, so that a curve that is convex but for rounding barely changes.
        """
        hulled = [None if each is None else _lower_hull(supply, each) for each in (cost, on_shelf)]
        assert hulled[0] is not None  # noqa: S101 - cost is never None
        return cls(supply, hulled[0], hulled[1])

    @property
    def most(self) -> Amounts:
        """(lines, periods) the most supply that is useful."""
        return self.supply[..., -1]

    def slopes(self, values: Amounts) -> Amounts:
        """(lines, periods, points - 1) rise per unit; where a point repeats, that of the segment before."""
        width = np.diff(self.supply)
        steep = np.divide(np.diff(values), width, out=np.zeros_like(width), where=width > 0)
        for k in range(1, steep.shape[2]):
            steep[..., k] = np.where(width[..., k] > 0, steep[..., k], steep[..., k - 1])
        return steep

    @cached_property
    def cost_slopes(self) -> Amounts:
        """The slopes of cost: money per unit more."""
        return self.slopes(self.cost)

    @cached_property
    def shelf_slopes(self) -> Amounts:
        """The slopes of on_shelf, 0 where there is none."""
        return np.zeros_like(self.cost_slopes) if self.on_shelf is None else self.slopes(self.on_shelf)

    def cost_at(self, supply: Amounts, lines: npt.NDArray[np.int64] | None = None) -> Amounts:
        """(lines, periods) money for a supply of that shape; of some lines only, if they are named."""
        if lines is None:
            return _along(self.supply, self.cost, self.cost_slopes, supply)
        return _along(self.supply[lines], self.cost[lines], self.cost_slopes[lines], supply)

    def on_shelf_at(self, supply: Amounts) -> Amounts:
        """(lines, periods) units that take up storage, for a supply of that shape."""
        if self.on_shelf is None:
            return np.zeros_like(supply)
        return _along(self.supply, self.on_shelf, self.shelf_slopes, supply)

    def _widths(self, apart: int) -> tuple[Amounts, Amounts]:
        width = np.diff(self.supply)
        return width[..., :-apart], width[..., apart:]


def _along(points: Amounts, values: Amounts, slopes: Amounts, supply: Amounts) -> Amounts:
    reached = values[..., 0].copy()
    for k in range(slopes.shape[2]):
        run = np.maximum(supply - points[..., k], 0.0)
        if k + 1 < slopes.shape[2]:
            run = np.minimum(run, points[..., k + 1] - points[..., k])
        reached += slopes[..., k] * run
    return reached


def _lower_hull(supply: Amounts, values: Amounts) -> Amounts:
    """The lower convex hull of every curve: Andrew's monotone chain (1979), all at once."""
    shape = supply.shape
    x, y = supply.reshape(-1, shape[2]), values.reshape(-1, shape[2])
    rows = np.arange(len(x))
    chain = np.zeros((len(x), shape[2]), dtype=np.int64)  # which points are on the hull so far
    length = np.zeros(len(x), dtype=np.int64)
    for k in range(shape[2]):
        fresh = np.ones(len(x), dtype=bool) if k == 0 else x[:, k] > x[:, k - 1]
        looking = fresh & (length >= 2)
        while looking.any():
            last, before = chain[rows, length - 1], chain[rows, length - 2]
            dx, dy = x[rows, last] - x[rows, before], y[rows, last] - y[rows, before]
            above = looking & (dy * (x[:, k] - x[rows, before]) >= (y[:, k] - y[rows, before]) * dx)
            length -= above
            looking = above & (length >= 2)
        chain[rows[fresh], length[fresh]] = k
        length += fresh
    return np.stack(
        [np.interp(x[i], x[i, chain[i, : length[i]]], y[i, chain[i, : length[i]]]) for i in range(len(x))]
    ).reshape(shape)
