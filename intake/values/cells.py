"""Whether a cell may hold what it holds: the rules of each kind of column, in words where one is broken."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from intake.tables import Kind
from intake.text_columns import Texts, quoted
from intake.values.conventions import Interpretation
from intake.words.roles import Role, is_missing

_YES: Final = ("yes", "y", "true", "t", "x", "si", "sí", "s", "verdadero", "v")
_NO: Final = ("no", "n", "false", "f", "falso")


def with_words(role: Role, meaning: Interpretation) -> Interpretation:
    """Flags and shares with yes and no (English, Spanish) read as 1 and 0; other kinds as they are."""
    if role.column.kind not in (Kind.FLAG, Kind.SHARE):
        return meaning
    words = [text.lower() for text in role.written.texts]
    values = meaning.values.copy()
    values[np.isin(words, _YES)] = 1.0
    values[np.isin(words, _NO)] = 0.0
    return replace(meaning, values=values)


def reasons_against(role: Role, meaning: Interpretation) -> Texts:
    """One reason per distinct text of a column why a row with it cannot be accepted; '' where it can."""
    column, texts = role.column, role.written.texts
    reasons = np.full(len(texts), "", dtype=object)

    def object_to(wrong: np.typing.NDArray[np.bool_], complaint: str) -> None:
        reasons[wrong] = [f"{quoted(text)} {complaint}" for text in texts[wrong]]

    empty = texts == "" if column.kind is Kind.TEXT else is_missing(role.written)
    if column.required:
        reasons[empty] = "is empty"
    if column.kind is Kind.TEXT:
        return reasons
    what = "a date" if column.kind is Kind.DATE else "a number"
    how = f" (read {meaning.convention.name})" if meaning.convention else ""
    object_to(np.isnan(meaning.values) & ~empty, f"is not {what}{how}")
    if column.kind in (Kind.QUANTITY, Kind.SHARE, Kind.FLAG):
        object_to(meaning.values < 0, "is below 0")
    if column.kind is Kind.SHARE:
        object_to(meaning.values > 1, "is above 1, which is the whole")
    if column.positive:
        object_to(meaning.values == 0, "is not above 0")
    return reasons
