"""All languages together: which phrase means which column of a table, and how surely."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from intake.tables import SCHEMAS, Table
from intake.words.languages.english import ENGLISH
from intake.words.languages.french import FRENCH
from intake.words.languages.german import GERMAN
from intake.words.languages.language import Y_OR_REVENUE, Language, Words
from intake.words.languages.portuguese import PORTUGUESE
from intake.words.languages.spanish import SPANISH

LANGUAGES: Final = (ENGLISH, SPANISH, FRENCH, GERMAN, PORTUGUESE)

Aspect = Literal["", "code", "name"]

# What has a code and a name; of the other columns a number is a number ('Quantity no.').
THINGS: Final = (
    *("unique_id", "location", "product", "channel", "component", "parent", "resource"),
    *("supplier_id", "ticket", "lot", "category", "source"),
)
# Columns that are understood beyond the schema, and kept as exog under that name.
KNOWN_EXOG: Final[Mapping[Table, tuple[str, ...]]] = {
    Table.SALES: ("temperature", "sunshine", "customers"),
    Table.CALENDAR: (),
}
ITEM_NAME: Final = "name"
_PERSONAL: Final = ("the customer", "the seller", "a person")


@dataclass(frozen=True)
class Entry:
    """What a phrase means: a column (or, of what is not used, a `topic`), and how good a choice it is.

    `rank`: 0 the column's own name, 1 the usual words, 2 a second choice. `phrase`: as the language has it.
    """

    column: str
    phrase: str
    language: str
    aspect: Aspect = ""
    rank: int = 1
    topic: str = ""

    @property
    def meaning(self) -> tuple[str, Aspect, bool]:
        """What makes two entries differ for a reader of the file."""
        return (self.column, self.aspect, bool(self.topic))


def plain(text: str) -> str:
    """Text in ASCII, without accents; of other scripts nothing remains."""
    german = text.replace("ß", "ss")
    return unicodedata.normalize("NFKD", german).encode("ascii", "ignore").decode("ascii")


def squeezed(text: str) -> str:
    """Letters and digits alone.

    >>> squeezed("Fecha de la Venta:")
    'fechadelaventa'
    """
    return re.sub(r"[^a-z0-9]", "", plain(text).lower())


def singular(token: str) -> str:
    """A token without the s of its plural, the same for both."""
    return token[:-1] if len(token) > 3 and token.endswith("s") and not token.endswith("ss") else token


@cache
def small_words() -> frozenset[str]:
    """Articles and prepositions, which count for nothing."""
    return frozenset(word for language in LANGUAGES for word in language.small_words.split())


@cache
def affixes() -> Mapping[str, Aspect]:
    """Words that say that a column holds the code, or the name, of a thing."""
    names: dict[str, Aspect] = {
        word: "name" for language in LANGUAGES for word in language.name_words.split()
    }
    return names | {word: "code" for language in LANGUAGES for word in language.code_words.split()}


def tokens_of(phrase: str) -> tuple[str, ...]:
    """The words of a phrase that count, without plurals."""
    return tuple(
        singular(word)
        for word in re.findall(r"[a-z0-9]+", plain(phrase).lower())
        if word not in small_words()
    )


@cache
def phrases(table: Table) -> Mapping[str, tuple[Entry, ...]]:
    """Every phrase of `table`, squeezed: the entries of the strongest level that has it.

    More than one entry only where languages contradict each other; a test sees to it that none do.
    """
    found: dict[str, tuple[Entry, ...]] = {}
    for stratum in _levels(table):
        new: dict[str, tuple[Entry, ...]] = {}
        for entry in stratum:
            spelled = squeezed(entry.phrase)
            others = new.get(spelled, ())
            if spelled and spelled not in found and entry.meaning not in {other.meaning for other in others}:
                new[spelled] = (*others, entry)
        found |= new
    return found


@cache
def by_tokens(table: Table) -> Mapping[tuple[str, ...], Entry]:
    """The phrases of `table` by the words that count; those that would mean two columns are left out."""
    found: dict[tuple[str, ...], Entry | None] = {}
    for entries in phrases(table).values():
        for entry in entries:
            tokens = tokens_of(entry.phrase)
            standing = found.get(tokens)
            if not tokens:
                continue
            if tokens not in found or (standing and _stronger(entry, standing)):
                found[tokens] = entry
            elif standing and standing.meaning != entry.meaning and not _stronger(standing, entry):
                found[tokens] = None
    return {tokens: entry for tokens, entry in found.items() if entry is not None}


@cache
def by_first_letters(table: Table) -> Mapping[str, Sequence[tuple[tuple[str, ...], Entry]]]:
    """The phrases of `by_tokens` by the first letters of their words: those that these can abbreviate."""
    found: dict[str, list[tuple[tuple[str, ...], Entry]]] = {}
    for tokens, entry in by_tokens(table).items():
        found.setdefault(first_letters(tokens), []).append((tokens, entry))
    return found


def first_letters(words: Sequence[str]) -> str:
    """The first letter of each word.

    >>> first_letters(["cod.", "art."])
    'ca'
    """
    return "".join(word[0] for word in words)


def _stronger(one: Entry, other: Entry) -> bool:
    return (bool(one.topic), one.rank) < (bool(other.topic), other.rank)


def columns_of(table: Table) -> tuple[str, ...]:
    """The columns that headers of `table` can mean."""
    known = tuple(column.name for column in SCHEMAS[table].columns)
    if table is Table.ITEMS:  # a name names the item, until a code is found that does
        known = tuple(name for name in known if name != ITEM_NAME)
    extra = tuple(name for name in KNOWN_EXOG.get(table, ()) if name not in known)
    return (*known, *extra, *([Y_OR_REVENUE] if table is Table.SALES else []))


def _levels(table: Table) -> Iterator[list[Entry]]:
    """From the strongest to the weakest; a later level never takes a phrase from an earlier one."""
    columns = columns_of(table)
    yield [Entry(name, name, "", rank=0) for name in columns if name != Y_OR_REVENUE]
    yield [
        Entry(column, phrase, language.name)
        for language in LANGUAGES
        for column, words in language.in_table.get(table, {}).items()
        if column in columns
        for phrase in split(words)
    ]
    yield [
        Entry(column, phrase, language.name)
        for language in LANGUAGES
        for column, words in language.columns.items()
        if column in columns and column not in language.in_table.get(table, {})
        for phrase in split(words)
    ]
    yield [
        Entry(column, phrase, language.name, aspect)
        for language in LANGUAGES
        for aspect, words_by_column in _aspects(language)
        for column, words in words_by_column.items()
        if column in columns
        for phrase in split(words)
    ]
    yield [
        Entry(column, phrase, language.name, rank=2)
        for language in LANGUAGES
        for column, words in language.second_choice.get(table, {}).items()
        for phrase in split(words)
    ]
    if table is Table.SALES:  # where no product is named, its family is what is sold
        yield [
            Entry("product", phrase, language.name, rank=2)
            for language in LANGUAGES
            for phrase in split(language.columns["category"])
        ]
    yield [
        Entry("", phrase, language.name, topic=topic)
        for language in LANGUAGES
        for topic, words in language.not_used.items()
        if table is not Table.ITEMS or topic in _PERSONAL
        for phrase in split(words)
    ]


def split(words: str) -> list[str]:
    """The phrases of one text of a language."""
    return [phrase.strip() for phrase in words.split(",") if phrase.strip()]


def _aspects(language: Language) -> tuple[tuple[Aspect, Words], ...]:
    return (("code", language.codes), ("name", language.names))
