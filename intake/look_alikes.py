"""Which series a cell of `similar_to` names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

SEPARATOR: Final = ";"


def look_alikes(text: str, unique_id: str, known: Collection[str]) -> Mapping[str, str]:
    """Each name in the cell `text` of the series `unique_id`, with the series of `known` that it means.

    A name is a unique_id, or the rest of one at the same place: 'soap' of 'north/balm' means 'north/soap'. ''
    where it is neither, or the series itself.

    >>> look_alikes("soap; tea", "north/balm", {"north/soap", "tea"})
    {'soap': 'north/soap', 'tea': 'tea'}
    """
    names = (name.strip() for name in text.split(SEPARATOR))
    return {name: _meant(name, unique_id, known) for name in names if name}


def _meant(name: str, unique_id: str, known: Collection[str]) -> str:
    place, slash, _ = unique_id.rpartition("/")
    found = next((each for each in (name, f"{place}{slash}{name}") if each in known), "")
    return "" if found == unique_id else found
