"""The planning tables as people keep them: orders by week, price breaks, bills of material, capacities."""

from __future__ import annotations

import math
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.assembly import assemble_table
from intake.errors import InputError
from intake.reading import Reading, read_table
from intake.recipes import find_cycle
from intake.repeated_columns import repeated_column
from intake.tables import Table
from intake.values.closed_texts import currency, order_weekdays


def read(text: str, table: Table, share: float = 0.0) -> Reading:
    return read_table(text.encode(), f"{table}.csv", table, rejected_share=share)


def name_of(header: str, table: Table) -> str | None:
    column = repeated_column(header, table)
    return column and column.name


# --- stock


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("In Transit W+1", "on_order_w_1"),
        ("En tránsito semana 2", "on_order_w_2"),
        ("Pendiente de recibir (3 semanas)", "on_order_w_3"),
        ("in transit in 2 months", "on_order_ms_2"),
        ("on order day 10", "on_order_d_10"),
        ("Week 1", "on_order_w_1"),
        ("W+12", "on_order_w_12"),
        ("+1", "on_order_ahead_1"),
        ("In transit +2", "on_order_ahead_2"),
        ("on_order_qs_1", "on_order_qs_1"),
        ("on_order_3", "on_order_3"),
        ("Fecha entrega 2", "due_date_2"),
        ("M1", None),
        ("Size 1", None),
        ("Week 1 sales", None),
        ("2026-W07", None),
        ("Stock 1", None),
        ("1", None),
    ],
)
def test_which_headers_of_a_stock_file_say_what_is_on_order_and_when(header: str, name: str | None) -> None:
    assert name_of(header, Table.STOCK) == name
    assert name_of(header, Table.ITEMS) is None


def test_orders_week_by_week_become_rows_that_count_nothing_on_hand() -> None:
    reading = read(
        "Store,Product,End Inventory,In Transit W+1,In Transit W+2,as_of\n"
        "A,x,3,0,5,2026-02-01\nA,y,1,2,4,2026-02-01\nA,z,0,0,,2026-02-01\n",
        Table.STOCK,
    )
    assert list(reading.frame) == ["unique_id", "on_hand", "as_of", "on_order", "due_in", "due_unit"]
    assert reading.frame.fillna(-1).drop(columns="as_of").to_numpy().tolist() == [
        ["A/x", 3, 0, -1, ""],
        ["A/x", -1, 5, 2, "W"],
        ["A/y", 1, 0, -1, ""],
        ["A/y", -1, 2, 1, "W"],
        ["A/y", -1, 4, 2, "W"],
        ["A/z", 0, 0, -1, ""],
    ]
    assert set(reading.frame["as_of"]) == {pd.Timestamp("2026-02-01")}
    assert (reading.lines.accepted, reading.quantity_accepted) == (3, 4)
    assert "'In Transit W+2' is on order and due in week 2 after the count" in reading.notes


def test_numbered_orders_go_with_their_dates() -> None:
    frame = read(
        "unique_id,on_hand,on_order_1,due_date_1,on_order_2,due_date_2\nx,1,7,2026-03-02,8,2026-03-16\n",
        Table.STOCK,
    ).frame
    assert frame["on_order"].tolist() == [0, 7, 8]
    assert frame["due_date"].dt.strftime("%m-%d").tolist()[1:] == ["03-02", "03-16"]


def test_several_orders_of_a_series_in_rows_need_no_count_each() -> None:
    reading = read(
        "serie;existencias;en camino;entrega\nx;5;2;2026-02-01\nx;;7;2026-02-08\n;1;;\ny;;;\n",
        Table.STOCK,
        share=1,
    )
    assert reading.frame["on_hand"].isna().tolist() == [False, True]
    assert reading.rejected["reason"].tolist() == ["is empty", "is empty"]
    assert reading.quantity_accepted == 5


def test_a_sum_of_what_is_on_order_is_counted_once_or_refused() -> None:
    same = read("unique_id,on_hand,on_order,w+1,w+2\nx,1,5,2,3\n", Table.STOCK)
    assert same.frame["on_order"].tolist() == [0, 2, 3]
    assert any("counted once" in note for note in same.notes)
    with pytest.raises(InputError, match=r"'x' has 6 on order in all and 5 in the columns by due period"):
        read("unique_id,on_hand,on_order,w+1,w+2\nx,1,6,2,3\n", Table.STOCK)


