"""Ticket lines: summed to the period by an independent loop, and each line accounted for."""

from __future__ import annotations

import math
from collections import defaultdict

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.errors import InputError
from intake.mapping import FileMapping
from intake.reading import Reading, read_table
from intake.tables import Table


def read(text: str, share: float = 0.05, **stated: object) -> Reading:
    mapping = FileMapping(**stated)  # type: ignore[arg-type]
    return read_table(text.encode(), "v.csv", Table.SALES, mapping=mapping, rejected_share=share)


sold = st.tuples(
    st.integers(1, 28), st.sampled_from("abc"), st.integers(-3, 40), st.integers(1, 2000), st.booleans()
)


@settings(max_examples=40)
@given(st.lists(sold, min_size=2, max_size=40))
def test_lines_are_summed_to_the_day(lines: list[tuple[int, str, int, int, bool]]) -> None:
    text = "ticket,date,product,quantity,price,promotion\n"
    units: dict[tuple[str, int], list[float]] = defaultdict(list)
    money: dict[tuple[str, int], list[float]] = defaultdict(list)
    promoted: dict[tuple[str, int], int] = defaultdict(int)
    for i, (day, product, quantity, cents, promotion) in enumerate(lines):
        text += f"T{i},2026-01-{day:02d},{product},{quantity},{cents / 100},{int(promotion)}\n"
        units[product, day].append(quantity)
        money[product, day].append(quantity * (cents / 100))
        promoted[product, day] |= promotion
    reading = read(text, shape="tickets", freq="D")
    assert reading.lines.accepted == len(lines)
    assert reading.quantity_accepted == math.fsum(reading.frame["y"])
    assert len(reading.frame) == len(units)
    for row in reading.frame.itertuples():
        key = (row.unique_id, row.ds.day)
        assert row.y == sum(units[key])
        assert row.promotion == promoted[key]
        assert row.revenue == pytest.approx(math.fsum(money[key]), abs=1e-9)
        if row.y:
            assert row.price == pytest.approx(math.fsum(money[key]) / row.y)
        else:
            assert math.isnan(row.price)


SAME = "2026-01-01,a,1\n2026-01-01,a,1\n2026-01-01,a,2\n2026-01-02,a,1\n2026-01-02,a,4\n"


def test_most_lines_beside_each_other_are_tickets() -> None:
    reading = read("date,product,units\n" + SAME)
    assert (reading.shape, list(reading.frame["y"])) == ("tickets", [4, 5])
    said = next(
        finding for finding in reading.findings if finding.sentence.startswith("the lines are tickets")
    )
    assert ("100% of them" in said.sentence, said.overrule) == (True, 'shape = "long"')
    with pytest.raises(InputError, match='shape = "tickets" in mapeo'):
        read("date,product,units\n" + SAME, shape="long")


def test_a_file_exported_twice_is_no_file_of_tickets() -> None:
    once = "".join(f"2026-01-{day:02d},a,{day}\n" for day in range(1, 9))
    reading = read("date,product,units\n" + once + once)
    assert (reading.shape, reading.lines.duplicate, reading.lines.accepted) == ("long", 8, 8)
    kept = read("date,product,units\n" + once + once, duplicates="keep")
    assert (kept.lines.duplicate, kept.quantity_accepted, kept.frame["y"].sum()) == (0, 72, 72)


def test_identical_lines_count_unless_they_have_a_number() -> None:
    ticket = "ticket,date,product,units\n1,2026-01-01,a,1\n1,2026-01-01,a,1\n2,2026-01-02,a,1\n"
    assert list(read(ticket).frame["y"]) == [2, 1]
    assert list(read(ticket, duplicates="drop", shape="tickets").frame["y"]) == [1, 1]
    numbered = (
        "ticket,line_number,date,product,units\n1,1,2026-01-01,a,1\n1,1,2026-01-01,a,1\n1,2,2026-01-01,a,1\n"
    )
    reading = read(numbered + "2,1,2026-01-02,a,1\n")
    assert (list(reading.frame["y"]), reading.lines.duplicate) == ([2, 1], 1)


def test_days_are_summed_to_stated_weeks_and_months() -> None:
    text = "date,units,in_stock,visits\n" + "".join(f"2026-01-{d:02d},{d},1,{d}\n" for d in range(5, 19))
    weekly = read(text, freq="W-MON")
    assert list(weekly.frame["y"]) == [sum(range(5, 12)), sum(range(12, 19))]
    assert list(weekly.frame["visits"]) == [8, 15]
    assert (weekly.freq, weekly.shape) == ("W-MON", "long")
    assert list(weekly.frame["ds"]) == list(pd.to_datetime(["2026-01-05", "2026-01-12"]))
    months = "date,units\n2026-01-01,1\n2026-02-01,2\n2026-03-01,4\n"
    assert list(read(months, freq="QS").frame["y"]) == [7]
    for finer in ("D", "W-MON"):
        with pytest.raises(InputError, match=r"monthly \(MS\), and its periods cannot be summed"):
            read(months, freq=finer)


def test_a_line_that_does_not_say_what_was_requested_asked_for_what_it_sold() -> None:
    lines = (
        "date,product,units,requested\n2026-01-01,a,5,7\n2026-01-01,a,3,\n2026-01-02,a,4,\n2026-01-02,a,1,\n"
    )
    reading = read(lines, shape="tickets")
    assert list(reading.frame["requested"].fillna(-1)) == [10, -1]


def test_days_that_look_weekly_are_days_where_that_is_stated() -> None:
    saturdays = "date,units\n2026-01-03,1\n2026-01-10,2\n2026-01-24,4\n"
    assert read(saturdays).freq == "W-SAT"
    assert read(saturdays, freq="D").freq == "D"
    weeks = read(saturdays, freq="W-MON")
    assert list(weeks.frame["ds"]) == list(pd.to_datetime(["2025-12-29", "2026-01-05", "2026-01-19"]))
    assert [each.suspicious for each in weeks.findings if "as is stated" in each.sentence] == [True]
    quarters = "date,units\n2026-02-01,1\n2026-05-01,2\n2026-08-01,4\n"
    with pytest.raises(InputError, match="not calendar quarters"):
        read(quarters)
    assert list(read(quarters, freq="MS").frame["y"]) == [1, 2, 4]


def test_rare_contradictions_stay_rejected() -> None:
    text = "date,units\n" + "".join(f"2026-01-{d:02d},{d}\n" for d in range(1, 32)) + "2026-01-03,9\n"
    reading = read(text, share=0.1)
    assert (reading.shape, reading.lines.rejected) == ("long", 2)
