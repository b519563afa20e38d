"""What things are made of, level by level: no component stands above anything that it goes into."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from intake.errors import InputError
from intake.recipes import refuse_cycles

Positions = npt.NDArray[np.int64]
Units = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BillOfMaterials:
    """Everything that is made or goes into something, by low-level code, and the links between.

    unique_id: names, sorted by low_level_code and then by name. low_level_code: 0 for what goes into
    nothing, else one more than that of the lowest parent (Orlicky, Material Requirements Planning, ch. 4).
    parent, component: positions in unique_id, a pair for each link. units: of the component for one good
    unit of the parent, quantity_per / ((1 - scrap_rate) yield_rate).
    """

    unique_id: tuple[str, ...]
    low_level_code: Positions
    parent: Positions
    component: Positions
    units: Units

    @property
    def levels(self) -> int:
        """Number of low-level codes."""
        return int(self.low_level_code.max(initial=-1)) + 1

    def rows(self, code: int) -> slice:
        """Where the things of a low-level code stand in unique_id."""
        first, after = np.searchsorted(self.low_level_code, [code, code + 1])
        return slice(int(first), int(after))

    def requirements_of(self, code: int) -> csr_array:
        """Units that each thing (row) is needed in, for one good unit of each thing of the low-level code
        (column)."""
        at = self.rows(code)
        inside = (self.parent >= at.start) & (self.parent < at.stop)
        places = (self.component[inside], self.parent[inside] - at.start)
        return csr_array(
            (self.units[inside], places), shape=(len(self.unique_id), at.stop - at.start), dtype=np.float64
        )


def bill_of_materials(links: pd.DataFrame, also: Iterable[str] = ()) -> BillOfMaterials:
    """Sort a bill of materials by level.

    links: parent, component, quantity_per (units of the component in one of the parent, above 0), optional
    scrap_rate (share of the component that is lost on the way, 0 to below 1; blank = 0) and yield_rate
    (share of what is made that comes out good, above 0 to 1; blank = 1). A component that a parent names
    twice is needed twice. also: names that stand in no link, such as what is only sold.

    What is made of itself raises InputError that shows the loop; so does a number that cannot be.
    """
    units = _units(links)
    ends = pd.concat([links["parent"], links["component"]], ignore_index=True).astype(object)
    codes, names = pd.factorize(ends, sort=True)
    others = sorted(set(also) - set(names))
    parent, component = codes[: len(links)].astype(np.int64), codes[len(links) :].astype(np.int64)
    levels = np.append(
        _low_level_codes(links, len(names), parent, component), np.zeros(len(others), np.int64)
    )
    order = np.lexsort((np.arange(len(levels)), levels))
    position = np.empty(len(levels), dtype=np.int64)
    position[order] = np.arange(len(levels))
    every = [*names, *others]
    return BillOfMaterials(
        tuple(every[at] for at in order), levels[order], position[parent], position[component], units
    )


def _units(links: pd.DataFrame) -> Units:
    per = links["quantity_per"].to_numpy(dtype=np.float64)
    scrap, good = (
        links[name].astype("float64").fillna(blank).to_numpy()
        if name in links
        else np.full(len(links), blank)
        for name, blank in (("scrap_rate", 0.0), ("yield_rate", 1.0))
    )
    for name, wrong, allowed in (
        ("quantity_per", ~(np.isfinite(per) & (per > 0)), "a number above 0"),
        ("scrap_rate", ~((scrap >= 0) & (scrap < 1)), "a share from 0 to below 1"),
        ("yield_rate", ~((good > 0) & (good <= 1)), "a share above 0, at most 1"),
    ):
        if wrong.any():
            row = links.iloc[int(np.argmax(wrong))]
            raise InputError(
                f"'{row['component']}' in '{row['parent']}' has a {name} of {row[name]}; "
                f"it must be {allowed}",
                column=name,
            )
    return per / ((1 - scrap) * good)


def _low_level_codes(links: pd.DataFrame, things: int, parent: Positions, component: Positions) -> Positions:
    """Peel off what nothing left has as a component, level by level; what cannot be peeled off goes round
    in a loop."""
    levels = np.zeros(things, dtype=np.int64)
    waiting = np.bincount(component, minlength=things)
    order = np.argsort(parent, kind="stable")
    first = np.searchsorted(parent[order], np.arange(things + 1))
    free = np.flatnonzero(waiting == 0)
    peeled, code = 0, 0
    while len(free):
        levels[free] = code
        peeled += len(free)
        counts = first[free + 1] - first[free]
        starts = np.repeat(first[free] - np.append(0, counts.cumsum()[:-1]), counts)
        below = component[order[starts + np.arange(counts.sum())]]
        waiting -= np.bincount(below, minlength=things)
        free = np.unique(below[waiting[below] == 0])
        code += 1
    if peeled < things:
        stuck = (waiting[parent] > 0) & (waiting[component] > 0)
        refuse_cycles(links[stuck])
    return levels
