"""What the contents of a column may be, whatever its header says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from intake.text_columns import TextColumn
from intake.values.decimals import NumberTexts
from intake.values.names import currencies
from intake.words.vocabulary import plain

_LOOKED_AT: Final = 400  # distinct texts; what a column holds shows in fewer
_NO_VALUE: Final = frozenset(("", "na", "n/a", "#n/a", "nan", "null", "none", "-"))

_SIGNS: Final = "|".join(map(re.escape, sorted(currencies(), key=lambda sign: (-len(sign), sign))))
_NUMBER: Final = re.compile(
    rf"[-+(]?\s*(?:{_SIGNS})?\s*[-+]?(?:\d[\d.,\s'\u00a0\u202f]*|[.,]\d+)(?:[eE][-+]?\d+)?"
    rf"\s*(?:%|{_SIGNS}|[^\W\d_]{{1,12}}\.?)?\s*[-)]?"
)
_WHOLE: Final = re.compile(r"[-+]?\d{1,3}(?:[.,\s]\d{3})*(?:[.,]0+)?|[-+]?\d+(?:[.,]0+)?")
_CENTS: Final = re.compile(r".*[.,]\d\d\D*")
_DATE: Final = re.compile(
    r"""
    \d{1,4}[-/.]\s?\d{1,2}[-/.]\s?\d{1,4}(?:[T\s,].*)?    # 2026-01-31, 31.1.26, with a time or not
    | (?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])  # 20260131
    | (?:19|20)\d{2}[-/.\s]?(?:W|KW|S|T|Q)[-\s]?\d{1,2}      # 2026-W07, 2026 Q1
    | (?:W|KW|S|T|Q|Sem\.?)[-\s]?\d{1,2}[-/\s](?:19|20)?\d{2}
    | (?:19|20)\d{2}[-/.](?:0?[1-9]|1[0-2])                   # 2026-01
    | (?:0?[1-9]|1[0-2])[-/.](?:19|20)\d{2}                   # 01/2026
    | [a-z]{3,12}\.?[-/.\s]+(?:(?:de|of)\s)?(?:\d{1,2},?\s)?'?\d{2}(?:\d{2})?   # enero 2026, Jan 31, 2026
    | (?:[a-z]+,?\s)?\d{1,2}(?:\.|st|nd|rd|th|er)?[-/.\s]+(?:de\s)?[a-z]{3,12}\.?   # lunes, 31 de enero
      [-/.,\s]+(?:de\s)?'?\d{2}(?:\d{2})?(?:\s.*)?                                  # ... de 2026 10:00
    """,
    re.VERBOSE | re.IGNORECASE,
)
_WEEKDAYS: Final = frozenset(
    [
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "lun",
        "mar",
        "mie",
        "jue",
        "vie",
        "sab",
        "dom",
        "lunes",
        "martes",
        "miercoles",
        "jueves",
        "viernes",
        "sabado",
        "domingo",
        "lundi",
        "mardi",
        "mercredi",
        "jeudi",
        "vendredi",
        "samedi",
        "dimanche",
        "mer",
        "jeu",
        "ven",
        "sam",
        "dim",
        "mo",
        "di",
        "mi",
        "do",
        "fr",
        "sa",
        "so",
        "montag",
        "dienstag",
        "mittwoch",
        "donnerstag",
        "freitag",
        "samstag",
        "sonnabend",
        "sonntag",
        "seg",
        "ter",
        "qua",
        "qui",
        "sex",
        "segunda",
        "terca",
        "quarta",
        "quinta",
        "sexta",
        "segunda-feira",
        "terca-feira",
        "quarta-feira",
        "quinta-feira",
        "sexta-feira",
    ]
)


@dataclass(frozen=True)
class Content:
    """Which share of the distinct texts that are not empty can be a date, a number and so on.

    `filled`: how many of them were looked at. `row_number`: whether it counts the rows.
    """

    filled: int
    dates: float
    numbers: float
    whole: float
    cents: float
    weekdays: float
    row_number: bool

    @property
    def is_date(self) -> bool:
        """Whether nearly all of it can be nothing but dates."""
        return self.dates > 0.9

    @property
    def is_number(self) -> bool:
        """Whether nearly all of it can be numbers, and is not rather dates."""
        return self.numbers > 0.9 and not self.is_date

    @property
    def is_money(self) -> bool:
        """Whether it has the cents of money, or a currency."""
        return self.is_number and self.cents > 0.3


def content_of(column: TextColumn) -> Content:
    """Look at some of the texts of a column."""
    if column.cells is not None:  # nearly every cell is another one: those of some rows tell enough
        column = column.take(np.arange(min(len(column), 4 * _LOOKED_AT)))
    texts = [str(text) for text in column.texts[: 2 * _LOOKED_AT] if str(text).lower() not in _NO_VALUE]
    texts = texts[:_LOOKED_AT]
    rows = len(column.codes)
    if not texts:
        return Content(0, 0, 0, 0, 0, 0, row_number=False)

    def share(pattern: re.Pattern[str]) -> float:
        return sum(pattern.fullmatch(text) is not None for text in texts) / len(texts)

    weekdays = sum(plain(text).lower().rstrip(".") in _WEEKDAYS for text in texts) / len(texts)
    return Content(
        filled=len(texts),
        dates=share(_DATE),
        numbers=max(share(_NUMBER), _readable_numbers(texts)),
        whole=share(_WHOLE),
        cents=share(_CENTS),
        weekdays=weekdays,
        row_number=len(column.texts) == rows > 1 and _counts_up(column),
    )


def _readable_numbers(texts: Sequence[str]) -> float:
    """The share that the reader of numbers takes: with any currency and minus, and no unit."""
    parts = NumberTexts.of(np.array(texts, dtype=object))
    return float(((parts.digits != "") & (parts.unit == "")).mean())


def same_content(one: TextColumn, other: TextColumn) -> bool:
    """Whether two columns hold the same text in every row."""
    return bool(np.array_equal(one.texts[one.codes], other.texts[other.codes]))


def _counts_up(column: TextColumn) -> bool:
    texts = column.texts[column.codes[:_LOOKED_AT]]
    if not all(str(text).isdigit() for text in texts):
        return False
    numbers = np.array([int(text) for text in texts if len(text) < 16])
    return len(numbers) == len(texts) and bool((np.diff(numbers) == 1).all())
