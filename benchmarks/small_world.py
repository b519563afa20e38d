"""A shop of four series: little enough that a flow takes a second, with everything that a flow reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

import numpy as np

DATASET: Final = "shop"
FIRST: Final = date(2024, 1, 1)  # a Monday
WEEKS: Final = 70
_SERIES: Final = (("north", "soap"), ("north", "tea"), ("south", "soap"), ("south", "tea"))

REQUESTS: Final[dict[str, dict[str, object]]] = {
    "ingest": {"dataset": DATASET},
    "train": {
        "dataset": DATASET,
        "recipes": ["seasonal_naive", "linear_regression"],
        "windows": 2,
        "trials": 1,
    },
    "forecast": {"dataset": DATASET, "horizon": 4, "paths": 100},
    "replenish": {"dataset": DATASET, "paths": 100},
}
"""The four flows in their order, each with the cheapest parameters that leave none of its writes out."""


def uploads(weeks: int = WEEKS) -> dict[str, bytes]:
    """Key among the uploads -> content, for a history of so many weeks; one line of the sales is bad."""
    return {
        f"ventas/{DATASET}/sales-{weeks}.csv": _lines("ds,location,product,y", _sales(weeks)),
        f"inventario/{DATASET}/stock.csv": _lines("unique_id,on_hand,as_of", _stock(weeks)),
        f"productos/{DATASET}/items.csv": _lines(
            "unique_id,location,product,category,unit,price,holding_cost,shortage_cost,currency",
            (f"{place}/{name},{place},{name},{name},piece,5,0.05,2,USD" for place, name in _SERIES),
        ),
        f"proveedores/{DATASET}/suppliers.csv": _lines(
            "supplier_id,name,email,lead_time,minimum_order_value,order_weekdays,currency",
            ["maker,The Maker Inc.,orders@maker.example,7,0,mon,USD"],
        ),
        f"condiciones/{DATASET}/terms.csv": _lines(
            "supplier_id,product,unit_cost,pack_size,minimum_order_quantity,preference",
            [f"maker,{name},2.5,6,6,1" for name in ("soap", "tea")],
        ),
    }


def _sales(weeks: int) -> Iterator[str]:
    rng = np.random.default_rng(7)
    demand = rng.poisson(20 + 6 * np.sin(np.arange(weeks) / 8.3), size=(len(_SERIES), weeks))
    for (place, name), row in zip(_SERIES, demand, strict=True):
        for week, y in enumerate(row):
            yield f"{FIRST + timedelta(weeks=week)},{place},{name},{y}"
    yield f"{FIRST + timedelta(weeks=3)},north,soap,many"


def _stock(weeks: int) -> Iterator[str]:
    as_of = FIRST + timedelta(weeks=weeks, days=-1)
    for number, (place, name) in enumerate(_SERIES):
        yield f"{place}/{name},{9 + 5 * number},{as_of}"


def _lines(header: str, rows: Iterator[str] | list[str]) -> bytes:
    return "\n".join([header, *rows, ""]).encode()
