"""Names of months, weekdays and currencies in five languages, from Unicode's CLDR (as Babel carries it)."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Final

from babel import Locale
from babel.numbers import list_currencies

LANGUAGES: Final = {"es": "Spanish", "en": "English", "fr": "French", "de": "German", "pt": "Portuguese"}

_REGIONS: Final = ("de_AT", "es_PE", "pt_PT")  # with names of their own: Jänner, setiembre, segunda
_WITHOUT_ACCENTS: Final = {"maerz": 3, "mrz": 3, "jaenner": 1}  # as keyboards without umlauts write them
_FEWEST_LETTERS: Final = 3
# Signs that people write and CLDR's five languages do not list.
_MORE_CURRENCY_SIGNS: Final = ("S/", "S/.", "zł", "kr", "Kč", "Ft", "Bs", "Bs.", "Fr.", "RD$", "U$S")


def plain(text: str) -> str:
    """Lower case, without accents, every run of white space (no-break space too) a single space.

    >>> plain("1er\u00a0 Février")
    '1er fevrier'
    """
    if text.isascii():
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", text)
    return " ".join("".join(mark for mark in decomposed if not unicodedata.combining(mark)).lower().split())


@cache
def months() -> dict[str, int]:
    """Every `plain` name of a month, and every beginning of one that is the same month in all languages."""
    meant: dict[str, set[int]] = {}
    for language in (*LANGUAGES, *_REGIONS):
        named = Locale.parse(language).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in named[context][width].items():
                    whole = plain(name).rstrip(".")
                    for length in range(_FEWEST_LETTERS, len(whole) + 1):
                        meant.setdefault(whole[:length], set()).add(number)
    return {name: min(numbers) for name, numbers in meant.items() if len(numbers) == 1} | _WITHOUT_ACCENTS


@cache
def weekdays(language: str) -> dict[str, int]:
    """The `plain` names of the weekdays in a language, whole and short; Monday is 0."""
    named = Locale.parse(language).days
    names: dict[str, int] = {}
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated", "short"):
            for number, name in named[context].get(width, {}).items():
                whole = plain(name).rstrip(".")
                for each in (whole, whole.removesuffix("-feira"), whole[:3], whole[:2]):
                    names.setdefault(each, number)
    distinct: dict[str, set[int]] = {}
    for number, name in named["format"]["wide"].items():
        for length in (2, 3):
            distinct.setdefault(plain(name)[:length], set()).add(number)
    return {name: number for name, number in names.items() if len(distinct.get(name, {number})) == 1}


@cache
def weekdays_of_any_language() -> dict[str, frozenset[int]]:
    """A name of a weekday and what it may mean: 'mar' is Tuesday twice, 'do' is Thursday or Sunday."""
    meant: dict[str, set[int]] = {}
    for language in LANGUAGES:
        for name, number in weekdays(language).items():
            meant.setdefault(name, set()).add(number)
    return {name: frozenset(numbers) for name, numbers in meant.items()}


@cache
def currencies() -> frozenset[str]:
    """ISO 4217 codes, and the signs of currencies as the five languages write them."""
    signs = {sign for each in LANGUAGES for sign in Locale.parse(each).currency_symbols.values()}
    return (
        frozenset(list_currencies())
        | {sign for sign in signs if len(sign) > 1 or not sign.isalpha()}
        | set(_MORE_CURRENCY_SIGNS)
    )