def test_two_columns_for_the_same_week_are_refused() -> None:
    with pytest.raises(InputError, match=r"'W\+1' and 'Week 1' both mean on_order_w_1"):
        read("unique_id,on_hand,W+1,Week 1\nx,1,2,3\n", Table.STOCK)


quantities = st.lists(st.integers(0, 50), min_size=1, max_size=6)


@given(st.lists(quantities, min_size=1, max_size=5))
def test_no_unit_on_order_is_lost_or_invented(rows: list[list[int]]) -> None:
    width = max(map(len, rows))
    header = ",".join(["unique_id", "on_hand", *(f"In transit W+{n + 1}" for n in range(width))])
    lines = [
        ",".join([f"s{i}", str(i), *(str(q) for q in row), *([""] * (width - len(row)))])
        for i, row in enumerate(rows)
    ]
    frame = read("\n".join([header, *lines]) + "\n", Table.STOCK).frame
    expected = {(f"s{i}", n + 1): q for i, row in enumerate(rows) for n, q in enumerate(row) if q}
    assert frame["on_hand"].sum() == sum(range(len(rows)))
    ordered = frame[frame["on_order"] > 0]
    if len(ordered):
        found = ordered.set_index(["unique_id", "due_in"])["on_order"].to_dict()
        assert found == expected
    else:
        assert not expected


# --- terms


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("from 100", "unit_cost_from_100"),
        ("Price 100+", "unit_cost_from_100"),
        ("Precio desde 1000 uds.", "unit_cost_from_1000"),
        ("100-499", "unit_cost_from_100"),
        ("≥ 250", "unit_cost_from_250"),
        ("ab 50", "unit_cost_from_50"),
        ("Coste unitario (a partir de 12)", "unit_cost_from_12"),
        ("Price 1", None),
        ("Lead time 1+", None),
        ("2026", None),
    ],
)
def test_which_headers_of_a_terms_file_are_prices_by_quantity(header: str, name: str | None) -> None:
    assert name_of(header, Table.TERMS) == name


def test_prices_by_quantity_become_rows() -> None:
    frame = read(
        "supplier_id,product,unit_cost,from 100,500+,pack_size\nP,a,2,1.5,1.25,6\nP,b,3,,,1\n", Table.TERMS
    ).frame
    assert frame[["product", "unit_cost", "break_quantity", "pack_size"]].to_numpy().tolist() == [
        ["a", 2, 0, 6],
        ["a", 1.5, 100, 6],
        ["a", 1.25, 500, 6],
        ["b", 3, 0, 1],
    ]


def test_the_price_of_a_supplier_is_what_we_pay() -> None:
    frame = read("Proveedor;Artículo;Precio;Desde 100\nP;x;1,20 €;1,10 €\n", Table.TERMS).frame
    assert frame[["unit_cost", "break_quantity"]].to_numpy().tolist() == [[1.2, 0], [1.1, 100]]


def test_without_a_first_price_the_breaks_alone_are_the_terms() -> None:
    frame = read("supplier_id,product,from 10,from 20\nP,a,2,1.5\nP,b,,\n", Table.TERMS).frame
    assert frame["break_quantity"].tolist() == [10, 20, 0]
    assert math.isnan(frame["unit_cost"].iloc[2])


# --- bills of material


def test_a_cycle_is_refused_and_shown_with_its_lines() -> None:
    with pytest.raises(
        InputError, match=r"'a' -> 'b' -> 'c' -> 'a' \(lines 2, 4, 5\); take the component out"
    ):
        read("parent,component,quantity_per\na,b,1\na,d,1\nb,c,2\nc,a,1\n", Table.BILL_OF_MATERIALS)
    with pytest.raises(InputError, match=r"'soap' -> 'soap' \(line 3\)"):
        read("parent,component,quantity_per\na,b,1\nsoap,soap,1\n", Table.BILL_OF_MATERIALS)


