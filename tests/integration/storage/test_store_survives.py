"""Kill -9 under load and a restart on the same data; a store that is down."""

from __future__ import annotations

import threading
import uuid

import pytest
from command import PATIENCE
from storage_rig import RigServer

from intake.errors import ServiceError
from storage.keys import Folder


def test_what_was_acknowledged_survives_kill_9(server: RigServer) -> None:
    if server.start is None:
        pytest.skip("this server is not ours to kill")
    folder = Folder(bucket=server.keys.datasets, path=f"t/{uuid.uuid4().hex}")
    acknowledged: list[int] = []
    enough = threading.Event()

    def write() -> None:
        with server.open() as store:
            for number in range(100_000):
                try:
                    store.create(folder / str(number), f"{number}".encode() * 100)
                except ServiceError:
                    return
                acknowledged.append(number)
                if number == 100:
                    enough.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert enough.wait(timeout=PATIENCE)
        server.kill()
        writer.join(timeout=PATIENCE)
        with server.open() as store, pytest.raises(ServiceError, match="does not answer: start `abasto up`"):
            store.get(folder / "0")
    finally:
        server.up()
    with server.open() as store:
        for number in acknowledged:
            assert store.get(folder / str(number)) == f"{number}".encode() * 100
        store.put(folder / "after", b"x")
