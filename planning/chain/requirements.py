"""What each place of the house must ship, and what it must order for that, from the shops upwards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.paths.demand_paths import DemandPaths
from planning.chain.expected_orders import OrderRule, expected_orders
from planning.chain.hurried import hurried
from planning.chain.network import Network
from planning.inventory_position import receipts_from, shelf_from
from planning.materials.netting import Netting, Quantities, Rules, Supply, Whole, net
from planning.order_up_to import smallest_sufficient


@dataclass(frozen=True, eq=False)
class Counts:
    """The tables that say what there is, and the day from which they count."""

    stock: pd.DataFrame
    open_orders: pd.DataFrame
    cutoff: pd.Timestamp
    freq: str

    def supply(self, names: tuple[str, ...], horizon: int) -> Supply:
        """On hand, expiring and due of each name; orders without a date come in the first period."""
        shelf = shelf_from(self.stock, names, cutoff=self.cutoff, horizon=horizon, freq=self.freq)
        due = receipts_from(self.open_orders, names, cutoff=self.cutoff, horizon=horizon, freq=self.freq)
        receipts = due.due.copy()
        receipts[:, 0] += due.undated
        return Supply(shelf.on_hand, shelf.expiring, receipts)


@dataclass(frozen=True, eq=False)
class Wants:
    """What the branches of a network ask for.

    wanted: branch x period, units newly asked for, by the period in which they are to be shipped. position:
    branch x period, inventory position with all that was asked for by then. series, store: position of the
    branch in `paths`, or else among the nodes. node_demand: node x path x period, units sold in the end of
    what the node supplies.
    """

    wanted: Quantities
    position: Quantities
    series: Whole
    store: Whole
    node_demand: Quantities
    paths: DemandPaths

    def demand(self, branch: int) -> Quantities:
        """Path x period, what is sold in the end of what the branch receives."""
        if self.series[branch] >= 0:
            return np.asarray(self.paths.values[self.series[branch]])
        return np.asarray(self.node_demand[self.store[branch]])


@dataclass(frozen=True, eq=False)
class Stores:
    """By node of the network. gross: node x period, units to ship. safety_stock: units. supply, rules,
    netting: what there is, how it is ordered and what must arrive, of no meaning where the node is made.
    released: what is ordered in which period.
    """

    gross: Quantities
    safety_stock: Quantities
    supply: Supply
    rules: Rules
    netting: Netting
    released: Quantities


def upwards(
    network: Network,
    paths: DemandPaths,
    counts: Counts,
    *,
    service_level: Quantities,
    shelf_life: Whole,
    review_period: int,
    horizon: int,
) -> tuple[Wants, Stores]:
    """What every branch asks for and every node must order, those furthest from the top first.

    service_level, shelf_life (whole periods, 0 = for ever): by node. A shop orders this week what its line
    says and later what `expected_orders` foresees; a store orders what netting leaves of what it is asked
    for, with its safety stock. What sells where it lies is asked for as it sells on average.
    """
    branches, nodes = network.branches, network.nodes
    place = pd.Index(nodes["node"])
    node = place.get_indexer(pd.Index(branches["node"]))
    series = pd.Index(paths.unique_id).get_indexer(pd.Index(branches["unique_id"]))
    store = np.where(series >= 0, -1, place.get_indexer(pd.Index(branches["unique_id"])))
    wanted, position = _of_shops(branches, series, paths, counts, review_period, horizon)
    node_demand = np.zeros((len(nodes), *paths.shape[1:]))
    np.add.at(node_demand, node[series >= 0], paths.values[series[series >= 0]])

    lead = nodes["lead_time"].to_numpy(dtype=np.int64)
    made = nodes["made"].to_numpy(dtype=bool)
    supply = counts.supply(tuple(nodes["node"]), horizon)
    gross, released = np.zeros((2, len(nodes), horizon))
    safety, netted = np.zeros(len(nodes)), np.zeros((4, len(nodes), horizon))
    rules = Rules(
        lead,
        nodes["minimum_order_quantity"].to_numpy(dtype=np.float64),
        nodes["pack_size"].to_numpy(dtype=np.float64),
        np.full(len(nodes), review_period, dtype=np.int64),
        safety,
        shelf_life,
    )
    depth = nodes["depth"].to_numpy(dtype=np.int64)
    for each in range(int(depth.max(initial=-1)), -1, -1):
        rows = np.flatnonzero(depth == each)
        into = np.flatnonzero(np.isin(node, rows))
        np.add.at(gross, node[into], wanted[into])
        stores = into[store[into] >= 0]
        np.add.at(node_demand, node[stores], node_demand[store[stores]])
        safety[rows] = safety_stock(node_demand[rows], lead[rows] + review_period, service_level[rows])
        known = gross[rows], supply.of(rows), rules.of(rows)
        done = net(known[0], hurried(*known), known[2])
        netted[:, rows] = np.stack(list(vars(done).values()))
        for row in rows[~made[rows]]:
            np.add.at(
                released[row],
                np.maximum(np.arange(horizon) - lead[row], 0),
                netted[1, row],
            )
        asked = np.flatnonzero(np.isin(store, rows))
        wanted[asked] = released[store[asked]]
        opening = supply.on_hand + supply.expiring.sum(axis=1) + supply.receipts.sum(axis=1)
        before = np.cumsum(gross, axis=1) - gross
        position[asked] = (opening[:, None] - before + np.cumsum(released, axis=1))[store[asked]]
    return (
        Wants(wanted, position, series, store, node_demand, paths),
        Stores(gross, safety, supply, rules, Netting(*netted), released),
    )


def safety_stock(demand: Quantities, interval: Whole, service_level: Quantities) -> Quantities:
    """Whole units above the mean that last for `interval` periods with the probability `service_level`.

    demand: thing x path x period. The quantile of the sum over the interval less its mean, never below 0:
    in the long run shops order what they sell, so what a place must ship varies as their sales do together
    (Snyder & Shen, Fundamentals of Supply Chain Theory, ch. 6, base-stock policies in series).
    """
    safety = np.zeros(len(demand))
    for each in np.unique(interval).tolist():
        rows = np.flatnonzero(interval == each)
        total = demand[rows, :, :each].sum(axis=2)
        safety[rows] = smallest_sufficient(total, service_level[rows]) - total.mean(axis=1)
    return np.ceil(np.maximum(safety, 0.0))


def _of_shops(
    branches: pd.DataFrame,
    series: Whole,
    paths: DemandPaths,
    counts: Counts,
    review_period: int,
    horizon: int,
) -> tuple[Quantities, Quantities]:
    """What branches with a forecast ask for, and their inventory position; zeros for the others.

    Open orders that are due a lead time from now or later have not left yet and are asked for, too; earlier
    ones are on their way.
    """
    wanted, position = np.zeros((2, len(branches), horizon))
    sells = branches["sells"].to_numpy(dtype=bool)
    mean = paths.values[series[sells]].mean(axis=1)[:, :horizon]
    wanted[sells] = np.diff(np.rint(mean.cumsum(axis=1)), axis=1, prepend=0.0)
    shops = np.flatnonzero((series >= 0) & ~sells)
    if not len(shops):
        return wanted, position
    supply = counts.supply(tuple(branches["unique_id"].iloc[shops]), paths.shape[2])
    lead = branches["lead_time"].to_numpy(dtype=np.int64)[shops]
    foreseen = expected_orders(
        paths.values[series[shops]],
        on_hand=supply.on_hand,
        expiring=supply.expiring,
        receipts=supply.receipts,
        now=branches["now"].to_numpy(dtype=np.float64)[shops],
        rule=OrderRule(
            lead,
            branches["pack_size"].to_numpy(dtype=np.float64)[shops],
            branches["minimum_order_quantity"].to_numpy(dtype=np.float64)[shops],
            branches["critical_ratio"].to_numpy(dtype=np.float64)[shops],
            review_period,
        ),
        horizon=horizon,
    )
    wanted[shops] = foreseen.ordered
    shop, due = np.nonzero(supply.receipts)
    leaves = due - lead[shop]
    later = (leaves >= 0) & (leaves < horizon)
    np.add.at(wanted, (shops[shop[later]], leaves[later]), supply.receipts[shop[later], due[later]])
    position[shops] = foreseen.position
    return wanted, position
