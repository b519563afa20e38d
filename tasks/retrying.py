"""The one place that says how often a step is tried again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import exponential_backoff

from intake.errors import ServiceError

Parameters = ParamSpec("Parameters")
Returned = TypeVar("Returned")


def _service_was_down(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Only a service may recover by itself; a bad file or a missing model stays bad and missing."""
    return isinstance(state.result(raise_on_failure=False), ServiceError)


def step(function: Callable[Parameters, Returned]) -> Task[Parameters, Returned]:
    """A Prefect task that reads and writes the store: tried again, with growing pauses, while it is down."""
    decorate = task(
        retries=3,
        retry_delay_seconds=exponential_backoff(backoff_factor=1),
        retry_jitter_factor=0.2,
        retry_condition_fn=_service_was_down,
        cache_policy=NO_CACHE,
    )
    return decorate(function)
