"""Loads are transactional and idempotent on every kind of server, whatever happens to them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from database_rig import MariaServer, RigDatabase
from small_dataset import HOSTILE, LINES, VERSION, contents, facts, load, parts, query, sales_rows
from sqlalchemy import text

from intake.errors import ConflictError, InputError, MissingError, ServiceError
from storage.settings import Settings, child_environment
from storage.sql.database import open_database
from storage.sql.loading import Loaded, Part, clear, load_dataset, load_part
from storage.sql.schema import LOADS, METADATA
from storage.sql.views import VIEWS

ROOT = Path(__file__).parents[3]


def sales(rows: int, y: float = 1.0, version: str = "f" * 16) -> Part:
    frame = pd.DataFrame({"unique_id": "pan", "ds": pd.date_range("2020-01-01", periods=rows), "y": y})
    return Part("sales", version, version, lambda: {"sales": frame})


def test_loading_twice_writes_once(database: RigDatabase) -> None:
    opened = database.open()
    first = load(opened)
    once = contents(opened)
    assert first == Loaded(len(parts()), sum(map(len, once.values())) - len(once["loads"]) - 1, 0, 0)
    assert load(opened) == Loaded(0, 0, len(parts()), 0)
    assert contents(opened) == once
    assert len(once["sales"]) == len(sales_rows())


def test_loading_again_from_nothing_gives_the_same_rows(database: RigDatabase) -> None:
    opened = database.open()
    load(opened)
    before = contents(opened)
    with opened.write(anew=True) as connection:
        clear(connection)
        load_dataset(connection, facts(), parts())
    assert contents(opened) == before


def test_a_table_of_somebody_else_is_left_alone(database: RigDatabase) -> None:
    opened = database.open()
    with opened.write() as connection:
        for view in VIEWS:
            connection.execute(text(f"DROP VIEW {view}"))
        METADATA.drop_all(connection)
        connection.execute(text("CREATE TABLE sales (amount INTEGER)"))
        connection.execute(text("INSERT INTO sales VALUES (7)"))
    for anew in (False, True):
        with pytest.raises(ConflictError, match="a table 'sales' with rows"), opened.write(anew=anew):
            pass


def test_every_server_holds_the_same(maria: MariaServer, tmp_path: Path) -> None:
    with maria.new_database() as name:
        both = [f"sqlite:///{tmp_path / 'x.db'}", maria.url(name, "mariadb")]
        opened = [RigDatabase("", url, tmp_path).open() for url in both]
        for each in opened:
            load(each)
        on_file, on_server = map(contents, opened)
    assert on_file.pop("loads") != on_server.pop("loads")  # the fingerprint of the tables is of its kind
    assert on_file == on_server


def test_a_newer_version_takes_the_place_of_the_one_before(database: RigDatabase) -> None:
    opened = database.open()
    for version, rows in (("a" * 16, 9), ("b" * 16, 5)):
        with opened.write() as connection:
            load_dataset(connection, facts("other", version), [sales(2, version=version)])
            load_dataset(connection, facts(dataset_version=version), [sales(rows, version=version)])
    assert query(
        opened, "SELECT dataset, count(*) AS units FROM sales GROUP BY dataset ORDER BY dataset"
    ) == [
        {"dataset": "other", "units": 2.0},
        {"dataset": "shop", "units": 5.0},
    ]
    assert query(opened, "SELECT dataset_version AS v FROM datasets") == [{"v": "b" * 16}] * 2


def test_what_the_buckets_hold_no_more_goes(database: RigDatabase) -> None:
    opened = database.open()
    load(opened)
    with opened.write() as connection:
        loaded = load_dataset(connection, facts(), parts()[:1])
    assert (loaded.left, loaded.deleted) == (1, len(parts()) - 1)
    left = {name: len(rows) for name, rows in contents(opened).items() if rows}
    assert left == {"datasets": 1, "loads": 2, "sales": len(sales_rows())}


def test_orders_alone_wait_for_their_dataset(database: RigDatabase) -> None:
    opened = database.open()
    orders = parts()[-1]
    with opened.write() as connection:
        assert not load_part(connection, "shop", orders)
    load(opened)
    fewer = Part(
        "orders", "", "d" * 64, lambda: {**orders.frames(), "purchase_order_lines": pd.DataFrame(LINES[:2])}
    )
    with opened.write() as connection:
        assert load_part(connection, "shop", fewer)
    assert len(contents(opened)["purchase_order_lines"]) == 2


def test_who_reads_meanwhile_sees_the_rows_from_before(database: RigDatabase) -> None:
    opened = database.open()
    load(opened)
    before = contents(opened)

    def load_and_fail() -> None:
        with opened.write() as connection:
            clear(connection)
            load_dataset(connection, facts(), [sales(3)])
            assert contents(database.open()) == before
            raise InputError("on purpose")

    with pytest.raises(InputError, match="on purpose"):
        load_and_fail()
    assert contents(opened) == before


DIES = """
import sys
from test_loading import facts, sales, load_dataset, clear
from storage.settings import Settings
from storage.sql.database import open_database
with open_database(Settings.load()).write() as connection:
    clear(connection)
    load_dataset(connection, facts(), [sales(60_000)])
    print("half-way", flush=True)
    sys.stdin.read()
