"""The quarterly workbook of a plant: demand by quarter, capacity and yield by week, as typed frames.

Its sheets are found by their headers: quarters along the top with a row of demand per product; quarters and
weeks with rows of available capacity; quarters and weeks with rows of yield; densities below the products'
names; shares below week numbers; a plan by quarter and week that is still to be filled.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from intake.errors import InputError
from intake.files.grid import Grid
from intake.findings import Finding
from intake.values.decimals import DECIMAL_CONVENTIONS
from intake.workbooks.cross_table import CrossRow, CrossTable, Quarter, cross_table, has_words, labelled_row
from intake.workbooks.quarterly_checks import contradictions
from intake.workbooks.quarterly_plan import QuarterlyPlan
from intake.workbooks.week_dates import read_week_dates

_WEEK_NUMBER: Final = re.compile(r"(wk|ww|week|w|semana|sem|s)[\s_.-]*\d{1,2}", re.IGNORECASE)
TOTAL: Final = "total|all|todos|gesamt"

DEMAND: Final = ("demand|demanda|effectivedemand|nachfrage|demande",)
WEEKS_OF_SUPPLY: Final = ("wos|weeks|semanas",)
SAFETY_STOCK: Final = ("safety|seguridad", "stock", "-wos|weeks|semanas|excess|exceso")
YIELDED_SUPPLY: Final = ("yielded|supply|suministro", "-wos|weeks|semanas|stock|demand")
BALANCE: Final = ("balance|saldo", "-excess|exceso")
EXCESS: Final = ("excess|exceso",)
AVAILABLE: Final = ("capacity|capacidad", "available|disponible")
YIELD: Final = ("yield|rendimiento",)


@dataclass(frozen=True, eq=False)
class _Sheets:
    """The sheets by the part they play."""

    demand: CrossTable
    capacity: CrossTable
    yields: CrossTable
    plan: CrossTable | None
    density: dict[str, str]
    weekly_split: tuple[str, ...]
    names: dict[str, str]


def looks_like(grids: Sequence[Grid]) -> bool:
    """Whether these are the sheets of a quarterly workbook."""
    found = tables_by_part(grids)
    return {"demand", "capacity", "yield"} <= set(found)


def read_quarterly_plan(grids: Sequence[Grid]) -> QuarterlyPlan:
    """Read the sheets; InputError that names what is missing where they are no quarterly workbook."""
    sheets = _sheets(grids)
    products = tuple(
        dict.fromkeys(row.product for row in sheets.demand.rows if has_words(row.attribute, *DEMAND))
    )
    unreadable: list[str] = []
    demand = _demand(sheets.demand, products, unreadable)
    weeks, dated = _weeks(sheets, unreadable)
    weekly = _weekly(sheets, products, len(weeks), unreadable)
    opening = _opening(demand)
    density = _numbers(tuple(sheets.density.get(product, "") for product in products), "density", unreadable)
    at_opening = demand[demand["quarter"] == pd.Timestamp(opening.start)].set_index("product")
    plan = QuarterlyPlan(
        quarters=sheets.demand.quarters,
        opening=opening,
        demand=demand,
        products=pd.DataFrame(
            {
                "product": products,
                "density": density,
                "opening_balance": at_opening["balance"].reindex(list(products)).to_numpy(),
            }
        ),
        weeks=weeks,
        weekly=weekly,
        weekly_split=tuple(_numbers(sheets.weekly_split, "weekly split", unreadable)),
        plan_starts=sheets.plan.starts if sheets.plan else {},
        capacity_starts=sheets.capacity.starts,
        sheets=sheets.names,
    )
    findings = (*_understood(plan), *dated, *_unreadable(unreadable), *contradictions(plan))
    return replace(plan, findings=findings)


def tables_by_part(grids: Sequence[Grid]) -> dict[str, CrossTable]:
    """The tables of the sheets by the part they play: demand, capacity, yield, plan."""
    found: dict[str, CrossTable] = {}
    for grid in grids:
        table = cross_table(grid)
        part = _part(table) if table else None
        if table and part:
            found.setdefault(part, table)
    return found


def _part(table: CrossTable) -> str | None:
    if not table.weeks:
        return "demand" if any(has_words(name, *DEMAND) for name in table.attributes) else None
    if any(has_words(name, *AVAILABLE) for name in table.attributes):
        return "capacity"
    if any(has_words(name, *YIELD) for name in table.attributes):
        return "yield"
    return "plan" if table.attributes == ("",) else None


def _sheets(grids: Sequence[Grid]) -> _Sheets:
    found = tables_by_part(grids)
    name = grids[0].name if grids else ""
    needed = {
        "demand": "quarters along the top and a row of demand per product",
        "capacity": "quarters and weeks along the top and rows of available capacity",
        "yield": "quarters and weeks along the top and rows of yield",
    }
    for part, what in needed.items():
        if part not in found:
            raise InputError(f"there is no sheet with {what}; this is no quarterly workbook", file=name)
    products = frozenset(
        row.product for row in found["demand"].rows if has_words(row.attribute, *DEMAND) and row.product
    )
    density: dict[str, str] = {}
    split: tuple[str, ...] = ()
    names = {part: table.sheet or part for part, table in found.items()}
    for grid in grids:
        if cross_table(grid) is not None:
            continue
        if not density and (below := labelled_row(grid, products)):
            density, names["density"] = below, grid.sheet or "density"
        elif not split and (shares := labelled_row(grid, _WEEK_NUMBER)):
            split, names["weekly split"] = tuple(shares.values()), grid.sheet or "weekly split"
    unused = [grid.sheet for grid in grids if grid.sheet and grid.sheet not in names.values()]
    names["not used"] = ", ".join(unused)
    return _Sheets(
        found["demand"], found["capacity"], found["yield"], found.get("plan"), density, split, names
    )


def _demand(table: CrossTable, products: Sequence[str], unreadable: list[str]) -> pd.DataFrame:
    parts = []
    for product in products:
        columns = {"product": product, "quarter": [pd.Timestamp(quarter.start) for quarter in table.quarters]}
        rows = {
            "demand": DEMAND,
            "safety_stock_weeks": WEEKS_OF_SUPPLY,
            "safety_stock": SAFETY_STOCK,
            "yielded_supply": YIELDED_SUPPLY,
            "balance": BALANCE,
            "excess": EXCESS,
        }
        numbers = {
            name: _row_numbers(table, table.row(product, *words), unreadable) for name, words in rows.items()
        }
        parts.append(pd.DataFrame(columns | numbers))
    return pd.concat(parts, ignore_index=True)


def _weeks(sheets: _Sheets, unreadable: list[str]) -> tuple[pd.DataFrame, list[Finding]]:
    capacity, yields = sheets.capacity, sheets.yields
    count = len(capacity.weeks)
    ds, findings = read_week_dates(yields.weeks, yields.sheet)
    if len(yields.weeks) != count or yields.quarters != capacity.quarters:
        pairs = enumerate(zip(yields.quarters, capacity.quarters, strict=False))
        differ = next((at for at, (one, other) in pairs if one != other), min(len(yields.weeks), count))
        sentence = (
            f"{sheets.names['yield']} has {len(yields.weeks)} weeks and {sheets.names['capacity']} {count}, "
            f"and they differ from week {differ + 1} on; weeks are matched by their position"
        )
        findings.append(Finding(sheets.names["yield"], sentence, suspicious=True))
    totals = [row for row in capacity.rows if has_words(row.product, TOTAL)]
    total = next((row for row in totals if has_words(row.attribute, *AVAILABLE)), None)
    dates = pd.Series(ds[:count]).reindex(range(count))
    frame = pd.DataFrame(
        {
            "week": np.arange(1, count + 1),
            "quarter": [pd.Timestamp(quarter.start) for quarter in capacity.quarters],
            "label": list(capacity.weeks),
            "ds": dates.to_numpy(),
            "capacity": _row_numbers(capacity, total, unreadable),
        }
    )
    return frame, findings


def _weekly(sheets: _Sheets, products: Sequence[str], count: int, unreadable: list[str]) -> pd.DataFrame:
    parts = []
    for product in products:
        yields = _row_numbers(sheets.yields, sheets.yields.row(product, *YIELD), unreadable)
        parts.append(
            pd.DataFrame(
                {
                    "product": product,
                    "week": np.arange(1, count + 1),
                    "capacity": _row_numbers(
                        sheets.capacity, sheets.capacity.row(product, *AVAILABLE), unreadable
                    ),
                    "yield_rate": pd.Series(yields).reindex(range(count)).to_numpy(),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _opening(demand: pd.DataFrame) -> Quarter:
    """The first quarter with a balance: what the plan starts from."""
    given = demand[demand["balance"].notna()]
    first = (given if len(given) else demand)["quarter"].min()
    return Quarter(first.year, (first.month + 2) // 3)


def _row_numbers(table: CrossTable, row: CrossRow | None, unreadable: list[str]) -> npt.NDArray[np.float64]:
    if row is None:
        return np.full(len(table.quarters), np.nan)
    what = (
        f"{table.sheet}, line {row.line} ({' '.join(part for part in (row.product, row.attribute) if part)})"
    )
    return _numbers(row.cells, what, unreadable)


def _numbers(cells: Sequence[str], what: str, unreadable: list[str]) -> npt.NDArray[np.float64]:
    """The cells as numbers with a decimal point, NaN where empty; what is no number is told."""
    texts = np.array(list(cells), dtype=object)
    values = np.asarray(DECIMAL_CONVENTIONS[0].read(texts), dtype=np.float64)
    typed = pd.to_numeric(pd.Series(texts), errors="coerce").to_numpy(dtype=np.float64)  # 1e-05, say
    values = np.where(np.isnan(values), typed, values)
    unreadable += [f"'{text}' ({what})" for text in texts[np.isnan(values) & (texts != "")]]
    return values


def _understood(plan: QuarterlyPlan) -> list[Finding]:
    names = plan.sheets
    given = plan.demand[(plan.demand["yielded_supply"] > 0)]
    found = [
        Finding(
            "file",
            f"a quarterly plan of {len(plan.products)} products, {len(plan.quarters)} quarters "
            f"({plan.quarters[0]} to {plan.quarters[-1]}) and {len(plan.weeks)} weeks; opening balance at "
            f"{plan.opening}; yielded supply is given in {len(given)} cells",
        ),
        Finding(
            "file",
            "sheets: "
            + ", ".join(f"'{sheet}' is the {part}" for part, sheet in names.items() if part != "not used"),
        ),
    ]
    if names["not used"]:
        found.append(Finding("file", f"sheets that are not used: {names['not used']}"))
    return found


def _unreadable(cells: list[str]) -> list[Finding]:
    if not cells:
        return []
    more = f" and {len(cells) - 5} more" if len(cells) > 5 else ""
    return [
        Finding(
            "file",
            f"{len(cells)} cells are no numbers and are read as missing: {', '.join(cells[:5])}{more}",
            suspicious=True,
        )
    ]
