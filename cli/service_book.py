"""`<home>/services.json`: which servers run and who uses them, by process number and birth.

Read and written under the lock of `cli/services.py` alone; a reader without it sees the old or the new book.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from cli.processes import ProcessMark
from storage.connection import write_private

BOOK_FILE = "services.json"

ServerName = Literal["store", "prefect", "worker"]


class ServerEntry(BaseModel):
    """A server that was started: its process and where it listens."""

    model_config = ConfigDict(frozen=True)

    process: ProcessMark
    address: str


class UserEntry(BaseModel):
    """A command that uses the servers; `token` tells apart two uses by one process.

    `keeps_worker` says that it stays for the worker's sake (`abasto up`).
    """

    model_config = ConfigDict(frozen=True)

    token: str
    process: ProcessMark
    keeps_worker: bool = False


class ServiceBook(BaseModel):
    """All servers and users; immutable, every change is a new book."""

    model_config = ConfigDict(frozen=True)

    servers: dict[ServerName, ServerEntry] = {}
    users: tuple[UserEntry, ...] = ()

    @classmethod
    def read(cls, home: Path) -> Self:
        """Return the book without the dead; an empty one where there is none or it cannot be read."""
        try:
            written = cls.model_validate_json((home / BOOK_FILE).read_bytes())
        except (FileNotFoundError, ValidationError):
            return cls()
        return cls(
            servers={name: each for name, each in written.servers.items() if each.process.find()},
            users=tuple(user for user in written.users if user.process.find()),
        )

    def write(self, home: Path) -> None:
        """Replace the book."""
        write_private(home / BOOK_FILE, self.model_dump_json(indent=2).encode())

    def with_server(self, name: ServerName, entry: ServerEntry) -> Self:
        """Return the book with a server started."""
        return self.model_copy(update={"servers": {**self.servers, name: entry}})

    def without_servers(self) -> Self:
        """Return the book with all servers stopped."""
        return self.model_copy(update={"servers": {}})

    def with_user(self, token: str, *, keeps_worker: bool = False) -> Self:
        """Return the book with this process as one more user."""
        user = UserEntry(token=token, process=ProcessMark.of(), keeps_worker=keeps_worker)
        return self.model_copy(update={"users": (*self.users, user)})

    def without_user(self, token: str) -> Self:
        """Return the book without one user."""
        return self.model_copy(update={"users": tuple(user for user in self.users if user.token != token)})
