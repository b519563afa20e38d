from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planning_case import CUTOFF, FREQ, plan_of, table

from forecasting.paths.demand_paths import DemandPaths
from intake.errors import InputError
from intake.periods import following
from planning.plan import IDENTITY
from planning.plan_difference import CAUSES, DIFFERENCE_COLUMNS, difference

WEEKS = following(CUTOFF, 6, FREQ)


def planned(
    forecast: list[float], on_hand: float, *, first: int = 0, lead_time: float = 14.0, **terms: list[float]
) -> pd.DataFrame:
    """The lines of a plan of one series `a` whose demand is certain, decided before week number `first`."""
    ds = WEEKS[first : first + len(forecast)]
    plan = plan_of(
        DemandPaths(np.array([[forecast]], dtype=np.float64), ("a",), ds),
        stock=table(unique_id=["a"], on_hand=[on_hand]),
        suppliers=table(supplier_id=["mill"], lead_time=[lead_time], currency=["USD"]),
        terms=table(supplier_id=["mill"], unique_id=["a"], **{"unit_cost": [1.0], **terms}),
        cutoff=CUTOFF if first == 0 else WEEKS[first - 1],
    )
    return plan.lines


def wide(forecast: list[float], first: int = 0) -> pd.DataFrame:
    return pd.DataFrame([forecast], index=["a"], columns=WEEKS[first : first + len(forecast)])


def told(
    previous: pd.DataFrame, lines: pd.DataFrame, sold: float, now: list[float], **more: Any
) -> pd.Series:
    """The difference of `a`, of which 10 a week were forecast and `sold` were sold since."""
    sales = table(unique_id=["a", "a"], ds=[CUTOFF, WEEKS[0]], y=[999.0, sold])
    rows = difference(
        previous, lines, sales=sales, previous_forecast=wide([10.0] * 4), forecast=wide(now, 1), **more
    )
    assert tuple(rows.columns) == DIFFERENCE_COLUMNS
    (row,) = rows.to_dict("records")
    assert row["change"] == row["order_quantity"] - row["previous_quantity"]
    return pd.Series(row)


def causes(row: pd.Series) -> dict[str, int]:
    return {name: row[name] for name in CAUSES if row[name]}


def test_a_week_that_went_as_planned_changes_nothing() -> None:
    """30 for three weeks less 20 there: 10. A week on, 10 of 30 are sold and 10 more were ordered."""
    row = told(planned([10] * 4, 20), planned([10] * 4, 20, first=1), 10, [10.0] * 4)
    assert (row["previous_quantity"], row["order_quantity"], causes(row)) == (10, 10, {})
    assert row["explanation"] == "As much as last time."


def test_what_was_sold_found_and_forecast_is_told_apart() -> None:
    """25, not 10, were sold: 5 should be left of 20 + 10, and 8 are. 4 more are forecast for each week."""
    lines = planned([14.0] * 4, 8, first=1)
    row = told(planned([10] * 4, 20), lines, 25, [14.0] * 4, remarks={"a": "promotion"})
    assert (row["previous_quantity"], row["order_quantity"]) == (10, 14)
    assert causes(row) == {"sales": 15, "counted": -3, "forecast": 12, "lost_before_arrival": -20}
    assert row["explanation"] == (
        "4 more than last time: -20 lost before the order arrives, +15 more sold than forecast (25, not 10), "
        "+12 higher forecast (promotion), -3 found in count or open orders."
    )


@pytest.mark.parametrize(
    ("change", "expected", "words"),
    [
        ({"pack_size": [12.0]}, {"parameters": 2}, "pack 12, not 1"),
        ({"minimum_order_quantity": [13.0]}, {"parameters": 3}, "minimum quantity 13, not 0"),
        ({"lead_time": 7.0}, {"parameters": -10}, "lead time 1, not 2"),
    ],
)
def test_what_a_changed_parameter_does_is_its_own(
    change: dict[str, Any], expected: dict[str, int], words: str
) -> None:
    """Sales, stock and forecast as planned: an order of 10, whatever else it becomes is the parameter's."""
    lines = planned([10] * 4, 20, first=1, **change)
    row = told(planned([10] * 4, 20), lines, 10, [10.0] * 4)
    assert causes(row) == expected
    assert words in row["explanation"]


