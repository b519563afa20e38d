"""Material requirements: laws against a slow loop, lots that expire, pegging, and what cannot be."""

from __future__ import annotations

import numpy as np
import oracles
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.errors import InputError, MissingError
from intake.periods import following
from planning.materials.bill_of_materials import bill_of_materials
from planning.materials.material_plan import MaterialPlan, plan_materials
from planning.materials.pegging import origins, pegging

CUTOFF, FREQ = pd.Timestamp("2026-01-05"), "W-MON"
NO_RULES = pd.DataFrame({"unique_id": pd.Series(dtype=object)})
NO_STOCK = pd.DataFrame({"unique_id": pd.Series(dtype=object), "on_hand": pd.Series(dtype=float)})
NO_ORDERS = pd.DataFrame(
    {
        "unique_id": pd.Series(dtype=object),
        "quantity": pd.Series(dtype=float),
        "due": pd.Series(dtype="datetime64[ns]"),
    }
)


def week(number: int) -> pd.Timestamp:
    """The first day of the week with this number, 0 for the first of the plan."""
    return CUTOFF + pd.Timedelta(weeks=1 + number)


def links_of(*links: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(links, columns=["parent", "component", "quantity_per"]).astype(
        {"quantity_per": float}
    )


def required_of(*required: tuple[str, int, float]) -> pd.DataFrame:
    rows = [(name, week(number), float(quantity)) for name, number, quantity in required]
    return pd.DataFrame(rows, columns=["unique_id", "ds", "quantity"])


def plan(
    links: pd.DataFrame,
    required: pd.DataFrame,
    materials: pd.DataFrame = NO_RULES,
    stock: pd.DataFrame = NO_STOCK,
    open_orders: pd.DataFrame = NO_ORDERS,
    horizon: int = 6,
) -> MaterialPlan:
    return plan_materials(
        links,
        required,
        materials=materials,
        stock=stock,
        open_orders=open_orders,
        cutoff=CUTOFF,
        horizon=horizon,
        freq=FREQ,
    )


def row(made: MaterialPlan, unique_id: str, numbers: np.ndarray) -> list[float]:
    return np.round(numbers[made.bill.unique_id.index(unique_id)], 9).tolist()


@st.composite
def instances(
    draw: st.DrawFn,
) -> tuple[list[tuple[str, str, float]], dict[str, dict[str, float]], dict, dict, dict]:
    """Links from a letter to later ones, rules, lots, receipts and outside requirements, over five weeks."""
    things, weeks = "ABCDE", 5
    pairs = [(a, b) for a in things for b in things if a < b]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=6))
    links = [(a, b, float(draw(st.integers(1, 3)))) for a, b in chosen]
    number = st.integers(0, 3)
    rules = {
        name: {
            "lead_time": draw(number),
            "minimum_order_quantity": draw(st.sampled_from([0.0, 7.0])),
            "pack_size": draw(st.sampled_from([0.0, 4.0])),
            "periods_covered": draw(st.integers(1, 3)),
            "safety_stock": draw(st.sampled_from([0.0, 5.0])),
            "shelf_life": draw(number),
        }
        for name in things
    }
    units = st.integers(0, 12).map(float)
    lots = {name: draw(st.lists(st.tuples(st.integers(0, weeks), units), max_size=3)) for name in things}
    receipts = {
        name: draw(st.lists(units, min_size=weeks, max_size=weeks))
        for name in draw(st.sets(st.sampled_from(things)))
    }
    required = {name: draw(st.lists(units, min_size=weeks, max_size=weeks)) for name in things}
    return links, rules, lots, receipts, required


