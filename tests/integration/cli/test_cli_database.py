"""`abasto db` and what a step with an order does to the database, as a person at a terminal sees it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import builders
import pytest
from shop import Shop, World

from cli import database, orders
from intake.errors import IntegrityError
from storage.settings import Settings
from storage.sql.database import open_database


@pytest.fixture
def small_shop(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv("COLUMNS", "250")
    shop.upload("ventas", builders.weekly_sales(5))
    return shop


def line_of(dataset: str, shown: str) -> list[str]:
    (line,) = [line for line in shown.splitlines() if line.startswith(dataset)]
    return line.split()


def test_status_says_what_is_loaded_and_whether_it_is_the_latest(
    small_shop: Shop,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    shop = small_shop
    published = shop.ingest()
    database.show_database()
    shown = capsys.readouterr().out
    assert line_of(shop.dataset, shown) == [shop.dataset, published.folder.name, "yes"]
    assert "purchase_order_events" in shown
    assert "v_stock_age" in shown

    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("ABASTO_DATABASE_URL", f"sqlite:///{tmp_path / 'other.db'}")
        database.show_database()
        assert "Nothing was loaded" in capsys.readouterr().out
        shop.upload("ventas", builders.weekly_sales(8), "more.csv")
        shop.ingest()
    database.show_database()
    assert line_of(shop.dataset, capsys.readouterr().out)[-1] == "no"


def test_rebuild_loads_everything_and_names_what_it_cannot(
    small_shop: Shop,
    world: World,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    shop = small_shop
    published = shop.ingest()
    monkeypatch.setenv("ABASTO_DATABASE_URL", f"sqlite:///{tmp_path / 'other.db'}")
    table = world.store.get(published.folder / "sales.parquet")
    world.store.put(published.folder / "sales.parquet", b"damaged")
    with pytest.raises(IntegrityError, match=shop.dataset):
        database.rebuild_database()
    assert f"Warning: {shop.dataset} is not loaded" in capsys.readouterr().out
    world.store.put(published.folder / "sales.parquet", table)
    with suppress(IntegrityError):  # other tests leave damaged datasets behind
        database.rebuild_database()
    assert line_of(shop.dataset, capsys.readouterr().out)[:2] == [shop.dataset, "2"]


def test_a_step_with_an_order_stands_in_the_database(
    small_shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = small_shop
    shop.upload("ventas", builders.weekly_sales(30), "more.csv")
    shop.upload_planning_files()
    shop.ingest()
    shop.train()
    order = shop.order(shop.replenish())
    orders.move_order(shop.dataset, order, "issue")
    assert "database" not in capsys.readouterr().out
    with open_database(Settings.load()).read() as connection:
        states = connection.exec_driver_sql(
            "SELECT DISTINCT state FROM v_open_orders WHERE dataset = ? AND purchase_order = ?",
            (shop.dataset, order),
        )
        assert list(states) == [("issued",)]
