"""How the embedded servers are reached: `<home>/connection.json`, written by `cli/services.py`, mode 0600."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError, field_serializer

from intake.errors import IntegrityError

CONNECTION_FILE = "connection.json"


class StoreAddress(BaseModel):
    """Address and credentials of an S3 store; `endpoint` is host:port."""

    model_config = ConfigDict(frozen=True)

    endpoint: str
    secure: bool = False
    access_key: str
    secret_key: SecretStr
    region: str = "us-east-1"

    @field_serializer("secret_key", when_used="json")
    def _reveal(self, secret_key: SecretStr) -> str:
        return secret_key.get_secret_value()


class Connection(BaseModel):
    """What the embedded servers of one home listen on; `None` where one was never started."""

    model_config = ConfigDict(frozen=True)

    store: StoreAddress | None = None
    prefect_api_url: str | None = None


def read_connection(home: Path) -> Connection:
    """Return what was recorded under `home`, an empty `Connection` where nothing was."""
    path = home / CONNECTION_FILE
    try:
        return Connection.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return Connection()
    except ValidationError as broken:
        raise IntegrityError(
            f"{path} is not what Abasto wrote: delete it and start `abasto up` again."
        ) from broken


def write_connection(home: Path, connection: Connection) -> None:
    """Replace the record under `home` at once, readable by its owner alone."""
    write_private(home / CONNECTION_FILE, connection.model_dump_json(indent=2).encode())


def write_private(path: Path, content: bytes) -> None:
    """Replace a small file at once (a reader sees the old or the new one), readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
