from __future__ import annotations

from io import BytesIO
from pathlib import Path

import oracles
import pytest
from openpyxl import load_workbook
from quarterly_workbook import WEEKS, Made, workbook

from cli.workbook_plan import list_rules, plan_workbook, rules_of
from intake.errors import ConflictError, InputError

RICH = Made("A1", (110.0, 120.0, 130.0), (40.0,) * 3 * WEEKS)
POOR = Made("B2", (210.0, 220.0, 230.0), (4.0,) * 3 * WEEKS, density=3.0)
SMALL = {"least_excess": 5, "most_excess": 10, "ramp": 1000, "minimum_run": 0}


def sheets(content: bytes) -> dict[str, dict[str, object]]:
    book = load_workbook(BytesIO(content))
    return {
        sheet.title: {cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row}
        for sheet in book
    }


def row(numbers: dict[str, float], line: int, columns: str = "BCDEFGHIJKLMNOPQRSTUVWXYZ") -> list[float]:
    return [numbers[f"{column}{line}"] for column in columns]


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    path = tmp_path / "plan.xlsx"
    path.write_bytes(workbook(RICH, POOR))
    return path


def test_a_workbook_comes_back_filled_in_and_its_formulas_agree(
    asked: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan_workbook(asked, None, SMALL | {"batch": 2})
    assert "B2 uses 104 of 104 units" in capsys.readouterr().out
    content = (asked.parent / "plan-plan.xlsx").read_bytes()
    shown = oracles.workbook_numbers(sheets(content))
    plan, limits, demand = (shown[name] for name in ("Wafer Plan", "Boundary Conditions", "Supply_Demand"))
    made = {line: row(plan, line) for line in (4, 5)}
    assert row(plan, 3) == [sum(pair) for pair in zip(*made.values(), strict=True)]
    assert all(units % 2 == 0 for units in made[4])
    for line, of in ((4, 6), (5, 9)):
        columns = "CDEFGHIJKLMNOPQRSTUVWXYZ"
        available, scheduled, unused = (row(limits, of + at, columns) for at in range(3))
        assert scheduled == made[line][: len(scheduled)]
        assert unused == [one - other for one, other in zip(available, scheduled, strict=True)]
    for line in (4, 5):
        assert row(limits, line, "CDE") == [
            limits[f"{at}{line + 3}"] + limits[f"{at}{line + 6}"] for at in "CDE"
        ]
    for line, product in ((2, RICH), (8, POOR)):
        use = made[4 if product is RICH else 5]
        ends = oracles.quarter_ends(
            [use[:WEEKS]],
            [[product.yield_rate] * WEEKS],
            product.density,
            product.demand,
            [product.weeks_of_supply],
            product.opening,
        )
        names = ("yielded_supply", "safety_stock", "", "", "balance", "excess")
        for at, name in enumerate(names):
            if name:
                assert demand[f"D{line + at}"] == pytest.approx(ends[0][name])


def test_nothing_but_the_plan_is_changed(asked: Path) -> None:
    before = asked.read_bytes()
    plan_workbook(asked, asked.parent / "new.xlsx", SMALL)
    assert asked.read_bytes() == before
    old, new = load_workbook(BytesIO(before)), load_workbook(asked.parent / "new.xlsx")
    assert old.sheetnames == new.sheetnames
    assert new["Notes"].sheet_state == "hidden"
    assert new["Wafer Plan"]["B4"].font.bold
    filled = dict.fromkeys(old.sheetnames, 0)
    for sheet in old:
        for cells in sheet.iter_rows():
            for cell in cells:
                if cell.value is not None:
                    assert new[sheet.title][cell.coordinate].value == cell.value
                else:
                    filled[sheet.title] += new[sheet.title][cell.coordinate].value is not None
    # Two quarters are planned: each product and the total, less the total's formula that was there already.
    assert filled["Wafer Plan"] == 3 * 2 * WEEKS - 1
    assert filled["Boundary Conditions"] == 2 * 3 * 2 * WEEKS
    assert filled["Supply_Demand"] == 2 * 2
    assert filled["Yield"] == filled["Density per Wafer"] == filled["Notes"] == 0


def test_a_file_that_is_there_is_not_replaced(asked: Path) -> None:
    (asked.parent / "plan-plan.xlsx").write_bytes(b"mine")
    with pytest.raises(ConflictError, match=r"plan-plan\.xlsx is there already"):
        plan_workbook(asked, None, SMALL)


def test_rules_are_listed_with_what_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    list_rules()
    assert "minimum_run=350.0" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"colour": 1}, "there is no rule 'colour'; there are batch, capacity"),
        ({"first": "spring"}, "first=spring is no quarter; write it like 'Q4 95'"),
        ({"capacity": "shared"}, "capacity=shared is none of own, cascade"),
        ({"batch": 2.5}, "batch=2.5 is no whole number"),
        ({"ramp": "steep"}, "ramp=steep is no number"),
    ],
)
def test_a_rule_that_is_none_is_refused(options: dict[str, object], said: str) -> None:
    with pytest.raises(InputError) as refused:
        rules_of(options)
    assert said in str(refused.value)


def test_a_plan_needs_a_workbook() -> None:
    with pytest.raises(InputError, match="--workbook FILE"):
        plan_workbook(None, None, {})
