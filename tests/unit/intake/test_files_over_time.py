"""Drops that follow each other: what is corrected, what is added, and what nobody may lose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.assembly import Sales, assemble_sales, assemble_table
from intake.dataset_rules import DatasetRules
from intake.errors import InputError, MissingError
from intake.reading import Reading, read_table
from intake.tables import Table

Cell = tuple[str, pd.Timestamp]
DAYS = pd.date_range("2026-01-05", periods=28)
WEEKLY = DatasetRules(freq="W-MON")
cells = st.dictionaries(
    st.tuples(st.sampled_from(["north/a", "south/a"]), st.sampled_from(list(DAYS))),
    st.integers(-9, 99),
    min_size=3,
    max_size=25,
)
# Two neighbouring days in every drop: it says itself that it is of days.
drops_of_days = st.lists(
    cells.map(lambda drop: drop | {("x", DAYS[0]): 1, ("x", DAYS[1]): 1, ("x", DAYS[27]): 1}),
    min_size=1,
    max_size=4,
)


def reading(rows: Iterable[tuple[str, pd.Timestamp, float]], freq: str | None = "D") -> Reading:
    text = "\n".join(["unique_id,ds,y", *(f"{unique_id},{ds:%Y-%m-%d},{y}" for unique_id, ds, y in rows)])
    read = read_table(text.encode(), "drop.csv", Table.SALES)
    assert read.freq == freq
    return read


def of_cells(drop: Mapping[Cell, float]) -> Reading:
    return reading((unique_id, ds, y) for (unique_id, ds), y in drop.items())


def everything(sales: Sales) -> dict[Cell, float]:
    rows = pd.concat([sales.frame, sales.running])
    return {(row.unique_id, row.ds): row.y for row in rows.itertuples()}


@settings(max_examples=40)
@given(drops_of_days)
def test_weeks_are_the_sums_of_the_newest_days_whatever_files_they_came_in(
    drops: list[dict[Cell, float]],
) -> None:
    newest: dict[Cell, float] = {}
    for drop in drops:
        newest.update(drop)
    expected: dict[Cell, float] = {}
    for (unique_id, day), y in newest.items():
        week = day - pd.Timedelta(days=day.weekday())
        expected[unique_id, week] = expected.get((unique_id, week), 0) + y
    sales = assemble_sales([of_cells(drop) for drop in drops], None, WEEKLY)
    assert everything(sales) == expected
    assert sum(drop.added for drop in sales.drops) == len(newest)
    assert sum(drop.quantity for drop in sales.drops) == pytest.approx(sum(newest.values()))
    for drop, rows in zip(sales.drops, drops, strict=True):
        assert drop.added + drop.replaced + drop.repeated == len(rows)


@settings(max_examples=20)
@given(drops_of_days)
def test_the_same_file_again_changes_nothing(drops: list[dict[Cell, float]]) -> None:
    readings = [of_cells(drop) for drop in drops]
    once, again = assemble_sales(readings), assemble_sales([*readings, readings[-1]])
    pd.testing.assert_frame_equal(once.frame, again.frame)
    assert (again.drops[-1].added, again.drops[-1].replaced) == (0, 0)
    assert again.drops[-1].repeated == len(drops[-1])


@settings(max_examples=20)
@given(cells, st.randoms())
def test_order_matters_for_overlaps_alone(drop: dict[Cell, float], chance: object) -> None:
    parts: list[dict[Cell, float]] = [
        {(f"shop {place}", DAYS[day]): 0 for day in (0, 1, 27)} for place in range(3)
    ]
    for number, (cell, y) in enumerate(drop.items()):
        parts[number % 3][cell] = y
    readings = [of_cells(part) for part in parts]
    shuffled = readings.copy()
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    pd.testing.assert_frame_equal(
        assemble_sales(readings, None, WEEKLY).frame, assemble_sales(shuffled, None, WEEKLY).frame
    )


def test_a_week_in_two_files_is_one_week() -> None:
    first = of_cells({("a", day): 1 for day in DAYS[:10]})  # ends on a Wednesday
    second = of_cells({("a", day): 1 for day in DAYS[10:]})
    sales = assemble_sales([first, second], None, WEEKLY)
    assert list(sales.frame["y"]) == [7, 7, 7]
    assert [(drop.added, drop.replaced) for drop in sales.drops] == [(10, 0), (18, 0)]


def test_late_and_corrected_days_of_an_old_week() -> None:
    month = of_cells({("a", day): 1 for day in DAYS if day != DAYS[3]})
    late = of_cells({("a", DAYS[3]): 5, ("a", DAYS[4]): 2})
    sales = assemble_sales([month, late], None, WEEKLY)
    assert list(sales.frame["y"]) == [12, 7, 7]
    assert (sales.drops[1].added, sales.drops[1].replaced, sales.drops[1].quantity) == (1, 1, 6)


def test_one_shop_does_not_erase_another() -> None:
    north = of_cells({("north/a", day): 1 for day in DAYS})
    south = of_cells({("south/a", day): 2 for day in DAYS})
    sums = assemble_sales([north, south], None, WEEKLY).frame.groupby("unique_id")["y"].sum()
    assert sums.to_dict() == {"north/a": 21, "south/a": 42}


def test_a_file_of_each_day_makes_days() -> None:
    days = [reading([("a", day, 1)], None) for day in DAYS]
    assert assemble_sales(days).freq == "D"
    assert list(assemble_sales(days, None, WEEKLY).frame["y"]) == [7, 7, 7]


def test_a_week_that_the_files_do_not_cover_whole_is_no_week() -> None:
    sales = assemble_sales([of_cells({("a", day): 1 for day in DAYS[2:]})], None, WEEKLY)
    assert list(sales.frame["ds"]) == [DAYS[7], DAYS[14]]
    assert any("begin on 2026-01-07, in the middle of it (5 units)" in note for note in sales.notes)
    assert everything(sales)[("a", DAYS[0])] == 5, "nothing is lost"


def test_totals_of_weeks_and_days_of_the_same_week_are_not_added_up() -> None:
    weeks = reading([("a", DAYS[number * 7], 100) for number in range(4)], "W-MON")
    days = of_cells({("a", day): 1 for day in DAYS[9:24]})
    sales = assemble_sales([weeks, days], None, WEEKLY)
    assert list(sales.frame["y"]) == [100, 100, 7], "days cover the third week whole, the second in part"
    assert any("not added up" in note for note in sales.notes)
    with pytest.raises(InputError, match='freq = "W-MON"'):
        assemble_sales([weeks, days])


def test_months_become_weeks_by_the_stated_split_alone() -> None:
    months = reading([("a", pd.Timestamp(f"2026-0{month}-01"), 280) for month in range(1, 6)], "MS")
    rules = DatasetRules(freq="W-MON", split="even")
    sales = assemble_sales([months], None, rules)
    mondays = pd.date_range("2026-01-05", "2026-04-27", freq="W-MON")
    assert list(sales.frame["ds"]) == list(mondays)
    assert sales.frame.groupby(sales.frame["ds"].dt.month)["y"].sum().tolist() == [280] * 4
    assert sales.cutoff == mondays[-1]
    by_days = assemble_sales([months], None, DatasetRules(freq="W-MON", split="calendar_days"))
    assert by_days.cutoff == pd.Timestamp("2026-04-20"), "the week of 27 April reaches into May"
    assert by_days.frame["ds"].min() == pd.Timestamp("2026-01-05"), "the week of 29 December is known in part"
    assert sum(everything(by_days).values()) == pytest.approx(5 * 280)
    with pytest.raises(InputError, match="state the split"):
        assemble_sales([months], None, WEEKLY)


def test_longer_periods_keep_sums_prices_and_shares() -> None:
    text = "unique_id,ds,y,price,in_stock,promotion,revenue\n" + "\n".join(
        f"a,{day:%Y-%m-%d},{number % 7},"
        f"{2 + 2 * (number % 7 == 6)},{int(number % 7 > 0)},{int(number % 7 > 4)},10"
        for number, day in enumerate(DAYS)
    )
    read = read_table(text.encode(), "days.csv", Table.SALES)
    week = assemble_sales([read], None, WEEKLY).frame.iloc[0]
    assert week["y"] == 21
    assert week["price"] == pytest.approx((15 * 2 + 6 * 4) / 21)
    assert week["in_stock"] == pytest.approx(6 / 7)
    assert week["promotion"] == pytest.approx(2 / 7)
    assert week["revenue"] == 70


def test_a_calendar_grows_by_columns_and_is_corrected_by_cells() -> None:
    files = [
        "ds,temperature\n2026-01-05,10\n2026-01-06,11\n",
        "ds,promotion,location\n2026-01-06,1,north\n2026-01-07,1,\n",
        "ds,temperature\n2026-01-06,12\n",
    ]
    calendar = assemble_table(
        Table.CALENDAR, [read_table(f.encode(), "c.csv", Table.CALENDAR) for f in files]
    )
    rows = {
        (f"{row.ds:%d}", row.location): (row.temperature, row.promotion)
        for row in calendar.fillna(-1).itertuples()
    }
    assert rows == {("05", ""): (10, -1), ("06", ""): (12, -1), ("06", "north"): (-1, 1), ("07", ""): (-1, 1)}


def flags(values: Mapping[Cell, float]) -> Reading:
    """What a file of in_stock flags is read as: no y."""
    read = of_cells(values)
    return replace(read, frame=read.frame.rename(columns={"y": "in_stock"}))


def test_a_file_of_flags_is_joined_by_series_and_day_and_counted() -> None:
    sold = of_cells({("a", day): 1 for day in DAYS})
    first = flags({("a", day): 1 for day in DAYS[:10]} | {("b", DAYS[0]): 0})
    corrected = flags({("a", DAYS[1]): 0, ("a", DAYS[2]): 0})
    sales = assemble_sales([sold, first, corrected])
    in_stock = sales.frame["in_stock"]
    assert list(in_stock[:10]) == [1, 0, 0, *[1] * 7]
    assert in_stock[10:].isna().all()
    assert sales.notes[:3] == (
        "in_stock of 10 rows of sales comes from the files of flags",
        "18 rows of sales have no in_stock flag in those files",
        "1 in_stock flags have no row of sales and are not used",
    )
    assert (sales.drops[1].added, sales.drops[2].replaced) == (11, 2)
    week = assemble_sales([sold, first, corrected], None, WEEKLY).frame.iloc[0]
    assert (week["y"], week["in_stock"]) == (7, pytest.approx(5 / 7))


def test_flags_alone_are_no_sales() -> None:
    with pytest.raises(MissingError, match="no sales to merge"):
        assemble_sales([flags({("a", day): 1 for day in DAYS})])
