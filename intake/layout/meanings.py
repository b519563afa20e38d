"""What a single header means, for the parts of the layout that depend on it."""

from __future__ import annotations

import re
from typing import Final

from intake.mapping import IGNORE, FileMapping
from intake.tables import Table
from intake.words.headers import column_of
from intake.words.stated import stated_for

TOTAL: Final = re.compile(
    r"\W*(?:(?:grand|sub|zwischen|gesamt|grund|general)?[ -]?totale?s?|totaux|sous-totaux|sous[ -]total|"
    r"zwischensumme|gesamtsumme|gesamtergebnis|gesamt|insgesamt|ergebnis|summe|somme|suma|soma|sum|"
    r"ytd|acumulado|cumul|kumuliert|m[eé]dia|mean|average|promedio|moyenne|mittelwert|durchschnitt)\b",
    re.IGNORECASE,
)


def meaning_of(header: str, table: Table, mapping: FileMapping) -> str | None:
    """The column of `table` that a header means, None where it means none."""
    stated = stated_for(header, mapping)
    if stated is not None:
        return None if stated == IGNORE else stated
    return column_of(header, table)


def is_total(text: str) -> bool:
    """Whether a label begins with a word for a total or a mean, in any of the five languages."""
    return TOTAL.match(text) is not None
