"""Texts that may say only certain things: currencies, the weekdays of orders, units of time.

They are read into one way of writing them; what says nothing of the kind is a reason against its row.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import numpy as np

from intake.text_columns import TextColumn, Texts, quoted
from intake.values.names import plain, weekdays_of_any_language
from intake.words.headers import snake_case

# Signs that several countries use, such as $, stay as they are: which one is meant, nobody has said.
_SIGNS: Final = {"€": "EUR", "£": "GBP", "euro": "EUR", "euros": "EUR", "us$": "USD", "r$": "BRL"}
_MANY_COUNTRIES: Final = ("$", "¥", "kr")

_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPANISH_LETTERS: Final = "lmxjvsd"
_DAILY: Final = ("daily", "every_day", "diario", "todos_los_dias", "taglich", "tous_les_jours", "diariamente")
_AND: Final = ("y", "and", "et", "und", "e")

_UNITS: Final = {
    "D": "d day days dia dias jour jours tag tage tagen",
    "W": "w wk wks week weeks ww sem semana semanas semaine semaines woche wochen kw",
    "MS": "m ms month months mes meses mois monat monate monaten",
    "QS": "q qs quarter quarters trimestre trimestres quartal quartale",
    "": "p period periods periodo periodos periode periodes perioden",
}
PERIOD_UNITS: Final = {word: unit for unit, words in _UNITS.items() for word in words.split()}


def currency(text: str) -> str | None:
    """The ISO 4217 code that a text means; a sign that many countries share stays; None for neither.

    >>> currency("eur"), currency("€"), currency("$"), currency("12")
    ('EUR', 'EUR', '$', None)
    """
    lowered = text.strip().lower()
    if lowered in _SIGNS:
        return _SIGNS[lowered]
    if lowered in _MANY_COUNTRIES:
        return lowered
    return text.strip().upper() if re.fullmatch(r"[a-zA-Z]{3}", text.strip()) else None


def order_weekdays(text: str) -> str | None:
    """Weekdays in the order of the week, by their English beginnings; ranges and 'daily' are understood.

    >>> order_weekdays("jueves y lunes"), order_weekdays("L-V"), order_weekdays("soon")
    ('mon thu', 'mon tue wed thu fri', None)
    """
    if snake_case(text) in _DAILY:
        return " ".join(_WEEKDAYS)
    spaced = re.sub(r"\s*-\s*", "-", text.lower().replace("–", "-").replace("-feira", ""))
    parts = [part for part in re.split(r"[\s,;/+&|.]+", spaced) if part not in (*_AND, "")]
    ends_of = [part.split("-") for part in parts]
    letters = [end for ends in ends_of for end in ends]
    # M and S alone begin weekdays of every language; the other letters say which one it is.
    spanish = all(len(end) == 1 for end in letters) and bool(set(letters) & {"l", "x", "j", "v", "d"})
    named: set[int] = set()
    for ends in ends_of:
        read = _SPANISH_LETTERS.find if spanish else _weekday_number
        if len(ends) > 2:  # L-X-V is a list, L-V is a range
            named.update(map(read, ends))
            continue
        first, last = read(ends[0]), read(ends[-1])
        if min(first, last) < 0:
            return None
        named.update((first + step) % 7 for step in range((last - first) % 7 + 1))
    if -1 in named:
        return None
    return " ".join(_WEEKDAYS[number] for number in sorted(named)) or None


def period_unit(text: str) -> str | None:
    """D, W, MS or QS, '' for periods of the sales; None for another text.

    >>> period_unit("semanas"), period_unit("W"), period_unit("years")
    ('W', 'W', None)
    """
    return PERIOD_UNITS.get(snake_case(text))


def _weekday_number(text: str) -> int:
    """0 is Monday; -1 where no weekday, or several of the five languages, begin like that."""
    word = plain(text)
    named = weekdays_of_any_language().items()
    fits = {number for name, meant in named if name.startswith(word) for number in meant}
    return fits.pop() if len(word) > 1 and len(fits) == 1 else -1


CLOSED_TEXTS: Final[dict[str, tuple[Callable[[str], str | None], str]]] = {
    "currency": (currency, "is no currency; write its three letters, like EUR"),
    "order_weekdays": (order_weekdays, "names no weekdays; write them like 'mon thu'"),
    "due_unit": (period_unit, "is no unit of time; write D, W, MS or QS"),
}


def read_closed_texts(name: str, column: TextColumn) -> tuple[Texts, Texts]:
    """What the distinct texts of the column `name` mean, and a reason against each that means nothing."""
    read, complaint = CLOSED_TEXTS[name]
    meant = [read(text) if text else "" for text in column.texts]
    reasons = [
        f"{quoted(text)} {complaint}" if value is None else ""
        for text, value in zip(column.texts, meant, strict=True)
    ]
    return np.array([value or "" for value in meant], dtype=object), np.array(reasons, dtype=object)
