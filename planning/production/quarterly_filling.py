"""A quarterly plan as the cells of the workbook that asked for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from intake.workbooks.quarterly_places import FillRow, FillRows
from intake.workbooks.quarterly_plan import QuarterlyPlan
from planning.production.quarterly import QuarterlyProduction

Values = list[float | str | None]

_DECIMALS: Final = 6


def filled_rows(
    made: QuarterlyProduction, asked: QuarterlyPlan, rows: FillRows
) -> Iterator[tuple[FillRow, Values]]:
    """Each row with its values: numbers in the weeks that are planned, None in the others.

    The plan and the scheduled capacity are the use, unused capacity is available less scheduled. Their totals
    are formulas over the products' rows, {column} being a cell's own. Yielded supply is filled in for the
    quarters that are planned, so that the workbook's own formulas give its balances.
    """
    weekly = {name: _by_product(made, name) for name in ("use", "unused")}
    first = min(made.weekly["week"]) - 1
    for row in rows.plan:
        yield row, _cells(row, weekly["use"], first, _sum_of(rows.plan))
    for row in rows.scheduled:
        yield row, _cells(row, weekly["use"], first, _sum_of(rows.scheduled))
    for row in rows.unused:
        yield row, _cells(row, weekly["unused"], first, _sum_of(rows.unused))
    start = asked.quarters.index(made.first)
    supply = {
        str(product): [float(units) for units in quarters["yielded_supply"]]
        for product, quarters in made.quarterly.groupby("product")
    }
    for row in rows.supply:
        yield row, _cells(row, supply, start, "")


def _by_product(made: QuarterlyProduction, name: str) -> dict[str, list[float]]:
    return {
        str(product): [round(float(units), _DECIMALS) for units in weeks[name]]
        for product, weeks in made.weekly.groupby("product")
    }


def _cells(row: FillRow, numbers: Mapping[str, list[float]], first: int, total: str) -> Values:
    if row.product in numbers:
        filled: Values = list(numbers[row.product])
    elif not row.product and total:
        filled = [total] * len(next(iter(numbers.values())))
    else:
        filled = []
    return [*[None] * first, *filled][: row.width]


def _sum_of(rows: tuple[FillRow, ...]) -> str:
    return "=" + "+".join(f"{{column}}{row.line}" for row in rows if row.product)
