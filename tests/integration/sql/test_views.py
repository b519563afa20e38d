"""What the views show, counted again by loops over the rows that went in."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

import pytest
from database_rig import RigDatabase
from small_dataset import (
    COUNTED_ON,
    HOSTILE,
    LINES,
    ORDERS,
    PLAN,
    RECEIPTS,
    WEEKS,
    Row,
    count_rows,
    demand_rows,
    load,
    monday,
    query,
    sales_rows,
    stock_rows,
    total,
)


@pytest.fixture
def loaded(database: RigDatabase) -> RigDatabase:
    load(database.open())
    load(database.open(), "another")  # the same rows under another name: nothing may be added up across
    return database


def rows(loaded: RigDatabase, view: str, order: str) -> list[Row]:
    found = query(loaded.open(), f"SELECT * FROM {view} WHERE dataset = 'shop'")  # noqa: S608
    return sorted(found, key=lambda row: tuple(str(row[name]) for name in order.split()))


def test_sales_by_week(loaded: RigDatabase) -> None:
    weeks: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in sales_rows():
        weeks[row["unique_id"], monday(row["ds"])].append(row)
    expected = []
    for (unique_id, week_start), days in sorted(weeks.items()):
        sold = [day for day in days if day["y"] is not None]
        y = total(day["y"] for day in sold)
        prices = [day["price"] for day in days if day["price"] is not None]
        whole = all(day["revenue"] is not None or day["price"] is not None for day in sold)
        money = total(
            day["y"] * day["price"] if day["revenue"] is None else day["revenue"]
            for day in sold
            if day["revenue"] is not None or day["price"] is not None
        )
        expected.append(
            {
                "dataset": "shop",
                "unique_id": unique_id,
                "week_start": week_start,
                "y": y,
                "revenue": pytest.approx(money) if whole else None,
                "price": pytest.approx(money / y if whole and y > 0 else total(prices) / len(prices)),
                "period_count": len(sold),
            }
        )
    assert rows(loaded, "v_sales_weekly", "unique_id week_start") == expected
    assert any(row["revenue"] is None for row in expected)


def due_in(day: date | None) -> str:
    return max(monday(day), WEEKS[0].isoformat()) if day else WEEKS[0].isoformat()


def test_available_against_requested(loaded: RigDatabase) -> None:
    # The stock file states on_order: of our own orders only those issued after the count come on top.
    arrivals: defaultdict[tuple[str, str], float] = defaultdict(float)
    for row in stock_rows():
        arrivals[row["unique_id"], due_in(row.get("due_date"))] += row.get("on_order") or 0
    orders = {order["purchase_order"]: order for order in ORDERS}
    for line in LINES:
        order = orders[line["purchase_order"]]
        if order["state"] == "proposed" or order["issued_on"] <= COUNTED_ON:
            continue
        arrivals[line["unique_id"], due_in(line["due_date"])] += line["on_order"]
    for receipt in RECEIPTS:  # after the count: they lie in the house by now
        arrivals[receipt["unique_id"], due_in(None)] += receipt["receipts"]

    expected = []
    for unique_id in sorted(HOSTILE[:3]):
        usable = [
            max(0, row["on_hand"] - row.get("quarantine", 0))
            for row in stock_rows()
            if row["unique_id"] == unique_id and not row.get("expiry", COUNTED_ON) < COUNTED_ON
        ]
        available, so_far = total(usable), 0.0
        for week in WEEKS:
            receipts = arrivals[unique_id, week.isoformat()]
            days = [week + timedelta(days=day) for day in range(7)]
            requested = total(
                row["y_hat"] for row in demand_rows() if row["unique_id"] == unique_id and row["ds"] in days
            )
            available, so_far = available + receipts, so_far + requested
            expected.append(
                {
                    "dataset": "shop",
                    "plan_id": PLAN,
                    "unique_id": unique_id,
                    "week_start": week.isoformat(),
                    "on_hand": total(usable),
                    "receipts": receipts,
                    "requested": pytest.approx(requested),
                    "available": available,
                    "requested_so_far": pytest.approx(so_far),
                    "balance": pytest.approx(available - so_far),
                }
            )
    assert rows(loaded, "v_inventory_cross", "unique_id week_start") == expected
    assert [row["on_hand"] for row in expected[::4]] == [10.0, 0.0, 3.0]  # ' < P < the loaf
    assert total(row["receipts"] for row in expected) == 6 + 2 + 12 + 24 + 5


def test_our_own_orders_count_where_the_stock_file_states_none(loaded: RigDatabase) -> None:
    opened = loaded.open()
    from sqlalchemy import text

    with opened.write() as connection:
        connection.execute(text("UPDATE stock SET on_order = NULL, due_date = NULL"))
    arrived = total(row["receipts"] for row in rows(loaded, "v_inventory_cross", "unique_id"))
    assert arrived == 12 + 24 + 48 + 5  # received after the count, and everything that is issued or confirmed


def test_open_orders(loaded: RigDatabase) -> None:
    states = {order["purchase_order"]: order for order in ORDERS}
    expected = [
        {
            "dataset": "shop",
            "purchase_order": line["purchase_order"],
            "plan_id": line["purchase_order"].rpartition("-")[0],
            "state": states[line["purchase_order"]]["state"],
            "supplier_id": "north",
            "supplier_name": "Norte S.L.",
            "unique_id": line["unique_id"],
            "order_quantity": line["order_quantity"],
            "on_order": line["on_order"],
            "unit": None,
            "unit_cost": 1.5,
            "amount": line["amount"],
            "currency": "EUR",
            "issued_on": states[line["purchase_order"]]["issued_on"].isoformat(),
            "due_date": line["due_date"].isoformat(),
        }
        for line in sorted(LINES, key=lambda line: (line["purchase_order"], line["unique_id"]))
        if states[line["purchase_order"]]["state"] in {"issued", "confirmed"}
    ]
    assert rows(loaded, "v_open_orders", "purchase_order unique_id") == expected


def test_how_long_stock_lies(loaded: RigDatabase) -> None:
    expected = []
    for row in sorted(stock_rows(), key=lambda row: (row["unique_id"], str(row.get("lot")))):
        lot, expiry = row.get("lot"), row.get("expiry")
        seen = [
            count["counted_on"]
            for counted in count_rows().values()
            for count in counted
            if lot and (count["unique_id"], count["lot"]) == (row["unique_id"], lot) and count["on_hand"] > 0
        ]
        first_seen = min(seen, default=None)
        expected.append(
            {
                "dataset": "shop",
                "unique_id": row["unique_id"],
                "lot": lot,
                "on_hand": row["on_hand"],
                "counted_on": COUNTED_ON.isoformat(),
                "first_seen": first_seen.isoformat() if first_seen else None,
                "days_in_house": (COUNTED_ON - first_seen).days if first_seen else None,
                "expiry": expiry.isoformat() if expiry else None,
                "days_to_expiry": (expiry - COUNTED_ON).days if expiry else None,
            }
        )
    assert rows(loaded, "v_stock_age", "unique_id lot") == expected
    assert [row["days_in_house"] for row in expected] == [7, 14, None, None, 7]
