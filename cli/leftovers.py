"""Runs that a killed process left behind: for Prefect they would go on for ever."""

from __future__ import annotations

import psutil
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.states import Crashed

_UNDER_WAY = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]


def end_leftover_runs() -> int:
    """Mark every run that seems under way as crashed, end what still works on it, and return how many.

    Only for who is alone on the embedded servers: nobody else can be running a flow on them then. What was
    left half-done in the buckets is completed by the next run.
    """
    with get_client(sync_client=True) as client:
        leftovers = client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                state=FlowRunFilterState(type=FlowRunFilterStateType(any_=_UNDER_WAY))
            )
        )
        for run in leftovers:
            _end_process(run)
            message = "Its process was killed; what it had begun is completed by the next run."
            client.set_flow_run_state(run.id, Crashed(message=message), force=True)
    return len(leftovers)


def _end_process(run: FlowRun) -> None:
    """Kill the process of a run where it outlived the worker that started it; told by its environment."""
    try:
        process = psutil.Process(int(run.infrastructure_pid or ""))
        if process.environ().get("PREFECT__FLOW_RUN_ID") == str(run.id):
            process.kill()
    except (ValueError, psutil.NoSuchProcess, psutil.AccessDenied):
        return
