"""What is made for the places of the house, of which materials, and what these are bought on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from intake.periods import iso_week, period_end
from planning.chain.bought import component_offers
from planning.chain.network import Network
from planning.chain.requirements import Counts, Stores, Wants
from planning.chain.resources import Resources, read_capacity
from planning.chain.tables import ChainTables
from planning.chain.unique_ids import location_of, product_of
from planning.chain.workshop import Workshop
from planning.materials.bill_of_materials import BillOfMaterials, bill_of_materials
from planning.materials.material_plan import MaterialPlan, plan_materials
from planning.materials.netting import Quantities, Whole
from planning.order_up_to import smallest_sufficient
from planning.plan import Exceptions, PlanSettings
from planning.sourcing import item_numbers


@dataclass(frozen=True, eq=False)
class Making:
    """plan: the records of all that is made and goes into it. workshop: when it is made. offers: the terms of
    what is bought for it, by unique_id. names: unique_id -> name in the bill. service_level: by name."""

    plan: MaterialPlan
    workshop: Workshop
    offers: pd.DataFrame
    names: Mapping[str, str]
    service_level: Mapping[str, float]
    exceptions: Exceptions


def make(
    network: Network,
    wants: Wants,
    stores: Stores,
    tables: ChainTables,
    counts: Counts,
    ds: pd.DatetimeIndex,
    settings: PlanSettings,
) -> Making:
    """Plan what is made, on its resources, and the materials below it.

    What shops and stores ask for is required of what is made; a product on a limited resource is made when
    `plan_production` says, everything else when it is needed. Stock and open orders count where things are
    made or where no place is told, under the name of the bill of materials. Everything keeps the safety stock
    of its service level over its lead time + review period.
    """
    made = network.nodes[network.nodes["made"].astype(bool)]
    sold = frozenset(wants.paths.unique_id)
    bill = bill_of_materials(tables.bill, made["node"])
    ids, names, exceptions = _named(network, tables, bill, sold, counts)
    counts = replace(
        counts,
        stock=_renamed(counts.stock, names),
        open_orders=_renamed(counts.open_orders, names),
    )
    bought = tuple(ids[name] for name in bill.unique_id if name not in tables.made | set(made["node"]))
    offers, refused = component_offers(
        bought,
        items=tables.items,
        suppliers=tables.suppliers,
        terms=tables.terms,
        cutoff=counts.cutoff,
        freq=counts.freq,
        review_period=settings.review_period,
    )
    service_level, shelf_life = stated(tuple(ids[name] for name in bill.unique_id), tables, counts, settings)
    rules = _rules(bill, ids, offers, shelf_life, settings.review_period)
    top = pd.Index(bill.unique_id).get_indexer(pd.Index(made["node"]))
    interval = rules["lead_time"].to_numpy() + settings.review_period
    rules["safety_stock"] = _safety_stock(bill, top, wants.node_demand[made.index], interval, service_level)
    resources = _resources(tables, bill, ids, ds, counts.freq)
    workshop = Workshop(
        resources,
        tuple(iso_week(each) if counts.freq.startswith("W") else f"{each:%Y-%m-%d}" for each in ds),
        _shortage_cost(network, wants, tables),
    )
    required = pd.DataFrame(
        {
            "unique_id": np.repeat(made["node"].to_numpy(), len(ds)),
            "ds": np.tile(ds.to_numpy(), len(made)),
            "quantity": stores.gross[made.index].reshape(-1),
        }
    )
    plan = plan_materials(
        tables.bill,
        required,
        materials=rules,
        stock=counts.stock,
        open_orders=counts.open_orders,
        cutoff=counts.cutoff,
        horizon=len(ds),
        freq=counts.freq,
        schedule=workshop.schedule,
    )
    levels = dict(zip(bill.unique_id, service_level.tolist(), strict=True))
    return Making(plan, workshop, offers, names, levels, [*exceptions, *refused, *resources.exceptions])


def stated(
    unique_id: tuple[str, ...], tables: ChainTables, counts: Counts, settings: PlanSettings
) -> tuple[Quantities, Whole]:
    """service_level of each item, else that of the run, and shelf_life in whole periods, 0 for ever."""
    numbers = item_numbers(unique_id, tables.items, ("service_level", "shelf_life"))
    length = (period_end(counts.cutoff, counts.freq) - counts.cutoff).days + 1
    life = np.maximum(np.floor(numbers["shelf_life"].to_numpy(dtype=np.float64) / length), 1.0)
    service_level = numbers["service_level"].fillna(settings.service_level).to_numpy(dtype=np.float64)
    return service_level, np.where(np.isnan(life), 0.0, life).astype(np.int64)


def _named(
    network: Network, tables: ChainTables, bill: BillOfMaterials, sold: frozenset[str], counts: Counts
) -> tuple[dict[str, str], dict[str, str], Exceptions]:
    """Name in the bill -> unique_id, unique_id -> name in the bill, and what lies where it does not count."""
    known = frozenset(bill.unique_id)
    workplaces = set(network.nodes.loc[network.nodes["made"].astype(bool), "source"]) | {""}
    names = {there: node for there, node in network.names.items() if node in known}
    exceptions: Exceptions = []
    tellers = (counts.stock, tables.items, tables.terms, counts.open_orders)
    for each in sorted({str(name) for table in tellers for name in _ids(table)} - set(names)):
        name = each if each in known else product_of(each)
        if name not in known or each in sold:
            continue
        if location_of(each) in workplaces:
            names[each] = name
        elif each in set(_ids(counts.stock)) and name in tables.components:
            reason = (
                f"is a component and lies at {location_of(each)}, where nothing is made: it does not count"
            )
            exceptions.append((each, "", reason))
    ids = {name: there for there, name in sorted(names.items(), reverse=True)}
    places = sorted(workplaces - {""})
    for name in known - set(ids):
        ids[name] = f"{places[0]}/{name}" if len(places) == 1 else name
        names[ids[name]] = name
    return ids, names, exceptions


def _ids(table: pd.DataFrame) -> list[str]:
    return (
        []
        if "unique_id" not in table
        else [str(name) for name in table["unique_id"].dropna().unique() if name]
    )


def _renamed(table: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """The rows of what is in the bill, under its name there."""
    rows = table[table["unique_id"].isin(list(names))]
    return rows.assign(unique_id=rows["unique_id"].map(names))


def _rules(
    bill: BillOfMaterials, ids: Mapping[str, str], offers: pd.DataFrame, shelf_life: Whole, review_period: int
) -> pd.DataFrame:
    """How everything in the bill is ordered: by its offer; what has none is made, lot for lot and at once."""
    columns = ["lead_time", "minimum_order_quantity", "pack_size"]
    offered = offers.set_index("unique_id")[columns].reindex([ids[name] for name in bill.unique_id])
    rules = offered.fillna(0.0).reset_index(drop=True)
    covered = np.where(offered["lead_time"].notna(), review_period, 1)
    return rules.assign(unique_id=list(bill.unique_id), periods_covered=covered, shelf_life=shelf_life)


def _safety_stock(
    bill: BillOfMaterials, top: Whole, demand: Quantities, interval: Whole, service_level: Quantities
) -> Quantities:
    """The quantile less the mean of what is needed over the interval, through all levels: what shops sell,
    times what goes into it. demand: of `top` x path x period."""
    safety = np.zeros(len(bill.unique_id))
    for each in np.unique(interval).tolist():
        total = np.zeros((len(safety), demand.shape[1]))
        total[top] = demand[:, :, : int(each)].sum(axis=2)
        for code in range(bill.levels):
            total += bill.requirements_of(code) @ total[bill.rows(code)]
        rows = np.flatnonzero(interval == each)
        wanted = smallest_sufficient(total[rows], service_level[rows])
        safety[rows] = np.maximum(wanted - total[rows].mean(axis=1), 0.0)
    safety[top] = np.ceil(safety[top])
    return np.asarray(np.round(safety, 3), dtype=np.float64)


def _resources(
    tables: ChainTables, bill: BillOfMaterials, ids: Mapping[str, str], ds: pd.DatetimeIndex, freq: str
) -> Resources:
    if tables.capacity is None:
        return Resources({}, (), [])
    category: dict[str, str] = {}
    if "category" in tables.items:
        stated_category = tables.items.dropna(subset=["category"])
        category = dict(
            zip(stated_category["unique_id"], stated_category["category"].astype(str), strict=True)
        )
    made = tables.made | {bill.unique_id[at] for at in np.flatnonzero(bill.low_level_code == 0)}
    named = {name: category.get(ids[name], category.get(name, "")) for name in made if name in ids}
    return read_capacity(tables.capacity, named, ds, freq)


def _shortage_cost(network: Network, wants: Wants, tables: ChainTables) -> dict[str, float]:
    """What a unit that comes late costs: the mean of the shops' shortage_cost, by what they sell of it."""
    branches = network.branches[wants.series >= 0]
    cost = item_numbers(tuple(branches["unique_id"]), tables.items, ("shortage_cost",))["shortage_cost"]
    sells = wants.paths.mean()[wants.series[wants.series >= 0]].sum(axis=1) + 1e-9
    frame = pd.DataFrame({"node": branches["node"].to_numpy(), "cost": cost.to_numpy(), "sells": sells})
    frame = frame[frame["cost"] > 0]
    weighted = (frame["cost"] * frame["sells"]).groupby(frame["node"]).sum()
    total = frame["sells"].groupby(frame["node"]).sum()
    return {str(node): float(each) for node, each in (weighted / total).items()}
