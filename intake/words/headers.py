"""What one header means: by its words, by its words without what does not count, or by abbreviations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Literal

from intake.tables import Table
from intake.text_columns import quoted
from intake.words.languages.language import Y_OR_REVENUE
from intake.words.units import CURRENCIES, MEASURES, PIECES, SIGNS
from intake.words.vocabulary import (
    THINGS,
    Aspect,
    Entry,
    affixes,
    by_first_letters,
    by_tokens,
    first_letters,
    phrases,
    plain,
    singular,
    small_words,
    squeezed,
)

Likeness = Literal["word", "form", "short", "part"]

# How much a header is like the phrase of the vocabulary: the word itself; another form of it (plural,
# article, with 'code' or a unit); an abbreviation of it; a word of it among others that nobody knows.
CONFIDENCE: Final[dict[Likeness, float]] = {"word": 1.0, "form": 0.9, "short": 0.7, "part": 0.5}

_IN_BRACKETS: Final = re.compile(r"[(\[{]([^)\]}]*)[)\]}]?")
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SPLITTABLE: Final = ("nummer", "nr", "bezeichnung", "beschreibung", "name", "code", "id", "no")
_GLUED: Final[dict[str, Aspect]] = {
    **dict.fromkeys(("cod", "codi", "code", "id", "num", "nro", "ref"), "code"),
    **dict.fromkeys(("des", "desc", "descr", "nom", "nome", "name", "bez", "lib"), "name"),
}
_TOTALS: Final = frozenset(["total", "totale", "totaux", "totai", "gesamt", "sum", "summe", "suma", "soma"])
_BY_PART: Final = ("ds", "y", Y_OR_REVENUE, "revenue", "price")


@dataclass(frozen=True)
class Meaning:
    """What a header says by itself.

    `entry`: the phrase it is like. `aspect`: whether it is the code or the name of a thing. `unit`,
    `currency`: what the header says of them, '' if nothing.
    """

    entry: Entry
    likeness: Likeness
    aspect: Aspect = ""
    unit: str = ""
    currency: str = ""

    @property
    def column(self) -> str:
        """The canonical column; '' where the header says something that is not used."""
        return self.entry.column

    @property
    def confidence(self) -> float:
        """From 0 to 1: 1 is a word of the vocabulary as it stands."""
        return CONFIDENCE[self.likeness]

    @property
    def evidence(self) -> str:
        """Which words speak for it."""
        if self.entry.rank == 0:
            return "it is the column's own name"
        words = f"{quoted(self.entry.phrase)} ({self.entry.language})"
        return {
            "word": f"the word {words}",
            "form": f"a form of {words}",
            "short": f"it looks like an abbreviation of {words}",
            "part": f"only a part of it is known: {words}",
        }[self.likeness]


@lru_cache(maxsize=20_000)
def understand(header: str, table: Table) -> Meaning | None:
    """What a header means in `table`; None where it says nothing that is known."""
    if not any(character.isalpha() for character in header) and "#" not in header:
        return None
    entry = _phrase(header, table)
    if entry is not None:
        return Meaning(entry, "word", entry.aspect, *_unit_of(header))
    bare, unit, currency = _without_units(header)
    return next(
        (replace(found, unit=unit, currency=currency) for found in _readings(bare, header, table) if found),
        None,
    )


def vocabulary(table: Table) -> dict[str, str]:
    """Every understood header of `table`, squeezed to letters and digits, with the column that it means."""
    return {
        word: "y" if entries[0].column == Y_OR_REVENUE else entries[0].column
        for word, entries in phrases(table).items()
        if entries[0].column
    }


def recognised(headers: Sequence[str], table: Table) -> int:
    """How many of these cells are headers of `table`: the higher, the likelier is the line its header."""
    return sum(column_of(header, table) is not None for header in headers)


def column_of(header: str, table: Table) -> str | None:
    """The column that a header means by its words; None also for a text that merely looks like a header.

    'Sal' (salt) looks like 'Sales'; an abbreviation counts only where it is written as one, with a dot.
    """
    meaning = understand(header, table)
    if meaning is None or not meaning.column:
        return None
    if meaning.likeness not in ("word", "form") and not (meaning.likeness == "short" and "." in header):
        return None
    return "y" if meaning.column == Y_OR_REVENUE else meaning.column


def snake_case(header: str) -> str:
    """An ASCII name for a column that we do not know.

    >>> snake_case("Temperatura Máx. (°C)"), snake_case("DíaDeLaSemana")
    ('temperatura_max_c', 'dia_de_la_semana')
    """
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain(header))
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")


def _readings(bare: str, header: str, table: Table) -> Iterator[Meaning | None]:
    """The readings of a header, the surest first."""
    entry = _phrase(bare, table)
    words = _words(bare)
    if entry is None or entry.rank == 2:
        yield _by_form([word for word in _words(header) if _bare(word) not in _TOTALS], table, only=_BY_PART)
    yield Meaning(entry, "form", entry.aspect) if entry else None
    yield _by_form(words, table)
    yield _by_form(_words(header), table)
    yield _by_abbreviation(words, table)
    yield _glued(words, table)
    yield _not_used(words, table)
    yield _by_part(words, table)


def _phrase(text: str, table: Table) -> Entry | None:
    entries = phrases(table).get(squeezed(text), ())
    return entries[0] if len(entries) == 1 else None


def _words(text: str) -> list[str]:
    """Lower-case words; one that ends with a dot keeps it, '#' and 'º' are number signs."""
    text = re.sub(r"#|\b[Nn][º°]", " nr ", text)
    return re.findall(r"[a-z0-9]+\.?", _CAMEL.sub(" ", plain(text)).lower())


def _bare(word: str) -> str:
    return singular(word.rstrip("."))


def _affixes_off(words: Sequence[str]) -> tuple[list[str], Aspect]:
    """The words without 'code', 'id' or 'name', and which it was; a code wins over a name."""
    aspects = {affixes()[word.rstrip(".")] for word in words if word.rstrip(".") in affixes()}
    rest = [word for word in words if word.rstrip(".") not in affixes()]
    aspect: Aspect = "code" if "code" in aspects else "name" if aspects else ""
    return rest, aspect


def _counting(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(_bare(word) for word in words if word.rstrip(".") not in small_words())


def _by_form(words: Sequence[str], table: Table, only: Sequence[str] = ()) -> Meaning | None:
    known = by_tokens(table)
    tokens = _counting(words)
    entry = known.get(tokens) or known.get(tokens[::-1] if len(tokens) == 2 else ())  # 'Monat/Jahr'
    if entry is not None and (not only or entry.column in only):
        return Meaning(entry, "form", entry.aspect)
    if only:
        return None
    rest, aspect = _affixes_off(words)
    if not aspect and len(words) == 1:
        rest, aspect = _compound_off(words[0])
    entry = known.get(_counting(rest)) if aspect else None
    if entry is None and aspect and len(rest) == 1:
        entry = _stem(rest[0], table)
    if entry is not None and (entry.column in THINGS or entry.topic) and not entry.aspect:
        return Meaning(entry, "form", aspect)
    return None


def _compound_off(word: str) -> tuple[list[str], Aspect]:
    """'artikelnummer', 'storeid': the thing, and what is said of it."""
    for suffix in _SPLITTABLE:
        if word.endswith(suffix) and len(word) - len(suffix) >= 4:
            return [word[: -len(suffix)]], affixes()[suffix]
    return [word], ""


def _stem(word: str, table: Table) -> Entry | None:
    """The one thing whose noun begins like this: 'filial' in 'Filialnummer', 'kunden' in 'Kundennummer'."""
    stem = word.rstrip(".")
    if len(stem) < 4:
        return None
    nouns = [
        entry
        for tokens, entry in by_tokens(table).items()
        if len(tokens) == 1 and (entry.column in THINGS or entry.topic) and not entry.aspect
        if abs(len(tokens[0]) - len(stem)) <= 2 and (tokens[0].startswith(stem) or stem.startswith(tokens[0]))
    ]
    return nouns[0] if len({entry.meaning for entry in nouns}) == 1 else None


def _by_abbreviation(words: Sequence[str], table: Table) -> Meaning | None:
    """'Fec. Alb.', 'Cód. Art.': every word is, or abbreviates, the word of one phrase, and of one only."""
    for aspect in ("", *(["with affix"] if _affixes_off(words)[1] else [])):
        rest, said = _affixes_off(words) if aspect else (list(words), "")
        short = [word for word in rest if word.rstrip(".") not in small_words()]
        if not short or (len(short) == 1 and not (short[0].endswith(".") and len(_bare(short[0])) > 1)):
            continue  # 'Sal' is salt
        found = [
            entry
            for tokens, entry in by_first_letters(table).get(first_letters(short), ())
            if all(_abbreviates(word, token) for word, token in zip(short, tokens, strict=True))
            and (not said or (entry.column in THINGS and not entry.aspect))
        ]
        best = [entry for entry in found if not entry.topic and entry.rank < 2] or found
        if len({entry.meaning for entry in best}) == 1:
            return Meaning(best[0], "short", said or best[0].aspect)
    return None


def _glued(words: Sequence[str], table: Table) -> Meaning | None:
    """'CODART', 'NOMCLI': the code or the name of a thing, both cut short and written as one word."""
    word = words[0] if len(words) == 1 else ""
    for start in range(min(5, len(word) - 3), 1, -1):
        aspect, thing = _GLUED.get(word[:start]), word[start:]
        if aspect is None:
            continue
        nouns = [
            entry
            for tokens, entry in by_tokens(table).items()
            if len(tokens) == 1 and (entry.column in THINGS or entry.topic) and not entry.aspect
            if entry.rank < 2 and tokens[0].startswith(thing)
        ]
        best = [entry for entry in nouns if not entry.topic] or nouns
        if len({entry.meaning for entry in best}) == 1:
            return Meaning(best[0], "short", aspect)
    return None


def _abbreviates(word: str, token: str) -> bool:
    """With a dot, the beginning of a word or some of its letters in order; else the beginning alone."""
    dotted, letters = word.endswith("."), _bare(word)
    if letters == token:
        return True
    if len(letters) >= len(token) or letters[:1] != token[:1]:
        return False
    if token.startswith(letters):
        return len(letters) >= (1 if dotted else 3) and len(token) >= 4
    contracted = not set(letters[1:]) & set("aeiou") or letters[-1] == token[-1]  # 'Fch.', 'Vta.'
    remaining = iter(token)
    return dotted and 2 <= len(letters) <= 4 and contracted and all(letter in remaining for letter in letters)


def _not_used(words: Sequence[str], table: Table) -> Meaning | None:
    """'Customer segment', 'Email del cliente': one word that is about a person is enough."""
    for word in words:
        entry = _phrase(word, table) or by_tokens(table).get((_bare(word),))
        if entry is not None and entry.topic in ("the customer", "the seller", "a person", "the payment"):
            return Meaning(entry, "form")
    return None


def _by_part(words: Sequence[str], table: Table) -> Meaning | None:
    """The longest known beginning ('Fecha alta sistema') or end ('Sales posting date')."""
    tokens = _counting(words)
    for length in range(len(tokens) - 1, 0, -1):
        for part in (tokens[:length], tokens[-length:]):
            entry = by_tokens(table).get(part)
            if entry is not None and entry.column in _BY_PART:
                return Meaning(entry, "part")
            if entry is not None and len(part) > 1:  # 'Sales category code' is no sales
                return None
    return None


def _without_units(header: str) -> tuple[str, str, str]:
    """The header without brackets and without a unit or a currency at its end, and those two."""
    unit, currency = _unit_of(header)
    bare = _IN_BRACKETS.sub(" ", header)
    for sign in SIGNS:
        bare = bare.replace(sign, " ")
    words = _words(bare)
    while len(words) > 1 and words[-1].rstrip(".") in PIECES | MEASURES | CURRENCIES:
        words.pop()
        bare = " ".join(words)
    return bare, unit, currency


def _unit_of(header: str) -> tuple[str, str]:
    """The unit and the currency that a header states: in brackets, as a sign, or as its last word."""
    inside = " ".join(_IN_BRACKETS.findall(header))
    words = _words(header)
    said = [word.rstrip(".") for word in [*_words(inside), *(words[-1:] if len(words) > 1 else [])]]
    unit = next((word for word in said if word in PIECES | MEASURES), "")
    signs = [name for sign, name in SIGNS.items() if sign in header]
    currency = next((word for word in said if word in CURRENCIES), "")
    return unit, (signs or [currency.upper()])[0]


def is_piece(unit: str) -> bool:
    """Whether a unit counts pieces."""
    return unit in PIECES


def says_code(header: str) -> bool:
    """Whether a header says that it holds codes, which are no quantities: 'Route ID', 'Nº de ruta'."""
    return _affixes_off(_words(header))[1] == "code"
