from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planning_case import CUTOFF, FREQ, table

from intake.errors import InputError
from planning.inventory_position import check_as_of, receipts_from, shelf_from

HORIZON = 3  # the weeks of 9, 16 and 23 February


def dates(*days: str | None) -> list[pd.Timestamp]:
    return [pd.NaT if each is None else pd.Timestamp(each) for each in days]


def test_rows_of_a_series_add_up_and_others_are_left_alone() -> None:
    stock = table(unique_id=["a", "b", "a", "x"], on_hand=[3.0, 4.0, 5.0, 9.0])
    shelf = shelf_from(stock, ("a", "b", "c"), cutoff=CUTOFF, horizon=HORIZON, freq=FREQ)
    assert shelf.on_hand.tolist() == [8, 4, 0]
    assert shelf.counted.tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("expiry", "last"),
    [
        ("2026-02-08", -1),  # the cutoff week's Sunday
        ("2026-02-11", -1),  # Wednesday: three days of seven
        ("2026-02-12", 0),  # Thursday: four days of seven
        ("2026-02-15", 0),
        ("2026-02-18", 0),
        ("2026-02-22", 1),
        ("2026-03-01", 2),
        ("2026-03-08", 3),  # outlasts the horizon
        (None, 3),
    ],
)
def test_a_lot_counts_for_the_weeks_of_which_it_lives_half(expiry: str | None, last: int) -> None:
    stock = table(unique_id=["a"], on_hand=[5.0], lot=["L1"], expiry=dates(expiry))
    shelf = shelf_from(stock, ("a",), cutoff=CUTOFF, horizon=HORIZON, freq=FREQ)
    by_period = [shelf.unusable[0], *shelf.expiring[0], shelf.on_hand[0]]
    assert by_period == [5.0 if last == period else 0.0 for period in (-1, 0, 1, 2, 3)]


@pytest.mark.parametrize(("expiry", "counts"), [("2026-02-13", False), ("2026-02-14", True)])
def test_half_of_the_28_days_of_february_is_enough(expiry: str, counts: bool) -> None:
    stock = table(unique_id=["a"], on_hand=[5.0], expiry=dates(expiry))
    shelf = shelf_from(stock, ("a",), cutoff=pd.Timestamp("2026-01-01"), horizon=1, freq="MS")
    assert bool(shelf.expiring[0, 0]) == counts


def test_quarantine_is_units_of_the_row_and_negative_stock_is_none() -> None:
    stock = table(unique_id=["a", "a", "b"], on_hand=[10.0, 4.0, -3.0], quarantine=[4.0, None, 2.0])
    shelf = shelf_from(stock, ("a", "b"), cutoff=CUTOFF, horizon=HORIZON, freq=FREQ)
    assert shelf.on_hand.tolist() == [10, 0]
    assert shelf.unusable.tolist() == [4, 0]
    assert shelf.negative.tolist() == [0, -3]
    assert shelf.counted.all()


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(-20, 60), st.integers(0, 40)), min_size=1, max_size=6),
    st.sampled_from(["D", "W-MON", "W-SUN", "MS"]),
)
def test_every_unit_is_somewhere(lots: list[tuple[int, int, int]], freq: str) -> None:
    units, days, blocked = zip(*lots, strict=True)
    stock = table(
        unique_id=["a"] * len(lots),
        on_hand=[float(each) for each in units],
        expiry=[pd.Timestamp("2026-02-01") + pd.Timedelta(days=each) for each in days],
        quarantine=[float(each) for each in blocked],
    )
    shelf = shelf_from(stock, ("a",), cutoff=pd.Timestamp("2026-02-01"), horizon=4, freq=freq)
    assert shelf.on_hand[0] + shelf.expiring[0].sum() + shelf.unusable[0] == sum(units)


def test_a_blank_count_is_no_count() -> None:
    stock = table(unique_id=["a"], on_hand=[float("nan")])
    assert not shelf_from(stock, ("a",), cutoff=CUTOFF, horizon=1, freq=FREQ).counted[0]


def test_receipts_fall_into_the_week_they_are_due() -> None:
    orders = table(
        unique_id=["a", "a", "a", "a", "b", "x"],
        quantity=[1.0, 2.0, 4.0, 8.0, 16.0, 32.0],
        due=dates("2026-02-09", "2026-02-18", "2026-03-02", None, "2026-02-08", "2026-02-09"),
    )
    receipts = receipts_from(orders, ("a", "b"), cutoff=CUTOFF, horizon=HORIZON, freq=FREQ)
    assert receipts.due.tolist() == [[1, 2, 0], [16, 0, 0]]
    assert receipts.undated.tolist() == [8, 0]
    assert receipts.overdue.tolist() == [0, 16]
    assert receipts.total.tolist() == [15, 16]


def test_a_negative_open_order_is_refused() -> None:
    orders = table(unique_id=["a"], quantity=[-1.0], due=dates("2026-02-09"))
    with pytest.raises(InputError, match="'a'"):
        receipts_from(orders, ("a",), cutoff=CUTOFF, horizon=1, freq=FREQ)


@pytest.mark.parametrize("as_of", ["2026-02-08", "2026-02-09", "2026-02-08 21:30", None])
def test_a_count_at_the_cutoff_passes(as_of: str | None) -> None:
    check_as_of(table(unique_id=["a"], on_hand=[1.0], as_of=dates(as_of)), CUTOFF, FREQ)
    check_as_of(table(unique_id=["a"], on_hand=[1.0]), CUTOFF, FREQ)


@pytest.mark.parametrize("as_of", ["2026-02-07", "2026-02-10", "2025-02-08"])
def test_a_count_of_another_day_is_refused_in_one_sentence(as_of: str) -> None:
    stock = table(unique_id=["a", "b"], on_hand=[1.0, 1.0], as_of=dates("2026-02-08", as_of))
    with pytest.raises(InputError, match=f"counted on {as_of}.*as of 2026-02-08"):
        check_as_of(stock, CUTOFF, FREQ)


def test_the_horizon_keeps_shapes_without_any_series() -> None:
    nothing = table(unique_id=[], on_hand=[])
    assert shelf_from(nothing, (), cutoff=CUTOFF, horizon=2, freq=FREQ).expiring.shape == (0, 2)
    np.testing.assert_array_equal(
        receipts_from(
            table(unique_id=[], quantity=[], due=[]), ("a",), cutoff=CUTOFF, horizon=2, freq=FREQ
        ).due,
        np.zeros((1, 2)),
    )
