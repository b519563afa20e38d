"""Files between 'here it is' and 'yes, take it': on disk, for an hour, for the one who sent them."""

from __future__ import annotations

import secrets
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from intake.errors import MissingError
from storage.keys import Ref

_LIFETIME: Final = 3600.0  # seconds


@dataclass(frozen=True)
class PendingFile:
    """A file that waits: where it would go, to which upload folder, and where its bytes are until then."""

    destination: Ref
    folder: str
    path: Path
    session: str
    ends: float


class PendingFiles:
    """Keeps what was sent below `folder` until it is taken, thrown away, or an hour old.

    That holds, too, for what a process before this one left there.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._clock = clock
        self._waiting: dict[str, PendingFile] = {}
        self._lock = threading.Lock()
        self._forget_old()

    def keep(self, content: BinaryIO, destination: Ref, folder: str, session: str) -> str:
        """Write the bytes to disk and return the id under which they wait."""
        self._forget_old()
        waiting_id = secrets.token_urlsafe(16)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / waiting_id
        with path.open("xb") as written:
            shutil.copyfileobj(content, written)
        pending = PendingFile(destination, folder, path, session, self._clock() + _LIFETIME)
        with self._lock:
            self._waiting[waiting_id] = pending
        return waiting_id

    def find(self, waiting_id: str, session: str) -> PendingFile:
        """The file that waits under this id for its session; MissingError where there is none."""
        pending = self._waiting.get(waiting_id)
        if pending is None or pending.session != session or pending.ends <= self._clock():
            raise MissingError("That file is no longer waiting (it is kept for an hour): choose it again.")
        return pending

    def drop(self, waiting_id: str, session: str) -> None:
        """Take a file off the list and off the disk."""
        pending = self.find(waiting_id, session)
        with self._lock:
            self._waiting.pop(waiting_id, None)
        pending.path.unlink(missing_ok=True)

    def _forget_old(self) -> None:
        now = self._clock()
        with self._lock:
            old = [waiting_id for waiting_id, pending in self._waiting.items() if pending.ends <= now]
            gone = [self._waiting.pop(waiting_id) for waiting_id in old]
        left = self._folder.iterdir() if self._folder.is_dir() else ()
        too_old = [path for path in left if path.stat().st_mtime + _LIFETIME <= time.time()]
        for path in [*(pending.path for pending in gone), *too_old]:
            path.unlink(missing_ok=True)
