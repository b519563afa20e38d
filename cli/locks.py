"""A lock between processes that the operating system frees when its holder dies, however it dies."""

from __future__ import annotations

import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
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

    Its folder is made where there is none, and is open to its owner alone: keys, data and logs lie there.
    Raises `ConflictError` where the lock is not free after `patience` seconds.
    """
    make_private(path.parent)
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


def make_private(folder: Path) -> None:
    """Make a folder where there is none, and open it to its owner alone where it is ours."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        with suppress(PermissionError):  # somebody else's, shared with us on purpose
            folder.chmod(0o700)
