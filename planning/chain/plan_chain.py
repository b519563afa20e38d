"""The whole chain in one run: what shops order is shipped, made and bought."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.paths.demand_paths import DemandPaths
from intake.periods import following
from planning.chain.bought import Bought, expedite, joined, order_lines_of
from planning.chain.chain_plan import (
    LINK_COLUMNS,
    PRODUCTION_COLUMNS,
    SHIPMENT_COLUMNS,
    ChainPlan,
    ChainSettings,
)
from planning.chain.links import links
from planning.chain.making import Making, make, stated
from planning.chain.network import Network, inside_the_house
from planning.chain.requirements import Counts, Stores, Wants, upwards
from planning.chain.shipping import Receivers, Shipped, ship
from planning.chain.shortages import cuts, shortages
from planning.chain.tables import ChainTables
from planning.chain.tracing import caused_by, steps_of
from planning.chain.unique_ids import location_of
from planning.explanations import periods
from planning.materials.material_plan import EXPEDITE_COLUMNS, RECORD_COLUMNS
from planning.materials.netting import Quantities, Whole
from planning.plan import LINE_COLUMNS, Exceptions, Plan, PlanSettings


def horizon_of_chain(settings: PlanSettings, chain: ChainSettings) -> int:
    """Periods for which the chain is planned, if the demand paths go a protection interval further."""
    return settings.review_period * chain.reviews_ahead


def plan_chain(
    plan: Plan,
    paths: DemandPaths,
    tables: ChainTables,
    *,
    cutoff: pd.Timestamp,
    freq: str,
    settings: PlanSettings,
    chain: ChainSettings,
    plan_id: str,
) -> ChainPlan:
    """What the places of the house ship, make and buy so that the lines of `plan` can be served.

    Shops' orders (this week's lines, and those to expect) go to the place that their supplier is, if it is
    one of the house (`inside_the_house`), and from store to store up to the one that makes or buys. There
    stock is netted, production planned on its resources, and materials exploded; then everything is shipped
    as far as it goes, scarce stock by the rule of `chain`. What is made in a period can be shipped in it.
    Where a table or a part of one is missing the chain ends there, and a note or an exception says so.
    """
    network = inside_the_house(
        plan.lines,
        paths.unique_id,
        stock=tables.stock,
        items=tables.items,
        suppliers=tables.suppliers,
        terms=tables.terms,
        made=tables.made,
        components=tables.components,
        cutoff=cutoff,
        freq=freq,
        review_period=settings.review_period,
    )
    interval = network.branches["lead_time"].to_numpy(dtype=np.int64) + settings.review_period
    longest = len(paths.ds) - int(interval.max(initial=0)) + 1
    horizon = min(horizon_of_chain(settings, chain), longest)
    if network.branches.empty or horizon < 1:
        return _nothing(network, tables)
    ds = following(cutoff, horizon, freq)
    counts = Counts(tables.stock, plan.open_orders, cutoff, freq)
    service_level, shelf_life = stated(network.there, tables, counts, settings)
    wants, stores = upwards(
        network,
        paths,
        counts,
        service_level=service_level,
        shelf_life=shelf_life,
        review_period=settings.review_period,
        horizon=horizon,
    )
    making = make(network, wants, stores, tables, counts, ds, settings)
    shipped = _downwards(network, wants, stores, making, interval, chain)
    bought = _bought(network, stores, making, service_level, ds, settings.review_period)
    lines, about_lines = order_lines_of(
        bought,
        plan_id=plan_id,
        cutoff=cutoff,
        freq=freq,
        review_period=settings.review_period,
        longest_cover=settings.longest_cover,
    )
    exceptions: Exceptions = [
        *network.exceptions,
        *making.exceptions,
        *_uncounted(network, tables),
        *shortages(network, shipped, ds, chain),
        *about_lines,
    ]
    return ChainPlan(
        shipments=_shipments(network, shipped, ds, chain),
        production=_production(making, ds),
        materials=making.plan.records(),
        lines=lines,
        links=links(steps_of(network, wants, stores, making, shipped, ds)),
        expedite=expedite(bought),
        exceptions=exceptions,
        notes=_notes(network, tables, horizon, freq, chain),
        sentences=making.workshop.sentences(),
        remarks=cuts(network, shipped, ds, chain),
        made=tuple(making.workshop.plans),
        material_plan=making.plan,
    )


def _nothing(network: Network, tables: ChainTables) -> ChainPlan:
    idle = (
        "No place of the house supplies what is ordered, so nothing is planned with the bill of materials "
        "and the capacities: the source of the items, or the terms, say who supplies.",
    )
    missing = tables.bill_of_materials is None and tables.capacity is None
    return ChainPlan(
        shipments=pd.DataFrame(columns=list(SHIPMENT_COLUMNS)),
        production=pd.DataFrame(columns=list(PRODUCTION_COLUMNS)),
        materials=pd.DataFrame(columns=list(RECORD_COLUMNS)),
        lines=pd.DataFrame(columns=list(LINE_COLUMNS)),
        links=pd.DataFrame(columns=list(LINK_COLUMNS)),
        expedite=pd.DataFrame(columns=list(EXPEDITE_COLUMNS)),
        exceptions=network.exceptions,
        notes=() if missing else idle,
    )


def _downwards(
    network: Network,
    wants: Wants,
    stores: Stores,
    making: Making,
    interval: Whole,
    chain: ChainSettings,
) -> Shipped:
    """Ship from those places that only make and buy down to the shops."""
    branches, nodes = network.branches, network.nodes
    node = pd.Index(nodes["node"]).get_indexer(pd.Index(branches["node"]))
    available = _coming(network, stores, making)
    rank = _rank(branches, chain)
    pack = branches["pack_size"].to_numpy(dtype=np.float64)
    lead = branches["lead_time"].to_numpy(dtype=np.int64)
    wanted, shipped = np.zeros((2, *wants.wanted.shape))
    scarce = np.zeros(wanted.shape, dtype=bool)
    depth = nodes["depth"].to_numpy(dtype=np.int64)
    for each in range(int(depth.max(initial=-1)) + 1):
        rows = np.flatnonzero(depth[node] == each)
        receivers = Receivers(
            node[rows],
            wants.wanted[rows],
            wants.position[rows],
            lambda row, rows=rows: wants.demand(int(rows[row])),  # type: ignore[misc]
            interval[rows],
            pack[rows],
            rank[rows],
        )
        done = ship(available, receivers, chain.rule)
        wanted[rows], shipped[rows], scarce[rows] = done.wanted, done.shipped, done.scarce
        for row in rows[wants.store[rows] >= 0].tolist():
            arrives = shipped[row, : max(shipped.shape[1] - lead[row], 0)]
            available[wants.store[row], lead[row] :] += arrives
    return Shipped(wanted, shipped, scarce)


def _coming(network: Network, stores: Stores, making: Making) -> Quantities:
    """Node x period, what comes into each place but from others of the house: what lies there, less what
    expires unused, open orders, what is made and what is bought."""
    nodes = network.nodes
    made = nodes["made"].to_numpy(dtype=bool)
    bought = np.isin(network.there, network.offers["unique_id"]) & ~network.from_the_house
    opening = stores.supply.on_hand + stores.supply.expiring.sum(axis=1)
    coming, expired = stores.supply.receipts.copy(), stores.netting.expired.copy()
    lead = stores.rules.lead_time
    for row in np.flatnonzero(bought).tolist():
        later = stores.released[row, : max(coming.shape[1] - lead[row], 0)]
        coming[row, lead[row] :] += later
    at = pd.Index(making.plan.bill.unique_id).get_indexer(pd.Index(nodes.loc[made, "node"]))
    supply, netting = making.plan.supply.of(at), making.plan.netting
    opening[made] = supply.on_hand + supply.expiring.sum(axis=1)
    coming[made] = supply.receipts + netting.planned_receipts[at]
    expired[made] = netting.expired[at]
    coming[:, 0] += opening
    coming[:, 1:] -= expired[:, :-1]
    return coming


def _rank(branches: pd.DataFrame, chain: ChainSettings) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Locations in the stated order, then the others by name."""
    locations = branches["unique_id"].map(location_of)
    order = [*chain.priority, *sorted(set(locations) - set(chain.priority))]
    return np.asarray(locations.map({name: at for at, name in enumerate(order)}), dtype=np.int64)


