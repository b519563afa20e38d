"""Laws of the demand that one decision must cover: any of scipy's, or equally likely samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from scipy.integrate import quad

from intake.errors import InputError
from planning.policies.amounts import Amounts

_DUST = 1e-12  # ten tenths add up to 0.9999999999999999
_NEGLIGIBLE = 1e-15  # share of a distribution that is cut off where it has no end


class DemandLaw(Protocol):
    """What a policy asks of demand."""

    @property
    def mean(self) -> float:
        """E[D], units."""
        ...

    @property
    def whole(self) -> bool:
        """Whether demand comes in whole units, so that orders do too."""
        ...

    def cumulative(self, quantity: float) -> float:
        """P(D <= quantity)."""
        ...

    def quantile(self, share: float) -> float:
        """The smallest quantity with P(D <= quantity) >= share."""
        ...

    def expected_shortage(self, quantity: float) -> float:
        """E[(D - quantity)+], units: the loss function n(x) of Snyder & Shen, appendix C."""
        ...


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Demand that takes one of finitely many values; InputError unless they rise and the chances add up to
    1."""

    values: Amounts
    chances: Amounts

    def __post_init__(self) -> None:
        """Refuse values that do not rise and chances that are none."""
        if self.values.ndim != 1 or self.values.shape != self.chances.shape or not len(self.values):
            raise InputError("give one chance for each value of demand, and at least one")
        if not (np.isfinite(self.values).all() and (np.diff(self.values) > 0).all()):
            raise InputError("the values of demand must be finite and rise; join equal ones and sort them")
        if not ((self.chances >= 0).all() and abs(self.chances.sum() - 1) < 1e-9):
            raise InputError(f"the chances of demand must add up to 1 and add up to {self.chances.sum()}")

    @cached_property
    def mean(self) -> float:
        """E[D], units."""
        return float(self.values @ self.chances)

    @cached_property
    def whole(self) -> bool:
        """Whether every value is a whole number."""
        return bool((self.values == np.round(self.values)).all())

    @cached_property
    def _cumulative(self) -> Amounts:
        return np.asarray(self.chances.cumsum(), dtype=np.float64)

    def cumulative(self, quantity: float) -> float:
        """P(D <= quantity)."""
        position = int(np.searchsorted(self.values, quantity, side="right"))
        return float(self._cumulative[position - 1]) if position else 0.0

    def quantile(self, share: float) -> float:
        """The smallest value with P(D <= value) >= share; the least quantity where several serve."""
        position = int(np.searchsorted(self._cumulative, share - _DUST))
        return float(self.values[min(position, len(self.values) - 1)])

    def expected_shortage(self, quantity: float) -> float:
        """E[(D - quantity)+], units."""
        return float(np.maximum(self.values - quantity, 0) @ self.chances)


@dataclass(frozen=True, eq=False)
class Continuous:
    """Demand with a density: a frozen continuous distribution of scipy.stats with a finite mean (else
    InputError)."""

    distribution: Any

    def __post_init__(self) -> None:
        """Refuse a distribution without a mean."""
        if not np.isfinite(self.distribution.mean()):
            raise InputError(
                "this distribution has no finite mean, so its expected shortage is infinite; use another"
            )

    @cached_property
    def mean(self) -> float:
        """E[D], units."""
        return float(self.distribution.mean())

    @property
    def whole(self) -> bool:
        """Never: a density has no whole units."""
        return False

    def cumulative(self, quantity: float) -> float:
        """P(D <= quantity)."""
        return float(self.distribution.cdf(quantity))

    def quantile(self, share: float) -> float:
        """The quantity with P(D <= quantity) = share."""
        return float(self.distribution.ppf(share))

    def expected_shortage(self, quantity: float) -> float:
        """E[(D - x)+], the integral of P(D > y) from x on, over the smaller of both tails: n(x) = E[D] - x
        + E[(x - D)+]."""
        low, middle, high = self.distribution.ppf([0.25, 0.5, 0.75])
        least, most = self.distribution.support()
        unit = float(high - low)  # so that the integrand varies over a few units of its variable
        if quantity >= middle:
            return unit * _integral(
                lambda y: self.distribution.sf(quantity + unit * y), (most - quantity) / unit
            )
        below = _integral(lambda y: self.distribution.cdf(quantity - unit * y), (quantity - least) / unit)
        return self.mean - quantity + unit * below


def _integral(function: Callable[[float], float], end: float) -> float:
    """From 0 to `end`, which may be infinite; nothing beyond an end that lies behind."""
    return float(quad(function, 0, max(end, 0), epsabs=1e-14, limit=200)[0])


def law_of(distribution: Any) -> Outcomes | Continuous:
    """The law of a frozen distribution of scipy.stats, such as norm(50, 8), poisson(50) or gamma(a=2,
    scale=5).

    A discrete one without an end is cut where 1e-15 of it is left; its cut ends join the last values.
    """
    if not hasattr(distribution, "pmf"):
        return Continuous(distribution)
    first, last = distribution.support()
    first = first if np.isfinite(first) else distribution.ppf(_NEGLIGIBLE)
    last = last if np.isfinite(last) else distribution.isf(_NEGLIGIBLE)
    values = np.arange(first, last + 1, dtype=np.float64)
    reached = np.append(distribution.cdf(values[:-1]), 1.0)
    return Outcomes(values, np.diff(reached, prepend=0.0))


def law_of_samples(samples: npt.ArrayLike) -> Outcomes:
    """Equally likely `samples` as a law: policies that are given it minimise the sample average of the cost.

    Kleywegt, Shapiro & Homem-de-Mello, SIAM Journal on Optimization 12 (2002) 479-502. No samples, or samples
    that are not finite, raise InputError.
    """
    values, counts = np.unique(np.asarray(samples, dtype=np.float64), return_counts=True)
    return Outcomes(values, counts / counts.sum())
