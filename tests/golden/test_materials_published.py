"""Material requirements of the textbooks, by week; week 1 is the first period of the plan."""

from __future__ import annotations

import pandas as pd
import pytest

from intake.periods import following
from planning.materials.material_plan import MaterialPlan, plan_materials

CUTOFF, FREQ = pd.Timestamp("2026-01-05"), "W-MON"
Weeks = dict[int, float]


def plan(
    recipes: str,
    required: dict[str, Weeks],
    *,
    rules: dict[str, dict[str, float]] | None = None,
    on_hand: dict[str, float] | None = None,
    receipts: dict[str, Weeks] | None = None,
    weeks: int = 10,
) -> MaterialPlan:
    """`recipes`: 'A = 2 B + 3 C; B = D'."""
    ds = following(CUTOFF, weeks, FREQ)
    links = [
        (parent.strip(), part.split()[-1], float(part.split()[0]) if len(part.split()) > 1 else 1.0)
        for recipe in recipes.split(";")
        for parent, parts in [recipe.split("=")]
        for part in parts.split("+")
    ]
    return plan_materials(
        pd.DataFrame(links, columns=["parent", "component", "quantity_per"]),
        pd.DataFrame(
            [
                (name, ds[week - 1], units)
                for name, by_week in required.items()
                for week, units in by_week.items()
            ],
            columns=["unique_id", "ds", "quantity"],
        ),
        materials=pd.DataFrame([{"unique_id": name, **rule} for name, rule in (rules or {"-": {}}).items()]),
        stock=pd.DataFrame(list((on_hand or {"-": 0.0}).items()), columns=["unique_id", "on_hand"]),
        open_orders=pd.DataFrame(
            [
                (n, units, ds[week - 1])
                for n, by_week in (receipts or {}).items()
                for week, units in by_week.items()
            ],
            columns=["unique_id", "quantity", "due"],
        ),
        cutoff=CUTOFF,
        horizon=weeks,
        freq=FREQ,
    )


def total(made: MaterialPlan, column: str) -> dict[str, float]:
    return made.records().groupby("unique_id")[column].sum().to_dict()


def by_week(made: MaterialPlan, unique_id: str, column: str) -> Weeks:
    record = made.records().query("unique_id == @unique_id")[column]
    return {week: units for week, units in enumerate(record, start=1) if units}


BRACKET = (
    "bracket = base + 2 spring + 4 clamp; base = clamp + 2 housing; "
    "clamp = handle + casting; housing = 2 bearing + shaft"
)


def test_gross_requirements_heizer_14_3b() -> None:
    gross = total(plan(BRACKET, {"bracket": {10: 50}}), "gross_requirements")
    assert gross == {
        "bracket": 50,
        "base": 50,
        "spring": 100,
        "clamp": 250,
        "handle": 250,
        "casting": 250,
        "housing": 100,
        "bearing": 200,
        "shaft": 100,
    }


def test_net_requirements_heizer_14_3c() -> None:
    made = plan(BRACKET, {"bracket": {10: 50}}, on_hand={"base": 25, "clamp": 100})
    assert total(made, "net_requirements") == {
        "bracket": 50,
        "base": 25,
        "spring": 100,
        "clamp": 125,
        "handle": 125,
        "casting": 125,
        "housing": 50,
        "bearing": 100,
        "shaft": 50,
    }


def test_net_material_plan_of_speaker_kits_heizer_chapter_14() -> None:
    """Awesome, Inc.: 50 A in week 8, lead times of 1 to 3 weeks, stock of everything but G."""
    made = plan(
        "A = 2 B + 3 C; B = 2 D + 2 E; C = 2 E + 2 F; F = G + 2 D",
        {"A": {8: 50}},
        rules={
            name: {"lead_time": weeks} for name, weeks in zip("ABCDEFG", (1, 2, 1, 1, 2, 3, 2), strict=True)
        },
        on_hand=dict(zip("ABCDEF", (10, 15, 20, 10, 10, 5), strict=True)),
        weeks=8,
    )
    assert {name: by_week(made, name, "planned_releases") for name in "ABCDEFG"} == {
        "A": {7: 40},
        "B": {5: 65},
        "C": {6: 100},
        "D": {2: 380, 4: 130},
        "E": {3: 120, 4: 200},
        "F": {3: 195},
        "G": {1: 195},
    }
    assert by_week(made, "D", "gross_requirements") == {3: 390, 5: 130}
    assert made.expedite.empty


