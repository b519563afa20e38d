"""Expected holding and waiting costs as curves, from demand paths or from gamma laws of demand.

What is ordered in which period is decided now; whatever demand will be, net stock at the end of period t is
on_hand + S_t - D_t, with S_t supplied and D_t demanded up to then, and demand that is not served waits
(Bookbinder & Tan, Management Science 34 (1988) 1096-1108, static uncertainty). With a single period waiting
and losing sales cost the same.
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammainc

from planning.purchasing.curves import Amounts, CostCurves


def curves_of_paths(
    demand: Amounts, *, on_hand: Amounts, supply: Amounts, holding_cost: Amounts, backorder_cost: Amounts
) -> CostCurves:
    """Curves through the exact mean over paths at the points of `supply`.

    demand: (lines, paths, periods) units; on_hand: (lines,) units at the start; supply: (lines, periods,
    points), from 0; holding_cost, backorder_cost: (lines,) money per unit and period. Takes memory for one
    point of all lines, paths and periods at a time.
    """
    wanted = np.cumsum(demand, axis=2)
    before = np.concatenate([np.zeros_like(wanted[..., :1]), wanted[..., :-1]], axis=2)
    cost, on_shelf = np.empty_like(supply), np.empty_like(supply)
    for k in range(supply.shape[2]):
        there = on_hand[:, None, None] + supply[:, None, :, k]
        net = there - wanted
        held, waiting = np.maximum(net, 0.0).mean(axis=1), np.maximum(-net, 0.0).mean(axis=1)
        cost[..., k] = holding_cost[:, None] * held + backorder_cost[:, None] * waiting
        on_shelf[..., k] = np.maximum(there - before, 0.0).mean(axis=1)
    return CostCurves(supply, cost, on_shelf)


def curves_of_gamma(
    mean: Amounts,
    variance: Amounts,
    *,
    on_hand: Amounts,
    supply: Amounts,
    holding_cost: Amounts,
    backorder_cost: Amounts,
) -> CostCurves:
    """The same where demand up to each period has a gamma law. mean, variance: (lines, periods), of the sums.

    E (x - D)+ = x F(x; k) - k theta F(x; k + 1), with F the gamma distribution of shape k = mean^2 / variance
    and scale theta = variance / mean.
    """
    there = on_hand[:, None, None] + supply
    held = _expected_rest(there, mean, variance)
    waiting = held - there + mean[..., None]
    cost = holding_cost[:, None, None] * held + backorder_cost[:, None, None] * waiting
    rest = _expected_rest(there[:, 1:], mean[:, :-1], variance[:, :-1])
    return CostCurves(supply, cost, np.concatenate([there[:, :1], rest], axis=1))


def _expected_rest(there: Amounts, mean: Amounts, variance: Amounts) -> Amounts:
    """E (there - D)+ for D of a gamma law; (lines, periods, points)."""
    shape, scale = (mean**2 / variance)[..., None], (variance / mean)[..., None]
    x = np.maximum(there, 0.0)
    rest = x * gammainc(shape, x / scale) - shape * scale * gammainc(shape + 1, x / scale)
    return np.asarray(np.maximum(rest, 0.0))
