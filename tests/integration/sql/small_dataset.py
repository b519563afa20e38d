"""A dataset by hand, as the parts that are loaded, and what must be read off it: by loops, not by SQL."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Connection, select, text

from storage.sql.database import Database
from storage.sql.loading import Part, load_dataset
from storage.sql.schema import METADATA

VERSION, PLAN = "0123456789abcdef", "2026-W07-r1"
HOSTILE = (
    "'; DROP TABLE sales; --",
    "🥖 pan/tienda 𝒜",
    "Pan",
    "pan",
    "pan ",
    'a"b\\',
    "%s :x ?",
    "ñandú/日本",
)
FIRST_DAY = date(2026, 1, 1)  # a Thursday
COUNTED_ON = date(2026, 2, 8)  # a Sunday; the plan begins on the next day
WEEKS = [date(2026, 2, 9) + timedelta(weeks=number) for number in range(4)]

Row = dict[str, Any]


def sales_rows(days: int = 40) -> list[Row]:
    """Daily sales of awkward series: returns, a revenue of its own, a missing price, an unknown day."""
    return [
        {
            "unique_id": unique_id,
            "ds": FIRST_DAY + timedelta(days=day),
            "y": None if (place, day) == (1, 9) else float((day * 7 + place * 3) % 11 - 1),
            "price": None if (place, day % 13) == (2, 5) else 2.5 + place / 4,
            "revenue": 99.5 if (place, day) == (3, 20) else None,
        }
        for place, unique_id in enumerate(HOSTILE)
        for day in range(days)
        if (place, day) != (4, 30)
    ]


def stock_rows() -> list[Row]:
    """Two lots and a blocked one of the first series, an expired lot, one without a lot, an open order."""
    first, second, third = HOSTILE[:3]
    rows: list[Row] = [
        {"unique_id": first, "on_hand": 5.0, "lot": "A1", "expiry": date(2026, 2, 8)},
        {"unique_id": first, "on_hand": 7.0, "lot": "a1", "expiry": date(2026, 3, 1), "quarantine": 2.0},
        {"unique_id": second, "on_hand": 4.0, "lot": "old", "expiry": date(2026, 2, 7)},
        {"unique_id": second, "on_hand": 3.0, "on_order": 6.0, "due_date": date(2026, 2, 18)},
        {"unique_id": third, "on_hand": 1.0, "on_order": 2.0, "quarantine": 5.0},
    ]
    return [row | {"as_of": COUNTED_ON, "counted_on": COUNTED_ON} for row in rows]


def count_rows() -> dict[str, list[Row]]:
    """The counts of three days: lot a1 was there before A1; `old` was empty when it was first listed."""
    first, second = HOSTILE[:2]
    days = [date(2026, 1, 25), date(2026, 2, 1), COUNTED_ON]
    seen = [(0, first, "a1", 9.0), (1, first, "a1", 8.0), (1, first, "A1", 6.0), (0, second, "old", 0.0)]
    seen += [(1, second, "old", 4.0), (0, second, "", 3.0)]
    seen += [(2, row["unique_id"], row.get("lot") or "", row["on_hand"]) for row in stock_rows()]
    return {
        str(number) * 64: [
            {"unique_id": unique_id, "lot": lot, "counted_on": day, "on_hand": on_hand}
            for at, unique_id, lot, on_hand in seen
            if at == number
        ]
        for number, day in enumerate(days)
    }


def demand_rows() -> list[Row]:
    """Daily demand of four weeks of three series."""
    return [
        {"unique_id": unique_id, "ds": WEEKS[0] + timedelta(days=day), "y_hat": 0.5 + place + day / 16}
        for place, unique_id in enumerate(HOSTILE[:3])
        for day in range(28)
    ]


ORDERS: list[Row] = [
    # number, state, issued, received, and lines: series, units, due
    {"purchase_order": f"{PLAN}-north", "state": "issued", "issued_on": date(2026, 2, 9)},
    {"purchase_order": "2026-W06-r1-north", "state": "confirmed", "issued_on": date(2026, 2, 2)},
    {"purchase_order": "2026-W05-r1-south", "state": "received", "issued_on": date(2026, 2, 9)},
    {"purchase_order": f"{PLAN}-south", "state": "proposed"},
]
ORDERS[2]["received_on"] = date(2026, 2, 10)
LINES: list[Row] = [
    {"purchase_order": ORDERS[0]["purchase_order"], "unique_id": HOSTILE[0], "order_quantity": 12.0},
    {"purchase_order": ORDERS[0]["purchase_order"], "unique_id": HOSTILE[2], "order_quantity": 24.0},
    {"purchase_order": ORDERS[1]["purchase_order"], "unique_id": HOSTILE[1], "order_quantity": 48.0},
    {"purchase_order": ORDERS[2]["purchase_order"], "unique_id": HOSTILE[0], "order_quantity": 5.0},
    {"purchase_order": ORDERS[3]["purchase_order"], "unique_id": HOSTILE[2], "order_quantity": 96.0},
]
# What is to come of each line: 8 of the second came, all of the fourth; the last is only proposed.
for _line, _on_order in zip(LINES, (12.0, 16.0, 48.0, 0.0, 0.0), strict=True):
    _line["on_order"] = _on_order
RECEIPTS: list[Row] = [
    {"purchase_order": ORDERS[0]["purchase_order"], "unique_id": HOSTILE[2], "receipts": 8.0},
    {"purchase_order": ORDERS[2]["purchase_order"], "unique_id": HOSTILE[0], "receipts": 5.0},
]
for _receipt in RECEIPTS:
    _receipt["received_on"] = date(2026, 2, 10)
for _number, _line in enumerate(LINES):
    _line |= {"due_date": date(2026, 2, 2) + timedelta(days=8 * _number), "unit_cost": 1.5, "currency": "EUR"}
    _line["amount"] = 1.5 * _line["order_quantity"]


def facts(dataset: str = "shop", dataset_version: str = VERSION) -> Row:
    """The row of `datasets`."""
    return {
        "dataset": dataset,
        "dataset_version": dataset_version,
        "freq": "D",
        "cutoff": COUNTED_ON,
        "as_of": None,
        "plan_id": PLAN,
        "published_at": datetime(2026, 2, 9, 6, 0, 1, 987_654),
    }


def parts() -> list[Part]:
    """Everything of the dataset."""
    plan = {"cutoff": COUNTED_ON, "dataset_version": VERSION, "model_version": "v0001"}
    plan["published_at"] = facts()["published_at"]
    orders = [
        {"plan_id": order["purchase_order"].rpartition("-")[0], "supplier_id": "north", "line_count": 1}
        | order
        for order in ORDERS
    ]
    event = {"purchase_order": orders[0]["purchase_order"], "number": 1, "state": "issued", "who": "ana"}
    lines = {"unique_id": HOSTILE[0], "supplier_id": "north", "order_quantity": 12, "explanation": "because"}
    return [
        _part("sales", VERSION, sales=sales_rows()),
        _part("items", "", items=[{"unique_id": HOSTILE[0], "location": "tienda", "shelf_life": 9}]),
        _part("suppliers", "", suppliers=[{"supplier_id": "north", "name": "Norte S.L.", "lead_time": 7}]),
        _part("terms", "", terms=[{"supplier_id": "north", "product": "pan"}] * 2),
        _part("stock", "", stock=stock_rows()),
        *(_part("counts", snapshot_id, stock_counts=rows) for snapshot_id, rows in count_rows().items()),
        _part("prediction", "p", predictions=[{"unique_id": "pan", "ds": WEEKS[0], "y_hat": 1.25, "p95": 3}]),
        _part("plan", PLAN, plans=[plan], plan_demand=demand_rows(), plan_lines=[lines]),
        _part(
            "orders",
            "",
            purchase_orders=orders,
            purchase_order_lines=LINES,
            purchase_order_receipts=RECEIPTS,
            purchase_order_events=[event | {"recorded_at": facts()["published_at"]}],
        ),
    ]


def _part(name: str, version: str, **tables: list[Row]) -> Part:
    return Part(name, version, "c" * 64, lambda: {name: pd.DataFrame(rows) for name, rows in tables.items()})


def load(database: Database, dataset: str = "shop") -> Any:
    with database.write() as connection:
        return load_dataset(connection, facts(dataset), parts())


def dump(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, in the order of its keys as Python sorts them."""
    return {
        table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
        for table in METADATA.sorted_tables
    }


def contents(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    with database.read() as connection:
        return dump(connection)


def query(database: Database, statement: str) -> list[Row]:
    with database.read() as connection:
        return [
            {name: _plain(cell) for name, cell in row._mapping.items()}
            for row in connection.execute(text(statement))
        ]


def _plain(cell: Any) -> Any:
    """A day as text, and a number as a float, which SQLite and MariaDB tell in ways of their own."""
    if isinstance(cell, date):
        return cell.isoformat()
    return float(cell) if cell is not None and not isinstance(cell, str) else cell


def monday(day: date) -> str:
    return (day - timedelta(days=day.isoweekday() - 1)).isoformat()


def total(values: Iterable[float]) -> float:
    return sum(values, 0.0)
