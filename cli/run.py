"""`abasto run`: one flow, by the worker of `abasto up` where one is there, else in this process."""

from __future__ import annotations

import importlib
import json
import logging
import time
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from pydantic import ValidationError

from cli.connection import connected
from cli.console import console, errors, headline, next_step, say, show_reason
from intake.errors import AbastoError, InputError, ServiceError

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun

    from tasks.run_requests import Request

KINDS = ("ingest", "train", "backtest", "forecast", "replenish", "whatif")
_AFTERWARDS = {
    "ingest": "`abasto run train --dataset {dataset}` fits a model on it.",
    "train": "`abasto run forecast --dataset {dataset}`; `abasto models -d {dataset}` lists all models.",
    "backtest": "`abasto pull backtest --dataset {dataset}` downloads its tables and plots.",
    "forecast": "`abasto pull prediction --dataset {dataset}` downloads it.",
    "replenish": "`abasto pull plan --dataset {dataset}` downloads it; `abasto orders list -d {dataset}`.",
    "whatif": "`abasto pull whatif --dataset {dataset} --version {name}` downloads its tables and plot.",
}
_PICKED_UP_WITHIN = 60  # seconds
_LAST_WORDS_WITHIN = 5  # seconds
_FINAL_STATES = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


def list_options(kind: str) -> None:
    """Print the parameters of a flow: name, what it is without saying anything, what it means."""
    headline(f"abasto run {kind} --option NAME=VALUE")
    for name, field in request_model(kind).model_fields.items():
        if name != "dataset":
            default = field.get_default(call_default_factory=True)
            show_reason(f"{name}={json.dumps(default)}", field.description or "")


def run_from_words(kind: str, dataset: str | None, options: Sequence[str]) -> None:
    """Run one flow with options as they were typed; what it says while it works is printed."""
    words = parse_options(options)
    if dataset is not None:
        words["dataset"] = dataset
    try:
        request = request_model(kind)(**words)
    except ValidationError as invalid:
        raise InputError("; ".join(_explained(kind, problem) for problem in invalid.errors())) from invalid
    with connected() as services:
        if services.has_worker:
            run_by_worker(kind, request)
        else:
            run_here(kind, request)
    next_step(_AFTERWARDS[kind].format_map({**request.model_dump(), "dataset": dataset or "ventas"}))


def request_model(kind: str) -> type[Request]:
    """Return the model of a flow's parameters; raise InputError where there is no such flow."""
    if kind not in KINDS:
        raise InputError(f"there is no flow '{kind}'; use one of {', '.join(KINDS)}")
    requests: ModuleType = importlib.import_module("tasks.run_requests")
    return getattr(requests, f"{kind.title()}Request")  # type: ignore[no-any-return]


def run_here(kind: str, request: Request) -> Any:
    """Run a flow in this process, print what it says, and return what it returns."""
    flow = getattr(importlib.import_module(f"flows.{kind}"), kind)
    handler = _ConsoleHandler()
    speaker = logging.getLogger("abasto")
    speaker.addHandler(handler)
    try:
        return flow(request)
    finally:
        speaker.removeHandler(handler)


def run_by_worker(kind: str, request: Request) -> None:
    """Hand a flow to the worker and print what it says until it ends; raise AbastoError where it failed."""
    from prefect.deployments import run_deployment

    submitted = cast(
        "FlowRun",
        run_deployment(
            f"{kind}/{kind}",
            parameters={"request": request.model_dump(mode="json")},
            timeout=0,
            as_subflow=False,
        ),
    )
    say(f"`abasto up` runs it as '{submitted.name}'.")
    try:
        _follow(submitted.id)
    except KeyboardInterrupt:
        say(f"'{submitted.name}' goes on in `abasto up`; the Prefect UI can cancel it.")
        raise


def parse_options(options: Sequence[str]) -> dict[str, Any]:
    """Turn `NAME=VALUE` words into parameters; values are JSON where they can be, `a.b=1` fills a table.

    >>> parse_options(["horizon=8", "assume.promotion=0", "assume.holiday=by_weekday"])
    {'horizon': 8, 'assume': {'promotion': 0, 'holiday': 'by_weekday'}}
    """
    parsed: dict[str, Any] = {}
    for option in options:
        name, equals, text = option.partition("=")
        if not equals or not name:
            raise InputError(f"--option {option} is not of the form NAME=VALUE, such as horizon=8")
        table, dot, entry = name.partition(".")
        if not dot:
            parsed[table] = _value(text)
        elif isinstance(entries := parsed.setdefault(table, {}), dict):
            entries[entry] = _value(text)
        else:
            raise InputError(f"--option {option} fills a table and another option says that {table} is none")
    return parsed


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _explained(kind: str, problem: Any) -> str:
    name = ".".join(str(part) for part in problem["loc"]) or "options"
    return f"option {name}: {problem['msg']}; `abasto run {kind} --options` lists what there is"


def _follow(flow_run_id: UUID) -> None:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import LogFilter, LogFilterFlowRunId
    from prefect.client.schemas.sorting import LogSort

    told, heard_all = 0, False
    picked_up_by = time.monotonic() + _PICKED_UP_WITHIN
    ended_at: float | None = None
    with get_client(sync_client=True) as client:
        # What a run says reaches the server up to some seconds after the run has ended.
        while ended_at is None or not (heard_all or time.monotonic() > ended_at + _LAST_WORDS_WITHIN):
            run = client.read_flow_run(flow_run_id)
            state = run.state_type.value if run.state_type else "SCHEDULED"
            if state in _FINAL_STATES:
                ended_at = ended_at or time.monotonic()
            elif run.state_name == "AwaitingConcurrencySlot":  # behind another run of its kind
                picked_up_by = time.monotonic() + _PICKED_UP_WITHIN
            elif state == "SCHEDULED" and time.monotonic() > picked_up_by:
                raise ServiceError(
                    f"No worker took the run '{run.name}' within {_PICKED_UP_WITHIN} s; it stays scheduled. "
                    "Is `abasto up` or `prefect worker start --pool local` running?"
                )
            messages = client.read_logs(
                LogFilter(flow_run_id=LogFilterFlowRunId(any_=[flow_run_id])),
                offset=told,
                sort=LogSort.TIMESTAMP_ASC,
            )
            told += len(messages)
            for message in messages:
                heard_all |= message.name == "prefect.flow_runs" and "Finished in state" in message.message
                if message.name == "abasto":
                    console.print(f"  {message.message}", markup=False, soft_wrap=True)
            time.sleep(0.5)
    if state != "COMPLETED":
        said = (run.state.message if run.state else None) or f"the run ended as {state.lower()}"
        raise AbastoError(said.removeprefix("Flow run encountered an exception: ").partition(": ")[2] or said)


class _ConsoleHandler(logging.Handler):
    """Prints what a flow says, one indented line each, warnings in yellow on the error stream."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.WARNING:
            errors.print(f"  {record.getMessage()}", markup=False, style="yellow", soft_wrap=True)
        else:
            console.print(f"  {record.getMessage()}", markup=False, soft_wrap=True)
