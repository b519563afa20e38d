from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.tables import SCHEMAS, Schema, Table
from intake.words.headers import snake_case, understand, vocabulary
from intake.words.languages.language import Language
from intake.words.vocabulary import LANGUAGES, columns_of, phrases


@pytest.mark.parametrize("table", list(Table))
def test_no_word_means_two_columns_of_a_table(table: Table) -> None:
    contradictions = {
        word: [(entry.column, entry.aspect, entry.language) for entry in entries]
        for word, entries in phrases(table).items()
        if len(entries) > 1
    }
    assert contradictions == {}


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
def test_every_word_belongs_to_a_column_that_exists(language: Language) -> None:
    everything = {name for table in Table for name in columns_of(table)}
    for words in (language.columns, language.codes, language.names):
        assert set(words) <= everything
    for by_table in (language.in_table, language.second_choice):
        for table, words in by_table.items():
            assert set(words) <= set(columns_of(table))


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
@pytest.mark.parametrize("table", list(Table))
def test_every_language_has_words_for_every_required_column(language: Language, table: Table) -> None:
    said = {**language.columns, **language.in_table.get(table, {})}
    for column in SCHEMAS[table].required:
        assert said.get(column.name), column.name


@pytest.mark.parametrize(
    "header", ["Fecha de venta", "FECHA_DE_VENTA", "fechaDeVenta", " fecha-de-venta ", "Fécha de Venta:"]
)
def test_case_accents_spaces_and_signs_do_not_count(header: str) -> None:
    meaning = understand(header, Table.SALES)
    assert meaning is not None
    assert meaning.column == "ds"


def test_the_same_word_may_mean_different_columns_in_different_tables() -> None:
    meanings = [
        vocabulary(table)["cantidad"] for table in (Table.SALES, Table.STOCK, Table.BILL_OF_MATERIALS)
    ]
    assert meanings == ["y", "on_hand", "quantity_per"]


@given(st.text())
def test_names_of_unknown_columns_are_plain_identifiers(header: str) -> None:
    name = snake_case(header)
    assert name == "" or ("_" + name).isidentifier()
    assert name == name.lower()
    assert snake_case(name) == name


@pytest.mark.parametrize("schema", list(SCHEMAS.values()))
def test_schemas_speak_of_their_own_columns(schema: Schema) -> None:
    names = [column.name for column in schema.columns]
    assert len(set(names)) == len(names)
    spoken_of = {
        *schema.key,
        *schema.any_of,
        *schema.unique_id_parts,
        *schema.helpers,
        schema.measure or names[0],
    }
    assert spoken_of <= set(names)