"""


def test_a_killed_load_leaves_nothing(database: RigDatabase) -> None:
    opened = database.open()
    load(opened)
    before = contents(opened)
    environment = {
        "ABASTO_DATABASE_URL": database.url,
        "ABASTO_HOME": str(database.home),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)]),
    }
    child = subprocess.Popen(
        [sys.executable, "-c", DIES],
        env=child_environment(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    with child.stdin, child.stdout:
        assert child.stdout.readline() == b"half-way\n"
        assert contents(opened) == before
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert contents(opened) == before
    assert load(opened).written == 0  # and nobody waits for the one that is gone
    with opened.write() as connection:
        load_dataset(connection, facts(), [sales(7)])
    assert len(contents(opened)["sales"]) == 7


def test_names_are_told_apart_to_the_last_space_and_do_nothing(database: RigDatabase) -> None:
    opened = database.open()
    load(opened)
    names = [row["unique_id"] for row in query(opened, "SELECT DISTINCT unique_id FROM sales")]
    assert sorted(map(str, names)) == sorted(HOSTILE)


def test_a_name_that_does_not_fit_is_refused_by_name(database: RigDatabase) -> None:
    opened = database.open()
    long = "x" * 256
    frame = pd.DataFrame({"unique_id": ["pan", long], "ds": pd.Timestamp("2026-01-01"), "y": 1.0})
    part = Part("sales", VERSION, VERSION, lambda: {"sales": frame})
    with pytest.raises(InputError, match=r"unique_id 'xxx.* 256 characters"), opened.write() as connection:
        load_dataset(connection, facts(), [part])
    fits = Part("sales", VERSION, VERSION, lambda: {"sales": frame.replace(long, "🥖" * 255)})
    with opened.write() as connection:
        load_dataset(connection, facts(), [fits])


def test_tables_of_another_release_are_made_again_only_on_demand(database: RigDatabase) -> None:
    opened = database.open()
    load(opened)
    before = contents(opened)
    with opened.write() as connection:
        connection.execute(LOADS.update().where(LOADS.c.part == "schema").values(checksum="older"))
    with pytest.raises(ConflictError, match="abasto db rebuild"):
        load(opened)
    with opened.write(anew=True) as connection:
        load_dataset(connection, facts(), parts())
    assert contents(opened) == before


def test_tables_that_a_killed_process_began_are_finished(database: RigDatabase) -> None:
    opened = database.open()
    load(opened)
    before = contents(opened)
    with opened.write() as connection:
        connection.execute(text("DROP VIEW v_open_orders"))
        connection.execute(text("DROP TABLE predictions"))
        # Rows are committed with their fingerprint: a process that was killed before has left none.
        for table in reversed(METADATA.sorted_tables):
            if table.name != "predictions":
                connection.execute(table.delete())
    load(opened)
    assert contents(opened) == before
    assert query(opened, "SELECT count(*) AS n FROM v_open_orders")


def test_a_database_without_anything_says_how_to_fill_it(database: RigDatabase) -> None:
    with pytest.raises(MissingError, match="abasto db rebuild"):
        contents(database.open())


def test_a_server_that_is_away_is_one_sentence_without_the_password(tmp_path: Path) -> None:
    url = "mysql://ana:secreto@127.0.0.1:1/ventas"
    opened = RigDatabase("", url, tmp_path).open()
    with pytest.raises(ServiceError) as away:
        load(opened)
    assert "127.0.0.1" in str(away.value)
    assert "secreto" not in str(away.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ana:secreto@host/ventas",
        "mysql://ana:secreto@host",
        "ana:secreto@host",
        "sqlite://",
        "mysql://ana:secreto@host:port/ventas",
    ],
)
def test_a_url_that_cannot_be_used_is_not_repeated(url: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="ABASTO_DATABASE_URL") as refused:
        open_database(Settings.load(home=tmp_path, database_url=url))
    assert "secreto" not in str(refused.value)


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "abasto.db").write_text("these are no tables" * 100)
    with pytest.raises(ServiceError, match="not a database"):
        load(open_database(Settings.load(home=tmp_path)))
