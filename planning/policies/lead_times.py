"""Lead times that vary: their law, and a draw for every order of a simulation."""

from __future__ import annotations

from typing import Any

import numpy as np

from intake.errors import InputError
from planning.policies.demand_laws import Outcomes, law_of, law_of_samples
from planning.simulation.pipeline import Integers

_NEGLIGIBLE = 1e-9  # share of a lead time without an end that is cut off


def lead_time_law(stated: Any) -> Outcomes:
    """Whole periods, from a frozen distribution of scipy.stats, or from observed delays in periods.

    A part of a period counts as a whole one, because an order is on the shelf from a period's start; what a
    distribution has below 0 counts as 0. Observed delays are equally likely. InputError where there are
    none, or where they are negative.

    >>> lead_time_law([1.5, 2, 2.2, 4]).values
    array([2., 3., 4.])
    """
    if not hasattr(stated, "cdf"):
        delays = np.ceil(np.asarray(stated, dtype=np.float64))
        if not delays.size or not (np.isfinite(delays) & (delays >= 0)).all():
            raise InputError("give delays in periods, at least one, finite and none negative")
        return law_of_samples(delays)
    law = law_of(stated)
    if isinstance(law, Outcomes) and law.whole and law.values[0] >= 0:
        return law
    last = max(int(np.ceil(stated.isf(_NEGLIGIBLE))), 0)
    reached = np.append(stated.cdf(np.arange(last)), 1.0)
    return Outcomes(np.arange(last + 1, dtype=np.float64), np.diff(reached, prepend=0.0))


def drawn_lead_times(
    law: Outcomes, *, series: int, paths: int, periods: int, seed: int, crossing: bool = True
) -> Integers:
    """A lead time for every series, path and period that an order may be for, as `simulate` takes them.

    They are independent of each other. With `crossing` a later order may arrive first; without, it arrives
    no earlier than those before it, so that lead times get longer than the law says.
    """
    generator = np.random.default_rng(seed)
    drawn = generator.choice(law.values, p=law.chances, size=(series, paths, periods)).astype(np.int64)
    if crossing:
        return drawn
    period = np.arange(periods)
    return np.maximum.accumulate(period + drawn, axis=2) - period
