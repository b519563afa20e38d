"""What each step of the chain is for: the steps as `links` reads them, and the words of a purchase line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd

from planning.chain.chain_plan import BUY, MAKE, ORDER, SELL, SHIP
from planning.chain.links import Requirement, Step
from planning.chain.making import Making
from planning.chain.network import Network
from planning.chain.quantities import quantity
from planning.chain.requirements import Stores, Wants
from planning.chain.shipping import Shipped
from planning.materials.material_plan import MaterialPlan
from planning.materials.netting import Whole
from planning.materials.pegging import origins, pegging

_SHOWN: Final = 3


def steps_of(
    network: Network,
    wants: Wants,
    stores: Stores,
    making: Making,
    shipped: Shipped,
    ds: pd.DatetimeIndex,
) -> Iterator[Step]:
    """Every step of the chain with what requires it, for `links`."""
    branches, nothing, days = network.branches, np.zeros(len(ds)), list(ds)
    asked: dict[str, list[Requirement]] = {str(node): [] for node in network.nodes["node"]}
    for row, branch in enumerate(branches.itertuples()):
        name, node = str(branch.unique_id), str(branch.node)
        when = np.flatnonzero(wants.wanted[row]).tolist()
        wanted = [(at, float(wants.wanted[row, at])) for at in when]
        cause = SELL if branch.sells else ORDER
        own = tuple(Requirement(at, units, cause, name, days[at]) for at, units in wanted)
        asked[node] += [Requirement(at, units, SHIP, name, days[at]) for at, units in wanted]
        yield Step(SHIP, name, 0.0, nothing, shipped.shipped[row], nothing, days, own)
    plan = making.plan
    pegs = pegging(plan)
    pegs = pegs[pegs["parent"] != ""]
    for peg, at in zip(pegs.to_dict("records"), ds.get_indexer(pd.Index(pegs["ds"])).tolist(), strict=True):
        asked.setdefault(str(peg["unique_id"]), []).append(
            Requirement(at, float(peg["quantity"]), MAKE, str(peg["parent"]), peg["parent_ds"])
        )
    bought = {making.names[str(name)] for name in making.offers["unique_id"]}
    for at, name in enumerate(plan.bill.unique_id):
        if not plan.netting.planned_receipts[at].any():
            continue
        released = np.maximum(np.arange(len(ds)) - plan.rules.lead_time[at], 0)
        yield Step(
            BUY if name in bought else MAKE,
            name,
            float(plan.supply.on_hand[at] + plan.supply.expiring[at].sum()),
            plan.supply.receipts[at],
            plan.netting.planned_receipts[at],
            plan.netting.expired[at],
            [days[at] for at in released.tolist()],
            tuple(asked.get(name, ())),
        )
    outside = (
        ~network.from_the_house
        & (network.nodes["supplier_id"] != "").to_numpy()
        & ~network.nodes["made"].to_numpy(dtype=bool)
    )
    for at in np.flatnonzero(outside).tolist():
        name = str(network.nodes["node"].iloc[at])
        released = np.maximum(np.arange(len(ds)) - stores.rules.lead_time[at], 0)
        yield Step(
            BUY,
            name,
            float(stores.supply.on_hand[at] + stores.supply.expiring[at].sum()),
            stores.supply.receipts[at],
            stores.netting.planned_receipts[at],
            stores.netting.expired[at],
            [days[at] for at in released.tolist()],
            tuple(asked[name]),
        )


def caused_by(plan: MaterialPlan, things: Whole, interval: Whole) -> tuple[str, ...]:
    """What each thing goes into within its interval, with units of the thing: 'soap-base 18.4 (lavender-soap
    9.1, oatmeal-soap 7)'. The products behind are told of what runs short within the interval."""
    inside = np.arange(len(plan.ds)) < interval[:, None]
    told = np.flatnonzero((plan.gross_requirements[things] * inside).any(axis=1))
    short = (plan.netting.net_requirements[things] * inside).max(axis=1, initial=0.0) > 0
    goes_on = {plan.bill.unique_id[at] for at in np.unique(plan.bill.component).tolist()}
    pegs = {str(name): rows for name, rows in pegging(plan).groupby("unique_id")} if len(told) else {}
    said = [""] * len(things)
    for at in told.tolist():
        name = plan.bill.unique_id[things[at]]
        last = plan.ds[min(int(interval[at]), len(plan.ds)) - 1]
        direct = pegs[name][pegs[name]["ds"] <= last]
        parents = direct.groupby("parent")["quantity"].sum().sort_values(ascending=False)
        if not len(parents):
            continue
        said[at] = _listed(parents)
        if short[at] and goes_on & set(parents.index):
            behind = origins(plan, name)
            behind = behind[(behind["ds"] <= last) & (behind["required"] != "")]
            products = behind.groupby("required")["quantity"].sum().sort_values(ascending=False)
            said[at] += f" ({_listed(products)})"
    return tuple(said)


def _listed(units: pd.Series[float]) -> str:
    shown = ", ".join(f"{name} {quantity(each)}" for name, each in units.head(_SHOWN).items())
    more = len(units) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
