"""docs/database.md says what the database is, and every query in it runs."""

from __future__ import annotations

import re

import pytest
from database_rig import RigDatabase
from doc_pages import ROOT, blocks, text_of
from small_dataset import load, query

from storage.sql.schema import METADATA
from storage.sql.views import VIEWS

PAGE = ROOT / "docs/database.md"
SECTIONS = dict(re.findall(r"^### (\w+)\n\n(.*?)\n*(?=^##|\Z)", text_of(PAGE), re.MULTILINE | re.DOTALL))


def test_every_table_and_view_has_its_section() -> None:
    assert set(SECTIONS) == {*METADATA.tables, *VIEWS}


@pytest.mark.parametrize("name", METADATA.tables)
def test_a_table_is_described_as_it_is(name: str) -> None:
    table = METADATA.tables[name]
    described = re.findall(r"^\| (\**)`(\w+)`\** \| (.*) \|$", SECTIONS[name], re.MULTILINE)
    columns = [("**" if column.primary_key else "", column.name, column.comment) for column in table.columns]
    assert described == columns
    assert SECTIONS[name].lower().startswith(f"{str(table.comment).lower()}.\n")


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_is_described_as_it_is(name: str) -> None:
    assert SECTIONS[name].split() == VIEWS[name].split()


def test_every_query_runs_and_finds_something(database: RigDatabase) -> None:
    load(database.open())
    queries = [
        statement
        for block in blocks(PAGE)
        if block.language == "sql"
        for statement in block.code.split(";")
        if statement.strip()
    ]
    assert len(queries) == 5
    for statement in queries:
        assert query(database.open(), statement), statement