def test_what_was_not_ordered_and_what_was_too_much_have_their_names() -> None:
    """10 were planned and 4 ordered; a surplus of 20 is used up first."""
    row = told(planned([10] * 4, 20), planned([10] * 4, 14, first=1), 10, [10.0] * 4, ordered={"a": 4.0})
    assert causes(row) == {"not_ordered": 6, "lost_before_arrival": -6}
    assert "+6 of the last plan not ordered" in row["explanation"]
    row = told(planned([10] * 4, 50), planned([10] * 4, 40, first=1), 10, [10.0] * 4)
    assert causes(row) == {"last_order": 10, "surplus": -10}
    assert row["explanation"] == (
        "As much as last time: +10 to sell since (10) beyond the last order (0), "
        "-10 too many last time, used up since."
    )


def random_lines(random: np.random.Generator, ids: list[str]) -> pd.DataFrame:
    """Lines whose terms add up as those of a plan do, and are otherwise arbitrary."""
    count = len(ids)
    lines = pd.DataFrame({name: random.integers(-50, 50, count) for name, _ in IDENTITY}).assign(
        unique_id=ids,
        supplier_id=random.choice(["mill", "farm"], count),
        lead_time=random.integers(0, 3, count),
        review_period=1,
        critical_ratio=random.choice([0.9, 0.95], count),
        pack_size=random.choice([1, 6], count),
        minimum_order_quantity=0,
        issued_quantity=random.integers(0, 9, count),
    )
    return lines.assign(order_quantity=sum(sign * lines[name] for name, sign in IDENTITY))


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_the_causes_add_up_whatever_the_plans(seed: int) -> None:
    random = np.random.default_rng(seed)
    names = ["a", "b", "c", "d", "e"]
    previous, lines = (random_lines(random, list(random.permutation(names)[:3])) for _ in range(2))
    weekly = [
        pd.DataFrame(random.uniform(0, 50, (5, 4)), names, WEEKS[first : first + 4]) for first in (0, 1)
    ]
    sales = table(unique_id=names, ds=[WEEKS[0]] * 5, y=random.choice([np.nan, 7.0, 30.5], 5).tolist())
    ordered = None if seed % 2 else dict(zip(names, random.integers(0, 99, 5).tolist(), strict=True))
    rows = difference(
        previous, lines, sales=sales, previous_forecast=weekly[0], forecast=weekly[1], ordered=ordered
    )
    assert set(rows["unique_id"]) == {*previous["unique_id"], *lines["unique_id"]}
    total = {
        each: frame.set_index("unique_id")[["order_quantity", "issued_quantity"]].sum(axis=1)
        for each, frame in (("previous", previous), ("now", lines))
    }
    for row in rows.to_dict("records"):
        name = row["unique_id"]
        assert row["change"] == total["now"].get(name, 0) - total["previous"].get(name, 0)
        assert row["change"] == sum(row[cause] for cause in CAUSES)
        told_apart = re.findall(r"(?:: |, )([+-]\d+) ", row["explanation"])
        assert sum(map(int, told_apart)) == row["change"], "the sentence adds up too"


def test_a_higher_service_is_a_parameter_and_a_wider_spread_is_not() -> None:
    before = planned([10] * 4, 20)
    safer = before.assign(safety_stock=6, order_quantity=16)
    assert causes(told(before, safer, 10, [10.0] * 4)) == {"uncertainty": 6}
    asked = told(before, safer.assign(critical_ratio=0.99), 10, [10.0] * 4)
    assert causes(asked) == {"parameters": 6}
    assert asked["explanation"] == "6 more than last time: +6 service 0.99, not 0.95."


def test_plans_of_the_same_week_are_not_compared() -> None:
    lines = planned([10] * 4, 20)
    with pytest.raises(InputError, match="same week"):
        difference(
            lines,
            lines,
            sales=table(unique_id=["a"], ds=[CUTOFF], y=[1.0]),
            previous_forecast=wide([10.0]),
            forecast=wide([10.0]),
        )
