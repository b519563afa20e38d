"""What a person states about a whole dataset: the section [dataset] of a mapping file, checked."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any, Final, Literal, TypeGuard, get_args

import holidays

from intake.errors import InputError
from intake.periods import FREQUENCIES, WEEKDAYS

MissingPeriods = Literal["unknown", "zero", "closed"]
InStock = Literal["given", "from_stock_records", "inferred"]
OtherNumber = Literal["refuse", "last"]
Split = Literal["even", "calendar_days"] | tuple[float, ...]

SECTION: Final = "dataset"


@dataclass(frozen=True)
class Closure:
    """Days on which nothing is sold, `first` and `last` included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        """Raise InputError if it ends before it begins."""
        if self.last < self.first:
            raise InputError(f"a closure cannot end ({self.last}) before it begins ({self.first})")

    def __str__(self) -> str:
        """As a mapping file writes it."""
        return f"{self.first}" if self.first == self.last else f"{self.first}..{self.last}"


@dataclass(frozen=True, kw_only=True)
class DatasetRules:
    """The rules of one dataset; a field that nobody stated has its default or None.

    `missing_periods`: what a period without a row means: nobody knows, nothing was sold, or the shop was
    shut. `closed_weekdays`, `closed_on_holidays`, `closed`: days on which nothing can be sold. `freq`: the
    period that all sales are brought to. `split`: how a longer period becomes shorter ones (weights are those
    of the shorter periods that begin in it, in order); `split_other_number`: what happens where there are
    more or fewer of them than weights: refuse, or let the last weight stand for the rest. `holidays`: country
    or country-region, such as ES-MD. `known_in_advance`, `known_afterwards`: exog columns. `in_stock`: as
    given in the files, from stock counts of several days, or inferred from runs of zeros. `stated`: who
    stated each field.
    """

    missing_periods: MissingPeriods = "unknown"
    closed_weekdays: tuple[str, ...] = ()
    closed_on_holidays: bool = False
    closed: tuple[Closure, ...] = ()
    freq: str | None = None
    split: Split | None = None
    split_other_number: OtherNumber = "refuse"
    holidays: str | None = None
    known_in_advance: tuple[str, ...] = ()
    known_afterwards: tuple[str, ...] = ()
    in_stock: InStock = "given"
    currency: str | None = None
    unit: str | None = None
    stated: Mapping[str, str] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        """Raise InputError for rules that contradict each other."""
        both = sorted(set(self.known_in_advance) & set(self.known_afterwards))
        if both:
            raise InputError(
                f"'{both[0]}' cannot be both in known_in_advance and in known_afterwards; keep one"
            )
        if self.closed_on_holidays and self.holidays is None:
            raise InputError(
                'closed_on_holidays needs to know whose: state holidays = "ES", or "ES-MD" with the region'
            )
        if len(self.closed_weekdays) == len(WEEKDAYS):
            raise InputError("closed_weekdays names all seven days, so nothing could ever be sold; keep some")

    @property
    def closures(self) -> tuple[str, ...]:
        """The rules that close days, one each, as a mapping file writes them."""
        weekdays = ", ".join(f'"{weekday}"' for weekday in self.closed_weekdays)
        days = ", ".join(f'"{closure}"' for closure in self.closed)
        return (
            *([f"closed_weekdays = [{weekdays}]"] if weekdays else []),
            *(
                [f'closed_on_holidays = true, holidays = "{self.holidays}"']
                if self.closed_on_holidays
                else []
            ),
            *([f"closed = [{days}]"] if days else []),
        )

    def as_parameters(self) -> dict[str, Any]:
        """The stated rules as plain values; `rules_of` reads them back."""
        return {name: _plain(getattr(self, name)) for name in sorted(self.stated)}

    def overruled(self, table: Mapping[str, Any], by: str) -> DatasetRules:
        """These rules with those of `table` instead, which `by` states; InputError as `rules_of`."""
        together = rules_of(self.as_parameters() | dict(table), by)
        return replace(together, stated={**self.stated, **dict.fromkeys(table, by)})

    @property
    def notes(self) -> tuple[str, ...]:
        """Which rule came from where, a sentence each."""
        return tuple(
            f"{name} = {_plain(getattr(self, name))!r}, as {where} states"
            for name, where in sorted(self.stated.items())
        )


NO_RULES: Final = DatasetRules()
RULES: Final = tuple(each.name for each in fields(DatasetRules) if each.name != "stated")


def rules_of(table: Mapping[str, Any], name: str) -> DatasetRules:
    """The rules in `table`, the section [dataset] of the mapping file `name` as TOML gives it.

    InputError names the file, what it says, and what it may say.
    """
    for key in table:
        if key not in RULES:
            near = get_close_matches(key, RULES, n=1)
            hint = f"did you mean '{near[0]}'? " if near else ""
            raise InputError(
                f"[{SECTION}] cannot state '{key}'; {hint}it may state {', '.join(RULES)}", file=name
            )
    read = {key: _READERS[key](value, key, name) for key, value in table.items()}
    try:
        return DatasetRules(**read, stated=dict.fromkeys(read, name))
    except InputError as error:
        raise InputError(f"[{SECTION}]: {error}", file=name) from error


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, Closure) else value