def planned(instance: tuple) -> MaterialPlan:
    links, rules, lots, receipts, required = instance
    stock = [
        (name, units, week(last) + pd.Timedelta(days=6))
        for name, each in lots.items()
        for last, units in each
    ]
    return plan(
        links_of(*links),
        required_of(
            *((n, number, units) for n, each in required.items() for number, units in enumerate(each))
        ),
        pd.DataFrame([{"unique_id": name, **rule} for name, rule in rules.items()]),
        pd.DataFrame(stock, columns=["unique_id", "on_hand", "expiry"]).astype(
            {"on_hand": float, "expiry": "datetime64[ns]"}
        ),
        pd.DataFrame(
            [(n, units, week(number)) for n, each in receipts.items() for number, units in enumerate(each)],
            columns=["unique_id", "quantity", "due"],
        ).astype({"quantity": float, "due": "datetime64[ns]"}),
        horizon=5,
    )


@settings(max_examples=25)
@given(instance=instances())
def test_records_are_those_of_a_loop_over_things_periods_and_lots(instance: tuple) -> None:
    made = planned(instance)
    links, rules, lots, receipts, required = instance
    gross, ordered, expired = oracles.material_requirements(links, required, rules, lots, receipts)
    for at, name in enumerate(made.bill.unique_id):
        assert made.gross_requirements[at] == pytest.approx(gross[name])
        assert made.netting.planned_receipts[at] == pytest.approx(ordered[name])
        assert made.netting.expired[at] == pytest.approx(expired[name])


@settings(max_examples=15)
@given(instance=instances())
def test_stock_balances_and_safety_stock_stays(instance: tuple) -> None:
    made = planned(instance)
    flow = (
        made.supply.receipts + made.netting.planned_receipts - made.gross_requirements - made.netting.expired
    )
    opening = made.supply.on_hand + made.supply.expiring.sum(axis=1)
    there = opening[:, None] + flow.cumsum(axis=1)
    assert there == pytest.approx(made.netting.on_hand, abs=1e-9)
    assert (made.netting.on_hand >= -1e-9).all()
    before_waste = made.netting.on_hand + made.netting.expired
    assert (before_waste >= made.rules.safety_stock[:, None] - 1e-9).all()
    assert made.planned_releases.sum() == pytest.approx(made.netting.planned_receipts.sum())


@settings(max_examples=12)
@given(instance=instances())
def test_pegging_adds_up_to_gross_requirements_one_level_up_and_all_the_way(instance: tuple) -> None:
    made = planned(instance)
    everything = pegging(made)
    for at, name in enumerate(made.bill.unique_id):
        gross = {
            when: units for when, units in zip(made.ds, made.gross_requirements[at], strict=True) if units
        }
        one, whole = pegging(made, name), origins(made, name)
        assert one.groupby("ds")["quantity"].sum().to_dict() == pytest.approx(gross)
        assert whole.groupby("ds")["quantity"].sum().to_dict() == pytest.approx(gross)
        pd.testing.assert_frame_equal(one, everything[everything["unique_id"] == name].reset_index(drop=True))


def test_scrap_and_yield_make_more_necessary() -> None:
    """9 good units at a yield of 0.9 start as 10, each with 2 parts of which a fifth is lost: 25 parts."""
    links = links_of(("A", "B", 2)).assign(scrap_rate=0.2, yield_rate=0.9)
    made = plan(links, required_of(("A", 3, 9)))
    assert row(made, "B", made.gross_requirements) == [0, 0, 0, 25, 0, 0]
    blank = links.assign(scrap_rate=np.nan, yield_rate=np.nan)
    assert row(made, "B", plan(blank, required_of(("A", 3, 9))).gross_requirements) == [0, 0, 0, 18, 0, 0]


def test_a_component_named_twice_is_needed_twice() -> None:
    made = plan(links_of(("A", "B", 2), ("A", "B", 3)), required_of(("A", 0, 10)))
    assert row(made, "B", made.gross_requirements)[0] == 50


