"""Small uploads, made to measure: what a test does not say is the same every time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import numpy as np

FIRST_WEEK = date(2024, 1, 1)  # a Monday
FIRST_DAY = date(2024, 1, 1)
SERIES = ("centro/crema", "centro/jabon", "norte/jabon")


def week(number: int) -> date:
    """The Monday of a week of these sales; the first one is number 0."""
    return FIRST_WEEK + timedelta(weeks=number)


def csv(header: str, rows: Iterable[Sequence[object]]) -> bytes:
    """A file with comma and LF; None is an empty cell."""
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in rows]
    return ("\n".join([header, *lines]) + "\n").encode()


def weekly_sales(weeks: int = 70, *, first: int = 0, factor: float = 1.0) -> bytes:
    """Sales of three series for `weeks` weeks from week `first` on: a season, a little noise, a price."""
    rows = []
    for place, unique_id in enumerate(SERIES):
        noise = np.random.default_rng(place).integers(-3, 4, size=first + weeks)
        for number in range(first, first + weeks):
            season = 20 + 10 * place + 5 * math.sin(2 * math.pi * number / 52)
            sold = max(0, round(factor * (season + int(noise[number]))))
            rows.append((week(number), *unique_id.split("/"), sold, 4.5 + place))
    return csv("ds,location,product,y,price", rows)


def daily_sales(days: int = 120) -> bytes:
    """One shop's days with the headers of a Ventas.csv: a weekly rhythm, promotions that sell, holidays."""
    noise = np.random.default_rng(7).integers(-40, 41, size=days)
    rows = []
    for number in range(days):
        day = FIRST_DAY + timedelta(days=number)
        promotion, holiday = int(number % 9 == 0), int(number % 31 == 0)
        sold = 600 + 80 * day.weekday() + 250 * promotion - 150 * holiday + int(noise[number])
        rows.append((day, day.isoweekday(), promotion, holiday, sold))
    return csv("Fecha,DíaDeLaSemana,Promociones,Festivo,Ventas", rows)


def stock(
    on_hand: float = 10,
    *,
    as_of: date | None = None,
    on_order: tuple[float, date] | None = None,
    series: Sequence[str] = SERIES,
) -> bytes:
    """A stock count, the same for every series; `on_order` is a quantity and the day it is due."""
    quantity, due = on_order or (None, None)
    rows = [(unique_id, on_hand, quantity, due, as_of) for unique_id in series]
    names = ["unique_id", "on_hand", "on_order", "due_date", "as_of"]
    given = [True, True, on_order is not None, on_order is not None, as_of is not None]
    return csv(
        ",".join(name for name, is_given in zip(names, given, strict=True) if is_given),
        [[cell for cell, is_given in zip(row, given, strict=True) if is_given] for row in rows],
    )


def items() -> bytes:
    rows = [(unique_id, *unique_id.split("/"), "higiene", "piece", 0.95, "EUR") for unique_id in SERIES]
    return csv("unique_id,location,product,category,unit,service_level,currency", rows)


def suppliers(lead_time: int = 7) -> bytes:
    return csv(
        "supplier_id,name,email,lead_time,minimum_order_value,currency",
        [("norsa", "Norsa S.L.", "pedidos@norsa.example", lead_time, 0, "EUR")],
    )


def terms(pack_size: int = 6) -> bytes:
    rows = [("norsa", product, cost, pack_size, 0) for product, cost in (("crema", 2.5), ("jabon", 1.2))]
    return csv("supplier_id,product,unit_cost,pack_size,minimum_order_quantity", rows)


def bill_of_materials() -> bytes:
    return csv("parent,component,quantity_per", [("crema", "aceite", 0.1), ("jabon", "sosa", 0.2)])


def capacity(weeks: int = 10) -> bytes:
    return csv("resource,ds,capacity", [("caldera", week(number), 100) for number in range(weeks)])


def calendar(weeks: int = 120) -> bytes:
    return csv("ds,holiday", [(week(number), int(number % 13 == 0)) for number in range(weeks)])


def planning_files() -> dict[str, tuple[str, bytes]]:
    """Every table that planning and forecasting may read, by upload folder: name and content."""
    return {
        "inventario": ("stock.csv", stock()),
        "productos": ("items.csv", items()),
        "proveedores": ("suppliers.csv", suppliers()),
        "condiciones": ("terms.csv", terms()),
        "recetas": ("bill_of_materials.csv", bill_of_materials()),
        "capacidad": ("capacity.csv", capacity()),
        "calendario": ("calendar.csv", calendar()),
    }
