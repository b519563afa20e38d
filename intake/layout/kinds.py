"""What a cell looks like from afar: nothing, a number, a date or words; enough to find headers by."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from intake.text_columns import Texts
from intake.values.date_forms import take_apart
from intake.values.dates import ORDERS, days_of

Kinds = npt.NDArray[np.int8]
Mask = npt.NDArray[np.bool_]

_NOTHING: Final = re.compile(
    r"(?:[-–—]|n/?[ad]|nan|nat|null|none|<na>|#n/a|#n/d|\(blank\)|\s)*", re.IGNORECASE
)
_MONEY: Final = r"(?:[$€£¥%]|[A-Z]{3}\b|r\$|kr\b|zł)"
_NUMBER: Final = re.compile(
    rf"[-+(]?\s*{_MONEY}?\s*[-+(]?\.?\d[\d.,'’\s]*(?:e[-+]?\d+)?\s*{_MONEY}?\s*[-)]?", re.I
)
_LONGEST_NUMBER: Final = 80  # longer ones would take the patterns above forever
_SERIAL_TIME: Final = re.compile(r"\d{5,}[.,]\d+")  # a day since 1899 with its time; mostly an amount
_TRUTH: Final = (
    *("true", "false", "yes", "no", "si", "sí", "oui", "non", "ja", "nein", "sim", "não", "nao"),
    *("verdadero", "falso", "vrai", "faux", "wahr", "falsch", "verdadeiro"),
)


class Kind(IntEnum):
    """What a cell looks like."""

    EMPTY = 0
    NUMBER = 1
    DATE = 2
    WORDS = 3
    TRUTH = 4  # yes or no


def kinds_of(texts: Sequence[str] | Texts) -> Kinds:
    """One Kind per text; digits alone and amounts are a number, even where they could be a date."""
    kinds = np.empty(len(texts), dtype=np.int8)
    empty, number, truth, words = map(int, (Kind.EMPTY, Kind.NUMBER, Kind.TRUTH, Kind.WORDS))  # once: slow
    for i, text in enumerate(texts):
        if not text or (len(text) <= _LONGEST_NUMBER and _NOTHING.fullmatch(text)):
            kinds[i] = empty
        elif len(text) <= _LONGEST_NUMBER and _NUMBER.fullmatch(text):
            kinds[i] = number
        elif text.lower() in _TRUTH:
            kinds[i] = truth
        else:
            kinds[i] = words
    doubtful = [i for i in np.flatnonzero(kinds).tolist() if not _amount(texts[i])]  # EMPTY is 0
    if doubtful:
        dates = are_dates(np.array([texts[i] for i in doubtful], dtype=np.object_))
        kinds[np.array(doubtful)[dates]] = Kind.DATE
    return kinds


def are_dates(texts: Texts) -> Mask:
    """Which texts can be read as the date of a period."""
    written = take_apart(texts)
    read = np.zeros(len(texts), dtype=np.bool_)
    for order in ORDERS:
        read |= ~np.isnat(days_of(written, order, weeks=False))
    return read


def period_headers(headers: Sequence[str], dates: Mask | None = None) -> Mask:
    """Which headers name periods: they read as dates, which `dates` says if it is known.

    Bare digits (202401, 20240105, a serial day) do only where three or more of them go up step by step.
    """
    texts = np.array(headers, dtype=np.object_)
    if not len(texts):
        return np.zeros(0, dtype=np.bool_)
    dates = are_dates(texts) if dates is None else dates.copy()
    bare = np.array([_plain(text) for text in headers], dtype=np.bool_)
    dates &= ~np.array([_SERIAL_TIME.fullmatch(text) is not None for text in headers], dtype=np.bool_)
    numbers = np.array([int(headers[i]) for i in np.flatnonzero(bare & dates).tolist()], dtype=np.int64)
    if len(numbers) < 3 or (np.diff(numbers) <= 0).any() or numbers[0] < 30000:
        dates &= ~bare
    return dates


def _plain(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _amount(text: str) -> bool:
    return _plain(text) or _SERIAL_TIME.fullmatch(text) is not None