def test_a_release_that_should_have_been_is_made_now_and_expedited() -> None:
    rules = pd.DataFrame({"unique_id": ["A", "B"], "lead_time": [3, 2]})
    made = plan(links_of(("A", "B", 1)), required_of(("A", 1, 8), ("A", 4, 5)), rules)
    assert row(made, "A", made.planned_releases) == [8, 5, 0, 0, 0, 0]
    assert made.expedite.to_dict("records") == [
        {"unique_id": "A", "ds": week(1), "quantity": 8.0, "late_by": 2},
        {"unique_id": "B", "ds": week(0), "quantity": 8.0, "late_by": 2},
        {"unique_id": "B", "ds": week(1), "quantity": 5.0, "late_by": 1},
    ]


def test_a_lot_that_expires_is_used_first_and_is_not_there_later() -> None:
    stock = pd.DataFrame(
        {
            "unique_id": ["A", "A"],
            "on_hand": [10.0, 10.0],
            "expiry": [pd.NaT, week(1) + pd.Timedelta(days=6)],
        }
    )
    made = plan(links_of(("A", "B", 1)), required_of(("A", 0, 4), ("A", 3, 12)), stock=stock)
    assert row(made, "A", made.netting.expired) == [0, 6, 0, 0, 0, 0]
    assert row(made, "A", made.netting.net_requirements) == [0, 0, 0, 2, 0, 0]
    assert made.exceptions.to_dict("records") == [
        {"unique_id": "A", "ds": week(1), "quantity": 6.0, "reason": "expires before it is used"}
    ]


def test_what_a_minimum_brings_too_much_of_expires_with_its_shelf_life() -> None:
    rules = pd.DataFrame({"unique_id": ["A"], "minimum_order_quantity": [10.0], "shelf_life": [2]})
    made = plan(links_of(("A", "B", 1)), required_of(("A", 0, 4), ("A", 1, 1), ("A", 2, 1)), rules)
    assert row(made, "A", made.netting.planned_receipts) == [10, 0, 10, 0, 0, 0]
    assert row(made, "A", made.netting.expired) == [0, 5, 0, 9, 0, 0]


def test_origins_name_the_orders_of_the_customer_and_what_nobody_asked_for() -> None:
    """A batch of 10 serves 4 and 3; 3 are left over: B's 20 are for the first 8, the second 6 and nobody
    6."""
    rules = pd.DataFrame({"unique_id": ["A"], "pack_size": [10.0]})
    made = plan(links_of(("A", "B", 2)), required_of(("A", 1, 4), ("A", 2, 3)), rules)
    assert origins(made, "B").to_dict("records") == [
        {"unique_id": "B", "ds": week(1), "quantity": 8.0, "required": "A", "required_ds": week(1)},
        {"unique_id": "B", "ds": week(1), "quantity": 6.0, "required": "A", "required_ds": week(2)},
        {"unique_id": "B", "ds": week(1), "quantity": 6.0, "required": "", "required_ds": pd.NaT},
    ]
    assert pegging(made, "B").to_dict("records") == [
        {"unique_id": "B", "ds": week(1), "quantity": 20.0, "parent": "A", "parent_ds": week(1)}
    ]
    with pytest.raises(MissingError, match="'C' is neither required"):
        pegging(made, "C")


def test_what_expired_was_for_nobody() -> None:
    """Ten arrive for 4 and 1, and 5 expire; ten more arrive for 1, and 9 are too many."""
    rules = pd.DataFrame({"unique_id": ["A"], "minimum_order_quantity": [10.0], "shelf_life": [2]})
    made = plan(links_of(("A", "B", 1)), required_of(("A", 0, 4), ("A", 1, 1), ("A", 2, 1)), rules)
    behind = origins(made, "B")[["ds", "quantity", "required", "required_ds"]]
    assert list(behind.itertuples(index=False, name=None)) == [
        (week(0), 4.0, "A", week(0)),
        (week(0), 1.0, "A", week(1)),
        (week(0), 5.0, "", pd.NaT),
        (week(2), 1.0, "A", week(2)),
        (week(2), 9.0, "", pd.NaT),
    ]


