"""The section [dataset] of a mapping file: what it may say, and what happens where it says something else."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import Any

import pytest

from intake.dataset_rules import NO_RULES, RULES, Closure, DatasetRules, rules_of
from intake.errors import InputError

EVERYTHING = """
missing_periods = "closed"
closed_weekdays = ["sun", "MON"]
closed_on_holidays = true
closed = [2026-12-24, "2026-08-01..2026-08-31"]
freq = "W-MON"
split = [0.055, 0.055, 0.055, 0.055, 0.055, 0.055, 0.055, 0.055, 0.06, 0.1, 0.1, 0.15, 0.15]
split_other_number = "last"
holidays = "es-md"
known_in_advance = ["footfall plan"]
known_afterwards = ["temperature"]
in_stock = "inferred"
currency = "eur"
unit = "kg"
"""


def stated(text: str) -> DatasetRules:
    return rules_of(tomllib.loads(text), "mapeo.toml")


def test_everything_that_can_be_stated() -> None:
    rules = stated(EVERYTHING)
    assert set(rules.stated) == set(RULES)
    assert rules.closed_weekdays == ("MON", "SUN")
    assert rules.closed == (
        Closure(date(2026, 12, 24), date(2026, 12, 24)),
        Closure(date(2026, 8, 1), date(2026, 8, 31)),
    )
    assert (rules.holidays, rules.currency, rules.split) == (
        "ES-MD",
        "EUR",
        (*[0.055] * 8, 0.06, 0.1, 0.1, 0.15, 0.15),
    )
    assert rules_of(rules.as_parameters(), "mapeo.toml") == rules, "what is kept in a manifest reads the same"
    assert any(note.startswith("freq = 'W-MON', as mapeo.toml states") for note in rules.notes)


def test_nothing_stated_is_the_default() -> None:
    assert stated("") == NO_RULES
    assert NO_RULES.as_parameters() == {}
    assert NO_RULES.notes == ()
    assert NO_RULES.closures == ()


def test_a_form_overrules_a_mapping_and_says_so() -> None:
    rules = stated('missing_periods = "zero"').overruled({"missing_periods": "closed"}, "the form")
    assert rules.missing_periods == "closed"
    assert rules.notes == ("missing_periods = 'closed', as the form states",)
    assert rules.overruled({}, "nobody") == rules
    with pytest.raises(InputError, match=r"the form: .*W-MON"):
        rules.overruled({"freq": "weekly"}, "the form")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('mising_periods = "zero"', "did you mean 'missing_periods'"),
        ('missing_periods = "none"', '"unknown" or "zero" or "closed"'),
        ('closed_weekdays = ["Domingo"]', "a list of MON, TUE"),
        ('closed_weekdays = ["MON","TUE","WED","THU","FRI","SAT","SUN"]', "all seven days"),
        ("closed_on_holidays = true", "whose"),
        ("closed_on_holidays = 1", "true or false"),
        ('closed = ["2026-13-01"]', "first..last"),
        ('closed = ["2026-08-31..2026-08-01"]', "before it begins"),
        ('closed = "2026-08-31"', "a list of days"),
        ('freq = "weekly"', "W-MON"),
        ("split = [0.5, 0.4]", "add up to 0.9"),
        ("split = [1.5, -0.5]", "weights"),
        ("split = []", "weights"),
        ('split = "half"', "calendar_days"),
        ('holidays = "XX"', "there are AD, AE"),
        ('holidays = "ES-ZZ"', "AN, AR"),
        ("holidays = 34", "country code"),
        ('known_in_advance = "price"', "list of texts"),
        ('known_in_advance = ["a"]\nknown_afterwards = ["a"]', "cannot be both"),
        ('in_stock = "yes"', "from_stock_records"),
        ('currency = "euros"', "ISO 4217"),
        ('unit = ""', "a text"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_way_out(text: str, says: str) -> None:
    with pytest.raises(InputError) as refused:
        stated(text)
    assert says in str(refused.value)
    assert "mapeo.toml" in str(refused.value)


def test_every_country_of_the_library_can_be_named() -> None:
    codes: dict[str, Any] = {
        "ES": "ES",
        "fr": "FR",
        "de-by": "DE-BY",
        "pt": "PT",
        "mx": "MX",
        "gb-sct": "GB-SCT",
    }
    assert {code: rules_of({"holidays": code}, "m").holidays for code in codes} == codes
