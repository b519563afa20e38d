"""Who is tried again: services recover by themselves, bad files do not."""

from __future__ import annotations

import ast
import asyncio
from pathlib import Path

import pytest
from prefect.states import exception_to_failed_state

from intake.errors import (
    AbastoError,
    ConflictError,
    InputError,
    IntegrityError,
    MissingError,
    ServiceError,
)
from tasks.retrying import _service_was_down, step

TASKS = Path(__file__).parents[3] / "tasks"


@step
def some_step() -> None:
    """Does nothing."""


@pytest.mark.parametrize("error", [InputError, MissingError, ConflictError, IntegrityError, ValueError])
def test_only_a_service_may_recover_by_itself(error: type[Exception]) -> None:
    def is_tried_again(raised: Exception) -> bool:
        state = asyncio.run(exception_to_failed_state(raised))
        return _service_was_down(some_step, None, state)  # type: ignore[arg-type]

    assert is_tried_again(ServiceError("down"))
    assert not is_tried_again(error("bad"))
    assert issubclass(ServiceError, AbastoError)


def test_every_task_is_such_a_step() -> None:
    """Nothing else in tasks/ makes a Prefect task, so no task is without retries."""
    for path in TASKS.glob("*.py"):
        if path.name == "retrying.py":
            continue
        imported = [
            alias.name
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.ImportFrom) and node.module == "prefect"
            for alias in node.names
        ]
        assert "task" not in imported, path.name


def test_a_step_waits_longer_each_time_and_keeps_no_results() -> None:
    assert some_step.retries == 3
    delays = some_step.retry_delay_seconds
    assert isinstance(delays, list)
    assert delays == sorted(delays)
    assert some_step.cache_policy is not None
    assert type(some_step.cache_policy).__name__ == "_None"
