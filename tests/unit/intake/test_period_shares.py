"""Quarters and months as weeks: every unit goes somewhere, and nothing is made."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.dataset_rules import Split
from intake.errors import InputError
from intake.period_shares import share_out

WEIGHTS = (*[0.055] * 8, 0.06, 0.1, 0.1, 0.15, 0.15)


def one(ds: str, y: float, **more: float) -> pd.DataFrame:
    return pd.DataFrame(
        {"unique_id": ["a"], "ds": [pd.Timestamp(ds)], "y": [y], **{k: [v] for k, v in more.items()}}
    )


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.floats(-1e9, 1e9)), min_size=1, max_size=8, unique_by=lambda t: t[0]
    ),
    st.sampled_from(
        [("MS", "W-MON"), ("QS", "W-MON"), ("QS", "MS"), ("MS", "D"), ("QS", "W-SUN"), ("W-MON", "D")]
    ),
    st.sampled_from(["even", "calendar_days"]),
)
def test_parts_add_up_to_the_whole_exactly(
    amounts: list[tuple[int, float]], freqs: tuple[str, str], split: Split
) -> None:
    own, freq = freqs
    dates = pd.date_range("2019-12-30" if own == "W-MON" else "2020-01-01", periods=61, freq=own)
    for number, y in amounts:
        parts = share_out(one(f"{dates[number]}", y, price=2.0), own, freq, split)
        assert sum(map(Fraction, parts["y"])) == Fraction(y)
        assert float(parts["y"].sum()) == y
        assert (parts["price"] == 2.0).all()
        assert (parts["y"] * np.sign(y) >= 0).all()


def test_a_quarter_by_weights_of_its_thirteen_weeks() -> None:
    quarter = share_out(one("2026-01-01", 1000.0), "QS", "W-MON", WEIGHTS)
    assert list(quarter["ds"]) == list(pd.date_range("2026-01-05", periods=13, freq="W-MON"))
    assert list(quarter["y"]) == pytest.approx([1000 * weight for weight in WEIGHTS])
    twelve = share_out(one("2019-01-01", 1000.0), "QS", "W-MON", WEIGHTS, "last")
    assert len(twelve) == 12
    assert twelve["y"].iloc[-1] == pytest.approx(300), "the twelfth takes both last weights"


def test_a_fourteenth_week_needs_a_rule() -> None:
    quarter = one("2024-07-01", 1400.0)  # 92 days from a Monday: fourteen Mondays
    with pytest.raises(InputError, match=r"14 periods of W-MON begin .* 13 weights.*split_other_number"):
        share_out(quarter, "QS", "W-MON", WEIGHTS)
    shared = share_out(quarter, "QS", "W-MON", WEIGHTS, "last")
    assert len(shared) == 14
    assert list(shared["y"].iloc[-2:]) == pytest.approx([105, 105])


def test_a_month_by_calendar_days_reaches_into_the_weeks_that_straddle_it() -> None:
    parts = share_out(one("2026-04-01", 300.0), "MS", "W-MON", "calendar_days").set_index("ds")["y"]
    days = {"2026-03-30": 5, "2026-04-06": 7, "2026-04-13": 7, "2026-04-20": 7, "2026-04-27": 4}
    assert parts.to_dict() == {pd.Timestamp(week): pytest.approx(count * 10) for week, count in days.items()}


def test_no_split_no_weeks() -> None:
    with pytest.raises(InputError, match=r'state the split in .dataset., split = "even"'):
        share_out(one("2026-04-01", 300.0), "MS", "W-MON", None)
    with pytest.raises(InputError, match="calendar_days"):
        share_out(one("2026-01-05", 300.0), "W-MON", "MS", "even")
    with pytest.raises(InputError, match="calendar_days"):
        share_out(one("2026-01-05", 300.0), "W-MON", "W-SUN", "even")