def _bought(
    network: Network,
    stores: Stores,
    making: Making,
    service_level: Quantities,
    ds: pd.DatetimeIndex,
    review_period: int,
) -> Bought:
    """What stores and plants buy from others: a supplier's minimum is over both."""
    there = pd.Index(network.there)
    from_house = network.from_the_house[there.get_indexer(pd.Index(network.offers["unique_id"]))]
    goods = network.offers[~from_house]
    store = there.get_indexer(pd.Index(goods["unique_id"]))
    plan = making.plan
    names = [making.names[str(name)] for name in making.offers["unique_id"]]
    thing = pd.Index(plan.bill.unique_id).get_indexer(pd.Index(names))
    filled = [each for each in (goods, making.offers) if len(each)]
    return Bought(
        pd.concat(filled, ignore_index=True) if filled else making.offers,
        ds,
        np.concatenate([stores.gross[store], plan.gross_requirements[thing]]),
        joined(stores.supply.of(store), plan.supply.of(thing)),
        joined(stores.rules.of(store), plan.rules.of(thing)),
        joined(stores.netting.of(store), plan.netting.of(thing)),
        np.concatenate([stores.released[store], plan.planned_releases[thing]]),
        np.append(service_level[store], [making.service_level[name] for name in names]),
        ("",) * len(goods) + caused_by(plan, thing, plan.rules.lead_time[thing] + review_period),
    )


