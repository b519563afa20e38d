"""A quarterly workbook made to measure: clean as built, with dirt only where a test puts it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from intake.files.grid import Grid
from intake.text_columns import TextColumn

Rows = list[list[object]]

PRODUCTS = ("A1", "B2")
WEEKS = 4  # in a quarter, so that the tables stay small
FIRST = date(1996, 1, 1)


@dataclass
class QuarterlyCase:
    """The numbers of a workbook; `sheets` lays them out. Quarter 0 is the opening one and has no weeks."""

    quarters: int = 4
    demand: dict[str, list[float]] = field(default_factory=dict)
    supply: dict[str, list[float | str]] = field(default_factory=dict)
    names: tuple[str, ...] = ("Demand", "Density", "Ratio", "Plan", "Limits", "Yield")

    def __post_init__(self) -> None:
        for number, product in enumerate(PRODUCTS, start=1):
            self.demand[product] = [0.0, *(100.0 * number + 10 * q for q in range(1, self.quarters))]
            self.supply[product] = [0.0, *[""] * (self.quarters - 1)]

    @property
    def labels(self) -> list[str]:
        return [f"Q{number % 4 + 1} {96 + number // 4}" for number in range(self.quarters)]

    def demand_sheet(self) -> Rows:
        rows: Rows = [["Product ID", "Attribute", *self.labels]]
        for product in PRODUCTS:
            demand, supply = self.demand[product], self.supply[product]
            weeks = [0.0, *[1.5] * (self.quarters - 1)]
            target = [
                weeks[q] * demand[q + 1] / WEEKS if q + 1 < self.quarters else ""
                for q in range(self.quarters)
            ]
            balance = [50.0]
            for q in range(1, self.quarters):
                balance.append(balance[-1] + float(supply[q] or 0) - demand[q])
            excess = [
                b - float(t) if q and t != "" else ""
                for q, (b, t) in enumerate(zip(balance, target, strict=True))
            ]
            rows += [
                [product, "Yielded Supply", *supply],
                [product, "Safety Stock Target", *target],
                [product, "Safety Stock Target (WOS)", *weeks],
                [product, "EffectiveDemand", *demand],
                [product, "Total Projected Inventory Balance", *balance],
                [product, "Inventory Balance in excess of SST", *excess],
            ]
        return rows

    def weekly_headers(self) -> tuple[list[object], list[object], list[object]]:
        """Quarter of each week, its label, and its date as the sheets write it."""
        quarters = [label for label in self.labels[1:] for _ in range(WEEKS)]
        days = [FIRST + timedelta(weeks=week) for week in range(len(quarters))]
        return (
            list(quarters),
            [f"WW_{n:02d}" for n in range(1, len(days) + 1)],
            [f"{d:%m-%d-%y}" for d in days],
        )

    def sheets(self) -> dict[str, Rows]:
        quarters, labels, days = self.weekly_headers()
        count = len(labels)
        merged = [q if at % WEEKS == 0 else "" for at, q in enumerate(quarters)]
        limits: Rows = [["", "", *quarters], ["Product ID", "Attribute", *labels]]
        limits += [
            ["Total", "Available Capacity", *[30.0] * count],
            ["Total", "Scheduled Capacity", *[""] * count],
        ]
        yields: Rows = [["", "", *merged], ["Product ID", "", *days]]
        for number, product in enumerate(PRODUCTS, start=1):
            limits.append([product, "Available Capacity", *[10.0 * number] * count])
            limits.append([product, "Scheduled Capacity", *[""] * count])
            yields.append([product, "Yield", *[0.9] * count])
        demand, density, ratio, plan, bounds, yield_rate = self.names
        return {
            demand: self.demand_sheet(),
            density: [list(PRODUCTS), [2.0, 3.0]],
            ratio: [[f"Wk{n}" for n in range(1, WEEKS + 1)], [0.1, 0.2, 0.3, 0.4]],
            plan: [
                ["", *quarters],
                ["Design Handle", *labels],
                *[[name, *[""] * count] for name in ("Total", *PRODUCTS)],
            ],
            bounds: limits,
            yield_rate: yields,
            "Notes": [["Change nothing", ""], ["", "thanks"]],
        }


def grids(sheets: dict[str, Rows]) -> tuple[Grid, ...]:
    """The sheets as the door hands them on."""
    return tuple(_grid(name, rows) for name, rows in sheets.items())


def _grid(sheet: str, rows: Sequence[Sequence[object]]) -> Grid:
    width = max(map(len, rows))
    texts = [[str(cell) for cell in row] + [""] * (width - len(row)) for row in rows]
    columns = [TextColumn.of("", np.array([row[at] for row in texts], dtype=object)) for at in range(width)]
    return Grid(
        name="plan.xlsx",
        delimiter="",
        columns=tuple(columns),
        first_lines=np.arange(1, len(rows) + 1),
        spans=np.ones(len(rows), dtype=np.int64),
        misfits={},
        original_text=lambda row: "\t".join(texts[row]),
        sheet=sheet,
    )