def test_levels_diamonds_and_repeated_lines_are_no_cycle_and_other_quantities_contradict() -> None:
    reading = read(
        "parent,component,quantity_per,unit\na,b,1,kg\na,c,2,kg\nb,d,1,kg\nc,d,1,kg\na,b,1,kg\nx,y,1,l\nx,y,2,l\n",
        Table.BILL_OF_MATERIALS,
        share=0.5,
    )
    assert (reading.lines.accepted, reading.lines.duplicate, reading.lines.rejected) == (4, 1, 2)


def test_files_that_are_a_cycle_together_are_refused() -> None:
    parts = [
        read(f"parent,component,quantity_per\n{edge},1\n", Table.BILL_OF_MATERIALS) for edge in ("a,b", "b,a")
    ]
    with pytest.raises(InputError, match="made of itself"):
        assemble_table(Table.BILL_OF_MATERIALS, parts)


names = st.sampled_from("abcdef")


@given(st.lists(st.tuples(names, names), max_size=12))
def test_a_cycle_is_found_exactly_where_a_walk_comes_back(edges: list[tuple[str, str]]) -> None:
    cycle = find_cycle(pd.DataFrame(edges, columns=["parent", "component"], dtype=object))
    reached = set(edges)
    for _ in range(6):  # the paths of up to 2 ** 6 steps
        reached |= {(a, d) for a, b in reached for c, d in reached if b == c}
    assert bool(cycle) == any(a == b for a, b in reached)
    assert all(step in edges for step in pairwise(cycle))
    assert not cycle or cycle[0] == cycle[-1]


# --- capacity, items, suppliers


def test_capacity_is_of_a_resource_or_a_product_or_both() -> None:
    frame = read(
        "Recurso,Producto,Fecha,Capacidad,Rampa,Capacidad reservada\n"
        "M1,x,2026-01-05,10,5,2\nM1,y,2026-01-05,9,5,0\n",
        Table.CAPACITY,
    ).frame
    assert frame.drop(columns="ds").to_numpy().tolist() == [["M1", "x", 10, 5, 2], ["M1", "y", 9, 5, 0]]
    assert list(read("product,ds,capacity\nx,2026-01-05,1\n", Table.CAPACITY).frame) == [
        *("product", "ds", "capacity")
    ]
    with pytest.raises(InputError, match="there is no column resource or product"):
        read("ds,capacity\n2026-01-05,1\n", Table.CAPACITY)


def test_items_have_a_floor_and_their_supplier_is_the_source() -> None:
    frame = read("unique_id,Stock mínimo,Proveedor\nx,12,Norsa\n", Table.ITEMS).frame
    assert (frame["floor"].iloc[0], frame["source"].iloc[0]) == (12, "Norsa")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("mon thu", "mon thu"),
        ("jueves y lunes", "mon thu"),
        ("Lun, Mié, Vie", "mon wed fri"),
        ("L-V", "mon tue wed thu fri"),
        ("M J", "tue thu"),
        ("viernes - lunes", "mon fri sat sun"),
        ("segunda-feira; quinta-feira", "mon thu"),
        ("Mo/Do", None),  # Donnerstag or domingo
        ("Montag und Donnerstag", "mon thu"),
        ("daily", "mon tue wed thu fri sat sun"),
        ("M", None),
        ("soon", None),
        ("1 3", None),
    ],
)
def test_order_weekdays_are_read_into_one_way_of_writing(text: str, meant: str | None) -> None:
    assert order_weekdays(text) == meant


@pytest.mark.parametrize(
    ("text", "meant"), [("eur", "EUR"), ("€", "EUR"), ("$", "$"), ("US$", "USD"), ("12", None), ("1 €", None)]
)
def test_a_currency_is_a_code_or_a_sign(text: str, meant: str | None) -> None:
    assert currency(text) == meant


def test_a_text_that_may_only_say_certain_things_is_rejected_where_it_does_not() -> None:
    reading = read(
        "supplier_id,currency,order_weekdays\nA,€,lunes\nB,,\nC,money,lunes\nD,USD,whenever\n",
        Table.SUPPLIERS,
        share=0.5,
    )
    assert reading.frame.to_numpy().tolist() == [["A", "mon", "EUR"], ["B", "", ""]]
    assert reading.rejected["reason"].tolist() == [
        "'money' is no currency; write its three letters, like EUR",
        "'whenever' names no weekdays; write them like 'mon thu'",
    ]
