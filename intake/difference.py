"""What a new version of the sales says that the one before did not."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

_KEY = ["unique_id", "ds"]


@dataclass(frozen=True, eq=False)
class Difference:
    """`added` and `removed` have the rows that only one side has: unique_id, ds, y.

    `changed`: unique_id, ds, y_before, y_after of rows whose `y` differs; `other_columns`: how many rows have
    the same `y` and differ in another column, by column.
    """

    added: pd.DataFrame
    removed: pd.DataFrame
    changed: pd.DataFrame
    other_columns: dict[str, int]
    new_series: tuple[str, ...]
    gone_series: tuple[str, ...]
    quantity_before: float
    quantity_after: float


def compare_sales(before: pd.DataFrame, after: pd.DataFrame) -> Difference:
    """Compare two sales frames, each with one row per unique_id and ds; NaN equals NaN."""
    sides = before.merge(after, on=_KEY, how="outer", suffixes=("_before", "_after"), indicator=True)
    both = sides[sides["_merge"] == "both"]
    changed = both[_differs(both["y_before"], both["y_after"])]
    same = both.drop(index=changed.index)
    others = {
        str(name): int(_differs(same[f"{name}_before"], same[f"{name}_after"]).sum())
        for name in before.columns
        if name in after.columns and name not in (*_KEY, "y")
    }
    gone = set(before["unique_id"]) - set(after["unique_id"])
    new = set(after["unique_id"]) - set(before["unique_id"])
    return Difference(
        added=_only(sides, "right_only", "y_after"),
        removed=_only(sides, "left_only", "y_before"),
        changed=changed[[*_KEY, "y_before", "y_after"]].reset_index(drop=True),
        other_columns={name: count for name, count in others.items() if count},
        new_series=tuple(sorted(map(str, new))),
        gone_series=tuple(sorted(map(str, gone))),
        quantity_before=float(before["y"].sum()),
        quantity_after=float(after["y"].sum()),
    )


def _differs(one: pd.Series[float], other: pd.Series[float]) -> pd.Series[bool]:
    return (one != other) & ~(one.isna() & other.isna())


def _only(sides: pd.DataFrame, side: str, y: str) -> pd.DataFrame:
    rows = sides.loc[sides["_merge"] == side, [*_KEY, y]]
    return rows.rename(columns={y: "y"}).reset_index(drop=True)
