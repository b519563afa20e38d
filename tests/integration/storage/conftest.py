"""Every storage test runs over each server of the rig."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from storage_rig import RigServer, embedded_server, empty_again, minio_server

from storage.keys import Keys
from storage.objects import ObjectStore
from storage.signing import SigningKeys, ensure_signing_keys

SERVERS = {"embedded": embedded_server, "minio": minio_server}


@pytest.fixture(scope="session", params=SERVERS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RigServer]:
    """One server, started once for all tests, with its buckets."""
    rig_server = SERVERS[request.param](tmp_path_factory.mktemp(request.param))
    try:
        rig_server.up()
        yield rig_server
        empty_again(rig_server)
    finally:
        rig_server.down()


@pytest.fixture
def store(server: RigServer) -> Iterator[ObjectStore]:
    with server.open() as opened:
        yield opened


@pytest.fixture
def keys(server: RigServer) -> Keys:
    return server.keys


@pytest.fixture
def dataset() -> str:
    """A dataset of the test's own, so that tests share servers and buckets."""
    return f"d{uuid.uuid4().hex[:12]}"


@pytest.fixture(scope="session")
def signing_keys(tmp_path_factory: pytest.TempPathFactory) -> SigningKeys:
    return ensure_signing_keys(tmp_path_factory.mktemp("keys") / "signing_key.pem")
