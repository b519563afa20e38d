"""What cannot be shipped as it is wanted, in words: on each line that is cut, and place by place."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from planning.chain.chain_plan import ChainSettings
from planning.chain.network import Network
from planning.chain.quantities import quantity
from planning.chain.shipping import Shipped
from planning.chain.unique_ids import location_of
from planning.explanations import day
from planning.plan import Exceptions

_SHOWN: Final = 4
_DUST: Final = 1e-6


def cuts(network: Network, shipped: Shipped, ds: pd.DatetimeIndex, chain: ChainSettings) -> dict[str, str]:
    """A sentence for every receiver of whose order of this week not all is shipped now, and when the rest
    follows."""
    said = {}
    names, sources = (network.branches[column].tolist() for column in ("unique_id", "source"))
    for row in np.flatnonzero(shipped.shipped[:, 0] < shipped.wanted[:, 0] - _DUST).tolist():
        wanted, now = shipped.wanted[row, 0], shipped.shipped[row, 0]
        done = np.flatnonzero(shipped.shipped[row].cumsum() >= wanted - _DUST)
        rest = (
            f"the rest by {day(ds[done[0]])}"
            if len(done)
            else f"{quantity(wanted - shipped.shipped[row].sum())} of it not before {day(ds[-1])}"
        )
        said[str(names[row])] = (
            f"{sources[row]} ships {quantity(now)} of {quantity(wanted)} now ({chain.rule}), {rest}."
        )
    return said


def shortages(network: Network, shipped: Shipped, ds: pd.DatetimeIndex, chain: ChainSettings) -> Exceptions:
    """A row for each place and thing of which there is too little: the first period in which it is shared."""
    rows: Exceptions = []
    members_of = network.branches.groupby("node", sort=False).indices
    missing = shipped.wanted - shipped.shipped
    for at, there in zip(network.nodes["node"], network.there, strict=True):
        members = np.asarray(members_of.get(at, ()), dtype=np.int64)
        short = missing[members].sum(axis=0)
        scarce = np.flatnonzero(short > _DUST)
        if not len(scarce):
            continue
        first = int(scarce[0])
        wanted, given = shipped.wanted[members, first], shipped.shipped[members, first]
        parts = [
            f"{location_of(name) or name} {quantity(got)} of {quantity(asked)}"
            for name, got, asked in zip(
                network.branches["unique_id"].iloc[members], given, wanted, strict=True
            )
            if asked > _DUST
        ]
        more = f" and {len(parts) - _SHOWN} more" if len(parts) > _SHOWN else ""
        shares = f", shared by {chain.rule}: {', '.join(parts[:_SHOWN])}{more}" if len(parts) > 1 else ""
        rows.append(
            (
                there,
                "",
                f"{quantity(given.sum())} of the {quantity(wanted.sum())} wanted for {day(ds[first])} can be "
                f"shipped{shares}",
            )
        )
    return rows
