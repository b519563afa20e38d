"""Several files of one table: the newest word counts, nothing else is lost."""

from __future__ import annotations

import pandas as pd
import pytest

from intake.assembly import assemble_sales, assemble_table, newest_as_of
from intake.errors import InputError, MissingError
from intake.reading import Reading, read_table
from intake.tables import Table


def reading(table: Table, text: str, name: str = "file.csv") -> Reading:
    return read_table(text.encode(), name, table)


def sales(*rows: str) -> Reading:
    return reading(Table.SALES, "\n".join(["ds,unique_id,y", *rows]))


JANUARY = sales("2026-01-05,a,1", "2026-01-12,a,2", "2026-01-19,a,3")


def test_the_newest_week_waits_until_a_later_one_begins() -> None:
    assembled = assemble_sales([JANUARY])
    assert assembled.cutoff == pd.Timestamp("2026-01-12")
    assert list(assembled.frame["y"]) == [1, 2]
    assert list(assembled.running["y"]) == [3]
    assert "as_of=2026-01-25" in assembled.notes[0]


def test_as_of_completes_the_newest_week() -> None:
    assembled = assemble_sales([JANUARY], pd.Timestamp("2026-01-25"))
    assert assembled.cutoff == pd.Timestamp("2026-01-19")
    assert assembled.running.empty
    assert assembled.notes == ()


def test_a_later_file_replaces_what_it_covers_and_nothing_else() -> None:
    correction = sales("2026-01-12,a,20", "2026-01-26,a,4")
    frame = assemble_sales([JANUARY, correction]).frame
    assert list(frame["y"]) == [1, 20, 3]


def test_a_file_of_one_date_takes_the_frequency_of_the_others() -> None:
    one_day_of_a_week = sales("2026-01-28,a,4")
    assembled = assemble_sales([JANUARY, one_day_of_a_week])
    assert assembled.freq == "W-MON"
    assert list(assembled.running["ds"]) == [pd.Timestamp("2026-01-26")]


def test_days_and_weeks_do_not_mix() -> None:
    days = sales("2026-01-05,b,1", "2026-01-06,b,1", "2026-01-07,b,1")
    with pytest.raises(InputError, match="different frequencies"):
        assemble_sales([JANUARY, days])


def test_one_date_alone_has_no_frequency() -> None:
    with pytest.raises(InputError, match="a single date"):
        assemble_sales([sales("2026-01-05,a,1")])


def test_stock_of_several_shops_counts_together_if_it_is_of_the_same_day() -> None:
    old = reading(Table.STOCK, "unique_id,on_hand,as_of\nnorth/a,9,2026-01-18\nwest/a,9,2026-01-18\n")
    north = reading(Table.STOCK, "unique_id,on_hand,as_of\nnorth/a,5,2026-01-25\n")
    south = reading(Table.STOCK, "unique_id,on_hand,as_of\nsouth/a,7,2026-01-25\n")
    corrected = reading(Table.STOCK, "unique_id,on_hand,as_of\nnorth/a,6,2026-01-25\n")
    counted = assemble_table(Table.STOCK, [north, south, old, corrected]).set_index("unique_id")["on_hand"]
    assert counted.to_dict() == {"north/a": 6, "south/a": 7}
    assert newest_as_of([north, old]) == pd.Timestamp("2026-01-25")


def test_stock_without_a_day_is_the_newest_file() -> None:
    first, second = (reading(Table.STOCK, f"unique_id,on_hand\na,{units}\n") for units in (1, 2))
    assert list(assemble_table(Table.STOCK, [first, second])["on_hand"]) == [2]
    assert newest_as_of([first, second]) is None


def test_new_terms_replace_those_of_their_supplier_alone() -> None:
    before = reading(Table.TERMS, "supplier_id,product,unit_cost\nmill,flour,1\nmill,bran,2\nfarm,milk,3\n")
    after = reading(Table.TERMS, "supplier_id,product,unit_cost\nmill,flour,1.5\n")
    joined = assemble_table(Table.TERMS, [before, after])
    assert sorted(zip(joined["product"], joined["unit_cost"], strict=True)) == [("flour", 1.5), ("milk", 3)]


def test_no_file_is_no_table() -> None:
    with pytest.raises(MissingError, match="no calendar file"):
        assemble_table(Table.CALENDAR, [])
