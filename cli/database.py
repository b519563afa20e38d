"""`abasto db`: what the buckets hold, as SQL."""

from __future__ import annotations

from sqlalchemy import func, select

from cli.connection import connected
from cli.console import next_step, progress, say, show_table
from intake.errors import AbastoError, IntegrityError, MissingError
from storage.datasets import Datasets
from storage.keys import Folder, pointer_in
from storage.objects import ObjectStore
from storage.pointers import find_pointer
from storage.settings import Settings
from storage.sql.database import Database, open_database
from storage.sql.schema import DATASETS, LOADS, METADATA
from storage.sql.views import VIEWS


def rebuild_database() -> None:
    """Load everything again from the buckets and say how much that is."""
    settings = Settings.load()
    database = open_database(settings)
    with connected(prefect=False):
        from tasks.projection import rebuild

        progress(f"Loading everything into {database.shown} ...")
        rows, missing = [], []
        for dataset, notes, loaded in rebuild(settings):
            for note in notes:
                say(f"Warning: {note}")
            if loaded is None:
                missing.append(dataset)
            else:
                rows.append([dataset, loaded.written, loaded.rows])
    show_table(f"Loaded into {database.shown}", ["dataset", "parts", "rows"], rows)
    if missing:
        raise IntegrityError(f"Not loaded, for the reasons above: {', '.join(missing)}. All others are.")
    next_step("`abasto db status`; the views are " + ", ".join(VIEWS))


def show_database() -> None:
    """Print where the database is, its tables and rows, and whether it knows the latest of every dataset."""
    settings = Settings.load()
    database = open_database(settings)
    try:
        tables, loaded = _contents(database)
    except MissingError as empty:
        say(str(empty))
        return
    show_table(f"Database {database.shown}", ["table", "rows", "what it holds"], tables)
    latest = _latest_versions(settings)
    known = {str(row[0]): row[1:] for row in loaded}
    show_table(
        "Loaded",
        ["dataset", "dataset version", "plan", "is the latest"],
        [
            [name, *known.get(name, ["not loaded", None]), _answer(latest, name, known)]
            for name in sorted({*known, *(latest or {})})
        ],
    )
    say("Views: " + ", ".join(VIEWS) + ".")
    next_step("`abasto db rebuild` loads everything again from the buckets.")


def _contents(database: Database) -> tuple[list[list[object]], list[list[object]]]:
    with database.read() as connection:
        tables: list[list[object]] = [
            [table.name, connection.scalar(select(func.count()).select_from(table)), table.comment]
            for table in METADATA.sorted_tables
            if table is not LOADS
        ]
        columns = (DATASETS.c.dataset, DATASETS.c.dataset_version, DATASETS.c.plan_id)
        loaded = connection.execute(select(*columns).order_by(DATASETS.c.dataset))
        return sorted(tables, key=str), [list(row) for row in loaded]


def _answer(latest: dict[str, list[object]] | None, name: str, known: dict[str, list[object]]) -> str | None:
    if latest is None:
        return None
    return "yes" if latest.get(name) == known.get(name) else "no"


def _latest_versions(settings: Settings) -> dict[str, list[object]] | None:
    """Latest dataset version and plan by dataset; None where the store does not answer."""
    keys = settings.keys
    try:
        with ObjectStore(settings.store_address()) as store:
            names = Datasets(store, keys).datasets()
            places = {name: (keys.dataset(name), keys.dataset_plans(name)) for name in names}
            return {name: [_pointed_at(store, place) for place in both] for name, both in places.items()}
    except AbastoError as silent:
        say(f"Whether this is the latest cannot be said. {silent}")
        return None


def _pointed_at(store: ObjectStore, folder: Folder) -> str | None:
    pointer = find_pointer(store, pointer_in(folder))
    return pointer.id if pointer else None
