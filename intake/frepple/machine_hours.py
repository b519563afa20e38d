"""How many hours a resource can work in each week, by its calendars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from intake.frepple.fixture_records import FrePPLeModel, Record

_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FIRST: Final = pd.Timestamp("1900-01-01")
_LAST: Final = pd.Timestamp("2200-01-01")


@dataclass(frozen=True)
class _Bucket:
    """A stretch of a calendar: from the first day up to and without the last, on some weekdays."""

    first: pd.Timestamp
    last: pd.Timestamp
    value: float
    priority: float
    weekdays: tuple[bool, ...]
    hours: float


@dataclass(frozen=True)
class _Days:
    """A calendar: its stretches, and what holds outside of them."""

    usual: float
    buckets: Sequence[_Bucket]

    def on(self, day: pd.Timestamp) -> tuple[float, float]:
        """Value and hours of a day: those of the stretch with the lowest priority that has it."""
        held = [
            each for each in self.buckets if each.first <= day < each.last and each.weekdays[day.weekday()]
        ]
        best = min(held, key=lambda each: each.priority, default=None)
        return (self.usual, 24.0) if best is None else (best.value, best.hours)


def capacity_by_week(model: FrePPLeModel, start: pd.Timestamp, weeks: int) -> pd.DataFrame:
    """resource, ds (Mondays), capacity in hours: the day's value of the resource's calendar (else its
    maximum), times the hours of that day on which it and its location are open, summed by week.
    """
    calendars = _calendars(model)
    open_days = {each.text("name"): calendars.get(each.text("available")) for each in model.of("location")}
    monday = start - pd.Timedelta(days=start.weekday())
    rows = []
    for resource in model.of("resource"):
        size = calendars.get(resource.text("maximum_calendar"))
        closed_by = [calendars.get(resource.text("available")), open_days.get(resource.text("location"))]
        maximum = resource.number("maximum")
        for week in range(weeks):
            hours = 0.0
            for weekday in range(7):
                day = monday + pd.Timedelta(days=7 * week + weekday)
                value, open_hours = size.on(day) if size else (1.0 if pd.isna(maximum) else maximum, 24.0)
                for calendar in closed_by:
                    is_open, some = calendar.on(day) if calendar else (1.0, 24.0)
                    open_hours = min(open_hours, some) if is_open else 0.0
                hours += value * open_hours
            rows.append((resource.text("name"), monday + pd.Timedelta(weeks=week), round(hours, 3)))
    return pd.DataFrame(rows, columns=["resource", "ds", "capacity"])


def _calendars(model: FrePPLeModel) -> dict[str, _Days]:
    buckets: dict[str, list[_Bucket]] = {}
    for each in model.of("calendarbucket"):
        buckets.setdefault(each.text("calendar"), []).append(_bucket(each))
    return {
        each.text("name"): _Days(
            0.0 if pd.isna(each.number("defaultvalue")) else each.number("defaultvalue"),
            buckets.get(each.text("name"), []),
        )
        for each in model.of("calendar")
    }


def _bucket(each: Record) -> _Bucket:
    begins, ends = (pd.to_timedelta(each.text(name) or text) for name, text in _TIMES)
    hours = (ends - begins).total_seconds() / 3600
    return _Bucket(
        each.day("startdate") or _FIRST,
        each.day("enddate") or _LAST,
        each.number("value"),
        0.0 if pd.isna(each.number("priority")) else each.number("priority"),
        tuple(each.flag(weekday) for weekday in _WEEKDAYS),
        float(round(hours, 2)),  # a day that ends at 23:59:59 has 24 hours
    )


_TIMES: Final = (("starttime", "00:00:00"), ("endtime", "23:59:59"))
