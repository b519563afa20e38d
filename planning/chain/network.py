"""Who is supplied by whom inside the house: shops, stores and plants, and what lies in each."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from planning.chain.unique_ids import location_of, product_of
from planning.order_days import on_order_days
from planning.plan import Exceptions
from planning.sourcing import SOURCING_COLUMNS, choose_terms

Row = dict[str, Any]

BRANCH_COLUMNS: Final = (
    "unique_id",
    "source",
    "node",
    "lead_time",
    "pack_size",
    "minimum_order_quantity",
    "critical_ratio",
    "now",
    "sells",
)
NODE_COLUMNS: Final = (
    "node",
    "source",
    "product",
    "made",
    "supplier_id",
    "lead_time",
    "pack_size",
    "minimum_order_quantity",
    "depth",
)


@dataclass(frozen=True, eq=False)
class Network:
    """Who supplies whom.

    branches: BRANCH_COLUMNS. unique_id is supplied from the place `source` with what lies there, `node`: a
    unique_id or, of what is made, its name in the bill of materials. now: units ordered this week. sells:
    the branch is sales off that very shelf. nodes: NODE_COLUMNS, one row for each. supplier_id: who supplies
    the node itself, '' for nobody; depth: how many places of the house stand above it. names: source/product
    -> node. offers: the terms on which nodes are supplied, as `choose_terms` gives them.
    """

    branches: pd.DataFrame
    nodes: pd.DataFrame
    names: Mapping[str, str]
    offers: pd.DataFrame
    exceptions: Exceptions

    @cached_property
    def there(self) -> tuple[str, ...]:
        """The unique_id of every node: source/product, of the first place where several make it."""
        first = {node: there for there, node in sorted(self.names.items(), reverse=True)}
        return tuple(first[str(node)] for node in self.nodes["node"])

    @cached_property
    def from_the_house(self) -> npt.NDArray[np.bool_]:
        """Which nodes another place of the house supplies."""
        above = self.nodes["supplier_id"] + "/" + self.nodes["product"]
        return np.asarray(above.isin(list(self.names)), dtype=np.bool_)


def inside_the_house(
    lines: pd.DataFrame,
    sold: tuple[str, ...],
    *,
    stock: pd.DataFrame,
    items: pd.DataFrame,
    suppliers: pd.DataFrame,
    terms: pd.DataFrame,
    made: frozenset[str],
    components: frozenset[str],
    cutoff: pd.Timestamp,
    freq: str,
    review_period: int,
) -> Network:
    """The places that supply the plan's lines, what supplies these in turn, and so on.

    lines: of the plan, with supplier_id. sold: every series with a forecast. made: names of what is made.
    components: names of what goes into something. A supplier is a place of the house where the stock or the
    items table has rows `supplier/...`, or where it makes what the line is about. What lies there is made
    there if it is in `made` and its item names no other `source`; else its source or its terms supply it, as
    in `choose_terms`. What is sold without a line where components lie, and is made, is made and sold there;
    a place that sells what it also hands on sells off the same shelf. Places that supply each other in a
    circle are cut apart by an exception.
    """
    exceptions: Exceptions = []
    places = {location_of(name) for name in _named(stock, items)} - {""}
    ordered = lines.to_dict("records")
    rows = [_branch(row) for row in ordered]
    rows = [
        row
        for row in rows
        if (row["source"] in places or _made_name(row, made)) and _there(row) != row["unique_id"]
    ]
    sells = set(sold)
    workplaces = {
        location_of(name)
        for name in _named(stock, items)
        if product_of(name) in components and name not in sells
    } | {""}
    ordered_elsewhere = {row["unique_id"] for row in ordered} - set(_self_supplied(ordered))
    taken = {row["unique_id"] for row in rows} | ordered_elsewhere
    rows += [
        _own_sales(name)
        for name in sold
        if name not in taken
        and location_of(name) in workplaces
        and _made_name({"unique_id": name, "source": location_of(name)}, made)
    ]
    nodes: dict[str, Row] = {}
    transfers: list[Row] = []
    offers: list[pd.DataFrame] = []
    asked = rows
    while asked:
        new = {_there(row): str(row["source"]) for row in asked if _there(row) not in nodes}
        nodes |= _nodes_of(
            new, items, suppliers, terms, made, (cutoff, freq, review_period), offers, exceptions
        )
        asked = [_transfer(nodes[there], there) for there in new if nodes[there]["supplier_id"] in places]
        transfers += asked
    rows = [_own_sales(row["unique_id"]) if row["unique_id"] in nodes else row for row in rows]
    rows += _uncircled(nodes, transfers, exceptions)
    known = {there: str(node["node"]) for there, node in nodes.items()}
    branches = pd.DataFrame(
        [row | {"node": known[_there(row)]} for row in rows], columns=list(BRANCH_COLUMNS)
    )
    table = pd.DataFrame(
        [node | {"depth": _depth(there, nodes)} for there, node in nodes.items()], columns=list(NODE_COLUMNS)
    )
    return Network(
        branches.sort_values(["node", "unique_id"], kind="stable", ignore_index=True),
        table.drop_duplicates("node").sort_values(["depth", "node"], kind="stable", ignore_index=True),
        known,
        pd.concat(offers, ignore_index=True) if offers else pd.DataFrame(columns=list(SOURCING_COLUMNS)),
        exceptions,
    )


def _named(stock: pd.DataFrame, items: pd.DataFrame) -> set[str]:
    columns = [table["unique_id"].dropna() for table in (stock, items) if "unique_id" in table]
    return {str(name) for column in columns for name in column.unique()}


def _branch(row: dict[Hashable, Any]) -> Row:
    return {
        "unique_id": str(row["unique_id"]),
        "source": str(row["supplier_id"]),
        "lead_time": int(row["lead_time"]),
        "pack_size": float(row["pack_size"]),
        "minimum_order_quantity": float(row["minimum_order_quantity"]),
        "critical_ratio": float(row["critical_ratio"]),
        "now": float(row["order_quantity"]),
        "sells": False,
    }


def _own_sales(unique_id: str) -> Row:
    """Sold off the shelf on which it lies: no lead time, no packs, nothing ordered."""
    source = location_of(unique_id)
    numbers = {"lead_time": 0, "pack_size": 1.0, "minimum_order_quantity": 0.0, "now": 0.0}
    return {"unique_id": unique_id, "source": source, "critical_ratio": 0.5, "sells": True, **numbers}


def _transfer(node: Row, there: str) -> Row:
    """A place of the house that another one supplies; what it orders comes of what it is asked for."""
    kept = ("lead_time", "pack_size", "minimum_order_quantity")
    numbers = {name: node[name] for name in kept}
    known = {"unique_id": there, "source": node["supplier_id"], "critical_ratio": 0.5}
    return {**known, "now": 0.0, "sells": False, **numbers}


def _self_supplied(ordered: list[dict[Hashable, Any]]) -> list[str]:
    """Series whose line orders them where they lie."""
    return [
        str(row["unique_id"])
        for row in ordered
        if f"{row['supplier_id']}/{product_of(str(row['unique_id']))}" == row["unique_id"]
    ]


def _there(row: Row) -> str:
    """Under which unique_id the source has what the branch is about."""
    source = str(row["source"])
    product = product_of(str(row["unique_id"]))
    return f"{source}/{product}" if source else product


def _made_name(row: Row, made: frozenset[str]) -> str:
    """The name under which the bill of materials or the capacity table makes it, '' for none."""
    there = _there(row)
    return next((name for name in (there, product_of(there)) if name in made), "")


def _nodes_of(
    new: dict[str, str],
    items: pd.DataFrame,
    suppliers: pd.DataFrame,
    terms: pd.DataFrame,
    made: frozenset[str],
    calendar: tuple[pd.Timestamp, str, int],
    offers: list[pd.DataFrame],
    exceptions: Exceptions,
) -> dict[str, Row]:
    """What lies at some places (`new`: unique_id -> place): made there, supplied by somebody, or neither (an
    exception)."""
    found: dict[str, Row] = {}
    cutoff, freq, review_period = calendar
    for place in sorted(set(new.values())):
        ids = tuple(sorted(there for there, each in new.items() if each == place))
        elsewhere = _without(items, "source", place)
        source = item_source(ids, elsewhere)
        names = {
            there: _made_name({"unique_id": there, "source": place}, made) if not source[there] else ""
            for there in ids
        }
        sourcing = choose_terms(
            tuple(there for there in ids if not names[there]),
            items=elsewhere,
            suppliers=suppliers,
            terms=terms[terms["supplier_id"] != place],
            freq=freq,
        )
        exceptions += sourcing.exceptions
        frame = on_order_days(
            sourcing.frame, cutoff=cutoff, freq=freq, review_period=review_period, exceptions=exceptions
        )
        offers.append(frame)
        by_name = {str(row["unique_id"]): row for row in frame.to_dict("records")}
        for there in ids:
            offer = by_name.get(there, {})
            found[there] = {
                "node": names[there] or there,
                "source": place,
                "product": product_of(there),
                "made": bool(names[there]),
                "supplier_id": str(offer.get("supplier_id", "")),
                "lead_time": int(offer.get("lead_time", 0)),
                "pack_size": float(offer.get("pack_size", 1)),
                "minimum_order_quantity": float(offer.get("minimum_order_quantity", 0)),
            }
    return found


def _without(table: pd.DataFrame, column: str, value: str) -> pd.DataFrame:
    """The table with a column emptied where it says `value`."""
    if column not in table:
        return table
    return table.assign(**{column: table[column].where(table[column] != value)})


def item_source(unique_id: tuple[str, ...], items: pd.DataFrame) -> dict[str, str]:
    """The `source` that the items table states for each id, or else for its product; '' for none."""
    if "source" not in items or "unique_id" not in items:
        return dict.fromkeys(unique_id, "")
    stated = items[items["source"].notna() & (items["source"] != "")]
    source = dict(zip(stated["unique_id"].astype(str), stated["source"].astype(str), strict=True))
    return {name: source.get(name, source.get(product_of(name), "")) for name in unique_id}


def _uncircled(nodes: dict[str, Row], transfers: list[Row], exceptions: Exceptions) -> list[Row]:
    """The transfers less those of places that supply themselves by way of others; nobody supplies these."""
    for there in sorted(nodes):
        way = [there]
        while (above := _above(way[-1], nodes)) and above not in way:
            way.append(above)
        if above == there:
            circle = " -> ".join([there, *way[:0:-1], there])
            exceptions.append(
                (there, "", f"places supply each other in a circle: {circle}; correct `source`")
            )
            nodes[there]["supplier_id"] = ""
            transfers = [row for row in transfers if row["unique_id"] != there]
    return transfers


def _above(there: str, nodes: dict[str, Row]) -> str:
    """The node of the house that supplies one, '' where none does."""
    above = f"{nodes[there]['supplier_id']}/{nodes[there]['product']}"
    return above if above in nodes else ""


def _depth(there: str, nodes: dict[str, Row]) -> int:
    depth = 0
    while there := _above(there, nodes):
        depth += 1
    return depth
