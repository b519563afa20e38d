"""A lock between processes that the operating system frees when its holder dies, however it dies."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from intake.errors import ConflictError

if sys.platform == "win32":
    import msvcrt

    def _try_to_lock(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try_to_lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def exclusive(path: Path, *, patience: float, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock at `path`; call `waiting` once where another process has it.

    Raises `ConflictError` where it is not free after `patience` seconds.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:  # closing it frees the lock
        given_up = time.monotonic() + patience
        told = False
        while True:
            try:
                _try_to_lock(file)
                break
            except OSError as held:
                if time.monotonic() > given_up:
                    raise ConflictError(
                        f"Another command holds {path}: wait until it is done, then run again."
                    ) from held
                if not told:
                    waiting()
                    told = True
                time.sleep(0.1)
        yield
