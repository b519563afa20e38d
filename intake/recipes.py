"""Bills of material: nothing may be made of itself, on however many levels."""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from intake.errors import InputError
from intake.text_columns import quoted


def refuse_cycles(
    recipes: pd.DataFrame, file: str | None = None, *, lines: npt.NDArray[np.int64] | None = None
) -> None:
    """Raise InputError that shows the way back, 'a -> b -> a', where something goes into itself.

    recipes: parent and component, one row each; `lines` are the rows' lines in the `file`, where known.
    """
    cycle = find_cycle(recipes)
    if not cycle:
        return
    places = ""
    if lines is not None:
        edges = pd.MultiIndex.from_frame(recipes[["parent", "component"]])
        rows = [int(np.argmax(edges == edge)) for edge in pairwise(cycle)]
        numbers = sorted({int(lines[row]) for row in rows})
        places = f" (line{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))})"
    raise InputError(
        f"something is made of itself: {' -> '.join(quoted(name) for name in cycle)}{places}; "
        "take the component out that does not belong there",
        file=file,
    )


def find_cycle(recipes: pd.DataFrame) -> Sequence[str]:
    """The names along one way from a thing back to itself, the first again at the end; empty if none."""
    made_of: dict[str, list[str]] = {}
    for parent, component in zip(recipes["parent"], recipes["component"], strict=True):
        made_of.setdefault(str(parent), []).append(str(component))
    try:
        TopologicalSorter(made_of).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found[::-1]  # the library lists what comes first, first: components before what they go into
    return ()
