from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.tables import SCHEMAS, Schema, Table
from intake.words import headers
from intake.words.headers import snake_case, translate, vocabulary


@pytest.mark.parametrize("table", list(Table))
def test_no_word_means_two_columns_of_a_table(table: Table) -> None:
    words = headers._WORDS | headers._WORDS_IN_TABLE.get(table, {})
    meanings: dict[str, set[str]] = defaultdict(set)
    for column in SCHEMAS[table].columns:
        for word in (column.name, *words.get(column.name, "").split()):
            meanings[word].add(column.name)
    assert {word: columns for word, columns in meanings.items() if len(columns) > 1} == {}


def test_every_word_belongs_to_a_column_that_exists() -> None:
    everything = {column.name for schema in SCHEMAS.values() for column in schema.columns}
    assert set(headers._WORDS) <= everything
    for table, words in headers._WORDS_IN_TABLE.items():
        assert set(words) <= {column.name for column in SCHEMAS[table].columns}


@pytest.mark.parametrize(
    "header", ["Fecha de venta", "FECHA_DE_VENTA", "fechaDeVenta", " fecha-de-venta ", "Fécha de Venta:"]
)
def test_case_accents_spaces_and_signs_do_not_count(header: str) -> None:
    assert translate([header], Table.SALES, "v.csv", 1) == ["ds"]


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
