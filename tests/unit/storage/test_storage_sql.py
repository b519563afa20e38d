"""The columns of the database are those of the tables that Abasto takes."""

from __future__ import annotations

import pytest

from intake.tables import SCHEMAS, Table
from storage.sql.schema import METADATA

LEFT_OUT = {Table.STOCK: {"due_in", "due_unit"}}  # the day that they say stands in due_date
OURS = {"dataset", "position", "counted_on"}


@pytest.mark.parametrize("table", [Table.SALES, Table.STOCK, Table.ITEMS, Table.SUPPLIERS, Table.TERMS])
def test_a_table_has_the_columns_that_the_door_takes(table: Table) -> None:
    schema = SCHEMAS[table]
    taken = {column.name for column in schema.columns if column.name not in schema.helpers}
    assert set(METADATA.tables[table].columns.keys()) - OURS == taken - LEFT_OUT.get(table, set())


def test_everything_says_what_it_holds() -> None:
    for table in METADATA.sorted_tables:
        assert table.comment
        assert all(column.comment for column in table.columns), table.name
