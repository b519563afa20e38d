"""Every run loads what it published; the buckets give the same database again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import builders
import pytest
from database_rig import MariaServer
from shop import Shop, World
from sqlalchemy import Row, select

from storage.manifests import Published
from storage.objects import ObjectStore
from storage.settings import Settings
from storage.sql.database import Database, open_database
from storage.sql.schema import METADATA
from tasks.connection import connection
from tasks.order_rows import project_orders
from tasks.projection import load, project_dataset, rebuild

Rows = dict[str, list[Row[Any]]]


@dataclass(frozen=True)
class Loaded:
    """What was published last, and every row of the dataset."""

    shop: Shop
    sales: Published
    plan: Published
    order: str
    rows: Rows


def contents(database: Database, dataset: str) -> Rows:
    """Every row of a dataset, in the order of the keys."""
    with database.read() as connection:
        return {
            table.name: sorted(connection.execute(select(table).filter_by(dataset=dataset)), key=repr)
            for table in METADATA.sorted_tables
        }


@pytest.fixture(scope="module")
def world(world: World) -> Iterator[World]:
    """The same servers with other buckets: a rebuild reads every dataset that there is."""
    with pytest.MonkeyPatch.context() as patched:
        for kind in ("datasets", "models", "predictions", "plans"):
            patched.setenv(f"ABASTO_{kind.upper()}_BUCKET", f"{kind}-to-rebuild")
        connection.cache_clear()
        settings = Settings.load()
        with ObjectStore(settings.store_address()) as store:
            store.ensure_buckets(settings.keys.buckets)
            yield World(settings, store, settings.keys, world.prefect_api_url)
    connection.cache_clear()


@pytest.fixture(scope="module")
def loaded(world: World) -> Loaded:
    """A dataset after two weeks of runs, and what these runs have loaded."""
    shop = Shop(world)
    shop.upload("ventas", builders.weekly_sales())
    shop.upload_planning_files()
    shop.ingest()
    shop.train()
    shop.forecast()
    plan = shop.replenish()
    order = shop.order(plan)
    shop.move(order, "issue")
    assert project_orders(shop.dataset)
    shop.upload("ventas", builders.weekly_sales(72), "two more weeks.csv")
    shop.upload(
        "inventario", builders.stock(on_hand=3, as_of=builders.week(71) - timedelta(days=1)), "later.csv"
    )
    sales = shop.ingest()
    return Loaded(shop, sales, plan, order, contents(open_database(world.settings), shop.dataset))


def test_runs_load_what_they_publish(loaded: Loaded) -> None:
    rows, lines = loaded.rows, loaded.shop.lines(loaded.plan)
    assert [(row.dataset_version, row.plan_id) for row in rows["datasets"]] == [
        (loaded.sales.folder.name, loaded.plan.folder.name)
    ]
    sales = loaded.shop.table(loaded.sales, "sales.parquet")
    assert {(row.unique_id, row.ds): row.y for row in rows["sales"]} == {
        (row.unique_id, row.ds.date()): row.y for row in sales.itertuples()
    }
    assert len(rows["sales"]) == len(sales)
    assert {row.unique_id: row.order_quantity for row in rows["plan_lines"]} == dict(lines["order_quantity"])
    assert {row.unique_id: row.y_hat for row in rows["plan_demand"]}.keys() == set(builders.SERIES)
    assert [(row.purchase_order, row.state) for row in rows["purchase_orders"]] == [(loaded.order, "issued")]
    assert [(row.number, row.state) for row in rows["purchase_order_events"]] == [(1, "issued")]
    first_count, second_count = builders.week(69) - timedelta(days=1), builders.week(71) - timedelta(days=1)
    assert {row.counted_on for row in rows["stock_counts"]} == {first_count, second_count}
    assert [(row.on_hand, row.counted_on) for row in rows["stock"]] == [(3, second_count)] * 3
    assert rows["items"]
    assert rows["suppliers"]
    assert rows["terms"]
    assert rows["predictions"]


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_the_buckets_give_the_same_rows_again(
    kind: str, loaded: Loaded, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path / 'again.db'}"
        if kind == "mariadb":
            maria: MariaServer = request.getfixturevalue("maria")
            url = maria.url(stack.enter_context(maria.new_database()))
        settings = Settings.load(database_url=url)
        for _ in range(2):
            made_of = {dataset: (notes, made) for dataset, notes, made in rebuild(settings)}
            assert made_of[loaded.shop.dataset][0] == []
            assert contents(open_database(settings), loaded.shop.dataset) == loaded.rows
        with open_database(settings).write() as connection:
            _, nothing = project_dataset(connection, loaded.shop.dataset)
        assert nothing.written == 0


def test_a_database_that_is_away_is_a_warning_and_the_next_run_catches_up(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr("tasks.projection.load", load.with_options(retries=0))
    monkeypatch.setenv("ABASTO_DATABASE_URL", f"sqlite:///{tmp_path / 'file' / 'abasto.db'}")
    shop.upload("ventas", builders.weekly_sales(5))
    published = shop.ingest()
    assert "the database does not know it yet" in said.text
    monkeypatch.setenv("ABASTO_DATABASE_URL", f"sqlite:///{tmp_path / 'abasto.db'}")
    shop.ingest()
    rows = contents(open_database(Settings.load()), shop.dataset)
    assert len(rows["sales"]) == published.manifest.metrics["rows"]


def test_a_damaged_dataset_keeps_no_other_from_the_database(
    shop: Shop, world: World, loaded: Loaded, tmp_path: Path
) -> None:
    shop.upload("ventas", builders.weekly_sales(5))
    published = shop.ingest()
    world.store.put(published.folder / "sales.parquet", b"no table")
    settings = Settings.load(database_url=f"sqlite:///{tmp_path / 'again.db'}")
    made_of = {dataset: (notes, made) for dataset, notes, made in rebuild(settings)}
    notes, made = made_of[shop.dataset]
    assert made is None
    assert "sales.parquet" in notes[0]
    assert contents(open_database(settings), shop.dataset)["datasets"] == []
    assert contents(open_database(settings), loaded.shop.dataset) == loaded.rows
