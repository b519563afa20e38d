from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.reading import read_table
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


def items_of(text: str) -> tuple[dict[str, list[object]], tuple[str, ...]]:
    reading = read_table(text.encode(), "items.csv", Table.ITEMS)
    return reading.frame.to_dict("list"), reading.notes


def test_the_name_beside_the_code_of_an_item_is_its_name() -> None:
    items, notes = items_of("Código;Descripción;Precio\n1;Pan;2,5\n2;Bollo;3,5\n")
    assert items["unique_id"] == ["1", "2"]
    assert items["name"] == ["Pan", "Bollo"]
    assert "'Descripción' is kept as name: it is the name of what 'Código' names the series by" in notes
    items, _ = items_of("Artikelnummer;Bezeichnung;Warengruppe;Warengruppenname\n1;Brot;10;Back\n")
    assert (items["name"], items["category"], items["warengruppenname"]) == (["Brot"], ["10"], ["Back"])


def test_a_name_alone_is_the_item() -> None:
    items, _ = items_of("name,price\nPan,2\nBollo,3\n")
    assert items["unique_id"] == ["Pan", "Bollo"]
    assert "name" not in items


def test_attributes_of_items_are_kept_under_their_own_headers() -> None:
    items, notes = items_of("Product,ProductGroup,Division,Department\n7,1,2,3\n8,5,2,3\n9,5,4,3\n")
    assert (items["category"], items["division"]) == (["1", "5", "5"], ["2", "2", "4"])
    assert items["department"] == ["3", "3", "3"]
    assert any("'Division' is kept as division: 'ProductGroup'" in note for note in notes)
