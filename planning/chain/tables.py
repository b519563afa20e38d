"""The tables that the chain is planned from, and what they say is made of what."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from planning.chain.unique_ids import location_of, product_of

_LINK_COLUMNS = ("parent", "component", "quantity_per")


@dataclass(frozen=True, eq=False)
class ChainTables:
    """As `assemble_table` gives them; None where there is no such table."""

    stock: pd.DataFrame
    items: pd.DataFrame
    suppliers: pd.DataFrame
    terms: pd.DataFrame
    bill_of_materials: pd.DataFrame | None = None
    capacity: pd.DataFrame | None = None

    @cached_property
    def bill(self) -> pd.DataFrame:
        """The bill of materials, empty where there is none."""
        if self.bill_of_materials is None:
            return pd.DataFrame({name: pd.Series(dtype=object) for name in _LINK_COLUMNS})
        return self.bill_of_materials

    @cached_property
    def made(self) -> frozenset[str]:
        """Names of what is made: what has components, a capacity of its own, or the category of a resource
        of which the capacity table does not say what it makes."""
        found = frozenset(self.bill["parent"].astype(str))
        if self.capacity is None:
            return found
        named = self.capacity.reindex(columns=["resource", "product"]).fillna("").astype(str)
        found |= frozenset(named["product"]) - {""}
        lines = frozenset(named.loc[named["product"] == "", "resource"])
        if "category" in self.items:
            alike = self.items.loc[self.items["category"].isin(list(lines)), "unique_id"]
            found |= frozenset(product_of(str(name)) for name in alike)
        return found

    @cached_property
    def components(self) -> frozenset[str]:
        """Names of what goes into something."""
        return frozenset(self.bill["component"].astype(str))

    @property
    def any_place_supplies(self) -> bool:
        """Whether something is made in the house, or an item's source is a location with stock of its own."""
        if self.bill_of_materials is not None or self.capacity is not None:
            return True
        if "source" not in self.items:
            return False
        return bool(
            set(self.items["source"].dropna())
            & {location_of(name) for name in self.stock["unique_id"]} - {""}
        )
