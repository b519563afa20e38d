"""Which series are of a size: the attribute that tells sizes best, and what its groups sell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

EVERYONE_SERIES: Final = 2.0  # the mean of all other series counts like so many series of a group
LEAST: Final = 0.03  # of the usual size: no series is guessed to be smaller
BLOCK_SERIES: Final = 4096


@dataclass(frozen=True)
class SizeGroups:
    """Sums over the series of each group, by period: `total` of their trailing means, `count` of those that
    were observed, each (groups, periods) per attribute.

    `code[a]` is the group of each series by attribute a; attribute 0 is everyone. `best` says per period
    which attribute tells sizes best, `usual` what the median series that sells does, 1 where none does. Both
    are judged on what was known then.
    """

    code: tuple[Index, ...]
    total: tuple[Array, ...]
    count: tuple[Array, ...]
    usual: Array
    best: Index

    @classmethod
    def of(cls, demand: Array, seen: Array, window: int, attributes: Sequence[Index]) -> SizeGroups:
        """From running sums of demand and of observed periods (series, periods + 1) and groups by number.

        Best is the attribute of least Poisson deviance when the trailing mean over `window` periods of each
        series is guessed from the others of its group.
        """
        series, ends = len(demand), np.arange(1, demand.shape[1])
        start = np.maximum(ends - window, 0)
        code = (np.zeros(series, dtype=np.int64), *attributes)
        total, count = (
            tuple(np.zeros((int(each.max(initial=0)) + 1, len(ends))) for each in code) for _ in range(2)
        )
        blocks = [slice(first, first + BLOCK_SERIES) for first in range(0, series, BLOCK_SERIES)]
        for block in blocks:
            mean, known = _trailing_means(demand[block], seen[block], start)
            for attribute, groups in enumerate(code):
                members = _members(groups[block], len(total[attribute]))
                total[attribute][:] = members @ np.concatenate([total[attribute], mean])
                count[attribute][:] = members @ np.concatenate([count[attribute], known])
        usual = _usual(demand, seen, start)
        found = cls(code, total, count, usual, np.zeros(len(ends), dtype=np.int64))
        deviance = np.zeros((len(code), len(ends)))
        for block in blocks if attributes else ():
            mean, known = _trailing_means(demand[block], seen[block], start)
            for attribute, groups in enumerate(code):
                guess = found._guess(attribute, groups[block][:, None], ends - 1, mean, known)
                terms = mean * np.log(np.where(mean > 0, mean / guess, 1.0)) - (mean - guess)
                deviance[attribute] = np.vstack([deviance[attribute], terms * known]).sum(axis=0)
        return replace(found, best=np.argmin(deviance, axis=0).astype(np.int64))

    def tells(self, period: Index) -> npt.NDArray[np.bool_]:
        """Whether an attribute tells sizes better than everyone's mean does."""
        return np.asarray(self.best[period] > 0)

    def mean_of_others(self, series: Index, period: Index, mean: Array, known: Array) -> Array:
        """What the other series of each one's best group sell, shrunk towards everyone; the usual size where
        no attribute tells sizes.

        `mean` is its own trailing mean, `known` 1 where that was observed (else 0).
        """
        guess = self.usual[period]
        for attribute in np.unique(self.best[period][self.tells(period)]):
            at = self.best[period] == attribute
            group = self.code[attribute][series[at]]
            guess[at] = self._guess(attribute, group, period[at], mean[at], known[at])
        return guess

    def _guess(self, attribute: int, group: Index, period: Index, mean: Array, known: Array) -> Array:
        everyone, others = self._others(0, np.zeros_like(group), period, mean, known)
        everyone = np.where(others > 0, everyone / np.maximum(others, 1.0), self.usual[period])
        total, count = self._others(attribute, group, period, mean, known) if attribute else (0.0, 0.0)
        guess = (total + EVERYONE_SERIES * everyone) / (count + EVERYONE_SERIES)
        return np.asarray(np.maximum(guess, LEAST * self.usual[period]))

    def _others(
        self, attribute: int, group: Index, period: Index, mean: Array, known: Array
    ) -> tuple[Array, Array]:
        """Total and count of a group without the series itself."""
        total = np.maximum(self.total[attribute][group, period] - mean * known, 0.0)
        return total, self.count[attribute][group, period] - known


def _trailing_means(demand: Array, seen: Array, start: Index) -> tuple[Array, Array]:
    """Mean up to each period from `start` on, 0 where nothing was observed, and 1 where something was."""
    total, count = demand[:, 1:] - demand[:, start], seen[:, 1:] - seen[:, start]
    return total / np.maximum(count, 1.0), (count > 0).astype(np.float64)


def _usual(demand: Array, seen: Array, start: Index) -> Array:
    """Median over the series that sell of their mean from `start` up to each period; 1 where none sells."""
    usual = np.ones(len(start))
    for period, first in enumerate(start):
        total = demand[:, period + 1] - demand[:, first]
        selling = total > 0
        if selling.any():
            usual[period] = np.median(total[selling] / (seen[selling, period + 1] - seen[selling, first]))
    return usual


def _members(group: Index, groups: int) -> csr_array:
    """(groups, groups + series): 1 for the group itself and for each series that belongs to it.

    Times sums so far and the values of the series, it adds series to the sums one after the other, so that
    where blocks end changes no rounding.
    """
    row = np.concatenate([np.arange(groups), group])
    return csr_array((np.ones(len(row)), (row, np.arange(len(row)))), shape=(groups, len(row)))
