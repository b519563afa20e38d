"""What people call the items: beside the name of its series, wherever a person reads one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import pandas as pd

NO_NAMES: Final[Mapping[str, str]] = {}


def item_names(items: pd.DataFrame | None) -> Mapping[str, str]:
    """The name of each item by its unique_id: `name` of the items table, else its `product`.

    A product whose text is part of the unique_id says nothing new, so it is left out.

    >>> item_names(pd.DataFrame({"unique_id": ["2", "7"], "name": ["Baguette", ""]}))
    {'2': 'Baguette'}
    """
    if items is None:
        return NO_NAMES
    named = {}
    for column in ("product", "name"):
        if column not in items:
            continue
        for unique_id, name in zip(items["unique_id"], items[column].fillna(""), strict=True):
            if name and name not in str(unique_id).split("/"):
                named[str(unique_id)] = str(name)
    return named


def name_of(unique_id: str, names: Mapping[str, str]) -> str:
    """The name of a series' item, '' where none is known; an item may stand for a product in all places and
    channels.

    >>> name_of("shop 1/2", {"2": "Baguette"}), name_of("shop 1/2/web", {"2": "Baguette"})
    ('Baguette', 'Baguette')
    """
    product = unique_id.partition("/")[2]
    return names.get(unique_id) or names.get(product) or names.get(product.partition("/")[0], "")


def named(unique_id: str, names: Mapping[str, str]) -> str:
    """A series as people read it.

    >>> named("2", {"2": "Baguette"}), named("3", {})
    ('2 Baguette', '3')
    """
    return " ".join(part for part in (unique_id, name_of(unique_id, names)) if part)


def places_of(unique_id: Iterable[str], items: pd.DataFrame) -> list[str]:
    """Where each series sells: `location` of the items table, else the part before its first slash.

    >>> places_of(["shop/2", "3"], pd.DataFrame({"unique_id": ["shop/2"], "location": ["Shop Street 5"]}))
    ['Shop Street 5', '']
    """
    stated = (
        dict(zip(items["unique_id"], items["location"].fillna(""), strict=True))
        if "location" in items
        else {}
    )
    return [str(stated.get(name) or (name.partition("/")[0] if "/" in name else "")) for name in unique_id]
