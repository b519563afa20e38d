"""What a run says while it works: to the Prefect UI, and as JSON lines beside what the run made."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from prefect.logging.handlers import APILogHandler
from pythonjsonlogger.json import JsonFormatter

logger = logging.getLogger("abasto")
logger.setLevel(logging.INFO)
logger.addHandler(APILogHandler())


@dataclass(frozen=True)
class RunLog:
    """The records of one step so far."""

    _stream: io.StringIO

    def json_lines(self) -> bytes:
        """One JSON object per record: `time`, `severity`, `message` and the record's extra fields."""
        return self._stream.getvalue().encode()


@contextmanager
def recorded() -> Iterator[RunLog]:
    """Record what `logger` says until the block ends."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        JsonFormatter(
            "%(asctime)s %(levelname)s %(message)s",
            rename_fields={"asctime": "time", "levelname": "severity"},
            datefmt="%Y-%m-%dT%H:%M:%S%z",
            json_ensure_ascii=False,
        )
    )
    logger.addHandler(handler)
    try:
        yield RunLog(stream)
    finally:
        logger.removeHandler(handler)
        handler.close()
