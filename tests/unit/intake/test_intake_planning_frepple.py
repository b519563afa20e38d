"""A frePPLe model as our tables: a small plant, two shops, and everything else named."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from artifacts.csv_files import csv_bytes
from intake.errors import InputError
from intake.frepple.fixture_records import looks_like_frepple
from intake.frepple.supply_network import SupplyNetwork, read_supply_network
from intake.reading import read_table
from intake.tables import Table


def record(kind: str, **fields: object) -> dict[str, Any]:
    return {"model": f"input.{kind}", "fields": fields}


def flow(operation: str, item: str, quantity: float, kind: str = "start") -> dict[str, Any]:
    return record("operationmaterial", operation_id=operation, item_id=item, quantity=quantity, type=kind)


def demand(name: str, due: str, quantity: float, status: str = "closed") -> dict[str, Any]:
    return record(
        "demand",
        name=name,
        due=f"{due} 00:00:00",
        quantity=quantity,
        status=status,
        item_id="soap",
        location_id="shop",
        customer_id="all",
    )


def order(reference: str, kind: str, status: str = "confirmed", **fields: object) -> dict[str, Any]:
    given = {"reference": reference, "type": kind, "status": status, "quantity": 5, "item_id": "lye"}
    return record("operationplan", **(given | {"enddate": "2026-02-10 10:00:00"} | fields))


def plant() -> list[dict[str, Any]]:
    return [
        {"model": "common.parameter", "fields": {"name": "currentdate", "value": "2026-02-04 00:00:00"}},
        record("customer", name="all"),
        record("location", name="plant", available_id="open"),
        record("location", name="shop"),
        record("item", name="everything"),
        record("item", name="soap", owner_id="everything", category="bath", cost=4, volume=2),
        record("item", name="base", owner_id="everything"),
        record("item", name="lye", owner_id="everything", cost=1),
        record("supplier", name="mill"),
        record(
            "itemsupplier",
            supplier_id="mill",
            item_id="lye",
            location_id="plant",
            leadtime="172800.0",
            sizeminimum=10,
            sizemultiple=5,
            priority=1,
            cost=2.5,
        ),
        record(
            "itemdistribution", item_id="everything", origin_id="plant", location_id="shop", leadtime="86400"
        ),
        record("operation", name="mix", type="routing", item_id="base", location_id="plant", priority=1),
        record("operation", name="stir", type="time_per", location_id="plant", owner_id="mix"),
        record("operation", name="press", item_id="soap", location_id="plant", priority=1),
        record("operation", name="press by hand", item_id="soap", location_id="plant", priority=2),
        flow("stir", "lye", -3),
        flow("mix", "base", 2, "end"),
        flow("press", "base", -0.5),
        flow("press", "soap", 1, "end"),
        flow("press by hand", "base", -9),
        record("buffer", item_id="soap", location_id="shop", onhand=7, minimum=2),
        record("buffer", item_id="lye", location_id="plant", onhand=30),
        record("buffer", item_id="base", location_id="plant"),
        demand("h1", "2026-01-05", 3),
        demand("h2", "2026-01-05", 4),
        demand("h3", "2026-01-12", 5),
        demand("o1", "2026-02-20", 9, "open"),
        demand("c1", "2026-02-21", 1, "canceled"),
        order("PO1", "PO", location_id="plant", supplier_id="mill"),
        order("PO2", "PO", "proposed", location_id="plant"),
        order("DO1", "DO", item_id="soap", destination_id="shop", origin_id="plant", enddate=None),
        record("calendar", name="open", defaultvalue=0),
        record("calendarbucket", calendar_id="open", value=1, priority=10, saturday=False, sunday=False),
        record(
            "calendarbucket",
            calendar_id="open",
            value=0,
            priority=1,
            startdate="2026-02-09 00:00:00",
            enddate="2026-02-11 00:00:00",
        ),
        record("calendar", name="presses", defaultvalue=2),
        record(
            "calendarbucket",
            calendar_id="presses",
            value=3,
            starttime="08:00:00",
            endtime="16:00:00",
            startdate="2026-02-16 00:00:00",
        ),
        record("resource", name="press", location_id="plant", maximum_calendar_id="presses", maximum=1),
    ]


def read(rows: object) -> SupplyNetwork:
    return read_supply_network(json.dumps(rows).encode(), "plant.json")


def sentences(network: SupplyNetwork) -> list[str]:
    return [finding.sentence for finding in network.findings]


def test_items_are_those_of_a_place_with_who_supplies_them_first() -> None:
    items = read(plant()).tables[Table.ITEMS].set_index("unique_id")
    assert items["source"].to_dict() == {
        "shop/soap": "plant",
        "plant/lye": "mill",
        "plant/base": "plant",
        "plant/soap": "plant",
    }
    assert items.loc["shop/soap", ["category", "price", "floor"]].tolist() == ["bath", 4, 2]


def test_terms_are_days_and_units_and_a_place_supplies_like_a_supplier() -> None:
    tables = read(plant()).tables
    terms = tables[Table.TERMS].fillna(-1).to_numpy().tolist()
    assert terms == [["mill", "plant/lye", 2.5, 5, 10, 2, 1], ["plant", "shop/soap", -1, -1, -1, 1, 1]]
    assert tables[Table.SUPPLIERS]["supplier_id"].tolist() == ["mill", "plant"]


def test_a_recipe_is_what_an_operation_and_its_steps_consume_per_unit_made() -> None:
    network = read(plant())
    assert network.tables[Table.BILL_OF_MATERIALS].to_numpy().tolist() == [
        ["base", "lye", 1.5],
        ["soap", "base", 0.5],
    ]
    assert "operation that is not taken: press by hand (another way to make soap)" in sentences(network)
    cycle = [*plant(), flow("mix", "soap", -1)]
    with pytest.raises(InputError, match="something is made of itself"):
        read(cycle)


def test_stock_has_what_is_there_and_what_was_ordered_and_names_the_rest() -> None:
    network = read(plant())
    stock = network.tables[Table.STOCK]
    assert stock["unique_id"].tolist() == ["shop/soap", "plant/lye", "plant/lye", "shop/soap"]
    assert stock["on_hand"].fillna(-1).tolist() == [7, 30, -1, -1]
    assert stock["on_order"].fillna(-1).tolist() == [-1, -1, 5, 5]
    assert stock["due_date"].tolist()[2] == pd.Timestamp("2026-02-10")
    assert set(stock["as_of"]) == {pd.Timestamp("2026-02-04")}
    said = sentences(network)
    assert "operationplan that is not taken: PO2 (PO proposed)" in said
    assert "buffer that is not taken: plant/base (no onhand)" in said
    assert "DO1 is on its way from plant, whose stock still counts it" in said


def test_closed_demands_are_sales_open_ones_wait_and_others_are_named() -> None:
    network = read(plant())
    assert network.tables[Table.SALES].to_numpy().tolist() == [
        ["shop/soap", pd.Timestamp("2026-01-05"), 7],
        ["shop/soap", pd.Timestamp("2026-01-12"), 5],
    ]
    assert network.open_demands["quantity"].tolist() == [9]
    assert "3 closed demands are 2 rows of sales (12 units), each on the day it was due" in sentences(network)
    assert "demand that is not taken: c1 (canceled)" in sentences(network)


def test_capacity_is_hours_by_week_of_all_calendars_together() -> None:
    capacity = read(plant()).tables[Table.CAPACITY].set_index("ds")["capacity"]
    # The week of the 2nd: 5 open days x 24 h x 2; of the 9th: two days closed; from the 16th: 8 h x 3.
    assert capacity.iloc[:4].tolist() == [240, 144, 120, 120]
    assert capacity.index[0] == pd.Timestamp("2026-02-02")
    assert len(capacity) == 52


def test_what_is_not_taken_is_counted_by_kind_and_named_by_field() -> None:
    said = sentences(read(plant()))
    assert "records that are not taken: 1 of customer" in said
    (fields,) = [sentence for sentence in said if sentence.startswith("fields that are not taken")]
    assert "item (volume)" in fields
    assert "demand (customer_id)" in fields


def test_the_tables_can_be_uploaded_as_they_are_written() -> None:
    for table, frame in read(plant()).tables.items():
        reading = read_table(csv_bytes(frame), f"{table}.csv", table, rejected_share=0)
        assert reading.lines.accepted == len(frame)


def test_a_key_may_name_a_record_and_references_may_be_plain() -> None:
    rows = [
        {"model": "input.item", "pk": "soap", "fields": {"cost": "3.5"}},
        {"model": "input.buffer", "pk": 1, "fields": {"item": "soap", "location": "shop", "onhand": "2"}},
    ]
    tables = read(rows).tables
    assert tables[Table.ITEMS][["unique_id", "price"]].to_numpy().tolist() == [["shop/soap", 3.5]]
    assert list(tables) == [Table.STOCK, Table.ITEMS]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"{", "no JSON that can be read"),
        (b"\xff\xfe\x00", "no JSON that can be read"),
        (b"[" * 100_000, "no JSON that can be read"),
        (b"{}", "no list of records"),
        (b"[1]", "no list of records"),
        (b'[{"model": "auth.user", "fields": {}}]', "no record is of a frePPLe model"),
    ],
)
def test_what_is_no_model_is_refused_in_a_sentence(content: bytes, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        read_supply_network(content, "plant.json")


def test_a_model_is_told_by_its_first_records() -> None:
    assert looks_like_frepple(json.dumps(plant()).encode())
    assert not looks_like_frepple(b"ds,y\n2026-01-01,1\n")
    assert not looks_like_frepple(b'[{"a": 1}]')
