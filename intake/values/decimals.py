"""Texts to numbers, with a decimal point or with a decimal comma, and what is written around a number."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from intake.text_columns import TextColumn, Texts
from intake.values.conventions import Convention, Readings
from intake.values.names import currencies, plain

Numbers = npt.NDArray[np.float64]

# Thousands come in threes and do not start with 0, so that 0.125 and 1.50 can be read in one way only.
_NUMBER: Final = (
    r"^[+-]?(?:(?:[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?$"
)
_BARE: Final = r"^[+-]?[0-9.,]+(?:[eE][+-]?[0-9]{1,3})?$"
_LARGEST: Final = 1e15  # beyond it a float no longer counts single units; sums stay finite

_SIGN: Final = r"[-+\u2212\u2013]"
_DIGITS: Final = r"(?:[0-9](?:[0-9.,'\u2019 ]*[0-9.,])?|[.,][0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
_WRITTEN: Final = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>{_SIGN})?\s*(?P<before>[^\W\d_]{{0,3}}[^\w\s+\-,()'%]?[/.]?)\s*"
    rf"(?P<second_sign>{_SIGN})?\s*(?P<digits>{_DIGITS})\s*(?P<last_sign>[-\u2212])?\s*"
    r"(?P<after>%|[^\W\d_][\w./]{0,14}\$?|[^\w\s+\-,.()'%]{1,2})?\s*(?P<close>\))?\s*(?P<behind>-)?"
)
_GROUPED: Final = re.compile(r"[1-9][0-9]{0,2}(?:([ '])[0-9]{3})(?:\1[0-9]{3})*(?:[.,][0-9]*)?")


@dataclass(frozen=True, eq=False)
class NumberTexts:
    """Texts that may be numbers, taken apart: one entry per text.

    `digits`: the number alone, without separators other than point and comma; '' if there is none.
    `currency`: sign or code, `unit`: as `plain` has it and without the s of a plural; '' where not written.
    """

    digits: Texts
    percent: npt.NDArray[np.bool_]
    currency: Texts
    unit: Texts

    @classmethod
    def of(cls, texts: Texts) -> NumberTexts:
        """Take apart what is written around each number; texts of digits alone (most of them) quickly."""
        digits = texts.copy()
        percent = np.zeros(len(texts), dtype=np.bool_)
        currency, unit = (np.full(len(texts), "", dtype=object) for _ in range(2))
        for position in np.flatnonzero(~_matches(texts, _BARE)):
            digits[position], percent[position], currency[position], unit[position] = _parts(texts[position])
        return cls(digits, percent, currency, unit)


def _parts(text: str) -> tuple[str, bool, str, str]:
    """Digits, percent, currency and unit of a text; no digits where the text is not a number."""
    nothing = ("", False, "", "")
    match = _WRITTEN.fullmatch(" ".join(text.split()))
    if match is None or (match["open"] is None) != (match["close"] is None):
        return nothing
    signs = [match[name] for name in ("sign", "second_sign", "last_sign", "behind") if match[name]]
    if len(signs) + (match["open"] is not None) > 1:
        return nothing
    negative = match["open"] is not None or (bool(signs) and signs[0] != "+")
    digits = match["digits"].replace("\u2019", "'")
    if " " in digits or "'" in digits:
        if not _GROUPED.fullmatch(digits):
            return nothing
        digits = digits.replace(" ", "").replace("'", "")
    before, after = match["before"], match["after"] or ""
    if before and not _is_currency(before):
        return nothing
    percent = after == "%"
    currency = before or (after if _is_currency(after) else "")
    unit = "" if percent or after == currency else after
    if unit and not unit[0].isalpha():
        return nothing
    return ("-" if negative else "") + digits, percent, currency, _singular(unit)


def _is_currency(text: str) -> bool:
    return text in currencies()


def _singular(unit: str) -> str:
    name = plain(unit).rstrip(".")
    return name.removesuffix("s") if len(name) > 2 else name


def read_decimal_point(texts: Texts) -> Numbers:
    """One number per text, such as 1234, 1,234.5, -.5, 1e-05, 12,5- or $12; NaN for others and beyond 1e15.

    A percentage is read as the share that it is; a number with a unit is not read.
    """
    return _read(texts, decimal_comma=False)


def read_decimal_comma(texts: Texts) -> Numbers:
    """One number per text, as read_decimal_point with comma and point changed: 1234 or 1.234,5."""
    return _read(texts, decimal_comma=True)


def _read(texts: Texts, *, decimal_comma: bool) -> Numbers:
    parts = NumberTexts.of(texts)
    numbers = _numbers(parts.digits, parts.percent, decimal_comma=decimal_comma)
    return np.where(parts.unit == "", numbers, np.nan)


def _numbers(digits: Texts, percent: npt.NDArray[np.bool_], *, decimal_comma: bool) -> Numbers:
    array = pa.array(digits, type=pa.string())
    if decimal_comma:
        for mark, other in ((",", "\0"), (".", ","), ("\0", ".")):
            array = pc.replace_substring(array, mark, other)
    written = pc.match_substring_regex(array, _NUMBER)
    plain_digits = pc.replace_substring(pc.if_else(written, array, pa.scalar("nan")), ",", "")
    numbers: Numbers = pc.cast(pc.replace_substring_regex(plain_digits, r"^\+", ""), pa.float64()).to_numpy(
        zero_copy_only=False
    )
    numbers = np.where(percent, numbers / 100, numbers)
    return np.where(np.abs(numbers) > _LARGEST, np.nan, numbers)


def _matches(texts: Texts, pattern: str) -> npt.NDArray[np.bool_]:
    found = pc.match_substring_regex(pa.array(texts, type=pa.string()), pattern)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.bool_)


@dataclass(frozen=True, eq=False)
class NumberColumn:
    """A column of numbers taken apart, and the currency and the unit that it is in.

    The unit is '' where fewer than half of the numbers have it: 12A among plain numbers is a slip, no unit.
    """

    column: TextColumn
    parts: NumberTexts
    currency: str
    unit: str

    @classmethod
    def of(cls, column: TextColumn) -> NumberColumn:
        """Take the texts of a column apart."""
        parts = NumberTexts.of(column.texts)
        read = parts.digits != ""
        unit = _commonest(parts.unit[read])
        if 2 * (parts.unit == unit).sum() < read.sum():
            unit = ""
        return cls(column, parts, _commonest(parts.currency[read]), unit)

    def readings(self) -> Readings:
        """The number of each distinct text by each of the DECIMAL_CONVENTIONS; typed cells as they are."""
        point, comma = (
            _numbers(self.parts.digits, self.parts.percent, decimal_comma=decimal_comma)
            for decimal_comma in (False, True)
        )
        if self.column.exact is not None:
            comma = np.where(self.column.exact, point, comma)
        return Readings(self.column, (point, comma))

    def complaints(self) -> Texts:
        """What is wrong with a text that has another unit or another currency than the rest; '' elsewhere."""
        complaints = np.full(len(self.column.texts), "", dtype=object)
        for what, written, common in (
            ("currency", self.parts.currency, self.currency),
            ("unit", self.parts.unit, self.unit),
        ):
            odd = (self.parts.digits != "") & (written != "") & (written != common)
            complaints[odd] = [
                f"has the {what} '{each}' and the rest of the column has "
                + (f"'{common}'" if common else "none")
                for each in written[odd]
            ]
        return complaints


def _commonest(written: Texts) -> str:
    counts = Counter(each for each in written.tolist() if each)
    return max(counts, key=lambda each: (counts[each], each), default="")


DECIMAL_CONVENTIONS: Final = (
    Convention("with a decimal point", read_decimal_point, 'decimal = "."'),
    Convention("with a decimal comma", read_decimal_comma, 'decimal = ","'),
)
