"""What is on its way and needed sooner is hurried: a second order would come no earlier."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planning.materials.netting import Quantities, Rules, Supply


def hurried(gross: Quantities, supply: Supply, rules: Rules) -> Supply:
    """The supply with open orders in the first period that come no later than an order of now would, of
    those things that go below their safety stock before that.

    What is missing until then can only be had by hurrying what is on its way (rescheduling in: Vollmann et
    al., Manufacturing Planning and Control, ch. 7), so netting must not order it again. gross: thing x
    period.
    """
    periods = np.arange(gross.shape[1])
    opening = (supply.on_hand + supply.expiring.sum(axis=1))[:, None]
    left = opening + supply.receipts.cumsum(axis=1) - gross.cumsum(axis=1)
    short = (left < rules.safety_stock[:, None]) & (periods < rules.lead_time[:, None])
    soon = (periods <= rules.lead_time[:, None]) & short.any(axis=1)[:, None]
    receipts = np.where(soon, 0.0, supply.receipts)
    receipts[:, 0] += np.where(soon, supply.receipts, 0.0).sum(axis=1)
    return replace(supply, receipts=receipts)