def _uncounted(network: Network, tables: ChainTables) -> Exceptions:
    counted = set(tables.stock.loc[tables.stock["on_hand"].notna(), "unique_id"])
    return [
        (there, "", "supplies others and has no row with on_hand in the stock file: taken as 0; count it")
        for there in sorted(network.names)
        if there not in counted
    ]


def _shipments(
    network: Network, shipped: Shipped, ds: pd.DatetimeIndex, chain: ChainSettings
) -> pd.DataFrame:
    branch, period = np.nonzero(shipped.wanted > 0)
    branches = network.branches.iloc[branch]
    return pd.DataFrame(
        {
            "source": branches["source"].to_numpy(),
            "location": branches["unique_id"].map(location_of).to_numpy(),
            "unique_id": branches["unique_id"].to_numpy(),
            "ds": ds[period],
            "wanted": np.round(shipped.wanted[branch, period], 3),
            "shipped": np.round(shipped.shipped[branch, period], 3),
            "rule": np.where(shipped.scarce[branch, period], str(chain.rule), ""),
        },
        columns=list(SHIPMENT_COLUMNS),
    ).sort_values(["ds", "source", "unique_id"], kind="stable", ignore_index=True)


def _production(making: Making, ds: pd.DatetimeIndex) -> pd.DataFrame:
    """What is made in each period, on a resource or without one; rows that make nothing are left out."""
    plan, limited = making.plan, making.workshop.production()
    dates = dict(zip(making.workshop.periods, ds, strict=True))
    limited = limited.assign(ds=limited["period"].map(dates))
    bought = {making.names[str(name)] for name in making.offers["unique_id"]}
    free = [name not in bought and name not in set(limited["unique_id"]) for name in plan.bill.unique_id]
    parents = np.isin(np.arange(len(free)), plan.bill.parent) | (plan.independent.sum(axis=1) > 0)
    thing, period = np.nonzero(
        (plan.netting.planned_receipts > 0) & np.array(free, dtype=bool)[:, None] & parents[:, None]
    )
    units = plan.netting.planned_receipts[thing, period]
    unlimited = pd.DataFrame(
        {
            "resource": "",
            "unique_id": np.array(plan.bill.unique_id, dtype=object)[thing],
            "ds": ds[period],
            "use": units,
            "good_units": units,
            "capacity": np.nan,
            "worth": 0.0,
        }
    )
    tables = [each[list(PRODUCTION_COLUMNS)] for each in (limited, unlimited) if len(each)]
    if not tables:
        return pd.DataFrame(columns=list(PRODUCTION_COLUMNS))
    table = pd.concat(tables, ignore_index=True)
    table = table[table["good_units"] > 0].round({"use": 3, "good_units": 3})
    return table.sort_values(["resource", "ds", "unique_id"], kind="stable", ignore_index=True)


def _notes(
    network: Network, tables: ChainTables, horizon: int, freq: str, chain: ChainSettings
) -> tuple[str, ...]:
    places = ", ".join(sorted(set(network.branches["source"]) - {""})) or "the place where it is sold"
    said = [
        f"What {places} must ship is planned for {periods(horizon, freq)}: this week's orders, then those to "
        f"expect. Where it does not suffice it is shared by {chain.rule}, in whole packs; the rest follows "
        "later."
    ]
    if network.nodes["made"].any() and tables.bill_of_materials is None:
        said.append("There is no bill of materials: the chain ends with what must be made.")
    if network.nodes["made"].any() and tables.capacity is None:
        said.append("There is no capacity table: everything is made when it is needed.")
    return tuple(said)
