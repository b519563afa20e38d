"""Files that are there as a whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from intake.errors import ServiceError


def write_whole(file: Path, content: bytes) -> None:
    """Write a file and the folders above it; who reads meanwhile sees all of it, or what was there before.

    ServiceError where that is not possible.
    """
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(content)
        unfinished.replace(file)
    except OSError as unwritable:
        with suppress(OSError):
            unfinished.unlink()
        raise ServiceError(
            f"{unwritable.filename or file} cannot be written: {unwritable.strerror}; choose another place"
        ) from unwritable
