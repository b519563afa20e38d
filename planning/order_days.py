"""When a supplier takes orders: the next day on which one can be placed, and the chance after that."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import numpy as np
import pandas as pd

from intake.periods import following, unit_of, whole_periods
from intake.values.names import LANGUAGES, plain, weekdays
from planning.plan import Exceptions

_SEPARATORS: Final = re.compile(r"[\s,;/|+&]+")
_EVERY_DAY: Final = frozenset(range(7))


def on_order_days(
    lines: pd.DataFrame, *, cutoff: pd.Timestamp, freq: str, review_period: int, exceptions: Exceptions
) -> pd.DataFrame:
    """Add order_date; lead_time and review_period then count from the period after the cutoff.

    lines: supplier_id, lead_days (from order to shelf) and order_weekdays ('' = every day). The order leaves
    on the first of these days after the cutoff period. lead_time is the wait for that day and the days from
    it, in whole periods by ceiling, so that an order decided at the end of period t is on the shelf from the
    start of t + 1 + lead_time, as everywhere. For days, review_period is how far the next order day lies
    behind this one, at least `review_period` days after the cutoff; longer periods have the weekday in each.
    Days of order that nobody can read are said, and then every day counts.
    """
    start = following(cutoff, 1, freq)[0]
    days: dict[str, tuple[int, int]] = {}
    stated = lines[["supplier_id", "order_weekdays"]].drop_duplicates()
    for supplier_id, text in stated.itertuples(index=False):
        taken = weekdays_in(text)
        if taken is None:
            reason = (
                f"has order_weekdays '{text}', which name no weekdays: planned as though it took orders "
                "every day; write them as in 'mon thu'"
            )
            exceptions.append(("", str(supplier_id), reason))
        days[text] = _order_days(taken or _EVERY_DAY, start, freq, review_period)
    wait = lines["order_weekdays"].map({text: wait for text, (wait, _) in days.items()}).astype(np.int64)
    gap = lines["order_weekdays"].map({text: gap for text, (_, gap) in days.items()}).astype(np.int64)
    until = lines["lead_days"] + wait
    in_periods = {each: whole_periods(each, freq) for each in until.unique()}
    return lines.assign(
        order_date=start + pd.to_timedelta(wait, unit="D"),
        lead_time=until.map(in_periods).astype(np.int64),
        review_period=gap,
    )


def longest_order_days(text: str, *, freq: str, review_period: int) -> tuple[int, int]:
    """Days until an order can leave and periods from then to the next chance, where both together are most,
    whatever the cutoff.

    text: the supplier's order_weekdays.

    >>> longest_order_days("thu", freq="W-MON", review_period=1)
    (3, 1)
    >>> longest_order_days("mon thu", freq="D", review_period=1)
    (3, 4)
    """
    taken = weekdays_in(text) or _EVERY_DAY
    first = following(pd.Timestamp(0), 1, freq)[0]
    starts = [first] if unit_of(freq) == "W" else [first + pd.Timedelta(days=day) for day in range(7)]
    return max((_order_days(taken, start, freq, review_period) for start in starts), key=sum)


def _order_days(taken: frozenset[int], start: pd.Timestamp, freq: str, review_period: int) -> tuple[int, int]:
    """Days from `start` to the first order day, and periods from it to the next chance to order."""
    wait = _next(taken, start.weekday())
    if freq != "D":
        return wait, review_period
    after = max(review_period, wait + 1)
    return wait, after + _next(taken, (start.weekday() + after) % 7) - wait


def _next(taken: frozenset[int], weekday: int) -> int:
    """Days from a weekday to the first that is taken, 0 if it is one."""
    return min((day - weekday) % 7 for day in taken)


@cache
def weekdays_in(text: str) -> frozenset[int] | None:
    """The weekdays that a text names, Monday is 0; all of them where it is blank, None where nobody can tell.

    One language throughout, in any of five, whole or short; a dash between two means all days from the one to
    the other. A text that means different days in two languages ('do') cannot be told.

    >>> sorted(weekdays_in("mon thu")), sorted(weekdays_in("lun-vie")), weekdays_in("often")
    ([0, 3], [0, 1, 2, 3, 4], None)
    """
    words = [word.strip(".") for word in _SEPARATORS.split(plain(text)) if word]
    if not words:
        return _EVERY_DAY
    readings = {reading for language in LANGUAGES if (reading := _read(words, weekdays(language)))}
    return readings.pop() if len(readings) == 1 else None


def _read(words: list[str], names: dict[str, int]) -> frozenset[int]:
    """The days that all of the words name; none if one of them is no name."""
    taken: set[int] = set()
    for word in words:
        first, _, last = word.partition("-") if word not in names else (word, "", "")
        last = last or first
        if first not in names or last not in names:
            return frozenset()
        taken |= {(names[first] + step) % 7 for step in range((names[last] - names[first]) % 7 + 1)}
    return frozenset(taken)
