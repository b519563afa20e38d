"""Demand behind sales of which some ended with the stock: what sold out was wanted at least as often as it
sold."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from intake.errors import InputError
from planning.policies.amounts import Amounts
from planning.policies.demand_laws import Outcomes


def kaplan_meier(sold: npt.ArrayLike, sold_out: npt.ArrayLike) -> tuple[Amounts, Amounts]:
    """P(D > x) at every x that was sold with stock left: those x, rising, and the probabilities.

    sold: units by period. sold_out: whether demand was at least, rather than exactly, that. The product over
    x_i <= x of 1 - d_i / n_i, with n_i periods of at least x_i sold, d_i of them exactly (Kaplan & Meier,
    Journal of the American Statistical Association 53 (1958) 457-481). InputError if the shapes differ, if
    something is not finite, or if all sold out.
    """
    units, censored = np.asarray(sold, dtype=np.float64), np.asarray(sold_out, dtype=bool)
    if units.ndim != 1 or units.shape != censored.shape:
        raise InputError("sold and sold_out must be of equal length, one number and one mark per period")
    if not np.isfinite(units).all():
        raise InputError("units sold must be finite; leave out the periods that are not known")
    if censored.all():
        raise InputError("no period had stock left, so sales say nothing of how large demand is; state it")
    values, exactly = np.unique(units[~censored], return_counts=True)
    at_least = len(units) - np.searchsorted(np.sort(units), values)
    return values, np.asarray(np.cumprod(1 - exactly / at_least), dtype=np.float64)


def law_of_censored_samples(sold: npt.ArrayLike, sold_out: npt.ArrayLike) -> Outcomes:
    """The law of demand that `kaplan_meier` finds, for a newsvendor that has only seen sales.

    What lies beyond the largest period, where that sold out, is put there (Efron, Proceedings of the Fifth
    Berkeley Symposium 4 (1967) 831-853): the law is cautious in its upper tail. Huh, Levi, Rusmevichientong
    & Orlin, Operations Research 59 (2011) 929-941, show that ordering by it leads to the best order in the
    long run.
    """
    values, beyond = kaplan_meier(sold, sold_out)
    largest = float(np.max(np.asarray(sold, dtype=np.float64)))
    chances = -np.diff(beyond, prepend=1.0)
    if largest > values[-1]:
        return Outcomes(np.append(values, largest), np.append(chances, beyond[-1]))
    chances[-1] += beyond[-1]
    return Outcomes(values, chances)


def mean_of_censored_exponential(sold: npt.ArrayLike, sold_out: npt.ArrayLike) -> float:
    """Maximum likelihood mean of an exponential demand: all that was sold over the number of periods with
    stock left.

    Lawless, Statistical Models and Methods for Lifetime Data, 4.1. Counting sold-out periods as exact would
    give less. InputError as in `kaplan_meier`.

    >>> mean_of_censored_exponential([4, 6, 10, 10], [False, False, True, True])
    15.0
    """
    kaplan_meier(sold, sold_out)
    return float(
        np.sum(np.asarray(sold, dtype=np.float64)) / np.count_nonzero(~np.asarray(sold_out, dtype=bool))
    )
