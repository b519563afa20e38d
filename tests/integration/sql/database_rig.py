"""Real databases to run one suite over: a SQLite file, and a MariaDB that the tests start themselves."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pymysql
import pytest

from cli.ports import LOOPBACK, free_ports
from storage.settings import Settings
from storage.sql.database import Database, open_database

_USER, _PASSWORD = "abasto", "a p@ss:word/"


@dataclass(frozen=True)
class RigDatabase:
    """An empty database of a test's own, by its URL."""

    name: str
    url: str
    home: Path

    @property
    def settings(self) -> Settings:
        return Settings.load(home=self.home, database_url=self.url)

    def open(self) -> Database:
        return open_database(self.settings)


@dataclass(frozen=True)
class MariaServer:
    """A running MariaDB: where it is, and who may do everything on it."""

    host: str
    port: int
    user: str
    password: str

    def url(self, database: str, scheme: str = "mysql") -> str:
        return f"{scheme}://{self.user}:{quote(self.password, safe='')}@{self.host}:{self.port}/{database}"

    @contextmanager
    def new_database(self) -> Iterator[str]:
        """The name of a database that is there until the block ends."""
        name = f"abasto_test_{uuid.uuid4().hex[:12]}"
        self.execute(f"CREATE DATABASE {name}")
        try:
            yield name
        finally:
            self.execute(f"DROP DATABASE {name}")

    def execute(self, statement: str) -> None:
        connection = pymysql.connect(
            host=self.host, port=self.port, user=self.user, password=self.password, autocommit=True
        )
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()


@contextmanager
def mariadb_server(folder: Path) -> Iterator[MariaServer]:
    """A MariaDB of our own where there is a program, or a skip with the reason."""
    program = os.environ.get("ABASTO_TEST_MARIADB") or shutil.which(
        "mariadbd", path=f"{os.environ['PATH']}:/usr/sbin"
    )
    installer = shutil.which("mariadb-install-db")
    if program is None or installer is None:
        reason = "no MariaDB: put `mariadbd` and `mariadb-install-db` on PATH, or set ABASTO_TEST_MARIADB"
        if os.environ.get("ABASTO_TEST_REQUIRE_MARIADB") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with _own_server(program, installer, folder) as server:
        yield server


@contextmanager
def _own_server(program: str, installer: str, folder: Path) -> Iterator[MariaServer]:
    (port,) = free_ports(1)
    # A socket's path may have 107 characters, and a test's folder is long.
    options = ["--no-defaults", f"--datadir={folder / 'content'}"]
    options += ["--user=root"] if os.geteuid() == 0 else []
    first = folder / "first.sql"
    who = f"'{_USER}'@'{LOOPBACK}'"  # and one statement to a line
    first.write_text(f"CREATE USER {who} IDENTIFIED BY '{_PASSWORD}';\nGRANT ALL ON *.* TO {who};\n")
    with (folder / "mariadb.log").open("ab") as log:
        subprocess.run(
            [installer, *options, "--auth-root-authentication-method=normal", "--skip-test-db"],
            stdout=log,
            stderr=log,
            check=True,
        )
        listen = [f"--bind-address={LOOPBACK}", f"--port={port}", "--socket=m.sock", f"--init-file={first}"]
        # These tests kill clients, never the server: it need not wait for the disk.
        quick = ["--innodb-flush-method=nosync", "--innodb-flush-log-at-trx-commit=0"]
        server = subprocess.Popen(
            [program, *options, *listen, *quick, "--skip-name-resolve"],
            cwd=folder,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        ready = MariaServer(LOOPBACK, port, _USER, _PASSWORD)
        _wait(ready, server, folder)
        yield ready
    finally:
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait(ready: MariaServer, server: subprocess.Popen[bytes], folder: Path) -> None:
    given_up = time.monotonic() + 60
    while True:
        try:
            ready.execute("SELECT 1")
        except pymysql.err.OperationalError:
            said = (folder / "mariadb.log").read_text(encoding="utf-8", errors="replace")[-2000:]
            assert server.poll() is None, said
            assert time.monotonic() < given_up, said
            time.sleep(0.1)
        else:
            return