def test_schedule_without_stock_jacobs_chase() -> None:
    """Z = 2 A + 4 B, A = 3 C + 4 D, D = 2 E; Z takes two weeks, E three, the others one; 50 Z in week 10."""
    made = plan(
        "Z = 2 A + 4 B; A = 3 C + 4 D; D = 2 E",
        {"Z": {10: 50}},
        rules={name: {"lead_time": weeks} for name, weeks in zip("ZABCDE", (2, 1, 1, 1, 1, 3), strict=True)},
    )
    assert {name: by_week(made, name, "planned_releases") for name in "ZABCDE"} == {
        "Z": {8: 50},
        "A": {7: 100},
        "B": {7: 200},
        "C": {6: 300},
        "D": {6: 400},
        "E": {3: 800},
    }


def test_low_level_codes_lots_and_receipts_jacobs_chase() -> None:
    """D and E are needed on two levels; lots of 50 C, 50 D and 200 E; 30 A in week 8; worked by hand."""
    fixed = {
        name: {"minimum_order_quantity": lot, "pack_size": lot}
        for name, lot in (("C", 50), ("D", 50), ("E", 200))
    }
    lead_times = dict(zip("ABCDEF", (2, 1, 1, 2, 1, 1), strict=True))
    made = plan(
        "A = 3 B + C + 2 D; B = 2 E + D; C = B + 2 E; E = F",
        {"A": {8: 30}},
        rules={name: {"lead_time": weeks, **fixed.get(name, {})} for name, weeks in lead_times.items()},
        on_hand={"C": 10, "E": 50, "F": 150},
        receipts={"A": {2: 10}, "E": {1: 50}, "F": {1: 50}},
    )
    assert {name: by_week(made, name, "planned_releases") for name in "ABCDEF"} == {
        "A": {6: 20},
        "B": {4: 50, 5: 60},
        "C": {5: 50},
        "D": {2: 50, 3: 100},
        "E": {4: 400},
        "F": {3: 200},
    }


@pytest.mark.parametrize(
    ("rule", "planned_receipts", "on_hand"),
    [
        pytest.param(
            {"minimum_order_quantity": 230, "pack_size": 230},
            {4: 230, 7: 230},
            [117, 117, 117, 227, 227, 77, 187, 187],
            id="fixed-order-quantity",
        ),
        pytest.param(
            {"periods_covered": 3}, {4: 153, 7: 120}, [117, 117, 117, 150, 150, 0, 0, 0], id="three-periods"
        ),
        pytest.param({}, {4: 3, 6: 150, 7: 120}, [117, 117, 117, 0, 0, 0, 0, 0], id="lot-for-lot"),
    ],
)
def test_record_of_the_seat_subassembly_krajewski_ritzman_malhotra(
    rule: dict[str, float], planned_receipts: Weeks, on_hand: list[float]
) -> None:
    """37 on hand, 230 due in week 1, lead time 2, three lot sizing rules; chapter on resource planning."""
    made = plan(
        "C = F + H",
        {"C": {1: 150, 4: 120, 6: 150, 7: 120}},
        rules={"C": {"lead_time": 2, **rule}},
        on_hand={"C": 37},
        receipts={"C": {1: 230}},
        weeks=8,
    )
    assert by_week(made, "C", "planned_receipts") == planned_receipts
    assert by_week(made, "C", "planned_releases") == {
        week - 2: units for week, units in planned_receipts.items()
    }
    assert made.records().query("unique_id == 'C'")["on_hand"].tolist() == on_hand
