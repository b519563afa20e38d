"""The quarterly workbook: what is read, and that each kind of dirt is told, counted, and not repaired."""

from __future__ import annotations

import pandas as pd
import pytest
from quarterly_case import PRODUCTS, WEEKS, QuarterlyCase, Rows, grids
from workbooks import xlsx

from intake.errors import InputError
from intake.reading import read_table
from intake.tables import Table
from intake.workbooks.cross_table import Quarter
from intake.workbooks.quarterly_plan import QuarterlyPlan
from intake.workbooks.quarterly_sheets import looks_like, read_quarterly_plan
from intake.workbooks.quarterly_tables import tables_of


def read(sheets: dict[str, Rows]) -> QuarterlyPlan:
    return read_quarterly_plan(grids(sheets))


def suspicious(sheets: dict[str, Rows]) -> list[str]:
    return [finding.sentence for finding in read(sheets).findings if finding.suspicious]


def clean() -> dict[str, Rows]:
    return QuarterlyCase().sheets()


def row_of(rows: Rows, product: str, attribute: str) -> list[object]:
    return next(row for row in rows if row[:2] == [product, attribute])


def test_a_clean_workbook_is_read_whole_and_has_nothing_against_it() -> None:
    sheets = clean()
    plan = read(sheets)
    assert suspicious(sheets) == []
    assert [str(quarter) for quarter in plan.quarters] == ["Q1 96", "Q2 96", "Q3 96", "Q4 96"]
    assert str(plan.opening) == "Q1 96"
    assert plan.products.to_numpy().tolist() == [["A1", 2.0, 50.0], ["B2", 3.0, 50.0]]
    demand = plan.demand.set_index(["product", "quarter"])
    assert demand.loc[("B2", pd.Timestamp("1996-07-01")), "demand"] == 220
    assert demand.loc[("A1", pd.Timestamp("1996-04-01")), "safety_stock"] == 1.5 * 120 / WEEKS
    assert len(plan.weeks) == 3 * WEEKS
    assert plan.weeks.iloc[WEEKS].tolist() == [
        *(WEEKS + 1, pd.Timestamp("1996-07-01"), "WW_05", pd.Timestamp("1996-01-29"), 30.0)
    ]
    assert plan.weekly.groupby("product")["capacity"].sum().tolist() == [120, 240]
    assert plan.weekly["yield_rate"].eq(0.9).all()
    assert plan.weekly_split == (0.1, 0.2, 0.3, 0.4)
    assert any("not used: Notes" in finding.sentence for finding in plan.findings)


@pytest.mark.parametrize("quarters", [3, 9])
def test_names_order_and_number_of_the_sheets_quarters_and_titles_do_not_matter(quarters: int) -> None:
    case = QuarterlyCase(quarters=quarters, names=("one", "two", "three", "four", "five", "six"))
    sheets = dict(reversed(case.sheets().items()))
    sheets["one"] = [["Plan of the plant", "", ""], [""], *sheets["one"]]
    plan = read(sheets)
    assert [finding.sentence for finding in plan.findings if finding.suspicious] == []
    assert (len(plan.quarters), len(plan.weeks)) == (quarters, (quarters - 1) * WEEKS)


def test_other_sheets_are_not_taken_for_a_quarterly_workbook() -> None:
    sheets = clean()
    assert looks_like(grids(sheets))
    without = {name: rows for name, rows in sheets.items() if name != "Limits"}
    assert not looks_like(grids(without))
    assert not looks_like(grids({"Ventas": [["Fecha", "Ventas"], ["2026-01-01", 3]]}))
    with pytest.raises(InputError, match="no sheet with quarters and weeks along the top and rows of av"):
        read(without)


def test_supply_that_needs_more_than_the_capacity_is_told_in_units_of_it() -> None:
    case = QuarterlyCase()
    case.supply["A1"][1] = 1000.0  # 1000 / (2 x 0.9) against 4 weeks of 10
    case.supply["B2"][1] = 3 * 0.9 * 80  # just what there is
    assert suspicious(case.sheets()) == [
        "Q2 96 yielded supply of A1 implies 556 units of capacity against 40 available"
    ]


def test_cells_that_do_not_match_their_formula_are_counted_by_product() -> None:
    sheets = clean()
    for column in (3, 4):
        target = row_of(sheets["Demand"], "B2", "Safety Stock Target")
        target[column] = float(str(target[column])) * 2
    row_of(sheets["Demand"], "A1", "Total Projected Inventory Balance")[3] = 1.0
    found = suspicious(sheets)
    assert found[0] == (
        "2 safety stock cells do not match their formula (weeks of supply x demand of the next quarter / 4): "
        "2 of B2"
    )
    # The wrong balance is wrong itself and makes the one after it and its own excess look wrong.
    assert found[1].startswith("2 balance cells do not match their formula")
    assert found[2].endswith("1 of A1, 2 of B2")
    kept = read(sheets).demand.set_index(["product", "quarter"])["balance"]
    assert kept[("A1", pd.Timestamp("1996-04-01"))] == 1.0


