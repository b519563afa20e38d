"""The rig: real object stores to run one suite over, started once per session, killed at will."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest
from pydantic import SecretStr

from cli.embedded_store import new_address, store_program
from cli.ports import LOOPBACK, answers, free_ports
from intake.errors import ServiceError
from storage.code_identity import CodeIdentity
from storage.connection import StoreAddress
from storage.keys import Folder, Keys
from storage.manifests import Input, Provenance
from storage.objects import ObjectStore
from storage.settings import Settings, child_environment

WRITERS = 16
CODE = CodeIdentity(source_hash="c" * 64, commit=None, packages={"numpy": "2"})

Answer = TypeVar("Answer")


@dataclass
class RigServer:
    """A server of the rig; `start` is `None` where it is somebody else's and cannot be killed."""

    name: str
    address: StoreAddress
    keys: Keys
    start: Callable[[], subprocess.Popen[bytes]] | None = None
    process: subprocess.Popen[bytes] | None = None

    def open(self) -> ObjectStore:
        """Return a client of its own."""
        return ObjectStore(self.address)

    def up(self) -> None:
        """Start the server and wait until it keeps what it is given."""
        if self.start is not None:
            self.process = self.start()
        given_up = time.monotonic() + 60
        while True:
            try:
                with self.open() as store:
                    store.ensure_buckets(self.keys.buckets)
                    store.self_test(self.keys.self_test())
            except ServiceError:
                if time.monotonic() > given_up:
                    raise
                time.sleep(0.1)
            else:
                return

    def kill(self) -> None:
        """Kill -9."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def down(self) -> None:
        """Stop in order."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.kill()


def embedded_server(folder: Path) -> RigServer:
    """The store that Abasto brings, with the very flags it is started with."""
    settings = Settings.load(home=folder)
    address = new_address(free_ports(1)[0], None)
    return RigServer("embedded", address, Keys(), lambda: store_program(settings, address).start())


def minio_server(folder: Path) -> RigServer:
    """A MinIO of ours where there is a program, one in the environment, or a skip with the reason."""
    endpoint = os.environ.get("ABASTO_TEST_ENDPOINT")
    if endpoint:
        address = StoreAddress(
            endpoint=endpoint,
            access_key=os.environ["ABASTO_TEST_ACCESS_KEY"],
            secret_key=SecretStr(os.environ["ABASTO_TEST_SECRET_KEY"]),
        )
        prefix = f"abasto-test-{uuid.uuid4().hex[:8]}"
        names = {name: f"{prefix}-{name}" for name in ("datasets", "models", "predictions", "plans")}
        return RigServer("minio", address, Keys(**names))
    program = os.environ.get("ABASTO_TEST_MINIO") or shutil.which("minio")
    if program is None:
        reason = "no MinIO: put `minio` on PATH, or set ABASTO_TEST_MINIO (a path) or ABASTO_TEST_ENDPOINT"
        if os.environ.get("ABASTO_TEST_REQUIRE_MINIO") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return _own_minio(program, folder)


def _own_minio(program: str, folder: Path) -> RigServer:
    port, console = free_ports(2)
    address = new_address(port, None)
    environment = child_environment(
        {
            "MINIO_ROOT_USER": address.access_key,
            "MINIO_ROOT_PASSWORD": address.secret_key.get_secret_value(),
        }
    )

    def start() -> subprocess.Popen[bytes]:
        listen = ["--address", f"{LOOPBACK}:{port}", "--console-address", f"{LOOPBACK}:{console}"]
        with (folder / "minio.log").open("ab") as log:
            process = subprocess.Popen(
                [program, "server", str(folder / "data"), *listen],
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        given_up = time.monotonic() + 60
        while not answers(f"http://{address.endpoint}/minio/health/live") and time.monotonic() < given_up:
            time.sleep(0.1)
        return process

    return RigServer("minio", address, Keys(), start)


def empty_again(server: RigServer) -> None:
    """Remove everything from a server that is not ours."""
    if server.start is None:
        with server.open() as store:
            for bucket in server.keys.buckets:
                for entry in store.list_objects(Folder(bucket=bucket)):
                    store.remove(entry.ref)


def at_once(work: Callable[[int], Answer], writers: int = WRITERS) -> list[Answer | Exception]:
    """Let `work(0)`, `work(1)`, ... start at the same instant; return what each returned or raised."""
    gate = threading.Barrier(writers)

    def started_together(number: int) -> Answer | Exception:
        gate.wait(timeout=30)
        try:
            return work(number)
        except (ArithmeticError, LookupError, RuntimeError, ValueError, OSError) as raised:
            return raised

    with ThreadPoolExecutor(writers) as pool:
        return list(pool.map(started_together, range(writers)))


def provenance(dataset: str, kind: str = "model", **parameters: int | str) -> Provenance:
    """What something in a test is made from: other parameters, another identity."""
    return Provenance.model_validate(
        {
            "kind": kind,
            "dataset": dataset,
            "inputs": {"sales": Input(sha256="a" * 64)},
            "parameters": parameters,
            "seeds": {"paths": 7},
            "code": CODE,
        }
    )


class Killed(BaseException):
    """The process of a test died here: nothing in the code under test may catch it."""


@dataclass
class DyingStore(ObjectStore):
    """A store whose process dies before its n-th write; `writes` counts those that arrived."""

    address: StoreAddress
    dies_before: int
    writes: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        ObjectStore.__init__(self, self.address)

    def put(self, *arguments: object, **options: object) -> str:
        return self._counted(ObjectStore.put, arguments, options)

    def create(self, *arguments: object, **options: object) -> str:
        return self._counted(ObjectStore.create, arguments, options)

    def swap(self, *arguments: object, **options: object) -> str:
        return self._counted(ObjectStore.swap, arguments, options)

    def _counted(
        self, write: Callable[..., str], arguments: tuple[object, ...], options: Mapping[str, object]
    ) -> str:
        if self.writes + 1 == self.dies_before:
            raise Killed
        etag = write(self, *arguments, **options)
        self.writes += 1
        return etag
