"""Whether a cell may hold what it holds: the rules of each kind of column, in words where one is broken."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from intake.tables import Kind
from intake.text_columns import Texts, quoted
from intake.values.conventions import Interpretation
from intake.values.names import plain
from intake.words.roles import Role, is_missing

# English, Spanish, French, German, Portuguese; as `plain` writes them.
_YES: Final = (
    *("yes", "y", "true", "t", "x", "on", "si", "s", "verdadero", "v", "oui", "o", "vrai"),
    *("ja", "j", "wahr", "w", "sim", "verdadeiro", "\N{CHECK MARK}", "\N{HEAVY CHECK MARK}"),
    *("\N{BALLOT BOX WITH CHECK}", "\N{WHITE HEAVY CHECK MARK}", "\N{BALLOT BOX WITH X}"),
)
_NO: Final = (
    *("no", "n", "false", "f", "off", "falso", "non", "faux", "nein", "falsch", "nao"),
    *("\N{BALLOT X}", "\N{HEAVY BALLOT X}", "\N{CROSS MARK}", "\N{BALLOT BOX}"),
)
_NAMED_EVENTS: Final = ("holiday", "promotion")


def with_words(role: Role, meaning: Interpretation) -> Interpretation:
    """Flags and shares with yes and no (in five languages) read as 1 and 0; other kinds as they are."""
    if role.column.kind not in (Kind.FLAG, Kind.SHARE):
        return meaning
    words = [plain(text) for text in role.written.texts]
    values = meaning.values.copy()
    values[np.isin(words, _YES)] = 1.0
    values[np.isin(words, _NO)] = 0.0
    values[named_events(role) & np.isnan(values)] = 1.0
    return replace(meaning, values=values)


def named_events(role: Role) -> npt.NDArray[np.bool_]:
    """Which distinct texts name a holiday or a promotion, such as 'Navidad': what has a name, is."""
    texts = role.written.texts
    if role.column.name not in _NAMED_EVENTS:
        return np.zeros(len(texts), dtype=np.bool_)
    said = np.isin([plain(text) for text in texts], (*_YES, *_NO)) | is_missing(role.written)
    return np.array([any(letter.isalpha() for letter in text) for text in texts], dtype=np.bool_) & ~said


def reasons_against(role: Role, meaning: Interpretation) -> Texts:
    """One reason per distinct text of a column why a row with it cannot be accepted; '' where it can."""
    column, texts = role.column, role.written.texts
    reasons = np.full(len(texts), "", dtype=object)

    def object_to(wrong: npt.NDArray[np.bool_], complaint: str) -> None:
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
    if meaning.complaints is not None:
        worded = (meaning.complaints != "") & ~empty
        reasons[worded] = [
            f"{quoted(text)} {complaint}"
            for text, complaint in zip(texts[worded], meaning.complaints[worded], strict=True)
        ]
    return reasons