def _refused(key: str, value: object, wanted: str, name: str) -> InputError:
    return InputError(f"[{SECTION}] {key} = {value!r} cannot be used; write {wanted}", file=name)


def _choice(value: object, key: str, name: str) -> str:
    choices: tuple[str, ...] = get_args(
        {"missing_periods": MissingPeriods, "in_stock": InStock, "split_other_number": OtherNumber}[key]
    )
    if value not in choices:
        raise _refused(key, value, " or ".join(f'"{choice}"' for choice in choices), name)
    return str(value)


def _flag(value: object, key: str, name: str) -> bool:
    if not isinstance(value, bool):
        raise _refused(key, value, "true or false", name)
    return value


def _text(value: object, key: str, name: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _refused(key, value, "a text in quotes", name)
    return value.strip()


def _currency(value: object, key: str, name: str) -> str:
    if not isinstance(value, str) or not (len(value) == 3 and value.isascii() and value.isalpha()):
        raise _refused(key, value, 'an ISO 4217 code, such as "EUR"', name)
    return value.upper()


def _freq(value: object, key: str, name: str) -> str:
    if value not in FREQUENCIES:
        raise _refused(key, value, f"one of {', '.join(FREQUENCIES)}", name)
    return str(value)


def _texts(value: object, key: str, name: str) -> tuple[str, ...]:
    if not _is_list(value) or not all(isinstance(each, str) and each.strip() for each in value):
        raise _refused(key, value, 'a list of texts, such as ["promotion"]', name)
    return tuple(each.strip() for each in value)


def _weekdays(value: object, key: str, name: str) -> tuple[str, ...]:
    if not _is_list(value) or not all(str(each).upper() in WEEKDAYS for each in value):
        raise _refused(key, value, f"a list of {', '.join(WEEKDAYS)}", name)
    stated = {str(each).upper() for each in value}
    return tuple(weekday for weekday in WEEKDAYS if weekday in stated)


def _closed(value: object, key: str, name: str) -> tuple[Closure, ...]:
    wanted = 'a list of days and of first..last, such as ["2026-12-25", "2026-08-01..2026-08-31"]'
    if not _is_list(value):
        raise _refused(key, value, wanted, name)
    closures = []
    for each in value:
        first, _, last = str(each).partition("..") if isinstance(each, str) else (each, "", "")
        ends = [_day(first), _day(last or first)]
        if ends[0] is None or ends[1] is None:
            raise _refused(key, each, wanted, name)
        try:
            closures.append(Closure(ends[0], ends[1]))
        except InputError as error:
            raise InputError(f"[{SECTION}] {key}: {error}", file=name) from error
    return tuple(closures)


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        return None


def _split(value: object, key: str, name: str) -> Split:
    if value == "even":
        return "even"
    if value == "calendar_days":
        return "calendar_days"
    wanted = '"even", "calendar_days" or a list of weights that add up to 1'
    if not _is_list(value) or not value:
        raise _refused(key, value, wanted, name)
    if not all(isinstance(each, int | float) and not isinstance(each, bool) and each >= 0 for each in value):
        raise _refused(key, value, wanted, name)
    weights = tuple(float(each) for each in value)
    if not math.isclose(math.fsum(weights), 1.0, abs_tol=1e-9):
        raise InputError(
            f"[{SECTION}] the weights of split add up to {math.fsum(weights):.10g} and must add up to 1",
            file=name,
        )
    return weights


def _holidays(value: object, key: str, name: str) -> str:
    if not isinstance(value, str):
        raise _refused(key, value, 'a country code, such as "ES", or one with its region, "ES-MD"', name)
    country, _, region = value.strip().partition("-")
    known = {code: regions for code, regions in _supported().items() if len(code) == 2}
    if country.upper() not in known:
        raise InputError(
            f"[{SECTION}] no holidays are known for the country '{country}'; there are {', '.join(known)}",
            file=name,
        )
    regions = {each.lower(): each for each in known[country.upper()]}
    if not region:
        return country.upper()
    if region.lower() not in regions:
        there = ", ".join(regions.values()) or "none"
        raise InputError(
            f"[{SECTION}] {country.upper()} has no region '{region}' of holidays; there are {there}",
            file=name,
        )
    return f"{country.upper()}-{regions[region.lower()]}"


def _supported() -> Mapping[str, Sequence[str]]:
    return dict(sorted(holidays.list_supported_countries(include_aliases=False).items()))


def _is_list(value: object) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    return isinstance(value, list | tuple)


_READERS: Final[Mapping[str, Callable[[Any, str, str], Any]]] = {
    "missing_periods": _choice,
    "closed_weekdays": _weekdays,
    "closed_on_holidays": _flag,
    "closed": _closed,
    "freq": _freq,
    "split": _split,
    "split_other_number": _choice,
    "holidays": _holidays,
    "known_in_advance": _texts,
    "known_afterwards": _texts,
    "in_stock": _choice,
    "currency": _currency,
    "unit": _text,
}
