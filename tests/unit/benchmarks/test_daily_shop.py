"""The slow check of the daily benchmark is right where the right numbers are known."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from benchmarks.daily_shop import Day, errors, least_squares, read_days, repeated_week


def days(count: int) -> list[Day]:
    """Sales that follow exactly from weekday, promotion and holiday."""
    made = []
    for number in range(count):
        ds, promotion, holiday = date(2022, 1, 1) + timedelta(days=number), number % 5 == 0, number % 11 == 0
        y = 100.0 * ds.weekday() + 30 * promotion - 20 * holiday
        made.append(Day(ds, float(promotion), float(holiday), y))
    return made


def test_lines_are_read_in_order_of_their_dates() -> None:
    content = "Fecha,DíaDeLaSemana,Promociones,Festivo,Ventas\n2022-01-02,7,0,1,4012\n2022-01-01,6,1,0,4033\n"
    assert read_days(content.encode("utf-8-sig")) == [
        Day(date(2022, 1, 1), 1.0, 0.0, 4033.0),
        Day(date(2022, 1, 2), 0.0, 1.0, 4012.0),
    ]


def test_errors_by_hand() -> None:
    assert errors(np.array([1.0, 2.0]), np.array([4.0, -2.0])) == pytest.approx((3.5, 12.5, 12.5**0.5))


def test_least_squares_finds_what_sales_follow_from() -> None:
    history = days(100)
    y = np.array([day.y for day in history[70:]])
    assert least_squares(history, 70) == pytest.approx(y)


def test_least_squares_knows_nothing_of_what_it_forecasts() -> None:
    history = days(100)
    rewritten = [*history[:70], *(Day(day.ds, day.promotion, day.holiday, -1.0) for day in history[70:])]
    assert list(least_squares(rewritten, 70)) == list(least_squares(history, 70))


def test_the_last_week_is_repeated() -> None:
    history = days(30)
    assert list(repeated_week(history, 20)) == [
        history[position].y for position in (13, 14, 15, 16, 17, 18, 19, 13, 14, 15)
    ]
