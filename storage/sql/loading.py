"""What is loaded already is left, what changed is replaced, what is gone is deleted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Table, and_, delete, func, insert, select, update

from storage.sql.rows import rows_of
from storage.sql.schema import DATASETS, LOADS, METADATA, PARTS


@dataclass(frozen=True)
class Part:
    """Rows that are loaded as a whole: `name` is one of `PARTS`, `checksum` the hash of their source.

    `frames` gives a frame by name of table; it is asked only where another checksum is loaded. The columns
    `dataset` and the one that tells versions apart are filled in.
    """

    name: str
    version: str
    checksum: str
    frames: Callable[[], Mapping[str, pd.DataFrame]]


@dataclass(frozen=True)
class Loaded:
    """What one load did: parts and rows written anew, parts left as they were, parts deleted."""

    written: int
    rows: int
    left: int
    deleted: int


def load_dataset(connection: Connection, facts: Mapping[str, Any], parts: Sequence[Part]) -> Loaded:
    """Make the rows of a dataset what `facts` (its row of `datasets`) and all its parts say."""
    dataset = str(facts["dataset"])
    _put_facts(connection, facts)
    loaded = _loaded(connection, dataset)
    wanted = {(part.name, part.version): part for part in parts}
    gone = [key for key in loaded if key not in wanted]
    changed = [part for key, part in wanted.items() if loaded.get(key) != part.checksum]
    for name, version in [*gone, *((part.name, part.version) for part in changed)]:
        _delete(connection, dataset, name, version)
    rows = sum(_write(connection, dataset, part) for part in changed)
    return Loaded(len(changed), rows, len(wanted) - len(changed), len(gone))


def load_part(connection: Connection, dataset: str, part: Part) -> bool:
    """Replace the one version of a part; False, and nothing done, where its dataset was never loaded."""
    if connection.scalar(select(func.count()).select_from(DATASETS).filter_by(dataset=dataset)) == 0:
        return False
    standing = _loaded(connection, dataset)
    if standing.get((part.name, part.version)) != part.checksum:
        for name, version in standing:
            if name == part.name:
                _delete(connection, dataset, name, version)
        _write(connection, dataset, part)
    return True


def clear(connection: Connection) -> None:
    """Delete every row; whoever reads sees them until the transaction is committed."""
    for table in reversed(METADATA.sorted_tables):
        connection.execute(
            delete(table) if table is not LOADS else delete(table).where(LOADS.c.part != "schema")
        )


def _put_facts(connection: Connection, facts: Mapping[str, Any]) -> None:
    (row,) = next(rows_of(DATASETS, pd.DataFrame([facts])))
    its = DATASETS.c.dataset == row["dataset"]
    if connection.scalar(select(func.count()).select_from(DATASETS).where(its)):
        connection.execute(update(DATASETS).where(its).values(row))
    else:
        connection.execute(insert(DATASETS).values(row))


def _loaded(connection: Connection, dataset: str) -> dict[tuple[str, str], str]:
    found = connection.execute(select(LOADS).filter_by(dataset=dataset))
    return {(load.part, load.version): load.checksum for load in found}


def _delete(connection: Connection, dataset: str, name: str, version: str) -> None:
    tables = PARTS[name]
    for table in reversed(tables.tables):
        its = [table.c.dataset == dataset]
        if tables.version_column is not None:
            its.append(table.c[tables.version_column] == version)
        connection.execute(delete(table).where(and_(*its)))
    connection.execute(delete(LOADS).filter_by(dataset=dataset, part=name, version=version))


def _write(connection: Connection, dataset: str, part: Part) -> int:
    frames, written = part.frames(), 0
    for table in PARTS[part.name].tables:
        frame = _with_owner(table, frames[table.name], dataset, part)
        for chunk in rows_of(table, frame):
            connection.execute(insert(table), chunk)
            written += len(chunk)
    load = {"dataset": dataset, "part": part.name, "version": part.version}
    connection.execute(insert(LOADS), load | {"row_count": written, "checksum": part.checksum})
    return written


def _with_owner(table: Table, frame: pd.DataFrame, dataset: str, part: Part) -> pd.DataFrame:
    column = PARTS[part.name].version_column
    owner = {"dataset": dataset} | ({column: part.version} if column is not None else {})
    position = {"position": range(1, len(frame) + 1)} if "position" in table.columns else {}
    return frame.assign(**owner, **position)
