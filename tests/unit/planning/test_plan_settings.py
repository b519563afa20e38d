from __future__ import annotations

from typing import Any

import pytest

from intake.errors import InputError
from planning.plan import PlanSettings, usual_review_period


def test_the_stated_defaults() -> None:
    stated = PlanSettings()
    assert (stated.review_period, stated.service_level, stated.carry_over_factor) == (1, 0.95, 1.3)


@pytest.mark.parametrize(("freq", "periods"), [("D", 7), ("W-MON", 1), ("W-SUN", 1), ("MS", 1), ("QS", 1)])
def test_orders_are_usually_a_week_apart_or_a_period_where_that_is_longer(freq: str, periods: int) -> None:
    assert usual_review_period(freq) == periods


@pytest.mark.parametrize(
    "wrong",
    [
        {"review_period": 0},
        {"service_level": 95},
        {"service_level": 0},
        {"service_level": float("nan")},
        {"carry_over_factor": 0.9},
        {"carry_over_factor": 3},
        {"longest_cover": 0},
        {"paths": 0},
        {"seed": -1},
        {"holding_share": -0.1},
        {"pins": {"a": -1}},
        {"pins": {"a": 1.5}},
    ],
)
def test_impossible_settings_are_refused_by_name(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=next(iter(wrong))):
        PlanSettings(**wrong)
