"""Which supplier is ordered from in which period: rounded from what lines do, then improved move by move."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import scipy.sparse
from scipy.sparse.csgraph import connected_components

from planning.purchasing.curves import Amounts
from planning.purchasing.multipliers import Dual, Multipliers, Relaxation
from planning.purchasing.problem import Flags, PurchaseProblem, Units

_SHARES: Final = (0.2, 0.3, 0.4, 0.5, 0.7)  # of the lines that would order


class Clusters:
    """Lines and suppliers that no limit but budgets and storage ties to the rest.

    of_line: (lines,), of_supplier: (suppliers,), of_offer: (offers,) the number of the cluster of each. A
    supplier whose orders cost nothing and have no minimum ties nothing together.
    """

    def __init__(self, asked: PurchaseProblem) -> None:
        offers, lines = asked.offers, len(asked.lines)
        tied = np.flatnonzero(asked.suppliers.matters[offers.supplier])
        size = lines + len(asked.suppliers.names)
        edges = (offers.line[tied], lines + offers.supplier[tied])
        graph = scipy.sparse.csr_matrix((np.ones(len(tied)), edges), (size, size))
        self.count, labels = connected_components(graph, directed=False)
        self.of_line: Units = labels[:lines].astype(np.int64)
        self.of_supplier: Units = labels[lines:].astype(np.int64)
        self.of_offer: Units = self.of_line[offers.line]

    def add(self, lines: Amounts, suppliers: Amounts) -> Amounts:
        """(clusters,) what lines and suppliers cost together."""
        by_line = np.bincount(self.of_line, lines, minlength=self.count)
        return np.asarray(
            by_line + np.bincount(self.of_supplier, suppliers, minlength=self.count), dtype=np.float64
        )

    def ranks(self) -> Units:
        """(suppliers,) 0, 1, ... within each cluster: those of the same rank can be moved at once."""
        order = np.argsort(self.of_supplier, kind="stable")
        found = self.of_supplier[order]
        first = np.concatenate([[0], np.flatnonzero(np.diff(found)) + 1])
        starts = np.repeat(first, np.diff(np.append(first, len(found))))
        ranks = np.empty(len(order), dtype=np.int64)
        ranks[order] = np.arange(len(order)) - starts
        return ranks


class Calendars:
    """Calendars at some prices. A calendar: (suppliers, periods) whether one orders from them then."""

    def __init__(self, relaxation: Relaxation, clusters: Clusters) -> None:
        self.relaxation, self.clusters = relaxation, clusters
        self.free = ~relaxation.asked.suppliers.matters[:, None] | relaxation.must
        self.ranks = clusters.ranks()

    def charges(self, calendar: Flags) -> Amounts:
        """(offers, periods) 0 where one can order, endless where not."""
        return np.where((calendar | self.free)[self.relaxation.asked.offers.supplier], 0.0, np.inf)

    def costs(self, calendar: Flags, at: Multipliers) -> Amounts:
        """(clusters,) what a calendar costs at these prices."""
        relaxation = self.relaxation
        lines = relaxation.schedules.costs(relaxation.prices(at), self.charges(calendar))
        return self.clusters.add(lines, (calendar * relaxation.order_price(at)).sum(axis=1))

    def rounded(self, dual: Dual) -> Flags:
        """For each cluster the best of several shares of its lines that would order."""
        weighed = self.relaxation.of_supplier @ (dual.multipliers.share * dual.frequency)
        best = np.zeros(self.relaxation.must.shape, dtype=bool)
        cost = self.costs(best, dual.multipliers)
        everyone = np.ones(self.clusters.count, dtype=bool)
        for share in _SHARES:
            best, cost = self._better(best, cost, weighed > share, dual.multipliers, everyone)
        return best

    def improved(
        self, calendar: Flags, at: Multipliers, moves: int, willing: float, rng: np.random.Generator
    ) -> Flags:
        """After so many moves in random order, each of every cluster at once, kept where it is cheaper.

        willing: the share of clusters, drawn anew for each move, that may take it. When all flee a dear
        period at once, they meet again in the next one.
        """
        cost = self.costs(calendar, at)
        for (rank, kind), _ in zip(self._moves(calendar.shape, rng), range(moves), strict=False):
            may = rng.random(self.clusters.count) < willing
            calendar, cost = self._better(calendar, cost, self._moved(calendar, rank, kind), at, may)
        return calendar

    def _better(
        self, best: Flags, cost: Amounts, other: Flags, at: Multipliers, may: Flags
    ) -> tuple[Flags, Amounts]:
        costs = self.costs(other, at)
        cheaper = may & (costs < cost - 1e-9)
        taken = np.where(cheaper[self.clusters.of_supplier][:, None], other, best)
        return taken, np.where(cheaper, costs, cost)

    def _moves(self, shape: tuple[int, ...], rng: np.random.Generator) -> Iterator[tuple[int, int]]:
        """Order or do not in a period; or order in the period beside instead."""
        periods, most = shape[1], int(self.ranks.max(initial=0)) + 1
        while True:
            for number in rng.permutation(most * (2 * periods - 1)).tolist():
                yield divmod(number, 2 * periods - 1)

    def _moved(self, calendar: Flags, rank: int, kind: int) -> Flags:
        periods = calendar.shape[1]
        moved, mine = calendar.copy(), self.ranks == rank
        if kind < periods:
            moved[mine, kind] ^= True
        else:
            t = kind - periods
            mine = mine & (moved[:, t] != moved[:, t + 1])
            moved[mine, t : t + 2] ^= True
        return moved
