"""A progress bar on the run's page in the Prefect UI."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from prefect.artifacts import create_progress_artifact, update_progress_artifact

from tasks.logs import logger


class Progress:
    """One progress artifact; every call also says in the log what comes next."""

    def __init__(self, key: str, description: str) -> None:
        self._description = description
        key = key.replace("_", "-")  # Prefect takes no other character from the name of a dataset
        # Called outside of any event loop, the function returns the id itself.
        self._artifact = cast(UUID, create_progress_artifact(0.0, key=key, description=description))

    def reached(self, share: float, comes_next: str) -> None:
        """`share` of the work (0 to 1) is done and `comes_next` begins."""
        logger.info(comes_next)
        update_progress_artifact(
            self._artifact, round(100 * share, 1), description=f"{self._description}: {comes_next}"
        )