def test_a_date_of_another_year_and_odd_steps_are_told_and_left_as_they_are() -> None:
    sheets = clean()
    days = sheets["Yield"][1]
    assert days[5] == "01-22-96"
    days[5] = "01-22-95"
    for at in range(9, len(days)):  # every later date is a day late
        days[at] = f"{pd.to_datetime(str(days[at]), format='%m-%d-%y') + pd.Timedelta(days=1):%Y-%m-%d}"
    found = suspicious(sheets)
    assert found == [
        "the date '01-22-95' stands inside 1996, between '01-15-96' and '01-29-96' (week 4); "
        "it is left as it is and 1996-01-22 would fit",
        "1 weeks are not 7 days apart: 8 days from '02-12-96' to '1996-02-20'",
    ]
    assert read(sheets).weeks["ds"].iloc[3] == pd.Timestamp("1995-01-22")


def test_quarters_that_begin_in_another_week_of_the_plan_are_told() -> None:
    sheets = clean()
    quarters = sheets["Plan"][0]
    quarters[2 * WEEKS] = "Q4 96"  # a week early
    assert suspicious(sheets) == [
        "Plan and Limits disagree by a week at quarter starts from Q4 96 (1 quarters); "
        "the weeks of Limits are taken"
    ]


def test_a_total_that_is_no_sum_a_longer_quarter_missing_cells_and_words_for_numbers_are_told() -> None:
    sheets = clean()
    row_of(sheets["Limits"], "Total", "Available Capacity")[2] = 31.0
    row_of(sheets["Limits"], "A1", "Available Capacity")[4] = ""
    row_of(sheets["Yield"], "B2", "Yield")[2] = "soon"
    for rows, at in ((sheets["Limits"], 2), (sheets["Plan"], 1), (sheets["Yield"], 2)):
        rows[0][at + WEEKS] = "Q2 96"
        rows[0][at + WEEKS + 1] = "Q3 96"
    sheets["Ratio"][1][0] = 0.2
    found = suspicious(sheets)
    assert found == [
        "1 cells are no numbers and are read as missing: 'soon' (Yield, line 4 (B2 Yield))",
        "1 of 24 cells of available capacity (Limits) are missing",
        "1 of 24 cells of yield (Yield) are missing",
        "in 2 weeks the total available capacity is not the sum of the products'",
        "quarters that have not 4 weeks: Q2 96 has 5, Q3 96 has 3; how demand is split over them must be "
        "stated",
        "the weekly shares add up to 1.1, not 1",
    ]


@pytest.mark.parametrize(
    ("text", "quarter"),
    [
        ("Q3 95", Quarter(1995, 3)),
        ("q1-2004", Quarter(2004, 1)),
        ("T4 26", Quarter(2026, 4)),
        ("2026Q2", Quarter(2026, 2)),
        ("Q5 95", None),
        ("Quarter", None),
        ("95", None),
    ],
)
def test_labels_of_quarters(text: str, quarter: Quarter | None) -> None:
    assert Quarter.read(text) == quarter


def test_products_keep_their_order_because_it_is_their_priority() -> None:
    assert tuple(read(clean()).products["product"]) == PRODUCTS


def test_tables_to_upload_hold_what_has_a_date_and_say_what_is_left_out() -> None:
    sheets = clean()
    tables, findings = tables_of(read(sheets))
    assert tables[Table.SALES]["y"].tolist() == [110, 120, 130, 210, 220, 230]
    assert tables[Table.SALES]["ds"].min() == pd.Timestamp("1996-04-01")
    assert tables[Table.STOCK].to_numpy().tolist() == [["A1", 50], ["B2", 50]]
    assert len(tables[Table.CAPACITY]) == 2 * 3 * WEEKS
    assert [finding.suspicious for finding in findings] == [False]

    sheets["Yield"][1][5] = "01-22-95"
    row_of(sheets["Limits"], "A1", "Available Capacity")[2] = ""
    tables, findings = tables_of(read(sheets))
    assert len(tables[Table.CAPACITY]) == 2 * 3 * WEEKS - 3
    assert findings[-1].sentence.startswith("3 of 24 capacities are not written")


def test_a_whole_model_is_no_table_and_names_the_command_that_makes_tables_of_it() -> None:
    for content, name in ((xlsx(clean()), "Plan.xlsx"), (b'[{"model": "input.item"}]', "Plant.json")):
        with pytest.raises(InputError, match=rf"`abasto convert {name}` makes tables of it"):
            read_table(content, name, Table.SALES)
