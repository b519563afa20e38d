"""Every test of the database runs over each kind of server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from database_rig import MariaServer, RigDatabase, mariadb_server


@pytest.fixture(scope="session")
def maria(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaServer]:
    """One server for all tests; each gets a database of its own."""
    with mariadb_server(tmp_path_factory.mktemp("mariadb")) as server:
        yield server


@pytest.fixture(params=["sqlite", "mariadb"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RigDatabase]:
    """An empty database on each kind of server."""
    if request.param == "sqlite":
        yield RigDatabase("sqlite", f"sqlite:///{tmp_path / 'a base.db'}", tmp_path)
        return
    server: MariaServer = request.getfixturevalue("maria")
    with server.new_database() as name:
        yield RigDatabase("mariadb", server.url(name), tmp_path)