def test_what_cannot_be_taken_as_it_stands_is_said() -> None:
    stock = pd.DataFrame({"unique_id": ["A", "B"], "on_hand": [-3.0, 5.0], "quarantine": [0.0, 2.0]})
    orders = pd.DataFrame(
        {"unique_id": ["B", "B"], "quantity": [7.0, 4.0], "due": [pd.NaT, CUTOFF - pd.Timedelta(weeks=2)]}
    )
    made = plan(
        links_of(("A", "B", 1)), required_of(("A", -2, 6), ("A", 9, 6)), stock=stock, open_orders=orders
    )
    assert row(made, "A", made.gross_requirements) == [6, 0, 0, 0, 0, 0]
    assert row(made, "B", made.netting.planned_receipts) == [0, 0, 0, 0, 0, 0]
    said = list(made.exceptions[["unique_id", "quantity", "reason"]].itertuples(index=False, name=None))
    assert said == [
        ("A", 6.0, "required before the first period; planned for the first"),
        ("A", 6.0, "required after the last period; not planned"),
        ("A", 3.0, "on hand is negative and counts as 0"),
        ("B", 2.0, "on hand and not usable: expired or in quarantine"),
        ("B", 7.0, "on order without a due date; does not count"),
        ("B", 4.0, "on order and overdue; taken to arrive in the first period"),
    ]


def test_nothing_required_is_an_empty_plan() -> None:
    made = plan(links_of(), required_of())
    assert made.records().empty
    assert pegging(made).empty
    only = plan(links_of(), required_of(("A", 2, 5)))
    assert row(only, "A", only.planned_releases) == [0, 0, 5, 0, 0, 0]


def test_low_level_codes_put_a_component_below_all_its_parents() -> None:
    bill = bill_of_materials(
        links_of(("A", "B", 1), ("B", "C", 1), ("A", "C", 1), ("C", "D", 1)), also=["Z", "A"]
    )
    assert dict(zip(bill.unique_id, bill.low_level_code.tolist(), strict=True)) == {
        "A": 0,
        "Z": 0,
        "B": 1,
        "C": 2,
        "D": 3,
    }


def test_a_loop_is_refused_by_its_names() -> None:
    links = links_of(("P", "A", 1), ("A", "B", 1), ("B", "C", 1), ("C", "A", 1), ("C", "D", 1))
    with pytest.raises(InputError, match="made of itself") as refused:
        bill_of_materials(links)
    assert "'P'" not in str(refused.value)
    assert all(f"'{name}' -> " in str(refused.value) for name in "ABC")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"quantity_per": 0.0}, "quantity_per of 0.0"),
        ({"scrap_rate": 1.0}, "scrap_rate of 1.0"),
        ({"yield_rate": 0.0}, "yield_rate of 0.0"),
    ],
)
def test_a_number_that_cannot_be_is_refused_by_its_place(change: dict[str, float], says: str) -> None:
    with pytest.raises(InputError, match=rf"'B' in 'A' has a {says}"):
        bill_of_materials(links_of(("A", "B", 1)).assign(**change))


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        ({"unique_id": ["A", "A"], "lead_time": [1, 2]}, "two rows of rules"),
        ({"unique_id": ["A"], "lead_time": [1.5]}, "whole periods"),
        ({"unique_id": ["A"], "lead_time": [-1]}, "lead_time must be"),
        ({"unique_id": ["A"], "periods_covered": [0]}, "at least 1"),
    ],
)
def test_rules_that_cannot_be_are_refused(rules: dict[str, list[object]], says: str) -> None:
    with pytest.raises(InputError, match=says):
        plan(links_of(("A", "B", 1)), required_of(("A", 1, 1)), pd.DataFrame(rules))
    with pytest.raises(InputError, match="requirement of -1"):
        plan(links_of(("A", "B", 1)), required_of(("A", 1, -1)))


def test_weeks_are_those_after_the_cutoff() -> None:
    assert plan(links_of(), required_of(("A", 0, 1))).ds.equals(following(CUTOFF, 6, FREQ))
